//! Accuracy, precision and recall of a detector from samples that people labelled, each with an interval; and exposure.
//!
//! Recall cannot come from flagged speech, appeals or complaints: it needs a random sample of *unflagged* speech, labelled
//! by people who do not see the score. So a sample has two strata, each with its own size, and the rates are estimates for
//! the whole period, not for the sample.
//!
//! A single proportion has Wilson's score interval (E. B. Wilson, J. Am. Stat. Assoc. 22, 1927, 209–212), which keeps its
//! level near 0 and 1 and with few labels, where the textbook interval fails (R. G. Newcombe, Stat. Med. 17, 1998,
//! 857–872). Accuracy and recall join both strata: their bounds are the worst case over two Wilson intervals of 97.5 %
//! each, so that both hold at once in at least 95 % (Bonferroni). That is wider than it need be, never narrower.

use domain::{StreamRange, StreamTime};

/// Standard normal quantile of a two-sided level of 95 %.
const Z_95: f64 = 1.959_963_984_540_054;
/// Of 97.5 %.
const Z_97_5: f64 = 2.241_402_727_604_947;

/// A rate and the bounds that hold the true one in at least 95 of 100 samples; all from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The rate itself.
    pub rate: f64,
    /// Lower bound.
    pub low: f64,
    /// Upper bound.
    pub high: f64,
}

/// Labelled items of one stratum: all flagged items, or all others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stratum {
    /// Items of the period.
    pub population: u64,
    /// Items drawn at random and labelled.
    pub sampled: u64,
    /// Labelled items that people found to be violations.
    pub violations: u64,
}

/// A detector's sample for one period, language or kind of content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sample {
    /// What the detector flagged (for the report: what was removed by a machine alone).
    pub flagged: Stratum,
    /// What it heard and did not flag.
    pub unflagged: Stratum,
}

/// A sample that contradicts itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SampleError {
    /// More was labelled than there is.
    #[error("{sampled} items labelled of {population}")]
    SampledAboveAll {
        /// Items labelled.
        sampled: u64,
        /// Items there are.
        population: u64,
    },
    /// More violations than labels.
    #[error("{violations} violations among {sampled} labelled items")]
    ViolationsAboveSampled {
        /// Violations found.
        violations: u64,
        /// Items labelled.
        sampled: u64,
    },
}

/// Wilson's score interval of 95 % for `hits` of `trials`; none without trials, or with more hits than trials.
pub fn wilson(hits: u64, trials: u64) -> Option<Estimate> {
    wilson_at(hits, trials, Z_95)
}

fn wilson_at(hits: u64, trials: u64, z: f64) -> Option<Estimate> {
    if trials == 0 || hits > trials {
        return None;
    }
    let (hits, trials) = (hits as f64, trials as f64);
    let rate = hits / trials;
    let square = z * z;
    let middle = hits + square / 2.0;
    let half = z * (hits * (1.0 - rate) + square / 4.0).sqrt();
    let bound = |bound: f64| (bound / (trials + square)).clamp(0.0, 1.0);
    // At the ends rounding may leave a bound a hair on the wrong side of the rate.
    Some(Estimate { rate, low: bound(middle - half).min(rate), high: bound(middle + half).max(rate) })
}

impl Stratum {
    fn check(self) -> Result<(), SampleError> {
        let Self { population, sampled, violations } = self;
        if sampled > population {
            return Err(SampleError::SampledAboveAll { sampled, population });
        }
        if violations > sampled {
            return Err(SampleError::ViolationsAboveSampled { violations, sampled });
        }
        Ok(())
    }

    /// Share of violations for a joint statement; an empty stratum weighs nothing, whatever its share.
    fn joint(self) -> Option<Estimate> {
        if self.population == 0 {
            return Some(Estimate { rate: 0.0, low: 0.0, high: 0.0 });
        }
        wilson_at(self.violations, self.sampled, Z_97_5)
    }
}

impl Sample {
    /// Refuses what cannot be.
    ///
    /// # Errors
    /// [`SampleError`] names the contradiction.
    pub fn check(self) -> Result<(), SampleError> {
        self.flagged.check()?;
        self.unflagged.check()
    }

    /// Share of flagged items that are violations; none without labels.
    pub fn precision(self) -> Option<Estimate> {
        wilson(self.flagged.violations, self.flagged.sampled)
    }

    /// Share of violations that were flagged; none without labels on both sides, or where no violation is estimated.
    pub fn recall(self) -> Option<Estimate> {
        let (flagged, unflagged) = (self.flagged.joint()?, self.unflagged.joint()?);
        let recall = |found: f64, missed: f64| {
            let found = self.flagged.population as f64 * found;
            let missed = self.unflagged.population as f64 * missed;
            (found + missed > 0.0).then(|| found / (found + missed))
        };
        Some(Estimate {
            rate: recall(flagged.rate, unflagged.rate)?,
            low: recall(flagged.low, unflagged.high).unwrap_or(0.0),
            high: recall(flagged.high, unflagged.low).unwrap_or(1.0),
        })
    }

    /// Share of all items that were judged rightly; none without labels on both sides.
    pub fn accuracy(self) -> Option<Estimate> {
        let (flagged, unflagged) = (self.flagged.joint()?, self.unflagged.joint()?);
        let all = self.flagged.population as f64 + self.unflagged.population as f64;
        if all <= 0.0 {
            return None;
        }
        let accuracy = |found: f64, missed: f64| {
            (self.flagged.population as f64 * found + self.unflagged.population as f64 * (1.0 - missed)) / all
        };
        Some(Estimate {
            rate: accuracy(flagged.rate, unflagged.rate),
            low: accuracy(flagged.low, unflagged.high),
            high: accuracy(flagged.high, unflagged.low),
        })
    }
}

/// What two people said of the same items, each without knowing of the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Agreement {
    /// Violations by both.
    pub both: u64,
    /// By the first alone.
    pub first_alone: u64,
    /// By the second alone.
    pub second_alone: u64,
    /// By neither.
    pub neither: u64,
}

impl Agreement {
    /// Cohen's kappa (J. Cohen, Educ. Psychol. Meas. 20, 1960, 37–46): how much better they agree than by chance, from -1
    /// to 1. None without items, or where chance alone would have them agree on all.
    pub fn kappa(self) -> Option<f64> {
        let [both, first, second, neither] =
            [self.both, self.first_alone, self.second_alone, self.neither].map(|count| count as f64);
        let all = both + first + second + neither;
        if all <= 0.0 {
            return None;
        }
        let observed = (both + neither) / all;
        let yes = (both + first) / all * ((both + second) / all);
        let no = (neither + second) / all * ((neither + first) / all);
        let chance = yes + no;
        (chance < 1.0).then(|| (observed - chance) / (1.0 - chance))
    }
}

/// From this sample on, so many people listened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Audience {
    /// First sample that it holds for.
    pub from: StreamTime,
    /// People listening.
    pub listeners: u64,
}

/// Listener-minutes of a range of a stream: how long how many people heard it, for instance from the first word of a
/// violation to the moment when a measure took effect.
///
/// `steps` are in order of time; each holds until the next, the last without end. Before the first nothing is known, and
/// where it is unknown the answer is `None`: an unknown reach is not a reach of nobody.
pub fn listener_minutes(steps: &[Audience], range: StreamRange) -> Option<f64> {
    if steps.first().is_none_or(|first| first.from > range.first()) {
        return None;
    }
    let mut listener_samples = 0_u128;
    for (index, step) in steps.iter().enumerate() {
        let from = step.from.max(range.first());
        let end = steps.get(index + 1).map_or(range.end(), |next| next.from.min(range.end()));
        let samples = u128::try_from(end.samples() - from.samples()).unwrap_or(0);
        listener_samples += samples * u128::from(step.listeners);
    }
    let samples_a_minute = 60.0 * domain::SAMPLE_RATE_HZ as f64;
    Some(listener_samples as f64 / samples_a_minute)
}

#[cfg(test)]
mod tests;
