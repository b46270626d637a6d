//! Who does something: the name under which every change is recorded.

use std::fmt;

use crate::error::StoreError;

/// Who changes something, as it stands in the audit log: `service:transcribe`, `command:ingest`, `person:…`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor(String);

impl Actor {
    /// One of our services, acting by itself.
    ///
    /// # Errors
    /// [`StoreError::Actor`] for a name that is empty, over 200 bytes or holds control characters.
    pub fn service(name: &str) -> Result<Self, StoreError> {
        Self::new("service", name)
    }

    /// A command that a person or a script ran on this machine.
    ///
    /// # Errors
    /// As [`Actor::service`].
    pub fn command(name: &str) -> Result<Self, StoreError> {
        Self::new("command", name)
    }

    /// A person who logged in, by the id of the account.
    ///
    /// # Errors
    /// As [`Actor::service`].
    pub fn person(id: &str) -> Result<Self, StoreError> {
        Self::new("person", id)
    }

    fn new(kind: &str, name: &str) -> Result<Self, StoreError> {
        if name.is_empty() || name.len() > 200 || name.contains(char::is_control) {
            return Err(StoreError::Actor { name: name.to_owned() });
        }
        Ok(Self(format!("{kind}:{name}")))
    }

    /// As it stands in the log.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
