//! Normalisation: what a recogniser wrote → the tokens that rules look at, with the exact way back to the words.
//!
//! [`VERSION`] names the method, which is part of what a pack is written against:
//! 1. NFKC and lower case (`ß` as `ss`); the apostrophe is one character; combining marks that are no letters go.
//! 2. A word splits at every character that is no letter and no digit: `stay-at-home` is three tokens. Kept together are
//!    initials (`U.S.` → `us`), decimals (`3.5`) and thousands (`1,000` → `1000`). A run of `*` inside a word is one `*`.
//! 3. Spoken forms of signs: `$500` → `500 dollars`, `5%` → `5 percent`, `&` → `and`, `a@b.com` → `a at b dot com`.
//! 4. English: contractions are written out (`I'm gonna` → `i am going to`), a genitive loses its apostrophe, hesitations
//!    (`um`) and a parenthetic `you know,` or `I mean,` go, and a stammered function word stands once.
//!
//! Number words and digits stay as they are. Any other language gets steps 1 to 3.

mod english;

pub(crate) use english::rewritten;

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;

use crate::limits::MAX_TOKEN_CHARS;

/// The version of the method.
pub const VERSION: &str = "1";

/// Normalised text: tokens with single spaces between and around them, and where each came from.
#[derive(Debug, Default)]
pub(crate) struct Normalised {
    text: String,
    /// Byte of each token's first character in `text`.
    starts: Vec<usize>,
    /// The word each token came from, as an index into what was given.
    words: Vec<usize>,
    /// Whether a sentence ends after the token.
    ends_sentence: Vec<bool>,
}

impl Normalised {
    /// Words as written, in order, each without white space around it.
    pub(crate) fn new<'a>(written: impl IntoIterator<Item = &'a str>, language: &str) -> Self {
        let written: Vec<&str> = written.into_iter().collect();
        let english = language == "en";
        let mut normalised = Self { text: " ".to_owned(), ..Self::default() };
        let mut pieces = Vec::new();
        let mut skip_until = 0;
        for (word, text) in written.iter().enumerate() {
            if english && word >= skip_until {
                skip_until = word + english::parenthesis(&written, word);
            }
            if word < skip_until {
                continue;
            }
            split(text, &mut pieces);
            let tokens_before = normalised.words.len();
            for piece in pieces.drain(..) {
                if english {
                    english::expand(&piece, |token| normalised.push(token, word));
                } else {
                    normalised.push(&piece.replace('\'', ""), word);
                }
            }
            if normalised.words.len() > tokens_before && ends_sentence(text) {
                normalised.ends_sentence.pop();
                normalised.ends_sentence.push(true);
            }
        }
        if english {
            normalised = normalised.without_stammer();
        }
        normalised
    }

    fn push(&mut self, token: &str, word: usize) {
        if token.is_empty() {
            return;
        }
        let end = token.char_indices().nth(MAX_TOKEN_CHARS).map_or(token.len(), |(at, _)| at);
        self.starts.push(self.text.len());
        self.text.push_str(&token[..end]);
        self.text.push(' ');
        self.words.push(word);
        self.ends_sentence.push(false);
    }

    fn without_stammer(self) -> Self {
        let mut kept = Self { text: " ".to_owned(), ..Self::default() };
        for token in 0..self.len() {
            let repeated = token + 1 < self.len() && self.token(token) == self.token(token + 1);
            if !(repeated && english::may_stammer(self.token(token))) {
                kept.push(self.token(token), self.words[token]);
                kept.ends_sentence.pop();
                kept.ends_sentence.push(self.ends_sentence[token]);
            }
        }
        kept
    }

    pub(crate) fn len(&self) -> usize {
        self.starts.len()
    }

    pub(crate) fn token(&self, token: usize) -> &str {
        &self.text[self.starts[token]..self.end(token)]
    }

    fn end(&self, token: usize) -> usize {
        self.starts.get(token + 1).map_or(self.text.len(), |&next| next) - 1
    }

    pub(crate) fn word(&self, token: usize) -> usize {
        self.words[token]
    }

    pub(crate) fn ends_sentence(&self, token: usize) -> bool {
        self.ends_sentence[token]
    }

    /// The text of these tokens with a space on either side, and the byte at which it begins.
    pub(crate) fn slice(&self, tokens: Range<usize>) -> (&str, usize) {
        if tokens.is_empty() {
            return (" ", 0);
        }
        let first = self.starts[tokens.start] - 1;
        (&self.text[first..=self.end(tokens.end - 1)], first)
    }

    /// The tokens that these bytes are exactly, spaces around them aside; none where they cut a token.
    pub(crate) fn tokens_at(&self, mut bytes: Range<usize>) -> Option<Range<usize>> {
        let text = self.text.as_bytes();
        while bytes.start < bytes.end && text[bytes.start] == b' ' {
            bytes.start += 1;
        }
        while bytes.start < bytes.end && text[bytes.end - 1] == b' ' {
            bytes.end -= 1;
        }
        let first = self.starts.binary_search(&bytes.start).ok()?;
        let end = self.starts.partition_point(|&start| start < bytes.end);
        (first < end && self.end(end - 1) == bytes.end).then_some(first..end)
    }
}

/// A phrase as its tokens with single spaces between them.
pub(crate) fn normalise_phrase(phrase: &str, language: &str) -> String {
    Normalised::new(phrase.split_whitespace(), language).text.trim().to_owned()
}

fn ends_sentence(written: &str) -> bool {
    let bare = written.trim_end_matches(|c: char| !c.is_alphanumeric() && !".!?…。".contains(c));
    bare.ends_with(['.', '!', '?', '…', '。']) && !english::is_abbreviation(bare)
}

/// Splits one written word into its pieces, which may still hold apostrophes.
fn split(written: &str, pieces: &mut Vec<String>) {
    let folded = fold(written);
    let mut piece = String::new();
    let mut unit: Option<&str> = None;
    for (at, &c) in folded.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| folded[at]);
        let after = folded.get(at + 1).copied();
        if c.is_alphanumeric() || c == '\'' || (c == '*' && before != Some('*')) {
            piece.push(c);
        } else if c == '*' || (c == '.' && is_initial(&folded, at)) || (c == ',' && is_thousands(&folded, at)) {
            // Left out: what stands on either side belongs together.
        } else if c == '.' && is_digit(before) && is_digit(after) {
            piece.push('.');
        } else {
            close(&mut piece, &mut unit, pieces);
            let inside = before.is_some_and(char::is_alphanumeric) && after.is_some_and(char::is_alphanumeric);
            match c {
                '$' | '€' | '£' if is_digit(before) => pieces.push(currency(c).to_owned()),
                '$' | '€' | '£' => unit = Some(currency(c)),
                '%' => pieces.push("percent".to_owned()),
                '&' => pieces.push("and".to_owned()),
                '@' if inside => pieces.push("at".to_owned()),
                '.' if inside && !is_digit(before) => pieces.push("dot".to_owned()),
                _ => {}
            }
        }
    }
    close(&mut piece, &mut unit, pieces);
}

fn close(piece: &mut String, unit: &mut Option<&str>, pieces: &mut Vec<String>) {
    if piece.chars().any(char::is_alphanumeric) {
        pieces.push(std::mem::take(piece));
        pieces.extend(unit.take().map(str::to_owned));
    }
    piece.clear();
}

fn currency(sign: char) -> &'static str {
    match sign {
        '$' => "dollars",
        '€' => "euros",
        _ => "pounds",
    }
}

fn fold(written: &str) -> Vec<char> {
    let mut folded = Vec::with_capacity(written.len());
    for c in written.nfkc() {
        match c {
            'ß' | 'ẞ' => folded.extend(['s', 's']),
            '’' | '‘' | '‛' | 'ʼ' | 'ʹ' | '`' | '´' | '′' | '＇' => folded.push('\''),
            // The accent of a lone "´" becomes a space and a mark under NFKC.
            '\u{300}'..='\u{36f}' => {}
            c => folded.extend(c.to_lowercase().filter(|c| !('\u{300}'..='\u{36f}').contains(c))),
        }
    }
    folded
}

fn is_digit(c: Option<char>) -> bool {
    c.is_some_and(|c| c.is_ascii_digit())
}

/// Whether the full stop at `at` follows a letter that stands alone, in a row of such: `u.s.`
fn is_initial(folded: &[char], at: usize) -> bool {
    let letter = |at: Option<usize>| at.and_then(|at| folded.get(at)).is_some_and(|c| c.is_alphabetic());
    let alone = |at: usize| letter(Some(at)) && !letter(at.checked_sub(1)) && !letter(Some(at + 1));
    at.checked_sub(1).is_some_and(alone) && (alone(at + 1) || (at >= 3 && folded[at - 2] == '.'))
}

fn is_thousands(folded: &[char], at: usize) -> bool {
    let digits = folded[at + 1..].iter().take_while(|c| c.is_ascii_digit()).count();
    at > 0 && folded[at - 1].is_ascii_digit() && digits == 3
}

#[cfg(test)]
mod tests;
