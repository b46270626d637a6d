//! Sheets 3 to 6: keywords to categories to the total, Member States to all, part to whole in a row.

use std::collections::BTreeMap;

use super::{
    super::{
        super::{
            categories::{CATEGORIES, TOTAL},
            rows::Line,
            sheet::{Kind, Sheet},
        },
        Code, Findings, fault,
        header::Filed,
        lines::{Block, Entry, named},
        number::Value,
    },
    plain,
};

/// Names every sum and every pair of cells of a sheet that contradict each other.
pub(in super::super) fn check(filed: &Filed, blocks: &[Block<'_>], findings: &mut Findings) {
    for block in blocks {
        for (column, _) in filed.columns().filter(|(_, kind)| *kind == Kind::Count) {
            sums(filed, block, column, findings);
            blanks(filed, block, column, findings);
        }
        for entry in &block.entries {
            row(&Row { filed, entry }, findings);
        }
    }
    if filed.sheet == Sheet::Orders {
        states(filed, blocks, findings);
    }
}

/// The number of the row of totals in a column of counts, by its place among the columns of numbers.
pub(in super::super) fn total_of(filed: &Filed, blocks: &[Block<'_>], number: usize) -> Option<f64> {
    let block = blocks.iter().find(|block| block.scope == TOTAL)?;
    let entry = block.entries.iter().find(|entry| entry.line == Line::Total)?;
    match entry.values.get(&column(filed, number)?)? {
        Value::Number(number) => Some(*number),
        Value::Blank | Value::Unclear => None,
    }
}

/// Place of the nth column of numbers.
fn column(filed: &Filed, number: usize) -> Option<usize> {
    let numbers = filed.sheet.columns().iter().enumerate();
    let mut numbers = numbers.filter(|(_, column)| matches!(column.kind, Kind::Count | Kind::Hours));
    numbers.nth(number).map(|(place, _)| place)
}

type Sum = Option<f64>;

fn sum<'a>(entries: impl Iterator<Item = &'a Entry<'a>>, column: usize) -> Sum {
    entries.map(|entry| entry.values.get(&column).copied().unwrap_or(Value::Blank).or_nought()).sum()
}

fn sums(filed: &Filed, block: &Block<'_>, column: usize, findings: &mut Findings) {
    let of = |line: Line| block.entries.iter().find(move |entry| entry.line == line);
    let is_category = |entry: &&Entry<'_>| matches!(entry.line, Line::Category(_));
    if let Some(total) = of(Line::Total) {
        let categories = sum(block.entries.iter().filter(is_category), column);
        agree(filed, total, column, categories, "the categories", findings);
    }
    for category in CATEGORIES.iter().filter(|category| category.has_other()) {
        let part =
            |entry: &&Entry<'_>| entry.line.category() == Some(category) && !matches!(entry.line, Line::Category(_));
        let Some(whole) = of(Line::Category(category)) else { continue };
        // Without the rows there is nothing to sum; that they are missing is said elsewhere.
        if block.entries.iter().any(|entry| part(&entry)) {
            agree(filed, whole, column, sum(block.entries.iter().filter(part), column), "its sub-categories", findings);
        }
    }
}

/// A whole must be the sum of its parts; where it is blank, its parts must not count anything.
fn agree(filed: &Filed, whole: &Entry<'_>, column: usize, parts: Sum, of: &str, findings: &mut Findings) {
    let value = whole.values.get(&column).copied().unwrap_or(Value::Blank);
    let (Some(found), Some(parts)) = (value.or_nought(), parts) else { return };
    if (found - parts).abs() < 0.5 {
        return;
    }
    let found = if value == Value::Blank { "blank".to_owned() } else { plain(found) };
    let message = format!("{} is {found}, but {of} sum to {}", named(whole.line), plain(parts));
    findings.fault(&filed.file, fault::cell(whole.row.number, filed.title(column)), Code::Sum, message);
}

/// A column that applies in the total applies in every row that says anything: blank is not nought.
fn blanks(filed: &Filed, block: &Block<'_>, column: usize, findings: &mut Findings) {
    let total = block.entries.iter().find(|entry| entry.line == Line::Total);
    let says = |entry: &Entry<'_>, column| entry.values.get(&column).is_some_and(|value| *value != Value::Blank);
    let counts = |entry: &Entry<'_>| filed.columns().any(|(place, kind)| kind == Kind::Count && says(entry, place));
    let applies = block.entries.iter().filter(|entry| says(entry, column)).count() * 2 > block.entries.len();
    if !applies && total.is_none_or(|total| !says(total, column)) {
        return;
    }
    for entry in block.entries.iter().filter(|entry| counts(entry) && !says(entry, column)) {
        let message = format!(
            "{} is blank (does not apply), but the column applies to other rows: 0 says that nothing happened",
            named(entry.line)
        );
        findings.fault(&filed.file, fault::cell(entry.row.number, filed.title(column)), Code::BlankCell, message);
    }
}

/// Line by line, the blocks of Member States must sum to the block of totals.
fn states(filed: &Filed, blocks: &[Block<'_>], findings: &mut Findings) {
    let (total, states): (Vec<&Block<'_>>, Vec<&Block<'_>>) = blocks.iter().partition(|block| block.scope == TOTAL);
    let Some(total) = total.first() else { return };
    let counts: Vec<usize> = filed.columns().filter(|(_, kind)| *kind == Kind::Count).map(|(place, _)| place).collect();
    if states.is_empty() {
        let any = total.entries.iter().find(|entry| counts.iter().any(|place| entry.values[place].is_positive()));
        if let Some(entry) = any {
            let message = "orders are counted, but no Member State that sent one has a block";
            findings.fault(&filed.file, fault::row(entry.row.number), Code::RowMissing, message);
        }
        return;
    }
    let mut lines: BTreeMap<Line, &Entry<'_>> = BTreeMap::new();
    for entry in &total.entries {
        lines.entry(entry.line).or_insert(entry);
    }
    for (line, first) in lines {
        for column in &counts {
            let of_line = |entry: &&Entry<'_>| entry.line == line;
            let all = sum(total.entries.iter().filter(of_line), *column);
            let parts = sum(states.iter().flat_map(|block| &block.entries).filter(of_line), *column);
            let (Some(all), Some(parts)) = (all, parts) else { continue };
            if (all - parts).abs() >= 0.5 {
                let message =
                    format!("{} is {}, but the Member States sum to {}", named(line), plain(all), plain(parts));
                let at = fault::cell(first.row.number, filed.title(*column));
                findings.fault(&filed.file, at, Code::Sum, message);
            }
        }
    }
}

/// One row and its columns of numbers by their order.
struct Row<'a> {
    filed: &'a Filed,
    entry: &'a Entry<'a>,
}

impl Row<'_> {
    fn value(&self, number: usize) -> Value {
        let place = column(self.filed, number);
        place.and_then(|place| self.entry.values.get(&place)).copied().unwrap_or(Value::Unclear)
    }

    fn count(&self, number: usize) -> Option<f64> {
        self.value(number).or_nought()
    }

    fn fault(&self, number: usize, code: Code, message: &str, findings: &mut Findings) {
        let title = column(self.filed, number).map_or("", |place| self.filed.title(place));
        let message = format!("{}: {message}", named(self.entry.line));
        findings.fault(&self.filed.file, fault::cell(self.entry.row.number, title), code, message);
    }

    fn title(&self, number: usize) -> &'static str {
        column(self.filed, number).map_or("", |place| self.filed.title(place))
    }

    fn part(&self, part: usize, whole: usize, findings: &mut Findings) {
        if let (Some(small), Some(large)) = (self.count(part), self.count(whole))
            && small > large
        {
            let message = format!("{} is more than the {} of “{}”", plain(small), plain(large), self.title(whole));
            self.fault(part, Code::PartAboveWhole, &message, findings);
        }
    }

    /// Whether the contextual information that belongs to this number says anything.
    fn is_explained(&self, number: usize) -> bool {
        let mut notes = self.filed.columns().filter(|(_, kind)| *kind == Kind::Context).map(|(place, _)| place);
        let note = notes.nth(number).and_then(|place| self.entry.row.fields.get(place));
        note.is_some_and(|note| !note.trim().is_empty())
    }

    /// A median of something must be there, or words on why not: of three orders none may have had effect yet. A median of
    /// nothing must not say that it took time.
    fn median(&self, median: usize, of: &[usize], findings: &mut Findings) {
        let Some(count) = of.iter().map(|number| self.count(*number)).sum::<Option<f64>>() else { return };
        match self.value(median) {
            Value::Blank if count > 0.0 && !self.is_explained(median) => {
                let message = format!("{} is counted, so there is a median", plain(count));
                self.fault(median, Code::MedianMissing, &message, findings);
            }
            value if value.is_positive() && count <= 0.0 => {
                self.fault(median, Code::CountOfNothing, "a median of nothing", findings);
            }
            Value::Blank | Value::Unclear | Value::Number(_) => {}
        }
    }

    fn items(&self, items: usize, of: usize, findings: &mut Findings) {
        if self.value(items).is_positive() && self.count(of) == Some(0.0) {
            let message = format!("items are counted, but “{}” is nought", self.title(of));
            self.fault(items, Code::CountOfNothing, &message, findings);
        }
    }
}

fn row(row: &Row<'_>, findings: &mut Findings) {
    match row.filed.sheet {
        Sheet::Orders => {
            row.items(1, 0, findings);
            row.median(2, &[0], findings);
            row.median(3, &[0], findings);
            row.median(5, &[4], findings);
            row.median(6, &[4], findings);
        }
        Sheet::Notices => {
            for (part, whole) in [(1, 0), (3, 2), (7, 6), (9, 8)] {
                row.part(part, whole, findings);
            }
            row.items(2, 0, findings);
            row.items(3, 1, findings);
            row.median(4, &[6, 8], findings);
            row.median(5, &[7, 9], findings);
        }
        Sheet::OwnIllegal | Sheet::OwnTerms => measures(row, findings),
        Sheet::Identification
        | Sheet::Categories
        | Sheet::Appeals
        | Sheet::Automated
        | Sheet::Staff
        | Sheet::Recipients
        | Sheet::Qualitative => {}
    }
}

fn measures(row: &Row<'_>, findings: &mut Findings) {
    for part in 1..16 {
        row.part(part, 0, findings);
    }
    let restrictions: Option<f64> = (2..16).map(|number| row.count(number)).sum();
    let (Some(restrictions), Some(measures)) = (restrictions, row.count(0)) else { return };
    // One measure may have several restrictions; each has at least one.
    if restrictions < measures {
        let message = format!("{} measures, but only {} restrictions", plain(measures), plain(restrictions));
        row.fault(0, Code::Sum, &message, findings);
    }
}
