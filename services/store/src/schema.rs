//! The schema: bringing a database up to it, and telling how far it is.

use std::collections::BTreeSet;

use sqlx::{Connection, PgConnection, migrate::Migrator};

use crate::{
    connect::{Options, Store, parse_url, wait_for},
    error::{Doing, StoreError},
};

static MIGRATOR: Migrator = sqlx::migrate!("../../migrations");

/// One step of the schema.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Migration {
    /// When it was written, as `YYYYMMDDhhmmss`: its place in the order.
    pub version: i64,
    /// What it is about.
    pub description: String,
}

/// How far a database's schema is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaState {
    /// Steps that have run.
    pub applied: Vec<Migration>,
    /// Steps of this version of the program that have not.
    pub pending: Vec<Migration>,
    /// Steps that have run and that this version does not know: a newer one was here.
    pub unknown: Vec<Migration>,
}

impl SchemaState {
    /// Whether the schema is exactly this version's.
    pub fn is_current(&self) -> bool {
        self.pending.is_empty() && self.unknown.is_empty()
    }
}

/// Runs the migrations that have not run yet, as the owner of the schema; returns those. Two at once wait for each
/// other.
///
/// # Errors
/// [`StoreError::Migrate`] names the step that failed, and what a person must do where a right is missing.
pub async fn migrate(migrate_url: &str, options: &Options) -> Result<Vec<Migration>, StoreError> {
    let mut connection = wait_for(&parse_url(migrate_url)?, options.wait).await?;
    let before: BTreeSet<_> = applied(&mut connection).await?.into_iter().collect();
    MIGRATOR.run_direct(None, &mut connection, false).await.map_err(|source| StoreError::Migrate { source })?;
    let after = applied(&mut connection).await?;
    connection.close().await.doing("close a connection")?;
    Ok(after.into_iter().filter(|step| !before.contains(step)).collect())
}

impl Store {
    /// How far the schema is.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn schema_state(&self) -> Result<SchemaState, StoreError> {
        let mut connection = self.pool.acquire().await.doing("read the schema's version")?;
        let applied = applied(&mut connection).await?;
        let known: Vec<_> = MIGRATOR.iter().map(Migration::of).collect();
        let pending = known.iter().filter(|step| !applied.contains(step)).cloned().collect();
        let unknown = applied.iter().filter(|step| !known.contains(step)).cloned().collect();
        Ok(SchemaState { applied, pending, unknown })
    }
}

impl Migration {
    fn of(step: &sqlx::migrate::Migration) -> Self {
        Self { version: step.version, description: step.description.to_string() }
    }
}

async fn applied(connection: &mut PgConnection) -> Result<Vec<Migration>, StoreError> {
    let begun = sqlx::query_scalar!("select to_regclass('_sqlx_migrations') is not null as \"begun!\"")
        .fetch_one(&mut *connection)
        .await
        .doing("read the schema's version")?;
    if !begun {
        return Ok(Vec::new());
    }
    sqlx::query_as!(Migration, "select version, description from _sqlx_migrations where success order by version")
        .fetch_all(connection)
        .await
        .doing("read the schema's version")
}
