//! A private Postgres cluster that lives as long as a test needs it, with a migrated database to copy.

use std::{
    ffi::OsString,
    fs::Permissions,
    os::unix::fs::PermissionsExt,
    sync::{Arc, Mutex, Weak, mpsc},
    thread::JoinHandle,
};

use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool, postgres::PgPoolOptions};
use standalone::{DataFolder, Postgres, PostgresSettings};
use store::{Actor, Options, Store, bootstrap_embedded, migrate};
use tokio::sync::oneshot;

/// The cluster that tests running at the same moment share.
static SHARED: Mutex<Weak<Cluster>> = Mutex::new(Weak::new());

/// A running cluster; dropping it stops it and removes its folder.
pub(crate) struct Cluster {
    superuser_url: String,
    databases: Mutex<u32>,
    /// What migrating said to a role that may not create roles, before the services' role was there.
    pub(crate) refusal: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// A database of its own for one test.
pub(crate) struct Database {
    /// Logged in as the services' role.
    pub(crate) store: Store,
    /// Logged in as the superuser, to look at what the store did.
    pub(crate) rows: PgPool,
    pub(crate) service_url: String,
    pub(crate) owner_url: String,
    pub(crate) cluster: Arc<Cluster>,
}

impl Cluster {
    fn shared() -> Arc<Self> {
        let mut shared = SHARED.lock().unwrap();
        shared.upgrade().unwrap_or_else(|| {
            let cluster = Arc::new(Self::start());
            *shared = Arc::downgrade(&cluster);
            cluster
        })
    }

    /// The cluster runs under a runtime of its own: those of the tests end before it.
    fn start() -> Self {
        let (started, wait) = mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                // As root, Postgres runs as another user, who must pass through.
                let folder = tempfile::Builder::new().permissions(Permissions::from_mode(0o711)).tempdir().unwrap();
                let data = DataFolder::open(folder.path()).unwrap();
                let settings = PostgresSettings { binaries: None, search_path: OsString::new() };
                let (events, _watched) = tokio::sync::mpsc::channel(1);
                let postgres = Postgres::start(&data, &settings, events).await.unwrap();
                make_it_fast(&postgres).await;
                let refusal = migrate_without_rights(&postgres).await;
                let urls = bootstrap_embedded(&postgres.superuser_url()).await.unwrap();
                migrate(&urls.migrate, &Options::default()).await.unwrap();
                started.send((postgres.superuser_url(), refusal)).unwrap();
                stopped.await.unwrap();
                postgres.stop().await;
            });
        });
        let (superuser_url, refusal) = wait.recv().unwrap();
        Self { superuser_url, databases: Mutex::new(0), refusal, stop: Some(stop), thread: Some(thread) }
    }

    pub(crate) fn url(&self, database: &str, role: &str) -> String {
        self.superuser_url
            .replace("postgresql:///postgres?", &format!("postgresql:///{database}?"))
            .replace("user=postgres", &format!("user={role}"))
    }

    fn next_name(&self) -> String {
        let mut databases = self.databases.lock().unwrap();
        *databases += 1;
        format!("test_{databases}")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
        self.thread.take().unwrap().join().unwrap();
    }
}

impl Database {
    pub(crate) async fn new() -> Self {
        let cluster = tokio::task::spawn_blocking(Cluster::shared).await.unwrap();
        let name = cluster.next_name();
        let mut superuser = PgConnection::connect(&cluster.superuser_url).await.unwrap();
        run(&mut superuser, format!("create database {name} owner earwitness_owner template earwitness")).await;
        let service_url = cluster.url(&name, "earwitness_service");
        let actor = Actor::service("test").unwrap();
        Self {
            store: Store::connect(&service_url, actor, &Options::default()).await.unwrap(),
            rows: PgPoolOptions::new().connect(&cluster.url(&name, "postgres")).await.unwrap(),
            owner_url: cluster.url(&name, "earwitness_owner"),
            service_url,
            cluster,
        }
    }

    /// One value that a query gives.
    pub(crate) async fn value<T>(&self, query: &'static str) -> T
    where
        T: for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres> + Send + Unpin,
    {
        sqlx::query_scalar(query).fetch_one(&self.rows).await.unwrap()
    }

    /// The first column of all rows that a query gives.
    pub(crate) async fn column(&self, query: &'static str) -> Vec<String> {
        sqlx::query_scalar(query).fetch_all(&self.rows).await.unwrap()
    }
}

async fn run(connection: &mut PgConnection, statement: String) {
    sqlx::query(AssertSqlSafe(statement)).execute(connection).await.unwrap();
}

/// Nothing here need outlive the machine, so nothing waits for the disk.
async fn make_it_fast(postgres: &Postgres) {
    let mut superuser = PgConnection::connect(&postgres.superuser_url()).await.unwrap();
    for statement in ["alter system set fsync = off", "select pg_reload_conf()"] {
        run(&mut superuser, statement.to_owned()).await;
    }
}

async fn migrate_without_rights(postgres: &Postgres) -> String {
    let mut superuser = PgConnection::connect(&postgres.superuser_url()).await.unwrap();
    run(&mut superuser, "create role plain login".to_owned()).await;
    run(&mut superuser, "create database plain owner plain".to_owned()).await;
    let error = migrate(&postgres.url("plain", "plain"), &Options::default()).await.unwrap_err();
    let mut text = String::new();
    let mut cause: Option<&dyn std::error::Error> = Some(&error);
    while let Some(error) = cause {
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
