//! Bytes to text: UTF-8, or what spreadsheet programs save besides.

use super::{Code, Findings};

/// Largest file that is read, in bytes. A full report of a very large platform has about one million.
pub(super) const MAX_BYTES: usize = 64 << 20;

/// The text, whatever its encoding; another one than UTF-8 is a fault.
pub(super) fn text(file: &str, bytes: &[u8], findings: &mut Findings) -> Option<String> {
    if bytes.len() > MAX_BYTES {
        let message = format!("{} bytes; no sheet has more than {MAX_BYTES}, and it was not read", bytes.len());
        findings.fault(file, String::new(), Code::TooLarge, message);
        return None;
    }
    let (encoding, mark) = match encoding_rs::Encoding::for_bom(bytes) {
        Some((encoding, length)) => (encoding, length),
        None => (guess(bytes), 0),
    };
    if encoding == encoding_rs::UTF_8 && mark > 0 {
        let message = "begins with a byte order mark, which UTF-8 does not need";
        findings.remark(file, String::new(), Code::Encoding, message);
    }
    if encoding != encoding_rs::UTF_8 {
        let message = format!("is {}, not UTF-8 (Annex II, part I, 4)", encoding.name());
        findings.fault(file, String::new(), Code::Encoding, message);
    }
    let (text, broken) = encoding.decode_without_bom_handling(&bytes[mark..]);
    if broken {
        let message = format!("has bytes that are no {}", encoding.name());
        findings.fault(file, String::new(), Code::Encoding, message);
    }
    Some(text.into_owned())
}

/// Without a mark: UTF-16 has a nought in every other byte of plain text; what is not UTF-8 is taken for Windows-1252.
fn guess(bytes: &[u8]) -> &'static encoding_rs::Encoding {
    let start = &bytes[..bytes.len().min(64) & !1];
    let noughts = |offset: usize| start.iter().skip(offset).step_by(2).filter(|byte| **byte == 0).count();
    let most = start.len() / 4;
    match (noughts(0), noughts(1)) {
        (0, low) if low > most => encoding_rs::UTF_16LE,
        (high, 0) if high > most => encoding_rs::UTF_16BE,
        _ if std::str::from_utf8(bytes).is_ok() => encoding_rs::UTF_8,
        _ => encoding_rs::WINDOWS_1252,
    }
}
