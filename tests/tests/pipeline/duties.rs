//! From a flag to a statement of reasons on the command line, and what is refused on the way.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::{
    instance::Instance,
    program::{PATIENCE, Said, run},
    sound::copy_demo,
};

/// What stands in a file of a restriction; facts without a name.
fn restriction() -> Value {
    json!({ "restrict": {
        "basis": { "terms": { "clause": "4.2 Cruelty", "explanation": "The words urge self-harm.", "is_illegal": false } },
        "clause": { "id": "cruelty", "version": "2" },
        "restrictions": { "visibility": ["DECISION_VISIBILITY_CONTENT_REMOVED"] },
        "scope": "union",
        "facts": "A speaker urged another person to harm themselves.",
    }})
}

/// Runs a command that must print one line, and gives it.
#[track_caller]
fn line(instance: &Instance, arguments: &[&str]) -> String {
    instance.run(arguments).expect(0).out.trim().to_owned()
}

/// A refusal, in whose words each of these stands.
#[track_caller]
fn refused(said: Said, words: &[&str]) {
    let said = said.expect(2);
    assert!(words.iter().all(|word| said.err.contains(word)), "{words:?}: {said:?}");
}

#[test]
fn a_flag_becomes_a_decision_a_complaint_and_a_statement() {
    let instance = Instance::shared();
    let place = instance.place("duties");
    let sources = copy_demo(&place, &["talk-30-nick"]);
    instance.ingest("duties", &[], &[sources[0].as_path()]).expect(0);
    let (restrict, leave) = (place.join("restrict.json"), place.join("leave.json"));
    fs::write(&restrict, restriction().to_string()).unwrap();
    fs::write(&leave, r#"{"no_action": {"why": "A line of a play."}}"#).unwrap();
    let (restrict, leave) = (restrict.to_str().unwrap(), leave.to_str().unwrap());

    let cases = line(&instance, &["case", "gather", "duties"]);
    let case = cases.lines().next().unwrap();
    assert_eq!(line(&instance, &["case", "gather", "duties"]), "");
    let decide = ["case", "decide", case, "--as", "r7", "--file", restrict];
    refused(instance.run(&decide), &["case claim"]);
    assert_eq!(line(&instance, &["case", "claim", case, "--as", "r7"]), "1");
    refused(instance.run(&["case", "claim", case, "--as", "r8"]), &["is with r7"]);
    refused(instance.run(&decide), &["r7 saw and heard nothing", "case saw"]);
    instance.run(&["case", "saw", case, "--as", "r7", "clip", "score"]).expect(0);
    let decision = line(&instance, &decide);
    let shown = instance.run(&["case", "show", case, "--json"]).expect(0).json();
    let made = &shown["decisions"][0];
    assert_eq!((made["decision_id"].as_str(), &shown["state"]), (Some(decision.as_str()), &json!("decided")));
    assert_eq!(made["automated_detection"], true);
    assert_eq!(made["automated_decision"], "AUTOMATED_DECISION_PARTIALLY");

    complain(&instance, case, made, leave);
    state(&instance, &place);
}

/// The one who decided cannot have the complaint; another one can, once they have looked.
fn complain(instance: &Instance, case: &str, made: &Value, leave: &str) {
    let (decision, told) = (made["decision_id"].as_str().unwrap(), made["decided_at"].as_str().unwrap());
    let late = ["complaint", "lodge", "--decision", decision, "--subject", "visibility", "--reasons", "x", "--told-at"];
    refused(instance.run(&[&late[..], &["2020-01-01T00:00:00Z"]].concat()), &["was open to complaints until"]);
    let complaint = line(instance, &[&late[..], &[told]].concat());
    refused(instance.run(&["complaint", "assign", &complaint, "--to", "r7"]), &["r7, who decided the case before"]);
    instance.run(&["complaint", "assign", &complaint, "--to", "r8"]).expect(0);
    let decide = [
        "complaint",
        "decide",
        &complaint,
        "--as",
        "r8",
        "--outcome",
        "reversed",
        "--reasons",
        "A line of a play.",
        "--file",
        leave,
    ];
    refused(instance.run(&decide), &["r8, who saw and heard nothing since it came"]);
    instance.run(&["case", "saw", case, "--as", "r8", "clip"]).expect(0);
    instance.run(&decide).expect(0);
    let shown = instance.run(&["case", "show", case, "--json"]).expect(0).json();
    assert_eq!(shown["decisions"][1]["replaces"]["decision_id"], decision);
    assert_eq!(shown["decisions"][1]["replaces"]["occasion"]["complaint"], complaint);
}

/// The decision that was reversed owes a statement all the same; nothing goes out without an address.
fn state(instance: &Instance, place: &Path) {
    instance.run(&["report", "statements", "build"]).expect(0);
    let calls = instance.run(&["report", "statements", "send", "--dry-run"]).expect(0);
    let file = place.join("calls.json");
    fs::write(&file, &calls.out).unwrap();
    run(&["statement", "check", file.to_str().unwrap()]).expect(0);
    let statement = &calls.json_lines()[0]["statements"][0];
    assert_eq!(statement["automated_decision"], "AUTOMATED_DECISION_PARTIALLY");
    assert_eq!(statement["category"], "STATEMENT_CATEGORY_SELF_HARM");
    refused(instance.run(&["report", "statements", "send"]), &["statements.url"]);
    let said = instance.run(&["report", "statements", "reconcile"]).expect(1);
    assert_eq!(said.json_lines()[0]["difference"], "statement_without_receipt");
}

#[test]
fn an_overdue_order_is_told_and_no_step_out_of_turn_is_taken() {
    let instance = Instance::start();
    let order = json!({
        "kind": "terrorist_content", "authority": "An authority", "member_state": "DE", "legal_ground": "Article 3",
        "reference": "1/26", "received_at": "2026-01-01T00:00:00Z",
    });
    let arguments = ["order", "receive", "--file", "-"];
    let said = instance.begin(&arguments, &[], order.to_string().into_bytes()).end(PATIENCE).expect(0);
    let id = said.out.trim();
    let due = instance.run(&["deadlines", "--json"]).expect(1).json();
    assert_eq!((&due[0]["id"], &due[0]["due_at"]), (&json!(id), &json!("2026-01-01T01:00:00Z")));
    refused(instance.run(&["order", "close", id]), &["the order is received: close is no step of it", "give_effect"]);
    instance.run(&["order", "give-effect", id, "--as", "r7"]).expect(0);
    instance.run(&["deadlines"]).expect(0);
    refused(instance.run(&["order", "close", id]), &["tell-authority"]);
    let wrong = instance.begin(&arguments, &[], br#"{"kind": "act", "colour": "red"}"#.to_vec()).end(PATIENCE);
    refused(wrong, &["standard input is not as it must be", "colour"]);
}
