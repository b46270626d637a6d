//! Servers that die, keep dying, and are told to stop.

use std::{
    collections::VecDeque,
    io,
    time::{Duration, Instant},
};

use nix::sys::signal::Signal;
use tokio::{process::Command, sync::mpsc};

use super::{Launcher, Running, Server, Watch, Watched, wait_after};
use crate::spawner::spawn;

#[test]
fn the_fifth_death_in_a_minute_is_the_last() {
    let mut deaths = VecDeque::new();
    let now = Instant::now();
    let waits: Vec<_> = (0..5).map(|second| wait_after(&mut deaths, now + Duration::from_secs(second))).collect();
    let millis = |n| Some(Duration::from_millis(n));
    assert_eq!(waits, [millis(100), millis(200), millis(400), millis(800), None]);
}

#[test]
fn deaths_that_are_far_apart_are_forgiven() {
    let mut deaths = VecDeque::new();
    let now = Instant::now();
    for minute in 0..20 {
        let wait = wait_after(&mut deaths, now + Duration::from_secs(minute * 61));
        assert_eq!(wait, Some(Duration::from_millis(100)));
    }
}

/// Runs a shell script, ready at once.
struct Script(&'static str);

impl Launcher for Script {
    type Error = io::Error;
    const SERVER: Server = Server::Broker;
    const STOP: &'static [(Signal, Duration)] = &[(Signal::SIGTERM, Duration::from_millis(300))];

    async fn launch(&self) -> io::Result<Running> {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", self.0]);
        Ok(Running::new(spawn(command, Signal::SIGKILL).await?, Signal::SIGKILL).unwrap())
    }
}

async fn watched(script: &'static str) -> (Watch, mpsc::Receiver<Watched>, i32) {
    let (heard, events) = mpsc::channel(32);
    let running = Script(script).launch().await.unwrap();
    let pid = running.pid().as_raw();
    (Watch::begin(running, Script(script), heard), events, pid)
}

#[tokio::test]
async fn a_server_that_keeps_dying_is_given_up() {
    let (watch, mut events, _) = watched("exit 7").await;
    let mut all = Vec::new();
    while let Some(event) = tokio::time::timeout(Duration::from_secs(30), events.recv()).await.unwrap() {
        all.push(event);
    }
    let (server, status) = (Server::Broker, "exit status: 7".to_owned());
    let mut expected: Vec<_> = (0..4)
        .flat_map(|_| [Watched::Died { server, status: status.clone() }, Watched::Restarted { server }])
        .collect();
    expected.extend([Watched::Died { server, status }, Watched::GaveUp { server }]);
    assert_eq!(all, expected);
    watch.stop().await;
}

#[tokio::test]
async fn a_server_deaf_to_its_stop_signal_is_killed() {
    let (watch, mut events, pid) = watched("trap '' TERM; while :; do sleep 0.05; done").await;
    watch.stop().await;
    assert!(!std::path::Path::new(&format!("/proc/{pid}")).exists());
    assert!(events.recv().await.is_none());
}
