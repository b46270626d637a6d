//! Tells a stream that fell silent from a broker that is away: time counts as silence only where the log was read whole.
//!
//! Every few seconds the broker is asked where a partition's log ends. Once reading has come so far, all that was sent
//! before the question has been seen. So between two such questions an epoch without a record was silent, and nothing
//! else: an outage answers no question, and a reader that lags or is paused does not come to the end.

use std::time::{Duration, Instant};

/// How often the broker is asked, while an epoch is silent.
pub(crate) const ASK_EVERY: Duration = Duration::from_secs(2);
/// Two answers further apart than this do not vouch for all of the time between them.
const FURTHEST_APART: Duration = Duration::from_secs(4);

/// What is known of the end of a partition's log.
#[derive(Debug, Default)]
pub(crate) struct LogEnd {
    asked_at: Option<Instant>,
    is_asking: bool,
    /// When the question was asked whose answer reading has not come to, and the answer.
    ahead: Option<(Instant, i64)>,
    /// All that was sent before this moment has been read.
    whole_until: Option<Instant>,
}

impl LogEnd {
    /// Whether it is time to ask again.
    pub(crate) fn is_due(&self, now: Instant) -> bool {
        !self.is_asking && self.ahead.is_none() && self.asked_at.is_none_or(|asked| now - asked >= ASK_EVERY)
    }

    /// The broker is being asked.
    pub(crate) fn asks(&mut self, now: Instant) {
        self.asked_at = Some(now);
        self.is_asking = true;
    }

    /// The answer: where the log ends, or none.
    pub(crate) fn answered(&mut self, end: Option<i64>) {
        self.is_asking = false;
        match end {
            Some(end) => self.ahead = self.asked_at.map(|asked| (asked, end)),
            None => self.whole_until = None,
        }
    }

    /// Everything before offset `next` has been read: how much time that vouches for, once it is up to an answer.
    pub(crate) fn read_to(&mut self, next: i64) -> Option<Duration> {
        let (asked, _) = self.ahead.take_if(|(_, end)| *end <= next)?;
        let before = self.whole_until.replace(asked);
        Some(before.map_or(Duration::ZERO, |before| (asked - before).min(FURTHEST_APART)))
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::LogEnd;

    /// Asks at `second`; the broker says that the log ends at `end`, if it answers.
    fn ask(log: &mut LogEnd, start: Instant, second: u64, end: Option<i64>) {
        let now = start + Duration::from_secs(second);
        assert!(log.is_due(now));
        log.asks(now);
        assert!(!log.is_due(now + Duration::from_mins(1)), "one question at a time");
        log.answered(end);
    }

    #[test]
    fn time_between_two_answers_counts_where_reading_came_to_both() {
        let (mut log, start) = (LogEnd::default(), Instant::now());
        assert_eq!(log.read_to(10), None);
        ask(&mut log, start, 0, Some(10));
        assert_eq!(log.read_to(10), Some(Duration::ZERO));
        assert_eq!(log.read_to(11), None, "an answer counts once");
        ask(&mut log, start, 3, Some(12));
        assert_eq!(log.read_to(11), None, "a record is still to be read");
        assert!(!log.is_due(start + Duration::from_secs(9)));
        assert_eq!(log.read_to(14), Some(Duration::from_secs(3)));
    }

    #[test]
    fn an_outage_counts_for_nothing() {
        let (mut log, start) = (LogEnd::default(), Instant::now());
        ask(&mut log, start, 0, Some(10));
        log.read_to(10);
        ask(&mut log, start, 2, None);
        assert_eq!(log.read_to(10), None);
        ask(&mut log, start, 200, Some(10));
        assert_eq!(log.read_to(10), Some(Duration::ZERO));
        // The broker was frozen, and no question was under way.
        ask(&mut log, start, 400, Some(10));
        assert_eq!(log.read_to(10), Some(Duration::from_secs(4)));
    }
}
