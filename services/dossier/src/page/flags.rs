//! The flags, each with its words, its sound and what people decided.

use domain::FlagStatus;
use maud::{Markup, html};

use super::{Reading, rows};
use crate::{
    account::{
        NumberedFlag, clock, decision_told, exposure_told, flag_decisions, grouped, visible, wall, words_around,
    },
    model::{Clip, ClipState, Finding},
};

/// Samples before and after a flag whose words are shown with it.
const AROUND: i64 = 4 * domain::SAMPLE_RATE_HZ;

/// Every flag, suppressed ones last.
pub(super) fn markup(reading: &Reading<'_>) -> Markup {
    let (suppressed, shown): (Vec<_>, Vec<_>) = reading.flags.iter().partition(|flag| flag.is_suppressed());
    html! {
        h2 #flags { "Flags" }
        @if shown.is_empty() { p { "No rule and no classifier pointed at anything." } }
        ol.flags {
            @for flag in shown { (one(reading, flag)) }
            @for flag in suppressed { (one(reading, flag)) }
        }
    }
}

fn one(reading: &Reading<'_>, numbered: &NumberedFlag<'_>) -> Markup {
    let flag = numbered.flag;
    let row = rows::row_of(reading, flag).map(rows::id);
    let id = format!("flag-{}", numbered.number);
    let category = flag.category.as_str().replace('_', " ");
    html! {
        li id=(id) .suppressed[numbered.is_suppressed()] data-row=[row.as_ref()] data-stream=(visible(&flag.stream)) {
            h3 { a href={ "#" (row.as_ref().unwrap_or(&id)) } { (numbered.number) ". " (category) " at " (clock(flag.wall)) } }
            p.tags {
                span { (flag.severity) }
                span { (status(flag.status)) }
                span { "score " (flag.score) }
            }
            blockquote { p { bdi dir="auto" { (words(reading, numbered)) } } }
            p.small {
                @match flag.reach {
                    Some(reach) => { "Reach: " (grouped(reach)) " listeners at that second." },
                    None => { "Reach: unknown." },
                }
                " Exposure: " (exposure_told(flag).unwrap_or_else(|| "unknown".to_owned())) "."
            }
            (sound(reading, numbered))
            @for decision in flag_decisions(reading.dossier, flag) {
                div.decision { @for line in decision_told(decision) { p.small { (visible(&line)) } } }
            }
            details {
                summary { "What found it" }
                @for finding in &flag.findings { (found(finding)) }
                p.small.soft {
                    "Stream " bdi { (visible(&flag.stream)) } ", epoch " (flag.epoch) ", samples " (flag.first) " to " (flag.end)
                    ". Flag " code { (flag.flag) }
                }
            }
        }
    }
}

const fn status(status: FlagStatus) -> &'static str {
    match status {
        FlagStatus::Provisional => "provisional: heard once",
        FlagStatus::Confirmed => "confirmed by a second hearing",
        FlagStatus::Unconfirmed => "not confirmed by a second hearing",
        FlagStatus::Suppressed => "suppressed: an exclusion holds, or the text is suspect",
    }
}

fn words(reading: &Reading<'_>, numbered: &NumberedFlag<'_>) -> Markup {
    let around = words_around(reading.dossier, numbered.flag, AROUND);
    if !around.iter().any(|heard| heard.carries) {
        let words = visible(&numbered.flag.words);
        return html! { @if words.is_empty() { span.soft { "The words were erased since." } } @else { mark { (words) } } };
    }
    html! {
        @for (index, heard) in around.iter().enumerate() {
            @if index > 0 { " " }
            @let text = visible(heard.word);
            @match (heard.carries, heard.doubted) {
                (true, true) => { mark.doubt { (text) } },
                (true, false) => { mark { (text) } },
                (false, true) => { span.doubt { (text) } },
                (false, false) => { (text) },
            }
        }
    }
}

fn sound(reading: &Reading<'_>, numbered: &NumberedFlag<'_>) -> Markup {
    let clips = &reading.dossier.clips;
    let Some(clip) = clips.iter().find(|clip| clip.flag == numbered.flag.flag) else {
        return html! {};
    };
    let began = reading.dossier.epoch(&clip.stream, clip.epoch).map(|epoch| reading.at(wall(epoch, clip.first)));
    html! {
        @match (clip.state, playable(clip)) {
            (ClipState::Included, Some(path)) => {
                audio controls preload="none" src=(path) data-at=[began]
                    aria-label={ "Sound of flag " (numbered.number) } {}
            },
            (ClipState::Included, None) => { p.small.soft { "Its sound stands in this bundle under a name that no page may load." } },
            (ClipState::Unreadable, _) => { p.small.soft { "The sound could not be read when it was to be cut." } },
            (ClipState::Expired, _) => { p.small.soft { "The sound was gone before it could be cut." } },
            (ClipState::Erased, _) => { p.small.soft { "The sound was erased since." } },
            (ClipState::LeftOut, _) => { p.small.soft { "The sound was left out of this bundle on request." } },
        }
    }
}

/// The clip's path, where it is plain and leads into the folder of clips.
fn playable(clip: &Clip) -> Option<&str> {
    let path = clip.path.as_deref()?;
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "/._-".contains(character);
    (path.starts_with("clips/") && path.chars().all(is_plain) && !path.contains("..")).then_some(path)
}

fn found(finding: &Finding) -> Markup {
    let told = |text: Option<&String>| visible(text.map_or("", String::as_str));
    html! {
        p.small {
            @if finding.rule.is_some() {
                "Rule " code { (told(finding.rule.as_ref())) } " " (told(finding.version.as_ref()))
                ", pack " code { (told(finding.pack.as_ref())) }
            } @else {
                "Classifier head " code { (told(finding.head.as_ref())) } ", model " code { (told(finding.model.as_ref())) }
            }
            "; score " (finding.score) ", on “" bdi dir="auto" { (visible(&finding.words)) } "”. " (visible(&finding.why))
        }
    }
}
