//! What must agree: totals with their parts, counts with their medians.

mod by_category;
mod by_indicator;

pub(super) use by_category::{check as by_category, total_of};
pub(super) use by_indicator::check as by_indicator;

/// A number as it is told in a message.
pub(super) fn plain(number: f64) -> String {
    super::super::report::Cell::Real(number).text()
}
