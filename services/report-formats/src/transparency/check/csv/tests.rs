//! The scanner against a reader that many use, and deviation by deviation.

use proptest::prelude::*;

use super::{Code, Findings, records};

fn scan(text: &str) -> (Vec<Vec<String>>, Vec<Code>) {
    let mut findings = Findings::default();
    let records = records("f", text, &mut findings);
    (
        records.into_iter().map(|record| record.fields).collect(),
        findings.faults.iter().map(|fault| fault.code).collect(),
    )
}

#[track_caller]
fn check(text: &str, rows: &[&[&str]], codes: &[Code]) {
    let (found, faults) = scan(text);
    assert_eq!(
        (found, faults),
        (rows.iter().map(|row| row.iter().map(|field| (*field).to_owned()).collect()).collect(), codes.to_vec()),
        "{text:?}"
    );
}

#[test]
fn rows_end_in_crlf_lf_or_cr_and_the_last_needs_none() {
    check("a,b\r\nc,\r\n", &[&["a", "b"], &["c", ""]], &[]);
    check("a,b\nc,d", &[&["a", "b"], &["c", "d"]], &[]);
    check("a\rb\r", &[&["a"], &["b"]], &[Code::LineEnd]);
    check("a\r\nb\nc", &[&["a"], &["b"], &["c"]], &[Code::LineEnd]);
    check("", &[], &[]);
}

#[test]
fn quotes_hold_separators_lines_and_quotes() {
    check("\"a,\r\n\"\"b\"\"\",c", &[&["a,\r\n\"b\"", "c"]], &[]);
    check("\"\",x", &[&["", "x"]], &[]);
    check("a\"b,c", &[&["a\"b", "c"]], &[Code::Quote]);
    check("\"a\"b,c", &[&["ab", "c"]], &[Code::Quote]);
    check("\"a,b\r\nc", &[&["a,b\r\nc"]], &[Code::Quote]);
}

#[test]
fn another_separator_is_read_and_named() {
    check("a;b;c\r\n1,5;2;3\r\n", &[&["a", "b", "c"], &["1,5", "2", "3"]], &[Code::Separator]);
    check("a\tb\r\n", &[&["a", "b"]], &[Code::Separator]);
    check("a,\"b;;;c\"\r\n", &[&["a", "b;;;c"]], &[]);
}

proptest! {
    #[test]
    fn what_a_common_writer_writes_is_read_back_without_a_fault(rows in prop::collection::vec(prop::collection::vec("[a,;\"\r\né ]{0,6}", 3), 1..6)) {
        let mut rows = rows;
        // The first line tells the separator, as a header does.
        rows.insert(0, vec!["one".to_owned(), "two".to_owned(), "three".to_owned()]);
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
        for row in &rows {
            writer.write_record(row).unwrap();
        }
        let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
        let (found, faults) = scan(&text);
        prop_assert_eq!(found, rows);
        prop_assert_eq!(faults, vec![]);
    }
}
