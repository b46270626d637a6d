//! What can go wrong with the database, and which of it passes: the one place that reads SQLSTATE and constraint names.

use std::io;

use domain::{EpochKey, InvalidName, InvalidRange, StreamRange, TilingError, UnknownName};
use sqlx::error::DatabaseError;

/// Why the store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database is away, starting, stopping or too busy; the same again may succeed.
    #[error("could not {doing}: the database is not available")]
    Unavailable {
        /// What was attempted.
        doing: &'static str,
        /// As the driver tells it.
        #[source]
        source: sqlx::Error,
    },
    /// The rows offered break a rule of the schema.
    #[error("could not {doing}: it would break the rule {constraint}")]
    Constraint {
        /// What was attempted.
        doing: &'static str,
        /// The constraint's name, as in the migrations.
        constraint: String,
        /// As the driver tells it.
        #[source]
        source: sqlx::Error,
    },
    /// The role that we logged in as may not do this.
    #[error("could not {doing}: this database role may not")]
    Forbidden {
        /// What was attempted.
        doing: &'static str,
        /// As the driver tells it.
        #[source]
        source: sqlx::Error,
    },
    /// Any other answer of the database.
    #[error("could not {doing}")]
    Database {
        /// What was attempted.
        doing: &'static str,
        /// As the driver tells it.
        #[source]
        source: sqlx::Error,
    },
    /// The migrations did not run through.
    #[error("could not migrate the database")]
    Migrate {
        /// Which, and why.
        #[source]
        source: sqlx::migrate::MigrateError,
    },
    /// The address of the database is no Postgres URL.
    #[error("the address of the database is not a URL such as postgres://user@host:5432/earwitness")]
    Url {
        /// What is wrong with it.
        #[source]
        source: sqlx::Error,
    },
    /// There is no such thing.
    #[error("there is no {what} {name:?}{}", hint(similar))]
    NotFound {
        /// `room` or `epoch`.
        what: &'static str,
        /// What was asked for.
        name: String,
        /// What there is by a like name.
        similar: Vec<String>,
    },
    /// Another process took the partition over: stop working on it.
    #[error("generation {generation} of {group} no longer holds partition {partition} of {topic}")]
    LeaseLost {
        /// The consumer group.
        group: String,
        /// The topic.
        topic: String,
        /// The partition.
        partition: i32,
        /// The generation that is over.
        generation: i64,
    },
    /// A window that does not begin where the last stored one ended, or an end that is not there yet.
    #[error("epoch {} of {}/{} is stored up to sample {expected}, {found} does not follow", key.epoch, key.room, key.stream)]
    OutOfPlace {
        /// The epoch.
        key: EpochKey,
        /// The sample after the last stored one.
        expected: i64,
        /// Where the new window begins, or where the epoch is said to end.
        found: i64,
    },
    /// The epoch is complete: nothing is added.
    #[error("epoch {} of {}/{} is finished", key.epoch, key.room, key.stream)]
    Finished {
        /// The epoch.
        key: EpochKey,
    },
    /// A window whose intervals do not account for each of its samples.
    #[error("the intervals of the window {range} of epoch {} of {}/{} do not tile it", key.epoch, key.room, key.stream)]
    Tiling {
        /// The epoch.
        key: EpochKey,
        /// The window.
        range: StreamRange,
        /// Where they fail.
        #[source]
        source: TilingError,
    },
    /// A finding handed in with another epoch's window.
    #[error("the finding on {range} is not of the epoch of its window {window}")]
    StrayFinding {
        /// The window that was screened.
        window: domain::WindowId,
        /// The finding's range.
        range: StreamRange,
    },
    /// A record for the outbox whose headers are not text.
    #[error("the header {name} of a record for {topic} is not text")]
    Header {
        /// The topic.
        topic: String,
        /// The header.
        name: String,
    },
    /// A record for the outbox that cannot be written.
    #[error("a record for the outbox cannot be written")]
    Record {
        /// Why.
        #[source]
        source: wire::WireError,
    },
    /// An actor's name that is empty, too long or holds control characters.
    #[error("{name:?} cannot name who did something")]
    Actor {
        /// As given.
        name: String,
    },
    /// An audit event that cannot be hashed.
    #[error("an audit event cannot be recorded")]
    Audit {
        /// Why.
        #[source]
        source: ledger::EventError,
    },
    /// JSON that has no canonical form.
    #[error("a JSON text has no canonical form")]
    Canonical {
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// The operating system gave no random bytes.
    #[error("no random bytes for a salt")]
    Random {
        /// Why.
        #[source]
        source: getrandom::Error,
    },
    /// A stored row that does not read back: another version wrote it, or someone edited it.
    #[error("a stored {what} does not read back")]
    Row {
        /// What it should be.
        what: &'static str,
        /// Why it is not.
        #[source]
        source: RowError,
    },
}

/// Why a stored value is not what its column holds.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each is what it wraps")]
pub enum RowError {
    #[error(transparent)]
    Unknown(#[from] UnknownName),
    #[error(transparent)]
    Name(#[from] InvalidName),
    #[error(transparent)]
    Range(#[from] InvalidRange),
    #[error(transparent)]
    Number(#[from] std::num::TryFromIntError),
    #[error(transparent)]
    Length(#[from] std::array::TryFromSliceError),
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

impl StoreError {
    /// Whether the same call may succeed later without anyone changing anything.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable { .. })
    }

    /// Sorts what the driver says by what it means to us.
    fn sort(doing: &'static str, source: sqlx::Error) -> Self {
        if passes(&source) {
            return Self::Unavailable { doing, source };
        }
        let Some(answer) = source.as_database_error() else { return Self::Database { doing, source } };
        match (answer.constraint(), answer.code().as_deref()) {
            (Some(constraint), _) => Self::Constraint { doing, constraint: constraint.to_owned(), source },
            (None, Some("42501")) => Self::Forbidden { doing, source },
            _ => Self::Database { doing, source },
        }
    }
}

/// Whether a failure is of the moment.
pub(crate) fn passes(error: &sqlx::Error) -> bool {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the driver's list is open; what is not known to pass does not")]
    match error {
        sqlx::Error::Io(cause) => cause.kind() != io::ErrorKind::InvalidInput,
        sqlx::Error::PoolTimedOut | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(answer) => answer_passes(answer.as_ref()),
        _ => false,
    }
}

/// By SQLSTATE: connection exceptions (08), lack of resources (53), serialisation failure and deadlock (40), and the
/// server's starting and stopping (57P).
fn answer_passes(answer: &dyn DatabaseError) -> bool {
    answer.code().is_some_and(|code| ["08", "53", "40", "57P"].iter().any(|class| code.starts_with(class)))
}

fn hint(similar: &[String]) -> String {
    if similar.is_empty() { String::new() } else { format!("; there is {}", similar.join(", ")) }
}

/// Says what was attempted when the driver fails.
pub(crate) trait Doing<T> {
    fn doing(self, what: &'static str) -> Result<T, StoreError>;
}

impl<T> Doing<T> for Result<T, sqlx::Error> {
    fn doing(self, what: &'static str) -> Result<T, StoreError> {
        self.map_err(|source| StoreError::sort(what, source))
    }
}

/// Says what was read when a row's value is off its list.
pub(crate) trait Reading<T> {
    fn reading(self, what: &'static str) -> Result<T, StoreError>;
}

impl<T, E: Into<RowError>> Reading<T> for Result<T, E> {
    fn reading(self, what: &'static str) -> Result<T, StoreError> {
        self.map_err(|source| StoreError::Row { what, source: source.into() })
    }
}
