//! What was said, and what was not heard, in order of wall time.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::Hearing;
use maud::{Markup, html};

use super::Reading;
use crate::{
    Dossier,
    account::{Gap, between_meaning, clock, gaps, length, length_of, reason_meaning, visible, wall},
    model::{Between, ClipState, Flag, Segment, Word},
};

/// One entry of the transcript.
pub(super) struct Row<'a> {
    pub(super) stream: &'a str,
    pub(super) epoch: u32,
    /// Wall time of its first sample.
    pub(super) wall: DateTime<Utc>,
    pub(super) what: What<'a>,
}

pub(super) enum What<'a> {
    Said { segment: &'a Segment, language: &'a str },
    Gap(Gap<'a>),
    Between(&'a Between),
}

/// Every segment, gap and stretch without a connection.
pub(super) fn of(dossier: &Dossier) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = dossier
        .segments()
        .map(|(stream, epoch, window, segment)| Row {
            stream: &stream.stream,
            epoch: epoch.epoch,
            wall: wall(epoch, segment.first),
            what: What::Said { segment, language: &window.language },
        })
        .collect();
    rows.extend(gaps(dossier).into_iter().map(|gap| Row {
        stream: gap.stream,
        epoch: gap.epoch,
        wall: gap.from,
        what: What::Gap(gap),
    }));
    for stream in &dossier.streams {
        rows.extend(stream.between.iter().map(|between| Row {
            stream: &stream.stream,
            epoch: between.before_epoch,
            wall: between.from,
            what: What::Between(between),
        }));
    }
    rows.sort_by_key(|row| (row.wall, row.stream, row.epoch));
    rows
}

/// The row in which a flag begins: the last of its epoch that starts before its first word ends.
pub(super) fn row_of(reading: &Reading<'_>, flag: &Flag) -> Option<usize> {
    let after = reading.rows.partition_point(|row| row.wall <= flag.wall);
    let is_its =
        |row: &Row<'_>| matches!(row.what, What::Said { .. }) && row.stream == flag.stream && row.epoch == flag.epoch;
    (0..after).rev().find(|index| is_its(&reading.rows[*index]))
}

/// For each row that a clip plays, when each of its words begins, in milliseconds since the axis began.
pub(super) fn times(reading: &Reading<'_>) -> BTreeMap<String, Vec<i64>> {
    let mut times = BTreeMap::new();
    for clip in reading.dossier.clips.iter().filter(|clip| clip.state == ClipState::Included) {
        let Some(epoch) = reading.dossier.epoch(&clip.stream, clip.epoch) else { continue };
        let (from, to) = (wall(epoch, clip.first), wall(epoch, clip.end));
        // A segment is part of one window, so that none begins long before a clip that it reaches into.
        let first = reading.rows.partition_point(|row| row.wall < from - chrono::TimeDelta::seconds(60));
        let near = reading.rows.iter().enumerate().skip(first).take_while(|(_, row)| row.wall < to);
        for (index, row) in near.filter(|(_, row)| row.stream == clip.stream && row.epoch == clip.epoch) {
            if let What::Said { segment: segment @ Segment { erased: None, .. }, .. } = row.what {
                let at = |word: &&Word| reading.at(wall(epoch, word.first));
                let words = segment.words.iter().filter(|word| !word.word.trim().is_empty());
                times.insert(id(index), words.map(|word| at(&word)).collect());
            }
        }
    }
    times
}

/// The id of a row in the page.
pub(super) fn id(index: usize) -> String {
    format!("r{index}")
}

/// The transcript with its gaps.
pub(super) fn markup(reading: &Reading<'_>) -> Markup {
    let is_one = reading.dossier.streams.len() < 2;
    html! {
        h2 #said { "What was said, and what was not heard" }
        p.soft.small {
            "Marked words carry a flag. Words underlined with dots were not borne out by a second hearing, or were heard once with less "
            "than even odds. Times are UTC."
        }
        ol.said {
            @for (index, row) in reading.rows.iter().enumerate() {
                (one(reading, index, row, is_one))
            }
        }
    }
}

fn one(reading: &Reading<'_>, index: usize, row: &Row<'_>, is_one: bool) -> Markup {
    let id = id(index);
    let (kind, body) = match &row.what {
        What::Said { segment, language } => {
            (if segment.hearing == Hearing::Suspect { "suspect" } else { "" }, said(reading, row, segment, language))
        }
        What::Gap(gap) => (if gap.state == domain::CoverageState::Lost { "gap lost" } else { "gap" }, not_heard(gap)),
        What::Between(between) => (
            "gap",
            html! {
                "No connection for " (length_of(between.to - between.from)) " (" (between.reason) "). "
                (between_meaning(between.reason))
            },
        ),
    };
    html! {
        li id=(id) .(kind) data-at=(reading.at(row.wall)) data-stream=(visible(row.stream)) {
            a.at href={ "#" (id) } { time datetime=(row.wall.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)) { (clock(row.wall).split('.').next().unwrap_or("")) } }
            div.what {
                @if !is_one { span.who { bdi { (visible(row.stream)) } } }
                (body)
            }
        }
    }
}

fn not_heard(gap: &Gap<'_>) -> Markup {
    html! {
        (length(gap.samples())) " " (gap.state) ": "
        @match gap.reason {
            Some(reason) => { (reason) " (" (gap.side().told()) "). " (reason_meaning(reason)) },
            None => { "no reason stands in the record." },
        }
    }
}

fn said(reading: &Reading<'_>, row: &Row<'_>, segment: &Segment, language: &str) -> Markup {
    if segment.erased.is_some() {
        return html! { span.soft { "Somebody spoke; the words were erased since." } };
    }
    let is_tag = !language.is_empty() && language.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-');
    html! {
        @if let Some(speaker) = &segment.speaker { span.who { bdi { (visible(speaker)) } ":" } }
        @if segment.hearing == Hearing::Suspect { span.who { "[suspect]" } }
        bdi.text dir="auto" lang=[is_tag.then_some(language)] {
            @if segment.words.is_empty() { (visible(&segment.text)) } @else { (words(reading, row, segment)) }
        }
    }
}

fn words(reading: &Reading<'_>, row: &Row<'_>, segment: &Segment) -> Markup {
    let near = flags_near(reading, row, segment);
    let is_flagged = |word: &Word| {
        let middle = word.first.midpoint(word.end);
        near.iter().any(|flag| (flag.first..flag.end).contains(&middle))
    };
    let shown = segment.words.iter().filter(|word| !word.word.trim().is_empty());
    html! {
        @for (index, word) in shown.enumerate() {
            @if index > 0 { " " }
            @let text = visible(word.word.trim()).replace(' ', "\u{a0}");
            @let is_doubted = word.verified.map_or(word.p.value() < 0.5, |verified| !verified);
            @match (is_flagged(word), is_doubted) {
                (true, true) => { mark.doubt { (text) } },
                (true, false) => { mark { (text) } },
                (false, true) => { span.doubt { (text) } },
                (false, false) => { (text) },
            }
        }
    }
}

/// The flags that reach into a segment and are not suppressed.
fn flags_near<'a>(reading: &Reading<'a>, row: &Row<'_>, segment: &Segment) -> Vec<&'a Flag> {
    let reaches = |flag: &Flag| {
        flag.stream == row.stream && flag.epoch == row.epoch && flag.first < segment.end && flag.end > segment.first
    };
    // Flags are in order of their beginning, but may be long: only what begins later can be left out at once.
    let end = reading.dossier.epoch(row.stream, row.epoch).map(|epoch| wall(epoch, segment.end));
    let until = end.map_or(0, |end| reading.flags.partition_point(|flag| flag.flag.wall < end));
    let shown = reading.flags[..until].iter().filter(|flag| !flag.is_suppressed());
    shown.map(|numbered| numbered.flag).filter(|flag| reaches(flag)).collect()
}
