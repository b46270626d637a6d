//! Proofs that a tree grew out of an older one, with nothing removed or changed (RFC 9162, 2.1.4).

use super::node::Stretch;
use super::{BuildError, Hash, Hashes, Node, ProofError, empty_root, node_hash};

/// The nodes whose hashes [`consistency_proof`] asks for. None where the tree would have shrunk.
pub fn consistency_nodes(old: u64, new: u64) -> Vec<Node> {
    stretches(old, new).map(|parts| parts.into_iter().flat_map(Stretch::nodes).collect()).unwrap_or_default()
}

/// The proof that the tree of the first `new` leaves grew out of that of the first `old`.
///
/// It is empty where the sizes are the same, and where `old` is 0: every tree grew out of the empty one.
///
/// # Errors
/// [`BuildError`] where the tree would have shrunk or a node cannot be read.
pub fn consistency_proof<H: Hashes>(hashes: &H, old: u64, new: u64) -> Result<Vec<Hash>, BuildError<H::Error>> {
    stretches(old, new).map_err(BuildError::Impossible)?.into_iter().map(|part| part.hash(hashes)).collect()
}

/// Checks that the tree of `new` leaves with `new_root` grew out of that of `old` leaves with `old_root`.
///
/// # Errors
/// [`ProofError`] says what does not fit.
pub fn verify_consistency(
    old: u64,
    old_root: &Hash,
    new: u64,
    new_root: &Hash,
    proof: &[Hash],
) -> Result<(), ProofError> {
    let parts = stretches(old, new)?;
    if parts.len() != proof.len() {
        return Err(ProofError::Length { expected: parts.len(), found: proof.len() });
    }
    if old == 0 && *old_root != empty_root() {
        return Err(ProofError::OldRoot { old });
    }
    if old == 0 && new > 0 {
        return Ok(());
    }
    let whole_subtree = old.is_power_of_two() || old == new;
    let mut proof = parts.iter().zip(proof);
    // A proof leaves out the older tree's root where that is a node of the newer tree: it is known.
    let first = if whole_subtree { Some(old_root) } else { proof.next().map(|(_, hash)| hash) };
    let first = *first.unwrap_or(old_root);
    let (mut from_old, mut from_new) = (first, first);
    for (part, hash) in proof {
        if part.first < old {
            from_old = node_hash(hash, &from_old);
            from_new = node_hash(hash, &from_new);
        } else {
            from_new = node_hash(&from_new, hash);
        }
    }
    if from_old != *old_root {
        return Err(ProofError::OldRoot { old });
    }
    if from_new == *new_root { Ok(()) } else { Err(ProofError::NewRoot { old, new }) }
}

/// The stretches whose hashes are the proof, in its order: those within the older tree, and those after it.
fn stretches(old: u64, new: u64) -> Result<Vec<Stretch>, ProofError> {
    let shrunk = ProofError::Shrunk { old, new };
    let Ok(mut around) = Stretch::whole(new) else { return Err(shrunk) };
    if old > new {
        return Err(shrunk);
    }
    let mut parts = Vec::new();
    if old == 0 {
        return Ok(parts);
    }
    while around.end != old {
        let (left, right) = around.halves();
        let (inner, beside) = if old <= right.first { (left, right) } else { (right, left) };
        parts.push(beside);
        around = inner;
    }
    if around.first > 0 {
        parts.push(around);
    }
    parts.reverse();
    Ok(parts)
}
