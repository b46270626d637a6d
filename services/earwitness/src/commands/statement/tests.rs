//! Tests of what is read as one document and what as lines.

use super::*;

const SOUND: &str = r#"{"decision_account":"DECISION_ACCOUNT_SUSPENDED","decision_ground":"DECISION_GROUND_INCOMPATIBLE_CONTENT",
"incompatible_content_ground":"Rules, clause 1","incompatible_content_explanation":"A threat was spoken.",
"content_type":["CONTENT_TYPE_AUDIO"],"category":"STATEMENT_CATEGORY_VIOLENCE","territorial_scope":["FR"],
"content_date":"2026-05-04","application_date":"2026-05-04","decision_facts":"A reviewer heard the turn.",
"source_type":"SOURCE_VOLUNTARY","automated_detection":"No","automated_decision":"AUTOMATED_DECISION_NOT_AUTOMATED",
"puid":"one"}"#;

fn line(puid: &str) -> String {
    SOUND.replace('\n', "").replace("\"one\"", &format!("{puid:?}"))
}

#[track_caller]
fn check_text(text: &str, statements: usize, expected: &[&str]) {
    let mut found = Vec::new();
    let seen = check(text.as_bytes(), &mut |fault| {
        found.push(format!("{} {}", fault.pointer, fault.code));
        Ok(())
    });
    assert_eq!(
        (seen.unwrap(), found.iter().map(String::as_str).collect::<Vec<_>>().as_slice()),
        (statements, expected)
    );
}

#[test]
fn one_statement_may_stand_on_one_line_or_on_many() {
    check_text(SOUND, 1, &[]);
    check_text(&line("one"), 1, &[]);
    check_text(&format!("\n\n{}\n\n", line("a/b")), 1, &["/puid wrong_form"]);
}

#[test]
fn an_array_and_the_body_of_a_call_are_documents() {
    let array = format!("[{},\n{},{{}}]", line("a"), line("b").replace("\"FR\"", "\"UK\""));
    let mut found = Vec::new();
    let seen = check(array.as_bytes(), &mut |fault| {
        found.push(fault.pointer);
        Ok(())
    });
    assert_eq!((seen.unwrap(), found[0].as_str(), found.len()), (3, "/1/territorial_scope/0", 16));
    check_text(&format!("{{\"statements\": [\n{SOUND}]}}"), 1, &[]);
}

#[test]
fn lines_are_statements_of_one_file() {
    let lines = format!("{}\n\n{}\n{}\n", line("a"), line("b/"), line("a"));
    check_text(&lines, 3, &["/1/puid wrong_form", "/2/puid repeated_puid"]);
}

#[test]
fn a_damaged_line_hides_no_other() {
    check_text(&format!("{}\n{{\"puid\":\n{}\n", line("a"), line("b/")), 3, &["/1 not_json", "/2/puid wrong_form"]);
    check_text(&format!("{{\"puid\":1\n{}\n", line("b/")), 2, &["/0 not_json", "/1/puid wrong_form"]);
}

#[test]
fn what_is_no_json_is_one_fault() {
    for text in ["", "\n \n", "what\nis\nthis\n", "{\n\"puid\": \n", "[\n{\n"] {
        check_text(text, 0, &[" not_json"]);
    }
}
