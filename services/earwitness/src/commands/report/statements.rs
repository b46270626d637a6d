//! `report statements`: from decisions to the Transparency Database, and back from its public dump.

use std::{
    io::{BufWriter, Read, Write},
    path::PathBuf,
    time::Duration,
};

use anyhow::Context;
use chrono::{DateTime, TimeDelta, Utc};
use report::statements::{
    Client, ClientError, Progress, Sender, build_statements, next_calls, reconcile, retry as put_back,
};
use report_formats::statement::Puid;
use secrecy::SecretString;
use serde_json::json;
use store::Store;

use crate::{
    answer::{Answer, BadInput, NotReady},
    clock::now,
    commands::{print_json, print_json_line},
    config::Config,
    instance::open_store,
};

/// Statements of reasons (Articles 17 and 24(5)): each decision that restricts owes one, unless it carries out an order.
///
/// The database knows no update and no delete: what goes out passed the strict check of `statement check` before. Its
/// address and token are the settings of `[statements]`.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  earwitness report statements build
  earwitness report statements send --dry-run | earwitness statement check -
  earwitness report statements send
  earwitness report statements status --json
  earwitness report statements reconcile --dump sor-2026-11-20-full.csv")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Build the statements that decisions owe; what cannot be built is printed, one line each, and ends with 4
    Build,
    /// Send what waits, at most 100 a call; what is asked, refused or held back follows the other side's answers
    ///
    /// Kill it at any time: what went out without an answer is asked for before it is sent again. Ends with 4 where
    /// something still waits, 1 where something was refused.
    Send {
        /// Print the bodies of the calls, one a line, and send nothing
        #[arg(long)]
        dry_run: bool,
        /// How long to wait in all without a receipt, in seconds, before ending with 4
        #[arg(long, value_name = "SECONDS", default_value_t = 300)]
        patience: u32,
    },
    /// How many statements there are in each state
    Status {
        /// One JSON document
        #[arg(long)]
        json: bool,
    },
    /// Put a statement that was refused or given up back into the outbox, as it is
    Retry {
        /// Its puid
        puid: Puid,
    },
    /// Do decisions, statements, receipts and the public dump agree? Every difference is a line; 1 if there is any
    Reconcile {
        /// A daily dump of the Transparency Database, full or light, as CSV
        #[arg(long = "dump", value_name = "FILE")]
        dumps: Vec<PathBuf>,
        /// Our name in the dump; without it, that of the first row that is ours
        #[arg(long, value_name = "NAME")]
        platform: Option<String>,
    },
}

const COMMAND: &str = "statements";

pub(super) async fn run(config: &Config, arguments: Arguments) -> anyhow::Result<Answer> {
    let store = open_store(config, COMMAND).await?;
    match arguments.command {
        Command::Build => build(&store).await,
        Command::Send { dry_run: true, .. } => dry_run(&store).await,
        Command::Send { patience, .. } => send(config, &store, TimeDelta::seconds(patience.into())).await,
        Command::Status { json } => status(&store, json).await,
        Command::Retry { puid } => match put_back(&store, &puid, now()).await? {
            Some(()) => Ok(Answer::Done),
            None => Err(busy().into()),
        },
        Command::Reconcile { dumps, platform } => compare(&store, &dumps, platform).await,
    }
}

fn busy() -> NotReady {
    NotReady("another process is sending statements".to_owned())
}

async fn build(store: &Store) -> anyhow::Result<Answer> {
    let mut unbuilt = Vec::new();
    let done = build_statements(store, now(), &mut |one| unbuilt.push(one)).await?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    for one in &unbuilt {
        print_json_line(&mut out, one)?;
    }
    out.flush()?;
    eprintln!("{} built, {} not owed, {} cannot be built", done.built, done.not_owed, done.unbuilt);
    Ok(if done.unbuilt == 0 { Answer::Done } else { Answer::InPart })
}

async fn dry_run(store: &Store) -> anyhow::Result<Answer> {
    let calls = next_calls(store).await?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    for body in &calls {
        out.write_all(body)?;
        writeln!(out)?;
    }
    out.flush()?;
    eprintln!("{} calls would go out", calls.len());
    Ok(Answer::Done)
}

fn client(config: &Config) -> anyhow::Result<Client> {
    let settings = &config.statements;
    if settings.url.is_empty() {
        let message = "no Transparency Database is set: set statements.url, and statements.token_file or its variable";
        return Err(BadInput(message.to_owned()).into());
    }
    let token = if settings.token_file.as_os_str().is_empty() {
        settings.token.clone()
    } else {
        let unreadable = || BadInput(format!("the token file {} cannot be read", settings.token_file.display()));
        let text = std::fs::read_to_string(&settings.token_file).with_context(unreadable)?;
        SecretString::from(text.trim())
    };
    Client::new(&settings.url, token).map_err(|error: ClientError| BadInput(error.to_string()).into())
}

async fn send(config: &Config, store: &Store, patience: TimeDelta) -> anyhow::Result<Answer> {
    let client = client(config)?;
    let Some(mut sender) = Sender::begin(store, &client).await? else { return Err(busy().into()) };
    let (mut calls, mut received, mut waited) = (0, 0, TimeDelta::zero());
    let end = loop {
        match sender.step(&now).await? {
            Progress::Sent { received: new, .. } => {
                calls += 1;
                received += new;
                // What gets through is worth waiting for again; an other side that is away is not, for ever.
                if new > 0 {
                    waited = TimeDelta::zero();
                }
            }
            Progress::Asked => {}
            Progress::Wait(until) if waited + (until - now()) <= patience => {
                let wait = (until - now()).max(TimeDelta::zero());
                waited += wait;
                tokio::time::sleep(wait.to_std().unwrap_or(Duration::ZERO)).await;
            }
            end @ (Progress::Wait(_) | Progress::Stopped(_) | Progress::Done) => break end,
        }
    };
    eprintln!("{received} receipts in {calls} calls");
    let (counts, _) = store.statement_counts().await?;
    let is_refused = counts.iter().any(|(state, _)| state == "refused");
    match end {
        Progress::Wait(until) => {
            eprintln!("the rest waits until {}", told(until));
            Ok(Answer::InPart)
        }
        Progress::Stopped(reason) => Err(NotReady(format!("sending stopped: {reason}")).into()),
        Progress::Sent { .. } | Progress::Asked | Progress::Done if is_refused => {
            eprintln!("some are refused: see `earwitness report statements reconcile`");
            Ok(Answer::No)
        }
        Progress::Sent { .. } | Progress::Asked | Progress::Done => Ok(Answer::Done),
    }
}

fn told(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

async fn status(store: &Store, json: bool) -> anyhow::Result<Answer> {
    let (counts, sender) = store.statement_counts().await?;
    if json {
        let counts: serde_json::Map<_, _> = counts.into_iter().map(|(state, count)| (state, count.into())).collect();
        print_json(&json!({ "states": counts, "not_before": sender.not_before, "stopped": sender.stopped }))?;
        return Ok(Answer::Done);
    }
    let mut out = std::io::stdout().lock();
    for (state, count) in &counts {
        writeln!(out, "{count:>8}  {state}")?;
    }
    if let Some(until) = sender.not_before.filter(|until| *until > now()) {
        writeln!(out, "nothing goes out before {}", told(until))?;
    }
    if let Some(reason) = &sender.stopped {
        writeln!(out, "stopped: {reason}")?;
    }
    Ok(Answer::Done)
}

async fn compare(store: &Store, dumps: &[PathBuf], platform: Option<String>) -> anyhow::Result<Answer> {
    let mut opened: Vec<(String, Box<dyn Read + Send>)> = Vec::new();
    for path in dumps {
        let name = path.display().to_string();
        let file = std::fs::File::open(path).with_context(|| BadInput(format!("{name} cannot be read")))?;
        opened.push((name, Box::new(file)));
    }
    let mut differences = Vec::new();
    let compared = reconcile(store, opened, platform, &mut |difference| differences.push(difference)).await;
    let done = match compared {
        Ok(done) => done,
        Err(
            error
            @ (report::statements::ReconcileError::Csv { .. } | report::statements::ReconcileError::Column { .. }),
        ) => {
            let told = BadInput(error.to_string());
            return Err(anyhow::Error::new(error).context(told));
        }
        Err(error) => return Err(error.into()),
    };
    let mut out = BufWriter::new(std::io::stdout().lock());
    for difference in &differences {
        print_json_line(&mut out, difference)?;
    }
    out.flush()?;
    eprintln!(
        "{} decisions, {} statements, {} receipts, {} rows ({} receipts of other days); {} differences",
        done.decisions, done.statements, done.receipts, done.rows, done.receipts_of_other_days, done.differences
    );
    Ok(if done.differences == 0 { Answer::Done } else { Answer::No })
}
