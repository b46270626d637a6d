//! `evidence`: the clips of flags, for those who must hear them, and for those who must be able to check them.

use std::{fs, path::PathBuf, sync::Arc};

use anyhow::Context;
use custody::Retention;
use domain::{FlagId, RoomId, StreamTime};
use evidence::{About, MasterKey, OpenError, Safe, Vault, VaultError, WrappedKey};
use sha2::{Digest, Sha256};
use store::{ClipLine, ClipState, Store};

use crate::{
    answer::{Answer, BadInput, NotReady},
    clock::now,
    commands::{print_json, print_json_line, worker},
    config::Config,
    instance::open_store,
};

/// Clips of flags: list, hand out, check; or cut them as a service alone.
///
/// Each flag that no exclusion suppresses gets a clip: its exact samples with a margin, sealed with a key of its room. A
/// flag that grows gets a further version.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  earwitness evidence list town-hall
  earwitness evidence get 5cd4… --out flag.wav      recorded in the audit log
  earwitness evidence custody 5cd4… > custody.json  from the source to the clip
  earwitness evidence check                         reads every clip back")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// The clips of a room, and what became of each
    List {
        /// The room
        room: RoomId,
        /// One JSON document
        #[arg(long)]
        json: bool,
    },
    /// Write the clip of a flag as WAV; the audit log says that it was handed out
    Get {
        /// The flag's id
        flag: FlagId,
        /// Where to write it
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// Which version; the newest with sound if not given
        #[arg(long, value_name = "N")]
        version: Option<i32>,
    },
    /// The chain of custody of a flag, from the source to the clip, as one JSON document
    Custody {
        /// The flag's id
        flag: FlagId,
    },
    /// Read every clip back: object, seal, samples, chunks, audit event; 1 if anything differs, each difference named
    Check {
        /// The room; all if not given
        room: Option<RoomId>,
        /// JSON Lines
        #[arg(long)]
        json: bool,
    },
    /// Cut clips until Ctrl-C, as a service alone; `up` does it too
    Run,
}

pub(crate) async fn run(config: &Config, arguments: Arguments) -> anyhow::Result<Answer> {
    match arguments.command {
        Command::List { room, json } => list(config, &room, json).await,
        Command::Get { flag, out, version } => get(config, flag, &out, version).await,
        Command::Custody { flag } => {
            print_json(&open_store(config, "evidence").await?.custody(flag).await?)?;
            Ok(Answer::Done)
        }
        Command::Check { room, json } => check(config, room.as_ref(), json).await,
        Command::Run => worker::evidence(config).await,
    }
}

/// Where clips lie, and the key that wraps their keys, which is made if nothing was ever sealed.
pub(crate) async fn open_safe(config: &Config, store: &Store) -> anyhow::Result<Safe> {
    let needs = store.master_key_needed().await?;
    let or = |path: &PathBuf, name: &str| {
        if path.as_os_str().is_empty() { config.data.dir.join(name) } else { path.clone() }
    };
    let not_ready = || NotReady("the clips cannot be kept or opened".to_owned());
    let vault = Vault::folder(&or(&config.evidence.folder, "evidence")).with_context(not_ready)?;
    let key_file = or(&config.evidence.key_file, "evidence.key");
    let master = MasterKey::load_or_make(&key_file, needs.as_deref()).with_context(not_ready)?;
    Ok(Safe { vault, master: Arc::new(master) })
}

/// How long what is kept, by the settings.
pub(crate) fn retention(config: &Config) -> Retention {
    let keep = &config.retention;
    Retention {
        transcripts_days: keep.transcripts_days,
        clips_days: keep.clips_days,
        flags_days: keep.flags_days,
        dead_letter_hours: config.kafka.audio_retention_hours,
        near: config.evidence.margin_s * domain::SAMPLE_RATE_HZ,
    }
}

#[expect(clippy::print_stdout, reason = "the answer")]
async fn list(config: &Config, room: &RoomId, json: bool) -> anyhow::Result<Answer> {
    let store = open_store(config, "evidence").await?;
    let mut clips: Vec<ClipLine> = Vec::new();
    loop {
        let page = store.clips(Some(room), clips.last(), 1_000).await?;
        if page.is_empty() {
            break;
        }
        clips.extend(page);
    }
    if json {
        print_json(&clips)?;
        return Ok(Answer::Done);
    }
    for clip in &clips {
        let at = StreamTime::from_samples(clip.flag_first);
        let what = match (&clip.sound, clip.absent) {
            (Some(sound), _) => {
                let seconds = StreamTime::from_samples(sound.end - sound.first).seconds();
                format!("{seconds:.1} s, {} bytes", sound.object_bytes)
            }
            (None, reason) => reason.map(|reason| reason.to_string()).unwrap_or_default(),
        };
        println!(
            "{at}  {}  version {}  {:<10}  {what}  ({}, epoch {})",
            clip.flag, clip.version, clip.state, clip.stream, clip.epoch
        );
    }
    if clips.is_empty() {
        eprintln!("no clips");
    }
    Ok(Answer::Done)
}

async fn get(config: &Config, flag: FlagId, out: &PathBuf, version: Option<i32>) -> anyhow::Result<Answer> {
    let store = open_store(config, "evidence").await?;
    let clips = store.clips_of_flag(flag).await?;
    let is_wanted = |clip: &&ClipLine| match version {
        Some(version) => clip.version == version,
        None => clip.state == ClipState::Kept,
    };
    let Some(clip) = clips.iter().rev().find(is_wanted).filter(|clip| clip.state == ClipState::Kept) else {
        let last = clips.last().map_or("not cut yet".to_owned(), |clip| match clip.absent {
            Some(reason) => format!("{}, {reason}", clip.state),
            None => clip.state.to_string(),
        });
        eprintln!("earwitness: there is no sound of the flag {flag}: its clip is {last}");
        return Ok(Answer::No);
    };
    let Some(sound) = &clip.sound else { return Ok(Answer::No) };
    let room: RoomId = clip.room.parse()?;
    let safe = open_safe(config, &store).await?;
    let key = store.room_key(&room).await?.context("the key of the room was erased at this moment")?;
    let key = WrappedKey { id: key.id, master: key.master, wrapped: key.wrapped };
    let opened = match safe.open(&key, About { clip: clip.clip, room: &room }, &sound.object_sha256).await {
        Err(error @ OpenError::Vault(VaultError::Objects { .. } | VaultError::Folder { .. })) => {
            return Err(anyhow::Error::new(error).context(NotReady("the clip cannot be reached".to_owned())));
        }
        Err(error) => {
            eprintln!("earwitness: {:#}", anyhow::Error::new(error));
            return Ok(Answer::No);
        }
        Ok(opened) => opened,
    };
    let wav = evidence::wav(&opened.pcm);
    // Recorded before it is handed out, so that nothing leaves without a trace.
    store.clip_exported(&room, clip, &Sha256::digest(&wav).into(), now()).await?;
    fs::write(out, wav).with_context(|| BadInput(format!("cannot write {}", out.display())))?;
    eprintln!("{}: samples {} to {} of epoch {}", out.display(), sound.first, sound.end, clip.epoch);
    Ok(Answer::Done)
}

#[expect(clippy::print_stdout, reason = "the answer")]
async fn check(config: &Config, room: Option<&RoomId>, json: bool) -> anyhow::Result<Answer> {
    let store = open_store(config, "evidence").await?;
    if store.master_key_needed().await?.is_none() {
        eprintln!("no room has a clip that could be opened");
        return Ok(Answer::Done);
    }
    let safe = open_safe(config, &store).await?;
    let mut found = Vec::new();
    let count = custody::check(&store, &safe, room, |difference| found.push(difference)).await?;
    for one in &found {
        if json {
            print_json_line(&mut std::io::stdout().lock(), one)?;
        } else {
            println!("{}: flag {}, version {}, clip {}", one.difference, one.flag, one.version, one.clip);
        }
    }
    eprintln!("{count} clips read back, {} differences", found.len());
    Ok(if found.is_empty() { Answer::Done } else { Answer::No })
}
