//! What others hold or said of the log: checkpoints kept elsewhere, cosignatures, time stamps.

use ledger::{SignedCheckpoint, Trust, VerifyingKey, cosignature, merkle::root_at, verify_timestamp};
use store::{AuditCheckpoint, AuditCosignature, AuditHead, AuditStamp, Store, StoreError};

use super::{Found, Report};

/// Rows of one read.
const PAGE: u32 = 200;

/// What whoever checks knew before: nothing of it is in the database.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// A key of the log.
    pub key: Option<VerifyingKey>,
    /// Heads of the log as they were once given out.
    pub checkpoints: Vec<SignedCheckpoint>,
    /// Keys of witnesses that are believed.
    pub witnesses: Vec<VerifyingKey>,
    /// Certificates that time stamps must descend from, in DER.
    pub roots: Vec<Vec<u8>>,
}

/// How much of what others said was checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Vouched {
    /// Sound cosignatures of witnesses that are believed.
    pub cosignatures: u64,
    /// Sound time stamps that descend from the roots given.
    pub stamps: u64,
    /// Those of witnesses that are not known, and stamps where no roots were given: nothing was learnt from them.
    pub unknown: u64,
}

/// Compares heads that were kept elsewhere with the stored tree, which the check of the leaves has found sound or not.
pub(super) async fn kept(
    store: &Store,
    trust: &Trust,
    head: &AuditHead,
    checkpoints: &[SignedCheckpoint],
    found: Report<'_>,
) -> Result<(), StoreError> {
    for signed in checkpoints {
        let size = signed.checkpoint().size();
        if let Err(source) = signed.verify(trust) {
            found(Found::KeptUnsigned { size, source });
            continue;
        }
        if size > head.leaves {
            found(Found::KeptTruncated { size, leaves: head.leaves });
            continue;
        }
        let nodes = store.audit_nodes(&ledger::merkle::root_nodes(size)).await?;
        if root_at(&nodes, size).ok().as_ref() != Some(signed.checkpoint().root()) {
            found(Found::KeptFork { size });
        }
    }
    Ok(())
}

/// Checks every cosignature and time stamp in the database.
pub(super) async fn vouched(store: &Store, known: &Known, found: Report<'_>) -> Result<Vouched, StoreError> {
    let mut seen = Vouched::default();
    let mut next = 0;
    loop {
        // Sizes are whole pages: one that a page ends in is read again, from its begin.
        let rows = store.audit_cosignatures(next, i64::MAX.cast_unsigned(), PAGE).await?;
        let (rows, more) = whole_sizes(rows, |row| row.size);
        for row in &rows {
            let of = checkpoint(store, row.size).await?;
            cosigned(row, of.as_ref(), known, &mut seen, found);
        }
        next = rows.last().map_or(next, |row| row.size + 1);
        if !more {
            break;
        }
    }
    next = 0;
    loop {
        let rows = store.audit_stamps(next, i64::MAX.cast_unsigned(), PAGE).await?;
        let (rows, more) = whole_sizes(rows, |row| row.size);
        for row in &rows {
            let of = checkpoint(store, row.size).await?;
            stamped(row, of.as_ref(), known, &mut seen, found);
        }
        next = rows.last().map_or(next, |row| row.size + 1);
        if !more {
            return Ok(seen);
        }
    }
}

/// Cuts a full page back to the rows of sizes that it surely holds whole, unless all are of one; whether more may come.
fn whole_sizes<R>(mut rows: Vec<R>, size: impl Fn(&R) -> u64) -> (Vec<R>, bool) {
    let is_full = rows.len() == PAGE as usize;
    if let Some(last) = rows.last().map(&size).filter(|last| is_full && size(&rows[0]) < *last) {
        rows.retain(|row| size(row) < last);
    }
    (rows, is_full)
}

async fn checkpoint(store: &Store, size: u64) -> Result<Option<AuditCheckpoint>, StoreError> {
    Ok(store.audit_checkpoints(size, size, 1).await?.pop())
}

fn cosigned(
    row: &AuditCosignature,
    of: Option<&AuditCheckpoint>,
    known: &Known,
    seen: &mut Vouched,
    found: Report<'_>,
) {
    let bad = |source| Found::Cosignature { size: row.size, witness: row.vkey.clone(), source };
    let Ok(key) = VerifyingKey::parse(&row.vkey) else { return found(bad(None)) };
    // The check of the log names a checkpoint that is gone or cannot be read.
    let Some(signed) = of.and_then(|of| SignedCheckpoint::parse(of.note.as_bytes()).ok()) else {
        return found(bad(None));
    };
    match cosignature(&signed, row.line.as_bytes(), &key) {
        Err(source) => found(bad(Some(source))),
        Ok(sound) if sound.by.signed_at != Some(row.signed_at) => found(bad(None)),
        Ok(_) if known.witnesses.contains(&key) => seen.cosignatures += 1,
        Ok(_) => seen.unknown += 1,
    }
}

fn stamped(row: &AuditStamp, of: Option<&AuditCheckpoint>, known: &Known, seen: &mut Vouched, found: Report<'_>) {
    let bad = |source| Found::Stamp { size: row.size, authority: row.authority.clone(), source };
    let Some(of) = of else { return found(bad(None)) };
    if known.roots.is_empty() {
        seen.unknown += 1;
        return;
    }
    match verify_timestamp(&row.token, of.note.as_bytes(), &known.roots, None) {
        Err(source) => found(bad(Some(source))),
        Ok(stamp) if stamp.at != row.stamped_at => found(bad(None)),
        Ok(_) => seen.stamps += 1,
    }
}
