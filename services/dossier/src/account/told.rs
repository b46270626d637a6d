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

/// A length for a large figure, rounded down: seconds below a minute, then minutes and seconds, then hours and minutes.
pub fn brief(samples: i64) -> String {
    let seconds = samples.max(0) / SAMPLE_RATE_HZ;
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, _) => length(samples),
        (0, minutes, seconds) => format!("{minutes} min {seconds:02} s"),
        (hours, minutes, _) => format!("{} h {minutes:02} min", grouped(hours)),
    }
}

/// `12 September 2026, 18:00:00 to 19:43:15 UTC`, with both days where they differ.
pub fn stretch(from: DateTime<Utc>, to: DateTime<Utc>) -> String {
    let end = if day(from) == day(to) { to.format("%H:%M:%S UTC").to_string() } else { moment(to) };
    format!("{} to {end}", from.format("%-d %B %Y, %H:%M:%S"))
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

/// A text that somebody wrote, with every character that could hide or turn a line around made visible as `▯`: control
/// characters, and the marks that override or embed a direction. Whatever is white space becomes a space.
pub fn visible(text: &str) -> String {
    let shown = |character: char| match character {
        character if character.is_whitespace() => ' ',
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' => '▯',
        character if character.is_control() => '▯',
        character => character,
    };
    text.chars().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_told_as_people_say_them() {
        let told: Vec<_> = [0, 16, 16_000, 61 * 16_000, 3_723 * 16_000 + 4_000].into_iter().map(length).collect();
        assert_eq!([brief(16_000 * 61), brief(16_000 * 3_723)], ["1 min 01 s", "1 h 02 min"]);
        assert_eq!(told, ["0 s", "0.001 s", "1 s", "1 min 1 s", "1 h 02 min 3.250 s"]);
    }

    #[test]
    fn no_character_of_a_text_can_hide_or_turn_a_line_around() {
        assert_eq!(visible("a\u{202e}b\u{0}\n سلام"), "a▯b▯  سلام");
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!([0, 999, 1000, -1_234_567].map(grouped), ["0", "999", "1,000", "-1,234,567"]);
        assert_eq!(seconds(16_000 * 1000 + 160), "1,000.010");
    }
}
