//! The Merkle tree of RFC 9162, section 2.1, over SHA-256: its hashes, its right edge and its proofs.
//!
//! A tree is addressed by [`Node`]s: only full subtrees have one, so a stored node never changes. Sizes and indexes
//! count leaves from 0.

mod consistency;
mod edge;
mod inclusion;
mod node;

use sha2::{Digest, Sha256};

pub use consistency::{consistency_nodes, consistency_proof, verify_consistency};
pub use edge::{Edge, EdgeError};
pub use inclusion::{inclusion_nodes, inclusion_proof, verify_inclusion};
pub use node::{BuildError, Hashes, MissingNode, Node, root_at, root_nodes};

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// The most leaves a tree may have: sizes are kept in signed 64-bit columns.
pub const MAX_SIZE: u64 = i64::MAX as u64;

/// RFC 9162, 2.1.1: a leaf's hash begins with this byte, a node's with `0x01`, so that none can stand for the other.
pub(crate) const LEAF_PREFIX: [u8; 1] = [0x00];

const NODE_PREFIX: [u8; 1] = [0x01];

/// The hash of a leaf that holds `data`.
pub fn leaf_hash(data: &[u8]) -> Hash {
    Sha256::new().chain_update(LEAF_PREFIX).chain_update(data).finalize().into()
}

/// The hash of the node over `left` and `right`.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update(NODE_PREFIX).chain_update(left).chain_update(right).finalize().into()
}

/// The root of the tree without leaves.
pub fn empty_root() -> Hash {
    Sha256::digest([]).into()
}

/// A proof that does not show what it should.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// There is no such leaf.
    #[error("leaf {index} is not in a tree of {size} leaves")]
    Index {
        /// The leaf asked for.
        index: u64,
        /// The tree's size.
        size: u64,
    },
    /// A tree cannot be consistent with a smaller one that came later.
    #[error("a tree of {old} leaves cannot have grown into one of {new}")]
    Shrunk {
        /// The older tree's size.
        old: u64,
        /// The newer tree's size.
        new: u64,
    },
    /// A tree of this size and place has a proof of one length only.
    #[error("the proof has {found} hashes, not {expected}")]
    Length {
        /// What it should have.
        expected: usize,
        /// What it has.
        found: usize,
    },
    /// The leaf and the proof give another root.
    #[error("leaf {index} is not in the tree of {size} leaves with this root")]
    Inclusion {
        /// The leaf.
        index: u64,
        /// The tree's size.
        size: u64,
    },
    /// The proof does not give the older root.
    #[error("the tree of {old} leaves is not the one with this root")]
    OldRoot {
        /// The older tree's size.
        old: u64,
    },
    /// The proof does not give the newer root.
    #[error("the tree of {new} leaves did not grow from the one of {old}")]
    NewRoot {
        /// The older tree's size.
        old: u64,
        /// The newer tree's size.
        new: u64,
    },
}

#[cfg(test)]
mod tests;
