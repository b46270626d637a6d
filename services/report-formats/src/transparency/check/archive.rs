//! Zip archives and XLSX workbooks to their members, under a cap on what comes out.

use std::io::{Cursor, Read};

use calamine::{Data, Reader, Xlsx};

use super::{
    Code, Findings,
    csv::{MAX_FIELD, MAX_FIELDS, MAX_ROWS, Record},
};

/// Most bytes that an archive may hold when unpacked; what says less and gives more is stopped there.
const MAX_UNPACKED: u64 = 256 << 20;
/// Most members of an archive.
const MAX_MEMBERS: usize = 1_000;

/// A member of an archive.
pub(super) struct Member {
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
}

/// The CSV files and workbooks of a zip archive; everything is unpacked once, so that a bomb is met here.
pub(super) fn members(file: &str, bytes: &[u8], findings: &mut Findings) -> Vec<Member> {
    match unpack(bytes, MAX_UNPACKED, is_table) {
        Ok(members) => members,
        Err((code, message)) => {
            findings.fault(file, String::new(), code, message);
            Vec::new()
        }
    }
}

/// Is it a table by its name, and not a hidden copy that a file manager left?
pub(super) fn is_table(name: &str) -> bool {
    let stem = name.rsplit('/').next().unwrap_or(name);
    let hidden = stem.starts_with('.') || stem.starts_with("~$") || name.starts_with("__MACOSX/");
    let extension = stem.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    !hidden && matches!(extension.as_deref(), Some("csv" | "xlsx"))
}

type Refusal = (Code, String);

fn unpack(bytes: &[u8], most: u64, wanted: impl Fn(&str) -> bool) -> Result<Vec<Member>, Refusal> {
    let unreadable =
        |error: &dyn std::error::Error| (Code::Unreadable, format!("is not a zip archive that can be read: {error}"));
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| unreadable(&error))?;
    if archive.len() > MAX_MEMBERS {
        return Err((Code::TooLarge, format!("has {} members; more than {MAX_MEMBERS} are not read", archive.len())));
    }
    let mut left = most;
    let mut members = Vec::new();
    for index in 0..archive.len() {
        let mut member = archive.by_index(index).map_err(|error| unreadable(&error))?;
        let name = member.name().map_err(|error| unreadable(&error))?.into_owned();
        let wanted = member.is_file() && wanted(&name);
        let mut content = Vec::new();
        let mut limited = (&mut member).take(left + 1);
        let read = if wanted {
            limited.read_to_end(&mut content).map(|length| length as u64)
        } else {
            std::io::copy(&mut limited, &mut std::io::sink())
        };
        let read = read.map_err(|error| unreadable(&error))?;
        left = left
            .checked_sub(read)
            .ok_or_else(|| (Code::TooLarge, format!("holds more than {most} bytes when unpacked; it was not read")))?;
        if wanted {
            members.push(Member { name, bytes: content });
        }
    }
    members.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(members)
}

/// The sheets of a workbook, by name.
pub(super) fn sheets(file: &str, bytes: &[u8], findings: &mut Findings) -> Vec<(String, Vec<Record>)> {
    // A workbook is a zip archive: what calamine would unpack is measured first.
    if let Err((code, message)) = unpack(bytes, MAX_UNPACKED, |_| false) {
        findings.fault(file, String::new(), code, message);
        return Vec::new();
    }
    let mut book: Xlsx<_> = match Xlsx::new(Cursor::new(bytes)) {
        Ok(book) => book,
        Err(error) => {
            findings.fault(
                file,
                String::new(),
                Code::Unreadable,
                format!("is not a workbook that can be read: {error}"),
            );
            return Vec::new();
        }
    };
    let mut sheets = Vec::new();
    for name in book.sheet_names().into_iter().take(MAX_MEMBERS) {
        let place = format!("{file}/{name}");
        match rows(&mut book, &name, &place, findings) {
            Ok(rows) => sheets.push((name, rows)),
            Err(error) => findings.fault(&place, String::new(), Code::Unreadable, format!("cannot be read: {error}")),
        }
    }
    sheets
}

/// Cell by cell: a range of all cells would be as large as the two farthest apart ask for.
fn rows(
    book: &mut Xlsx<Cursor<&[u8]>>,
    name: &str,
    place: &str,
    findings: &mut Findings,
) -> Result<Vec<Record>, calamine::XlsxError> {
    let mut rows: Vec<Record> = Vec::new();
    let mut cells = book.worksheet_cells_reader(name)?;
    while let Some(cell) = cells.next_cell()? {
        let (row, column) = cell.get_position();
        let text = text(&Data::from(cell.get_value().clone()));
        if text.is_empty() {
            continue;
        }
        let (row, column) = (row as usize, column as usize);
        if row >= MAX_ROWS || column >= MAX_FIELDS || rows.len() > MAX_ROWS {
            let message = format!("has cells beyond row {MAX_ROWS} or column {MAX_FIELDS}; they were not read");
            findings.fault(place, String::new(), Code::TooLarge, message);
            break;
        }
        if rows.last().is_none_or(|last| last.number != row + 1) {
            rows.push(Record { number: row + 1, fields: Vec::new() });
        }
        if let Some(last) = rows.last_mut() {
            last.fields.resize(last.fields.len().max(column + 1), String::new());
            last.fields[column] = text;
        }
    }
    // A workbook does not keep blank cells at a row's end: that makes no row ragged.
    let width = rows.iter().map(|row| row.fields.len()).max().unwrap_or(0);
    for row in &mut rows {
        row.fields.resize(width, String::new());
    }
    Ok(rows)
}

/// A cell as a CSV file would hold it. Dates are numbers in a workbook, and shown in many ways: they count as right.
fn text(value: &Data) -> String {
    let text = match value {
        Data::DateTime(date) => match date.as_datetime() {
            Some(date) => date.date().to_string(),
            None => date.as_f64().to_string(),
        },
        Data::DateTimeIso(date) => date.split('T').next().unwrap_or_default().to_owned(),
        Data::Float(number) => number.to_string(),
        Data::Int(_) | Data::String(_) | Data::Bool(_) | Data::DurationIso(_) | Data::Error(_) | Data::Empty => {
            value.to_string()
        }
    };
    text.chars().take(MAX_FIELD).collect()
}

#[cfg(test)]
mod tests;
