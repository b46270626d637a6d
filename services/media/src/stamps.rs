//! Compares the time stamps of packets with the sound decoded so far, to find what is missing in between.

use symphonia::core::units::TimeBase;

/// A longer jump is a broken time stamp, not a hole: no stream stays open that long without a packet.
const MAX_HOLE_SECONDS: i128 = 3600;

/// Where a packet stands relative to the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Follows,
    /// So many frames are missing before it.
    BehindHole(u64),
    /// It claims to come so many frames later than can be believed.
    Jumps(u64),
}

/// The expected time stamp of the next packet.
pub(crate) struct Stamps {
    base: TimeBase,
    frame_rate_hz: u32,
    /// A deviation that is no hole, in frames: stamps are rounded, and live recorders jitter.
    tolerance: i128,
    expected: Option<i128>,
}

impl Stamps {
    pub(crate) fn new(base: TimeBase, frame_rate_hz: u32, tolerance_ms: u32) -> Self {
        let tolerance = i128::from(frame_rate_hz) * i128::from(tolerance_ms) / 1000;
        Self { base, frame_rate_hz, tolerance: tolerance.max(1), expected: None }
    }

    /// Places the packet with time stamp `ticks`; what is found is taken as the new truth.
    pub(crate) fn place(&mut self, ticks: i64) -> Place {
        let rate = i128::from(self.frame_rate_hz);
        let scale = i128::from(self.base.numer.get()) * rate;
        let found = i128::from(ticks).saturating_mul(scale) / i128::from(self.base.denom.get());
        let ahead = found - *self.expected.get_or_insert(found);
        if ahead.abs() < self.tolerance {
            return Place::Follows;
        }
        self.expected = Some(found);
        if ahead < 0 {
            // Back in time: a repetition, to be heard as it stands.
            return Place::Follows;
        }
        let frames = u64::try_from(ahead).unwrap_or(u64::MAX);
        if ahead <= MAX_HOLE_SECONDS * rate { Place::BehindHole(frames) } else { Place::Jumps(frames) }
    }

    /// Counts the frames of a packet, heard or not.
    pub(crate) fn advance(&mut self, frames: u64) {
        if let Some(expected) = &mut self.expected {
            *expected += i128::from(frames);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Place, Stamps};
    use symphonia::core::units::TimeBase;

    #[test]
    fn rounded_stamps_follow_and_holes_are_measured() {
        let mut stamps = Stamps::new(TimeBase::try_new(1, 1000).unwrap(), 48_000, 100);
        for (ticks, place) in [
            (-7, Place::Follows),
            (13, Place::Follows),
            (34, Place::Follows),
            (1053, Place::BehindHole(48_000)),
            (1000, Place::Follows),
            (5_000_000, Place::Jumps(239_952_384)),
            (5_000_020, Place::Follows),
            (20, Place::Follows),
            (40, Place::Follows),
            (i64::MIN, Place::Follows),
            (60, Place::Jumps(u64::MAX)),
        ] {
            let found = stamps.place(ticks);
            match (found, place) {
                (Place::Jumps(_), Place::Jumps(_)) => {}
                _ => assert_eq!(found, place, "at {ticks}"),
            }
            stamps.advance(960);
        }
    }
}
