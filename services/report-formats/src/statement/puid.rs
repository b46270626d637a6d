//! The platform's own id of a statement.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, de::Error};
use uuid::Uuid;

/// Name space of derived ids: UUID version 5 of the DNS name space and `statement.earwitness.invalid`, written out.
const NAMESPACE: Uuid = Uuid::from_u128(0x84c7_5ad8_520a_5c74_94e2_5438_0de3_bac3);

/// An id that is public and used once for ever: 1 to 500 letters, digits, `-` and `_`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Puid(String);

/// Text that is no puid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a puid has 1 to 500 letters A to Z, digits, `-` and `_`")]
pub struct InvalidPuid;

impl Puid {
    /// The puid of a decision's statement: always the same, and none of what it names can be read from it, not even the
    /// time that some ids begin with.
    pub fn of_decision(decision_id: Uuid) -> Self {
        Self(format!("ew-{}", Uuid::new_v5(&NAMESPACE, decision_id.as_bytes())))
    }

    /// As the database keeps it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Puid {
    type Err = InvalidPuid;

    fn from_str(text: &str) -> Result<Self, InvalidPuid> {
        let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        (is_plain && (1..=500).contains(&text.len())).then(|| Self(text.to_owned())).ok_or(InvalidPuid)
    }
}

impl<'de> Deserialize<'de> for Puid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

impl fmt::Display for Puid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_has_one_puid_and_two_have_two() {
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        assert_eq!(Puid::of_decision(one), Puid::of_decision(one));
        assert_ne!(Puid::of_decision(one), Puid::of_decision(other));
        assert_eq!(Puid::of_decision(one).as_str().parse(), Ok(Puid::of_decision(one)));
    }

    #[test]
    fn the_name_space_is_that_of_its_name() {
        assert_eq!(NAMESPACE, Uuid::new_v5(&Uuid::NAMESPACE_DNS, b"statement.earwitness.invalid"));
    }

    #[test]
    fn text_of_another_form_is_refused() {
        for wrong in ["", "a b", "ä", "a/b", &"x".repeat(501)] {
            assert_eq!(wrong.parse::<Puid>(), Err(InvalidPuid), "{wrong}");
        }
    }
}
