//! The picture for a terminal: one column a stretch of time, a row a stream, marks for flags, bars for listeners.

use std::fmt::Write;

use chrono::{DateTime, Duration, Utc};
use store::RoomShow;

use super::{Picture, STATES, seconds_by_state};
use crate::commands::told_seconds;

/// Columns of the axis.
const COLUMNS: u32 = 96;
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The room as text.
pub(crate) fn for_terminal(shown: &RoomShow) -> String {
    let picture = Picture::of(shown);
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = draw(&picture, &mut text);
    text
}

fn draw(picture: &Picture<'_>, out: &mut String) -> std::fmt::Result {
    let room = &picture.shown.room;
    writeln!(out, "{}  {}", room.room, room.title.as_deref().unwrap_or_default())?;
    if let Some(scheduled) = room.scheduled {
        let delay = picture.delay().map_or(String::new(), |delay| match delay {
            late if late > 0.0 => format!(", first speech {} late", told_seconds(late)),
            _ => ", first speech on time".to_owned(),
        });
        writeln!(out, "scheduled {}{delay}", scheduled.format("%Y-%m-%d %H:%M:%SZ"))?;
    }
    let width = name_width(picture);
    writeln!(out, "\n{:width$} {}", "", axis(picture))?;
    if let Some(bars) = listeners(picture) {
        writeln!(out, "{:width$} {bars}", "listeners")?;
    }
    for lane in &picture.lanes {
        let row: String = columns(picture).map(|(from, to)| sign(lane, from, to)).collect();
        writeln!(out, "{:width$} {}", lane.name, row.trim_end())?;
        writeln!(out, "{:width$} {}", "", marks(picture, lane.name).trim_end())?;
    }
    let legend =
        STATES.map(|(state, _, sign)| if sign == ' ' { format!("blank {state}") } else { format!("{sign} {state}") });
    writeln!(out, "\n{}, ▲ flag\n", legend.join(", "))?;
    for stream in &picture.shown.coverage.streams {
        let by_state = seconds_by_state(&stream.seconds);
        let told = STATES.iter().zip(by_state).filter(|(_, seconds)| *seconds > 0.0);
        let told: Vec<_> = told.map(|((state, ..), seconds)| format!("{state} {}", told_seconds(seconds))).collect();
        writeln!(out, "{}: {}; unaccounted samples: {}", stream.stream, told.join(", "), stream.unaccounted_samples)?;
    }
    writeln!(out)?;
    for flag in picture.shown.flags.iter().filter(|flag| flag.status != domain::FlagStatus::Suppressed) {
        let reach = flag.reach.map_or_else(|| "unknown".to_owned(), |reach| reach.to_string());
        writeln!(
            out,
            "▲ {}  {:<14} {:<8} reach {reach:<9} {:?}",
            flag.wall.format("%H:%M:%S"),
            flag.category,
            flag.severity,
            flag.words
        )?;
    }
    Ok(())
}

fn name_width(picture: &Picture<'_>) -> usize {
    let names = picture.lanes.iter().map(|lane| lane.name.chars().count());
    names.chain(["listeners".len()]).max().unwrap_or(9)
}

/// Begin and end of each column.
fn columns(picture: &Picture<'_>) -> impl Iterator<Item = (DateTime<Utc>, DateTime<Utc>)> {
    let (from, whole) = (picture.from, (picture.to - picture.from).num_microseconds().unwrap_or(i64::MAX));
    let at = move |column: u32| from + Duration::microseconds(whole / i64::from(COLUMNS) * i64::from(column));
    (0..COLUMNS).map(move |column| (at(column), at(column + 1)))
}

/// The sign of what fills most of a column; loss shows however short it is.
fn sign(lane: &super::Lane<'_>, from: DateTime<Utc>, to: DateTime<Utc>) -> char {
    let shared = |span: &super::Span| (span.to.min(to) - span.from.max(from)).num_microseconds().unwrap_or(0);
    let inside = lane.spans.iter().filter(|span| shared(span) > 0);
    let most = inside.max_by_key(|span| if span.state == "lost" { i64::MAX } else { shared(span) });
    let known = most.and_then(|span| STATES.iter().find(|(state, ..)| *state == span.state));
    known.map_or(' ', |(_, _, sign)| *sign)
}

fn marks(picture: &Picture<'_>, stream: &str) -> String {
    let flags = picture
        .shown
        .flags
        .iter()
        .filter(|flag| flag.stream == stream && flag.status != domain::FlagStatus::Suppressed);
    let walls: Vec<_> = flags.map(|flag| flag.wall).collect();
    columns(picture).map(|(from, to)| if walls.iter().any(|at| from <= *at && *at < to) { '▲' } else { ' ' }).collect()
}

fn listeners(picture: &Picture<'_>) -> Option<String> {
    let peak = picture.shown.listeners.iter().map(|step| step.listeners).max().filter(|peak| *peak > 0)?;
    let bar = |listeners: i64| {
        let eighth = usize::try_from(listeners.max(0) * 7 / peak).unwrap_or(0);
        BARS[eighth.min(7)]
    };
    let bars: String = columns(picture).map(|(_, to)| picture.listeners_at(to).map_or(' ', bar)).collect();
    Some(format!("{} peak {peak}", bars.trim_end()))
}

/// Wall times over the columns where they lie.
fn axis(picture: &Picture<'_>) -> String {
    let mut axis = String::new();
    let form = if picture.to - picture.from < Duration::minutes(10) { "%H:%M:%S" } else { "%H:%M" };
    for tick in picture.ticks() {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 96")]
        let column = (picture.place(tick) * f64::from(COLUMNS)) as usize;
        let label = tick.format(form).to_string();
        if column + label.len() <= COLUMNS as usize && axis.chars().count() + usize::from(!axis.is_empty()) <= column {
            let missing = column - axis.chars().count();
            axis.push_str(&" ".repeat(missing));
            axis.push_str(&label);
        }
    }
    axis
}
