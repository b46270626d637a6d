//! A fixed vector, and the promise that no edit goes unseen.

use chrono::TimeZone;
use serde_json::json;

use super::*;

fn event() -> AuditEvent {
    AuditEvent {
        audit_event_id: Uuid::from_u128(0x0199_3f1e_2c00_7abc_8def_0123_4567_89ab),
        happened_at: Utc.timestamp_opt(1_789_243_200, 123_456_789).unwrap(),
        actor: "service:transcribe".into(),
        action: "window.stored".into(),
        entity: "window".into(),
        entity_id: "9a3d1f0e-0000-5000-8000-000000000000".into(),
        room_id: Some("Straßenfest €".into()),
        payload: json!({ "words": 12, "first": 0, "end": 128_000, "states": ["silence", "transcribed"], "seam": false }),
        salt: *b"0123456789abcdef",
    }
}

fn hex(hash: &[u8]) -> String {
    hash.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

#[test]
fn the_canonical_form_and_the_hash_are_what_stock_tools_give() {
    assert_eq!(
        event().canonical().unwrap(),
        concat!(
            r#"{"action":"window.stored","actor":"service:transcribe","#,
            r#""audit_event_id":"01993f1e-2c00-7abc-8def-0123456789ab","entity":"window","#,
            r#""entity_id":"9a3d1f0e-0000-5000-8000-000000000000","happened_at":"2026-09-12T20:00:00.123456Z","#,
            r#""payload":{"end":128000,"first":0,"seam":false,"states":["silence","transcribed"],"words":12},"#,
            r#""room_id":"Straßenfest €"}"#
        )
    );
    // printf '\0' | cat - salt canonical.json | sha256sum
    assert_eq!(hex(&event().leaf_hash().unwrap()), "ebbe9792e510f5594cb301140e7bb418f432c6665ca0d5dbb27a04bdb13b2101");
}

#[test]
fn any_edit_changes_the_hash() {
    let edits: Vec<fn(&mut AuditEvent)> = vec![
        |e| e.audit_event_id = Uuid::from_u128(1),
        |e| e.happened_at += chrono::TimeDelta::microseconds(1),
        |e| e.actor.push('2'),
        |e| e.action.push('2'),
        |e| e.entity.push('2'),
        |e| e.entity_id.push('2'),
        |e| e.room_id = None,
        |e| e.room_id = Some("null".into()),
        |e| e.payload["words"] = json!(13),
        |e| e.payload["words"] = json!("12"),
        |e| e.payload["states"] = json!(["transcribed", "silence"]),
        |e| e.payload["seam"] = json!(true),
        |e| e.payload["extra"] = json!({}),
        |e| e.salt[15] ^= 1,
    ];
    let mut seen = vec![event().leaf_hash().unwrap()];
    for edit in edits {
        let mut edited = event();
        edit(&mut edited);
        let hash = edited.leaf_hash().unwrap();
        assert!(!seen.contains(&hash), "{edited:?}");
        seen.push(hash);
    }
}

#[test]
fn digits_that_the_database_drops_do_not_count() {
    let mut finer = event();
    finer.happened_at += chrono::TimeDelta::nanoseconds(200);
    assert_eq!(finer.leaf_hash().unwrap(), event().leaf_hash().unwrap());
}

#[test]
fn the_order_of_members_does_not_count() {
    let mut reordered = event();
    reordered.payload = serde_json::from_str(
        r#"{ "seam": false, "states": ["silence", "transcribed"], "end": 128000, "first": 0, "words": 12 }"#,
    )
    .unwrap();
    assert_eq!(reordered.leaf_hash().unwrap(), event().leaf_hash().unwrap());
}

#[test]
fn what_has_no_single_form_is_refused_by_name() {
    for (payload, expected) in [
        (
            json!({ "a": [1, 0.5] }),
            r#""/a/1" of the payload of window.stored is 0.5, not an integer of at most 53 bits"#,
        ),
        (
            json!({ "n": 9_007_199_254_740_992_i64 }),
            r#""/n" of the payload of window.stored is 9007199254740992, not an integer of at most 53 bits"#,
        ),
        (json!({ "a": { "b": null } }), r#""/a/b" of the payload of window.stored is null; leave it out"#),
        (json!({ "a": "x\u{0}" }), r#""/a" of the payload of window.stored has text with a NUL character"#),
    ] {
        let refused = AuditEvent { payload, ..event() };
        assert_eq!(refused.leaf_hash().unwrap_err().to_string(), expected);
    }
}
