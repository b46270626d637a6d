//! Workbooks, made by hand.

use std::fmt::Write;

use super::{
    super::{Completeness, Source, check},
    Code, Findings, sheets, unpack,
};

/// A workbook of one sheet with this XML between `<sheetData>` and its end.
fn workbook(name: &str, data: &str) -> Vec<u8> {
    let types = r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>"#;
    let of = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006/relationships";
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let root = format!(
        r#"<?xml version="1.0"?><Relationships xmlns="{package}"><Relationship Id="rId1" Type="{of}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
    );
    let book = format!(
        r#"<?xml version="1.0"?><workbook xmlns="{main}" xmlns:r="{of}"><sheets><sheet name="{name}" sheetId="1" r:id="rId1"/></sheets></workbook>"#
    );
    let parts = format!(
        r#"<?xml version="1.0"?><Relationships xmlns="{package}"><Relationship Id="rId1" Type="{of}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#
    );
    let sheet = format!(r#"<?xml version="1.0"?><worksheet xmlns="{main}"><sheetData>{data}</sheetData></worksheet>"#);
    let members: [(&str, &str); 5] = [
        ("[Content_Types].xml", types),
        ("_rels/.rels", &root),
        ("xl/workbook.xml", &book),
        ("xl/_rels/workbook.xml.rels", &parts),
        ("xl/worksheets/sheet1.xml", &sheet),
    ];
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in members {
        writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut writer, text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn words(at: &str, text: &str) -> String {
    format!(r#"<c r="{at}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>"#)
}

#[test]
fn cells_are_read_where_they_stand_and_numbers_are_plain() {
    let data = format!(
        r#"<row r="1">{}{}</row><row r="3">{}<c r="C3"><v>26577842</v></c><c r="D3"><v>0.5</v></c></row>"#,
        words("A1", "Applicability"),
        words("B1", "Service"),
        words("A3", "All"),
    );
    let mut findings = Findings::default();
    let (name, rows) = sheets("b.xlsx", &workbook("4_notices", &data), &mut findings).remove(0);
    assert_eq!((name.as_str(), findings.faults), ("4_notices", vec![]));
    assert_eq!(rows[0].fields, ["Applicability", "Service", "", ""]);
    assert_eq!(
        (rows[1].number, &rows[1].fields[..]),
        (3, &["All".to_owned(), String::new(), "26577842".to_owned(), "0.5".to_owned()][..])
    );
}

#[test]
fn a_cell_at_the_far_end_asks_for_no_memory() {
    let data = format!(r#"<row r="1">{}</row><row r="1048576">{}</row>"#, words("A1", "x"), words("XFD1048576", "x"));
    let mut findings = Findings::default();
    let (_, rows) = sheets("b.xlsx", &workbook("4_notices", &data), &mut findings).remove(0);
    assert_eq!((rows.len(), findings.faults[0].code), (1, Code::TooLarge));
}

#[test]
fn a_workbook_s_sheet_is_checked_like_a_file() {
    let rows = [
        ["Applicability", "Service", "Indicator", "Value"],
        ["All", "Rooms", "Name of the service provider", "Rooms Ltd"],
        ["All", "Rooms", "Date of the publication of the report", "2027-03-28"],
        ["All", "Rooms", "Date of the publication of the latest previous report", ""],
        ["All", "Rooms", "Starting date of reporting period", "2026-01-01"],
        ["All", "Rooms", "Ending date of reporting period", "2026-12-31"],
    ];
    let mut data = String::new();
    for (row, fields) in (1..).zip(rows) {
        let cells: String = ["A", "B", "C", "D"]
            .iter()
            .zip(fields)
            .map(|(column, text)| words(&format!("{column}{row}"), text))
            .collect();
        write!(data, r#"<row r="{row}">{cells}</row>"#).unwrap();
    }
    let source = Source { name: "b.xlsx".to_owned(), bytes: workbook("1_report_identification", &data) };
    let findings = check(&[source], Completeness::Whole);
    let late = findings.faults.iter().find(|fault| fault.code == Code::PublishedLate).unwrap();
    assert_eq!((late.file.as_str(), late.pointer.as_str()), ("b.xlsx/1_report_identification", "/3/Value"));
    assert_eq!(findings.faults.iter().filter(|fault| fault.code == Code::SheetMissing).count(), 8);
}

#[test]
fn a_zip_bomb_is_stopped_at_its_size_whatever_it_says_of_itself() {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for name in ["1.csv", "2.csv"] {
        writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut writer, &vec![b','; 600_000]).unwrap();
    }
    let bomb = writer.finish().unwrap().into_inner();
    assert!(bomb.len() < 10_000, "the bomb is {} bytes", bomb.len());
    assert_eq!(unpack(&bomb, 1_200_000, |_| true).map(|members| members.len()).ok(), Some(2));
    for wanted in [true, false] {
        let (code, message) = unpack(&bomb, 1_000_000, |_| wanted).err().unwrap();
        assert_eq!(code, Code::TooLarge, "{message}");
    }
}
