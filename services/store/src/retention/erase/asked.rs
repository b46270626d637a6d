//! What a request for erasure is about, found in the database.

use chrono::{DateTime, Utc};
use domain::FlagId;
use newtype_uuid::GenericUuid;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{DOING, EraseTarget, Found, Thing};
use crate::{
    error::{Doing, StoreError},
    evidence::DueClip,
    rows,
};

/// The request as the queries take it.
pub(super) struct Asked<'a> {
    room: Option<&'a str>,
    flag: Option<Uuid>,
    speaker: Option<&'a str>,
    near: i64,
    decided_since: DateTime<Utc>,
}

impl<'a> Asked<'a> {
    pub(super) fn of(target: &'a EraseTarget, near: i64, decided_since: DateTime<Utc>) -> Self {
        let (mut room, mut flag, mut speaker) = (None, None, None);
        match target {
            EraseTarget::Room(name) => room = Some(name.as_str()),
            EraseTarget::Flag(id) => flag = Some(id.into_untyped_uuid()),
            EraseTarget::Speaker(name) => speaker = Some(name.as_str()),
        }
        Self { room, flag, speaker, near, decided_since }
    }

    /// Segments, by window and ordinal.
    pub(super) async fn texts(&self, connection: &mut PgConnection) -> Result<Vec<Found<(Uuid, i32)>>, StoreError> {
        let Self { room, flag, speaker, near, decided_since } = *self;
        let rows = sqlx::query_file!("queries/erase/segments.sql", room, flag, speaker, near, decided_since)
            .fetch_all(connection)
            .await
            .doing(DOING)?;
        let found = rows.into_iter().map(|row| Found {
            room: row.room_id,
            at: row.stored_at,
            thing: (row.window_id, row.ordinal),
            kept_by: row.kept_by,
        });
        Ok(found.collect())
    }

    pub(super) async fn findings(&self, connection: &mut PgConnection) -> Result<Vec<Found<Uuid>>, StoreError> {
        let Self { room, flag, speaker, decided_since, .. } = *self;
        let rows = sqlx::query_file_as!(Thing, "queries/erase/findings.sql", room, flag, speaker, decided_since)
            .fetch_all(connection)
            .await
            .doing(DOING)?;
        Ok(rows.into_iter().map(Found::from).collect())
    }

    pub(super) async fn clips(&self, connection: &mut PgConnection) -> Result<Vec<Found<Uuid>>, StoreError> {
        let Self { room, flag, speaker, decided_since, .. } = *self;
        let rows = sqlx::query_file_as!(Thing, "queries/erase/clips.sql", room, flag, speaker, decided_since)
            .fetch_all(connection)
            .await
            .doing(DOING)?;
        Ok(rows.into_iter().map(Found::from).collect())
    }

    /// Flags that nothing keeps and whose clip is still to be cut.
    pub(super) async fn uncut(
        &self,
        connection: &mut PgConnection,
        now: DateTime<Utc>,
    ) -> Result<Vec<DueClip>, StoreError> {
        let Self { room, flag, speaker, decided_since, .. } = *self;
        let rows = sqlx::query_file!("queries/erase/pending.sql", room, flag, speaker, decided_since)
            .fetch_all(connection)
            .await
            .doing(DOING)?;
        let mut uncut = Vec::with_capacity(rows.len());
        for row in rows {
            uncut.push(DueClip {
                flag: FlagId::from_untyped_uuid(row.flag_id),
                key: rows::key(&row.room_id, &row.stream, row.epoch)?,
                range: rows::range(row.first_sample, row.end_sample)?,
                version: 1,
                opened_at: now,
                flagged_at: now,
                epoch_end: None,
            });
        }
        Ok(uncut)
    }

    pub(super) async fn newest_sound(
        &self,
        connection: &mut PgConnection,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        let Self { room, flag, speaker, .. } = *self;
        sqlx::query_file_scalar!("queries/erase/newest_sound.sql", room, flag, speaker)
            .fetch_one(connection)
            .await
            .doing(DOING)
    }
}
