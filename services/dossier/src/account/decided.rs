//! What people decided, and for how long a flag could be heard until then, told in words.

use domain::{Account, Basis, Decision, Maker, Measure, Monetary, Outcome, Provision, Restrictions, Scope, Visibility};

use super::{clock, grouped, moment};
use crate::{
    Dossier,
    model::{ExposureEnd, Flag},
};

/// The decisions on a flag's case, in order; the last is in effect.
pub fn flag_decisions<'a>(dossier: &'a Dossier, flag: &Flag) -> &'a [Decision] {
    let of = |case| dossier.cases.iter().find(|known| known.case == case);
    flag.case.and_then(of).map_or(&[], |case| &case.decisions)
}

/// `1,204 listener-seconds until 18:47:30.000, when a measure took effect`; none where nobody counted.
pub fn exposure_told(flag: &Flag) -> Option<String> {
    let exposure = flag.exposure?;
    let how = match exposure.ended_by {
        ExposureEnd::Measure => "when a measure took effect",
        ExposureEnd::EpochEnd => "when the connection ended; nothing had been done",
    };
    Some(format!("{} listener-seconds until {}, {how}", grouped(exposure.listener_seconds), clock(exposure.until)))
}

/// A decision in a few lines: what was done first, then why, by whom, and what it replaces.
pub fn decision_told(decision: &Decision) -> Vec<String> {
    let maker = match &decision.maker {
        Maker::Machine { name } => format!("by a machine alone ({name})"),
        Maker::Reviewer(_) => "by a reviewer".to_owned(),
    };
    let mut lines = match &decision.outcome {
        Outcome::NoAction { why } => vec!["No action".to_owned(), format!("Why: {why}")],
        Outcome::Restrict(measure) => measure_told(measure),
    };
    lines.push(format!("Decided {}, {maker}", moment(decision.decided_at)));
    if decision.replaces.is_some() {
        lines.push("It takes the place of the decision before it, which stays in the record.".to_owned());
    }
    lines
}

fn measure_told(measure: &Measure) -> Vec<String> {
    let place = match &measure.scope {
        Scope::Union => "in the European Union".to_owned(),
        Scope::EconomicArea => "in the European Economic Area".to_owned(),
        Scope::States(states) => {
            format!("in {}", states.iter().map(|state| state.as_str()).collect::<Vec<_>>().join(", "))
        }
    };
    let what = restrictions_told(&measure.restrictions).join("; ");
    let ground = match &measure.basis {
        Basis::Law { legal_ground, explanation } => format!("Law: {legal_ground}. {explanation}"),
        Basis::Terms { clause, explanation, .. } => format!("Terms: {clause}. {explanation}"),
    };
    vec![
        format!("Restricted: {what}, {place}, from {}", moment(measure.applied_at)),
        ground,
        format!("Facts: {}", measure.facts),
    ]
}

fn restrictions_told(given: &Restrictions) -> Vec<String> {
    let until = |end: Option<_>| end.map_or(String::new(), |end| format!(" until {}", moment(end)));
    let mut told = Vec::new();
    for visibility in &given.visibility {
        let what = match visibility {
            Visibility::Removed => "content removed",
            Visibility::Disabled => "access to the content disabled",
            Visibility::Demoted => "content shown to fewer",
            Visibility::AgeRestricted => "content restricted by age",
            Visibility::InteractionRestricted => "interaction with the content restricted",
            Visibility::Labelled => "content labelled",
            Visibility::Other => given.visibility_other.as_deref().unwrap_or("visibility restricted otherwise"),
        };
        told.push(format!("{what}{}", until(given.visibility_until)));
    }
    told.extend(given.monetary.map(|monetary| {
        let what = match monetary {
            Monetary::Suspension => "payments suspended",
            Monetary::Termination => "payments ended",
            Monetary::Other => given.monetary_other.as_deref().unwrap_or("payments restricted otherwise"),
        };
        format!("{what}{}", until(given.monetary_until))
    }));
    told.extend(given.provision.map(|provision| {
        let what = match provision {
            Provision::PartialSuspension => "service suspended in part",
            Provision::TotalSuspension => "service suspended",
            Provision::PartialTermination => "service ended in part",
            Provision::TotalTermination => "service ended",
        };
        format!("{what}{}", until(given.provision_until))
    }));
    told.extend(given.account.map(|account| {
        let what = match account {
            Account::Suspended => "account suspended",
            Account::Terminated => "account ended",
        };
        format!("{what}{}", until(given.account_until))
    }));
    told
}
