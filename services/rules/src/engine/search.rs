//! The one pass: an Aho-Corasick automaton over all phrases of all terms and over the strings that their regexes require,
//! then those regexes alone whose string was there.
//!
//! The text goes by in overlapping blocks of bounded length, so that even a regex whose matches start over and over costs
//! no more than a bounded time a block: the whole is linear in the text.

use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};
use regex::Regex;

use crate::{
    limits::MAX_MATCH_TOKENS,
    normalise::Normalised,
    pattern::{Searchable, Searched},
};

const BLOCK_TOKENS: usize = 512;

/// What a pattern of the automaton stands for.
#[derive(Clone, Copy, Debug)]
enum Target {
    Phrase { slot: usize },
    Regex { index: usize },
}

#[derive(Debug)]
pub(super) struct Search {
    /// None where there is nothing to look for.
    automaton: Option<AhoCorasick>,
    targets: Vec<Target>,
    /// Each with the slot it stands for.
    regexes: Vec<(usize, Regex)>,
}

/// One occurrence of a term's wording.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Occurrence {
    slot: usize,
    first: usize,
    end: usize,
}

/// Every occurrence in a text, by slot and then by place.
#[derive(Debug)]
pub(super) struct Found(Vec<Occurrence>);

impl Search {
    pub(super) fn new<'a>(wordings: impl Iterator<Item = (usize, &'a Searchable)>) -> Self {
        let (mut patterns, mut targets, mut regexes) = (Vec::new(), Vec::new(), Vec::new());
        for (slot, wording) in wordings {
            for phrase in &wording.phrases {
                patterns.push(format!(" {phrase} "));
                targets.push(Target::Phrase { slot });
            }
            for Searched { regex, required } in &wording.regexes {
                for string in required {
                    patterns.push(string.clone());
                    targets.push(Target::Regex { index: regexes.len() });
                }
                regexes.push((slot, regex.clone()));
            }
        }
        // It fails on more patterns than the limits on a pack admit.
        let automaton = AhoCorasick::builder().match_kind(MatchKind::Standard).build(&patterns).ok();
        Self { automaton: automaton.filter(|_| !patterns.is_empty()), targets, regexes }
    }

    pub(super) fn run(&self, text: &Normalised) -> Found {
        let mut found = Vec::new();
        let mut block = 0..text.len().min(BLOCK_TOKENS);
        while !block.is_empty() {
            self.search(text, block.clone(), &mut found);
            if block.end == text.len() {
                break;
            }
            block.start = block.end - MAX_MATCH_TOKENS;
            block.end = text.len().min(block.start + BLOCK_TOKENS);
        }
        found.sort_unstable();
        found.dedup();
        Found(found)
    }

    fn search(&self, text: &Normalised, block: Range<usize>, found: &mut Vec<Occurrence>) {
        let Some(automaton) = &self.automaton else { return };
        let (block, offset) = text.slice(block);
        let mut add = |slot: usize, bytes: Range<usize>| {
            let tokens = text.tokens_at(bytes.start + offset..bytes.end + offset);
            if let Some(tokens) = tokens.filter(|tokens| tokens.len() <= MAX_MATCH_TOKENS) {
                found.push(Occurrence { slot, first: tokens.start, end: tokens.end });
            }
        };
        let mut candidates = Vec::new();
        for hit in automaton.find_overlapping_iter(block) {
            match self.targets[hit.pattern().as_usize()] {
                Target::Phrase { slot } => add(slot, hit.range()),
                Target::Regex { index } => candidates.push(index),
            }
        }
        candidates.sort_unstable();
        candidates.dedup();
        for (slot, regex) in candidates.into_iter().map(|index| &self.regexes[index]) {
            for hit in regex.find_iter(block) {
                add(*slot, hit.range());
            }
        }
    }
}

impl Found {
    /// The slots that occur, ascending.
    pub(super) fn slots(&self) -> impl Iterator<Item = usize> {
        self.0.chunk_by(|a, b| a.slot == b.slot).map(|run| run[0].slot)
    }

    /// The token ranges of a slot, by first token.
    pub(super) fn of(&self, slot: usize) -> impl Iterator<Item = Range<usize>> {
        let from = self.0.partition_point(|one| one.slot < slot);
        self.0[from..].iter().take_while(move |one| one.slot == slot).map(|one| one.first..one.end)
    }
}
