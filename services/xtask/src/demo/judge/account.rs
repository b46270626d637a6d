//! Whether every second of the room is in its account, and where the script says that it was.

use super::super::{
    record::{Coverage, Epoch, Stream},
    script::{Script, samples},
    wall,
};

const TOLERANCE_S: f64 = 0.001;

/// What does not add up.
pub(in super::super) fn faults(script: &Script, coverage: &Coverage) -> Vec<String> {
    let [stream] = coverage.streams.as_slice() else {
        return vec![format!("{} streams, not one", coverage.streams.len())];
    };
    let expect = &script.expect;
    let mut faults = Vec::new();
    if stream.unaccounted_samples != 0 {
        faults.push(format!("{} samples are unaccounted", stream.unaccounted_samples));
    }
    if stream.epochs.len() != expect.epochs {
        faults.push(format!("{} epochs, not {}", stream.epochs.len(), expect.epochs));
    }
    for (epoch, length_s) in stream.epochs.iter().zip(&expect.epoch_s) {
        if epoch.samples != samples(*length_s) {
            faults.push(format!("epoch {}: {} samples, not {length_s} s", epoch.epoch, epoch.samples));
        }
        faults.extend(tiling(epoch));
    }
    let lead_s = expect.delay_s - expect.music_s - expect.muted_s.first().copied().unwrap_or(0.0);
    let between: Vec<(u32, f64)> = stream.between.iter().map(|b| (b.before_epoch, length(&b.from, &b.to))).collect();
    for (before, wanted_s) in [(0, lead_s), (1, expect.lost_s)] {
        let found_s: f64 = between.iter().filter(|(epoch, _)| *epoch == before).map(|(_, length_s)| length_s).sum();
        if differ(found_s, wanted_s) {
            faults.push(format!("{found_s} s before epoch {before}, not {wanted_s}"));
        }
    }
    faults.extend(sums(stream, expect.total_s, lead_s + expect.lost_s));
    faults
}

/// Sums of seconds by state.
fn sums(stream: &Stream, total_s: f64, between_s: f64) -> Vec<String> {
    let of = |state: &str| stream.seconds.get(state).copied().unwrap_or(0.0);
    let inside_s = stream.seconds.values().sum::<f64>() - of("between");
    let mut faults = Vec::new();
    if differ(inside_s, total_s) {
        faults.push(format!("the states sum to {inside_s} s, not {total_s}"));
    }
    if differ(of("between"), between_s) {
        faults.push(format!("{} s between connections, not {between_s}", of("between")));
    }
    if of("pending") > 0.0 {
        faults.push(format!("{} s are still pending", of("pending")));
    }
    faults
}

/// Where the intervals of an epoch do not follow one another.
fn tiling(epoch: &Epoch) -> Vec<String> {
    let mut faults = Vec::new();
    let mut at = 0;
    for interval in &epoch.intervals {
        if interval.first != at || interval.end <= interval.first {
            faults.push(format!("epoch {}: {}..{} follows {at}", epoch.epoch, interval.first, interval.end));
        }
        if ["lost", "deferred", "pending"].contains(&interval.state.as_str()) && interval.reason.is_none() {
            faults.push(format!("epoch {}: {} at {at} without a reason", epoch.epoch, interval.state));
        }
        at = interval.end;
    }
    if at != epoch.samples {
        faults.push(format!("epoch {}: intervals end at {at}, samples at {}", epoch.epoch, epoch.samples));
    }
    faults
}

/// Not a number where a time cannot be read: that equals nothing.
fn length(from: &str, to: &str) -> f64 {
    let read = |text| wall::seconds(text).unwrap_or(f64::NAN);
    read(to) - read(from)
}

fn differ(a: f64, b: f64) -> bool {
    let by = (a - b).abs();
    by.is_nan() || by > TOLERANCE_S
}
