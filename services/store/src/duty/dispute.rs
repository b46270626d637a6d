//! Disputes before out-of-court bodies (Article 21) in the database.

use chrono::{DateTime, Utc};
use domain::{
    DecisionId, DisputeId, Occasion, States,
    dispute::{Dispute, Event, Facts, State, Step},
};
use ledger::truncate_instant;
use newtype_uuid::GenericUuid;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    case::{CaseFile, NewDecision},
    complaint::case_of,
    error::{DutyError, twice},
    kept::{Came, Kept, Loaded, Rows, load_one, step_queries},
};
use crate::{
    connect::Store,
    error::Doing,
    rows::{self, storable, uuid},
};

impl Kept for Dispute {
    type Id = DisputeId;
}

impl Rows for Dispute {
    step_queries!(
        "dispute.stepped",
        "queries/dispute_step/add.sql",
        "queries/dispute_step/of.sql",
        "queries/dispute/page.sql"
    );

    async fn begin(connection: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Loaded<Self>>, DutyError> {
        let rows =
            sqlx::query_file!("queries/dispute/facts.sql", ids).fetch_all(connection).await.doing("read disputes")?;
        let mut disputes = Vec::with_capacity(rows.len());
        for row in rows {
            let facts = Facts {
                dispute_id: DisputeId::from_untyped_uuid(row.id),
                decision_id: DecisionId::from_untyped_uuid(row.decision_id),
                body: row.body,
                brought_at: row.brought_at,
            };
            disputes.push(Loaded { id: row.id, room: Some(rows::room(&row.room_id)?), object: Dispute::bring(facts) });
        }
        Ok(disputes)
    }
}

impl Store {
    /// Keeps a dispute that somebody brought before a body.
    ///
    /// # Errors
    /// [`DutyError::NotFound`] for a decision that there is not.
    pub async fn bring_dispute(&self, facts: &Facts, now: DateTime<Utc>) -> Result<(), DutyError> {
        const DOING: &str = "keep a dispute";
        let id = uuid(facts.dispute_id);
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        let case_id = case_of(&mut transaction, facts.decision_id).await?;
        let file = CaseFile::read_one(&mut transaction, case_id).await?;
        let (decision_id, brought_at) = (uuid(facts.decision_id), truncate_instant(facts.brought_at));
        sqlx::query_file!("queries/dispute/add.sql", id, decision_id, storable(&facts.body), brought_at)
            .execute(&mut *transaction)
            .await
            .doing(DOING)?;
        let came = Came { action: "dispute.brought", entity: "dispute", id, room: Some(&file.room) };
        self.record_came(&mut transaction, came, facts, now).await?;
        transaction.commit().await.doing(DOING)?;
        Ok(())
    }

    /// Adds a step to a dispute. What the body decided is carried out by [`Store::implement_dispute`].
    ///
    /// # Errors
    /// [`DutyError`] where the dispute does not allow it.
    pub async fn step_dispute(
        &self,
        id: DisputeId,
        event: &Event,
        now: DateTime<Utc>,
    ) -> Result<Loaded<Dispute>, DutyError> {
        if matches!(event, Event::Implement { .. }) {
            let instead = "the new decision is made with it";
            return Err(DutyError::NotByItself { object: State::OBJECT, step: Step::Implement.to_string(), instead });
        }
        self.step(id, event, now).await
    }

    /// Does what the body decided: where it holds our decision wrong, the case is opened again and decided anew in the
    /// same transaction.
    ///
    /// # Errors
    /// [`DutyError`] where dispute, case or record do not allow it.
    pub async fn implement_dispute(
        &self,
        id: DisputeId,
        new: Option<&NewDecision>,
        now: DateTime<Utc>,
    ) -> Result<Loaded<Dispute>, DutyError> {
        twice(State::OBJECT, uuid(id), async || {
            const DOING: &str = "carry out what a body decided";
            let mut transaction = self.pool.begin().await.doing(DOING)?;
            let dispute = load_one::<Dispute>(&mut transaction, uuid(id)).await?;
            let event = Event::Implement { new_decision_id: new.map(|new| new.decision_id) };
            let after = self.append(&mut transaction, &dispute, &event, now).await?;
            if let Some(new) = new {
                let case_id = case_of(&mut transaction, dispute.object.facts().decision_id).await?;
                let file = CaseFile::read_one(&mut transaction, case_id).await?;
                self.decide_again(&mut transaction, file, Occasion::Dispute(id), new, now).await?;
            }
            transaction.commit().await.doing(DOING)?;
            Ok(after)
        })
        .await
    }
}
