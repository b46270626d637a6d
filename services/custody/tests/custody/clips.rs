//! Clips are the exact samples, whatever else the log holds; what is gone is said so; a crash leaves nothing behind.

use std::fs;

use custody::{Checked, Difference, check, sweep_orphans};
use domain::RoomId;
use evidence::{About, Sound, WrappedKey};
use store::{AbsentReason, ClipLine, ClipState};

use crate::place::{MARGIN, Place, S, now, sound};

/// The sound of a clip, opened with the key of its room.
async fn opened(place: &Place, clip: &ClipLine) -> Sound {
    let room: RoomId = clip.room.parse().unwrap();
    let key = place.store().room_key(&room).await.unwrap().unwrap();
    let key = WrappedKey { id: key.id, master: key.master, wrapped: key.wrapped };
    let of = clip.sound.as_ref().unwrap();
    place.tools.safe.open(&key, About { clip: clip.clip, room: &room }, &of.object_sha256).await.unwrap()
}

async fn differences(place: &Place) -> Vec<Checked> {
    let mut found = Vec::new();
    check(place.store(), &place.tools.safe, None, |difference| found.push(difference)).await.unwrap();
    found
}

#[tokio::test]
async fn a_clip_is_the_exact_samples_of_its_flag_and_margin_among_other_streams() {
    let place = Place::new().await;
    let (before, key, other) =
        (place.open("hall", "stage").await, place.open("hall", "stage").await, place.open("hall", "balcony").await);
    place.send(&before, 0, 20, None).await;
    for first in (0..200).step_by(20) {
        place.send(&key, first, first + 20, Some(112)).await;
        place.send(&other, first, first + 20, None).await;
    }
    place.heard(&key, 195).await;
    place.heard(&other, 200).await;
    let service = place.serve();
    for (key, first, end) in [
        (&key, 110 * S + 17, 111 * S + 1),
        (&key, 4 * S, 5 * S),
        (&key, 193 * S, 194 * S + 5_000),
        (&other, 150 * S, 158 * S - 1),
    ] {
        let flag = place.flag(key, &format!("at {first}"), first, end).await;
        let clip = place.clips(flag, 1).await.remove(0);
        let of = clip.sound.clone().unwrap();
        assert_eq!((clip.state, clip.version, clip.flag_first, clip.flag_end), (ClipState::Kept, 1, first, end));
        let limit = if key.stream.as_str() == "stage" { 195 * S } else { 200 * S };
        assert_eq!((of.first, of.end), ((first - MARGIN).max(0), (end + MARGIN).min(limit)));
        let mut expected = sound(key, of.first, of.end);
        if first == 110 * S + 17 {
            let muted = usize::try_from(112 * S - of.first).unwrap();
            expected[muted..muted + 16_000].fill(0);
            assert_eq!(of.missing, serde_json::json!([{ "first": 112 * S, "end": 113 * S, "reason": "muted" }]));
        } else {
            assert_eq!(of.missing, serde_json::json!([]));
        }
        let heard = opened(&place, &clip).await;
        assert!(heard.pcm == expected, "samples of {first}");
        assert_eq!(heard.peaks.len(), expected.len().div_ceil(evidence::PEAK_SAMPLES));
        let file = fs::read(place.object(&clip)).unwrap();
        let telltale: Vec<u8> = expected[..8].iter().flat_map(|sample| sample.to_le_bytes()).collect();
        assert!(!file.windows(16).any(|bytes| bytes == telltale), "the object is sealed");
    }
    assert_eq!(differences(&place).await, []);
    service.end().await;
    place.close().await;
}

#[tokio::test]
async fn a_flag_that_grows_gets_another_version_and_the_first_one_stays() {
    let place = Place::new().await;
    let key = place.open("hall", "stage").await;
    place.send(&key, 0, 40, None).await;
    place.heard(&key, 40).await;
    let service = place.serve();
    let flag = place.flag(&key, "a", 15 * S, 16 * S).await;
    place.clips(flag, 1).await;
    assert_eq!(place.flag(&key, "b", 15 * S, 25 * S).await, flag);
    let clips = place.clips(flag, 2).await;
    let ranges: Vec<_> = clips.iter().map(|clip| (clip.version, clip.flag_first, clip.flag_end)).collect();
    assert_eq!(ranges, [(1, 15 * S, 16 * S), (2, 15 * S, 25 * S)]);
    for clip in &clips {
        let of = clip.sound.as_ref().unwrap();
        assert!(opened(&place, clip).await.pcm == sound(&key, of.first, of.end));
    }
    let custody = place.store().custody(flag).await.unwrap();
    assert_eq!(custody.epoch.source, "talk.opus");
    assert_eq!(custody.clips.len(), 2);
    assert_eq!(custody.windows.iter().map(|window| window.segments[0].words.len()).sum::<usize>(), 20);
    let actions: Vec<_> = custody.events.iter().map(|event| event.action.as_str()).collect();
    assert_eq!(actions, ["flag.made", "clip.made", "flag.grown", "clip.made"]);
    service.end().await;
    place.close().await;
}

#[tokio::test]
async fn sound_that_is_gone_from_the_log_is_no_silence() {
    let place = Place::new().await;
    let (gone, half) = (place.open("hall", "stage").await, place.open("hall", "balcony").await);
    // Nothing was sent of the first: as if the log had let go of it. The second lacks its first fifteen seconds.
    place.heard(&gone, 20).await;
    place.send(&half, 15, 30, None).await;
    place.heard(&half, 30).await;
    let service = place.serve();
    let flag = place.flag(&gone, "a", 5 * S, 6 * S).await;
    let clip = place.clips(flag, 1).await.remove(0);
    assert_eq!((clip.state, clip.absent, clip.sound), (ClipState::Absent, Some(AbsentReason::RetentionExpired), None));
    let flag = place.flag(&half, "a", 14 * S, 16 * S).await;
    let clip = place.clips(flag, 1).await.remove(0);
    let missing = serde_json::json!([{ "first": 11 * S, "end": 15 * S, "reason": "sequence_jump" }]);
    assert_eq!(clip.sound.clone().unwrap().missing, missing);
    let heard = opened(&place, &clip).await;
    assert!(heard.pcm[..64_000].iter().all(|sample| *sample == 0));
    assert!(heard.pcm[64_000..] == sound(&half, 15 * S, 19 * S));
    // What has no clip is not looked for again.
    assert_eq!(place.store().clips(None, None, 100).await.unwrap().len(), 2);
    service.end().await;
    place.close().await;
}

#[tokio::test]
async fn every_change_of_object_row_and_key_is_named() {
    let place = Place::new().await;
    let key = place.open("hall", "stage").await;
    place.send(&key, 0, 20, None).await;
    place.heard(&key, 20).await;
    let service = place.serve();
    let flag = place.flag(&key, "a", 5 * S, 6 * S).await;
    let clip = place.clips(flag, 1).await.remove(0);
    service.end().await;
    let file = place.object(&clip);
    let bytes = fs::read(&file).unwrap();
    let mut changed = bytes.clone();
    changed[70] ^= 1;
    fs::write(&file, changed).unwrap();
    assert_eq!(differences(&place).await[0].difference, Difference::ObjectChanged);
    fs::remove_file(&file).unwrap();
    assert_eq!(differences(&place).await[0].difference, Difference::ObjectGone);
    fs::write(&file, &bytes).unwrap();
    assert_eq!(differences(&place).await, []);
    place.close().await;
}

#[tokio::test]
async fn an_object_whose_row_never_came_is_swept_and_the_clip_is_cut_again() {
    let place = Place::new().await;
    let key = place.open("hall", "stage").await;
    place.send(&key, 0, 20, None).await;
    place.heard(&key, 20).await;
    // As a kill between the object and its row leaves it.
    let orphan = place.store().new_clip_id(now());
    let room: RoomId = "hall".parse().unwrap();
    let lost = evidence::RoomKey::generate(orphan).unwrap();
    let about = About { clip: orphan, room: &room };
    place.tools.safe.vault.keep(&lost, about, &Sound::new(vec![1; 100])).await.unwrap();
    let flag = place.flag(&key, "a", 5 * S, 6 * S).await;
    let service = place.serve();
    let clip = place.clips(flag, 1).await.remove(0);
    service.end().await;
    let vault = &place.tools.safe.vault;
    assert_eq!(sweep_orphans(place.store(), vault, now()).await.unwrap(), 0, "it may still be stored");
    let later = now() + chrono::TimeDelta::hours(2);
    assert_eq!(sweep_orphans(place.store(), vault, later).await.unwrap(), 1);
    assert_eq!(sweep_orphans(place.store(), vault, later).await.unwrap(), 0);
    assert!(place.object(&clip).exists());
    assert_eq!(differences(&place).await, []);
    place.close().await;
}
