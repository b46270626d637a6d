//! Scoring a text that may be longer than the model reads at once.

use crate::{Classifier, ClassifyError, Scores};

/// Words of one window. At about 1.3 tokens a word it fits the model's 64 tokens.
const WINDOW_WORDS: usize = 40;

/// Words from the start of one window to the start of the next.
const STRIDE_WORDS: usize = 35;

/// Scores a text of any length; words are what white space separates.
///
/// Up to 40 words are scored as they stand. A longer text is scored in windows of 40 words whose starts are 35 apart, and
/// head by head the highest counts. The last window begins at the last multiple of 35 inside the text, so a tail of up to
/// five words is heard again by itself: so were the figures on the model's card taken.
///
/// Takes time in proportion to the text: one pass of the model for every 35 words.
///
/// # Errors
/// Those of [`Classifier::score`].
pub fn score_long(classifier: &dyn Classifier, text: &str) -> Result<Scores, ClassifyError> {
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.len() <= WINDOW_WORDS {
        return classifier.score(text);
    }
    let window = |first: usize| words[first..words.len().min(first + WINDOW_WORDS)].join(" ");
    let first = classifier.score(&window(0))?;
    (STRIDE_WORDS..words.len())
        .step_by(STRIDE_WORDS)
        .try_fold(first, |highest, start| Ok(highest.highest(&classifier.score(&window(start))?)))
}

#[cfg(test)]
mod tests {
    use super::score_long;
    use crate::carrying::tests::Counting;

    #[track_caller]
    fn check(words: usize, windows: &[&str]) {
        let counting = Counting::default();
        let text = (0..words).map(|n| n.to_string()).collect::<Vec<_>>().join(" ");
        score_long(&counting, &text).unwrap();
        let scored: Vec<String> = counting.scored();
        let ends: Vec<String> = scored
            .iter()
            .map(|text| {
                let words: Vec<&str> = text.split_whitespace().collect();
                format!("{}..={}", words.first().unwrap_or(&""), words.last().unwrap_or(&""))
            })
            .collect();
        assert_eq!(ends, windows, "{words} words");
    }

    #[test]
    fn forty_words_are_one_window_and_longer_text_slides() {
        check(0, &["..="]);
        check(1, &["0..=0"]);
        check(40, &["0..=39"]);
        check(41, &["0..=39", "35..=40"]);
        check(70, &["0..=39", "35..=69"]);
        check(71, &["0..=39", "35..=70", "70..=70"]);
        check(111, &["0..=39", "35..=74", "70..=109", "105..=110"]);
    }

    #[test]
    fn the_highest_window_counts() {
        let text = format!("{} kill {}", "word ".repeat(60), "word ".repeat(60));
        let scores = score_long(&Counting::default(), &text).unwrap();
        assert_eq!(scores.log_odds(), [3.0]);
    }
}
