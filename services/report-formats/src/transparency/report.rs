//! A whole report as typed rows, and its period.

use chrono::{Datelike, NaiveDate};

use super::{
    rows::{Indicator, Line, Tier},
    sheet::Sheet,
};

/// The report of one service for one period: eleven tables, ready to be written.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Name of the service.
    pub service: String,
    /// What the service is in the law's eyes.
    pub tier: Tier,
    /// What is reported on.
    pub period: Period,
    /// 1 when first published; each correction adds 1.
    pub version: u32,
    /// All sheets, in order.
    pub tables: Vec<Table>,
}

/// One sheet's rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Which sheet.
    pub sheet: Sheet,
    /// In the template's order.
    pub rows: Vec<Row>,
}

/// A row: what it is about, its numbers, and words on each.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// What it is about.
    pub key: Key,
    /// One a column of numbers or values.
    pub cells: Vec<Cell>,
    /// One a column of contextual information; empty where there is nothing to say.
    pub notes: Vec<String>,
}

/// What a row is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// Sheets 2 to 6.
    Line {
        /// The category or sub-category.
        line: Line,
        /// Sheets 3 to 6: what a sub-category "Other" is about; else empty.
        description: String,
        /// Sheet 3: `TOTAL` or a Member State; else empty.
        scope: &'static str,
    },
    /// Sheets 1 and 7 to 11.
    Named(Indicator),
}

/// A value. Blank and nought differ: blank does not apply to this provider, nought applies and did not happen.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Does not apply; or a median or a rate of nothing.
    Blank,
    /// How many.
    Count(u64),
    /// Hours, a share from 0 to 1, or full-time equivalents.
    Real(f64),
    /// A day.
    Date(NaiveDate),
    /// Words.
    Words(String),
}

impl Cell {
    /// As it stands in a file: a point for decimals, at most four of them (0.0001 h is 0.36 s), no thousands separator.
    pub fn text(&self) -> String {
        match self {
            Self::Blank => String::new(),
            Self::Count(count) => count.to_string(),
            // Adding nought turns a negative nought into a plain one.
            Self::Real(real) => format!("{}", (real * 10_000.0).round() / 10_000.0 + 0.0),
            Self::Date(date) => date.to_string(),
            Self::Words(words) => words.clone(),
        }
    }
}

/// The days of a report, both inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    start: NaiveDate,
    end: NaiveDate,
}

/// Not a period that Article 2 knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{start}/{end} is neither a calendar year nor a half of one (Implementing Regulation (EU) 2024/2835, Article 2)"
)]
pub struct InvalidPeriod {
    /// First day.
    pub start: NaiveDate,
    /// Last day.
    pub end: NaiveDate,
}

impl Period {
    /// A calendar year (Article 2(1)) or a half of one (Article 2(2), very large platforms and search engines).
    ///
    /// # Errors
    /// [`InvalidPeriod`] for any other pair of days.
    pub fn new(start: NaiveDate, end: NaiveDate) -> Result<Self, InvalidPeriod> {
        let period = Self { start, end };
        if period.is_year() || period.is_half() { Ok(period) } else { Err(InvalidPeriod { start, end }) }
    }

    /// First day.
    pub const fn start(self) -> NaiveDate {
        self.start
    }

    /// Last day.
    pub const fn end(self) -> NaiveDate {
        self.end
    }

    /// 1 January to 31 December?
    pub fn is_year(self) -> bool {
        self.days() == [(1, 1), (12, 31)] && self.start.year() == self.end.year()
    }

    /// 1 January to 30 June or 1 July to 31 December?
    pub fn is_half(self) -> bool {
        (self.days() == [(1, 1), (6, 30)] || self.days() == [(7, 1), (12, 31)]) && self.start.year() == self.end.year()
    }

    fn days(self) -> [(u32, u32); 2] {
        [self.start, self.end].map(|day| (day.month(), day.day()))
    }

    /// The last day to publish: two months after the period's end (Article 2(3)).
    pub fn publish_by(self) -> NaiveDate {
        publish_by(self.end)
    }
}

/// Two months after `end`, on the last day of that month where it is shorter.
pub(super) fn publish_by(end: NaiveDate) -> NaiveDate {
    let last_of_month = end.succ_opt().is_some_and(|next| next.day() == 1);
    let later = end.checked_add_months(chrono::Months::new(2)).unwrap_or(NaiveDate::MAX);
    if !last_of_month {
        return later;
    }
    // 31 December and two months is the end of February; 30 June and two months is the end of August.
    let next = later.with_day(1).and_then(|first| first.checked_add_months(chrono::Months::new(1)));
    next.and_then(|next| next.pred_opt()).unwrap_or(later)
}

impl std::fmt::Display for Period {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.start, self.end)
    }
}
