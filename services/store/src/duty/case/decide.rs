//! Deciding a case, for the first time and again.

use chrono::{DateTime, Utc};
use domain::{
    CaseId, Chain, Decision, DecisionId, Maker, Object, Occasion, Outcome, Replaces, States,
    case::{Claim, Event, State},
};
use ledger::truncate_instant;
use serde_json::json;
use sqlx::PgConnection;

use super::{
    super::{
        decision,
        error::{DutyError, twice},
        kept::salted_hash,
    },
    CaseFile, claim,
};
use crate::{
    audit::{Change, new_salt},
    connect::Store,
    error::{Doing, Reading},
    rows::uuid,
};

/// A decision to be made: what follows from the record is not part of it.
#[derive(Clone, Debug)]
pub struct NewDecision {
    /// Minted by the caller, so that a retry names the same decision.
    pub decision_id: DecisionId,
    /// Who decides.
    pub maker: Maker,
    /// What is done.
    pub outcome: Outcome,
    /// The token of the claim under which a person decides; none for a machine, or to use the claim in force.
    pub token: Option<u64>,
}

impl Store {
    /// Decides a case: by the reviewer who has it, or by a machine while nobody has it. On a case that was opened again
    /// the decision takes the place of the one in effect. The part of machines, and what led to it, follow from the
    /// record, which must carry it: who saw and heard nothing cannot decide. The notices of the case that wait for it are
    /// decided with it. The same decision again changes nothing.
    ///
    /// # Errors
    /// [`DutyError`] where the case, the decision or the record do not allow it.
    pub async fn decide_case(&self, id: CaseId, new: &NewDecision, now: DateTime<Utc>) -> Result<Decision, DutyError> {
        twice(State::OBJECT, uuid(id), async || {
            const DOING: &str = "decide a case";
            let mut transaction = self.pool.begin().await.doing(DOING)?;
            let file = CaseFile::read_one(&mut transaction, uuid(id)).await?;
            if let Some(known) = known(&file, new)? {
                return Ok(known);
            }
            let decision = self.decide_in(&mut transaction, file, new, now).await?;
            transaction.commit().await.doing(DOING)?;
            Ok(decision)
        })
        .await
    }

    /// Opens a decided case again and decides it anew, in one transaction: the new decision names the one whose place it
    /// takes, which stands in the record for ever.
    ///
    /// # Errors
    /// [`DutyError`] where the case, the decision or the record do not allow it.
    pub async fn reverse_case(
        &self,
        id: CaseId,
        occasion: Occasion,
        new: &NewDecision,
        now: DateTime<Utc>,
    ) -> Result<Decision, DutyError> {
        if !matches!(occasion, Occasion::OwnReview | Occasion::Order(_)) {
            let instead = "decide the complaint, or carry out the dispute's decision, and it follows";
            return Err(DutyError::NotByItself { object: State::OBJECT, step: "reversal".to_owned(), instead });
        }
        twice(State::OBJECT, uuid(id), async || {
            const DOING: &str = "decide a case again";
            let mut transaction = self.pool.begin().await.doing(DOING)?;
            let file = CaseFile::read_one(&mut transaction, uuid(id)).await?;
            if let Some(known) = known(&file, new)? {
                return Ok(known);
            }
            let decision = self.decide_again(&mut transaction, file, occasion, new, now).await?;
            transaction.commit().await.doing(DOING)?;
            Ok(decision)
        })
        .await
    }

    /// Opens, claims and decides a case that was decided before.
    pub(in crate::duty) async fn decide_again(
        &self,
        transaction: &mut PgConnection,
        file: CaseFile,
        occasion: Occasion,
        new: &NewDecision,
        now: DateTime<Utc>,
    ) -> Result<Decision, DutyError> {
        let now = truncate_instant(now);
        let mut case = self.append(transaction, &file.loaded(), &Event::Reopen { occasion }, now).await?;
        let mut token = None;
        if let Maker::Reviewer(reviewer) = &new.maker {
            let claim = Claim { reviewer: reviewer.clone(), token: case.object.token() + 1, lease_until: now };
            let event = Event::Claim { reviewer: reviewer.clone(), token: claim.token };
            case = self.append(transaction, &case, &event, now).await?;
            claim::take(transaction, case.object.id(), &claim).await?;
            token = Some(claim.token);
        }
        let file = CaseFile { case: case.object, ..file };
        self.decide_in(transaction, file, &NewDecision { token, ..new.clone() }, now).await
    }

    async fn decide_in(
        &self,
        transaction: &mut PgConnection,
        mut file: CaseFile,
        new: &NewDecision,
        now: DateTime<Utc>,
    ) -> Result<Decision, DutyError> {
        let now = truncate_instant(now);
        let decision = decision::keepable(Decision {
            decision_id: new.decision_id,
            case_id: file.case.id(),
            replaces: replaces(&file),
            maker: new.maker.clone(),
            decided_at: now,
            outcome: new.outcome.clone(),
        });
        let token = match &new.maker {
            Maker::Machine { .. } => None,
            Maker::Reviewer(_) => new.token.or_else(|| file.case.claimed_by().map(|_| file.case.token())),
        };
        let event = Event::decide(&decision, token);
        // First the case, whose refusals say most; then whether the record carries it.
        let case = self.append(transaction, &file.loaded(), &event, now).await?;
        decision.course(&file.trail)?;
        let chain = match file.chain.take() {
            None => Chain::begin(decision.clone())?,
            Some(mut chain) => {
                chain.add(decision.clone())?;
                chain
            }
        };
        decision::add(transaction, &decision).await?;
        let salt = new_salt()?;
        let told = serde_json::to_value(&decision).reading("decision")?;
        let payload = json!({
            "case": uuid(decision.case_id),
            "replaces": decision.replaces.map(|replaces| uuid(replaces.decision_id)),
            "restricts": decision.measure().is_some(),
            "content_sha256": salted_hash(salt, &told)?,
        });
        let (action, entity_id) = ("decision.made", decision.decision_id.to_string());
        let change = Change { action, entity: "decision", entity_id, room: Some(&file.room), payload };
        self.record_salted(transaction, now, salt, change).await?;
        let file = CaseFile { case: case.object, chain: Some(chain), ..file };
        self.decide_notices(transaction, &file, now).await?;
        Ok(decision)
    }
}

/// Which decision a new one takes the place of, and why: the occasion on which the case was last opened again.
fn replaces(file: &CaseFile) -> Option<Replaces> {
    let reopened =
        file.case.history().last(|event| if let Event::Reopen { occasion } = event { Some(*occasion) } else { None });
    let effective = file.chain.as_ref()?.effective();
    reopened.map(|(_, occasion)| Replaces { decision_id: effective.decision_id, occasion })
}

/// The decision of that id, where it is on record with the same words.
fn known(file: &CaseFile, new: &NewDecision) -> Result<Option<Decision>, DutyError> {
    let mut decisions = file.chain.iter().flat_map(Chain::decisions);
    let Some(known) = decisions.find(|decision| decision.decision_id == new.decision_id) else { return Ok(None) };
    let again = Decision { maker: new.maker.clone(), outcome: new.outcome.clone(), ..known.clone() };
    if decision::keepable(again) == *known { Ok(Some(known.clone())) } else { Err(DutyError::IdTaken(new.decision_id)) }
}
