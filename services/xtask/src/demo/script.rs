//! What is truly said in the demo room, and what came before: `tests/demo/script.toml`.

use std::{fs, path::Path};

use anyhow::{Context, bail};
use serde::Deserialize;

/// The key to score against.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Script {
    pub(super) room: String,
    /// Of all ranges here.
    pub(super) sample_rate: i64,
    pub(super) expect: Expect,
    #[serde(rename = "line")]
    pub(super) lines: Vec<Line>,
}

/// Lengths in seconds, exact.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Expect {
    /// From the scheduled start to the talk.
    pub(super) delay_s: f64,
    pub(super) epochs: usize,
    /// Between the epochs.
    pub(super) lost_s: f64,
    pub(super) music_s: f64,
    /// Declared mute, in each epoch.
    pub(super) muted_s: Vec<f64>,
    pub(super) epoch_s: Vec<f64>,
    /// Of all epochs.
    pub(super) total_s: f64,
}

/// One spoken line.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Line {
    pub(super) stream: String,
    pub(super) epoch: u32,
    pub(super) first: i64,
    pub(super) end: i64,
    pub(super) speaker: String,
    pub(super) text: String,
    /// The category it must be flagged in.
    pub(super) planted: Option<String>,
    /// Categories that are equally right.
    #[serde(default)]
    pub(super) also: Vec<String>,
    /// Why it tempts, and must not be flagged.
    pub(super) harmless: Option<String>,
}

impl Script {
    pub(super) fn load(path: &Path) -> anyhow::Result<Self> {
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let script: Self = toml::from_str(&text).with_context(|| format!("{} is damaged", path.display()))?;
        let expect = &script.expect;
        if expect.epoch_s.len() != expect.epochs
            || expect.muted_s.len() != expect.epochs
            || script.sample_rate != 16_000
        {
            bail!("{} contradicts itself: epochs, their lengths, or the sample rate", path.display());
        }
        Ok(script)
    }

    pub(super) fn planted(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| line.planted.is_some())
    }

    /// Where music and mute end in the first epoch, in samples.
    pub(super) fn speech_begins(&self) -> i64 {
        let seconds = self.expect.music_s + self.expect.muted_s.first().copied().unwrap_or(0.0);
        samples(seconds)
    }
}

impl Line {
    /// Whether `category` is right for this planted line.
    pub(super) fn allows(&self, category: &str) -> bool {
        self.planted.as_deref() == Some(category) || self.also.iter().any(|also| also == category)
    }
}

/// Samples of a length in seconds at 16 kHz.
#[expect(clippy::cast_possible_truncation, reason = "lengths of rooms are hours, not ages")]
pub(super) fn samples(seconds: f64) -> i64 {
    (seconds * 16_000.0).round() as i64
}

#[cfg(test)]
mod tests {
    use super::{Script, samples};
    use crate::place::Place;

    #[test]
    fn the_real_script_is_read() {
        let script = Script::load(&Place::find().unwrap().root.join("tests/demo/script.toml")).unwrap();
        assert!(script.planted().count() >= 6);
        let earliest = script.lines.iter().filter(|line| line.epoch == 0).map(|line| line.first).min().unwrap();
        assert!(earliest >= script.speech_begins(), "{earliest} lies in music or mute");
        assert_eq!(samples(2.5), 40_000);
    }
}
