//! Personal numbers: telephone, bank account, payment card, IP address.

use std::{net::Ipv6Addr, sync::LazyLock};

use regex::Regex;

use crate::statement::check::pattern::compiled;

/// Digits with what people write between them.
static DIGITS: LazyLock<Regex> = LazyLock::new(|| compiled(r"(?:\+|\(\+?)?\d[\d\s().\-/]{4,}\d"));

/// A word for a telephone before digits.
static CALL: LazyLock<Regex> = LazyLock::new(|| {
    let word = r"(?:tel|telephone|telefon|téléphone|phone|mobile|mobil|handynummer|whatsapp|signal|cell|fax|sms)";
    compiled(&format!(r"(?i)\b{word}\.?(?:\s+(?:no\.?|number|nr\.?))?\s*[:=]?\s*(?:\+|\()?\d[\d\s().\-/]{{4,}}\d"))
});

/// Days with a year of four digits, which are no telephone numbers.
static DAYS: LazyLock<Regex> =
    LazyLock::new(|| compiled(r"\b(?:\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\s?\d{1,2}[-./]\s?(?:19|20)\d{2})\b"));

/// How numbers are written where no zero begins them: 555-123-4567.
static GROUPED: LazyLock<Regex> = LazyLock::new(|| compiled(r"^\(?\d{3}\)?[ .-]\s?\d{3}[ .-]\d{4}$"));

static IBAN: LazyLock<Regex> = LazyLock::new(|| compiled(r"(?i)\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){11,30}"));

static CARD: LazyLock<Regex> = LazyLock::new(|| compiled(r"\b[3-6]\d{3}(?:[ -]?\d){10,15}\b"));

static IP_V4: LazyLock<Regex> =
    LazyLock::new(|| compiled(r"(?i)(\bip\b[^\d\n]{0,12})?\b(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\b"));

/// Lengths of account numbers by state (ISO 13616), of the Economic Area and its neighbours.
const IBAN_LENGTHS: [(&str, usize); 40] = [
    ("AD", 24),
    ("AL", 28),
    ("AT", 20),
    ("BA", 20),
    ("BE", 16),
    ("BG", 22),
    ("CH", 21),
    ("CY", 28),
    ("CZ", 24),
    ("DE", 22),
    ("DK", 18),
    ("EE", 20),
    ("ES", 24),
    ("FI", 18),
    ("FR", 27),
    ("GB", 22),
    ("GI", 23),
    ("GR", 27),
    ("HR", 21),
    ("HU", 28),
    ("IE", 22),
    ("IS", 26),
    ("IT", 27),
    ("LI", 21),
    ("LT", 20),
    ("LU", 20),
    ("LV", 21),
    ("MC", 27),
    ("ME", 22),
    ("MT", 31),
    ("NL", 18),
    ("NO", 15),
    ("PL", 28),
    ("PT", 25),
    ("RO", 24),
    ("RS", 22),
    ("SE", 24),
    ("SI", 19),
    ("SK", 24),
    ("TR", 26),
];

/// An international or national number, or digits after a word for a telephone.
pub(super) fn has_telephone(text: &str) -> bool {
    let text = DAYS.replace_all(text, "day");
    CALL.is_match(&text) || DIGITS.find_iter(&text).any(|found| is_telephone(found.as_str()))
}

fn is_telephone(written: &str) -> bool {
    let digits: String = written.chars().filter(char::is_ascii_digit).collect();
    let written = written.trim_start_matches('(');
    if written.starts_with('+') {
        return (8..=15).contains(&digits.len());
    }
    if let Some(abroad) = digits.strip_prefix("00") {
        return !abroad.starts_with('0') && (8..=15).contains(&abroad.len());
    }
    if digits.starts_with('0') {
        return (9..=12).contains(&digits.len());
    }
    GROUPED.is_match(written)
}

/// A bank account number: of its state's length, or with its check digits right.
pub(super) fn has_iban(text: &str) -> bool {
    // Words that follow are of letters too, so a match may be too long, never too short.
    IBAN.find_iter(text).any(|found| {
        let plain: String = found.as_str().chars().filter(char::is_ascii_alphanumeric).collect();
        let plain = plain.to_ascii_uppercase();
        match IBAN_LENGTHS.iter().find(|(state, _)| plain.starts_with(state)) {
            Some((_, length)) => plain.len() >= *length,
            None => (15..=plain.len().min(34)).any(|length| has_check_digits(&plain[..length])),
        }
    })
}

/// ISO 7064, modulus 97: the first four characters moved to the end, letters as 10 to 35.
fn has_check_digits(iban: &str) -> bool {
    let (head, tail) = iban.split_at(4);
    let values = tail.chars().chain(head.chars()).filter_map(|c| c.to_digit(36));
    values.fold(0, |rest, value| (rest * if value > 9 { 100 } else { 10 } + value) % 97) == 1
}

/// A payment card number, by its check digit (ISO/IEC 7812, Luhn).
pub(super) fn has_card(text: &str) -> bool {
    CARD.find_iter(text).any(|found| {
        let digits = found.as_str().chars().rev().filter_map(|c| c.to_digit(10));
        let sum: u32 = digits
            .enumerate()
            .map(|(index, digit)| if index % 2 == 0 { digit } else { digit * 2 / 10 + digit * 2 % 10 })
            .sum();
        sum.is_multiple_of(10)
    })
}

/// An address of the internet. Four small numbers with dots are a section, unless the word stands before them.
pub(super) fn has_ip_address(text: &str) -> bool {
    let v4 = IP_V4.captures_iter(text).any(|found| {
        let parts: Vec<u16> = (2..=5).filter_map(|group| found.get(group)?.as_str().parse().ok()).collect();
        parts.iter().all(|part| *part <= 255) && (found.get(1).is_some() || parts.iter().any(|part| *part > 40))
    });
    let words = text.split(|c: char| !c.is_ascii_hexdigit() && c != ':');
    v4 || words
        .filter(|word| word.matches(':').count() > 1 && word.chars().filter(char::is_ascii_hexdigit).count() > 4)
        .any(|word| word.parse::<Ipv6Addr>().is_ok())
}
