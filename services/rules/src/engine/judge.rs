//! One rule on one stretch: which terms stand near enough, which exclusions hold, and the words to show for it.

use std::ops::Range;

use domain::Severity;

use super::{Hit, Runner, RunningExcept, SpokenWord, Term, search::Found};
use crate::{model::Effect, normalise::Normalised};

/// The words of one speaker between two coverage gaps, searched.
pub(super) struct Stretch<'a> {
    pub(super) words: &'a [SpokenWord<'a>],
    /// Which of `words` are in the stretch.
    pub(super) indexes: &'a [usize],
    pub(super) normalised: &'a Normalised,
    pub(super) found: &'a Found,
    pub(super) after_gap: bool,
    pub(super) before_gap: bool,
}

/// A term where it was found.
#[derive(Clone)]
struct Part<'a> {
    name: &'a str,
    tokens: Range<usize>,
}

/// Terms that stand near enough to each other.
struct Candidate<'a> {
    parts: Vec<Part<'a>>,
    tokens: Range<usize>,
}

/// The exclusions that hold for a candidate.
#[derive(Default)]
struct Held {
    suppressed_by: Option<String>,
    downgraded_by: Option<String>,
}

/// Adds the hits of one rule in order; none overlaps another.
pub(super) fn judge(runner: &Runner, stretch: &Stretch<'_>, hits: &mut Vec<Hit>) {
    let mut candidates = candidates(runner, stretch);
    candidates.sort_by_key(|candidate| (candidate.tokens.start, candidate.tokens.end));
    let mut last: Option<(Candidate<'_>, Held)> = None;
    for candidate in candidates {
        let held = held(runner, stretch, &candidate);
        match &last {
            Some((before, held_before)) if candidate.tokens.start < before.tokens.end => {
                if held_before.suppressed_by.is_some() && held.suppressed_by.is_none() {
                    last = Some((candidate, held));
                }
            }
            _ => {
                hits.extend(last.take().map(|(candidate, held)| hit(runner, stretch, &candidate, held)));
                last = Some((candidate, held));
            }
        }
    }
    hits.extend(last.map(|(candidate, held)| hit(runner, stretch, &candidate, held)));
}

fn candidates<'a>(runner: &'a Runner, stretch: &Stretch<'_>) -> Vec<Candidate<'a>> {
    let occurrences = |term: &'a Term, class: usize| {
        stretch.found.of(term.slot).map(move |tokens| (class, Part { name: &term.name, tokens }))
    };
    let any_class = runner.all.len();
    let of_any = runner.any.iter().flat_map(|term| occurrences(term, any_class));
    let of_all = runner.all.iter().enumerate().flat_map(|(class, term)| occurrences(term, class));
    let mut parts: Vec<_> = of_all.chain(of_any).collect();
    parts.sort_by_key(|(class, part)| (part.tokens.start, part.tokens.end, *class));

    let classes = any_class + usize::from(!runner.any.is_empty());
    let mut latest: Vec<Option<Part<'_>>> = vec![None; classes];
    let mut candidates = Vec::new();
    for (class, part) in parts {
        latest[class] = Some(part);
        let Some(mut parts) = latest.iter().cloned().collect::<Option<Vec<_>>>() else { continue };
        parts.sort_by_key(|part| (part.tokens.start, part.tokens.end));
        let tokens = parts[0].tokens.start..parts.iter().map(|part| part.tokens.end).max().unwrap_or(0);
        if tokens.len() <= runner.rule.needs.tokens && stretch.seconds(&tokens) <= runner.rule.needs.seconds {
            candidates.push(Candidate { parts, tokens });
        }
    }
    candidates
}

fn held(runner: &Runner, stretch: &Stretch<'_>, candidate: &Candidate<'_>) -> Held {
    let mut held = Held::default();
    for except in runner.excepts.iter().filter(|except| holds(except, stretch, &candidate.tokens)) {
        let slot = match except.effect {
            Effect::Suppress => &mut held.suppressed_by,
            Effect::Downgrade => &mut held.downgraded_by,
        };
        slot.get_or_insert_with(|| except.id.clone());
    }
    let least = stretch.carrying(candidate).map(|word| stretch.words[word].p).fold(f32::INFINITY, f32::min);
    if least < runner.rule.min_word_prob {
        held.suppressed_by.get_or_insert_with(|| "guard:min_word_prob".to_owned());
    }
    held
}

/// Whether an exclusion's wording stands before, after or, where it may, in the match, and no sentence ends in between; the
/// end of the sentence that comes first of the two may stand between them ("I will kill you. Just kidding.").
fn holds(except: &RunningExcept, stretch: &Stretch<'_>, tokens: &Range<usize>) -> bool {
    let text = stretch.normalised;
    let zone = tokens.start.saturating_sub(except.before)..text.len().min(tokens.end + except.after);
    except.wording.any_in(text, zone, |wording| {
        let mut between = if wording.end <= tokens.start {
            wording.end..tokens.start
        } else if wording.start >= tokens.end {
            tokens.end..wording.start
        } else {
            return except.inside;
        };
        except.over_sentences || !between.any(|token| text.ends_sentence(token))
    })
}

fn hit(runner: &Runner, stretch: &Stretch<'_>, candidate: &Candidate<'_>, held: Held) -> Hit {
    let rule = &runner.rule;
    let carrying: Vec<usize> = stretch.carrying(candidate).collect();
    let words = carrying.first().copied().unwrap_or(0)..carrying.last().map_or(0, |last| last + 1);
    let severity = if held.downgraded_by.is_some() { lowered(rule.severity) } else { rule.severity };
    let (before, after) =
        runner.excepts.iter().fold((0, 0), |(before, after), one| (one.before.max(before), one.after.max(after)));
    let cut_before = stretch.after_gap && candidate.tokens.start < before;
    let cut_after = stretch.before_gap && candidate.tokens.end + after > stretch.normalised.len();
    Hit {
        rule: runner.index,
        id: rule.id.clone(),
        version: rule.version.clone(),
        category: rule.category,
        severity,
        shadow: runner.in_shadow(),
        words,
        carrying,
        suppressed_by: held.suppressed_by,
        downgraded_by: held.downgraded_by,
        beside_gap: cut_before || cut_after,
        why: why(runner, stretch, candidate),
    }
}

fn lowered(severity: Severity) -> Severity {
    match severity {
        Severity::Low | Severity::Medium => Severity::Low,
        Severity::High => Severity::Medium,
        Severity::Critical => Severity::High,
    }
}

fn why(runner: &Runner, stretch: &Stretch<'_>, candidate: &Candidate<'_>) -> String {
    let Some(explain) = &runner.rule.explain else { return runner.rule.why.clone() };
    let mut text = String::new();
    let mut rest = explain.as_str();
    while let Some((before, (name, after))) = rest.split_once('{').and_then(|(a, b)| Some((a, b.split_once('}')?))) {
        text.push_str(before);
        let filled = match name {
            "words" => stretch.written(stretch.carrying(candidate)),
            "speaker" => stretch.words[stretch.indexes[0]].speaker.unwrap_or("the speaker").to_owned(),
            "dt" => format!("{:.1}", stretch.seconds_between(candidate)),
            _ => {
                let term = name.trim_start_matches("span:");
                let part = candidate.parts.iter().find(|part| part.name == term);
                part.map_or(String::new(), |part| stretch.written(stretch.words_of(&part.tokens)))
            }
        };
        text.push_str(&filled);
        rest = after;
    }
    text + rest
}

impl Stretch<'_> {
    /// The index among all words of the word that a token came from.
    fn word(&self, token: usize) -> usize {
        self.indexes[self.normalised.word(token)]
    }

    fn words_of(&self, tokens: &Range<usize>) -> impl Iterator<Item = usize> {
        let mut words: Vec<usize> = tokens.clone().map(|token| self.word(token)).collect();
        words.dedup();
        words.into_iter()
    }

    /// The words that carry a candidate, ascending.
    fn carrying(&self, candidate: &Candidate<'_>) -> impl Iterator<Item = usize> {
        let mut words: Vec<usize> = candidate.parts.iter().flat_map(|part| self.words_of(&part.tokens)).collect();
        words.sort_unstable();
        words.dedup();
        words.into_iter()
    }

    fn written(&self, words: impl Iterator<Item = usize>) -> String {
        words.map(|word| self.words[word].text).collect::<Vec<_>>().join(" ")
    }

    /// How long the tokens take, from the start of the first to the end of the last.
    fn seconds(&self, tokens: &Range<usize>) -> f64 {
        let (first, last) = (&self.words[self.word(tokens.start)], &self.words[self.word(tokens.end - 1)]);
        last.end.seconds() - first.first.seconds()
    }

    fn seconds_between(&self, candidate: &Candidate<'_>) -> f64 {
        let [first, .., last] = &candidate.parts[..] else { return 0.0 };
        let (end, next) = (&self.words[self.word(first.tokens.end - 1)], &self.words[self.word(last.tokens.start)]);
        (next.first.seconds() - end.end.seconds()).max(0.0)
    }
}
