//! Many channels to one: the mean of stereo, and for surround a weighted mean in which the front carries the voice.

use symphonia::core::audio::{Channels, Position};

/// Surround and height channels carry the room, not the speaker: half the weight of the front.
const SURROUND_WEIGHT: f32 = 0.5;

/// One weight a channel in the order in which they are interleaved; they sum to 1, so that nothing can clip.
pub(crate) fn weights(channels: &Channels) -> Vec<f32> {
    let count = channels.count();
    let mut weights: Vec<f32> = match channels {
        Channels::Positioned(positions) if count > 2 => positions.iter().map(weight).collect(),
        // The first component of an ambisonic set is the sound from everywhere.
        Channels::Ambisonic(_) => (0..count).map(|channel| if channel == 0 { 1.0 } else { 0.0 }).collect(),
        Channels::Positioned(_) | Channels::Discrete(_) | Channels::Custom(_) | Channels::None | _ => vec![1.0; count],
    };
    let sum: f32 = weights.iter().sum();
    if sum > 0.0 {
        for weight in &mut weights {
            *weight /= sum;
        }
    } else {
        weights.fill(1.0 / count.max(1) as f32);
    }
    weights
}

fn weight(position: Position) -> f32 {
    let front = Position::FRONT_LEFT
        | Position::FRONT_RIGHT
        | Position::FRONT_CENTER
        | Position::FRONT_LEFT_CENTER
        | Position::FRONT_RIGHT_CENTER;
    if (Position::LFE1 | Position::LFE2).contains(position) {
        0.0
    } else if front.contains(position) {
        1.0
    } else {
        SURROUND_WEIGHT
    }
}

/// Appends the weighted mean of each frame of `interleaved` to `mono`, finite and within `[-1, 1]`.
pub(crate) fn mix(interleaved: &[f32], weights: &[f32], mono: &mut Vec<f32>) {
    if weights.len() == 1 {
        mono.extend(interleaved.iter().map(|sample| finite(*sample)));
        return;
    }
    mono.extend(
        interleaved
            .chunks_exact(weights.len().max(1))
            .map(|frame| frame.iter().zip(weights).map(|(sample, weight)| finite(*sample) * weight).sum::<f32>()),
    );
}

/// Float files may hold anything. What is no number is silence, what is too loud is full scale.
fn finite(sample: f32) -> f32 {
    if sample.is_finite() { sample.clamp(-1.0, 1.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::{mix, weights};
    use symphonia::core::audio::{Channels, Position};

    fn mixed(channels: &Channels, frame: &[f32]) -> f32 {
        let mut mono = Vec::new();
        mix(frame, &weights(channels), &mut mono);
        assert_eq!(mono.len(), 1);
        mono[0]
    }

    #[test]
    fn stereo_is_the_mean() {
        let stereo = Channels::Positioned(Position::FRONT_LEFT | Position::FRONT_RIGHT);
        assert!((mixed(&stereo, &[0.5, -0.25]) - 0.125).abs() < 1e-6);
    }

    #[test]
    fn surround_leaves_out_the_bass_and_cannot_clip() {
        let surround = Position::FRONT_LEFT
            | Position::FRONT_RIGHT
            | Position::FRONT_CENTER
            | Position::LFE1
            | Position::REAR_LEFT
            | Position::REAR_RIGHT;
        let surround = Channels::Positioned(surround);
        assert!((mixed(&surround, &[1.0; 6]) - 1.0).abs() < 1e-6);
        assert!((mixed(&surround, &[0.0, 0.0, 1.0, 1.0, 0.0, 0.0]) - 0.25).abs() < 1e-6);
        assert!((mixed(&surround, &[0.0, 0.0, 0.0, 0.0, 1.0, 0.0]) - 0.125).abs() < 1e-6);
    }

    #[test]
    fn what_is_no_number_is_silence() {
        let mono = Channels::Positioned(Position::FRONT_LEFT);
        assert!(mixed(&mono, &[f32::NAN]).abs() < f32::EPSILON);
        assert!(mixed(&mono, &[f32::INFINITY]).abs() < f32::EPSILON);
        assert!((mixed(&Channels::Discrete(3), &[7.0, 7.0, f32::NAN]) - 2.0 / 3.0).abs() < 1e-6);
    }
}
