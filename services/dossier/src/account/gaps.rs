//! Stretches that were not heard: each with its reason, and on whose side it lies.

use chrono::{DateTime, Utc};
use domain::{BetweenReason, CoverageReason, CoverageState};

use super::wall;
use crate::Dossier;

/// On whose side a stretch was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// The source sent nothing, or says so itself.
    Source,
    /// Sound went missing before our first hop had taken it, or at it; whose doing cannot be told.
    OnTheWay,
    /// We had the sound and did not hear it, or not yet.
    Ours,
}

impl Side {
    /// As a person would say it.
    pub const fn told(self) -> &'static str {
        match self {
            Self::Source => "the source",
            Self::OnTheWay => "on the way to us",
            Self::Ours => "ours",
        }
    }
}

/// A stretch of an epoch that was not heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap<'a> {
    /// The stream's name.
    pub stream: &'a str,
    /// The epoch's number.
    pub epoch: u32,
    /// Its first sample.
    pub first: i64,
    /// The sample after its last.
    pub end: i64,
    /// Wall time of its first sample.
    pub from: DateTime<Utc>,
    /// Wall time of the sample after its last.
    pub to: DateTime<Utc>,
    /// `lost`, `deferred` or `pending`.
    pub state: CoverageState,
    /// Why; none only in a record that is broken.
    pub reason: Option<CoverageReason>,
}

impl Gap<'_> {
    /// On whose side it lies; ours where no reason says otherwise.
    pub fn side(&self) -> Side {
        self.reason.map_or(Side::Ours, reason_side)
    }

    /// Its length in samples.
    pub const fn samples(&self) -> i64 {
        self.end.saturating_sub(self.first)
    }
}

/// Every stretch that was not heard, by wall time, then stream and epoch.
pub fn gaps(dossier: &Dossier) -> Vec<Gap<'_>> {
    let mut gaps = Vec::new();
    for (stream, epoch) in dossier.epochs() {
        let unheard = epoch.intervals.iter().filter(|interval| interval.state.needs_reason());
        gaps.extend(unheard.map(|interval| Gap {
            stream: &stream.stream,
            epoch: epoch.epoch,
            first: interval.first,
            end: interval.end,
            from: wall(epoch, interval.first),
            to: wall(epoch, interval.end),
            state: interval.state,
            reason: interval.reason,
        }));
    }
    gaps.sort_by_key(|gap| (gap.from, gap.stream, gap.epoch));
    gaps
}

/// On whose side a reason lies. What cannot be laid at the source's door is not.
pub const fn reason_side(reason: CoverageReason) -> Side {
    use CoverageReason as Reason;
    match reason {
        Reason::SourceError | Reason::AdBreak | Reason::Muted => Side::Source,
        Reason::IngestGap | Reason::SequenceJump => Side::OnTheWay,
        Reason::DecodeError
        | Reason::CrcMismatch
        | Reason::RetentionExpired
        | Reason::AsrEmpty
        | Reason::AsrTimeout
        | Reason::AsrCrash
        | Reason::AsrGuarded
        | Reason::PolicyDeferred
        | Reason::Late
        | Reason::InFlight => Side::Ours,
    }
}

/// What a reason means, in a sentence for a reader who does not know the system.
pub const fn reason_meaning(reason: CoverageReason) -> &'static str {
    use CoverageReason as Reason;
    match reason {
        Reason::IngestGap => "The connector that takes sound in counted samples that it could not pass on.",
        Reason::SourceError => "The source failed while it was connected.",
        Reason::SequenceJump => "Sound was missing between two pieces that came one after the other.",
        Reason::DecodeError => "A piece of sound could not be decoded.",
        Reason::CrcMismatch => "A piece of sound was damaged on its way inside our system: its checksum did not match.",
        Reason::RetentionExpired => "The sound was no longer kept when its turn came.",
        Reason::AsrEmpty => "Somebody spoke, and our recogniser found no word.",
        Reason::AsrTimeout => "Our recogniser did not finish in time.",
        Reason::AsrCrash => "Our recogniser died on it, twice.",
        Reason::AsrGuarded => "Our recogniser's text was held for invented; it is kept as suspect.",
        Reason::PolicyDeferred => "It was put off by a plan of ours, such as under load.",
        Reason::AdBreak => "The source played an advertisement, as it declared itself.",
        Reason::Muted => "The source was muted, as it declared itself.",
        Reason::Late => "It came after its stretch had been closed.",
        Reason::InFlight => "It was on its way when this was written.",
    }
}

/// What the reason of a stretch without a connection means.
pub const fn between_meaning(reason: BetweenReason) -> &'static str {
    match reason {
        BetweenReason::Refused => "The source refused our attempts.",
        BetweenReason::Disconnected => "The connection had broken.",
        BetweenReason::NotStarted => "Nobody had begun to send.",
    }
}
