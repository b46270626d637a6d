//! Rows as a check meets them: leaves with their events, nodes with the leaves below, checkpoints ahead of the leaves.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

use ledger::{
    SignedCheckpoint,
    merkle::{Edge, Hash, Node},
};
use store::{AuditCheckpoint, AuditLeaf, Store, StoreError};

use super::{Found, Report};

/// Checkpoints of one read.
const CHECKPOINTS: u32 = 500;

/// What a leaf and its event's own row say of each other.
pub(super) fn named(leaf: &AuditLeaf, found: Report<'_>) {
    let (seq, audit_event_id) = (leaf.seq, leaf.audit_event_id);
    let Some(logged) = &leaf.event else { return found(Found::EventGone { seq, audit_event_id }) };
    if logged.seq != i64::try_from(seq).ok() {
        found(Found::Place { seq, audit_event_id, said: logged.seq });
    }
    if logged.leaf_hash != leaf.leaf_hash {
        found(Found::NamedHash { seq, audit_event_id });
    }
}

/// The tree over the stored leaves, as far as they go without a gap.
pub(super) struct Tree(Option<Edge>);

impl Tree {
    pub(super) fn new(from: Edge) -> Self {
        Self(Some(from))
    }

    /// Takes the next leaf, and compares the nodes that it completes with those stored.
    pub(super) fn leaf(&mut self, leaf: &AuditLeaf, stored: &BTreeMap<Node, Hash>, found: Report<'_>) {
        let Some(edge) = self.0.as_mut().filter(|edge| edge.size() == leaf.seq) else {
            self.0 = None;
            return;
        };
        edge.append_with(leaf.leaf_hash, |node, hash| {
            if node.level > 0 && stored.get(&node) != Some(hash) {
                found(Found::Node { level: node.level, index: node.index });
            }
        });
    }
}

/// The checkpoints from a size on, read as far as the check needs them: one beyond the leaves that it has seen.
pub(super) struct Checkpoints<'s> {
    store: &'s Store,
    last: u64,
    state: Mutex<Ahead>,
}

struct Ahead {
    notes: VecDeque<String>,
    /// The size from which to read on; none after the last.
    next: Option<u64>,
}

impl<'s> Checkpoints<'s> {
    /// Those of sizes `first` to `last`.
    pub(super) fn new(store: &'s Store, first: u64, last: u64) -> Self {
        Self { store, last, state: Mutex::new(Ahead { notes: VecDeque::new(), next: Some(first) }) }
    }

    /// Reads on until one of more than `size` is there, or all are.
    pub(super) async fn fill(&self, size: u64, found: Report<'_>) -> Result<(), StoreError> {
        loop {
            let Some(next) = self.state().next.filter(|next| *next <= size.saturating_add(1)) else { return Ok(()) };
            let rows = self.store.audit_checkpoints(next, self.last, CHECKPOINTS).await?;
            for row in &rows {
                if !says_the_same(row) {
                    found(Found::CheckpointRow { size: row.size });
                }
            }
            let mut state = self.state();
            state.next = rows.last().map(|row| row.size.saturating_add(1));
            state.notes.extend(rows.into_iter().map(|row| row.note));
        }
    }

    /// The notes, as far as they were read.
    pub(super) fn notes(&self) -> impl Iterator<Item = String> {
        std::iter::from_fn(|| self.state().notes.pop_front())
    }

    fn state(&self) -> MutexGuard<'_, Ahead> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the columns say what the note says. One that cannot be read is named by the check itself.
fn says_the_same(row: &AuditCheckpoint) -> bool {
    SignedCheckpoint::parse(row.note.as_bytes()).map_or(true, |signed| {
        signed.checkpoint().size() == row.size && signed.checkpoint().root().as_slice() == row.root
    })
}
