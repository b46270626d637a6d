//! Rounds: each way hears each sound, window by window in turn.

use std::{path::Path, time::Duration};

use chrono::DateTime;
use domain::{AudioBody, AudioRecord, MAX_CHUNK_SAMPLES, StreamTime};
use timeline::{ClosedWindow, Earshot, Resume, Windower};

use crate::{
    cpu::{self, Child, Sum},
    sound::Sound,
    ways::{self, Direct, Service},
};

/// What one way of hearing took for one sound, and what it heard.
#[derive(Clone, Debug, Default)]
pub(crate) struct Way {
    pub(crate) cpu: Duration,
    /// Words as written, in order; empty for the bare calls.
    pub(crate) heard: Vec<String>,
}

/// One sound in one round.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pass {
    pub(crate) service: Way,
    pub(crate) bare: Way,
    pub(crate) ordinary: Way,
    /// What the service took outside its recogniser process: cut, triage, guards, stitching, its end of the pipe.
    pub(crate) own: Duration,
    pub(crate) windows: u32,
    /// Windows that the service decoded, and those that it decoded twice.
    pub(crate) decoded: u32,
    pub(crate) retried: u32,
}

/// All rounds over all sounds: `rounds[round][sound]`.
pub(crate) async fn rounds(models: &Path, sounds: &[Sound], count: u32) -> anyhow::Result<Vec<Vec<Pass>>> {
    let service = Service::start(models).await?;
    let child = Child::find()?;
    // One engine each: with one for both, either would find its weights in the caches that the other filled.
    let mut ways = Ways { service, bare: Direct::load(models)?, ordinary: Direct::load(models)? };
    let mut rounds = Vec::new();
    for round in 1..=count {
        let mut passes = Vec::new();
        for sound in sounds {
            eprintln!("round {round} of {count}: {} ({:.0} s of sound)", sound.name, sound.seconds());
            passes.push(pass(sound, &mut ways, child).await?);
        }
        rounds.push(passes);
    }
    Ok(rounds)
}

struct Ways {
    service: Service,
    bare: Direct,
    ordinary: Direct,
}

async fn pass(sound: &Sound, ways: &mut Ways, child: Child) -> anyhow::Result<Pass> {
    ways.service.forget();
    ways.ordinary.forget();
    let mut windower = Windower::new(Resume::default(), ways::settings().limits("en"), Box::<Earshot>::default());
    let mut pass = Pass::default();
    let (mut cutting, child_began) = (Sum::default(), child.spent()?);
    for record in records(sound)? {
        for window in cutting.of(|| windower.push(&record, 0)) {
            hear(&window, ways, &mut pass).await?;
        }
    }
    pass.own = pass.service.cpu + cutting.0;
    pass.service.cpu = pass.own + child.spent()?.saturating_sub(child_began);
    Ok(pass)
}

/// Each window begins with another way, so that none always finds the caches warm.
async fn hear(window: &ClosedWindow, ways: &mut Ways, pass: &mut Pass) -> anyhow::Result<()> {
    for turn in 0..3 {
        let began = cpu::own();
        let way = match (pass.windows + turn) % 3 {
            0 => {
                let heard = ways.service.hear(window).await;
                pass.service.heard.extend(heard.words().map(|word| word.text.clone()));
                pass.decoded += u32::from(heard.attempts > 0);
                pass.retried += u32::from(heard.attempts > 1);
                &mut pass.service
            }
            1 => {
                ways.bare.bare(window)?;
                &mut pass.bare
            }
            _ => {
                pass.ordinary.heard.extend(ways.ordinary.ordinary(window)?.into_iter().map(|word| word.text));
                &mut pass.ordinary
            }
        };
        way.cpu += cpu::own().saturating_sub(began);
    }
    pass.windows += 1;
    Ok(())
}

/// The sound as it comes from the topic: chunks of a second, then the end.
fn records(sound: &Sound) -> anyhow::Result<Vec<AudioRecord>> {
    let key = ways::key()?;
    let chunks = sound.pcm.chunks(MAX_CHUNK_SAMPLES).map(|chunk| AudioBody::Chunk(chunk.to_vec()));
    let mut first = StreamTime::ZERO;
    let mut records = Vec::new();
    for (body, sequence) in chunks.chain([AudioBody::End]).zip(0..) {
        let record = AudioRecord {
            key: key.clone(),
            sequence,
            first,
            captured_at: DateTime::UNIX_EPOCH,
            speaker: None,
            language: "en".to_owned(),
            body,
        };
        first = record.end();
        records.push(record);
    }
    Ok(records)
}
