//! What every object with steps has in common: a table of states and steps, and time that runs forwards.

use std::fmt::{Debug, Display};

use chrono::{DateTime, Utc};

/// The states of an object and the steps between them.
pub trait States: Copy + Debug + Display + Eq + Sized + 'static {
    /// What may be done.
    type Step: Copy + Display + 'static;

    /// What the object is called.
    const OBJECT: &'static str;

    /// Every state.
    const STATES: &'static [Self];

    /// Every step.
    const STEPS: &'static [Self::Step];

    /// The state after `step`; none where the step is not possible.
    fn after(self, step: Self::Step) -> Option<Self>;

    /// What is possible now.
    fn steps(self) -> impl Iterator<Item = Self::Step> {
        Self::STEPS.iter().copied().filter(move |step| self.after(*step).is_some())
    }
}

/// A step that the object's state or time does not allow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The state has no such step.
    #[error("the {object} is {state}: {step} is no step of it; possible: {possible}")]
    OutOfTurn {
        /// What the object is called.
        object: &'static str,
        /// Its state.
        state: String,
        /// The step asked for.
        step: String,
        /// The steps that the state has.
        possible: String,
    },
    /// The step would lie before the last one.
    #[error("{step} of the {object} at {at} lies before its last step at {last_at}")]
    Backwards {
        /// What the object is called.
        object: &'static str,
        /// The step asked for.
        step: String,
        /// When it would be.
        at: DateTime<Utc>,
        /// When the last one was.
        last_at: DateTime<Utc>,
    },
}

/// Something that happens to an object, with its facts.
pub trait Event: Clone + Debug + Eq {
    /// The object's states.
    type State: States;

    /// Which step it is.
    fn step(&self) -> <Self::State as States>::Step;
}

/// What happened to an object, in order; its state is what that comes to. Only ever added to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History<E: Event> {
    began_at: DateTime<Utc>,
    state: E::State,
    entries: Vec<(DateTime<Utc>, E)>,
}

impl<E: Event> History<E> {
    /// A history in which nothing has happened yet.
    pub(crate) fn begin(began_at: DateTime<Utc>, state: E::State) -> Self {
        Self { began_at, state, entries: Vec::new() }
    }

    /// The state that it comes to.
    pub fn state(&self) -> E::State {
        self.state
    }

    /// When it began.
    pub fn began_at(&self) -> DateTime<Utc> {
        self.began_at
    }

    /// What happened and when, in order.
    pub fn entries(&self) -> &[(DateTime<Utc>, E)] {
        &self.entries
    }

    /// The last event that `pick` takes, as it takes it, and when it was.
    pub fn last<'a, T>(&'a self, pick: impl Fn(&'a E) -> Option<T>) -> Option<(DateTime<Utc>, T)> {
        self.entries.iter().rev().find_map(|(at, event)| pick(event).map(|picked| (*at, picked)))
    }

    /// The history with `event` at its end, if state and time have room for it.
    pub(crate) fn after(&self, at: DateTime<Utc>, event: &E) -> Result<Self, Refusal> {
        let (object, step) = (E::State::OBJECT, event.step().to_string());
        let Some(state) = self.state.after(event.step()) else {
            let possible: Vec<String> = self.state.steps().map(|step| step.to_string()).collect();
            let possible = if possible.is_empty() { "none".to_owned() } else { possible.join(", ") };
            return Err(Refusal::OutOfTurn { object, state: self.state.to_string(), step, possible });
        };
        let last_at = self.entries.last().map_or(self.began_at, |(last_at, _)| *last_at);
        if at < last_at {
            return Err(Refusal::Backwards { object, step, at, last_at });
        }
        let mut after = Self { state, ..self.clone() };
        after.entries.push((at, event.clone()));
        Ok(after)
    }
}

/// An object of the law with its history.
pub trait Object: Clone {
    /// What may happen to it.
    type Event: Event;

    /// Why something may not.
    type Error: std::error::Error + From<Refusal>;

    /// What happened to it.
    fn history(&self) -> &History<Self::Event>;

    /// The object after `event` at `at`; this one stays as it is.
    ///
    /// # Errors
    /// Why the event is not possible.
    fn apply(&self, at: DateTime<Utc>, event: &Self::Event) -> Result<Self, Self::Error>;

    /// Its state.
    fn state(&self) -> <Self::Event as Event>::State {
        self.history().state()
    }

    /// The object after all of `entries`, such as those read from a store.
    ///
    /// # Errors
    /// Why the first event that is not possible is not.
    fn replay(self, entries: &[(DateTime<Utc>, Self::Event)]) -> Result<Self, Self::Error> {
        entries.iter().try_fold(self, |object, (at, event)| object.apply(*at, event))
    }
}

/// Gives a closed list of states its table: which step leads from where to where.
macro_rules! states {
    ($state:ident $step:ident $object:literal { $($from:ident + $by:ident => $to:ident,)* }) => {
        impl $crate::States for $state {
            type Step = $step;

            const OBJECT: &'static str = $object;
            const STATES: &'static [Self] = Self::ALL;
            const STEPS: &'static [$step] = $step::ALL;

            fn after(self, step: $step) -> Option<Self> {
                match (self, step) {
                    $(($state::$from, $step::$by) => Some($state::$to),)*
                    _ => None,
                }
            }
        }
    };
}
pub(crate) use states;

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Whole hours after an arbitrary instant: the clock of all tests.
    pub(crate) fn hour(hours: i64) -> DateTime<Utc> {
        "2026-03-01T12:00:00Z".parse::<DateTime<Utc>>().unwrap() + chrono::TimeDelta::hours(hours)
    }

    /// Every pair of state and step against a grid: a line a state, its name first, then for each step in the order of
    /// the list the state after it, or `-`.
    #[track_caller]
    pub(crate) fn check_grid<S: States>(grid: &str) {
        let expected: Vec<Vec<&str>> =
            grid.lines().map(|line| line.split_whitespace().collect()).filter(|row: &Vec<_>| !row.is_empty()).collect();
        let after = |state: S, step| state.after(step).map_or_else(|| "-".to_owned(), |next| next.to_string());
        let found: Vec<Vec<String>> = S::STATES
            .iter()
            .map(|state| {
                std::iter::once(state.to_string()).chain(S::STEPS.iter().map(|step| after(*state, *step))).collect()
            })
            .collect();
        assert_eq!(found, expected, "{}", S::OBJECT);
    }

    /// Steps after which a path is followed no further: enough for each object to come to its end and to repeat itself.
    const LONGEST: usize = 6;

    /// Walks from `start` over every event, and checks that the object moves as its table says: refused as out of turn
    /// where the table has no step, in the table's state where it is taken. Paths of the same steps count as one, and
    /// none is followed further than [`LONGEST`]. Returns all that were met; every state must be among them.
    #[track_caller]
    pub(crate) fn walk<O: Object>(
        start: O,
        events: &[(DateTime<Utc>, O::Event)],
        is_out_of_turn: impl Fn(&O::Error) -> bool,
    ) -> Vec<O> {
        let met = reach(start, events, is_out_of_turn);
        for wanted in <O::Event as Event>::State::STATES {
            assert!(met.iter().any(|object| object.state() == *wanted), "no way to {wanted}");
        }
        met
    }

    /// As [`walk`], without asking for every state.
    #[track_caller]
    pub(crate) fn reach<O: Object>(
        start: O,
        events: &[(DateTime<Utc>, O::Event)],
        is_out_of_turn: impl Fn(&O::Error) -> bool,
    ) -> Vec<O> {
        let tell = |object: &O| -> Vec<String> {
            object.history().entries().iter().map(|(_, event)| event.step().to_string()).collect()
        };
        let (mut seen, mut met, mut next) = (BTreeSet::from([tell(&start)]), vec![start], 0);
        while let Some(object) = met.get(next).cloned() {
            next += 1;
            if object.history().entries().len() > LONGEST {
                continue;
            }
            for (at, event) in events {
                let (now, step) = (object.state(), event.step());
                match (object.apply(*at, event), now.after(step)) {
                    (Ok(moved), Some(to)) => {
                        assert!(moved.state() == to, "{now} + {step} came to {}", moved.state());
                        if seen.insert(tell(&moved)) {
                            met.push(moved);
                        }
                    }
                    (Ok(_), None) => panic!("{now} + {step} was taken"),
                    (Err(error), possible) => {
                        assert_eq!(is_out_of_turn(&error), possible.is_none(), "{now} + {step}: {error}");
                    }
                }
            }
        }
        met
    }

    /// Whether an object's history holds the step of that name.
    pub(crate) fn has<O: Object>(object: &O, step: &str) -> bool {
        object.history().entries().iter().any(|(_, event)| event.step().to_string() == step)
    }
}
