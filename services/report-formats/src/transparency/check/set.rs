//! Sheets together: which are there, and what they say of each other.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};

use super::{
    super::{
        report::{Period, publish_by},
        rows::{self, Tier},
        sheet::Sheet,
        version::CHANGES,
    },
    Code, Findings, archive,
    cells::{Frame, frame, read_date},
    csv::{self, Record},
    decode,
    fault::told,
    header::{self, Filed},
    identity, indicators, lines,
    number::Value,
    sums,
};

/// A file as it was given.
#[derive(Clone, Debug)]
pub struct Source {
    /// What it is called in findings, and by what it is recognised.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// Is a set meant to be a whole report?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completeness {
    /// A report: sheets that are not there are missing.
    Whole,
    /// Some sheets, checked for what they are.
    Part,
}

/// Most fields of a set that are read: a full report has fewer than a hundred thousand.
const MAX_SET_FIELDS: usize = 4_000_000;

/// Checks sheets that belong together: CSV files, a zip archive of them, or a workbook (XLSX).
///
/// An archive and a workbook are a whole report each, however the set is meant. Never panics, whatever the bytes.
pub fn check(sources: &[Source], completeness: Completeness) -> Findings {
    let mut findings = Findings::default();
    let mut tables = Vec::new();
    for source in sources {
        match kind(source) {
            Form::Csv => tables.extend(table(&source.name, &source.bytes, &mut findings)),
            Form::Workbook => workbook(source, &mut findings),
            Form::Zip => zip(source, &mut findings),
        }
    }
    if !tables.is_empty() || !sources.iter().any(|source| kind(source) != Form::Csv) {
        report(tables, completeness, &set_name(sources), &mut findings);
    }
    findings
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Csv,
    Workbook,
    Zip,
}

/// A workbook is a zip archive by its bytes and a workbook by its name.
fn kind(source: &Source) -> Form {
    let name = source.name.to_ascii_lowercase();
    let zipped = source.bytes.starts_with(b"PK\x03\x04") || source.bytes.starts_with(b"PK\x05\x06");
    match name.rsplit('.').next() {
        Some("xlsx") => Form::Workbook,
        Some("zip") => Form::Zip,
        _ if zipped => Form::Zip,
        _ => Form::Csv,
    }
}

/// What a set is called where no file of it is concerned: the folder, or nothing.
fn set_name(sources: &[Source]) -> String {
    let folder = |name: &str| name.rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_owned());
    sources.first().map(|source| folder(&source.name)).unwrap_or_default()
}

struct Table {
    file: String,
    records: Vec<Record>,
}

fn table(file: &str, bytes: &[u8], findings: &mut Findings) -> Option<Table> {
    let text = decode::text(file, bytes, findings)?;
    Some(Table { file: file.to_owned(), records: csv::records(file, &text, findings) })
}

fn workbook(source: &Source, findings: &mut Findings) {
    let sheets = archive::sheets(&source.name, &source.bytes, findings);
    let tables = sheets.into_iter().map(|(name, records)| Table { file: format!("{}/{name}", source.name), records });
    report(tables.collect(), Completeness::Whole, &source.name, findings);
}

/// Each folder of an archive, and each workbook in it, is a report.
fn zip(source: &Source, findings: &mut Findings) {
    let mut folders: BTreeMap<String, Vec<Table>> = BTreeMap::new();
    for member in archive::members(&source.name, &source.bytes, findings) {
        let name = format!("{}/{}", source.name, member.name);
        if name.to_ascii_lowercase().ends_with(".xlsx") {
            workbook(&Source { name, bytes: member.bytes }, findings);
            continue;
        }
        let folder = name.rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_owned());
        let tables = folders.entry(folder).or_default();
        tables.extend(table(&name, &member.bytes, findings));
    }
    for (folder, tables) in folders {
        report(tables, Completeness::Whole, &folder, findings);
    }
}

/// What the sheets of a report say of each other.
#[derive(Default)]
struct Said {
    /// Sheets that are there, with the file of each.
    sheets: BTreeMap<Sheet, String>,
    /// Service and period as the sheets state them.
    frames: Vec<(Sheet, String, Frame)>,
    starts: Option<NaiveDate>,
    ends: Option<NaiveDate>,
    /// Does any row for very large platforms say anything?
    very_large: bool,
    /// Numbers that another sheet must agree with.
    totals: BTreeMap<&'static str, f64>,
}

fn report(tables: Vec<Table>, completeness: Completeness, name: &str, findings: &mut Findings) {
    let mut said = Said::default();
    let mut left = MAX_SET_FIELDS;
    for Table { file, records } in tables {
        let fields: usize = records.iter().map(|record| record.fields.len()).sum();
        let Some(rest) = left.checked_sub(fields) else {
            let message = format!("more than {MAX_SET_FIELDS} fields in one report; this file was not checked");
            findings.fault(&file, String::new(), Code::TooLarge, message);
            continue;
        };
        left = rest;
        let Some(sheet) = identity::sheet(&file, &records) else {
            unknown(&file, completeness, findings);
            continue;
        };
        if let Some(first) = said.sheets.get(&sheet) {
            let message = format!("sheet {} is in {first} too", sheet.name());
            findings.fault(&file, String::new(), Code::SheetDuplicate, message);
            continue;
        }
        said.sheets.insert(sheet, file.clone());
        findings.sheets += 1;
        let filed = header::align(&file, sheet, records, findings);
        one(&filed, &mut said, findings);
    }
    if completeness == Completeness::Whole || said.sheets.is_empty() {
        missing(&said, name, findings);
    }
    between(&said, findings);
}

fn unknown(file: &str, completeness: Completeness, findings: &mut Findings) {
    // The list of changes that goes with a corrected version.
    if file.rsplit('/').next().is_some_and(|name| name.starts_with(&format!("{CHANGES}_version"))) {
        return;
    }
    let message = "is no sheet of the template: neither its name nor its columns are known";
    match completeness {
        // A folder holds other things too, and a workbook a page of notes.
        Completeness::Whole => findings.remark(file, String::new(), Code::SheetUnknown, message),
        Completeness::Part => findings.fault(file, String::new(), Code::SheetUnknown, message),
    }
}

fn one(filed: &Filed, said: &mut Said, findings: &mut Findings) {
    let frame = frame(filed, findings);
    said.frames.push((filed.sheet, filed.file.clone(), frame));
    if filed.sheet.by_category() || filed.sheet == Sheet::Categories {
        let blocks = lines::read(filed, findings);
        sums::by_category(filed, &blocks, findings);
        let names: &[(usize, &'static str)] = match filed.sheet {
            Sheet::Notices => &[(0, "notices"), (1, "trusted")],
            Sheet::OwnIllegal => &[(0, "illegal")],
            Sheet::OwnTerms => &[(0, "terms")],
            Sheet::Identification
            | Sheet::Categories
            | Sheet::Orders
            | Sheet::Appeals
            | Sheet::Automated
            | Sheet::Staff
            | Sheet::Recipients
            | Sheet::Qualitative => &[],
        };
        for (number, name) in names {
            said.totals.extend(sums::total_of(filed, &blocks, *number).map(|total| (*name, total)));
        }
        return;
    }
    let entries = indicators::read(filed, findings);
    sums::by_indicator(filed, &entries, findings);
    said.very_large |=
        entries.iter().any(|entry| entry.indicator.tier == Tier::VeryLarge && entry.value != Value::Blank);
    if filed.sheet == Sheet::Identification {
        dates(filed, &entries, said, findings);
    } else if filed.sheet == Sheet::Automated {
        decisions(&entries, said);
    }
}

fn dates(filed: &Filed, entries: &[indicators::Entry<'_>], said: &mut Said, findings: &mut Findings) {
    let mut days = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.indicator.unit == rows::Unit::Date && !entry.text.is_empty()) {
        let at = filed.at(entry.row, super::super::sheet::Kind::Value);
        let (day, deviation) = read_date(entry.text);
        if let Some(message) = deviation.filter(|_| !super::cells::is_placeholder(entry.text)) {
            findings.fault(&filed.file, at.clone(), Code::DateFormat, message);
        }
        days.extend(day.map(|day| (entry.indicator.name, (day, at))));
    }
    let day = |name: &str| days.get(name).cloned();
    let file = &filed.file;
    if let (Some((published, at)), Some((previous, _))) = (day(rows::PUBLISHED), day(rows::PREVIOUS))
        && previous >= published
    {
        let message = format!("published on {published}, and the report before it on {previous}");
        findings.fault(file, at, Code::DateOrder, message);
    }
    let ends = day(rows::ENDS);
    if let (Some((published, at)), Some((end, _))) = (day(rows::PUBLISHED), &ends) {
        let last = publish_by(*end);
        if published <= *end {
            let message = format!("published on {published}, before the period ended on {end}");
            findings.fault(file, at, Code::DateOrder, message);
        } else if published > last {
            let message = format!("published on {published}; two months after the period is {last} (Article 2(3))");
            findings.fault(file, at, Code::PublishedLate, message);
        }
    }
    if let (Some((start, at)), Some((end, _))) = (day(rows::STARTS), &ends) {
        (said.starts, said.ends) = (Some(start), Some(*end));
        bounds(file, at, start, *end, findings);
    }
}

fn bounds(file: &str, at: String, start: NaiveDate, end: NaiveDate, findings: &mut Findings) {
    if start > end {
        return findings.fault(file, at, Code::DateOrder, format!("the period starts on {start} and ends on {end}"));
    }
    if let Err(error) = Period::new(start, end) {
        // The first reports of others than very large platforms took up where the last of the old kind ended.
        if end.year() == 2025 && (end.month(), end.day()) == (12, 31) {
            return findings.remark(file, at, Code::PeriodBounds, format!("{error}; may be right in 2025"));
        }
        findings.fault(file, at, Code::PeriodBounds, error.to_string());
    }
}

/// Sheet 8's counts for [`between`]: decisions with a machine alone or none at all.
fn decisions(entries: &[indicators::Entry<'_>], said: &mut Said) {
    let scopes = [
        ("own decisions", rows::SOLELY, rows::WITHOUT, rows::OWN_INITIATIVE),
        ("decided notices", rows::NOTICES_SOLELY, rows::NOTICES_WITHOUT, rows::NAM_TOTAL),
        ("decided trusted", rows::NOTICES_SOLELY, rows::NOTICES_WITHOUT, rows::NAM_TRUSTED),
    ];
    for (name, solely, without, scope) in scopes {
        let number = |row: &str| match indicators::value_of(entries, row, scope) {
            Some(Value::Number(number)) => Some(number),
            _ => None,
        };
        if let (Some(solely), Some(without)) = (number(solely), number(without)) {
            said.totals.insert(name, solely + without);
        }
    }
}

fn missing(said: &Said, name: &str, findings: &mut Findings) {
    for sheet in Sheet::ALL {
        let very_large = matches!(sheet, Sheet::Staff | Sheet::Recipients);
        if said.sheets.contains_key(&sheet) || very_large && !said.very_large {
            continue;
        }
        let message = format!("sheet {} is missing", sheet.name());
        findings.fault(name, String::new(), Code::SheetMissing, message);
    }
}

/// Service and period the same everywhere; sheet 8 decides no more than sheets 4 to 6 count.
fn between(said: &Said, findings: &mut Findings) {
    let mut service: Option<(&str, &str)> = None;
    let mut period = said.starts.zip(said.ends);
    for (_, file, frame) in &said.frames {
        match (service, &frame.service) {
            (None, Some(name)) => service = Some((name, file)),
            (Some((first, of)), Some(name)) if first != name => {
                let message = format!("the service is {} here and {} in {of}", told(name), told(first));
                findings.fault(file, String::new(), Code::ServiceDiffers, message);
            }
            _ => {}
        }
        match (period, frame.period) {
            (None, found) => period = found,
            (Some(first), Some(found)) if first != found => {
                let message =
                    format!("the period is {}/{}, but the report's is {}/{}", found.0, found.1, first.0, first.1);
                findings.fault(file, String::new(), Code::PeriodDiffers, message);
            }
            _ => {}
        }
    }
    let Some(file) = said.sheets.get(&Sheet::Automated) else { return };
    let total = |name: &str| said.totals.get(name).copied();
    let pairs = [
        (
            total("own decisions"),
            total("illegal").zip(total("terms")).map(|(one, other)| one + other),
            "own-initiative measures",
            "sheets 5 and 6",
        ),
        (total("decided notices"), total("notices"), "notices", "sheet 4"),
        (total("decided trusted"), total("trusted"), "Trusted Flaggers' notices", "sheet 4"),
    ];
    for (decided, counted, what, of) in pairs {
        if let (Some(decided), Some(counted)) = (decided, counted)
            && decided > counted
        {
            let message = format!(
                "{} {what} were decided with or without machines, but {of} count {}",
                sums::plain(decided),
                sums::plain(counted)
            );
            findings.fault(file, String::new(), Code::SheetsDisagree, message);
        }
    }
}
