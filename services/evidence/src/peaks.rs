//! The outline of a sound, for drawing it without playing it.

/// Samples that one pair of peaks stands for: 10 ms.
pub const PEAK_SAMPLES: usize = 160;

/// The lowest and the highest sample of each stretch of [`PEAK_SAMPLES`], as the upper eight bits of the samples: -128 to
/// 127. The last stretch may be shorter.
pub fn peaks(pcm: &[i16]) -> Vec<[i8; 2]> {
    let pair = |stretch: &[i16]| {
        let low = stretch.iter().min().copied().unwrap_or_default();
        let high = stretch.iter().max().copied().unwrap_or_default();
        [upper(low), upper(high)]
    };
    pcm.chunks(PEAK_SAMPLES).map(pair).collect()
}

fn upper(sample: i16) -> i8 {
    let [upper, _] = sample.to_be_bytes();
    i8::from_be_bytes([upper])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_of_ten_milliseconds_has_its_lowest_and_highest_sample() {
        let mut pcm = vec![0_i16; 2 * PEAK_SAMPLES + 1];
        pcm[3] = i16::MIN;
        pcm[4] = i16::MAX;
        pcm[PEAK_SAMPLES] = -1;
        pcm[2 * PEAK_SAMPLES] = 512;
        assert_eq!(peaks(&pcm), [[-128, 127], [-1, 0], [2, 2]]);
        assert!(peaks(&[]).is_empty());
    }
}
