//! Why a case or an object of the law did not take a step.

use domain::{
    CaseId, ChainError, ComplaintId, DecisionError, DecisionId, FlagId, NoticeId, RoomId, TrailError, case, complaint,
    dispute, escalation, notice, order, suspension,
};
use uuid::Uuid;

use crate::error::StoreError;

/// Why a case or an object of the law is not as it was asked to be.
#[derive(Debug, thiserror::Error)]
pub enum DutyError {
    /// The case does not allow it.
    #[error(transparent)]
    Case(#[from] case::Error),
    /// The notice does not allow it.
    #[error(transparent)]
    Notice(#[from] notice::Error),
    /// The order does not allow it.
    #[error(transparent)]
    Order(#[from] order::Error),
    /// The complaint does not allow it.
    #[error(transparent)]
    Complaint(#[from] complaint::Error),
    /// The dispute does not allow it.
    #[error(transparent)]
    Dispute(#[from] dispute::Error),
    /// The escalation does not allow it.
    #[error(transparent)]
    Escalation(#[from] escalation::Error),
    /// The suspension does not allow it.
    #[error(transparent)]
    Suspension(#[from] suspension::Error),
    /// The decision is unsound, or the record does not carry it.
    #[error(transparent)]
    Decision(#[from] DecisionError),
    /// The decision does not follow those before it.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The record does not carry what follows from it.
    #[error(transparent)]
    Trail(#[from] TrailError),
    /// There is nothing of that id.
    #[error("there is no {what} {id}")]
    NotFound {
        /// What it would be.
        what: &'static str,
        /// The id given.
        id: Uuid,
    },
    /// Another writer was faster, twice.
    #[error("{what} {id} is being changed by somebody else: look at it again, then try again")]
    Raced {
        /// What it is.
        what: &'static str,
        /// Its id.
        id: Uuid,
    },
    /// A case of nothing.
    #[error("a case needs a flag, a notice, an order or a stretch that somebody came across")]
    EmptyCase,
    /// The flag lies in another room.
    #[error("flag {flag_id} is not in the room {room}")]
    FlagElsewhere {
        /// The flag.
        flag_id: FlagId,
        /// The case's room.
        room: RoomId,
    },
    /// The lease is over, or the token is an old one.
    #[error("the claim {token} on case {case_id} no longer holds: claim the case again")]
    ClaimOver {
        /// The case.
        case_id: CaseId,
        /// The token given.
        token: u64,
    },
    /// Another reviewer's lease still runs.
    #[error("case {case_id} is with {reviewer} until {until}")]
    WithAnother {
        /// The case.
        case_id: CaseId,
        /// Who has it.
        reviewer: domain::ReviewerId,
        /// Until when, without a heartbeat.
        until: chrono::DateTime<chrono::Utc>,
    },
    /// A step that follows from the record is not taken on its own.
    #[error("{step} of a {object} is not recorded by itself: {instead}")]
    NotByItself {
        /// What it is.
        object: &'static str,
        /// The step.
        step: String,
        /// What to do.
        instead: &'static str,
    },
    /// Nothing has been decided yet.
    #[error("nothing is decided on case {0}")]
    Undecided(CaseId),
    /// The notice belongs to no case.
    #[error("notice {0} belongs to no case: open one with it")]
    NoCase(NoticeId),
    /// The notice is about one that was decided before it came.
    #[error("the case of notice {notice_id} was last decided at {decided_at}, before it came: decide it again")]
    DecidedBefore {
        /// The notice.
        notice_id: NoticeId,
        /// When the case was last decided.
        decided_at: chrono::DateTime<chrono::Utc>,
    },
    /// A new decision that changes nothing, or a change without one.
    #[error("complaint {complaint_id} ends as {outcome}: it {needs}")]
    NewDecision {
        /// The complaint.
        complaint_id: ComplaintId,
        /// The outcome given.
        outcome: complaint::Outcome,
        /// What it needs.
        needs: &'static str,
    },
    /// A strike for something that there is not.
    #[error("there is no item {item} that would show {misuse}")]
    NoSuchItem {
        /// The item given.
        item: Uuid,
        /// The misuse.
        misuse: suspension::Misuse,
    },
    /// Two different decisions of one id.
    #[error("decision {0} is on record with other words")]
    IdTaken(DecisionId),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl DutyError {
    /// Whether the same call may succeed later without anyone changing anything.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_transient()) || matches!(self, Self::Raced { .. })
    }

    /// Whether another writer added the same step, took the same token, or replaced the same decision first.
    pub(crate) fn is_race(&self) -> bool {
        let Self::Store(StoreError::Constraint { constraint, .. }) = self else { return false };
        constraint.ends_with("_step_pk")
            || constraint.ends_with("_step_ends_in_state")
            || ["decision_first_per_case", "decision_replaced_once", "case_flag_pk", "case_notice_pk"]
                .contains(&constraint.as_str())
    }
}

/// Runs a change; where another writer was faster, once more with what that writer left.
pub(crate) async fn twice<T>(
    what: &'static str,
    id: Uuid,
    change: impl AsyncFn() -> Result<T, DutyError>,
) -> Result<T, DutyError> {
    match change().await {
        Err(error) if error.is_race() => {}
        done => return done,
    }
    change().await.map_err(|error| if error.is_race() { DutyError::Raced { what, id } } else { error })
}
