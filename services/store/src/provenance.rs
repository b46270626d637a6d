//! What decided: model files and settings, each known by its hash.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sqlx::PgConnection;

use crate::{
    audit::Change,
    closed::ModelKind,
    connect::Store,
    error::{Doing, StoreError},
    rows::storable,
};

/// A model that a service loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadedModel {
    /// SHA-256 of its file, lower-case hex.
    pub sha256: String,
    /// What people call it: `tiny.en`.
    pub name: String,
    /// What runs it, with its version.
    pub library: String,
    /// What it is for.
    pub kind: ModelKind,
}

impl Store {
    /// Records that a service loaded a model. Findings of a classifier need this before they are stored.
    ///
    /// # Errors
    /// [`StoreError::Constraint`] for a hash that is not 64 hex digits.
    pub async fn model_loaded(&self, model: &LoadedModel, now: DateTime<Utc>) -> Result<(), StoreError> {
        const DOING: &str = "record a loaded model";
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        ensure_model(&mut transaction, model, now).await?;
        let payload =
            json!({ "name": storable(&model.name), "library": storable(&model.library), "kind": model.kind.as_str() });
        let entity_id = model.sha256.clone();
        let change = Change { action: "model.loaded", entity: "model", entity_id, room: None, payload };
        self.record(&mut transaction, now, change).await?;
        transaction.commit().await.doing(DOING)
    }

    /// Records the settings that a service runs with, secrets masked by the caller; false if they are those that it
    /// ran with last.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn config_changed(
        &self,
        service: &str,
        effective: &Value,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        const DOING: &str = "record a change of settings";
        let body = serde_json_canonicalizer::to_string(effective).map_err(|source| StoreError::Canonical { source })?;
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        let last = sqlx::query_file_scalar!("queries/config_change/last.sql", service)
            .fetch_optional(&mut *transaction)
            .await
            .doing(DOING)?;
        let hash = ensure_setting(&mut transaction, &body, now).await?;
        if last.as_ref() == Some(&hash) {
            return Ok(false);
        }
        sqlx::query_file!("queries/config_change/add.sql", self.new_id(now), service, hash, now)
            .execute(&mut *transaction)
            .await
            .doing(DOING)?;
        let (payload, entity_id) = (json!({ "setting_sha256": hash, "before_sha256": last }), service.to_owned());
        let change = Change { action: "config.changed", entity: "service", entity_id, room: None, payload };
        self.record(&mut transaction, now, change).await?;
        transaction.commit().await.doing(DOING)?;
        Ok(true)
    }
}

pub(crate) async fn ensure_model(
    transaction: &mut PgConnection,
    model: &LoadedModel,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let LoadedModel { sha256, name, library, kind } = model;
    sqlx::query_file!("queries/model/add.sql", sha256, storable(name), storable(library), kind.as_str(), now)
        .execute(transaction)
        .await
        .doing("make a model known")?;
    Ok(())
}

/// Keeps a text of settings once; returns its hash.
pub(crate) async fn ensure_setting(
    transaction: &mut PgConnection,
    body: &str,
    now: DateTime<Utc>,
) -> Result<String, StoreError> {
    let hash = hex(&Sha256::digest(body));
    sqlx::query_file!("queries/setting/add.sql", hash, body, now)
        .execute(transaction)
        .await
        .doing("make settings known")?;
    Ok(hash)
}

/// Lower-case hex, as hashes are written everywhere.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 0xf]).map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}
