//! `services/store/.sqlx`: what Postgres says of each query, so that the store is built without a database.
//!
//! sqlx's macros write it when the crate is compiled with a database's address and a folder for the answers. The
//! migrations are run by psql, because the store itself may not compile before this is done.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};

use crate::{
    place::Place,
    postgres::Cluster,
    program::{announce, cargo, run},
};

/// The table in which sqlx keeps which migrations have run; the first migration speaks of it, so do queries.
const MIGRATIONS_TABLE: &str = "create table _sqlx_migrations (version bigint primary key, description text not null, \
     installed_on timestamptz not null default now(), success boolean not null, checksum bytea not null, \
     execution_time bigint not null)";

/// Writes the folder or, with `check`, compares it; gives the files that are stale.
pub(super) fn generate(place: &Place, check: bool) -> anyhow::Result<Vec<String>> {
    let committed = place.root.join("services/store/.sqlx");
    let fresh = place.target().join("generate/queries");
    match fs::remove_dir_all(&fresh) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(error).context("cannot empty a folder");
        }
        Ok(()) | Err(_) => fs::create_dir_all(&fresh)?,
    }
    describe(place, &fresh)?;
    let (old, new) = (read(&committed)?, read(&fresh)?);
    if new.is_empty() {
        bail!("sqlx described no query: was the store compiled at all?");
    }
    let stale: Vec<String> =
        old.keys().chain(new.keys()).filter(|name| old.get(*name) != new.get(*name)).cloned().collect();
    if check || stale.is_empty() {
        announce(&format!("{} queries described, {} stale", new.len(), stale.len()));
        return Ok(stale.into_iter().map(|name| format!("services/store/.sqlx/{name}")).collect());
    }
    for name in old.keys().filter(|name| !new.contains_key(*name)) {
        fs::remove_file(committed.join(name))?;
    }
    for (name, text) in &new {
        fs::write(committed.join(name), text)?;
    }
    announce(&format!("wrote services/store/.sqlx: {} queries, {} files changed", new.len(), stale.len()));
    Ok(Vec::new())
}

/// Compiles the store against a migrated database.
fn describe(place: &Place, answers: &Path) -> anyhow::Result<()> {
    announce("starting a Postgres for the schema");
    let cluster = Cluster::start()?;
    cluster.psql("postgres", &["-c", "create role earwitness_service login"])?;
    cluster.psql("postgres", &["-c", MIGRATIONS_TABLE])?;
    for migration in migrations(&place.root.join("migrations"))? {
        let file = migration.to_str().context("the checkout's path is not Unicode")?;
        cluster.psql("postgres", &["-f", file])?;
    }
    // A target folder of its own: the store must be compiled anew, and that shall cost nothing else.
    let target = place.target().join("generate");
    forget(&target, "store-")?;
    announce("compiling the store against it");
    let mut command = cargo(place);
    command.args(["check", "--quiet", "--locked", "--package", "store", "--target-dir"]).arg(target);
    command.env("SQLX_OFFLINE", "false").env("SQLX_OFFLINE_DIR", answers);
    run(command.env("DATABASE_URL", cluster.url("postgres")))
}

fn migrations(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).context("cannot read the migrations")? {
        files.push(entry?.path());
    }
    files.retain(|file| file.extension().is_some_and(|extension| extension == "sql"));
    files.sort_unstable();
    Ok(files)
}

/// Makes cargo compile the packages of that prefix again.
fn forget(target: &Path, prefix: &str) -> anyhow::Result<()> {
    for entry in fs::read_dir(target.join("debug/.fingerprint")).into_iter().flatten() {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(prefix) {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

fn read(folder: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let entry = entry?;
        files.insert(entry.file_name().to_string_lossy().into_owned(), fs::read_to_string(entry.path())?);
    }
    Ok(files)
}
