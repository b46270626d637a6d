//! Setting up a fresh private cluster: the two roles and the database.

use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection, postgres::PgConnectOptions};

use crate::{
    connect::{Options, parse_url, wait_for},
    error::{Doing, StoreError},
};

const OWNER: &str = "earwitness_owner";
const SERVICE: &str = "earwitness_service";
const DATABASE: &str = "earwitness";

/// Where the database of a private cluster is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Urls {
    /// For migrations: logs in as the owner of the schema.
    pub migrate: String,
    /// For services: logs in as the role that may only add to the record.
    pub service: String,
}

/// Creates what is missing of the two roles and the database `earwitness` in a private cluster, and says where they
/// are. The roles get no password: access to such a cluster is that to its socket's folder.
///
/// # Errors
/// [`StoreError`] if the cluster is not there or the role of `superuser_url` may not create roles and databases.
pub async fn bootstrap_embedded(superuser_url: &str) -> Result<Urls, StoreError> {
    let address = parse_url(superuser_url)?;
    let mut connection = wait_for(&address, Options::default().wait).await?;
    for role in [OWNER, SERVICE] {
        let there = sqlx::query_scalar!("select exists (select from pg_roles where rolname = $1) as \"there!\"", role)
            .fetch_one(&mut connection)
            .await
            .doing("look for a role")?;
        if !there {
            run(&mut connection, "create a role", format!("create role {role} login")).await?;
        }
    }
    let there =
        sqlx::query_scalar!("select exists (select from pg_database where datname = $1) as \"there!\"", DATABASE)
            .fetch_one(&mut connection)
            .await
            .doing("look for the database")?;
    if !there {
        let create = format!("create database {DATABASE} owner {OWNER} template template0 encoding 'UTF8'");
        run(&mut connection, "create the database", create).await?;
    }
    connection.close().await.doing("close a connection")?;
    Ok(Urls { migrate: url(&address, OWNER), service: url(&address, SERVICE) })
}

/// Runs a statement that takes no parameters, made of the names above alone.
async fn run(connection: &mut PgConnection, doing: &'static str, statement: String) -> Result<(), StoreError> {
    connection.execute(AssertSqlSafe(statement)).await.doing(doing)?;
    Ok(())
}

/// Without the query: its parameters are the driver's own, which other clients do not read.
fn url(address: &PgConnectOptions, role: &str) -> String {
    let mut url = address.clone().username(role).database(DATABASE).to_url_lossy();
    url.set_query(None);
    url.to_string()
}
