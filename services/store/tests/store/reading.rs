//! What the command line reads: coverage, transcript, context and progress.

use domain::{CoverageReason, CoverageState, Hearing, StreamTime};
use store::EpochEnd;

use crate::{
    cluster::Database,
    fixture::{S, at, claim, description, end, lost, open, open_epoch, range, room, store_window, window},
};

#[tokio::test]
async fn coverage_prints_what_the_command_line_promises() {
    let database = Database::new().await;
    let store = &database.store;
    store.open_room(&description(Some(at(-4))), at(0)).await.unwrap();
    let key = open(store, 0).await;
    let lease = claim(store, "transcribe").await.lease;
    store_window(store, &lease, &window(&key, 0, 2 * S, ""), 2).await;
    store_window(store, &lease, &window(&key, 2 * S, 4 * S, ""), 4).await;
    store_window(store, &lease, &window(&key, 4 * S, 5 * S, "hello"), 5).await;
    store_window(store, &lease, &lost(&key, 5 * S, 5 * S + 8000), 5).await;
    store.note_seen(&key, StreamTime::from_samples(6 * S)).await.unwrap();
    let coverage = store.coverage(&room()).await.unwrap();
    assert_eq!(
        serde_json::to_string(&coverage).unwrap(),
        concat!(
            r#"{"room":"town hall","streams":[{"stream":"stage","epochs":[{"epoch":0,"#,
            r#""began":"2026-09-12T20:00:00.000000Z","samples":96000,"intervals":["#,
            r#"{"first":0,"end":64000,"state":"silence","reason":null},"#,
            r#"{"first":64000,"end":80000,"state":"transcribed","reason":null},"#,
            r#"{"first":80000,"end":88000,"state":"lost","reason":"source_error"},"#,
            r#"{"first":88000,"end":96000,"state":"pending","reason":"in_flight"}]}],"#,
            r#""between":[{"before_epoch":0,"from":"2026-09-12T19:59:56.000000Z","#,
            r#""to":"2026-09-12T20:00:00.000000Z","reason":"not_started"}],"#,
            r#""seconds":{"transcribed":1.0,"silence":4.0,"music":0.0,"noise":0.0,"lost":0.5,"deferred":0.0,"#,
            r#""pending":0.5,"between":4.0},"unaccounted_samples":0}]}"#
        )
    );
}

#[tokio::test]
async fn an_epoch_that_ingest_closed_is_pending_up_to_its_end_and_the_reconnect_counts() {
    let database = Database::new().await;
    let store = &database.store;
    let first = open(store, 0).await;
    store.close_epoch(&first, Some(10 * S), EpochEnd::Ended, at(10), at(10)).await.unwrap();
    open_epoch(store, 14).await;
    let stream = &store.coverage(&room()).await.unwrap().streams[0];
    assert_eq!((stream.seconds.pending, stream.seconds.between), (10.0, 4.0));
    assert_eq!((stream.epochs[0].intervals.len(), stream.epochs[1].samples), (1, 0));
    assert_eq!(stream.between[0].before_epoch, 1);
    assert_eq!(stream.unaccounted_samples, 0);
    let rooms = store.rooms().await.unwrap();
    assert_eq!((rooms[0].began, rooms[0].ended), (Some(at(0)), None));
}

#[tokio::test]
async fn samples_that_a_finished_epoch_never_stored_are_unaccounted() {
    let database = Database::new().await;
    let store = &database.store;
    let key = open(store, 0).await;
    let lease = claim(store, "transcribe").await.lease;
    store_window(store, &lease, &window(&key, 0, 2 * S, ""), 2).await;
    store.finish_epoch(&lease, end(&key, 2 * S, 3), at(3)).await.unwrap();
    store.note_seen(&key, StreamTime::from_samples(2 * S + 7)).await.unwrap();
    assert_eq!(store.coverage(&room()).await.unwrap().streams[0].unaccounted_samples, 7);
}

#[tokio::test]
async fn a_transcript_comes_in_order_and_page_by_page() {
    let database = Database::new().await;
    let store = &database.store;
    let key = open(store, 0).await;
    let lease = claim(store, "transcribe").await.lease;
    for (n, text) in (0..).zip(["ten", "nine", "eight seven", "six", "five"]) {
        let mut heard = window(&key, n * S, (n + 1) * S, text);
        let mut second = heard.segments[0].clone();
        second.hearing = Hearing::Suspect;
        second.speaker = None;
        heard.segments.push(second);
        store_window(store, &lease, &heard, n).await;
    }
    let whole = store.transcript(&room(), None, 100).await.unwrap();
    assert_eq!(whole.len(), 10);
    let mut paged = Vec::new();
    loop {
        let page = store.transcript(&room(), paged.last(), 3).await.unwrap();
        if page.is_empty() {
            break;
        }
        paged.extend(page);
    }
    assert_eq!(paged, whole);
    assert_eq!(whole[4].wall, at(2));
    assert_eq!(
        serde_json::to_string(&whole[4]).unwrap(),
        format!(
            concat!(
                r#"{{"stream":"stage","epoch":0,"first":32000,"end":48000,"speaker":"Mara","text":"eight seven","#,
                r#""hearing":"single","words":[{{"word":"eight","first":32000,"end":40000,"p":0.75,"verified":null}},"#,
                r#"{{"word":"seven","first":40000,"end":48000,"p":0.75,"verified":null}}],"model":"tiny.en","#,
                r#""window":"{}"}}"#
            ),
            key.window_id(StreamTime::from_samples(2 * S))
        )
    );
    assert_eq!((whole[5].hearing, &whole[5].speaker), (Hearing::Suspect, &None));
}

#[tokio::test]
async fn the_words_before_a_window_come_with_the_last_gap() {
    let database = Database::new().await;
    let store = &database.store;
    let key = open(store, 0).await;
    let lease = claim(store, "transcribe").await.lease;
    store_window(store, &lease, &window(&key, 0, 4 * S, "a b c d"), 1).await;
    store_window(store, &lease, &lost(&key, 4 * S, 5 * S), 2).await;
    store_window(store, &lease, &window(&key, 5 * S, 8 * S, "e f g"), 3).await;
    let text = |context: &store::Context| {
        context.words.iter().map(|word| word.word.text.clone()).collect::<Vec<_>>().join(" ")
    };
    let all = store.words_before(&key, StreamTime::from_samples(8 * S), 60 * S).await.unwrap();
    assert_eq!((text(&all).as_str(), all.gap), ("a b c d e f g", Some(range(4 * S, 5 * S))));
    assert_eq!((all.words[0].speaker.as_deref(), all.words[0].hearing), (Some("Mara"), Hearing::Single));
    let near = store.words_before(&key, StreamTime::from_samples(7 * S), 2 * S).await.unwrap();
    assert_eq!((text(&near).as_str(), near.gap), ("e f", None));
}

#[tokio::test]
async fn a_run_is_done_when_all_is_stored_and_screened() {
    let database = Database::new().await;
    let store = &database.store;
    let key = open(store, 0).await;
    let lease = claim(store, "transcribe").await.lease;
    let heard = window(&key, 0, 2 * S, "hello there");
    store_window(store, &lease, &heard, 2).await;
    let runs = store.run_state(std::slice::from_ref(&key)).await.unwrap();
    assert_eq!((runs[0].windows, runs[0].screened, runs[0].finished), (1, 0, false));
    store.finish_epoch(&lease, end(&key, 2 * S, 3), at(3)).await.unwrap();
    assert!(!store.run_state(std::slice::from_ref(&key)).await.unwrap()[0].is_done());
    let screen = claim(store, "screen").await.lease;
    let screening =
        store::Screening { window: heard.id(), pack_hash: None, model_sha256: None, findings: &[], next_offset: 1 };
    store.store_screening(&screen, &screening, at(4)).await.unwrap();
    let runs = store.run_state(std::slice::from_ref(&key)).await.unwrap();
    assert!(runs[0].is_done() && runs[0].samples == 2 * S && runs[0].stored == 2 * S, "{runs:?}");
    let states: Vec<_> = [CoverageState::Transcribed].into();
    let shown = store.room_show(&room()).await.unwrap();
    let intervals = &shown.coverage.streams[0].epochs[0].intervals;
    assert_eq!(intervals.iter().map(|interval| interval.state).collect::<Vec<_>>(), states);
    assert_eq!(intervals[0].reason, None::<CoverageReason>);
    assert_eq!(shown.room.ended, Some(at(2)));
}
