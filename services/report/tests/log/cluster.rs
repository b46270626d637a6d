//! A private Postgres for one test, and a log in it.

use std::{
    ffi::OsString,
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    process::Command,
};

use chrono::{DateTime, TimeZone, Utc};
use report::{Found, KeyFile, Known, Sequencer, Verdict, verify};
use standalone::{DataFolder, Postgres, PostgresSettings};
use store::{Actor, Options, Store, bootstrap_embedded, migrate};
use tempfile::TempDir;

/// A running cluster with a migrated database.
pub(crate) struct Cluster {
    postgres: Postgres,
    pub(crate) folder: TempDir,
}

impl Cluster {
    pub(crate) async fn start() -> Self {
        // As root, Postgres runs as another user, who must pass through.
        let folder = tempfile::Builder::new().permissions(Permissions::from_mode(0o711)).tempdir().unwrap();
        let data = DataFolder::open(&folder.path().join("data")).unwrap();
        let settings = PostgresSettings { binaries: None, search_path: OsString::new() };
        let (events, _watched) = tokio::sync::mpsc::channel(1);
        let postgres = Postgres::start(&data, &settings, events).await.unwrap();
        let urls = bootstrap_embedded(&postgres.superuser_url()).await.unwrap();
        migrate(&urls.migrate, &Options::default()).await.unwrap();
        let cluster = Self { postgres, folder };
        // Nothing here need outlive the machine, so nothing waits for the disk.
        cluster.sql("postgres", "alter system set fsync = off");
        cluster.sql("postgres", "select pg_reload_conf()");
        cluster
    }

    pub(crate) async fn store(&self) -> Store {
        self.store_of("earwitness").await
    }

    pub(crate) async fn store_of(&self, database: &str) -> Store {
        let url = self.postgres.url(database, "earwitness_service");
        Store::connect(&url, Actor::service("test").unwrap(), &Options::default()).await.unwrap()
    }

    pub(crate) fn key_file(&self) -> KeyFile {
        KeyFile::new(self.folder.path().join("audit.key"), "example.com/log")
    }

    pub(crate) fn sequencer(&self, store: &Store) -> Sequencer {
        Sequencer::new(store.clone(), self.key_file())
    }

    /// psql as the superuser.
    pub(crate) fn psql(&self, database: &str) -> Command {
        let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
        let mut programs: Vec<PathBuf> = debian.map(|version| version.path().join("bin/psql")).collect();
        programs.sort();
        let mut command = Command::new(programs.pop().unwrap_or_else(|| "psql".into()));
        command.args(["-XAtq", "-v", "ON_ERROR_STOP=1", "-d", &self.postgres.url(database, "postgres")]);
        command
    }

    /// What psql prints.
    #[track_caller]
    pub(crate) fn sql(&self, database: &str, statement: &str) -> String {
        let output = self.psql(database).args(["-c", statement]).output().unwrap();
        assert!(output.status.success(), "{statement}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    pub(crate) async fn stop(self) {
        self.postgres.stop().await;
    }
}

/// The moment so many seconds after 2026-09-12 20:00 UTC.
pub(crate) fn at(second: i64) -> DateTime<Utc> {
    Utc.timestamp_opt(1_789_243_200 + second, 0).unwrap()
}

/// Changes settings, which leaves one event each.
pub(crate) async fn events(store: &Store, numbers: std::ops::Range<i64>) {
    for number in numbers {
        assert!(store.config_changed("test", &serde_json::json!({ "number": number }), at(number)).await.unwrap());
    }
}

/// Checks the whole log; gives the verdict and the code of each difference.
pub(crate) async fn check(store: &Store) -> (Verdict, Vec<&'static str>) {
    let mut codes = Vec::new();
    let verdict =
        verify(store, &Known::default(), &mut |found: Found| codes.push(found.code()), &mut |_, _| ()).await.unwrap();
    assert_eq!(verdict.differences, codes.len() as u64);
    codes.sort_unstable();
    codes.dedup();
    (verdict, codes)
}
