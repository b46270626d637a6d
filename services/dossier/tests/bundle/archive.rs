//! Bundles as lists of members: taken apart, changed, put together, and hashed and signed anew.

use std::io::{Cursor, Read, Write};

use dossier::{Audit, Difference, Dossier, Parts, Verdict, verify};
use ledger::{Note, SigningKey, VerifyingKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use zip::{ZipArchive, ZipWriter, write::SimpleFileOptions};

use crate::room::{hex, sound};

pub(crate) type Members = Vec<(String, Vec<u8>)>;

/// The members that name the others.
pub(crate) const NAMING: [&str; 4] = ["SHA256SUMS", "manifest.json", "manifest.json.sig", "manifest.note"];

pub(crate) fn bundle(dossier: &Dossier, audit: &Audit, key: &SigningKey) -> Vec<u8> {
    let mut clips = |_: &dossier::model::Clip| Ok(sound());
    let parts = Parts { document: b"%PDF-1.7, or so", clips: &mut clips };
    dossier::write(Cursor::new(Vec::new()), dossier, audit, parts, key, &mut |_, _| ()).unwrap().into_inner()
}

pub(crate) fn take_apart(bundle: &[u8]) -> Members {
    let mut zip = ZipArchive::new(Cursor::new(bundle)).unwrap();
    (0..zip.len())
        .map(|at| {
            let mut member = zip.by_index(at).unwrap();
            let mut bytes = Vec::new();
            member.read_to_end(&mut bytes).unwrap();
            (member.name().unwrap().into_owned(), bytes)
        })
        .collect()
}

pub(crate) fn put_together(members: &Members) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (path, bytes) in members {
        zip.start_file(path.as_str(), stored).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[track_caller]
pub(crate) fn member<'m>(members: &'m mut Members, path: &str) -> &'m mut Vec<u8> {
    &mut members.iter_mut().find(|(known, _)| known == path).unwrap().1
}

/// Makes the sums and the manifest fit the members again, as whoever edits them can; the signatures stay.
pub(crate) fn rehash(members: &mut Members) {
    let line = |(path, bytes): &(String, Vec<u8>)| json!({ "path": path, "sha256": hex(&Sha256::digest(bytes)), "size": bytes.len() });
    let mut sorted: Members = members.iter().filter(|(path, _)| !NAMING.contains(&path.as_str())).cloned().collect();
    sorted.sort();
    let lines: Vec<Value> = sorted.iter().map(line).collect();
    let text = |line: &Value| format!("{}  {}\n", line["sha256"].as_str().unwrap(), line["path"].as_str().unwrap());
    let sums: String = lines.iter().map(text).collect();
    *member(members, "SHA256SUMS") = sums.clone().into_bytes();
    sorted.push(("SHA256SUMS".into(), sums.into_bytes()));
    sorted.sort();
    let manifest = member(members, "manifest.json");
    let mut told: Value = serde_json::from_slice(manifest).unwrap();
    told["members"] = sorted.iter().map(line).collect();
    *manifest = serde_json_canonicalizer::to_vec(&told).unwrap();
}

/// Signs the manifest with any key, and names that key everywhere.
pub(crate) fn resign(members: &mut Members, key: &SigningKey) {
    *member(members, "keys/signer.pem") = key.public().to_pem().into_bytes();
    *member(members, "keys/signer.vkey") = format!("{}\n", key.public()).into_bytes();
    let keys = json!([{ "first_size": 0, "vkey": key.public().to_string(), "rotation": null }]);
    *member(members, "keys/log.json") = serde_json_canonicalizer::to_vec(&keys).unwrap();
    rehash(members);
    sign_manifest(members, key);
}

/// Signs the manifest as it is.
pub(crate) fn sign_manifest(members: &mut Members, key: &SigningKey) {
    let manifest = member(members, "manifest.json").clone();
    *member(members, "manifest.json.sig") = key.sign_file(&manifest).to_vec();
    let mut note = Note::new(&format!("earwitness/manifest/v1\n{}\n", hex(&Sha256::digest(&manifest)))).unwrap();
    note.sign(key).unwrap();
    *member(members, "manifest.note") = note.to_string().into_bytes();
}

pub(crate) fn check(bundle: &[u8], given: Option<&VerifyingKey>) -> (Verdict, Vec<Difference>) {
    let mut differences = Vec::new();
    let verdict = verify(Cursor::new(bundle), given, &mut |difference| differences.push(difference));
    assert_eq!(verdict.differences, differences.len() as u64);
    assert_eq!(verdict.sound, differences.is_empty());
    (verdict, differences)
}

/// That a bundle is not sound, and that something of this code names it; `what` tells which change it was.
#[track_caller]
pub(crate) fn found(bundle: &[u8], given: Option<&VerifyingKey>, code: &str, member: Option<&str>, what: &str) {
    let (_, differences) = check(bundle, given);
    let names = |difference: &Difference| {
        difference.code.as_str() == code && member.is_none_or(|member| difference.member.as_deref() == Some(member))
    };
    let seen: Vec<_> = differences.iter().map(|one| (one.code.as_str(), one.member.as_deref(), &one.message)).collect();
    assert!(differences.iter().any(names), "{what}: nothing of {code} {member:?} among {seen:#?}");
}
