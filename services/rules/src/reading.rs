//! Reads one TOML file key by key and notes every problem with its line, instead of stopping at the first as serde does.
//!
//! A key that nothing asked for is unknown: [`Section::finish`] reports it with the nearest of those that were.

use std::{cell::RefCell, collections::BTreeSet, ops::Range};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::problem::{PackError, suggest};

/// Known keys looked through for the one that is meant.
const MAX_SUGGESTED_FROM: usize = 100;

/// A value and the line it stands on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Located<T> {
    pub(crate) value: T,
    pub(crate) line: usize,
}

/// One file being read, and what is wrong with it so far.
pub(crate) struct Source<'a> {
    pub(crate) file: &'a str,
    text: &'a str,
    /// Where each line begins.
    lines: Vec<usize>,
    problems: RefCell<Vec<PackError>>,
}

impl<'a> Source<'a> {
    pub(crate) fn new(file: &'a str, text: &'a str) -> Self {
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { file, text, lines, problems: RefCell::default() }
    }

    /// The file as a table; problems of its syntax are noted, and then there is no table.
    pub(crate) fn parse(&self) -> Option<DeTable<'a>> {
        let (table, errors) = DeTable::parse_recoverable(self.text);
        if errors.is_empty() {
            return Some(table.into_inner());
        }
        for error in errors {
            let at = error.span().map_or(0, |span| span.start);
            self.note(self.line(at), format!("not TOML: {}", error.message()), None);
        }
        None
    }

    pub(crate) fn line(&self, byte: usize) -> usize {
        self.lines.partition_point(|&begin| begin <= byte)
    }

    pub(crate) fn note(&self, line: usize, what: impl Into<String>, hint: Option<String>) {
        let what = what.into();
        self.problems.borrow_mut().push(PackError { file: self.file.to_owned(), line, what, hint });
    }

    pub(crate) fn into_problems(self) -> Vec<PackError> {
        self.problems.into_inner()
    }
}

/// One table of a file.
pub(crate) struct Section<'s, 'a> {
    pub(crate) source: &'s Source<'a>,
    table: &'s DeTable<'a>,
    /// As it is named in messages: `[scope]`; empty for the file itself.
    name: String,
    pub(crate) line: usize,
    asked: RefCell<BTreeSet<String>>,
}

impl<'s, 'a> Section<'s, 'a> {
    pub(crate) fn root(source: &'s Source<'a>, table: &'s DeTable<'a>) -> Self {
        Self { source, table, name: String::new(), line: 1, asked: RefCell::default() }
    }

    fn inner(&self, key: &str, table: &'s DeTable<'a>, span: &Range<usize>) -> Self {
        let name = if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) };
        Self { source: self.source, table, name, line: self.source.line(span.start), asked: RefCell::default() }
    }

    pub(crate) fn note(&self, line: usize, what: impl Into<String>, hint: Option<String>) {
        self.source.note(line, what, hint);
    }

    fn value(&self, key: &str) -> Option<&'s Spanned<DeValue<'a>>> {
        self.asked.borrow_mut().insert(key.to_owned());
        self.table.get(key)
    }

    /// The line of a key's value, or of the section where it is not there.
    pub(crate) fn line_of(&self, key: &str) -> usize {
        self.table.get(key).map_or(self.line, |value| self.source.line(value.span().start))
    }

    fn wrong(&self, key: &str, wanted: &str, value: &Spanned<DeValue<'a>>) {
        let line = self.source.line(value.span().start);
        let found = value.get_ref().type_str();
        self.note(line, format!("`{}` is {wanted}, not {found}", self.path(key)), None);
    }

    fn path(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) }
    }

    fn read<T>(&self, key: &str, wanted: &str, take: impl Fn(&DeValue<'a>) -> Option<T>) -> Option<T> {
        let value = self.value(key)?;
        let taken = take(value.get_ref());
        if taken.is_none() {
            self.wrong(key, wanted, value);
        }
        taken
    }

    pub(crate) fn text(&self, key: &str) -> Option<String> {
        self.read(key, "a text", |value| value.as_str().map(str::to_owned))
    }

    /// A text that must be there and say something.
    pub(crate) fn needed(&self, key: &str) -> Option<String> {
        if !self.table.contains_key(key) {
            self.asked.borrow_mut().insert(key.to_owned());
            self.note(self.line, format!("`{}` is missing", self.path(key)), None);
            return None;
        }
        let text = self.text(key)?;
        if text.trim().is_empty() {
            self.note(self.line_of(key), format!("`{}` is empty", self.path(key)), None);
            return None;
        }
        Some(text)
    }

    pub(crate) fn integer(&self, key: &str) -> Option<i64> {
        self.read(key, "a whole number", |value| {
            let number = value.as_integer()?;
            i64::from_str_radix(number.as_str(), number.radix()).ok()
        })
    }

    pub(crate) fn number(&self, key: &str) -> Option<f64> {
        self.read(key, "a number", |value| {
            let text = value.as_float().map(toml::de::DeFloat::as_str);
            text.or_else(|| value.as_integer().map(toml::de::DeInteger::as_str))?.parse().ok()
        })
    }

    /// Whether a key says `true`.
    pub(crate) fn yes(&self, key: &str) -> bool {
        self.read(key, "true or false", DeValue::as_bool).unwrap_or(false)
    }

    /// A date without a time, as `2027-01-31`.
    pub(crate) fn date(&self, key: &str) -> Option<String> {
        self.read(key, "a date such as 2027-01-31", |value| {
            let moment = value.as_datetime()?;
            (moment.time.is_none() && moment.offset.is_none()).then(|| moment.date.map(|date| date.to_string()))?
        })
    }

    /// A list of texts with their lines; empty where the key is not there.
    pub(crate) fn texts(&self, key: &str) -> Vec<Located<String>> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let Some(array) = value.get_ref().as_array() else {
            self.wrong(key, "a list of texts", value);
            return Vec::new();
        };
        let mut texts = Vec::new();
        for item in array {
            match item.get_ref().as_str() {
                Some(text) => {
                    texts.push(Located { value: text.to_owned(), line: self.source.line(item.span().start) });
                }
                None => self.wrong(key, "a list of texts", item),
            }
        }
        texts
    }

    pub(crate) fn section(&self, key: &str) -> Option<Self> {
        let value = self.value(key)?;
        let Some(table) = value.get_ref().as_table() else {
            self.wrong(key, "a table", value);
            return None;
        };
        Some(self.inner(key, table, &value.span()))
    }

    /// An array of tables; empty where the key is not there.
    pub(crate) fn sections(&self, key: &str) -> Vec<Self> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let Some(array) = value.get_ref().as_array() else {
            self.wrong(key, "a list of tables", value);
            return Vec::new();
        };
        let mut sections = Vec::new();
        for item in array {
            match item.get_ref().as_table() {
                Some(table) => sections.push(self.inner(key, table, &item.span())),
                None => self.wrong(key, "a list of tables", item),
            }
        }
        sections
    }

    pub(crate) fn is_text(&self, key: &str) -> bool {
        self.table.get(key).is_some_and(|value| value.get_ref().is_str())
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// The keys that nothing asked for yet.
    pub(crate) fn rest(&self) -> Vec<String> {
        let asked = self.asked.borrow();
        self.table.keys().map(|key| key.get_ref().to_string()).filter(|key| !asked.contains(key)).collect()
    }

    /// Notes `keys` of the full format as not supported by this version, where they are there.
    pub(crate) fn later(&self, keys: &[&str], instead: &str) {
        for key in keys {
            if self.value(key).is_some() {
                let what = format!("`{}` is not supported by this version", self.path(key));
                self.note(self.line_of(key), what, (!instead.is_empty()).then(|| instead.to_owned()));
            }
        }
    }

    /// Notes every key that nothing asked for.
    pub(crate) fn finish(&self) {
        let asked = self.asked.borrow();
        let known: Vec<&str> = asked.iter().map(String::as_str).take(MAX_SUGGESTED_FROM).collect();
        for key in self.table.keys().filter(|key| !asked.contains(key.get_ref().as_ref())) {
            let what = format!("unknown key `{}`", self.path(key.get_ref()));
            self.note(self.source.line(key.span().start), what, suggest(key.get_ref(), &known));
        }
    }
}
