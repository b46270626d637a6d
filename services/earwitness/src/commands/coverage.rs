//! `coverage`: what became of every second of a room.

use std::io::Write;

use domain::{RoomId, StreamTime};

use crate::{
    answer::Answer,
    commands::{print_json, told_seconds},
    config::Config,
    instance::open_store,
};

/// What became of every second of a room.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  earwitness coverage town-hall
  earwitness coverage town-hall --json | jq '.streams[].seconds'")]
pub(crate) struct Arguments {
    /// The room
    room: RoomId,
    /// One JSON document
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(config: &Config, arguments: &Arguments) -> anyhow::Result<Answer> {
    let coverage = open_store(config, "coverage").await?.coverage(&arguments.room).await?;
    if arguments.json {
        print_json(&coverage)?;
        return Ok(Answer::Done);
    }
    let mut out = std::io::stdout().lock();
    for stream in &coverage.streams {
        writeln!(out, "stream {}", stream.stream)?;
        for epoch in &stream.epochs {
            for between in stream.between.iter().filter(|between| between.before_epoch == epoch.epoch) {
                let seconds = (between.to - between.from).as_seconds_f64();
                writeln!(out, "  between  {:>12}  {}", told_seconds(seconds), between.reason)?;
            }
            writeln!(out, "  epoch {} from {}", epoch.epoch, epoch.began.format("%Y-%m-%d %H:%M:%SZ"))?;
            for interval in &epoch.intervals {
                let (first, end) = (StreamTime::from_samples(interval.first), StreamTime::from_samples(interval.end));
                let reason = interval.reason.map_or(String::new(), |reason| format!("  {reason}"));
                writeln!(out, "    {first:>13} to {end:>13}  {}{reason}", interval.state)?;
            }
        }
        let of = stream.seconds;
        let states = [
            ("transcribed", of.transcribed),
            ("silence", of.silence),
            ("music", of.music),
            ("noise", of.noise),
            ("lost", of.lost),
            ("deferred", of.deferred),
            ("pending", of.pending),
            ("between", of.between),
        ];
        let told: Vec<String> = states
            .iter()
            .filter(|(_, seconds)| *seconds > 0.0)
            .map(|(state, seconds)| format!("{state} {}", told_seconds(*seconds)))
            .collect();
        writeln!(out, "  {}; unaccounted samples: {}", told.join(", "), stream.unaccounted_samples)?;
    }
    Ok(Answer::Done)
}
