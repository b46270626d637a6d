//! Mends what writers leave wrong in a WAV header, before the demuxer, which is strict, sees it.
//!
//! Recorders that were killed leave 0, programs that write to a pipe leave a placeholder, and RF64 (EBU Tech 3306) keeps
//! the true lengths of files over 4 GiB in a chunk of its own. In all three cases the sound simply goes on to the end.
//! Writers of telephone sound leave out the length of what follows the format, which is none.

/// Writers that cannot go back put one of these lengths; those below are of killed recorders, of sox and
/// arecord, and of ffmpeg.
const PLACEHOLDERS: [std::ops::RangeInclusive<u32>; 3] = [0..=0, 0x7FFF_EF00..=0x8000_0000, 0xFFFF_EF00..=0xFFFF_FFFF];

/// "To the end of the stream", as the demuxer understands it.
const UNTIL_THE_END: u32 = u32::MAX;

/// A-law and mu-law, whose format chunk ends with the length of an extension: it has 18 bytes, plain PCM's has 16.
const TELEPHONE: [[u8; 2]; 2] = [[6, 0], [7, 0]];

/// What the header says about the length of the sound.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct WavLength {
    /// False when the sound ends where the bytes end, so that nothing can be said to be missing.
    pub(crate) is_declared: bool,
    /// Bytes from the start of the file to the end of the sound, where only RF64 says it.
    pub(crate) end: Option<u64>,
}

/// Rewrites the lengths in `head`, the first bytes of a source, and fills up a format chunk that is too short. `None`
/// when it is no WAV file.
pub(crate) fn mend(head: &mut Vec<u8>) -> Option<WavLength> {
    let is_rf64 = head.starts_with(b"RF64");
    if !(is_rf64 || head.starts_with(b"RIFF")) || head.get(8..12)? != b"WAVE" {
        return None;
    }
    head[..4].copy_from_slice(b"RIFF");
    // A length too short for its chunks would make the demuxer refuse the file; the chunks themselves say enough.
    head[4..8].copy_from_slice(&UNTIL_THE_END.to_le_bytes());

    let mut long_length = None;
    let mut at = 12_usize;
    while let (Some(id), Some(mut length)) = (head.get(at..at + 4), word(head, at + 4)) {
        match id {
            b"fmt " if length == 16 && is_telephone(&head[at + 8..]) => {
                length = 18;
                head[at + 4..at + 8].copy_from_slice(&length.to_le_bytes());
                head.splice(at + 24..at + 24, [0, 0]);
            }
            b"ds64" => long_length = double_word(head, at + 16),
            b"data" => {
                let body = at + 8;
                let is_placeholder = PLACEHOLDERS.iter().any(|range| range.contains(&length));
                if !is_placeholder || (length == 0 && !has_sound(&head[body..])) {
                    return Some(WavLength { is_declared: true, end: None });
                }
                head[at + 4..body].copy_from_slice(&UNTIL_THE_END.to_le_bytes());
                let end = long_length.filter(|_| is_rf64).map(|length| length.saturating_add(body as u64));
                return Some(WavLength { is_declared: end.is_some(), end });
            }
            _ => {}
        }
        // Chunks are padded to an even length.
        at = at.checked_add(8)?.checked_add(usize::try_from(length).ok()?.checked_next_multiple_of(2)?)?;
    }
    // The sound begins behind the head: whatever its header says is taken at its word.
    Some(WavLength { is_declared: true, end: None })
}

/// Whether a format chunk's body says so; false where it is cut short.
fn is_telephone(body: &[u8]) -> bool {
    body.len() >= 16 && TELEPHONE.iter().any(|tag| body.starts_with(tag))
}

/// Whether what stands behind an empty data chunk is sound rather than the end or another chunk.
fn has_sound(behind: &[u8]) -> bool {
    behind.get(..4).is_some_and(|id| !id.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b' '))
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at.checked_add(4)?)?.try_into().ok().map(u32::from_le_bytes)
}

fn double_word(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..at.checked_add(8)?)?.try_into().ok().map(u64::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::{WavLength, mend};

    fn header(kind: [u8; 4], extra: &[u8], data_length: u32, behind: &[u8]) -> Vec<u8> {
        let parts: [&[u8]; 8] = [&kind, &[0; 4], b"WAVE", extra, b"data", &data_length.to_le_bytes(), behind, &[]];
        parts.concat()
    }

    #[test]
    fn a_true_length_is_kept() {
        let mut head = header(*b"RIFF", b"LIST\x03\0\0\0abc\0", 8, &[1; 8]);
        assert_eq!(mend(&mut head), Some(WavLength { is_declared: true, end: None }));
        assert_eq!(head[4..8], [0xFF; 4]);
        assert_eq!(head[28..32], [8, 0, 0, 0]);
    }

    #[test]
    fn placeholders_become_until_the_end() {
        for length in [0, 0x7FFF_F000, 0x8000_0000, u32::MAX, u32::MAX - 36] {
            let mut head = header(*b"RIFF", b"", length, &[1; 8]);
            assert_eq!(mend(&mut head), Some(WavLength { is_declared: false, end: None }), "{length:#x}");
            assert_eq!(head[16..20], [0xFF; 4], "{length:#x}");
        }
    }

    #[test]
    fn an_empty_file_with_a_list_behind_it_stays_empty() {
        let mut head = header(*b"RIFF", b"", 0, b"LIST\x04\0\0\0abcd");
        assert_eq!(mend(&mut head), Some(WavLength { is_declared: true, end: None }));
        assert_eq!(head[16..20], [0; 4]);
    }

    #[test]
    fn the_length_of_rf64_is_found() {
        let mut long = b"ds64\x1C\0\0\0".to_vec();
        long.extend([0; 8]);
        long.extend((5_u64 << 30).to_le_bytes());
        long.extend([0; 12]);
        let mut head = header(*b"RF64", &long, u32::MAX, &[1; 8]);
        assert_eq!(mend(&mut head), Some(WavLength { is_declared: true, end: Some((5 << 30) + 56) }));
        assert_eq!(&head[..4], b"RIFF");
    }

    #[test]
    fn a_format_without_the_length_of_its_extension_is_filled_up() {
        let format = |tag: u8, length: u8| [b"fmt ", [length, 0, 0, 0].as_slice(), &[tag, 0], &[1; 14]].concat();
        for tag in [6, 7] {
            let mut head = header(*b"RIFF", &format(tag, 16), 8, &[1; 8]);
            assert_eq!(mend(&mut head), Some(WavLength { is_declared: true, end: None }));
            assert_eq!(head[12..38], [&format(tag, 18)[..], &[0, 0]].concat());
            assert_eq!(head[38..42], *b"data");
        }
        for (tag, length) in [(1, 16), (7, 18), (7, 200)] {
            let mut head = header(*b"RIFF", &format(tag, length), 8, &[1; 8]);
            let before = head.clone();
            mend(&mut head);
            assert_eq!(head[8..], before[8..]);
        }
        let mut cut = header(*b"RIFF", b"fmt \x10\0\0\0\x07\0", 8, &[]);
        cut.truncate(22);
        assert_eq!(mend(&mut cut), Some(WavLength { is_declared: true, end: None }));
    }

    #[test]
    fn anything_else_is_left_alone() {
        assert_eq!(mend(&mut b"OggS\0\0\0\0\0\0\0\0\0\0".to_vec()), None);
        assert_eq!(mend(&mut b"RIFF\0\0".to_vec()), None);
        let mut hostile = header(*b"RIFF", b"LIST\xFF\xFF\xFF\xFF", 8, &[]);
        assert_eq!(mend(&mut hostile), Some(WavLength { is_declared: true, end: None }));
    }
}
