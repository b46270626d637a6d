//! One decode: runs it, maps its failure, and asks for the no-speech probability.

use std::sync::atomic::{AtomicBool, Ordering};

use rustix::time::{ClockId, clock_gettime};
use whisper_rs::{FullParams, WhisperError, WhisperState};

use super::model::{Model, deadline, max_tokens, positions, ran_full};
use super::watch::Watch;
use super::{EngineError, log, reading, to_f32};
use crate::hearing::{Hearing, Request, SAMPLE_RATE};

/// The request's language is checked, its length too.
pub(super) fn hear(
    model: &mut Model,
    mut parameters: FullParams<'static, 'static>,
    language: &str,
    request: &Request,
    stop: &AtomicBool,
) -> Result<Hearing, EngineError> {
    let began_us = thread_cpu_us();
    log::take_complaints();
    // Below 0.2 s whisper.cpp finds nothing, and its spectrogram reads past the end.
    let samples = to_f32(&request.pcm, SAMPLE_RATE as usize);
    let most = u32::try_from(model.context.n_audio_ctx()).unwrap_or(0);
    let audio_context = positions(request.context, samples.len(), most);
    let limit = max_tokens(samples.len());
    parameters.set_audio_ctx(to_c_int(audio_context));
    parameters.set_max_tokens(to_c_int(limit));

    let watch = Watch::until(deadline(request), stop);
    watch.run(&mut model.state, parameters, &samples).map_err(|error| failure(error, &watch, request, stop))?;

    let span = u32::try_from(request.pcm.len()).unwrap_or(u32::MAX);
    let (segments, words) = reading::read(model, language, &samples, span);
    // The state holds the last encoder pass only: after several, that is a short tail.
    let no_speech = if request.no_speech && watch.passes() == 1 { Some(no_speech(model)?) } else { None };
    Ok(Hearing {
        words,
        segments,
        no_speech,
        sampled_tokens: watch.sampled(),
        hit_max_tokens: ran_full(&watch, limit),
        passes: watch.passes(),
        audio_context,
        cpu_us: thread_cpu_us().saturating_sub(began_us),
    })
}

/// CPU time of this thread; a decode has no other.
pub(super) fn thread_cpu_us() -> u64 {
    let spent = clock_gettime(ClockId::ThreadCPUTime);
    let us = spent.tv_sec * 1_000_000 + spent.tv_nsec / 1_000;
    u64::try_from(us).unwrap_or(0)
}

/// whisper-rs looks for other codes than whisper.cpp returns, so nearly all arrive as `GenericError`.
fn failure(error: WhisperError, watch: &Watch<'_>, request: &Request, stop: &AtomicBool) -> EngineError {
    if watch.overran() {
        return EngineError::Deadline { allowed_ms: request.deadline.as_millis() };
    }
    if stop.load(Ordering::Relaxed) {
        return EngineError::Stopped;
    }
    let code = if let WhisperError::GenericError(code) = error { code } else { 0 };
    let attempt = match code {
        -2 => "compute the spectrogram",
        -3 => "detect the language",
        -4 => "set up its decoders",
        -5 => "take the audio context",
        -6 => "encode",
        -7 => "allocate its cache",
        -8 | -9 => "decode",
        _ => "hear",
    };
    let complaints = log::take_complaints();
    let complaints = if complaints.is_empty() { error.to_string() } else { complaints };
    EngineError::Whisper { attempt, code, complaints }
}

/// One more decoder step at the start-of-transcript token over the last encoder pass.
pub(super) fn no_speech(model: &mut Model) -> Result<f32, EngineError> {
    let failed = |error: WhisperError| EngineError::Whisper {
        attempt: "compute the no-speech probability",
        code: 0,
        complaints: error.to_string(),
    };
    let (start, mark) = (model.context.token_sot(), model.context.token_nosp());
    model.state.decode(&[start], 0, 1).map_err(failed)?;
    softmax_at(&model.state, mark).map_err(failed)
}

fn softmax_at(state: &WhisperState, token: i32) -> Result<f32, WhisperError> {
    let logits = state.get_logits()?;
    let highest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f32 = logits.iter().map(|logit| (logit - highest).exp()).sum();
    let own = usize::try_from(token).ok().and_then(|token| logits.get(token)).copied();
    Ok((own.unwrap_or(f32::NEG_INFINITY) - highest).exp() / sum)
}

fn to_c_int(n: u32) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}
