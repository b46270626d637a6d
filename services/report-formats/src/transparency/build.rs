//! From counts to the eleven tables: sums, medians, blank against nought.

mod appeals;
mod automation;
mod by_category;
mod words;

use super::{
    activity::{Activity, Leaf, Staff},
    report::{Cell, Key, Report, Row, Table},
    rows::{self, Indicator, Tier, indicators},
    sheet::Sheet,
};

/// Why a report cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// Something is counted in a category that the sheet does not have.
    #[error("{category} has no row on sheet {sheet}")]
    WrongSheet {
        /// The category's code.
        category: &'static str,
        /// The sheet's name.
        sheet: &'static str,
    },
    /// A Member State, language or code that does not exist.
    #[error("{0} is not known here")]
    Unknown(String),
    /// A text of sheet 11 is too long.
    #[error("{name} has {found} characters, not {} or fewer", rows::MAX_WORDS)]
    TooLong {
        /// The row.
        name: &'static str,
        /// Its length.
        found: usize,
    },
    /// A part is larger than its whole.
    #[error("{part} is larger than {whole}")]
    PartAboveWhole {
        /// The part.
        part: String,
        /// The whole.
        whole: String,
    },
    /// A labelled sample contradicts itself.
    #[error("the sample of {system} cannot be")]
    Sample {
        /// The detector.
        system: String,
        /// The contradiction.
        #[source]
        source: super::measure::SampleError,
    },
}

impl Report {
    /// The report of an activity, in its first version. The same activity gives the same report.
    ///
    /// # Errors
    /// [`BuildError`] names what does not fit in the sheets.
    pub fn of(activity: &Activity) -> Result<Self, BuildError> {
        let tables = vec![
            identification(activity),
            by_category::categories(activity)?,
            by_category::orders(activity)?,
            by_category::notices(activity)?,
            by_category::measures(activity, Sheet::OwnIllegal)?,
            by_category::measures(activity, Sheet::OwnTerms)?,
            appeals::table(activity)?,
            automation::table(activity)?,
            staff(activity.staff.as_ref(), activity.provider.tier)?,
            recipients(activity)?,
            words::table(activity)?,
        ];
        let provider = &activity.provider;
        let (service, tier) = (provider.service.clone(), provider.tier);
        Ok(Self { service, tier, period: activity.period, version: 1, tables })
    }
}

/// A row with one value; blank where it is for others than `tier`.
fn valued(indicator: Indicator, tier: Tier, cell: Cell, note: String) -> Row {
    let cell = if indicator.tier <= tier { cell } else { Cell::Blank };
    Row { key: Key::Named(indicator), cells: vec![cell], notes: vec![note] }
}

fn identification(activity: &Activity) -> Table {
    let value = |name: &str| match name {
        rows::PROVIDER => Cell::Words(activity.provider.name.clone()),
        rows::PUBLISHED => Cell::Date(activity.published),
        rows::PREVIOUS => activity.previous.map_or(Cell::Blank, Cell::Date),
        rows::STARTS => Cell::Date(activity.period.start()),
        _ => Cell::Date(activity.period.end()),
    };
    let row = |row: Indicator| {
        let value = value(row.name);
        Row { key: Key::Named(row), cells: vec![value], notes: Vec::new() }
    };
    Table { sheet: Sheet::Identification, rows: indicators(Sheet::Identification).into_iter().map(row).collect() }
}

/// Beside a figure that the provider owes and has not given.
const NOT_TOLD: &str = "The provider has not given this figure yet.";

fn staff(staff: Option<&Staff>, tier: Tier) -> Result<Table, BuildError> {
    known(staff.iter().flat_map(|staff| staff.languages.keys()), &rows::LANGUAGES)?;
    let row = |row: Indicator| {
        let Some(staff) = staff else {
            let note = if row.tier <= tier { NOT_TOLD } else { "" };
            return valued(row, tier, Cell::Blank, note.to_owned());
        };
        let people = match (row.name, row.scope) {
            (rows::INTERNAL, _) => staff.internal,
            (rows::EXTERNAL, _) => staff.external,
            (_, rows::TOTAL_NUMBER) => staff.linguistic,
            (_, language) => staff.languages.get(language).copied().unwrap_or(0.0),
        };
        valued(row, tier, Cell::Real(people), String::new())
    };
    Ok(Table { sheet: Sheet::Staff, rows: indicators(Sheet::Staff).into_iter().map(row).collect() })
}

fn recipients(activity: &Activity) -> Result<Table, BuildError> {
    let told = activity.recipients.as_ref();
    known(told.iter().flat_map(|(_, states)| states.keys()), &rows::MEMBER_STATES)?;
    let row = |row: Indicator| {
        let count = told.map(|(total, states)| match row.scope {
            super::categories::TOTAL => *total,
            state => states.get(state).copied().unwrap_or(0),
        });
        let cell = count.filter(|_| row.tier <= activity.provider.tier).map_or(Cell::Blank, Cell::Count);
        Row { key: Key::Named(row), cells: vec![cell], notes: Vec::new() }
    };
    Ok(Table { sheet: Sheet::Recipients, rows: indicators(Sheet::Recipients).into_iter().map(row).collect() })
}

fn known<'a>(found: impl Iterator<Item = &'a &'static str>, all: &[&str]) -> Result<(), BuildError> {
    match found.into_iter().find(|code| !all.contains(code)) {
        None => Ok(()),
        Some(code) => Err(BuildError::Unknown((*code).to_owned())),
    }
}

/// Median in hours; blank of nothing, since a median of 0 would say that it took no time.
fn median(seconds: &[u32]) -> Cell {
    let mut seconds = seconds.to_vec();
    seconds.sort_unstable();
    let middle = seconds.len() / 2;
    let median = match seconds.len() {
        0 => return Cell::Blank,
        count if count % 2 == 1 => f64::from(seconds[middle]),
        _ => f64::midpoint(f64::from(seconds[middle - 1]), f64::from(seconds[middle])),
    };
    Cell::Real(median / 3_600.0)
}

/// Refuses a leaf that the sheet has no row for.
fn fits(leaf: &Leaf, sheet: Sheet) -> Result<(), BuildError> {
    let category = leaf.category();
    if rows::on_sheet(category, sheet) {
        Ok(())
    } else {
        Err(BuildError::WrongSheet { category: category.code, sheet: sheet.name() })
    }
}

#[cfg(test)]
mod tests;
