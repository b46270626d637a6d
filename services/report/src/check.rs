//! The stored log against its checkpoints: all of it, or its tail before more is signed. Memory stays flat.

use std::sync::{Mutex, PoisonError};

use ledger::{CheckSummary, Difference, LogCheck, Trust, merkle::Edge};
use store::{AuditHead, Store, StoreError};

use crate::history::{first_trust, trust};

mod found;
mod pages;
mod vouched;

pub use found::Found;
use pages::{Checkpoints, Tree, named};
pub use vouched::{Known, Vouched};

/// Leaves of one read.
const PAGE: u32 = 2_000;
/// How many leaves the tail has at least, where the log is longer.
const TAIL: u64 = 10_000;

/// The log could not be checked.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The rows cannot be read.
    #[error("the audit log cannot be read")]
    Store(#[from] StoreError),
}

/// What a whole check came to.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// What was seen.
    pub summary: CheckSummary,
    /// Everything that was named.
    pub differences: u64,
    /// Events that have no place yet: they come with the next second.
    pub waiting: i64,
    /// The key in force; none where the log has none.
    pub vkey: Option<String>,
    /// Whether somebody gave a key from elsewhere, and it is one of the log's.
    pub key_known: bool,
    /// What witnesses and authorities said of it.
    pub vouched: Vouched,
}

/// Where findings go, one by one.
pub(crate) type Report<'r> = &'r mut (dyn FnMut(Found) + Send);

/// Checks every event, leaf, node, checkpoint, key, cosignature and time stamp, and the log against what is `known` of it
/// from elsewhere. `found` gets each difference, `progress` the number of events done and of all.
///
/// # Errors
/// [`CheckError`] if the database does not answer.
pub async fn verify(
    store: &Store,
    known: &Known,
    found: Report<'_>,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<Verdict, CheckError> {
    let mut differences = 0;
    let mut count = |difference| {
        differences += 1;
        found(difference);
    };
    let (head, keys) = (store.audit_head().await?, store.audit_keys().await?);
    let given = known.key.as_ref();
    let key_known = given.is_some_and(|given| keys.iter().any(|key| key.vkey == given.to_string()));
    if let Some(given) = given.filter(|_| !key_known) {
        count(Found::GivenKey { given: given.to_string() });
    }
    let believed = match trust(&keys) {
        Ok(trust) => Some(trust),
        Err(error) => {
            // A log that nothing was written to yet is sound.
            if head.leaves > 0 || !keys.is_empty() {
                count(error.into());
            }
            keys.first().and_then(|first| first_trust(first).ok())
        }
    };
    let mut summary = CheckSummary::default();
    if let Some(trust) = &believed {
        summary = check(store, trust, Edge::new(), &head, &mut count, progress).await?;
        vouched::kept(store, trust, &head, &known.checkpoints, &mut count).await?;
    }
    let vouched = vouched::vouched(store, known, &mut count).await?;
    for (audit_event_id, seq) in store.audit_events_without_leaf(i64::MAX.cast_unsigned()).await? {
        if seq.cast_unsigned() < head.leaves || !has_leaf(store, audit_event_id).await? {
            count(Found::LeafGone { seq, audit_event_id });
        }
    }
    let waiting = store.audit_events_waiting().await?;
    let vkey = keys.last().map(|key| key.vkey.clone());
    Ok(Verdict { summary, differences, waiting, vkey, key_known, vouched })
}

/// Whether an event got its leaf meanwhile.
async fn has_leaf(store: &Store, audit_event_id: uuid::Uuid) -> Result<bool, StoreError> {
    Ok(store.audit_place(audit_event_id).await?.is_some())
}

/// Checks the last of the log, from a checkpoint some ten thousand events back on; gives the tree's right edge, or none
/// where that checkpoint's nodes are not there.
///
/// # Errors
/// [`CheckError`] if the database does not answer.
pub async fn check_tail(
    store: &Store,
    trust: &Trust,
    head: &AuditHead,
    found: Report<'_>,
) -> Result<Option<Edge>, CheckError> {
    let begin = store.audit_checkpoint_up_to(head.leaves.saturating_sub(TAIL)).await?;
    let size = begin.map_or(0, |checkpoint| checkpoint.size);
    let Some(from) = edge_at(store, size).await? else {
        found(Found::Log(Difference::Unprovable { size, since: 0 }));
        return Ok(None);
    };
    check(store, trust, from, head, found, &mut |_, _| ()).await?;
    edge_at(store, head.leaves).await
}

/// The right edge at a size, from stored nodes; none where one is missing.
async fn edge_at(store: &Store, size: u64) -> Result<Option<Edge>, CheckError> {
    let nodes = ledger::merkle::root_nodes(size);
    let hashes = store.audit_nodes(&nodes).await?;
    let subtrees: Option<Vec<_>> = nodes.iter().map(|node| hashes.get(node).copied()).collect();
    Ok(subtrees.and_then(|subtrees| Edge::resume(size, subtrees).ok()))
}

/// Checks the log from `from` up to `head`.
async fn check(
    store: &Store,
    trust: &Trust,
    from: Edge,
    head: &AuditHead,
    found: Report<'_>,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<CheckSummary, CheckError> {
    // Filled as the check meets them, and emptied after each page.
    let differences = Mutex::new(Vec::new());
    let report = |difference| differences.lock().unwrap_or_else(PoisonError::into_inner).push(difference);
    let checkpoints = Checkpoints::new(store, from.size(), head.signed);
    let (mut next, mut tree) = (from.size(), Tree::new(from.clone()));
    checkpoints.fill(next, found).await?;
    let mut check = LogCheck::resume(trust, from, checkpoints.notes(), report);
    loop {
        let page = store.audit_leaves(next, head.leaves, PAGE).await?;
        let Some(last) = page.last().map(|leaf| leaf.seq) else { break };
        checkpoints.fill(last + 1, found).await?;
        let stored = store.audit_nodes_ending(next, last + 1).await?;
        for leaf in &page {
            named(leaf, found);
            let event = leaf.event.as_ref().map(|logged| &logged.event);
            check.event(&ledger::StoredEvent { seq: leaf.seq, leaf_hash: leaf.leaf_hash, event });
            tree.leaf(leaf, &stored, found);
        }
        drain(&differences, found);
        next = last + 1;
        progress(next, head.leaves);
    }
    // A log that was cut short may have lost any number of them: some name it as well as all.
    checkpoints.fill(next, found).await?;
    let summary = check.finish();
    drain(&differences, found);
    Ok(summary)
}

fn drain(differences: &Mutex<Vec<Difference>>, found: Report<'_>) {
    let met = std::mem::take(&mut *differences.lock().unwrap_or_else(PoisonError::into_inner));
    for difference in met {
        found(difference.into());
    }
}
