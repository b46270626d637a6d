//! A row of the dump, and whether it says what a statement says.

use std::collections::BTreeSet;

use csv::StringRecord;
use serde_json::{Map, Value};

/// Columns that no statement has: the other side's own.
const THEIRS: [&str; 4] = ["uuid", "platform_name", "platform_uid", "created_at"];

/// Which column is where.
pub(super) struct Columns {
    names: Vec<String>,
    uuid: usize,
    puid: usize,
    platform: usize,
    created_at: usize,
}

/// A row.
pub(super) struct Row {
    record: StringRecord,
    uuid: usize,
    puid: usize,
    platform: usize,
    created_at: usize,
}

impl Columns {
    /// The columns of a header, or the name of one that is missing.
    pub(super) fn of(header: &StringRecord) -> Result<Self, &'static str> {
        let names: Vec<String> =
            header.iter().map(|name| name.trim_start_matches('\u{feff}').trim().to_owned()).collect();
        let place = |wanted: &'static str| names.iter().position(|name| name == wanted).ok_or(wanted);
        let [uuid, platform, puid, created_at] = THEIRS;
        let (uuid, platform, puid, created_at) = (place(uuid)?, place(platform)?, place(puid)?, place(created_at)?);
        Ok(Self { names, uuid, puid, platform, created_at })
    }

    pub(super) fn row(&self, record: StringRecord) -> Row {
        let Self { uuid, puid, platform, created_at, .. } = *self;
        Row { record, uuid, puid, platform, created_at }
    }

    /// The columns in which the row does not say what the statement says.
    pub(super) fn differences(&self, row: &Row, statement: &[u8]) -> Vec<&str> {
        let Ok(statement) = serde_json::from_slice::<Map<String, Value>>(statement) else { return vec!["all"] };
        let columns = self.names.iter().map(String::as_str).zip(row.record.iter());
        columns
            .filter(|(name, _)| !THEIRS.contains(name))
            .filter(|(name, cell)| !says(cell, field(&statement, name)))
            .map(|(name, _)| name)
            .collect()
    }
}

/// A column's field; the dump flattens the one that is an object.
fn field<'a>(statement: &'a Map<String, Value>, column: &str) -> Option<&'a Value> {
    match column {
        "content_id_ean" => statement.get("content_id").and_then(|ids| ids.get("EAN-13")),
        column => statement.get(column),
    }
}

/// Whether a cell says what a field says. Lists are JSON text in the dump, in any order; days may have a time after them.
fn says(cell: &str, field: Option<&Value>) -> bool {
    let cell = cell.trim();
    let is_empty = matches!(cell, "" | "[]" | "null");
    match field {
        None | Some(Value::Null) => is_empty,
        Some(Value::Array(values)) if values.is_empty() => is_empty,
        Some(Value::Array(values)) => {
            let Ok(Value::Array(told)) = serde_json::from_str(cell) else { return false };
            let set = |values: &[Value]| values.iter().map(ToString::to_string).collect::<BTreeSet<_>>();
            set(&told) == set(values)
        }
        Some(Value::String(text)) => {
            let is_day = text.len() == 10 && text.bytes().filter(|byte| *byte == b'-').count() == 2;
            cell == text.trim() || is_day && cell.starts_with(text.as_str()) && cell[10..].starts_with([' ', 'T'])
        }
        // No field of a statement is a number, a truth value or an object.
        Some(Value::Bool(_) | Value::Number(_) | Value::Object(_)) => false,
    }
}

impl Row {
    fn cell(&self, place: usize) -> &str {
        self.record.get(place).unwrap_or_default().trim()
    }

    pub(super) fn uuid(&self) -> &str {
        self.cell(self.uuid)
    }

    pub(super) fn puid(&self) -> &str {
        self.cell(self.puid)
    }

    pub(super) fn platform(&self) -> &str {
        self.cell(self.platform)
    }

    /// The day on which the other side stored it.
    pub(super) fn day(&self) -> Option<&str> {
        self.cell(self.created_at).get(..10)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(cell: &str, field: impl Into<Value>, expected: bool) {
        let field = field.into();
        assert_eq!(says(cell, Some(&field)), expected, "{cell} against {field}");
    }

    #[test]
    fn a_cell_says_what_a_field_says_however_it_is_written() {
        check("", Value::Null, true);
        check("[]", json!([]), true);
        check(r#"["DE","FR"]"#, json!(["FR", "DE"]), true);
        check(r#"["DE"]"#, json!(["FR", "DE"]), false);
        check("DE", json!(["DE"]), false);
        check("2026-05-05 00:00:00", json!("2026-05-05"), true);
        check("2026-05-06", json!("2026-05-05"), false);
        check(" A text. ", json!("A text."), true);
        check("", json!("A text."), false);
        check("Yes", Value::Null, false);
    }

    #[test]
    fn a_table_without_the_columns_of_a_dump_is_none() {
        let header = StringRecord::from(vec!["uuid", "platform_name", "created_at"]);
        assert_eq!(Columns::of(&header).err(), Some("platform_uid"));
    }
}
