//! Damaged, odd and mislabelled sound: a clear error or a right result, and `up` lives on.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    account::{is_settled, list, number, stream},
    instance::Instance,
    program::{PATIENCE, Said, root},
    sound::{Coding, Dice, copy_demo, sample, tone, wav},
    spoken::words_of,
};

/// What may become of a file.
enum Fate {
    /// Whole, with so many samples at 16 kHz, give or take a few of the resampler's.
    Heard(i64),
    /// Refused in words that name it.
    Refused,
    /// Either of them, or the readable part with the rest named.
    Sound,
}

#[test]
fn damaged_and_odd_files_end_in_a_right_account_or_a_clear_error() {
    let instance = Instance::shared();
    let folder = instance.place("hostile");
    for (name, bytes, fate) in files() {
        let path = folder.join(name);
        fs::write(&path, bytes).unwrap();
        let room = name.replace('.', "-");
        check(&instance, &room, &path, &fate);
    }
    assert!(instance.is_up(), "{}", instance.log());
}

fn files() -> Vec<(&'static str, Vec<u8>, Fate)> {
    let opus = fs::read(root().join("tests/demo/talk-18-emma.opus")).unwrap();
    let mp3 = sample("lame-vbr.mp3");
    let second = wav(&tone(16_000, 16_000, 440.0), 16_000, 1, Coding::Pcm16);
    let half = |bytes: &[u8]| bytes[..bytes.len() / 2].to_vec();
    let six: Vec<i16> = tone(96_000 * 2, 96_000, 440.0).into_iter().flat_map(|sample| [sample / 6; 6]).collect();
    let law = wav(&tone(16_000, 8_000, 300.0), 8_000, 1, Coding::MuLaw);
    // Old tools leave out the length of what follows the format, though only PCM may.
    let mut old_law = law.clone();
    old_law.drain(36..38);
    old_law[16] = 16;
    vec![
        ("whole.wav", second.clone(), Fate::Heard(16_000)),
        ("half.wav", half(&second), Fate::Sound),
        ("half.opus", half(&opus), Fate::Sound),
        ("half.mp3", half(&mp3), Fate::Sound),
        ("flipped.opus", flipped(opus, 5), Fate::Sound),
        ("flipped.mp3", flipped(mp3, 6), Fate::Sound),
        ("empty.wav", Vec::new(), Fate::Refused),
        ("text.wav", b"This is no sound at all, only a text with another name.\n".repeat(200), Fate::Refused),
        ("header.wav", second[..44].to_vec(), Fate::Sound),
        ("law.wav", law, Fate::Heard(32_000)),
        ("law-of-old.wav", old_law, Fate::Sound),
        ("six.wav", wav(&six, 96_000, 6, Coding::Pcm16), Fate::Heard(32_000)),
        ("short.wav", wav(&tone(3_200, 16_000, 440.0), 16_000, 1, Coding::Pcm16), Fate::Heard(3_200)),
    ]
}

/// One bit in each 400 bytes turned, headers spared.
fn flipped(mut bytes: Vec<u8>, seed: u64) -> Vec<u8> {
    let mut dice = Dice(seed);
    let length = bytes.len() as u64;
    for _ in 0..length / 400 {
        let at = usize::try_from(200 + dice.below(length - 200)).unwrap();
        bytes[at] ^= 1 << dice.below(8);
    }
    bytes
}

#[track_caller]
fn check(instance: &Instance, room: &str, path: &Path, fate: &Fate) {
    let said = instance.ingest(room, &[], &[path]);
    let name = path.file_stem().unwrap().to_str().unwrap();
    let refused = |said: &Said| {
        assert_eq!(said.code, Some(2), "{said:?}");
        assert!(said.err.contains(path.file_name().unwrap().to_str().unwrap()), "{said:?} does not name {path:?}");
    };
    match fate {
        Fate::Refused => refused(&said),
        Fate::Sound if said.code == Some(2) => refused(&said),
        Fate::Sound => {
            assert!(matches!(said.code, Some(0 | 4)), "{path:?}: {said:?}");
            is_settled(instance, room);
        }
        Fate::Heard(samples) => {
            said.expect(0);
            is_settled(instance, room);
            let coverage = instance.coverage(room);
            let epoch = &list(&stream(&coverage, name)["epochs"])[0];
            let off = (number(&epoch["samples"]) - samples).abs();
            assert!(off <= 16, "{path:?}: {} samples, not {samples}", epoch["samples"]);
        }
    }
}

#[test]
fn a_folder_with_good_and_bad_files_is_done_in_part() {
    let instance = Instance::shared();
    let folder = instance.place("mixed");
    copy_demo(&folder, &["talk-25-emma"]);
    fs::write(folder.join("broken.wav"), b"RIFFnothing").unwrap();
    fs::write(folder.join("notes.txt"), "not a sound, and none by name").unwrap();
    let said = instance.ingest("mixed", &[], &[&folder]).expect(4);
    assert!(said.err.contains("broken"), "{}", said.err);
    is_settled(&instance, "mixed");
    assert!(!words_of(&instance.transcript("mixed"), "talk-25-emma").is_empty());
}

#[test]
fn standard_input_takes_a_wav_file_and_raw_samples() {
    let instance = Instance::shared();
    let pcm = tone(24_000, 8_000, 500.0);
    let raw = pcm.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    let file = wav(&pcm, 8_000, 1, Coding::Pcm16);
    // A pipe is no file: ffmpeg cannot go back to write the length, and leaves the highest.
    let mut endless = file.clone();
    endless[4..8].fill(0xff);
    endless[40..44].fill(0xff);
    let inputs: [(&str, &[&str], Vec<u8>); 3] =
        [("wav", &[], file), ("endless", &[], endless), ("raw", &["--raw", "s16le:8000:1"], raw)];
    for (name, more, input) in inputs {
        let arguments = [&["ingest", "-", "--room", "piped", "--stream", name, "--wait"], more].concat();
        instance.begin(&arguments, &[], input).end(PATIENCE).expect(0);
    }
    is_settled(&instance, "piped");
    let coverage = instance.coverage("piped");
    for name in ["wav", "endless", "raw"] {
        let samples = number(&list(&stream(&coverage, name)["epochs"])[0]["samples"]);
        assert!((samples - 48_000).abs() <= 16, "{name}: {samples}");
    }
}

#[test]
fn standard_input_that_is_no_sound_is_refused() {
    let instance = Instance::shared();
    for (input, more) in [(Vec::new(), vec![]), (b"no sound".to_vec(), vec![]), (vec![1, 2], vec!["--raw", "u8:0"])] {
        let arguments = [&["ingest", "-", "--room", "refused", "--stream", "bad", "--wait"], &more[..]].concat();
        let said = instance.begin(&arguments, &[], input).end(PATIENCE).expect(2);
        assert!(!said.err.trim().is_empty());
    }
}

#[test]
fn wrong_names_and_descriptions_are_refused_by_name() {
    let instance = Instance::shared();
    for command in [&["coverage", "nowhere"][..], &["transcript", "nowhere"], &["flags", "nowhere", "--json"]] {
        let said = instance.run(command).expect(2);
        assert!(said.err.contains("nowhere") && said.out.is_empty(), "{said:?}");
    }
    instance.run(&["rooms", "show", "nowhere"]).expect(2);
    let missing = PathBuf::from("/nowhere/talk.opus");
    let said = instance.ingest("refused", &[], &[&missing]).expect(2);
    assert!(said.err.contains("/nowhere/talk.opus"), "{said:?}");
    let folder = instance.place("described");
    copy_demo(&folder, &["talk-25-emma"]);
    for (text, named) in
        [("id = \"a\"\ntitel = \"b\"\n", "titel"), ("id = 7\n", "id"), ("scheduled = \"soon\"\n", "soon")]
    {
        fs::write(folder.join("room.toml"), text).unwrap();
        let said = instance.ingest("refused", &[], &[&folder]).expect(2);
        assert!(said.err.contains("room.toml") && said.err.contains(named), "{said:?}");
    }
    let said = instance.run(&["ingest", "--room", "refused"]).expect(2);
    assert!(said.err.contains("SOURCE"), "{said:?}");
    let said = instance.run(&["up"]).expect(3);
    assert!(said.err.contains("in use"), "{said:?}");
}
