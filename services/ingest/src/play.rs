//! Decodes the pieces of a connection on a thread of its own, into a bounded channel.

use std::fs::File;

use domain::CoverageReason;
use media::{Block, Decoder, MediaError};
use tokio::sync::mpsc;

use crate::plan::{Piece, Source};

/// Blocks that may wait between decoder and sender: a few seconds of sound.
const QUEUE: usize = 32;

/// What comes out of a connection, in order.
#[derive(Debug)]
pub(crate) enum Played {
    /// Who speaks from here on.
    Speaker(Option<String>),
    /// Sound, 16 kHz mono.
    Sound(Vec<i16>),
    /// The source declared itself muted.
    Mute(i64),
    /// Nothing for so many samples.
    Gap(i64, CoverageReason),
    /// Something to tell the user: which source, and what is wrong with it.
    Fault(String, MediaError),
}

/// Opens every source of a piece once, so that what cannot be read is known before an epoch is opened.
///
/// Standard input cannot be tried without being consumed.
pub(crate) fn try_open(piece: &Piece) -> Result<(), MediaError> {
    match piece {
        Piece::Sound { source: source @ Source::File(_), .. } => open(source).map(drop),
        Piece::Sound { .. } | Piece::Mute(_) | Piece::Gap(..) => Ok(()),
    }
}

/// Starts to decode `pieces`. Dropping the receiver ends the thread at its next block.
pub(crate) fn play(pieces: Vec<Piece>) -> mpsc::Receiver<Played> {
    let (sender, receiver) = mpsc::channel(QUEUE);
    tokio::task::spawn_blocking(move || {
        for piece in pieces {
            if play_piece(&piece, &sender).is_none() {
                break;
            }
        }
    });
    receiver
}

/// None when nobody listens any more.
fn play_piece(piece: &Piece, sender: &mpsc::Sender<Played>) -> Option<()> {
    let tell = |played| sender.blocking_send(played).ok();
    match piece {
        Piece::Mute(samples) => tell(Played::Mute(*samples)),
        Piece::Gap(samples, reason) => tell(Played::Gap(*samples, *reason)),
        Piece::Sound { source, speaker, repeat } => {
            tell(Played::Speaker(speaker.clone()))?;
            for _ in 0..*repeat {
                if let Err(fault) = play_source(source, &tell)? {
                    return tell(Played::Fault(source.to_string(), fault));
                }
            }
            Some(())
        }
    }
}

fn play_source(source: &Source, tell: &impl Fn(Played) -> Option<()>) -> Option<Result<(), MediaError>> {
    let mut decoder = match open(source) {
        Ok(decoder) => decoder,
        Err(fault) => return Some(Err(fault)),
    };
    loop {
        match decoder.next_block() {
            Ok(Some(Block::Pcm(pcm))) => tell(Played::Sound(pcm))?,
            Ok(Some(Block::Lost { samples, source: fault })) => {
                tell(Played::Fault(source.to_string(), fault))?;
                if let Ok(samples @ 1..) = i64::try_from(samples) {
                    tell(Played::Gap(samples, CoverageReason::DecodeError))?;
                }
            }
            Ok(None) => return Some(Ok(())),
            Err(fault) => return Some(Err(fault)),
        }
    }
}

fn open(source: &Source) -> Result<Decoder, MediaError> {
    match source {
        Source::File(path) => Decoder::open_file(path),
        Source::Input => Decoder::open_stream(Box::new(std::io::stdin())),
        Source::Raw(None, rate, channels) => Decoder::open_raw(Box::new(std::io::stdin()), *rate, *channels),
        Source::Raw(Some(path), rate, channels) => {
            let file = File::open(path).map_err(|source| MediaError::Open { path: path.clone(), source })?;
            Decoder::open_raw(Box::new(file), *rate, *channels)
        }
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) | Self::Raw(Some(path), ..) => path.display().fmt(f),
            Self::Input | Self::Raw(None, ..) => f.write_str("standard input"),
        }
    }
}
