//! Rooms, windows and findings for tests, short to write.

use chrono::{DateTime, TimeZone, Utc};
use domain::{
    Carrier, Category, CoverageReason, CoverageState, EpochKey, Finding, FindingRange, FlagStatus, HeardWindow,
    Hearing, Interval, Provenance, RoomId, Segment, Severity, StreamRange, StreamTime, Word,
};
use store::{Claim, EpochEnd, FinishedEpoch, Lease, NewEpoch, NewWindow, OutboxRecord, RoomDescription, Store, Stored};
use wire::KafkaRecord;

/// One second in samples.
pub(crate) const S: i64 = 16_000;
pub(crate) const MODEL: &str = "00000000000000000000000000000000000000000000000000000000000000aa";
pub(crate) const CLASSIFIER: &str = "00000000000000000000000000000000000000000000000000000000000000bb";

/// The moment so many seconds after 2026-09-12 20:00 UTC.
pub(crate) fn at(second: i64) -> DateTime<Utc> {
    Utc.timestamp_opt(1_789_243_200 + second, 0).unwrap()
}

pub(crate) fn room() -> RoomId {
    "town hall".parse().unwrap()
}

pub(crate) fn range(first: i64, end: i64) -> StreamRange {
    StreamRange::from_samples(first, end).unwrap()
}

pub(crate) fn description(scheduled: Option<DateTime<Utc>>) -> RoomDescription {
    RoomDescription {
        room: room(),
        title: Some("A talk".into()),
        hosts: vec!["Mara".into()],
        language: None,
        scheduled,
    }
}

/// Opens the room and the next epoch of `stage`, which begins at `at(began)`.
pub(crate) async fn open(store: &Store, began: i64) -> EpochKey {
    store.open_room(&description(None), at(began)).await.unwrap();
    open_epoch(store, began).await
}

pub(crate) async fn open_epoch(store: &Store, began: i64) -> EpochKey {
    let new = NewEpoch { began_at: at(began), source: "talk.opus".into(), language: "en".into(), before: None };
    store.open_epoch(&room(), &"stage".parse().unwrap(), &new, at(began)).await.unwrap()
}

pub(crate) async fn claim(store: &Store, group: &str) -> Claim {
    store.claim_partition(group, "audio.chunk.v1", 0, "here", at(0)).await.unwrap()
}

/// A window of one segment with those words at equal distances; of silence where there are none.
pub(crate) fn window(key: &EpochKey, first: i64, end: i64, text: &str) -> HeardWindow {
    let spoken: Vec<_> = text.split_whitespace().collect();
    let step = (end - first) / i64::try_from(spoken.len().max(1)).unwrap();
    let words: Vec<_> = (0_i64..)
        .zip(&spoken)
        .map(|(at, word)| Word {
            text: (*word).to_owned(),
            first: StreamTime::from_samples(first + at * step),
            end: StreamTime::from_samples(first + (at + 1) * step),
            p: 0.75,
            verified: None,
        })
        .collect();
    let state = if spoken.is_empty() { CoverageState::Silence } else { CoverageState::Transcribed };
    let provenance = Provenance {
        model: "tiny.en".into(),
        model_sha256: MODEL.into(),
        library: "whisper-rs 0.16".into(),
        settings: r#"{"temperature":0}"#.into(),
    };
    let segment = Segment {
        range: range(first, end),
        speaker: Some("Mara".into()),
        text: spoken.join(" "),
        hearing: Hearing::Single,
        words,
    };
    HeardWindow {
        key: key.clone(),
        range: range(first, end),
        language: "en".into(),
        provenance: (!spoken.is_empty()).then_some(provenance),
        segments: if spoken.is_empty() { Vec::new() } else { vec![segment] },
        intervals: vec![Interval { range: range(first, end), state, reason: None }],
        guards: Vec::new(),
        attempts: u32::from(!spoken.is_empty()),
        seam: false,
    }
}

/// A window that is lost, and why.
pub(crate) fn lost(key: &EpochKey, first: i64, end: i64) -> HeardWindow {
    let mut window = window(key, first, end, "");
    window.intervals[0].state = CoverageState::Lost;
    window.intervals[0].reason = Some(CoverageReason::SourceError);
    window
}

pub(crate) fn announcement(topic: &str, text: &str) -> OutboxRecord {
    let headers = vec![("ce_id".to_owned(), text.as_bytes().to_vec()), ("ce_type".to_owned(), b"test".to_vec())];
    let record =
        KafkaRecord { key: "stage".into(), timestamp_ms: 1_789_243_200_000, headers, payload: vec![0, 159, 146, 150] };
    OutboxRecord { topic: topic.into(), record }
}

/// What goes with a window of an epoch that began at `at(0)`.
pub(crate) fn new_window(heard: &HeardWindow, next_offset: i64) -> NewWindow<'_> {
    NewWindow {
        heard,
        began_at: wall(heard.range.first()),
        ended_at: wall(heard.range.end()),
        next_offset,
        announce: announcement("transcript.window.v1", &heard.id().to_string()),
    }
}

fn wall(sample: StreamTime) -> DateTime<Utc> {
    at(0) + chrono::TimeDelta::microseconds(sample.micros())
}

pub(crate) async fn store_window(store: &Store, lease: &Lease, heard: &HeardWindow, next_offset: i64) -> Stored {
    store.store_window(lease, new_window(heard, next_offset), at(100)).await.unwrap()
}

pub(crate) fn end(key: &EpochKey, samples: i64, next_offset: i64) -> FinishedEpoch<'_> {
    FinishedEpoch {
        key,
        samples: StreamTime::from_samples(samples),
        how: EpochEnd::Ended,
        ended_at: at(0) + chrono::TimeDelta::microseconds(StreamTime::from_samples(samples).micros()),
        next_offset,
        announce: None,
    }
}

/// A finding of a rule in the category `threat`.
pub(crate) fn finding(key: &EpochKey, rule: &str, first: i64, end: i64) -> Finding {
    Finding {
        key: key.clone(),
        carrier: Carrier::Rule { id: rule.into(), version: "1.0.0".into(), pack: "cc".into() },
        place: FindingRange { range: range(first, end), words: "I will hurt you".into() },
        category: Category::Threat,
        severity: Severity::Medium,
        score: 0.5,
        status: FlagStatus::Provisional,
        why: "a first-person announcement".into(),
    }
}
