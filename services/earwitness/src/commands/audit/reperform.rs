//! `audit reperform`: the same sound, model and settings give the same words, or the difference is shown.

use std::{
    collections::{BTreeMap, HashMap},
    io::Write,
    path::PathBuf,
    sync::Arc,
};

use anyhow::Context;
use bus::{Admin, BoxError, Claim, Consumer, Event, Positions, Subscription};
use domain::{AudioBody, AudioRecord, EpochKey, StreamTime, Word};
use report::{
    population::member,
    reperform::{Difference, differences},
};
use serde::{Deserialize, Serialize};
use speech::Recogniser;
use store::{HeardLine, Store};
use timeline::ClosedWindow;
use uuid::Uuid;

use crate::{
    answer::{Answer, BadInput},
    commands::print_json_line,
    config::Config,
    instance::{Addresses, open_store},
    services::transcription_settings,
};

pub(super) const EXAMPLES: &str = "Reads the sound of the sample's windows (or of the windows that its flags touch) from the audio topic, hears it with
the model and settings that hold now, and prints a JSON line a window: {\"window\", \"verdict\", \"differences\"}. The
verdict is \"same\", \"differs\", \"other_model\" or \"other_settings\" (then nothing is compared), \"gone\" where sound is no
longer on the topic, or \"silent\" where nobody spoke. 0 if all are the same or silent, 1 if one differs, 4 if some could
not be heard again.

Example:
  earwitness audit reperform sample.json";

/// Words before a seam that may be doubled, and how far back to look for them.
const TAIL_WORDS: usize = 5;
const TAIL_SAMPLES: i64 = 30 * domain::SAMPLE_RATE_HZ;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// What `audit sample` wrote, of windows or flags
    #[arg(value_name = "SAMPLE")]
    sample: PathBuf,
}

#[derive(Deserialize)]
struct SampleFile {
    of: String,
    drawn: Vec<DrawnLine>,
}

#[derive(Deserialize)]
struct DrawnLine {
    line: String,
}

#[derive(Serialize)]
struct VerdictLine {
    window: Uuid,
    verdict: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    differences: Vec<Difference>,
}

/// Everything is read from the beginning; nobody's positions move.
struct FromTheBeginning;

impl Positions for FromTheBeginning {
    async fn claim(&self, _topic: &str, _partition: i32) -> Result<Claim, BoxError> {
        Ok(Claim { generation: 0, next_offset: None })
    }
}

/// The sound of one window with its margins.
struct Sound {
    first: StreamTime,
    pcm: Vec<i16>,
    /// Samples of the window and its margins that are on the topic, as sound or declared missing.
    there: i64,
}

pub(super) async fn run(config: &Config, arguments: &Arguments) -> anyhow::Result<Answer> {
    let path = &arguments.sample;
    let text = std::fs::read_to_string(path).with_context(|| BadInput(format!("cannot read {}", path.display())))?;
    let no_sample = || BadInput(format!("{} is no sample", path.display()));
    let sample: SampleFile = serde_json::from_str(&text).with_context(no_sample)?;
    if !matches!(sample.of.as_str(), "windows" | "flags") {
        return Err(BadInput(format!("a sample of {} has no sound to hear again", sample.of)).into());
    }
    let mut ids = Vec::with_capacity(sample.drawn.len());
    for drawn in &sample.drawn {
        ids.push(member(&drawn.line).ok().and_then(|it| it.id.parse().ok()).with_context(no_sample)?);
    }
    let store = open_store(config, "audit").await?;
    let windows = store.heard_windows(&ids).await?;
    let sounds = read_sound(config, &windows).await?;
    let program = std::env::current_exe().context("cannot tell which program this is")?;
    let settings = speech::Settings::new(program, vec!["recogniser".to_owned()], config.speech_models()?, 1);
    let again =
        Again { recogniser: Recogniser::start(settings).await?, settings: transcription_settings(config), store };
    let (mut differ, mut unheard) = (0, 0);
    let mut out = std::io::stdout().lock();
    for (window, sound) in windows.iter().zip(sounds) {
        let line = again.hear(window, sound).await?;
        differ += u64::from(line.verdict == "differs");
        unheard += u64::from(!matches!(line.verdict, "same" | "silent" | "differs"));
        print_json_line(&mut out, &line)?;
    }
    out.flush()?;
    eprintln!("{} windows: {differ} differ, {unheard} could not be heard again", windows.len());
    Ok(match (differ, unheard) {
        (0, 0) => Answer::Done,
        (0, _) => Answer::InPart,
        _ => Answer::No,
    })
}

/// Where a window's sound begins and ends, with a margin at each seam.
fn bounds(window: &HeardLine, margin: i64) -> (i64, i64) {
    let before = if window.seam_before { margin } else { 0 };
    let after = if window.seam_after { margin } else { 0 };
    ((window.range.first().samples() - before).max(0), window.range.end().samples() + after)
}

/// Reads the topic once, from its beginning to where it ends now.
async fn read_sound(config: &Config, windows: &[HeardLine]) -> anyhow::Result<Vec<Sound>> {
    let margin = config.transcribe.margin_ms * domain::SAMPLE_RATE_HZ / 1_000;
    let mut sounds: Vec<Sound> = Vec::with_capacity(windows.len());
    let mut of_epoch: HashMap<EpochKey, Vec<usize>> = HashMap::new();
    for (place, window) in windows.iter().enumerate() {
        let (first, end) = bounds(window, margin);
        let samples = usize::try_from(end - first).unwrap_or(0);
        sounds.push(Sound { first: StreamTime::from_samples(first), pcm: vec![0; samples], there: 0 });
        of_epoch.entry(window.key.clone()).or_default().push(place);
    }
    let bus = Addresses::find(config)?.bus(config);
    let held = Admin::connect(&bus)?.watermarks(wire::topic::AUDIO).await?;
    let mut left: BTreeMap<i32, i64> =
        held.iter().filter(|held| held.first < held.end).map(|held| (held.partition, held.end)).collect();
    let group = format!("reperform-{}", std::process::id());
    let consumer = Consumer::subscribe(&bus, &Subscription::new(wire::topic::AUDIO, group), FromTheBeginning)?;
    while !left.is_empty() {
        let Event::Record(record) = consumer.recv().await? else { continue };
        if left.get(&record.partition).is_some_and(|end| record.offset + 1 >= *end) {
            left.remove(&record.partition);
        }
        let payload = record.payload.as_deref().unwrap_or_default();
        // A record that cannot be read was a dead letter then, too.
        let Ok(decoded) = wire::decode_audio(&record.headers, payload) else { continue };
        for &place in of_epoch.get(&decoded.record.key).into_iter().flatten() {
            sounds[place].take(&decoded.record);
        }
    }
    consumer.close().await;
    Ok(sounds)
}

impl Sound {
    /// Takes what a record holds of it; a record that comes twice counts once, as both hold the same.
    fn take(&mut self, record: &AudioRecord) {
        let end = self.first + i64::try_from(self.pcm.len()).unwrap_or(i64::MAX);
        let (from, until) = (record.first.max(self.first), record.end().min(end));
        if from >= until {
            return;
        }
        self.there += until.samples() - from.samples();
        if let AudioBody::Chunk(pcm) = &record.body {
            let place =
                |at: StreamTime, begin: StreamTime| usize::try_from(at.samples() - begin.samples()).unwrap_or(0);
            let into = place(from, self.first)..place(until, self.first);
            self.pcm[into].copy_from_slice(&pcm[place(from, record.first)..place(until, record.first)]);
        }
    }
}

/// What hears again.
struct Again {
    recogniser: Recogniser,
    settings: transcribe::Settings,
    store: Store,
}

impl Again {
    async fn hear(&self, window: &HeardLine, sound: Sound) -> anyhow::Result<VerdictLine> {
        let verdict = |verdict| VerdictLine { window: window.window, verdict, differences: Vec::new() };
        if window.model_sha256.is_none() {
            return Ok(verdict("silent"));
        }
        // The margin after an epoch's last sample was never there.
        if sound.there < window.range.end().samples() - sound.first.samples() {
            return Ok(verdict("gone"));
        }
        let closed = ClosedWindow {
            range: window.range,
            pcm: sound.pcm,
            pcm_first: sound.first,
            masks: Vec::new(),
            speakers: vec![(window.range.first(), None)],
            language: window.language.clone(),
            seam_before: window.seam_before,
            seam_after: window.seam_after,
        };
        let before = self.store.words_before(&window.key, window.range.first(), TAIL_SAMPLES).await?;
        let tail: Vec<Word> = before.words.into_iter().map(|word| word.word).collect();
        let tail = &tail[tail.len().saturating_sub(TAIL_WORDS)..];
        let closed = Arc::new(closed);
        let heard = transcribe::hear(&self.recogniser, &self.settings, &closed).await;
        let heard = heard.into_window(&window.key, &closed, tail);
        let Some(provenance) = &heard.provenance else { return Ok(verdict("differs")) };
        if Some(&provenance.model_sha256) != window.model_sha256.as_ref() {
            return Ok(verdict("other_model"));
        }
        if Some(&provenance.settings) != window.settings.as_ref() {
            return Ok(verdict("other_settings"));
        }
        let words: Vec<String> =
            heard.segments.into_iter().flat_map(|segment| segment.words).map(|word| word.text).collect();
        let differences = differences(&window.words, &words);
        let verdict = if differences.is_empty() { "same" } else { "differs" };
        Ok(VerdictLine { window: window.window, verdict, differences })
    }
}
