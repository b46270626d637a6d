//! Wall time as the product prints it: RFC 3339 with `Z`.

use anyhow::Context;

/// Seconds since 1970, of `2026-09-12T20:04:00.000000Z`.
pub(super) fn seconds(text: &str) -> anyhow::Result<f64> {
    let parse = || {
        let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
        let mut date = date.splitn(3, '-').map(str::parse::<i64>);
        let mut time = time.splitn(3, ':').map(str::parse::<f64>);
        let (year, month, day) = (date.next()?.ok()?, date.next()?.ok()?, date.next()?.ok()?);
        let (hours, minutes, seconds) = (time.next()?.ok()?, time.next()?.ok()?, time.next()?.ok()?);
        Some(days(year, month, day) as f64 * 86_400.0 + hours * 3_600.0 + minutes * 60.0 + seconds)
    };
    parse().with_context(|| format!("{text} is no time in RFC 3339 with Z"))
}

/// Days since 1970-01-01 in the Gregorian calendar. The year is counted from March, so that the leap day is its last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    // Months from March on have 31, 30, 31, 30, 31 days, again and again; 719,468 days lie before 1970-03-01 in this count.
    year * 365 + leap_days + (153 * month + 2) / 5 + day - 1 - 719_468
}

/// `20:04:00` of a time.
pub(super) fn clock(text: &str) -> &str {
    text.get(11..19).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::{clock, seconds};

    #[test]
    fn times_are_seconds_since_1970() {
        for (text, expected) in [
            ("1970-01-01T00:00:00Z", 0.0),
            ("2000-02-29T12:00:00.500000Z", 951_825_600.5),
            ("2026-09-12T20:04:00.000000Z", 1_789_243_440.0),
        ] {
            assert!((seconds(text).unwrap() - expected).abs() < 1e-6, "{text}: {}", seconds(text).unwrap());
        }
        assert_eq!(clock("2026-09-12T20:04:00.000000Z"), "20:04:00");
    }

    #[test]
    fn other_forms_are_refused() {
        for text in ["", "2026-09-12", "2026-09-12T20:04:00", "2026-09-12T20:04Z", "a-b-cTd:e:fZ"] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }
}
