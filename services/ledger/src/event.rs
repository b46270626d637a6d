//! One audit event, and its hash as a leaf.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::instant::{format_instant, truncate_instant};
use crate::merkle::{Hash, LEAF_PREFIX};

/// Length of an event's salt.
pub const SALT_BYTES: usize = 16;

/// The largest integer that a payload may hold, either way from 0: canonical JSON writes numbers as doubles, and beyond
/// 2^53 - 1 these are no longer exact (RFC 8785, appendix D).
pub const MAX_INTEGER: i64 = (1 << 53) - 1;

/// SHA-256 of an event's salt and canonical form.
pub type LeafHash = Hash;

/// One change of state, as it is recorded in the transaction that makes it.
///
/// `seq`, the event's place in the log, is given later and is no part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEvent {
    /// UUID version 7.
    pub audit_event_id: Uuid,
    /// When, in whole microseconds; finer digits are cut off.
    pub happened_at: DateTime<Utc>,
    /// Who did it: `service:transcribe`, `person:…`.
    pub actor: String,
    /// What was done: `window.stored`.
    pub action: String,
    /// The kind of thing that it was done to: `window`.
    pub entity: String,
    /// Which one.
    pub entity_id: String,
    /// In which room, where there is one.
    pub room_id: Option<String>,
    /// The facts: objects, arrays, strings, booleans, and integers up to [`MAX_INTEGER`]. Nothing that a person said.
    pub payload: Value,
    /// Random, so that nobody can guess an erased event from its hash.
    pub salt: [u8; SALT_BYTES],
}

/// A payload that cannot be kept as it is.
#[derive(Debug, thiserror::Error)]
pub enum EventError {
    /// A number that is no integer, or one beyond [`MAX_INTEGER`]: its canonical form would depend on who reads it.
    #[error("{pointer:?} of the payload of {action} is {number}, not an integer of at most 53 bits")]
    Number {
        /// The event's action.
        action: String,
        /// JSON pointer to it.
        pointer: String,
        /// As given.
        number: String,
    },
    /// `null`: leave the member out instead, so that absence has one form.
    #[error("{pointer:?} of the payload of {action} is null; leave it out")]
    Null {
        /// The event's action.
        action: String,
        /// JSON pointer to it.
        pointer: String,
    },
    /// Text with a NUL character, which no database column of ours can hold.
    #[error("{pointer:?} of the payload of {action} has text with a NUL character")]
    Nul {
        /// The event's action.
        action: String,
        /// JSON pointer to it.
        pointer: String,
    },
    /// The canonical form could not be written.
    #[error("the event {audit_event_id} has no canonical form")]
    Canonical {
        /// The event.
        audit_event_id: Uuid,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
}

/// The members that are hashed; RFC 8785 orders them by name.
#[derive(Serialize)]
struct Canonical<'a> {
    audit_event_id: String,
    happened_at: String,
    actor: &'a str,
    action: &'a str,
    entity: &'a str,
    entity_id: &'a str,
    room_id: Option<&'a str>,
    payload: &'a Value,
}

impl AuditEvent {
    /// The canonical JSON (RFC 8785) of everything but salt and place in the log. `room_id` is `null` where there is
    /// no room.
    ///
    /// # Errors
    /// [`EventError`] names the member of the payload that cannot be kept.
    pub fn canonical(&self) -> Result<String, EventError> {
        self.check(&self.payload, &mut String::new())?;
        let canonical = Canonical {
            audit_event_id: self.audit_event_id.to_string(),
            happened_at: format_instant(truncate_instant(self.happened_at)),
            actor: &self.actor,
            action: &self.action,
            entity: &self.entity,
            entity_id: &self.entity_id,
            room_id: self.room_id.as_deref(),
            payload: &self.payload,
        };
        serde_json_canonicalizer::to_string(&canonical)
            .map_err(|source| EventError::Canonical { audit_event_id: self.audit_event_id, source })
    }

    /// SHA-256 of `0x00`, the salt and the canonical JSON: the event's leaf in the log.
    ///
    /// # Errors
    /// As [`AuditEvent::canonical`].
    pub fn leaf_hash(&self) -> Result<LeafHash, EventError> {
        let canonical = self.canonical()?;
        let hash = Sha256::new().chain_update(LEAF_PREFIX).chain_update(self.salt).chain_update(canonical);
        Ok(hash.finalize().into())
    }

    fn check(&self, value: &Value, pointer: &mut String) -> Result<(), EventError> {
        let action = || self.action.clone();
        match value {
            Value::Null => Err(EventError::Null { action: action(), pointer: pointer.clone() }),
            Value::Number(number) if !number.as_i64().is_some_and(|n| (-MAX_INTEGER..=MAX_INTEGER).contains(&n)) => {
                Err(EventError::Number { action: action(), pointer: pointer.clone(), number: number.to_string() })
            }
            Value::String(text) if text.contains('\0') => {
                Err(EventError::Nul { action: action(), pointer: pointer.clone() })
            }
            Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
            Value::Array(items) => {
                items.iter().enumerate().try_for_each(|(at, item)| self.check_at(item, pointer, &at.to_string()))
            }
            Value::Object(members) => members.iter().try_for_each(|(name, item)| self.check_at(item, pointer, name)),
        }
    }

    fn check_at(&self, value: &Value, pointer: &mut String, name: &str) -> Result<(), EventError> {
        let length = pointer.len();
        pointer.push('/');
        pointer.push_str(name);
        self.check(value, pointer)?;
        if name.contains('\0') {
            return Err(EventError::Nul { action: self.action.clone(), pointer: pointer.clone() });
        }
        pointer.truncate(length);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
