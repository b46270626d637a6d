//! What is heard: the demo's talk with the text that is truly said, and its music.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use domain::SAMPLE_RATE_HZ;
use serde::Deserialize;

/// A sound to hear.
pub(crate) struct Sound {
    pub(crate) name: &'static str,
    /// 16 kHz mono.
    pub(crate) pcm: Vec<i16>,
    /// What is said in it, in order.
    pub(crate) said: Vec<String>,
    /// How long this kind of sound lasts in the whole demo room, in seconds.
    pub(crate) in_room_s: f64,
}

impl Sound {
    pub(crate) fn seconds(&self) -> f64 {
        self.pcm.len() as f64 / SAMPLE_RATE_HZ as f64
    }
}

#[derive(Deserialize)]
struct Script {
    expect: Expect,
    line: Vec<Line>,
}

#[expect(clippy::struct_field_names, reason = "the script names each with its unit, the second")]
#[derive(Deserialize)]
struct Expect {
    music_s: f64,
    muted_s: Vec<f64>,
    epoch_s: Vec<f64>,
}

#[derive(Deserialize)]
struct Line {
    epoch: usize,
    end: i64,
    text: String,
}

/// The first `seconds` of the talk, its files played in a row, cut after the last whole line; and the first of the
/// music.
pub(crate) fn talk_and_music(demo: &Path, talk_s: f64, music_s: f64) -> anyhow::Result<[Sound; 2]> {
    let path = demo.join("script.toml");
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let script: Script = toml::from_str(&text).with_context(|| format!("{} is damaged", path.display()))?;
    let Expect { epoch_s, .. } = &script.expect;
    let before = script.expect.music_s + script.expect.muted_s.iter().sum::<f64>();
    let place =
        |line: &Line| line.end + samples(epoch_s[..line.epoch.min(epoch_s.len())].iter().sum()) - samples(before);
    let mut pcm = joined(&files(demo, "talk-")?, talk_s)?;
    let whole: Vec<&Line> = script.line.iter().filter(|line| place(line) <= length(&pcm)).collect();
    let end = whole.iter().map(|line| place(line)).max().context("no whole line is heard in so short a talk")?;
    // The pause after the last line stays, up to half a second.
    pcm.truncate(usize::try_from(end + SAMPLE_RATE_HZ / 2).unwrap_or(usize::MAX));
    let said = whole.into_iter().map(|line| line.text.clone()).collect();
    let talk = Sound { name: "talk", pcm, said, in_room_s: epoch_s.iter().sum::<f64>() - before };
    let pcm = joined(&files(demo, "lofi-")?, music_s)?;
    Ok([talk, Sound { name: "music", pcm, said: Vec::new(), in_room_s: script.expect.music_s }])
}

fn files(demo: &Path, begin: &str) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(demo).with_context(|| format!("cannot list {}", demo.display()))? {
        let path = entry?.path();
        let named = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(begin));
        if named && path.extension().is_some_and(|extension| extension == "opus") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn joined(files: &[PathBuf], seconds: f64) -> anyhow::Result<Vec<i16>> {
    let wanted = usize::try_from(samples(seconds))?;
    let mut pcm = Vec::new();
    for file in files {
        if pcm.len() >= wanted {
            break;
        }
        let mut decoder = media::Decoder::open_file(file)?;
        while let Some(block) = decoder.next_block().with_context(|| format!("cannot decode {}", file.display()))? {
            match block {
                media::Block::Pcm(more) => pcm.extend(more),
                media::Block::Lost { source, .. } => bail!("{} is damaged: {source}", file.display()),
            }
        }
    }
    pcm.truncate(wanted);
    Ok(pcm)
}

fn length(pcm: &[i16]) -> i64 {
    i64::try_from(pcm.len()).unwrap_or(i64::MAX)
}

#[expect(clippy::cast_possible_truncation, reason = "minutes of sound")]
fn samples(seconds: f64) -> i64 {
    (seconds * SAMPLE_RATE_HZ as f64).round() as i64
}
