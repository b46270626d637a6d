//! Suspensions (Article 23) in the database.

use chrono::{DateTime, Utc};
use domain::{
    SuspensionId,
    suspension::{Event, Facts, Misuse, Suspension},
};
use ledger::truncate_instant;
use newtype_uuid::GenericUuid;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    error::DutyError,
    kept::{Came, Kept, Loaded, Rows, load_one, step_queries},
};
use crate::{
    connect::Store,
    error::{Doing, Reading},
    rows::uuid,
};

impl Kept for Suspension {
    type Id = SuspensionId;
}

impl Rows for Suspension {
    step_queries!(
        "suspension.stepped",
        "queries/suspension_step/add.sql",
        "queries/suspension_step/of.sql",
        "queries/suspension/page.sql"
    );

    async fn begin(connection: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Loaded<Self>>, DutyError> {
        let rows = sqlx::query_file!("queries/suspension/facts.sql", ids)
            .fetch_all(connection)
            .await
            .doing("read suspensions")?;
        let mut suspensions = Vec::with_capacity(rows.len());
        for row in rows {
            let facts = Facts {
                suspension_id: SuspensionId::from_untyped_uuid(row.id),
                account: row.account.parse().reading("account")?,
                misuse: row.misuse.parse().reading("misuse")?,
                begun_at: row.begun_at,
            };
            suspensions.push(Loaded { id: row.id, room: None, object: Suspension::watch(facts) });
        }
        Ok(suspensions)
    }
}

impl Store {
    /// Begins to count an account's misuse.
    ///
    /// # Errors
    /// [`StoreError::Constraint`](crate::StoreError::Constraint) for an id that is taken.
    pub async fn watch_account(&self, facts: &Facts, now: DateTime<Utc>) -> Result<(), DutyError> {
        const DOING: &str = "begin to count misuse";
        let id = uuid(facts.suspension_id);
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        let (misuse, begun_at) = (facts.misuse.as_str(), truncate_instant(facts.begun_at));
        sqlx::query_file!("queries/suspension/add.sql", id, facts.account.as_str(), misuse, begun_at)
            .execute(&mut *transaction)
            .await
            .doing(DOING)?;
        let came = Came { action: "suspension.watched", entity: "suspension", id, room: None };
        self.record_came(&mut transaction, came, facts, now).await?;
        transaction.commit().await.doing(DOING)?;
        Ok(())
    }

    /// Adds a step to a suspension. A strike must name what shows the misuse: a decision that restricts, a notice, a
    /// complaint.
    ///
    /// # Errors
    /// [`DutyError::NoSuchItem`], or what the suspension does not allow.
    pub async fn step_suspension(
        &self,
        id: SuspensionId,
        event: &Event,
        now: DateTime<Utc>,
    ) -> Result<Loaded<Suspension>, DutyError> {
        if let Event::Strike { item } = event {
            let mut connection = self.pool.acquire().await.doing("look for an item of misuse")?;
            let suspension = load_one::<Suspension>(&mut connection, uuid(id)).await?;
            let misuse = suspension.object.facts().misuse;
            if !shows(&mut connection, misuse, *item).await? {
                return Err(DutyError::NoSuchItem { item: *item, misuse });
            }
        }
        self.step(id, event, now).await
    }
}

async fn shows(connection: &mut PgConnection, misuse: Misuse, item: Uuid) -> Result<bool, DutyError> {
    let shows = sqlx::query_file_scalar!("queries/suspension/shows.sql", misuse.as_str(), item)
        .fetch_one(connection)
        .await
        .doing("look for an item of misuse")?;
    Ok(shows)
}
