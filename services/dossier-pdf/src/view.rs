//! What the template is given: every number told, every text made fit for the page, every list bounded.
//!
//! The names are the template's; a name that is missing stops the typesetter, so each test of a whole document covers
//! them all.

mod aired;
mod cover;
mod flags;
mod picture;
mod unheard;

use chrono::{DateTime, Datelike, Timelike, Utc};
use dossier::{
    Dossier,
    account::{Axis, Gap, NumberedFlag, gaps, grouped, numbered_flags},
};
use serde_json::{Value, json};

use crate::script::Scribe;

/// A name that somebody gave: of a room, a stream, a host.
const NAME: usize = 160;
/// A text that somebody wrote.
const PASSAGE: usize = 1200;

/// What all parts look at.
struct Reading<'a> {
    dossier: &'a Dossier,
    scribe: &'a Scribe,
    axis: Axis,
    gaps: Vec<Gap<'a>>,
    flags: Vec<NumberedFlag<'a>>,
}

impl Reading<'_> {
    fn name(&self, text: &str) -> Value {
        self.scribe.said(text, NAME)
    }

    fn passage(&self, text: &str) -> Value {
        self.scribe.said(text, PASSAGE)
    }
}

/// All that the template reads.
pub(crate) fn of(dossier: &Dossier, scribe: &Scribe) -> Value {
    let reading =
        Reading { dossier, scribe, axis: Axis::of(dossier), gaps: gaps(dossier), flags: numbered_flags(dossier) };
    let mut view = cover::of(&reading);
    let parts = [
        ("timeline", picture::of(&reading)),
        ("aired", aired::of(&reading)),
        ("listeners", aired::listeners(&reading)),
        ("flags", flags::of(&reading)),
        ("suppressed", flags::suppressed(&reading)),
        ("gaps", unheard::gaps(&reading)),
        ("between", unheard::between(&reading)),
        ("unheard", unheard::of(&reading)),
        ("attempts", unheard::attempts(&reading)),
        ("assertions", unheard::assertions(&reading)),
        ("tools", aired::tools(&reading)),
        ("date", date(dossier)),
    ];
    for (name, part) in parts {
        view[name] = part;
    }
    // Last, since it counts what the others marked.
    view["warnings"] = cover::warnings(&reading).into();
    view
}

/// The document's date: the moment up to which rows were read, or the last moment told of.
fn date(dossier: &Dossier) -> Value {
    let at: DateTime<Utc> = dossier.as_of.or(dossier.period.map(|period| period.to)).unwrap_or(dossier.room.begun);
    json!({
        "year": at.year().clamp(0, 9999), "month": at.month(), "day": at.day(),
        "hour": at.hour(), "minute": at.minute(), "second": at.second(),
    })
}

/// The first rows of a list; what more there is, and in which file.
fn bounded(mut rows: Vec<Value>, limit: usize, what: &str, file: &str) -> Value {
    let more = rows.len().saturating_sub(limit);
    rows.truncate(limit);
    json!({ "rows": rows, "more": more_told(more, what, file) })
}

fn more_told(more: usize, what: &str, file: &str) -> Option<String> {
    (more > 0).then(|| format!("{} more {what} in {file}.", count(more)))
}

fn count(number: usize) -> String {
    grouped(i64::try_from(number).unwrap_or(i64::MAX))
}

/// `1 flag`, `2 flags`.
fn counted(number: usize, what: &str) -> String {
    format!("{} {what}{}", count(number), if number == 1 { "" } else { "s" })
}
