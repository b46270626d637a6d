//! Runs the rules of a pack over words as spoken, in time linear in the words.
//!
//! The words of one speaker between two coverage gaps are one stretch; nothing is matched across stretches. Each is
//! normalised, searched once for all terms ([`search`]), every rule some term of which occurs is judged ([`judge`]), and
//! only beside what a rule found are its exclusions looked for ([`exclude`]).

mod exclude;
mod judge;
mod search;

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use domain::{Category, SAMPLE_RATE_HZ, Severity, StreamTime};

use crate::{
    limits::{MAX_EXCEPT_TOKENS, MAX_MATCH_TOKENS},
    model::{Effect, Rule, Status},
    normalise::Normalised,
    pack::Pack,
    reading::Located,
};
use exclude::Excluder;
use judge::Stretch;
use search::Search;

/// Words before a new one that may belong to a match with it: a caller that hands over at least so many words of context
/// before the new ones misses no match. A word can be several tokens, never the other way round but for hesitations.
pub const CONTEXT_WORDS: usize = MAX_MATCH_TOKENS + 2 * MAX_EXCEPT_TOKENS;

/// How long a word takes where a text has no times, in samples: 0.3 s.
const UNTIMED_WORD: i64 = SAMPLE_RATE_HZ * 3 / 10;

/// A word of a stream, as the recogniser wrote it.
#[derive(Clone, Copy, Debug)]
pub struct SpokenWord<'a> {
    /// With case and punctuation, without spaces around it.
    pub text: &'a str,
    /// Its first sample.
    pub first: StreamTime,
    /// The sample after its last.
    pub end: StreamTime,
    /// Its probability, 0 to 1.
    pub p: f32,
    /// Who speaks, where that is known; rules match within one speaker's words.
    pub speaker: Option<&'a str>,
    /// Whether the coverage has a gap between the word before and this one: no match bridges it.
    pub after_gap: bool,
}

/// What one rule found.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// Index into [`Pack::rules`].
    pub rule: usize,
    /// The rule's id.
    pub id: String,
    /// The rule's version.
    pub version: String,
    /// The rule's category.
    pub category: Category,
    /// The rule's severity, one lower where it was downgraded.
    pub severity: Severity,
    /// Whether the rule only runs in shadow: recorded, flags nothing.
    pub shadow: bool,
    /// From the first word that carries the hit to the last, as indexes of the words given, half open.
    pub words: Range<usize>,
    /// The words that carry it, ascending; all in `words`.
    pub carrying: Vec<usize>,
    /// The exclusion that holds (`guard:min_word_prob` for badly heard words): recorded, flags nothing.
    pub suppressed_by: Option<String>,
    /// The exclusion that lowered the severity.
    pub downgraded_by: Option<String>,
    /// Whether an exclusion would have looked over the edge of a coverage gap: what qualified these words may be lost.
    pub beside_gap: bool,
    /// Why, for people.
    pub why: String,
}

impl Hit {
    /// Whether it raises a flag: not suppressed, and not of a rule in shadow.
    pub fn flags(&self) -> bool {
        self.suppressed_by.is_none() && !self.shadow
    }
}

/// The pack has no rules in a language.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("pack `{pack}` has no rules for language `{language}`; it has {known}")]
pub struct NoSuchLanguage {
    /// The pack's id.
    pub pack: String,
    /// What was asked for.
    pub language: String,
    /// What there is, comma separated.
    pub known: String,
}

/// A rule made ready for one language.
#[derive(Debug)]
struct Runner {
    index: usize,
    rule: Rule,
    /// Slots of the terms that must all be there.
    all: Vec<Term>,
    /// Slots of the terms one of which must be there.
    any: Vec<Term>,
    excepts: Vec<RunningExcept>,
}

#[derive(Clone, Debug)]
struct Term {
    name: String,
    slot: usize,
}

#[derive(Debug)]
struct RunningExcept {
    id: String,
    wording: Arc<Excluder>,
    before: usize,
    after: usize,
    inside: bool,
    over_sentences: bool,
    effect: Effect,
}

/// The rules of one pack in one language, ready to run. Cheap to share between threads.
#[derive(Debug)]
pub struct Engine {
    language: String,
    runners: Vec<Runner>,
    /// Which runners look for a slot as a term.
    runners_of: Vec<Vec<usize>>,
    search: Search,
}

impl Engine {
    /// Makes the rules of `pack` that run ready for `language`.
    ///
    /// # Errors
    /// [`NoSuchLanguage`].
    pub fn new(pack: &Pack, language: &str) -> Result<Self, NoSuchLanguage> {
        if !pack.languages().iter().any(|known| known == language) {
            let (pack, known) = (pack.id().to_owned(), pack.languages().join(", "));
            return Err(NoSuchLanguage { pack, language: language.to_owned(), known });
        }
        let searchable = |wording: usize| pack.wordings[wording].get(language);
        let (mut slots, mut excluders) = (BTreeMap::new(), BTreeMap::new());
        let mut runners = Vec::new();
        for (index, rule) in pack.rules().iter().enumerate() {
            if rule.status.runs() && rule.languages.iter().any(|known| known == language) {
                let (terms, excepts) = pack.wordings_of[index].split_at(rule.terms.len());
                let terms: Vec<usize> = terms.iter().map(|&wording| slot_of(&mut slots, wording)).collect();
                let excluder = |&wording: &usize| {
                    let made = || Arc::new(Excluder::new(searchable(wording)));
                    Arc::clone(excluders.entry(wording).or_insert_with(made))
                };
                let excepts = excepts.iter().map(excluder).collect();
                runners.push(Runner::new(index, rule, &terms, excepts));
            }
        }
        let mut runners_of = vec![Vec::new(); slots.len()];
        for (at, runner) in runners.iter().enumerate() {
            for term in runner.all.iter().chain(&runner.any) {
                runners_of[term.slot].push(at);
            }
        }
        let search = Search::new(
            slots.iter().filter_map(|(&wording, &slot)| searchable(wording).map(|searchable| (slot, searchable))),
        );
        Ok(Self { language: language.to_owned(), runners, runners_of, search })
    }

    /// The language it was made for.
    pub fn language(&self) -> &str {
        &self.language
    }

    /// Every hit in `words`, which stand in order of time: suppressed ones and those of rules in shadow too, in order of
    /// their first word. Of overlapping hits of one rule the first stands, or the first that is not suppressed.
    pub fn match_words(&self, words: &[SpokenWord<'_>]) -> Vec<Hit> {
        let mut stretches: BTreeMap<(usize, Option<&str>), Vec<usize>> = BTreeMap::new();
        let mut gaps = 0;
        for (index, word) in words.iter().enumerate() {
            gaps += usize::from(word.after_gap && index > 0);
            stretches.entry((gaps, word.speaker)).or_default().push(index);
        }
        let mut hits = Vec::new();
        for ((stretch, _), indexes) in stretches {
            let normalised = Normalised::new(indexes.iter().map(|&index| words[index].text), &self.language);
            let found = self.search.run(&normalised);
            let stretch = Stretch {
                words,
                indexes: &indexes,
                normalised: &normalised,
                found: &found,
                after_gap: stretch > 0,
                before_gap: stretch < gaps,
            };
            let mut asked = vec![false; self.runners.len()];
            for runner in found.slots().flat_map(|slot| &self.runners_of[slot]) {
                if !std::mem::replace(&mut asked[*runner], true) {
                    judge::judge(&self.runners[*runner], &stretch, &mut hits);
                }
            }
        }
        hits.sort_by(|a: &Hit, b: &Hit| {
            (a.words.start, a.rule, a.words.end).cmp(&(b.words.start, b.rule, b.words.end))
        });
        hits
    }

    /// Every hit in a text without times or speakers; word indexes count what white space parts.
    pub fn match_text(&self, text: &str) -> Vec<Hit> {
        self.match_words(&untimed(text, StreamTime::ZERO, None))
    }
}

/// The words of a text, each [`UNTIMED_WORD`] long, from `first` on.
pub(crate) fn untimed<'a>(text: &'a str, first: StreamTime, speaker: Option<&'a str>) -> Vec<SpokenWord<'a>> {
    let mut words = Vec::new();
    let mut first = first;
    for text in text.split_whitespace() {
        let end = first + UNTIMED_WORD;
        words.push(SpokenWord { text, first, end, p: 1.0, speaker, after_gap: false });
        first = end;
    }
    words
}

fn slot_of(slots: &mut BTreeMap<usize, usize>, wording: usize) -> usize {
    let next = slots.len();
    *slots.entry(wording).or_insert(next)
}

impl Runner {
    /// `slots` of the rule's terms and `excluders` of its exclusions, in their order.
    fn new(index: usize, rule: &Rule, slots: &[usize], excluders: Vec<Arc<Excluder>>) -> Self {
        let terms = || rule.terms.iter().zip(slots);
        let named = |names: &[Located<String>]| {
            let there = terms().filter(|(term, _)| names.iter().any(|name| name.value == term.name));
            there.map(|(term, &slot)| Term { name: term.name.clone(), slot }).collect()
        };
        let (all, any) = (named(&rule.needs.all), named(&rule.needs.any));
        let excepts = rule.excepts.iter().zip(excluders).map(|(except, wording)| RunningExcept {
            id: except.id.clone(),
            wording,
            before: except.before_tokens,
            after: except.after_tokens,
            inside: except.inside,
            over_sentences: except.over_sentences,
            effect: except.effect,
        });
        Self { index, rule: rule.clone(), all, any, excepts: excepts.collect() }
    }

    fn in_shadow(&self) -> bool {
        self.rule.status == Status::Shadow
    }
}

#[cfg(test)]
mod tests;
