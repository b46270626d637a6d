//! A record as it comes from the broker, copied out of librdkafka's memory.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rdkafka::message::{BorrowedMessage, Headers, Message};

/// A record that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedRecord {
    /// The partition it stands in.
    pub partition: i32,
    /// Its place there.
    pub offset: i64,
    /// The key, if it has one.
    pub key: Option<Vec<u8>>,
    /// Milliseconds since 1970-01-01 UTC, if it has a time.
    pub timestamp_ms: Option<i64>,
    /// Names and values, in order; a null value reads as empty, and a header whose name is not UTF-8 is left out.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body; none is a tombstone.
    pub payload: Option<Vec<u8>>,
}

impl ReceivedRecord {
    pub(crate) fn copied_from(message: &BorrowedMessage<'_>) -> Self {
        Self {
            partition: message.partition(),
            offset: message.offset(),
            key: message.key().map(<[u8]>::to_vec),
            timestamp_ms: message.timestamp().to_millis(),
            headers: message.headers().map(copied_headers).unwrap_or_default(),
            payload: message.payload().map(<[u8]>::to_vec),
        }
    }
}

/// rdkafka 0.39 panics on a header whose name is not UTF-8. Any producer may send one, and it must not end a service.
fn copied_headers<H: Headers>(headers: &H) -> Vec<(String, Vec<u8>)> {
    let copied = |index| {
        let header = headers.get(index);
        (header.key.to_owned(), header.value.unwrap_or_default().to_vec())
    };
    (0..headers.count()).filter_map(|index| catch_unwind(AssertUnwindSafe(|| copied(index))).ok()).collect()
}
