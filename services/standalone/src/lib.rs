//! The embedded defaults: a data folder with one owner, and in it a private Postgres cluster and a Kafka broker.
//!
//! - [`DataFolder`] is held by one process at a time; [`find_instance`] tells other commands where that one listens.
//! - [`Postgres`] runs an installed Postgres on a Unix socket in a folder that only its owner may enter.
//! - [`Broker`] runs `earwitness-broker` on a loopback port that stays the same over restarts.
//!
//! Both are children that are watched, started again when they die, and stopped when their parent does, however it
//! ends. What a kill left behind is recognised at the next start. Clients need nothing from here but addresses: they
//! are the same as against real servers.
//!
//! Our own launcher and not `postgresql_embedded`: that one cannot run as root, and starts with `fsync` off.

mod account;
mod broker;
mod cache;
mod folder;
mod instance;
mod log_file;
mod orphans;
mod postgres;
mod spawner;
mod watch;

pub use account::AccountError;
pub use broker::{BROKER_VERSION, Broker, BrokerError, find_broker};
pub use cache::cache_folder;
pub use folder::{DataFolder, FolderError};
pub use instance::{FindError, Instance, find_instance};
pub use postgres::{Postgres, PostgresError, PostgresSettings};
pub use watch::{Server, Watched};
