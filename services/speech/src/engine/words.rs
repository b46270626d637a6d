//! From tokens to words: joined at spaces, with times that are always ordered and inside the span.

use crate::hearing::{SAMPLE_RATE, Word};

/// Samples of whisper.cpp's unit of time, 10 ms.
const CENTISECOND: i64 = SAMPLE_RATE as i64 / 100;
/// A word is given at least this much room, 40 ms, where its span has it.
const LEAST_WORD: u32 = SAMPLE_RATE / 25;
/// Languages written without spaces between words; there every token is a word of its own.
const SPACELESS: [&str; 8] = ["zh", "yue", "ja", "th", "lo", "my", "km", "bo"];

/// One text token of a segment.
pub(super) struct Token<'a> {
    /// May end in the middle of a character.
    pub(super) bytes: &'a [u8],
    pub(super) p: f32,
    pub(super) logprob: f32,
    /// The likeliest timestamp at this token in 10 ms from the span's begin, its probability, and that of all.
    pub(super) stamp: i64,
    pub(super) stamp_p: f32,
    pub(super) stamps_p: f32,
    /// In 10 ms, from the begin of the span; below 0 where unknown.
    pub(super) first_cs: i64,
    pub(super) end_cs: i64,
}

/// A word before its times are put in order.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Unplaced {
    text: String,
    p: f32,
    pub(super) first_cs: i64,
    pub(super) end_cs: i64,
}

/// Joins the tokens of one segment to words.
pub(super) fn join(tokens: &[Token<'_>], language: &str) -> Vec<Unplaced> {
    let spaceless = SPACELESS.contains(&language);
    let mut words = Vec::new();
    let mut from = 0;
    let mut bytes: Vec<u8> = Vec::new();
    for (i, token) in tokens.iter().enumerate() {
        if begins_word(&bytes, token.bytes, spaceless) {
            words.extend(word(&bytes, &tokens[from..i]));
            bytes.clear();
            from = i;
        }
        bytes.extend_from_slice(token.bytes);
    }
    words.extend(word(&bytes, &tokens[from..]));
    words
}

fn begins_word(before: &[u8], token: &[u8], spaceless: bool) -> bool {
    if token.first() == Some(&b' ') {
        return true;
    }
    let (Ok(before), Ok(token)) = (str::from_utf8(before), str::from_utf8(token)) else {
        return spaceless && str::from_utf8(before).is_ok();
    };
    let joined_latin =
        before.ends_with(|c: char| c.is_ascii_alphanumeric()) && token.starts_with(|c: char| c.is_ascii_alphanumeric());
    spaceless && !joined_latin && token.contains(char::is_alphanumeric)
}

fn word(bytes: &[u8], tokens: &[Token<'_>]) -> Option<Unplaced> {
    let text = String::from_utf8_lossy(bytes).trim().to_owned();
    let first = tokens.first().filter(|_| !text.is_empty())?;
    // The heuristic gives a comma or full stop the pause after it: the word ends where its letters do.
    let spoken = |token: &&Token<'_>| !token.bytes.iter().all(|b| b.is_ascii_punctuation() || *b == b' ');
    let last = tokens.iter().rev().find(spoken).or(tokens.last())?;
    let p = tokens.iter().map(|token| token.p).sum::<f32>() / tokens.len() as f32;
    Some(Unplaced { text, p, first_cs: first.first_cs, end_cs: last.end_cs })
}

/// Gives every word a place in `0..span` samples: ordered, without overlap, never empty. Times that are unknown,
/// reversed or out of order are shared out by length of text between the good ones around them.
pub(super) fn place(mut words: Vec<Unplaced>, span: u32) -> Vec<Word> {
    words.truncate(usize::try_from(span).unwrap_or(usize::MAX)); // a word needs at least a sample of its own
    let mut ranges = trusted(&words, span);
    let mut i = 0;
    while i < ranges.len() {
        if ranges[i].is_some() {
            i += 1;
            continue;
        }
        let end = (i..ranges.len()).find(|&j| ranges[j].is_some()).unwrap_or(ranges.len());
        fill(&mut ranges, i, end, &words, span);
        i = end;
    }
    words
        .into_iter()
        .zip(ranges)
        .map(|(word, range)| {
            let (first, end) = range.unwrap_or((0, span));
            Word { text: word.text, first, end, p: word.p }
        })
        .collect()
}

/// The times that can stand, overlaps with the word before cut at the middle.
fn trusted(words: &[Unplaced], span: u32) -> Vec<Option<(u32, u32)>> {
    let mut ranges: Vec<Option<(u32, u32)>> = Vec::with_capacity(words.len());
    let mut before: Option<usize> = None;
    for (i, word) in words.iter().enumerate() {
        let mut range = (word.first_cs >= 0).then(|| (to_samples(word.first_cs, span), to_samples(word.end_cs, span)));
        if let (Some((first, _)), Some(at)) = (&mut range, before)
            && let Some((before_first, before_end)) = &mut ranges[at]
            && *first < *before_end
        {
            let middle = u32::midpoint(*first, *before_end);
            if *first > *before_first && middle > *before_first {
                (*first, *before_end) = (middle, middle);
            } else {
                range = None;
            }
        }
        range = range.filter(|(first, end)| first < end);
        before = if range.is_some() { Some(i) } else { before };
        ranges.push(range);
    }
    ranges
}

/// Places words `from..end`, none of which has a time, between their neighbours; where these leave too little room,
/// neighbours are placed anew with them.
fn fill(ranges: &mut [Option<(u32, u32)>], mut from: usize, mut end: usize, words: &[Unplaced], span: u32) {
    let first_of = |range: Option<&Option<(u32, u32)>>| range.copied().flatten().map_or(span, |range| range.0);
    let mut lo = from.checked_sub(1).and_then(|i| ranges[i]).map_or(0, |range| range.1);
    let mut hi = first_of(ranges.get(end));
    while hi.saturating_sub(lo) < LEAST_WORD.saturating_mul(count(end - from)) && (from > 0 || end < ranges.len()) {
        if from > 0 {
            from -= 1;
            lo = ranges[from].map_or(lo, |range| range.0);
        }
        if let Some(Some((_, right_end))) = ranges.get(end) {
            end += 1;
            hi = *right_end;
        }
        while end < ranges.len() && ranges[end].is_none() {
            end += 1;
            hi = first_of(ranges.get(end));
        }
    }
    let room = u64::from(hi.saturating_sub(lo));
    let letters: u64 = words[from..end].iter().map(letters_of).sum();
    let weight = |word: &Unplaced| if room < letters { 1 } else { letters_of(word) };
    let total: u64 = words[from..end].iter().map(weight).sum();
    let at = |done: u64| lo.saturating_add(u32::try_from(room * done / total.max(1)).unwrap_or(u32::MAX));
    let mut done = 0;
    for (word, range) in words[from..end].iter().zip(&mut ranges[from..end]) {
        let first = at(done);
        done += weight(word);
        *range = Some((first, at(done)));
    }
}

/// At least 1, since no word is empty.
fn letters_of(word: &Unplaced) -> u64 {
    word.text.chars().count() as u64
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn to_samples(centiseconds: i64, span: u32) -> u32 {
    let samples = centiseconds.saturating_mul(CENTISECOND).clamp(0, i64::from(span));
    u32::try_from(samples).unwrap_or(span)
}

#[cfg(test)]
mod tests;
