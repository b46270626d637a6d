//! The members of a bundle that follow from its record and its events: written when it is made, and again to check it.

use std::io::{self, Write};

use crate::{audit::Audit, model::Dossier};

mod guide;
mod subtitles;
mod tables;

pub(crate) use guide::guide;
pub(crate) use tables::total_lines;

/// The record itself.
pub(crate) const RECORD: &str = "dossier.json";
/// The guide to checking the bundle with stock tools.
pub(crate) const GUIDE: &str = "VERIFY.md";
/// The log's head.
pub(crate) const CHECKPOINT: &str = "audit/checkpoint";
/// The events, one a line.
pub(crate) const EVENTS: &str = "audit/events.jsonl";
/// The keys over time.
pub(crate) const KEYS: &str = "keys/log.json";
/// The key that signs the bundle, as OpenSSL reads it.
pub(crate) const KEY_PEM: &str = "keys/signer.pem";
/// The same as note tools read it.
pub(crate) const KEY_VKEY: &str = "keys/signer.vkey";

/// Where the document is, if there is one.
pub(crate) const DOCUMENT: &str = "report.pdf";

/// Writes a member.
pub(crate) type WriteMember<'d> = dyn Fn(&mut dyn Write) -> io::Result<()> + 'd;

/// A member that can be written as often as needed.
pub(crate) struct Derived<'d> {
    pub(crate) path: String,
    pub(crate) write: Box<WriteMember<'d>>,
}

/// Where an event's proof is.
pub(crate) fn proof_path(seq: u64) -> String {
    format!("audit/proofs/{seq:010}.tlog-proof")
}

/// All members that are a function of record and events alone, by path: tables, subtitles, the record, events, proofs.
pub(crate) fn derived<'d>(dossier: &'d Dossier, audit: &'d Audit) -> Vec<Derived<'d>> {
    let mut members = of_record(dossier);
    members.push(Derived { path: CHECKPOINT.into(), write: Box::new(|out| write!(out, "{}", audit.checkpoint)) });
    members.push(Derived {
        path: EVENTS.into(),
        write: Box::new(|out| {
            audit.events.iter().try_for_each(|event| writeln!(out, "{}", event.line().map_err(io::Error::other)?))
        }),
    });
    members.push(Derived { path: KEYS.into(), write: Box::new(|out| canonical(&audit.keys, out)) });
    members.extend(audit.events.iter().map(|event| Derived {
        path: proof_path(event.seq),
        write: Box::new(|out| write!(out, "{}", event.proof_file(&audit.checkpoint))),
    }));
    members.sort_by(|one, other| one.path.cmp(&other.path));
    members
}

/// All members that are a function of the record alone.
pub(crate) fn of_record(dossier: &Dossier) -> Vec<Derived<'_>> {
    let mut members = vec![Derived { path: RECORD.into(), write: Box::new(|out| canonical(dossier, out)) }];
    members.extend(tables::TABLES.iter().map(|table| Derived {
        path: format!("tables/{}.csv", table.name),
        write: Box::new(|out| tables::write(table, dossier, out)),
    }));
    members.extend(subtitles::of_streams(dossier));
    members
}

/// Canonical JSON (RFC 8785), one line without an end.
fn canonical(value: &impl serde::Serialize, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(&serde_json_canonicalizer::to_vec(value).map_err(io::Error::from)?)
}
