//! The work on one epoch: its windower, and the windows that wait, are being heard, or wait to be stored in order.

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use domain::{AudioRecord, EpochKey, StreamTime, Word};
use store::{EpochEnd, EpochState};
use timeline::{ClosedWindow, Earshot, Resume, Windower};

use crate::{hear::Draft, log_end::ASK_EVERY, settings::Settings};

/// Words of the last stored window that a seam may double.
const TAIL_WORDS: usize = 5;

/// One epoch of one of our partitions.
pub(crate) struct EpochWork {
    pub(crate) key: EpochKey,
    pub(crate) partition: i32,
    pub(crate) windower: Windower,
    /// Closed and not stored, in order of stream time.
    pub(crate) windows: VecDeque<Pending>,
    /// The last words of the last stored window.
    pub(crate) tail: Vec<Word>,
    /// Wall time of the first sample.
    pub(crate) began_at: DateTime<Utc>,
    /// How it ended, once it has; the offset is that of the record that said so.
    pub(crate) end: Option<(EpochEnd, Option<i64>)>,
    last_arrival: Instant,
    /// How long no record came while the log was read whole; none while that is not known.
    silent: Option<Duration>,
    /// The end that the database knows to have been seen.
    pub(crate) noted: StreamTime,
}

/// A closed window on its way to the database.
pub(crate) struct Pending {
    pub(crate) window: Arc<ClosedWindow>,
    pub(crate) arrived: Instant,
    pub(crate) stage: Stage,
}

pub(crate) enum Stage {
    Waiting,
    /// With the number that its hearing was started under.
    Hearing(u64),
    Heard(Draft),
}

impl EpochWork {
    /// Takes the epoch up where the database says.
    pub(crate) fn resume(
        (key, language): (&EpochKey, &str),
        partition: i32,
        state: &EpochState,
        tail: &[Word],
        settings: &Settings,
    ) -> Self {
        let resume = Resume { next_first: state.next_first, seam: state.seam, missing: None };
        Self {
            key: key.clone(),
            partition,
            windower: Windower::new(resume, settings.limits(language), Box::<Earshot>::default()),
            windows: VecDeque::new(),
            tail: last_words(tail),
            began_at: state.began_at,
            end: None,
            last_arrival: Instant::now(),
            silent: None,
            noted: state.seen_end,
        }
    }

    pub(crate) fn push(&mut self, record: &AudioRecord, offset: i64) {
        self.last_arrival = Instant::now();
        self.silent = None;
        let closed = self.windower.push(record, offset);
        self.add(closed);
        if record.is_end() && self.end.is_none() {
            self.end = Some((EpochEnd::Ended, Some(offset)));
        }
    }

    /// Ends it without a record that says so, after records up to `sent`.
    pub(crate) fn end(&mut self, how: EpochEnd, sent: StreamTime) {
        if self.end.is_none() {
            let closed = self.windower.finish(sent);
            self.add(closed);
            self.end = Some((how, None));
        }
    }

    /// Whether it may have fallen silent: nothing came for a while, for whatever reason.
    pub(crate) fn seems_silent(&self) -> bool {
        self.end.is_none() && self.last_arrival.elapsed() >= ASK_EVERY
    }

    /// The log was read whole for so long; tells how long this epoch has been silent in it.
    pub(crate) fn silent_for(&mut self, time: Duration) -> Duration {
        let silent = self.silent.map_or(Duration::ZERO, |before| before + time);
        self.silent = Some(silent);
        silent
    }

    fn add(&mut self, closed: Vec<ClosedWindow>) {
        let arrived = Instant::now();
        let pending = |window| Pending { window: Arc::new(window), arrived, stage: Stage::Waiting };
        self.windows.extend(closed.into_iter().map(pending));
    }

    /// Samples of sound in windows that are closed and not stored.
    pub(crate) fn backlog(&self) -> i64 {
        self.windows.iter().map(|pending| i64::try_from(pending.window.pcm.len()).unwrap_or(i64::MAX)).sum()
    }

    /// When the oldest window that nobody hears yet arrived, and its place.
    pub(crate) fn oldest_waiting(&self) -> Option<(Instant, usize)> {
        let waiting = |pending: &Pending| matches!(pending.stage, Stage::Waiting);
        self.windows.iter().position(waiting).map(|index| (self.windows[index].arrived, index))
    }

    /// Puts the result of hearing `number` in its place.
    pub(crate) fn heard(&mut self, number: u64, draft: Draft) {
        let place = self.windows.iter_mut().find(|pending| matches!(pending.stage, Stage::Hearing(n) if n == number));
        if let Some(pending) = place {
            pending.stage = Stage::Heard(draft);
        }
    }

    /// The next window in order, if it was heard.
    pub(crate) fn take_heard(&mut self) -> Option<(Arc<ClosedWindow>, Draft)> {
        if !matches!(self.windows.front()?.stage, Stage::Heard(_)) {
            return None;
        }
        let Pending { window, stage, .. } = self.windows.pop_front()?;
        match stage {
            Stage::Heard(draft) => Some((window, draft)),
            Stage::Waiting | Stage::Hearing(_) => None,
        }
    }

    /// Offset of the oldest record that is still needed.
    pub(crate) fn needed_offset(&self) -> Option<i64> {
        let end = self.end.and_then(|(_, offset)| offset);
        self.windower.needed_offset().into_iter().chain(end).min()
    }

    /// The log gives its offsets anew from `offset` on.
    pub(crate) fn read_again_from(&mut self, offset: i64) {
        self.windower.read_again_from(offset);
        if let Some((_, Some(said_at))) = &mut self.end {
            *said_at = offset;
        }
    }

    /// Whether all that is left to do is to say that it is finished.
    pub(crate) fn is_complete(&self) -> bool {
        self.end.is_some() && self.windows.is_empty()
    }

    /// Wall time at a place in it.
    pub(crate) fn wall(&self, at: StreamTime) -> DateTime<Utc> {
        self.began_at + chrono::Duration::microseconds(at.micros())
    }
}

pub(crate) fn last_words(words: &[Word]) -> Vec<Word> {
    words[words.len().saturating_sub(TAIL_WORDS)..].to_vec()
}
