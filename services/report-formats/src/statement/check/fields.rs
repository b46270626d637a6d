//! Each field for itself: is it there, of its type, on its list, within its length.

use std::{collections::BTreeSet, sync::LazyLock};

use chrono::NaiveDate;
use domain::{StatementCategory, StatementKeyword};
use regex::Regex;

use super::{
    notes::{self, Fields, Notes},
    pattern::compiled,
    wording,
};
use crate::statement::{
    Account, AccountType, AutomatedDecision, ContentType, Ground, LANGUAGES, MemberState, Monetary, Provision,
    SourceType, Visibility, YesNo,
    fault::{Code, step},
    json::Json,
};

/// Faults named of one list; the rest is counted.
const MAX_NAMED: usize = 100;

/// An `http` or `https` address with a dotted host: what the database certainly takes.
static URL: LazyLock<Regex> = LazyLock::new(|| {
    let plain = r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})";
    let host = r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}(?::[0-9]{1,5})?";
    compiled(&format!(r"^https?://{host}(?:/{plain}*)*(?:\?(?:{plain}|[/?])*)?(?:#(?:{plain}|[/?])*)?$"))
});

#[derive(Clone, Copy)]
enum Shape {
    /// One code of a closed list.
    Code(&'static [&'static str]),
    /// An array of codes of a closed list, each once.
    Codes(&'static [&'static str]),
    /// Text of at most so many characters.
    Text(usize),
    /// Text that the database throws away unread, unless another field asks for it.
    LooseText,
    /// A day from the given year on.
    Day { from_year: i32 },
    /// An address on the web.
    Url,
    /// A product's number.
    ContentId,
    /// The platform's id.
    Puid,
}

#[derive(Clone, Copy, PartialEq)]
enum Need {
    /// Must be there.
    Needed,
    /// May be left out or `null`.
    Nullable,
    /// May be left out, but not `null`.
    Optional,
}

use Need::{Needed, Nullable, Optional};
use Shape::{Codes, Day, LooseText, Text};

/// Every field of a statement.
const FIELDS: [(&str, Need, Shape); 35] = [
    ("decision_visibility", Nullable, Codes(Visibility::NAMES)),
    ("decision_visibility_other", Nullable, Text(500)),
    ("end_date_visibility_restriction", Nullable, Day { from_year: 2000 }),
    ("decision_monetary", Nullable, Shape::Code(Monetary::NAMES)),
    ("decision_monetary_other", Nullable, LooseText),
    ("end_date_monetary_restriction", Nullable, Day { from_year: 2000 }),
    ("decision_provision", Nullable, Shape::Code(Provision::NAMES)),
    ("end_date_service_restriction", Nullable, Day { from_year: 2000 }),
    ("decision_account", Nullable, Shape::Code(Account::NAMES)),
    ("end_date_account_restriction", Nullable, Day { from_year: 2000 }),
    ("account_type", Nullable, Shape::Code(AccountType::NAMES)),
    ("decision_facts", Needed, Text(5000)),
    ("decision_ground", Needed, Shape::Code(Ground::NAMES)),
    ("decision_ground_reference_url", Nullable, Shape::Url),
    ("illegal_content_legal_ground", Nullable, LooseText),
    ("illegal_content_explanation", Nullable, LooseText),
    ("incompatible_content_ground", Nullable, LooseText),
    ("incompatible_content_explanation", Nullable, LooseText),
    ("incompatible_content_illegal", Optional, Shape::Code(YesNo::NAMES)),
    ("content_type", Needed, Codes(ContentType::NAMES)),
    ("content_type_other", Nullable, Text(500)),
    ("content_language", Nullable, Shape::Code(&LANGUAGES)),
    ("content_date", Needed, Day { from_year: 2000 }),
    ("content_id", Nullable, Shape::ContentId),
    ("category", Needed, Shape::Code(StatementCategory::NAMES)),
    ("category_addition", Optional, Codes(StatementCategory::NAMES)),
    ("category_specification", Nullable, Codes(StatementKeyword::NAMES)),
    ("category_specification_other", Nullable, Text(500)),
    ("territorial_scope", Nullable, Codes(MemberState::NAMES)),
    ("application_date", Needed, Day { from_year: 2020 }),
    ("source_type", Needed, Shape::Code(SourceType::NAMES)),
    ("source_identity", Nullable, Text(500)),
    ("automated_detection", Needed, Shape::Code(YesNo::NAMES)),
    ("automated_decision", Needed, Shape::Code(AutomatedDecision::NAMES)),
    ("puid", Needed, Shape::Puid),
];

/// Every field by itself, and the members that are none.
pub(super) fn check(fields: &Fields<'_>, notes: &mut Notes<'_>) {
    check_names(fields, notes);
    for (name, need, shape) in FIELDS {
        match fields.get(name) {
            None if need == Needed => notes.add(name, Code::Missing, "is missing, and every statement needs it"),
            None => {}
            Some(Json::Null) => match need {
                Needed => notes.add(name, Code::Missing, "is null, and every statement needs it"),
                Nullable => {}
                Optional => notes.add(name, Code::NullRefused, "the database refuses null here; leave the field out"),
            },
            Some(value) => check_shape(name, need, shape, value, notes),
        }
    }
}

fn check_names(fields: &Fields<'_>, notes: &mut Notes<'_>) {
    let is_known = |name: &str| FIELDS.iter().any(|(field, ..)| *field == name);
    let unknown: Vec<&str> = fields.names().filter(|name| !is_known(name)).collect();
    let known: Vec<&str> = FIELDS.iter().map(|(field, ..)| *field).collect();
    for name in unknown.iter().take(MAX_NAMED) {
        let hint = match wording::nearest(name, &known) {
            Some(near) => format!("write {near}"),
            None => "remove it".to_owned(),
        };
        notes.add(
            name,
            Code::UnknownField,
            format!("no statement has this field, and the database drops it unread; {hint}"),
        );
    }
    if unknown.len() > MAX_NAMED {
        let message = format!("{} more members that no statement has; remove them", unknown.len() - MAX_NAMED);
        notes.add_at(notes.place().to_owned(), Code::UnknownField, message);
    }
}

fn check_shape(name: &str, need: Need, shape: Shape, value: &Json, notes: &mut Notes<'_>) {
    let (Some(text), Shape::Code(_) | Text(_) | LooseText | Day { .. } | Shape::Url | Shape::Puid) =
        (value.as_text(), shape)
    else {
        return match (shape, value) {
            (Codes(list), Json::List(items)) => check_codes(name, need, list, items, notes),
            (Shape::ContentId, Json::Object(members)) => check_content_id(name, members, notes),
            _ => notes.add(name, Code::WrongType, format!("{}; {}", value.kind(), wanted(shape))),
        };
    };
    match shape {
        Shape::Code(list) => check_code(list, text).into_iter().for_each(|(code, what)| notes.add(name, code, what)),
        Text(most) => {
            if need == Needed {
                check_visible(name, text, notes);
            }
            check_length(name, text, most, notes);
        }
        Day { from_year } => check_day(name, text, from_year, notes),
        Shape::Url => check_url(name, text, notes),
        Shape::Puid => check_puid(name, text, notes),
        LooseText | Codes(_) | Shape::ContentId => {}
    }
}

const fn wanted(shape: Shape) -> &'static str {
    match shape {
        Shape::Code(_) => "write one code as a string",
        Codes(_) => "write an array of codes, also for one",
        Text(_) | LooseText => "write a string",
        Day { .. } => "write a day as a string, YYYY-MM-DD",
        Shape::Url => "write a web address as a string",
        Shape::ContentId => "write an object with the one member \"EAN-13\"",
        Shape::Puid => "write the id as a string",
    }
}

/// What is wrong with one code, if anything.
fn check_code(list: &[&str], text: &str) -> Option<(Code, String)> {
    if list.contains(&text) {
        return None;
    }
    Some(match wording::withdrawn(text) {
        Some(message) => (Code::Withdrawn, message),
        None => (Code::NotInList, wording::not_in_list(text, list)),
    })
}

fn check_codes(name: &str, need: Need, list: &[&str], items: &[Json], notes: &mut Notes<'_>) {
    if items.is_empty() && need == Needed {
        notes.add(name, Code::Missing, "is empty, and every statement needs at least one");
    }
    let mut seen = BTreeSet::new();
    let faults: Vec<(usize, Code, String)> = items
        .iter()
        .enumerate()
        .filter_map(|(index, item)| {
            let (code, message) = match item {
                Json::Text(text) if !seen.insert(text.as_str()) => {
                    (Code::Repeated, "stands in the list already; remove it".to_owned())
                }
                Json::Text(text) => check_code(list, text)?,
                Json::Null | Json::Bool(_) | Json::Number | Json::List(_) | Json::Object(_) => {
                    (Code::WrongType, format!("{}; write one code as a string", item.kind()))
                }
            };
            Some((index, code, message))
        })
        .collect();
    let more = faults.len().saturating_sub(MAX_NAMED);
    for (index, code, message) in faults.into_iter().take(MAX_NAMED) {
        notes.add_item(name, index, code, message);
    }
    if more > 0 {
        notes.add(
            name,
            Code::NotInList,
            format!("{more} more items are wrong; write each code of the list once at most"),
        );
    }
}

/// Text that says something: more than white space and characters without a shape.
pub(super) fn check_visible(name: &str, text: &str, notes: &mut Notes<'_>) {
    if text.chars().all(is_invisible) {
        notes.add(name, Code::Blank, "nothing in it can be seen; write the text");
    }
}

pub(super) fn check_length(name: &str, text: &str, most: usize, notes: &mut Notes<'_>) {
    let length = text.chars().count();
    if length > most {
        notes.add(name, Code::TooLong, format!("{length} characters; {most} at most, so shorten it"));
    }
}

/// What the database trims before it asks whether a text is empty.
pub(super) fn is_invisible(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\0' | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}')
        || matches!(c, '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}')
        || matches!(c, '\u{2800}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{1d159}' | '\u{1d173}'..='\u{1d17a}')
        || c == '\u{e0020}'
}

fn check_day(name: &str, text: &str, from_year: i32, notes: &mut Notes<'_>) {
    let Some(day) = notes::date(text) else {
        return notes.add(name, Code::WrongForm, "no day; write YYYY-MM-DD, without time or zone");
    };
    let range = NaiveDate::from_ymd_opt(from_year, 1, 1)..=NaiveDate::from_ymd_opt(2038, 1, 1);
    if !range.contains(&Some(day)) {
        notes.add(name, Code::DateOutOfRange, format!("the database takes {from_year}-01-01 to 2038-01-01 here"));
    }
}

fn check_url(name: &str, text: &str, notes: &mut Notes<'_>) {
    check_length(name, text, 500, notes);
    if text.len() <= 500 && !URL.is_match(text) {
        let message = "no address that the database surely takes; write http:// or https://, a host with a dot, and only \
                       characters of an address (others as %XX)";
        notes.add(name, Code::WrongForm, message);
    }
}

fn check_puid(name: &str, text: &str, notes: &mut Notes<'_>) {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    if text.is_empty() {
        notes.add(name, Code::Missing, "is empty, and every statement needs it");
    } else if !is_plain {
        notes.add(name, Code::WrongForm, "write letters A to Z, digits, `-` and `_` alone");
    }
    check_length(name, text, 500, notes);
}

fn check_content_id(name: &str, members: &[(String, Json)], notes: &mut Notes<'_>) {
    let at = notes.pointer(name);
    for (key, value) in members.iter().take(MAX_NAMED) {
        let pointer = at.clone() + &step(key);
        if key != "EAN-13" {
            notes.add_at(pointer, Code::UnknownField, "the database knows \"EAN-13\" alone and drops this; remove it");
        } else if !value.as_text().is_some_and(|ean| ean.len() == 13 && ean.bytes().all(|b| b.is_ascii_digit())) {
            notes.add_at(pointer, Code::WrongForm, "write the 13 digits as a string");
        }
    }
}
