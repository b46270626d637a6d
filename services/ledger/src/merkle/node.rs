//! The nodes of a tree, where their hashes come from, and what a stretch of leaves hashes to.

use std::collections::BTreeMap;

use super::{Hash, MAX_SIZE, ProofError, empty_root, node_hash};

/// A full subtree: the `1 << level` leaves from `index << level`. Level 0 is the leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Node {
    /// Its height, 0 to 62.
    pub level: u8,
    /// Its place among the nodes of that level, from 0.
    pub index: u64,
}

/// Where the hashes of stored nodes come from: tiles, a table, a map that was filled from either.
///
/// Only nodes of full subtrees are asked for; [`inclusion_nodes`](super::inclusion_nodes) and
/// [`consistency_nodes`](super::consistency_nodes) name them beforehand, so that one query can fetch them all.
pub trait Hashes {
    /// Why a hash could not be had.
    type Error: std::error::Error + 'static;

    /// The hash of one node.
    ///
    /// # Errors
    /// The source's own.
    fn node(&self, node: Node) -> Result<Hash, Self::Error>;
}

/// A node that a map does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the hash of node {index} on level {level} is not there", index = .0.index, level = .0.level)]
pub struct MissingNode(pub Node);

impl Hashes for BTreeMap<Node, Hash> {
    type Error = MissingNode;

    fn node(&self, node: Node) -> Result<Hash, MissingNode> {
        self.get(&node).copied().ok_or(MissingNode(node))
    }
}

/// Why a proof or a root could not be made.
#[derive(Debug, thiserror::Error)]
pub enum BuildError<E: std::error::Error + 'static> {
    /// There is no such proof in any tree.
    #[error("there is nothing to prove")]
    Impossible(#[source] ProofError),
    /// No tree is that large.
    #[error("a tree of {size} leaves is larger than any can be")]
    Size {
        /// The size asked for.
        size: u64,
    },
    /// A hash could not be had.
    #[error("node {index} on level {level} could not be read", index = .node.index, level = .node.level)]
    Node {
        /// The node.
        node: Node,
        /// Why.
        #[source]
        source: E,
    },
}

/// The leaves `[first, end)`, where the tree's shape gives them one hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) first: u64,
    pub(super) end: u64,
}

impl Stretch {
    /// The whole of a tree.
    ///
    /// # Errors
    /// The size itself, where it is beyond [`MAX_SIZE`].
    pub(super) fn whole(size: u64) -> Result<Self, u64> {
        if size > MAX_SIZE { Err(size) } else { Ok(Self { first: 0, end: size }) }
    }

    pub(super) fn len(self) -> u64 {
        self.end - self.first
    }

    /// Where RFC 9162 splits it: at the largest power of two below its length, which must be 2 or more.
    pub(super) fn halves(self) -> (Self, Self) {
        let middle = self.first + (1_u64 << (u64::BITS - 1 - (self.len() - 1).leading_zeros()));
        (Self { first: self.first, end: middle }, Self { first: middle, end: self.end })
    }

    /// The full subtrees that it is made of, from left to right and from large to small.
    pub(super) fn nodes(self) -> impl Iterator<Item = Node> {
        let mut first = self.first;
        std::iter::from_fn(move || {
            let left = self.end.checked_sub(first).filter(|left| *left > 0)?;
            let level = left.ilog2();
            let node = Node { level: u8::try_from(level).ok()?, index: first >> level };
            first += 1 << level;
            Some(node)
        })
    }

    pub(super) fn hash<H: Hashes>(self, hashes: &H) -> Result<Hash, BuildError<H::Error>> {
        let read = |node| hashes.node(node).map_err(|source| BuildError::Node { node, source });
        Ok(fold_right(&self.nodes().map(read).collect::<Result<Vec<_>, _>>()?))
    }
}

/// The root over full subtrees of falling size, which hang from the right.
pub(super) fn fold_right(subtrees: &[Hash]) -> Hash {
    let mut from_right = subtrees.iter().rev().copied();
    let Some(last) = from_right.next() else { return empty_root() };
    from_right.fold(last, |right, left| node_hash(&left, &right))
}

/// The nodes that give the root of the tree's first `size` leaves, from left to right: one per set bit of `size`.
/// They are also what [`Edge::resume`](super::Edge::resume) takes.
pub fn root_nodes(size: u64) -> Vec<Node> {
    Stretch::whole(size).map(|whole| whole.nodes().collect()).unwrap_or_default()
}

/// The root of the tree's first `size` leaves.
///
/// # Errors
/// [`BuildError`] where `size` is beyond [`MAX_SIZE`] or a node cannot be read.
pub fn root_at<H: Hashes>(hashes: &H, size: u64) -> Result<Hash, BuildError<H::Error>> {
    Stretch::whole(size).map_err(|size| BuildError::Size { size })?.hash(hashes)
}
