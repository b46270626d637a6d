//! `report dossier`: everything about one room in one bundle, checked before it is handed out.

use std::{
    fs::{self, File},
    io::{BufWriter, Read, Seek, Write},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::Context;
use chrono::{DateTime, Utc};
use domain::RoomId;
use dossier::{Audit, Difference, Dossier, Parts};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use ledger::SigningKey;
use report::{Clips, DossierError, DossierRequest, KeyFileError};
use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::{runtime::Handle, task::block_in_place};

use crate::{
    answer::{Answer, BadInput, NotReady},
    clock::now,
    commands::{audit::key_file, evidence::open_safe},
    config::Config,
    instance::open_store,
};

pub(super) const EXAMPLES: &str = "The bundle is pinned to the first head of the audit log that stands for the room's last event: made again, it is the
same bytes, until more happens in the room. It is signed with the key of the audit log, and VERIFY.md in it says how to
check it with stock tools.

Examples:
  earwitness report dossier town-hall --out hall.zip
  earwitness report dossier town-hall --out hall.zip --as-of 2026-09-12T21:00:00Z
  earwitness verify hall.zip --key earwitness.vkey";

/// How long the log may be behind the room.
const PATIENCE: Duration = Duration::from_secs(10);
/// Work that takes longer than this is shown.
const SHOWN_AFTER: Duration = Duration::from_secs(2);

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The room
    room: RoomId,
    /// Where to write the bundle; a file that is there is replaced when the new one is whole
    #[arg(long, value_name = "FILE.zip")]
    out: PathBuf,
    /// As it stood then (RFC 3339), from what had been recorded by then
    #[arg(long, value_name = "TIME")]
    as_of: Option<DateTime<Utc>>,
    /// Leave the sound of the flags out
    #[arg(long)]
    without_clips: bool,
}

pub(super) async fn run(config: &Config, arguments: &Arguments) -> anyhow::Result<Answer> {
    let store = open_store(config, "report").await?;
    let Some(signer) = store.audit_keys().await?.pop() else {
        return Err(NotReady("the audit log has no key yet: `earwitness up` makes it at its first start".into()).into());
    };
    let key = match key_file(config).of(&signer.vkey) {
        Ok(key) => key,
        Err(error @ (KeyFileError::Missing { .. } | KeyFileError::Other { .. })) => {
            return Err(anyhow::Error::new(error).context(NotReady("the bundle cannot be signed".into())));
        }
        Err(error) => return Err(error.into()),
    };
    let product = format!("earwitness {}", env!("CARGO_PKG_VERSION"));
    let opens = !arguments.without_clips && store.master_key_needed().await?.is_some();
    let safe = if opens { Some(open_safe(config, &store).await?) } else { None };
    let request = DossierRequest {
        room: &arguments.room,
        as_of: arguments.as_of,
        safe: safe.as_ref(),
        product: &product,
        patience: PATIENCE,
    };
    let (dossier, audit, clips) = match report::dossier(&store, &request).await {
        Ok(read) => read,
        Err(error @ DossierError::Nothing { .. }) => return Err(BadInput(error.to_string()).into()),
        Err(error @ DossierError::Unsettled { .. }) => return Err(NotReady(error.to_string()).into()),
        Err(error @ DossierError::Clip { .. }) => {
            eprintln!("earwitness: {:#}", anyhow::Error::new(error));
            return Ok(Answer::No);
        }
        Err(error) => return Err(error.into()),
    };
    let part = Part::create(&arguments.out)?;
    let (sha256, size) = block_in_place(|| part.fill(&dossier, &audit, &clips, &key))?;
    let facts = json!({
        "sha256": sha256,
        "size": size,
        "checkpoint": dossier.pin.size,
        "as_of": dossier.as_of.map(ledger::format_instant),
        "events": dossier.totals.events,
        "flags": dossier.totals.flags,
        "clips": dossier.totals.clips,
    });
    store.dossier_exported(&arguments.room, facts, now()).await?;
    part.keep()?;
    tell(&dossier, &arguments.out, &sha256, size);
    Ok(Answer::Done)
}

fn tell(dossier: &Dossier, out: &Path, sha256: &str, size: u64) {
    let totals = &dossier.totals;
    eprintln!(
        "{}: {size} bytes, SHA-256 {sha256}; {} words, {} flags, {} events, pinned to the log's head of size {}",
        out.display(),
        totals.words,
        totals.flags,
        totals.events,
        dossier.pin.size
    );
}

/// A file beside the one that is asked for, which takes its place when it is whole, and goes if it never is.
struct Part {
    out: PathBuf,
    path: PathBuf,
    kept: bool,
}

impl Part {
    fn create(out: &Path) -> anyhow::Result<Self> {
        let cannot = || BadInput(format!("cannot write {}", out.display()));
        let name = out.file_name().with_context(cannot)?;
        let path = out.with_file_name(format!(".{}.{}.part", name.to_string_lossy(), std::process::id()));
        File::create(&path).with_context(cannot)?;
        Ok(Self { out: out.to_owned(), path, kept: false })
    }

    /// Writes the bundle and checks it as whoever receives it will; gives its hash and size.
    fn fill(
        &self,
        dossier: &Dossier,
        audit: &Audit,
        clips: &Clips<'_>,
        key: &SigningKey,
    ) -> anyhow::Result<(String, u64)> {
        let cannot = || format!("cannot write {}", self.path.display());
        let mut file = File::options().read(true).write(true).open(&self.path).with_context(cannot)?;
        let bar = Bar::new("writing");
        let document = dossier_pdf::render(dossier).context("the dossier's document cannot be made")?;
        let runtime = Handle::current();
        let mut sound = |clip: &_| runtime.block_on(clips.sound(clip));
        let parts = Parts { document: &document, clips: &mut sound };
        let mut progress = |done, all| bar.show(done, all);
        dossier::write(BufWriter::new(&file), dossier, audit, parts, key, &mut progress)?
            .flush()
            .with_context(cannot)?;
        drop(bar);
        file.sync_all().with_context(cannot)?;
        file.rewind()?;
        let mut differences: Vec<Difference> = Vec::new();
        let verdict = dossier::verify(&file, Some(key.public()), &mut |difference| {
            if differences.len() < 3 {
                differences.push(difference);
            }
        });
        if !verdict.sound {
            let told: Vec<_> = differences.into_iter().map(|difference| difference.message).collect();
            anyhow::bail!(
                "the record of the room does not agree with itself or with the audit log, so nothing is handed out ({} \
                 differences: {}, …)",
                verdict.differences,
                told.join("; ")
            );
        }
        file.rewind()?;
        hash(&mut file).with_context(cannot)
    }

    fn keep(mut self) -> anyhow::Result<()> {
        fs::rename(&self.path, &self.out).with_context(|| format!("cannot write {}", self.out.display()))?;
        self.kept = true;
        Ok(())
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.kept {
            // What is left over harms nobody, and its name says what it is.
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn hash(file: &mut File) -> std::io::Result<(String, u64)> {
    let (mut hash, mut size, mut buffer) = (Sha256::new(), 0_u64, vec![0; 1 << 16]);
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            let hex = hash.finalize().iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
            return Ok((hex, size));
        }
        hash.update(&buffer[..read]);
        size += read as u64;
    }
}

/// A bar on standard error for work that takes longer than two seconds.
pub(crate) struct Bar {
    bar: ProgressBar,
    since: Instant,
}

impl Bar {
    pub(crate) fn new(what: &'static str) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template("{msg} {bar:30} {human_pos} of {human_len}, {eta} left") {
            bar.set_style(style);
        }
        bar.set_message(what);
        Self { bar, since: Instant::now() }
    }

    pub(crate) fn show(&self, done: usize, all: usize) {
        if self.bar.is_hidden() && self.since.elapsed() > SHOWN_AFTER {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.set_length(all as u64);
        self.bar.set_position(done as u64);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
