//! The one register of ids: typed UUIDs, and the names that people give to rooms and streams.
//!
//! What can be derived is derived (UUID version 5), so that a retry names the same thing; what is born here is
//! version 7, so that it sorts by time.

use std::{fmt, str::FromStr};

use newtype_uuid::{GenericUuid, TypedUuid, TypedUuidKind, TypedUuidTag};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::time::{Epoch, StreamRange, StreamTime};

macro_rules! kinds {
    ($($kind:ident $id:ident $tag:literal $what:literal,)*) => {$(
        #[doc = concat!("Marks the id of ", $what, ".")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $kind {}

        impl TypedUuidKind for $kind {
            fn tag() -> TypedUuidTag {
                const TAG: TypedUuidTag = TypedUuidTag::new($tag);
                TAG
            }
        }

        #[doc = concat!("The id of ", $what, ".")]
        pub type $id = TypedUuid<$kind>;
    )*};
}

kinds! {
    StreamKind StreamId "stream" "a stream: derived from its room and its name",
    WindowKind WindowId "window" "a window: derived from stream, epoch and first sample",
    FindingKind FindingId "finding" "a finding: derived from stream, epoch, rule or head, and range",
    FlagKind FlagId "flag" "a flag: derived from its first finding",
    AuditEventKind AuditEventId "audit_event" "an audit event: born with it (version 7)",
    CaseKind CaseId "case" "a case: born with it (version 7)",
    DecisionKind DecisionId "decision" "a decision: born with it (version 7)",
    NoticeKind NoticeId "notice" "a notice: born with it (version 7)",
    OrderKind OrderId "order" "an order: born with it (version 7)",
    ComplaintKind ComplaintId "complaint" "a complaint: born with it (version 7)",
    DisputeKind DisputeId "dispute" "a dispute: born with it (version 7)",
    EscalationKind EscalationId "escalation" "an escalation: born with it (version 7)",
    SuspensionKind SuspensionId "suspension" "a suspension: born with it (version 7)",
}

/// Namespace of all derived ids: UUID version 5 of the DNS namespace and `earwitness.invalid`, written out.
const NAMESPACE: Uuid = Uuid::from_u128(0x2ca7_ec0e_2c72_5397_941d_5a2f_7f47_d1de);

fn derive<K: TypedUuidKind>(parts: &[&str]) -> TypedUuid<K> {
    // 0x1F, the unit separator, cannot occur in a name: `RoomId` and `StreamName` refuse control characters.
    let name = parts.join("\u{1f}");
    TypedUuid::from_untyped_uuid(Uuid::new_v5(&NAMESPACE, name.as_bytes()))
}

/// A name that cannot stand for a room or a stream.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidName {
    /// Nothing, or only white space.
    #[error("a {what} needs a name")]
    Empty {
        /// What it would name.
        what: &'static str,
    },
    /// More than 200 bytes.
    #[error("the name of a {what} has at most 200 bytes, this one {bytes}")]
    TooLong {
        /// What it would name.
        what: &'static str,
        /// Its length.
        bytes: usize,
    },
    /// A control character, which no log or terminal should meet.
    #[error("the name of a {what} cannot hold the control character U+{code:04X}")]
    ControlCharacter {
        /// What it would name.
        what: &'static str,
        /// The character's code point.
        code: u32,
    },
}

fn check_name(what: &'static str, name: &str) -> Result<(), InvalidName> {
    if name.trim().is_empty() {
        return Err(InvalidName::Empty { what });
    }
    if name.len() > 200 {
        return Err(InvalidName::TooLong { what, bytes: name.len() });
    }
    match name.chars().find(|c| c.is_control()) {
        Some(c) => Err(InvalidName::ControlCharacter { what, code: c.into() }),
        None => Ok(()),
    }
}

macro_rules! names {
    ($($name:ident $what:literal $doc:literal,)*) => {$(
        #[doc = $doc]
        ///
        /// 1 to 200 bytes, no control characters.
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The name as it was given.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidName;

            fn from_str(name: &str) -> Result<Self, InvalidName> {
                check_name($what, name).map(|()| Self(name.to_owned()))
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidName;

            fn try_from(name: String) -> Result<Self, InvalidName> {
                check_name($what, &name).map(|()| Self(name))
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

names! {
    RoomId "room" "What the platform calls a room; opaque to us.",
    StreamName "stream" "What a stream is called inside its room; unique there.",
    ReviewerId "reviewer" "What stands for a member of staff in the record; never a person's name.",
    AccountId "account" "What the platform calls the account of a user; opaque to us.",
}

/// The id of the stream of that name in that room.
pub(crate) fn stream_id(room: &RoomId, stream: &StreamName) -> StreamId {
    derive(&["stream", room.as_str(), stream.as_str()])
}

/// The id of the window of a stream's epoch that begins at `first`.
pub(crate) fn window_id(stream: StreamId, epoch: Epoch, first: StreamTime) -> WindowId {
    derive(&["window", &stream.to_string(), &epoch.to_string(), &first.samples().to_string()])
}

/// The id of what `carrier` (`rule:<id>` or `head:<name>`) found on that range.
pub(crate) fn finding_id(stream: StreamId, epoch: Epoch, carrier: &str, range: StreamRange) -> FindingId {
    let (first, end) = (range.first().samples().to_string(), range.end().samples().to_string());
    derive(&["finding", &stream.to_string(), &epoch.to_string(), carrier, &first, &end])
}

/// The id of the flag that `finding` opens.
pub(crate) fn flag_id(finding: FindingId) -> FlagId {
    derive(&["flag", &finding.to_string()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_names_give_the_same_stream_and_others_another() {
        let (room, stream): (RoomId, StreamName) = ("town hall".parse().unwrap(), "stage".parse().unwrap());
        assert_eq!(stream_id(&room, &stream), stream_id(&room, &stream));
        assert_ne!(stream_id(&room, &stream), stream_id(&"town".parse().unwrap(), &"hallstage".parse().unwrap()));
    }

    #[test]
    fn names_refuse_what_no_log_should_meet() {
        assert_eq!("".parse::<RoomId>(), Err(InvalidName::Empty { what: "room" }));
        assert_eq!("a\u{1f}b".parse::<StreamName>(), Err(InvalidName::ControlCharacter { what: "stream", code: 0x1f }));
        assert!(matches!("x".repeat(201).parse::<RoomId>(), Err(InvalidName::TooLong { bytes: 201, .. })));
    }
}
