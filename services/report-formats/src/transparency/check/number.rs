//! Numbers as filers write them: the value where it can be told, and what is wrong with the writing.

use super::{super::rows::Unit, Code, fault::told};

/// What a cell says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value {
    /// Nothing: does not apply.
    Blank,
    /// Something that is no number.
    Unclear,
    /// A number; counts are whole and below 2⁵³.
    Number(f64),
}

impl Value {
    /// Blank counts as nought in sums; what is unclear makes the sum unclear.
    pub(super) fn or_nought(self) -> Option<f64> {
        match self {
            Self::Blank => Some(0.0),
            Self::Unclear => None,
            Self::Number(number) => Some(number),
        }
    }

    pub(super) fn is_positive(self) -> bool {
        matches!(self, Self::Number(number) if number > 0.0)
    }

    pub(super) fn is_number(self) -> bool {
        matches!(self, Self::Number(_))
    }
}

/// A deviation in writing.
pub(super) type Deviation = (Code, String);

/// Reads a cell of this unit.
pub(super) fn read(raw: &str, unit: Unit) -> (Value, Option<Deviation>) {
    let text = raw.trim();
    if text.is_empty() {
        return (Value::Blank, None);
    }
    let (value, deviation) = understand(text, unit);
    let value = value.map_or(Value::Unclear, Value::Number);
    if deviation.is_some() {
        return (value, deviation);
    }
    let spaced = || (Code::NumberFormat, format!("{} has blanks around the number", told(raw)));
    match range(value, text, unit) {
        Some(deviation) => (Value::Unclear, Some(deviation)),
        None => (value, (text != raw).then(spaced)),
    }
}

/// Largest count: a double holds it exactly, and nobody has so many of anything.
const MAX_COUNT: f64 = 9_007_199_254_740_992.0;

fn range(value: Value, text: &str, unit: Unit) -> Option<Deviation> {
    let Value::Number(number) = value else { return None };
    if unit == Unit::Share && number > 1.0 {
        return Some((Code::OutOfRange, format!("{} is not a share from 0 to 1", told(text))));
    }
    (number >= MAX_COUNT).then(|| (Code::OutOfRange, format!("{} is larger than can be", told(text))))
}

fn understand(text: &str, unit: Unit) -> (Option<f64>, Option<Deviation>) {
    let say = |code, what: &str| Some((code, format!("{} {what}", told(text))));
    if is_plain(text) {
        let value = text.parse::<f64>().ok();
        return match value {
            Some(value) if unit == Unit::Count && text.contains('.') => {
                let whole = value.fract().abs() < f64::EPSILON;
                (whole.then_some(value), say(Code::NotAnInteger, "is not written as a whole number"))
            }
            value => (value, None),
        };
    }
    if is_not_applicable(text) {
        return (
            None,
            say(Code::NotApplicableText, "stands for blank (does not apply) or 0 (did not happen): write which"),
        );
    }
    if let Some(rest) = text.strip_prefix(['-', '−']) {
        let rest = rest.trim_start();
        let number = is_plain(rest) || grouped(rest).is_some();
        let code = if number { Code::Negative } else { Code::NotANumber };
        return (None, say(code, if number { "is below nought" } else { "is not a number" }));
    }
    if let Some(rest) = text.strip_suffix('%') {
        let share = forgiving(rest.trim_end(), unit).map(|percent| percent / 100.0);
        return (
            share.filter(|_| unit == Unit::Share),
            say(Code::Percent, "is a percentage; a share from 0 to 1 is asked for"),
        );
    }
    if is_range(text) {
        return (None, say(Code::NumberRange, "is not one number"));
    }
    if let Some((value, code)) = separated(text, unit) {
        let what = if code == Code::DecimalComma {
            "has a comma for decimals; write a point"
        } else {
            "has marks between thousands"
        };
        return (Some(value), say(code, what));
    }
    if let Some((number, suffix)) = with_suffix(text) {
        let hours = unit == Unit::Hours && matches!(suffix, "h" | "hr" | "hrs" | "hour" | "hours");
        return (forgiving(number, unit).filter(|_| hours), say(Code::UnitText, "has words besides the number"));
    }
    let marks = |c: char| c.is_ascii_digit() || "eE+.-".contains(c);
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() && value >= 0.0 && text.chars().all(marks) => {
            (Some(value), say(Code::NumberFormat, "is not written in plain digits"))
        }
        _ => (None, say(Code::NotANumber, "is not a number")),
    }
}

/// `0`, `12`, `0.5`: digits without leading noughts, and a point with digits after it.
fn is_plain(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, fraction)| (whole, Some(fraction)));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole) && (whole == "0" || !whole.starts_with('0')) && fraction.is_none_or(digits)
}

fn is_not_applicable(text: &str) -> bool {
    let plain: String = text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    let dashes = text.chars().all(|c| "-–—./\\_#*?".contains(c));
    dashes
        || matches!(
            plain.as_str(),
            "na" | "nan" | "none" | "nil" | "null" | "nodata" | "notapplicable" | "notavailable" | "tbd" | "x"
        )
}

fn is_range(text: &str) -> bool {
    if text.starts_with(['<', '>', '≤', '≥', '~', '≈', '±']) {
        return text.contains(|c: char| c.is_ascii_digit());
    }
    let halves = [" to ", "–", "—", " - ", "-", ".."].iter().find_map(|mark| text.split_once(mark));
    halves.is_some_and(|(low, high)| {
        let number = |part: &str| is_plain(part.trim().trim_end_matches('%')) || grouped(part.trim()).is_some();
        number(low) && number(high)
    })
}

/// Digits in threes with one kind of mark between, and perhaps decimals after a point.
fn grouped(text: &str) -> Option<f64> {
    let mark = text.chars().find(|c| !c.is_ascii_digit())?;
    if !matches!(mark, ',' | '.' | '\'' | '’' | ' ' | '\u{a0}' | '\u{2009}' | '\u{202f}' | '_') {
        return None;
    }
    let (whole, fraction) = match text.rsplit_once('.') {
        Some((whole, fraction)) if mark != '.' => (whole, Some(fraction)),
        _ => (text, None),
    };
    let mut groups = whole.split(mark);
    let first = groups.next()?;
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let threes = groups.clone().all(|group| group.len() == 3 && digits(group)) && groups.next().is_some();
    if !threes || !(1..=3).contains(&first.len()) || !digits(first) || !fraction.is_none_or(digits) {
        return None;
    }
    let plain: String = whole.chars().filter(char::is_ascii_digit).collect();
    format!("{plain}.{}", fraction.unwrap_or("0")).parse().ok()
}

/// Decimals after a comma, or marks between thousands. `1,234` is a thousand where wholes are counted, else a fraction.
fn separated(text: &str, unit: Unit) -> Option<(f64, Code)> {
    if unit == Unit::Count
        && let Some(value) = grouped(text)
    {
        return Some((value, Code::ThousandsSeparator));
    }
    if let Some((whole, fraction)) = text.split_once(',')
        && !fraction.is_empty()
        && fraction.bytes().all(|byte| byte.is_ascii_digit())
        && (is_plain(whole) && !whole.contains('.') || grouped(whole).is_some())
    {
        let whole: String = whole.chars().filter(char::is_ascii_digit).collect();
        return format!("{whole}.{fraction}").parse().ok().map(|value| (value, Code::DecimalComma));
    }
    grouped(text).map(|value| (value, Code::ThousandsSeparator))
}

fn forgiving(text: &str, unit: Unit) -> Option<f64> {
    if is_plain(text) { text.parse().ok() } else { separated(text, unit).map(|(value, _)| value) }
}

/// `1.3hrs`, `25.8 hrs`, `12 items`
fn with_suffix(text: &str) -> Option<(&str, &str)> {
    let at = text.find(char::is_alphabetic)?;
    let (number, suffix) = text.split_at(at);
    if suffix.starts_with(['e', 'E']) && text.parse::<f64>().is_ok() {
        return None;
    }
    let number = number.trim_end();
    let is_number = is_plain(number) || separated(number, Unit::Count).is_some();
    (is_number && (suffix.len() > 1 || suffix == "h")).then_some((number, suffix))
}

#[cfg(test)]
mod tests;
