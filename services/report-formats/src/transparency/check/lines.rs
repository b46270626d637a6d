//! Sheets 2 to 6: one row a category or sub-category, in blocks of one scope.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    super::{
        categories::{Category, OTHER, TOTAL},
        rows::{Line, MEMBER_STATES, Unit, lines, on_sheet, tier_of},
        sheet::{Kind, Sheet},
        write::{category_label, category_title},
    },
    Code, Findings,
    cells::{applicability, is_placeholder, number},
    csv::Record,
    fault::{self, told},
    header::{Filed, loose, same},
    number::Value,
};

/// A row that was understood.
pub(super) struct Entry<'a> {
    pub(super) row: &'a Record,
    pub(super) line: Line,
    /// By place of the column; only of columns with numbers.
    pub(super) values: BTreeMap<usize, Value>,
}

/// The rows of one scope: the whole of sheets 2 and 4 to 6, or a Member State of sheet 3.
pub(super) struct Block<'a> {
    /// `TOTAL` or a Member State.
    pub(super) scope: String,
    pub(super) entries: Vec<Entry<'a>>,
}

/// Reads a sheet of categories and names every deviation of its rows and cells.
pub(super) fn read<'a>(filed: &'a Filed, findings: &mut Findings) -> Vec<Block<'a>> {
    let mut blocks: Vec<Block<'a>> = Vec::new();
    let mut current: BTreeMap<String, Option<&'static Category>> = BTreeMap::new();
    if filed.column(Kind::Code).is_none() {
        return blocks;
    }
    for row in &filed.rows {
        let Some(scope) = scope(filed, row, findings) else { continue };
        let current = current.entry(scope.clone()).or_default();
        let Some(line) = line(filed, row, current, findings) else { continue };
        let numbers = filed.columns().filter_map(|(place, kind)| Some((place, unit(kind)?)));
        let values = numbers.map(|(place, unit)| (place, number(filed, row, place, unit, findings))).collect();
        let entry = Entry { row, line, values };
        match blocks.iter_mut().find(|block| block.scope == scope) {
            Some(block) => block.entries.push(entry),
            None => blocks.push(Block { scope, entries: vec![entry] }),
        }
    }
    let of = tier_of(filed.sheet).applicability();
    applicability(filed, filed.rows.iter().map(|row| (row, of)), findings);
    if filed.sheet == Sheet::Categories {
        labels(filed, &blocks, findings);
    }
    if !blocks.iter().any(|block| block.scope == TOTAL) {
        blocks.insert(0, Block { scope: TOTAL.to_owned(), entries: Vec::new() });
    }
    for block in &blocks {
        order(filed, block, findings);
        missing(filed, block, findings);
        descriptions(filed, block, findings);
    }
    blocks
}

fn unit(kind: Kind) -> Option<Unit> {
    let count = (kind == Kind::Count).then_some(Unit::Count);
    count.or((kind == Kind::Hours).then_some(Unit::Hours))
}

/// `TOTAL` or a Member State; other sheets than 3 have no scopes and count as `TOTAL`. Greece is `EL` here.
fn scope(filed: &Filed, row: &Record, findings: &mut Findings) -> Option<String> {
    if filed.column(Kind::Scope).is_none() {
        return Some(TOTAL.to_owned());
    }
    let text = filed.field(row, Kind::Scope);
    let at = filed.at(row, Kind::Scope);
    if let Some(state) = super::indicators::member_state(text) {
        return Some(state.to_owned());
    }
    if text == TOTAL {
        return Some(TOTAL.to_owned());
    }
    if is_placeholder(text) {
        let message = format!("{} stands for the Member States that sent orders, one block each", told(text));
        findings.fault(&filed.file, at, Code::Placeholder, message);
        return None;
    }
    let capital = text.to_uppercase();
    let known = (capital == TOTAL || MEMBER_STATES.contains(&capital.as_str())).then_some(capital);
    let hint = if known.is_some() { " in capitals" } else { "" };
    let message = format!("{} is neither {TOTAL} nor a Member State's two letters{hint}", told(text));
    findings.fault(&filed.file, at, Code::ScopeUnknown, message);
    known
}

/// The line of a row by its code and by the category whose block it stands in.
fn line(filed: &Filed, row: &Record, current: &mut Option<&'static Category>, findings: &mut Findings) -> Option<Line> {
    let text = filed.field(row, Kind::Code);
    let at = filed.at(row, Kind::Code);
    let code = text.to_uppercase().replace([' ', '-'], "_");
    let line = if code == TOTAL {
        *current = None;
        Some(Line::Total)
    } else if let Some(category) = Category::of_code(&code) {
        *current = Some(category);
        Some(Line::Category(category))
    } else if code == OTHER {
        let category = current.filter(|category| category.has_other());
        category.map(Line::Other)
    } else {
        Category::of_keyword(&code).map(|(category, keyword)| Line::Keyword(category, keyword))
    };
    let Some(line) = line else {
        let why = if code == OTHER { "stands in no category that has one" } else { "is no code of Annex I" };
        findings.fault(&filed.file, at, Code::RowUnknown, format!("{} {why}", told(text)));
        return None;
    };
    if text != line.code() {
        let message = format!("{} is written {}", told(text), line.code());
        findings.fault(&filed.file, at.clone(), Code::LabelSpelling, message);
    }
    if let Some(category) = line.category()
        && !on_sheet(category, filed.sheet)
    {
        let message = format!("{} has no row on sheet {}", category.code, filed.sheet.name());
        findings.fault(&filed.file, at, Code::CategoryNotHere, message);
        return None;
    }
    if let Line::Keyword(category, keyword) = line
        && *current != Some(category)
    {
        let block = current.map_or("no category", |current| current.code);
        let message = format!("{} belongs to {}, but stands in {block}", keyword.code, category.code);
        findings.fault(&filed.file, at, Code::KeywordMisplaced, message);
    }
    Some(line)
}

/// Names a line; "Other" with its category.
pub(super) fn named(line: Line) -> String {
    match line {
        Line::Other(category) => format!("{OTHER} of {}", category.code),
        Line::Total | Line::Category(_) | Line::Keyword(..) => line.code().to_owned(),
    }
}

fn order(filed: &Filed, block: &Block<'_>, findings: &mut Findings) {
    let lines = lines(filed.sheet);
    let mut seen = BTreeSet::new();
    let mut last = 0;
    for Entry { row, line, .. } in &block.entries {
        let at = filed.at(row, Kind::Code);
        if !seen.insert(*line) && !matches!(line, Line::Other(_)) {
            let message = format!("{} is there twice{}", named(*line), within(filed, block));
            findings.fault(&filed.file, at, Code::RowDuplicate, message);
            continue;
        }
        let place = lines.iter().position(|known| known == line).unwrap_or(last);
        if place < last {
            let message =
                format!("{} comes after {} in the file, before it in the template", named(*line), named(lines[last]));
            findings.fault(&filed.file, at, Code::RowOrder, message);
        }
        last = place;
    }
}

fn within(filed: &Filed, block: &Block<'_>) -> String {
    if filed.sheet == Sheet::Orders { format!(" in the block of {}", block.scope) } else { String::new() }
}

/// The template's blocks of Member States lack this one.
const ABSENT_FROM_STATES: &str = "KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL_DEEPFAKE";

fn missing(filed: &Filed, block: &Block<'_>, findings: &mut Findings) {
    let there: BTreeSet<Line> = block.entries.iter().map(|entry| entry.line).collect();
    let missing = lines(filed.sheet).into_iter().filter(|line| !there.contains(line));
    let optional = |line: &Line| block.scope != TOTAL && line.code() == ABSENT_FROM_STATES;
    let missing: Vec<String> = missing.filter(|line| !optional(line)).map(named).collect();
    if !missing.is_empty() {
        let message = format!("{} rows are missing{}: {}", missing.len(), within(filed, block), missing.join(", "));
        findings.fault(&filed.file, "/-".to_owned(), Code::RowMissing, message);
    }
}

/// Each row of a sub-category "Other" needs words of its own, once it counts something or is not alone.
fn descriptions(filed: &Filed, block: &Block<'_>, findings: &mut Findings) {
    let words = if filed.sheet == Sheet::Categories { Kind::Context } else { Kind::OtherDescription };
    if filed.column(words).is_none() {
        return;
    }
    let mut seen: BTreeMap<(u8, String), usize> = BTreeMap::new();
    for Entry { row, line, values } in &block.entries {
        let text = filed.field(row, words);
        let at = filed.at(row, words);
        let Line::Other(category) = line else {
            if words == Kind::OtherDescription && !text.is_empty() {
                let message =
                    format!("{} describes a sub-category \"Other\", but the row is {}", told(text), line.code());
                findings.fault(&filed.file, at, Code::OtherDescription, message);
            }
            continue;
        };
        let counted = values.values().any(|value| value.is_positive());
        if is_placeholder(text) {
            let message = format!("{} is the template's placeholder", told(text));
            findings.fault(&filed.file, at.clone(), Code::Placeholder, message);
        } else if text.is_empty() && counted {
            let message = format!("{} counts something and does not say what", named(*line));
            findings.fault(&filed.file, at.clone(), Code::OtherDescription, message);
        }
        if let Some(first) = seen.insert((category.number, text.to_owned()), row.number) {
            let message = format!("{} has the description of row {first}: {}", named(*line), told(text));
            findings.fault(&filed.file, at, Code::OtherDescription, message);
        }
    }
}

/// Sheet 2: the labels and titles of table 2.
fn labels(filed: &Filed, blocks: &[Block<'_>], findings: &mut Findings) {
    for Entry { row, line, .. } in blocks.iter().flat_map(|block| &block.entries) {
        // Further rows of "Other" go on in the alphabet.
        let label = category_label(*line);
        let further = matches!(line, Line::Other(_)) && {
            let found = filed.field(row, Kind::Label);
            found.starts_with(label.trim_end_matches(char::is_alphabetic)) && found >= label.as_str()
        };
        for (kind, expected) in [(Kind::Label, label.as_str()), (Kind::Description, category_title(*line))] {
            let found = filed.field(row, kind);
            if filed.column(kind).is_none() || same(found, expected) || kind == Kind::Label && further {
                continue;
            }
            let code = if loose(found) == loose(expected) { Code::LabelSpelling } else { Code::LabelMismatch };
            let message = format!("{} of {} is {} in table 2", told(found), named(*line), told(expected));
            findings.fault(
                &filed.file,
                fault::cell(row.number, filed.title(usize::from(kind != Kind::Label))),
                code,
                message,
            );
        }
    }
}
