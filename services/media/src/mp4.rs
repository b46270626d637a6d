//! Where the sound of an MP4 file begins and ends: the edit list (ISO/IEC 14496-12, 8.6.6), which the demuxer ignores.
//!
//! AAC encoders put 1024 to 2112 frames of priming in front; without the edit list every word would come that much late.

use std::io::{Read, Seek, SeekFrom};

/// A `moov` box holds tables of a few bytes a packet; three hours need 2 MB.
const MAX_MOOV_BYTES: u64 = 64 << 20;

/// The part of a track that is meant to be heard, in ticks of `timescale`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Edit {
    pub(crate) track: u32,
    pub(crate) timescale: u32,
    pub(crate) first: u64,
    /// `None` where the list leaves the length open, as in files written in fragments.
    pub(crate) end: Option<u64>,
}

/// What is to be known of an MP4 file before it is demuxed.
#[derive(Debug, Default)]
pub(crate) struct Layout {
    /// Of the tracks that have one.
    pub(crate) edits: Vec<Edit>,
    /// The index stands before the sound, so that even a truncated file can be read from front to end.
    pub(crate) is_streamable: bool,
}

/// Looks through the boxes of a file. One that cannot be understood gets the default: the demuxer will say why.
pub(crate) fn layout(file: &mut (impl Read + Seek)) -> Layout {
    let mut layout = Layout { edits: Vec::new(), is_streamable: true };
    let moov = moov(file, &mut layout.is_streamable);
    moov.map_or_else(Layout::default, |moov| Layout { edits: edits_in(&moov), ..layout })
}

fn moov(file: &mut (impl Read + Seek), is_first: &mut bool) -> Option<Vec<u8>> {
    let mut at = 0_u64;
    loop {
        file.seek(SeekFrom::Start(at)).ok()?;
        let mut header = [0; 16];
        file.read_exact(&mut header[..8]).ok()?;
        let short = u64::from(u32_at(&header, 0)?);
        let (size, body) = if short == 1 {
            file.read_exact(&mut header[8..]).ok()?;
            (u64_at(&header, 8)?, 16)
        } else {
            (short, 8)
        };
        if &header[4..8] == b"moov" {
            let length = size.checked_sub(body).filter(|length| *length <= MAX_MOOV_BYTES)?;
            let mut moov = Vec::new();
            file.take(length).read_to_end(&mut moov).ok()?;
            return Some(moov);
        }
        *is_first &= &header[4..8] != b"mdat";
        // A size of 0 means "to the end of the file"; anything below a header would never move on.
        at = at.checked_add(size).filter(|_| size >= body)?;
    }
}

fn edits_in(moov: &[u8]) -> Vec<Edit> {
    let movie_timescale = child(moov, *b"mvhd").and_then(timescale);
    boxes(moov)
        .filter(|(kind, _)| kind == b"trak")
        .filter_map(|(_, track)| {
            let header = child(track, *b"tkhd")?;
            let id = u32_at(header, if header.first()? == &1 { 20 } else { 12 })?;
            let timescale = timescale(child(child(track, *b"mdia")?, *b"mdhd")?)?;
            let (duration, first) = heard(child(child(track, *b"edts")?, *b"elst")?)?;
            // The movie's timescale is often 1 ms: rounded up, so that no sound is cut off.
            let length = (u128::from(duration) + 1) * u128::from(timescale) / u128::from(movie_timescale?);
            let end = if duration == 0 { None } else { first.checked_add(u64::try_from(length).ok()?) };
            Some(Edit { track: id, timescale, first, end })
        })
        .collect()
}

/// Duration (in the movie's timescale) and first tick of a list's one real entry; lists that cut and join are not followed.
fn heard(list: &[u8]) -> Option<(u64, u64)> {
    let long = list.first()? == &1;
    let size = if long { 20 } else { 12 };
    let mut entries = list.get(8..)?.chunks_exact(size).filter_map(|entry| {
        let (duration, first) = if long {
            (u64_at(entry, 0)?, u64_at(entry, 8)?.cast_signed())
        } else {
            (u64::from(u32_at(entry, 0)?), i64::from(u32_at(entry, 4)?.cast_signed()))
        };
        // A negative start is an empty entry: it delays the track and cuts nothing.
        Some((duration, u64::try_from(first).ok()?))
    });
    let entry = entries.next()?;
    if entries.next().is_some() { None } else { Some(entry) }
}

/// Of an `mvhd` or `mdhd` box: both begin alike.
fn timescale(header: &[u8]) -> Option<u32> {
    u32_at(header, if header.first()? == &1 { 20 } else { 12 }).filter(|timescale| *timescale > 0)
}

fn child(parent: &[u8], wanted: [u8; 4]) -> Option<&[u8]> {
    boxes(parent).find(|(kind, _)| *kind == wanted).map(|(_, body)| body)
}

fn boxes(mut bytes: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    std::iter::from_fn(move || {
        let size = usize::try_from(u32_at(bytes, 0)?).ok()?;
        let kind = *bytes.get(4..)?.first_chunk()?;
        let body = bytes.get(8..size)?;
        bytes = &bytes[size..];
        Some((kind, body))
    })
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|bytes| u32::from_be_bytes(*bytes))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|bytes| u64::from_be_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use super::{heard, layout};

    #[test]
    fn a_list_that_joins_pieces_is_not_followed() {
        let entry = |duration: u32, first: i32| [duration.to_be_bytes(), first.to_be_bytes(), [0, 1, 0, 0]].concat();
        let list = |entries: &[Vec<u8>]| [vec![0; 8], entries.concat()].concat();
        assert_eq!(heard(&list(&[entry(1000, 1024)])), Some((1000, 1024)));
        assert_eq!(heard(&list(&[entry(50, -1), entry(1000, 1024)])), Some((1000, 1024)));
        assert_eq!(heard(&list(&[entry(10, 0), entry(10, 5000)])), None);
        assert_eq!(heard(&[]), None);
    }

    #[test]
    fn boxes_without_length_end_the_search() {
        assert!(!layout(&mut std::io::Cursor::new([0; 64])).is_streamable);
        let mut endless = b"\0\0\0\x01free\0\0\0\0\0\0\0\0".to_vec();
        endless.extend([0; 32]);
        assert!(!layout(&mut std::io::Cursor::new(endless)).is_streamable);
    }
}
