//! What aired and what was observed around it, from rows.

use std::collections::{BTreeMap, BTreeSet};

use ::dossier::{
    Audit, Dossier,
    model::{
        AccessAttempt, AttemptResult, Between, ClosedHow, Epoch, Interval, ListenerStep, Model, Probability, Screened,
        Segment, Setting, Stream, Window, Word,
    },
};
use domain::{EpochKey, RoomId};
use ledger::{AuditEvent, format_instant};
use newtype_uuid::GenericUuid;
use store::{EpochAbout, EpochCoverage, EpochEnd, RoomRecord, SegmentRecord, StoreError, StreamCoverage, WindowRecord};
use uuid::Uuid;

use super::PAGE;

/// Stream and number of an epoch.
type Place = (String, u32);

/// The streams of a room, by name, with all that was heard.
pub(super) async fn read(record: &mut RoomRecord, room: &RoomId) -> Result<Vec<Stream>, StoreError> {
    let coverage = record.coverage().await?;
    let mut abouts: BTreeMap<Place, EpochAbout> =
        record.epochs().await?.into_iter().map(|about| ((about.stream.clone(), about.epoch), about)).collect();
    let mut windows = windows(record).await?;
    let mut streams: Vec<Stream> =
        coverage.streams.into_iter().map(|account| stream(room, account, &mut abouts, &mut windows)).collect();
    // The database's order of names may be another.
    streams.sort_by(|one, other| one.stream.cmp(&other.stream));
    Ok(streams)
}

async fn windows(record: &mut RoomRecord) -> Result<BTreeMap<Place, Vec<Window>>, StoreError> {
    let mut windows: BTreeMap<Place, Vec<Window>> = BTreeMap::new();
    let mut last: Option<WindowRecord> = None;
    loop {
        let page = record.windows(last.as_ref(), PAGE).await?;
        for window in &page {
            windows.entry((window.stream.clone(), window.epoch)).or_default().push(self::window(window));
        }
        match page.into_iter().last() {
            Some(window) => last = Some(window),
            None => return Ok(windows),
        }
    }
}

fn window(row: &WindowRecord) -> Window {
    Window {
        window: row.window,
        first: row.first,
        end: row.end,
        began: row.began,
        ended: row.ended,
        stored: row.stored,
        language: row.language.clone(),
        model: row.model.clone(),
        library: row.library.clone(),
        setting: row.setting.clone(),
        guards: row.guards.clone(),
        attempts: row.attempts,
        seam: row.seam,
        screened: row.screened.as_ref().map(|by| Screened {
            at: by.at,
            pack: by.pack.clone(),
            model: by.model.clone(),
        }),
        segments: row.segments.iter().map(segment).collect(),
    }
}

fn segment(row: &SegmentRecord) -> Segment {
    let words = row.words.iter().map(|word| Word {
        word: word.word.clone(),
        first: word.first,
        end: word.end,
        p: Probability::from(word.p),
        verified: word.verified,
    });
    Segment {
        first: row.first,
        end: row.end,
        speaker: row.speaker.clone(),
        text: row.text.clone(),
        hearing: row.hearing,
        erased: row.erased,
        words: words.collect(),
    }
}

fn stream(
    room: &RoomId,
    account: StreamCoverage,
    abouts: &mut BTreeMap<Place, EpochAbout>,
    windows: &mut BTreeMap<Place, Vec<Window>>,
) -> Stream {
    let name = account.stream;
    let epochs = account.epochs.into_iter().map(|account| {
        let place = (name.clone(), account.epoch);
        epoch(&account, abouts.remove(&place), windows.remove(&place).unwrap_or_default())
    });
    let epochs = epochs.collect();
    let between = account.between.into_iter().map(|between| Between {
        before_epoch: between.before_epoch,
        from: between.from,
        to: between.to,
        reason: between.reason,
    });
    Stream { id: stream_id(room, &name), epochs, between: between.collect(), stream: name }
}

/// The id by which events name a stream; a name that was stored has one.
fn stream_id(room: &RoomId, name: &str) -> Uuid {
    let key = |stream| EpochKey { room: room.clone(), stream, epoch: domain::Epoch::new(0) };
    name.parse().map_or(Uuid::nil(), |stream| key(stream).stream_id().into_untyped_uuid())
}

fn epoch(account: &EpochCoverage, about: Option<EpochAbout>, windows: Vec<Window>) -> Epoch {
    let intervals = account.intervals.iter().map(|interval| Interval {
        first: interval.first,
        end: interval.end,
        state: interval.state,
        reason: interval.reason,
    });
    let closed = about.as_ref().and_then(|about| about.closed);
    let (source, language) = about.map_or_else(Default::default, |about| (about.source, about.language));
    Epoch {
        epoch: account.epoch,
        began: account.began,
        ended: closed.map(|(at, _)| at),
        closed: closed.map(|(_, how)| match how {
            EpochEnd::Ended => ClosedHow::Ended,
            EpochEnd::Idle => ClosedHow::Idle,
            EpochEnd::Superseded => ClosedHow::Superseded,
        }),
        samples: account.samples,
        source,
        language,
        intervals: intervals.collect(),
        windows,
    }
}

/// Listeners over time; only steps that an event tells of.
pub(super) async fn listeners(record: &mut RoomRecord, audit: &Audit) -> Result<Vec<ListenerStep>, StoreError> {
    let set = audit.events.iter().map(|proved| &proved.event).filter(|event| event.action == "listeners.set");
    let told = |event: &AuditEvent, name: &str| event.payload.get(name)?.as_str().map(str::to_owned);
    let ranges: Vec<_> = set.filter_map(|event| Some(told(event, "from")?..=told(event, "to")?)).collect();
    let steps = record.listeners().await?.into_iter();
    // Instants in their one form sort as texts do.
    let known = |step: &store::ListenerStep| {
        let from = format_instant(step.from);
        ranges.iter().any(|range| range.contains(&from))
    };
    let step = |step: store::ListenerStep| ListenerStep { from: step.from, listeners: step.listeners };
    Ok(steps.filter(known).map(step).collect())
}

/// Attempts to reach a source, in order of time.
pub(super) async fn attempts(record: &mut RoomRecord) -> Result<Vec<AccessAttempt>, StoreError> {
    let attempt = |row: store::AccessAttempt| AccessAttempt {
        stream: row.stream.to_string(),
        at: row.at,
        source: row.source,
        result: match row.result {
            store::AttemptResult::Connected => AttemptResult::Connected,
            store::AttemptResult::Refused => AttemptResult::Refused,
            store::AttemptResult::Timeout => AttemptResult::Timeout,
            store::AttemptResult::Unreachable => AttemptResult::Unreachable,
        },
        status: row.status.map(u32::from),
        latency_ms: row.latency_ms.map(u64::from),
        retry_after_s: row.retry_after_s.map(u64::from),
    };
    Ok(record.attempts().await?.into_iter().map(attempt).collect())
}

/// The models and the settings that made what the dossier tells of, by hash.
pub(super) async fn made_by(
    record: &mut RoomRecord,
    dossier: &Dossier,
) -> Result<(Vec<Model>, Vec<Setting>), StoreError> {
    let (mut models, mut settings) = (BTreeSet::new(), BTreeSet::new());
    for (.., window) in dossier.windows() {
        models.extend(window.model.as_ref());
        models.extend(window.screened.as_ref().and_then(|by| by.model.as_ref()));
        settings.extend(window.setting.as_ref());
    }
    models.extend(dossier.flags.iter().flat_map(|flag| &flag.findings).filter_map(|finding| finding.model.as_ref()));
    let model = |row: store::LoadedModel| Model {
        sha256: row.sha256,
        name: row.name,
        library: row.library,
        kind: row.kind.as_str().to_owned(),
    };
    let rows = record.models().await?.into_iter().filter(|row| models.contains(&row.sha256)).map(model);
    let mut told: Vec<Model> = rows.collect();
    told.sort_by(|one, other| one.sha256.cmp(&other.sha256));
    let setting = |row: store::SettingRecord| Setting { sha256: row.sha256, body: row.body };
    let rows = record.settings().await?.into_iter().filter(|row| settings.contains(&row.sha256)).map(setting);
    let mut bodies: Vec<Setting> = rows.collect();
    bodies.sort_by(|one, other| one.sha256.cmp(&other.sha256));
    Ok((told, bodies))
}
