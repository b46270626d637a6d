//! Cases of a room with the decisions on them, as they stood when its last event that is told of was written.

use ::dossier::model::{Case, Flag};
use chrono::{DateTime, Utc};
use domain::{Event as _, RoomId, States as _, case};
use newtype_uuid::GenericUuid;
use store::{CaseFile, DutyError, Store};
use uuid::Uuid;

/// The cases opened by then, in order of opening. Their flags name them.
pub(super) async fn read(
    store: &Store,
    room: &RoomId,
    by: DateTime<Utc>,
    flags: &mut [Flag],
) -> Result<Vec<Case>, DutyError> {
    let mut cases = Vec::new();
    for file in store.cases_of_room(room).await? {
        if domain::Object::history(&file.case).began_at() <= by {
            cases.push(case_as_of(&file, by, flags));
        }
    }
    Ok(cases)
}

fn case_as_of(file: &CaseFile, by: DateTime<Utc>, flags: &mut [Flag]) -> Case {
    let (id, history) = (file.case.id().into_untyped_uuid(), domain::Object::history(&file.case));
    let steps = history.entries().iter().filter(|(at, _)| *at <= by);
    let state = steps.fold(case::State::Open, |state, (_, event)| state.after(event.step()).unwrap_or(state));
    let of_case: Vec<Uuid> = file.flags.iter().map(|flag| flag.into_untyped_uuid()).collect();
    let mut told = Vec::new();
    for flag in flags.iter_mut().filter(|flag| of_case.contains(&flag.flag)) {
        flag.case = Some(id);
        told.push(flag.flag);
    }
    told.sort_unstable();
    let decisions = file.chain.iter().flat_map(domain::Chain::decisions);
    Case {
        case: id,
        opened: history.began_at(),
        state: state.to_string(),
        flags: told,
        decisions: decisions.filter(|decision| decision.decided_at <= by).cloned().collect(),
    }
}
