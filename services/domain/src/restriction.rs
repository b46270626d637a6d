//! What a decision restricts, until when and where: Article 17(1) and (3)(a), with the Transparency Database's own codes.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

crate::closed! {
    /// How a piece of content is restricted in its visibility: Article 17(1)(a).
    Visibility "restriction of visibility" {
        Removed = "DECISION_VISIBILITY_CONTENT_REMOVED",
        Disabled = "DECISION_VISIBILITY_CONTENT_DISABLED",
        Demoted = "DECISION_VISIBILITY_CONTENT_DEMOTED",
        AgeRestricted = "DECISION_VISIBILITY_CONTENT_AGE_RESTRICTED",
        InteractionRestricted = "DECISION_VISIBILITY_CONTENT_INTERACTION_RESTRICTED",
        Labelled = "DECISION_VISIBILITY_CONTENT_LABELLED",
        Other = "DECISION_VISIBILITY_OTHER",
    }

    /// How payments are restricted: Article 17(1)(b).
    Monetary "restriction of payments" {
        Suspension = "DECISION_MONETARY_SUSPENSION",
        Termination = "DECISION_MONETARY_TERMINATION",
        Other = "DECISION_MONETARY_OTHER",
    }

    /// How the service is restricted: Article 17(1)(c).
    Provision "restriction of the service" {
        PartialSuspension = "DECISION_PROVISION_PARTIAL_SUSPENSION",
        TotalSuspension = "DECISION_PROVISION_TOTAL_SUSPENSION",
        PartialTermination = "DECISION_PROVISION_PARTIAL_TERMINATION",
        TotalTermination = "DECISION_PROVISION_TOTAL_TERMINATION",
    }

    /// How the account is restricted: Article 17(1)(d).
    Account "restriction of the account" {
        Suspended = "DECISION_ACCOUNT_SUSPENDED",
        Terminated = "DECISION_ACCOUNT_TERMINATED",
    }

    /// A state of the European Economic Area, by ISO 3166-1; Greece is `GR`.
    MemberState "state of the European Economic Area" {
        Austria = "AT",
        Belgium = "BE",
        Bulgaria = "BG",
        Cyprus = "CY",
        Czechia = "CZ",
        Germany = "DE",
        Denmark = "DK",
        Estonia = "EE",
        Spain = "ES",
        Finland = "FI",
        France = "FR",
        Greece = "GR",
        Croatia = "HR",
        Hungary = "HU",
        Ireland = "IE",
        Iceland = "IS",
        Italy = "IT",
        Liechtenstein = "LI",
        Lithuania = "LT",
        Luxembourg = "LU",
        Latvia = "LV",
        Malta = "MT",
        Netherlands = "NL",
        Norway = "NO",
        Poland = "PL",
        Portugal = "PT",
        Romania = "RO",
        Sweden = "SE",
        Slovenia = "SI",
        Slovakia = "SK",
    }
}

impl MemberState {
    /// Whether it is one of the 27 of the Union, and not only of the Economic Area.
    pub const fn is_in_the_union(self) -> bool {
        !matches!(self, Self::Iceland | Self::Liechtenstein | Self::Norway)
    }
}

/// What was restricted, and until when; no end is without end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Restrictions {
    /// Of visibility.
    pub visibility: Vec<Visibility>,
    /// What [`Visibility::Other`] stands for.
    pub visibility_other: Option<String>,
    /// End of the restriction of visibility.
    pub visibility_until: Option<DateTime<Utc>>,
    /// Of payments.
    pub monetary: Option<Monetary>,
    /// What [`Monetary::Other`] stands for.
    pub monetary_other: Option<String>,
    /// End of the restriction of payments.
    pub monetary_until: Option<DateTime<Utc>>,
    /// Of the service.
    pub provision: Option<Provision>,
    /// End of the restriction of the service.
    pub provision_until: Option<DateTime<Utc>>,
    /// Of the account.
    pub account: Option<Account>,
    /// End of the restriction of the account.
    pub account_until: Option<DateTime<Utc>>,
}

/// Where a restriction holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// All 27 states of the Union.
    Union,
    /// The Union, Iceland, Liechtenstein and Norway.
    EconomicArea,
    /// Some states.
    States(Vec<MemberState>),
}
