//! The picture as SVG, fit to stand in a report: no script, no outside font, readable in print.

use std::fmt::Write;

use domain::FlagStatus;
use store::{FlagLine, RoomShow};

use super::{Picture, STATES, seconds_by_state};
use crate::commands::told_seconds;

const WIDTH: f64 = 1200.0;
const LEFT: f64 = 110.0;
const RIGHT: f64 = 24.0;
const LANE: f64 = 34.0;
const LISTENERS: f64 = 90.0;

/// The room as an SVG document.
pub(crate) fn as_svg(shown: &RoomShow) -> String {
    let picture = Picture::of(shown);
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = draw(&picture, &mut out);
    out
}

fn draw(picture: &Picture<'_>, out: &mut String) -> std::fmt::Result {
    let flags: Vec<&FlagLine> =
        picture.shown.flags.iter().filter(|flag| flag.status != FlagStatus::Suppressed).collect();
    let has_listeners = !picture.shown.listeners.is_empty();
    let listeners_top = 96.0;
    let lanes_top = listeners_top + if has_listeners { LISTENERS + 30.0 } else { 12.0 };
    let lanes_end = lanes_top + (LANE + 54.0) * picture.lanes.len() as f64;
    let legend_top = lanes_end + 44.0;
    let table_top = legend_top + 34.0 + 22.0 * picture.lanes.len() as f64;
    let height = table_top + 24.0 + 20.0 * flags.len() as f64 + 16.0;
    let title = picture.shown.room.title.as_deref().unwrap_or(&picture.shown.room.room);
    writeln!(
        out,
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0}" width="{WIDTH}" height="{height:.0}" role="img" aria-label="{}" font-family="Helvetica, Arial, sans-serif" font-size="13" fill="{INK}">"#,
        escaped(&format!("Timeline of {title}"))
    )?;
    writeln!(out, r#"<rect width="100%" height="100%" fill="white"/>"#)?;
    heading(picture, title, flags.len(), out)?;
    if has_listeners {
        listeners(picture, listeners_top, out)?;
    }
    for (index, lane) in picture.lanes.iter().enumerate() {
        let top = lanes_top + (LANE + 54.0) * index as f64;
        draw_lane(picture, lane, &flags, top, out)?;
    }
    axis(picture, lanes_end, listeners_top, out)?;
    legend(picture, legend_top, out)?;
    table(&flags, table_top, out)?;
    writeln!(out, "</svg>")
}

const INK: &str = "#1d2733";
const FAINT: &str = "#6b7683";
const FLAG: &str = "#b3261e";

fn x(picture: &Picture<'_>, at: chrono::DateTime<chrono::Utc>) -> f64 {
    LEFT + picture.place(at) * (WIDTH - LEFT - RIGHT)
}

fn heading(picture: &Picture<'_>, title: &str, flags: usize, out: &mut String) -> std::fmt::Result {
    let room = &picture.shown.room;
    let mut facts = vec![format!("room {}", room.room)];
    facts.extend(room.scheduled.map(|at| format!("scheduled {}", at.format("%Y-%m-%d %H:%M:%S UTC"))));
    facts.extend(
        picture.delay().filter(|delay| *delay > 0.0).map(|delay| format!("first speech {} late", told_seconds(delay))),
    );
    facts.extend(room.peak_listeners.map(|peak| format!("peak {} listeners", grouped(peak))));
    facts.push(format!("{flags} flags"));
    let unaccounted: i64 = picture.shown.coverage.streams.iter().map(|stream| stream.unaccounted_samples).sum();
    facts.push(format!("{unaccounted} unaccounted samples"));
    writeln!(out, r#"<text x="24" y="38" font-size="22" font-weight="bold">{}</text>"#, escaped(title))?;
    writeln!(out, r#"<text x="24" y="62" fill="{FAINT}">{}</text>"#, escaped(&facts.join("  ·  ")))
}

fn listeners(picture: &Picture<'_>, top: f64, out: &mut String) -> std::fmt::Result {
    let peak = picture.shown.listeners.iter().map(|step| step.listeners).max().unwrap_or(1).max(1);
    let bottom = top + LISTENERS;
    let y = |listeners: i64| bottom - LISTENERS * (listeners as f64 / peak as f64);
    let mut path = String::new();
    let mut last = None;
    for step in &picture.shown.listeners {
        if step.from > picture.to {
            break;
        }
        let (at, height) = (x(picture, step.from), y(step.listeners));
        match last {
            None => write!(path, "M{at:.1},{bottom:.1} L{at:.1},{height:.1}")?,
            Some(before) => write!(path, " L{at:.1},{before:.1} L{at:.1},{height:.1}")?,
        }
        last = Some(height);
    }
    if let Some(height) = last {
        let end = x(picture, picture.to);
        writeln!(
            out,
            r##"<path d="{path} L{end:.1},{height:.1} L{end:.1},{bottom:.1} Z" fill="#cfe0f1" stroke="#2f6fb2"/>"##
        )?;
    }
    writeln!(out, r#"<text x="{:.1}" y="{:.1}" text-anchor="end">listeners</text>"#, LEFT - 10.0, bottom - 4.0)?;
    writeln!(
        out,
        r#"<text x="{:.1}" y="{:.1}" text-anchor="end" fill="{FAINT}">{}</text>"#,
        LEFT - 10.0,
        top + 12.0,
        grouped(peak)
    )
}

fn draw_lane(
    picture: &Picture<'_>,
    lane: &super::Lane<'_>,
    flags: &[&FlagLine],
    top: f64,
    out: &mut String,
) -> std::fmt::Result {
    writeln!(
        out,
        r#"<text x="{:.1}" y="{:.1}" text-anchor="end">{}</text>"#,
        LEFT - 10.0,
        top + LANE / 2.0 + 5.0,
        escaped(&clipped(lane.name, 14))
    )?;
    for span in &lane.spans {
        let (from, to) = (x(picture, span.from), x(picture, span.to));
        let colour = STATES.iter().find(|(state, ..)| *state == span.state).map_or("#000000", |(_, colour, _)| *colour);
        // A loss of a second must still be seen on an axis of hours.
        let width = (to - from).max(if span.state == "lost" { 1.5 } else { 0.0 });
        writeln!(
            out,
            r#"<rect x="{from:.2}" y="{top:.1}" width="{width:.2}" height="{LANE}" fill="{colour}"><title>{} {} to {}</title></rect>"#,
            span.state,
            span.from.format("%H:%M:%S"),
            span.to.format("%H:%M:%S")
        )?;
    }
    let end = x(picture, picture.to);
    writeln!(
        out,
        r#"<rect x="{LEFT}" y="{top:.1}" width="{:.1}" height="{LANE}" fill="none" stroke="{FAINT}" stroke-width="0.5"/>"#,
        end - LEFT
    )?;
    for (number, flag) in flags.iter().enumerate().filter(|(_, flag)| flag.stream == lane.name) {
        let (at, tip) = (x(picture, flag.wall), top + LANE + 3.0);
        writeln!(
            out,
            r#"<path d="M{at:.1},{tip:.1} l5,9 h-10 Z" fill="{FLAG}"><title>{}: {}</title></path>"#,
            number + 1,
            flag.category
        )?;
        writeln!(
            out,
            r#"<text x="{at:.1}" y="{:.1}" text-anchor="middle" font-size="10" fill="{FLAG}">{}</text>"#,
            tip + 20.0,
            number + 1
        )?;
    }
    Ok(())
}

fn axis(picture: &Picture<'_>, bottom: f64, top: f64, out: &mut String) -> std::fmt::Result {
    for tick in picture.ticks() {
        let at = x(picture, tick);
        writeln!(
            out,
            r#"<line x1="{at:.1}" y1="{top:.1}" x2="{at:.1}" y2="{bottom:.1}" stroke="{FAINT}" stroke-width="0.5" stroke-dasharray="2 4"/>"#
        )?;
        writeln!(
            out,
            r#"<text x="{at:.1}" y="{:.1}" text-anchor="middle" fill="{FAINT}">{}</text>"#,
            bottom + 16.0,
            tick.format("%H:%M:%S")
        )?;
    }
    if let Some(scheduled) = picture.shown.room.scheduled {
        let at = x(picture, scheduled);
        writeln!(
            out,
            r#"<line x1="{at:.1}" y1="{top:.1}" x2="{at:.1}" y2="{bottom:.1}" stroke="{INK}" stroke-width="1.5"/>"#
        )?;
        writeln!(out, r#"<text x="{:.1}" y="{:.1}" font-size="11">scheduled</text>"#, at + 4.0, top - 6.0)?;
    }
    Ok(())
}

fn legend(picture: &Picture<'_>, top: f64, out: &mut String) -> std::fmt::Result {
    for (index, (state, colour, _)) in STATES.iter().enumerate() {
        let at = LEFT + 130.0 * index as f64;
        writeln!(
            out,
            r#"<rect x="{at:.1}" y="{:.1}" width="14" height="14" fill="{colour}" stroke="{FAINT}" stroke-width="0.5"/>"#,
            top - 12.0
        )?;
        writeln!(out, r#"<text x="{:.1}" y="{top:.1}">{state}</text>"#, at + 20.0)?;
    }
    for (index, stream) in picture.shown.coverage.streams.iter().enumerate() {
        let y = top + 26.0 + 22.0 * index as f64;
        writeln!(
            out,
            r#"<text x="{:.1}" y="{y:.1}" text-anchor="end" fill="{FAINT}">{}</text>"#,
            LEFT - 10.0,
            escaped(&clipped(&stream.stream, 14))
        )?;
        for (place, seconds) in seconds_by_state(&stream.seconds).into_iter().enumerate() {
            writeln!(
                out,
                r#"<text x="{:.1}" y="{y:.1}" fill="{FAINT}">{}</text>"#,
                LEFT + 20.0 + 130.0 * place as f64,
                told_seconds(seconds)
            )?;
        }
    }
    Ok(())
}

fn table(flags: &[&FlagLine], top: f64, out: &mut String) -> std::fmt::Result {
    for (index, flag) in flags.iter().enumerate() {
        let y = top + 20.0 * (index + 1) as f64;
        let reach = flag.reach.map_or_else(|| "reach unknown".to_owned(), |reach| format!("reach {}", grouped(reach)));
        writeln!(out, r#"<text x="{:.1}" y="{y:.1}" text-anchor="end" fill="{FLAG}">{}</text>"#, 48.0, index + 1)?;
        writeln!(out, r#"<text x="60" y="{y:.1}">{}  {}</text>"#, flag.wall.format("%H:%M:%S"), flag.category)?;
        writeln!(out, r#"<text x="230" y="{y:.1}" fill="{FAINT}">{}  ·  {reach}</text>"#, flag.severity)?;
        writeln!(out, r#"<text x="440" y="{y:.1}">{}</text>"#, escaped(&clipped(&flag.words, 110)))?;
    }
    Ok(())
}

fn clipped(text: &str, characters: usize) -> String {
    if text.chars().count() <= characters {
        return text.to_owned();
    }
    text.chars().take(characters - 1).chain(['…']).collect()
}

/// 1300000 as `1,300,000`.
fn grouped(number: i64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
