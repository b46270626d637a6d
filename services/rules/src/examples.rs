//! Runs a pack's inline examples through the engine that runs in production.

use std::collections::BTreeMap;

use domain::StreamTime;

use crate::{
    engine::{Engine, Hit, SpokenWord, untimed},
    model::{Expect, RuleTest, Saying},
    pack::Pack,
};

/// What became of one example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The rule's id.
    pub rule: String,
    /// Its file, relative to the pack's folder.
    pub file: String,
    /// The line of the example.
    pub line: usize,
    /// The example's name.
    pub name: String,
    /// What became of it.
    pub verdict: Verdict,
}

/// Whether an example holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// As expected.
    Passed,
    /// Not as expected: what was wanted and what came.
    Failed(String),
    /// A known gap or a known false hit that is still there.
    Known,
    /// A known gap or a known false hit that is gone: the example should say so.
    Mended,
}

impl Pack {
    /// Runs every example of every rule that runs, in order of rule and line.
    pub fn run_examples(&self) -> Vec<Outcome> {
        let engines: BTreeMap<&str, Engine> = (self.languages().iter())
            .filter_map(|language| Some((language.as_str(), Engine::new(self, language).ok()?)))
            .collect();
        let mut outcomes = Vec::new();
        for (index, rule) in self.rules().iter().enumerate().filter(|(_, rule)| rule.status.runs()) {
            for test in &rule.tests {
                let verdict = engines.get(test.language.as_str()).map_or_else(
                    || Verdict::Failed(format!("the pack has no language `{}`", test.language)),
                    |engine| judge(test, &engine.match_words(&words(test)), index),
                );
                let (rule, file, name) = (rule.id.clone(), rule.file.clone(), test.name.clone());
                outcomes.push(Outcome { rule, file, line: test.line, name, verdict });
            }
        }
        outcomes
    }
}

fn words(test: &RuleTest) -> Vec<SpokenWord<'_>> {
    let begins = |saying: &Saying| {
        #[expect(clippy::cast_possible_truncation, reason = "at most a day in milliseconds, as checked when read")]
        let first = StreamTime::from_millis((saying.t * 1000.0) as i64);
        first
    };
    test.say.iter().flat_map(|saying| untimed(&saying.text, begins(saying), saying.who.as_deref())).collect()
}

fn judge(test: &RuleTest, hits: &[Hit], rule: usize) -> Verdict {
    let hits: Vec<&Hit> = hits.iter().filter(|hit| hit.rule == rule).collect();
    let fires = hits.iter().any(|hit| hit.suppressed_by.is_none());
    let (passed, wanted) = match &test.expect {
        Expect::Fire => (fires, "a hit".to_owned()),
        Expect::Quiet => (!fires, "no hit".to_owned()),
        Expect::Suppress(id) => {
            let by = hits.iter().any(|hit| hit.suppressed_by.as_ref() == Some(id));
            (by && !fires, format!("a hit suppressed by `{id}`"))
        }
        Expect::Downgrade(id) => {
            let by = |hit: &&Hit| hit.suppressed_by.is_none() && hit.downgraded_by.as_ref() == Some(id);
            (hits.iter().any(by), format!("a hit downgraded by `{id}`"))
        }
        Expect::TodoFire if fires => return Verdict::Mended,
        Expect::TodoQuiet if !fires => return Verdict::Mended,
        Expect::TodoFire | Expect::TodoQuiet => return Verdict::Known,
    };
    if passed {
        return Verdict::Passed;
    }
    let found: Vec<String> = hits.iter().map(|hit| told(hit)).collect();
    let found = if found.is_empty() { "none".to_owned() } else { found.join(", ") };
    Verdict::Failed(format!("wanted {wanted}, found {found}"))
}

fn told(hit: &Hit) -> String {
    let by = |what: &str, id: &Option<String>| id.as_ref().map_or(String::new(), |id| format!(", {what} by `{id}`"));
    let (suppressed, downgraded) = (by("suppressed", &hit.suppressed_by), by("downgraded", &hit.downgraded_by));
    format!("words {}..{}{suppressed}{downgraded}", hit.words.start, hit.words.end)
}
