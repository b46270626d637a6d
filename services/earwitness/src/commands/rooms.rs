//! `rooms`: the list, and one room as a picture.

use std::{io::Write, path::PathBuf};

use domain::RoomId;

use crate::{answer::Answer, commands::print_json, config::Config, instance::open_store, picture};

/// List rooms, or show one.
#[derive(clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:
  earwitness rooms
  earwitness rooms --json
  earwitness rooms show town-hall --svg hall.svg"
)]
pub(crate) struct Arguments {
    /// One JSON document
    #[arg(long)]
    json: bool,
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Draw a room's timeline: states, flags, listeners
    Show {
        /// The room
        room: RoomId,
        /// Also write the picture to this file
        #[arg(long, value_name = "FILE")]
        svg: Option<PathBuf>,
    },
}

pub(crate) async fn run(config: &Config, arguments: Arguments) -> anyhow::Result<Answer> {
    let store = open_store(config, "rooms").await?;
    if let Some(Action::Show { room, svg }) = arguments.action {
        let shown = store.room_show(&room).await?;
        std::io::stdout().write_all(picture::for_terminal(&shown).as_bytes())?;
        if let Some(file) = svg {
            std::fs::write(&file, picture::as_svg(&shown))
                .map_err(|error| crate::answer::BadInput(format!("cannot write {}: {error}", file.display())))?;
            eprintln!("written to {}", file.display());
        }
        return Ok(Answer::Done);
    }
    let rooms = store.rooms().await?;
    if arguments.json {
        print_json(&rooms)?;
        return Ok(Answer::Done);
    }
    let mut out = std::io::stdout().lock();
    for room in &rooms {
        let time = |time: Option<chrono::DateTime<chrono::Utc>>| {
            time.map_or_else(|| "-".to_owned(), |time| time.format("%Y-%m-%d %H:%M:%SZ").to_string())
        };
        let listeners = room.peak_listeners.map_or_else(|| "-".to_owned(), |peak| peak.to_string());
        let title = room.title.as_deref().unwrap_or_default();
        let (began, ended, streams) = (time(room.began), time(room.ended), room.streams.len());
        writeln!(out, "{:<24} began {began}  ended {ended}  streams {streams}  peak {listeners}  {title}", room.room)?;
    }
    if rooms.is_empty() {
        eprintln!("no rooms yet: `earwitness ingest FILE --room ID`");
    }
    Ok(Answer::Done)
}
