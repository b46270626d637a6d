//! Starts the services of this process: each a task that ends when told to, or takes the process along when it fails.

use std::{collections::BTreeMap, path::Path, sync::Arc, time::Duration};

use anyhow::Context;
use bus::{Admin, Producer, Topic};
use chrono::TimeDelta;
use classify::{Classifier, ClassifyError, MiniLm, ModelIdentity};
use rules::Pack;
use speech::Recogniser;
use store::{Actor, LoadedModel, ModelKind, Options, Store};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use transcribe::WindowLength;

use crate::{
    clock::now,
    commands::{
        audit::{key_file, vouching},
        evidence::{open_safe, retention},
    },
    config::Config,
    instance::Addresses,
    relay,
};

/// The services of this process.
pub(crate) struct Services {
    tasks: JoinSet<anyhow::Result<()>>,
    stop: CancellationToken,
}

impl Services {
    pub(crate) fn new() -> Self {
        Self { tasks: JoinSet::new(), stop: CancellationToken::new() }
    }

    /// Waits until a service fails, which none does while all is well.
    pub(crate) async fn failed(&mut self) -> anyhow::Error {
        loop {
            match self.tasks.join_next().await {
                Some(Ok(Ok(()))) => {}
                Some(Ok(Err(error))) => return error,
                Some(Err(error)) => return anyhow::Error::new(error).context("a service ended without an answer"),
                None => std::future::pending().await,
            }
        }
    }

    /// Lets every service finish what is in flight.
    pub(crate) async fn finish(mut self) -> anyhow::Result<()> {
        self.stop.cancel();
        while let Some(ended) = self.tasks.join_next().await {
            ended.context("a service ended without an answer")??;
        }
        Ok(())
    }

    /// Starts the relay of the outbox.
    pub(crate) async fn relay(&mut self, config: &Config, addresses: &Addresses) -> anyhow::Result<()> {
        let store = connect(config, addresses, "relay").await?;
        let producer =
            Producer::connect(&addresses.bus(config), Duration::from_secs(config.ingest.delivery_timeout_s))?;
        let stop = self.stop.clone();
        self.tasks.spawn(async move {
            relay::run(store, producer, stop).await;
            Ok(())
        });
        Ok(())
    }

    /// Starts the writer of the audit log, which signs it, and has others vouch for it. What keeps it from signing ends nothing else.
    pub(crate) async fn sequencer(&mut self, config: &Config, database_url: &str) -> anyhow::Result<()> {
        let store = connect_to(config, database_url, "sequencer").await?;
        let vouching = vouching(config, store.clone())?;
        if !vouching.is_empty() {
            let (every, stop) = (Duration::from_mins(config.audit.vouch_minutes), self.stop.clone());
            self.tasks.spawn(async move {
                Box::pin(vouching.run(every, now, stop)).await;
                Ok(())
            });
        }
        let sequencer = report::Sequencer::new(store, key_file(config));
        let stop = self.stop.clone();
        self.tasks.spawn(async move {
            Box::pin(sequencer.run(now, stop)).await;
            Ok(())
        });
        Ok(())
    }

    /// Starts transcription, with its recognisers loaded and recorded.
    pub(crate) async fn transcription(&mut self, config: &Config, addresses: &Addresses) -> anyhow::Result<()> {
        let store = connect(config, addresses, "transcribe").await?;
        let models = config.speech_models()?;
        let children = match config.transcribe.recognisers {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            chosen => chosen,
        };
        let program = std::env::current_exe().context("cannot tell which program this is")?;
        let settings = speech::Settings::new(program, vec!["recogniser".to_owned()], models.clone(), children);
        let recogniser = Recogniser::start(settings).await?;
        for file in models.hearing.iter().chain([&models.gate]) {
            let identity = recogniser.model_identity(&file.name).context("a model that was loaded has no identity")?;
            let kind = if file.name == crate::models::GATE { ModelKind::VoiceActivity } else { ModelKind::Recogniser };
            let library = format!("whisper.cpp {}", identity.library.version);
            let loaded = LoadedModel { sha256: file.sha256.clone(), name: file.name.clone(), library, kind };
            store.model_loaded(&loaded, now()).await?;
        }
        store.config_changed("transcribe", &serde_json::to_value(&config.transcribe)?, now()).await?;
        let (bus, stop, settings) = (addresses.bus(config), self.stop.clone(), transcription_settings(config));
        self.tasks.spawn(async move {
            let tools = transcribe::Tools { bus: &bus, store, recogniser: Arc::new(recogniser) };
            Box::pin(transcribe::run(tools, settings, stop)).await.context("transcription failed")
        });
        Ok(())
    }

    /// Starts the making of clips, and the daily erasure of what is old.
    pub(crate) async fn evidence(&mut self, config: &Config, addresses: &Addresses) -> anyhow::Result<()> {
        let store = connect(config, addresses, "evidence").await?;
        let safe = open_safe(config, &store).await?;
        store.config_changed("evidence", &evidence_as_text(config)?, now()).await?;
        let tools = custody::Tools { bus: addresses.bus(config), store: store.clone(), safe: safe.clone() };
        let settings = custody::Settings {
            margin: config.evidence.margin_s * domain::SAMPLE_RATE_HZ,
            settle: TimeDelta::seconds(config.evidence.settle_s),
            clock: now,
        };
        let stop = self.stop.clone();
        self.tasks.spawn(async move {
            Box::pin(custody::run(&tools, &settings, &stop)).await;
            Ok(())
        });
        let store = store.acting_as(Actor::service("retention")?);
        let (stop, keep) = (self.stop.clone(), retention(config));
        self.tasks.spawn(async move {
            Box::pin(custody::sweep_daily(&store, &safe.vault, &keep, now, &stop)).await;
            Ok(())
        });
        Ok(())
    }

    /// Starts screening, with its pack and classifier loaded and recorded.
    pub(crate) async fn screening(&mut self, config: &Config, addresses: &Addresses) -> anyhow::Result<()> {
        let store = connect(config, addresses, "screen").await?;
        let pack = load_pack(config)?;
        let classifier = if config.screen.classifier { Some(load_screening_classifier(config)?) } else { None };
        if let Some(classifier) = &classifier {
            record_classifier(&store, classifier.as_ref()).await?;
        }
        store.config_changed("screen", &screening_as_text(config, &pack), now()).await?;
        let screener = screen::Screener::new(&pack, classifier, config.screen.thresholds.clone());
        let settings = screen::Settings {
            group: "screen".to_owned(),
            owner: owner(),
            context: config.screen.context_s * domain::SAMPLE_RATE_HZ,
            clock: now,
        };
        let (bus, stop) = (addresses.bus(config), self.stop.clone());
        self.tasks.spawn(async move {
            let tools = screen::Tools { bus: &bus, store, screener };
            Box::pin(screen::run(tools, settings, stop)).await.context("screening failed")
        });
        Ok(())
    }
}

/// The database, as the service of that name.
pub(crate) async fn connect(config: &Config, addresses: &Addresses, service: &str) -> anyhow::Result<Store> {
    connect_to(config, &addresses.database_url, service).await
}

async fn connect_to(config: &Config, database_url: &str, service: &str) -> anyhow::Result<Store> {
    let options = Options { max_connections: config.database.max_connections, ..Options::default() };
    Ok(Store::connect(database_url, Actor::service(service)?, &options).await?)
}

/// Creates the topics that are not there yet.
pub(crate) async fn create_topics(config: &Config, addresses: &Addresses) -> anyhow::Result<()> {
    let hour = 3_600_000;
    let topics: Vec<Topic> = wire::topic::ALL
        .iter()
        .map(|&name| {
            let kafka = &config.kafka;
            let is_sound = name == wire::topic::AUDIO || name == wire::topic::DEAD_LETTER;
            let hours = if is_sound { kafka.audio_retention_hours } else { kafka.event_retention_hours };
            let compact = false;
            Topic { name: name.to_owned(), partitions: kafka.partitions, retention_ms: hours * hour, compact }
        })
        .collect();
    Admin::connect(&addresses.bus(config))?.create_topics(&topics).await?;
    Ok(())
}

/// The rule pack, with every fault in it named.
pub(crate) fn load_pack(config: &Config) -> anyhow::Result<Pack> {
    let folder = config.pack_dir("en");
    Pack::load(&folder)
        .with_context(|| crate::answer::NotReady(format!("the rules in {} cannot be used", folder.display())))
}

/// The classifier that comes with Earwitness, with its own heads alone.
pub(crate) fn load_classifier(config: &Config) -> anyhow::Result<Arc<dyn Classifier>> {
    load_with(config, MiniLm::load)
}

/// The same with the heads for the categories of the rules: what screening asks.
pub(crate) fn load_screening_classifier(config: &Config) -> anyhow::Result<Arc<dyn Classifier>> {
    load_with(config, MiniLm::load_with_categories)
}

fn load_with(config: &Config, load: fn(&Path) -> Result<MiniLm, ClassifyError>) -> anyhow::Result<Arc<dyn Classifier>> {
    let folder = config.classifier_dir();
    let loaded = load(&folder)
        .with_context(|| crate::answer::NotReady(format!("the classifier in {} cannot be used", folder.display())))?;
    Ok(Arc::new(loaded))
}

/// Every model that a head of it belongs to, each once.
async fn record_classifier(store: &Store, classifier: &dyn Classifier) -> anyhow::Result<()> {
    let mut identities: Vec<&ModelIdentity> =
        (0..classifier.heads().len()).map(|head| classifier.identity_of(head)).collect();
    identities.dedup();
    for identity in identities {
        let loaded = LoadedModel {
            sha256: identity.sha256.clone(),
            name: identity.name.clone(),
            library: "tract-onnx".to_owned(),
            kind: ModelKind::Classifier,
        };
        store.model_loaded(&loaded, now()).await?;
    }
    Ok(())
}

pub(crate) fn transcription_settings(config: &Config) -> transcribe::Settings {
    let of = &config.transcribe;
    let length = |window: &crate::config::Window| WindowLength { min_ms: window.min_ms, max_ms: window.max_ms };
    transcribe::Settings {
        group: "transcribe".to_owned(),
        owner: owner(),
        models: of.models.clone(),
        windows: of.windows.iter().map(|(model, window)| (model.clone(), length(window))).collect(),
        pause_ms: of.pause_ms,
        margin_ms: of.margin_ms,
        context_margin: of.context_margin,
        deadline: Duration::from_secs(of.deadline_s),
        backlog_seconds: of.backlog_s,
        idle: Duration::from_secs(of.idle_s),
        clock: now,
    }
}

/// The screening's settings and its pack for the audit, whose payloads hold no fractions.
fn screening_as_text(config: &Config, pack: &Pack) -> serde_json::Value {
    let screen = &config.screen;
    let thresholds: BTreeMap<&str, String> =
        screen.thresholds.iter().map(|(head, threshold)| (head.as_str(), threshold.to_string())).collect();
    serde_json::json!({
        "context_s": screen.context_s,
        "classifier": screen.classifier,
        "thresholds": thresholds,
        "pack": pack.id(),
        "pack_version": pack.version(),
        "pack_hash": pack.hash(),
        "rules": pack.rules().len(),
    })
}

/// What decides on clips and their end, for the audit.
fn evidence_as_text(config: &Config) -> anyhow::Result<serde_json::Value> {
    Ok(serde_json::json!({
        "margin_s": config.evidence.margin_s,
        "settle_s": config.evidence.settle_s,
        "audio_retention_hours": config.kafka.audio_retention_hours,
        "retention": serde_json::to_value(config.retention)?,
    }))
}

/// Names this process in leases.
fn owner() -> String {
    format!("process {}", std::process::id())
}
