//! `rules`: packs checked, tested and tried, without an instance.

use std::{
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use domain::{Category, Severity, StreamTime};
use rules::{Engine, Pack, SpokenWord, Verdict};
use serde::Serialize;

use crate::{
    answer::{Answer, BadInput},
    commands::{print_json_line, text_lines},
    config::Config,
};

/// Check, test and try rule packs.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  earwitness rules check models/rules/en
  earwitness rules test models/rules/en
  echo '{\"id\":1,\"text\":\"I will kill you\"}' | earwitness rules match models/rules/en --json")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Is the pack well formed? Names every fault with its file and line
    Check {
        /// The pack's folder
        path: PathBuf,
    },
    /// Do its examples hold?
    Test {
        /// The pack's folder
        path: PathBuf,
    },
    /// What would it find in these texts? JSON Lines {"id", "text"} in, {"id", "hits"} out
    Match {
        /// The pack's folder
        path: PathBuf,
        /// The language of the texts
        #[arg(long)]
        language: Option<String>,
        /// JSON Lines out (the only form there is)
        #[arg(long)]
        json: bool,
    },
}

pub(crate) fn run(config: &Config, arguments: Arguments) -> anyhow::Result<Answer> {
    match arguments.action {
        Action::Check { path } => Ok(check(&path)),
        Action::Test { path } => test(&path),
        Action::Match { path, language, .. } => {
            try_texts(&path, language.as_deref().unwrap_or(&config.ingest.language))
        }
    }
}

fn check(path: &Path) -> Answer {
    match Pack::load(path) {
        Ok(pack) => {
            eprintln!("{} {}: {} rules, no fault; hash {}", pack.id(), pack.version(), pack.rules().len(), pack.hash());
            Answer::Done
        }
        Err(errors) => {
            eprintln!("{errors}");
            Answer::No
        }
    }
}

fn test(path: &Path) -> anyhow::Result<Answer> {
    let pack = load(path)?;
    let outcomes = pack.run_examples();
    let mut failed = 0;
    let mut known = 0;
    for outcome in &outcomes {
        let place = format!("{}:{}: {} ({})", outcome.file, outcome.line, outcome.name, outcome.rule);
        match &outcome.verdict {
            Verdict::Passed => {}
            Verdict::Known => known += 1,
            Verdict::Mended => eprintln!("{place}: a known gap that is gone: let the example say so"),
            Verdict::Failed(why) => {
                failed += 1;
                eprintln!("{place}: {why}");
            }
        }
    }
    eprintln!("{} examples, {failed} failed, {known} known gaps", outcomes.len());
    Ok(if failed == 0 { Answer::Done } else { Answer::No })
}

fn load(path: &Path) -> Result<Pack, BadInput> {
    Pack::load(path).map_err(|errors| BadInput(errors.to_string()))
}

#[derive(Serialize)]
struct Matched {
    id: serde_json::Value,
    hits: Vec<HitLine>,
}

#[derive(Serialize)]
struct HitLine {
    rule: String,
    category: Category,
    severity: Severity,
    words: [usize; 2],
}

/// Hits that would flag; what an exclusion suppresses is not printed.
fn try_texts(path: &Path, language: &str) -> anyhow::Result<Answer> {
    let pack = load(path)?;
    let engine = Engine::new(&pack, language).map_err(|error| BadInput(error.to_string()))?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    for line in text_lines() {
        let line = line?;
        let words: Vec<SpokenWord<'_>> = line.text.split_whitespace().zip(0..).map(untimed).collect();
        let hits = engine.match_words(&words).into_iter().filter(rules::Hit::flags).map(|hit| HitLine {
            rule: hit.id,
            category: hit.category,
            severity: hit.severity,
            words: [hit.words.start, hit.words.end],
        });
        print_json_line(&mut out, &Matched { id: line.id, hits: hits.collect() })?;
    }
    out.flush()?;
    Ok(Answer::Done)
}

/// A word of a text, as if spoken at three words a second.
fn untimed((text, index): (&str, i64)) -> SpokenWord<'_> {
    let first = StreamTime::from_millis(index * 300);
    SpokenWord { text, first, end: first + 4_800, p: 1.0, speaker: None, after_gap: false }
}
