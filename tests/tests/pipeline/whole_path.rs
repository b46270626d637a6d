//! Speech, silence and music go in; the account, the words, the flags and the picture come out, and stay.

use std::fs;

use serde_json::Value;

use crate::{
    account::{is_settled, list, number, stream, text},
    instance::Instance,
    sound::{Coding, copy_demo, music, wav},
    spoken::words_of,
};

const ROOM: &str = "town-hall";
/// Said at 7.3 s and 10.3 s of talk-14-leo.
const PLANTED: [(&str, i64, i64, &str); 2] =
    [("threat", 112_000, 160_000, "kill"), ("incitement", 160_000, 216_000, "burn")];

#[test]
fn sound_of_a_room_becomes_an_account_a_transcript_and_flags_that_outlive_a_restart() {
    let mut instance = Instance::start();
    fill(&instance);
    is_settled(&instance, ROOM);
    speech_is_heard_and_nothing_else(&instance);
    passages_are_flagged_in_their_place(&instance);
    documents_have_their_fields_in_order(&instance);
    the_room_is_listed_and_drawn(&instance);
    transcripts_are_written_in_three_formats(&instance);
    another_run_opens_the_next_epoch(&instance);
    let told = || (instance.coverage(ROOM), instance.transcript(ROOM), instance.flags(ROOM));
    let before = told();
    instance.stop();
    instance.run(&["coverage", ROOM]).expect(3);
    instance.start_again();
    let after = (instance.coverage(ROOM), instance.transcript(ROOM), instance.flags(ROOM));
    assert_eq!(before, after, "a restart changes nothing");
    instance.stop();
}

fn fill(instance: &Instance) {
    let folder = instance.place("sound");
    let mut sources = copy_demo(&folder, &["talk-14-leo", "talk-23-daniel", "talk-31-emma"]);
    for (name, samples) in [("silence", vec![0; 20 * 16_000]), ("music", music(30))] {
        let path = folder.join(format!("{name}.wav"));
        fs::write(&path, wav(&samples, 16_000, 1, Coding::Pcm16)).unwrap();
        sources.push(path);
    }
    let counts = folder.join("counts.csv");
    fs::write(&counts, "seconds,listeners\n0,1000\n9,4321\n").unwrap();
    let times = ["--scheduled", "2026-09-12T20:00:00Z", "--start", "2026-09-12T20:00:02.5Z", "--speaker", "Leo"];
    let more = [&times[..], &["--listeners", counts.to_str().unwrap()]].concat();
    let sources: Vec<_> = sources.iter().map(std::path::PathBuf::as_path).collect();
    instance.ingest(ROOM, &more, &sources).expect(0);
}

fn speech_is_heard_and_nothing_else(instance: &Instance) {
    let transcript = instance.transcript(ROOM);
    let heard = words_of(&transcript, "talk-14-leo").join(" ");
    for expected in ["can you hear me now", "your big machines", "nobody will stop you", "kill you", "houses tonight"] {
        assert!(heard.contains(expected), "{expected:?} is not in {heard:?}");
    }
    for name in ["silence", "music"] {
        assert_eq!(words_of(&transcript, name), [""; 0], "words in {name}");
    }
    let coverage = instance.coverage(ROOM);
    assert_eq!(stream(&coverage, "silence")["seconds"]["silence"], 20.0);
    let seconds = |name: &str, state: &str| stream(&coverage, name)["seconds"][state].as_f64().unwrap();
    assert!(seconds("talk-14-leo", "transcribed") > 10.0);
    assert!(seconds("music", "music") > 20.0, "{:#}", stream(&coverage, "music"));
    let between = &stream(&coverage, "music")["between"][0];
    assert_eq!(
        (text(&between["from"]), text(&between["to"]), text(&between["reason"])),
        ("2026-09-12T20:00:00.000000Z", "2026-09-12T20:00:02.500000Z", "not_started")
    );
}

fn passages_are_flagged_in_their_place(instance: &Instance) {
    let flags = instance.flags(ROOM);
    for (category, from, to, word) in PLANTED {
        let hit = |flag: &&Value| {
            flag["category"] == category
                && flag["stream"] == "talk-14-leo"
                && number(&flag["first"]) >= from
                && number(&flag["end"]) <= to
        };
        let flag = list(&flags).iter().find(hit).unwrap_or_else(|| panic!("no {category} in {flags:#}"));
        assert!(text(&flag["words"]).contains(word), "{flag:#}");
        // 4,321 from the ninth second after the scheduled start, which is second 6.5 of the stream.
        assert_eq!(flag["reach"], 4321, "{flag:#}");
        let wall = 2.5 + number(&flag["first"]) as f64 / 16_000.0;
        assert!(text(&flag["wall"]).starts_with(&format!("2026-09-12T20:00:{wall:06.3}")), "{flag:#}");
    }
    for flag in list(&flags) {
        assert_eq!(flag["stream"], "talk-14-leo", "harmless talk, silence and music are not flagged");
    }
}

fn documents_have_their_fields_in_order(instance: &Instance) {
    let order = |document: &str, names: &[&str]| {
        let mut at = 0;
        for name in names {
            let found = document[at..].find(&format!("\"{name}\":"));
            at += found.unwrap_or_else(|| panic!("{name} is not in its place in {document}"));
        }
    };
    let out = |command: &str| instance.run(&[command, ROOM, "--json"]).expect(0).out;
    order(
        &out("coverage"),
        &[
            "room",
            "streams",
            "stream",
            "epochs",
            "epoch",
            "began",
            "samples",
            "intervals",
            "first",
            "end",
            "state",
            "reason",
            "between",
            "before_epoch",
            "from",
            "to",
            "reason",
            "seconds",
            "transcribed",
            "unaccounted_samples",
        ],
    );
    let transcript = out("transcript");
    let line = transcript.lines().next().unwrap();
    order(
        line,
        &[
            "stream", "epoch", "first", "end", "speaker", "text", "hearing", "words", "word", "first", "end", "p",
            "verified", "model", "window",
        ],
    );
    order(
        &out("flags"),
        &[
            "flag", "stream", "epoch", "first", "end", "wall", "category", "severity", "score", "status", "reach",
            "words", "findings", "rule", "pack", "score", "first", "end", "words",
        ],
    );
    let rooms = instance.run(&["rooms", "--json"]).expect(0).out;
    order(&rooms, &["room", "title", "streams", "scheduled", "began", "ended", "peak_listeners"]);
}

fn the_room_is_listed_and_drawn(instance: &Instance) {
    let rooms = instance.run(&["rooms", "--json"]).expect(0).json();
    let room = &list(&rooms)[0];
    assert_eq!(room["room"], ROOM);
    assert_eq!(list(&room["streams"]).len(), 5);
    assert_eq!(room["scheduled"], "2026-09-12T20:00:00.000000Z");
    assert_eq!(room["began"], "2026-09-12T20:00:02.500000Z");
    assert_eq!(room["peak_listeners"], 4321);
    let svg = instance.data().join("../room.svg");
    let drawn = instance.run(&["rooms", "show", ROOM, "--svg", svg.to_str().unwrap()]).expect(0);
    assert!(drawn.out.contains("talk-14-leo") && drawn.out.contains("unaccounted samples: 0"), "{}", drawn.out);
    let picture = fs::read_to_string(svg).unwrap();
    let parsed = roxmltree::Document::parse(&picture).unwrap();
    assert_eq!(parsed.root_element().tag_name().name(), "svg");
    let labels: Vec<_> = parsed.descendants().filter_map(|node| node.text()).collect();
    for name in ["talk-14-leo", "music", "silence"] {
        assert!(labels.iter().any(|label| label.contains(name)), "{name} is not in {labels:?}");
    }
}

fn transcripts_are_written_in_three_formats(instance: &Instance) {
    let written = |format: &str| instance.run(&["transcript", ROOM, "--format", format]).expect(0).out;
    let (vtt, srt, txt) = (written("vtt"), written("srt"), written("txt"));
    assert!(vtt.starts_with("WEBVTT\n\n"), "{vtt}");
    assert!(srt.starts_with("1\n00:00:"), "{srt}");
    let segments = instance.transcript(ROOM).len();
    assert_eq!(vtt.matches(" --> ").count(), segments);
    assert_eq!(srt.matches(" --> ").count(), segments);
    assert_eq!(txt.lines().count(), segments);
    for written in [vtt, srt, txt] {
        assert!(written.contains("Leo") && written.contains("nobody will stop you"), "{written}");
    }
}

fn another_run_opens_the_next_epoch(instance: &Instance) {
    let again = copy_demo(&instance.place("again"), &["talk-14-leo"]);
    let times = ["--start", "2026-09-12T20:01:00Z"];
    instance.ingest(ROOM, &times, &[again[0].as_path()]).expect(0);
    is_settled(instance, ROOM);
    let coverage = instance.coverage(ROOM);
    let twice = stream(&coverage, "talk-14-leo");
    assert_eq!(list(&twice["epochs"]).len(), 2);
    let between = list(&twice["between"]).iter().find(|between| between["before_epoch"] == 1).unwrap();
    assert_eq!(between["to"], "2026-09-12T20:01:00.000000Z");
    assert_eq!(between["reason"], "disconnected");
    let flags = instance.flags(ROOM);
    for epoch in [0, 1] {
        let threats = list(&flags).iter().filter(|flag| flag["epoch"] == epoch && flag["category"] == "threat");
        assert_eq!(threats.count(), 1, "{flags:#}");
    }
}
