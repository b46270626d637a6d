//! Word error rate: substitutions, deletions and insertions of the best alignment, over the words truly said.

use std::collections::BTreeMap;

/// Words said and errors made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Errors {
    /// Words truly said.
    pub(super) said: usize,
    pub(super) wrong: usize,
}

impl Errors {
    /// In percent of the words said.
    pub(super) fn rate(self) -> f64 {
        if self.said == 0 { 0.0 } else { 100.0 * self.wrong as f64 / self.said as f64 }
    }
}

/// Errors for each speaker. `said` holds each word with its speaker; a word too many counts for the one before it.
pub(super) fn by_speaker<'a>(said: &[(&'a str, &str)], heard: &[String]) -> BTreeMap<&'a str, Errors> {
    let mut found: BTreeMap<&str, Errors> = BTreeMap::new();
    for (speaker, _) in said {
        found.entry(*speaker).or_default().said += 1;
    }
    let costs = costs(said, heard);
    let (mut i, mut j) = (said.len(), heard.len());
    while i > 0 || j > 0 {
        let here = costs[i][j];
        let is_wrong;
        let speaker = said.get(i.saturating_sub(1)).map(|(speaker, _)| *speaker);
        if i > 0 && j > 0 && costs[i - 1][j - 1] + usize::from(said[i - 1].1 != heard[j - 1]) == here {
            is_wrong = costs[i - 1][j - 1] != here;
            (i, j) = (i - 1, j - 1);
        } else if i > 0 && costs[i - 1][j] + 1 == here {
            is_wrong = true;
            i -= 1;
        } else {
            is_wrong = true;
            j -= 1;
        }
        if let Some(speaker) = speaker.filter(|_| is_wrong) {
            found.entry(speaker).or_default().wrong += 1;
        }
    }
    found
}

pub(super) fn sum<'a>(all: impl IntoIterator<Item = &'a Errors>) -> Errors {
    all.into_iter()
        .fold(Errors::default(), |sum, one| Errors { said: sum.said + one.said, wrong: sum.wrong + one.wrong })
}

/// `costs[i][j]`: the least number of errors between the first `i` words said and the first `j` heard.
fn costs(said: &[(&str, &str)], heard: &[String]) -> Vec<Vec<usize>> {
    let mut costs = vec![(0..=heard.len()).collect::<Vec<_>>()];
    for (i, (_, word)) in said.iter().enumerate() {
        let above = &costs[i];
        let mut row = vec![i + 1];
        for (j, other) in heard.iter().enumerate() {
            let differs = usize::from(word != other);
            row.push((above[j] + differs).min(above[j + 1] + 1).min(row[j] + 1));
        }
        costs.push(row);
    }
    costs
}

#[cfg(test)]
mod tests {
    use super::{Errors, by_speaker, sum};

    #[track_caller]
    fn check(said: &[(&str, &str)], heard: &str, expected: &[(&str, usize, usize)]) {
        let words: Vec<(&str, &str)> =
            said.iter().flat_map(|(speaker, text)| text.split(' ').map(move |word| (*speaker, word))).collect();
        let heard: Vec<String> = heard.split_whitespace().map(str::to_owned).collect();
        let found: Vec<_> = by_speaker(&words, &heard)
            .into_iter()
            .map(|(speaker, errors)| (speaker, errors.said, errors.wrong))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_heard_as_said_has_no_error() {
        check(&[("Ann", "good evening"), ("Bob", "hello")], "good evening hello", &[("Ann", 2, 0), ("Bob", 1, 0)]);
    }

    #[test]
    fn each_kind_of_error_counts_for_who_spoke() {
        check(&[("Ann", "a b c"), ("Bob", "d e f")], "a x c d f", &[("Ann", 3, 1), ("Bob", 3, 1)]);
        check(&[("Ann", "a b"), ("Bob", "c d")], "a b c d y z", &[("Ann", 2, 0), ("Bob", 2, 2)]);
        check(&[("Ann", "a b")], "z a b", &[("Ann", 2, 1)]);
        check(&[("Ann", "a b")], "", &[("Ann", 2, 2)]);
    }

    #[test]
    fn the_rate_is_in_percent() {
        let all = sum(&[Errors { said: 3, wrong: 1 }, Errors { said: 1, wrong: 0 }]);
        assert!((all.rate() - 25.0).abs() < 1e-9);
        assert!(Errors::default().rate().abs() < 1e-9);
    }
}
