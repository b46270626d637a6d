//! The manifest and what ties everything to it: hashes, the list for `sha256sum`, signatures, keys.

use std::{
    collections::BTreeSet,
    io::{self, Read, Seek},
};

use ledger::{Note, Trust, VerifyingKey};
use sha2::{Digest, Sha256};

use super::{Account, Archive, Code, Found, compare::lines};
use crate::{
    audit::{LogKey, hex, trust},
    manifest::{self, MANIFEST, Manifest, Member, NOTE, SIGNATURE, SUMS, is_safe, note_text},
    members::{KEY_PEM, KEY_VKEY, KEYS},
    model::FORMAT,
};

/// Longest manifest that is read, in bytes: some two hundred a member.
const MAX_MANIFEST: u64 = 256 << 20;
/// Most bytes of all members together.
const MAX_UNPACKED: u64 = 64 << 30;
/// Longest file of keys or signatures that is read.
const MAX_SMALL: u64 = 4 << 20;

/// Reads the manifest; gives it with its bytes, or none where there is none to go on with.
pub(super) fn manifest<R: Read + Seek>(archive: &mut Archive<R>, found: &mut Found<'_>) -> Option<(Manifest, Vec<u8>)> {
    let bytes = archive.read(MANIFEST, MAX_MANIFEST, found)?;
    let mut say = |what: String| found.add(Code::Manifest, Some(MANIFEST), what);
    let manifest: Manifest = match serde_json::from_slice(&bytes) {
        Ok(manifest) => manifest,
        Err(error) => {
            say(format!("it cannot be read: {error}"));
            return None;
        }
    };
    if manifest.format != FORMAT {
        say(format!("it is of the form {:?}, and this program knows {FORMAT:?}", manifest.format));
        return None;
    }
    if !manifest.bytes().is_ok_and(|canonical| canonical == bytes) {
        say("it is not in its one form: canonical JSON of the members that it has".to_owned());
    }
    if !manifest.members.is_sorted_by(|one, other| one.path < other.path) {
        say("its members are not in order, or one stands there twice".to_owned());
    }
    let reserved = [MANIFEST, SIGNATURE, NOTE];
    for Member { path, .. } in manifest.members.iter().filter(|member| !is_safe(&member.path)) {
        say(format!("it names the member {path:?}, which no bundle has"));
    }
    for path in reserved.iter().filter(|path| manifest.members.iter().any(|member| member.path == **path)) {
        say(format!("it names {path}, which is no member"));
    }
    let size = manifest.members.iter().try_fold(0_u64, |sum, member| sum.checked_add(member.size));
    if size.is_none_or(|size| size > MAX_UNPACKED) {
        say(format!("its members have more than {MAX_UNPACKED} bytes together, and were not read"));
        return None;
    }
    Some((manifest, bytes))
}

/// Every member against the manifest, and that there is no other.
pub(super) fn members<R: Read + Seek>(
    archive: &mut Archive<R>,
    manifest: &Manifest,
    found: &mut Found<'_>,
    account: &mut Account,
) {
    let named: BTreeSet<&str> = manifest.members.iter().map(|member| member.path.as_str()).collect();
    for path in [SIGNATURE, NOTE].into_iter().filter(|path| !archive.has(path)) {
        found.add(Code::Missing, Some(path), "it is not there");
    }
    for path in archive.names().filter(|path| ![MANIFEST, SIGNATURE, NOTE].contains(path) && !named.contains(path)) {
        found.add(Code::Extra, Some(path), "it is there, but the manifest does not name it");
    }
    for member in &manifest.members {
        let path = Some(member.path.as_str());
        if !archive.has(&member.path) {
            found.add(Code::Missing, path, "it is not there, but the manifest names it");
            continue;
        }
        match archive.member(&member.path).and_then(|there| hash(there, member.size)) {
            Err(error) => found.add(Code::Hash, path, format!("it cannot be unpacked whole: {error}")),
            Ok((size, _)) if size > member.size => {
                found.add(Code::Size, path, format!("it has more than the {} bytes of the manifest", member.size));
            }
            Ok((size, _)) if size < member.size => {
                found.add(Code::Size, path, format!("it has {size} bytes, the manifest says {}", member.size));
            }
            Ok((_, sha256)) if sha256 != member.sha256 => {
                found.add(Code::Hash, path, format!("its SHA-256 is {sha256}, the manifest says {}", member.sha256));
            }
            Ok(_) => {}
        }
    }
    account.checked("members against the hashes of the manifest", manifest.members.len());
}

/// Length and SHA-256 of at most one byte more than `size`.
fn hash(there: impl Read, size: u64) -> io::Result<(u64, String)> {
    let mut hash = Sha256::new();
    let read = io::copy(&mut there.take(size + 1), &mut hash)?;
    Ok((read, hex(&hash.finalize())))
}

/// That the list for `sha256sum` is the manifest's.
pub(super) fn sums<R: Read + Seek>(
    archive: &mut Archive<R>,
    manifest: &Manifest,
    found: &mut Found<'_>,
    account: &mut Account,
) {
    let expected = manifest::sums(manifest.members.iter().filter(|member| member.path != SUMS));
    let Some(there) = archive.read(SUMS, MAX_MANIFEST, found) else { return };
    if there != expected.as_bytes() {
        let same = expected.bytes().zip(&there).take_while(|(one, other)| one == *other).count();
        let line = lines(&there[..same]) + 1;
        found.add(Code::Sums, Some(SUMS), format!("from line {line} on it says something else than the manifest"));
    }
    account.checked("lines of SHA256SUMS against the manifest", manifest.members.len().saturating_sub(1));
}

/// The log's keys, what they let one believe, and the one that signs the bundle; none where they do not follow from each
/// other.
pub(super) fn keys<R: Read + Seek>(
    archive: &mut Archive<R>,
    found: &mut Found<'_>,
) -> Option<(Vec<LogKey>, Trust, VerifyingKey)> {
    let bytes = archive.read(KEYS, MAX_SMALL, found)?;
    let keys: Vec<LogKey> = match serde_json::from_slice(&bytes) {
        Ok(keys) => keys,
        Err(error) => {
            found.add(Code::Keys, Some(KEYS), format!("it cannot be read: {error}"));
            return None;
        }
    };
    if !serde_json_canonicalizer::to_vec(&keys).is_ok_and(|canonical| canonical == bytes) {
        found.add(Code::Keys, Some(KEYS), "it is not in its one form");
    }
    let (trust, signer) = match trust(&keys) {
        Ok(trust) => trust,
        Err(error) => {
            let cause = std::error::Error::source(&error).map_or(String::new(), |cause| format!(": {cause}"));
            found.add(Code::Keys, Some(KEYS), format!("{error}{cause}"));
            return None;
        }
    };
    for (path, expected) in [(KEY_PEM, signer.to_pem()), (KEY_VKEY, format!("{signer}\n"))] {
        let there = archive.read(path, MAX_SMALL, found);
        if there.is_some_and(|there| there != expected.as_bytes()) {
            found.add(Code::Keys, Some(path), "it is not the last of the log's keys");
        }
    }
    Some((keys, trust, signer))
}

/// Both signatures over the manifest, each in its one form; whether both hold.
pub(super) fn signatures<R: Read + Seek>(
    archive: &mut Archive<R>,
    manifest: &[u8],
    signer: &VerifyingKey,
    found: &mut Found<'_>,
    account: &mut Account,
) -> bool {
    let before = found.count;
    // That one is missing was said before.
    let mut read = |path| if archive.has(path) { archive.read(path, MAX_SMALL, found) } else { None };
    let (raw, note) = (read(SIGNATURE), read(NOTE));
    let is_whole = raw.is_some() && note.is_some();
    if raw.is_some_and(|raw| !signer.verify_file(manifest, &raw)) {
        found.add(Code::Signature, Some(SIGNATURE), format!("it is not {signer}'s signature of the manifest"));
    }
    if let Some(bytes) = note
        && let Err(why) = check_note(&bytes, manifest, signer)
    {
        found.add(Code::Signature, Some(NOTE), why);
    }
    account.checked("signatures over the manifest", 2);
    is_whole && found.count == before
}

fn check_note(bytes: &[u8], manifest: &[u8], signer: &VerifyingKey) -> Result<(), String> {
    let note = Note::parse(bytes).map_err(|error| format!("it is no signed note: {error}"))?;
    if note.text() != note_text(manifest) {
        return Err("it is not a note of the manifest's hash".to_owned());
    }
    note.verify([signer]).map_err(|error| error.to_string())?;
    if note.signatures().len() != 1 || note.to_string().as_bytes() != bytes {
        return Err("it is not in its one form, with one signature".to_owned());
    }
    Ok(())
}
