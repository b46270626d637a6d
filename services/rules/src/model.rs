//! A rule as read: what it says of itself, what it looks for, what excludes it, and its examples.

use std::collections::BTreeMap;

use domain::{Category, Severity};

use crate::reading::Located;

/// Where a rule stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Being written: does not run.
    Draft,
    /// Runs on all traffic; its findings reach nobody's queue.
    Shadow,
    /// Runs and flags.
    Live,
    /// Kept for its history: does not run.
    Retired,
}

impl Status {
    pub(crate) const NAMES: [(&'static str, Self); 4] =
        [("draft", Self::Draft), ("shadow", Self::Shadow), ("live", Self::Live), ("retired", Self::Retired)];

    /// Whether the engine runs it.
    pub const fn runs(self) -> bool {
        matches!(self, Self::Shadow | Self::Live)
    }
}

/// A rule of a pack.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Permanent and unique, `<category>.<name>`; never used again for another meaning.
    pub id: String,
    /// Semantic version; its change is compulsory when the body changes.
    pub version: String,
    /// What the finding is about: the first part of the id.
    pub category: Category,
    /// In a few words.
    pub title: String,
    /// Where it stands in its life.
    pub status: Status,
    /// Who answers for it.
    pub owner: String,
    /// The day by which somebody must look at it again, as `2027-01-31`.
    pub review_by: String,
    /// Why this is flagged, for people.
    pub why: String,
    /// What a hit says, with `{words}`, `{speaker}`, `{dt}` and `{span:TERM}` filled in; else `why` stands for it.
    pub explain: Option<String>,
    /// What it is known to miss.
    pub known_gaps: Vec<String>,
    /// What it is known to flag wrongly.
    pub known_false: Vec<String>,
    /// Languages it has terms for, ISO 639-1.
    pub languages: Vec<String>,
    /// Where it applies; `EU` is the Union.
    pub jurisdictions: Vec<String>,
    /// The category constant of a statement of reasons.
    pub statement_category: String,
    /// Keyword constants of that category.
    pub keywords: Vec<String>,
    /// Grounds by place.
    pub grounds: Vec<Ground>,
    /// Before any downgrade.
    pub severity: Severity,
    /// Its examples.
    pub tests: Vec<RuleTest>,
    /// The file it was read from, relative to the pack's folder.
    pub file: String,
    /// SHA-256 of its canonical form without version and examples, lower-case hex.
    pub body_hash: String,

    /// SHA-256 of its canonical form as a whole.
    pub(crate) file_hash: String,
    pub(crate) terms: Vec<Term>,
    pub(crate) needs: Match,
    pub(crate) excepts: Vec<Except>,
    pub(crate) min_word_prob: f32,
}

/// The ground of a decision in one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ground {
    /// A country code, `EU`, or `*` for everywhere.
    pub place: String,
    /// Whether the law is broken or only the terms.
    pub illegal: bool,
    /// The law or the clause.
    pub cite: String,
}

/// An example of a rule: a small timeline, and what must come of it.
#[derive(Clone, Debug)]
pub struct RuleTest {
    /// Its name, or the words themselves.
    pub name: String,
    /// ISO 639-1.
    pub language: String,
    /// What is said, in order.
    pub say: Vec<Saying>,
    /// What must come of it.
    pub expect: Expect,
    /// The line of the example.
    pub line: usize,
}

/// One turn of an example's timeline.
#[derive(Clone, Debug, PartialEq)]
pub struct Saying {
    /// When it begins, in seconds.
    pub t: f64,
    /// Who speaks.
    pub who: Option<String>,
    /// The words.
    pub text: String,
}

/// What an example must come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expect {
    /// The rule flags.
    Fire,
    /// The rule does not flag; a suppressed hit is quiet too.
    Quiet,
    /// The rule's only hits are suppressed by this exclusion.
    Suppress(String),
    /// The rule flags, downgraded by this exclusion.
    Downgrade(String),
    /// A known gap: should fire, does not yet.
    TodoFire,
    /// A known false hit: should be quiet, is not yet.
    TodoQuiet,
}

/// Phrases and regexes by language, from a list file or in place.
#[derive(Clone, Debug, Default)]
pub(crate) struct Patterns {
    pub(crate) languages: BTreeMap<String, LanguagePatterns>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct LanguagePatterns {
    pub(crate) phrases: Vec<Located<String>>,
    pub(crate) regexes: Vec<Located<String>>,
}

/// Where a term's or an exclusion's patterns stand.
#[derive(Clone, Debug)]
pub(crate) enum Wording {
    Here(Patterns),
    List(Located<String>),
}

/// A named set of wordings, any of which stands for it.
#[derive(Clone, Debug)]
pub(crate) struct Term {
    pub(crate) name: String,
    pub(crate) line: usize,
    pub(crate) wording: Wording,
}

/// Which terms must come together, and how near.
#[derive(Clone, Debug, Default)]
pub(crate) struct Match {
    pub(crate) all: Vec<Located<String>>,
    pub(crate) any: Vec<Located<String>>,
    pub(crate) tokens: usize,
    pub(crate) seconds: f64,
}

/// A named exclusion.
#[derive(Clone, Debug)]
pub(crate) struct Except {
    pub(crate) id: String,
    pub(crate) line: usize,
    pub(crate) wording: Wording,
    pub(crate) before_tokens: usize,
    pub(crate) after_tokens: usize,
    /// Whether its wording may stand in the match.
    pub(crate) inside: bool,
    /// Whether it may look over the end of a sentence.
    pub(crate) over_sentences: bool,
    pub(crate) effect: Effect,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    Suppress,
    Downgrade,
}

/// A list that rules share.
#[derive(Clone, Debug)]
pub(crate) struct List {
    pub(crate) id: String,
    pub(crate) version: String,
    pub(crate) file: String,
    pub(crate) body_hash: String,
    pub(crate) patterns: Patterns,
}
