//! Suspensions (Article 23): of the service for those who often provide manifestly illegal content, and of the handling of
//! notices or complaints for those who often submit manifestly unfounded ones.
//!
//! Never without a warning before, for a time that is reasonable, and case by case: numbers, share, gravity, intent. That
//! something must have happened after the warning, too, is the house's rule: a warning gives the chance to stop.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{AccountId, Clause, History, Object, Refusal, ReviewerId, Severity, SuspensionId, machine::states};

crate::closed! {
    /// What the misuse is.
    Misuse "misuse" {
        /// Manifestly illegal content: Article 23(1).
        IllegalContent = "illegal_content",
        /// Manifestly unfounded notices: Article 23(2).
        UnfoundedNotices = "unfounded_notices",
        /// Manifestly unfounded complaints: Article 23(2).
        UnfoundedComplaints = "unfounded_complaints",
    }

    /// How far a suspension is.
    State "state of a suspension" {
        /// Misuse is being counted.
        Watched = "watched",
        /// The account was warned.
        Warned = "warned",
        /// The account is suspended.
        Suspended = "suspended",
        /// The suspension ran out.
        Ended = "ended",
        /// The suspension, or the warning, was lifted.
        Lifted = "lifted",
    }

    /// What may be done.
    Step "step of a suspension" {
        /// Another item of misuse.
        Strike = "strike",
        /// Warn.
        Warn = "warn",
        /// Suspend.
        Suspend = "suspend",
        /// It runs out.
        End = "end",
        /// Lift it.
        Lift = "lift",
    }
}

states! {
    State Step "suspension" {
        Watched + Strike => Watched,
        Watched + Warn => Warned,
        Warned + Strike => Warned,
        Warned + Suspend => Suspended,
        Warned + Lift => Lifted,
        Suspended + Strike => Suspended,
        Suspended + End => Ended,
        Suspended + Lift => Lifted,
    }
}

/// Whom it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// Minted by the caller.
    pub suspension_id: SuspensionId,
    /// The account.
    pub account: AccountId,
    /// What the misuse is.
    pub misuse: Misuse,
    /// When counting began.
    pub begun_at: DateTime<Utc>,
}

/// What was weighed (Article 23(3)). The count of misuse is not among it: it is taken from the strikes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weighed {
    /// All items that the account provided, or submitted, in the same time.
    pub of_items: u64,
    /// How grave the misuse is with what it led to.
    pub gravity: Severity,
    /// What is known of the intent, in words; none where it cannot be made out.
    pub intent: Option<String>,
}

/// What happens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// An item of misuse, by the decision, notice or complaint that shows it.
    Strike {
        /// Its id.
        item: uuid::Uuid,
    },
    /// The account was warned, with the reasons.
    Warn {
        /// Who warned.
        reviewer: ReviewerId,
    },
    /// The account is suspended.
    Suspend {
        /// Who decided.
        reviewer: ReviewerId,
        /// Until when.
        until: DateTime<Utc>,
        /// What was weighed.
        weighed: Weighed,
        /// The clause of the terms that tells of it (Article 23(4)).
        clause: Clause,
    },
    /// It ran out.
    End,
    /// It was lifted.
    Lift {
        /// Who lifted it.
        reviewer: ReviewerId,
        /// Why.
        why: String,
    },
}

impl crate::Event for Event {
    type State = State;

    fn step(&self) -> Step {
        match self {
            Self::Strike { .. } => Step::Strike,
            Self::Warn { .. } => Step::Warn,
            Self::Suspend { .. } => Step::Suspend,
            Self::End => Step::End,
            Self::Lift { .. } => Step::Lift,
        }
    }
}

/// Why something cannot happen.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// State or time do not allow it.
    #[error(transparent)]
    Refusal(#[from] Refusal),
    /// The item was counted before.
    #[error("suspension {suspension_id}: item {item} is counted already")]
    CountedAlready {
        /// The suspension.
        suspension_id: SuspensionId,
        /// The item.
        item: uuid::Uuid,
    },
    /// Nothing to warn of.
    #[error("suspension {0}: without an item of misuse there is nothing to warn of")]
    NothingToWarnOf(SuspensionId),
    /// The warning was not given a chance.
    #[error("suspension {0}: nothing has happened since the warning")]
    NothingSinceWarning(SuspensionId),
    /// A time that is none.
    #[error("suspension {suspension_id} would end at {until}, not after it begins at {at}")]
    NoTime {
        /// The suspension.
        suspension_id: SuspensionId,
        /// Its end.
        until: DateTime<Utc>,
        /// Its beginning.
        at: DateTime<Utc>,
    },
    /// More misuse than items.
    #[error("suspension {suspension_id} counts {strikes} items of misuse among {of_items} in all")]
    MoreThanAll {
        /// The suspension.
        suspension_id: SuspensionId,
        /// Items of misuse.
        strikes: u64,
        /// Items in all.
        of_items: u64,
    },
    /// A clause or a reason is blank.
    #[error("suspension {suspension_id} has no {what}")]
    Blank {
        /// The suspension.
        suspension_id: SuspensionId,
        /// Which text.
        what: &'static str,
    },
    /// It still runs.
    #[error("suspension {suspension_id} runs until {until}: it can be lifted, but has not run out")]
    StillRuns {
        /// The suspension.
        suspension_id: SuspensionId,
        /// Its end.
        until: DateTime<Utc>,
    },
}

/// A suspension with its history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspension {
    facts: Facts,
    history: History<Event>,
}

impl Suspension {
    /// Begins to count an account's misuse.
    pub fn watch(facts: Facts) -> Self {
        let history = History::begin(facts.begun_at, State::Watched);
        Self { facts, history }
    }

    /// Whom it is about.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Items of misuse so far.
    pub fn strikes(&self) -> u64 {
        self.items().count() as u64
    }

    /// Until when the account is suspended, while it is.
    pub fn until(&self) -> Option<DateTime<Utc>> {
        let until =
            self.history.last(|event| if let Event::Suspend { until, .. } = event { Some(*until) } else { None });
        until.filter(|_| self.history.state() == State::Suspended).map(|(_, until)| until)
    }

    fn items(&self) -> impl Iterator<Item = uuid::Uuid> {
        let events = self.history.entries().iter();
        events.filter_map(|(_, event)| if let Event::Strike { item } = event { Some(*item) } else { None })
    }

    fn has_happened_since_warning(&self) -> bool {
        let events = self.history.entries().iter().rev().map(|(_, event)| event);
        events
            .take_while(|event| !matches!(event, Event::Warn { .. }))
            .any(|event| matches!(event, Event::Strike { .. }))
    }

    fn check(&self, at: DateTime<Utc>, event: &Event) -> Result<(), Error> {
        let suspension_id = self.facts.suspension_id;
        match event {
            Event::Strike { item } if self.items().any(|counted| counted == *item) => {
                Err(Error::CountedAlready { suspension_id, item: *item })
            }
            Event::Warn { .. } if self.strikes() == 0 => Err(Error::NothingToWarnOf(suspension_id)),
            Event::Suspend { until, weighed, clause, .. } => self.check_suspend(at, *until, weighed, clause),
            Event::End => match self.until() {
                Some(until) if at < until => Err(Error::StillRuns { suspension_id, until }),
                Some(_) | None => Ok(()),
            },
            Event::Lift { why, .. } if why.trim().is_empty() => Err(Error::Blank { suspension_id, what: "reason" }),
            Event::Strike { .. } | Event::Warn { .. } | Event::Lift { .. } => Ok(()),
        }
    }

    fn check_suspend(
        &self,
        at: DateTime<Utc>,
        until: DateTime<Utc>,
        weighed: &Weighed,
        clause: &Clause,
    ) -> Result<(), Error> {
        let (suspension_id, strikes, of_items) = (self.facts.suspension_id, self.strikes(), weighed.of_items);
        if !self.has_happened_since_warning() {
            return Err(Error::NothingSinceWarning(suspension_id));
        }
        if until <= at {
            return Err(Error::NoTime { suspension_id, until, at });
        }
        if strikes > of_items {
            return Err(Error::MoreThanAll { suspension_id, strikes, of_items });
        }
        if clause.id.trim().is_empty() || clause.version.trim().is_empty() {
            return Err(Error::Blank { suspension_id, what: "clause of the terms" });
        }
        Ok(())
    }
}

impl Object for Suspension {
    type Event = Event;
    type Error = Error;

    fn history(&self) -> &History<Event> {
        &self.history
    }

    fn apply(&self, at: DateTime<Utc>, event: &Event) -> Result<Self, Error> {
        let history = self.history.after(at, event)?;
        self.check(at, event)?;
        Ok(Self { facts: self.facts.clone(), history })
    }
}

#[cfg(test)]
mod tests;
