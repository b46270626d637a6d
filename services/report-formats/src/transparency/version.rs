//! Corrections: a new version marked as such, its changes shown, each with reason, method and day (Annex II, part I, 5).
//!
//! CSV has no colours to highlight with. So the files' names carry the version, the contextual information of each changed
//! number says what stood there, and a list of all changes goes with the sheets. All versions stay public for five years
//! (Article 3), which is the caller's to see to.

use chrono::NaiveDate;

use super::{
    report::{Key, Report, Row},
    rows::Line,
    sheet::{Column, Kind, Sheet},
    write::{self, File, WriteError, fields},
};

/// Why and how a report was corrected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    /// Day of the change.
    pub changed_on: NaiveDate,
    /// Why the figures were wrong.
    pub reason: String,
    /// How the new ones were made.
    pub method: String,
}

/// A cell that differs from the version before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Which sheet.
    pub sheet: Sheet,
    /// The row by its code, indicator and scope.
    pub row: String,
    /// The column's title; empty where the whole row came or went.
    pub column: String,
    /// What stood there; empty also for blank.
    pub before: String,
    /// What stands there now.
    pub after: String,
}

/// A corrected report.
#[derive(Clone, Debug, PartialEq)]
pub struct Corrected {
    /// The new version, its changed numbers marked.
    pub report: Report,
    /// Every cell that differs, in the order of the sheets.
    pub changes: Vec<Change>,
    correction: Correction,
}

/// Not a correction of that report.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CorrectError {
    /// Another service or period: that is another report.
    #[error("a correction is of the same service and period, not of {0}")]
    AnotherReport(String),
    /// Nothing changed.
    #[error("nothing differs from version {0}")]
    NothingChanged(u32),
    /// A correction must say why and how.
    #[error("a correction needs its reason and its method")]
    Unexplained,
}

/// The next version after `before`, with the figures of `after`.
///
/// # Errors
/// [`CorrectError`], if it is another report, or nothing changed, or nothing explains it.
pub fn correct(before: &Report, mut after: Report, correction: Correction) -> Result<Corrected, CorrectError> {
    if before.service != after.service || before.period != after.period {
        return Err(CorrectError::AnotherReport(format!("{}, {}", after.service, after.period)));
    }
    if correction.reason.trim().is_empty() || correction.method.trim().is_empty() {
        return Err(CorrectError::Unexplained);
    }
    after.version = before.version + 1;
    let mut changes = Vec::new();
    for index in 0..after.tables.len().min(before.tables.len()) {
        changes.extend(compare(before, &after, index));
    }
    // The day of publication differs in every version: by itself it corrects nothing.
    if changes.iter().all(|change| change.sheet == Sheet::Identification) {
        return Err(CorrectError::NothingChanged(before.version));
    }
    for change in &changes {
        mark(&mut after, change, &correction);
    }
    Ok(Corrected { report: after, changes, correction })
}

/// A row's name, the same in every version of a report.
fn name(row: &Row) -> String {
    match &row.key {
        Key::Line { line, description, scope } => {
            let code = match line {
                Line::Other(category) => format!("{} of {}: {description}", line.code(), category.code),
                Line::Total | Line::Category(_) | Line::Keyword(..) => line.code().to_owned(),
            };
            if scope.is_empty() { code } else { format!("{code}, {scope}") }
        }
        Key::Named(indicator) if indicator.scope.is_empty() => indicator.name.trim().to_owned(),
        Key::Named(indicator) => format!("{}, {}", indicator.name.trim(), indicator.scope.trim()),
    }
}

/// Rows by name; of rows with one name (several systems) the nth is compared with the nth.
fn numbered(rows: &[Row]) -> Vec<(String, usize, &Row)> {
    let mut seen = std::collections::BTreeMap::new();
    let number = |row| {
        let name = name(row);
        let count = seen.entry(name.clone()).or_insert(0_usize);
        *count += 1;
        (name, *count, row)
    };
    rows.iter().map(number).collect()
}

fn compare(before: &Report, after: &Report, index: usize) -> Vec<Change> {
    let sheet = after.tables[index].sheet;
    let (old, new) = (numbered(&before.tables[index].rows), numbered(&after.tables[index].rows));
    let find = |rows: &[(String, usize, &Row)], name: &str, number: usize| {
        rows.iter().position(|(known, count, _)| known == name && *count == number)
    };
    let change = |row: &str, column: &str, before: &str, after: &str| Change {
        sheet,
        row: row.to_owned(),
        column: column.trim().to_owned(),
        before: before.to_owned(),
        after: after.to_owned(),
    };
    let mut changes = Vec::new();
    for (name, number, row) in &new {
        let Some(place) = find(&old, name, *number) else {
            changes.push(change(name, "", "", "this row is new"));
            continue;
        };
        let (old, new) = (fields(before, sheet, old[place].2), fields(after, sheet, row));
        let columns = sheet.columns().iter().zip(old.iter().zip(&new));
        // Words beside a number follow from it and carry marks; those of sheet 2 stand for themselves.
        let counts = |column: &Column| column.kind != Kind::Context || sheet == Sheet::Categories;
        for (column, (old, new)) in columns.filter(|(column, (old, new))| old != new && counts(column)) {
            changes.push(change(name, &column.title, old, new));
        }
    }
    for (name, number, _) in &old {
        if find(&new, name, *number).is_none() {
            changes.push(change(name, "", "this row was here", ""));
        }
    }
    changes
}

/// Says in the contextual information of a changed number what stood there.
fn mark(report: &mut Report, change: &Change, correction: &Correction) {
    let Some(table) = report.tables.iter_mut().find(|table| table.sheet == change.sheet) else { return };
    let numbers = |column: &&Column| matches!(column.kind, Kind::Count | Kind::Hours | Kind::Value);
    let mut columns = change.sheet.columns().iter().filter(numbers);
    let Some(place) = columns.position(|column| column.title.trim() == change.column) else { return };
    let Correction { changed_on, reason, method } = correction;
    let before = if change.before.is_empty() { "blank" } else { &change.before };
    let words = format!("Corrected in version {} on {changed_on}, was {before}: {reason} {method}", report.version);
    for row in table.rows.iter_mut().filter(|row| name(row) == change.row) {
        if let Some(note) = row.notes.get_mut(place) {
            if !note.is_empty() {
                note.push(' ');
            }
            note.push_str(&words);
        }
    }
}

impl Corrected {
    /// The sheets, and the list of changes as a twelfth file.
    ///
    /// # Errors
    /// As [`write::files`].
    pub fn files(&self) -> Result<Vec<File>, WriteError> {
        let mut files = write::files(&self.report)?;
        let header = ["Version", "Sheet", "Row", "Column", "Before", "After", "Date of change", "Reason", "Method"];
        let row = |change: &Change| {
            let Correction { changed_on, reason, method } = &self.correction;
            vec![
                self.report.version.to_string(),
                change.sheet.name().to_owned(),
                change.row.clone(),
                change.column.clone(),
                change.before.clone(),
                change.after.clone(),
                changed_on.to_string(),
                reason.clone(),
                method.clone(),
            ]
        };
        let rows = std::iter::once(header.map(str::to_owned).to_vec()).chain(self.changes.iter().map(row));
        files.push(write::csv_file(write::file_name(CHANGES, self.report.version), rows)?);
        Ok(files)
    }
}

/// Stem of the name of the list of changes.
pub const CHANGES: &str = "corrections";

#[cfg(test)]
mod tests;
