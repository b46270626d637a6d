//! Transcripts as `WebVTT` and `SubRip`, a file each for every stream.
//!
//! Time runs from the first sample of the stream's first epoch, so that a later connection stands where it was heard.
//! Neither form holds hashes or probabilities: they are for reading, and follow from the record.

use std::io::{self, Write};

use chrono::{DateTime, Utc};
use domain::Hearing;
use ledger::format_instant;

use super::Derived;
use crate::model::{Dossier, Epoch, Segment, Stream};

/// The members of all streams.
pub(super) fn of_streams(dossier: &Dossier) -> impl Iterator<Item = Derived<'_>> {
    dossier.streams.iter().zip(1..).flat_map(|(stream, number)| {
        let stem = format!("transcripts/{number:02}-{}", plain(&stream.stream));
        let vtt = Derived { path: format!("{stem}.vtt"), write: Box::new(|out| vtt(stream, out)) };
        let srt = Derived { path: format!("{stem}.srt"), write: Box::new(|out| srt(stream, out)) };
        [vtt, srt]
    })
}

/// A name as part of a file's name; what is not plain becomes `-`. The number before it tells like ones apart.
fn plain(name: &str) -> String {
    let known = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' };
    name.chars().map(known).take(40).collect()
}

fn vtt(stream: &Stream, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "WEBVTT\n\nNOTE\nstream {}\n", escaped(&stream.stream))?;
    for (epoch, from) in epochs(stream) {
        write!(out, "\nNOTE\nepoch {}, first sample at {}\n", epoch.epoch, format_instant(epoch.began))?;
        for (segment, number) in segments(epoch).zip(1..) {
            let (first, end) = (cue_time(epoch, segment.first, from), cue_time(epoch, segment.end, from));
            let voice = segment.speaker.as_deref().map_or(String::new(), |name| format!("<v {}>", escaped(name)));
            let (suspect, text) = (suspect(segment), escaped(&segment.text));
            let (first, end) = (clock(first, '.'), clock(end, '.'));
            write!(out, "\n{}-{number}\n{first} --> {end}\n{voice}{suspect}{text}\n", epoch.epoch)?;
        }
    }
    Ok(())
}

fn srt(stream: &Stream, out: &mut dyn Write) -> io::Result<()> {
    let all = epochs(stream).flat_map(|(epoch, from)| segments(epoch).map(move |segment| (epoch, from, segment)));
    for ((epoch, from, segment), number) in all.zip(1..) {
        let (first, end) = (cue_time(epoch, segment.first, from), cue_time(epoch, segment.end, from));
        let voice = segment.speaker.as_deref().map_or(String::new(), |name| format!("{}: ", one_line(name)));
        let (suspect, text) = (suspect(segment), one_line(&segment.text));
        let (first, end) = (clock(first, ','), clock(end, ','));
        write!(out, "{number}\n{first} --> {end}\n{voice}{suspect}{text}\n\n")?;
    }
    Ok(())
}

/// The epochs in order, each with the moment from which time is counted.
fn epochs(stream: &Stream) -> impl Iterator<Item = (&Epoch, DateTime<Utc>)> {
    let from = stream.epochs.first().map_or(DateTime::UNIX_EPOCH, |epoch| epoch.began);
    stream.epochs.iter().map(move |epoch| (epoch, from))
}

fn segments(epoch: &Epoch) -> impl Iterator<Item = &Segment> {
    epoch.windows.iter().flat_map(|window| &window.segments)
}

fn suspect(segment: &Segment) -> &'static str {
    if segment.hearing == Hearing::Suspect { "[suspect] " } else { "" }
}

/// Whole milliseconds since `from`; never before it.
fn cue_time(epoch: &Epoch, at: i64, from: DateTime<Utc>) -> i64 {
    (epoch.wall(at) - from).num_milliseconds().max(0)
}

/// `00:42:07.250`; hours have as many digits as they need.
fn clock(millis: i64, decimal: char) -> String {
    let (hours, minutes, seconds) = (millis / 3_600_000, millis / 60_000 % 60, millis / 1000 % 60);
    format!("{hours:02}:{minutes:02}:{seconds:02}{decimal}{:03}", millis % 1000)
}

/// `WebVTT` text on one line: `&`, `<` and `>` are markup there.
fn escaped(text: &str) -> String {
    one_line(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// An empty line would end the cue, and an arrow would begin another.
fn one_line(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    line.replace("-->", "->").trim().to_owned()
}
