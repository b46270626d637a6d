//! Hears one closed window: gate, span, decode, guards, and one second attempt at full context.

use domain::{
    CoverageReason, CoverageState, HeardWindow, Hearing, Interval, Provenance, Segment, StreamRange, StreamTime, Word,
};
use speech::{
    AudioContext, Recogniser, Request, SpeechError,
    triage::{self, Sound},
};
use timeline::{
    ClosedWindow,
    coverage::{self, Evidence, Outcome},
    guard::{self, Decode, Guard},
    speech as voice, stitch,
};

use crate::settings::{Settings, primary};

/// A sample this small is digital silence or its dither.
const SILENT: i16 = 8;
/// A pause between words that parts two segments: 1 s.
const SEGMENT_PAUSE: i64 = 16_000;

/// What was heard in a window, before it is matched with the window before it.
#[derive(Debug)]
pub struct Draft {
    /// Why the speech counts as lost; the words, if any, are suspect.
    lost: Option<CoverageReason>,
    kinds: Vec<(StreamRange, CoverageState)>,
    guards: Vec<String>,
    /// Words whose midpoint lies in the window.
    words: Vec<Word>,
    regions: Vec<StreamRange>,
    attempts: u32,
    provenance: Option<Provenance>,
}

impl Draft {
    fn unheard(lost: Option<CoverageReason>) -> Self {
        Self {
            lost,
            kinds: Vec::new(),
            guards: Vec::new(),
            words: Vec::new(),
            regions: Vec::new(),
            attempts: 0,
            provenance: None,
        }
    }

    /// A window that killed the recogniser too often to be tried again.
    pub(crate) fn crashed(window: &ClosedWindow) -> Self {
        Self { regions: vec![window.range], ..Self::unheard(Some(CoverageReason::AsrCrash)) }
    }

    /// The window as it is stored; `before` are the last words of the window before it.
    pub fn into_window(self, key: &domain::EpochKey, window: &ClosedWindow, before: &[Word]) -> HeardWindow {
        let words = if window.seam_before { stitch::without_doubles(before, self.words) } else { self.words };
        let speech = match self.lost {
            Some(reason) => Outcome::Lost(reason),
            None if self.provenance.is_none() => Outcome::None,
            None => Outcome::Heard(&words),
        };
        let evidence =
            Evidence { window: window.range, regions: &self.regions, kinds: &self.kinds, masks: &window.masks, speech };
        let intervals = coverage::tile(evidence);
        let hearing = if self.lost.is_some() { Hearing::Suspect } else { Hearing::Single };
        HeardWindow {
            key: key.clone(),
            range: window.range,
            language: window.language.clone(),
            provenance: self.provenance,
            segments: segments(words, &window.speakers, hearing),
            intervals,
            guards: self.guards,
            attempts: self.attempts,
            seam: window.seam_after,
        }
    }
}

/// Hears `window`. Never fails: what cannot be heard comes back as lost, with the reason.
pub async fn hear(recogniser: &Recogniser, settings: &Settings, window: &ClosedWindow) -> Draft {
    if window.pcm.iter().all(|sample| sample.unsigned_abs() <= SILENT.unsigned_abs()) {
        let silence = vec![(window.range, CoverageState::Silence)];
        return Draft { kinds: silence, ..Draft::unheard(None) };
    }
    match twice(|| recogniser.gate(&window.pcm)).await {
        Ok(probabilities) => hear_gated(recogniser, settings, window, &probabilities).await,
        Err(error) => {
            tracing::warn!(error = &error as &dyn std::error::Error, range = %window.range, "the gate failed");
            Draft { regions: vec![window.range], ..Draft::unheard(Some(lost_by(&error))) }
        }
    }
}

async fn hear_gated(
    recogniser: &Recogniser,
    settings: &Settings,
    window: &ClosedWindow,
    probabilities: &[f32],
) -> Draft {
    let regions = voice::regions(probabilities, window.pcm_first, window.pcm.len());
    let pcm_end = window.pcm_first + samples(window.pcm.len());
    let span =
        StreamRange::new(window.pcm_first, pcm_end).ok().and_then(|pcm| voice::span(window.range, &regions, pcm));
    let Some(span) = span else {
        return Draft { kinds: sounds_like(window, &[]), regions, ..Draft::unheard(None) };
    };
    let silent = Draft { kinds: sounds_like(window, probabilities), regions, ..Draft::unheard(None) };
    let Some(model) = settings.model(&window.language) else {
        return Draft { lost: Some(CoverageReason::PolicyDeferred), ..silent };
    };
    let attempt = Attempt { recogniser, settings, window, model, span, regions: &silent.regions };
    let heard = attempt.best(&silent.kinds).await;
    let provenance = recogniser.model_identity(model).map(|identity| provenance(&identity, settings));
    match heard {
        Ok((result, attempts)) => Draft {
            lost: result.condemned().then_some(CoverageReason::AsrGuarded),
            // Where no word came out, what passed for speech is told by its sound alone.
            kinds: if result.words.is_empty() { sounds_like(window, &[]) } else { silent.kinds },
            guards: result.guards.iter().map(Guard::to_string).collect(),
            words: result.words,
            regions: silent.regions,
            attempts,
            provenance,
        },
        Err(error) => {
            tracing::warn!(error = &error as &dyn std::error::Error, range = %window.range, "the recogniser failed");
            Draft { lost: Some(lost_by(&error)), attempts: 2, provenance, ..silent }
        }
    }
}

/// One span to be heard.
struct Attempt<'a> {
    recogniser: &'a Recogniser,
    settings: &'a Settings,
    window: &'a ClosedWindow,
    model: &'a str,
    span: StreamRange,
    regions: &'a [StreamRange],
}

/// Words that belong to the window, and the guards that fired.
struct Attempted {
    words: Vec<Word>,
    guards: Vec<Guard>,
}

impl Attempted {
    fn condemned(&self) -> bool {
        self.guards.iter().any(Guard::condemns)
    }
}

impl Attempt<'_> {
    /// The first attempt, or the second at full context where a guard fired or speech stayed without a word and the
    /// second does better. The number tells how many it took.
    async fn best(&self, kinds: &[(StreamRange, CoverageState)]) -> Result<(Attempted, u32), SpeechError> {
        let first = self.decode(AudioContext::Margin(self.settings.context_margin)).await?;
        let unheard = |result: &Attempted| {
            let evidence = Evidence {
                window: self.window.range,
                regions: self.regions,
                kinds,
                masks: &self.window.masks,
                speech: Outcome::Heard(&result.words),
            };
            coverage::unheard(evidence, &result.words)
        };
        if !first.condemned() && unheard(&first) == 0 {
            return Ok((first, 1));
        }
        let second = self.decode(AudioContext::Full).await?;
        let better = match (first.condemned(), second.condemned()) {
            (false, true) => false,
            (true, _) => true,
            (false, false) => unheard(&second) < unheard(&first),
        };
        Ok((if better { second } else { first }, 2))
    }

    async fn decode(&self, context: AudioContext) -> Result<Attempted, SpeechError> {
        let offset = |at: StreamTime| {
            usize::try_from(at.samples() - self.window.pcm_first.samples()).unwrap_or(0).min(self.window.pcm.len())
        };
        let pcm = &self.window.pcm[offset(self.span.first())..offset(self.span.end())];
        let request = Request {
            pcm: pcm.to_vec(),
            model: self.model.to_owned(),
            language: primary(&self.window.language),
            context,
            deadline: self.settings.deadline,
            no_speech: false,
        };
        let hearing = twice(|| self.recogniser.hear(&request)).await?;
        let tokens: u32 = hearing.segments.iter().map(|segment| segment.tokens).sum();
        let log_probability: f32 =
            hearing.segments.iter().map(|segment| segment.mean_logprob * segment.tokens as f32).sum();
        let decode = Decode {
            tokens: tokens as usize,
            mean_log_probability: log_probability / tokens.max(1) as f32,
            token_limit: hearing.hit_max_tokens,
        };
        let words: Vec<Word> = hearing
            .words
            .into_iter()
            .map(|word| Word {
                text: word.text,
                first: self.span.first() + i64::from(word.first),
                end: self.span.first() + i64::from(word.end),
                p: word.p,
                verified: None,
            })
            .collect();
        let (words, guards) = guard::apply(&words, decode, self.regions);
        Ok(Attempted { words: stitch::owned(words, self.window.range), guards })
    }
}

/// Asks again once where the process died or hung: the next one may serve it.
async fn twice<T, F>(ask: impl Fn() -> F) -> Result<T, SpeechError>
where
    F: Future<Output = Result<T, SpeechError>>,
{
    match ask().await {
        Err(error) if error.is_transient() => {
            tracing::warn!(error = &error as &dyn std::error::Error, "the recogniser is asked again");
            ask().await
        }
        answer => answer,
    }
}

fn lost_by(error: &SpeechError) -> CoverageReason {
    if matches!(error, SpeechError::TimedOut { .. }) { CoverageReason::AsrTimeout } else { CoverageReason::AsrCrash }
}

/// What the window sounds like where nobody speaks.
fn sounds_like(window: &ClosedWindow, probabilities: &[f32]) -> Vec<(StreamRange, CoverageState)> {
    let sounds = triage::classify(&window.pcm, probabilities);
    triage::intervals(&sounds, window.pcm.len())
        .into_iter()
        .filter_map(|stretch| {
            let state = match stretch.sound {
                Sound::Silence => CoverageState::Silence,
                Sound::Music => CoverageState::Music,
                // Counts only where a pause reaches into it.
                Sound::Noise | Sound::Speech => CoverageState::Noise,
            };
            let first = window.pcm_first + samples(stretch.first);
            StreamRange::new(first, window.pcm_first + samples(stretch.end)).ok().map(|range| (range, state))
        })
        .collect()
}

/// Runs of words by one speaker, parted at long pauses and after sentences.
fn segments(words: Vec<Word>, speakers: &[(StreamTime, Option<String>)], hearing: Hearing) -> Vec<Segment> {
    let speaker_at = |word: &Word| {
        let midpoint = i64::midpoint(word.first.samples(), word.end.samples());
        let holding = speakers.iter().rev().find(|(from, _)| from.samples() <= midpoint);
        holding.and_then(|(_, speaker)| speaker.clone())
    };
    let mut segments: Vec<Segment> = Vec::new();
    for word in words {
        let speaker = speaker_at(&word);
        let Ok(range) = StreamRange::new(word.first, word.end.max(word.first + 1)) else { continue };
        match segments.last_mut() {
            Some(last) if last.speaker == speaker && goes_on(last, &word) => {
                last.range = last.range.hull(range);
                last.text.push(' ');
                last.text.push_str(&word.text);
                last.words.push(word);
            }
            _ => segments.push(Segment { range, speaker, text: word.text.clone(), hearing, words: vec![word] }),
        }
    }
    segments
}

fn goes_on(segment: &Segment, word: &Word) -> bool {
    let sentence_ended = segment.text.ends_with(['.', '?', '!', '…', '。', '？', '！'])
        && !is_abbreviation(segment.words.last().map_or("", |last| last.text.as_str()))
        && !word.text.starts_with(char::is_lowercase);
    !sentence_ended && word.first.samples() - segment.range.end().samples() < SEGMENT_PAUSE
}

/// A title or an initial, whose point ends no sentence.
fn is_abbreviation(word: &str) -> bool {
    let titles = ["Mr.", "Mrs.", "Ms.", "Dr.", "Prof.", "St.", "Sr.", "Jr.", "vs.", "No."];
    let is_initial = word.chars().count() == 2 && word.starts_with(char::is_uppercase) && word != "I.";
    titles.contains(&word) || is_initial
}

fn provenance(identity: &speech::ModelIdentity, settings: &Settings) -> Provenance {
    let decode = serde_json::json!({ "decode": identity.settings, "context_margin": settings.context_margin });
    Provenance {
        model: identity.model.name.clone(),
        model_sha256: identity.model.sha256.clone(),
        library: format!("whisper.cpp {}", identity.library.version),
        settings: decode.to_string(),
    }
}

fn samples(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

/// A window of declared stretches only, which needs no hearing.
pub(crate) fn declared(masks: &[Interval]) -> Draft {
    let kinds = masks.iter().map(|mask| (mask.range, mask.state)).collect();
    Draft { kinds, ..Draft::unheard(None) }
}
