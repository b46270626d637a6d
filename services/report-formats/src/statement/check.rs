//! The strict check of anybody's JSON: the database's rules and those it leaves to the platform, every fault named.
//!
//! Where the database is lax (it drops unknown members, trims texts, takes a number for a text) this is not: a statement
//! should say what it says in one way only, and nothing in it should be dropped on arrival. What the database would throw
//! away unread, such as the explanation of the other ground, is left alone.

mod fields;
mod notes;
mod pattern;
mod privacy;
mod relations;
mod wording;

use std::collections::HashMap;

use super::{
    fault::{Code, Fault, step},
    json::Json,
};
use notes::{Fields, Notes};

/// The most bytes of one document.
pub const MAX_DOCUMENT_BYTES: usize = 256 << 20;

/// The most statements of one call to the database.
pub const MAX_BATCH: usize = 100;

/// A byte order mark in UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What a document holds and what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Statements seen, sound or not.
    pub statements: usize,
    /// Every fault, in the order of the document.
    pub faults: Vec<Fault>,
}

/// Checks one JSON document: a statement, an array of statements, or the body of a call with many (`{"statements": […]}`).
///
/// Statements of one document must have different puids; how many there may be is checked in the body of a call alone,
/// as an array can be sent in parts.
pub fn check_document(bytes: &[u8]) -> Checked {
    let mut checked = Checked::default();
    let Some(document) = read(bytes, "", &mut checked.faults) else { return checked };
    let mut sequence = Sequence::default();
    match &document {
        Json::List(items) => {
            if items.is_empty() {
                let message = "an empty array: there is no statement in it to check";
                checked.faults.push(fault(String::new(), Code::BatchSize, message));
            }
            checked.faults.extend(sequence.check_all(items, ""));
        }
        Json::Object(members) if members.iter().any(|(name, _)| name == "statements") => {
            checked.faults.extend(sequence.check_call(members));
        }
        Json::Null | Json::Bool(_) | Json::Number | Json::Text(_) | Json::Object(_) => {
            checked.faults.extend(sequence.check_one(&document, ""));
        }
    }
    checked.statements = sequence.statements;
    checked
}

/// Statements that come one after the other, as in JSON Lines; pointers begin with each one's index, from 0.
#[derive(Debug, Default)]
pub struct Sequence {
    statements: usize,
    /// Where each puid was first seen.
    puids: HashMap<String, String>,
}

impl Sequence {
    /// Checks the next statement of the sequence, as JSON text.
    pub fn check_next(&mut self, bytes: &[u8]) -> Vec<Fault> {
        let at = format!("/{}", self.statements);
        let mut faults = Vec::new();
        match read(bytes, &at, &mut faults) {
            Some(statement) => faults.extend(self.check_one(&statement, &at)),
            None => self.statements += 1,
        }
        faults
    }

    /// Statements seen so far, sound or not.
    pub const fn statements(&self) -> usize {
        self.statements
    }

    fn check_all(&mut self, items: &[Json], at: &str) -> Vec<Fault> {
        let numbered = items.iter().enumerate();
        numbered.flat_map(|(index, item)| self.check_one(item, &format!("{at}/{index}"))).collect()
    }

    /// The body of a call with many statements.
    fn check_call(&mut self, members: &[(String, Json)]) -> Vec<Fault> {
        let mut faults = Vec::new();
        for (name, value) in members {
            let at = step(name);
            if name != "statements" {
                let message = "the body of a call has the member `statements` alone; remove this one";
                faults.push(fault(at, Code::UnknownField, message));
            } else if let Json::List(items) = value {
                if items.is_empty() || items.len() > MAX_BATCH {
                    let message = format!("{} statements: one call takes 1 to {MAX_BATCH}", items.len());
                    faults.push(fault(at.clone(), Code::BatchSize, message));
                }
                faults.extend(self.check_all(items, &at));
            } else {
                let message = format!("{}: `statements` is an array of statements", value.kind());
                faults.push(fault(at, Code::WrongType, message));
            }
        }
        if members.iter().filter(|(name, _)| name == "statements").count() > 1 {
            let message = "stands more than once, and readers differ in which they take; keep one";
            faults.push(fault("/statements".to_owned(), Code::DuplicateKey, message));
        }
        faults
    }

    fn check_one(&mut self, statement: &Json, at: &str) -> Vec<Fault> {
        self.statements += 1;
        let Json::Object(members) = statement else {
            let message = format!("{}: a statement of reasons is a JSON object", statement.kind());
            return vec![fault(at.to_owned(), Code::NotAStatement, message)];
        };
        let mut notes = Notes::new(at);
        let mut repeated = Vec::new();
        statement.repeated_keys(at, &mut repeated);
        for pointer in repeated {
            notes.add_at(
                pointer,
                Code::DuplicateKey,
                "stands more than once, and readers differ in which they take; keep one",
            );
        }
        let fields = Fields::new(members);
        fields::check(&fields, &mut notes);
        relations::check(&fields, &mut notes);
        privacy::check(&fields, &mut notes);
        self.check_puid(&fields, &mut notes);
        notes.into_faults()
    }

    fn check_puid(&mut self, fields: &Fields<'_>, notes: &mut Notes<'_>) {
        let Some(puid) = fields.get("puid").and_then(Json::as_text).filter(|puid| !puid.is_empty()) else { return };
        let pointer = notes.pointer("puid");
        if let Some(first) = self.puids.get(puid) {
            let message = format!(
                "the same puid as at {first}: give each statement its own, or the database refuses the whole call"
            );
            notes.add("puid", Code::RepeatedPuid, message);
        } else {
            self.puids.insert(puid.to_owned(), pointer);
        }
    }
}

fn read(bytes: &[u8], at: &str, faults: &mut Vec<Fault>) -> Option<Json> {
    let bytes = match bytes.strip_prefix(BYTE_ORDER_MARK) {
        Some(rest) => {
            let message = "begins with a byte order mark, which is no JSON; save as UTF-8 without it";
            faults.push(fault(at.to_owned(), Code::ByteOrderMark, message));
            rest
        }
        None => bytes,
    };
    if bytes.len() > MAX_DOCUMENT_BYTES {
        let message = format!(
            "more than {} MiB in one document; write one statement a line (JSON Lines)",
            MAX_DOCUMENT_BYTES >> 20
        );
        faults.push(fault(at.to_owned(), Code::TooLarge, message));
        return None;
    }
    let error = match serde_json::from_slice(bytes) {
        Ok(json) => return Some(json),
        Err(error) => error,
    };
    faults.push(fault(at.to_owned(), Code::NotJson, wording::not_json(bytes, &error)));
    None
}

fn fault(pointer: String, code: Code, message: impl Into<String>) -> Fault {
    Fault { pointer, code, message: message.into() }
}

#[cfg(test)]
mod tests;
