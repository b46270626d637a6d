//! How filers write numbers.

use super::{super::Code, Unit, Value, read};

#[track_caller]
fn check(text: &str, unit: Unit, value: Value, code: Option<Code>) {
    let (found, deviation) = read(text, unit);
    assert_eq!((found, deviation.map(|(code, _)| code)), (value, code), "{text:?}");
}

#[test]
fn plain_numbers_are_right() {
    check("", Unit::Count, Value::Blank, None);
    check("  ", Unit::Count, Value::Blank, None);
    check("0", Unit::Count, Value::Number(0.0), None);
    check("411301509", Unit::Count, Value::Number(411_301_509.0), None);
    check("0.89", Unit::Share, Value::Number(0.89), None);
    check("1", Unit::Share, Value::Number(1.0), None);
    check("25.8", Unit::Hours, Value::Number(25.8), None);
    check("12.5", Unit::People, Value::Number(12.5), None);
}

#[test]
fn what_real_filers_wrote_is_understood_and_named() {
    check("19,495,887", Unit::Count, Value::Number(19_495_887.0), Some(Code::ThousandsSeparator));
    check("26577842.0", Unit::Count, Value::Number(26_577_842.0), Some(Code::NotAnInteger));
    check("56.90%", Unit::Share, Value::Number(0.569), Some(Code::Percent));
    check("0.874 - 0.896", Unit::Share, Value::Unclear, Some(Code::NumberRange));
    check("1.3hrs", Unit::Hours, Value::Number(1.3), Some(Code::UnitText));
    check("25.8 hrs", Unit::Hours, Value::Number(25.8), Some(Code::UnitText));
    check("N/A", Unit::Count, Value::Unclear, Some(Code::NotApplicableText));
}

#[test]
fn a_comma_means_decimals_in_rates_and_thousands_in_counts() {
    check("0,89", Unit::Share, Value::Number(0.89), Some(Code::DecimalComma));
    check("1,234", Unit::Hours, Value::Number(1.234), Some(Code::DecimalComma));
    check("1,234", Unit::Count, Value::Number(1_234.0), Some(Code::ThousandsSeparator));
    check("1.234,5", Unit::Hours, Value::Number(1_234.5), Some(Code::DecimalComma));
    check("12,5", Unit::Count, Value::Number(12.5), Some(Code::DecimalComma));
}

#[test]
fn marks_between_thousands_are_of_many_kinds() {
    for text in ["1 234 567", "1\u{a0}234\u{a0}567", "1\u{202f}234\u{202f}567", "1'234'567", "1’234’567", "1.234.567"]
    {
        check(text, Unit::Count, Value::Number(1_234_567.0), Some(Code::ThousandsSeparator));
    }
}

#[test]
fn other_writings_are_named_and_never_guessed() {
    check("-5", Unit::Count, Value::Unclear, Some(Code::Negative));
    check("−5", Unit::Count, Value::Unclear, Some(Code::Negative));
    check("-", Unit::Count, Value::Unclear, Some(Code::NotApplicableText));
    check("<10", Unit::Count, Value::Unclear, Some(Code::NumberRange));
    check("5-10", Unit::Count, Value::Unclear, Some(Code::NumberRange));
    check("1e6", Unit::Count, Value::Number(1e6), Some(Code::NumberFormat));
    check("007", Unit::Count, Value::Number(7.0), Some(Code::NumberFormat));
    check("+7", Unit::Count, Value::Number(7.0), Some(Code::NumberFormat));
    check(" 7", Unit::Count, Value::Number(7.0), Some(Code::NumberFormat));
    check("2 days", Unit::Hours, Value::Unclear, Some(Code::UnitText));
    check("seven", Unit::Count, Value::Unclear, Some(Code::NotANumber));
    check("=SUM(A1:A9)", Unit::Count, Value::Unclear, Some(Code::NotANumber));
    check("٣", Unit::Count, Value::Unclear, Some(Code::NotANumber));
    check("inf", Unit::Count, Value::Unclear, Some(Code::NotANumber));
    check("NaN", Unit::Count, Value::Unclear, Some(Code::NotApplicableText));
    check("5.5", Unit::Count, Value::Unclear, Some(Code::NotAnInteger));
    check("1.01", Unit::Share, Value::Unclear, Some(Code::OutOfRange));
    check("99999999999999999999", Unit::Count, Value::Unclear, Some(Code::OutOfRange));
    check("1..2", Unit::Count, Value::Unclear, Some(Code::NumberRange));
}
