//! Windows tile the epoch however it comes in, and cuts fall where they should.

use domain::{Epoch, EpochKey, check_tiling};
use proptest::prelude::*;

use super::*;

/// Takes a frame for voiced when its first sample is not 0.
struct Loud;

impl Voice for Loud {
    fn probability(&mut self, frame: &[i16; FRAME_SAMPLES]) -> f32 {
        if frame[FRAME_SAMPLES / 2] == 0 { 0.0 } else { 1.0 }
    }
}

const LIMITS: Limits = Limits { min: 64_000, max: 192_000, pause: 4_800, margin: 8_000 };

fn windower(resume: Resume) -> Windower {
    Windower::new(resume, LIMITS, Box::new(Loud))
}

fn record(first: i64, body: AudioBody) -> AudioRecord {
    AudioRecord {
        key: EpochKey { room: "r".parse().unwrap(), stream: "s".parse().unwrap(), epoch: Epoch::new(0) },
        sequence: 0,
        first: StreamTime::from_samples(first),
        captured_at: chrono::DateTime::UNIX_EPOCH,
        speaker: None,
        language: "en".into(),
        body,
    }
}

/// One-second chunks from a picture: `#` is a tenth of a second of voice, `.` of silence.
fn records(picture: &str) -> Vec<AudioRecord> {
    let pcm: Vec<i16> =
        picture.chars().flat_map(|c| std::iter::repeat_n(if c == '#' { 1000 } else { 0 }, 1600)).collect();
    let mut first = 0;
    let mut records = Vec::new();
    for chunk in pcm.chunks(16_000) {
        records.push(record(first, AudioBody::Chunk(chunk.to_vec())));
        first += i64::try_from(chunk.len()).unwrap();
    }
    records.push(record(first, AudioBody::End));
    records
}

fn run(records: &[AudioRecord]) -> Vec<ClosedWindow> {
    let mut windower = windower(Resume::default());
    records.iter().zip(0..).flat_map(|(record, offset)| windower.push(record, offset)).collect()
}

#[track_caller]
fn check_cuts(picture: &str, expected: &[(f64, bool)]) {
    let cuts: Vec<_> = run(&records(picture))
        .iter()
        .map(|window| (((window.range.end().seconds()) * 10.0).round() / 10.0, window.seam_after))
        .collect();
    assert_eq!(cuts, expected);
}

#[test]
fn a_long_pause_ends_a_window_at_once_and_a_short_one_later() {
    let voice = |tenths| "#".repeat(tenths);
    // The pause before the least length does not count.
    let long = format!("{}......{}......{}", voice(30), voice(15), voice(10));
    check_cuts(&long, &[(5.4, false), (6.7, false)]);
    // 0.4 s is enough once 9.3 s are there; the longest pause counts, not the last.
    let short = format!("{}....{}...{}", voice(45), voice(30), voice(30));
    check_cuts(&short, &[(4.7, false), (11.2, false)]);
}

#[test]
fn without_a_pause_the_cut_is_a_seam_before_the_greatest_length() {
    let cuts = run(&records(&"#".repeat(130)));
    assert!(cuts[0].seam_after && cuts[1].seam_before);
    assert!((64_000..=184_000).contains(&cuts[0].range.samples()));
    assert_eq!(i64::try_from(cuts[0].pcm.len()).unwrap(), cuts[0].range.samples() + 8_000);
    assert_eq!(cuts[1].pcm_first.samples(), cuts[1].range.first().samples() - 8_000);
}

#[test]
fn silence_is_stored_at_the_greatest_length_and_leaves_speech_whole() {
    check_cuts(&".".repeat(250), &[(12.0, false), (24.0, false), (25.0, false)]);
    check_cuts(&format!("{}{}", ".".repeat(60), "#".repeat(20)), &[(5.9, false), (8.0, false)]);
}

#[test]
fn a_long_mute_is_a_window_of_its_own_and_a_short_gap_a_mask() {
    let sound = |first| record(first, AudioBody::Chunk(vec![1000; 16_000]));
    let gap = AudioBody::Gap { samples: 8_000, reason: CoverageReason::SourceError };
    let windows = run(&[
        sound(0),
        record(16_000, gap),
        sound(24_000),
        record(40_000, AudioBody::Mute { samples: 9_600_000 }),
        sound(9_640_000),
        record(9_656_000, AudioBody::End),
    ]);
    let ranges: Vec<_> = windows.iter().map(|w| (w.range.first().samples(), w.range.end().samples())).collect();
    assert_eq!(ranges, [(0, 40_000), (40_000, 9_640_000), (9_640_000, 9_656_000)]);
    assert_eq!(windows[0].masks[0].range, StreamRange::from_samples(16_000, 24_000).unwrap());
    assert_eq!(windows[1].masks[0].reason, Some(CoverageReason::Muted));
    assert!(windows[1].pcm.is_empty());
}

#[test]
fn what_is_missing_becomes_a_lost_stretch() {
    let sound = |first| record(first, AudioBody::Chunk(vec![1000; 16_000]));
    let windows = run(&[sound(0), sound(48_000), record(64_000, AudioBody::End)]);
    let masks: Vec<_> = windows.iter().flat_map(|w| &w.masks).collect();
    assert_eq!(masks.len(), 1);
    assert_eq!(masks[0].range, StreamRange::from_samples(16_000, 48_000).unwrap());
    assert_eq!(masks[0].reason, Some(CoverageReason::SequenceJump));
}

#[test]
fn what_was_sent_and_never_came_before_an_epoch_ends_is_lost() {
    let mut windower = windower(Resume { next_first: StreamTime::from_samples(16_000), ..Resume::default() });
    windower.expect_missing(CoverageReason::RetentionExpired);
    let windows = windower.finish(StreamTime::from_samples(80_000));
    check_tiles(&windows, 16_000, 80_000);
    let masks: Vec<_> = windows.iter().flat_map(|w| &w.masks).map(|mask| (mask.state, mask.reason)).collect();
    assert_eq!(masks, [(CoverageState::Lost, Some(CoverageReason::RetentionExpired))]);
    assert_eq!(windower.finish(StreamTime::from_samples(70_000)), [], "all of that came");
}

#[test]
fn a_log_that_is_read_again_is_needed_from_there() {
    let records = records(&"#".repeat(60));
    let mut windower = windower(Resume::default());
    records[..5].iter().zip(100..).for_each(|(record, offset)| drop(windower.push(record, offset)));
    windower.read_again_from(40);
    assert_eq!(windower.needed_offset(), Some(40));
    let closed: Vec<_> = records.iter().zip(40..).flat_map(|(record, offset)| windower.push(record, offset)).collect();
    check_tiles(&closed, 0, 96_000);
    assert_eq!(windower.needed_offset(), Some(40));
    for window in closed {
        windower.stored(window.range.end(), window.seam_after);
    }
    assert_eq!(windower.needed_offset(), Some(46), "the last record stays needed");
}

#[test]
fn a_change_of_speaker_is_kept_to_the_sample() {
    let mut records = [record(0, AudioBody::Chunk(vec![9; 7_000])), record(7_000, AudioBody::Chunk(vec![9; 9_000]))];
    records[0].speaker = Some("Mara".into());
    records[1].speaker = Some("Jon".into());
    let mut windower = windower(Resume::default());
    records.iter().zip(0..).for_each(|(record, offset)| drop(windower.push(record, offset)));
    let speakers = windower.finish(StreamTime::ZERO).remove(0).speakers;
    let at = StreamTime::from_samples;
    assert_eq!(speakers, [(at(0), Some("Mara".into())), (at(7_000), Some("Jon".into()))]);
}

#[test]
fn only_the_records_of_unstored_windows_are_still_needed() {
    let records = records(&format!("{}......{}", "#".repeat(45), "#".repeat(60)));
    let mut windower = windower(Resume::default());
    let closed: Vec<_> =
        records[..10].iter().zip(100..).flat_map(|(record, offset)| windower.push(record, offset)).collect();
    assert_eq!(windower.needed_offset(), Some(100));
    windower.stored(closed[0].range.end(), closed[0].seam_after);
    assert_eq!(windower.needed_offset(), Some(104), "the cut at 4.8 s lies in the fifth chunk");
}

/// What a source may send: kinds of records with lengths, some sent twice, some lost on the way.
fn source() -> impl Strategy<Value = Vec<AudioRecord>> {
    let piece = prop_oneof![
        8 => (1..=16_000_i64, any::<bool>()).prop_map(|(samples, loud)| (samples, u8::from(loud))),
        1 => (1..=40_000_i64).prop_map(|samples| (samples, 2)),
        1 => (1..=40_000_i64).prop_map(|samples| (samples, 3)),
        1 => (1..=30_000_i64).prop_map(|samples| (samples, 4)),
    ];
    proptest::collection::vec((piece, 0..10_u8), 1..60).prop_map(|pieces| {
        let mut records = Vec::new();
        let mut first = 0;
        for ((samples, kind), fate) in pieces {
            let length = usize::try_from(samples).unwrap();
            let body = match kind {
                0 => Some(AudioBody::Chunk(vec![0; length])),
                1 => Some(AudioBody::Chunk(vec![700; length])),
                2 => Some(AudioBody::Gap { samples, reason: CoverageReason::IngestGap }),
                3 => Some(AudioBody::Mute { samples }),
                _ => None,
            };
            if let Some(body) = body {
                let sent = record(first, body);
                records.extend(std::iter::repeat_n(sent, if fate == 0 { 2 } else { 1 }));
            }
            first += samples;
        }
        records.push(record(first, AudioBody::End));
        records
    })
}

#[track_caller]
fn check_tiles(windows: &[ClosedWindow], first: i64, end: i64) {
    let intervals: Vec<_> = windows
        .iter()
        .map(|window| Interval { range: window.range, state: CoverageState::Silence, reason: None })
        .collect();
    match StreamRange::from_samples(first, end) {
        Ok(whole) => check_tiling(whole, &intervals).unwrap(),
        Err(_) => assert!(windows.is_empty()),
    }
}

proptest! {
    #[test]
    fn windows_tile_the_epoch_however_it_comes_in(records in source()) {
        let windows = run(&records);
        check_tiles(&windows, 0, records.last().unwrap().end().samples());
        for window in &windows {
            prop_assert!(window.masks.iter().all(|mask| mask.range.intersection(window.range) == Some(mask.range)));
            prop_assert!(window.pcm.is_empty() || window.pcm_first <= window.range.first());
            let held = window.pcm_first + count(window.pcm.len());
            prop_assert!(window.pcm.is_empty() || held >= window.range.end());
        }
    }

    #[test]
    fn a_restart_after_any_stored_window_goes_on_where_it_ended(records in source(), stored in 0..20_usize) {
        let mut before = windower(Resume::default());
        let mut kept = Vec::new();
        let mut position = 0;
        for (record, offset) in records.iter().zip(0..) {
            kept.extend(before.push(record, offset));
            position = offset + 1;
            if kept.len() > stored { break; }
        }
        kept.truncate(stored + 1);
        if let Some(last) = kept.last() {
            before.stored(last.range.end(), last.seam_after);
            position = before.needed_offset().unwrap_or(position);
        } else {
            position = 0;
        }
        let resume = kept.last().map_or(Resume::default(), |last| Resume {
            next_first: last.range.end(), seam: last.seam_after, missing: None,
        });
        let mut after = windower(resume);
        for (record, offset) in records.iter().zip(0_i64..).filter(|(_, offset)| *offset >= position) {
            kept.extend(after.push(record, offset));
        }
        check_tiles(&kept, 0, records.last().unwrap().end().samples());
    }
}
