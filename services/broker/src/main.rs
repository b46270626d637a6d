//! The embedded Kafka-protocol broker: one nisshi broker on one SQLite file, on one loopback port.
//!
//! Usage: `earwitness-broker PORT FILE`. It stops on SIGTERM, on Ctrl-C and when its parent dies (the parent sees to
//! that). It has no authentication, so it listens on 127.0.0.1 alone. One process a file: the caller holds the lock.
//!
//! SQLite runs with a write-ahead log and `synchronous = NORMAL`: a killed process loses nothing, a power cut may
//! lose the last acknowledged moments.

use std::{path::PathBuf, process::ExitCode, time::Duration};

use nisshi_broker::{
    NODE_ID,
    broker::Broker,
    coordinator::group::administrator::{Controller, GroupCoordinatorConfig},
};
use nisshi_storage::ArcDynStorage;
use tokio::signal::unix::{SignalKind, signal};
use url::Url;
use uuid::Uuid;

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [port, file] = arguments.as_slice() else {
        eprintln!("usage: earwitness-broker PORT FILE");
        return ExitCode::from(2);
    };
    match serve(port, file).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("earwitness-broker: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(port: &str, file: &str) -> Result<(), Failure> {
    let port: u16 = port.parse().map_err(|_| format!("{port} is not a port"))?;
    let listener = Url::parse(&format!("tcp://127.0.0.1:{port}"))?;
    let mut broker = Broker::<Controller<ArcDynStorage>, ArcDynStorage>::builder()
        .node_id(NODE_ID)
        .cluster_id("earwitness")
        .incarnation_id(Uuid::new_v4())
        .advertised_listener(listener.clone())
        .listener(listener)
        .storage(storage_url(file)?)
        .silent(true)
        .group_coordinator(GroupCoordinatorConfig {
            initial_rebalance_delay: Duration::ZERO,
            poll_interval: Duration::from_millis(500),
        })
        .build()
        .await?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        served = broker.serve(tokio::time::Instant::now()) => Ok(served.map(|_| ())?),
        _ = terminate.recv() => Ok(()),
        _ = interrupt.recv() => Ok(()),
    }
}

/// Four slashes: with fewer, the storage takes the path as relative to the working directory.
fn storage_url(file: &str) -> Result<Url, Failure> {
    let path = PathBuf::from(file);
    if !path.is_absolute() {
        return Err(format!("{file} is not an absolute path").into());
    }
    let mut url = Url::from_file_path(&path).map_err(|()| format!("{file} cannot be written as an address"))?;
    let encoded = url.path().to_owned();
    url = Url::parse(&format!("sqlite:///{encoded}"))?;
    url.set_query(Some("maintenance_interval=1m"));
    Ok(url)
}
