//! Complaints (Article 20) in the database: never by machine alone, never by one who decided the case before.

use chrono::{DateTime, Utc};
use domain::{
    Chain, ComplaintId, DecisionId, Maker, Occasion, ReviewerId, States,
    complaint::{Complaint, Event, Facts, LEAST_MONTHS, Outcome, State, Step},
};
use ledger::truncate_instant;
use newtype_uuid::GenericUuid;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    case::{CaseFile, NewDecision},
    error::{DutyError, twice},
    kept::{Came, Kept, Loaded, Rows, load_one, step_queries},
};
use crate::{
    connect::Store,
    error::{Doing, Reading},
    rows::{self, storable, uuid},
};

impl Kept for Complaint {
    type Id = ComplaintId;
}

impl Rows for Complaint {
    step_queries!(
        "complaint.stepped",
        "queries/complaint_step/add.sql",
        "queries/complaint_step/of.sql",
        "queries/complaint/page.sql"
    );

    async fn begin(connection: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Loaded<Self>>, DutyError> {
        let rows = sqlx::query_file!("queries/complaint/facts.sql", ids)
            .fetch_all(&mut *connection)
            .await
            .doing("read complaints")?;
        let cases: Vec<Uuid> = rows.iter().map(|row| row.case_id).collect();
        let chains = super::decision::chains(connection, &cases).await?;
        let mut complaints = Vec::with_capacity(rows.len());
        for row in rows {
            let facts = Facts {
                complaint_id: ComplaintId::from_untyped_uuid(row.id),
                decision_id: DecisionId::from_untyped_uuid(row.decision_id),
                lodged_at: row.lodged_at,
                told_at: row.told_at,
                subject: row.subject.parse().reading("subject of a complaint")?,
                reasons: row.reasons,
            };
            let chain =
                chains.get(&row.case_id).ok_or(DutyError::NotFound { what: "decision", id: row.decision_id })?;
            let object = lodged(facts, chain)?;
            complaints.push(Loaded { id: row.id, room: Some(rows::room(&row.room_id)?), object });
        }
        Ok(complaints)
    }

    async fn heed(self, connection: &mut PgConnection, _id: Uuid) -> Result<Self, DutyError> {
        let case_id = case_of(connection, self.facts().decision_id).await?;
        let chains = super::decision::chains(connection, &[case_id]).await?;
        Ok(match chains.get(&case_id) {
            Some(chain) => self.aware_of(chain),
            None => self,
        })
    }
}

/// The complaint as it came: what was decided later changes nothing of its beginning.
fn lodged(facts: Facts, chain: &Chain) -> Result<Complaint, DutyError> {
    let mut then: Option<Chain> = None;
    for decision in chain.decisions().filter(|decision| decision.decided_at <= facts.lodged_at) {
        match &mut then {
            None => then = Some(Chain::begin(decision.clone())?),
            Some(then) => then.add(decision.clone())?,
        }
    }
    // A clock that ran backwards between decision and complaint leaves nothing: then the whole chain is what there was.
    Ok(Complaint::lodge(facts, then.as_ref().unwrap_or(chain), LEAST_MONTHS)?)
}

/// The case that a decision is on.
pub(super) async fn case_of(connection: &mut PgConnection, decision_id: DecisionId) -> Result<Uuid, DutyError> {
    let id = uuid(decision_id);
    let row = sqlx::query_file!("queries/decision/case_of.sql", &[id])
        .fetch_optional(connection)
        .await
        .doing("look for the case of a decision")?;
    row.map(|row| row.case_id).ok_or(DutyError::NotFound { what: "decision", id })
}

/// How a complaint is decided.
#[derive(Clone, Debug)]
pub struct ComplaintDecision {
    /// Who decides.
    pub reviewer: ReviewerId,
    /// How it ends.
    pub outcome: Outcome,
    /// The reasons that its sender is told.
    pub reasons: String,
    /// What takes the place of the decision before; with a reversal, in full or in part, and only then.
    pub instead: Option<(DecisionId, domain::Outcome)>,
}

impl Store {
    /// Keeps a complaint about a decision.
    ///
    /// # Errors
    /// [`DutyError::NotFound`] for a decision that there is not, [`DutyError::Complaint`] for one that comes too late.
    pub async fn lodge_complaint(&self, facts: &Facts, now: DateTime<Utc>) -> Result<(), DutyError> {
        const DOING: &str = "keep a complaint";
        let id = uuid(facts.complaint_id);
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        let case_id = case_of(&mut transaction, facts.decision_id).await?;
        let file = CaseFile::read_one(&mut transaction, case_id).await?;
        let chain = file.chain.as_ref().ok_or(DutyError::Undecided(file.case.id()))?;
        lodged(facts.clone(), chain)?;
        sqlx::query_file!(
            "queries/complaint/add.sql",
            id,
            uuid(facts.decision_id),
            truncate_instant(facts.lodged_at),
            truncate_instant(facts.told_at),
            facts.subject.as_str(),
            storable(&facts.reasons),
        )
        .execute(&mut *transaction)
        .await
        .doing(DOING)?;
        let came = Came { action: "complaint.lodged", entity: "complaint", id, room: Some(&file.room) };
        self.record_came(&mut transaction, came, facts, now).await?;
        transaction.commit().await.doing(DOING)?;
        Ok(())
    }

    /// Adds a step to a complaint. It is decided by [`Store::decide_complaint`].
    ///
    /// # Errors
    /// [`DutyError`] where the complaint does not allow it.
    pub async fn step_complaint(
        &self,
        id: ComplaintId,
        event: &Event,
        now: DateTime<Utc>,
    ) -> Result<Loaded<Complaint>, DutyError> {
        if matches!(event, Event::Decide { .. }) {
            let instead = "what its decider saw and decided is recorded with it";
            return Err(DutyError::NotByItself { object: State::OBJECT, step: Step::Decide.to_string(), instead });
        }
        self.step(id, event, now).await
    }

    /// Decides a complaint: with a reversal, the case is opened again and decided anew in the same transaction. What the
    /// reviewer saw and heard since it came is taken from the record.
    ///
    /// # Errors
    /// [`DutyError`] where complaint, case or record do not allow it.
    pub async fn decide_complaint(
        &self,
        id: ComplaintId,
        decision: &ComplaintDecision,
        now: DateTime<Utc>,
    ) -> Result<Loaded<Complaint>, DutyError> {
        let now = truncate_instant(now);
        twice(State::OBJECT, uuid(id), async || {
            const DOING: &str = "decide a complaint";
            let mut transaction = self.pool.begin().await.doing(DOING)?;
            let Loaded { id: key, room, object } = load_one::<Complaint>(&mut transaction, uuid(id)).await?;
            let complaint = Loaded { id: key, room, object: object.heed(&mut transaction, key).await? };
            let case_id = case_of(&mut transaction, complaint.object.facts().decision_id).await?;
            let file = CaseFile::read_one(&mut transaction, case_id).await?;
            let event = event_of(&file, &complaint.object, decision, now)?;
            // First the complaint, whose refusals say most.
            let after = self.append(&mut transaction, &complaint, &event, now).await?;
            if let Some((decision_id, outcome)) = &decision.instead {
                let maker = Maker::Reviewer(decision.reviewer.clone());
                let new = NewDecision { decision_id: *decision_id, maker, outcome: outcome.clone(), token: None };
                self.decide_again(&mut transaction, file, Occasion::Complaint(id), &new, now).await?;
            }
            transaction.commit().await.doing(DOING)?;
            Ok(after)
        })
        .await
    }
}

fn event_of(
    file: &CaseFile,
    complaint: &Complaint,
    decision: &ComplaintDecision,
    now: DateTime<Utc>,
) -> Result<Event, DutyError> {
    let facts = complaint.facts();
    let (complaint_id, outcome) = (facts.complaint_id, decision.outcome);
    let needs = match (outcome, &decision.instead) {
        (Outcome::Reversed | Outcome::PartiallyReversed, None) => {
            Some("needs the decision that takes the place of the last")
        }
        (Outcome::Upheld | Outcome::Omitted, Some(_)) => Some("takes no new decision"),
        _ => None,
    };
    if let Some(needs) = needs {
        return Err(DutyError::NewDecision { complaint_id, outcome, needs });
    }
    Ok(Event::Decide {
        maker: Maker::Reviewer(decision.reviewer.clone()),
        outcome,
        new_decision_id: decision.instead.as_ref().map(|(decision_id, _)| *decision_id),
        reasons: decision.reasons.clone(),
        encounters: file.trail.encounters_of(&decision.reviewer, facts.lodged_at, now),
    })
}
