//! One clip: found in the log, cut, sealed, kept, and only then a row.

use std::collections::BTreeMap;

use bus::{Admin, Reader, Watermarks};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{RoomId, SAMPLE_RATE_HZ, StreamRange};
use evidence::{About, Cut, CutSound, RoomKey, Safe, Sound, TOOL, WrappedKey, pcm_sha256};
use store::{AbsentReason, ClipOutcome, DueClip, KeptSound, NewClip, Store, StoredKey};
use wire::topic;

use crate::{
    CustodyError,
    locate::{Wanted, decode, is_long_after, locate},
    run::{Settings, Tools},
};

/// The partitions of the audio topic, and a reader for each that was needed.
pub(crate) struct Log<'a> {
    bus: &'a bus::Settings,
    held: Vec<Watermarks>,
    readers: BTreeMap<i32, Reader>,
}

impl<'a> Log<'a> {
    /// Asks what the topic holds now.
    pub(crate) async fn open(bus: &'a bus::Settings) -> Result<Self, CustodyError> {
        let held = Admin::connect(bus)?.watermarks(topic::AUDIO).await?;
        Ok(Self { bus, held, readers: BTreeMap::new() })
    }

    /// The sound of `range`, or none if the log has nothing of it; and its partition.
    async fn cut(&mut self, due: &DueClip, range: StreamRange) -> Result<(i32, Option<CutSound>), CustodyError> {
        let partitions = i32::try_from(self.held.len()).unwrap_or(i32::MAX);
        let partition = bus::partition_of(due.key.stream_id().to_string().as_bytes(), partitions);
        let held = self.held.iter().find(|held| held.partition == partition).copied();
        let held = held.unwrap_or(Watermarks { partition, first: 0, end: 0 });
        let reader = match self.readers.entry(partition) {
            std::collections::btree_map::Entry::Occupied(there) => there.into_mut(),
            std::collections::btree_map::Entry::Vacant(place) => {
                place.insert(Reader::open(self.bus, topic::AUDIO, partition)?)
            }
        };
        let wanted = Wanted {
            key: &due.key,
            first: range.first().samples(),
            opened_at: due.opened_at,
            heard_at: due.flagged_at,
        };
        let from = locate(reader, held, wanted).await?;
        let mut cut = Cut::new(range, held.first > 0);
        if held.end > from {
            reader.seek(from)?;
            gather(reader, due, range, &mut cut).await?;
        }
        Ok((partition, cut.finish()))
    }
}

/// Reads until every sample is accounted for, or until none can follow.
async fn gather(reader: &Reader, due: &DueClip, range: StreamRange, cut: &mut Cut) -> Result<(), CustodyError> {
    let latest = due.flagged_at + TimeDelta::seconds(range.samples() / SAMPLE_RATE_HZ);
    while let Some(received) = reader.next().await? {
        if is_long_after(&received, latest) {
            return Ok(());
        }
        let Some(record) = decode(&received).filter(|record| {
            record.key.room == due.key.room && record.key.stream == due.key.stream && record.key.epoch >= due.key.epoch
        }) else {
            continue;
        };
        if record.key.epoch > due.key.epoch {
            return Ok(());
        }
        cut.take(&record, received.offset);
        if cut.is_full() || record.is_end() || record.first >= range.end() {
            return Ok(());
        }
    }
    Ok(())
}

/// Makes the clip of a flag; false if somebody else made it meanwhile.
pub(crate) async fn make(
    tools: &Tools,
    settings: &Settings,
    log: &mut Log<'_>,
    due: &DueClip,
) -> Result<bool, CustodyError> {
    let range = due.clip_range(settings.margin);
    let (partition, sound) = log.cut(due, range).await?;
    let now = (settings.clock)();
    let clip = tools.store.new_clip_id(now);
    let Some(sound) = sound else {
        let outcome = ClipOutcome::Absent(AbsentReason::RetentionExpired);
        tracing::warn!(flag.id = %due.flag, room.id = %due.key.room, "the sound of a flag is no longer in the log");
        return Ok(tools.store.store_clip(&NewClip { clip, due, tool: TOOL, outcome }, now).await?);
    };
    let key = room_key(&tools.store, &tools.safe, &due.key.room, now).await?;
    let kept = keep(&tools.safe, &key, About { clip, room: &due.key.room }, sound, partition).await?;
    let outcome = ClipOutcome::Kept(kept);
    let is_ours = tools.store.store_clip(&NewClip { clip, due, tool: TOOL, outcome }, (settings.clock)()).await?;
    if !is_ours {
        tools.safe.vault.remove(clip).await?;
    }
    Ok(is_ours)
}

async fn keep(
    safe: &Safe,
    key: &RoomKey,
    about: About<'_>,
    cut: CutSound,
    partition: i32,
) -> Result<KeptSound, CustodyError> {
    let CutSound { range, pcm, chunks, missing } = cut;
    let sound = Sound::new(pcm);
    let stored = safe.vault.keep(key, about, &sound).await?;
    Ok(KeptSound {
        range,
        key: key.id(),
        object_bytes: stored.bytes,
        object_sha256: stored.sha256,
        pcm_sha256: pcm_sha256(&sound.pcm),
        topic: topic::AUDIO,
        partition,
        chunks: serde_json::to_value(chunks)?,
        missing: serde_json::to_value(missing)?,
    })
}

/// The key of a room, which is made with its first clip.
async fn room_key(store: &Store, safe: &Safe, room: &RoomId, now: DateTime<Utc>) -> Result<RoomKey, CustodyError> {
    if let Some(stored) = store.room_key(room).await? {
        return Ok(safe.master.unwrap(&wrapped(stored), room)?);
    }
    let made = safe.master.wrap(&RoomKey::generate(store.new_clip_id(now))?, room)?;
    let made = StoredKey { id: made.id, master: made.master, wrapped: made.wrapped };
    let stored = store.add_room_key(room, &made, now).await?;
    Ok(safe.master.unwrap(&wrapped(stored), room)?)
}

/// A stored key as `evidence` knows it.
pub(crate) fn wrapped(stored: StoredKey) -> WrappedKey {
    let StoredKey { id, master, wrapped } = stored;
    WrappedKey { id, master, wrapped }
}
