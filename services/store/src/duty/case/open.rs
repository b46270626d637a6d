//! Opening cases, from what belongs together or from what somebody names.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use domain::{CaseId, FlagId, NoticeId, OrderId, ReviewerId, RoomId};
use ledger::truncate_instant;
use newtype_uuid::GenericUuid;
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use super::super::error::{DutyError, twice};
use crate::{
    audit::Change,
    connect::Store,
    error::{Doing, StoreError},
    rows::uuid,
};

/// What a new case holds: at least one of anything.
#[derive(Clone, Debug)]
pub struct NewCase {
    /// The room that it is about.
    pub room: RoomId,
    /// Flags of that room that belong to no case.
    pub flags: Vec<FlagId>,
    /// Notices that belong to no case.
    pub notices: Vec<NoticeId>,
    /// Orders; one order may have many cases.
    pub orders: Vec<OrderId>,
    /// Stretches that a member of staff came across.
    pub places: Vec<Place>,
}

/// A stretch of a room that a member of staff came across, in wall time.
#[derive(Clone, Debug)]
pub struct Place {
    /// From when.
    pub from_at: DateTime<Utc>,
    /// Until when.
    pub until_at: DateTime<Utc>,
    /// Who came across it.
    pub found_by: ReviewerId,
}

/// What flags must share to belong together: one stream, one speaker, one category.
type Kind = (Uuid, Option<String>, String);

/// A case that a flag may join.
struct Group {
    case_id: Uuid,
    is_new: bool,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    flags: Vec<Uuid>,
}

impl Group {
    fn is_near(&self, from: DateTime<Utc>, until: DateTime<Utc>, near: TimeDelta) -> bool {
        from <= self.until + near && until + near >= self.from
    }

    fn take(&mut self, flag: Uuid, from: DateTime<Utc>, until: DateTime<Utc>) {
        self.flags.push(flag);
        self.from = self.from.min(from);
        self.until = self.until.max(until);
    }
}

impl Store {
    /// Opens a case.
    ///
    /// # Errors
    /// [`DutyError::EmptyCase`], [`DutyError::FlagElsewhere`], [`DutyError::NotFound`] for a flag that there is not, or
    /// [`StoreError::Constraint`] for a flag or notice that belongs to a case already.
    pub async fn open_case(&self, new: &NewCase, now: DateTime<Utc>) -> Result<CaseId, DutyError> {
        const DOING: &str = "open a case";
        if new.flags.is_empty() && new.notices.is_empty() && new.orders.is_empty() && new.places.is_empty() {
            return Err(DutyError::EmptyCase);
        }
        let now = truncate_instant(now);
        let case_id = self.new_id(now);
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        self.require_room(&mut transaction, &new.room).await?;
        let flags: Vec<Uuid> = new.flags.iter().map(|flag| uuid(*flag)).collect();
        require_flags(&mut transaction, &flags, &new.room).await?;
        self.begin_case(&mut transaction, case_id, &new.room, now).await?;
        self.join_flags(&mut transaction, case_id, &flags, &new.room, now).await?;
        for notice in new.notices.iter().map(|notice| uuid(*notice)) {
            sqlx::query_file!("queries/case_notice/add.sql", notice, case_id, now)
                .execute(&mut *transaction)
                .await
                .doing(DOING)?;
            self.record_joined(&mut transaction, case_id, "notice", notice, &new.room, now).await?;
        }
        for order in new.orders.iter().map(|order| uuid(*order)) {
            sqlx::query_file!("queries/case_order/add.sql", order, case_id, now)
                .execute(&mut *transaction)
                .await
                .doing(DOING)?;
            self.record_joined(&mut transaction, case_id, "order", order, &new.room, now).await?;
        }
        for place in &new.places {
            let (from, until) = (truncate_instant(place.from_at), truncate_instant(place.until_at));
            let found_by = place.found_by.as_str();
            sqlx::query_file!("queries/case_place/add.sql", case_id, from, until, now, found_by)
                .execute(&mut *transaction)
                .await
                .doing(DOING)?;
        }
        transaction.commit().await.doing(DOING)?;
        Ok(CaseId::from_untyped_uuid(case_id))
    }

    /// Puts the flags of a room that belong to no case into cases: flags of one stream, one speaker and one category that
    /// lie within `near` of each other belong together. A flag joins a case that nobody has and nobody decided, else it
    /// opens one. Gives the cases that were opened or joined.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a room that nobody opened.
    pub async fn gather_cases(
        &self,
        room: &RoomId,
        near: TimeDelta,
        now: DateTime<Utc>,
    ) -> Result<Vec<CaseId>, DutyError> {
        let now = truncate_instant(now);
        twice("cases of a room", Uuid::nil(), async || {
            const DOING: &str = "gather flags into cases";
            let mut transaction = self.pool.begin().await.doing(DOING)?;
            self.require_room(&mut transaction, room).await?;
            let mut groups = waiting(&mut transaction, room).await?;
            let loose = sqlx::query_file!("queries/case_flag/loose.sql", room.as_str())
                .fetch_all(&mut *transaction)
                .await
                .doing(DOING)?;
            for flag in loose {
                let (from, until) = (flag.began_at, flag.ended_at);
                let alike = groups.entry((flag.stream_id, flag.speaker, flag.category)).or_default();
                if let Some(group) = alike.iter_mut().find(|group| group.is_near(from, until, near)) {
                    group.take(flag.flag_id, from, until);
                } else {
                    let (case_id, flags) = (self.new_id(now), vec![flag.flag_id]);
                    alike.push(Group { case_id, is_new: true, from, until, flags });
                }
            }
            let mut cases = Vec::new();
            for group in groups.into_values().flatten().filter(|group| !group.flags.is_empty()) {
                if group.is_new {
                    self.begin_case(&mut transaction, group.case_id, room, now).await?;
                }
                self.join_flags(&mut transaction, group.case_id, &group.flags, room, now).await?;
                cases.push(CaseId::from_untyped_uuid(group.case_id));
            }
            transaction.commit().await.doing(DOING)?;
            cases.sort_unstable();
            Ok(cases)
        })
        .await
    }

    async fn begin_case(
        &self,
        transaction: &mut PgConnection,
        case_id: Uuid,
        room: &RoomId,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        sqlx::query_file!("queries/review_case/add.sql", case_id, room.as_str(), now)
            .execute(&mut *transaction)
            .await
            .doing("open a case")?;
        let (action, entity_id, payload) = ("case.opened", case_id.to_string(), json!({}));
        self.record(transaction, now, Change { action, entity: "case", entity_id, room: Some(room), payload }).await
    }

    async fn join_flags(
        &self,
        transaction: &mut PgConnection,
        case_id: Uuid,
        flags: &[Uuid],
        room: &RoomId,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        for flag in flags {
            sqlx::query_file!("queries/case_flag/add.sql", *flag, case_id, now)
                .execute(&mut *transaction)
                .await
                .doing("put a flag into a case")?;
            self.record_joined(transaction, case_id, "flag", *flag, room, now).await?;
        }
        Ok(())
    }

    async fn record_joined(
        &self,
        transaction: &mut PgConnection,
        case_id: Uuid,
        what: &'static str,
        item: Uuid,
        room: &RoomId,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (action, entity_id, payload) = ("case.joined", case_id.to_string(), json!({ what: item }));
        self.record(transaction, now, Change { action, entity: "case", entity_id, room: Some(room), payload }).await
    }
}

/// The cases of a room that a flag may join, by what their flags share.
async fn waiting(connection: &mut PgConnection, room: &RoomId) -> Result<BTreeMap<Kind, Vec<Group>>, StoreError> {
    let rows = sqlx::query_file!("queries/case_flag/waiting.sql", room.as_str())
        .fetch_all(connection)
        .await
        .doing("read the cases that wait")?;
    let mut groups: BTreeMap<Kind, Vec<Group>> = BTreeMap::new();
    for row in rows {
        let (from, until) = (row.began_at, row.ended_at);
        let alike = groups.entry((row.stream_id, row.speaker, row.category)).or_default();
        match alike.iter_mut().find(|group| group.case_id == row.case_id) {
            Some(group) => {
                group.from = group.from.min(from);
                group.until = group.until.max(until);
            }
            None => alike.push(Group { case_id: row.case_id, is_new: false, from, until, flags: Vec::new() }),
        }
    }
    Ok(groups)
}

/// Fails unless all those flags are of that room.
async fn require_flags(connection: &mut PgConnection, flags: &[Uuid], room: &RoomId) -> Result<(), DutyError> {
    let rows = sqlx::query_file!("queries/case_flag/rooms.sql", flags)
        .fetch_all(connection)
        .await
        .doing("look for the flags of a case")?;
    for flag in flags {
        match rows.iter().find(|row| row.flag_id == *flag) {
            None => return Err(DutyError::NotFound { what: "flag", id: *flag }),
            Some(row) if row.room_id != room.as_str() => {
                return Err(DutyError::FlagElsewhere { flag_id: FlagId::from_untyped_uuid(*flag), room: room.clone() });
            }
            Some(_) => {}
        }
    }
    Ok(())
}
