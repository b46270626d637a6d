//! Screening results: findings that are never edited, flags that gather them and only grow.

mod flags;

use chrono::{DateTime, Utc};
use domain::{Carrier, Epoch, Finding, FindingId, RoomId, StreamId, WindowId};
use serde_json::{Value, json};
use sqlx::PgConnection;
use wire::FlagEvent;

use crate::{
    audit::Change,
    connect::Store,
    error::{Doing, StoreError},
    lease::{Lease, advance, hold},
    outbox::{OutboxRecord, put},
    rows::{self, epoch_number, storable, uuid},
};

/// What screening a window gave.
#[derive(Clone, Copy, Debug)]
pub struct Screening<'a> {
    /// The window, which is stored.
    pub window: WindowId,
    /// SHA-256 of the rule pack, where rules ran.
    pub pack_hash: Option<&'a str>,
    /// The classifier, where one ran; [`Store::model_loaded`] made it known.
    pub model_sha256: Option<&'a str>,
    /// In any order. They may begin in a window before.
    pub findings: &'a [Finding],
    /// The oldest record of the partition that is still needed.
    pub next_offset: i64,
}

/// A flag that a screening made or changed.
#[derive(Clone, Debug, PartialEq)]
pub struct FlagChange {
    /// Whether it is new.
    pub made: bool,
    /// As it stands now.
    pub event: FlagEvent,
}

/// The window under screening, as the database knows it.
struct Screened {
    id: WindowId,
    stream: StreamId,
    epoch: Epoch,
    room: RoomId,
    first: i64,
    end: i64,
}

impl Store {
    /// Stores what screening a window gave, once: for a window that is screened already, only the position moves.
    ///
    /// A finding that overlaps a flag of its category in its epoch joins it, suppressed ones only suppressed ones; else
    /// it opens a flag. Of several flags it joins the one that begins first. Each flag made or changed is put on the
    /// outbox for the topic of flags, as it stands at the end.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`] if another process took the partition over, [`StoreError::NotFound`] for a window that
    /// is not stored, [`StoreError::StrayFinding`] for a finding of another epoch, [`StoreError::Constraint`] for a
    /// model that was never loaded.
    pub async fn store_screening(
        &self,
        lease: &Lease,
        screening: &Screening<'_>,
        now: DateTime<Utc>,
    ) -> Result<Vec<FlagChange>, StoreError> {
        const DOING: &str = "store a screening";
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        hold(&mut transaction, lease).await?;
        let window = read_window(&mut transaction, screening.window).await?;
        let (pack, model) = (screening.pack_hash, screening.model_sha256);
        let screened = sqlx::query_file!("queries/screened_window/add.sql", uuid(window.id), pack, model, now)
            .execute(&mut *transaction)
            .await
            .doing(DOING)?;
        let mut changes = Vec::new();
        if screened.rows_affected() == 1 {
            self.record_screening(&mut transaction, &window, screening, now).await?;
            changes = self.add_findings(&mut transaction, &window, screening.findings, now).await?;
        }
        for change in &changes {
            let record = wire::encode_flag(&change.event, now).map_err(|source| StoreError::Record { source })?;
            put(&mut transaction, &OutboxRecord { topic: wire::topic::FLAG.to_owned(), record }, now).await?;
        }
        advance(&mut transaction, lease, screening.next_offset, now).await?;
        transaction.commit().await.doing(DOING)?;
        Ok(changes)
    }

    async fn record_screening(
        &self,
        transaction: &mut PgConnection,
        window: &Screened,
        screening: &Screening<'_>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let payload = json!({
            "stream": window.stream,
            "epoch": window.epoch,
            "first": window.first,
            "end": window.end,
            "pack_hash": screening.pack_hash,
            "model_sha256": screening.model_sha256,
            "findings": screening.findings.len(),
        });
        let (room, entity_id) = (Some(&window.room), window.id.to_string());
        let change = Change { action: "window.screened", entity: "window", entity_id, room, payload };
        self.record(transaction, now, change).await
    }

    /// Adds findings in order of their range, whatever order they came in, so that a replay makes the same flags.
    async fn add_findings(
        &self,
        transaction: &mut PgConnection,
        window: &Screened,
        findings: &[Finding],
        now: DateTime<Utc>,
    ) -> Result<Vec<FlagChange>, StoreError> {
        let mut findings: Vec<_> =
            findings.iter().map(|finding| (finding.place.range, finding.id(), finding)).collect();
        findings.sort_by_key(|(range, id, _)| (*range, *id));
        let mut changes: Vec<FlagChange> = Vec::new();
        for (range, id, finding) in findings {
            if finding.key.stream_id() != window.stream || finding.key.epoch != window.epoch {
                return Err(StoreError::StrayFinding { window: window.id, range });
            }
            if !add_finding(transaction, window, id, finding, now).await? {
                continue;
            }
            let change = flags::join_or_open(transaction, finding, now).await?;
            self.record_flag(transaction, id, finding, &change, now).await?;
            match changes.iter_mut().find(|earlier| earlier.event.flag == change.event.flag) {
                Some(earlier) => earlier.event = change.event,
                None => changes.push(change),
            }
        }
        Ok(changes)
    }

    async fn record_flag(
        &self,
        transaction: &mut PgConnection,
        id: FindingId,
        finding: &Finding,
        FlagChange { made, event: flag }: &FlagChange,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let payload = json!({
            "stream": finding.key.stream_id(),
            "epoch": finding.key.epoch,
            "first": flag.range.first(),
            "end": flag.range.end(),
            "category": flag.category,
            "severity": flag.severity,
            "score": flag.score.to_string(),
            "status": flag.status,
            "reach": flag.reach,
            "finding": finding_facts(id, finding),
        });
        let action = if *made { "flag.made" } else { "flag.grown" };
        let (room, entity_id) = (Some(&finding.key.room), flag.flag.to_string());
        self.record(transaction, now, Change { action, entity: "flag", entity_id, room, payload }).await
    }
}

fn finding_facts(id: FindingId, finding: &Finding) -> Value {
    let (first, end) = (finding.place.range.first(), finding.place.range.end());
    let score = finding.score.to_string();
    match &finding.carrier {
        Carrier::Rule { id: rule, version, pack } => {
            json!({ "id": id, "first": first, "end": end, "score": score, "rule": rule, "version": version, "pack": pack })
        }
        Carrier::Head { name, model } => {
            json!({ "id": id, "first": first, "end": end, "score": score, "head": name, "model": model })
        }
    }
}

async fn read_window(transaction: &mut PgConnection, id: WindowId) -> Result<Screened, StoreError> {
    let row = sqlx::query_file!("queries/window/place.sql", uuid(id))
        .fetch_optional(transaction)
        .await
        .doing("look for a window")?
        .ok_or_else(|| StoreError::NotFound { what: "window", name: id.to_string(), similar: Vec::new() })?;
    Ok(Screened {
        id,
        stream: rows::stream_id(row.stream_id),
        epoch: rows::epoch(row.epoch)?,
        room: rows::room(&row.room_id)?,
        first: row.first_sample,
        end: row.end_sample,
    })
}

/// Adds a finding; false if it was there, found from another window.
async fn add_finding(
    transaction: &mut PgConnection,
    window: &Screened,
    id: FindingId,
    finding: &Finding,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let (rule, version, pack, head, model) = match &finding.carrier {
        Carrier::Rule { id, version, pack } => (Some(id), Some(version), Some(pack), None, None),
        Carrier::Head { name, model } => (None, None, None, Some(name), Some(model)),
    };
    let added = sqlx::query_file!(
        "queries/finding/add.sql",
        uuid(id),
        uuid(window.stream),
        epoch_number(window.epoch),
        finding.place.range.first().samples(),
        finding.place.range.end().samples(),
        uuid(window.id),
        rule,
        version,
        pack,
        head,
        model,
        finding.category.as_str(),
        finding.severity.as_str(),
        finding.score,
        finding.status.as_str(),
        storable(&finding.place.words),
        storable(&finding.why),
        now,
    )
    .execute(transaction)
    .await
    .doing("store a finding")?;
    Ok(added.rows_affected() == 1)
}
