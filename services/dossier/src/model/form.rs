//! How times and probabilities are written, each with one spelling.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// RFC 3339 with six digits and `Z`; nothing else reads.
pub(crate) mod instant {
    use chrono::{DateTime, Utc};
    use ledger::format_instant;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(at: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&format_instant(*at))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime<Utc>, D::Error> {
        super::read(&String::deserialize(deserializer)?)
    }
}

/// The same, or null.
pub(crate) mod maybe_instant {
    use chrono::{DateTime, Utc};
    use ledger::format_instant;
    use serde::{Deserialize, Deserializer, Serializer};

    #[expect(clippy::ref_option, reason = "serde passes the field by reference")]
    pub(crate) fn serialize<S: Serializer>(at: &Option<DateTime<Utc>>, serializer: S) -> Result<S::Ok, S::Error> {
        match at {
            Some(at) => serializer.serialize_str(&format_instant(*at)),
            None => serializer.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime<Utc>>, D::Error> {
        Option::<String>::deserialize(deserializer)?.map(|text| super::read(&text)).transpose()
    }
}

/// Reads an instant in its one spelling.
fn read<E: Error>(text: &str) -> Result<DateTime<Utc>, E> {
    let at = DateTime::parse_from_rfc3339(text).map_err(E::custom)?.with_timezone(&Utc);
    if ledger::format_instant(at) == text {
        Ok(at)
    } else {
        Err(E::custom(format!("{text:?} is not written as RFC 3339 with six digits and Z")))
    }
}

/// A probability from 0 to 1 to four digits, so that it has one spelling in JSON, CSV and anybody's arithmetic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Probability(u16);

/// What 1 is.
const WHOLE: u16 = 10_000;

impl Probability {
    /// The nearest one; what is no number counts as 0.
    pub fn new(p: f64) -> Self {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped, and a cast saturates")]
        let parts = (p.clamp(0.0, 1.0) * f64::from(WHOLE)).round() as u16;
        Self(parts)
    }

    /// As a number.
    pub fn value(self) -> f64 {
        f64::from(self.0) / f64::from(WHOLE)
    }
}

/// As models give it.
impl From<f32> for Probability {
    fn from(p: f32) -> Self {
        Self::new(f64::from(p))
    }
}

impl fmt::Display for Probability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value().fmt(f)
    }
}

impl Serialize for Probability {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.value())
    }
}

impl<'de> Deserialize<'de> for Probability {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = f64::deserialize(deserializer)?;
        if (0.0..=1.0).contains(&value) {
            Ok(Self::new(value))
        } else {
            Err(D::Error::custom(format!("{value} is no probability")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probability_has_four_digits_and_reads_back() {
        for (given, written) in [(0.0, "0"), (1.0, "1"), (0.931_249, "0.9312"), (0.1, "0.1"), (f64::NAN, "0")] {
            let p = Probability::new(given);
            assert_eq!(p.to_string(), written);
            let json = serde_json_canonicalizer::to_string(&p).unwrap();
            assert_eq!(json, written);
            assert_eq!(serde_json::from_str::<Probability>(&json).unwrap(), p);
        }
        assert!(serde_json::from_str::<Probability>("1.5").is_err());
    }

    #[test]
    fn an_instant_has_one_spelling() {
        #[derive(Debug, Deserialize)]
        struct At(#[serde(with = "instant")] DateTime<Utc>);
        assert!(serde_json::from_str::<At>("\"2026-09-12T20:00:00.000000Z\"").is_ok_and(|At(at)| at.timestamp() > 0));
        for other in ["2026-09-12T20:00:00Z", "2026-09-12T22:00:00.000000+02:00", "2026-09-12"] {
            assert!(serde_json::from_str::<At>(&format!("{other:?}")).is_err(), "{other}");
        }
    }
}
