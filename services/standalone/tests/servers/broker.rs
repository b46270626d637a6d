//! The embedded broker.

use std::{fs, os::unix::fs::PermissionsExt};

use standalone::{Broker, BrokerError, DataFolder, Server, Watched};
use tokio::sync::mpsc;

use crate::place::{broker, broker_process, is_alive, kill_9, next, place, unheard};

#[tokio::test]
async fn the_port_outlives_a_stop_and_a_kill() {
    let (_temporary, path) = place();
    let folder = DataFolder::open(&path).unwrap();
    let (heard, mut events) = mpsc::channel(8);
    let first = broker(&folder, heard.clone()).await;
    let address = first.address();
    assert!(address.ip().is_loopback());
    let pid = broker_process(folder.path()).unwrap();
    first.stop().await;
    assert!(!is_alive(pid));

    let second = broker(&folder, heard).await;
    assert_eq!(second.address(), address);
    kill_9(broker_process(folder.path()).unwrap());
    assert!(matches!(next(&mut events).await, Watched::Died { server: Server::Broker, .. }));
    assert_eq!(next(&mut events).await, Watched::Restarted { server: Server::Broker });
    tokio::net::TcpStream::connect(address).await.unwrap();
    second.stop().await;
    assert!(events.recv().await.is_none(), "a stop that was asked for is no event");
    assert_eq!(fs::read(folder.path().join("broker/kafka.db")).unwrap()[..15], *b"SQLite format 3");
}

#[tokio::test]
async fn a_broker_that_ends_at_once_says_why() {
    let (temporary, path) = place();
    let folder = DataFolder::open(&path).unwrap();
    let program = temporary.path().join("earwitness-broker");
    fs::write(&program, "#!/bin/sh\necho the disk is full >&2\nexit 3\n").unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let refused = Broker::start(&folder, &program, unheard()).await.unwrap_err();
    assert!(matches!(refused, BrokerError::GaveUp { .. }), "{refused}");
    assert!(refused.to_string().contains("the disk is full"), "{refused}");
}

#[tokio::test]
async fn a_damaged_file_is_an_error_and_no_hang() {
    let (_temporary, path) = place();
    let folder = DataFolder::open(&path).unwrap();
    fs::create_dir(folder.path().join("broker")).unwrap();
    fs::write(folder.path().join("broker/kafka.db"), "this is no database ".repeat(1000)).unwrap();
    let refused = Broker::start(&folder, &crate::place::broker_program(), unheard()).await.unwrap_err();
    assert!(matches!(refused, BrokerError::GaveUp { .. }), "{refused}");
}
