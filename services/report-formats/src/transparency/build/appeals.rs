//! Sheet 7: complaints, disputes, suspensions.

use super::{
    super::{
        activity::{Activity, Outcomes},
        report::{Cell, Table},
        rows::{self, Indicator, indicators},
        sheet::Sheet,
    },
    BuildError, median, valued,
};

pub(super) fn table(activity: &Activity) -> Result<Table, BuildError> {
    let appeals = &activity.appeals;
    let all = all_complaints(&appeals.complaints);
    let against_us = appeals.disputes.reversed + appeals.disputes.partially;
    if appeals.implemented > against_us {
        let [part, whole] = ["outcomes carried out", "outcomes against the provider"].map(str::to_owned);
        return Err(BuildError::PartAboveWhole { part, whole });
    }
    let value = |row: &Indicator| {
        if let Some(kind) = rows::COMPLAINT_KINDS.iter().position(|name| *name == row.name) {
            return outcome(&appeals.complaints[kind], row.scope);
        }
        if let Some(kind) = rows::SUSPENSION_KINDS.iter().position(|name| *name == row.name) {
            return Cell::Count(appeals.suspensions[kind]);
        }
        match (row.name, row.scope) {
            (rows::NEWLY_IMPOSED, _) => Cell::Count(appeals.newly_imposed),
            (rows::ALL_COMPLAINTS, scope) => outcome(&all, scope),
            (_, rows::IMPLEMENTED) if against_us == 0 => Cell::Blank,
            (_, rows::IMPLEMENTED) => Cell::Real(appeals.implemented as f64 / against_us as f64),
            (_, scope) => outcome(&appeals.disputes, scope),
        }
    };
    let row = |row: Indicator| {
        let value = value(&row);
        valued(row, activity.provider.tier, value, String::new())
    };
    Ok(Table { sheet: Sheet::Appeals, rows: indicators(Sheet::Appeals).into_iter().map(row).collect() })
}

/// The sixth kind, Trusted Flaggers', is a part of the fifth and not added.
fn all_complaints(kinds: &[Outcomes; 6]) -> Outcomes {
    let mut all = Outcomes::default();
    for kind in &kinds[..5] {
        all.total += kind.total;
        all.upheld += kind.upheld;
        all.partially += kind.partially;
        all.reversed += kind.reversed;
        all.omitted += kind.omitted;
        all.to_decide.extend(&kind.to_decide);
    }
    all
}

fn outcome(outcomes: &Outcomes, scope: &str) -> Cell {
    match scope {
        rows::TOTAL_NUMBER => Cell::Count(outcomes.total),
        rows::UPHELD => Cell::Count(outcomes.upheld),
        rows::PARTIALLY => Cell::Count(outcomes.partially),
        rows::REVERSED => Cell::Count(outcomes.reversed),
        rows::OMITTED => Cell::Count(outcomes.omitted),
        _ => median(&outcomes.to_decide),
    }
}
