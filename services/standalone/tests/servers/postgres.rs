//! The private Postgres.

use std::{fs, os::unix::fs::PermissionsExt, path::Path, process::Command};

use standalone::{AccountError, DataFolder, Postgres, PostgresError, Server, Watched};
use tokio::sync::mpsc;

use crate::place::{kill_9, next, place, postgres, postmaster, psql, settings, unheard};

#[tokio::test]
async fn rows_outlive_a_stop_and_a_kill() {
    let (_temporary, path) = place();
    let folder = DataFolder::open(&path).unwrap();
    let (heard, mut events) = mpsc::channel(8);
    let first = postgres(&folder, heard.clone()).await;
    let url = first.superuser_url();
    psql(&url, "create table kept (n int); insert into kept values (1)");
    assert_eq!(psql(&url, "show fsync"), "on");
    assert_eq!(psql(&url, "show data_checksums"), "on");
    assert_eq!(psql(&url, "show listen_addresses"), "");
    first.stop().await;
    assert!(!path.join("postgres/data/postmaster.pid").exists());

    let second = postgres(&folder, heard).await;
    assert_eq!(second.superuser_url(), url);
    psql(&url, "insert into kept values (2)");
    kill_9(postmaster(folder.path()));
    assert!(matches!(next(&mut events).await, Watched::Died { server: Server::Postgres, .. }));
    assert_eq!(next(&mut events).await, Watched::Restarted { server: Server::Postgres });
    assert_eq!(psql(&url, "select string_agg(n::text, ' ' order by n) from kept"), "1 2");
    second.stop().await;
    assert!(events.recv().await.is_none(), "a stop that was asked for is no event");
}

#[tokio::test]
async fn a_lock_file_that_names_a_living_stranger_is_stale() {
    let (_temporary, path) = place();
    let folder = DataFolder::open(&path).unwrap();
    let first = postgres(&folder, unheard()).await;
    let pid_file = folder.path().join("postgres/data/postmaster.pid");
    let text = fs::read_to_string(&pid_file).unwrap();
    first.stop().await;

    // Of the same account, since Postgres takes a process that it may not signal for nobody.
    let owner = fs::metadata(folder.path().join("postgres/data")).unwrap();
    let mut sleep = Command::new("sleep");
    std::os::unix::process::CommandExt::uid(&mut sleep, std::os::unix::fs::MetadataExt::uid(&owner));
    let mut stranger = sleep.arg("600").current_dir("/").spawn().unwrap();
    let (_, rest) = text.split_once('\n').unwrap();
    fs::write(&pid_file, format!("{}\n{rest}", stranger.id())).unwrap();

    let second = postgres(&folder, unheard()).await;
    assert_eq!(psql(&second.superuser_url(), "select 1"), "1");
    second.stop().await;
    assert!(stranger.try_wait().unwrap().is_none(), "the stranger was ended");
    stranger.kill().unwrap();
    stranger.wait().unwrap();
}

#[tokio::test]
async fn a_path_too_long_for_a_socket_works() {
    let (_temporary, path) = place();
    let folder = DataFolder::open(&path.join("very-long-name-".repeat(8))).unwrap();
    let postgres = postgres(&folder, unheard()).await;
    let url = postgres.superuser_url();
    let (_, host) = url.split_once("host=").unwrap();
    let socket = Path::new(host.split('&').next().unwrap());
    assert!(socket.starts_with("/tmp") && socket.is_dir(), "{url}");
    assert_eq!(psql(&url, "select 1"), "1");
    postgres.stop().await;
    assert!(!socket.exists());
}

#[tokio::test]
async fn an_interrupted_first_start_leaves_nothing_in_the_way() {
    let (_temporary, path) = place();
    let folder = DataFolder::open(&path).unwrap();
    fs::create_dir_all(folder.path().join("postgres/data.new/base")).unwrap();
    fs::write(folder.path().join("postgres/data.new/PG_VERSION"), "15\n").unwrap();
    let postgres = postgres(&folder, unheard()).await;
    assert_eq!(psql(&postgres.superuser_url(), "select 1"), "1");
    postgres.stop().await;
}

#[tokio::test]
async fn a_cluster_that_cannot_start_says_why() {
    let (_temporary, path) = place();
    let folder = DataFolder::open(&path).unwrap();
    postgres(&folder, unheard()).await.stop().await;
    let configuration = folder.path().join("postgres/data/postgresql.conf");
    let text = fs::read_to_string(&configuration).unwrap();
    fs::write(&configuration, format!("{text}\nno_such_setting = 1\n")).unwrap();
    let refused = Postgres::start(&folder, &settings(), unheard()).await.unwrap_err();
    assert!(matches!(refused, PostgresError::GaveUp { .. }), "{refused}");
    assert!(refused.to_string().contains("no_such_setting"), "{refused}");
}

#[tokio::test]
async fn as_root_a_parent_folder_that_bars_the_way_is_named() {
    if !nix::unistd::geteuid().is_root() {
        return;
    }
    let (temporary, path) = place();
    let closed = temporary.path().join("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
    let folder = DataFolder::open(&closed.join(path.file_name().unwrap())).unwrap();
    match Postgres::start(&folder, &settings(), unheard()).await {
        Err(PostgresError::Account(AccountError::Impassable { folder, .. })) => {
            assert_eq!(folder, closed.canonicalize().unwrap());
        }
        other => panic!("{other:?}"),
    }
}
