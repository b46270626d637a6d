//! What rules and classifier find on the words of a window, with the words before it as context.

use std::ops::Range;

use classify::{Classifier, ClassifyError};
use domain::{
    Carrier, Category, EpochKey, Finding, FindingRange, FlagStatus, HeardWindow, Hearing, StreamRange, UnknownName,
    Word,
};
use rules::{Hit, SpokenWord};
use store::Context;

use crate::settings::{Screener, severity_of};

/// The words that weighed most are named, so many at most.
const NAMED_WORDS: usize = 4;

/// Why a window could not be screened.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// The classifier failed.
    #[error("the classifier failed")]
    Classify(#[from] ClassifyError),
    /// The classifier has a head that no category stands for.
    #[error("the classifier has a head without a category")]
    Head(#[from] UnknownName),
}

/// A word with all that screening asks of it.
struct Heard {
    word: Word,
    speaker: Option<String>,
    suspect: bool,
    after_gap: bool,
}

/// Everything that is found on ranges that reach into `window`.
pub(crate) fn find(screener: &Screener, window: &HeardWindow, context: Context) -> Result<Vec<Finding>, FindError> {
    let (words, fresh_from) = line_up(window, context);
    if words.len() == fresh_from {
        return Ok(Vec::new());
    }
    let language = window.language.split(['-', '_']).next().unwrap_or_default().to_lowercase();
    let screening = Screening { screener, key: &window.key, words: &words, fresh_from };
    let mut findings = screening.by_rules(&language);
    if language == "en" {
        findings.extend(screening.by_classifier()?);
    }
    Ok(findings)
}

/// Context and window in one line; the second value is the place of the window's first word.
fn line_up(window: &HeardWindow, context: Context) -> (Vec<Heard>, usize) {
    let gap_end = context.gap.map(StreamRange::end);
    let mut words: Vec<Heard> = context
        .words
        .into_iter()
        .filter(|context| gap_end.is_none_or(|end| context.word.first >= end) && context.hearing != Hearing::Suspect)
        .map(|context| Heard { word: context.word, speaker: context.speaker, suspect: false, after_gap: false })
        .collect();
    let fresh_from = words.len();
    let lost = |range: StreamRange| {
        window.intervals.iter().any(|interval| interval.state.needs_reason() && interval.range.overlaps(range))
    };
    for segment in &window.segments {
        for word in &segment.words {
            let before = words.last().map(|last: &Heard| last.word.end);
            let between = before.and_then(|end| StreamRange::new(end, word.first).ok());
            let after_gap = between.is_some_and(lost) || (words.len() == fresh_from && gap_end.is_some());
            words.push(Heard {
                word: word.clone(),
                speaker: segment.speaker.clone(),
                suspect: segment.hearing == Hearing::Suspect,
                after_gap,
            });
        }
    }
    (words, fresh_from)
}

struct Screening<'a> {
    screener: &'a Screener,
    key: &'a EpochKey,
    words: &'a [Heard],
    fresh_from: usize,
}

impl Screening<'_> {
    fn by_rules(&self, language: &str) -> Vec<Finding> {
        let Some(engine) = self.screener.engines.get(language) else { return Vec::new() };
        let spoken: Vec<SpokenWord<'_>> = self
            .words
            .iter()
            .map(|heard| SpokenWord {
                text: &heard.word.text,
                first: heard.word.first,
                end: heard.word.end,
                p: heard.word.p,
                speaker: heard.speaker.as_deref(),
                after_gap: heard.after_gap,
            })
            .collect();
        let hits = engine.match_words(&spoken);
        hits.iter().filter(|hit| hit.words.end > self.fresh_from).filter_map(|hit| self.of_hit(hit)).collect()
    }

    fn of_hit(&self, hit: &Hit) -> Option<Finding> {
        let carrier =
            Carrier::Rule { id: hit.id.clone(), version: hit.version.clone(), pack: self.screener.pack_hash.clone() };
        let mut why = hit.why.clone();
        for (what, exclusion) in [("suppressed", &hit.suppressed_by), ("downgraded", &hit.downgraded_by)] {
            if let Some(exclusion) = exclusion {
                why = format!("{why}; {what} by {exclusion}");
            }
        }
        if hit.beside_gap {
            why.push_str("; beside a coverage gap");
        }
        let finding = self.finding(carrier, hit.words.clone(), hit.category, why)?;
        let status = if hit.flags() { finding.status } else { FlagStatus::Suppressed };
        Some(Finding { severity: hit.severity, score: 1.0, status, ..finding })
    }

    fn by_classifier(&self) -> Result<Vec<Finding>, FindError> {
        let Some(classifier) = self.screener.classifier.as_deref() else { return Ok(Vec::new()) };
        let mut findings = Vec::new();
        for passage in self.passages() {
            for (head, score) in self.heads_that_flag(classifier, passage.clone())? {
                findings.extend(self.of_head(classifier, head, score, passage.clone())?);
            }
        }
        for (before, after) in self.pairs() {
            let both = before.start..after.end;
            let together = self.heads_that_flag(classifier, both.clone())?;
            if together.is_empty() {
                continue;
            }
            // What one of the two says alone is found there, and the other is no part of it.
            let mut alone = self.heads_that_flag(classifier, before)?;
            alone.extend(self.heads_that_flag(classifier, after)?);
            for (head, score) in together {
                if alone.iter().all(|(found, _)| *found != head) {
                    findings.extend(self.of_head(classifier, head, score, both.clone())?);
                }
            }
        }
        Ok(findings)
    }

    /// The heads that reach their threshold on those words, with the score.
    fn heads_that_flag(
        &self,
        classifier: &dyn Classifier,
        words: Range<usize>,
    ) -> Result<Vec<(usize, f32)>, ClassifyError> {
        let scores = classifier.score(&self.texts(words).join(" "))?;
        let threshold = |name: &String| self.screener.thresholds.get(name).copied().unwrap_or(f32::INFINITY);
        let heads = classifier.heads().iter().zip(scores.probabilities()).enumerate();
        Ok(heads
            .filter(|(_, (name, score))| *score >= threshold(name))
            .map(|(head, (_, score))| (head, score))
            .collect())
    }

    fn of_head(
        &self,
        classifier: &dyn Classifier,
        head: usize,
        score: f32,
        passage: Range<usize>,
    ) -> Result<Option<Finding>, FindError> {
        let name = &classifier.heads()[head];
        let words = self.texts(passage.clone());
        let carrying = classify::carrying_words(classifier, &words, head, NAMED_WORDS)?;
        let named: Vec<&str> = carrying.iter().map(|carrying| words[carrying.index]).collect();
        let carrier = Carrier::Head { name: name.clone(), model: classifier.identity_of(head).sha256.clone() };
        let why = format!("weighed most: {}", named.join(", "));
        let finding = self.finding(carrier, passage, Category::of_head(name)?, why);
        Ok(finding.map(|finding| Finding { severity: severity_of(name), score, ..finding }))
    }

    fn texts(&self, words: Range<usize>) -> Vec<&str> {
        self.words[words].iter().map(|heard| heard.word.text.as_str()).collect()
    }

    /// Runs of words by one speaker and over no coverage gap.
    fn runs(&self) -> Vec<Range<usize>> {
        let mut runs = Vec::new();
        let mut first = 0;
        for end in 1..=self.words.len() {
            let breaks =
                self.words.get(end).is_none_or(|next| next.after_gap || next.speaker != self.words[end - 1].speaker);
            if breaks {
                runs.push(first..end);
                first = end;
            }
        }
        runs
    }

    /// Passages that reach into the window, each within a run.
    fn passages(&self) -> Vec<Range<usize>> {
        let within = |run: Range<usize>| {
            let passages = classify::passages(&self.texts(run.clone()));
            passages.into_iter().map(move |passage| passage.start + run.start..passage.end + run.start)
        };
        self.runs().into_iter().flat_map(within).filter(|passage| passage.end > self.fresh_from).collect()
    }

    /// Pairs of sentences that reach into the window, each within a run.
    fn pairs(&self) -> Vec<(Range<usize>, Range<usize>)> {
        let within = |run: Range<usize>| {
            let by = run.start;
            let pairs = classify::pairs(&self.texts(run));
            pairs.into_iter().map(move |(a, b)| (a.start + by..a.end + by, b.start + by..b.end + by))
        };
        self.runs().into_iter().flat_map(within).filter(|(_, after)| after.end > self.fresh_from).collect()
    }

    /// A finding on those words; suppressed where one of them is suspect.
    fn finding(&self, carrier: Carrier, words: Range<usize>, category: Category, why: String) -> Option<Finding> {
        let heard = &self.words[words];
        let range = StreamRange::new(heard.first()?.word.first, heard.last()?.word.end).ok()?;
        let suspect = heard.iter().any(|heard| heard.suspect);
        let texts: Vec<&str> = heard.iter().map(|heard| heard.word.text.as_str()).collect();
        Some(Finding {
            key: self.key.clone(),
            carrier,
            place: FindingRange { range, words: texts.join(" ") },
            category,
            severity: domain::Severity::Low,
            score: 0.0,
            status: if suspect { FlagStatus::Suppressed } else { FlagStatus::Provisional },
            why: if suspect { format!("{why}; the text is suspect") } else { why },
        })
    }
}

#[cfg(test)]
mod tests;
