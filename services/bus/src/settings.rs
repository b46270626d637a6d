//! Where the broker is, and librdkafka's properties that hold for every client of ours.

use std::{collections::BTreeMap, fmt};

use rdkafka::{ClientConfig, config::RDKafkaLogLevel};

/// How to reach the broker.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// `host:port`, several separated by commas.
    pub brokers: String,
    /// Further librdkafka properties (TLS, SASL, …), applied last. An unknown name fails when a client is made.
    pub extra: BTreeMap<String, String>,
}

impl Settings {
    /// Settings for `brokers` without further properties.
    pub fn new(brokers: impl Into<String>) -> Self {
        Self { brokers: brokers.into(), extra: BTreeMap::new() }
    }

    /// The client configuration: what all clients share, then `own`, then [`Settings::extra`].
    pub(crate) fn client(&self, own: &[(&str, &str)]) -> ClientConfig {
        let mut config = ClientConfig::new();
        config.set("client.id", "earwitness");
        config.set("bootstrap.servers", &self.brokers);
        // The default of 10 s is how long a restarted broker would be left alone.
        config.set("reconnect.backoff.max.ms", "1000");
        config.set("socket.keepalive.enable", "true");
        for (name, value) in own {
            config.set(*name, *value);
        }
        for (name, value) in &self.extra {
            config.set(name, value);
        }
        config.set_log_level(RDKafkaLogLevel::Info);
        config
    }
}

/// Names alone: the values may hold passwords.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let extra: Vec<&str> = self.extra.keys().map(String::as_str).collect();
        f.debug_struct("Settings").field("brokers", &self.brokers).field("extra", &extra).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::Settings;

    #[test]
    fn a_password_is_not_printed() {
        let mut settings = Settings::new("localhost:9092");
        settings.extra.insert("sasl.password".into(), "hunter2".into());
        let printed = format!("{settings:?}");
        assert!(printed.contains("sasl.password"), "{printed}");
        assert!(!printed.contains("hunter2"), "{printed}");
    }

    #[test]
    fn extra_properties_win_over_our_own() {
        let mut settings = Settings::new("localhost:9092");
        settings.extra.insert("linger.ms".into(), "50".into());
        let config = settings.client(&[("linger.ms", "5"), ("acks", "all")]);
        assert_eq!(config.get("linger.ms"), Some("50"));
        assert_eq!(config.get("acks"), Some("all"));
    }
}
