//! Proofs that a leaf is in a tree (RFC 9162, 2.1.3).

use super::node::Stretch;
use super::{BuildError, Hash, Hashes, Node, ProofError, node_hash};

/// The nodes whose hashes [`inclusion_proof`] asks for. None where there is no such leaf.
pub fn inclusion_nodes(index: u64, size: u64) -> Vec<Node> {
    siblings(index, size).map(|siblings| siblings.into_iter().flat_map(Stretch::nodes).collect()).unwrap_or_default()
}

/// The proof that leaf `index` is in the tree of the first `size` leaves: from the leaf's sibling up.
///
/// # Errors
/// [`BuildError`] where there is no such leaf or a node cannot be read.
pub fn inclusion_proof<H: Hashes>(hashes: &H, index: u64, size: u64) -> Result<Vec<Hash>, BuildError<H::Error>> {
    siblings(index, size).map_err(BuildError::Impossible)?.into_iter().map(|sibling| sibling.hash(hashes)).collect()
}

/// Checks that the leaf with the hash `leaf` is leaf `index` of the tree of `size` leaves with this `root`.
///
/// # Errors
/// [`ProofError`] says what does not fit.
pub fn verify_inclusion(leaf: &Hash, index: u64, size: u64, proof: &[Hash], root: &Hash) -> Result<(), ProofError> {
    let siblings = siblings(index, size)?;
    if siblings.len() != proof.len() {
        return Err(ProofError::Length { expected: siblings.len(), found: proof.len() });
    }
    let found = siblings.iter().zip(proof).fold(*leaf, |hash, (sibling, other)| {
        if sibling.first > index { node_hash(&hash, other) } else { node_hash(other, &hash) }
    });
    if found == *root { Ok(()) } else { Err(ProofError::Inclusion { index, size }) }
}

/// The stretches beside the way from the leaf up to the root.
fn siblings(index: u64, size: u64) -> Result<Vec<Stretch>, ProofError> {
    let no_leaf = ProofError::Index { index, size };
    let Ok(mut around) = Stretch::whole(size) else { return Err(no_leaf) };
    if index >= size {
        return Err(no_leaf);
    }
    let mut siblings = Vec::new();
    while around.len() > 1 {
        let (left, right) = around.halves();
        let (inner, sibling) = if index < right.first { (left, right) } else { (right, left) };
        siblings.push(sibling);
        around = inner;
    }
    siblings.reverse();
    Ok(siblings)
}
