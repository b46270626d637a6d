//! Checking a bundle offline: every byte against the manifest, the signatures, the proofs, and the record against
//! itself, against what follows from it, and against the events.
//!
//! Nothing that is read here is believed: names, sizes and counts are bounded before they are used, members are streamed,
//! and what cannot be read is a difference like any other. How the archive itself is packed is not covered: a bundle
//! that was unpacked and packed again is the same bundle.

use std::io::{Read, Seek};

use ledger::VerifyingKey;
use serde::Serialize;

mod archive;
mod clips;
mod compare;
mod coverage;
mod flagged;
mod log;
mod record;
mod signed;
mod told;

use archive::Archive;

domain::closed! {
    /// What kind of thing differs.
    Code "kind of difference" {
        /// The archive cannot be read, or holds something beside its members.
        Archive = "archive",
        /// A member's name or kind is not safe.
        Name = "name",
        /// A member is not there.
        Missing = "missing",
        /// A member is there that the manifest does not name.
        Extra = "extra",
        /// A member has another length.
        Size = "size",
        /// A member has other bytes.
        Hash = "hash",
        /// The manifest is not in its form.
        Manifest = "manifest",
        /// The list for `sha256sum` says something else than the manifest.
        Sums = "sums",
        /// A signature does not fit, or is not in its one form.
        Signature = "signature",
        /// It is signed, but not by the key given.
        Signer = "signer",
        /// The log's keys do not follow from each other.
        Keys = "keys",
        /// The log's head is not soundly signed, or another one.
        Checkpoint = "checkpoint",
        /// An event is not in its form, or not in its place.
        Event = "event",
        /// A proof does not show its event.
        Proof = "proof",
        /// The record is not in its form.
        Record = "record",
        /// A table does not follow from the record.
        Table = "table",
        /// A transcript does not follow from the record.
        Transcript = "transcript",
        /// Not every second is accounted for once.
        Coverage = "coverage",
        /// A word, segment or window is not where it belongs.
        Words = "words",
        /// A flag or finding does not follow from what was said and found.
        Flag = "flag",
        /// A clip is not what the record says.
        Clip = "clip",
        /// A sum is another.
        Totals = "totals",
        /// The record says something else than the events.
        Log = "log",
    }
}

/// One thing that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What kind of thing.
    pub code: Code,
    /// In which member; none where it is about the whole.
    pub member: Option<String>,
    /// What differs, in words for people.
    pub message: String,
}

/// Something that was checked, and how often.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What.
    pub what: &'static str,
    /// How many of it.
    pub count: u64,
}

/// What the check of a bundle came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// Whether nothing differs.
    pub sound: bool,
    /// How many differences were named.
    pub differences: u64,
    /// The room, as the bundle says.
    pub room: Option<String>,
    /// The key that signed, as the bundle says.
    pub signer: Option<String>,
    /// Whether a key was given, and it is the one that signed or one that led to it.
    pub signer_known: bool,
    /// What was checked.
    pub checked: Vec<Check>,
    /// What was not or cannot be.
    pub unchecked: Vec<String>,
}

/// Where differences go, counted.
struct Found<'f> {
    count: u64,
    tell: &'f mut dyn FnMut(Difference),
}

impl Found<'_> {
    fn add(&mut self, code: Code, member: Option<&str>, message: impl Into<String>) {
        self.count += 1;
        (self.tell)(Difference { code, member: member.map(str::to_owned), message: message.into() });
    }
}

/// What was checked and what was not.
#[derive(Default)]
struct Account {
    checked: Vec<Check>,
    unchecked: Vec<String>,
}

impl Account {
    fn checked(&mut self, what: &'static str, count: usize) {
        self.checked.push(Check { what, count: count as u64 });
    }
}

/// Checks a bundle; `given` is the log's public key as one got it another way, `found` gets each difference.
pub fn verify<R: Read + Seek>(source: R, given: Option<&VerifyingKey>, found: &mut dyn FnMut(Difference)) -> Verdict {
    let (mut found, mut account) = (Found { count: 0, tell: found }, Account::default());
    let mut told = Told::default();
    if let Some(mut archive) = Archive::open(source, &mut found) {
        check(&mut archive, given, &mut found, &mut account, &mut told);
    }
    if !told.signer_known {
        let why = if given.is_some() { "the key given is not the one that signed" } else { "no key was given" };
        account.unchecked.push(format!("who signed it: {why}, and anyone can make a bundle with a key of their own"));
    }
    account.unchecked.extend(LIMITS.map(str::to_owned));
    Verdict {
        sound: found.count == 0,
        differences: found.count,
        room: told.room,
        signer: told.signer,
        signer_known: told.signer_known,
        checked: account.checked,
        unchecked: account.unchecked,
    }
}

/// What no check of a bundle can show.
const LIMITS: [&str; 4] = [
    "that no event of the room was left out: the log holds salted hashes, and who holds the log can show it",
    "title, hosts, sources, listener counts and why something was found: the events tell of them only in part, if at all",
    "how the document and the page are drawn: only that their bytes are the ones that were signed",
    "how the archive is packed",
];

/// What the bundle says of itself.
#[derive(Default)]
struct Told {
    room: Option<String>,
    signer: Option<String>,
    signer_known: bool,
}

fn check<R: Read + Seek>(
    archive: &mut Archive<R>,
    given: Option<&VerifyingKey>,
    found: &mut Found<'_>,
    account: &mut Account,
    told: &mut Told,
) {
    let Some((manifest, bytes)) = signed::manifest(archive, found) else { return };
    told.room = Some(manifest.room.clone());
    signed::members(archive, &manifest, found, account);
    signed::sums(archive, &manifest, found, account);
    let keys = signed::keys(archive, found);
    if let Some((keys, _, signer)) = &keys {
        told.signer = Some(signer.to_string());
        let is_known = |given: &VerifyingKey| keys.iter().any(|key| key.vkey == given.to_string());
        let signs = signed::signatures(archive, &bytes, signer, found, account);
        told.signer_known = signs && given.is_some_and(is_known);
        if let Some(given) = given.filter(|given| !is_known(given)) {
            let message = format!("it is signed by {signer}, and {given} is none of the keys that led to it");
            found.add(Code::Signer, None, message);
        }
    }
    let Some(dossier) = record::read(archive, &manifest, found) else { return };
    let trust = keys.as_ref().map(|(_, trust, _)| trust);
    let events = log::check(archive, &dossier, trust, found, account);
    record::check(archive, &dossier, &manifest, events.len(), found, account);
    coverage::check(&dossier, found, account);
    flagged::check(&dossier, found, account);
    clips::check(archive, &dossier, &manifest, found, account);
    told::check(&dossier, &events, found, account);
}
