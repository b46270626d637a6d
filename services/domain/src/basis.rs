//! On what a decision rests: law or terms, Article 17(3)(d) and (e).

use serde::{Deserialize, Serialize};

/// On what a decision rests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Basis {
    /// The content is illegal.
    Law {
        /// The law and its section.
        legal_ground: String,
        /// Why the content is against it.
        explanation: String,
    },
    /// The content is against the terms.
    Terms {
        /// The clause.
        clause: String,
        /// Why the content is against it.
        explanation: String,
        /// Whether it is held illegal too, where somebody looked.
        is_illegal: Option<bool>,
    },
}

/// The clause of the terms that a decision cites, in the version then in force (Article 14).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clause {
    /// Its permanent id in the rule book.
    pub id: String,
    /// Its version.
    pub version: String,
}
