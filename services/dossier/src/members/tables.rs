//! The record's lists as tables: CSV by RFC 4180, UTF-8, a header, lines that end in CRLF.

use std::io::{self, Write};

use domain::SAMPLE_RATE_HZ;
use ledger::format_instant;

use crate::model::{Dossier, Epoch, Stream, Window};

mod decided;
mod flagged;
mod summed;

pub(crate) use summed::lines as total_lines;

/// Takes the fields of a row.
type Put<'p> = dyn FnMut(&[String]) -> io::Result<()> + 'p;

/// A table: its name, its columns, and how its rows follow from a record.
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) columns: &'static [&'static str],
    rows: fn(&Dossier, &mut Put<'_>) -> io::Result<()>,
}

/// Every table of a bundle.
pub(crate) const TABLES: &[Table] = &[
    Table {
        name: "epochs",
        columns: &["stream", "epoch", "began", "ended", "closed", "samples", "source", "language"],
        rows: epochs,
    },
    Table {
        name: "coverage",
        columns: &["stream", "epoch", "first", "end", "from", "to", "seconds", "state", "reason"],
        rows: coverage,
    },
    Table { name: "between", columns: &["stream", "before_epoch", "from", "to", "seconds", "reason"], rows: between },
    Table {
        name: "windows",
        columns: &[
            "stream",
            "epoch",
            "window",
            "first",
            "end",
            "began",
            "ended",
            "stored",
            "language",
            "model",
            "library",
            "setting",
            "guards",
            "attempts",
            "seam",
            "screened",
            "rule_pack",
            "classifier",
        ],
        rows: windows,
    },
    Table {
        name: "segments",
        columns: &[
            "stream", "epoch", "window", "segment", "first", "end", "wall", "speaker", "hearing", "erased", "text",
        ],
        rows: segments,
    },
    Table {
        name: "words",
        columns: &["stream", "epoch", "window", "segment", "word", "first", "end", "p", "verified"],
        rows: words,
    },
    Table { name: "flags", columns: flagged::FLAG, rows: flagged::flags },
    Table { name: "findings", columns: flagged::FINDING, rows: flagged::findings },
    Table { name: "cases", columns: decided::CASE, rows: decided::cases },
    Table { name: "decisions", columns: decided::DECISION, rows: decided::decisions },
    Table { name: "listeners", columns: &["from", "listeners"], rows: summed::listeners },
    Table { name: "attempts", columns: summed::ATTEMPT, rows: summed::attempts },
    Table { name: "assertions", columns: &["at", "by", "text"], rows: summed::assertions },
    Table { name: "models", columns: &["sha256", "name", "library", "kind"], rows: summed::models },
    Table { name: "settings", columns: &["sha256", "body"], rows: summed::settings },
    Table { name: "clips", columns: flagged::CLIP, rows: flagged::clips },
    Table { name: "totals", columns: &["name", "value"], rows: summed::totals },
];

/// Writes a table of a record.
pub(crate) fn write(table: &Table, dossier: &Dossier, out: &mut dyn Write) -> io::Result<()> {
    let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
    csv.write_record(table.columns).map_err(io::Error::from)?;
    (table.rows)(dossier, &mut |fields| csv.write_record(fields).map_err(io::Error::from))?;
    csv.flush()
}

/// Text, or nothing.
fn maybe<T: ToString>(value: Option<T>) -> String {
    value.map_or(String::new(), |value| value.to_string())
}

/// Seconds of so many samples, exact to a tenth of a millisecond.
fn seconds(samples: i64) -> String {
    let parts = i128::from(samples) * 10_000 / i128::from(SAMPLE_RATE_HZ);
    format!("{}.{:04}", parts / 10_000, parts % 10_000)
}

fn epochs(dossier: &Dossier, put: &mut Put<'_>) -> io::Result<()> {
    for (stream, epoch) in dossier.epochs() {
        put(&[
            stream.stream.clone(),
            epoch.epoch.to_string(),
            format_instant(epoch.began),
            maybe(epoch.ended.map(format_instant)),
            maybe(epoch.closed),
            epoch.samples.to_string(),
            epoch.source.clone(),
            epoch.language.clone(),
        ])?;
    }
    Ok(())
}

fn coverage(dossier: &Dossier, put: &mut Put<'_>) -> io::Result<()> {
    for (stream, epoch) in dossier.epochs() {
        for interval in &epoch.intervals {
            put(&[
                stream.stream.clone(),
                epoch.epoch.to_string(),
                interval.first.to_string(),
                interval.end.to_string(),
                format_instant(epoch.wall(interval.first)),
                format_instant(epoch.wall(interval.end)),
                seconds(interval.end.saturating_sub(interval.first)),
                interval.state.to_string(),
                maybe(interval.reason),
            ])?;
        }
    }
    Ok(())
}

fn between(dossier: &Dossier, put: &mut Put<'_>) -> io::Result<()> {
    for stream in &dossier.streams {
        for between in &stream.between {
            let micros = (between.to - between.from).num_microseconds().unwrap_or(i64::MAX);
            put(&[
                stream.stream.clone(),
                between.before_epoch.to_string(),
                format_instant(between.from),
                format_instant(between.to),
                format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000),
                between.reason.to_string(),
            ])?;
        }
    }
    Ok(())
}

/// The fields that name a window.
fn place(stream: &Stream, epoch: &Epoch, window: &Window) -> [String; 3] {
    [stream.stream.clone(), epoch.epoch.to_string(), window.window.to_string()]
}

fn windows(dossier: &Dossier, put: &mut Put<'_>) -> io::Result<()> {
    for (stream, epoch, window) in dossier.windows() {
        let screened = window.screened.as_ref();
        let [stream, epoch, id] = place(stream, epoch, window);
        put(&[
            stream,
            epoch,
            id,
            window.first.to_string(),
            window.end.to_string(),
            format_instant(window.began),
            format_instant(window.ended),
            format_instant(window.stored),
            window.language.clone(),
            maybe(window.model.as_ref()),
            maybe(window.library.as_ref()),
            maybe(window.setting.as_ref()),
            window.guards.join("; "),
            window.attempts.to_string(),
            window.seam.to_string(),
            maybe(screened.map(|screened| format_instant(screened.at))),
            maybe(screened.and_then(|screened| screened.pack.as_ref())),
            maybe(screened.and_then(|screened| screened.model.as_ref())),
        ])?;
    }
    Ok(())
}

fn segments(dossier: &Dossier, put: &mut Put<'_>) -> io::Result<()> {
    for (stream, epoch, window) in dossier.windows() {
        for (segment, number) in window.segments.iter().zip(0_u32..) {
            let [stream, number_of_epoch, id] = place(stream, epoch, window);
            put(&[
                stream,
                number_of_epoch,
                id,
                number.to_string(),
                segment.first.to_string(),
                segment.end.to_string(),
                format_instant(epoch.wall(segment.first)),
                maybe(segment.speaker.as_ref()),
                segment.hearing.to_string(),
                maybe(segment.erased),
                segment.text.clone(),
            ])?;
        }
    }
    Ok(())
}

fn words(dossier: &Dossier, put: &mut Put<'_>) -> io::Result<()> {
    for (stream, epoch, window) in dossier.windows() {
        for (segment, number) in window.segments.iter().zip(0_u32..) {
            for word in &segment.words {
                let [stream, epoch, id] = place(stream, epoch, window);
                put(&[
                    stream,
                    epoch,
                    id,
                    number.to_string(),
                    word.word.clone(),
                    word.first.to_string(),
                    word.end.to_string(),
                    word.p.to_string(),
                    maybe(word.verified),
                ])?;
            }
        }
    }
    Ok(())
}
