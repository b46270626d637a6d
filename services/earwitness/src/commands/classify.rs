//! `classify`: scores of texts by the classifier of the pipeline.

use std::{
    collections::BTreeMap,
    io::{BufWriter, Write},
};

use serde::Serialize;

use crate::{
    answer::Answer,
    commands::{print_json_line, text_lines},
    config::Config,
    services::load_classifier,
};

/// Score texts with the classifier.
///
/// Reads JSON Lines {"id", "text"} from standard input, writes {"id", "scores"} in the same order. A text of more than
/// 40 words is scored in windows of 40 words, 35 apart, and the highest counts.
#[derive(clap::Args)]
#[command(after_help = "Example:
  echo '{\"id\":1,\"text\":\"I will find you\"}' | earwitness classify --json")]
pub(crate) struct Arguments {
    /// JSON Lines out (the only form there is)
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Scored<'a> {
    id: serde_json::Value,
    scores: BTreeMap<&'a str, f32>,
}

pub(crate) fn run(config: &Config, _: &Arguments) -> anyhow::Result<Answer> {
    let classifier = load_classifier(config)?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    for line in text_lines() {
        let line = line?;
        let scores = classify::score_long(classifier.as_ref(), &line.text)?;
        let heads = classifier.heads().iter().map(String::as_str);
        let line = Scored { id: line.id, scores: heads.zip(scores.probabilities()).collect() };
        print_json_line(&mut out, &line)?;
    }
    out.flush()?;
    Ok(Answer::Done)
}
