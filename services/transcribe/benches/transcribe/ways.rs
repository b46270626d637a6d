//! The ways to hear a window.

use std::{
    path::Path,
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use anyhow::Context;
use chrono::DateTime;
use domain::{Epoch, EpochKey, HeardWindow, StreamRange, Word};
use speech::{AudioContext, ModelFile, Models, Recogniser, Request, engine::Engine};
use timeline::{ClosedWindow, Limits, speech as voice, stitch};
use transcribe::{Settings, WindowLength};

use crate::RECOGNISER;

pub(crate) const MODEL: &str = "tiny.en";
const DEADLINE: Duration = Duration::from_mins(5);

/// What the service is told by default.
pub(crate) fn settings() -> Settings {
    Settings {
        group: "bench".to_owned(),
        owner: "bench".to_owned(),
        models: [("en".to_owned(), MODEL.to_owned())].into(),
        windows: [(MODEL.to_owned(), WindowLength { min_ms: 4_000, max_ms: 12_000 })].into(),
        pause_ms: 300,
        margin_ms: 500,
        context_margin: speech::DEFAULT_MARGIN,
        deadline: DEADLINE,
        backlog_seconds: 180,
        idle: Duration::from_mins(2),
        clock: || DateTime::UNIX_EPOCH,
    }
}

/// How the ordinary way cuts: at the quietest place between 3 and 6.5 s, so that no word waits longer than that.
pub(crate) fn ordinary_limits() -> Limits {
    Limits { min: 48_000, max: 104_000, pause: i64::MAX, margin: 0 }
}

pub(crate) fn key() -> anyhow::Result<EpochKey> {
    Ok(EpochKey { room: "bench".parse()?, stream: "demo".parse()?, epoch: Epoch::new(0) })
}

fn models(folder: &Path) -> Models {
    let file =
        |name: &str, file: &str| ModelFile { name: name.to_owned(), path: folder.join(file), sha256: String::new() };
    Models { hearing: vec![file(MODEL, "tiny.en-q8_0.bin")], gate: file("silero", "silero-vad.bin") }
}

/// The service's own hearing, through one recogniser process.
pub(crate) struct Service {
    recogniser: Recogniser,
    settings: Settings,
    key: EpochKey,
    tail: Vec<Word>,
}

impl Service {
    pub(crate) async fn start(folder: &Path) -> anyhow::Result<Self> {
        let program = std::env::current_exe().context("this program's file is not known")?;
        let settings = speech::Settings::new(program, vec![RECOGNISER.to_owned()], models(folder), 1);
        let recogniser = Recogniser::start(settings).await.context("run `earwitness models fetch tiny.en silero`")?;
        Ok(Self { recogniser, settings: self::settings(), key: key()?, tail: Vec::new() })
    }

    /// To be called at the begin of a sound.
    pub(crate) fn forget(&mut self) {
        self.tail.clear();
    }

    pub(crate) async fn hear(&mut self, window: &ClosedWindow) -> HeardWindow {
        let draft = transcribe::hear(&self.recogniser, &self.settings, window).await;
        let heard = draft.into_window(&self.key, window, &self.tail);
        self.tail = heard.words().cloned().collect();
        heard
    }
}

/// whisper.cpp and Silero in this process.
pub(crate) struct Direct {
    engine: Engine,
    tail: Vec<Word>,
}

impl Direct {
    pub(crate) fn load(folder: &Path) -> anyhow::Result<Self> {
        let engine = Engine::load(&models(folder), Arc::new(AtomicBool::new(false)), |_| {})?;
        Ok(Self { engine, tail: Vec::new() })
    }

    /// To be called at the begin of a sound.
    pub(crate) fn forget(&mut self) {
        self.tail.clear();
    }

    /// Silero over the window and one decode of its span, nothing else.
    pub(crate) fn bare(&mut self, window: &ClosedWindow) -> anyhow::Result<()> {
        let probabilities = self.engine.gate(&window.pcm)?;
        let regions = voice::regions(&probabilities, window.pcm_first, window.pcm.len());
        let pcm = StreamRange::new(window.pcm_first, window.pcm_first + i64::try_from(window.pcm.len())?)?;
        if let Some(span) = voice::span(window.range, &regions, pcm) {
            let offset = |at: domain::StreamTime| usize::try_from(at.samples() - window.pcm_first.samples());
            let pcm = window.pcm[offset(span.first())?..offset(span.end())?].to_vec();
            self.engine.bare(&request(pcm, AudioContext::default()), false)?;
        }
        Ok(())
    }

    /// The whole window over the full context; words doubled at a seam are removed as the service does.
    pub(crate) fn padded(&mut self, window: &ClosedWindow) -> anyhow::Result<Vec<Word>> {
        let hearing = self.engine.hear(&request(window.pcm.clone(), AudioContext::Full))?;
        let place = |at: u32| window.pcm_first + i64::from(at);
        let words = hearing.words.into_iter().map(|word| Word {
            text: word.text,
            first: place(word.first),
            end: place(word.end),
            p: word.p,
            verified: None,
        });
        let words = stitch::owned(words.collect(), window.range);
        let words = if window.seam_before { stitch::without_doubles(&self.tail, words) } else { words };
        self.tail.clone_from(&words);
        Ok(words)
    }
}

fn request(pcm: Vec<i16>, context: AudioContext) -> Request {
    let (model, language) = (MODEL.to_owned(), "en".to_owned());
    Request { pcm, model, language, context, deadline: DEADLINE, no_speech: false }
}
