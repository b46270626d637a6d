//! Gives each word to the window that holds its midpoint, and removes what a seam doubled.

use domain::{StreamRange, Word};

/// Words this close in time over a seam can be the same: 350 ms.
const SAME_TIME: i64 = 5_600;

/// The words of a span that belong to `window`: those whose midpoint lies inside it, cut to it, so that words of
/// neighbouring windows never overlap.
pub fn owned(words: Vec<Word>, window: StreamRange) -> Vec<Word> {
    words
        .into_iter()
        .filter(|word| {
            let midpoint = i64::midpoint(word.first.samples(), word.end.samples());
            window.first().samples() <= midpoint && midpoint < window.end().samples()
        })
        .map(|word| Word { first: word.first.max(window.first()), end: word.end.min(window.end()), ..word })
        .collect()
}

/// Removes from the front of `words` what the window before already holds at its end, by text and time together.
///
/// `before` are the last words of the stored window before, in order. Only for a seam without a pause.
pub fn without_doubles(before: &[Word], mut words: Vec<Word>) -> Vec<Word> {
    let longest = before.len().min(words.len()).min(5);
    let doubled = (1..=longest).rev().find(|&length| {
        let (tail, head) = (&before[before.len() - length..], &words[..length]);
        tail.iter().zip(head).all(|(one, other)| same(one, other))
    });
    words.drain(..doubled.unwrap_or(0));
    words
}

fn same(one: &Word, other: &Word) -> bool {
    (one.first.samples() - other.first.samples()).abs() <= SAME_TIME && plain(&one.text) == plain(&other.text)
}

fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use domain::StreamTime;

    use super::*;

    fn words(list: &[(&str, i64)]) -> Vec<Word> {
        list.iter()
            .map(|&(text, millis)| Word {
                text: text.into(),
                first: StreamTime::from_millis(millis),
                end: StreamTime::from_millis(millis + 200),
                p: 0.9,
                verified: None,
            })
            .collect()
    }

    #[track_caller]
    fn check(before: &[(&str, i64)], after: &[(&str, i64)], expected: &[&str]) {
        let kept = without_doubles(&words(before), words(after));
        assert_eq!(kept.iter().map(|word| word.text.as_str()).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_word_on_the_seam_stands_once() {
        check(&[("we", 5_500), ("know", 5_850)], &[("Know,", 6_010), ("that", 6_300)], &["that"]);
        check(&[("we", 5_700), ("know", 5_950)], &[("we", 5_990), ("know", 6_100), ("that", 6_300)], &["that"]);
    }

    #[test]
    fn a_speaker_who_repeats_himself_keeps_both() {
        check(&[("no", 5_500)], &[("no", 6_100)], &["no"]);
    }

    #[test]
    fn a_word_belongs_where_its_midpoint_lies() {
        let window = StreamRange::from_samples(96_000, 192_000).unwrap();
        let kept = owned(words(&[("before", 5_899), ("inside", 5_900), ("after", 11_900)]), window);
        assert_eq!(kept.iter().map(|word| word.text.as_str()).collect::<Vec<_>>(), ["inside"]);
        assert_eq!((kept[0].first, kept[0].end.samples()), (window.first(), 97_600));
    }
}
