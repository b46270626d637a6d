//! Between rows and words: what a column holds, as the type that the rest of the program knows.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{Epoch, EpochKey, RoomId, StreamId, StreamName, StreamRange, StreamTime};
use newtype_uuid::GenericUuid;
use uuid::Uuid;

use crate::error::{Reading, StoreError};

pub(crate) fn epoch(number: i64) -> Result<Epoch, StoreError> {
    u32::try_from(number).map(Epoch::new).reading("number of an epoch")
}

pub(crate) fn epoch_number(epoch: Epoch) -> i64 {
    i64::from(epoch.number())
}

pub(crate) fn range(first: i64, end: i64) -> Result<StreamRange, StoreError> {
    StreamRange::from_samples(first, end).reading("range of samples")
}

pub(crate) fn room(name: &str) -> Result<RoomId, StoreError> {
    name.parse().reading("room")
}

pub(crate) fn stream(name: &str) -> Result<StreamName, StoreError> {
    name.parse().reading("stream")
}

pub(crate) fn key(room_id: &str, stream_name: &str, number: i64) -> Result<EpochKey, StoreError> {
    Ok(EpochKey { room: room(room_id)?, stream: stream(stream_name)?, epoch: epoch(number)? })
}

/// The stream's id as the database keeps it.
pub(crate) fn stream_uuid(key: &EpochKey) -> Uuid {
    uuid(key.stream_id())
}

pub(crate) fn uuid(id: impl GenericUuid) -> Uuid {
    id.into_untyped_uuid()
}

pub(crate) fn stream_id(id: Uuid) -> StreamId {
    StreamId::from_untyped_uuid(id)
}

/// Wall time of the sample `samples` after the one at `anchor`.
pub(crate) fn wall(anchor: DateTime<Utc>, samples: i64) -> DateTime<Utc> {
    anchor + TimeDelta::microseconds(StreamTime::from_samples(samples).micros())
}

/// Text from outside as a text column can hold it: Postgres knows no NUL character.
pub(crate) fn storable(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}
