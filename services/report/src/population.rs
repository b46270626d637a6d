//! Closed populations: one line a member, the Merkle root over the lines, pinned to a checkpoint, signed.

use std::io::{self, BufRead, Write};

use chrono::{DateTime, Utc};
use ledger::{
    Note, NoteError, SigningKey, VerifyingKey, format_instant,
    merkle::{Edge, Hash, leaf_hash},
};
use store::{Freeze, Member, PopulationFrame, PopulationOf, Store, StoreError};

use crate::sheets::hex;

/// First line of a population's note; a checkpoint's second line is a number, so that neither can stand for the other.
const TITLE: &str = "earwitness population v1";
/// Entries of the log of one read.
const PAGE: usize = 10_000;

/// What a population's note says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Of what.
    pub of: PopulationOf,
    /// From then on.
    pub from: String,
    /// Before then.
    pub until: String,
    /// Lines.
    pub members: u64,
    /// Of these, rows that are gone: the audit log alone tells of them.
    pub gone: u64,
    /// Rows that the audit log does not tell of; they are no members.
    pub unlogged: u64,
    /// RFC 9162 root over the lines without their line feeds, in hexadecimal digits.
    pub root: String,
    /// Entries of the audit log that were read.
    pub log_size: u64,
    /// The root over them.
    pub log_root: String,
}

/// A population that could not be listed, or a list that is not what its note says.
#[derive(Debug, thiserror::Error)]
pub enum PopulationError {
    /// The rows cannot be read.
    #[error("the population cannot be read")]
    Store(#[from] StoreError),
    /// The file cannot be written or read.
    #[error("the list cannot be written or read")]
    File(#[from] io::Error),
    /// A member that has no line.
    #[error("a member cannot be written")]
    Line(#[from] serde_json::Error),
    /// The note cannot be signed, or is none.
    #[error("the note of the population is not sound")]
    Note(#[from] NoteError),
    /// A note of something else.
    #[error("the note is not one of a population")]
    NotAPopulation,
    /// The lines are not those that were signed.
    #[error("the list is not the one that was signed: it has {found} lines with root {root}, the note says {expected}")]
    Differs {
        /// Lines found.
        found: u64,
        /// Their root.
        root: String,
        /// Lines by the note.
        expected: u64,
    },
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct PopulationRequest {
    /// Of what.
    pub of: PopulationOf,
    /// From then on.
    pub from: DateTime<Utc>,
    /// Before then.
    pub until: DateTime<Utc>,
    /// The state of the record.
    pub freeze: Freeze,
}

/// Writes a population line by line; memory does not grow with it. The same request gives the same bytes, but for what
/// machines and people learn later of a flag (its range and score may grow).
///
/// # Errors
/// [`PopulationError`] if rows or file fail.
pub async fn population(
    store: &Store,
    request: &PopulationRequest,
    mut out: impl Write + Send,
) -> Result<Head, PopulationError> {
    let PopulationRequest { of, from, until, freeze } = request;
    let frame = PopulationFrame { of: *of, from: *from, until: *until, log_size: freeze.log_size };
    let (mut edge, mut gone) = (Edge::new(), 0);
    for first in (0..freeze.log_size).step_by(PAGE) {
        for member in &store.population(&frame, first, first + PAGE as u64).await? {
            let line = serde_json::to_string(member)?;
            edge.append(leaf_hash(line.as_bytes()));
            gone += u64::from(member.is_gone);
            writeln!(out, "{line}")?;
        }
    }
    out.flush()?;
    Ok(Head {
        of: *of,
        from: format_instant(*from),
        until: format_instant(*until),
        members: edge.size(),
        gone,
        unlogged: store.population_unlogged(&frame).await?,
        root: hex(&edge.root()),
        log_size: freeze.log_size,
        log_root: hex(&freeze.root),
    })
}

impl Head {
    /// The signed note.
    ///
    /// # Errors
    /// [`PopulationError::Note`] for a key that signs no logs.
    pub fn sign(&self, key: &SigningKey) -> Result<String, PopulationError> {
        let Self { of, from, until, members, gone, unlogged, root, log_size, log_root } = self;
        let mut note = Note::new(&format!(
            "{TITLE}\nof {of}\nfrom {from}\nuntil {until}\nmembers {members}\ngone {gone}\nunlogged {unlogged}\nroot {root}\nlog-size {log_size}\nlog-root {log_root}\n"
        ))?;
        note.sign(key)?;
        Ok(note.to_string())
    }

    /// Reads a note; with a key, checks who signed it.
    ///
    /// # Errors
    /// [`PopulationError`] for what is no note of a population, or not signed by the key.
    pub fn read(note: &[u8], key: Option<&VerifyingKey>) -> Result<Self, PopulationError> {
        let note = Note::parse(note)?;
        if let Some(key) = key {
            note.verify([key])?;
        }
        parse(note.text()).ok_or(PopulationError::NotAPopulation)
    }
}

fn parse(text: &str) -> Option<Head> {
    let mut lines = text.strip_suffix('\n')?.split('\n');
    if lines.next()? != TITLE {
        return None;
    }
    let mut value = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(' ').map(str::to_owned);
    let head = Head {
        of: value("of")?.parse().ok()?,
        from: value("from")?,
        until: value("until")?,
        members: value("members")?.parse().ok()?,
        gone: value("gone")?.parse().ok()?,
        unlogged: value("unlogged")?.parse().ok()?,
        root: value("root")?,
        log_size: value("log-size")?.parse().ok()?,
        log_root: value("log-root")?,
    };
    lines.next().is_none().then_some(head)
}

/// Reads a population line by line, then compares it with what was signed; gives the hash of every line.
///
/// # Errors
/// [`PopulationError::Differs`], or that the list cannot be read.
pub fn read_lines(
    mut list: impl BufRead,
    head: &Head,
    mut each: impl FnMut(u64, &str) -> Result<(), PopulationError>,
) -> Result<Vec<Hash>, PopulationError> {
    let (mut edge, mut leaves, mut line) = (Edge::new(), Vec::new(), String::new());
    loop {
        line.clear();
        if list.read_line(&mut line)? == 0 {
            break;
        }
        // A last line without its line feed is a list that was cut short.
        let Some(member) = line.strip_suffix('\n') else { break };
        let leaf = leaf_hash(member.as_bytes());
        each(edge.size(), member)?;
        edge.append(leaf);
        leaves.push(leaf);
    }
    let (found, root) = (edge.size(), hex(&edge.root()));
    if found != head.members || root != head.root || !line.is_empty() {
        return Err(PopulationError::Differs { found, root, expected: head.members });
    }
    Ok(leaves)
}

/// The member that a line tells of.
///
/// # Errors
/// [`PopulationError::Line`] for a line that is none.
pub fn member(line: &str) -> Result<Member, PopulationError> {
    Ok(serde_json::from_str(line)?)
}
