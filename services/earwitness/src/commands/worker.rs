//! `transcribe`, `screen`, `evidence run` and `sequence`: one service alone, as in production, scaled by starting more of them.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::{
    answer::Answer,
    config::Config,
    instance::Addresses,
    services::{Services, create_topics},
};

/// Run one service alone until Ctrl-C.
///
/// Scale it by starting more: partitions are shared among all of one group. The schema must be there (`earwitness
/// migrate`), the topics are created if need be. Prints `ready` on standard error.
#[derive(clap::Args)]
#[command(after_help = "Example:
  earwitness transcribe --database-url postgres://… --kafka-brokers kafka:9092")]
pub(crate) struct Arguments {}

pub(crate) async fn transcribe(config: &Config, _: &Arguments) -> anyhow::Result<Answer> {
    run(config, async |services, addresses| services.transcription(config, addresses).await).await
}

pub(crate) async fn screen(config: &Config, _: &Arguments) -> anyhow::Result<Answer> {
    run(config, async |services, addresses| services.screening(config, addresses).await).await
}

pub(crate) async fn evidence(config: &Config) -> anyhow::Result<Answer> {
    run(config, async |services, addresses| services.evidence(config, addresses).await).await
}

/// Run the writer of the audit log alone until Ctrl-C.
///
/// One works at a time; others wait for it to end. It needs the database and the file of the key, no Kafka.
#[derive(clap::Args)]
#[command(after_help = "Example:
  EARWITNESS__AUDIT__KEY_FILE=/run/secrets/audit.key earwitness sequence --database-url postgres://…")]
pub(crate) struct SequenceArguments {}

pub(crate) async fn sequence(config: &Config, _: &SequenceArguments) -> anyhow::Result<Answer> {
    let mut services = Services::new();
    let database_url = Addresses::database(config)?;
    let ends = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    services.sequencer(config, &database_url).await?;
    until_told(services, ends).await
}

async fn run<F>(config: &Config, start: F) -> anyhow::Result<Answer>
where
    F: AsyncFnOnce(&mut Services, &Addresses) -> anyhow::Result<()>,
{
    let ends = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let addresses = Addresses::find(config)?;
    create_topics(config, &addresses).await?;
    let mut services = Services::new();
    services.relay(config, &addresses).await?;
    start(&mut services, &addresses).await?;
    until_told(services, ends).await
}

async fn until_told(
    mut services: Services,
    (mut interrupt, mut terminate): (Signal, Signal),
) -> anyhow::Result<Answer> {
    eprintln!("ready");
    let outcome = tokio::select! {
        error = services.failed() => Err(error),
        _ = interrupt.recv() => Ok(()),
        _ = terminate.recv() => Ok(()),
    };
    let finished = services.finish().await;
    outcome.and(finished).map(|()| Answer::Done)
}
