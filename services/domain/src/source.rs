//! What led to a decision.

use serde::{Deserialize, Serialize};

/// What led to a decision. Organisations are named, persons never.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Nobody told us.
    OwnInitiative,
    /// A notice under Article 16.
    Notice {
        /// The organisation that sent it, if one did.
        organisation: Option<String>,
    },
    /// A notice under Article 16 by a trusted flagger (Article 22).
    TrustedFlagger {
        /// The trusted flagger.
        organisation: String,
    },
    /// A report that is no notice, or an authority outside Article 9.
    OtherNotification {
        /// The organisation, if one did.
        organisation: Option<String>,
    },
    /// An order of an authority. Of one under Article 9 no statement is owed (Article 17(5)).
    Order,
}

crate::closed! {
    /// The kinds of source, for queues and counts.
    SourceKind "kind of source" {
        /// An authority's order: Articles 9 and 10, and Regulation (EU) 2021/784.
        Order = "order",
        /// A trusted flagger: Article 22 has its notices go first.
        TrustedFlagger = "trusted_flagger",
        /// Anyone's notice: Article 16.
        Notice = "notice",
        /// Told otherwise.
        OtherNotification = "other_notification",
        /// Nobody told us.
        OwnInitiative = "own_initiative",
    }
}

/// Who goes first: the higher the number, the sooner. Orders and trusted flaggers are the law's; the rest is the house's.
pub const PRIORITIES: [(SourceKind, u8); 5] = [
    (SourceKind::Order, 3),
    (SourceKind::TrustedFlagger, 2),
    (SourceKind::Notice, 1),
    (SourceKind::OtherNotification, 1),
    (SourceKind::OwnInitiative, 0),
];

impl SourceKind {
    /// How soon it goes, from [`PRIORITIES`].
    pub fn priority(self) -> u8 {
        PRIORITIES.iter().find(|(kind, _)| *kind == self).map_or(0, |(_, priority)| *priority)
    }
}

impl Source {
    /// Its kind.
    pub const fn kind(&self) -> SourceKind {
        match self {
            Self::OwnInitiative => SourceKind::OwnInitiative,
            Self::Notice { .. } => SourceKind::Notice,
            Self::TrustedFlagger { .. } => SourceKind::TrustedFlagger,
            Self::OtherNotification { .. } => SourceKind::OtherNotification,
            Self::Order => SourceKind::Order,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_go_first_then_trusted_flaggers_then_users_then_ourselves() {
        let priority = |kind: SourceKind| kind.priority();
        assert!(priority(SourceKind::Order) > priority(SourceKind::TrustedFlagger));
        assert!(priority(SourceKind::TrustedFlagger) > priority(SourceKind::Notice));
        assert_eq!(priority(SourceKind::Notice), priority(SourceKind::OtherNotification));
        assert!(priority(SourceKind::Notice) > priority(SourceKind::OwnInitiative));
        assert!(SourceKind::ALL.iter().all(|kind| PRIORITIES.iter().any(|(listed, _)| listed == kind)));
    }
}
