//! Evidence as a reviewer, an auditor and a person with a request meet it: cut after a kill, heard, checked, erased.

use std::fs;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{
    account::{coverage_faults, is_settled, list, number, text},
    audit_log::signed,
    instance::Instance,
    program::{PATIENCE, wait_until},
    sound::copy_demo,
    topics::read_all,
};

const ROOM: &str = "heard";

#[test]
fn a_clip_is_the_sound_of_its_flag_until_it_is_erased_and_the_log_stays_provable() {
    let mut instance = Instance::start();
    let sources = copy_demo(&instance.place("sound"), &["talk-14-leo"]);
    instance.ingest(ROOM, &["--speaker", "Leo"], &[sources[0].as_path()]).expect(0);
    // Clips wait for flags to settle: this kill comes before or while they are cut.
    instance.kill_group();
    instance.start_again();
    let clips = all_clips(&instance, ROOM);
    clips_are_the_sound_of_the_topic(&instance, &clips);
    custody_goes_from_source_to_clip(&instance, &clips[0]);
    changes_are_named(&instance, &clips[0]);
    a_hold_keeps_all(&instance, &clips[0]);
    erasing_leaves_a_provable_log(&instance, &clips[0]);
    instance.stop();
}

/// Waits until each flag of the room has a clip.
pub(crate) fn all_clips(instance: &Instance, room: &str) -> Vec<Value> {
    let flags = list(&instance.flags(room)).len();
    assert!(flags >= 2, "{flags} flags");
    wait_until("every flag has its clip", PATIENCE, || {
        let clips = instance.run(&["evidence", "list", room, "--json"]).expect(0).json();
        (list(&clips).len() >= flags).then(|| list(&clips).clone())
    })
}

fn clips_are_the_sound_of_the_topic(instance: &Instance, clips: &[Value]) {
    let mut sound = Vec::new();
    for record in read_all(&instance.announced("kafka_brokers"), "audio.chunk.v1") {
        sound.extend(record.payload.unwrap_or_default());
    }
    for clip in clips {
        assert_eq!(clip["state"], "kept", "{clip:#}");
        let (first, end) = (number(&clip["first"]), number(&clip["end"]));
        assert_eq!(first, (number(&clip["flag_first"]) - 160_000).max(0));
        assert!(end >= number(&clip["flag_end"]));
        assert_eq!(list(&clip["missing"]).len(), 0);
        let out = instance.place("out").join("clip.wav");
        instance.run(&["evidence", "get", text(&clip["flag"]), "--out", out.to_str().unwrap()]).expect(0);
        let wav = fs::read(&out).unwrap();
        let [from, to] = [first, end].map(|at| usize::try_from(2 * at).unwrap());
        assert!(wav[44..] == sound[from..to], "the samples of a clip are those of the topic, bit for bit");
        let hash = Sha256::digest(&wav[44..]).iter().fold(String::new(), |hash, byte| hash + &format!("{byte:02x}"));
        assert_eq!(text(&clip["pcm_sha256"]), hash);
    }
    let exports = instance.rows("select count(*) from audit_event where action = 'clip.exported'");
    assert_eq!(exports, [clips.len().to_string()]);
    instance.run(&["evidence", "get", "00000000-0000-5000-8000-000000000000", "--out", "/nowhere"]).expect(2);
}

fn custody_goes_from_source_to_clip(instance: &Instance, clip: &Value) {
    let custody = instance.run(&["evidence", "custody", text(&clip["flag"])]).expect(0).json();
    assert!(text(&custody["epoch"]["source"]).ends_with("talk-14-leo.opus"), "{}", custody["epoch"]);
    let chunk = &custody["clips"][0]["chunks"][0];
    assert_eq!((number(&chunk["sequence"]), text(&chunk["crc32c"]).len()), (number(&clip["first"]) / 16_000, 8));
    let window = &custody["windows"][0];
    assert_eq!((text(&window["model"]), text(&window["model_sha256"]).len()), ("tiny.en", 64));
    assert!(window["settings"].is_object());
    let word = &window["segments"][0]["words"][0];
    assert!(word["p"].as_f64().unwrap() > 0.0 && number(&word["end"]) >= number(&word["first"]), "{word}");
    let actions: Vec<_> = list(&custody["events"]).iter().map(|event| text(&event["action"])).collect();
    assert!(actions.contains(&"clip.made") && actions.contains(&"clip.exported"), "{actions:?}");
}

fn changes_are_named(instance: &Instance, clip: &Value) {
    instance.run(&["evidence", "check"]).expect(0);
    let id = text(&clip["clip"]);
    let file = instance.data().join("evidence/clips").join(&id[id.len() - 2..]).join(id);
    let bytes = fs::read(&file).unwrap();
    let mut changed = bytes.clone();
    changed[1_000] ^= 1;
    fs::write(&file, &changed).unwrap();
    let found = instance.run(&["evidence", "check", ROOM, "--json"]).expect(1).json_lines();
    assert_eq!((found.len(), text(&found[0]["difference"]), text(&found[0]["clip"])), (1, "object_changed", id));
    let out = instance.place("out").join("changed.wav");
    instance.run(&["evidence", "get", text(&clip["flag"]), "--out", out.to_str().unwrap()]).expect(1);
    assert!(!out.exists(), "nothing is handed out of a clip that was changed");
    fs::write(&file, &bytes).unwrap();
    instance.run(&["evidence", "check"]).expect(0);
}

fn a_hold_keeps_all(instance: &Instance, clip: &Value) {
    instance.run(&["retention", "hold", ROOM, "--why", "a court"]).expect(0);
    let erased = instance.run(&["erase", "--room", ROOM, "--why", "request 1", "--json"]).expect(4).json();
    assert_eq!((number(&erased["erased"]["text"]), number(&erased["erased"]["clip"])), (0, 0), "{erased}");
    assert_eq!(erased["kept"][0]["by"], "legal_hold");
    let out = instance.place("out").join("held.wav");
    instance.run(&["evidence", "get", text(&clip["flag"]), "--out", out.to_str().unwrap()]).expect(0);
    instance.run(&["retention", "release", ROOM, "--why", "done"]).expect(0);
    instance.run(&["retention", "release", ROOM, "--why", "done"]).expect(1);
}

fn erasing_leaves_a_provable_log(instance: &Instance, clip: &Value) {
    let events = signed(instance);
    let before = instance.coverage(ROOM);
    let asked = ["erase", "--room", ROOM, "--why", "request 1", "--json"];
    let planned = instance.run(&[&asked[..], &["--dry-run"]].concat()).expect(4).json();
    let done = instance.run(&asked).expect(4).json();
    assert_eq!(planned["erased"], done["erased"]);
    assert!(number(&done["erased"]["text"]) > 0 && done["erased"]["room_key"] == 1, "{done}");
    assert_eq!(list(&done["kept"]).len(), 0, "but for the topic, which ends by itself: {done}");
    assert!(text(&done["sound_on_topic_until"]).ends_with('Z'));
    let out = instance.place("out").join("erased.wav");
    let refused = instance.run(&["evidence", "get", text(&clip["flag"]), "--out", out.to_str().unwrap()]).expect(1);
    assert!(refused.err.contains("erased") && !out.exists(), "{}", refused.err);
    let transcript = instance.transcript(ROOM);
    assert!(transcript.iter().all(|line| line["text"] == "" && line["speaker"].is_null()), "{transcript:?}");
    assert!(list(&instance.flags(ROOM)).iter().all(|flag| flag["findings"][0]["words"] == ""));
    is_settled(instance, ROOM);
    let after = instance.coverage(ROOM);
    assert_eq!(coverage_faults(&after), [""; 0]);
    assert_eq!(before["streams"][0]["seconds"], after["streams"][0]["seconds"], "the account of seconds stays true");
    assert!(signed(instance) > events);
    let log = instance.run(&["retention", "log", ROOM, "--json"]).expect(0).json();
    let classes: Vec<_> = list(&log).iter().map(|line| text(&line["class"])).collect();
    assert_eq!(classes, ["finding", "clip", "text", "room_key"]);
    instance.run(&["evidence", "check"]).expect(0);
    instance.run(&["retention", "run"]).expect(0);
}
