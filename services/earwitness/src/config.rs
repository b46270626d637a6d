//! The settings: embedded defaults, then a file, then the environment, then flags; typed, checked, masked when shown.
//!
//! figment (MIT or Apache-2.0) does the layering; it is quiet upstream, so only this module names it.

mod fault;
mod sections;

use std::path::PathBuf;

use figment::{
    Figment,
    providers::{Env, Format as _, Serialized, Toml},
};

pub(crate) use fault::ConfigFault;
pub(crate) use sections::{Config, Log, LogFormat, Window};

const DEFAULTS: &str = include_str!("config.default.toml");

/// What flags say; each replaces one setting.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct Flags {
    /// Settings file (TOML); every key with its default is in `earwitness config --defaults`
    #[arg(long, global = true, value_name = "FILE", env = "EARWITNESS_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// Folder of the instance
    #[arg(long, global = true, value_name = "DIR", env = "EARWITNESS_DATA_DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Postgres to use instead of the embedded one
    #[arg(long, global = true, value_name = "URL", hide_env_values = true)]
    pub(crate) database_url: Option<String>,
    /// The same database as the schema's owner
    #[arg(long, global = true, value_name = "URL", hide_env_values = true)]
    pub(crate) migrate_url: Option<String>,
    /// Kafka to use instead of the embedded broker
    #[arg(long, global = true, value_name = "HOST:PORT,…")]
    pub(crate) kafka_brokers: Option<String>,
    /// What is logged: a level or directives
    #[arg(long, global = true, value_name = "FILTER")]
    pub(crate) log: Option<String>,
}

impl Config {
    /// The settings that hold.
    ///
    /// # Errors
    /// [`ConfigFault`] names the key, where it stands (file and line, variable or flag), and what is expected.
    pub(crate) fn load(flags: &Flags) -> Result<Self, ConfigFault> {
        let mut figment = Figment::from(Toml::string(DEFAULTS));
        if let Some(file) = &flags.config {
            let text = std::fs::read_to_string(file).map_err(|error| ConfigFault::unreadable(file, &error))?;
            figment = figment.merge(Toml::string(&text));
            // The file alone first: a fault in it is told with its line.
            figment.extract::<Self>().map_err(|error| ConfigFault::in_file(file, &text, &error))?;
        }
        figment = figment.merge(Env::prefixed("EARWITNESS__").split("__"));
        for (variable, key) in [("EARWITNESS_MODELS_DIR", "models.dir"), ("EARWITNESS_CACHE_DIR", "models.cache_dir")] {
            figment = figment.merge(Env::raw().only(&[variable]).map(move |_| key.into()));
        }
        let flag = |figment: Figment, key: &str, value: Option<&str>| match value {
            Some(value) => figment.merge(Serialized::default(key, value)),
            None => figment,
        };
        let data_dir = flags.data_dir.as_ref().map(|path| path.to_string_lossy().into_owned());
        figment = flag(figment, "data.dir", data_dir.as_deref());
        figment = flag(figment, "database.url", flags.database_url.as_deref());
        figment = flag(figment, "database.migrate_url", flags.migrate_url.as_deref());
        figment = flag(figment, "kafka.brokers", flags.kafka_brokers.as_deref());
        figment = flag(figment, "log.filter", flags.log.as_deref());
        let config: Self = figment.extract().map_err(|error| ConfigFault::elsewhere(&error))?;
        config.check()?;
        Ok(config)
    }

    /// Every key with its default and its comment.
    pub(crate) fn defaults() -> &'static str {
        DEFAULTS
    }
}

#[cfg(test)]
mod tests;
