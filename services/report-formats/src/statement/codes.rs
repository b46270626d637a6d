//! The closed lists of a statement of reasons, as the Transparency Database spells them.
//!
//! Source: its interface, version 1, schema of July 2025. Categories and keywords are `domain`'s, as rules name them too.

domain::closed! {
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

    /// Whose account: a business that offers goods or services, or a person.
    AccountType "type of account" {
        Business = "ACCOUNT_TYPE_BUSINESS",
        Private = "ACCOUNT_TYPE_PRIVATE",
    }

    /// Law or terms: Article 17(3)(d) and (e).
    Ground "ground of a decision" {
        Illegal = "DECISION_GROUND_ILLEGAL_CONTENT",
        Incompatible = "DECISION_GROUND_INCOMPATIBLE_CONTENT",
    }

    /// What the content is.
    ContentType "type of content" {
        App = "CONTENT_TYPE_APP",
        Audio = "CONTENT_TYPE_AUDIO",
        Image = "CONTENT_TYPE_IMAGE",
        Product = "CONTENT_TYPE_PRODUCT",
        SyntheticMedia = "CONTENT_TYPE_SYNTHETIC_MEDIA",
        Text = "CONTENT_TYPE_TEXT",
        Video = "CONTENT_TYPE_VIDEO",
        Other = "CONTENT_TYPE_OTHER",
    }

    /// What led to the decision: Article 17(3)(b).
    SourceType "source of a decision" {
        /// A notice under Article 16 by anyone but a trusted flagger.
        Article16 = "SOURCE_ARTICLE_16",
        /// A notice under Article 16 by a trusted flagger.
        TrustedFlagger = "SOURCE_TRUSTED_FLAGGER",
        /// Told otherwise: a report that is no notice, an authority outside Article 9.
        OtherNotification = "SOURCE_TYPE_OTHER_NOTIFICATION",
        /// On own initiative.
        Voluntary = "SOURCE_VOLUNTARY",
    }

    /// The part of machines in deciding, which is not the part in finding: Article 17(3)(c).
    AutomatedDecision "part of machines in a decision" {
        Fully = "AUTOMATED_DECISION_FULLY",
        Partially = "AUTOMATED_DECISION_PARTIALLY",
        NotAutomated = "AUTOMATED_DECISION_NOT_AUTOMATED",
    }

    /// Yes or no, as text: the database takes no booleans.
    YesNo "yes or no" {
        Yes = "Yes",
        No = "No",
    }

    /// A state of the European Economic Area, by ISO 3166-1; Greece is `GR`.
    State "state of the European Economic Area" {
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

impl State {
    /// Whether it is one of the 27 of the Union, and not only of the Economic Area.
    pub const fn is_in_the_union(self) -> bool {
        !matches!(self, Self::Iceland | Self::Liechtenstein | Self::Norway)
    }
}

impl From<bool> for YesNo {
    fn from(yes: bool) -> Self {
        if yes { Self::Yes } else { Self::No }
    }
}
