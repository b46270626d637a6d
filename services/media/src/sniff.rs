//! Guesses from the first bytes what a source is, to refuse what is no sound before a demuxer finds frames in it by
//! chance, and to name the format when its header cannot be read.

/// What the first bytes look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Looks {
    /// A format that the demuxers know.
    Readable(&'static str),
    /// A sound or video format that they do not.
    Unsupported(&'static str),
    /// Something else altogether, in words that end the sentence "not a sound file: …".
    NotSound(&'static str),
    /// No signature: it may still be a bare stream of frames, such as an MP3 cut from a broadcast.
    Unknown,
}

/// Offset, signature, verdict; the first that matches holds.
const SIGNATURES: &[(usize, &[u8], Looks)] = &[
    (8, b"WAVE", Looks::Readable("WAV")),
    (0, b"fLaC", Looks::Readable("FLAC")),
    (28, b"Speex   ", Looks::Unsupported("Ogg Speex")),
    (0, b"OggS", Looks::Readable("Ogg")),
    (0, b"\x1A\x45\xDF\xA3", Looks::Readable("WebM/Matroska")),
    (4, b"ftyp", Looks::Readable("MP4/M4A")),
    (0, b"ID3", Looks::Readable("MP3")),
    (0, b"RIFF", Looks::Unsupported("a RIFF file other than WAV")),
    (0, b"FORM", Looks::Unsupported("AIFF")),
    (0, b"caff", Looks::Unsupported("Core Audio (CAF)")),
    (0, b"riff\x2E\x91\xCF\x11", Looks::Unsupported("Wave64")),
    (0, b"#!AMR", Looks::Unsupported("AMR")),
    (0, b"\x30\x26\xB2\x75\x8E\x66\xCF\x11", Looks::Unsupported("Windows Media (ASF)")),
    (0, b".snd", Looks::Unsupported("Sun audio (AU)")),
    (0, b"wvpk", Looks::Unsupported("WavPack")),
    (0, b"MAC ", Looks::Unsupported("Monkey's Audio")),
    (0, b"FLV\x01", Looks::Unsupported("Flash video")),
    (0, b"\x00\x00\x01\xBA", Looks::Unsupported("MPEG program stream")),
    (0, b"\xFF\xD8\xFF", Looks::NotSound("it is a JPEG picture")),
    (0, b"\x89PNG", Looks::NotSound("it is a PNG picture")),
    (0, b"GIF8", Looks::NotSound("it is a GIF picture")),
    (0, b"%PDF", Looks::NotSound("it is a PDF document")),
    (0, b"PK\x03\x04", Looks::NotSound("it is a ZIP archive")),
    (0, b"\x1F\x8B", Looks::NotSound("it is a gzip archive")),
    (0, b"\x7FELF", Looks::NotSound("it is a program")),
];

/// The length of a packet in an MPEG transport stream, each of which begins with 0x47 (ISO/IEC 13818-1, 2.4.3).
const TRANSPORT_PACKET: usize = 188;

pub(crate) fn looks_like(head: &[u8]) -> Looks {
    let signature =
        SIGNATURES.iter().find(|(at, signature, _)| head.get(*at..).is_some_and(|head| head.starts_with(signature)));
    if let Some((_, _, verdict)) = signature {
        return *verdict;
    }
    if [0, TRANSPORT_PACKET, 2 * TRANSPORT_PACKET].iter().all(|at| head.get(*at) == Some(&0x47)) {
        return Looks::Unsupported("an MPEG transport stream");
    }
    if is_text(head) { Looks::NotSound("it reads as text") } else { Looks::Unknown }
}

/// Whether these formats are read better with seeking: their length or their index stands at the end.
pub(crate) fn wants_seeking(head: &[u8]) -> bool {
    head.starts_with(b"OggS") || head.get(4..8) == Some(b"ftyp")
}

fn is_text(head: &[u8]) -> bool {
    let valid = match std::str::from_utf8(head) {
        Ok(text) => text,
        // The head may end inside a character.
        Err(e) if e.error_len().is_none() => std::str::from_utf8(&head[..e.valid_up_to()]).unwrap_or_default(),
        Err(_) => return false,
    };
    !valid.is_empty() && valid.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t' | '\x0C' | '\x1B'))
}

#[cfg(test)]
mod tests {
    use super::{Looks, looks_like};

    #[test]
    fn text_is_told_from_sound_even_when_cut_inside_a_character() {
        assert_eq!(looks_like("Grüße aus dem Archiv\n".as_bytes()), Looks::NotSound("it reads as text"));
        assert_eq!(looks_like(&"aß".as_bytes()[..2]), Looks::NotSound("it reads as text"));
        assert_eq!(looks_like(&[0xFF, 0xFB, 0x90, 0x64, 0, 0]), Looks::Unknown);
        assert_eq!(looks_like(&[]), Looks::Unknown);
    }

    #[test]
    fn formats_that_cannot_be_read_have_a_name() {
        assert_eq!(looks_like(b"FORM\0\0\0\x20AIFF"), Looks::Unsupported("AIFF"));
        let mut transport = vec![0; 600];
        for at in [0, 188, 376, 564] {
            transport[at] = 0x47;
        }
        assert_eq!(looks_like(&transport), Looks::Unsupported("an MPEG transport stream"));
    }
}
