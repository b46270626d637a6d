//! Tables of cases and of the decisions on them.

use std::io;

use domain::{Basis, Decision, Maker, Measure, Occasion, Outcome};
use ledger::format_instant;

use super::{Put, maybe};
use crate::model::Dossier;

pub(super) const CASE: &[&str] = &["case", "opened", "state", "flags", "decisions"];

pub(super) fn cases(dossier: &Dossier, put: &mut Put<'_>) -> io::Result<()> {
    for case in &dossier.cases {
        let flags: Vec<_> = case.flags.iter().map(ToString::to_string).collect();
        put(&[
            case.case.to_string(),
            format_instant(case.opened),
            case.state.clone(),
            flags.join(" "),
            case.decisions.len().to_string(),
        ])?;
    }
    Ok(())
}

pub(super) const DECISION: &[&str] = &[
    "case",
    "decision",
    "decided",
    "made_by",
    "maker",
    "replaces",
    "occasion",
    "outcome",
    "ground",
    "applied",
    "restrictions",
    "explanation",
    "facts",
];

pub(super) fn decisions(dossier: &Dossier, put: &mut Put<'_>) -> io::Result<()> {
    dossier.cases.iter().flat_map(|case| &case.decisions).try_for_each(|decision| put(&row(decision)))
}

fn row(decision: &Decision) -> Vec<String> {
    let (made_by, maker) = match &decision.maker {
        Maker::Machine { name } => ("machine", name.clone()),
        Maker::Reviewer(reviewer) => ("reviewer", reviewer.to_string()),
    };
    let occasion = decision.replaces.map(|replaces| match replaces.occasion {
        Occasion::Complaint(_) => "complaint",
        Occasion::Dispute(_) => "dispute",
        Occasion::Order(_) => "order",
        Occasion::OwnReview => "own_review",
    });
    let mut row = vec![
        decision.case_id.to_string(),
        decision.decision_id.to_string(),
        format_instant(decision.decided_at),
        made_by.to_owned(),
        maker,
        maybe(decision.replaces.map(|replaces| replaces.decision_id)),
        maybe(occasion),
    ];
    row.extend(match &decision.outcome {
        Outcome::NoAction { why } => ["no_action", "", "", "", why, ""].map(str::to_owned),
        Outcome::Restrict(measure) => restricted(measure),
    });
    row
}

fn restricted(measure: &Measure) -> [String; 6] {
    let (ground, explanation) = match &measure.basis {
        Basis::Law { explanation, .. } => ("law", explanation),
        Basis::Terms { explanation, .. } => ("terms", explanation),
    };
    let given = &measure.restrictions;
    let mut codes: Vec<&str> = given.visibility.iter().map(|code| code.as_str()).collect();
    codes.extend(given.monetary.map(domain::Monetary::as_str));
    codes.extend(given.provision.map(domain::Provision::as_str));
    codes.extend(given.account.map(domain::Account::as_str));
    [
        "restrict".to_owned(),
        ground.to_owned(),
        format_instant(measure.applied_at),
        codes.join(" "),
        explanation.clone(),
        measure.facts.clone(),
    ]
}
