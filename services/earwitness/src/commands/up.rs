//! `up`: everything in one process tree, until Ctrl-C or SIGTERM.

use std::time::Duration;

use standalone::{Broker, DataFolder, Instance, Postgres, PostgresSettings, Watched, find_broker};
use store::bootstrap_embedded;
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::mpsc,
};

use crate::{
    answer::{Answer, NotReady},
    clock::now,
    config::Config,
    instance::Addresses,
    services::{Services, create_topics},
};

/// What is in flight may take this long to finish.
const FINISH: Duration = Duration::from_mins(1);

/// Start everything: database, broker, and all services, until Ctrl-C.
///
/// Prints `ready` on standard error when all other commands work.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  earwitness up
  earwitness up --data-dir /srv/earwitness
  earwitness up --database-url postgres://… --migrate-url postgres://… --kafka-brokers kafka:9092")]
pub(crate) struct Arguments {}

/// Embedded servers that this process started; either may be somebody else's instead.
struct Embedded {
    postgres: Option<Postgres>,
    broker: Option<Broker>,
}

pub(crate) async fn run(config: &Config, _: &Arguments) -> anyhow::Result<Answer> {
    // Before anything is started: Ctrl-C during the start must end it in order too.
    let mut ends = Ends { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? };
    // What needs no server is checked first, so that a missing model costs a second and not ten.
    config.speech_models()?;
    let folder = DataFolder::open(&config.data.dir).map_err(not_ready)?;
    folder.withdraw()?;
    let (events, mut watched) = mpsc::channel(16);
    let mut embedded = Embedded { postgres: None, broker: None };
    let mut services = Services::new();
    let outcome = tokio::select! {
        outcome = work(config, &folder, &mut embedded, &mut services, events, &mut watched) => outcome,
        () = ends.come() => Ok(()),
    };
    tracing::info!("stopping: what is in flight is finished first");
    folder.withdraw()?;
    let finished = tokio::select! {
        finished = tokio::time::timeout(FINISH, services.finish()) => finished.unwrap_or(Ok(())),
        () = ends.come() => Ok(()),
    };
    if let Some(broker) = embedded.broker {
        broker.stop().await;
    }
    if let Some(postgres) = embedded.postgres {
        postgres.stop().await;
    }
    outcome.and(finished).map(|()| Answer::Done)
}

/// Starts all, says so, and returns when something fails for good.
async fn work(
    config: &Config,
    folder: &DataFolder,
    embedded: &mut Embedded,
    services: &mut Services,
    events: mpsc::Sender<Watched>,
    watched: &mut mpsc::Receiver<Watched>,
) -> anyhow::Result<()> {
    let addresses = start_servers(config, folder, embedded, events).await?;
    let options = store::Options::default();
    for migration in store::migrate(&addresses.migrate_url, &options).await? {
        tracing::info!(version = migration.version, "schema: {}", migration.description);
    }
    create_topics(config, &addresses).await?;
    services.sequencer(config, &addresses.database_url).await?;
    services.relay(config, &addresses).await?;
    services.transcription(config, &addresses).await?;
    services.screening(config, &addresses).await?;
    services.evidence(config, &addresses).await?;
    folder.announce(&Instance {
        pid: std::process::id(),
        database_url: addresses.database_url,
        migrate_url: addresses.migrate_url,
        kafka_brokers: addresses.kafka_brokers,
        started_at: now(),
    })?;
    eprintln!("ready");
    tokio::select! {
        error = services.failed() => Err(error),
        error = server_lost(watched) => Err(error),
    }
}

async fn start_servers(
    config: &Config,
    folder: &DataFolder,
    embedded: &mut Embedded,
    events: mpsc::Sender<Watched>,
) -> anyhow::Result<Addresses> {
    let (database_url, migrate_url) = if let Some(service) = config.database_url() {
        (service.to_owned(), config.migrate_url().unwrap_or(service).to_owned())
    } else {
        tracing::info!("starting the embedded Postgres");
        let postgres = Postgres::start(folder, &postgres_settings(config), events.clone()).await.map_err(not_ready)?;
        let urls = bootstrap_embedded(&postgres.superuser_url()).await?;
        embedded.postgres = Some(postgres);
        (urls.service, urls.migrate)
    };
    let kafka_brokers = if config.kafka.brokers.is_empty() {
        tracing::info!("starting the embedded broker");
        let chosen = Some(config.kafka.broker_program.as_path()).filter(|path| !path.as_os_str().is_empty());
        let program = find_broker(chosen, Some(&config.cache_dir()?)).map_err(not_ready)?;
        let broker = Broker::start(folder, &program, events).await.map_err(not_ready)?;
        let address = broker.address().to_string();
        embedded.broker = Some(broker);
        address
    } else {
        config.kafka.brokers.clone()
    };
    Ok(Addresses { database_url, migrate_url, kafka_brokers })
}

fn postgres_settings(config: &Config) -> PostgresSettings {
    let programs = &config.database.programs;
    #[expect(clippy::disallowed_methods, reason = "where programs lie is the environment's to say")]
    let search_path = std::env::var_os("PATH").unwrap_or_default();
    PostgresSettings { binaries: Some(programs.clone()).filter(|folder| !folder.as_os_str().is_empty()), search_path }
}

/// Tells of deaths and restarts; returns when a server stays down.
async fn server_lost(watched: &mut mpsc::Receiver<Watched>) -> anyhow::Error {
    loop {
        match watched.recv().await {
            Some(Watched::Died { server, status }) => tracing::warn!("{server} died ({status}); it is started again"),
            Some(Watched::StartFailed { server, reason }) => tracing::warn!("{server} did not start: {reason}"),
            Some(Watched::Restarted { server }) => tracing::info!("{server} runs again"),
            Some(Watched::GaveUp { server }) => {
                let why = format!("{server} keeps dying: its log in the data folder says why");
                return NotReady(why).into();
            }
            None => std::future::pending().await,
        }
    }
}

/// Every failure of a server to start is one that the user can mend.
fn not_ready(error: impl std::error::Error + Send + Sync + 'static) -> anyhow::Error {
    anyhow::Error::new(error).context(NotReady("cannot start".to_owned()))
}

struct Ends {
    interrupt: Signal,
    terminate: Signal,
}

impl Ends {
    async fn come(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
