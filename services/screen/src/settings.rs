//! What the service is told: whom it is, which pack and classifier, from where on a head flags.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, Utc};
use classify::Classifier;
use domain::Severity;
use rules::{Engine, Pack};

/// Tells wall time; only the binary reads the real one.
pub type Clock = fn() -> DateTime<Utc>;

/// Settings of the service.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The consumer group.
    pub group: String,
    /// Names this worker in leases and logs.
    pub owner: String,
    /// How far back words of earlier windows count, in samples.
    pub context: i64,
    /// Tells wall time.
    pub clock: Clock,
}

/// What screens: the rules of one pack, and a classifier for English.
#[derive(Clone)]
pub struct Screener {
    pub(crate) pack_hash: String,
    /// By language (`en`).
    pub(crate) engines: BTreeMap<String, Arc<Engine>>,
    pub(crate) classifier: Option<Arc<dyn Classifier>>,
    /// By head: it flags from this probability on.
    pub(crate) thresholds: BTreeMap<String, f32>,
}

impl Screener {
    /// Makes a pack ready in all its languages. Heads without a threshold do not flag.
    pub fn new(pack: &Pack, classifier: Option<Arc<dyn Classifier>>, thresholds: BTreeMap<String, f32>) -> Self {
        let engine =
            |language: &String| Engine::new(pack, language).ok().map(|engine| (language.clone(), engine.into()));
        Self {
            pack_hash: pack.hash().to_owned(),
            engines: pack.languages().iter().filter_map(engine).collect(),
            classifier,
            thresholds,
        }
    }

    pub(crate) fn model_sha256(&self) -> Option<&str> {
        self.classifier.as_ref().map(|classifier| classifier.identity().sha256.as_str())
    }
}

/// How much is at stake if a head is right.
pub(crate) fn severity_of(head: &str) -> Severity {
    match head.strip_prefix("category_").unwrap_or(head) {
        "sexual_minors" => Severity::Critical,
        "violence" | "threat" | "incitement" | "terrorism" | "public_security" | "self_harm" | "hate" | "privacy" => {
            Severity::High
        }
        "harassment" | "scam" | "illegal_goods" | "election" => Severity::Medium,
        _ => Severity::Low,
    }
}
