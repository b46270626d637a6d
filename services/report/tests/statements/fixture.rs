//! A private Postgres with decisions in it, and a clock that moves when it is told to.

use std::{ffi::OsString, fs::Permissions, os::unix::fs::PermissionsExt, path::PathBuf, process::Command, sync::Mutex};

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use domain::{
    Account, Basis, Category, Clause, DecisionId, Label, Maker, Measure, Outcome, Restrictions, RoomId, Scope,
};
use newtype_uuid::GenericUuid;
use report::statements::{Progress, Sender};
use standalone::{DataFolder, Postgres, PostgresSettings};
use store::{Actor, NewCase, NewDecision, Options, Place, RoomDescription, Store, bootstrap_embedded, migrate};
use tempfile::TempDir;
use uuid::Uuid;

/// A running cluster with a migrated database.
pub(crate) struct Cluster {
    postgres: Postgres,
    pub(crate) store: Store,
    _folder: TempDir,
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
        make_it_fast(&postgres.superuser_url());
        let store = Store::connect(&urls.service, Actor::service("test").unwrap(), &Options::default()).await.unwrap();
        Self { postgres, store, _folder: folder }
    }

    pub(crate) async fn stop(self) {
        self.store.close().await;
        self.postgres.stop().await;
    }
}

/// Nothing here need outlive the machine, so nothing waits for the disk.
fn make_it_fast(superuser_url: &str) {
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut programs: Vec<PathBuf> = debian.map(|version| version.path().join("bin/psql")).collect();
    programs.sort();
    let mut command = Command::new(programs.pop().unwrap_or_else(|| "psql".into()));
    command.args(["-XAtq", "-v", "ON_ERROR_STOP=1", "-d", superuser_url]);
    command.args(["-c", "alter system set fsync = off", "-c", "select pg_reload_conf()"]);
    assert!(command.output().unwrap().status.success());
}

/// The moment so many seconds after 2026-09-12 20:00 UTC.
pub(crate) fn at(second: i64) -> DateTime<Utc> {
    Utc.timestamp_opt(1_789_243_200 + second, 0).unwrap()
}

/// A clock that stands still until it is moved.
pub(crate) struct Hands(Mutex<DateTime<Utc>>);

impl Hands {
    pub(crate) fn at(second: i64) -> Self {
        Self(Mutex::new(at(second)))
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }

    pub(crate) fn move_to(&self, time: DateTime<Utc>) {
        let mut now = self.0.lock().unwrap();
        *now = time.max(*now);
    }
}

pub(crate) fn decision_id(number: u128) -> DecisionId {
    DecisionId::from_untyped_uuid(Uuid::from_u128(number))
}

/// A decision by machine that suspends an account.
pub(crate) fn restricting(number: u128, facts: &str) -> NewDecision {
    let measure = Measure {
        basis: Basis::Terms {
            clause: "2.1 Threats".into(),
            explanation: "A threat of violence.".into(),
            is_illegal: None,
        },
        clause: Some(Clause { id: "threats".into(), version: "3".into() }),
        label: Label::of(Category::Threat),
        restrictions: Restrictions {
            account: Some(Account::Suspended),
            account_until: Some(at(0) + TimeDelta::days(7)),
            ..Restrictions::default()
        },
        scope: Scope::Union,
        applied_at: at(100),
        facts: facts.to_owned(),
    };
    NewDecision {
        decision_id: decision_id(number),
        maker: Maker::Machine { name: "auto 1".into() },
        outcome: Outcome::Restrict(Box::new(measure)),
        token: None,
    }
}

/// A case with a decision for each of those numbers.
pub(crate) async fn decide(store: &Store, numbers: std::ops::Range<u128>) {
    let room: RoomId = "town hall".parse().unwrap();
    let description =
        RoomDescription { room: room.clone(), title: None, hosts: vec![], language: None, scheduled: None };
    store.open_room(&description, at(0)).await.unwrap();
    for number in numbers {
        decide_one(store, &room, &restricting(number, "A speaker announced violence.")).await;
    }
}

pub(crate) async fn decide_one(store: &Store, room: &RoomId, decision: &NewDecision) {
    let place = Place { from_at: at(5), until_at: at(9), found_by: "anna".parse().unwrap() };
    let new = NewCase { room: room.clone(), flags: vec![], notices: vec![], orders: vec![], places: vec![place] };
    let case = store.open_case(&new, at(10)).await.unwrap();
    store.decide_case(case, decision, at(100)).await.unwrap();
}

/// Steps until nothing is left or everything stopped, the clock moving with each wait; gives the last and the waits.
pub(crate) async fn run(sender: &mut Sender<'_>, hands: &Hands) -> (Progress, u32) {
    let mut waits = 0;
    for _ in 0..100_000 {
        match sender.step(&|| hands.now()).await.unwrap() {
            Progress::Wait(until) => {
                waits += 1;
                hands.move_to(until);
            }
            Progress::Sent { .. } | Progress::Asked => hands.move_to(hands.now() + TimeDelta::milliseconds(200)),
            end @ (Progress::Done | Progress::Stopped(_)) => return (end, waits),
        }
    }
    panic!("no end");
}

/// How many statements are in each state, on one line.
pub(crate) async fn states(store: &Store) -> String {
    let (counts, _) = store.statement_counts().await.unwrap();
    counts.iter().map(|(state, count)| format!("{state} {count}")).collect::<Vec<_>>().join(", ")
}
