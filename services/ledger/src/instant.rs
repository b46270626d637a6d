//! Wall time as it is written everywhere: RFC 3339 with six digits and `Z`.

use chrono::{DateTime, SecondsFormat, SubsecRound, Utc};

/// Writes an instant as `2026-09-12T20:00:00.000000Z`.
pub fn format_instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// Cuts an instant down to whole microseconds, all that the database keeps. Rounding would let a hash depend on who
/// rounds.
#[must_use]
pub fn truncate_instant(at: DateTime<Utc>) -> DateTime<Utc> {
    at.trunc_subsecs(6)
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;

    #[test]
    fn an_instant_has_six_digits_and_never_rounds_up() {
        let at = Utc.timestamp_opt(1_789_243_200, 999_999_999).unwrap();
        assert_eq!(format_instant(truncate_instant(at)), "2026-09-12T20:00:00.999999Z");
        assert_eq!(format_instant(Utc.timestamp_opt(1_789_243_200, 0).unwrap()), "2026-09-12T20:00:00.000000Z");
    }
}
