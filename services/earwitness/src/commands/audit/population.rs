//! `audit population`: a closed list to draw samples from.

use std::{
    ffi::OsString,
    fs::File,
    io::BufWriter,
    path::{Path, PathBuf},
};

use anyhow::Context;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use report::population::{PopulationRequest, population};
use store::PopulationOf;

use super::key_file;
use crate::{
    answer::{Answer, BadInput, NotReady},
    clock::now,
    config::Config,
    instance::open_store,
};

pub(super) const EXAMPLES: &str = "Writes FILE, one JSON line a member in the order of the audit log, and FILE.note: the numbers, the Merkle root over
the lines (RFC 9162, SHA-256; a leaf is a line without its line feed) and the head of the audit log that they are from,
signed with the log's key. The log says who belongs: a row that was removed stands there as gone, and rows that the log
does not know are counted as unlogged. Both must be 0; if not, the exit code is 1.

Examples:
  earwitness audit population --of flags --from 2026-01-01 --to 2026-12-31 --out flags.jsonl
  earwitness audit population --of decisions --from 2026-01-01 --to 2026-12-31 --as-of 2027-01-31T00:00:00Z --out decisions.jsonl";

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// rooms, windows, flags or decisions
    #[arg(long, value_name = "WHAT")]
    of: PopulationOf,
    /// First day, of UTC
    #[arg(long, value_name = "DAY")]
    from: NaiveDate,
    /// Last day, of UTC
    #[arg(long, value_name = "DAY")]
    to: NaiveDate,
    /// Where to write it
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// As the last head of the log signed up to then tells it (RFC 3339); else all that was done
    #[arg(long, value_name = "TIME")]
    as_of: Option<DateTime<Utc>>,
}

pub(super) async fn run(config: &Config, arguments: &Arguments) -> anyhow::Result<Answer> {
    let until = arguments.to.checked_add_days(Days::new(1)).filter(|until| *until > arguments.from);
    let Some(until) = until else {
        return Err(BadInput(format!("{} lies after {}", arguments.from, arguments.to)).into());
    };
    let store = open_store(config, "audit").await?;
    let freeze = match arguments.as_of {
        Some(at) => store.freeze_at(at).await?,
        None => store.freeze_last().await?,
    };
    let freeze = freeze.ok_or_else(|| NotReady("no signed head of the audit log says what to list".to_owned()))?;
    let keys = store.audit_keys().await?;
    let vkey = keys.last().map(|key| key.vkey.clone()).unwrap_or_default();
    let key = key_file(config).of(&vkey).context(NotReady("the key that signs the log is not here".to_owned()))?;
    let midnight = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
    let request =
        PopulationRequest { of: arguments.of, from: midnight(arguments.from), until: midnight(until), freeze };
    let unwritable = |path: &Path| BadInput(format!("cannot write {}", path.display()));
    let file = File::create(&arguments.out).with_context(|| unwritable(&arguments.out))?;
    let head = population(&store, &request, BufWriter::new(file)).await?;
    let note = note_path(&arguments.out);
    std::fs::write(&note, head.sign(&key)?).with_context(|| unwritable(&note))?;
    store.population_exported(&head.of.to_string(), head.members, &head.root, head.log_size, now()).await?;
    eprintln!(
        "{} {} in {}, {} gone, {} unlogged; root {}",
        head.members,
        head.of,
        arguments.out.display(),
        head.gone,
        head.unlogged,
        head.root
    );
    Ok(if head.gone + head.unlogged == 0 { Answer::Done } else { Answer::No })
}

/// `FILE.note`
pub(super) fn note_path(list: &Path) -> PathBuf {
    let mut name = OsString::from(list);
    name.push(".note");
    name.into()
}
