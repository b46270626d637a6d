//! Looks for an exclusion's wording in the few words around a match.

use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};
use regex::Regex;

use crate::{normalise::Normalised, pattern::Searchable};

/// The wording of one exclusion, or of a list that several share.
#[derive(Debug)]
pub(super) struct Excluder {
    phrases: Option<AhoCorasick>,
    regexes: Vec<Regex>,
}

impl Excluder {
    pub(super) fn new(wording: Option<&Searchable>) -> Self {
        let phrases = wording.into_iter().flat_map(|wording| &wording.phrases);
        let phrases: Vec<String> = phrases.map(|phrase| format!(" {phrase} ")).collect();
        // It fails on more patterns than the limits on a pack admit.
        let automaton = AhoCorasick::builder().match_kind(MatchKind::Standard).build(&phrases).ok();
        let regexes = wording.into_iter().flat_map(|wording| &wording.regexes);
        Self {
            phrases: automaton.filter(|_| !phrases.is_empty()),
            regexes: regexes.map(|searched| searched.regex.clone()).collect(),
        }
    }

    /// Whether some wording of it lies in `zone` and `fits`, which is asked for its tokens.
    pub(super) fn any_in(&self, text: &Normalised, zone: Range<usize>, fits: impl Fn(&Range<usize>) -> bool) -> bool {
        let (slice, offset) = text.slice(zone);
        let fits_at = |bytes: Range<usize>| {
            text.tokens_at(bytes.start + offset..bytes.end + offset).is_some_and(|tokens| fits(&tokens))
        };
        let mut phrases = self.phrases.iter().flat_map(|phrases| phrases.find_overlapping_iter(slice));
        phrases.any(|found| fits_at(found.range()))
            || self.regexes.iter().any(|regex| regex.find_iter(slice).any(|found| fits_at(found.range())))
    }
}
