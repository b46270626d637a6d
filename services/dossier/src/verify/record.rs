//! The record: its form, what follows from it, and its sums.

use std::io::{Read, Seek};

use sha2::{Digest, Sha256};

use super::{Account, Archive, Code, Found, compare::compare};
use crate::{
    audit::hex,
    manifest::{MANIFEST, Manifest},
    members::{RECORD, of_record, total_lines},
    model::{Dossier, FORMAT, Totals},
};

/// Longest record that is read, in bytes.
const MAX_RECORD: u64 = 1 << 30;

/// Reads the record; none where there is none to go on with.
pub(super) fn read<R: Read + Seek>(
    archive: &mut Archive<R>,
    manifest: &Manifest,
    found: &mut Found<'_>,
) -> Option<Dossier> {
    let bytes = archive.read(RECORD, MAX_RECORD, found)?;
    let dossier: Dossier = match serde_json::from_slice(&bytes) {
        Ok(dossier) => dossier,
        Err(error) => {
            found.add(Code::Record, Some(RECORD), format!("it cannot be read: {error}"));
            return None;
        }
    };
    if dossier.format != FORMAT {
        let message = format!("it is of the form {:?}, and this program knows {FORMAT:?}", dossier.format);
        found.add(Code::Record, Some(RECORD), message);
        return None;
    }
    let expected = Manifest::of(&dossier, manifest.members.clone());
    if expected != *manifest {
        let message = "it names another room, period, program, moment or head than the record";
        found.add(Code::Manifest, Some(MANIFEST), message);
    }
    Some(dossier)
}

/// Checks what follows from the record, and its sums; `events` is how many the bundle has.
pub(super) fn check<R: Read + Seek>(
    archive: &mut Archive<R>,
    dossier: &Dossier,
    manifest: &Manifest,
    events: usize,
    found: &mut Found<'_>,
    account: &mut Account,
) {
    let members = of_record(dossier);
    for member in &members {
        let code = match member.path.split('/').next() {
            Some("tables") => Code::Table,
            Some("transcripts") => Code::Transcript,
            _ => Code::Record,
        };
        compare(archive, member, code, found);
    }
    for path in manifest.members.iter().map(|member| member.path.as_str()) {
        let follows = path.starts_with("tables/") || path.starts_with("transcripts/");
        if follows && !members.iter().any(|member| member.path == path) {
            found.add(Code::Extra, Some(path), "it follows from nothing in the record");
        }
    }
    account.checked("tables and transcripts against the record", members.len().saturating_sub(1));
    totals(dossier, events, found, account);
    made_by(dossier, found, account);
}

fn totals(dossier: &Dossier, events: usize, found: &mut Found<'_>, account: &mut Account) {
    let (said, summed) = (total_lines(&dossier.totals), total_lines(&Totals::of(dossier, events as u64)));
    let of = |name: &str, lines: &[(String, String)]| {
        lines.iter().find(|(known, _)| known == name).map_or_else(|| "nothing".to_owned(), |(_, value)| value.clone())
    };
    for (name, value) in summed.iter().filter(|(name, value)| of(name, &said) != *value) {
        let message = format!("its lists come to {name} {value}, its totals say {}", of(name, &said));
        found.add(Code::Totals, Some(RECORD), message);
    }
    for (name, value) in said.iter().filter(|(name, _)| !summed.iter().any(|(known, _)| known == name)) {
        found.add(Code::Totals, Some(RECORD), format!("its totals say {name} {value}, its lists nothing"));
    }
    account.checked("sums made again", summed.len());
    let period = Dossier::period_of(&dossier.room, &dossier.streams);
    if period != dossier.period {
        found.add(Code::Totals, Some(RECORD), "its period is not the one of its streams");
    }
}

/// That models and settings that made something are told of, and settings are what their hash says.
fn made_by(dossier: &Dossier, found: &mut Found<'_>, account: &mut Account) {
    let mut say = |what: String| found.add(Code::Record, Some(RECORD), what);
    for setting in &dossier.settings {
        let sha256 = hex(&Sha256::digest(&setting.body));
        if sha256 != setting.sha256 {
            say(format!("the settings {} have the SHA-256 {sha256}", setting.sha256));
        }
    }
    account.checked("settings against their hashes", dossier.settings.len());
    for (.., window) in dossier.windows() {
        let known = |sha256: &String| dossier.models.iter().any(|model| model.sha256 == *sha256);
        if window.model.as_ref().is_some_and(|model| !known(model)) {
            say(format!("the window {} was heard by a model that is not told of", window.window));
        }
        let known = |sha256: &String| dossier.settings.iter().any(|setting| setting.sha256 == *sha256);
        if window.setting.as_ref().is_some_and(|setting| !known(setting)) {
            say(format!("the window {} was heard with settings that are not told of", window.window));
        }
    }
}
