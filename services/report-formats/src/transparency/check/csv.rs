//! Text to rows by RFC 4180, naming what a forgiving reader would pass over.

use super::{Code, Findings, fault};

/// Most rows that are read; 28 blocks of sheet 3 have about 2 600.
pub(super) const MAX_ROWS: usize = 50_000;
/// Most fields of a row that are read; sheet 6 has 37.
pub(super) const MAX_FIELDS: usize = 100;
/// Most characters of a field that are kept; sheet 11 allows 5 000.
pub(super) const MAX_FIELD: usize = 65_536;

/// A row and its number, the header being 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) number: usize,
    pub(super) fields: Vec<String>,
}

/// The rows of a text.
pub(super) fn records(file: &str, text: &str, findings: &mut Findings) -> Vec<Record> {
    let separator = separator(text);
    if separator != ',' {
        let name = if separator == '\t' { "tabs".to_owned() } else { format!("“{separator}”") };
        let message = format!("fields are separated by {name}, not by commas (RFC 4180)");
        findings.fault(file, String::new(), Code::Separator, message);
    }
    let mut scan = Scan::new(file, separator, findings);
    for c in text.chars() {
        scan.step(c);
        if scan.full {
            break;
        }
    }
    scan.finish()
}

/// What separates the fields of the first line: a comma, unless another is more frequent.
fn separator(text: &str) -> char {
    let mut counts = [(',', 0_usize), (';', 0), ('\t', 0), ('|', 0)];
    let mut quoted = false;
    for c in text.chars().take(MAX_FIELD) {
        match c {
            '"' => quoted = !quoted,
            '\n' | '\r' if !quoted => break,
            c if !quoted => counts.iter_mut().filter(|(known, _)| *known == c).for_each(|(_, count)| *count += 1),
            _ => {}
        }
    }
    let [comma, others @ ..] = counts;
    others.into_iter().fold(comma, |most, next| if next.1 > most.1 { next } else { most }).0
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before a field's first character.
    Start,
    /// In a field without quotes.
    Plain,
    /// In a field with quotes.
    Quoted,
    /// After a quote in such a field: its end, or the first of two.
    Closed,
}

struct Scan<'a> {
    file: &'a str,
    separator: char,
    findings: &'a mut Findings,
    state: State,
    field: String,
    /// Characters of the field, kept or not.
    length: usize,
    fields: Vec<String>,
    records: Vec<Record>,
    /// A carriage return that a line feed may follow.
    returned: bool,
    /// Lines that ended in CRLF, LF, CR.
    ends: [usize; 3],
    full: bool,
}

impl<'a> Scan<'a> {
    fn new(file: &'a str, separator: char, findings: &'a mut Findings) -> Self {
        Self {
            file,
            separator,
            findings,
            state: State::Start,
            field: String::new(),
            length: 0,
            fields: Vec::new(),
            records: Vec::new(),
            returned: false,
            ends: [0; 3],
            full: false,
        }
    }

    fn step(&mut self, c: char) {
        if std::mem::take(&mut self.returned) {
            if c == '\n' {
                self.ends[0] += 1;
                return;
            }
            self.ends[2] += 1;
        }
        if self.state == State::Quoted {
            return if c == '"' { self.state = State::Closed } else { self.push(c) };
        }
        match c {
            '"' => self.quote(),
            '\r' | '\n' => {
                self.returned = c == '\r';
                self.ends[1] += usize::from(c == '\n');
                self.end_record();
            }
            c if c == self.separator => self.end_field(),
            c => {
                if self.state == State::Closed {
                    self.fault("has text after its closing quote");
                    self.state = State::Plain;
                } else if self.state == State::Start {
                    self.state = State::Plain;
                }
                self.push(c);
            }
        }
    }

    fn quote(&mut self) {
        match self.state {
            State::Start => self.state = State::Quoted,
            State::Closed => {
                self.push('"');
                self.state = State::Quoted;
            }
            State::Plain | State::Quoted => {
                self.fault("has a quote, but is not quoted as a whole");
                self.push('"');
            }
        }
    }

    fn push(&mut self, c: char) {
        self.length += 1;
        if self.length <= MAX_FIELD {
            self.field.push(c);
        }
    }

    fn end_field(&mut self) {
        self.state = State::Start;
        let field = std::mem::take(&mut self.field);
        if std::mem::take(&mut self.length) > MAX_FIELD {
            let at = format!("{}/{}", fault::row(self.number()), self.fields.len() + 1);
            let message = format!("has more than {MAX_FIELD} characters; the rest was not read");
            self.findings.fault(self.file, at, Code::TooLarge, message);
        }
        self.fields.push(field);
        if self.fields.len() > MAX_FIELDS {
            let message = format!("has more than {MAX_FIELDS} fields; the rest of the file was not read");
            self.findings.fault(self.file, fault::row(self.number()), Code::TooLarge, message);
            self.full = true;
        }
    }

    fn end_record(&mut self) {
        self.end_field();
        let record = Record { number: self.number(), fields: std::mem::take(&mut self.fields) };
        self.records.push(record);
        if self.records.len() > MAX_ROWS {
            let message = format!("has more than {MAX_ROWS} rows; the rest was not read");
            self.findings.fault(self.file, String::new(), Code::TooLarge, message);
            self.full = true;
        }
    }

    fn number(&self) -> usize {
        self.records.len() + 1
    }

    fn fault(&mut self, message: &str) {
        let at = format!("{}/{}", fault::row(self.number()), self.fields.len() + 1);
        self.findings.fault(self.file, at, Code::Quote, format!("this field {message} (RFC 4180)"));
    }

    fn finish(mut self) -> Vec<Record> {
        if self.state == State::Quoted && !self.full {
            self.fault("has a quote that never closes");
        }
        if self.state != State::Start || !self.fields.is_empty() {
            self.end_record();
        }
        self.ends[2] += usize::from(self.returned);
        self.line_ends();
        self.records
    }

    fn line_ends(&mut self) {
        let [crlf, lf, cr] = self.ends;
        let at = String::new();
        match (crlf, lf, cr) {
            (_, 0, 0) => {}
            (0, _, 0) => {
                let message = "lines end in LF, as in the Commission's own files; RFC 4180 has CRLF";
                self.findings.remark(self.file, at, Code::LineEnd, message);
            }
            (0, 0, _) => self.findings.fault(self.file, at, Code::LineEnd, "lines end in CR; RFC 4180 has CRLF"),
            (..) => {
                let message = format!("{crlf} lines end in CRLF, {lf} in LF and {cr} in CR; RFC 4180 has CRLF alone");
                self.findings.fault(self.file, at, Code::LineEnd, message);
            }
        }
    }
}

#[cfg(test)]
mod tests;
