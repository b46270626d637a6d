//! Text as it sounds: what two writers of the same speech would both write.
//!
//! Lower case, no punctuation, contractions written out, numbers and sums of money in words, one spelling of British and
//! American. Enough for the demo's English; a word that two writers spell otherwise counts as an error.

/// Contractions that are not a word and a plain ending.
const CONTRACTIONS: [(&str, &str); 12] = [
    ("can't", "can not"),
    ("cannot", "can not"),
    ("won't", "will not"),
    ("shan't", "shall not"),
    ("let's", "let us"),
    ("i'm", "i am"),
    ("y'all", "you all"),
    ("ok", "okay"),
    ("gonna", "going to"),
    ("wanna", "want to"),
    ("gotta", "got to"),
    ("mr", "mister"),
];

/// Endings, the longer first. `'s` may be `is` or a possessive: it is split off and both stay alike.
const ENDINGS: [(&str, &str); 6] =
    [("n't", " not"), ("'re", " are"), ("'ve", " have"), ("'ll", " will"), ("'d", " would"), ("'s", " is")];

const BRITISH: [(&str, &str); 9] = [
    ("neighbour", "neighbor"),
    ("colour", "color"),
    ("favour", "favor"),
    ("honour", "honor"),
    ("behaviour", "behavior"),
    ("organis", "organiz"),
    ("realis", "realiz"),
    ("apologis", "apologiz"),
    ("centre", "center"),
];

/// The words of `text`.
pub(super) fn words(text: &str) -> Vec<String> {
    let text = text.to_lowercase().replace(['\u{2019}', '\u{2018}'], "'");
    let mut words = Vec::new();
    for raw in text.split(|c: char| c.is_whitespace() || matches!(c, '-' | '\u{2013}' | '\u{2014}' | '/')) {
        let word = raw.trim_matches(|c: char| !c.is_alphanumeric() && c != '$' && c != '%');
        if word.is_empty() {
            continue;
        }
        let said = number(word).unwrap_or_else(|| contraction(word));
        words.extend(said.split_whitespace().map(american));
    }
    words
}

fn contraction(word: &str) -> String {
    if let Some((_, out)) = CONTRACTIONS.iter().find(|(short, _)| *short == word) {
        return (*out).to_owned();
    }
    let ending = ENDINGS.iter().find_map(|(ending, out)| Some((word.strip_suffix(ending)?, out)));
    let out = ending.map_or_else(|| word.to_owned(), |(stem, out)| format!("{stem}{out}"));
    out.chars().filter(|c| c.is_alphanumeric() || c.is_whitespace()).collect()
}

fn american(word: &str) -> String {
    let found = BRITISH.iter().find(|(british, _)| word.starts_with(british));
    found.map_or_else(|| word.to_owned(), |(british, american)| word.replacen(british, american, 1))
}

/// `$1,500`, `20%`, `3rd`, `8:30` or `42` in words; none for anything else.
fn number(word: &str) -> Option<String> {
    if let Some(rest) = word.strip_prefix('$') {
        return Some(format!("{} dollars", number(rest)?));
    }
    if let Some(rest) = word.strip_suffix('%') {
        return Some(format!("{} percent", number(rest)?));
    }
    if let Some((hours, minutes)) = word.split_once(':') {
        let (hours, minutes) = (hours.parse().ok()?, minutes.parse().ok()?);
        return Some(if minutes == 0 { cardinal(hours) } else { format!("{} {}", cardinal(hours), cardinal(minutes)) });
    }
    if let Some((whole, part)) = word.split_once('.') {
        let digits: Option<Vec<String>> = part.chars().map(|c| Some(cardinal(c.to_digit(10)?.into()))).collect();
        return Some(format!("{} point {}", cardinal(whole.parse().ok()?), digits?.join(" ")));
    }
    for ending in ["st", "nd", "rd", "th"] {
        if let Some(digits) = word.strip_suffix(ending).filter(|digits| digits.chars().all(|c| c.is_ascii_digit())) {
            return Some(ordinal(&cardinal(digits.parse().ok()?)));
        }
    }
    let digits: String = word.chars().filter(|c| *c != ',').collect();
    digits.chars().all(|c| c.is_ascii_digit()).then(|| digits.parse().ok().map(cardinal))?
}

/// `one million two hundred five`.
fn cardinal(number: u64) -> String {
    const SMALL: [&str; 20] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ];
    const TENS: [&str; 10] = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
    let place = |index: u64| usize::try_from(index).unwrap_or_default();
    let rest = |unit: u64| match number % unit {
        0 => String::new(),
        rest => format!(" {}", cardinal(rest)),
    };
    match number {
        0..20 => SMALL[place(number)].to_owned(),
        20..100 => format!("{}{}", TENS[place(number / 10)], rest(10)),
        100..1_000 => format!("{} hundred{}", cardinal(number / 100), rest(100)),
        1_000..1_000_000 => format!("{} thousand{}", cardinal(number / 1_000), rest(1_000)),
        1_000_000.. => format!("{} million{}", cardinal(number / 1_000_000), rest(1_000_000)),
    }
}

fn ordinal(cardinal: &str) -> String {
    let (before, last) = cardinal.rsplit_once(' ').map_or(("", cardinal), |(before, last)| (before, last));
    let last = match last {
        "one" => "first".to_owned(),
        "two" => "second".to_owned(),
        "three" => "third".to_owned(),
        "five" => "fifth".to_owned(),
        "eight" => "eighth".to_owned(),
        "nine" => "ninth".to_owned(),
        "twelve" => "twelfth".to_owned(),
        other => other.strip_suffix('y').map_or_else(|| format!("{other}th"), |stem| format!("{stem}ieth")),
    };
    format!("{before} {last}").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::words;

    #[track_caller]
    fn check(one: &str, other: &str) {
        assert_eq!(words(one), words(other));
    }

    #[test]
    fn case_and_punctuation_do_not_count() {
        check("Good evening, everyone!", "good evening everyone");
        check("a well-known man", "A well known man.");
        check("\u{201c}Yes,\u{201d} she said \u{2014} twice\u{2026}", "yes she said twice");
        assert_eq!(words(" \u{266a} ... "), Vec::<String>::new());
    }

    #[test]
    fn contractions_are_written_out() {
        check("I'm sure we can't, and don't you'll", "I am sure we cannot and do not you will");
        check("it\u{2019}s", "it is");
        check("OK, let's go", "okay let us go");
    }

    #[test]
    fn numbers_are_words() {
        check("$500", "five hundred dollars");
        check("1,300,000 people", "one million three hundred thousand people");
        check("20% of 42", "twenty percent of forty-two");
        check("the 21st and the 3rd", "the twenty-first and the third");
        check("the 20th", "the twentieth");
        check("at 8:30, at 20:00", "at eight thirty at twenty");
        check("1.5", "one point five");
    }

    #[test]
    fn both_spellings_are_one() {
        check("our neighbours organised it", "our neighbors organized it");
    }

    #[test]
    fn other_words_stay_as_they_are() {
        assert_eq!(words("four hours"), ["four", "hours"]);
        assert_eq!(words("the first"), ["the", "first"]);
    }
}
