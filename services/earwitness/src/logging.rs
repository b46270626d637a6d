//! Logs to standard error, as text for people or JSON for machines. Never sound, text or names of people.

use std::io::{IsTerminal, stderr};

use tracing_subscriber::{EnvFilter, fmt};

use crate::{
    answer::BadInput,
    config::{Log, LogFormat},
};

/// Starts logging for the life of the process.
pub(crate) fn start(log: &Log) -> anyhow::Result<()> {
    let directives =
        format!("{},whisper_rs=warn,sqlx=error,symphonia=warn,tract_onnx=warn,tract_core=warn", log.filter);
    let filter = EnvFilter::try_new(directives).map_err(|error| {
        BadInput(format!("log.filter {:?} is not a level or a list of directives: {error}", log.filter))
    })?;
    let builder = fmt().with_env_filter(filter).with_writer(stderr).with_ansi(stderr().is_terminal());
    match log.format {
        LogFormat::Text => builder.with_target(false).init(),
        LogFormat::Json => builder.json().init(),
    }
    Ok(())
}
