//! The embedded Kafka-protocol broker: one nisshi broker on one SQLite file, on one loopback port.
//!
//! Usage: `earwitness-broker PORT FILE`. It stops on SIGTERM, on Ctrl-C and when its parent dies (the parent sees to
//! that). It has no authentication, so it listens on 127.0.0.1 alone. One process a file: the caller holds the lock.
//!
//! SQLite runs with a write-ahead log and `synchronous = NORMAL`: a killed process loses nothing, a power cut may
//! lose the last acknowledged moments.

use std::{path::Path, process::ExitCode, time::Duration};

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
        .storage(enter_folder_of(file)?)
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

/// The storage takes an address and never decodes it: a path with a blank or an accent in it would be another file. So
/// the file's folder becomes the working folder, and the address is the bare name, relative to it.
fn enter_folder_of(file: &str) -> Result<Url, Failure> {
    let path = Path::new(file);
    let (Some(folder), Some(name)) = (path.parent(), path.file_name().and_then(|name| name.to_str())) else {
        return Err(format!("{file} is not a file in a folder").into());
    };
    if !path.is_absolute() {
        return Err(format!("{file} is not an absolute path").into());
    }
    let mut storage = Url::parse(&format!("sqlite:///{name}"))?;
    if storage.path() != format!("/{name}") || storage.query().is_some() {
        return Err(format!("{name} cannot stand in an address: use letters, digits, dots and dashes").into());
    }
    storage.set_query(Some("maintenance_interval=1m"));
    std::env::set_current_dir(folder).map_err(|failure| format!("cannot enter {}: {failure}", folder.display()))?;
    Ok(storage)
}
