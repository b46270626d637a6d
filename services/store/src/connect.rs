//! The handle through which everything goes: a pool of connections and the name of who acts.

use std::{
    io,
    str::FromStr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use newtype_uuid::GenericUuid;
use sqlx::{
    Connection, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::time::Instant;
use uuid::{ContextV7, Timestamp, Uuid};

use crate::{
    actor::Actor,
    error::{Doing, StoreError, passes},
};

/// How long a call waits for a free connection of the pool before it counts as unavailable.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(30);
/// Pause between two tries to reach a database that is starting.
const RETRY_EVERY: Duration = Duration::from_millis(100);

/// How to connect.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Connections at most.
    pub max_connections: u32,
    /// How long to wait for a database that is starting.
    pub wait: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self { max_connections: 10, wait: Duration::from_secs(30) }
    }
}

/// The database, as one actor uses it. Cheap to clone; clones share the pool.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) pool: PgPool,
    pub(crate) actor: Actor,
    /// Keeps ids born in the same millisecond in order of birth.
    ids: Arc<Mutex<ContextV7>>,
}

impl Store {
    /// Connects as the services' role, waiting for a database that is starting.
    ///
    /// # Errors
    /// [`StoreError::Url`] for an address that is none, [`StoreError::Unavailable`] if the database did not answer in
    /// time, other variants if it refused.
    pub async fn connect(service_url: &str, actor: Actor, options: &Options) -> Result<Self, StoreError> {
        let address = parse_url(service_url)?;
        wait_for(&address, options.wait).await?.close().await.doing("close a connection")?;
        let pool = PgPoolOptions::new()
            .max_connections(options.max_connections)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .connect_with(address)
            .await
            .doing("connect to the database")?;
        Ok(Self { pool, actor, ids: Arc::default() })
    }

    /// The same pool, used by another actor.
    #[must_use]
    pub fn acting_as(&self, actor: Actor) -> Self {
        Self { actor, ..self.clone() }
    }

    /// Closes all connections; clones of this handle fail from then on.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// A new id of that time (UUID version 7), for what is born with the caller, so that a retry names the same.
    pub fn mint<I: GenericUuid>(&self, now: DateTime<Utc>) -> I {
        I::from_untyped_uuid(self.new_id(now))
    }

    /// A UUID version 7 of that time.
    pub(crate) fn new_id(&self, now: DateTime<Utc>) -> Uuid {
        let context = self.ids.lock().unwrap_or_else(PoisonError::into_inner);
        let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
        Uuid::new_v7(Timestamp::from_unix(&*context, seconds, now.timestamp_subsec_nanos()))
    }
}

pub(crate) fn parse_url(url: &str) -> Result<PgConnectOptions, StoreError> {
    let address = PgConnectOptions::from_str(url).map_err(|source| StoreError::Url { source })?;
    Ok(address.application_name("earwitness"))
}

/// Opens a connection, trying again while the database is starting.
pub(crate) async fn wait_for(address: &PgConnectOptions, wait: Duration) -> Result<PgConnection, StoreError> {
    let deadline = Instant::now() + wait;
    loop {
        // A host that swallows packets would hold a single try for minutes.
        let attempt = tokio::time::timeout_at(deadline, PgConnection::connect_with(address)).await;
        match attempt.unwrap_or_else(|_| Err(io::Error::from(io::ErrorKind::TimedOut).into())) {
            Err(error) if passes(&error) && Instant::now() + RETRY_EVERY < deadline => {
                tokio::time::sleep(RETRY_EVERY).await;
            }
            done => return done.doing("connect to the database"),
        }
    }
}
