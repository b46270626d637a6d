//! Reads out what a decode left in whisper.cpp's state: segments, and words with their times.

use whisper_rs::WhisperSegment;

use super::model::Model;
use super::times;
use super::words::{self, Token, Unplaced};
use crate::hearing::{HeardSegment, Word};

/// `samples` is the span as decoded, `span` its length without padding.
pub(super) fn read(model: &Model, language: &str, samples: &[f32], span: u32) -> (Vec<HeardSegment>, Vec<Word>) {
    let loudness = times::loudness(samples);
    let mut segments = Vec::new();
    let mut all = Vec::new();
    let mut pass_begin = 0;
    for segment in model.state.as_iter() {
        let tokens = text_tokens(model, &segment, &loudness, &mut pass_begin);
        let logprobs: f32 = tokens.iter().map(|token| token.logprob).sum();
        let first_word = all.len();
        let mut words = words::join(&tokens, language);
        snap(&mut words, &loudness, segment.end_timestamp());
        all.extend(words);
        segments.push(HeardSegment {
            text: String::from_utf8_lossy(segment.to_bytes().unwrap_or_default()).trim().to_owned(),
            first_word: count(first_word),
            end_word: count(all.len()),
            tokens: count(tokens.len()),
            mean_logprob: if tokens.is_empty() { 0.0 } else { logprobs / tokens.len() as f32 },
        });
    }
    (segments, words::place(all, span))
}

/// The tokens of a segment that carry text (timestamps and marks have higher numbers), with their times.
/// `pass_begin` is where the encoder pass began, in steps: timestamps count from there.
fn text_tokens<'a>(
    model: &Model,
    segment: &'a WhisperSegment<'a>,
    loudness: &[f32],
    pass_begin: &mut i64,
) -> Vec<Token<'a>> {
    let (end_of_text, zero) = (model.context.token_eot(), i64::from(model.context.token_beg()));
    let (begin, end) = (segment.start_timestamp(), segment.end_timestamp());
    let tokens: Vec<_> = (0..segment.n_tokens()).filter_map(|i| segment.get_token(i)).collect();
    if let Some(last) = tokens.last().filter(|last| i64::from(last.token_id()) > zero) {
        *pass_begin = end - 2 * (i64::from(last.token_id()) - zero);
    }
    let mut text: Vec<Token<'a>> = tokens
        .iter()
        .filter(|token| token.token_id() < end_of_text)
        .map(|token| {
            let data = token.token_data();
            let stamp = *pass_begin + 2 * (i64::from(data.tid) - zero);
            let bytes = token.to_bytes().unwrap_or_default();
            Token {
                bytes,
                p: data.p,
                logprob: data.plog,
                stamp,
                stamp_p: data.pt,
                stamps_p: data.ptsum,
                first_cs: -1,
                end_cs: -1,
            }
        })
        .collect();
    let boundaries = times::boundaries(&text, loudness, begin, end);
    for (token, times) in text.iter_mut().zip(boundaries.windows(2)) {
        (token.first_cs, token.end_cs) = (times[0], times[1]);
    }
    text
}

/// Each word keeps to the room between the word before, already moved, and the one after.
fn snap(words: &mut [Unplaced], loudness: &[f32], segment_end: i64) {
    let step = |cs: i64| usize::try_from(cs).unwrap_or(0);
    let mut least = 0;
    for i in 0..words.len() {
        let most = words.get(i + 1).map_or(segment_end, |next| next.first_cs);
        let (first, end) = times::snap(loudness, (step(words[i].first_cs), step(words[i].end_cs)), least, step(most));
        (words[i].first_cs, words[i].end_cs) = (as_cs(first), as_cs(end));
        least = end;
    }
}

fn as_cs(step: usize) -> i64 {
    i64::try_from(step).unwrap_or(i64::MAX)
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
