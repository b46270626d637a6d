//! Where the instance listens: what settings name, else what the data folder's owner wrote down.

use store::{Actor, Options, Store};

use crate::config::Config;

/// There is nothing to talk to.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InstanceError {
    /// The data folder tells of no running instance.
    #[error("nothing to talk to")]
    Find(#[from] standalone::FindError),
}

/// Addresses of a database and a broker.
#[derive(Clone, Debug)]
pub(crate) struct Addresses {
    pub(crate) database_url: String,
    pub(crate) migrate_url: String,
    pub(crate) kafka_brokers: String,
}

impl Addresses {
    /// Finds them; the data folder is read only for what settings leave open.
    pub(crate) fn find(config: &Config) -> Result<Self, InstanceError> {
        let database_url = config.database_url().map(str::to_owned);
        let migrate_url = config.migrate_url().map(str::to_owned);
        let brokers = Some(config.kafka.brokers.clone()).filter(|brokers| !brokers.is_empty());
        if let (Some(database_url), Some(kafka_brokers)) = (&database_url, &brokers) {
            let migrate_url = migrate_url.unwrap_or_else(|| database_url.clone());
            return Ok(Self { database_url: database_url.clone(), migrate_url, kafka_brokers: kafka_brokers.clone() });
        }
        let instance = standalone::find_instance(&config.data.dir)?;
        Ok(Self {
            migrate_url: migrate_url.or_else(|| database_url.clone()).unwrap_or(instance.migrate_url),
            database_url: database_url.unwrap_or(instance.database_url),
            kafka_brokers: brokers.unwrap_or(instance.kafka_brokers),
        })
    }

    /// The database alone, for commands that only read.
    pub(crate) fn database(config: &Config) -> Result<String, InstanceError> {
        match config.database_url() {
            Some(url) => Ok(url.to_owned()),
            None => Ok(standalone::find_instance(&config.data.dir)?.database_url),
        }
    }

    pub(crate) fn bus(&self, config: &Config) -> bus::Settings {
        bus::Settings { brokers: self.kafka_brokers.clone(), extra: config.kafka.properties.clone() }
    }
}

/// The database of the running instance, for a command of that name.
pub(crate) async fn open_store(config: &Config, command: &str) -> anyhow::Result<Store> {
    let url = Addresses::database(config)?;
    let options = Options { max_connections: config.database.max_connections, ..Options::default() };
    Ok(Store::connect(&url, Actor::command(command)?, &options).await?)
}
