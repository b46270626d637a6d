//! Finding the records of a clip in a partition: by halves, since the records of an epoch stand in order.

use bus::{BusError, Reader, ReceivedRecord, Watermarks};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{AudioRecord, EpochKey};

/// How far clocks of different machines may be apart.
const SLACK: TimeDelta = TimeDelta::minutes(10);
/// Closer than this the records are simply read.
const CLOSE: i64 = 64;

/// What is looked for: the record that holds a sample of an epoch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<'a> {
    pub(crate) key: &'a EpochKey,
    /// The sample.
    pub(crate) first: i64,
    /// Records of the epoch are not older.
    pub(crate) opened_at: DateTime<Utc>,
    /// The record of the sample is not younger.
    pub(crate) heard_at: DateTime<Utc>,
}

/// Where a record stands to what is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Before,
    After,
}

/// An offset from which to read so as to meet every record from the wanted one on, and few before.
pub(crate) async fn locate(reader: &Reader, held: Watermarks, wanted: Wanted<'_>) -> Result<i64, BusError> {
    let (mut low, mut high) = (held.first, held.end);
    while high - low > CLOSE {
        let middle = low + (high - low) / 2;
        match probe(reader, (middle, high), wanted).await? {
            Some(before) => low = before + 1,
            None => high = middle,
        }
    }
    Ok(low)
}

/// Reads on from `from` until a record says where it stands: the offset of one before the wanted one; none where all that
/// follow come after.
async fn probe(reader: &Reader, (from, high): (i64, i64), wanted: Wanted<'_>) -> Result<Option<i64>, BusError> {
    reader.seek(from)?;
    while let Some(record) = reader.next().await? {
        if record.offset >= high {
            return Ok(None);
        }
        match side(&record, wanted) {
            Some(Side::Before) => return Ok(Some(record.offset)),
            Some(Side::After) => return Ok(None),
            None => {}
        }
    }
    Ok(None)
}

fn side(received: &ReceivedRecord, wanted: Wanted<'_>) -> Option<Side> {
    if let Some(record) = decode(received)
        && record.key.room == wanted.key.room
        && record.key.stream == wanted.key.stream
    {
        let is_before = record.key.epoch < wanted.key.epoch
            || record.key.epoch == wanted.key.epoch && record.end().samples() <= wanted.first;
        return Some(if is_before { Side::Before } else { Side::After });
    }
    let sent_at = received.timestamp_ms.and_then(DateTime::from_timestamp_millis)?;
    if sent_at < wanted.opened_at - SLACK {
        Some(Side::Before)
    } else {
        is_long_after(received, wanted.heard_at).then_some(Side::After)
    }
}

/// Whether a record was sent so late after `moment` that clocks alone cannot explain it.
pub(crate) fn is_long_after(received: &ReceivedRecord, moment: DateTime<Utc>) -> bool {
    let sent_at = received.timestamp_ms.and_then(DateTime::from_timestamp_millis);
    sent_at.is_some_and(|sent_at| sent_at > moment + SLACK)
}

/// The record; none for one that cannot be read, which is transcription's to keep.
pub(crate) fn decode(received: &ReceivedRecord) -> Option<AudioRecord> {
    let payload = received.payload.as_deref().unwrap_or_default();
    wire::decode_audio(&received.headers, payload).ok().map(|decoded| decoded.record)
}
