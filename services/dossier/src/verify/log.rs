//! The room's part of the log: the head, each event, and each proof that the event is under the head.

use std::io::{BufRead, BufReader, Read, Seek};

use ledger::{AuditEvent, MAX_PROOF_BYTES, SignedCheckpoint, TlogProof, Trust, merkle::verify_inclusion};

use super::{Account, Archive, Code, Found};
use crate::{
    members::{CHECKPOINT, EVENTS, proof_path},
    model::{Dossier, Pin},
};

/// Longest line of an event that is read.
const MAX_LINE: u64 = 1 << 20;
/// Longest checkpoint that is read.
const MAX_CHECKPOINT: u64 = ledger::MAX_NOTE_BYTES as u64;
/// Most bytes of all events.
const MAX_EVENTS: u64 = 1 << 30;

/// Checks the log's head, the events and their proofs; gives the events that could be read.
pub(super) fn check<R: Read + Seek>(
    archive: &mut Archive<R>,
    dossier: &Dossier,
    trust: Option<&Trust>,
    found: &mut Found<'_>,
    account: &mut Account,
) -> Vec<(u64, AuditEvent)> {
    let head = checkpoint(archive, dossier, trust, found, account);
    let events = events(archive, dossier, found);
    if let Some(head) = &head {
        if let Some((seq, _)) = events.last().filter(|(seq, _)| *seq >= head.checkpoint().size()) {
            let size = head.checkpoint().size();
            found.add(Code::Event, Some(EVENTS), format!("event {seq} is beyond the head, which stands for {size}"));
        }
        for (seq, event) in &events {
            proof(archive, *seq, event, head, found);
        }
        account.checked("events with their leaves and proofs", events.len());
    }
    let named: std::collections::BTreeSet<_> = events.iter().map(|(seq, _)| proof_path(*seq)).collect();
    let proofs = archive.names().filter(|path| path.starts_with("audit/proofs/") && !named.contains(*path));
    for path in proofs {
        found.add(Code::Proof, Some(path), "it is of no event in the bundle");
    }
    events
}

fn checkpoint<R: Read + Seek>(
    archive: &mut Archive<R>,
    dossier: &Dossier,
    trust: Option<&Trust>,
    found: &mut Found<'_>,
    account: &mut Account,
) -> Option<SignedCheckpoint> {
    let bytes = archive.read(CHECKPOINT, MAX_CHECKPOINT, found)?;
    let mut say = |what: String| found.add(Code::Checkpoint, Some(CHECKPOINT), what);
    let head = match SignedCheckpoint::parse(&bytes) {
        Ok(head) => head,
        Err(error) => {
            say(format!("it is no checkpoint: {error}"));
            return None;
        }
    };
    if head.to_string().as_bytes() != bytes {
        say("it is not in its one form".to_owned());
    }
    match trust.map(|trust| head.verify(trust)) {
        None => {}
        Some(Ok(_)) => account.checked("signatures of the log's head", 1),
        Some(Err(error)) => {
            let cause = std::error::Error::source(&error).map_or(String::new(), |cause| format!(": {cause}"));
            say(format!("{error}{cause}"));
        }
    }
    let Pin { origin, size, root } = Pin::of(&head);
    if dossier.pin != (Pin { origin, size, root }) {
        say(format!("it is not the head that the record is pinned to, of size {}", dossier.pin.size));
    }
    Some(head)
}

/// Reads the events line by line, each in its one form, in order, and of this room.
fn events<R: Read + Seek>(
    archive: &mut Archive<R>,
    dossier: &Dossier,
    found: &mut Found<'_>,
) -> Vec<(u64, AuditEvent)> {
    let mut events: Vec<(u64, AuditEvent)> = Vec::new();
    if !archive.has(EVENTS) {
        found.add(Code::Missing, Some(EVENTS), "it is not there");
        return events;
    }
    let member = match archive.member(EVENTS) {
        Ok(member) => member,
        Err(error) => {
            found.add(Code::Archive, Some(EVENTS), format!("it cannot be unpacked: {error}"));
            return events;
        }
    };
    let mut lines = BufReader::new(member.take(MAX_EVENTS));
    let mut line = Vec::new();
    for number in 1_u64.. {
        let mut say = |what: &str| found.add(Code::Event, Some(EVENTS), format!("line {number} {what}"));
        line.clear();
        match (&mut lines).take(MAX_LINE).read_until(b'\n', &mut line) {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) => {
                say(&format!("cannot be unpacked: {error}"));
                break;
            }
        }
        let text = line.strip_suffix(b"\n").and_then(|line| std::str::from_utf8(line).ok());
        let Some((seq, event)) = text.and_then(crate::audit::read_line) else {
            say("is no event in its one form, with the leaf that follows from it");
            if line.last() != Some(&b'\n') {
                break;
            }
            continue;
        };
        if events.last().is_some_and(|(last, _)| *last >= seq) {
            say("stands before the one before it in the log, or is the same");
        }
        if event.room_id.as_deref() != Some(dossier.room.room.as_str()) {
            say("is an event of another room");
        }
        events.push((seq, event));
    }
    events
}

fn proof<R: Read + Seek>(
    archive: &mut Archive<R>,
    seq: u64,
    event: &AuditEvent,
    head: &SignedCheckpoint,
    found: &mut Found<'_>,
) {
    let path = proof_path(seq);
    let Some(bytes) = archive.read(&path, MAX_PROOF_BYTES as u64, found) else { return };
    if let Err(why) = shows(&bytes, seq, event, head) {
        found.add(Code::Proof, Some(&path), why);
    }
}

fn shows(bytes: &[u8], seq: u64, event: &AuditEvent, head: &SignedCheckpoint) -> Result<(), String> {
    let proof = TlogProof::parse(bytes).map_err(|error| format!("it is no proof: {error}"))?;
    if proof.to_string().as_bytes() != bytes || proof.extra.is_some() {
        return Err("it is not in its one form, without extra data".to_owned());
    }
    if proof.checkpoint != *head {
        return Err("it leads to another head than the one in the bundle".to_owned());
    }
    if proof.index != seq {
        return Err(format!("it is of the event at {}, not of the one at {seq}", proof.index));
    }
    let leaf = event.leaf_hash().map_err(|error| error.to_string())?;
    let head = head.checkpoint();
    verify_inclusion(&leaf, seq, head.size(), &proof.hashes, head.root())
        .map_err(|error| format!("it does not show the event at {seq}: {error}"))
}
