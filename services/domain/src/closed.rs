//! The closed lists: one enum each. A new value is a migration, as the database checks them too.

use crate::StatementCategory;

/// A name that is not on its closed list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name:?} is not a {list}; known: {known}")]
pub struct UnknownName {
    /// The list's name.
    pub list: &'static str,
    /// What was given.
    pub name: String,
    /// The list, comma separated.
    pub known: String,
}

/// Declares closed lists: an enum each, with its names for JSON and SQL, in order.
///
/// The crate that uses it depends on `serde`.
#[macro_export]
macro_rules! closed {
    ($($(#[$doc:meta])* $list:ident $what:literal { $($(#[$value_doc:meta])* $value:ident = $name:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ::serde::Serialize, ::serde::Deserialize)]
        pub enum $list {
            $($(#[$value_doc])* #[doc = concat!("`", $name, "`")] #[serde(rename = $name)] $value,)*
        }

        impl $list {
            /// Every value, in the order of the list.
            pub const ALL: &'static [Self] = &[$(Self::$value),*];

            /// Every name, in the order of the list.
            pub const NAMES: &'static [&'static str] = &[$($name),*];

            /// The name used in JSON, SQL and rules.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$value => $name),* }
            }
        }

        impl ::core::str::FromStr for $list {
            type Err = $crate::UnknownName;

            fn from_str(name: &str) -> Result<Self, $crate::UnknownName> {
                match name {
                    $($name => Ok(Self::$value),)*
                    _ => Err($crate::UnknownName {
                        list: $what,
                        name: name.to_owned(),
                        known: Self::NAMES.join(", "),
                    }),
                }
            }
        }

        impl ::core::fmt::Display for $list {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.pad(self.as_str())
            }
        }
    )*};
}

closed! {
    /// What a flag is about. Each has a default category of the statement of reasons, which policy may override.
    Category "category" {
        /// Violence announced.
        Threat = "threat",
        /// Others called to violence.
        Incitement = "incitement",
        /// Hatred of a protected group.
        Hate = "hate",
        /// A person insulted or hounded.
        Harassment = "harassment",
        /// Terrorist content.
        Terrorism = "terrorism",
        /// Other danger to public security.
        PublicSecurity = "public_security",
        /// Self-harm and suicide.
        SelfHarm = "self_harm",
        /// Sexual content against the terms.
        Sexual = "sexual",
        /// Danger to minors.
        SexualMinors = "sexual_minors",
        /// Fraud.
        Scam = "scam",
        /// Goods that may not be sold.
        IllegalGoods = "illegal_goods",
        /// Voters misled.
        Election = "election",
        /// Private data exposed.
        Privacy = "privacy",
        /// Foul language against the terms.
        Profanity = "profanity",
    }

    /// How much is at stake if a flag is right; ordered.
    Severity "severity" {
        /// Against the terms, harm unlikely.
        Low = "low",
        /// Harm possible.
        Medium = "medium",
        /// Harm likely.
        High = "high",
        /// Life or a child at stake.
        Critical = "critical",
    }

    /// What machines know of a flag. What people decide stands on its case.
    FlagStatus "flag status" {
        /// Heard once.
        Provisional = "provisional",
        /// A second hearing by another model agrees.
        Confirmed = "confirmed",
        /// A second hearing does not agree.
        Unconfirmed = "unconfirmed",
        /// An exclusion holds or the text is suspect; kept, so that it can be sampled.
        Suppressed = "suppressed",
    }

    /// What became of a stretch of a stream.
    CoverageState "coverage state" {
        /// Heard as speech; the words stand in the window.
        Transcribed = "transcribed",
        /// Nothing to hear.
        Silence = "silence",
        /// Music without speech.
        Music = "music",
        /// Noise without speech.
        Noise = "noise",
        /// Not heard, and why.
        Lost = "lost",
        /// Put off by plan, and why.
        Deferred = "deferred",
        /// Not stored yet, and why.
        Pending = "pending",
    }

    /// Why a stretch is as it is; required for `lost`, `deferred` and `pending`.
    CoverageReason "coverage reason" {
        /// Ingest declared a gap.
        IngestGap = "ingest_gap",
        /// The source failed inside a connection.
        SourceError = "source_error",
        /// The first sample of a chunk lies beyond the end of the one before.
        SequenceJump = "sequence_jump",
        /// A chunk could not be decoded.
        DecodeError = "decode_error",
        /// A chunk's bytes do not match its checksum.
        CrcMismatch = "crc_mismatch",
        /// The topic no longer held the chunk.
        RetentionExpired = "retention_expired",
        /// Speech was there, no word came out.
        AsrEmpty = "asr_empty",
        /// The recogniser missed its deadline.
        AsrTimeout = "asr_timeout",
        /// The recogniser died.
        AsrCrash = "asr_crash",
        /// A guard holds the text for invented; it is kept as suspect.
        AsrGuarded = "asr_guarded",
        /// Put off by policy.
        PolicyDeferred = "policy_deferred",
        /// The source played an advertisement.
        AdBreak = "ad_break",
        /// The source declared itself muted.
        Muted = "muted",
        /// It came after its window was stored.
        Late = "late",
        /// On its way.
        InFlight = "in_flight",
    }

    /// How far a segment's text can be relied on.
    Hearing "hearing" {
        /// Heard once.
        Single = "single",
        /// Two models report the same words.
        Verified = "verified",
        /// A guard fired: kept, never the ground of a flag.
        Suspect = "suspect",
    }

    /// Why there was no connection in a stretch of wall time.
    BetweenReason "reason of a stretch between" {
        /// The source refused us.
        Refused = "refused",
        /// The connection broke.
        Disconnected = "disconnected",
        /// Nobody had begun.
        NotStarted = "not_started",
    }
}

impl CoverageState {
    /// Whether an interval in this state must carry a reason.
    pub const fn needs_reason(self) -> bool {
        matches!(self, Self::Lost | Self::Deferred | Self::Pending)
    }
}

impl Category {
    /// The category of a statement of reasons that this category stands for by default; policy may override it.
    pub const fn statement_category(self) -> StatementCategory {
        match self {
            Self::Threat | Self::Incitement => StatementCategory::Violence,
            Self::Hate => StatementCategory::IllegalOrHarmfulSpeech,
            Self::Harassment => StatementCategory::CyberViolence,
            Self::Terrorism | Self::PublicSecurity => StatementCategory::RiskForPublicSecurity,
            Self::SelfHarm => StatementCategory::SelfHarm,
            Self::Sexual | Self::Profanity => StatementCategory::OtherViolationTc,
            Self::SexualMinors => StatementCategory::ProtectionOfMinors,
            Self::Scam => StatementCategory::ScamsAndFraud,
            Self::IllegalGoods => StatementCategory::UnsafeAndProhibitedProducts,
            Self::Election => StatementCategory::NegativeEffectsOnCivicDiscourseOrElections,
            Self::Privacy => StatementCategory::DataProtectionAndPrivacyViolations,
        }
    }

    /// The category that a classifier head reports: by name, `violence` as [`Category::Threat`], `category_hate` as
    /// [`Category::Hate`].
    ///
    /// # Errors
    /// [`UnknownName`] for a head that no category stands for.
    pub fn of_head(head: &str) -> Result<Self, UnknownName> {
        if head == "violence" { Ok(Self::Threat) } else { head.strip_prefix("category_").unwrap_or(head).parse() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_reads_back() {
        for &category in Category::ALL {
            assert_eq!(category.as_str().parse(), Ok(category));
            assert_eq!(serde_json::to_value(category).unwrap(), category.as_str());
        }
        for &reason in CoverageReason::ALL {
            assert_eq!(reason.as_str().parse(), Ok(reason));
        }
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_list() {
        let error = "severe".parse::<Severity>().unwrap_err();
        assert_eq!(error.to_string(), r#""severe" is not a severity; known: low, medium, high, critical"#);
    }

    #[test]
    fn every_classifier_head_has_a_category() {
        for head in ["hate", "harassment", "violence", "self_harm", "sexual", "sexual_minors", "scam", "profanity"] {
            assert!(Category::of_head(head).is_ok(), "{head}");
        }
    }
}
