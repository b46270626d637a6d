//! Words compared: without case and punctuation, in order.

use serde_json::Value;

/// The words of a transcript's stream, as compared.
pub(crate) fn words_of(transcript: &[Value], stream: &str) -> Vec<String> {
    let lines = transcript.iter().filter(|line| line["stream"] == stream);
    lines.flat_map(|line| words(line["text"].as_str().unwrap())).collect()
}

/// The words of a text: lower case, letters and digits alone.
pub(crate) fn words(text: &str) -> Vec<String> {
    let plain = |word: &str| word.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    text.split_whitespace().map(plain).filter(|word| !word.is_empty()).collect()
}

/// How many words must be added, dropped or replaced to make one of the other (Levenshtein).
pub(crate) fn edits(from: &[String], to: &[String]) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (at, word) in from.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = at + 1;
        for (column, other) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(word != other);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(row[column] + 1).min(row[column + 1] + 1);
        }
    }
    row[to.len()]
}

#[test]
fn words_that_are_added_dropped_or_replaced_are_counted() {
    let count = |from: &str, to: &str| edits(&words(from), &words(to));
    assert_eq!(count("We are here, now.", "we are HERE now"), 0);
    assert_eq!(count("we are here now", "we are are here now"), 1);
    assert_eq!(count("we are here now", "we here then"), 2);
    assert_eq!(count("", "one two"), 2);
}
