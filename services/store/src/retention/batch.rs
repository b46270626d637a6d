//! Things about to be erased, a room at a time: logged, then erased by the function that does it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::RoomId;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{DeletionClass, NewDeletion};
use crate::{
    connect::Store,
    error::{Doing, StoreError},
    rows,
};

/// By which rule, or by whose request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ground<'a> {
    pub(super) rule: &'a str,
    pub(super) why: Option<&'a str>,
}

/// Things of one room with the times of the oldest and the newest.
pub(super) struct Batch<T> {
    pub(super) span: (DateTime<Utc>, DateTime<Utc>),
    pub(super) things: Vec<T>,
}

/// Sorts things into rooms.
pub(super) fn by_room<T>(things: impl IntoIterator<Item = (String, DateTime<Utc>, T)>) -> BTreeMap<String, Batch<T>> {
    let mut rooms: BTreeMap<String, Batch<T>> = BTreeMap::new();
    for (room, at, thing) in things {
        let batch = rooms.entry(room).or_insert_with(|| Batch { span: (at, at), things: Vec::new() });
        batch.span = (batch.span.0.min(at), batch.span.1.max(at));
        batch.things.push(thing);
    }
    rooms
}

impl Store {
    /// Erases segments of one room.
    pub(super) async fn erase_texts(
        &self,
        transaction: &mut PgConnection,
        (room, batch): (&str, &Batch<(Uuid, i32)>),
        ground: Ground<'_>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let id = self.log_batch(transaction, DeletionClass::Text, (room, batch), ground, now).await?;
        let (windows, ordinals): (Vec<Uuid>, Vec<i32>) = batch.things.iter().copied().unzip();
        sqlx::query!("select erase_texts($1, $2, $3)", &windows, &ordinals, id)
            .execute(transaction)
            .await
            .doing("erase text")?;
        Ok(())
    }

    /// Erases the words of findings of one room.
    pub(super) async fn erase_findings(
        &self,
        transaction: &mut PgConnection,
        (room, batch): (&str, &Batch<Uuid>),
        ground: Ground<'_>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let id = self.log_batch(transaction, DeletionClass::Finding, (room, batch), ground, now).await?;
        sqlx::query!("select erase_findings($1, $2)", &batch.things, id)
            .execute(transaction)
            .await
            .doing("erase the words of findings")?;
        Ok(())
    }

    /// Ends clips of one room; the caller removes their objects after the commit.
    pub(super) async fn end_clips(
        &self,
        transaction: &mut PgConnection,
        (room, batch): (&str, &Batch<Uuid>),
        ground: Ground<'_>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let id = self.log_batch(transaction, DeletionClass::Clip, (room, batch), ground, now).await?;
        sqlx::query_file!("queries/retention/clip_end.sql", &batch.things, id, now)
            .execute(transaction)
            .await
            .doing("end clips")?;
        Ok(())
    }

    async fn log_batch<T>(
        &self,
        transaction: &mut PgConnection,
        class: DeletionClass,
        (room, batch): (&str, &Batch<T>),
        ground: Ground<'_>,
        now: DateTime<Utc>,
    ) -> Result<Uuid, StoreError> {
        let room: RoomId = rows::room(room)?;
        let Ground { rule, why } = ground;
        let (span, things) = (Some(batch.span), batch.things.len());
        self.log_deletion(transaction, NewDeletion { class, room: Some(&room), span, things, rule, why }, now).await
    }
}
