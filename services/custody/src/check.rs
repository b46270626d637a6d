//! Reading evidence back: is every clip still what was recorded?

use domain::RoomId;
use evidence::{About, Chunk, OpenError, Safe, Sound, VaultError, pcm_bytes, pcm_sha256};
use serde::Serialize;
use serde_json::Value;
use store::{ClipLine, ClipSound, ClipState, Store, StoreError};
use uuid::Uuid;

use crate::cut::wrapped;

/// Clips read from the database at once.
const PAGE: i64 = 200;

domain::closed! {
    /// What is wrong with a clip.
    Difference "difference of a clip" {
        /// The object is not there.
        ObjectGone = "object_gone",
        /// Its bytes are not those that were stored.
        ObjectChanged = "object_changed",
        /// It does not open: its key is not the right one, or it is another clip.
        NotOpened = "not_opened",
        /// It opens, and its samples are not those that were recorded.
        SamplesChanged = "samples_changed",
        /// The samples of a chunk do not have the checksum that the chunk had.
        ChunkChanged = "chunk_changed",
        /// The row says something else than its audit event.
        RowChanged = "row_changed",
    }
}

/// What the check of a clip gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// The flag.
    pub flag: Uuid,
    /// The clip's version.
    pub version: i32,
    /// The clip.
    pub clip: Uuid,
    /// What is wrong.
    pub difference: Difference,
}

/// Why a check could not be made.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The database does not answer.
    #[error("the rows of the clips cannot be read")]
    Store(#[from] StoreError),
    /// The objects cannot be reached, or a key cannot be opened.
    #[error("a clip cannot be read")]
    Open(#[from] OpenError),
}

/// Checks every clip of a room, or of all; tells of each difference, and returns how many clips were read back. Clips that
/// were erased, or never were, are not counted.
///
/// # Errors
/// [`CheckError`] where database, objects or keys cannot be reached: then nothing is known.
pub async fn check(
    store: &Store,
    safe: &Safe,
    room: Option<&RoomId>,
    mut tell: impl FnMut(Checked),
) -> Result<usize, CheckError> {
    let (mut last, mut count): (Option<ClipLine>, usize) = (None, 0);
    loop {
        let page = store.clips(room, last.as_ref(), PAGE).await?;
        for line in &page {
            let Some(sound) = line.sound.as_ref().filter(|_| line.state == ClipState::Kept) else { continue };
            count += 1;
            for difference in differences(store, safe, line, sound).await? {
                tell(Checked { flag: line.flag, version: line.version, clip: line.clip, difference });
            }
        }
        match page.into_iter().next_back() {
            Some(line) => last = Some(line),
            None => return Ok(count),
        }
    }
}

async fn differences(
    store: &Store,
    safe: &Safe,
    line: &ClipLine,
    of: &ClipSound,
) -> Result<Vec<Difference>, CheckError> {
    let mut found = Vec::new();
    if !store.clip_event(line.clip).await?.is_some_and(|event| says_the_same(&event, line, of)) {
        found.push(Difference::RowChanged);
    }
    let Ok(room) = line.room.parse::<RoomId>() else { return Ok(vec![Difference::RowChanged]) };
    // Erased since the page was read.
    let Some(key) = store.room_key(&room).await?.filter(|key| key.id == of.key) else { return Ok(found) };
    match safe.open(&wrapped(key), About { clip: line.clip, room: &room }, &of.object_sha256).await {
        Ok(sound) => found.extend(differences_of_sound(&sound, of)),
        Err(OpenError::Vault(VaultError::Gone { .. })) => found.push(Difference::ObjectGone),
        Err(OpenError::Vault(VaultError::Changed { .. })) => found.push(Difference::ObjectChanged),
        Err(OpenError::Vault(VaultError::Seal { .. })) => found.push(Difference::NotOpened),
        Err(error) => return Err(error.into()),
    }
    Ok(found)
}

/// Whether the row says what its audit event says, which the log proves.
fn says_the_same(event: &Value, line: &ClipLine, of: &ClipSound) -> bool {
    let Ok(row) = serde_json::to_value(of) else { return false };
    let same = |name: &str, in_event: &str| row.get(name) == event.get(in_event);
    event.get("flag") == Some(&Value::from(line.flag.to_string()))
        && event.get("version") == Some(&Value::from(line.version))
        && ["first", "end", "key", "object_sha256", "pcm_sha256", "topic", "partition", "chunks", "missing"]
            .iter()
            .all(|name| same(name, name))
        && same("object_bytes", "bytes")
}

fn differences_of_sound(sound: &Sound, of: &ClipSound) -> Vec<Difference> {
    let mut found = Vec::new();
    if pcm_sha256(&sound.pcm) != of.pcm_sha256 {
        found.push(Difference::SamplesChanged);
    }
    let chunks: Vec<Chunk> = serde_json::from_value(of.chunks.clone()).unwrap_or_default();
    let is_whole = |chunk: &&Chunk| of.first <= chunk.first && chunk.first + chunk.samples <= of.end;
    let is_right = |chunk: &Chunk| {
        let from = usize::try_from(chunk.first - of.first).unwrap_or(usize::MAX);
        let samples = usize::try_from(chunk.samples).unwrap_or(usize::MAX);
        let there = sound.pcm.get(from..from.saturating_add(samples));
        there.is_some_and(|pcm| format!("{:08x}", crc32c::crc32c(&pcm_bytes(pcm))) == chunk.crc32c)
    };
    if chunks.is_empty() || !chunks.iter().filter(is_whole).all(is_right) {
        found.push(Difference::ChunkChanged);
    }
    found
}
