//! What every sheet has: applicability, service, period; and the numbers of a row.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{
    super::{rows::Unit, sheet::Kind},
    Code, Findings,
    csv::Record,
    fault::{self, told},
    header::{Filed, loose, same},
    number::{self, Value},
};

/// Service and period that a sheet states, the first that stands in it.
#[derive(Clone, Debug, Default)]
pub(super) struct Frame {
    pub(super) service: Option<String>,
    pub(super) period: Option<(NaiveDate, NaiveDate)>,
}

/// Findings on many rows that are alike: the first row is named, the others counted.
#[derive(Default)]
struct Alike(BTreeMap<(Code, String), (String, usize)>);

impl Alike {
    fn add(&mut self, code: Code, message: String, pointer: String) {
        self.0.entry((code, message)).or_insert((pointer, 0)).1 += 1;
    }

    fn report(self, file: &str, findings: &mut Findings) {
        for ((code, message), (pointer, count)) in self.0 {
            let more = if count > 1 { format!(" (so in {count} rows)") } else { String::new() };
            findings.fault(file, pointer, code, format!("{message}{more}"));
        }
    }
}

/// Checks the columns Service and Reporting period, and gives what they say.
pub(super) fn frame(filed: &Filed, findings: &mut Findings) -> Frame {
    let mut frame = Frame::default();
    let mut alike = Alike::default();
    for row in &filed.rows {
        if filed.column(Kind::Service).is_some() {
            let service = filed.field(row, Kind::Service);
            let at = || filed.at(row, Kind::Service);
            match &frame.service {
                _ if service.is_empty() => alike.add(Code::BlankCell, "the service has no name".to_owned(), at()),
                None => frame.service = Some(service.to_owned()),
                Some(first) if first != service => {
                    let message = format!("the service is {}, but {} in the rows before", told(service), told(first));
                    alike.add(Code::ServiceDiffers, message, at());
                }
                Some(_) => {}
            }
        }
        if filed.column(Kind::Period).is_some() {
            period(filed, row, &mut frame, &mut alike);
        }
    }
    alike.report(&filed.file, findings);
    frame
}

fn period(filed: &Filed, row: &Record, frame: &mut Frame, alike: &mut Alike) {
    let text = filed.field(row, Kind::Period);
    let at = filed.at(row, Kind::Period);
    if text.is_empty() {
        return alike.add(Code::BlankCell, "the row has no reporting period".to_owned(), at);
    }
    if is_placeholder(text) {
        return alike.add(Code::Placeholder, format!("{} is the template's placeholder", told(text)), at);
    }
    let (found, deviation) = read_period(text);
    if let Some(message) = deviation {
        alike.add(Code::PeriodFormat, message, at.clone());
    }
    match (frame.period, found) {
        (None, Some(found)) => frame.period = Some(found),
        (Some(first), Some(found)) if first != found => {
            let message = format!("the period is {}, but {}/{} in the rows before", told(text), first.0, first.1);
            alike.add(Code::PeriodDiffers, message, at);
        }
        _ => {}
    }
}

/// Checks Applicability against what the template says of each row.
pub(super) fn applicability<'a>(
    filed: &Filed,
    expected: impl Iterator<Item = (&'a Record, &'static str)>,
    findings: &mut Findings,
) {
    if filed.column(Kind::Applicability).is_none() {
        return;
    }
    let mut alike = Alike::default();
    for (row, expected) in expected {
        let found = filed.field(row, Kind::Applicability);
        if same(found, expected) {
            continue;
        }
        let code = if loose(found) == loose(expected) { Code::LabelSpelling } else { Code::LabelMismatch };
        let message = format!("the row is for {}, not for {}", told(expected), told(found));
        alike.add(code, message, filed.at(row, Kind::Applicability));
    }
    alike.report(&filed.file, findings);
}

/// Reads a cell of a number and names what is wrong with it.
pub(super) fn number(filed: &Filed, row: &Record, place: usize, unit: Unit, findings: &mut Findings) -> Value {
    let raw = &row.fields[place];
    let at = fault::cell(row.number, filed.title(place));
    if is_placeholder(raw) {
        findings.fault(&filed.file, at, Code::Placeholder, format!("{} is the template's placeholder", told(raw)));
        return Value::Unclear;
    }
    let (value, deviation) = number::read(raw, unit);
    if let Some((code, message)) = deviation {
        findings.fault(&filed.file, at, code, message);
    }
    value
}

/// Text of the empty template that was to be replaced.
pub(super) fn is_placeholder(text: &str) -> bool {
    let text = text.trim();
    let dates = matches!(text, "YYYY-MM-DD" | "YYYY-MM-DD/YYYY-MM-DD");
    let words = matches!(text, "Text" | "Free text" | "Text to detail the \"Other\" keyword.");
    dates || words || text.contains("[...]") || text.contains("[…]")
}

/// A day, and what is wrong with its writing.
pub(super) fn read_date(text: &str) -> (Option<NaiveDate>, Option<String>) {
    let text = text.trim();
    let strict = |text: &str| {
        let shape = text.len() == 10
            && text.bytes().enumerate().all(
                |(at, byte)| {
                    if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() }
                },
            );
        shape.then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()).flatten()
    };
    if let Some(date) = strict(text) {
        return (Some(date), None);
    }
    // Only what cannot be read in two ways: 03/04/2026 can.
    let first = text.split([' ', 'T']).next().unwrap_or_default();
    let date = ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%d.%m.%Y"]
        .iter()
        .find_map(|form| NaiveDate::parse_from_str(first, form).ok());
    (date, Some(format!("{} is not a day written YYYY-MM-DD", told(text))))
}

type Days = (NaiveDate, NaiveDate);

fn read_period(text: &str) -> (Option<Days>, Option<String>) {
    let wrong = || Some(format!("{} is not written YYYY-MM-DD/YYYY-MM-DD", told(text)));
    let strict = text.split_once('/').map(|(start, end)| (read_date(start), read_date(end)));
    if let Some(((Some(start), None), (Some(end), None))) = strict {
        let blanks = text.contains(' ');
        return (Some((start, end)), if blanks { wrong() } else { None });
    }
    let parts = [" to ", " - ", "–", "—", "/", "_"].iter().find_map(|mark| {
        let (start, end) = text.split_once(mark)?;
        Some((read_date(start).0?, read_date(end).0?))
    });
    (parts, wrong())
}

#[cfg(test)]
mod tests;
