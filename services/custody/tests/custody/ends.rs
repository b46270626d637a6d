//! What ends by age and on request, what holds and cases keep, and what the record still says afterwards.

use chrono::TimeDelta;
use custody::{Retention, erase, sweep};
use domain::{FlagId, RoomId};
use store::{ClipState, DeletionClass, EraseTarget, KeptBy};

use crate::place::{MARGIN, Place, S, now};

const KEEP: Retention =
    Retention { transcripts_days: 30, clips_days: 365, flags_days: 1_825, dead_letter_hours: 24, near: MARGIN };

/// A room of a minute with a flag in its third window, and its clip.
async fn room_with_a_flag(place: &Place, room: &str) -> (RoomId, FlagId) {
    let key = place.open(room, "stage").await;
    place.send(&key, 0, 60, None).await;
    place.heard(&key, 60).await;
    let service = place.serve();
    let flag = place.flag(&key, "a", 24 * S, 26 * S).await;
    place.clips(flag, 1).await;
    service.end().await;
    (room.parse().unwrap(), flag)
}

async fn texts(place: &Place, room: &RoomId) -> Vec<bool> {
    let lines = place.store().transcript(room, None, 100).await.unwrap();
    let is_there = |line: &store::TranscriptLine| {
        let is_there = !line.text.is_empty();
        assert!(line.words.iter().all(|word| word.word.is_empty() != is_there));
        assert_eq!(line.speaker.is_some(), is_there);
        is_there
    };
    lines.iter().map(is_there).collect()
}

fn in_days(days: i64) -> chrono::DateTime<chrono::Utc> {
    now() + TimeDelta::days(days)
}

#[tokio::test]
async fn what_is_old_ends_and_holds_keep_theirs() {
    let place = Place::new().await;
    let (held, held_flag) = room_with_a_flag(&place, "held").await;
    let (free, flag) = room_with_a_flag(&place, "free").await;
    let (store, vault) = (place.store(), &place.tools.safe.vault);
    store.place_hold(&held, None, "a court asks for it", now()).await.unwrap();

    assert_eq!(sweep(store, vault, &KEEP, now).await.unwrap(), custody::Swept::default());
    let swept = sweep(store, vault, &KEEP, || in_days(31)).await.unwrap();
    assert_eq!((swept.texts, swept.clips, swept.findings), (5, 0, 0));
    assert_eq!(texts(&place, &free).await, [false, false, true, false, false, false]);
    assert_eq!(texts(&place, &held).await, [true; 6]);
    let due = KEEP.due(store, 100, in_days(366)).await.unwrap();
    assert_eq!((due.clips, due.unflagged_texts, due.flagged_texts), (1, 0, 0));
    let swept = sweep(store, vault, &KEEP, || in_days(366)).await.unwrap();
    assert_eq!(swept.clips, 1);
    let clip = store.clips_of_flag(flag).await.unwrap().remove(0);
    assert!(clip.state == ClipState::Erased && !place.object(&clip).exists());
    assert!(clip.sound.is_some(), "what it was stays");
    let swept = sweep(store, vault, &KEEP, || in_days(1_826)).await.unwrap();
    assert_eq!((swept.texts, swept.findings), (1, 1));
    assert_eq!(store.flags(&free, true).await.unwrap()[0].findings[0].words, "");
    assert!(place.object(&store.clips_of_flag(held_flag).await.unwrap()[0]).exists());

    let coverage = store.coverage(&free).await.unwrap();
    assert_eq!(coverage.streams[0].unaccounted_samples, 0);
    assert!((coverage.streams[0].seconds.transcribed - 60.0).abs() < f64::EPSILON, "coverage stays");
    let logged: Vec<_> = store.deletions(None).await.unwrap().iter().map(|line| (line.class, line.things)).collect();
    let expected =
        [(DeletionClass::Text, 5), (DeletionClass::Clip, 1), (DeletionClass::Text, 1), (DeletionClass::Finding, 1)];
    assert_eq!(logged, expected);

    assert_eq!(store.release_holds(&held, None, "the court is done", now()).await.unwrap(), 1);
    let swept = sweep(store, vault, &KEEP, || in_days(1_826)).await.unwrap();
    assert_eq!((swept.texts, swept.clips, swept.findings), (6, 1, 1));
    place.close().await;
}

#[tokio::test]
async fn a_room_is_erased_with_its_key_and_no_copy_of_a_clip_opens_again() {
    let place = Place::new().await;
    let (room, flag) = room_with_a_flag(&place, "hall").await;
    let (store, vault) = (place.store(), &place.tools.safe.vault);
    let clip = store.clips_of_flag(flag).await.unwrap().remove(0);
    let copy = std::fs::read(place.object(&clip)).unwrap();
    let target = EraseTarget::Room(room.clone());
    let dry = erase(store, vault, &target, &KEEP, ("on request", true), now()).await.unwrap();
    assert_eq!((dry.texts, dry.clips.len(), dry.keys), (6, 1, 1));
    assert!(place.object(&clip).exists() && store.room_key(&room).await.unwrap().is_some());

    let done = erase(store, vault, &target, &KEEP, ("on request", false), now()).await.unwrap();
    assert_eq!(done, dry);
    assert!(done.kept.is_empty() && done.newest_sound.is_some());
    assert_eq!(store.room_key(&room).await.unwrap(), None);
    assert_eq!(store.room_show(&room).await.unwrap().hosts, Vec::<String>::new());
    // Somebody kept a copy of the object: without the key it is noise.
    std::fs::write(place.object(&clip), copy).unwrap();
    let about = evidence::About { clip: clip.clip, room: &room };
    let other = evidence::RoomKey::generate(clip.sound.as_ref().unwrap().key).unwrap();
    let sha256 = clip.sound.as_ref().unwrap().object_sha256;
    assert!(vault.fetch(&other, about, &sha256).await.is_err());
    let again = erase(store, vault, &target, &KEEP, ("again", false), now()).await.unwrap();
    assert_eq!((again.texts, again.clips.len(), again.keys), (0, 0, 0));
    place.close().await;
}

#[tokio::test]
async fn a_request_is_done_in_part_where_a_hold_stands() {
    let place = Place::new().await;
    let (room, flag) = room_with_a_flag(&place, "hall").await;
    let (store, vault) = (place.store(), &place.tools.safe.vault);
    store.place_hold(&room, Some(flag), "a complaint", now()).await.unwrap();
    let mara = EraseTarget::Speaker("Mara".into());
    let done = erase(store, vault, &mara, &KEEP, ("Article 17", false), now()).await.unwrap();
    assert_eq!((done.texts, done.findings, done.clips.len()), (5, 0, 0));
    let kept: Vec<_> = done.kept.iter().map(|kept| (kept.class, kept.by, kept.things)).collect();
    let expected = [DeletionClass::Clip, DeletionClass::Text, DeletionClass::Finding];
    assert_eq!(kept, expected.map(|class| (class, KeptBy::LegalHold, 1)));
    assert_eq!(texts(&place, &room).await, [false, false, true, false, false, false]);
    let told = serde_json::to_string(&store.deletions(Some(&room)).await.unwrap()).unwrap();
    assert!(!told.contains("Mara"), "the log of deletions does not repeat the name: {told}");

    store.release_holds(&room, Some(flag), "over", now()).await.unwrap();
    let done = erase(store, vault, &EraseTarget::Flag(flag), &KEEP, ("Article 17", false), now()).await.unwrap();
    assert_eq!((done.texts, done.findings, done.clips.len(), done.kept.len()), (1, 1, 1, 0));
    place.close().await;
}

#[tokio::test]
async fn a_flag_that_was_erased_before_its_clip_was_cut_never_gets_one() {
    let place = Place::new().await;
    let key = place.open("hall", "stage").await;
    place.send(&key, 0, 20, None).await;
    place.heard(&key, 20).await;
    let flag = place.flag(&key, "a", 5 * S, 6 * S).await;
    let (store, vault) = (place.store(), &place.tools.safe.vault);
    let done = erase(store, vault, &EraseTarget::Flag(flag), &KEEP, ("Article 17", false), now()).await.unwrap();
    assert_eq!((done.uncut, done.clips.len()), (1, 0));
    let due = store.due_clips((chrono::DateTime::UNIX_EPOCH, in_days(1)), MARGIN, 10).await.unwrap();
    assert_eq!(due, []);
    let clip = store.clips_of_flag(flag).await.unwrap().remove(0);
    assert_eq!(clip.absent.map(store::AbsentReason::as_str), Some("erased"));
    place.close().await;
}
