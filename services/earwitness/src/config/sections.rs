//! The sections of the settings, in the order of `config.default.toml`, which tells what each key means.

use std::{collections::BTreeMap, path::PathBuf};

use chrono::TimeDelta;
use domain::Aims;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, Serializer};

use super::ConfigFault;

/// All settings.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    pub(crate) data: Data,
    pub(crate) database: Database,
    pub(crate) kafka: Kafka,
    pub(crate) models: Models,
    pub(crate) ingest: Ingest,
    pub(crate) transcribe: Transcribe,
    pub(crate) screen: Screen,
    pub(crate) evidence: Evidence,
    pub(crate) retention: Retention,
    pub(crate) audit: Audit,
    pub(crate) deadlines: Deadlines,
    pub(crate) statements: Statements,
    pub(crate) report: Report,
    pub(crate) log: Log,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Data {
    pub(crate) dir: PathBuf,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Database {
    #[serde(serialize_with = "masked")]
    pub(crate) url: SecretString,
    #[serde(serialize_with = "masked")]
    pub(crate) migrate_url: SecretString,
    pub(crate) max_connections: u32,
    pub(crate) programs: PathBuf,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Kafka {
    pub(crate) brokers: String,
    pub(crate) partitions: i32,
    pub(crate) audio_retention_hours: i64,
    pub(crate) event_retention_hours: i64,
    pub(crate) broker_program: PathBuf,
    #[serde(serialize_with = "masked_passwords")]
    pub(crate) properties: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Models {
    pub(crate) dir: PathBuf,
    pub(crate) cache_dir: PathBuf,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ingest {
    pub(crate) language: String,
    pub(crate) delivery_timeout_s: u64,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Transcribe {
    pub(crate) recognisers: usize,
    pub(crate) pause_ms: i64,
    pub(crate) margin_ms: i64,
    pub(crate) context_margin: u32,
    pub(crate) deadline_s: u64,
    pub(crate) backlog_s: i64,
    pub(crate) idle_s: u64,
    pub(crate) models: BTreeMap<String, String>,
    pub(crate) windows: BTreeMap<String, Window>,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Window {
    pub(crate) min_ms: i64,
    pub(crate) max_ms: i64,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Screen {
    pub(crate) context_s: i64,
    pub(crate) classifier: bool,
    pub(crate) thresholds: BTreeMap<String, f32>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Evidence {
    pub(crate) folder: PathBuf,
    pub(crate) key_file: PathBuf,
    pub(crate) margin_s: i64,
    pub(crate) settle_s: i64,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "the names in the file tell the unit")]
pub(crate) struct Retention {
    pub(crate) transcripts_days: i64,
    pub(crate) clips_days: i64,
    pub(crate) flags_days: i64,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Audit {
    pub(crate) key_file: PathBuf,
    pub(crate) origin: String,
    pub(crate) witnesses: Vec<Witness>,
    pub(crate) timestamp_url: String,
    pub(crate) timestamp_roots: PathBuf,
    pub(crate) vouch_minutes: u64,
}

/// The house's aims, in minutes.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Deadlines {
    pub(crate) notice_receipt: u32,
    pub(crate) notice_decision: u32,
    pub(crate) trusted_decision: u32,
    pub(crate) order_effect: u32,
    pub(crate) complaint_decision: u32,
    pub(crate) dispute_effect: u32,
    pub(crate) escalation: u32,
}

impl Deadlines {
    /// As the objects of the law take them.
    pub(crate) fn aims(&self) -> Aims {
        let minutes = |minutes: u32| TimeDelta::minutes(minutes.into());
        Aims {
            notice_receipt: minutes(self.notice_receipt),
            notice_decision: minutes(self.notice_decision),
            trusted_decision: minutes(self.trusted_decision),
            order_effect: minutes(self.order_effect),
            complaint_decision: minutes(self.complaint_decision),
            dispute_effect: minutes(self.dispute_effect),
            escalation: minutes(self.escalation),
        }
    }
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Witness {
    pub(crate) key: String,
    pub(crate) url: String,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Statements {
    pub(crate) url: String,
    #[serde(serialize_with = "hidden")]
    pub(crate) token: SecretString,
    pub(crate) token_file: PathBuf,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Report {
    pub(crate) facts: PathBuf,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Log {
    pub(crate) filter: String,
    pub(crate) format: LogFormat,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    Text,
    Json,
}

impl Config {
    /// What the types cannot say: ranges, and keys that must fit together.
    pub(super) fn check(&self) -> Result<(), ConfigFault> {
        const DAYS: &str = "1 to 36500";
        let (transcribe, kafka, keep, days) = (&self.transcribe, &self.kafka, &self.retention, 1..=36_500);
        let checks = [
            ("database.max_connections", (4..=1_000).contains(&self.database.max_connections), "4 to 1000"),
            ("kafka.partitions", (1..=1_000).contains(&kafka.partitions), "1 to 1000"),
            ("kafka.audio_retention_hours", (1..=87_600).contains(&kafka.audio_retention_hours), "1 to 87600"),
            ("kafka.event_retention_hours", (1..=87_600).contains(&kafka.event_retention_hours), "1 to 87600"),
            ("ingest.delivery_timeout_s", (1..=86_400).contains(&self.ingest.delivery_timeout_s), "1 to 86400"),
            ("transcribe.recognisers", transcribe.recognisers <= 256, "0 to 256"),
            ("transcribe.pause_ms", (100..=2_000).contains(&transcribe.pause_ms), "100 to 2000"),
            ("transcribe.margin_ms", (0..=1_000).contains(&transcribe.margin_ms), "0 to 1000"),
            ("transcribe.context_margin", (64..=1_472).contains(&transcribe.context_margin), "64 to 1472"),
            ("transcribe.deadline_s", (1..=600).contains(&transcribe.deadline_s), "1 to 600"),
            ("transcribe.backlog_s", (24..=3_600).contains(&transcribe.backlog_s), "24 to 3600"),
            ("transcribe.idle_s", (5..=86_400).contains(&transcribe.idle_s), "5 to 86400"),
            ("transcribe.models", transcribe.models.contains_key("*"), "an entry \"*\" for all other languages"),
            ("transcribe.windows", transcribe.windows.contains_key("*"), "an entry \"*\" for all other models"),
            ("audit.vouch_minutes", (1..=44_640).contains(&self.audit.vouch_minutes), "1 to 44640"),
            ("screen.context_s", (0..=120).contains(&self.screen.context_s), "0 to 120"),
            ("evidence.margin_s", (0..=120).contains(&self.evidence.margin_s), "0 to 120"),
            ("evidence.settle_s", (0..=3_600).contains(&self.evidence.settle_s), "0 to 3600"),
            ("retention.transcripts_days", days.contains(&keep.transcripts_days), DAYS),
            ("retention.clips_days", days.contains(&keep.clips_days), DAYS),
            (
                "retention.flags_days",
                days.contains(&keep.flags_days) && keep.flags_days >= keep.transcripts_days,
                "1 to 36500, and not less than retention.transcripts_days",
            ),
        ];
        for (key, holds, expected) in checks {
            if !holds {
                return Err(ConfigFault::Range { key: key.to_owned(), expected: expected.to_owned() });
            }
        }
        for (model, window) in &transcribe.windows {
            let holds = window.min_ms >= 1_000 && window.max_ms <= 24_000;
            if !holds || window.max_ms < window.min_ms + 2 * transcribe.margin_ms + transcribe.pause_ms {
                let expected =
                    "1000 <= min_ms, max_ms <= 24000, and room for two margins and a pause between them".to_owned();
                return Err(ConfigFault::Range { key: format!("transcribe.windows.{model:?}"), expected });
            }
        }
        Ok(())
    }

    /// The address of the database as the role of the services, if one is set.
    pub(crate) fn database_url(&self) -> Option<&str> {
        Some(self.database.url.expose_secret()).filter(|url| !url.is_empty())
    }

    /// The address of the database as the schema's owner, if one is set.
    pub(crate) fn migrate_url(&self) -> Option<&str> {
        Some(self.database.migrate_url.expose_secret()).filter(|url| !url.is_empty())
    }
}

/// An address with what stands between `:` and `@` hidden.
fn masked<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&masked_address(secret.expose_secret()))
}

pub(crate) fn masked_address(address: &str) -> String {
    let hidden = |value: &str| value.split_inclusive(['&', '?']).map(masked_parameter).collect::<String>();
    let Some((scheme, rest)) = address.split_once("://") else { return hidden(address) };
    match rest.rsplit_once('@') {
        Some((user, host)) => {
            let user = user.split(':').next().unwrap_or_default();
            format!("{scheme}://{user}:***@{}", hidden(host))
        }
        None => format!("{scheme}://{}", hidden(rest)),
    }
}

fn masked_parameter(part: &str) -> String {
    match part.strip_prefix("password=") {
        Some(rest) => format!("password=***{}", if rest.ends_with('&') { "&" } else { "" }),
        None => part.to_owned(),
    }
}

fn masked_passwords<S: Serializer>(properties: &BTreeMap<String, String>, serializer: S) -> Result<S::Ok, S::Error> {
    let secret = |name: &str| ["password", "secret", "key.pem", "jaas"].iter().any(|part| name.contains(part));
    serializer
        .collect_map(properties.iter().map(|(name, value)| (name, if secret(name) { "***" } else { value.as_str() })))
}

/// Nothing but whether there is a secret.
fn hidden<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(if secret.expose_secret().is_empty() { "" } else { "***" })
}
