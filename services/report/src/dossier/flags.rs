//! Flags from rows, as they stand or as their events tell that they stood.

use std::collections::HashMap;

use ::dossier::{
    Audit, Dossier,
    model::{Finding, Flag, Probability},
};
use ledger::AuditEvent;
use store::{FindingRecord, FlagRecord, RoomRecord, StoreError};

/// The flags of a room by wall time, stream and id. With `as_it_stood`, a flag is what its events up to then made of it:
/// its row may have grown since.
pub(super) async fn read(
    record: &mut RoomRecord,
    dossier: &Dossier,
    as_it_stood: bool,
    audit: &Audit,
) -> Result<Vec<Flag>, StoreError> {
    let last: HashMap<&str, &AuditEvent> = audit
        .events
        .iter()
        .map(|proved| &proved.event)
        .filter(|event| event.action == "flag.made" || event.action == "flag.grown")
        .map(|event| (event.entity_id.as_str(), event))
        .collect();
    let mut flags = Vec::new();
    for row in record.flags().await? {
        let mut flag = flag(row);
        if as_it_stood && let Some(event) = last.get(flag.flag.to_string().as_str()) {
            take_back(&mut flag, event, dossier);
        }
        flag.words =
            dossier.epoch(&flag.stream, flag.epoch).map_or(String::new(), |epoch| epoch.said(flag.first, flag.end));
        flags.push(flag);
    }
    flags.sort_by(|one, other| (one.wall, &one.stream, one.flag).cmp(&(other.wall, &other.stream, other.flag)));
    Ok(flags)
}

fn flag(row: FlagRecord) -> Flag {
    Flag {
        flag: row.flag,
        stream: row.stream,
        epoch: row.epoch,
        first: row.first,
        end: row.end,
        wall: row.wall,
        category: row.category,
        severity: row.severity,
        score: Probability::from(row.score),
        status: row.status,
        reach: row.reach,
        exposure: None,
        words: String::new(),
        findings: row.findings.into_iter().map(finding).collect(),
        case: None,
    }
}

/// Makes of a flag what its last event up to then says.
fn take_back(flag: &mut Flag, event: &AuditEvent, dossier: &Dossier) {
    let fact = |name: &str| event.payload.get(name);
    let number = |name: &str| fact(name).and_then(serde_json::Value::as_i64);
    let text = |name: &str| fact(name).and_then(serde_json::Value::as_str);
    flag.first = number("first").unwrap_or(flag.first);
    flag.end = number("end").unwrap_or(flag.end);
    flag.severity = text("severity").and_then(|name| name.parse().ok()).unwrap_or(flag.severity);
    flag.status = text("status").and_then(|name| name.parse().ok()).unwrap_or(flag.status);
    flag.score = text("score").and_then(|score| score.parse::<f32>().ok()).map_or(flag.score, Probability::from);
    flag.reach = number("reach");
    let epoch = dossier.epoch(&flag.stream, flag.epoch);
    flag.wall = epoch.and_then(|epoch| epoch.wall_in_window(flag.first)).unwrap_or(flag.wall);
}

fn finding(row: FindingRecord) -> Finding {
    Finding {
        finding: row.finding,
        found: row.found,
        rule: row.rule,
        version: row.version,
        pack: row.pack,
        head: row.head,
        model: row.model,
        severity: row.severity,
        score: Probability::from(row.score),
        status: row.status,
        first: row.first,
        end: row.end,
        words: row.words,
        why: row.why,
        erased: row.erased,
    }
}
