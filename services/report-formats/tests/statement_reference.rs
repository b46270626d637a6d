//! The closed lists and the check against the reference of the Transparency Database, where it stands beside the checkout.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::PathBuf;

use domain::{StatementCategory, StatementKeyword};
use report_formats::statement::{
    Account, AccountType, AutomatedDecision, ContentType, Ground, LANGUAGES, MemberState, Monetary, Provision,
    SourceType, Visibility, YesNo, check_document,
};
use serde_json::{Value, json};

/// A file of the reference; none where there is no reference, and then the test says that it did not run.
fn reference(name: &str) -> Option<Value> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reference/dsa");
    let Ok(text) = std::fs::read_to_string(folder.join(name)) else {
        eprintln!("not run: {name} is not beside this checkout");
        return None;
    };
    Some(serde_json::from_str(&text).unwrap())
}

fn list_of(schema: &Value, field: &str) -> Vec<String> {
    let field = &schema["properties"][field];
    let places = ["/enum", "/items/enum", "/anyOf/0/items/enum"];
    let list = places.iter().find_map(|place| field.pointer(place)).unwrap();
    list.as_array().unwrap().iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

#[test]
fn our_closed_lists_are_those_of_the_schema() {
    let Some(schema) = reference("statement-of-reasons.schema.json") else { return };
    let ours: [(&str, &[&str]); 15] = [
        ("decision_visibility", Visibility::NAMES),
        ("decision_monetary", Monetary::NAMES),
        ("decision_provision", Provision::NAMES),
        ("decision_account", Account::NAMES),
        ("account_type", AccountType::NAMES),
        ("decision_ground", Ground::NAMES),
        ("incompatible_content_illegal", YesNo::NAMES),
        ("content_type", ContentType::NAMES),
        ("content_language", &LANGUAGES),
        ("category", StatementCategory::NAMES),
        ("category_specification", StatementKeyword::NAMES),
        ("territorial_scope", MemberState::NAMES),
        ("source_type", SourceType::NAMES),
        ("automated_detection", YesNo::NAMES),
        ("automated_decision", AutomatedDecision::NAMES),
    ];
    for (field, names) in ours {
        assert_eq!(list_of(&schema, field), names, "{field}");
    }
}

#[test]
fn every_field_of_the_schema_is_known() {
    let Some(schema) = reference("statement-of-reasons.schema.json") else { return };
    let properties = schema["properties"].as_object().unwrap();
    assert_eq!(properties.len(), 35);
    let statement: Value = properties.keys().map(|name| (name.clone(), json!(true))).collect();
    let faults = check_document(statement.to_string().as_bytes()).faults;
    for name in properties.keys() {
        let codes: Vec<&str> =
            faults.iter().filter(|f| f.pointer == format!("/{name}")).map(|fault| fault.code.as_str()).collect();
        assert!(codes.contains(&"wrong_type") && !codes.contains(&"unknown_field"), "{name}: {codes:?}");
    }
}

#[test]
fn keywords_stand_where_the_strict_schema_puts_them() {
    let Some(schema) = reference("statement-of-reasons.schema.json") else { return };
    let strict = schema.pointer("/$defs/strict/allOf").and_then(Value::as_array).unwrap();
    let parents = strict.last().and_then(|rule| rule["allOf"].as_array()).unwrap();
    assert_eq!(parents.len(), 15);
    for parent in parents {
        let category = parent.pointer("/then/anyOf/0/properties/category/const").and_then(Value::as_str).unwrap();
        let keywords = parent.pointer("/if/properties/category_specification/contains/enum").unwrap();
        let ours = category.parse::<StatementCategory>().unwrap().keywords();
        let ours: Vec<&str> = ours.iter().map(|keyword| keyword.as_str()).collect();
        assert_eq!(keywords, &json!(ours), "{category}");
    }
}

#[test]
fn every_case_of_the_reference_comes_out_as_it_says() {
    let Some(cases) = reference("statement-of-reasons.cases.json") else { return };
    let mut seen = 0;
    for kind in ["valid", "invalid", "server_accepts_but_we_refuse"] {
        for case in cases[kind].as_array().unwrap() {
            seen += 1;
            let faults = check_document(case["doc"].to_string().as_bytes()).faults;
            let is_sound = case["expect"]["schema_strict"].as_bool().unwrap();
            assert_eq!(faults.is_empty(), is_sound, "{}: {}: {faults:#?}", case["id"], case["reason"]);
            let Some(named) = case["server_errors"].as_object() else { continue };
            let mut fields: Vec<&str> = faults.iter().filter_map(|fault| fault.pointer.split('/').nth(1)).collect();
            fields.sort_unstable();
            fields.dedup();
            let mut expected: Vec<&str> = named.keys().map(String::as_str).collect();
            expected.sort_unstable();
            assert_eq!(fields, expected, "{}: {faults:#?}", case["id"]);
        }
    }
    assert!(seen >= 20, "only {seen} cases");
}
