//! A tree that only grows, kept as its right edge: one hash per set bit of its size.

use super::node::fold_right;
use super::{Hash, MAX_SIZE, Node, node_hash};

/// The right edge of a tree: enough to append and to give the root, in at most 63 hashes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edge {
    size: u64,
    /// The full subtrees, from left (large) to right (small).
    subtrees: Vec<Hash>,
}

/// An edge that no tree has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EdgeError {
    /// No tree is that large.
    #[error("a tree of {size} leaves is larger than any can be")]
    Size {
        /// The size given.
        size: u64,
    },
    /// The number of hashes does not fit the size.
    #[error("the edge of a tree of {size} leaves has {found} hashes, not {expected}")]
    Hashes {
        /// The size given.
        size: u64,
        /// Set bits of the size.
        expected: usize,
        /// Hashes given.
        found: usize,
    },
}

impl Edge {
    /// The edge of the tree without leaves.
    pub fn new() -> Self {
        Self::default()
    }

    /// The edge of a tree that is there already; `subtrees` are the hashes of [`root_nodes`](super::root_nodes).
    ///
    /// # Errors
    /// [`EdgeError`] where the number of hashes does not fit `size`.
    pub fn resume(size: u64, subtrees: Vec<Hash>) -> Result<Self, EdgeError> {
        if size > MAX_SIZE {
            return Err(EdgeError::Size { size });
        }
        let expected = size.count_ones() as usize;
        if subtrees.len() != expected {
            return Err(EdgeError::Hashes { size, expected, found: subtrees.len() });
        }
        Ok(Self { size, subtrees })
    }

    /// The number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The full subtrees' hashes, from left to right, as [`Edge::resume`] takes them.
    pub fn subtrees(&self) -> &[Hash] {
        &self.subtrees
    }

    /// Appends a leaf by its hash.
    pub fn append(&mut self, leaf: Hash) {
        self.append_with(leaf, |_, _| ());
    }

    /// Appends a leaf by its hash and hands every node that this completes to `store`, the leaf itself first.
    pub fn append_with(&mut self, leaf: Hash, mut store: impl FnMut(Node, &Hash)) {
        let (mut node, mut hash) = (Node { level: 0, index: self.size }, leaf);
        store(node, &hash);
        while node.index % 2 == 1 {
            let Some(left) = self.subtrees.pop() else { break };
            hash = node_hash(&left, &hash);
            node = Node { level: node.level + 1, index: node.index / 2 };
            store(node, &hash);
        }
        self.subtrees.push(hash);
        self.size += 1;
    }

    /// The root of the tree.
    pub fn root(&self) -> Hash {
        fold_right(&self.subtrees)
    }
}
