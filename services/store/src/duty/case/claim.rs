//! Who has a case, under a lease with a token that fences; and what they saw and heard.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    CaseId, Object, Occasion, ReviewerId, Seen, States,
    case::{Case, Claim, Event, State},
};
use ledger::truncate_instant;
use serde_json::json;
use sqlx::PgConnection;

use super::{
    super::{
        error::{DutyError, twice},
        kept::{Loaded, load_one},
    },
    CaseFile,
};
use crate::{
    audit::Change,
    connect::Store,
    error::{Doing, Reading, StoreError},
    rows::{storable, uuid},
};

impl Store {
    /// Gives a case to a reviewer for `lease`. A claim whose lease ran out lapses first; the reviewer who has it already
    /// keeps it, with a lease made longer.
    ///
    /// # Errors
    /// [`DutyError::WithAnother`] while another's lease runs, [`DutyError::Case`] where the reviewer may not have it or the
    /// case is not open.
    pub async fn claim_case(
        &self,
        id: CaseId,
        reviewer: &ReviewerId,
        lease: TimeDelta,
        now: DateTime<Utc>,
    ) -> Result<Claim, DutyError> {
        let now = truncate_instant(now);
        twice(State::OBJECT, uuid(id), async || {
            const DOING: &str = "claim a case";
            let mut transaction = self.pool.begin().await.doing(DOING)?;
            let file = CaseFile::read_one(&mut transaction, uuid(id)).await?;
            let mut case = file.loaded();
            if let Some(held) = file.claim.filter(|_| case.object.state() == State::Claimed) {
                match (held.renewed(now, lease), held.reviewer == *reviewer) {
                    (Some(renewed), true) => {
                        renew(&mut transaction, id, &renewed, now).await?;
                        transaction.commit().await.doing(DOING)?;
                        return Ok(renewed);
                    }
                    (Some(_), false) => {
                        let (reviewer, until) = (held.reviewer, held.lease_until);
                        return Err(DutyError::WithAnother { case_id: id, reviewer, until });
                    }
                    (None, _) => {
                        let lapse = Event::Lapse { token: held.token };
                        case = self.append(&mut transaction, &case, &lapse, now).await?;
                    }
                }
            }
            let claim = Claim { reviewer: reviewer.clone(), token: case.object.token() + 1, lease_until: now + lease };
            let event = Event::Claim { reviewer: reviewer.clone(), token: claim.token };
            self.append(&mut transaction, &case, &event, now).await?;
            take(&mut transaction, id, &claim).await?;
            transaction.commit().await.doing(DOING)?;
            Ok(claim)
        })
        .await
    }

    /// A heartbeat: the lease is made to last `lease` from now on. No step, and no audit event.
    ///
    /// # Errors
    /// [`DutyError::ClaimOver`] where the lease ran out, or another claim took its place.
    pub async fn renew_claim(
        &self,
        id: CaseId,
        token: u64,
        lease: TimeDelta,
        now: DateTime<Utc>,
    ) -> Result<Claim, DutyError> {
        let (now, signed) = (truncate_instant(now), i64::try_from(token).unwrap_or(i64::MAX));
        let row = sqlx::query_file!("queries/case_claim/renew.sql", uuid(id), signed, now + lease, now)
            .fetch_optional(&self.pool)
            .await
            .doing("renew a claim")?
            .ok_or(DutyError::ClaimOver { case_id: id, token })?;
        Ok(Claim { reviewer: row.reviewer.parse().reading("reviewer")?, token, lease_until: row.lease_until })
    }

    /// Adds a step to a case: release, skip, hold, hand over, resume, lapse. A claim, a decision and what follows from one
    /// have calls of their own.
    ///
    /// # Errors
    /// [`DutyError`] where the case does not allow it.
    pub async fn step_case(
        &self,
        id: CaseId,
        event: &Event,
        lease: TimeDelta,
        now: DateTime<Utc>,
    ) -> Result<Loaded<Case>, DutyError> {
        let now = truncate_instant(now);
        let instead = match event {
            Event::Claim { .. } => Some("claim the case"),
            Event::Decide { .. } => Some("decide the case"),
            Event::Reopen { occasion: Occasion::Complaint(_) | Occasion::Dispute(_) } => {
                Some("decide the complaint, or carry out what the body decided")
            }
            Event::Release { .. }
            | Event::Skip { .. }
            | Event::Lapse { .. }
            | Event::Hold { .. }
            | Event::Resume
            | Event::HandOver { .. }
            | Event::Reopen { .. } => None,
        };
        if let Some(instead) = instead {
            let step = domain::Event::step(event).to_string();
            return Err(DutyError::NotByItself { object: State::OBJECT, step, instead });
        }
        twice(State::OBJECT, uuid(id), async || {
            const DOING: &str = "record a step of a case";
            let mut transaction = self.pool.begin().await.doing(DOING)?;
            let case = load_one::<Case>(&mut transaction, uuid(id)).await?;
            let after = self.append(&mut transaction, &case, event, now).await?;
            if let Some((reviewer, token)) = event.new_claim() {
                take(&mut transaction, id, &Claim { reviewer: reviewer.clone(), token, lease_until: now + lease })
                    .await?;
            }
            transaction.commit().await.doing(DOING)?;
            Ok(after)
        })
        .await
    }

    /// Records that a reviewer saw or heard something of a case.
    ///
    /// # Errors
    /// [`DutyError::NotFound`] for a case that there is not.
    pub async fn record_encounter(
        &self,
        id: CaseId,
        reviewer: &ReviewerId,
        seen: Seen,
        now: DateTime<Utc>,
    ) -> Result<(), DutyError> {
        const DOING: &str = "record what a reviewer saw";
        let now = truncate_instant(now);
        let encounter_id = self.new_id(now);
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        let case = load_one::<Case>(&mut transaction, uuid(id)).await?;
        sqlx::query_file!("queries/encounter/add.sql", encounter_id, uuid(id), reviewer.as_str(), seen.as_str(), now)
            .execute(&mut *transaction)
            .await
            .doing(DOING)?;
        let payload = json!({ "case": uuid(id), "reviewer": reviewer, "seen": seen });
        let (action, entity_id) = ("case.seen", encounter_id.to_string());
        let change = Change { action, entity: "encounter", entity_id, room: case.room.as_ref(), payload };
        self.record(&mut transaction, now, change).await?;
        transaction.commit().await.doing(DOING)?;
        Ok(())
    }

    /// Records that a machine restricted what a case is about before anybody decided, such as by muting a speaker.
    ///
    /// # Errors
    /// [`DutyError::NotFound`] for a case that there is not, [`StoreError::Constraint`] where it does not say what.
    pub async fn record_machine_measure(&self, id: CaseId, what: &str, now: DateTime<Utc>) -> Result<(), DutyError> {
        const DOING: &str = "record a machine's measure";
        let now = truncate_instant(now);
        let measure_id = self.new_id(now);
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        let case = load_one::<Case>(&mut transaction, uuid(id)).await?;
        sqlx::query_file!("queries/machine_measure/add.sql", measure_id, uuid(id), storable(what), now)
            .execute(&mut *transaction)
            .await
            .doing(DOING)?;
        let payload = json!({ "case": uuid(id) });
        let (action, entity_id) = ("case.restricted_by_machine", measure_id.to_string());
        let change = Change { action, entity: "machine_measure", entity_id, room: case.room.as_ref(), payload };
        self.record(&mut transaction, now, change).await?;
        transaction.commit().await.doing(DOING)?;
        Ok(())
    }
}

/// Writes the lease of a new claim.
pub(super) async fn take(transaction: &mut PgConnection, id: CaseId, claim: &Claim) -> Result<(), StoreError> {
    let token = i64::try_from(claim.token).unwrap_or(i64::MAX);
    sqlx::query_file!("queries/case_claim/take.sql", uuid(id), claim.reviewer.as_str(), token, claim.lease_until)
        .execute(transaction)
        .await
        .doing("write the lease of a claim")?;
    Ok(())
}

async fn renew(transaction: &mut PgConnection, id: CaseId, claim: &Claim, now: DateTime<Utc>) -> Result<(), DutyError> {
    let token = i64::try_from(claim.token).unwrap_or(i64::MAX);
    sqlx::query_file!("queries/case_claim/renew.sql", uuid(id), token, claim.lease_until, now)
        .fetch_optional(transaction)
        .await
        .doing("renew a claim")?
        .ok_or(DutyError::ClaimOver { case_id: id, token: claim.token })?;
    Ok(())
}
