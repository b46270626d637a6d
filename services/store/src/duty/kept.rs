//! What all objects with steps have in common in the database: a row for what it is, and a row for each step since.
//!
//! The tables are alike and their SQL is written out for each, as no text of SQL is put together here; what is done with
//! them is written once.

use chrono::{DateTime, Utc};
use domain::{Event, Object, RoomId, States};
use ledger::truncate_instant;
use newtype_uuid::GenericUuid;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use uuid::Uuid;

use super::error::{DutyError, twice};
use crate::{
    audit::{Change, Salt, new_salt},
    connect::Store,
    error::{Doing, Reading, StoreError},
    provenance::hex,
    rows::storable,
};

/// An object that the database keeps: a case, a notice, an order, a complaint, a dispute, an escalation, a suspension.
pub trait Kept: Rows {
    /// Its id.
    type Id: GenericUuid + Copy;
}

/// One object as it is kept.
#[derive(Clone, Debug)]
pub struct Loaded<O> {
    /// Its id, untyped.
    pub id: Uuid,
    /// The room that it is about, where it is about one.
    pub room: Option<RoomId>,
    /// The object with its history.
    pub object: O,
}

/// A step as a row.
#[derive(Debug)]
pub struct StepRow {
    pub(crate) id: Uuid,
    pub(crate) happened_at: DateTime<Utc>,
    pub(crate) event: Value,
}

/// A step to be added.
#[derive(Debug)]
pub struct NewStep {
    pub(crate) ordinal: i32,
    pub(crate) from_state: String,
    pub(crate) step: String,
    pub(crate) state: String,
    pub(crate) happened_at: DateTime<Utc>,
    pub(crate) actor: String,
    pub(crate) event: Value,
}

/// The rows of one kind of object; only this crate has any.
pub trait Rows:
    Object<Event: Serialize + DeserializeOwned + Send + Sync, Error: Into<DutyError>> + Send + Sync
{
    /// The name in the audit log of a step of it.
    const STEPPED: &'static str;

    /// Reads those objects without their steps; in order of their ids.
    fn begin(
        connection: &mut PgConnection,
        ids: &[Uuid],
    ) -> impl Future<Output = Result<Vec<Loaded<Self>>, DutyError>> + Send;

    /// Reads the steps of those objects, in order.
    fn steps(
        connection: &mut PgConnection,
        ids: &[Uuid],
    ) -> impl Future<Output = Result<Vec<StepRow>, StoreError>> + Send;

    /// Adds a step.
    fn add_step(
        connection: &mut PgConnection,
        id: Uuid,
        step: NewStep,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// The first `limit` ids after `after` of objects that are in none of those states.
    fn page(
        connection: &mut PgConnection,
        after: Option<Uuid>,
        but: &[String],
        limit: i64,
    ) -> impl Future<Output = Result<Vec<Uuid>, StoreError>> + Send;

    /// What has become known since, which later steps must heed.
    fn heed(self, _connection: &mut PgConnection, _id: Uuid) -> impl Future<Output = Result<Self, DutyError>> + Send {
        async { Ok(self) }
    }
}

/// The four queries of a kind of object.
macro_rules! step_queries {
    ($stepped:literal, $add:literal, $of:literal, $page:literal) => {
        const STEPPED: &'static str = $stepped;

        async fn steps(
            connection: &mut ::sqlx::PgConnection,
            ids: &[::uuid::Uuid],
        ) -> Result<Vec<$crate::duty::kept::StepRow>, $crate::error::StoreError> {
            ::sqlx::query_file_as!($crate::duty::kept::StepRow, $of, ids)
                .fetch_all(connection)
                .await
                .doing("read what happened")
        }

        async fn add_step(
            connection: &mut ::sqlx::PgConnection,
            id: ::uuid::Uuid,
            step: $crate::duty::kept::NewStep,
        ) -> Result<(), $crate::error::StoreError> {
            ::sqlx::query_file!(
                $add,
                id,
                step.ordinal,
                step.from_state,
                step.step,
                step.state,
                step.happened_at,
                step.actor,
                step.event
            )
            .execute(connection)
            .await
            .doing("record a step")?;
            Ok(())
        }

        async fn page(
            connection: &mut ::sqlx::PgConnection,
            after: Option<::uuid::Uuid>,
            but: &[String],
            limit: i64,
        ) -> Result<Vec<::uuid::Uuid>, $crate::error::StoreError> {
            ::sqlx::query_file_scalar!($page, after, but, limit).fetch_all(connection).await.doing("list what there is")
        }
    };
}
pub(crate) use step_queries;

/// What an object of that kind is called.
pub(crate) const fn what<O: Object>() -> &'static str {
    <<O::Event as Event>::State as States>::OBJECT
}

/// States that nothing leads out of.
fn ends<O: Object>() -> Vec<String> {
    let states = <<O::Event as Event>::State as States>::STATES.iter();
    states.filter(|state| state.steps().next().is_none()).map(ToString::to_string).collect()
}

/// Reads those objects with their steps, in order of their ids; one that there is not is left out.
pub(crate) async fn load<O: Rows>(connection: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Loaded<O>>, DutyError> {
    let mut steps = O::steps(connection, ids).await?.into_iter().peekable();
    let begun = O::begin(connection, ids).await?;
    let mut loaded = Vec::with_capacity(begun.len());
    for Loaded { id, room, object } in begun {
        let mut entries = Vec::new();
        while let Some(step) = steps.next_if(|step| step.id == id) {
            let event = serde_json::from_value(step.event).reading("step")?;
            entries.push((step.happened_at, event));
        }
        loaded.push(Loaded { id, room, object: object.replay(&entries).map_err(Into::into)? });
    }
    Ok(loaded)
}

/// Reads one object with its steps.
pub(crate) async fn load_one<O: Rows>(connection: &mut PgConnection, id: Uuid) -> Result<Loaded<O>, DutyError> {
    load(connection, &[id]).await?.pop().ok_or(DutyError::NotFound { what: what::<O>(), id })
}

/// JSON as the database can hold it: Postgres knows no NUL character.
fn keepable(value: Value) -> Value {
    match value {
        Value::String(text) => storable(&text).into(),
        Value::Array(values) => values.into_iter().map(keepable).collect(),
        Value::Object(members) => members.into_iter().map(|(name, value)| (name, keepable(value))).collect(),
        plain @ (Value::Null | Value::Bool(_) | Value::Number(_)) => plain,
    }
}

/// The canonical bytes of a value, hashed with a salt, so that the log holds proof of words that it does not hold.
pub(crate) fn salted_hash(salt: Salt, value: &Value) -> Result<String, StoreError> {
    let bytes = serde_json_canonicalizer::to_vec(value).map_err(|source| StoreError::Canonical { source })?;
    Ok(hex(&Sha256::new().chain_update(salt).chain_update(bytes).finalize()))
}

impl Store {
    /// Adds an event to an object as it was loaded, with its audit event; gives the object as it is then.
    pub(crate) async fn append<O: Rows>(
        &self,
        transaction: &mut PgConnection,
        loaded: &Loaded<O>,
        event: &O::Event,
        now: DateTime<Utc>,
    ) -> Result<Loaded<O>, DutyError> {
        let Loaded { id, room, object } = loaded;
        let now = truncate_instant(now);
        let after = object.apply(now, event).map_err(Into::into)?;
        let ordinal = i32::try_from(after.history().entries().len()).reading("number of a step")?;
        let facts = keepable(serde_json::to_value(event).reading("step")?);
        let salt = new_salt()?;
        let step = NewStep {
            ordinal,
            from_state: object.state().to_string(),
            step: event.step().to_string(),
            state: after.state().to_string(),
            happened_at: now,
            actor: self.actor.as_str().to_owned(),
            event: facts,
        };
        let payload = json!({
            "ordinal": ordinal,
            "step": step.step,
            "from": step.from_state,
            "to": step.state,
            "content_sha256": salted_hash(salt, &step.event)?,
        });
        O::add_step(transaction, *id, step).await?;
        let (action, entity) = (O::STEPPED, what::<O>());
        let change = Change { action, entity, entity_id: id.to_string(), room: room.as_ref(), payload };
        self.record_salted(transaction, now, salt, change).await?;
        Ok(Loaded { id: *id, room: room.clone(), object: after })
    }

    /// Records that an object came, in the transaction that keeps it.
    pub(crate) async fn record_came(
        &self,
        transaction: &mut PgConnection,
        came: Came<'_>,
        facts: &impl Serialize,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let salt = new_salt()?;
        let facts = serde_json::to_value(facts).reading("object")?;
        let payload = json!({ "content_sha256": salted_hash(salt, &facts)? });
        let Came { action, entity, id, room } = came;
        let change = Change { action, entity, entity_id: id.to_string(), room, payload };
        self.record_salted(transaction, now, salt, change).await
    }

    /// The object of that id with all that happened to it.
    ///
    /// # Errors
    /// [`DutyError::NotFound`], or what the database said.
    pub async fn object<O: Kept>(&self, id: O::Id) -> Result<Loaded<O>, DutyError> {
        let mut connection = self.pool.acquire().await.doing("read what happened")?;
        load_one(&mut connection, id.into_untyped_uuid()).await
    }

    /// The first `limit` objects after `after`, in order of their ids, which is that of their birth; those that came to
    /// their end only on request.
    ///
    /// # Errors
    /// What the database said.
    pub async fn objects<O: Kept>(
        &self,
        after: Option<Uuid>,
        with_ended: bool,
        limit: i64,
    ) -> Result<Vec<Loaded<O>>, DutyError> {
        let but = if with_ended { Vec::new() } else { ends::<O>() };
        let mut connection = self.pool.acquire().await.doing("list what there is")?;
        let ids = O::page(&mut connection, after, &but, limit).await?;
        load(&mut connection, &ids).await
    }

    /// Adds a step whose facts the caller gives; a race with another writer is tried once more.
    pub(crate) async fn step<O: Kept>(
        &self,
        id: O::Id,
        event: &O::Event,
        now: DateTime<Utc>,
    ) -> Result<Loaded<O>, DutyError> {
        let id = id.into_untyped_uuid();
        twice(what::<O>(), id, async || {
            const DOING: &str = "record a step";
            let mut transaction = self.pool.begin().await.doing(DOING)?;
            let Loaded { id, room, object } = load_one::<O>(&mut transaction, id).await?;
            let object = object.heed(&mut transaction, id).await?;
            let after = self.append(&mut transaction, &Loaded { id, room, object }, event, now).await?;
            transaction.commit().await.doing(DOING)?;
            Ok(after)
        })
        .await
    }
}

/// Which object came.
pub(crate) struct Came<'a> {
    pub(crate) action: &'static str,
    pub(crate) entity: &'static str,
    pub(crate) id: Uuid,
    pub(crate) room: Option<&'a RoomId>,
}
