//! The sums of a dossier. Each can be made again from its lists, by anyone.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::{CoverageState, SAMPLE_RATE_HZ};
use serde::{Deserialize, Serialize};

use super::{Dossier, Flag};

/// How many there are under one name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// The name.
    pub name: String,
    /// How many.
    pub count: u64,
}

/// How long the room's streams were in one state, together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateTime {
    /// The state, with its reason where it has one: `lost/asr_empty`.
    pub state: String,
    /// How long.
    pub samples: i64,
}

/// The sums of a dossier.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Streams.
    pub streams: u64,
    /// Connections.
    pub epochs: u64,
    /// Samples of all epochs.
    pub samples: i64,
    /// Samples by state and reason, each state at least once, in the order of the list.
    pub states: Vec<StateTime>,
    /// Samples that stand in no interval: always 0, unless something is broken.
    pub unaccounted_samples: i64,
    /// Wall time without a connection, in microseconds.
    pub between_micros: i64,
    /// Windows.
    pub windows: u64,
    /// Segments.
    pub segments: u64,
    /// Of those, suspect.
    pub suspect_segments: u64,
    /// Words.
    pub words: u64,
    /// Flags, suppressed ones too.
    pub flags: u64,
    /// Flags by status, every status, in the order of the list.
    pub flags_by_status: Vec<Count>,
    /// Flags that are not suppressed by category, by name; those that there are.
    pub flags_by_category: Vec<Count>,
    /// Flags that are not suppressed by severity, every severity, in the order of the list.
    pub flags_by_severity: Vec<Count>,
    /// Findings.
    pub findings: u64,
    /// Cases.
    pub cases: u64,
    /// Decisions, replaced ones too.
    pub decisions: u64,
    /// Attempts to reach a source.
    pub attempts: u64,
    /// Of those, such as did not connect.
    pub failed_attempts: u64,
    /// Assertions.
    pub assertions: u64,
    /// Clips in the bundle.
    pub clips: u64,
    /// The most that listened at once; null where unknown.
    pub peak_listeners: Option<i64>,
    /// Listener-seconds over the period, rounded down; null where unknown.
    pub listener_seconds: Option<i64>,
    /// Audit events of the room in the bundle.
    pub events: u64,
}

impl Totals {
    /// Sums up what a dossier lists; `events` is the number of audit events that go with it.
    pub fn of(dossier: &Dossier, events: u64) -> Self {
        let mut totals = Self { events, ..Self::default() };
        totals.add_streams(dossier);
        totals.add_flags(&dossier.flags);
        totals.cases = dossier.cases.len() as u64;
        totals.decisions = dossier.cases.iter().map(|case| case.decisions.len() as u64).sum();
        totals.attempts = dossier.attempts.len() as u64;
        let failed = dossier.attempts.iter().filter(|attempt| attempt.result != super::AttemptResult::Connected);
        totals.failed_attempts = failed.count() as u64;
        totals.assertions = dossier.assertions.len() as u64;
        totals.clips = dossier.clips.iter().filter(|clip| clip.path.is_some()).count() as u64;
        totals.peak_listeners = dossier.listeners.iter().map(|step| step.listeners).max();
        totals.listener_seconds = dossier.period.and_then(|period| dossier.listener_seconds(period.from, period.to));
        totals
    }

    fn add_streams(&mut self, dossier: &Dossier) {
        let mut states: BTreeMap<(CoverageState, Option<&str>), i64> =
            CoverageState::ALL.iter().map(|state| ((*state, None), 0)).collect();
        self.streams = dossier.streams.len() as u64;
        for (_, epoch) in dossier.epochs() {
            self.epochs += 1;
            self.samples = self.samples.saturating_add(epoch.samples);
            self.unaccounted_samples = self.unaccounted_samples.saturating_add(epoch.samples);
            for interval in &epoch.intervals {
                let (state, samples) = (interval.state, interval.end.saturating_sub(interval.first));
                let reason = interval.reason.map(domain::CoverageReason::as_str);
                let sum = states.entry((state, reason)).or_default();
                *sum = sum.saturating_add(samples);
                self.unaccounted_samples = self.unaccounted_samples.saturating_sub(samples);
            }
            self.windows += epoch.windows.len() as u64;
        }
        let state = |((state, reason), samples): ((CoverageState, Option<&str>), i64)| StateTime {
            state: reason.map_or_else(|| state.to_string(), |reason| format!("{state}/{reason}")),
            samples,
        };
        self.states = states.into_iter().map(state).collect();
        for between in dossier.streams.iter().flat_map(|stream| &stream.between) {
            let micros = (between.to - between.from).num_microseconds().unwrap_or(i64::MAX);
            self.between_micros = self.between_micros.saturating_add(micros);
        }
        for (.., segment) in dossier.segments() {
            self.segments += 1;
            self.suspect_segments += u64::from(segment.hearing == domain::Hearing::Suspect);
            self.words += segment.words.len() as u64;
        }
    }

    fn add_flags(&mut self, flags: &[Flag]) {
        let count = |names: &[&str], of: &dyn Fn(&Flag) -> Option<&'static str>| -> Vec<Count> {
            let counted = |name: &&str| flags.iter().filter(|flag| of(flag) == Some(*name)).count() as u64;
            names.iter().map(|name| Count { name: (*name).to_owned(), count: counted(name) }).collect()
        };
        let heard = |flag: &Flag| flag.status != domain::FlagStatus::Suppressed;
        self.flags = flags.len() as u64;
        self.findings = flags.iter().map(|flag| flag.findings.len() as u64).sum();
        self.flags_by_status = count(domain::FlagStatus::NAMES, &|flag| Some(flag.status.as_str()));
        self.flags_by_severity = count(domain::Severity::NAMES, &|flag| heard(flag).then(|| flag.severity.as_str()));
        self.flags_by_category = count(domain::Category::NAMES, &|flag| heard(flag).then(|| flag.category.as_str()));
        self.flags_by_category.retain(|category| category.count > 0);
    }

    /// Samples of a state, whatever the reason.
    pub fn samples_of(&self, state: CoverageState) -> i64 {
        let is_of = |time: &&StateTime| time.state.split('/').next() == Some(state.as_str());
        self.states.iter().filter(is_of).map(|time| time.samples).sum()
    }

    /// Seconds of a state, whatever the reason, for display.
    pub fn seconds_of(&self, state: CoverageState) -> f64 {
        self.samples_of(state) as f64 / SAMPLE_RATE_HZ as f64
    }
}

impl Dossier {
    /// Listeners at a moment; none where unknown.
    pub fn listeners_at(&self, at: DateTime<Utc>) -> Option<i64> {
        let after = self.listeners.partition_point(|step| step.from <= at);
        Some(self.listeners.get(after.checked_sub(1)?)?.listeners)
    }

    /// Listeners times seconds from one moment to another, rounded down; none where no count reaches into it.
    pub fn listener_seconds(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Option<i64> {
        let first = self.listeners.partition_point(|step| step.from <= from).saturating_sub(1);
        let (mut micros, mut known) = (0_i128, false);
        for (at, step) in self.listeners.iter().enumerate().skip(first) {
            let begin = step.from.max(from);
            let end = self.listeners.get(at + 1).map_or(to, |next| next.from.min(to));
            if begin < end {
                known = true;
                let length = (end - begin).num_microseconds().unwrap_or(i64::MAX);
                micros += i128::from(step.listeners) * i128::from(length);
            }
            if step.from >= to {
                break;
            }
        }
        known.then(|| i64::try_from(micros / 1_000_000).unwrap_or(i64::MAX))
    }
}
