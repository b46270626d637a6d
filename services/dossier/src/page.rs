//! The dossier as a page that opens offline in any browser: `index.html` in the unpacked folder.
//!
//! One file holds everything but the sound: a page opened from a folder may not fetch others. It works without its
//! script: transcript, flags and account are plain HTML. A policy in the page admits its own style and script by their
//! hashes, sound from beside it, and nothing else; there is no network to it. Texts of others are escaped by `maud`,
//! which writes the HTML.

mod flags;
mod rows;
mod tables;
mod timeline;

#[cfg(test)]
mod tests;

use base64::{Engine, prelude::BASE64_STANDARD};
use domain::CoverageState;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use crate::{
    Dossier,
    account::{Axis, Gap, NumberedFlag, brief, gaps, grouped, length_of, moment, numbered_flags, stretch, visible},
};

const STYLE: &str = include_str!("page/page.css");
const SCRIPT: &str = include_str!("page/page.js");

/// The page could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// The times of its words cannot be written down.
    #[error("the times of the page's words cannot be written as JSON")]
    Times(#[source] serde_json::Error),
}

/// What all parts of the page look at.
struct Reading<'a> {
    dossier: &'a Dossier,
    axis: Axis,
    gaps: Vec<Gap<'a>>,
    flags: Vec<NumberedFlag<'a>>,
    rows: Vec<rows::Row<'a>>,
}

impl Reading<'_> {
    /// Milliseconds since the axis began.
    fn at(&self, wall: chrono::DateTime<chrono::Utc>) -> i64 {
        (wall - self.axis.from).num_milliseconds()
    }
}

/// The page's files, as path inside the bundle and bytes; the same dossier gives the same bytes.
///
/// # Errors
/// [`PageError`] where it cannot be made.
pub fn render(dossier: &Dossier) -> Result<Vec<(String, Vec<u8>)>, PageError> {
    let reading = Reading {
        dossier,
        axis: Axis::of(dossier),
        gaps: gaps(dossier),
        flags: numbered_flags(dossier),
        rows: rows::of(dossier),
    };
    let times = serde_json::to_string(&rows::times(&reading)).map_err(PageError::Times)?;
    let page = page(&reading, &times.replace('<', "\\u003c").replace('>', "\\u003e"));
    Ok(vec![("index.html".to_owned(), page.into_string().into_bytes())])
}

fn title(dossier: &Dossier) -> String {
    let title = dossier.room.title.as_deref().filter(|title| !title.trim().is_empty());
    visible(title.unwrap_or(&dossier.room.room))
}

/// What the browser may load: this style, this script, sound from the folder.
fn policy() -> String {
    let hash = |text: &str| BASE64_STANDARD.encode(Sha256::digest(text.as_bytes()));
    format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; media-src 'self' file:; base-uri 'none'; \
         form-action 'none'",
        hash(SCRIPT),
        hash(STYLE)
    )
}

fn page(reading: &Reading<'_>, times: &str) -> Markup {
    let title = title(reading.dossier);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy());
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                title { "Event dossier: " (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#said" { "Skip to what was said" }
                header { (head(reading, &title)) }
                main {
                    (timeline::of(reading))
                    div.both {
                        section aria-labelledby="said" { (rows::markup(reading)) }
                        section.pane aria-labelledby="flags" tabindex="0" { (flags::markup(reading)) }
                    }
                    (tables::markup(reading))
                }
                footer { (foot(reading.dossier)) }
                p #live .soft role="status" {}
                (keys())
                script #times type="application/json" { (PreEscaped(times)) }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
}

fn head(reading: &Reading<'_>, title: &str) -> Markup {
    let room = &reading.dossier.room;
    html! {
        p.over { "Event dossier" }
        h1 { bdi dir="auto" { (title) } }
        dl.facts {
            dt { "Room" } dd { bdi { (visible(&room.room)) } }
            @if !room.hosts.is_empty() { dt { "Hosts" } dd { bdi dir="auto" { (visible(&room.hosts.join(", "))) } } }
            @if let Some(scheduled) = room.scheduled { dt { "Scheduled" } dd { (moment(scheduled)) } }
            @if let Some(period) = reading.dossier.period {
                dt { "Period" }
                dd { (stretch(period.from, period.to)) " (" (length_of(period.to - period.from)) ")" }
            }
            dt { "Written by" } dd { (visible(&reading.dossier.product)) }
        }
        (figures(reading))
        p.aside {
            "A flag is a pointer for people, never a verdict. What we observed stands apart from what others say about it. "
            code { "VERIFY.md" } " beside this page says how to check every byte of it."
        }
        div.tools.needs-js {
            button type="button" data-key="k" { "Previous flag" }
            button type="button" data-key="j" { "Next flag" }
            button type="button" data-key="d" { "Light or dark" }
            button type="button" data-key="?" { "Keys" }
        }
    }
}

fn figures(reading: &Reading<'_>) -> Markup {
    let totals = &reading.dossier.totals;
    let unheard: i64 = reading.gaps.iter().map(Gap::samples).sum();
    let shown = reading.flags.iter().filter(|flag| !flag.is_suppressed()).count();
    let number = |number: u64| grouped(i64::try_from(number).unwrap_or(i64::MAX));
    let suspect = number(totals.suspect_segments);
    html! {
        ul.figures {
            li.alarm[totals.unaccounted_samples != 0] {
                b { (grouped(totals.unaccounted_samples)) } span { "samples unaccounted for" }
            }
            li { b { (brief(totals.samples)) } span { "of sound" } }
            li { b { (brief(totals.samples_of(CoverageState::Transcribed))) } span { "of speech heard" } }
            li.alarm[unheard > 0] { b { (brief(unheard)) } span { "not heard, each with its reason" } }
            li.alarm[shown > 0] { b { (shown) } span { "flags, " (number(totals.decisions)) " decisions" } }
            li { b { (suspect) } span { "segments held for suspect" } }
            li { b { (totals.peak_listeners.map_or("unknown".to_owned(), grouped)) } span { "listeners at the peak" } }
        }
    }
}

fn foot(dossier: &Dossier) -> Markup {
    html! {
        p {
            "Pinned to the checkpoint of " code { (dossier.pin.origin) } " at " (dossier.pin.size) " events, root "
            code { (dossier.pin.root) } "."
        }
        p { "This page loads nothing from any network, and keeps nothing." }
    }
}

fn keys() -> Markup {
    let keys = [
        ("j", "next flag"),
        ("k", "previous flag"),
        ("p", "play or stop its sound"),
        ("d", "light or dark"),
        ("?", "this list"),
    ];
    html! {
        dialog #keys aria-labelledby="keys-title" {
            h2 #keys-title { "Keys" }
            dl.facts { @for (key, what) in keys { dt { kbd { (key) } } dd { (what) } } }
            p { label { input #keys-on type="checkbox" checked; " Single keys are on" } }
            form method="dialog" { button { "Close" } }
        }
    }
}
