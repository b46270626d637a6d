//! The picture at the head of the page: everything on one axis, to look at and to click.

use std::{collections::BTreeSet, fmt::Write};

use domain::CoverageState;
use maud::{Markup, html};

use super::{Reading, rows};
use crate::{
    account::{BETWEEN, LaneSpan, Side, clock, columns, grouped, lanes, length, stretch, visible},
    model::AttemptResult,
};

const WIDTH: f64 = 1200.0;
const LEFT: f64 = 130.0;
const PLOT: f64 = WIDTH - LEFT - 12.0;
const COLUMNS: usize = 1000;
const AREA: f64 = 90.0;
const LANE: f64 = 26.0;
const STEP: f64 = 34.0;

pub(super) fn of(reading: &Reading<'_>) -> Markup {
    let all = lanes(reading.dossier, reading.axis, COLUMNS);
    let top = 24.0;
    let has_listeners = !reading.dossier.listeners.is_empty();
    let attempts_top = top + if has_listeners { AREA + 14.0 } else { 0.0 };
    let lanes_top = attempts_top + 3.0 * STEP + 6.0;
    let flags_top = lanes_top + STEP * all.len() as f64;
    let height = flags_top + 50.0;
    html! {
        section aria-labelledby="timeline" {
            h2 #timeline { "Timeline" }
            p.soft.small {
                (stretch(reading.axis.from, reading.axis.to)) ". A loss is drawn wider than it was where it would not show."
                span.needs-js { " A click leads to what was said there." }
            }
            div.scroll tabindex="0" role="region" aria-label="Timeline, scrolls sideways" {
                svg #picture xmlns="http://www.w3.org/2000/svg" viewBox={ "0 0 " (WIDTH) " " (height) } role="group"
                    aria-label="Timeline; its facts stand in the transcript and the tables below"
                    data-left=(LEFT) data-width=(PLOT) data-span=(reading.at(reading.axis.to)) {
                    (patterns())
                    (axis(reading, top, flags_top))
                    @if has_listeners { (listeners(reading, top)) }
                    (attempts(reading, attempts_top))
                    (lane("before us", &failures(reading, false), attempts_top + STEP))
                    (lane("our failures", &failures(reading, true), attempts_top + 2.0 * STEP))
                    @for (index, drawn) in all.iter().enumerate() {
                        (lane(drawn.stream, &drawn.spans, lanes_top + STEP * index as f64))
                    }
                    (flags(reading, flags_top))
                    line #cursor y1=(top) y2=(flags_top) x1="0" x2="0" visibility="hidden" {}
                }
            }
            (legend(reading))
        }
    }
}

fn x(place: f64) -> String {
    format!("{:.2}", LEFT + PLOT * place)
}

/// Patterns tell the states apart without colour.
fn patterns() -> Markup {
    html! {
        defs {
            pattern #p-music width="6" height="6" patternUnits="userSpaceOnUse" { rect.p-music width="6" height="6" {} circle.p-dot cx="3" cy="3" r="1.2" {} }
            pattern #p-noise width="6" height="5" patternUnits="userSpaceOnUse" { rect.p-noise width="6" height="5" {} path.p-line.p-brown d="M0 2.5H6" {} }
            pattern #p-lost width="6" height="6" patternUnits="userSpaceOnUse" { rect.p-lost width="6" height="6" {} path.p-line.p-white d="M0 0L6 6M0 6L6 0" {} }
            pattern #p-deferred width="8" height="8" patternUnits="userSpaceOnUse" { rect.p-paper width="8" height="8" {} path.p-line.p-amber d="M0 8L8 0" {} }
            pattern #p-pending width="4" height="6" patternUnits="userSpaceOnUse" { rect.p-paper width="4" height="6" {} path.p-line.p-grey d="M2 0V6" {} }
            pattern #p-between width="6" height="6" patternUnits="userSpaceOnUse" { rect.p-paper width="6" height="6" {} circle.p-faint cx="3" cy="3" r=".8" {} }
        }
    }
}

fn axis(reading: &Reading<'_>, top: f64, bottom: f64) -> Markup {
    html! {
        @for tick in reading.axis.ticks() {
            line.tick x1=(x(tick.at)) x2=(x(tick.at)) y1=(top) y2=(bottom + 30.0) {}
            text.soft x=(x(tick.at)) y=(bottom + 44.0) text-anchor="middle" { (tick.label) }
        }
        @if let Some(scheduled) = reading.dossier.room.scheduled {
            @let at = x(reading.axis.place(scheduled));
            line.mark x1=(at) x2=(at) y1="8" y2=(top + 8.0) {}
            text x=(format!("{:.2}", LEFT + PLOT * reading.axis.place(scheduled) + 5.0)) y="17" { "scheduled " (scheduled.format("%H:%M:%S")) }
        }
    }
}

fn label(name: &str, middle: f64) -> Markup {
    html! { text x=(LEFT - 8.0) y=(middle + 4.5) text-anchor="end" { (name) } }
}

fn listeners(reading: &Reading<'_>, top: f64) -> Markup {
    let steps = &reading.dossier.listeners;
    let peak = steps.iter().map(|step| step.listeners).max().unwrap_or(1).max(1);
    let bottom = top + AREA;
    let mut heights: Vec<Option<i64>> = vec![None; COLUMNS];
    for (index, step) in steps.iter().enumerate() {
        let end = steps.get(index + 1).map_or(reading.axis.to, |next| next.from);
        let (from, to) = (reading.axis.place(step.from), reading.axis.place(end));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "places lie in 0..=1")]
        let (first, last) = ((from * COLUMNS as f64) as usize, (to * COLUMNS as f64).ceil() as usize);
        for height in heights.iter_mut().take(last).skip(first) {
            *height = (*height).max(Some(step.listeners));
        }
    }
    let mut path = format!("M{LEFT} {bottom:.1}");
    let mut before = None;
    for (column, height) in heights.iter().enumerate().filter(|(_, height)| height.is_some()) {
        if before != Some(height) {
            let y = bottom - AREA * height.unwrap_or(0) as f64 / peak as f64;
            // Writing to a String cannot fail.
            let _ = write!(path, "H{:.1}V{y:.1}", LEFT + PLOT * column as f64 / COLUMNS as f64);
        }
        before = Some(height);
    }
    let _ = write!(path, "H{:.1}V{bottom:.1}Z", LEFT + PLOT);
    html! {
        path.area d=(path) {}
        (label("listeners", bottom - 16.0))
        text.soft x=(LEFT - 8.0) y=(top + 12.0) text-anchor="end" { (grouped(peak)) }
    }
}

/// One sign a column and result.
fn attempts(reading: &Reading<'_>, top: f64) -> Markup {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "places lie in 0..=1")]
    let column = |at| (reading.axis.place(at) * 240.0) as usize;
    let seen: BTreeSet<_> = reading
        .dossier
        .attempts
        .iter()
        .map(|attempt| (attempt.result == AttemptResult::Connected, column(attempt.at)))
        .collect();
    let middle = top + LANE / 2.0;
    html! {
        (label("attempts", middle))
        @for (is_ok, column) in seen {
            @let at = LEFT + PLOT * column as f64 / 240.0;
            @if is_ok { circle.ok cx=(format!("{at:.1}")) cy=(middle) r="3.4" {} }
            @else { path.bad d=(format!("M{:.1} {:.1}l7 7m-7 0l7 -7", at - 3.5, middle - 3.5)) {} }
        }
    }
}

fn failures(reading: &Reading<'_>, ours: bool) -> Vec<LaneSpan> {
    let gaps = reading.gaps.iter().filter(|gap| (gap.side() == Side::Ours) == ours);
    let gaps = gaps.map(|gap| (gap.from, gap.to, gap.state.as_str()));
    let between = reading.dossier.streams.iter().flat_map(|stream| &stream.between).filter(|_| !ours);
    columns(reading.axis, COLUMNS, gaps.chain(between.map(|between| (between.from, between.to, BETWEEN))))
}

fn lane(name: &str, spans: &[LaneSpan], top: f64) -> Markup {
    let short: String = visible(name).chars().take(16).collect();
    html! {
        (label(&short, top + LANE / 2.0))
        @for span in spans {
            rect class={ "s-" (span.state) } x=(x(span.from)) y=(top) width=(format!("{:.2}", PLOT * (span.to - span.from))) height=(LANE) {}
        }
        rect.frame x=(LEFT) y=(top) width=(PLOT) height=(LANE) {}
    }
}

/// A mark for each flag that stands apart from the one before it; nearer ones are reached from the list.
fn flags(reading: &Reading<'_>, top: f64) -> Markup {
    let mut marks: Vec<(f64, usize)> = Vec::new();
    for (index, flag) in reading.flags.iter().enumerate().filter(|(_, flag)| !flag.is_suppressed()) {
        let at = reading.axis.place(flag.flag.wall);
        if marks.last().is_none_or(|(last, _)| at - last > 0.014) {
            marks.push((at, index));
        }
    }
    html! {
        (label("flags", top + 10.0))
        @for (at, index) in marks {
            @let flag = &reading.flags[index];
            a href={ "#flag-" (flag.number) } data-row=[rows::row_of(reading, flag.flag).map(rows::id)]
                aria-label=(format!("Flag {}: {} at {}", flag.number, flag.flag.category.as_str().replace('_', " "), clock(flag.flag.wall))) {
                path d=(format!("M{:.1} {top:.1}l6 11h-12Z", LEFT + PLOT * at)) {}
                text x=(x(at)) y=(top + 24.0) text-anchor="middle" { (flag.number) }
            }
        }
    }
}

fn legend(reading: &Reading<'_>) -> Markup {
    let totals = &reading.dossier.totals;
    let key = |state: &str| {
        html! { svg viewBox="0 0 18 12" aria-hidden="true" { rect class={ "s-" (state) } width="18" height="12" {} } }
    };
    html! {
        ul.legend {
            @for state in CoverageState::ALL { li { (key(state.as_str())) (state) ", " (length(totals.samples_of(*state))) } }
            li { (key(BETWEEN)) "no connection" }
            li { "○ connected" } li { "× refused or failed" } li { "▲ flag, by its number" }
        }
    }
}
