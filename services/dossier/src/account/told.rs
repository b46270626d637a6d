//! How times and numbers are told to people. Wall time is UTC everywhere.

use chrono::{DateTime, TimeDelta, Utc};
use domain::SAMPLE_RATE_HZ;

/// `18:42:07.120`: wall time within a day.
pub fn clock(at: DateTime<Utc>) -> String {
    at.format("%H:%M:%S%.3f").to_string()
}

/// `12 September 2026`.
pub fn day(at: DateTime<Utc>) -> String {
    at.format("%-d %B %Y").to_string()
}

/// `12 September 2026, 18:42:07 UTC`.
pub fn moment(at: DateTime<Utc>) -> String {
    at.format("%-d %B %Y, %H:%M:%S UTC").to_string()
}

/// Samples as hours, minutes and seconds to the millisecond, rounded down: `1 h 02 min 03.250 s`.
pub fn length(samples: i64) -> String {
    told(samples.max(0) / (SAMPLE_RATE_HZ / 1000))
}

/// A stretch of wall time, in the same form.
pub fn length_of(delta: TimeDelta) -> String {
    told(delta.num_milliseconds().max(0))
}

fn told(millis: i64) -> String {
    let (hours, minutes, rest) = (millis / 3_600_000, millis / 60_000 % 60, millis % 60_000);
    let seconds = match rest % 1000 {
        0 => format!("{} s", rest / 1000),
        part => format!("{}.{part:03} s", rest / 1000),
    };
    match (hours, minutes) {
        (0, 0) => seconds,
        (0, _) => format!("{minutes} min {seconds}"),
        _ => format!("{} h {minutes:02} min {seconds}", grouped(hours)),
    }
}

/// Samples as seconds with three digits, rounded down, for columns that add up by eye: `3,723.250`.
pub fn seconds(samples: i64) -> String {
    let millis = samples / (SAMPLE_RATE_HZ / 1000);
    format!("{}.{:03}", grouped(millis / 1000), millis.abs() % 1000)
}

/// 1300000 as `1,300,000`.
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::from(if number < 0 { "-" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_told_as_people_say_them() {
        let told: Vec<_> =
            [0, 16, 16_000, 61 * 16_000, 3_723 * 16_000 + 4_000].into_iter().map(length).collect();
        assert_eq!(told, ["0 s", "0.001 s", "1 s", "1 min 1 s", "1 h 02 min 3.250 s"]);
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!([0, 999, 1000, -1_234_567].map(grouped), ["0", "999", "1,000", "-1,234,567"]);
        assert_eq!(seconds(16_000 * 1000 + 160), "1,000.010");
    }
}
