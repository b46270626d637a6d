//! The clips of a room's flags: what each is, and its sound as a member of the bundle.

use std::collections::BTreeMap;

use ::dossier::model::{Clip, ClipState, Flag};
use chrono::{DateTime, Utc};
use domain::RoomId;
use evidence::{About, OpenError, Safe, WrappedKey};
use serde_json::json;
use sha2::{Digest, Sha256};
use store::{AbsentReason, ClipLine, Store};
use uuid::Uuid;

use super::DossierError;

/// Clips of one read.
const PAGE: i64 = 500;

/// Opens the clips of one room, one after the other.
pub struct Clips<'s> {
    room: &'s RoomId,
    safe: Option<(&'s Safe, WrappedKey)>,
    /// The newest clip of each flag, by the clip's id.
    lines: BTreeMap<Uuid, ClipLine>,
}

impl<'s> Clips<'s> {
    /// The newest clip of each of those flags that was made by then.
    pub(super) async fn read(
        store: &Store,
        room: &'s RoomId,
        safe: Option<&'s Safe>,
        by: DateTime<Utc>,
        flags: &[Flag],
    ) -> Result<Self, DossierError> {
        let mut newest: BTreeMap<Uuid, ClipLine> = BTreeMap::new();
        let mut last: Option<ClipLine> = None;
        loop {
            let page = store.clips(Some(room), last.as_ref(), PAGE).await?;
            let Some(end) = page.last() else { break };
            last = Some(end.clone());
            for line in page.into_iter().filter(|line| line.made <= by) {
                if flags.iter().any(|flag| flag.flag == line.flag) {
                    newest.insert(line.flag, line);
                }
            }
        }
        let key = store.room_key(room).await?;
        let key = key.map(|key| WrappedKey { id: key.id, master: key.master, wrapped: key.wrapped });
        let lines = newest.into_values().map(|line| (line.clip, line)).collect();
        Ok(Self { room, safe: safe.zip(key), lines })
    }

    /// What the dossier says of each, in the order of their flags' ids.
    pub(super) async fn told(&self) -> Result<Vec<Clip>, DossierError> {
        let mut clips = Vec::with_capacity(self.lines.len());
        for line in self.lines.values() {
            let wav = self.wav(line).await?;
            clips.push(clip(line, wav.as_deref()));
        }
        clips.sort_by_key(|clip| clip.flag);
        Ok(clips)
    }

    /// The sound of a clip that is included, as a WAV file.
    ///
    /// # Errors
    /// [`std::io::Error`] where it cannot be opened any more.
    pub async fn sound(&self, clip: &Clip) -> std::io::Result<Vec<u8>> {
        let line = self.lines.get(&clip.clip);
        let opened = match line {
            Some(line) => self.wav(line).await.map_err(std::io::Error::other)?,
            None => None,
        };
        opened.ok_or_else(|| std::io::ErrorKind::NotFound.into())
    }

    async fn wav(&self, line: &ClipLine) -> Result<Option<Vec<u8>>, DossierError> {
        let (Some(sound), Some((safe, key))) = (&line.sound, &self.safe) else { return Ok(None) };
        if line.state != store::ClipState::Kept {
            return Ok(None);
        }
        let about = About { clip: line.clip, room: self.room };
        let opened = safe.open(key, about, &sound.object_sha256).await;
        let opened = opened.map_err(|source: OpenError| DossierError::Clip { flag: line.flag, source })?;
        Ok(Some(evidence::wav(&opened.pcm)))
    }
}

fn clip(line: &ClipLine, wav: Option<&[u8]>) -> Clip {
    let state = match (line.state, line.absent, wav) {
        (store::ClipState::Kept, _, Some(_)) => ClipState::Included,
        (store::ClipState::Kept, _, None) => ClipState::LeftOut,
        (store::ClipState::Absent, Some(AbsentReason::RetentionExpired), _) => ClipState::Expired,
        (store::ClipState::Absent, Some(AbsentReason::Unreadable), _) => ClipState::Unreadable,
        (store::ClipState::Absent | store::ClipState::Erased | store::ClipState::KeyErased, ..) => ClipState::Erased,
    };
    let sound = line.sound.as_ref();
    let hex = |hash: &[u8]| hash.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    Clip {
        clip: line.clip,
        flag: line.flag,
        state,
        path: wav.map(|_| format!("clips/{}.wav", line.flag)),
        media_type: "audio/wav".to_owned(),
        stream: line.stream.clone(),
        epoch: line.epoch,
        first: sound.map_or(line.flag_first, |sound| sound.first),
        end: sound.map_or(line.flag_end, |sound| sound.end),
        sha256: wav.map(|wav| hex(&Sha256::digest(wav))),
        size: wav.map(|wav| wav.len() as u64),
        pcm_sha256: sound.map(|sound| hex(&sound.pcm_sha256)),
        custody: json!(line),
    }
}
