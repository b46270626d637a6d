//! Every change is found and named: of any bit, by whoever holds no key, another key, or the key itself.

use dossier::{Audit, Dossier};
use serde_json::Value;

use crate::{
    archive::{Members, NAMING, bundle, check, found, member, put_together, rehash, resign, sign_manifest, take_apart},
    events,
    room::{key, room, room_signed_by},
};

fn members() -> Members {
    let (dossier, audit) = room();
    take_apart(&bundle(&dossier, &audit, &key(7)))
}

/// Places spread over a member: its ends, and others that are the same each time.
fn places(length: usize, count: usize) -> Vec<usize> {
    let Some(last) = length.checked_sub(1) else { return Vec::new() };
    let mut places: Vec<usize> = (0..count).map(|at| (at * 2_654_435_761 + length * 97) % length).collect();
    places.extend([0, last]);
    places.sort_unstable();
    places.dedup();
    places
}

#[test]
fn any_flipped_bit_of_any_member_is_found_and_the_member_is_named() {
    let whole = members();
    let mut cases = 0;
    for (path, bytes) in &whole {
        for (place, bit) in places(bytes.len(), 9).into_iter().zip((0..8).cycle()) {
            let mut changed = whole.clone();
            member(&mut changed, path)[place] ^= 1 << bit;
            let what = format!("bit {bit} of byte {place} of {path}");
            let code = match path.as_str() {
                "manifest.json" => None,
                "manifest.json.sig" | "manifest.note" => Some("signature"),
                _ => Some("hash"),
            };
            let changed = put_together(&changed);
            match code {
                Some(code) => found(&changed, None, code, Some(path), &what),
                None => assert!(!check(&changed, None).0.sound, "{what}"),
            }
            cases += 1;
        }
    }
    assert!(cases > 400, "{cases}");
}

#[test]
fn a_flipped_bit_is_found_when_all_hashes_are_made_to_fit_again() {
    let whole = members();
    for (path, bytes) in whole.iter().filter(|(path, _)| !NAMING.contains(&path.as_str())) {
        for (place, bit) in places(bytes.len(), 3).into_iter().zip((0..8).cycle()) {
            let mut changed = whole.clone();
            member(&mut changed, path)[place] ^= 1 << bit;
            rehash(&mut changed);
            let what = format!("bit {bit} of byte {place} of {path}, hashed anew");
            if !path.starts_with("keys/") {
                found(&put_together(&changed), None, "signature", Some("manifest.json.sig"), &what);
                found(&put_together(&changed), None, "signature", Some("manifest.note"), &what);
            }
            assert!(!check(&put_together(&changed), None).0.sound, "{what}");
        }
    }
}

#[test]
fn a_flipped_bit_is_found_by_what_the_members_say_of_each_other_even_when_signed_anew() {
    let whole = members();
    for (path, bytes) in whole.iter().filter(|(path, _)| !NAMING.contains(&path.as_str())) {
        let code = match path.split('/').next().unwrap() {
            "tables" => Some("table"),
            "transcripts" => Some("transcript"),
            "clips" => Some("clip"),
            _ if path.ends_with(".tlog-proof") => Some("proof"),
            _ if path == "audit/events.jsonl" => Some("event"),
            _ if path == "audit/checkpoint" => Some("checkpoint"),
            // Nothing but its hash says what the guide is; keys are named anew when signing.
            _ => None,
        };
        for (place, bit) in places(bytes.len(), 4).into_iter().zip((0..8).cycle()) {
            let mut changed = whole.clone();
            member(&mut changed, path)[place] ^= 1 << bit;
            let what = format!("bit {bit} of byte {place} of {path}, signed anew");
            // By the log's own key: only what the members say of each other can tell.
            resign(&mut changed, &key(7));
            match code {
                Some(code) => found(&put_together(&changed), None, code, None, &what),
                None if path == "dossier.json" => assert!(!check(&put_together(&changed), None).0.sound, "{what}"),
                None => {}
            }
            // By another key: whoever has the log's key knows.
            resign(&mut changed, &key(9));
            found(&put_together(&changed), Some(key(7).public()), "signer", None, &what);
        }
    }
}

#[test]
fn a_bundle_that_another_key_made_whole_is_sound_and_not_the_log_s() {
    let (dossier, audit) = room_signed_by(&key(9));
    let forged = bundle(&dossier, &audit, &key(9));
    let (verdict, _) = check(&forged, None);
    assert!(verdict.sound && !verdict.signer_known);
    found(&forged, Some(key(7).public()), "signer", None, "forged as a whole");
    // Naming the log's key beside the forger's does not help: neither named the other.
    let mut changed = take_apart(&forged);
    let keys: Value = serde_json::json!([
        { "first_size": 0, "vkey": key(7).public().to_string(), "rotation": null },
        { "first_size": 3, "vkey": key(9).public().to_string(), "rotation": null },
    ]);
    *member(&mut changed, "keys/log.json") = serde_json_canonicalizer::to_vec(&keys).unwrap();
    rehash(&mut changed);
    sign_manifest(&mut changed, &key(9));
    found(&put_together(&changed), Some(key(7).public()), "keys", Some("keys/log.json"), "two keys");
}

#[test]
fn swapped_missing_and_extra_members_are_named() {
    let whole = members();
    for (at, pair) in whole.windows(2).enumerate() {
        let mut changed = whole.clone();
        changed[at].1.clone_from(&pair[1].1);
        changed[at + 1].1.clone_from(&pair[0].1);
        let what = format!("{} and {} swapped", pair[0].0, pair[1].0);
        let changed = put_together(&changed);
        assert!(pair[0].1 == pair[1].1 || !check(&changed, None).0.sound, "{what}");
    }
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        let (path, _) = changed.remove(at);
        found(&put_together(&changed), None, "missing", Some(&path), &format!("without {path}"));
    }
    for path in ["extra.txt", "tables/more.csv", "audit/proofs/9999999999.tlog-proof", "clips/2.wav"] {
        let mut changed = whole.clone();
        changed.push((path.into(), b"more".to_vec()));
        found(&put_together(&changed), None, "extra", Some(path), &format!("with {path}"));
    }
}

#[test]
fn a_row_that_is_gone_or_doubled_in_any_table_is_found_though_everything_is_signed_anew() {
    let whole = members();
    let tables: Vec<_> = whole.iter().filter(|(path, _)| path.starts_with("tables/")).collect();
    assert_eq!(tables.len(), 17);
    for (path, bytes) in tables {
        let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
        for row in 1..lines.len() {
            let mut changed = whole.clone();
            *member(&mut changed, path) = [&lines[..row], &lines[row + 1..]].concat().concat();
            resign(&mut changed, &key(7));
            found(&put_together(&changed), None, "table", Some(path), &format!("row {row} of {path} deleted"));
            *member(&mut changed, path) = [&lines[..=row], &lines[row..]].concat().concat();
            resign(&mut changed, &key(7));
            found(&put_together(&changed), None, "table", Some(path), &format!("row {row} of {path} doubled"));
        }
    }
}

#[test]
fn an_event_that_is_cut_off_or_taken_out_is_found_though_everything_is_signed_anew() {
    let (dossier, audit) = room();
    for at in 0..audit.events.len() {
        let mut cut = audit.clone();
        let event = cut.events.remove(at);
        let bytes = bundle(&dossier, &cut, &key(7));
        let what = format!("without the event {} at {}", event.event.action, event.seq);
        found(&bytes, Some(key(7).public()), "totals", Some("dossier.json"), &what);
        if !["room.begun", "window.screened", "epoch.finished", "epoch.closed"].contains(&event.event.action.as_str()) {
            found(&bytes, Some(key(7).public()), "log", Some("audit/events.jsonl"), &what);
        }
    }
}

#[test]
fn a_head_that_is_forked_or_moved_is_found() {
    let (dossier, audit) = room();
    // The same room in a log with one event changed: its head and proofs are another's.
    let mut all: Vec<_> = audit.events.iter().map(|proved| proved.event.clone()).collect();
    all[0].salt = [9; 16];
    let fork = events::prove(&dossier.room.room, all, &key(7));
    let what = "a head of a fork";
    let forked = Audit { checkpoint: fork.checkpoint.clone(), ..audit.clone() };
    let bytes = bundle(&dossier, &forked, &key(7));
    found(&bytes, None, "checkpoint", Some("audit/checkpoint"), what);
    found(&bytes, None, "proof", None, what);
    // Pinned to the fork as well: the proofs still tell.
    let pinned = Dossier { pin: dossier::model::Pin::of(&fork.checkpoint), ..dossier.clone() };
    found(&bundle(&pinned, &forked, &key(7)), None, "proof", None, what);
    // Signed by another key.
    let (other, foreign) = room_signed_by(&key(9));
    let mixed = Audit { checkpoint: foreign.checkpoint, ..audit };
    found(
        &bundle(&other, &mixed, &key(7)),
        None,
        "checkpoint",
        Some("audit/checkpoint"),
        "a head that another key signed",
    );
}

/// A change of the record, after which everything that follows from it is made anew and signed by the log's own key.
#[track_caller]
fn edited(code: &str, what: &str, edit: impl Fn(&mut Dossier)) {
    let (mut dossier, audit) = room();
    edit(&mut dossier);
    found(&bundle(&dossier, &audit, &key(7)), Some(key(7).public()), code, None, what);
}

#[test]
fn a_record_that_says_something_else_than_its_events_is_found_though_the_key_itself_signed_it() {
    let window = |dossier: &mut Dossier, edit: &dyn Fn(&mut dossier::model::Window)| {
        edit(&mut dossier.streams[0].epochs[0].windows[0]);
    };
    edited("log", "another word", |dossier| {
        window(dossier, &|window| {
            window.segments[0].text = "Good evening, y'all.".into();
            window.segments[0].words[2].word = "y'all.".into();
        });
    });
    edited("log", "a word later", |dossier| window(dossier, &|window| window.segments[0].words[0].first += 1));
    edited("log", "another speaker", |dossier| window(dossier, &|window| window.segments[0].speaker = None));
    edited("log", "less doubt", |dossier| {
        dossier.streams[0].epochs[0].windows[1].segments[0].hearing = domain::Hearing::Single;
    });
    edited("log", "no guards", |dossier| dossier.streams[0].epochs[0].windows[1].guards.clear());
    edited("log", "another model", |dossier| window(dossier, &|window| window.model = Some("b".repeat(64))));
    edited("log", "never screened", |dossier| window(dossier, &|window| window.screened = None));
    edited("log", "lost becomes silence", |dossier| {
        let interval = &mut dossier.streams[0].epochs[0].intervals[2];
        (interval.state, interval.reason) = (domain::CoverageState::Silence, None);
    });
    edited("log", "an epoch later", |dossier| dossier.streams[1].epochs[0].began += chrono::TimeDelta::seconds(1));
    edited("log", "another end", |dossier| {
        dossier.streams[0].epochs[0].closed = Some(dossier::model::ClosedHow::Idle);
    });
    edited("log", "no flag", |dossier| drop(dossier.flags.remove(0)));
    edited("log", "a lower reach", |dossier| dossier.flags[0].reach = Some(3));
    edited("log", "another status", |dossier| dossier.flags[0].status = domain::FlagStatus::Unconfirmed);
    edited("log", "a finding less", |dossier| drop(dossier.flags[0].findings.remove(1)));
    edited("log", "a lower score", |dossier| {
        dossier.flags[0].findings[1].score = dossier::model::Probability::new(0.5);
    });
    edited("log", "another rule", |dossier| dossier.flags[0].findings[0].version = Some("4".into()));
    edited("log", "an earlier decision", |dossier| {
        dossier.cases[0].decisions[0].decided_at -= chrono::TimeDelta::seconds(1);
    });
    edited("log", "a decision less", |dossier| dossier.cases[0].decisions.clear());
    edited("log", "no refusal", |dossier| drop(dossier.attempts.remove(0)));
    edited("log", "a kinder refusal", |dossier| dossier.attempts[0].status = Some(404));
}

#[test]
fn a_record_that_does_not_agree_with_itself_is_found_though_the_key_itself_signed_it() {
    edited("coverage", "a hole in the account", |dossier| {
        dossier.streams[0].epochs[0].intervals[1].first += 160;
    });
    edited("coverage", "no reason", |dossier| dossier.streams[0].epochs[0].intervals[2].reason = None);
    edited("coverage", "a shorter refusal", |dossier| {
        dossier.streams[0].between[0].from += chrono::TimeDelta::seconds(9);
    });
    edited("words", "a window less", |dossier| drop(dossier.streams[0].epochs[0].windows.remove(1)));
    edited("words", "a word outside its segment", |dossier| {
        dossier.streams[0].epochs[0].windows[0].segments[0].words[0].first = 0;
    });
    edited("words", "a text that is not its words", |dossier| {
        dossier.streams[0].epochs[0].windows[0].segments[1].text = "I will thank you.".into();
    });
    edited("flag", "words that were not said", |dossier| dossier.flags[0].words = "I will hug you.".into());
    edited("flag", "a finding of words that were not said", |dossier| {
        dossier.flags[0].findings[1].words = "will hug you.".into();
    });
    edited("flag", "a narrower flag", |dossier| dossier.flags[0].first += 16_000);
    edited("flag", "a lower severity", |dossier| dossier.flags[0].severity = domain::Severity::Low);
    edited("flag", "less exposure", |dossier| {
        dossier.flags[0].exposure.as_mut().unwrap().listener_seconds -= 1;
    });
    edited("flag", "fewer listeners", |dossier| dossier.listeners[2].listeners = 4);
    edited("flag", "a case without its flag", |dossier| dossier.cases[0].flags.clear());
    edited("flag", "a decision twice", |dossier| {
        let again = dossier.cases[0].decisions[0].clone();
        let mut other = again.clone();
        other.decided_at += chrono::TimeDelta::seconds(1);
        other.decision_id = serde_json::from_str("\"0199a2c4-0000-7000-8000-000000000099\"").unwrap();
        dossier.cases[0].decisions = vec![again, other];
    });
    edited("clip", "another clip", |dossier| dossier.clips[0].sha256 = Some("0".repeat(64)));
    edited("clip", "other samples", |dossier| dossier.clips[0].pcm_sha256 = Some("0".repeat(64)));
    edited("clip", "fewer samples", |dossier| dossier.clips[0].end -= 1);
    edited("log", "a clip of other samples", |dossier| dossier.clips[0].first += 1);
    edited("log", "a clip that nobody made", |dossier| dossier.clips[0].clip = dossier.flags[0].flag);
    edited("clip", "a clip that is gone and there", |dossier| {
        dossier.clips[0].state = dossier::model::ClipState::Erased;
    });
    edited("record", "other settings", |dossier| dossier.settings[0].body = "{\"beam\":2}".into());
    edited("record", "a model left out", |dossier| drop(dossier.models.remove(0)));
    edited("totals", "a sum", |dossier| dossier.totals.words += 1);
    edited("totals", "a state's sum", |dossier| dossier.totals.states[4].samples -= 1);
    edited("totals", "a shorter period", |dossier| {
        dossier.period.as_mut().unwrap().to -= chrono::TimeDelta::seconds(1);
    });
}
