//! Sheet 8: who decided, and how well the machines did, with every figure's sample told beside it.

use super::{
    super::{
        activity::{Activity, Automated, System},
        measure::Estimate,
        report::{Cell, Key, Row, Table},
        rows::{self, Indicator, indicators},
        sheet::Sheet,
    },
    BuildError, known,
};

/// Which reading of the sheet is filled; the heading of sheets 5 and 6 and their instruction differ.
const READING: &str =
    "A measure counts here by who decided, not by who found: solely means that no person took part in the decision.";

pub(super) fn table(activity: &Activity) -> Result<Table, BuildError> {
    let automation = &activity.automation;
    known(automation.languages.keys(), &rows::LANGUAGES)?;
    let none = Automated::default();
    let mut table = Table { sheet: Sheet::Automated, rows: Vec::new() };
    for indicator in indicators(Sheet::Automated) {
        let automated = match indicator.scope {
            rows::TOTAL_NUMBER => &automation.total,
            rows::OWN_INITIATIVE => &automation.own,
            rows::NAM_TOTAL => &automation.notices,
            rows::NAM_TRUSTED => &automation.trusted,
            language => automation.languages.get(language).unwrap_or(&none),
        };
        if indicator.tier > activity.provider.tier {
            table.rows.push(row(indicator, Cell::Blank, String::new()));
            continue;
        }
        match indicator.name {
            rows::SOLELY | rows::NOTICES_SOLELY => {
                table.rows.push(row(indicator, Cell::Count(automated.split.solely), both(automated)));
            }
            rows::WITHOUT | rows::NOTICES_WITHOUT => {
                table.rows.push(row(indicator, Cell::Count(automated.split.without), String::new()));
            }
            _ => rates(&mut table.rows, &indicator, automated)?,
        }
    }
    Ok(table)
}

fn row(indicator: Indicator, cell: Cell, note: String) -> Row {
    Row { key: Key::Named(indicator), cells: vec![cell], notes: vec![note] }
}

fn both(automated: &Automated) -> String {
    match automated.split.both {
        0 => READING.to_owned(),
        both => {
            format!("{READING} {both} more were decided by people and a machine together and are in neither count.")
        }
    }
}

fn rates(rows: &mut Vec<Row>, indicator: &Indicator, automated: &Automated) -> Result<(), BuildError> {
    for system in &automated.systems {
        let (cell, note) = rate(indicator, system)?;
        rows.push(row(indicator.clone(), cell, note));
    }
    if automated.systems.is_empty() {
        let note = match automated.split.solely {
            0 => String::new(),
            _ => "Not measured: no labelled sample was drawn in the period.".to_owned(),
        };
        rows.push(row(indicator.clone(), Cell::Blank, note));
    }
    Ok(())
}

fn rate(indicator: &Indicator, system: &System) -> Result<(Cell, String), BuildError> {
    let sample = system.sample;
    sample.check().map_err(|source| BuildError::Sample { system: system.name.clone(), source })?;
    let [accuracy, precision, _] = rows::RATES;
    let (estimate, means) = match indicator.name {
        name if name == accuracy => (sample.accuracy(), "share of all items that were judged rightly"),
        name if name == precision => (sample.precision(), "share of flagged items that people found to be violations"),
        _ => (sample.recall(), "share of violations that were flagged"),
    };
    let drawn = format!(
        "{}: {means}; {} of {} flagged and {} of {} unflagged items drawn at random and labelled by people",
        system.name,
        sample.flagged.sampled,
        sample.flagged.population,
        sample.unflagged.sampled,
        sample.unflagged.population,
    );
    Ok(match estimate {
        None => (Cell::Blank, format!("{drawn}; too few labels to say.")),
        Some(estimate) => (Cell::Real(estimate.rate), format!("{drawn}; {}.", interval(indicator, estimate))),
    })
}

fn interval(indicator: &Indicator, estimate: Estimate) -> String {
    let method = if indicator.name == rows::RATES[1] { "Wilson score" } else { "Wilson score by stratum, Bonferroni" };
    let [low, high] = [estimate.low, estimate.high].map(|bound| Cell::Real(bound).text());
    format!("95 % interval from {low} to {high} ({method})")
}
