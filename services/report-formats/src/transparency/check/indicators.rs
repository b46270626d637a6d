//! Sheets 1 and 7 to 11: rows that the template names.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    super::{
        categories::TOTAL,
        rows::{self, Indicator, LANGUAGES, MAX_WORDS, MEMBER_STATES, Tier, Unit, VLOPS_AND_VLOSES, indicators},
        sheet::{Kind, Sheet},
    },
    Code, Findings,
    cells::{applicability, is_placeholder, number},
    csv::Record,
    fault::told,
    header::{Filed, loose, same},
    number::Value,
};

/// A row that was understood.
pub(super) struct Entry<'a> {
    pub(super) row: &'a Record,
    /// Place among the sheet's [`indicators`].
    pub(super) place: usize,
    pub(super) indicator: Indicator,
    /// Of units that are numbers; else blank or unclear by whether there is something.
    pub(super) value: Value,
    pub(super) text: &'a str,
    pub(super) context: &'a str,
}

/// A Member State by its two letters; Greece as `EL` under either name.
pub(super) fn member_state(text: &str) -> Option<&'static str> {
    let text = if text == "GR" { "EL" } else { text };
    MEMBER_STATES.into_iter().find(|state| *state == text)
}

/// Reads a sheet of named rows and names every deviation of its rows and cells.
pub(super) fn read<'a>(filed: &'a Filed, findings: &mut Findings) -> Vec<Entry<'a>> {
    let known = indicators(filed.sheet);
    let names: Vec<String> = known.iter().map(|indicator| loose(indicator.name)).collect();
    let mut entries: Vec<Entry<'a>> = Vec::new();
    let Some(value_column) = filed.column(Kind::Value) else { return entries };
    for row in &filed.rows {
        let Some(place) = place(filed, row, (&known, &names), findings) else { continue };
        let indicator = known[place].clone();
        let text = row.fields[value_column].trim();
        let value = match indicator.unit {
            Unit::Words | Unit::Date if text.is_empty() => Value::Blank,
            Unit::Words | Unit::Date => Value::Unclear,
            Unit::Count | Unit::Hours | Unit::Share | Unit::People => {
                number(filed, row, value_column, indicator.unit, findings)
            }
        };
        words(filed, row, &indicator, text, findings);
        entries.push(Entry { row, place, indicator, value, text, context: filed.field(row, Kind::Context) });
    }
    let whom = |entry: &Entry<'a>| {
        let recipients = filed.sheet == Sheet::Recipients;
        if recipients { VLOPS_AND_VLOSES } else { entry.indicator.tier.applicability() }
    };
    applicability(filed, entries.iter().map(|entry| (entry.row, whom(entry))), findings);
    order(filed, &entries, findings);
    missing(filed, &entries, &known, findings);
    entries
}

/// Which of the template's rows this is.
fn place(
    filed: &Filed,
    row: &Record,
    (known, names): (&[Indicator], &[String]),
    findings: &mut Findings,
) -> Option<usize> {
    let name = filed.field(row, Kind::Indicator);
    let scope = filed.field(row, Kind::Scope);
    let with_scope = filed.column(Kind::Scope).is_some();
    let wanted = loose(name);
    let at = filed.at(row, Kind::Indicator);
    if !names.contains(&wanted) {
        let message = format!("the template has no row {}", told(name));
        findings.fault(&filed.file, at, Code::RowUnknown, message);
        return None;
    }
    let fits = |(indicator, known): (&Indicator, &String)| {
        *known == wanted && (!with_scope || same_scope(scope, indicator.scope))
    };
    let Some(place) = known.iter().zip(names).position(fits) else {
        wrong_scope(filed, row, scope, findings);
        return None;
    };
    let indicator = &known[place];
    let pairs = [
        (Kind::Indicator, name, indicator.name),
        (Kind::Scope, scope, indicator.scope),
        (Kind::Section, filed.field(row, Kind::Section), indicator.section),
    ];
    for (kind, found, expected) in pairs {
        let greece = kind == Kind::Scope && found == "GR";
        if filed.column(kind).is_some() && !same(found, expected) && !greece {
            let spelling = loose(found) == loose(expected);
            let code = if spelling { Code::LabelSpelling } else { Code::LabelMismatch };
            let message = format!("{} is {} in the template", told(found), told(expected.trim()));
            findings.fault(&filed.file, filed.at(row, kind), code, message);
        }
    }
    Some(place)
}

/// Codes of languages and Member States must be written right: `DE` is not `de`.
fn same_scope(found: &str, expected: &str) -> bool {
    let code = LANGUAGES.contains(&expected) || MEMBER_STATES.contains(&expected);
    if code { found == expected || member_state(found) == Some(expected) } else { loose(found) == loose(expected) }
}

fn wrong_scope(filed: &Filed, row: &Record, scope: &str, findings: &mut Findings) {
    let at = filed.at(row, Kind::Scope);
    if is_placeholder(scope) {
        let message = format!("{} stands for the codes in full", told(scope));
        return findings.fault(&filed.file, at, Code::Placeholder, message);
    }
    let languages = matches!(filed.sheet, Sheet::Automated | Sheet::Staff);
    let hint = if languages && member_state(scope).is_some() {
        ": a language's two small letters belong here, not a Member State"
    } else if languages {
        ": official languages are two small letters"
    } else if filed.sheet == Sheet::Recipients {
        ": TOTAL or a Member State's two capitals belong here"
    } else {
        ""
    };
    findings.fault(&filed.file, at, Code::ScopeUnknown, format!("{} is no scope of this row{hint}", told(scope)));
}

/// Cells that hold no number.
fn words(filed: &Filed, row: &Record, indicator: &Indicator, text: &str, findings: &mut Findings) {
    if !matches!(indicator.unit, Unit::Words | Unit::Date) {
        return;
    }
    let at = filed.at(row, Kind::Value);
    let length = text.chars().count();
    if is_placeholder(text) {
        let message = format!("{} is the template's placeholder", told(text));
        findings.fault(&filed.file, at, Code::Placeholder, message);
    } else if length > MAX_WORDS {
        let message = format!("has {length} characters; {MAX_WORDS} are the most (Annex II, part I)");
        findings.fault(&filed.file, at, Code::TooLong, message);
    } else if text.is_empty() && indicator.tier == Tier::Intermediary && indicator.name != rows::PREVIOUS {
        let message = format!("{} must not be blank", told(indicator.name.trim()));
        findings.fault(&filed.file, at, Code::BlankCell, message);
    }
}

/// Rates may have a row for each moderation system; languages may go through indicators or the other way round.
fn is_rate(indicator: &Indicator) -> bool {
    rows::RATES.contains(&indicator.name)
}

fn order(filed: &Filed, entries: &[Entry<'_>], findings: &mut Findings) {
    let mut seen: BTreeMap<(usize, &str), usize> = BTreeMap::new();
    let mut last = 0;
    for entry in entries {
        let at = filed.at(entry.row, Kind::Indicator);
        // Several systems' rows of one rate are told apart by their contextual information.
        let own = if is_rate(&entry.indicator) { entry.context } else { "" };
        if let Some(first) = seen.insert((entry.place, own), entry.row.number) {
            let message =
                format!("{} {} is in row {first} too", told(entry.indicator.name.trim()), entry.indicator.scope);
            findings.fault(&filed.file, at, Code::RowDuplicate, message);
            continue;
        }
        let free = LANGUAGES.contains(&entry.indicator.scope) || MEMBER_STATES.contains(&entry.indicator.scope);
        let several = is_rate(&entry.indicator);
        let place = if free { usize::MAX } else { entry.place };
        if place < last && !several {
            let message = format!("{} {} comes too late", told(entry.indicator.name.trim()), entry.indicator.scope);
            findings.fault(&filed.file, at, Code::RowOrder, message);
        }
        last = if several { last.max(place) } else { place };
    }
}

/// Rows for very large platforms are missed only where the sheet says something for them; the set decides on whole sheets.
fn missing(filed: &Filed, entries: &[Entry<'_>], known: &[Indicator], findings: &mut Findings) {
    let there: BTreeSet<usize> = entries.iter().map(|entry| entry.place).collect();
    let very_large = entries.iter().any(|entry| entry.indicator.tier == Tier::VeryLarge && entry.value != Value::Blank);
    let mut missing: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for (place, indicator) in known.iter().enumerate() {
        if there.contains(&place) || indicator.tier == Tier::VeryLarge && !very_large {
            continue;
        }
        let first = known.iter().position(|other| other.name == indicator.name).unwrap_or(place);
        missing.entry(first).or_default().push(indicator.scope.trim());
    }
    for (first, scopes) in missing {
        let scopes: Vec<&str> = scopes.into_iter().filter(|scope| !scope.is_empty()).collect();
        let of = if scopes.is_empty() { String::new() } else { format!(" of {}", scopes.join(", ")) };
        let message = format!("the row {}{of} is missing", told(known[first].name.trim()));
        findings.fault(&filed.file, "/-".to_owned(), Code::RowMissing, message);
    }
}

/// The number of a row, where it is there once.
pub(super) fn value_of(entries: &[Entry<'_>], name: &str, scope: &str) -> Option<Value> {
    let fits = |entry: &&Entry<'_>| entry.indicator.name == name && entry.indicator.scope == scope;
    entries.iter().find(fits).map(|entry| entry.value)
}

/// Does `TOTAL` stand for a scope's sum here?
pub(super) fn is_total(entry: &Entry<'_>) -> bool {
    matches!(entry.indicator.scope, rows::TOTAL_NUMBER | TOTAL)
}
