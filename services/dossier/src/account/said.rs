//! What was said around a flag, word by word.

use domain::{FlagStatus, Hearing};

use crate::{
    Dossier,
    model::{Flag, Window},
};

/// A flag with the number by which a reader finds it: 1, 2, … in order of time; suppressed ones S1, S2, …
#[derive(Clone, Debug)]
pub struct NumberedFlag<'a> {
    /// Its number.
    pub number: String,
    /// The flag.
    pub flag: &'a Flag,
}

impl NumberedFlag<'_> {
    /// Whether it is kept for samples alone, as an exclusion holds or its text is suspect.
    pub fn is_suppressed(&self) -> bool {
        self.flag.status == FlagStatus::Suppressed
    }
}

/// All flags in their order, numbered.
pub fn numbered_flags(dossier: &Dossier) -> Vec<NumberedFlag<'_>> {
    let (mut shown, mut suppressed) = (0_usize, 0_usize);
    let mut numbered = Vec::with_capacity(dossier.flags.len());
    for flag in &dossier.flags {
        let number = if flag.status == FlagStatus::Suppressed {
            suppressed += 1;
            format!("S{suppressed}")
        } else {
            shown += 1;
            shown.to_string()
        };
        numbered.push(NumberedFlag { number, flag });
    }
    numbered
}

/// A word as a reader of a flag should see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeardWord<'a> {
    /// With case and punctuation.
    pub word: &'a str,
    /// Whether its middle lies in the flag.
    pub carries: bool,
    /// Whether a second hearing contradicts it, a guard holds it for invented, or it was heard once with less
    /// probability than not.
    pub doubted: bool,
}

/// The words of a flag's epoch from `margin` samples before it to `margin` after, in order.
pub fn words_around<'a>(dossier: &'a Dossier, flag: &Flag, margin: i64) -> Vec<HeardWord<'a>> {
    let Some(epoch) = dossier.epoch(&flag.stream, flag.epoch) else { return Vec::new() };
    let (from, to) = (flag.first.saturating_sub(margin), flag.end.saturating_add(margin));
    let first = epoch.windows.partition_point(|window| window.end <= from);
    let near = epoch.windows[first..].iter().take_while(|window| window.first < to);
    let mut words: Vec<_> = near
        .flat_map(words_of)
        .filter(|(word, middle, _)| !word.trim().is_empty() && (from..to).contains(middle))
        .collect();
    words.sort_by_key(|(_, middle, _)| *middle);
    let heard =
        |(word, middle, doubted)| HeardWord { word, carries: (flag.first..flag.end).contains(&middle), doubted };
    words.into_iter().map(heard).collect()
}

/// Each word with its middle, and whether it is in doubt.
fn words_of(window: &Window) -> impl Iterator<Item = (&str, i64, bool)> {
    window.segments.iter().flat_map(|segment| {
        segment.words.iter().map(|word| {
            let unsure = word.verified.map_or(word.p.value() < 0.5, |verified| !verified);
            (word.word.as_str(), word.first.midpoint(word.end), unsure || segment.hearing == Hearing::Suspect)
        })
    })
}
