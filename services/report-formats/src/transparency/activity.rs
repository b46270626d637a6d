//! What a service did in a period, as plain counts: the input of a report.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};

use super::{
    categories::{Category, Keyword, OTHER},
    measure::Sample,
    report::Period,
    rows::Tier,
};

/// Everything that a report says. What is counted here is the finest division; the sums are the report's.
#[derive(Clone, Debug)]
pub struct Activity {
    /// Who reports on which service.
    pub provider: Provider,
    /// What is reported on.
    pub period: Period,
    /// When the report is published.
    pub published: NaiveDate,
    /// When the one before was; none for a first report.
    pub previous: Option<NaiveDate>,
    /// State of the records that was counted.
    pub freeze: Option<Freeze>,
    /// The provider's remarks on categories, by code of the category or sub-category (sheet 2).
    pub remarks: BTreeMap<&'static str, String>,
    /// Orders by Member State (sheet 3).
    pub orders: BTreeMap<(&'static str, Leaf), Orders>,
    /// Notices (sheet 4).
    pub notices: BTreeMap<Leaf, Notices>,
    /// Own-initiative measures against illegal content (sheet 5).
    pub illegal: BTreeMap<Leaf, Measures>,
    /// Own-initiative measures on the ground of the terms (sheet 6).
    pub terms: BTreeMap<Leaf, Measures>,
    /// Complaints, disputes, suspensions (sheet 7).
    pub appeals: Appeals,
    /// Automated means (sheet 8).
    pub automation: Automation,
    /// People (sheet 9); none where the provider has not told.
    pub staff: Option<Staff>,
    /// Average monthly active recipients in the Union, and by Member State (sheet 10); none where the provider has not told.
    pub recipients: Option<(u64, BTreeMap<&'static str, u64>)>,
    /// Words (sheet 11).
    pub words: Words,
    /// Exposure, told in sheet 11.
    pub exposure: Option<Exposure>,
}

/// Who reports.
#[derive(Clone, Debug)]
pub struct Provider {
    /// Statutory name.
    pub name: String,
    /// The service; each has a report of its own.
    pub service: String,
    /// What the service is in the law's eyes.
    pub tier: Tier,
    /// Can users earn money on it? Else the monetary columns stay blank.
    pub monetised: bool,
}

/// The state of the records that a report counts, so that the same figures can be counted again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Freeze {
    /// What was recorded until then is counted.
    pub as_of: DateTime<Utc>,
    /// Entries of the audit log then.
    pub log_size: u64,
    /// Root hash of the audit log then, in hexadecimal digits.
    pub root: String,
}

/// Where something is counted: a sub-category, or a category that has none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Leaf {
    /// A sub-category of Annex I.
    Keyword(&'static Category, &'static Keyword),
    /// A sub-category of the provider's own, with its description.
    Other(&'static Category, String),
    /// Category 16 or 17: the authority or the notifier did not say.
    Unspecified(&'static Category),
}

/// Codes that Annex I does not put together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LeafError {
    /// No such category.
    #[error("{0} is not a category of Annex I")]
    Category(String),
    /// A sub-category of another category, or of none.
    #[error("{keyword} is not a sub-category of {category}")]
    Keyword {
        /// The category's code.
        category: &'static str,
        /// The sub-category's code.
        keyword: String,
    },
    /// "Other" without words.
    #[error("KEYWORD_OTHER of {0} has no description")]
    Undescribed(&'static str),
}

impl Leaf {
    /// From codes; `keyword` is empty for categories 16 and 17, `description` counts for `KEYWORD_OTHER` alone.
    ///
    /// # Errors
    /// [`LeafError`] names the code that does not fit.
    pub fn of_codes(category: &str, keyword: &str, description: &str) -> Result<Self, LeafError> {
        let Some(category) = Category::of_code(category) else {
            return Err(LeafError::Category(category.to_owned()));
        };
        let misfit = || LeafError::Keyword { category: category.code, keyword: keyword.to_owned() };
        if !category.has_other() {
            return if keyword.is_empty() { Ok(Self::Unspecified(category)) } else { Err(misfit()) };
        }
        if keyword != OTHER {
            let found = category.keywords.iter().find(|word| word.code == keyword).ok_or_else(misfit)?;
            return Ok(Self::Keyword(category, found));
        }
        match description.trim() {
            "" => Err(LeafError::Undescribed(category.code)),
            description => Ok(Self::Other(category, description.to_owned())),
        }
    }

    /// Its category.
    pub const fn category(&self) -> &'static Category {
        match self {
            Self::Keyword(category, _) | Self::Other(category, _) | Self::Unspecified(category) => category,
        }
    }
}

/// Times in whole seconds, one an event; medians are taken of them at every level.
pub type Seconds = Vec<u32>;

/// Orders of one Member State's authorities.
#[derive(Clone, Debug, Default)]
pub struct Orders {
    /// Orders to act against content.
    pub act: u64,
    /// Items that they name.
    pub items: u64,
    /// From delivery to our receipt; an automatic one within an hour may count as 0.
    pub act_informed: Seconds,
    /// From delivery to effect.
    pub act_effect: Seconds,
    /// Orders to give information.
    pub inform: u64,
    /// From delivery to our receipt.
    pub inform_informed: Seconds,
    /// From delivery to effect.
    pub inform_effect: Seconds,
}

/// Notices and what became of them.
#[derive(Clone, Debug, Default)]
pub struct Notices {
    /// All notices, Trusted Flaggers' too.
    pub all: Side,
    /// Trusted Flaggers' notices.
    pub trusted: Side,
}

/// Notices of one kind.
#[derive(Clone, Debug, Default)]
pub struct Side {
    /// One a notice, whatever the number of items.
    pub notices: u64,
    /// Exact locations that they name.
    pub items: u64,
    /// From receipt to action, for each notice that was acted on.
    pub to_act: Seconds,
    /// Actions on the ground of the law.
    pub law: u64,
    /// Actions on the ground of the terms and conditions.
    pub terms: u64,
}

/// What a restriction does; sheets 5 and 6, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is a column's title")]
pub enum Restriction {
    VisibilityRemoval,
    VisibilityDisable,
    VisibilityDemoted,
    VisibilityAgeRestricted,
    VisibilityInteractionRestricted,
    VisibilityLabelled,
    VisibilityOther,
    MonetarySuspension,
    MonetaryTermination,
    MonetaryOther,
    ServiceSuspension,
    ServiceTermination,
    AccountSuspension,
    AccountTermination,
}

/// Own-initiative measures: those that no order and no notice came before.
#[derive(Clone, Debug, Default)]
pub struct Measures {
    /// All of them.
    pub taken: u64,
    /// Those after detection by a machine alone.
    pub automated: u64,
    /// How many had which restriction; one measure may have several.
    pub restrictions: BTreeMap<Restriction, u64>,
}

/// How complaints or disputes of one kind ended.
#[derive(Clone, Debug, Default)]
pub struct Outcomes {
    /// All that came in.
    pub total: u64,
    /// The decision stood.
    pub upheld: u64,
    /// A part of it was undone.
    pub partially: u64,
    /// It was undone.
    pub reversed: u64,
    /// Nothing was decided.
    pub omitted: u64,
    /// From the complaint to the news of its decision.
    pub to_decide: Seconds,
}

/// Articles 20, 21 and 23.
#[derive(Clone, Debug, Default)]
pub struct Appeals {
    /// Complaints, in the order of [`super::rows::COMPLAINT_KINDS`]; a Trusted Flagger's are in the fifth kind too.
    pub complaints: [Outcomes; 6],
    /// New restrictions that a complaint led to.
    pub newly_imposed: u64,
    /// Disputes before out-of-court bodies.
    pub disputes: Outcomes,
    /// Outcomes against us, in whole or in part, that we carried out.
    pub implemented: u64,
    /// Suspensions, in the order of [`super::rows::SUSPENSION_KINDS`].
    pub suspensions: [u64; 3],
}

/// Who took part in a decision; `both` is in neither of the sheet's counts and told in words.
#[derive(Clone, Copy, Debug, Default)]
pub struct Split {
    /// A machine alone.
    pub solely: u64,
    /// People and a machine.
    pub both: u64,
    /// People alone.
    pub without: u64,
}

/// Automated means in one scope.
#[derive(Clone, Debug, Default)]
pub struct Automated {
    /// Who decided.
    pub split: Split,
    /// Labelled samples, one a moderation system; each has rows of its own.
    pub systems: Vec<System>,
}

/// One detector's labelled sample.
#[derive(Clone, Debug)]
pub struct System {
    /// Detector, version and threshold.
    pub name: String,
    /// What people said of its work.
    pub sample: Sample,
}

/// Sheet 8.
#[derive(Clone, Debug, Default)]
pub struct Automation {
    /// All measures.
    pub total: Automated,
    /// Own-initiative measures.
    pub own: Automated,
    /// All notices.
    pub notices: Automated,
    /// Trusted Flaggers' notices.
    pub trusted: Automated,
    /// Measures by language. An item counts in the language that the order or notice named, else in the predominant one
    /// of the infringing part: for sound, the language that is spoken; in two that weigh the same, in both.
    pub languages: BTreeMap<&'static str, Automated>,
}

/// Sheet 9, in full-time equivalents.
#[derive(Clone, Debug, Default)]
pub struct Staff {
    /// Our own people.
    pub internal: f64,
    /// People of contractors.
    pub external: f64,
    /// People who understand an official language at level B2.
    pub linguistic: f64,
    /// The same by language; one person counts in each.
    pub languages: BTreeMap<&'static str, f64>,
}

/// Sheet 11, in its order; the last five are for very large platforms.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "each is a row's title, shortened")]
pub struct Words {
    pub summary: String,
    pub information: String,
    pub automated_means: String,
    pub accuracy: String,
    pub purposes: String,
    pub safeguards: String,
    pub governance: String,
    pub qualifications: String,
    pub training: String,
    pub support: String,
    pub staff_method: String,
}

/// How much of what was acted on had been heard by then.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exposure {
    /// Listener-minutes from the first word of a violation until the measure took effect or the sound ended.
    pub violative: f64,
    /// Listener-minutes of everything, where known.
    pub all: Option<f64>,
    /// Violations whose reach is known.
    pub known: u64,
    /// Violations whose reach is not.
    pub unknown: u64,
}
