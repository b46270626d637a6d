//! `models`: what there is, fetched and verified.

use std::{
    io::{IsTerminal, Write, stderr},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use weights::{Model, Progress, State};

use crate::{
    answer::{Answer, BadInput, NotReady},
    commands::print_json,
    config::Config,
};

/// List, fetch and verify speech models.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  earwitness models list
  earwitness models fetch tiny.en base silero   what the default settings need
  earwitness models verify                      read every fetched file again")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Every model: what it is, where it comes from, whether it is here
    List {
        /// One JSON document
        #[arg(long)]
        json: bool,
    },
    /// Download, verify and convert; goes on where an earlier fetch was interrupted
    Fetch {
        /// Names as in `models list`
        #[arg(required = true)]
        names: Vec<String>,
    },
    /// Read a model file, or all that were fetched, and compare with what is recorded
    Verify {
        /// A file; without it, all fetched models
        file: Option<PathBuf>,
    },
}

pub(crate) fn run(config: &Config, arguments: Arguments) -> anyhow::Result<Answer> {
    match arguments.action {
        Action::List { json } => list(config, json),
        Action::Fetch { names } => fetch(config, &names),
        Action::Verify { file } => verify(config, file.as_deref()),
    }
}

#[derive(Serialize)]
struct Line<'a> {
    name: &'a str,
    about: &'a str,
    state: &'static str,
    file: PathBuf,
    bytes: u64,
    licence: &'a str,
    languages: usize,
    sources: Vec<Origin>,
}

#[derive(Serialize)]
struct Origin {
    from: String,
    sha256: Option<String>,
}

fn list(config: &Config, json: bool) -> anyhow::Result<Answer> {
    let (manifest, cache) = (config.manifest()?, config.cache_dir()?);
    let lines: Vec<Line<'_>> = manifest
        .models()
        .iter()
        .map(|model| Line {
            name: &model.name,
            about: &model.about,
            state: match model.state(&cache) {
                State::Missing => "missing",
                State::Present(_) => "present",
                State::Damaged { .. } => "damaged",
            },
            file: model.path(&cache),
            bytes: model.bytes,
            licence: &model.licence,
            languages: model.languages.len(),
            sources: model
                .sources
                .iter()
                .map(|source| Origin { from: source.label(), sha256: source.sha256.as_ref().map(ToString::to_string) })
                .collect(),
        })
        .collect();
    if json {
        print_json(&lines)?;
        return Ok(Answer::Done);
    }
    let mut out = std::io::stdout().lock();
    for line in &lines {
        writeln!(
            out,
            "{:<16} {:<8} {:>7.1} MB  {}  {}",
            line.name,
            line.state,
            line.bytes as f64 / 1e6,
            line.licence,
            line.about
        )?;
        for source in &line.sources {
            writeln!(out, "{:<16} from {}", "", source.from)?;
        }
    }
    Ok(Answer::Done)
}

fn fetch(config: &Config, names: &[String]) -> anyhow::Result<Answer> {
    let (manifest, cache) = (config.manifest()?, config.cache_dir()?);
    let models: Vec<&Model> = names
        .iter()
        .map(|name| manifest.model(name).map_err(|error| BadInput(error.to_string())))
        .collect::<Result<_, _>>()?;
    for model in models {
        let mut shown = Shown::new();
        let name = &model.name;
        weights::fetch(model, &cache, &mut |progress| shown.show(&progress))
            .with_context(|| NotReady(format!("{name} could not be fetched")))?;
    }
    Ok(Answer::Done)
}

/// Progress as a bar on a terminal, and as a line every few seconds elsewhere.
struct Shown {
    bar: Option<ProgressBar>,
    last_line: Instant,
}

impl Shown {
    fn new() -> Self {
        let style = ProgressStyle::with_template("{msg} [{bar:30}] {bytes}/{total_bytes} {eta}");
        let bar = stderr().is_terminal().then(|| ProgressBar::new(0)).zip(style.ok());
        Self { bar: bar.map(|(bar, style)| bar.with_style(style)), last_line: Instant::now() }
    }

    fn show(&mut self, progress: &Progress<'_>) {
        match (progress, &self.bar) {
            (Progress::Bytes { file, done, total }, Some(bar)) => {
                bar.set_message((*file).to_owned());
                bar.set_length(*total);
                bar.set_position(*done);
            }
            (Progress::Bytes { .. }, None) if self.last_line.elapsed() < Duration::from_secs(2) => {}
            (_, Some(bar)) => bar.suspend(|| eprintln!("{progress}")),
            (_, None) => {
                self.last_line = Instant::now();
                eprintln!("{progress}");
            }
        }
    }
}

fn verify(config: &Config, file: Option<&Path>) -> anyhow::Result<Answer> {
    let (manifest, cache) = (config.manifest()?, config.cache_dir()?);
    let mut sound = true;
    let mut checked = 0;
    for model in manifest.models() {
        let path = model.path(&cache);
        let chosen = match file {
            Some(file) => file.file_name() == path.file_name(),
            None => path.exists(),
        };
        if chosen {
            checked += 1;
            let path = file.unwrap_or(&path);
            match weights::verify(path, model) {
                Ok(()) => eprintln!("{}: {} is as recorded", model.name, path.display()),
                Err(error) => {
                    sound = false;
                    eprintln!("{}: {:#}", model.name, anyhow::Error::new(error));
                }
            }
        }
    }
    if let (0, Some(file)) = (checked, file) {
        let known: Vec<&str> = manifest.models().iter().map(|model| model.file.as_str()).collect();
        let name = file.display();
        return Err(BadInput(format!("{name} is not named like a model; known are {}", known.join(", "))).into());
    }
    if checked == 0 {
        return Err(NotReady("no model was fetched: run `earwitness models fetch tiny.en base silero`".into()).into());
    }
    Ok(if sound { Answer::Done } else { Answer::No })
}
