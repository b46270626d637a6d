//! Escalations of threats to life (Article 18; Regulation (EU) 2021/784, Article 14(5)) in the database.

use chrono::{DateTime, Utc};
use domain::{
    CaseId, EscalationId,
    escalation::{Escalation, Event, Facts},
};
use ledger::truncate_instant;
use newtype_uuid::GenericUuid;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    case::CaseFile,
    error::DutyError,
    kept::{Came, Kept, Loaded, Rows, step_queries},
};
use crate::{
    connect::Store,
    error::{Doing, Reading},
    rows::{self, uuid},
};

impl Kept for Escalation {
    type Id = EscalationId;
}

impl Rows for Escalation {
    step_queries!(
        "escalation.stepped",
        "queries/escalation_step/add.sql",
        "queries/escalation_step/of.sql",
        "queries/escalation/page.sql"
    );

    async fn begin(connection: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Loaded<Self>>, DutyError> {
        let rows = sqlx::query_file!("queries/escalation/facts.sql", ids)
            .fetch_all(connection)
            .await
            .doing("read escalations")?;
        let mut escalations = Vec::with_capacity(rows.len());
        for row in rows {
            let facts = Facts {
                escalation_id: EscalationId::from_untyped_uuid(row.id),
                case_id: CaseId::from_untyped_uuid(row.case_id),
                duty: row.duty.parse().reading("duty of an escalation")?,
                aware_at: row.aware_at,
            };
            let room = Some(rows::room(&row.room_id)?);
            escalations.push(Loaded { id: row.id, room, object: Escalation::open(facts) });
        }
        Ok(escalations)
    }
}

impl Store {
    /// Opens an escalation of what a case holds.
    ///
    /// # Errors
    /// [`DutyError::NotFound`] for a case that there is not.
    pub async fn open_escalation(&self, facts: &Facts, now: DateTime<Utc>) -> Result<(), DutyError> {
        const DOING: &str = "open an escalation";
        let id = uuid(facts.escalation_id);
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        let file = CaseFile::read_one(&mut transaction, uuid(facts.case_id)).await?;
        let (duty, aware_at) = (facts.duty.as_str(), truncate_instant(facts.aware_at));
        sqlx::query_file!("queries/escalation/add.sql", id, uuid(facts.case_id), duty, aware_at)
            .execute(&mut *transaction)
            .await
            .doing(DOING)?;
        let came = Came { action: "escalation.opened", entity: "escalation", id, room: Some(&file.room) };
        self.record_came(&mut transaction, came, facts, now).await?;
        transaction.commit().await.doing(DOING)?;
        Ok(())
    }

    /// Adds a step to an escalation.
    ///
    /// # Errors
    /// [`DutyError`] where the escalation does not allow it.
    pub async fn step_escalation(
        &self,
        id: EscalationId,
        event: &Event,
        now: DateTime<Utc>,
    ) -> Result<Loaded<Escalation>, DutyError> {
        self.step(id, event, now).await
    }
}
