//! Tests of the check, one rule each: a sound statement, one change, and the faults that it must bring.

use serde_json::{Value, json};

use super::*;

pub(crate) fn sound() -> Value {
    json!({
        "decision_visibility": ["DECISION_VISIBILITY_CONTENT_REMOVED"],
        "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
        "incompatible_content_ground": "House rules, clause 3",
        "incompatible_content_explanation": "The speaker called a group of people vermin.",
        "content_type": ["CONTENT_TYPE_AUDIO"],
        "content_language": "EN",
        "category": "STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH",
        "category_specification": ["KEYWORD_HATE_SPEECH"],
        "territorial_scope": ["DE", "GR"],
        "content_date": "2026-05-04",
        "application_date": "2026-05-05",
        "decision_facts": "A speaker turn of 9 seconds in an open room; a reviewer heard it.",
        "source_type": "SOURCE_VOLUNTARY",
        "automated_detection": "Yes",
        "automated_decision": "AUTOMATED_DECISION_PARTIALLY",
        "puid": "ours-1"
    })
}

/// A sound statement with some members replaced; `null` in `changes` means null.
#[expect(clippy::needless_pass_by_value, reason = "written out at the call")]
fn with(changes: Value) -> Value {
    let mut statement = sound();
    for (name, value) in changes.as_object().unwrap() {
        statement[name] = value.clone();
    }
    statement
}

fn without(names: &[&str]) -> Value {
    let mut statement = sound();
    for name in names {
        statement.as_object_mut().unwrap().remove(*name);
    }
    statement
}

fn found(document: &[u8]) -> Vec<String> {
    let told = |fault: Fault| format!("{} {}", fault.pointer, fault.code);
    check_document(document).faults.into_iter().map(told).collect()
}

#[track_caller]
fn check(document: &Value, expected: &[&str]) {
    assert_eq!(found(document.to_string().as_bytes()), expected, "{document:#}");
}

#[track_caller]
fn changed(changes: Value, expected: &[&str]) {
    check(&with(changes), expected);
}

#[test]
fn a_sound_statement_has_no_fault() {
    check(&sound(), &[]);
}

#[test]
fn every_missing_field_is_named_not_only_the_first() {
    check(
        &without(&["puid", "category", "decision_facts"]),
        &["/decision_facts missing", "/category missing", "/puid missing"],
    );
    let statement = json!({});
    assert_eq!(found(statement.to_string().as_bytes()).len(), 15, "ten fields, four restrictions, the scope");
}

#[test]
fn null_is_taken_by_some_fields_only() {
    changed(json!({ "decision_monetary": null, "content_language": null, "content_id": null }), &[]);
    changed(json!({ "incompatible_content_illegal": null }), &["/incompatible_content_illegal null_refused"]);
    changed(json!({ "category_addition": null }), &["/category_addition null_refused"]);
    changed(json!({ "puid": null }), &["/puid missing"]);
}

#[test]
fn a_value_of_another_type_is_named() {
    changed(json!({ "automated_detection": true }), &["/automated_detection wrong_type"]);
    changed(json!({ "decision_facts": ["a"] }), &["/decision_facts wrong_type"]);
    changed(json!({ "content_type": "CONTENT_TYPE_AUDIO" }), &["/content_type wrong_type"]);
    changed(json!({ "category": { "a": {} } }), &["/category wrong_type"]);
    changed(
        json!({ "territorial_scope": ["DE", 7, null] }),
        &["/territorial_scope/1 wrong_type", "/territorial_scope/2 wrong_type"],
    );
    changed(json!({ "content_id": "4006381333931" }), &["/content_id wrong_type"]);
}

#[test]
fn codes_come_from_their_list() {
    changed(json!({ "category": "STATEMENT_CATEGORY_SCOPE_OF_PLATFORM_SERVICE" }), &["/category withdrawn"]);
    changed(json!({ "category": "STATEMENT_CATEGORY_NOT_SPECIFIED_ORDER" }), &["/category not_in_list"]);
    changed(json!({ "category_specification": ["KEYWORD_DISINFORMATION"] }), &["/category_specification/0 withdrawn"]);
    changed(json!({ "content_language": "en" }), &["/content_language not_in_list"]);
    changed(
        json!({ "territorial_scope": ["EL", "EU", "DE", "DE"] }),
        &["/territorial_scope/0 not_in_list", "/territorial_scope/1 not_in_list", "/territorial_scope/3 repeated"],
    );
    changed(json!({ "decision_monetary": "null" }), &["/decision_monetary not_in_list"]);
    changed(json!({ "account_type": "" }), &["/account_type not_in_list"]);
}

#[test]
fn texts_have_lengths_in_characters() {
    changed(json!({ "decision_facts": "ä".repeat(5000) }), &[]);
    changed(json!({ "decision_facts": "ä".repeat(5001) }), &["/decision_facts too_long"]);
    changed(json!({ "decision_visibility_other": "x".repeat(501) }), &["/decision_visibility_other too_long"]);
    changed(
        json!({ "incompatible_content_explanation": "x".repeat(2001) }),
        &["/incompatible_content_explanation too_long"],
    );
    // Thrown away unread with this ground.
    changed(json!({ "illegal_content_explanation": "x".repeat(9000) }), &[]);
    changed(json!({ "decision_facts": " \u{200b}\u{feff}\u{3164}" }), &["/decision_facts blank"]);
}

#[test]
fn texts_are_there_when_another_field_asks_for_them() {
    changed(json!({ "decision_visibility": ["DECISION_VISIBILITY_OTHER"] }), &["/decision_visibility_other missing"]);
    changed(
        json!({ "decision_monetary": "DECISION_MONETARY_OTHER", "decision_monetary_other": " " }),
        &["/decision_monetary_other blank"],
    );
    changed(
        json!({ "content_type": ["CONTENT_TYPE_OTHER"], "content_type_other": "x".repeat(501) }),
        &["/content_type_other too_long"],
    );
    changed(
        json!({ "decision_ground": "DECISION_GROUND_ILLEGAL_CONTENT", "illegal_content_legal_ground": "Law" }),
        &["/illegal_content_explanation missing"],
    );
}

#[test]
fn a_restriction_is_stated_and_an_end_date_belongs_to_one() {
    changed(
        json!({ "decision_visibility": [] }),
        &[
            "/decision_visibility no_restriction",
            "/decision_monetary no_restriction",
            "/decision_provision no_restriction",
            "/decision_account no_restriction",
        ],
    );
    changed(
        json!({ "end_date_account_restriction": "2026-06-01" }),
        &["/end_date_account_restriction not_imposed", "/decision_account not_imposed"],
    );
    changed(
        json!({ "decision_account": "DECISION_ACCOUNT_SUSPENDED", "end_date_account_restriction": "2026-06-01" }),
        &[],
    );
}

#[test]
fn dates_are_days_in_range_and_in_order() {
    for wrong in ["2026-05-05T10:00:00Z", "2026-5-5", "05.05.2026", "2026-02-30", "", "２０２６-05-05"] {
        changed(json!({ "application_date": wrong }), &["/application_date wrong_form"]);
    }
    changed(json!({ "content_date": "1999-12-31" }), &["/content_date date_out_of_range"]);
    changed(
        json!({ "content_date": "2019-01-01", "application_date": "2019-12-31" }),
        &["/application_date date_out_of_range"],
    );
    changed(
        json!({ "end_date_visibility_restriction": "2038-01-02" }),
        &["/end_date_visibility_restriction date_out_of_range"],
    );
    changed(json!({ "end_date_visibility_restriction": "2026-05-05", "content_date": "2026-05-05" }), &[]);
    changed(
        json!({ "end_date_visibility_restriction": "2026-05-04", "content_date": "2026-05-06" }),
        &["/content_date date_order", "/application_date date_order", "/end_date_visibility_restriction date_order"],
    );
}

#[test]
fn the_scope_names_a_state() {
    check(&without(&["territorial_scope"]), &["/territorial_scope missing"]);
    changed(json!({ "territorial_scope": [] }), &["/territorial_scope missing"]);
    changed(json!({ "territorial_scope": null }), &["/territorial_scope missing"]);
}

#[test]
fn keywords_fit_a_category() {
    changed(
        json!({ "category_specification": ["KEYWORD_HATE_SPEECH", "KEYWORD_PHISHING"] }),
        &["/category_specification/1 keyword_outside_category", "/category keyword_outside_category"],
    );
    changed(
        json!({
            "category_specification": ["KEYWORD_PHISHING"],
            "category_addition": ["STATEMENT_CATEGORY_SCAMS_AND_FRAUD"],
        }),
        &[],
    );
    changed(
        json!({ "category_specification": ["KEYWORD_STALKING"] }),
        &["/category_specification/0 keyword_outside_category"],
    );
    changed(json!({ "category_specification": ["KEYWORD_OTHER"] }), &["/category_specification_other missing"]);
    changed(
        json!({ "category_specification_other": "something" }),
        &["/category_specification_other discarded", "/category_specification discarded"],
    );
}

#[test]
fn the_main_category_is_not_repeated() {
    changed(
        json!({ "category_addition": ["STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH"] }),
        &["/category_addition/0 repeated_main_category", "/category repeated_main_category"],
    );
}

#[test]
fn categories_go_with_their_ground_and_source() {
    let changes = json!({
        "category": "STATEMENT_CATEGORY_OTHER_VIOLATION_TC",
        "category_specification": ["KEYWORD_NUDITY"],
        "decision_ground": "DECISION_GROUND_ILLEGAL_CONTENT",
        "illegal_content_legal_ground": "Law",
        "illegal_content_explanation": "Why",
    });
    changed(changes, &["/category category_misused", "/decision_ground category_misused"]);
    let notice = |source: &str| {
        let category = "STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE";
        json!({ "category": category, "category_specification": null, "source_type": source })
    };
    changed(notice("SOURCE_VOLUNTARY"), &["/category category_misused", "/source_type category_misused"]);
    changed(notice("SOURCE_TRUSTED_FLAGGER"), &[]);
}

#[test]
fn nobody_told_who_acts_voluntarily() {
    changed(json!({ "source_identity": "A hotline" }), &["/source_identity discarded", "/source_type discarded"]);
    changed(json!({ "source_identity": "A hotline", "source_type": "SOURCE_TRUSTED_FLAGGER" }), &[]);
}

#[test]
fn personal_data_is_named_by_kind_and_never_repeated() {
    let document = with(json!({ "decision_facts": "anna@example.org, +49 170 1234567" })).to_string();
    let faults = check_document(document.as_bytes()).faults;
    assert_eq!(faults.len(), 2);
    for fault in faults {
        assert_eq!((fault.pointer.as_str(), fault.code), ("/decision_facts", Code::PersonalData));
        assert!(!fault.message.contains("anna") && !fault.message.contains("170"), "{}", fault.message);
    }
}

#[test]
fn addresses_and_ids_have_their_form() {
    changed(json!({ "decision_ground_reference_url": "https://rooms.example.eu/terms?v=7#s4-2" }), &[]);
    for wrong in ["rooms.example.eu", "https://localhost/x", "https://a b.eu/", "javascript:alert(1)", ""] {
        changed(json!({ "decision_ground_reference_url": wrong }), &["/decision_ground_reference_url wrong_form"]);
    }
    for wrong in ["room/42", "a b", "ä", "a\n"] {
        changed(json!({ "puid": wrong }), &["/puid wrong_form"]);
    }
    changed(json!({ "puid": "x".repeat(501) }), &["/puid too_long"]);
    changed(json!({ "content_id": { "EAN-13": "4006381333931" } }), &[]);
    changed(
        json!({ "content_id": { "EAN-13": 4, "a/b": 1 } }),
        &["/content_id/EAN-13 wrong_form", "/content_id/a~1b unknown_field"],
    );
}

#[test]
fn members_that_no_statement_has_are_named() {
    changed(
        json!({ "url": "https://a.eu", "decision_fact": "x" }),
        &["/decision_fact unknown_field", "/url unknown_field"],
    );
}

#[test]
fn a_member_that_stands_twice_is_named() {
    let text = sound().to_string().replacen('{', r#"{"puid":"other","#, 1);
    assert_eq!(found(text.as_bytes()), ["/puid duplicate_key"]);
}

#[test]
fn arrays_and_calls_are_checked_one_by_one() {
    let mut second = sound();
    second["category"] = json!("x");
    second["category_specification"] = json!([]);
    check(&json!([sound(), second]), &["/1/category not_in_list", "/1/puid repeated_puid"]);
    check(&json!({ "statements": [sound(), 7] }), &["/statements/1 not_a_statement"]);
    check(&json!({ "statements": [] }), &["/statements batch_size"]);
    check(&json!({ "statements": 1, "more": 2 }), &["/more unknown_field", "/statements wrong_type"]);
    check(&json!([]), &[" batch_size"]);
    let many: Vec<Value> = (0..101).map(|index| with(json!({ "puid": format!("p-{index}") }))).collect();
    check(&json!({ "statements": many }), &["/statements batch_size"]);
    check(&json!(many), &[]);
}

#[test]
fn what_is_no_statement_is_said_so() {
    for other in ["7", "null", "\"x\"", "true"] {
        assert_eq!(found(other.as_bytes()), [" not_a_statement"], "{other}");
    }
    for broken in ["", "{", "{\"a\":1,}", "nonsense", "[1,", "\u{0}"] {
        assert_eq!(found(broken.as_bytes()), [" not_json"], "{broken}");
    }
    assert_eq!(found(b"\xff\xfe{\x00}\x00"), [" not_json"]);
    assert_eq!(found("[".repeat(1 << 20).as_bytes()), [" not_json"]);
    let marked = format!("\u{feff}{}", sound());
    assert_eq!(found(marked.as_bytes()), [" byte_order_mark"]);
}

#[test]
fn a_flood_of_faults_is_counted_not_listed() {
    let many: Vec<Value> = (0..10_000).map(|index| json!(format!("X{index}"))).collect();
    let faults = found(with(json!({ "content_type": many })).to_string().as_bytes());
    assert_eq!(faults.len(), 101);
    let mut statement = sound();
    for index in 0..1000 {
        statement[format!("unknown{index}")] = json!(1);
    }
    assert_eq!(found(statement.to_string().as_bytes()).len(), 101);
}

#[test]
fn a_sequence_numbers_its_statements() {
    let mut sequence = Sequence::default();
    assert_eq!(sequence.check_next(sound().to_string().as_bytes()), []);
    assert_eq!(sequence.check_next(b"{").first().map(|fault| fault.pointer.clone()).as_deref(), Some("/1"));
    let faults = sequence.check_next(sound().to_string().as_bytes());
    assert_eq!(faults.first().map(|fault| (fault.pointer.as_str(), fault.code)), Some(("/2/puid", Code::RepeatedPuid)));
    assert_eq!(sequence.statements(), 3);
}
