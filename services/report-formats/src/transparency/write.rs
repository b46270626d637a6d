//! Eleven CSV files by RFC 4180: UTF-8 without a byte order mark, commas, CRLF, quotes where they are needed.

use super::{
    categories::OTHER_TITLE,
    report::{Cell, Key, Report, Row, Table},
    rows::{Line, VLOPS_AND_VLOSES, tier_of},
    sheet::{Kind, Sheet},
};

/// A finished file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// `8_automated_means.csv`; from the second version on `8_automated_means_version2.csv`.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// The report could not be put into bytes.
#[derive(Debug, thiserror::Error)]
#[error("sheet {sheet} could not be written")]
pub struct WriteError {
    /// The sheet's name.
    pub sheet: String,
    /// The writer's own words.
    #[source]
    pub source: csv::Error,
}

/// All sheets in order. The same report gives the same bytes.
///
/// # Errors
/// [`WriteError`]: only if a row has another number of cells than its sheet has columns.
pub fn files(report: &Report) -> Result<Vec<File>, WriteError> {
    let write = |table: &Table| {
        let name = file_name(table.sheet.name(), report.version);
        let header = table.sheet.columns().iter().map(|column| column.title.to_string()).collect();
        let rows = table.rows.iter().map(|row| fields(report, table.sheet, row));
        csv_file(name, std::iter::once(header).chain(rows))
    };
    report.tables.iter().map(write).collect()
}

pub(super) fn file_name(stem: &str, version: u32) -> String {
    match version {
        1 => format!("{stem}.csv"),
        later => format!("{stem}_version{later}.csv"),
    }
}

pub(super) fn csv_file(name: String, rows: impl Iterator<Item = Vec<String>>) -> Result<File, WriteError> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        writer.write_record(&row).map_err(|source| WriteError { sheet: name.clone(), source })?;
    }
    let bytes =
        writer.into_inner().map_err(|error| WriteError { sheet: name.clone(), source: error.into_error().into() })?;
    Ok(File { name, bytes })
}

/// A row's fields, as many as the sheet has columns.
pub(super) fn fields(report: &Report, sheet: Sheet, row: &Row) -> Vec<String> {
    let mut cells = row.cells.iter().map(Cell::text);
    let mut notes = row.notes.iter().cloned();
    let field = |kind: Kind| match kind {
        Kind::Applicability => applicability(sheet, row).to_owned(),
        Kind::Service => report.service.clone(),
        Kind::Period => report.period.to_string(),
        Kind::Count | Kind::Hours | Kind::Value => cells.next().unwrap_or_default(),
        Kind::Context => notes.next().unwrap_or_default(),
        Kind::Label
        | Kind::Description
        | Kind::Code
        | Kind::OtherDescription
        | Kind::Section
        | Kind::Indicator
        | Kind::Scope => label(row, kind),
    };
    sheet.columns().iter().map(|column| column.kind).map(field).collect()
}

fn label(row: &Row, kind: Kind) -> String {
    match (&row.key, kind) {
        (Key::Line { line, .. }, Kind::Label) => category_label(*line),
        (Key::Line { line, .. }, Kind::Description) => category_title(*line).to_owned(),
        (Key::Line { line, .. }, Kind::Code) => line.code().to_owned(),
        (Key::Line { description, .. }, Kind::OtherDescription) => description.clone(),
        (Key::Line { scope, .. }, Kind::Scope) => (*scope).to_owned(),
        (Key::Named(indicator), Kind::Section) => indicator.section.to_owned(),
        (Key::Named(indicator), Kind::Indicator) => indicator.name.to_owned(),
        (Key::Named(indicator), Kind::Scope) => indicator.scope.to_owned(),
        _ => String::new(),
    }
}

/// What stands in the column Applicability.
fn applicability(sheet: Sheet, row: &Row) -> &'static str {
    match &row.key {
        _ if sheet == Sheet::Recipients => VLOPS_AND_VLOSES,
        Key::Named(indicator) => indicator.tier.applicability(),
        Key::Line { .. } => tier_of(sheet).applicability(),
    }
}

/// `TOTAL`, `Category 6` or `Category 6c`.
pub(super) fn category_label(line: Line) -> String {
    let letter = |place: usize| char::from(b'a' + u8::try_from(place).unwrap_or(25).min(25));
    match line {
        Line::Total => "TOTAL".to_owned(),
        Line::Category(category) => format!("Category {}", category.number),
        Line::Keyword(category, keyword) => {
            let place = category.keywords.iter().position(|known| known == keyword).unwrap_or(0);
            format!("Category {}{}", category.number, letter(place))
        }
        Line::Other(category) => format!("Category {}{}", category.number, letter(category.keywords.len())),
    }
}

/// The description of table 2.
pub(super) const fn category_title(line: Line) -> &'static str {
    match line {
        Line::Total => "All the entries",
        Line::Category(category) => category.title,
        Line::Keyword(_, keyword) => keyword.title,
        Line::Other(_) => OTHER_TITLE,
    }
}

#[cfg(test)]
mod tests;
