//! From a file's own columns to the template's.

use super::{
    super::sheet::{Kind, Sheet},
    Code, Findings,
    csv::Record,
    fault::{self, told},
};

/// A sheet as filed, its fields in the template's order.
pub(super) struct Filed {
    pub(super) file: String,
    pub(super) sheet: Sheet,
    /// Which of the template's columns are there; a field of one that is not is empty.
    present: Vec<bool>,
    pub(super) rows: Vec<Record>,
}

impl Filed {
    /// Place of the first column of this kind, where it is there.
    pub(super) fn column(&self, kind: Kind) -> Option<usize> {
        let columns = self.sheet.columns().iter().zip(&self.present);
        columns.into_iter().position(|(column, present)| column.kind == kind && *present)
    }

    /// Places and kinds of the columns that are there.
    pub(super) fn columns(&self) -> impl Iterator<Item = (usize, Kind)> {
        let columns = self.sheet.columns().iter().zip(&self.present).enumerate();
        columns.filter(|(_, (_, present))| **present).map(|(place, (column, _))| (place, column.kind))
    }

    /// A row's field in the first column of this kind, trimmed; empty where the column is not there.
    pub(super) fn field<'a>(&self, row: &'a Record, kind: Kind) -> &'a str {
        self.column(kind).map_or("", |place| row.fields[place].trim())
    }

    pub(super) fn title(&self, place: usize) -> &'static str {
        self.sheet.columns()[place].title.trim()
    }

    /// Pointer to a row's field.
    pub(super) fn at(&self, row: &Record, kind: Kind) -> String {
        let place = self.sheet.columns().iter().position(|column| column.kind == kind).unwrap_or(0);
        fault::cell(row.number, self.title(place))
    }
}

/// Letters and digits in small letters: what a spelling variant leaves as it is.
pub(super) fn loose(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Equal but for blanks around it and for the form of apostrophes, which the templates themselves mix.
pub(super) fn same(found: &str, expected: &str) -> bool {
    let plain = |text: &str| text.trim().replace('’', "'");
    plain(found) == plain(expected)
}

/// How many of a sheet's columns a header has.
pub(super) fn likeness(header: &[String], sheet: Sheet) -> usize {
    let known: Vec<String> = header.iter().map(|title| loose(title)).collect();
    sheet.columns().iter().filter(|column| known.contains(&loose(&column.title))).count()
}

/// Puts a file's columns into the template's order, naming each deviation.
pub(super) fn align(file: &str, sheet: Sheet, mut records: Vec<Record>, findings: &mut Findings) -> Filed {
    let header = if records.is_empty() { Record { number: 1, fields: Vec::new() } } else { records.remove(0) };
    let places = places(file, sheet, &header, findings);
    let mut rows = Vec::new();
    let mut empty = Vec::new();
    for record in records {
        if record.fields.iter().all(|field| field.trim().is_empty()) {
            empty.push(record.number);
            continue;
        }
        if record.fields.len() != header.fields.len() {
            let message = format!("has {} fields; the header has {}", record.fields.len(), header.fields.len());
            findings.fault(file, fault::row(record.number), Code::RaggedRow, message);
        }
        rows.push(Record { number: record.number, fields: reorder(&record.fields, &places) });
    }
    if let Some(first) = empty.first() {
        let message = format!("{} rows have nothing in them, the first is row {first}", empty.len());
        findings.fault(file, fault::row(*first), Code::EmptyRow, message);
    }
    let filed = Filed { file: file.to_owned(), sheet, present: places.iter().map(Option::is_some).collect(), rows };
    control_characters(&filed, findings);
    filed
}

fn reorder(fields: &[String], places: &[Option<usize>]) -> Vec<String> {
    places.iter().map(|place| place.and_then(|place| fields.get(place)).cloned().unwrap_or_default()).collect()
}

/// For each of the template's columns the place of the file's.
fn places(file: &str, sheet: Sheet, header: &Record, findings: &mut Findings) -> Vec<Option<usize>> {
    let mut places = Vec::new();
    for column in sheet.columns() {
        let at = fault::cell(1, &column.title);
        let like = |title: &&(usize, &String)| loose(title.1) == loose(&column.title);
        let titles: Vec<(usize, &String)> = header.fields.iter().enumerate().collect();
        let found: Vec<&(usize, &String)> = titles.iter().filter(like).collect();
        let Some((place, title)) = found.first() else {
            let message = format!("the column {} is not there", told(column.title.trim()));
            findings.fault(file, at, Code::ColumnMissing, message);
            places.push(None);
            continue;
        };
        if found.len() > 1 {
            let message = format!("the column {} is there {} times; the first was read", told(title), found.len());
            findings.fault(file, at.clone(), Code::ColumnDuplicate, message);
        }
        if !same(title, &column.title) {
            let message = format!("the column's title is {}, not {}", told(title), told(column.title.trim()));
            findings.fault(file, at, Code::ColumnSpelling, message);
        }
        places.push(Some(*place));
    }
    unknown(file, sheet, header, findings);
    let order: Vec<usize> = places.iter().flatten().copied().collect();
    if let Some(place) = order.windows(2).position(|pair| pair[0] > pair[1]) {
        let title = &header.fields[order[place + 1]];
        let message = format!("the columns are not in the template's order: {} comes too early", told(title));
        findings.fault(file, fault::cell(1, title), Code::ColumnOrder, message);
    }
    places
}

fn unknown(file: &str, sheet: Sheet, header: &Record, findings: &mut Findings) {
    let known: Vec<String> = sheet.columns().iter().map(|column| loose(&column.title)).collect();
    let untitled = header.fields.iter().filter(|title| title.trim().is_empty()).count();
    for title in header.fields.iter().filter(|title| !title.trim().is_empty()) {
        if !known.contains(&loose(title)) {
            let message = format!("the template has no column {}", told(title));
            findings.fault(file, fault::cell(1, title), Code::ColumnUnknown, message);
        }
    }
    if untitled > 0 {
        let message = format!("{untitled} columns have no title");
        findings.fault(file, fault::row(1), Code::ColumnUnknown, message);
    }
}

/// What no text holds: a nought byte or another control character than tabs and line ends.
fn control_characters(filed: &Filed, findings: &mut Findings) {
    let bad = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r') || c == '\u{fffd}';
    for row in &filed.rows {
        for (place, field) in row.fields.iter().enumerate().filter(|(_, field)| field.contains(bad)) {
            let message = format!("{} has a character that no text holds", told(field));
            findings.fault(&filed.file, fault::cell(row.number, filed.title(place)), Code::ControlCharacter, message);
        }
    }
}
