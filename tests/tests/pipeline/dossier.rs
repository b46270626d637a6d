//! A room's dossier as whoever receives it meets it: one file, checked without the instance, and after somebody changed it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use crate::{
    evidence::all_clips,
    instance::Instance,
    program::Said,
    sound::{Coding, copy_demo, wav},
};

const ROOM: &str = "handed-over";

fn fill(instance: &Instance) {
    let folder = instance.place("handed");
    let mut sources = copy_demo(&folder, &["talk-14-leo", "talk-25-emma"]);
    let silence = folder.join("silence.wav");
    fs::write(&silence, wav(&vec![0; 12 * 16_000], 16_000, 1, Coding::Pcm16)).unwrap();
    sources.push(silence);
    let counts = folder.join("counts.csv");
    fs::write(&counts, "seconds,listeners\n0,1000\n9,4321\n").unwrap();
    let times = ["--scheduled", "2026-09-12T20:00:00Z", "--start", "2026-09-12T20:00:02.5Z", "--speaker", "Leo <b>"];
    let more = [&times[..], &["--listeners", counts.to_str().unwrap()]].concat();
    let sources: Vec<_> = sources.iter().map(PathBuf::as_path).collect();
    instance.ingest(ROOM, &more, &sources).expect(0);
}

/// Restricts what the first flag of the room points at.
fn decide(instance: &Instance) {
    let file = instance.place("handed").join("decision.json");
    let decision = json!({ "restrict": {
        "basis": { "terms": { "clause": "4.2", "explanation": "The words threaten.", "is_illegal": false } },
        "clause": { "id": "threats", "version": "1" },
        "restrictions": { "visibility": ["DECISION_VISIBILITY_CONTENT_REMOVED"] },
        "scope": "union",
        "facts": "A speaker threatened another person.",
    }});
    fs::write(&file, decision.to_string()).unwrap();
    let cases = instance.run(&["case", "gather", ROOM]).expect(0).out;
    let case = cases.lines().next().unwrap();
    instance.run(&["case", "claim", case, "--as", "r7"]).expect(0);
    instance.run(&["case", "saw", case, "--as", "r7", "clip"]).expect(0);
    instance.run(&["case", "decide", case, "--as", "r7", "--file", file.to_str().unwrap()]).expect(0);
}

fn made(instance: &Instance, out: &Path, more: &[&str]) -> Said {
    instance.run(&[&["report", "dossier", ROOM, "--out", out.to_str().unwrap()], more].concat())
}

/// The differences and the verdict.
#[track_caller]
fn verify(instance: &Instance, bundle: &Path, more: &[&str], code: i32) -> (Vec<Value>, Value) {
    let said = instance.run(&[&["verify", bundle.to_str().unwrap(), "--json"], more].concat()).expect(code);
    let mut lines = said.json_lines();
    let verdict = lines.pop().unwrap();
    assert_eq!((verdict["sound"] == true, lines.is_empty()), (code == 0, code == 0), "{said:?}");
    (lines, verdict)
}

#[test]
fn a_dossier_is_the_same_each_time_is_checked_without_the_instance_and_shows_any_change() {
    let mut instance = Instance::start();
    fill(&instance);
    let clips = all_clips(&instance, ROOM).len();
    decide(&instance);
    let folder = instance.place("handed");
    let (first, second) = (folder.join("first.zip"), folder.join("second.zip"));
    made(&instance, &first, &[]).expect(0);
    made(&instance, &second, &[]).expect(0);
    let bytes = fs::read(&first).unwrap();
    assert!(bytes == fs::read(&second).unwrap(), "the same room gives the same bytes");
    assert_eq!(instance.rows("select count(*) from audit_event where action = 'dossier.exported'"), ["2"]);
    let key = folder.join("log.vkey");
    fs::write(&key, instance.run(&["audit", "key"]).expect(0).out).unwrap();
    let key = ["--key", key.to_str().unwrap()];

    let (_, verdict) = verify(&instance, &first, &key, 0);
    assert_eq!((&verdict["room"], &verdict["signer_known"]), (&Value::from(ROOM), &Value::from(true)));
    let count = |what: &str| {
        let checked = verdict["checked"].as_array().unwrap();
        checked.iter().find(|check| check["what"] == what).and_then(|check| check["count"].as_i64()).unwrap()
    };
    let of = |query: &str| instance.rows(query).remove(0).parse::<i64>().unwrap();
    assert_eq!(count("words inside their segments and windows"), of("select count(*) from word"));
    assert_eq!(count("flags against the events"), of("select count(*) from flag"));
    assert!(count("flags against the events") > 0 && count("events with their leaves and proofs") > 10);
    assert_eq!(count("clips against the events"), i64::try_from(clips).unwrap());
    let members = String::from_utf8_lossy(&bytes).matches("clips/").count();
    assert_eq!(members, 2 * clips, "each clip is a member, and stands in the archive's list");
    let samples = of("select sum(samples)::bigint from epoch");
    assert_eq!(count("samples, each in one interval"), samples);

    // As it stood before anything, and of rooms that are not there.
    made(&instance, &second, &["--as-of", "2020-01-01T00:00:00Z"]).expect(2);
    assert!(fs::read(&second).unwrap() == bytes, "what cannot be made replaces nothing");
    instance.run(&["report", "dossier", "handed-ovre", "--out", second.to_str().unwrap()]).expect(2);
    let nowhere = folder.join("nowhere/x.zip");
    made(&instance, &nowhere, &[]).expect(2);
    assert!(
        fs::read_dir(&folder).unwrap().all(|entry| !entry.unwrap().file_name().to_string_lossy().ends_with(".part"))
    );

    // After a change of keys the new one signs, and who knows the old one can follow.
    instance.run(&["audit", "rotate"]).expect(0);
    made(&instance, &second, &[]).expect(0);
    verify(&instance, &second, &key, 0);
    instance.stop();
    made(&instance, &second, &[]).expect(3);
    verify(&instance, &first, &key, 0);
    verify(&instance, &first, &[], 0);
    changed(&instance, &folder, &bytes);
}

fn changed(instance: &Instance, folder: &Path, bytes: &[u8]) {
    let bundle = folder.join("changed.zip");
    // Each falls into a member's bytes or into the archive's own: most are in members.
    let mut found = 0;
    for part in 1..40 {
        let mut changed = bytes.to_vec();
        changed[bytes.len() * part / 80] ^= 1;
        fs::write(&bundle, &changed).unwrap();
        let said = instance.run(&["verify", bundle.to_str().unwrap()]);
        assert!(matches!(said.code, Some(0 | 1)), "{said:?}");
        found += usize::from(said.code == Some(1));
    }
    assert!(found > 30, "{found}");
    for length in [0, 1, 100, bytes.len() / 2, bytes.len() - 1] {
        fs::write(&bundle, &bytes[..length]).unwrap();
        verify(instance, &bundle, &[], 1);
    }
    instance.run(&["verify", folder.join("none.zip").to_str().unwrap()]).expect(2);
    instance.run(&["verify", folder.to_str().unwrap()]).expect(2);
}
