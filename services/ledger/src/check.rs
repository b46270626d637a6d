//! The whole log against its checkpoints, event by event, in memory that does not grow with the log.
//!
//! Every difference is named and the check goes on. What it proves is that the events are those that the signed roots
//! stand for. Whether the one with the key rewrote everything and signed anew shows only against a checkpoint that
//! somebody else kept, or a witness's cosignature: give such checkpoints in with the stored ones.

use crate::checkpoint::{Checkpoint, SignedCheckpoint};
use crate::event::AuditEvent;
use crate::merkle::{Edge, Hash};
use crate::trust::Trust;

mod difference;

pub use difference::Difference;

/// One event as it is stored.
#[derive(Clone, Copy, Debug)]
pub struct StoredEvent<'e> {
    /// Its place in the log, from 0 without a gap.
    pub seq: u64,
    /// The leaf's hash that is stored beside it.
    pub leaf_hash: Hash,
    /// The event; none where its content was erased and the leaf alone is left.
    pub event: Option<&'e AuditEvent>,
}

/// What a check saw.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckSummary {
    /// Events seen.
    pub events: u64,
    /// Those of them whose content was erased: their leaf was taken as stored.
    pub erased: u64,
    /// Checkpoints read.
    pub checkpoints: u64,
    /// The leaves that a sound checkpoint stands for, from the first: `[0, proved)`.
    pub proved: u64,
    /// Events after the last checkpoint, which nobody has signed yet.
    pub unsigned: u64,
    /// Differences reported.
    pub differences: u64,
}

/// A check in progress: [`LogCheck::event`] for each event in the order of `seq`, then [`LogCheck::finish`].
pub struct LogCheck<'t, C, R> {
    trust: &'t Trust,
    checkpoints: C,
    /// The next sound checkpoint that the events have not reached.
    next: Option<Checkpoint>,
    /// Size and root of the last sound checkpoint that was read.
    last: Option<(u64, Hash)>,
    report: R,
    /// The tree over the stored leaves.
    edge: Edge,
    /// The tree over the leaves as computed, from the first that differs since the last root that agreed.
    computed: Option<Edge>,
    next_seq: u64,
    /// From which leaf on no root can be computed.
    broken: Option<u64>,
    summary: CheckSummary,
}

impl<'t, C, R> LogCheck<'t, C, R>
where
    C: Iterator,
    C::Item: AsRef<[u8]>,
    R: FnMut(Difference),
{
    /// Begins a check. `checkpoints` are the signed notes in the order of their sizes, read as the events reach them;
    /// `report` gets every difference when it is found.
    pub fn new(trust: &'t Trust, checkpoints: impl IntoIterator<IntoIter = C>, report: R) -> Self {
        Self::resume(trust, Edge::new(), checkpoints, report)
    }

    /// Begins a check of the log's tail: the first event is number `edge.size()`.
    ///
    /// Let the first of `checkpoints` be the one of that size: it shows whether `edge` is sound. None may be smaller.
    pub fn resume(trust: &'t Trust, edge: Edge, checkpoints: impl IntoIterator<IntoIter = C>, report: R) -> Self {
        let mut check = Self {
            trust,
            checkpoints: checkpoints.into_iter(),
            next: None,
            last: None,
            report,
            next_seq: edge.size(),
            edge,
            computed: None,
            broken: None,
            summary: CheckSummary::default(),
        };
        check.next = check.read_checkpoint();
        check.compare_roots();
        check
    }

    /// Takes the next event.
    pub fn event(&mut self, stored: &StoredEvent<'_>) {
        self.summary.events += 1;
        let computed = self.leaf_of(stored);
        if stored.seq < self.next_seq {
            return self.report(Difference::Repeated { seq: stored.seq, expected: self.next_seq });
        }
        if stored.seq > self.next_seq {
            self.report(Difference::Missing { first: self.next_seq, end: stored.seq });
            self.broken.get_or_insert(self.next_seq);
            self.next_seq = stored.seq;
            self.compare_roots();
        }
        if computed != stored.leaf_hash && self.computed.is_none() {
            self.computed = Some(self.edge.clone());
        }
        if self.broken.is_none() {
            self.edge.append(stored.leaf_hash);
            if let Some(edge) = &mut self.computed {
                edge.append(computed);
            }
        }
        self.next_seq = stored.seq.saturating_add(1);
        self.compare_roots();
    }

    /// Ends the check: checkpoints that the events never reached show that the log was cut short.
    pub fn finish(mut self) -> CheckSummary {
        while let Some(checkpoint) = self.next.take() {
            self.report(Difference::Truncated { size: checkpoint.size(), end: self.next_seq });
            self.next = self.read_checkpoint();
        }
        let signed = self.last.map_or(0, |(size, _)| size);
        self.summary.unsigned = self.next_seq.saturating_sub(signed);
        self.summary
    }

    /// The leaf's hash as its event gives it, or as stored where there is no event.
    fn leaf_of(&mut self, stored: &StoredEvent<'_>) -> Hash {
        let Some(event) = stored.event else {
            self.summary.erased += 1;
            return stored.leaf_hash;
        };
        match event.leaf_hash() {
            Ok(computed) => {
                if computed != stored.leaf_hash {
                    let audit_event_id = event.audit_event_id;
                    self.report(Difference::Leaf { seq: stored.seq, audit_event_id });
                }
                computed
            }
            Err(source) => {
                self.report(Difference::Unhashable { seq: stored.seq, source });
                stored.leaf_hash
            }
        }
    }

    /// Compares the tree with every checkpoint that the events have reached.
    fn compare_roots(&mut self) {
        while let Some(checkpoint) = self.next.take_if(|next| next.size() <= self.next_seq) {
            self.compare_root(checkpoint.size(), checkpoint.root());
            self.next = self.read_checkpoint();
        }
    }

    fn compare_root(&mut self, size: u64, signed: &Hash) {
        if let Some(since) = self.broken {
            return self.report(Difference::Unprovable { size, since });
        }
        if self.edge.root() != *signed {
            let Some(computed) = self.computed.take().filter(|edge| edge.root() == *signed) else {
                self.broken = Some(self.summary.proved);
                return self.report(Difference::Root { size, agreed: self.summary.proved });
            };
            // What is signed is what the events give: the stored hashes were changed, and are named already.
            self.edge = computed;
        }
        self.computed = None;
        self.summary.proved = size;
    }

    /// The next checkpoint that can serve, with a word on each that cannot.
    fn read_checkpoint(&mut self) -> Option<Checkpoint> {
        loop {
            let bytes = self.checkpoints.next()?;
            let ordinal = self.summary.checkpoints;
            self.summary.checkpoints += 1;
            match self.sound_checkpoint(ordinal, bytes.as_ref()) {
                Ok(checkpoint) => {
                    self.last = Some((checkpoint.size(), *checkpoint.root()));
                    return Some(checkpoint);
                }
                Err(difference) => self.report(difference),
            }
        }
    }

    fn sound_checkpoint(&self, ordinal: u64, bytes: &[u8]) -> Result<Checkpoint, Difference> {
        let signed = SignedCheckpoint::parse(bytes).map_err(|source| Difference::CheckpointForm { ordinal, source })?;
        let (size, root) = (signed.checkpoint().size(), signed.checkpoint().root());
        signed.verify(self.trust).map_err(|source| Difference::CheckpointTrust { ordinal, size, source })?;
        match self.last {
            Some((last, _)) if size < last => Err(Difference::CheckpointOrder { ordinal, size, last }),
            Some((last, other)) if size == last && other != *root => Err(Difference::Fork { size }),
            _ => Ok(signed.checkpoint().clone()),
        }
    }

    fn report(&mut self, difference: Difference) {
        self.summary.differences += 1;
        (self.report)(difference);
    }
}

#[cfg(test)]
mod tests;
