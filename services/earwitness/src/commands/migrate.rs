//! `migrate`: brings the schema up to date.

use crate::{answer::Answer, config::Config, instance::Addresses};

/// Bring the database's schema up to date.
///
/// Needs the role that owns the schema (--migrate-url); the services' role may not change it. `earwitness up` does this
/// by itself.
#[derive(clap::Args)]
#[command(after_help = "Example:
  earwitness migrate --database-url postgres://earwitness_service@db/earwitness \\
                     --migrate-url postgres://earwitness_owner@db/earwitness")]
pub(crate) struct Arguments {}

pub(crate) async fn run(config: &Config, _: &Arguments) -> anyhow::Result<Answer> {
    let url = match config.migrate_url().or_else(|| config.database_url()) {
        Some(url) => url.to_owned(),
        None => Addresses::find(config)?.migrate_url,
    };
    let applied = store::migrate(&url, &store::Options::default()).await?;
    if applied.is_empty() {
        eprintln!("the schema is up to date");
    }
    for migration in applied {
        eprintln!("applied {} {}", migration.version, migration.description);
    }
    Ok(Answer::Done)
}
