//! `transcript`: what was said in a room, as text, subtitles or JSON Lines.

use std::{
    fmt::Write as _,
    io::{BufWriter, Write},
};

use domain::{Hearing, RoomId, StreamTime};
use store::TranscriptLine;

use crate::{answer::Answer, commands::print_json_line, config::Config, instance::open_store};

/// Lines read from the database at once.
const PAGE: i64 = 1_000;

/// What was said in a room.
///
/// Suspect segments are printed too, marked as such. Subtitles count from the first sample of each epoch, one stream and
/// epoch after the other.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  earwitness transcript town-hall
  earwitness transcript town-hall --format vtt > hall.vtt
  earwitness transcript town-hall --json | jq -r .text")]
pub(crate) struct Arguments {
    /// The room
    room: RoomId,
    /// JSON Lines, one segment each
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// How it is written
    #[arg(long, value_enum, default_value = "txt")]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// WebVTT
    Vtt,
    /// `SubRip`
    Srt,
    /// One line a segment
    Txt,
}

pub(crate) async fn run(config: &Config, arguments: &Arguments) -> anyhow::Result<Answer> {
    let store = open_store(config, "transcript").await?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    if !arguments.json && arguments.format == Format::Vtt {
        writeln!(out, "WEBVTT\n")?;
    }
    let mut count = 0_usize;
    let mut last: Option<TranscriptLine> = None;
    loop {
        let page = store.transcript(&arguments.room, last.as_ref(), PAGE).await?;
        for line in &page {
            count += 1;
            if arguments.json {
                print_json_line(&mut out, line)?;
            } else {
                out.write_all(written(line, count, arguments.format).as_bytes())?;
            }
        }
        match page.into_iter().last() {
            Some(line) => last = Some(line),
            None => break,
        }
    }
    out.flush()?;
    Ok(Answer::Done)
}

fn written(line: &TranscriptLine, number: usize, format: Format) -> String {
    let speaker = line.speaker.as_deref();
    let suspect = if line.hearing == Hearing::Suspect { "[suspect] " } else { "" };
    let (first, end) = (StreamTime::from_samples(line.first), StreamTime::from_samples(line.end));
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = match format {
        Format::Txt => {
            let speaker = speaker.map_or(String::new(), |speaker| format!("{speaker}: "));
            writeln!(
                text,
                "{} {}/{} {first}  {suspect}{speaker}{}",
                line.wall.format("%H:%M:%S"),
                line.stream,
                line.epoch,
                line.text
            )
        }
        Format::Srt => {
            let speaker = speaker.map_or(String::new(), |speaker| format!("{speaker}: "));
            writeln!(
                text,
                "{number}\n{} --> {}\n{suspect}{speaker}{}\n",
                timestamp(first, ','),
                timestamp(end, ','),
                line.text
            )
        }
        Format::Vtt => {
            let voice = speaker.map_or(String::new(), |speaker| format!("<v {}>", escaped(speaker)));
            let (from, to) = (timestamp(first, '.'), timestamp(end, '.'));
            writeln!(
                text,
                "{}-{}-{number}\n{from} --> {to}\n{voice}{suspect}{}\n",
                line.stream,
                line.epoch,
                escaped(&line.text)
            )
        }
    };
    text
}

/// `00:42:07,250`, as subtitles want it.
fn timestamp(at: StreamTime, decimal: char) -> String {
    let millis = at.samples() / 16;
    let (hours, minutes, seconds) = (millis / 3_600_000, millis / 60_000 % 60, millis / 1000 % 60);
    format!("{hours:02}:{minutes:02}:{seconds:02}{decimal}{:03}", millis % 1000)
}

/// `WebVTT` text: `&`, `<` and `>` are markup there.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
