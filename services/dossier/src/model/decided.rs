//! What people decided.

use chrono::{DateTime, Utc};
use domain::Decision;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::instant;

/// Flags that belong together, and the decisions on them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// Its id.
    pub case: Uuid,
    /// When it was opened.
    #[serde(with = "instant")]
    pub opened: DateTime<Utc>,
    /// How far it is: `open`, `claimed`, `held` or `decided`.
    pub state: String,
    /// Its flags, by id.
    pub flags: Vec<Uuid>,
    /// Every decision on it, in order; the last is in effect.
    pub decisions: Vec<Decision>,
}
