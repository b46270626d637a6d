//! Which statement goes out next, and what an answer means: the ledger of the sending, pure.
//!
//! The caller keeps an [`Outbox`] durably and acts on [`Outbox::next`], one call at a time and never two at once:
//!
//! ```text
//! Send → begin() → save → POST → answered() or unanswered() → save
//! Ask  → GET existing-puid → asked() → save
//! ```
//!
//! After a crash between the two saves the statements of the call stand as [`State::Unknown`], so they are asked for
//! before they are sent again. What the server says of a puid is not taken on trust either: a call that meets a puid
//! locked by a parallel one makes the server hold it for used, for two days, though nothing was stored. So "used" counts
//! as stored only when two days have passed since our last attempt, and as ours with a receipt only by its 201.

mod answer;

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{MAX_BATCH, Puid};
pub use answer::{Answer, AnswerError, Receipt, Refusal, read_answer, used_up};

/// How long the server may hold a puid for used though nothing was stored.
const USED_BY_MISTAKE: TimeDelta = TimeDelta::hours(49);
/// The first wait after a failure; each further one is twice as long.
const FIRST_WAIT: TimeDelta = TimeDelta::seconds(5);
/// The longest wait after a failure.
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(1);
/// After so many failures a statement goes alone, so that it holds up no other.
const ALONE_AFTER: u32 = 2;
/// After so many failures a person must look.
const GIVEN_UP_AFTER: u32 = 12;

/// Where one statement stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum State {
    /// To be sent.
    Waiting,
    /// A call with it went out, or may have, and no answer is known. Asked for before anything else.
    Unknown {
        /// When the call began.
        since: DateTime<Utc>,
    },
    /// The server holds its puid for used, and may be wrong. Asked for again when it can no longer be.
    Doubtful {
        /// Our last attempt.
        since: DateTime<Utc>,
    },
    /// Stored, by its own 201.
    Received {
        /// What the 201 said.
        receipt: Receipt,
    },
    /// Stored, but the answer was lost: to be found in the public dump by its puid.
    StoredWithoutReceipt,
    /// Refused, or failed too often: a person must look. Never sent again by itself.
    Refused {
        /// Why, in the server's words or ours.
        reason: String,
    },
}

/// One statement in the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Where it stands.
    #[serde(flatten)]
    pub state: State,
    /// Calls with it that failed since it was put in.
    pub failures: u32,
}

impl Entry {
    /// One that has just been put in.
    pub const fn waiting() -> Self {
        Self { state: State::Waiting, failures: 0 }
    }
}

/// The ledger: every statement that is to go out or went out. A puid in it is never used for another statement.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outbox {
    entries: BTreeMap<Puid, Entry>,
    /// Nothing goes out before.
    not_before: Option<DateTime<Utc>>,
    /// Nothing goes out at all: the token or the account must be mended first.
    stopped: Option<String>,
}

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Call [`Outbox::begin`] with these, save, then send them in one call.
    Send(Vec<Puid>),
    /// Ask the server whether it knows this puid, without following a redirect.
    Ask(Puid),
    /// Nothing before then.
    Wait(DateTime<Utc>),
    /// Nothing until somebody mends this and calls [`Outbox::resume`].
    Stopped(String),
    /// Nothing is left: all is received, stored, or refused.
    Done,
}

impl Outbox {
    /// Puts a statement in; one that is in already stays as it is. True if it is new.
    pub fn put(&mut self, puid: Puid) -> bool {
        let is_new = !self.entries.contains_key(&puid);
        self.entries.entry(puid).or_insert(Entry::waiting());
        is_new
    }

    /// The ledger as it was saved: the entries that can still change, and what held for all sending.
    pub const fn restore(
        entries: BTreeMap<Puid, Entry>,
        not_before: Option<DateTime<Utc>>,
        stopped: Option<String>,
    ) -> Self {
        Self { entries, not_before, stopped }
    }

    /// Before when nothing goes out.
    pub const fn not_before(&self) -> Option<DateTime<Utc>> {
        self.not_before
    }

    /// Why nothing goes out at all.
    pub fn stopped(&self) -> Option<&str> {
        self.stopped.as_deref()
    }

    /// Every statement, by puid.
    pub const fn entries(&self) -> &BTreeMap<Puid, Entry> {
        &self.entries
    }

    /// What to do next: first ask for what is unknown, then send what waits, as much as one call takes.
    pub fn next(&self, now: DateTime<Utc>) -> Next {
        if let Some(reason) = &self.stopped {
            return Next::Stopped(reason.clone());
        }
        if let Some(not_before) = self.not_before.filter(|not_before| *not_before > now) {
            return Next::Wait(not_before);
        }
        let is_unknown = |entry: &Entry| matches!(entry.state, State::Unknown { .. });
        if let Some((puid, _)) = self.entries.iter().find(|(_, entry)| is_unknown(entry)) {
            return Next::Ask(puid.clone());
        }
        let waiting = || self.entries.iter().filter(|(_, entry)| entry.state == State::Waiting);
        let batch: Vec<Puid> = waiting()
            .filter(|(_, entry)| entry.failures < ALONE_AFTER)
            .take(MAX_BATCH)
            .map(|(puid, _)| puid.clone())
            .collect();
        if !batch.is_empty() {
            return Next::Send(batch);
        }
        if let Some((puid, _)) = waiting().min_by_key(|(_, entry)| entry.failures) {
            return Next::Send(vec![puid.clone()]);
        }
        self.next_doubtful(now)
    }

    fn next_doubtful(&self, now: DateTime<Utc>) -> Next {
        let times = self.entries.iter().filter_map(|(puid, entry)| match entry.state {
            State::Doubtful { since } => Some((since + USED_BY_MISTAKE, puid)),
            State::Waiting
            | State::Unknown { .. }
            | State::Received { .. }
            | State::StoredWithoutReceipt
            | State::Refused { .. } => None,
        });
        match times.min() {
            Some((time, puid)) if time <= now => Next::Ask(puid.clone()),
            Some((time, _)) => Next::Wait(time),
            None => Next::Done,
        }
    }

    /// A call with these begins. Save before the call goes out.
    pub fn begin(&mut self, puids: &[Puid], now: DateTime<Utc>) {
        for puid in puids {
            self.set(puid, State::Unknown { since: now });
        }
    }

    /// What the server answered to a call with these.
    pub fn answered(&mut self, puids: &[Puid], answer: Answer, now: DateTime<Utc>) {
        match answer {
            Answer::Stored(receipts) => {
                self.not_before = None;
                // One that the answer does not name stays unknown, and is asked for.
                for receipt in receipts.into_iter().filter(|receipt| puids.contains(&receipt.puid)) {
                    self.set(&receipt.puid.clone(), State::Received { receipt });
                }
            }
            Answer::Refused(refusals) => self.refuse(puids, refusals),
            Answer::Used(used) => self.doubt(puids, &used, now),
            Answer::TooMany { retry_after } => {
                self.hold_back(retry_after.unwrap_or(FIRST_WAIT), now);
                self.back_to_waiting(puids);
            }
            Answer::Stop(reason) => {
                self.stopped = Some(reason);
                self.back_to_waiting(puids);
            }
            Answer::Failed => self.unanswered(puids, now),
        }
    }

    /// No answer came, or one that says nothing: time ran out, the connection broke, the server failed.
    pub fn unanswered(&mut self, puids: &[Puid], now: DateTime<Utc>) {
        let mut most = 0;
        for puid in puids {
            if let Some(entry) = self.entries.get_mut(puid) {
                entry.failures += 1;
                entry.state = State::Unknown { since: now };
                most = most.max(entry.failures);
            }
        }
        self.not_before = Some(now + wait_after(most));
    }

    /// Whether the server knows a puid: 302 is yes, 404 is no.
    pub fn asked(&mut self, puid: &Puid, is_known: bool, now: DateTime<Utc>) {
        let Some(entry) = self.entries.get_mut(puid) else { return };
        let since = match entry.state {
            State::Unknown { since } | State::Doubtful { since } => since,
            State::Waiting | State::Received { .. } | State::StoredWithoutReceipt | State::Refused { .. } => return,
        };
        entry.state = match (is_known, entry.failures) {
            (true, _) if since + USED_BY_MISTAKE <= now => State::StoredWithoutReceipt,
            (true, _) => State::Doubtful { since },
            (false, GIVEN_UP_AFTER..) => State::Refused { reason: format!("{} calls with it failed", entry.failures) },
            (false, _) => State::Waiting,
        };
    }

    /// The question for a puid got no answer; nothing is known of it.
    pub fn not_asked(&mut self, retry_after: Option<TimeDelta>, now: DateTime<Utc>) {
        self.hold_back(retry_after.unwrap_or(FIRST_WAIT), now);
    }

    /// Nothing goes out for that long, or longer where something else holds it back already.
    pub fn hold_back(&mut self, wait: TimeDelta, now: DateTime<Utc>) {
        let until = now + wait.clamp(TimeDelta::seconds(1), LONGEST_WAIT);
        self.not_before = Some(self.not_before.map_or(until, |known| known.max(until)));
    }

    /// What stopped the sending was mended.
    pub fn resume(&mut self) {
        self.stopped = None;
        self.not_before = None;
    }

    /// Some are refused for what is in them; nothing of the call is stored, so the others wait again.
    fn refuse(&mut self, puids: &[Puid], refusals: Vec<Refusal>) {
        self.back_to_waiting(puids);
        for Refusal { index, reason } in refusals {
            match index {
                Some(index) => {
                    if let Some(puid) = puids.get(index) {
                        self.set(puid, State::Refused { reason });
                    }
                }
                // Of the whole call: nobody can say whose fault it is.
                None => puids.iter().for_each(|puid| self.set(puid, State::Refused { reason: reason.clone() })),
            }
        }
    }

    /// Some puids are used, it says; nothing of the call is stored.
    fn doubt(&mut self, puids: &[Puid], used: &[Puid], now: DateTime<Utc>) {
        let named: Vec<&Puid> = puids.iter().filter(|puid| used.contains(puid)).collect();
        if named.is_empty() {
            return self.unanswered(puids, now);
        }
        self.back_to_waiting(puids);
        for puid in named {
            self.set(puid, State::Doubtful { since: now });
        }
    }

    fn back_to_waiting(&mut self, puids: &[Puid]) {
        for puid in puids {
            self.set(puid, State::Waiting);
        }
    }

    fn set(&mut self, puid: &Puid, state: State) {
        if let Some(entry) = self.entries.get_mut(puid) {
            entry.state = state;
        }
    }
}

fn wait_after(failures: u32) -> TimeDelta {
    let factor = 2_i32.pow(failures.saturating_sub(1).min(10));
    (FIRST_WAIT * factor).min(LONGEST_WAIT)
}

#[cfg(test)]
mod tests;
