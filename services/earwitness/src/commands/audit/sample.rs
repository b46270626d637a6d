//! `audit sample`: a draw that anyone can do again.

use std::{
    fs::File,
    io::{BufReader, Write},
    path::PathBuf,
};

use anyhow::Context;
use report::{
    population::{Head, PopulationError},
    sample::{Draw, Stratum, Target, draw},
};

use super::{population::note_path, read_vkey};
use crate::answer::{Answer, BadInput};

pub(super) const EXAMPLES: &str = "The rank of a line is SHA-256 of the seed, a zero byte, and the line without its line feed; of each stratum the lines
with the smallest ranks are drawn. Strata get their share of SIZE by the largest remainder, and one at least. So anyone
draws the same again with stock tools; here for a sample without strata:

  while IFS= read -r line; do
    printf '%s %s\\n' \"$(printf '%s\\0%s' \"$SEED\" \"$line\" | sha256sum | cut -c1-64)\" \"$line\"
  done < flags.jsonl | sort | head -n 200

Prints JSON: sizes of frame and strata, weights, and each drawn line with its rank and its inclusion proof. A targeted
sample looks for trouble and has no weights. Choose the seed after the list was signed. 1 if the list is not the one
that was signed.

Examples:
  earwitness audit sample flags.jsonl --seed \"our own words\" --size 200 --out sample.json
  earwitness audit sample flags.jsonl --seed \"our own words\" --size 200 --stratify language,category --key earwitness.vkey
  earwitness audit sample decisions.jsonl --seed \"our own words\" --size 50 --target reversed";

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The list; FILE.note lies beside it
    #[arg(value_name = "FILE")]
    population: PathBuf,
    /// Words of the auditor's own
    #[arg(long, value_name = "TEXT")]
    seed: String,
    /// How many
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    size: u64,
    /// Divide by: language, category, detector, outcome, scope, room, status
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    stratify: Vec<Stratum>,
    /// Look for: worst-score, reversed, near-threshold, gone
    #[arg(long, value_name = "WHAT")]
    target: Option<Target>,
    /// File with the public key that must have signed the list
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Where to write it; standard output if not given
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Answer> {
    let unreadable = |path: &PathBuf| BadInput(format!("cannot read {}", path.display()));
    let note_path = note_path(&arguments.population);
    let note = std::fs::read(&note_path).with_context(|| unreadable(&note_path))?;
    let key = arguments.key.as_deref().map(read_vkey).transpose()?;
    let list = File::open(&arguments.population).with_context(|| unreadable(&arguments.population))?;
    let asked = Draw {
        seed: arguments.seed.clone(),
        size: arguments.size,
        stratify: arguments.stratify.clone(),
        target: arguments.target,
    };
    let drawn = Head::read(&note, key.as_ref()).and_then(|head| draw(BufReader::new(list), &head, &asked));
    let sample = match drawn {
        Ok(sample) => sample,
        Err(error @ (PopulationError::Differs { .. } | PopulationError::Note(_) | PopulationError::Line(_))) => {
            eprintln!("earwitness: {:#}", anyhow::Error::new(error));
            return Ok(Answer::No);
        }
        Err(error @ PopulationError::NotAPopulation) => return Err(BadInput(error.to_string()).into()),
        Err(error) => return Err(error.into()),
    };
    let mut text = serde_json::to_string_pretty(&sample)?;
    text.push('\n');
    match &arguments.out {
        None => std::io::stdout().lock().write_all(text.as_bytes())?,
        Some(path) => {
            std::fs::write(path, text).with_context(|| BadInput(format!("cannot write {}", path.display())))?;
        }
    }
    if key.is_none() {
        eprintln!("who signed the list was not checked: give --key");
    }
    eprintln!("{} drawn of {} {} in {} strata", sample.drawn.len(), sample.members, sample.of, sample.strata.len());
    Ok(Answer::Done)
}
