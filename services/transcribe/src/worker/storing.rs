//! One transaction a window, one an epoch's end.

use domain::EpochKey;
use store::{EpochEnd, FinishedEpoch, NewWindow, OutboxRecord, Store};
use wire::topic;

use super::TranscribeError;
use crate::{epoch::last_words, hear::Draft, partition::PartitionWork, settings::Settings};

pub(super) async fn store_window(
    store: &Store,
    settings: &Settings,
    partition: &mut PartitionWork,
    key: &EpochKey,
    window: &timeline::ClosedWindow,
    draft: Draft,
) -> Result<(), TranscribeError> {
    let Some(epoch) = partition.epochs.get_mut(key) else { return Ok(()) };
    let heard = draft.into_window(key, window, &epoch.tail);
    let (began_at, ended_at) = (epoch.wall(heard.range.first()), epoch.wall(heard.range.end()));
    let words: Vec<_> = heard.words().cloned().collect();
    epoch.tail = last_words(&words);
    epoch.windower.stored(window.range.end(), window.seam_after);
    let now = (settings.clock)();
    let announce = OutboxRecord { topic: topic::WINDOW.to_owned(), record: wire::encode_window(&heard, now)? };
    let next_offset = partition.position();
    let new = NewWindow { heard: &heard, began_at, ended_at, next_offset, announce };
    // Boxed: the transaction's future is large, and would make every future around it so.
    Box::pin(store.store_window(&partition.lease, new, now)).await?;
    partition.stored = partition.stored.max(next_offset);
    Ok(())
}

pub(super) async fn finish(
    store: &Store,
    settings: &Settings,
    partition: &mut PartitionWork,
    key: &EpochKey,
) -> Result<(), TranscribeError> {
    let Some(epoch) = partition.epochs.remove(key) else { return Ok(()) };
    let samples = epoch.windower.seen_end();
    let how = epoch.end.map_or(EpochEnd::Idle, |(how, _)| how);
    let next_offset = partition.position();
    let finished = FinishedEpoch { key, samples, how, ended_at: epoch.wall(samples), next_offset, announce: None };
    Box::pin(store.finish_epoch(&partition.lease, finished, (settings.clock)())).await?;
    partition.stored = partition.stored.max(next_offset);
    tracing::info!(room.id = %key.room, stream.name = %key.stream, epoch = %key.epoch, samples = samples.samples(), "epoch finished");
    Ok(())
}
