//! Deadlines: until when something is due, and whether the law says so or the house.

use chrono::{DateTime, Days, Months, NaiveTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

crate::closed! {
    /// Who set a deadline.
    Binding "binding of a deadline" {
        /// The law, or an authority by the law's power, names the time.
        Law = "law",
        /// The law says "without undue delay" or "promptly"; the house's own aim puts a number on it.
        Aim = "aim",
    }
}

/// Until when something is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadline {
    /// The last instant that is in time.
    pub due_at: DateTime<Utc>,
    /// Who set it.
    pub binding: Binding,
}

/// How a deadline stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// So long is left; zero at the last instant.
    Remaining(TimeDelta),
    /// So long ago it passed.
    Overdue(TimeDelta),
}

impl Deadline {
    /// One that the law sets.
    pub const fn law(due_at: DateTime<Utc>) -> Self {
        Self { due_at, binding: Binding::Law }
    }

    /// One that the house sets itself.
    pub const fn aim(due_at: DateTime<Utc>) -> Self {
        Self { due_at, binding: Binding::Aim }
    }

    /// How it stands at `now`.
    pub fn standing(self, now: DateTime<Utc>) -> Standing {
        let left = self.due_at - now;
        if left >= TimeDelta::zero() { Standing::Remaining(left) } else { Standing::Overdue(-left) }
    }

    /// Whether what was done at `at` was in time.
    pub fn is_kept(self, at: DateTime<Utc>) -> bool {
        at <= self.due_at
    }
}

/// The house's aims where the law names no number. Settings; the defaults are ours and stand in no law.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aims {
    /// From a notice to its receipt (Article 16(4)).
    pub notice_receipt: TimeDelta,
    /// From a notice to its decision (Article 16(6)).
    pub notice_decision: TimeDelta,
    /// From a trusted flagger's notice to its decision (Article 22(1)).
    pub trusted_decision: TimeDelta,
    /// From an order to effect, where it names no time (Articles 9 and 10).
    pub order_effect: TimeDelta,
    /// From a complaint to its decision (Article 20(4)).
    pub complaint_decision: TimeDelta,
    /// From a body's decision to our carrying it out (Article 21).
    pub dispute_effect: TimeDelta,
    /// From a suspicion to telling the authorities (Article 18).
    pub escalation: TimeDelta,
}

impl Default for Aims {
    fn default() -> Self {
        Self {
            notice_receipt: TimeDelta::minutes(10),
            notice_decision: TimeDelta::hours(24),
            trusted_decision: TimeDelta::hours(4),
            order_effect: TimeDelta::hours(24),
            complaint_decision: TimeDelta::days(7),
            dispute_effect: TimeDelta::days(7),
            escalation: TimeDelta::minutes(30),
        }
    }
}

/// The end of a period of whole months, counted so that no way of counting it is longer: the day it ends on has ended
/// in every time zone.
pub(crate) fn months_after(at: DateTime<Utc>, months: u32) -> DateTime<Utc> {
    at.date_naive()
        .checked_add_months(Months::new(months))
        .and_then(|day| day.checked_add_days(Days::new(2)))
        .map_or(DateTime::<Utc>::MAX_UTC, |day| day.and_time(NaiveTime::MIN).and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::tests::hour;

    #[test]
    fn the_last_instant_is_in_time_and_the_next_is_not() {
        let deadline = Deadline::law(hour(1));
        assert_eq!(deadline.standing(hour(0)), Standing::Remaining(TimeDelta::hours(1)));
        assert_eq!(deadline.standing(hour(1)), Standing::Remaining(TimeDelta::zero()));
        assert!(deadline.is_kept(hour(1)));
        let late = hour(1) + TimeDelta::microseconds(1);
        assert_eq!(deadline.standing(late), Standing::Overdue(TimeDelta::microseconds(1)));
        assert!(!deadline.is_kept(late));
    }

    #[test]
    fn months_end_with_the_day_everywhere_even_in_short_months() {
        let end = |at: &str| months_after(at.parse().unwrap(), 6).to_rfc3339();
        assert_eq!(end("2026-03-01T12:00:00Z"), "2026-09-03T00:00:00+00:00");
        assert_eq!(end("2026-08-31T23:59:59Z"), "2027-03-02T00:00:00+00:00");
        assert_eq!(months_after(DateTime::<Utc>::MAX_UTC, 6), DateTime::<Utc>::MAX_UTC);
    }
}
