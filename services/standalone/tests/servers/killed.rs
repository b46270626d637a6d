//! A whole instance that is killed, and the next one on the same folder.

use std::{
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use standalone::DataFolder;

use crate::place::{broker, broker_process, is_alive, kill_9, place, postgres, postmaster, psql, unheard, until};

const INSTANCE: &str = "killed::an_instance_runs_until_it_is_killed";

/// With a data folder as the last argument this is the instance that the other tests start and kill; without, nothing.
#[tokio::test]
async fn an_instance_runs_until_it_is_killed() {
    let Some(path) = std::env::args_os().next_back().map(PathBuf::from).filter(|path| path.is_absolute()) else {
        return;
    };
    // Alone in the argument list this is the test program itself.
    if std::env::args_os().len() < 2 {
        return;
    }
    let folder = DataFolder::open(&path).unwrap();
    let postgres = postgres(&folder, unheard()).await;
    let _broker = broker(&folder, unheard()).await;
    println!("\nready {}", postgres.superuser_url());
    std::future::pending::<()>().await;
}

/// Starts an instance on `path`; returns its process and its database's address.
fn instance(path: &Path) -> (Child, String) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", INSTANCE, "--nocapture"])
        .arg(path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let lines = output.by_ref().lines();
    let url = lines.map_while(Result::ok).find_map(|line| line.strip_prefix("ready ").map(str::to_owned));
    // Handed back open: the test program ends when it can no longer print.
    child.stdout = Some(output.into_inner());
    (child, url.expect("the instance did not start"))
}

#[tokio::test]
async fn the_servers_end_with_their_killed_parent() {
    let (_temporary, path) = place();
    let (mut child, _url) = instance(&path);
    let servers = [postmaster(&path), broker_process(&path.canonicalize().unwrap()).unwrap()];
    child.kill().unwrap();
    child.wait().unwrap();
    for pid in servers {
        until("the end of a server without parent", || !is_alive(pid));
    }
}

#[tokio::test]
async fn the_next_instance_starts_at_once_on_a_killed_one() {
    let (_temporary, path) = place();
    for round in 0..3 {
        let (mut child, url) = instance(&path);
        psql(&url, "create table if not exists kept (n int)");
        psql(&url, &format!("insert into kept values ({round})"));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let folder = DataFolder::open(&path).unwrap();
    let postgres = postgres(&folder, unheard()).await;
    let broker = broker(&folder, unheard()).await;
    assert_eq!(psql(&postgres.superuser_url(), "select count(*) from kept"), "3");
    broker.stop().await;
    postgres.stop().await;
}

#[tokio::test]
async fn the_next_instance_starts_when_everything_was_killed() {
    let (_temporary, path) = place();
    let (mut child, url) = instance(&path);
    psql(&url, "create table kept (n int); insert into kept values (1)");
    // A backend that goes on for a while without its postmaster.
    let mut busy =
        Command::new("psql").args([&url, "-qc", "select pg_sleep(600)"]).stderr(Stdio::null()).spawn().unwrap();
    let running = "select count(*) from pg_stat_activity where query = 'select pg_sleep(600)'";
    until("the long query", || psql(&url, running) == "1");
    let broker_pid = broker_process(&path.canonicalize().unwrap()).unwrap();
    let postmaster_pid = postmaster(&path);
    child.kill().unwrap();
    kill_9(postmaster_pid);
    kill_9(broker_pid);
    child.wait().unwrap();

    let folder = DataFolder::open(&path).unwrap();
    let postgres = postgres(&folder, unheard()).await;
    let broker = broker(&folder, unheard()).await;
    assert_eq!(psql(&postgres.superuser_url(), "select n from kept"), "1");
    broker.stop().await;
    postgres.stop().await;
    busy.wait().unwrap();
}
