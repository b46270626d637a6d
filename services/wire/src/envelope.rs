//! The envelope: headers written and read back, every failure named.

use chrono::{DateTime, SecondsFormat, Utc};
use domain::InvalidName;

/// A Kafka record, free of any client library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KafkaRecord {
    /// The stream's id as text: what picks the partition.
    pub key: String,
    /// When it is sent, in milliseconds since 1970: what retention goes by.
    pub timestamp_ms: i64,
    /// In the order in which they are written.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The raw value.
    pub payload: Vec<u8>,
}

/// Why a record cannot be read. All of these are poison: the same bytes fail again.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// A header that must be there is not.
    #[error("the header {name} is missing")]
    Missing {
        /// The header.
        name: &'static str,
    },
    /// A header stands there, but not with a value of its kind.
    #[error("the header {name} is not {expected}")]
    Malformed {
        /// The header.
        name: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// A room's or stream's name that we do not take.
    #[error("the header {name} does not name anything")]
    Name {
        /// The header.
        name: &'static str,
        /// Why.
        #[source]
        source: InvalidName,
    },
    /// Another kind of record than its topic carries, or another version.
    #[error("{found:?} is not a type of record that this topic carries")]
    Type {
        /// What `ce_type` says.
        found: String,
    },
    /// The payload's bytes are not those that were sent.
    #[error("the payload's CRC32C is {found:08x}, the header says {stated:08x}")]
    Crc {
        /// What the header says.
        stated: u32,
        /// What the bytes give.
        found: u32,
    },
    /// The payload's length does not fit the number of samples.
    #[error("{bytes} bytes are not {samples} samples of two bytes")]
    Length {
        /// Length of the payload.
        bytes: usize,
        /// Samples by the header.
        samples: i64,
    },
    /// The payload is not the JSON that its type says.
    #[error("the payload is not a record of its type")]
    Json {
        /// Where and why.
        #[source]
        source: serde_json::Error,
    },
}

pub(crate) const SOURCE: &str = "/earwitness";

/// Collects the headers of a record to be.
pub(crate) struct HeaderWriter(Vec<(String, Vec<u8>)>);

impl HeaderWriter {
    pub(crate) fn new(kind: &str, id: &str, time: DateTime<Utc>, key: &str, content_type: &str) -> Self {
        let mut headers = Self(Vec::with_capacity(16));
        headers.put("content-type", content_type);
        headers.put("ce_specversion", "1.0");
        headers.put("ce_type", kind);
        headers.put("ce_source", SOURCE);
        headers.put("ce_id", id);
        headers.put("ce_time", &instant(time));
        headers.put("ce_partitionkey", key);
        headers
    }

    pub(crate) fn put(&mut self, name: &str, value: &str) {
        self.0.push((name.to_owned(), value.as_bytes().to_vec()));
    }

    pub(crate) fn record(self, key: String, time: DateTime<Utc>, payload: Vec<u8>) -> KafkaRecord {
        KafkaRecord { key, timestamp_ms: time.timestamp_millis(), headers: self.0, payload }
    }
}

/// RFC 3339 with microseconds and `Z`.
pub(crate) fn instant(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// Looks headers up by name.
pub(crate) struct HeaderReader<'a>(pub(crate) &'a [(String, Vec<u8>)]);

impl<'a> HeaderReader<'a> {
    pub(crate) fn optional(&self, name: &'static str) -> Result<Option<&'a str>, WireError> {
        let Some((_, value)) = self.0.iter().find(|(found, _)| found == name) else { return Ok(None) };
        std::str::from_utf8(value).map(Some).map_err(|_| WireError::Malformed { name, expected: "UTF-8" })
    }

    pub(crate) fn text(&self, name: &'static str) -> Result<&'a str, WireError> {
        self.optional(name)?.ok_or(WireError::Missing { name })
    }

    pub(crate) fn parse<T: std::str::FromStr>(
        &self,
        name: &'static str,
        expected: &'static str,
    ) -> Result<T, WireError> {
        self.text(name)?.parse().map_err(|_| WireError::Malformed { name, expected })
    }

    pub(crate) fn name<T: std::str::FromStr<Err = InvalidName>>(&self, name: &'static str) -> Result<T, WireError> {
        self.text(name)?.parse().map_err(|source| WireError::Name { name, source })
    }
}
