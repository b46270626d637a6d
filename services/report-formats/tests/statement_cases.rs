//! Cases of our own for the check, and whatever else JSON can be.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;
use report_formats::statement::{Statement, check_document};
use serde_json::{Value, json};

fn cases() -> Value {
    serde_json::from_str(include_str!("statement_cases.json")).unwrap()
}

#[test]
fn every_case_has_its_faults_and_no_other() {
    let cases = cases();
    for case in cases["cases"].as_array().unwrap() {
        let mut statement = cases["base"].clone();
        for (name, value) in case["set"].as_object().unwrap() {
            statement[name] = value.clone();
        }
        let faults = check_document(statement.to_string().as_bytes()).faults;
        let mut found: Vec<String> = faults.iter().map(|fault| format!("{} {}", fault.pointer, fault.code)).collect();
        let mut expected: Vec<&str> = case["faults"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected, "{}", case["name"]);
        // What has no fault is a statement in the typed form too, and stays sound when written again.
        if faults.is_empty() {
            let typed: Statement = serde_json::from_value(statement).unwrap();
            assert!(check_document(&typed.canonical().unwrap()).faults.is_empty(), "{}", case["name"]);
        }
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "20[0-9]{2}-[01][0-9]-[0-3][0-9]".prop_map(Value::from),
        prop::sample::select(vec!["Yes", "DE", "KEYWORD_OTHER", "CONTENT_TYPE_OTHER", "null"]).prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let object = prop::collection::btree_map(any::<String>(), inner.clone(), 0..4);
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(Value::from),
            object.prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_value_in_any_field_is_answered_and_pointers_lead_into_the_statement(
        field in 0..16_usize, value in any_json(), more in any_json(),
    ) {
        let mut statement = cases()["base"].clone();
        let name = statement.as_object().unwrap().keys().nth(field).unwrap().clone();
        statement[&name] = value;
        statement["category_specification_other"] = more;
        let document = json!([statement]);
        for fault in check_document(document.to_string().as_bytes()).faults {
            let Some((above, _)) = fault.pointer.rsplit_once('/') else { panic!("{fault:?}") };
            prop_assert!(document.pointer(above).is_some(), "{fault:?}");
        }
    }

    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(!check_document(&bytes).faults.is_empty());
    }
}
