//! A room's dossier from its rows, with its events and their proofs, pinned to the log's first head that stands for all
//! of them.
//!
//! Everything is read in one snapshot. A room whose last events have no place in the log yet, or no head above them, is
//! read again a little later: the sequencer needs about a second. What a dossier says is then the same whenever it is
//! made, until something more happens in the room.

use std::time::Duration;

use ::dossier::{
    Audit, Dossier, LogKey, ProvedEvent,
    model::{FORMAT, Pin, Room, Totals},
};
use chrono::{DateTime, Utc};
use domain::RoomId;
use evidence::{OpenError, Safe};
use ledger::{
    AuditEvent, CheckpointError, SignedCheckpoint,
    merkle::{BuildError, MissingNode, inclusion_nodes, inclusion_proof},
};
use store::{DutyError, RoomRecord, Store, StoreError};
use uuid::Uuid;

mod cases;
mod clips;
mod flags;
mod streams;

pub use clips::Clips;

/// Windows, or events, of one read.
const PAGE: i64 = 500;
/// Pause before a room is read again.
const PAUSE: Duration = Duration::from_millis(250);

/// What is asked for.
#[derive(Clone, Debug)]
pub struct DossierRequest<'r> {
    /// Which room.
    pub room: &'r RoomId,
    /// As it stood then; as it stands if none.
    pub as_of: Option<DateTime<Utc>>,
    /// What opens the clips; without it they are left out.
    pub safe: Option<&'r Safe>,
    /// The program that makes it, with its version.
    pub product: &'r str,
    /// How long to wait for the log to catch up with the room.
    pub patience: Duration,
}

/// There is no dossier.
#[derive(Debug, thiserror::Error)]
pub enum DossierError {
    /// The rows cannot be read.
    #[error("the record of the room cannot be read")]
    Store(#[from] StoreError),
    /// Nothing had happened by then.
    #[error("nothing is recorded of the room {room}{}", as_of_told(*.as_of))]
    Nothing {
        /// The room.
        room: RoomId,
        /// The moment asked for.
        as_of: Option<DateTime<Utc>>,
    },
    /// The log is behind.
    #[error(
        "the audit log does not stand for everything in the room {room} yet: is its writer running? A room that still \
         goes on has a dossier of an earlier moment"
    )]
    Unsettled {
        /// The room.
        room: RoomId,
    },
    /// The cases cannot be read.
    #[error("the cases of the room cannot be read")]
    Cases(#[from] DutyError),
    /// A clip does not open.
    #[error("the clip of the flag {flag} does not open: `earwitness evidence check` names all that do not")]
    Clip {
        /// The flag.
        flag: Uuid,
        /// Why.
        #[source]
        source: OpenError,
    },
    /// A checkpoint is none.
    #[error("the checkpoint of size {size} cannot be read")]
    Checkpoint {
        /// Its size.
        size: u64,
        /// Why.
        #[source]
        source: CheckpointError,
    },
    /// A node of the tree is missing.
    #[error("the tree cannot be read: `earwitness audit verify` names what is wrong")]
    Tree(#[from] BuildError<MissingNode>),
}

fn as_of_told(as_of: Option<DateTime<Utc>>) -> String {
    as_of.map_or(String::new(), |as_of| format!(" up to {}", ledger::format_instant(as_of)))
}

/// The dossier of a room, its part of the log, and what opens its clips.
///
/// # Errors
/// [`DossierError`] says what stands in the way.
pub async fn dossier<'r>(
    store: &Store,
    request: &DossierRequest<'r>,
) -> Result<(Dossier, Audit, Clips<'r>), DossierError> {
    let mut waited = Duration::ZERO;
    loop {
        let mut record = store.room_record(request.room, request.as_of).await?;
        if let Some((events, checkpoint)) = settled(store, &mut record, request).await? {
            let audit = prove(store, events, checkpoint).await?;
            let (dossier, clips) = Box::pin(read(store, &mut record, request, &audit)).await?;
            return Ok((dossier, audit, clips));
        }
        if waited >= request.patience {
            return Err(DossierError::Unsettled { room: request.room.clone() });
        }
        drop(record);
        tokio::time::sleep(PAUSE).await;
        waited += PAUSE;
    }
}

/// The room's events and the first head that stands for all of them; none while there is none.
async fn settled(
    store: &Store,
    record: &mut RoomRecord,
    request: &DossierRequest<'_>,
) -> Result<Option<(Vec<(u64, AuditEvent)>, SignedCheckpoint)>, DossierError> {
    if record.events_waiting().await? > 0 {
        return Ok(None);
    }
    let mut events: Vec<(u64, AuditEvent)> = Vec::new();
    loop {
        let page = record.events(events.last().map(|(seq, _)| *seq), PAGE).await?;
        if page.is_empty() {
            break;
        }
        events.extend(page);
    }
    let Some((last, _)) = events.last() else {
        return Err(DossierError::Nothing { room: request.room.clone(), as_of: request.as_of });
    };
    let Some(head) = store.audit_checkpoints(last + 1, u64::MAX, 1).await?.pop() else { return Ok(None) };
    let checkpoint = SignedCheckpoint::parse(head.note.as_bytes())
        .map_err(|source| DossierError::Checkpoint { size: head.size, source })?;
    Ok(Some((events, checkpoint)))
}

/// Each event's way to the head, and the log's keys.
async fn prove(
    store: &Store,
    events: Vec<(u64, AuditEvent)>,
    checkpoint: SignedCheckpoint,
) -> Result<Audit, DossierError> {
    let size = checkpoint.checkpoint().size();
    let mut proved = Vec::with_capacity(events.len());
    let mut events = events.into_iter().peekable();
    while events.peek().is_some() {
        let page: Vec<_> = events.by_ref().take(200).collect();
        let mut nodes: Vec<_> = page.iter().flat_map(|(seq, _)| inclusion_nodes(*seq, size)).collect();
        nodes.sort_unstable();
        nodes.dedup();
        let hashes = store.audit_nodes(&nodes).await?;
        for (seq, event) in page {
            proved.push(ProvedEvent { seq, event, proof: inclusion_proof(&hashes, seq, size)? });
        }
    }
    let keys = store.audit_keys().await?;
    let keys =
        keys.into_iter().map(|key| LogKey { first_size: key.first_size, vkey: key.vkey, rotation: key.rotation });
    Ok(Audit { checkpoint, keys: keys.collect(), events: proved })
}

async fn read<'r>(
    store: &Store,
    record: &mut RoomRecord,
    request: &DossierRequest<'r>,
    audit: &Audit,
) -> Result<(Dossier, Clips<'r>), DossierError> {
    let about = record.about().await?;
    let room = Room {
        room: request.room.to_string(),
        title: about.title,
        hosts: about.hosts,
        language: about.language,
        scheduled: about.scheduled,
        begun: about.begun,
    };
    let streams = streams::read(record, request.room).await?;
    let period = Dossier::period_of(&room, &streams);
    let mut dossier = Dossier {
        format: FORMAT.to_owned(),
        product: request.product.to_owned(),
        as_of: request.as_of,
        pin: Pin::of(&audit.checkpoint),
        room,
        period,
        streams,
        listeners: streams::listeners(record, audit).await?,
        attempts: streams::attempts(record).await?,
        assertions: Vec::new(),
        flags: Vec::new(),
        cases: Vec::new(),
        models: Vec::new(),
        settings: Vec::new(),
        clips: Vec::new(),
        totals: Totals::default(),
    };
    dossier.flags = flags::read(record, &dossier, request.as_of.is_some(), audit).await?;
    // Cases and clips lie outside the snapshot: what came after the last event that is told of is not told either.
    let last = audit.events.iter().map(|proved| proved.event.happened_at).max();
    let by = request.as_of.or(last).unwrap_or(dossier.room.begun);
    dossier.cases = cases::read(store, request.room, by, &mut dossier.flags).await?;
    for at in 0..dossier.flags.len() {
        dossier.flags[at].exposure = dossier.exposure_of(&dossier.flags[at]);
    }
    let clips = Clips::read(store, request.room, request.safe, by, &dossier.flags).await?;
    dossier.clips = clips.told().await?;
    (dossier.models, dossier.settings) = streams::made_by(record, &dossier).await?;
    dossier.totals = Totals::of(&dossier, audit.events.len() as u64);
    Ok((dossier, clips))
}
