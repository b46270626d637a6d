//! What the classifier finds in sentences and in pairs of them.

use std::{collections::BTreeMap, sync::Arc};

use classify::{ModelIdentity, Scores};
use domain::StreamTime;

use super::*;

/// Flags a text that holds both words of its head.
struct Both {
    heads: Vec<String>,
    identity: ModelIdentity,
}

impl Classifier for Both {
    fn heads(&self) -> &[String] {
        &self.heads
    }

    fn identity(&self) -> &ModelIdentity {
        &self.identity
    }

    fn score(&self, text: &str) -> Result<Scores, ClassifyError> {
        let holds = |one, two| if text.contains(one) && text.contains(two) { 5.0 } else { -5.0 };
        Ok(Scores::from_log_odds(vec![holds("park", "standing"), holds("wallet", "wallet")]))
    }
}

/// Categories and words of what is found in `text`, all of it in the window but the first `before` words.
fn found(text: &str, before: usize) -> Vec<(String, String)> {
    let heads = vec!["category_threat".to_owned(), "category_scam".to_owned()];
    let thresholds = heads.iter().map(|head| (head.clone(), 0.5)).collect();
    let identity = ModelIdentity { name: "both".into(), sha256: "00".into() };
    let screener = Screener {
        pack_hash: "11".into(),
        engines: BTreeMap::new(),
        classifier: Some(Arc::new(Both { heads, identity })),
        thresholds,
    };
    let heard = |(at, text): (i64, &str)| {
        let (first, end) = (StreamTime::from_samples(at * 100), StreamTime::from_samples(at * 100 + 90));
        let word = Word { text: text.to_owned(), first, end, p: 0.9, verified: None };
        Heard { word, speaker: None, suspect: false, after_gap: false }
    };
    let words: Vec<Heard> = (0..).zip(text.split(' ')).map(heard).collect();
    let key =
        EpochKey { room: "hall".parse().unwrap(), stream: "stage".parse().unwrap(), epoch: domain::Epoch::new(1) };
    let screening = Screening { screener: &screener, key: &key, words: &words, fresh_from: before };
    let findings = screening.by_classifier().unwrap().into_iter();
    findings.map(|finding| (finding.category.to_string(), finding.place.words)).collect()
}

fn is(category: &str, words: &str) -> (String, String) {
    (category.to_owned(), words.to_owned())
}

#[test]
fn two_sentences_are_found_that_say_it_only_together() {
    let both = "I know where you park. One day I will be standing there.";
    assert_eq!(found(&format!("It was a long day. {both} So much for that matter."), 0), [is("threat", both)]);
}

#[test]
fn a_sentence_that_says_it_alone_is_found_without_its_neighbours() {
    assert_eq!(
        found("We talked about the rent. Now send it all to my wallet. That was the weather report.", 0),
        [is("scam", "Now send it all to my wallet.")]
    );
}

#[test]
fn a_pair_counts_once_its_second_sentence_is_new() {
    let both = "I know where you park. One day I will be standing there.";
    assert_eq!(found(both, 5), [is("threat", both)]);
    assert_eq!(found(&format!("{both} So much for that matter."), 12), []);
}
