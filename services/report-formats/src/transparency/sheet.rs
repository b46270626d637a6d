//! The eleven sheets of Annex I and their columns: titles word for word, and what stands in each.

use std::{borrow::Cow, sync::LazyLock};

/// A sheet of Annex I, in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sheet {
    /// 1: who reports on what, and when.
    Identification,
    /// 2: the categories, and the provider's remarks on them.
    Categories,
    /// 3: orders of Member States' authorities (Articles 9 and 10 and others).
    Orders,
    /// 4: notices (Article 16).
    Notices,
    /// 5: own-initiative measures against illegal content.
    OwnIllegal,
    /// 6: own-initiative measures on the ground of the terms and conditions.
    OwnTerms,
    /// 7: complaints, disputes and suspensions (Articles 20, 21 and 23).
    Appeals,
    /// 8: automated means and their accuracy.
    Automated,
    /// 9: people who moderate; very large platforms alone.
    Staff,
    /// 10: average monthly active recipients; very large platforms and search engines alone.
    Recipients,
    /// 11: what is told in words.
    Qualitative,
}

/// What stands in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Whom the row is for.
    Applicability,
    /// Name of the service.
    Service,
    /// `YYYY-MM-DD/YYYY-MM-DD`
    Period,
    /// Sheet 2: `Category 6c`.
    Label,
    /// Sheet 2: the category's title.
    Description,
    /// `TOTAL`, a category or a sub-category.
    Code,
    /// What a row of the sub-category "Other" is about.
    OtherDescription,
    /// Part of a table.
    Section,
    /// What is counted or told.
    Indicator,
    /// `TOTAL`, a Member State, a language, or a part of the indicator.
    Scope,
    /// An integer.
    Count,
    /// A median time in hours.
    Hours,
    /// What the row says it is.
    Value,
    /// Words on a number of the same row.
    Context,
}

/// A column of a sheet.
#[derive(Clone, Debug)]
pub struct Column {
    /// As in the template, trailing spaces and all.
    pub title: Cow<'static, str>,
    /// What stands in it.
    pub kind: Kind,
}

impl Sheet {
    /// All sheets, in order.
    pub const ALL: [Self; 11] = [
        Self::Identification,
        Self::Categories,
        Self::Orders,
        Self::Notices,
        Self::OwnIllegal,
        Self::OwnTerms,
        Self::Appeals,
        Self::Automated,
        Self::Staff,
        Self::Recipients,
        Self::Qualitative,
    ];

    /// From 1 to 11.
    pub const fn number(self) -> usize {
        self as usize + 1
    }

    /// Its name in the Commission's workbook, and the stem of the file's name that filers use. The regulation gives
    /// files no name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Identification => "1_report_identification",
            Self::Categories => "2_categories_names",
            Self::Orders => "3_member_states_orders",
            Self::Notices => "4_notices",
            Self::OwnIllegal => "5_own_initiative_illegal",
            Self::OwnTerms => "6_own_initiative_TC",
            Self::Appeals => "7_appeals_and_recidivism",
            Self::Automated => "8_automated_means",
            Self::Staff => "9_human_resources",
            Self::Recipients => "10_AMAR",
            Self::Qualitative => "11_qualitative",
        }
    }

    /// Its columns, in order.
    pub fn columns(self) -> &'static [Column] {
        &COLUMNS[self as usize]
    }

    /// Is it one row a category: sheets 3 to 6?
    pub const fn by_category(self) -> bool {
        matches!(self, Self::Orders | Self::Notices | Self::OwnIllegal | Self::OwnTerms)
    }
}

static COLUMNS: LazyLock<Vec<Vec<Column>>> = LazyLock::new(|| Sheet::ALL.map(columns).into());

fn columns(sheet: Sheet) -> Vec<Column> {
    let mut columns = match sheet {
        Sheet::Identification => return of(&[APPLICABILITY, SERVICE, INDICATOR, VALUE]),
        Sheet::Categories => return of(&CATEGORIES),
        Sheet::Qualitative => return of(&[APPLICABILITY, SERVICE, PERIOD, INDICATOR, VALUE]),
        Sheet::Appeals | Sheet::Automated | Sheet::Staff | Sheet::Recipients => {
            of(&[APPLICABILITY, SERVICE, PERIOD, SECTION, INDICATOR, SCOPE, VALUE])
        }
        Sheet::Orders => of(&[APPLICABILITY, SERVICE, PERIOD, ILLEGAL, OTHER, SCOPE]),
        Sheet::Notices | Sheet::OwnIllegal => of(&[APPLICABILITY, SERVICE, PERIOD, ILLEGAL, OTHER]),
        Sheet::OwnTerms => of(&[APPLICABILITY, SERVICE, PERIOD, TERMS, OTHER]),
    };
    let context = |title| Column { title, kind: Kind::Context };
    match sheet {
        Sheet::Appeals | Sheet::Automated => columns.push(context(Cow::Borrowed("Contextual Information"))),
        Sheet::Staff => columns.push(context(Cow::Borrowed("Contextual information"))),
        Sheet::Orders => with_context(&mut columns, &ORDERS, "Contextual information on "),
        Sheet::Notices => with_context(&mut columns, &NOTICES, "Contextual information on "),
        Sheet::OwnIllegal | Sheet::OwnTerms => with_context(&mut columns, &MEASURES, "Contextual Information on "),
        Sheet::Identification | Sheet::Categories | Sheet::Recipients | Sheet::Qualitative => {}
    }
    columns
}

type Heading = (&'static str, Kind);

fn of(headings: &[Heading]) -> Vec<Column> {
    headings.iter().map(|(title, kind)| Column { title: Cow::Borrowed(title), kind: *kind }).collect()
}

/// Numbers first, then one column of words for each.
fn with_context(columns: &mut Vec<Column>, numbers: &[Heading], prefix: &str) {
    columns.extend(of(numbers));
    for (title, _) in numbers {
        // The template writes these two small, and those alone.
        let small = [
            "Number of orders to act",
            "Number of specific items of information included in the total number of orders",
        ];
        let title = if small.iter().any(|start| title.starts_with(start)) {
            format!("{prefix}n{}", &title[1..])
        } else {
            format!("{prefix}{title}")
        };
        columns.push(Column { title: Cow::Owned(title), kind: Kind::Context });
    }
}

const APPLICABILITY: Heading = ("Applicability", Kind::Applicability);
const SERVICE: Heading = ("Service", Kind::Service);
const PERIOD: Heading = ("Reporting period", Kind::Period);
const SECTION: Heading = ("Section", Kind::Section);
const INDICATOR: Heading = ("Indicator", Kind::Indicator);
const SCOPE: Heading = ("Scope", Kind::Scope);
const VALUE: Heading = ("Value", Kind::Value);
const ILLEGAL: Heading = ("Category of illegal content", Kind::Code);
const TERMS: Heading = ("Category of incompatibility with the provider's terms and conditions", Kind::Code);
const OTHER: Heading = ("Description of the sub-category \"Other\"", Kind::OtherDescription);

const CATEGORIES: [Heading; 4] = [
    ("Category label", Kind::Label),
    ("Category description", Kind::Description),
    ("Category of illegal content / incompatible with the terms and conditions", Kind::Code),
    ("Contextual information", Kind::Context),
];

const ORDERS: [Heading; 7] = [
    ("Number of orders to act against illegal content received", Kind::Count),
    (
        "Number of specific items of information included in the total number of orders to act against illegal content",
        Kind::Count,
    ),
    ("Median time to inform the authority of the receipt of the order to act against illegal content", Kind::Hours),
    ("Median time to give effect to the order to act against illegal content", Kind::Hours),
    ("Number of orders to provide information", Kind::Count),
    ("Median time to inform the authority of the receipt of the order to provide information", Kind::Hours),
    ("Median time to give effect to the order to provide information", Kind::Hours),
];

const NOTICES: [Heading; 10] = [
    ("Number of notices received ", Kind::Count),
    ("Number of notices received from Trusted flaggers", Kind::Count),
    ("Number of specific items of information included in the total number of notices", Kind::Count),
    (
        "Number of specific items of information included in the total number of notices by Trusted Flaggers (Trusted Flagger notices)",
        Kind::Count,
    ),
    ("Median time to take action", Kind::Hours),
    ("Median time to take action (Trusted Flagger notices)", Kind::Hours),
    ("Number of actions taken on the basis of the law", Kind::Count),
    ("Number of actions taken on the basis of the law (Trusted Flagger notices)", Kind::Count),
    ("Number of actions taken on the basis of the terms and conditions of the service", Kind::Count),
    (
        "Number of actions taken on the basis of the terms and conditions of the service (Trusted Flagger notices)",
        Kind::Count,
    ),
];

/// Two counts, then how often each restriction was used ([`super::Restriction`] has the same order).
const MEASURES: [Heading; 16] = [
    ("Number of measures taken at the provider's own initiative ", Kind::Count),
    ("Number of measures taken after detection with solely automated means ", Kind::Count),
    ("Visibility restriction Removal", Kind::Count),
    ("Visibility restriction Disable", Kind::Count),
    ("Visibility restriction Demoted", Kind::Count),
    ("Visibility restriction Age restricted", Kind::Count),
    ("Visibility restriction Interaction restricted", Kind::Count),
    ("Visibility restriction Labelled ", Kind::Count),
    ("Visibility restriction Other", Kind::Count),
    ("Monetary restriction Suspension", Kind::Count),
    ("Monetary restriction Termination", Kind::Count),
    ("Monetary restriction Other", Kind::Count),
    ("Provision of the service Suspension", Kind::Count),
    ("Provision of the service Termination", Kind::Count),
    ("Account restriction Suspension", Kind::Count),
    ("Account restriction Termination", Kind::Count),
];
