//! What can go wrong on the bus, and whether trying again can help.

use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use crate::consumer::BoxError;

/// What librdkafka or the broker said; a cause to print, opaque to other crates.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Cause(pub(crate) Box<KafkaError>);

impl From<KafkaError> for Cause {
    fn from(error: KafkaError) -> Self {
        Self(Box::new(error))
    }
}

/// A failure on the bus. A broker that is merely away is none, except where a caller waits with a limit.
#[derive(Debug, thiserror::Error)]
pub enum BusError {
    /// The client could not be made: an unknown or impossible property.
    #[error("cannot make a Kafka client from these settings")]
    Client {
        /// What librdkafka said.
        #[source]
        source: Cause,
    },
    /// The record was not acknowledged; it may or may not be in the log.
    #[error("cannot send a record to topic {topic}")]
    Send {
        /// The topic it was meant for.
        topic: String,
        /// What librdkafka said.
        #[source]
        source: Cause,
    },
    /// Records were still unacknowledged when the time was over.
    #[error("cannot flush the producer")]
    Flush {
        /// What librdkafka said.
        #[source]
        source: Cause,
    },
    /// The broker refused to make the topic, or did not answer.
    #[error("cannot create topic {topic}")]
    CreateTopic {
        /// The topic.
        topic: String,
        /// What librdkafka or the broker said.
        #[source]
        source: Cause,
    },
    /// The broker did not say how far the topic reaches.
    #[error("cannot read how far topic {topic} reaches")]
    Watermarks {
        /// The topic.
        topic: String,
        /// What librdkafka or the broker said.
        #[source]
        source: Cause,
    },
    /// The topic is not there.
    #[error("topic {topic} does not exist")]
    UnknownTopic {
        /// The topic.
        topic: String,
    },
    /// The group cannot be joined, or what it assigned cannot be taken over.
    #[error("cannot consume topic {topic} as group {group}")]
    Consume {
        /// The topic.
        topic: String,
        /// The consumer group.
        group: String,
        /// What librdkafka or the broker said.
        #[source]
        source: Cause,
    },
    /// Whoever keeps the positions could not say where to start. The next `recv` asks again.
    #[error("cannot claim partition {partition} of topic {topic}")]
    Claim {
        /// The topic.
        topic: String,
        /// The partition.
        partition: i32,
        /// What the keeper of positions said.
        #[source]
        source: BoxError,
    },
    /// A blocking call into librdkafka did not come back: the runtime is shutting down.
    #[error("the runtime stopped during a call to librdkafka")]
    Stopped,
}

impl BusError {
    /// Whether the same call may succeed later. False: the settings, the rights or the record itself are wrong.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Client { .. } | Self::Stopped => false,
            Self::UnknownTopic { .. } | Self::Claim { .. } => true,
            Self::Send { source, .. }
            | Self::Flush { source }
            | Self::CreateTopic { source, .. }
            | Self::Watermarks { source, .. } => !is_permanent(&source.0),
            Self::Consume { source, .. } => {
                !is_permanent(&source.0) && source.0.rdkafka_error_code() != Some(RDKafkaErrorCode::Fatal)
            }
        }
    }
}

/// Whether trying again cannot help. Everything unknown counts as passing: a broker in trouble answers with codes of
/// all kinds, also `Unknown`, and giving up would lose what was to be sent.
pub(crate) fn is_permanent(error: &KafkaError) -> bool {
    use RDKafkaErrorCode as Code;
    error.rdkafka_error_code().is_some_and(|code| {
        matches!(
            code,
            Code::MessageSizeTooLarge
                | Code::InvalidMessageSize
                | Code::InvalidArgument
                | Code::InvalidConfig
                | Code::InvalidTopic
                | Code::InvalidPartitions
                | Code::InvalidReplicationFactor
                | Code::InvalidRequest
                | Code::InvalidGroupId
                | Code::PolicyViolation
                | Code::TopicAuthorizationFailed
                | Code::GroupAuthorizationFailed
                | Code::ClusterAuthorizationFailed
                | Code::Authentication
                | Code::SaslAuthenticationFailed
                | Code::UnsupportedSASLMechanism
                | Code::UnsupportedVersion
                | Code::UnsupportedFeature
                | Code::NotImplemented
        )
    })
}

#[cfg(test)]
mod tests {
    use rdkafka::error::{KafkaError, RDKafkaErrorCode};

    use super::BusError;

    #[track_caller]
    fn check(code: RDKafkaErrorCode, transient: bool) {
        let error = BusError::Send { topic: "t".into(), source: KafkaError::MessageProduction(code).into() };
        assert_eq!(error.is_transient(), transient, "{code}");
    }

    #[test]
    fn a_broker_in_trouble_is_worth_another_try() {
        check(RDKafkaErrorCode::Unknown, true);
        check(RDKafkaErrorCode::MessageTimedOut, true);
        check(RDKafkaErrorCode::PurgeInflight, true);
        check(RDKafkaErrorCode::NotEnoughReplicas, true);
    }

    #[test]
    fn a_record_that_is_too_large_stays_too_large() {
        check(RDKafkaErrorCode::MessageSizeTooLarge, false);
        check(RDKafkaErrorCode::TopicAuthorizationFailed, false);
    }
}
