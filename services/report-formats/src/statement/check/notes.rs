//! The fields of one statement as the checks read them, and the notes they make.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::statement::{
    fault::{Code, Fault, step},
    json::Json,
};

/// The members of a statement by name; of one that stands twice, the last, as the database reads it.
pub(super) struct Fields<'a>(BTreeMap<&'a str, &'a Json>);

impl<'a> Fields<'a> {
    pub(super) fn new(members: &'a [(String, Json)]) -> Self {
        Self(members.iter().map(|(name, value)| (name.as_str(), value)).collect())
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &'a str> {
        self.0.keys().copied()
    }

    /// As written, `null` too.
    pub(super) fn get(&self, name: &str) -> Option<&'a Json> {
        self.0.get(name).copied()
    }

    /// What is there and not `null`.
    pub(super) fn given(&self, name: &str) -> Option<&'a Json> {
        self.get(name).filter(|value| **value != Json::Null)
    }

    pub(super) fn text(&self, name: &str) -> Option<&'a str> {
        self.get(name).and_then(Json::as_text)
    }

    /// The texts of a list with their indexes, whatever else is in it.
    pub(super) fn texts(&self, name: &str) -> impl Iterator<Item = (usize, &'a str)> {
        let items = self.get(name).and_then(Json::as_list).unwrap_or_default();
        items.iter().enumerate().filter_map(|(index, item)| Some((index, item.as_text()?)))
    }

    pub(super) fn lists(&self, name: &str, code: &str) -> bool {
        self.texts(name).any(|(_, text)| text == code)
    }

    /// A date in the one form that is taken.
    pub(super) fn date(&self, name: &str) -> Option<NaiveDate> {
        self.text(name).and_then(date)
    }
}

/// `YYYY-MM-DD` and nothing else.
pub(super) fn date(text: &str) -> Option<NaiveDate> {
    let is_plain = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    is_plain.then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()).flatten()
}

/// The faults of one statement, each kind once a field.
pub(super) struct Notes<'a> {
    at: &'a str,
    seen: BTreeSet<(String, Code)>,
    faults: Vec<Fault>,
}

impl<'a> Notes<'a> {
    /// `at` is the pointer to the statement.
    pub(super) fn new(at: &'a str) -> Self {
        Self { at, seen: BTreeSet::new(), faults: Vec::new() }
    }

    /// The pointer to the statement.
    pub(super) fn place(&self) -> &'a str {
        self.at
    }

    pub(super) fn pointer(&self, field: &str) -> String {
        self.at.to_owned() + &step(field)
    }

    pub(super) fn add(&mut self, field: &str, code: Code, message: impl Into<String>) {
        self.add_at(self.pointer(field), code, message);
    }

    pub(super) fn add_item(&mut self, field: &str, index: usize, code: Code, message: impl Into<String>) {
        self.add_at(format!("{}/{index}", self.pointer(field)), code, message);
    }

    /// The same note on every field that a rule concerns.
    pub(super) fn add_all(&mut self, fields: &[&str], code: Code, message: &str) {
        for field in fields {
            self.add(field, code, message);
        }
    }

    pub(super) fn add_at(&mut self, pointer: String, code: Code, message: impl Into<String>) {
        // Two kinds of personal data in one text are two notes; of anything else the first says it.
        if code == Code::PersonalData || self.seen.insert((pointer.clone(), code)) {
            self.faults.push(Fault { pointer, code, message: message.into() });
        }
    }

    pub(super) fn into_faults(self) -> Vec<Fault> {
        self.faults
    }
}
