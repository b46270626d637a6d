//! Bundles that are sound, and are the same bytes each time.

use crate::{
    archive::{bundle, check, put_together, take_apart},
    room::{key, room},
};

#[test]
fn a_bundle_of_a_room_is_sound_and_says_what_it_cannot_show() {
    let (dossier, audit) = room();
    let bytes = bundle(&dossier, &audit, &key(7));
    let (verdict, differences) = check(&bytes, Some(key(7).public()));
    assert_eq!(differences, []);
    assert!(verdict.sound && verdict.signer_known);
    assert_eq!(verdict.room.as_deref(), Some("town hall/é"));
    assert_eq!(verdict.signer.as_deref(), Some(key(7).public().to_string().as_str()));
    let count = |what: &str| verdict.checked.iter().find(|check| check.what.starts_with(what)).map(|check| check.count);
    assert_eq!(count("events with"), Some(audit.events.len() as u64));
    assert_eq!(count("samples,"), Some(90 * 16_000));
    assert!(verdict.unchecked.iter().all(|what| !what.contains("who signed it")));
    let (verdict, _) = check(&bytes, None);
    assert!(verdict.sound && !verdict.signer_known);
    assert!(verdict.unchecked.iter().any(|what| what.contains("who signed it: no key was given")));
}

#[test]
fn the_same_rows_give_the_same_bytes() {
    let ((dossier, audit), (again, events)) = (room(), room());
    let bytes = bundle(&dossier, &audit, &key(7));
    assert_eq!(bytes, bundle(&again, &events, &key(7)));
    // Another word, another bundle.
    let mut other = dossier.clone();
    other.room.title = None;
    assert_ne!(bytes, bundle(&other, &audit, &key(7)));
}

#[test]
fn how_the_archive_is_packed_does_not_matter() {
    let (dossier, audit) = room();
    let mut members = take_apart(&bundle(&dossier, &audit, &key(7)));
    members.reverse();
    assert_eq!(check(&put_together(&members), Some(key(7).public())).1, []);
}

#[test]
fn a_key_that_led_to_the_one_that_signed_is_known_too() {
    let (dossier, mut audit) = room();
    let size = audit.checkpoint.checkpoint().size();
    let rotation = ledger::Rotation::sign("example.com/log", size + 9, &key(7), &key(8)).unwrap();
    let (vkey, rotation) = (key(8).public().to_string(), Some(rotation.to_string()));
    audit.keys.push(dossier::LogKey { first_size: size + 9, vkey, rotation });
    let bytes = bundle(&dossier, &audit, &key(8));
    for seed in [7, 8] {
        let (verdict, differences) = check(&bytes, Some(key(seed).public()));
        assert_eq!((differences, verdict.signer_known), (vec![], true), "{seed}");
    }
    assert!(!check(&bytes, Some(key(9).public())).0.sound);
}

#[test]
fn a_bundle_is_signed_by_the_key_in_force_or_not_at_all() {
    let (dossier, audit) = room();
    let out = std::io::Cursor::new(Vec::new());
    let parts = dossier::Parts { document: &[], clips: &mut |_| Ok(Vec::new()) };
    let made = dossier::write(out, &dossier, &audit, parts, &key(9), &mut |_, _| ());
    assert!(matches!(made, Err(dossier::BundleError::Signer { .. })));
}

#[test]
fn tables_are_rfc_4180_and_transcripts_are_what_players_read() {
    let (dossier, audit) = room();
    let members = take_apart(&bundle(&dossier, &audit, &key(7)));
    let text = |path: &str| {
        let bytes = &members.iter().find(|(known, _)| known == path).unwrap().1;
        String::from_utf8(bytes.clone()).unwrap()
    };
    let coverage = text("tables/coverage.csv");
    assert!(coverage.starts_with("stream,epoch,first,end,from,to,seconds,state,reason\r\n"), "{coverage}");
    assert!(coverage.contains(
        "\"stage, left\",0,800000,960000,2026-09-12T20:00:50.250000Z,2026-09-12T20:01:00.250000Z,10.0000,lost,asr_crash\r\n"
    ));
    assert!(text("tables/flags.csv").contains(",threat,high,1,provisional,120,"));
    assert!(text("tables/totals.csv").contains("samples lost/asr_crash,160000\r\n"));
    let vtt = text("transcripts/01-stage--left.vtt");
    assert!(vtt.starts_with("WEBVTT\n\n"), "{vtt}");
    let cue = "\n0-3\n00:00:21.000 --> 00:00:24.771\n<v Ada &gt; B>[suspect] &lt;Thank&gt; &amp; thank you.\n";
    assert!(vtt.contains(cue), "{vtt}");
    // The second connection stands where it was heard: 75 s after the first began.
    let srt = text("transcripts/01-stage--left.srt");
    assert!(srt.ends_with("4\n00:01:17,000 --> 00:01:20,771\nAda > B: And so to bed.\n\n"), "{srt}");
    assert!(members.iter().any(|(path, _)| path == "transcripts/02--nder.srt"));
}

#[test]
fn what_was_erased_since_is_blank_and_is_told_of_as_unchecked() {
    let (mut dossier, audit) = room();
    let deletion = crate::room::id(0x80);
    let segment = &mut dossier.streams[0].epochs[1].windows[0].segments[0];
    (segment.erased, segment.speaker) = (Some(deletion), None);
    segment.text.clear();
    let not_blank = bundle(&dossier, &audit, &key(7));
    dossier.streams[0].epochs[1].windows[0].segments[0].words.iter_mut().for_each(|word| word.word.clear());
    let (verdict, differences) = check(&bundle(&dossier, &audit, &key(7)), Some(key(7).public()));
    assert_eq!(differences, []);
    assert!(verdict.unchecked.iter().any(|what| what.starts_with("1 texts that were erased since")), "{verdict:?}");
    crate::archive::found(&not_blank, None, "words", None, "erased and still there");
}
