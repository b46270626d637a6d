//! The order of sending: what the ledger says is next, saved before and after.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use report_formats::statement::{
    InvalidPuid, Puid,
    outbox::{Answer, Entry, Next, Outbox, State, read_answer, used_up},
};
use serde_json::Value;
use store::{Saved, SenderState, Sending, Store, StoreError};

use super::client::{Client, Reply};

/// Sends one call at a time.
#[derive(Debug)]
pub struct Sender<'a> {
    sending: Sending,
    outbox: Outbox,
    client: &'a Client,
}

/// What a step of sending did, or what it waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// A call went out.
    Sent {
        /// Statements in it.
        statements: usize,
        /// Receipts that came for them.
        received: usize,
    },
    /// The other side was asked for a puid.
    Asked,
    /// Nothing before then.
    Wait(DateTime<Utc>),
    /// Nothing until somebody mends this.
    Stopped(String),
    /// Nothing is left.
    Done,
}

/// Why sending cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The outbox holds an entry that does not read back.
    #[error("the outbox entry of {puid:?} does not read back")]
    Entry {
        /// Whose.
        puid: String,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// The outbox holds a puid that is none.
    #[error("the outbox holds {puid:?}")]
    Puid {
        /// What it holds.
        puid: String,
        /// What a puid is.
        #[source]
        source: InvalidPuid,
    },
    /// A statement in the outbox has no bytes.
    #[error("{missing} of {statements} statements of a call are not on record")]
    Bodies {
        /// Statements of the call.
        statements: usize,
        /// Those without bytes.
        missing: usize,
    },
    /// There is nothing to try again.
    #[error("{puid:?} is not a statement that was refused")]
    NotRefused {
        /// What was named.
        puid: String,
    },
}

impl<'a> Sender<'a> {
    /// Takes the right to send, and the ledger as it was saved; none while another process has it. What stopped the
    /// sending counts as mended.
    ///
    /// # Errors
    /// [`SendError`] if the database does not answer or an entry does not read back.
    pub async fn begin(store: &Store, client: &'a Client) -> Result<Option<Self>, SendError> {
        let Some(mut sending) = store.begin_sending().await? else { return Ok(None) };
        let (entries, sender) = sending.open().await?;
        let mut outbox = Outbox::restore(read(entries)?, sender.not_before, sender.stopped);
        if outbox.stopped().is_some() {
            outbox.resume();
        }
        Ok(Some(Self { sending, outbox, client }))
    }

    /// Does what is next.
    ///
    /// # Errors
    /// [`SendError`] where the database does not answer; then nothing more may be sent from here.
    pub async fn step(&mut self, clock: &(dyn Fn() -> DateTime<Utc> + Sync)) -> Result<Progress, SendError> {
        match self.outbox.next(clock()) {
            Next::Send(puids) => self.send(&puids, clock).await,
            Next::Ask(puid) => self.ask(&puid, clock).await,
            Next::Wait(until) => Ok(Progress::Wait(until)),
            Next::Stopped(reason) => Ok(Progress::Stopped(reason)),
            Next::Done => Ok(Progress::Done),
        }
    }

    async fn send(
        &mut self,
        puids: &[Puid],
        clock: &(dyn Fn() -> DateTime<Utc> + Sync),
    ) -> Result<Progress, SendError> {
        let body = self.body(puids).await?;
        let began = clock();
        self.outbox.begin(puids, began);
        self.save("statement.sending", puids, began).await?;
        let reply = self.client.send(body).await;
        let now = clock();
        let used_up = reply.as_ref().ok().and_then(|reply| used_up(|name| reply.header(name), now));
        match answer(reply, now) {
            Some(answer) => self.outbox.answered(puids, answer, now),
            None => self.outbox.unanswered(puids, now),
        }
        if let Some(wait) = used_up {
            self.outbox.hold_back(wait, now);
        }
        let received = self.save("statement.answered", puids, now).await?;
        Ok(Progress::Sent { statements: puids.len(), received })
    }

    async fn ask(&mut self, puid: &Puid, clock: &(dyn Fn() -> DateTime<Utc> + Sync)) -> Result<Progress, SendError> {
        let reply = self.client.ask(puid).await;
        let now = clock();
        let asked = std::slice::from_ref(puid);
        match reply {
            Ok(reply) => match reply.status {
                302 => self.outbox.asked(puid, true, now),
                404 => self.outbox.asked(puid, false, now),
                // What these mean is the same as for a call that sends; of a puid they say nothing.
                status @ (401 | 403 | 429) => match read_answer(status, |name| reply.header(name), &reply.body, now) {
                    Ok(Answer::TooMany { retry_after }) => self.outbox.not_asked(retry_after, now),
                    Ok(stop) => self.outbox.answered(&[], stop, now),
                    Err(_) => self.outbox.not_asked(None, now),
                },
                status => {
                    tracing::warn!(status, "the Transparency Database does not say whether it has a puid");
                    self.outbox.not_asked(None, now);
                }
            },
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "the Transparency Database was not reached");
                self.outbox.not_asked(None, now);
            }
        }
        self.save("statement.asked", asked, now).await?;
        Ok(Progress::Asked)
    }

    /// The body of a call: the statements' own bytes, which are canonical, in an envelope that is canonical too.
    async fn body(&mut self, puids: &[Puid]) -> Result<Vec<u8>, SendError> {
        let names: Vec<String> = puids.iter().map(ToString::to_string).collect();
        let bodies = self.sending.bodies(&names).await?;
        if bodies.len() != names.len() {
            let (statements, missing) = (names.len(), names.len() - bodies.len());
            return Err(SendError::Bodies { statements, missing });
        }
        Ok(envelope(&bodies))
    }

    /// Saves the entries of a call with the receipts that came; gives their number.
    async fn save(&mut self, action: &'static str, puids: &[Puid], now: DateTime<Utc>) -> Result<usize, SendError> {
        let known = puids.iter().filter_map(|puid| Some((puid, self.outbox.entries().get(puid)?)));
        let (mut entries, mut receipts) = (Vec::new(), Vec::new());
        for (puid, entry) in known {
            if let State::Received { receipt } = &entry.state {
                let (created_at, permalink) = (receipt.created_at.clone(), receipt.permalink.clone());
                receipts.push((puid.to_string(), receipt.uuid.clone(), created_at, permalink));
            }
            entries.push((puid.to_string(), write(puid, entry)?));
        }
        let received = receipts.len();
        let stopped = self.outbox.stopped().map(str::to_owned);
        let sender = SenderState { not_before: self.outbox.not_before(), stopped };
        self.sending.save(&Saved { action, entries, receipts, sender }, now).await?;
        Ok(received)
    }
}

/// What the other side's reply means; none where it means nothing, or none came.
fn answer(reply: Result<Reply, super::ClientError>, now: DateTime<Utc>) -> Option<Answer> {
    match reply {
        Ok(reply) => match read_answer(reply.status, |name| reply.header(name), &reply.body, now) {
            Ok(answer) => Some(answer),
            Err(error) => {
                let status = reply.status;
                tracing::warn!(status, error = &error as &dyn std::error::Error, "an answer is not understood");
                None
            }
        },
        Err(error) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "no answer came to a call with statements");
            None
        }
    }
}

fn envelope(bodies: &[(String, Vec<u8>)]) -> Vec<u8> {
    let statements: Vec<&[u8]> = bodies.iter().map(|(_, body)| body.as_slice()).collect();
    [b"{\"statements\":[".as_slice(), &statements.join(&b','), b"]}"].concat()
}

fn read(entries: Vec<(String, Value)>) -> Result<BTreeMap<Puid, Entry>, SendError> {
    let entry = |(puid, entry): (String, Value)| {
        let known = puid.parse().map_err(|source| SendError::Puid { puid: puid.clone(), source })?;
        Ok((known, serde_json::from_value(entry).map_err(|source| SendError::Entry { puid, source })?))
    };
    entries.into_iter().map(entry).collect()
}

fn write(puid: &Puid, entry: &Entry) -> Result<Value, SendError> {
    serde_json::to_value(entry).map_err(|source| SendError::Entry { puid: puid.to_string(), source })
}

/// The bodies of the calls that would go out next if each were answered with success, for a look at them before.
///
/// # Errors
/// [`SendError`] if the database does not answer or an entry does not read back.
pub async fn next_calls(store: &Store) -> Result<Vec<Vec<u8>>, SendError> {
    let (entries, _) = store.open_statements().await?;
    let waiting = read(entries)?.into_iter().filter(|(_, entry)| entry.state == State::Waiting);
    let waiting: Vec<String> = waiting.map(|(puid, _)| puid.to_string()).collect();
    let mut calls = Vec::new();
    for batch in waiting.chunks(report_formats::statement::MAX_BATCH) {
        calls.push(envelope(&store.statement_bodies(batch).await?));
    }
    Ok(calls)
}

/// Puts a statement that was refused, or given up, back into the outbox as it is, once what kept it out was mended.
///
/// # Errors
/// [`SendError::NotRefused`], or what the database said. None while another process sends.
pub async fn retry(store: &Store, puid: &Puid, now: DateTime<Utc>) -> Result<Option<()>, SendError> {
    let Some(mut sending) = store.begin_sending().await? else { return Ok(None) };
    let not_refused = || SendError::NotRefused { puid: puid.to_string() };
    if store.statement_state(puid.as_str()).await?.as_deref() != Some("refused") {
        return Err(not_refused());
    }
    let (_, sender) = sending.open().await?;
    let entries = vec![(puid.to_string(), write(puid, &Entry::waiting())?)];
    let saved = Saved { action: "statement.retried", entries, receipts: Vec::new(), sender };
    sending.save(&saved, now).await?;
    Ok(Some(()))
}
