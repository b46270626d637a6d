//! What to do where the law or the record refuses a step, in commands.

use domain::{DecisionError, case, complaint, dispute, notice, order, suspension};
use store::DutyError;

/// What to do about a refusal, where there is a command for it.
#[expect(clippy::wildcard_enum_match_arm, reason = "the others say it themselves")]
pub(crate) fn advice(error: &DutyError) -> Option<&'static str> {
    const LOOK: &str = "look first, and have it recorded: earwitness case saw CASE --as ID clip";
    const ANOTHER: &str = "give it to somebody who never decided the case";
    const FILE: &str = "say what takes the place of the decision: --file decision.json";
    match error {
        DutyError::Decision(DecisionError::Trail { .. })
        | DutyError::Complaint(complaint::Error::NothingSeen { .. }) => Some(LOOK),
        DutyError::Case(case::Error::DecidedBefore { .. } | case::Error::ComplaintByMachine(_))
        | DutyError::Complaint(complaint::Error::ByDecider { .. }) => Some(ANOTHER),
        DutyError::Case(case::Error::NotTheirs(_)) => Some("claim it first: earwitness case claim CASE --as ID"),
        DutyError::Case(case::Error::ClaimLost { .. }) | DutyError::ClaimOver { .. } => {
            Some("claim it again: earwitness case claim CASE --as ID")
        }
        DutyError::Complaint(complaint::Error::TooLate { .. }) => {
            Some("it can still be looked at again: earwitness case reverse CASE --as ID --file decision.json")
        }
        DutyError::Complaint(complaint::Error::NotAssigned { .. }) => {
            Some("give it to the one who decides: earwitness complaint assign ID --to ID")
        }
        DutyError::NewDecision { .. } | DutyError::Dispute(dispute::Error::OutcomeMismatch { .. }) => Some(FILE),
        DutyError::Notice(notice::Error::ReceiptOwed(_)) => Some("earwitness notice acknowledge ID"),
        DutyError::Notice(notice::Error::OutcomeOwed(_)) => Some("earwitness notice tell ID"),
        DutyError::Notice(notice::Error::NobodyToTell(_)) => Some("earwitness notice close ID, once it is decided"),
        DutyError::NoCase(_) => Some("earwitness case open ROOM --notice ID"),
        DutyError::Order(order::Error::AuthorityOwed(_)) => Some("earwitness order tell-authority ID"),
        DutyError::Order(order::Error::UserOwed(_)) => {
            Some("earwitness order tell-user ID, or close it with --no-address or --handed-over")
        }
        DutyError::Suspension(suspension::Error::NothingToWarnOf(_) | suspension::Error::NothingSinceWarning(_)) => {
            Some("count what happened first: earwitness suspension strike ID --item ID")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_decided_before_is_told_to_hand_it_on() {
        let (complaint_id, reviewer) = (crate::commands::duty::typed(uuid::Uuid::nil()), "anna".parse().unwrap());
        let error = DutyError::Complaint(complaint::Error::ByDecider { complaint_id, reviewer });
        assert_eq!(advice(&error), Some("give it to somebody who never decided the case"));
        assert_eq!(advice(&DutyError::EmptyCase), None);
    }
}
