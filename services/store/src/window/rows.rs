//! A heard window as rows, and the hash of its content.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::{CoverageReason, HeardWindow, Segment, WindowId};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use uuid::Uuid;

use super::NewWindow;
use crate::{
    audit::Salt,
    closed::ModelKind,
    error::{Doing, StoreError},
    provenance::{LoadedModel, ensure_model, ensure_setting, hex},
    rows::{epoch_number, storable, stream_uuid, uuid},
};

/// Where the stored window of that id ends.
pub(super) async fn end_of(transaction: &mut PgConnection, window: WindowId) -> Result<Option<i64>, StoreError> {
    sqlx::query_scalar!("select end_sample from \"window\" where window_id = $1", uuid(window))
        .fetch_optional(transaction)
        .await
        .doing("look for a window")
}

/// Inserts the window, its segments, words and intervals; returns the hash of the settings that made it.
pub(super) async fn insert(
    transaction: &mut PgConnection,
    new: &NewWindow<'_>,
    now: DateTime<Utc>,
) -> Result<Option<String>, StoreError> {
    let heard = new.heard;
    let id = uuid(heard.id());
    let mut settings = None;
    if let Some(made) = &heard.provenance {
        let model = LoadedModel {
            sha256: made.model_sha256.clone(),
            name: made.model.clone(),
            library: made.library.clone(),
            kind: ModelKind::Recogniser,
        };
        ensure_model(transaction, &model, now).await?;
        settings = Some(ensure_setting(transaction, &made.settings, now).await?);
    }
    sqlx::query_file!(
        "queries/window/add.sql",
        id,
        stream_uuid(&heard.key),
        epoch_number(heard.key.epoch),
        heard.range.first().samples(),
        heard.range.end().samples(),
        new.began_at,
        new.ended_at,
        storable(&heard.language),
        heard.provenance.as_ref().map(|made| &made.model_sha256),
        heard.provenance.as_ref().map(|made| &made.library),
        settings,
        &heard.guards,
        i32::try_from(heard.attempts).unwrap_or(i32::MAX),
        heard.seam,
        now,
    )
    .execute(&mut *transaction)
    .await
    .doing("store a window")?;
    insert_segments(transaction, id, &heard.segments).await?;
    insert_words(transaction, id, &heard.segments).await?;
    insert_intervals(transaction, id, heard).await?;
    Ok(settings)
}

async fn insert_segments(transaction: &mut PgConnection, id: Uuid, segments: &[Segment]) -> Result<(), StoreError> {
    let first: Vec<_> = segments.iter().map(|segment| segment.range.first().samples()).collect();
    let end: Vec<_> = segments.iter().map(|segment| segment.range.end().samples()).collect();
    let speaker: Vec<_> = segments.iter().map(|segment| segment.speaker.as_deref().map(storable)).collect();
    let text: Vec<_> = segments.iter().map(|segment| storable(&segment.text)).collect();
    let hearing: Vec<_> = segments.iter().map(|segment| segment.hearing.to_string()).collect();
    sqlx::query_file!("queries/segment/add.sql", id, &first, &end, &speaker as &[Option<String>], &text, &hearing)
        .execute(transaction)
        .await
        .doing("store a window's segments")?;
    Ok(())
}

async fn insert_words(transaction: &mut PgConnection, id: Uuid, segments: &[Segment]) -> Result<(), StoreError> {
    let words: Vec<_> = (0_i32..)
        .zip(segments)
        .flat_map(|(ordinal, segment)| segment.words.iter().map(move |word| (ordinal, word)))
        .collect();
    let segment: Vec<_> = words.iter().map(|(ordinal, _)| *ordinal).collect();
    let text: Vec<_> = words.iter().map(|(_, word)| storable(&word.text)).collect();
    let first: Vec<_> = words.iter().map(|(_, word)| word.first.samples()).collect();
    let end: Vec<_> = words.iter().map(|(_, word)| word.end.samples()).collect();
    let p: Vec<_> = words.iter().map(|(_, word)| word.p).collect();
    let verified: Vec<_> = words.iter().map(|(_, word)| word.verified).collect();
    sqlx::query_file!("queries/word/add.sql", id, &segment, &text, &first, &end, &p, &verified as &[Option<bool>])
        .execute(transaction)
        .await
        .doing("store a window's words")?;
    Ok(())
}

async fn insert_intervals(transaction: &mut PgConnection, id: Uuid, heard: &HeardWindow) -> Result<(), StoreError> {
    let first: Vec<_> = heard.intervals.iter().map(|interval| interval.range.first().samples()).collect();
    let end: Vec<_> = heard.intervals.iter().map(|interval| interval.range.end().samples()).collect();
    let state: Vec<_> = heard.intervals.iter().map(|interval| interval.state.to_string()).collect();
    let reason: Vec<_> = heard.intervals.iter().map(|interval| interval.reason.map(CoverageReason::as_str)).collect();
    sqlx::query_file!(
        "queries/coverage_interval/add.sql",
        id,
        stream_uuid(&heard.key),
        epoch_number(heard.key.epoch),
        &first,
        &end,
        &state,
        &reason as &[Option<&str>]
    )
    .execute(transaction)
    .await
    .doing("store a window's intervals")?;
    Ok(())
}

/// How many samples of the window stand in each state.
pub(super) fn samples_by_state(heard: &HeardWindow) -> Value {
    let mut samples = BTreeMap::<&str, i64>::new();
    for interval in &heard.intervals {
        *samples.entry(interval.state.as_str()).or_default() += interval.range.samples();
    }
    json!(samples)
}

/// SHA-256 of the salt and the canonical JSON (RFC 8785) of the segments with their words: what proves the text
/// without telling it. Each word is `[word, first, end]`.
pub(super) fn content_hash(salt: Salt, heard: &HeardWindow) -> Result<String, StoreError> {
    let segments: Vec<_> = heard
        .segments
        .iter()
        .map(|segment| {
            let words: Vec<_> =
                segment.words.iter().map(|word| json!([storable(&word.text), word.first, word.end])).collect();
            json!({
                "first": segment.range.first(),
                "end": segment.range.end(),
                "speaker": segment.speaker.as_deref().map(storable),
                "text": storable(&segment.text),
                "hearing": segment.hearing,
                "words": words,
            })
        })
        .collect();
    let canonical = serde_json_canonicalizer::to_vec(&segments).map_err(|source| StoreError::Canonical { source })?;
    Ok(hex(&Sha256::new().chain_update(salt).chain_update(canonical).finalize()))
}
