//! Where sentences end in words as a recogniser writes them.

use std::ops::Range;

/// Abbreviations that always have something after them. Lower case, without the last full stop.
const LEADING: [&str; 17] = [
    "mr", "mrs", "ms", "dr", "prof", "st", "gen", "col", "capt", "sgt", "rev", "hon", "vs", "approx", "e.g", "i.e",
    "cf",
];

/// Abbreviations that may close a sentence. Lower case, without the last full stop.
const CLOSING: [&str; 8] = ["etc", "inc", "ltd", "co", "corp", "jr", "sr", "al"];

/// The sentences in `words` as ranges of their indexes: they tile the words, and the last ends with the last word.
pub(super) fn sentences(words: &[&str]) -> Vec<Range<usize>> {
    let mut sentences = Vec::new();
    let mut first = 0;
    for index in 0..words.len() {
        let ends = words.get(index + 1).is_none_or(|next| ends_sentence(words[index], next));
        if ends {
            sentences.push(first..index + 1);
            first = index + 1;
        }
    }
    sentences
}

fn ends_sentence(word: &str, next: &str) -> bool {
    let word = word.trim().trim_end_matches(is_closing_mark);
    let next_begins = next.trim_start_matches(|letter: char| !letter.is_alphanumeric()).chars().next();
    let is_new_start = next_begins.is_none_or(|letter| !letter.is_lowercase());
    if word.ends_with(['?', '!', '。', '？', '！', '।', '؟']) {
        return true;
    }
    if word.ends_with('…') || word.ends_with("..") {
        return is_new_start;
    }
    let Some(stem) = word.strip_suffix('.') else { return false };
    let stem = stem.trim_start_matches(|letter: char| !letter.is_alphanumeric()).to_lowercase();
    if LEADING.contains(&stem.as_str()) || is_initial(&stem) {
        return false;
    }
    if stem == "no" {
        return !next_begins.is_some_and(|letter| letter.is_ascii_digit());
    }
    if CLOSING.contains(&stem.as_str()) || is_dotted(&stem) {
        return is_new_start;
    }
    true
}

fn is_closing_mark(letter: char) -> bool {
    matches!(letter, '"' | '\'' | ')' | ']' | '”' | '’' | '»')
}

/// "J" of "J. Smith"; "I" is a word of its own.
fn is_initial(stem: &str) -> bool {
    let mut letters = stem.chars();
    matches!((letters.next(), letters.next()), (Some(letter), None) if letter.is_alphabetic() && letter != 'i')
}

/// "u.s", "p.m": single letters with full stops between.
fn is_dotted(stem: &str) -> bool {
    stem.contains('.') && stem.split('.').all(|part| part.chars().count() == 1 && part.chars().all(char::is_alphabetic))
}
