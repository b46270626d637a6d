//! Tiles a window with what became of every sample of it.

use domain::{CoverageReason, CoverageState, Interval, StreamRange, Word};

/// Within a window, silence, music or noise of this length or more is an interval of its own: 2 s.
const OWN_INTERVAL: i64 = 32_000;
/// Speech of this length or more without a word is a hole: 800 ms.
const HOLE: i64 = 12_800;
/// How far from a word speech may lie and still be its: 500 ms.
const NEAR_WORD: i64 = 8_000;

/// What was found out about a window.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// The window.
    pub window: StreamRange,
    /// Where somebody speaks, in order; may reach beyond the window.
    pub regions: &'a [StreamRange],
    /// What the rest sounds like, in order; may reach beyond the window.
    pub kinds: &'a [(StreamRange, CoverageState)],
    /// Stretches that were declared.
    pub masks: &'a [Interval],
    /// What became of the speech.
    pub speech: Outcome<'a>,
}

/// What became of a window's speech.
#[derive(Clone, Copy, Debug)]
pub enum Outcome<'a> {
    /// There was none.
    None,
    /// Words came out.
    Heard(&'a [Word]),
    /// None came out, or none that counts.
    Lost(CoverageReason),
}

/// Intervals that tile the window, in order, neighbours of one kind merged.
pub fn tile(evidence: Evidence<'_>) -> Vec<Interval> {
    let window = evidence.window;
    let spoken = match evidence.speech {
        Outcome::None | Outcome::Heard([]) => None,
        Outcome::Heard(_) => Some((CoverageState::Transcribed, None)),
        Outcome::Lost(reason) => Some((CoverageState::Lost, Some(reason))),
    };
    let mut tiles = vec![Interval {
        range: window,
        state: spoken.map_or(CoverageState::Silence, |(state, _)| state),
        reason: spoken.and_then(|(_, reason)| reason),
    }];
    let quiet = if spoken.is_some() { pauses(window, evidence.regions) } else { vec![window] };
    for stretch in quiet {
        for &(range, state) in evidence.kinds {
            if let Some(range) = range.intersection(stretch) {
                paint(&mut tiles, Interval { range, state, reason: None });
            }
        }
    }
    if let Outcome::Heard(words) = evidence.speech {
        for hole in holes(window, evidence.regions, words) {
            let (state, reason) = if is_music(hole, evidence.kinds) {
                (CoverageState::Music, None)
            } else {
                (CoverageState::Lost, Some(CoverageReason::AsrEmpty))
            };
            paint(&mut tiles, Interval { range: hole, state, reason });
        }
    }
    for mask in evidence.masks {
        paint(&mut tiles, *mask);
    }
    merge(tiles)
}

/// Stretches of 2 s and more of the window in which nobody speaks.
fn pauses(window: StreamRange, regions: &[StreamRange]) -> Vec<StreamRange> {
    let mut pauses = Vec::new();
    let mut at = window.first();
    for region in regions {
        pauses.extend(StreamRange::new(at, region.first().min(window.end())));
        at = at.max(region.end());
    }
    pauses.extend(StreamRange::new(at, window.end()));
    pauses.retain(|pause| pause.samples() >= OWN_INTERVAL);
    pauses
}

/// Samples of the window's speech that no word tells of, music that passed for speech left out: what a second attempt
/// may still hear.
pub fn unheard(evidence: Evidence<'_>, words: &[Word]) -> i64 {
    let holes = holes(evidence.window, evidence.regions, words);
    holes.into_iter().filter(|hole| !is_music(*hole, evidence.kinds)).map(StreamRange::samples).sum()
}

/// Stretches of speech in the window of 800 ms and more without a word near them.
fn holes(window: StreamRange, regions: &[StreamRange], words: &[Word]) -> Vec<StreamRange> {
    let mut holes = Vec::new();
    for region in regions.iter().filter_map(|region| region.intersection(window)) {
        let mut at = region.first();
        for word in words {
            let (first, end) = (word.first + -NEAR_WORD, word.end + NEAR_WORD);
            holes.extend(StreamRange::new(at, first.min(region.end())));
            at = at.max(end);
        }
        holes.extend(StreamRange::new(at, region.end()));
    }
    holes.retain(|hole| hole.samples() >= HOLE);
    holes
}

/// Whether most of `range` sounds like music.
fn is_music(range: StreamRange, kinds: &[(StreamRange, CoverageState)]) -> bool {
    let music = kinds.iter().filter(|(_, state)| *state == CoverageState::Music);
    let shared = music.filter_map(|(of, _)| of.intersection(range)).map(StreamRange::samples);
    shared.sum::<i64>() * 2 > range.samples()
}

/// Lays `interval` over `tiles`, which stay a tiling.
fn paint(tiles: &mut Vec<Interval>, interval: Interval) {
    let mut painted = Vec::with_capacity(tiles.len() + 2);
    for tile in tiles.drain(..) {
        let Some(shared) = tile.range.intersection(interval.range) else {
            painted.push(tile);
            continue;
        };
        painted.extend(StreamRange::new(tile.range.first(), shared.first()).map(|range| Interval { range, ..tile }));
        painted.push(Interval { range: shared, ..interval });
        painted.extend(StreamRange::new(shared.end(), tile.range.end()).map(|range| Interval { range, ..tile }));
    }
    *tiles = painted;
}

fn merge(tiles: Vec<Interval>) -> Vec<Interval> {
    let mut merged: Vec<Interval> = Vec::with_capacity(tiles.len());
    for tile in tiles {
        match merged.last_mut() {
            Some(last) if (last.state, last.reason) == (tile.state, tile.reason) => {
                last.range = last.range.hull(tile.range);
            }
            _ => merged.push(tile),
        }
    }
    merged
}

#[cfg(test)]
#[path = "coverage/tests.rs"]
mod tests;
