//! Memory does not grow with the length of a source, nor with what its header claims.
//!
//! One test alone in its process: the allocator counts for all threads.
#![expect(clippy::unwrap_used, reason = "in a test the panic is the report")]

use std::io::{self, Read};

use media::{Block, Decoder, Reader};
use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// The same bytes again and again.
struct Repeated {
    bytes: Vec<u8>,
    at: usize,
    left: usize,
}

impl Repeated {
    fn reader(bytes: Vec<u8>, times: usize) -> Reader {
        Box::new(Self { bytes, at: 0, left: times })
    }
}

impl Read for Repeated {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.at == self.bytes.len() {
            self.left = self.left.saturating_sub(1);
            self.at = 0;
        }
        if self.left == 0 {
            return Ok(0);
        }
        let count = into.len().min(self.bytes.len() - self.at);
        into[..count].copy_from_slice(&self.bytes[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)).unwrap()
}

/// Decodes to the end; samples, and the most memory it took in bytes.
fn cost(open: impl FnOnce() -> Decoder) -> (u64, usize) {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let mut decoder = open();
    let mut samples = 0;
    while let Ok(Some(block)) = decoder.next_block() {
        samples += match block {
            Block::Pcm(pcm) => pcm.len() as u64,
            Block::Lost { samples, .. } => samples,
        };
    }
    (samples, MEMORY.peak_usage().saturating_sub(before))
}

#[test]
fn memory_is_bounded() {
    const MIB: usize = 1 << 20;
    let sources: [(&str, Vec<u8>); 4] = [
        ("opus", bytes("stereo.opus")),
        ("mp3", bytes("untagged-cbr.mp3")),
        ("aac", bytes("stereo-44k.aac")),
        ("vorbis", bytes("vorbis-44k.ogg")),
    ];
    for (name, sound) in sources {
        let (short, small) = cost(|| Decoder::open_stream(Repeated::reader(sound.clone(), 2)).unwrap());
        let (long, large) = cost(|| Decoder::open_stream(Repeated::reader(sound.clone(), 20)).unwrap());
        assert!(long > 8 * short, "{name}: {long} against {short} samples");
        assert!(large < small + MIB && large < 8 * MIB, "{name}: {large} against {small} bytes");
    }

    let (samples, memory) = cost(|| Decoder::open_raw(Repeated::reader([1, 0].repeat(8000), 5 * 60), 8000, 1).unwrap());
    assert_eq!(samples, 5 * 60 * 16_000);
    assert!(memory < 4 * MIB, "{memory} bytes for five minutes of raw samples");

    // The table of chunks claims 1.8 GB of sound where there are 10 kB.
    let mut liar = bytes("mulaw-8k.wav");
    let data = liar.windows(4).position(|window| window == b"data").unwrap();
    liar[data + 4..data + 8].copy_from_slice(&0x7000_0000_u32.to_le_bytes());
    let (_, memory) = cost(|| Decoder::open_stream(Box::new(io::Cursor::new(liar))).unwrap());
    assert!(memory < 8 * MIB, "{memory} bytes for a lie");
}
