//! The Kafka client: a producer that keeps order, a consumer whose positions come from outside Kafka, and topics.
//!
//! This is the only crate that names rdkafka (librdkafka, built from source: the client with the longest record of
//! being right about idempotence and rebalances). It knows records, not what they mean.
//!
//! - [`Producer`]: idempotent, every replica acknowledges; a failure never lets a later record overtake an earlier one.
//! - [`Consumer`]: a member of a group on one topic. Where it starts is asked of [`Positions`] (the database), never of
//!   the committed offset, which is for lag dashboards alone. Nothing is skipped in silence: see [`Event::Truncated`].
//! - [`Reader`]: one partition from any offset, beside all groups, for those who come back for a few records.
//! - [`Admin`]: creates topics and reads how far they reach.
//!
//! A broker that is away is no error here: it is logged once per outage and waited for.

mod admin;
mod consumer;
mod error;
mod outage;
mod partitioner;
mod producer;
mod reader;
mod settings;

pub use admin::{Admin, Topic, Watermarks};
pub use consumer::{BoxError, Claim, Consumer, Event, Positions, ReceivedRecord, Subscription};
pub use error::{BusError, Cause};
pub use partitioner::partition_of;
pub use producer::{Delivery, Producer, Record};
pub use reader::Reader;
pub use settings::Settings;
