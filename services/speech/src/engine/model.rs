//! One whisper model: loading, self-test, and the parameters of its decodes.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use whisper_rs::{FullParams, SamplingStrategy, WhisperContext, WhisperContextParameters, WhisperState};

use super::watch::Watch;
use super::{EngineError, check_readable, decode, log};
use crate::hearing::{AudioContext, Hearing, Request, SAMPLE_RATE};

/// The self-test's decode may take this long on a busy machine.
const SELF_TEST_DEADLINE: Duration = Duration::from_mins(1);
/// whisper.cpp stops a pass at this many tokens by itself: half its text context less four.
const MOST_TOKENS: u32 = 220;

pub(super) struct Model {
    pub(super) context: WhisperContext,
    pub(super) state: WhisperState,
    // Built once a language and cloned: setting a language leaks its text in whisper-rs.
    parameters: BTreeMap<&'static str, FullParams<'static, 'static>>,
}

impl Model {
    pub(super) fn load(path: &Path) -> Result<Self, EngineError> {
        check_readable(path)?;
        let unusable = |cause: String| EngineError::Unusable { path: path.to_owned(), cause };
        let or_complaints = |error: whisper_rs::WhisperError| {
            let complaints = log::take_complaints();
            unusable(if complaints.is_empty() { error.to_string() } else { complaints })
        };
        log::take_complaints();
        let mut parameters = WhisperContextParameters::default();
        parameters.use_gpu(false).flash_attn(false);
        let context = WhisperContext::new_with_params(path, parameters).map_err(or_complaints)?;
        let state = context.create_state().map_err(or_complaints)?;
        // A file without tensors loads with no more than a warning, and then hears nothing for ever.
        let complaints = log::take_complaints();
        if complaints.contains("no tensors") {
            return Err(unusable(complaints));
        }
        let mut model = Self { context, state, parameters: BTreeMap::new() };
        model.self_test().map_err(unusable)?;
        Ok(model)
    }

    pub(super) fn hear(&mut self, request: &Request, stop: &AtomicBool) -> Result<Hearing, EngineError> {
        let language = self.language(&request.language)?;
        let parameters = self.parameters(language);
        decode::hear(self, parameters, language, request, stop)
    }

    /// The code as whisper.cpp's own text, if this model hears that language. An unknown code would be no error to it.
    pub(super) fn language(&self, code: &str) -> Result<&'static str, EngineError> {
        let known = (!code.contains('\0')).then(|| whisper_rs::get_lang_id(code)).flatten();
        let known = known.and_then(whisper_rs::get_lang_str).filter(|known| *known == code);
        let known = known.ok_or_else(|| EngineError::Refused(format!("{code:?} is no language code of Whisper")))?;
        if known != "en" && !self.context.is_multilingual() {
            return Err(EngineError::Refused(format!("the model hears English only, not {code:?}")));
        }
        Ok(known)
    }

    pub(super) fn parameters(&mut self, language: &'static str) -> FullParams<'static, 'static> {
        let parameters = self.parameters.entry(language).or_insert_with(|| {
            let mut parameters = FullParams::new(SamplingStrategy::Greedy { best_of: 1 });
            parameters.set_n_threads(1);
            parameters.set_language(Some(language));
            parameters.set_no_context(true);
            parameters.set_temperature_inc(0.0);
            parameters.set_suppress_nst(true);
            parameters.set_single_segment(false);
            parameters.set_print_progress(false);
            parameters.set_print_realtime(false);
            parameters.set_print_timestamps(false);
            parameters
        });
        parameters.clone()
    }

    /// Decodes three seconds of a buzz like a voiced sound. Real weights sample a timestamp and at least one more
    /// token; missing ones end after the first, rotten ones give values that are not numbers.
    fn self_test(&mut self) -> Result<(), String> {
        let request = Request {
            pcm: buzz(),
            model: String::new(),
            language: "en".to_owned(),
            context: AudioContext::default(),
            deadline: SELF_TEST_DEADLINE,
            no_speech: false,
        };
        let hearing = self.hear(&request, &AtomicBool::new(false)).map_err(|error| error.to_string())?;
        if hearing.sampled_tokens < 2 {
            return Err("a test sound gave no decoding at all: the weights seem to be missing".to_owned());
        }
        if !decode::no_speech(self).map_err(|error| error.to_string())?.is_finite() {
            return Err("a test sound gave values that are not numbers: the weights seem to be damaged".to_owned());
        }
        Ok(())
    }
}

/// Encoder positions for a span of `samples`: 50 a second. A multiple of 32, or the matrix products are slow.
pub(super) fn positions(context: AudioContext, samples: usize, most: u32) -> u32 {
    let own = u32::try_from(samples.div_ceil(320)).unwrap_or(u32::MAX);
    let full = most / 32 * 32;
    match context {
        AudioContext::Margin(margin) => own.saturating_add(margin).min(full).next_multiple_of(32).min(full),
        AudioContext::Full => full,
    }
}

/// The token limit of a pass over `samples`.
pub(super) fn max_tokens(samples: usize) -> u32 {
    u32::try_from(samples * 8 / SAMPLE_RATE as usize + 12).unwrap_or(MOST_TOKENS).min(MOST_TOKENS)
}

/// Whether a decode ran into its limit: whisper.cpp samples one token more than asked.
pub(super) fn ran_full(watch: &Watch<'_>, limit: u32) -> bool {
    watch.longest() > limit || watch.longest() >= MOST_TOKENS
}

/// When a request that begins now must end.
pub(super) fn deadline(request: &Request) -> Instant {
    let now = Instant::now();
    now.checked_add(request.deadline).unwrap_or(now + SELF_TEST_DEADLINE)
}

/// Three seconds of a falling 120 Hz pulse train with the first formants of an open vowel.
fn buzz() -> Vec<i16> {
    let rate = SAMPLE_RATE as f32;
    (0..3 * SAMPLE_RATE)
        .map(|n| {
            let t = n as f32 / rate;
            let harmonics = (1_u8..30).map(|k| {
                let hz = 120.0 * f32::from(k);
                let formant = |centre: f32| (-((hz - centre) / 150.0).powi(2)).exp();
                (formant(700.0) + formant(1200.0) + 0.3) * (std::f32::consts::TAU * hz * t).sin() / f32::from(k)
            });
            to_i16(2000.0 * harmonics.sum::<f32>())
        })
        .collect()
}

#[expect(clippy::cast_possible_truncation, reason = "clamped first")]
fn to_i16(value: f32) -> i16 {
    value.clamp(f32::from(i16::MIN), f32::from(i16::MAX)) as i16
}
