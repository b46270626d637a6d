//! Which words carried a score, so that a reviewer sees why a passage was flagged.

use crate::{Classifier, ClassifyError, score_long};

/// A word without which the passage would have scored lower.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CarryingWord {
    /// Index into the words that were given.
    pub index: usize,
    /// By how much the head's log-odds fall when the word is left out; above 0.
    pub drop: f32,
}

/// The words that carried `head`'s score of a passage, the strongest first, at most `limit`.
///
/// Each word is left out in turn, and the fall of the calibrated log-odds is its weight (leave-one-out occlusion). Costs
/// one pass more than there are words, so it is for hits only.
///
/// # Errors
/// [`ClassifyError::NoSuchHead`], and those of [`Classifier::score`].
pub fn carrying_words(
    classifier: &dyn Classifier,
    words: &[&str],
    head: usize,
    limit: usize,
) -> Result<Vec<CarryingWord>, ClassifyError> {
    let score = |words: &[&str]| {
        let scores = score_long(classifier, &words.join(" "))?;
        let heads = scores.log_odds().len();
        scores.log_odds().get(head).copied().ok_or(ClassifyError::NoSuchHead { head, heads })
    };
    let whole = score(words)?;
    let mut carrying = Vec::new();
    for index in 0..words.len() {
        let rest = [&words[..index], &words[index + 1..]].concat();
        let drop = whole - score(&rest)?;
        if drop > 0.0 {
            carrying.push(CarryingWord { index, drop });
        }
    }
    carrying.sort_by(|one, two| two.drop.total_cmp(&one.drop).then(one.index.cmp(&two.index)));
    carrying.truncate(limit);
    Ok(carrying)
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::Mutex;

    use super::{CarryingWord, carrying_words};
    use crate::{Classifier, ClassifyError, ModelIdentity, Scores};

    /// One head: 2 for every "kill", 1 for every "you", 1 at the start; remembers what it was given.
    pub(crate) struct Counting {
        heads: Vec<String>,
        identity: ModelIdentity,
        texts: Mutex<Vec<String>>,
    }

    impl Default for Counting {
        fn default() -> Self {
            let identity = ModelIdentity { name: "counting".to_owned(), sha256: String::new() };
            Self { heads: vec!["violence".to_owned()], identity, texts: Mutex::default() }
        }
    }

    impl Counting {
        pub(crate) fn scored(&self) -> Vec<String> {
            self.texts.lock().unwrap().clone()
        }
    }

    impl Classifier for Counting {
        fn heads(&self) -> &[String] {
            &self.heads
        }

        fn identity(&self) -> &ModelIdentity {
            &self.identity
        }

        fn score(&self, text: &str) -> Result<Scores, ClassifyError> {
            self.texts.lock().unwrap().push(text.to_owned());
            let count = |word: &str| text.split(' ').filter(|other| *other == word).count() as f32;
            Ok(Scores::from_log_odds(vec![1.0 + 2.0 * count("kill") + count("you") - count("not")]))
        }
    }

    #[track_caller]
    fn check(text: &str, limit: usize, carrying: &[(usize, f32)]) {
        let words: Vec<&str> = text.split_whitespace().collect();
        let found = carrying_words(&Counting::default(), &words, 0, limit).unwrap();
        let expected: Vec<CarryingWord> = carrying.iter().map(|&(index, drop)| CarryingWord { index, drop }).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn words_that_raise_the_score_come_strongest_first() {
        check("I will kill you and you", 9, &[(2, 2.0), (3, 1.0), (5, 1.0)]);
        check("I will kill you and you", 2, &[(2, 2.0), (3, 1.0)]);
        check("I will not kill", 9, &[(3, 2.0)]);
        check("nothing here", 9, &[]);
        check("kill", 9, &[(0, 2.0)]);
        check("", 9, &[]);
    }

    #[test]
    fn a_head_that_does_not_exist_is_an_error() {
        let error = carrying_words(&Counting::default(), &["word"], 1, 3).unwrap_err();
        assert_eq!(error.to_string(), "the classifier has 1 heads, there is no head number 1");
    }
}
