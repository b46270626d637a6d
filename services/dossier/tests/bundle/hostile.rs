//! Archives that were made to harm whoever opens them: named, without a panic, a hang, or memory without bound.

use std::io::{Cursor, Write};

use serde_json::json;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use crate::{
    archive::{Members, bundle, check, found, member, put_together, sign_manifest, take_apart},
    room::{key, room},
};

fn whole() -> Vec<u8> {
    let (dossier, audit) = room();
    bundle(&dossier, &audit, &key(7))
}

/// The members of a sound bundle and one more, which `add` writes.
fn with(add: impl FnOnce(&mut ZipWriter<Cursor<Vec<u8>>>, SimpleFileOptions)) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let deflated = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (path, bytes) in take_apart(&whole()) {
        zip.start_file(path, deflated).unwrap();
        zip.write_all(&bytes).unwrap();
    }
    add(&mut zip, deflated);
    zip.finish().unwrap().into_inner()
}

#[test]
fn names_that_lead_elsewhere_links_and_folders_are_named() {
    for name in ["../evil", "/etc/passwd", "a//b", "a/../../b", "..", ".hidden", "tables\\x", "C:evil", "é", "a b"] {
        let bytes = with(|zip, options| {
            zip.start_file(name, options).unwrap();
            zip.write_all(b"x").unwrap();
        });
        found(&bytes, None, "name", None, name);
    }
    found(&with(|zip, options| zip.add_symlink("link", "/etc/passwd", options).unwrap()), None, "name", None, "a link");
    found(&with(|zip, options| zip.add_directory("folder", options).unwrap()), None, "name", None, "a folder");
}

#[test]
fn two_members_of_one_name_are_named() {
    let bytes = with(|zip, options| {
        zip.start_file("dossier.jsom", options).unwrap();
        zip.write_all(b"{}").unwrap();
    });
    let text = b"dossier.jsom";
    let at = (0..bytes.len() - text.len()).filter(|at| bytes[*at..].starts_with(text));
    let mut doubled = bytes.clone();
    for at in at {
        doubled[at..at + text.len()].copy_from_slice(b"dossier.json");
    }
    found(&doubled, None, "archive", None, "one name twice");
}

#[test]
fn a_member_that_two_programs_would_unpack_under_two_names_is_named() {
    let whole = whole();
    let at = (0..whole.len()).find(|at| whole[*at..].starts_with(b"tables/flags.csv")).unwrap();
    let mut changed = whole.clone();
    changed[at..at + 16].copy_from_slice(b"tables/flogs.csv");
    found(&changed, None, "archive", None, "another name in the member's own header");
}

#[test]
fn something_before_or_after_the_archive_is_named() {
    let whole = whole();
    found(&[b"before".as_slice(), &whole].concat(), None, "archive", None, "before");
    found(&[whole.as_slice(), b"after"].concat(), None, "archive", None, "after");
    // A comment is as good a place to hide something.
    let mut commented = whole.clone();
    let end = commented.len() - 2;
    commented[end..].copy_from_slice(&5_u16.to_le_bytes());
    commented.extend_from_slice(b"after");
    found(&commented, None, "archive", None, "a comment");
}

#[test]
fn an_archive_cut_off_anywhere_is_no_bundle() {
    let whole = whole();
    for parts in 0..64 {
        let cut = whole.len() * parts / 64;
        assert!(!check(&whole[..cut], None).0.sound, "{cut}");
    }
    assert!(!check(&whole[..whole.len() - 1], None).0.sound);
    assert!(!check(b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", None).0.sound);
    assert!(!check(b"%PDF-1.7 no zip at all, but long enough to look", None).0.sound);
}

#[test]
fn a_member_that_unpacks_to_more_than_it_says_is_not_unpacked() {
    let bomb = |path: &str| {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let deflated = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        for (known, bytes) in take_apart(&whole()) {
            zip.start_file(known.as_str(), deflated).unwrap();
            zip.write_all(&bytes).unwrap();
            if known == path {
                let zeros = vec![0; 1 << 20];
                (0..300).for_each(|_| zip.write_all(&zeros).unwrap());
            }
        }
        zip.finish().unwrap().into_inner()
    };
    for path in ["tables/flags.csv", "dossier.json", "clips/1.wav", "audit/events.jsonl"] {
        found(&bomb(path), None, "size", Some(path), path);
    }
    for path in ["manifest.json", "manifest.json.sig", "manifest.note", "SHA256SUMS"] {
        assert!(!check(&bomb(path), None).0.sound, "{path}");
    }
}

/// A bundle whose manifest is edited and signed by the log's own key.
fn with_manifest(edit: impl FnOnce(&mut serde_json::Value)) -> Vec<u8> {
    let mut members: Members = take_apart(&whole());
    let manifest = member(&mut members, "manifest.json");
    let mut told = serde_json::from_slice(manifest).unwrap();
    edit(&mut told);
    *manifest = serde_json_canonicalizer::to_vec(&told).unwrap();
    sign_manifest(&mut members, &key(7));
    put_together(&members)
}

#[test]
fn manifests_that_lie_are_named() {
    let line = |path: &str, size: u64| json!({ "path": path, "sha256": "0".repeat(64), "size": size });
    let huge = |told: &mut serde_json::Value| {
        told["members"].as_array_mut().unwrap().push(line("zzz", 9_007_199_254_740_000));
    };
    found(&with_manifest(huge), None, "manifest", None, "a huge size");
    let many = |told: &mut serde_json::Value| {
        told["members"].as_array_mut().unwrap().extend((0..50_000).map(|number| line(&format!("zz{number:05}"), 1)));
    };
    let (verdict, differences) = check(&with_manifest(many), None);
    assert!(!verdict.sound && differences.iter().filter(|one| one.code.as_str() == "missing").count() == 50_000);
    let unsafe_path =
        |told: &mut serde_json::Value| told["members"].as_array_mut().unwrap().push(line("zz/../../x", 1));
    found(&with_manifest(unsafe_path), None, "manifest", None, "a path that leads elsewhere");
    let twice = |told: &mut serde_json::Value| {
        let again = told["members"][0].clone();
        told["members"].as_array_mut().unwrap().insert(0, again);
    };
    found(&with_manifest(twice), None, "manifest", None, "a member twice");
    found(
        &with_manifest(|told| told["format"] = json!("earwitness/dossier/v2")),
        None,
        "manifest",
        None,
        "a form to come",
    );
    found(&with_manifest(|told| told["room"] = json!("another")), None, "manifest", None, "another room");
    found(&with_manifest(|told| told["more"] = json!(1)), None, "manifest", None, "a field that nobody knows");
    let nested = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let mut members = take_apart(&whole());
    *member(&mut members, "manifest.json") = nested.into_bytes();
    found(&put_together(&members), None, "manifest", None, "nested without end");
}

#[test]
fn signature_files_have_one_form() {
    let whole = take_apart(&whole());
    let check = |path: &str, what: &str, change: &dyn Fn(&mut Vec<u8>)| {
        let mut members = whole.clone();
        change(member(&mut members, path));
        found(&put_together(&members), None, "signature", Some(path), what);
    };
    check("manifest.json.sig", "a byte more", &|bytes| bytes.push(0));
    check("manifest.json.sig", "a byte less", &|bytes| bytes.truncate(63));
    check("manifest.note", "a line more", &|bytes| bytes.push(b'\n'));
    check("manifest.note", "the signature twice", &|bytes| {
        let line = bytes.split(|byte| *byte == b'\n').nth(3).unwrap().to_vec();
        bytes.extend([line.as_slice(), b"\n"].concat());
    });
    check("manifest.note", "other line ends", &|bytes| {
        *bytes = String::from_utf8_lossy(bytes).replace('\n', "\r\n").into_bytes();
    });
    check("manifest.note", "nothing", &|bytes| bytes.clear());
}
