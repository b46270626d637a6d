//! Whisper's token table out of CTranslate2's `vocabulary.txt`: a token a line, its bytes spelled in the printable
//! characters that GPT-2 lends them.

use std::path::Path;

use super::ConvertError;
use crate::bounded::Bounded;

/// Text tokens of every Whisper vocabulary; whisper.cpp names the special ones behind them itself.
pub(super) const TEXT_TOKENS: u32 = 50_257;
/// The one special token inside the text tokens: it closes the English-only vocabulary.
const END_OF_TEXT: &str = "<|endoftext|>";
const MAX_FILE_BYTES: u64 = 16 << 20;

/// The bytes of the first `count` tokens. The last text token of the multilingual vocabulary is empty.
pub(super) fn read(path: &Path, count: u32) -> Result<Vec<Vec<u8>>, ConvertError> {
    let mut from = Bounded::open(path).map_err(|source| ConvertError::open(path, source))?;
    if from.size() > MAX_FILE_BYTES {
        let problem = format!("{} bytes are too many", from.size());
        return Err(ConvertError::Foreign { wanted: "a vocabulary", problem });
    }
    let text = from.text("the vocabulary", from.size())?;
    let mut lines = text.split_terminator('\n').enumerate();
    (0..count as usize)
        .map(|wanted| match lines.next() {
            None => Err(ConvertError::Vocabulary {
                line: wanted + 1,
                problem: format!("nothing here, {count} tokens wanted"),
            }),
            Some((index, token)) => bytes_of(token).ok_or_else(|| ConvertError::Vocabulary {
                line: index + 1,
                problem: format!("{token:?} holds a character that stands for no byte"),
            }),
        })
        .collect()
}

fn bytes_of(token: &str) -> Option<Vec<u8>> {
    if token == END_OF_TEXT {
        return Some(token.as_bytes().to_vec());
    }
    token.chars().map(byte_of).collect()
}

/// Printable Latin-1 stands for itself; the other 68 bytes, in order, are the characters from U+0100 on.
fn byte_of(character: char) -> Option<u8> {
    let code = u32::from(character);
    match u8::try_from(code) {
        Ok(byte) => stands_for_itself(byte).then_some(byte),
        Err(_) => (0..=u8::MAX).filter(|&byte| !stands_for_itself(byte)).nth((code - 256) as usize),
    }
}

fn stands_for_itself(byte: u8) -> bool {
    matches!(byte, 33..=126 | 161..=172 | 174..=255)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_has_one_character_of_its_own() {
        let mut bytes: Vec<u8> = (0..=0x200).filter_map(char::from_u32).filter_map(byte_of).collect();
        bytes.sort_unstable();
        assert_eq!(bytes, (0..=255).collect::<Vec<u8>>());
    }

    #[test]
    fn a_leading_space_is_the_letter_g_with_a_dot() {
        assert_eq!(bytes_of("Ġthe"), Some(b" the".to_vec()));
        assert_eq!(bytes_of("Ċ"), Some(b"\n".to_vec()));
        assert_eq!(bytes_of("Ã©"), Some("é".as_bytes().to_vec()));
        assert_eq!(bytes_of(END_OF_TEXT), Some(END_OF_TEXT.as_bytes().to_vec()));
        assert_eq!(bytes_of("日"), None);
    }
}
