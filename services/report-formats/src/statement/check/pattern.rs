//! Patterns that are constants of the program.

use regex::Regex;

/// The compiled form of a constant.
#[expect(clippy::expect_used, reason = "the pattern is a constant, and a test of each module compiles its own")]
pub(super) fn compiled(source: &str) -> Regex {
    Regex::new(source).expect("a constant pattern compiles")
}
