//! librdkafka's own messages, and one line per outage in place of one per attempt.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use rdkafka::{ClientContext, config::RDKafkaLogLevel, error::KafkaError};

/// Whether the broker answers, as one client sees it. Logs the change, not the state.
#[derive(Debug)]
pub(crate) struct Outage {
    client: &'static str,
    away: AtomicBool,
}

impl Outage {
    /// For the client that logs as `client`.
    pub(crate) fn of(client: &'static str) -> Self {
        Self { client, away: AtomicBool::new(false) }
    }

    /// The broker does not answer, because of `error`.
    pub(crate) fn began(&self, error: &KafkaError) {
        if !self.away.swap(true, Ordering::Relaxed) {
            tracing::warn!(kafka.client = self.client, %error, "the broker does not answer; waiting for it");
        }
    }

    /// The broker answered.
    pub(crate) fn ended(&self) {
        if self.away.load(Ordering::Relaxed) && self.away.swap(false, Ordering::Relaxed) {
            tracing::info!(kafka.client = self.client, "the broker answers again");
        }
    }
}

/// The context of clients that need no callback but for logs.
#[derive(Debug)]
pub(crate) struct Logged {
    pub(crate) outage: Arc<Outage>,
}

impl ClientContext for Logged {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        log(level, facility, message);
    }

    fn error(&self, error: KafkaError, _reason: &str) {
        self.outage.began(&error);
    }
}

/// Hands a line of librdkafka to tracing. Lines that repeat at every attempt to connect (`FAIL`, `ERROR`) and remarks
/// on the configuration (`CONFWARN`) are for debugging: the outage itself is announced by [`Outage`].
pub(crate) fn log(level: RDKafkaLogLevel, facility: &str, message: &str) {
    let is_repeated = matches!(facility, "FAIL" | "ERROR" | "CONFWARN" | "REQTMOUT" | "TERMINATE");
    if level as i32 <= RDKafkaLogLevel::Warning as i32 && !is_repeated {
        tracing::warn!(target: "librdkafka", facility, "{message}");
    } else {
        tracing::debug!(target: "librdkafka", facility, "{message}");
    }
}
