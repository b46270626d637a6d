//! Rounds: in each, every way hears every sound.

use std::path::Path;

use chrono::DateTime;
use domain::{AudioBody, AudioRecord, MAX_CHUNK_SAMPLES, StreamTime};
use timeline::{ClosedWindow, Earshot, Resume, Windower};

use crate::{
    cpu::{self, Child},
    sound::Sound,
    ways::{self, Direct, Service},
};

/// What one way of hearing took for one sound, and what it heard.
#[derive(Clone, Debug, Default)]
pub(crate) struct Way {
    /// CPU seconds.
    pub(crate) cpu: f64,
    /// Words as written, in order; empty for the bare calls.
    pub(crate) heard: Vec<String>,
}

/// One sound in one round.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pass {
    pub(crate) service: Way,
    pub(crate) bare: Way,
    pub(crate) padded: Way,
    pub(crate) ordinary: Way,
    /// What the service took outside its recogniser process: cut, triage, guards, stitching, its end of the pipe;
    /// in CPU seconds.
    pub(crate) own: f64,
    pub(crate) windows: usize,
    /// Those of the ordinary way.
    pub(crate) ordinary_windows: usize,
    /// Windows that the service decoded, and those that it decoded twice.
    pub(crate) decoded: u32,
    pub(crate) retried: u32,
}

/// All rounds over all sounds: `rounds[round][sound]`.
pub(crate) async fn rounds(models: &Path, sounds: &[Sound], count: u32) -> anyhow::Result<Vec<Vec<Pass>>> {
    let service = Service::start(models).await?;
    let child = Child::find()?;
    // An engine each: with one for both, either would find its weights in the caches that the other filled.
    let mut ways = Ways { service, bare: Direct::load(models)?, padded: Direct::load(models)? };
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
    padded: Direct,
}

async fn pass(sound: &Sound, ways: &mut Ways, child: Child) -> anyhow::Result<Pass> {
    ways.service.forget();
    let mut windower = Windower::new(Resume::default(), ways::settings().limits("en"), Box::<Earshot>::default());
    let mut pass = Pass::default();
    let (mut windows, child_began) = (Vec::new(), child.spent()?);
    for record in records(sound)? {
        let began = cpu::own();
        let closed = windower.push(&record, 0);
        pass.service.cpu += cpu::own() - began;
        for window in closed {
            hear(&window, windows.len(), ways, &mut pass).await?;
            windows.push(window);
        }
    }
    pass.own = pass.service.cpu;
    pass.service.cpu = pass.own + (child.spent()? - child_began);
    pass.windows = windows.len();
    // Not between the others: the recogniser's caches would go cold meanwhile, and those of the bare calls would not.
    pass.padded = padded(&windows, &mut ways.padded)?;
    let mut windower = Windower::new(Resume::default(), ways::ordinary_limits(), Box::<Earshot>::default());
    let short: Vec<ClosedWindow> = records(sound)?.iter().flat_map(|record| windower.push(record, 0)).collect();
    pass.ordinary_windows = short.len();
    pass.ordinary = padded(&short, &mut ways.padded)?;
    Ok(pass)
}

/// Decodes each window over the full context; the cut is not counted.
fn padded(windows: &[ClosedWindow], direct: &mut Direct) -> anyhow::Result<Way> {
    direct.forget();
    let (began, mut heard) = (cpu::own(), Vec::new());
    for window in windows {
        heard.extend(direct.padded(window)?.into_iter().map(|word| word.text));
    }
    Ok(Way { cpu: cpu::own() - began, heard })
}

/// By the service and by bare calls; they take turns in beginning.
async fn hear(window: &ClosedWindow, number: usize, ways: &mut Ways, pass: &mut Pass) -> anyhow::Result<()> {
    for turn in 0..2 {
        let began = cpu::own();
        if (number + turn).is_multiple_of(2) {
            let heard = ways.service.hear(window).await;
            pass.service.cpu += cpu::own() - began;
            pass.service.heard.extend(heard.words().map(|word| word.text.clone()));
            pass.decoded += u32::from(heard.attempts > 0);
            pass.retried += u32::from(heard.attempts > 1);
        } else {
            ways.bare.bare(window)?;
            pass.bare.cpu += cpu::own() - began;
        }
    }
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
