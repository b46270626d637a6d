//! Guards against invented text. They hold text back as suspect or drop what is not a word; they never alter words.
//!
//! Whisper invents most over silence and music, and at the end of a span it was not trained for: the same words over
//! and over, more words than a mouth can say, notes and stage directions in place of speech.

use std::fmt;

use domain::{StreamRange, Word};

/// A guard that fired, with what it saw.
#[derive(Clone, Debug, PartialEq)]
pub enum Guard {
    /// A run of words stands so many times in a row.
    Repetition(usize),
    /// Tokens a second of speech.
    TokenRate(f32),
    /// Characters a second of speech.
    CharacterRate(f32),
    /// Mean log probability of the tokens.
    Probability(f32),
    /// The recogniser was stopped at its limit of tokens.
    TokenLimit,
    /// So many words dropped that lie where nobody speaks.
    OutsideSpeech(usize),
    /// So many pieces dropped that are not words ("♪", "(upbeat music)").
    NotWords(usize),
}

impl Guard {
    /// Whether the text as a whole cannot be relied on (and is worth a second attempt).
    pub fn condemns(&self) -> bool {
        !matches!(self, Self::OutsideSpeech(_) | Self::NotWords(_))
    }
}

impl fmt::Display for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Repetition(times) => write!(f, "repetition={times}"),
            Self::TokenRate(rate) => write!(f, "token_rate={rate:.1}"),
            Self::CharacterRate(rate) => write!(f, "character_rate={rate:.1}"),
            Self::Probability(mean) => write!(f, "probability={mean:.2}"),
            Self::TokenLimit => write!(f, "token_limit"),
            Self::OutsideSpeech(words) => write!(f, "outside_speech={words}"),
            Self::NotWords(pieces) => write!(f, "not_words={pieces}"),
        }
    }
}

/// What the recogniser reports of a decode beside the words.
#[derive(Clone, Copy, Debug)]
pub struct Decode {
    /// Text tokens that came out.
    pub tokens: usize,
    /// Mean natural logarithm of their probabilities.
    pub mean_log_probability: f32,
    /// Whether the limit of tokens stopped it.
    pub token_limit: bool,
}

/// A run of words this often in a row is a loop; a single word may be said more often.
const RUN_REPEATS: usize = 4;
const WORD_REPEATS: usize = 7;
/// Nobody speaks faster: tokens and characters a second.
const MAX_TOKEN_RATE: f32 = 12.0;
const MAX_CHARACTER_RATE: f32 = 30.0;
/// Whisper's own bound for a failed decode.
const MIN_LOG_PROBABILITY: f32 = -1.0;
/// A word this far from any speech lies outside: 500 ms.
const NEAR_SPEECH: i64 = 8_000;

/// Drops what is not a word or lies where nobody speaks, and says which guards fire on the rest.
///
/// `regions` is the speech in the sound, in order.
pub fn apply(words: &[Word], decode: Decode, regions: &[StreamRange]) -> (Vec<Word>, Vec<Guard>) {
    let mut fired = Vec::new();
    let offered = words.len();
    let words = without_non_words(words);
    if words.len() < offered {
        fired.push(Guard::NotWords(offered - words.len()));
    }
    let spoken = words.len();
    let words: Vec<Word> = words.into_iter().filter(|word| near_speech(word, regions)).collect();
    if words.len() < spoken {
        fired.push(Guard::OutsideSpeech(spoken - words.len()));
    }
    if words.is_empty() {
        return (words, fired);
    }
    let seconds = regions.iter().map(|region| region.samples()).sum::<i64>().max(8_000) as f32 / 16_000.0;
    let characters = words.iter().map(|word| word.text.chars().count()).sum::<usize>();
    let (token_rate, character_rate) = (decode.tokens as f32 / seconds, characters as f32 / seconds);
    if let Some(times) = repetition(&words) {
        fired.push(Guard::Repetition(times));
    }
    if token_rate > MAX_TOKEN_RATE {
        fired.push(Guard::TokenRate(token_rate));
    }
    if character_rate > MAX_CHARACTER_RATE {
        fired.push(Guard::CharacterRate(character_rate));
    }
    if decode.mean_log_probability < MIN_LOG_PROBABILITY {
        fired.push(Guard::Probability(decode.mean_log_probability));
    }
    if decode.token_limit {
        fired.push(Guard::TokenLimit);
    }
    (words, fired)
}

/// Words that only note a sound: symbols, U+FFFD, or anything inside brackets, parentheses or asterisks.
fn without_non_words(words: &[Word]) -> Vec<Word> {
    let mut kept = Vec::with_capacity(words.len());
    let mut inside = 0;
    for (index, word) in words.iter().enumerate() {
        inside = inside.max(note_length(&words[index..]));
        let is_word = word.text.chars().any(char::is_alphanumeric) && !word.text.contains('\u{fffd}');
        if inside == 0 && is_word {
            kept.push(word.clone());
        }
        inside = inside.saturating_sub(1);
    }
    kept
}

/// How many words a note that begins with the first of `words` takes; 0 where none begins, or it never closes.
fn note_length(words: &[Word]) -> usize {
    const LONGEST: usize = 8;
    let first = words.first().map_or("", |word| word.text.as_str());
    let Some(close) = first.chars().next().and_then(|open| match open {
        '(' => Some(')'),
        '[' => Some(']'),
        '*' => Some('*'),
        _ => None,
    }) else {
        return 0;
    };
    let closes = |(index, word): (usize, &Word)| word.text.chars().skip(usize::from(index == 0)).any(|c| c == close);
    words.iter().enumerate().take(LONGEST).position(closes).map_or(0, |last| last + 1)
}

fn near_speech(word: &Word, regions: &[StreamRange]) -> bool {
    let midpoint = i64::midpoint(word.first.samples(), word.end.samples());
    regions.iter().any(|region| {
        region.first().samples() - NEAR_SPEECH <= midpoint && midpoint < region.end().samples() + NEAR_SPEECH
    })
}

/// How often a run of one to eight words stands in a row, where that is more than speech does; also a syllable that
/// repeats inside a word ("s-s-y-y-y-y").
fn repetition(words: &[Word]) -> Option<usize> {
    let plain: Vec<String> = words.iter().map(|word| plain(&word.text)).collect();
    for length in 1..=8.min(plain.len() / 2) {
        let needed = if length == 1 { WORD_REPEATS } else { RUN_REPEATS };
        for start in 0..plain.len() - length {
            let run = &plain[start..start + length];
            let times = plain[start..].chunks_exact(length).take_while(|chunk| *chunk == run).count();
            if times >= needed {
                return Some(times);
            }
        }
    }
    plain.iter().find_map(|word| inside_word(word))
}

fn inside_word(word: &str) -> Option<usize> {
    let characters: Vec<char> = word.chars().collect();
    (1..=3).find_map(|length| {
        (0..characters.len().saturating_sub(length)).find_map(|start| {
            let run = &characters[start..start + length];
            let times = characters[start..].chunks_exact(length).take_while(|chunk| *chunk == run).count();
            (times >= 6 && !run.iter().all(char::is_ascii_digit)).then_some(times)
        })
    })
}

fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use domain::StreamTime;

    use super::*;

    fn said(text: &str) -> Vec<Word> {
        text.split_whitespace()
            .enumerate()
            .map(|(index, text)| Word {
                text: text.into(),
                first: StreamTime::from_millis(300 * i64::try_from(index).unwrap()),
                end: StreamTime::from_millis(300 * i64::try_from(index).unwrap() + 250),
                p: 0.9,
                verified: None,
            })
            .collect()
    }

    #[track_caller]
    fn check(text: &str, expected_text: &str, expected: &[&str]) {
        let decode = Decode { tokens: text.split_whitespace().count(), mean_log_probability: -0.3, token_limit: false };
        let seconds = i64::try_from(text.split_whitespace().count()).unwrap() * 4_800;
        let regions = [StreamRange::from_samples(0, seconds.max(1)).unwrap()];
        let (words, fired) = apply(&said(text), decode, &regions);
        let kept: Vec<_> = words.iter().map(|word| word.text.as_str()).collect();
        assert_eq!(kept.join(" "), expected_text);
        assert_eq!(fired.iter().map(Guard::to_string).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn plain_speech_passes() {
        check("No, no, no, that is not what I said.", "No, no, no, that is not what I said.", &[]);
        check("Call 000000 now, it is 1000000 euros.", "Call 000000 now, it is 1000000 euros.", &[]);
    }

    #[test]
    fn notes_and_stage_directions_are_not_words() {
        check("♪", "", &["not_words=1"]);
        check("(upbeat music) Hello there. [BLANK_AUDIO]", "Hello there.", &["not_words=3"]);
        check("♪ la la la ♪ and (now", "la la la and (now", &["not_words=2"]);
    }

    #[test]
    fn loops_are_condemned() {
        check(&"thank you so much ".repeat(4), "thank you so much ".repeat(4).trim(), &["repetition=4"]);
        check("you you you you you you you", "you you you you you you you", &["repetition=7"]);
        check("an old-s-s-s-s-s-s-s hat", "an old-s-s-s-s-s-s-s hat", &["repetition=7"]);
    }

    #[test]
    fn a_word_far_from_speech_is_dropped() {
        let regions = [StreamRange::from_samples(0, 16_000).unwrap()];
        let decode = Decode { tokens: 3, mean_log_probability: -0.2, token_limit: false };
        let mut words = said("we know this");
        words[2].first = StreamTime::from_millis(4_000);
        words[2].end = StreamTime::from_millis(4_200);
        let (kept, fired) = apply(&words, decode, &regions);
        assert_eq!((kept.len(), fired), (2, vec![Guard::OutsideSpeech(1)]));
    }

    #[test]
    fn more_than_a_mouth_can_say_is_condemned() {
        let regions = [StreamRange::from_samples(0, 8_000).unwrap()];
        let decode = Decode { tokens: 40, mean_log_probability: -1.4, token_limit: true };
        let (_, fired) = apply(&said("we know"), decode, &regions);
        assert_eq!(fired, [Guard::TokenRate(80.0), Guard::Probability(-1.4), Guard::TokenLimit]);
        assert!(fired.iter().all(Guard::condemns));
    }
}
