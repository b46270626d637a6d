//! Which flag a finding belongs to, and what it makes of it.

use chrono::{DateTime, Utc};
use domain::{Finding, FlagStatus, StreamRange};
use newtype_uuid::GenericUuid;
use sqlx::PgConnection;
use uuid::Uuid;
use wire::FlagEvent;

use super::FlagChange;
use crate::{
    error::{Doing, Reading, StoreError},
    rows::{self, epoch_number, stream_uuid, uuid},
};

/// A row of `queries/flag/overlapping.sql`.
struct FlagRow {
    flag_id: Uuid,
    first_sample: i64,
    end_sample: i64,
    severity: String,
    score: f32,
    status: String,
}

/// Joins the flag that `finding` overlaps, or opens one; links the two.
pub(super) async fn join_or_open(
    transaction: &mut PgConnection,
    finding: &Finding,
    now: DateTime<Utc>,
) -> Result<FlagChange, StoreError> {
    let row = sqlx::query_file_as!(
        FlagRow,
        "queries/flag/overlapping.sql",
        stream_uuid(&finding.key),
        epoch_number(finding.key.epoch),
        finding.category.as_str(),
        finding.status == FlagStatus::Suppressed,
        finding.place.range.first().samples(),
        finding.place.range.end().samples(),
    )
    .fetch_optional(&mut *transaction)
    .await
    .doing("look for a flag that a finding overlaps")?;
    let made = row.is_none();
    let event = match row {
        Some(row) => grow(transaction, finding, &row, now).await?,
        None => open(transaction, finding, now).await?,
    };
    sqlx::query_file!("queries/flag_finding/add.sql", uuid(finding.id()), uuid(event.flag))
        .execute(transaction)
        .await
        .doing("link a finding to its flag")?;
    Ok(FlagChange { made, event })
}

async fn open(transaction: &mut PgConnection, finding: &Finding, now: DateTime<Utc>) -> Result<FlagEvent, StoreError> {
    let (wall, reach) = wall_and_reach(transaction, finding, finding.place.range).await?;
    let event = FlagEvent {
        flag: finding.opens(),
        key: finding.key.clone(),
        range: finding.place.range,
        wall,
        category: finding.category,
        severity: finding.severity,
        score: finding.score,
        status: finding.status,
        reach,
    };
    sqlx::query_file!(
        "queries/flag/open.sql",
        uuid(event.flag),
        event.key.room.as_str(),
        stream_uuid(&event.key),
        epoch_number(event.key.epoch),
        event.range.first().samples(),
        event.range.end().samples(),
        event.wall,
        event.category.as_str(),
        event.severity.as_str(),
        event.score,
        event.status.as_str(),
        event.reach,
        now,
    )
    .execute(transaction)
    .await
    .doing("open a flag")?;
    Ok(event)
}

async fn grow(
    transaction: &mut PgConnection,
    finding: &Finding,
    row: &FlagRow,
    now: DateTime<Utc>,
) -> Result<FlagEvent, StoreError> {
    let range = rows::range(row.first_sample, row.end_sample)?.hull(finding.place.range);
    let (wall, reach) = wall_and_reach(transaction, finding, range).await?;
    let event = FlagEvent {
        flag: domain::FlagId::from_untyped_uuid(row.flag_id),
        key: finding.key.clone(),
        range,
        wall,
        category: finding.category,
        severity: finding.severity.max(row.severity.parse().reading("severity of a flag")?),
        score: finding.score.max(row.score),
        status: row.status.parse().reading("status of a flag")?,
        reach,
    };
    sqlx::query_file!(
        "queries/flag/grow.sql",
        row.flag_id,
        event.range.first().samples(),
        event.range.end().samples(),
        event.wall,
        event.severity.as_str(),
        event.score,
        event.reach,
        now,
    )
    .execute(transaction)
    .await
    .doing("grow a flag")?;
    Ok(event)
}

/// Wall time of the range's first sample, counted from the start of the window that holds it, and the listeners then.
async fn wall_and_reach(
    transaction: &mut PgConnection,
    finding: &Finding,
    range: StreamRange,
) -> Result<(DateTime<Utc>, Option<i64>), StoreError> {
    let (stream, epoch) = (stream_uuid(&finding.key), epoch_number(finding.key.epoch));
    let first = range.first().samples();
    let anchor = sqlx::query_file!("queries/window/anchor.sql", stream, epoch, first)
        .fetch_one(&mut *transaction)
        .await
        .doing("read the wall time of a flag")?;
    let wall = rows::wall(anchor.began_at, first - anchor.first_sample);
    let reach = sqlx::query_file_scalar!("queries/listener_count/at.sql", finding.key.room.as_str(), wall)
        .fetch_optional(transaction)
        .await
        .doing("read the reach of a flag")?;
    Ok((wall, reach))
}
