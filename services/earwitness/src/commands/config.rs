//! `config`: the settings that hold, with secrets masked.

use std::io::Write;

use crate::{answer::Answer, config::Config};

/// Show the settings that hold.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  earwitness config --check                     the settings that hold, secrets masked
  earwitness config --check --config prod.toml  is this file right? names the bad key and its line
  earwitness config --defaults > earwitness.toml")]
pub(crate) struct Arguments {
    /// Print the settings that hold, secrets masked (as without any option)
    #[arg(long)]
    check: bool,
    /// Print every key with its default and what it means
    #[arg(long, conflicts_with = "check")]
    defaults: bool,
}

pub(crate) fn run(config: &Config, arguments: &Arguments) -> anyhow::Result<Answer> {
    let shown = if arguments.defaults { Config::defaults().to_owned() } else { toml::to_string(config)? };
    std::io::stdout().write_all(shown.as_bytes())?;
    Ok(Answer::Done)
}
