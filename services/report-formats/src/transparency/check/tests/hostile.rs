//! Bytes that mean harm, or nothing: an answer in time, never a panic.

use std::io::Write;

use proptest::prelude::*;

use super::{super::super::rows::Tier, Code, Completeness, Findings, Source, check, sources};

fn one(name: &str, bytes: Vec<u8>) -> Findings {
    check(&[Source { name: name.to_owned(), bytes }], Completeness::Part)
}

#[track_caller]
fn refused(findings: &Findings, code: Code) {
    assert!(findings.faults.iter().any(|fault| fault.code == code), "{:?}", findings.faults.first());
}

pub(super) fn zipped(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn too_many_rows_fields_and_characters_are_cut_and_named() {
    refused(&one("4_notices.csv", "a\r\n".repeat(60_000).into_bytes()), Code::TooLarge);
    refused(&one("4_notices.csv", ",".repeat(1_000_000).into_bytes()), Code::TooLarge);
    refused(&one("4_notices.csv", "x".repeat(1_000_000).into_bytes()), Code::TooLarge);
}

#[test]
fn what_is_no_archive_and_no_workbook_is_unreadable() {
    refused(&one("report.zip", b"PK\x03\x04 and no more".to_vec()), Code::Unreadable);
    refused(&one("report.xlsx", b"not a workbook".to_vec()), Code::Unreadable);
    refused(&one("report.xlsx", zipped(&[("a.txt", b"x")])), Code::Unreadable);
}

#[test]
fn an_empty_file_of_a_sheet_s_name_lacks_everything() {
    let findings = one("4_notices.csv", Vec::new());
    assert!(!findings.faults.is_empty());
    let findings = one("8_automated_means.csv", b"\r\n\r\n".to_vec());
    refused(&findings, Code::ColumnMissing);
}

#[test]
fn a_quote_that_never_closes_is_named_and_the_rows_that_it_swallows_are_missed() {
    let mut source = sources(Tier::Platform).remove(3);
    let text = String::from_utf8(source.bytes).unwrap();
    source.bytes = text.replacen("Rooms,", "\"Rooms,", 1).into_bytes();
    let findings = check(&[source], Completeness::Part);
    refused(&findings, Code::Quote);
}

#[test]
fn nought_bytes_in_a_cell_are_named() {
    let mut source = sources(Tier::Platform).remove(3);
    let text = String::from_utf8(source.bytes).unwrap();
    source.bytes = text.replacen("Rooms", "Ro\0ms", 1).into_bytes();
    let findings = check(&[source], Completeness::Part);
    let fault = findings.faults.iter().find(|fault| fault.code == Code::ControlCharacter).unwrap();
    assert_eq!(fault.pointer, "/2/Service");
    assert!(!fault.message.contains('\0'));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_get_an_answer(name in "(1_report_identification|4_notices|10_AMAR|x)\\.(csv|zip|xlsx)", bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        one(&name, bytes);
    }

    #[test]
    fn any_cut_and_splice_of_a_sheet_gets_an_answer(sheet in 0_usize..11, at in any::<prop::sample::Index>(), length in 0_usize..40, put in "[\",;\r\n0-9A-Z_./%é\0-]{0,12}") {
        let mut source = sources(Tier::VeryLarge).swap_remove(sheet);
        let from = at.index(source.bytes.len());
        let end = (from + length).min(source.bytes.len());
        source.bytes.splice(from..end, put.into_bytes());
        check(&[source], Completeness::Part);
    }
}
