//! The rows of each sheet in the template's order: whom they are for, their labels word for word, their units.

use super::{
    categories::{CATEGORIES, Category, Keyword},
    sheet::Sheet,
};

/// What a provider's service is in the law's eyes. Each has the duties of those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// Any intermediary service.
    Intermediary,
    /// A hosting service.
    Hosting,
    /// An online platform.
    Platform,
    /// A very large online platform (VLOP).
    VeryLarge,
}

impl Tier {
    /// What stands in the column Applicability of a row for this tier and those above.
    pub const fn applicability(self) -> &'static str {
        match self {
            Self::Intermediary => "All",
            Self::Hosting => "Only for providers of hosting services, including online platforms",
            Self::Platform => "Only for providers of online platforms",
            Self::VeryLarge => "Only for VLOPs",
        }
    }
}

/// What sheet 10 says instead of [`Tier::applicability`]: search engines have that duty too.
pub const VLOPS_AND_VLOSES: &str = "Only for VLOPs and VLOSEs";

/// The unit of a row's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// An integer.
    Count,
    /// A median, in hours.
    Hours,
    /// From 0 to 1.
    Share,
    /// People in full-time equivalents: a number that need not be whole.
    People,
    /// `YYYY-MM-DD`
    Date,
    /// Words, at most [`MAX_WORDS`] characters.
    Words,
}

/// Longest text of sheet 11, in characters (Annex II, part I).
pub const MAX_WORDS: usize = 5_000;

/// A row that the template names: sheets 1 and 7 to 11.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Indicator {
    /// Whom it is for.
    pub tier: Tier,
    /// Part of the table; empty where the sheet has none.
    pub section: &'static str,
    /// What is counted or told.
    pub name: &'static str,
    /// Of what; empty where the sheet has none.
    pub scope: &'static str,
    /// The value's unit.
    pub unit: Unit,
}

/// A row of the sheets 2 to 6.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Line {
    /// The sum of all.
    Total,
    /// A category: the sum of its sub-categories, or a number of its own where it has none.
    Category(&'static Category),
    /// A sub-category.
    Keyword(&'static Category, &'static Keyword),
    /// What no other sub-category holds; further rows of it may follow.
    Other(&'static Category),
}

impl Line {
    /// What stands in the column of codes.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Total => super::categories::TOTAL,
            Self::Category(category) => category.code,
            Self::Keyword(_, keyword) => keyword.code,
            Self::Other(_) => super::categories::OTHER,
        }
    }

    /// Its category; the total has none.
    pub const fn category(self) -> Option<&'static Category> {
        match self {
            Self::Total => None,
            Self::Category(category) | Self::Keyword(category, _) | Self::Other(category) => Some(category),
        }
    }
}

/// Has this sheet rows of this category? 15 is in sheets 2 and 6 alone, 16 in 2 and 3, 17 in 2 and 4.
pub const fn on_sheet(category: &Category, sheet: Sheet) -> bool {
    match category.number {
        15 => matches!(sheet, Sheet::Categories | Sheet::OwnTerms),
        16 => matches!(sheet, Sheet::Categories | Sheet::Orders),
        17 => matches!(sheet, Sheet::Categories | Sheet::Notices),
        _ => true,
    }
}

/// The rows of sheets 2 to 6, each sub-category once.
pub fn lines(sheet: Sheet) -> Vec<Line> {
    let mut lines = vec![Line::Total];
    for category in CATEGORIES.iter().filter(|category| on_sheet(category, sheet)) {
        lines.push(Line::Category(category));
        lines.extend(category.keywords.iter().map(|keyword| Line::Keyword(category, keyword)));
        if category.has_other() {
            lines.push(Line::Other(category));
        }
    }
    lines
}

/// Whom the rows of sheets 3 to 6 are for.
pub const fn tier_of(sheet: Sheet) -> Tier {
    match sheet {
        Sheet::Notices => Tier::Hosting,
        Sheet::Staff | Sheet::Recipients => Tier::VeryLarge,
        Sheet::Identification
        | Sheet::Categories
        | Sheet::Orders
        | Sheet::OwnIllegal
        | Sheet::OwnTerms
        | Sheet::Appeals
        | Sheet::Automated
        | Sheet::Qualitative => Tier::Intermediary,
    }
}

/// Official languages of the Union, `bg` to `sv`.
pub const LANGUAGES: [&str; 24] = [
    "bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "ga", "hr", "hu", "it", "lt", "lv", "mt", "nl", "pl",
    "pt", "ro", "sk", "sl", "sv",
];

/// Member States by their English names, Austria to Sweden. Greece is `EL`, as Eurostat writes it; filers write `GR` too.
pub const MEMBER_STATES: [&str; 27] = [
    "AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "EL", "HU", "IE", "IT", "LV", "LT", "LU", "MT",
    "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE",
];

/// The named rows of a sheet in order; none for the sheets of categories.
pub fn indicators(sheet: Sheet) -> Vec<Indicator> {
    match sheet {
        Sheet::Identification => identification(),
        Sheet::Appeals => appeals(),
        Sheet::Automated => automated(),
        Sheet::Staff => staff(),
        Sheet::Recipients => recipients(),
        Sheet::Qualitative => QUALITATIVE.iter().map(|(tier, name)| named(*tier, "", name, "", Unit::Words)).collect(),
        Sheet::Categories | Sheet::Orders | Sheet::Notices | Sheet::OwnIllegal | Sheet::OwnTerms => Vec::new(),
    }
}

const fn named(tier: Tier, section: &'static str, name: &'static str, scope: &'static str, unit: Unit) -> Indicator {
    Indicator { tier, section, name, scope, unit }
}

/// Sheet 1, row 1: the provider's statutory name.
pub const PROVIDER: &str = "Name of the service provider";
/// Sheet 1, row 2.
pub const PUBLISHED: &str = "Date of the publication of the report";
/// Sheet 1, row 3.
pub const PREVIOUS: &str = "Date of the publication of the latest previous report";
/// Sheet 1, row 4.
pub const STARTS: &str = "Starting date of reporting period";
/// Sheet 1, row 5.
pub const ENDS: &str = "Ending date of reporting period";

fn identification() -> Vec<Indicator> {
    let date = |name| named(Tier::Intermediary, "", name, "", Unit::Date);
    vec![
        named(Tier::Intermediary, "", PROVIDER, "", Unit::Words),
        date(PUBLISHED),
        date(PREVIOUS),
        date(STARTS),
        date(ENDS),
    ]
}

/// Sheet 7: the section on Article 20.
pub const COMPLAINTS: &str = "Internal complaints mechanism";
/// Sheet 7: the section on Article 21.
pub const DISPUTES: &str = "Out-of-court dispute settlement bodies";
/// Sheet 7: the section on Article 23.
pub const SUSPENSIONS: &str = "Suspensions imposed on repeated offenders";
/// Sheet 7: all complaints.
pub const ALL_COMPLAINTS: &str = "Number of complaints submitted to the internal-complaints mechanism";
/// Sheet 7: what complaints led to besides.
pub const NEWLY_IMPOSED: &str = "Number of restrictions newly imposed as a result of an internal complaint";
/// Sheet 7: what complaints are about, in the template's order; the first five are Article 20(1)(a) to (d) and notices.
pub const COMPLAINT_KINDS: [&str; 6] = [
    "Complaint regarding a decision to remove or disable access to or restrict visibility of information",
    "Complaint regarding a decision to suspend or terminate the provision of the service",
    "Complaint regarding a decision to suspend or terminate an account ",
    "Complaint regarding a decision to restrict the ability to monetise information",
    "Complaint regarding a decision not to take action on a notice submitted in accordance with Article 16",
    "Complaint regarding a decision not to take action on a notice submitted by a Trusted Flagger in accordance with Article 16",
];
/// Sheet 7: all disputes.
pub const ALL_DISPUTES: &str = "Number of disputes submitted to out-of-court dispute settlement bodies";
/// Sheet 7: what accounts were suspended for.
pub const SUSPENSION_KINDS: [&str; 3] = [
    "Number of suspensions enacted for the provision of manifestly illegal content ",
    "Number of suspensions enacted for the provision of manifestly unfounded notices",
    "Number of suspensions enacted for the provision of manifestly unfounded complaints",
];

/// Scope of a whole indicator on sheets 7 to 9.
pub const TOTAL_NUMBER: &str = "Total number";
/// Scopes of a table of outcomes after [`TOTAL_NUMBER`].
pub const UPHELD: &str = "Decisions upheld";
/// See [`UPHELD`].
pub const PARTIALLY: &str = "Decisions partially reversed";
/// See [`UPHELD`].
pub const REVERSED: &str = "Decisions reversed";
/// See [`UPHELD`].
pub const MEDIAN: &str = "Median time";
/// See [`UPHELD`].
pub const OMITTED: &str = "Decision omitted";
/// See [`UPHELD`].
pub const IMPLEMENTED: &str = "Percentage of outcomes implemented";

fn appeals() -> Vec<Indicator> {
    let row = |section, name, scope, unit| named(Tier::Platform, section, name, scope, unit);
    let outcomes = |section, name| {
        let counts = [TOTAL_NUMBER, UPHELD, PARTIALLY, REVERSED];
        let mut rows: Vec<Indicator> = counts.map(|scope| row(section, name, scope, Unit::Count)).into();
        rows.push(row(section, name, MEDIAN, Unit::Hours));
        rows
    };
    let mut rows = outcomes(COMPLAINTS, ALL_COMPLAINTS);
    // The one row of this sheet that every provider fills.
    rows[0].tier = Tier::Intermediary;
    rows.push(row(COMPLAINTS, ALL_COMPLAINTS, OMITTED, Unit::Count));
    rows.push(row(COMPLAINTS, NEWLY_IMPOSED, TOTAL_NUMBER, Unit::Count));
    rows.extend(COMPLAINT_KINDS.iter().flat_map(|name| outcomes(COMPLAINTS, name)));
    rows.extend(outcomes(DISPUTES, ALL_DISPUTES));
    rows.push(row(DISPUTES, ALL_DISPUTES, OMITTED, Unit::Count));
    rows.push(row(DISPUTES, ALL_DISPUTES, IMPLEMENTED, Unit::Share));
    rows.extend(SUSPENSION_KINDS.map(|name| row(SUSPENSIONS, name, TOTAL_NUMBER, Unit::Count)));
    rows
}

/// Sheet 8: its one section.
pub const AUTOMATED: &str = "Use of automated means for content moderation";
/// Sheet 8: measures that no person took part in.
pub const SOLELY: &str = "Number of measures solely taken by automated means ";
/// Sheet 8: measures that no machine took part in. What both took part in is in neither count.
pub const WITHOUT: &str = "Number of measures not taken by automated means";
/// Sheet 8: the same of notices.
pub const NOTICES_SOLELY: &str = "Number of notices solely processed by automated means ";
/// Sheet 8: the same of notices.
pub const NOTICES_WITHOUT: &str = "Number of notices not processed by automated means";
/// Sheet 8: the three rates, of what was removed by a machine.
pub const RATES: [&str; 3] = [
    "Accuracy of the automated means - Accuracy",
    "Accuracy of the automated means - Precision",
    "Accuracy of the automated means - Recall",
];
/// Sheet 8: scope of what was not preceded by an order or a notice.
pub const OWN_INITIATIVE: &str = "Own-initiative ";
/// Sheet 8: scope of all notices.
pub const NAM_TOTAL: &str = "NAM Total";
/// Sheet 8: scope of Trusted Flaggers' notices.
pub const NAM_TRUSTED: &str = "NAM Trusted Flagger";

fn automated() -> Vec<Indicator> {
    let row = |tier, name, scope, unit| named(tier, AUTOMATED, name, scope, unit);
    let five = |tier, solely, without, scope| {
        let mut rows = vec![row(tier, solely, scope, Unit::Count), row(tier, without, scope, Unit::Count)];
        rows.extend(RATES.map(|name| row(tier, name, scope, Unit::Share)));
        rows
    };
    let mut rows = five(Tier::Intermediary, SOLELY, WITHOUT, TOTAL_NUMBER);
    rows.extend(five(Tier::Intermediary, SOLELY, WITHOUT, OWN_INITIATIVE));
    rows.extend(five(Tier::Hosting, NOTICES_SOLELY, NOTICES_WITHOUT, NAM_TOTAL));
    rows.extend(five(Tier::Platform, NOTICES_SOLELY, NOTICES_WITHOUT, NAM_TRUSTED));
    // The template abridges these; in full it is every indicator in every language.
    for (name, unit) in [(SOLELY, Unit::Count), (WITHOUT, Unit::Count)] {
        rows.extend(LANGUAGES.map(|language| row(Tier::VeryLarge, name, language, unit)));
    }
    for language in LANGUAGES {
        rows.extend(RATES.map(|name| row(Tier::VeryLarge, name, language, Unit::Share)));
    }
    rows
}

/// Sheet 9: its one section.
pub const PEOPLE: &str = "Human resources dedicated to content moderation ";
/// Sheet 9: people of the provider.
pub const INTERNAL: &str = "Number of internal moderators employed by the provider";
/// Sheet 9: people from outside the group.
pub const EXTERNAL: &str = "Number of external moderators contracted by the provider";
/// Sheet 9: people who understand the language at level B2 or better; in every language that they do, once in the total.
pub const LINGUISTIC: &str = "Number of total moderators with sufficient linguistic expertise ";

fn staff() -> Vec<Indicator> {
    let row = |name, scope| named(Tier::VeryLarge, PEOPLE, name, scope, Unit::People);
    let mut rows: Vec<Indicator> = [INTERNAL, EXTERNAL, LINGUISTIC].map(|name| row(name, TOTAL_NUMBER)).into();
    rows.extend(LANGUAGES.map(|language| row(LINGUISTIC, language)));
    rows
}

/// Sheet 10: its one indicator.
pub const RECIPIENTS: &str = "Number of average monthly active recipients during the reporting period ";

fn recipients() -> Vec<Indicator> {
    let row = |scope| named(Tier::VeryLarge, "AMAR", RECIPIENTS, scope, Unit::Count);
    std::iter::once(super::categories::TOTAL).chain(MEMBER_STATES).map(row).collect()
}

/// Sheet 11, in order.
const QUALITATIVE: [(Tier, &str); 11] = [
    (Tier::Intermediary, "Summary of the content moderation engaged in at the providers’ own initiative"),
    (
        Tier::Intermediary,
        "Meaningful and comprehensible information regarding content moderation engaged in at the providers' own initiative",
    ),
    (Tier::Intermediary, "Qualitative description of the automated means"),
    (
        Tier::Intermediary,
        "Qualitative description of indicators of accuracy and possible rate of error of automated means",
    ),
    (Tier::Intermediary, "Specification of the precise purposes to apply automated means"),
    (Tier::Intermediary, "Safeguards applied to the use of automated means"),
    (Tier::VeryLarge, "High-level description of the content moderation governance structure"),
    (Tier::VeryLarge, "Qualifications of the human resources dedicated to content moderation"),
    (Tier::VeryLarge, "Training given to human resources dedicated to content moderation"),
    (Tier::VeryLarge, "Support given to human resources dedicated to content moderation "),
    (Tier::VeryLarge, "Methodology used to compute the number of human resources dedicated to content moderation  "),
];
