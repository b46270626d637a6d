//! Erasing by age: each sweep is one transaction over the oldest things that nothing keeps.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    DeletionClass, NewDeletion,
    batch::{Ground, by_room},
};
use crate::{
    connect::Store,
    error::{Doing, StoreError},
};

/// Until when things of a class are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SweepRule {
    /// What is older may go.
    pub before: DateTime<Utc>,
    /// The setting with its value, for the log.
    pub name: String,
}

/// How much a sweep would erase now: as many as were looked for where there are more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SweepDue {
    /// Segments far from any flag.
    pub unflagged_texts: usize,
    /// Segments of and around flags.
    pub flagged_texts: usize,
    /// Findings.
    pub findings: usize,
    /// Clips.
    pub clips: usize,
    /// Dead letters.
    pub dead_letters: usize,
}

/// A segment whose text may go.
struct DueText {
    window_id: Uuid,
    ordinal: i32,
    room_id: String,
    stored_at: DateTime<Utc>,
    is_flagged: bool,
}

/// Something else that may go.
struct DueThing {
    id: Uuid,
    room_id: String,
    at: DateTime<Utc>,
}

impl Store {
    /// Erases the text of at most `limit` segments: those with no flag within `near` samples by `unflagged`, the others
    /// by `flagged`, which counts from the flag or the last decision on it. Holds and open cases keep theirs. Returns how
    /// many; 0 when all is done.
    ///
    /// # Errors
    /// [`StoreError::Constraint`] if somebody placed a hold at this moment: call again.
    pub async fn sweep_texts(
        &self,
        (unflagged, flagged): (&SweepRule, &SweepRule),
        near: i64,
        limit: i64,
        now: DateTime<Utc>,
    ) -> Result<usize, StoreError> {
        const DOING: &str = "sweep old text";
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        let due = texts_due(&mut transaction, (unflagged.before, flagged.before), near, limit).await?;
        let count = due.len();
        let (of_flags, others): (Vec<DueText>, Vec<DueText>) = due.into_iter().partition(|text| text.is_flagged);
        for (texts, rule) in [(of_flags, flagged), (others, unflagged)] {
            let things = texts.into_iter().map(|text| (text.room_id, text.stored_at, (text.window_id, text.ordinal)));
            for (room, batch) in by_room(things) {
                let ground = Ground { rule: &rule.name, why: None };
                self.erase_texts(&mut transaction, (&room, &batch), ground, now).await?;
            }
        }
        transaction.commit().await.doing(DOING)?;
        Ok(count)
    }

    /// Erases the words of at most `limit` findings of flags that are old and free. Returns how many.
    ///
    /// # Errors
    /// As [`Store::sweep_texts`].
    pub async fn sweep_findings(&self, rule: &SweepRule, limit: i64, now: DateTime<Utc>) -> Result<usize, StoreError> {
        const DOING: &str = "sweep old findings";
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        let due = findings_due(&mut transaction, rule.before, limit).await?;
        let count = due.len();
        for (room, batch) in by_room(due.into_iter().map(|thing| (thing.room_id, thing.at, thing.id))) {
            let ground = Ground { rule: &rule.name, why: None };
            self.erase_findings(&mut transaction, (&room, &batch), ground, now).await?;
        }
        transaction.commit().await.doing(DOING)?;
        Ok(count)
    }

    /// Ends at most `limit` clips that are old, counted from the last decision where there is one, and free. Returns
    /// them: their objects are the caller's to remove.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn sweep_clips(&self, rule: &SweepRule, limit: i64, now: DateTime<Utc>) -> Result<Vec<Uuid>, StoreError> {
        const DOING: &str = "sweep old clips";
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        let due = clips_due(&mut transaction, rule.before, limit).await?;
        let clips = due.iter().map(|thing| thing.id).collect();
        for (room, batch) in by_room(due.into_iter().map(|thing| (thing.room_id, thing.at, thing.id))) {
            let ground = Ground { rule: &rule.name, why: None };
            self.end_clips(&mut transaction, (&room, &batch), ground, now).await?;
        }
        transaction.commit().await.doing(DOING)?;
        Ok(clips)
    }

    /// Blanks dead letters, which may hold sound. Returns how many.
    ///
    /// # Errors
    /// [`StoreError::Constraint`] if another one was kept at this moment: call again.
    pub async fn sweep_dead_letters(&self, rule: &SweepRule, now: DateTime<Utc>) -> Result<usize, StoreError> {
        const DOING: &str = "sweep old dead letters";
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        let things = dead_letters_due(&mut transaction, rule.before).await?;
        if things > 0 {
            let new = NewDeletion {
                class: DeletionClass::DeadLetter,
                room: None,
                span: None,
                things,
                rule: &rule.name,
                why: None,
            };
            let id = self.log_deletion(&mut transaction, new, now).await?;
            sqlx::query!("select erase_dead_letters($1, $2)", rule.before, id)
                .execute(&mut *transaction)
                .await
                .doing(DOING)?;
        }
        transaction.commit().await.doing(DOING)?;
        Ok(things)
    }

    /// What the sweeps would erase now, of each class `limit` at most.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn sweep_due(
        &self,
        [unflagged, flagged, clips, letters]: [&SweepRule; 4],
        near: i64,
        limit: i64,
    ) -> Result<SweepDue, StoreError> {
        let mut snapshot = self.snapshot("look what is old").await?;
        let texts = texts_due(&mut snapshot, (unflagged.before, flagged.before), near, limit).await?;
        let flagged_texts = texts.iter().filter(|text| text.is_flagged).count();
        Ok(SweepDue {
            unflagged_texts: texts.len() - flagged_texts,
            flagged_texts,
            findings: findings_due(&mut snapshot, flagged.before, limit).await?.len(),
            clips: clips_due(&mut snapshot, clips.before, limit).await?.len(),
            dead_letters: dead_letters_due(&mut snapshot, letters.before).await?,
        })
    }
}

async fn texts_due(
    connection: &mut PgConnection,
    (unflagged, flagged): (DateTime<Utc>, DateTime<Utc>),
    near: i64,
    limit: i64,
) -> Result<Vec<DueText>, StoreError> {
    sqlx::query_file_as!(DueText, "queries/retention/texts_due.sql", unflagged, flagged, near, limit)
        .fetch_all(connection)
        .await
        .doing("look for old text")
}

async fn findings_due(
    connection: &mut PgConnection,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<DueThing>, StoreError> {
    sqlx::query_file_as!(DueThing, "queries/retention/findings_due.sql", before, limit)
        .fetch_all(connection)
        .await
        .doing("look for old findings")
}

async fn clips_due(
    connection: &mut PgConnection,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<DueThing>, StoreError> {
    sqlx::query_file_as!(DueThing, "queries/retention/clips_due.sql", before, limit)
        .fetch_all(connection)
        .await
        .doing("look for old clips")
}

async fn dead_letters_due(connection: &mut PgConnection, before: DateTime<Utc>) -> Result<usize, StoreError> {
    let count = sqlx::query_scalar!("select erasable_dead_letters($1) as \"count!\"", before)
        .fetch_one(connection)
        .await
        .doing("look for old dead letters")?;
    Ok(usize::try_from(count).unwrap_or_default())
}
