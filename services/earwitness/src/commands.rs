//! The commands, one module each: read the arguments, call a service or the store, print.

pub(crate) mod audit;
pub(crate) mod case;
pub(crate) mod classify;
pub(crate) mod complaint;
pub(crate) mod config;
pub(crate) mod coverage;
pub(crate) mod deadlines;
pub(crate) mod dispute;
pub(crate) mod doctor;
pub(crate) mod duty;
pub(crate) mod erase;
pub(crate) mod escalation;
pub(crate) mod evidence;
pub(crate) mod flags;
pub(crate) mod ingest;
pub(crate) mod migrate;
pub(crate) mod models;
pub(crate) mod notice;
pub(crate) mod order;
pub(crate) mod report;
pub(crate) mod retention;
pub(crate) mod rooms;
pub(crate) mod rules;
pub(crate) mod statement;
pub(crate) mod study;
pub(crate) mod suspension;
pub(crate) mod transcript;
pub(crate) mod up;
pub(crate) mod verify;
pub(crate) mod worker;

use std::io::{BufRead, Write};

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::answer::BadInput;

/// Prints one JSON document, indented for a person at a terminal too.
pub(crate) fn print_json(value: &impl Serialize) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, value)?;
    writeln!(out)?;
    Ok(())
}

/// Prints one line of JSON Lines.
pub(crate) fn print_json_line(out: &mut impl Write, value: &impl Serialize) -> anyhow::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    writeln!(out)?;
    Ok(())
}

/// A text to be judged, one a line: `{"id": …, "text": "…"}`. The id comes back as it came.
#[derive(Debug, Deserialize)]
pub(crate) struct TextLine {
    pub(crate) id: serde_json::Value,
    pub(crate) text: String,
}

/// Reads texts from standard input, one by one; a bad line is named.
pub(crate) fn text_lines() -> impl Iterator<Item = anyhow::Result<TextLine>> {
    let lines = std::io::stdin().lock().lines().enumerate();
    lines.filter_map(|(index, line)| {
        let read = || -> anyhow::Result<Option<TextLine>> {
            let line = line.map_err(|error| BadInput(format!("standard input, line {}: {error}", index + 1)))?;
            if line.trim().is_empty() {
                return Ok(None);
            }
            let wrong =
                || BadInput(format!("standard input, line {}: expected {{\"id\": …, \"text\": \"…\"}}", index + 1));
            serde_json::from_str(&line).with_context(wrong).map(Some)
        };
        read().transpose()
    })
}

/// Length of a stretch in words for people: `12.3 s`, `4 min 02 s`, `1 h 03 min`.
pub(crate) fn told_seconds(seconds: f64) -> String {
    if seconds < 60.0 {
        return format!("{seconds:.1} s");
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at least 60, and saturating")]
    let whole = seconds.round() as u64;
    match (whole / 3600, whole / 60 % 60, whole % 60) {
        (0, minutes, seconds) => format!("{minutes} min {seconds:02} s"),
        (hours, minutes, _) => format!("{hours} h {minutes:02} min"),
    }
}
