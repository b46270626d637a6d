//! Legal holds: what must not be erased, placed and released, never edited.

use chrono::{DateTime, Utc};
use domain::{FlagId, RoomId};
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    audit::Change,
    connect::Store,
    error::{Doing, StoreError},
    json,
    provenance::hex,
    rows::{self, storable},
};

/// A hold as the command line prints it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Hold {
    /// Its id.
    pub hold: Uuid,
    /// The room.
    pub room: String,
    /// The flag; null: the whole room.
    pub flag: Option<Uuid>,
    /// Why it must be kept.
    pub why: String,
    /// Who placed it.
    pub by: String,
    /// When.
    #[serde(serialize_with = "json::instant")]
    pub placed: DateTime<Utc>,
    /// When it was released; null while it stands.
    #[serde(serialize_with = "json::maybe_instant")]
    pub released: Option<DateTime<Utc>>,
}

impl Store {
    /// Keeps a room, or one flag of it, from being erased by age or on request; returns the hold's id.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a room that nobody opened or a flag that is not in it, [`StoreError::Constraint`]
    /// without a reason.
    pub async fn place_hold(
        &self,
        room: &RoomId,
        flag: Option<FlagId>,
        why: &str,
        now: DateTime<Utc>,
    ) -> Result<Uuid, StoreError> {
        const DOING: &str = "place a legal hold";
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        self.require_room(&mut transaction, room).await?;
        let (id, flag, why) = (self.new_id(now), flag.map(rows::uuid), storable(why));
        if let Some(flag) = flag {
            let its_room = sqlx::query_scalar!("select room_id from flag where flag_id = $1", flag)
                .fetch_optional(&mut *transaction)
                .await
                .doing(DOING)?;
            if its_room.as_deref() != Some(room.as_str()) {
                let name = flag.to_string();
                return Err(StoreError::NotFound { what: "flag in this room", name, similar: Vec::new() });
            }
        }
        sqlx::query_file!("queries/retention/hold.sql", id, room.as_str(), flag, why, self.actor.as_str(), now)
            .execute(&mut *transaction)
            .await
            .doing(DOING)?;
        let payload = json!({ "flag": flag, "why_sha256": hex(&Sha256::digest(&why)) });
        let (entity_id, room) = (id.to_string(), Some(room));
        let change = Change { action: "legal_hold.placed", entity: "legal_hold", entity_id, room, payload };
        self.record(&mut transaction, now, change).await?;
        transaction.commit().await.doing(DOING)?;
        Ok(id)
    }

    /// Ends the holds that stand on a room, or on one flag of it; returns how many there were.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a room that nobody opened, [`StoreError::Constraint`] without a reason.
    pub async fn release_holds(
        &self,
        room: &RoomId,
        flag: Option<FlagId>,
        why: &str,
        now: DateTime<Utc>,
    ) -> Result<usize, StoreError> {
        const DOING: &str = "release a legal hold";
        let flag = flag.map(rows::uuid);
        let mut standing = self.holds(Some(room), false).await?;
        standing.retain(|hold| hold.flag == flag);
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        self.require_room(&mut transaction, room).await?;
        let why = storable(why);
        for hold in &standing {
            sqlx::query_file!("queries/retention/release.sql", hold.hold, why, self.actor.as_str(), now)
                .execute(&mut *transaction)
                .await
                .doing(DOING)?;
            let payload = json!({ "flag": hold.flag, "why_sha256": hex(&Sha256::digest(&why)) });
            let (entity_id, room) = (hold.hold.to_string(), Some(room));
            let change = Change { action: "legal_hold.released", entity: "legal_hold", entity_id, room, payload };
            self.record(&mut transaction, now, change).await?;
        }
        transaction.commit().await.doing(DOING)?;
        Ok(standing.len())
    }

    /// Holds by the time they were placed, of a room or of all; released ones too if `all`.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn holds(&self, room: Option<&RoomId>, all: bool) -> Result<Vec<Hold>, StoreError> {
        let rows = sqlx::query_file!("queries/retention/holds.sql", room.map(RoomId::as_str), all)
            .fetch_all(&self.pool)
            .await
            .doing("read legal holds")?;
        let hold = rows.into_iter().map(|row| Hold {
            hold: row.hold_id,
            room: row.room_id,
            flag: row.flag_id,
            why: row.why,
            by: row.placed_by,
            placed: row.placed_at,
            released: row.released_at,
        });
        Ok(hold.collect())
    }
}
