//! The streaming gate: a voice probability for every 16 ms, so that windows can be cut in pauses as sound comes in.
//!
//! `earshot` (MIT or Apache-2.0, pure Rust, weights inside) costs 0.44 ms a second of sound and keeps 8 KB a stream.
//! It takes tonal music for voice, which only costs pauses; whether a window holds speech is Silero's to say.

/// Samples a frame: 16 ms.
pub const FRAME_SAMPLES: usize = 256;

/// A stateful streaming voice detector.
pub trait Voice: Send + Sync {
    /// The probability, 0 to 1, that somebody speaks in this frame; frames come in order.
    fn probability(&mut self, frame: &[i16; FRAME_SAMPLES]) -> f32;
}

/// The detector that is used.
#[derive(Default)]
pub struct Earshot(Box<earshot::Detector>);

impl Voice for Earshot {
    fn probability(&mut self, frame: &[i16; FRAME_SAMPLES]) -> f32 {
        self.0.predict_i16(frame)
    }
}
