//! `doctor`: what is wrong here, and what to do.

use std::{io::Write, time::Duration};

use standalone::FindError;
use store::{Actor, Options, Store};
use weights::State;

use crate::{
    answer::Answer,
    config::Config,
    instance::{Addresses, InstanceError},
    services::{load_pack, load_screening_classifier},
};

/// What is wrong here, and what to do.
///
/// Checks programs, models, rules, classifier and, where an instance runs, its database and broker. Exit code 1 if
/// something is wrong.
#[derive(clap::Args)]
#[command(after_help = "Example:
  earwitness doctor")]
pub(crate) struct Arguments {}

/// What was checked, and what came out: fine, not wrong but worth knowing, or wrong with what to do.
enum Finding {
    Fine(String),
    Note(String),
    Wrong(String),
}

pub(crate) async fn run(config: &Config, _: &Arguments) -> anyhow::Result<Answer> {
    let mut findings = models(config)?;
    findings.push(match load_pack(config) {
        Ok(pack) => Finding::Fine(format!("rules: {} {}, {} rules", pack.id(), pack.version(), pack.rules().len())),
        Err(error) => Finding::Wrong(format!("rules: {error:#}")),
    });
    findings.push(match load_screening_classifier(config) {
        Ok(classifier) => Finding::Fine(format!("classifier: {}", classifier.identity().name)),
        Err(error) => Finding::Wrong(format!("classifier: {error:#}")),
    });
    findings.push(broker_program(config)?);
    findings.extend(instance(config).await);
    let mut out = std::io::stdout().lock();
    let mut wrong = false;
    for finding in &findings {
        match finding {
            Finding::Fine(text) => writeln!(out, "ok     {text}")?,
            Finding::Note(text) => writeln!(out, "note   {text}")?,
            Finding::Wrong(text) => {
                wrong = true;
                writeln!(out, "wrong  {text}")?;
            }
        }
    }
    Ok(if wrong { Answer::No } else { Answer::Done })
}

fn models(config: &Config) -> anyhow::Result<Vec<Finding>> {
    let (manifest, cache) = (config.manifest()?, config.cache_dir()?);
    let mut names: Vec<&str> = config.transcribe.models.values().map(String::as_str).collect();
    names.push(crate::models::GATE);
    names.sort_unstable();
    names.dedup();
    Ok(names
        .into_iter()
        .map(|name| match manifest.model(name) {
            Err(error) => Finding::Wrong(format!("model {name}: {error}")),
            Ok(model) => match model.state(&cache) {
                State::Present(path) => Finding::Fine(format!("model {name}: {}", path.display())),
                State::Missing => Finding::Wrong(format!("model {name} is missing: `earwitness models fetch {name}`")),
                State::Damaged { error, .. } => {
                    let error = anyhow::Error::new(error);
                    Finding::Wrong(format!("model {name}: {error:#}: `earwitness models fetch {name}`"))
                }
            },
        })
        .collect())
}

fn broker_program(config: &Config) -> anyhow::Result<Finding> {
    if !config.kafka.brokers.is_empty() {
        return Ok(Finding::Fine(format!("broker: {}", config.kafka.brokers)));
    }
    let chosen = Some(config.kafka.broker_program.as_path()).filter(|path| !path.as_os_str().is_empty());
    Ok(match standalone::find_broker(chosen, Some(&config.cache_dir()?)) {
        Ok(path) => Finding::Fine(format!("embedded broker: {}", path.display())),
        Err(error) => Finding::Wrong(format!("embedded broker: {error}")),
    })
}

async fn instance(config: &Config) -> Vec<Finding> {
    let addresses = match Addresses::find(config) {
        Ok(addresses) => addresses,
        Err(InstanceError::Find(error @ FindError::NotRunning { .. })) => {
            return vec![Finding::Note(error.to_string())];
        }
        Err(error) => return vec![Finding::Wrong(format!("{:#}", anyhow::Error::new(error)))],
    };
    let mut findings = match database(&addresses).await {
        Ok(findings) => findings,
        Err(error) => vec![Finding::Wrong(format!("database: {error:#}"))],
    };
    findings.push(match broker(config, &addresses).await {
        Ok(text) => Finding::Fine(text),
        Err(error) => Finding::Wrong(format!("broker at {}: {error:#}", addresses.kafka_brokers)),
    });
    findings
}

async fn database(addresses: &Addresses) -> anyhow::Result<Vec<Finding>> {
    let options = Options { max_connections: 4, wait: Duration::from_secs(5) };
    let store = Store::connect(&addresses.database_url, Actor::command("doctor")?, &options).await?;
    let schema = store.schema_state().await?;
    if !schema.is_current() {
        let pending = schema.pending.len();
        return Ok(vec![Finding::Wrong(format!("schema: {pending} migrations are missing: `earwitness migrate`"))]);
    }
    let health = store.health().await?;
    let mut findings = vec![
        Finding::Fine(format!("schema: {} migrations applied", schema.applied.len())),
        Finding::Fine(format!(
            "outbox: {} records wait, {} epochs are not finished",
            health.outbox_records, health.epochs_unfinished
        )),
    ];
    findings.push(audit_log(&store).await?);
    if health.dead_letters > 0 {
        findings.push(Finding::Note(format!(
            "{} records could not be read: see the table dead_letter",
            health.dead_letters
        )));
    }
    Ok(findings)
}

/// What the writer of the audit log checks before it signs.
async fn audit_log(store: &Store) -> anyhow::Result<Finding> {
    let (head, keys) = (store.audit_head().await?, store.audit_keys().await?);
    if keys.is_empty() && head.leaves == 0 {
        return Ok(Finding::Note("audit log: not begun".to_owned()));
    }
    let (mut differences, mut first) = (0, None);
    let mut found = |difference: report::Found| {
        differences += 1;
        first.get_or_insert(difference.to_string());
    };
    report::check_tail(store, &report::trust(&keys)?, &head, &mut found).await?;
    Ok(match first {
        None => Finding::Fine(format!("audit log: {} events, {} of them signed", head.leaves, head.signed)),
        Some(first) => Finding::Wrong(format!(
            "audit log: {first} ({differences} differences): nothing more is signed; `earwitness audit verify` names all"
        )),
    })
}

async fn broker(config: &Config, addresses: &Addresses) -> anyhow::Result<String> {
    let admin = bus::Admin::connect(&addresses.bus(config))?;
    let marks = admin.watermarks(wire::topic::AUDIO).await?;
    let records: i64 = marks.iter().map(|mark| mark.end - mark.first).sum();
    Ok(format!("broker at {}: {} holds {records} records", addresses.kafka_brokers, wire::topic::AUDIO))
}
