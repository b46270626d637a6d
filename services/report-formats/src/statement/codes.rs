//! The closed lists of a statement of reasons, as the Transparency Database spells them.
//!
//! Source: its interface, version 1, schema of July 2025. What rules or decisions name too is `domain`'s: categories,
//! keywords, restrictions, states, the part of machines.

domain::closed! {
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

    /// Yes or no, as text: the database takes no booleans.
    YesNo "yes or no" {
        Yes = "Yes",
        No = "No",
    }
}

impl From<bool> for YesNo {
    fn from(yes: bool) -> Self {
        if yes { Self::Yes } else { Self::No }
    }
}
