//! Erasure on request: of a room, of a flag, or of what one speaker said; and what is kept in spite of it, and why.

mod asked;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::{FlagId, RoomId};
use newtype_uuid::GenericUuid;
use serde::Serialize;
use sqlx::PgConnection;
use uuid::Uuid;

use self::asked::Asked;
use super::{
    DeletionClass, NewDeletion,
    batch::{Ground, by_room},
};
use crate::{
    connect::Store,
    error::{Doing, Reading, StoreError},
    evidence::{AbsentReason, ClipOutcome, NewClip},
};

/// What a request is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EraseTarget {
    /// All of a room.
    Room(RoomId),
    /// One flag, with its clips and what was said in it.
    Flag(FlagId),
    /// All that one speaker said, in every room, by the name that the source gave.
    Speaker(String),
}

domain::closed! {
    /// What keeps something from being erased.
    KeptBy "reason for keeping" {
        /// A legal hold.
        LegalHold = "legal_hold",
        /// A case that is not decided.
        OpenCase = "open_case",
        /// A decision whose evidence must still be there for complaints and disputes.
        DecisionKept = "decision_kept",
    }
}

/// Things that were kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct KeptThings {
    /// What kind.
    pub class: DeletionClass,
    /// What keeps them.
    pub by: KeptBy,
    /// How many.
    pub things: usize,
}

/// What an erasure did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Erasure {
    /// Segments whose text, words and speaker are erased.
    pub texts: usize,
    /// Findings whose words are erased.
    pub findings: usize,
    /// Clips that are erased: their objects are the caller's to remove.
    pub clips: Vec<Uuid>,
    /// Rooms whose key is erased.
    pub keys: usize,
    /// Flags whose clip was still to be cut, and never is now.
    pub uncut: usize,
    /// What was kept and why.
    pub kept: Vec<KeptThings>,
    /// When the newest window that it is about was stored: the audio topic may hold its sound for a while after.
    pub newest_sound: Option<DateTime<Utc>>,
}

/// Something that a request is about, and what keeps it.
struct Found<T> {
    room: String,
    at: DateTime<Utc>,
    thing: T,
    kept_by: Option<String>,
}

/// A row of the queries for findings and clips.
struct Thing {
    id: Uuid,
    room_id: String,
    at: DateTime<Utc>,
    kept_by: Option<String>,
}

type Kept = BTreeMap<(DeletionClass, KeptBy), usize>;

const DOING: &str = "erase on request";

impl Store {
    /// Erases what `target` names, in one transaction, but for what a hold, an open case or a decision since
    /// `decided_since` keeps: a flag keeps the text within `near` samples of it. With `dry_run` nothing is changed.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a room or a flag that is not there.
    pub async fn erase(
        &self,
        target: &EraseTarget,
        (near, decided_since): (i64, DateTime<Utc>),
        (why, dry_run): (&str, bool),
        now: DateTime<Utc>,
    ) -> Result<Erasure, StoreError> {
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        self.require_target(&mut transaction, target).await?;
        let asked = Asked::of(target, near, decided_since);
        let mut kept = Kept::new();
        let texts = split(asked.texts(&mut transaction).await?, DeletionClass::Text, &mut kept)?;
        let findings = split(asked.findings(&mut transaction).await?, DeletionClass::Finding, &mut kept)?;
        let clips = split(asked.clips(&mut transaction).await?, DeletionClass::Clip, &mut kept)?;
        let uncut = asked.uncut(&mut transaction, now).await?;
        let mut erasure = Erasure {
            texts: texts.len(),
            findings: findings.len(),
            clips: clips.iter().map(|found| found.thing).collect(),
            keys: 0,
            uncut: uncut.len(),
            kept: Vec::new(),
            newest_sound: asked.newest_sound(&mut transaction).await?,
        };
        let ground = Ground { rule: target.rule(), why: Some(why) };
        // Findings and clips first: a speaker's are found by the segments that name the speaker.
        for (room, batch) in by_room(findings.into_iter().map(Found::parts)) {
            self.erase_findings(&mut transaction, (&room, &batch), ground, now).await?;
        }
        for (room, batch) in by_room(clips.into_iter().map(Found::parts)) {
            self.end_clips(&mut transaction, (&room, &batch), ground, now).await?;
        }
        for due in &uncut {
            let outcome = ClipOutcome::Absent(AbsentReason::Erased);
            let new = NewClip { clip: self.new_id(now), due, tool: target.rule(), outcome };
            self.insert_clip(&mut transaction, &new, now).await?;
        }
        for (room, batch) in by_room(texts.into_iter().map(Found::parts)) {
            self.erase_texts(&mut transaction, (&room, &batch), ground, now).await?;
        }
        if let EraseTarget::Room(room) = target {
            erasure.keys = self.erase_room(&mut transaction, room, &mut kept, ground, now).await?;
        }
        erasure.kept = kept.into_iter().map(|((class, by), things)| KeptThings { class, by, things }).collect();
        let ended = if dry_run { transaction.rollback().await } else { transaction.commit().await };
        ended.doing(DOING)?;
        Ok(erasure)
    }

    /// Erases the key of a room and what describes it, if nothing of it is kept; returns how many keys there were.
    async fn erase_room(
        &self,
        transaction: &mut PgConnection,
        room: &RoomId,
        kept: &mut Kept,
        ground: Ground<'_>,
        now: DateTime<Utc>,
    ) -> Result<usize, StoreError> {
        let keys = usize::from(self.has_key(transaction, room).await?);
        let is_held =
            sqlx::query_scalar!("select exists (select from open_hold where room_id = $1) as \"held!\"", room.as_str())
                .fetch_one(&mut *transaction)
                .await
                .doing(DOING)?;
        if is_held && keys > 0 {
            kept.insert((DeletionClass::RoomKey, KeptBy::LegalHold), keys);
        }
        if is_held || !kept.is_empty() {
            return Ok(0);
        }
        sqlx::query!("update room set title = null, hosts = '{}' where room_id = $1", room.as_str())
            .execute(&mut *transaction)
            .await
            .doing(DOING)?;
        if keys > 0 {
            let (class, Ground { rule, why }) = (DeletionClass::RoomKey, ground);
            let new = NewDeletion { class, room: Some(room), span: None, things: keys, rule, why };
            let id = self.log_deletion(transaction, new, now).await?;
            sqlx::query!("select erase_room_key($1, $2)", room.as_str(), id)
                .execute(transaction)
                .await
                .doing("erase the key of a room")?;
        }
        Ok(keys)
    }

    async fn has_key(&self, connection: &mut PgConnection, room: &RoomId) -> Result<bool, StoreError> {
        let key = sqlx::query_file!("queries/room_key/of_room.sql", room.as_str());
        Ok(key.fetch_optional(connection).await.doing(DOING)?.is_some())
    }

    async fn require_target(&self, connection: &mut PgConnection, target: &EraseTarget) -> Result<(), StoreError> {
        match target {
            EraseTarget::Room(room) => self.require_room(connection, room).await,
            EraseTarget::Flag(flag) => {
                let id = flag.into_untyped_uuid();
                let there =
                    sqlx::query_scalar!("select exists (select from flag where flag_id = $1) as \"there!\"", id)
                        .fetch_one(connection)
                        .await
                        .doing(DOING)?;
                let name = id.to_string();
                if there { Ok(()) } else { Err(StoreError::NotFound { what: "flag", name, similar: Vec::new() }) }
            }
            EraseTarget::Speaker(_) => Ok(()),
        }
    }
}

impl EraseTarget {
    /// How the log of deletions names it; a speaker's name is not repeated there.
    fn rule(&self) -> &'static str {
        match self {
            Self::Room(_) => "erase --room",
            Self::Flag(_) => "erase --flag",
            Self::Speaker(_) => "erase --speaker",
        }
    }
}

impl<T> Found<T> {
    fn parts(self) -> (String, DateTime<Utc>, T) {
        (self.room, self.at, self.thing)
    }
}

impl From<Thing> for Found<Uuid> {
    fn from(row: Thing) -> Self {
        Self { room: row.room_id, at: row.at, thing: row.id, kept_by: row.kept_by }
    }
}

/// Those that nothing keeps; the others are counted.
fn split<T>(found: Vec<Found<T>>, class: DeletionClass, kept: &mut Kept) -> Result<Vec<Found<T>>, StoreError> {
    let mut free = Vec::with_capacity(found.len());
    for it in found {
        match &it.kept_by {
            None => free.push(it),
            Some(by) => *kept.entry((class, by.parse().reading("reason for keeping")?)).or_default() += 1,
        }
    }
    Ok(free)
}
