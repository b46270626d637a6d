//! Why a recogniser did not start or a request was not served.

use std::path::PathBuf;
use std::time::Duration;

use tokio::sync::AcquireError;
use tokio::task::JoinError;

use crate::protocol::{Answer, Failure, FailureKind};

/// Every way in which the recogniser fails, told apart by what a caller can do about it.
#[derive(Debug, thiserror::Error)]
pub enum SpeechError {
    /// The program cannot be started.
    #[error("cannot start the recogniser process {}", program.display())]
    Spawn {
        /// The binary.
        program: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// A model cannot be loaded; the text names the file and the cause.
    #[error("cannot load the speech models: {0}")]
    Load(String),
    /// The process died while it loaded a model: the weights are damaged, or memory ran out.
    #[error("the recogniser process died while loading {file}: {end}")]
    LoadCrashed {
        /// The file, or `nothing yet`.
        file: String,
        /// How it ended and what it said last.
        end: String,
    },
    /// Loading took too long.
    #[error("the recogniser process was killed after {} s while loading {file}", limit.as_secs_f32())]
    LoadTimedOut {
        /// The file, or `nothing yet`.
        file: String,
        /// [`crate::Settings::start_timeout`].
        limit: Duration,
    },
    /// The request can never succeed as it is.
    #[error("the recogniser refused: {0}")]
    Refused(String),
    /// whisper.cpp reported a failure of this request; the process lives.
    #[error("the recogniser failed to {operation}: {text}")]
    Failed {
        /// `gate` or `hear`.
        operation: &'static str,
        /// The whole chain of causes.
        text: String,
    },
    /// The process died under this request. Another takes its place.
    #[error("the recogniser process died during {operation}: {end}")]
    Crashed {
        /// `gate` or `hear`.
        operation: &'static str,
        /// How it ended and what it said last.
        end: String,
    },
    /// The request overran its deadline: it stopped by itself, or its process was killed.
    #[error("{operation} took longer than {} s", allowed.as_secs_f32())]
    TimedOut {
        /// `gate` or `hear`.
        operation: &'static str,
        /// The time it was given, without the grace.
        allowed: Duration,
    },
    /// The process answered something else.
    #[error("the recogniser answered {operation} with something else: {answer}")]
    Unexpected {
        /// `gate` or `hear`.
        operation: &'static str,
        /// Which kind of answer came.
        answer: &'static str,
    },
    /// The start was given up by its runtime.
    #[error("the start of a recogniser process was interrupted")]
    Interrupted(#[source] JoinError),
    /// The pool is closed.
    #[error("the recogniser is closed")]
    Closed(#[source] AcquireError),
}

impl SpeechError {
    /// Whether the same request may succeed when it is made again: the process died, hung or could not start.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Spawn { .. }
            | Self::Load(_)
            | Self::LoadCrashed { .. }
            | Self::LoadTimedOut { .. }
            | Self::Crashed { .. }
            | Self::TimedOut { .. }
            | Self::Unexpected { .. }
            | Self::Interrupted(_)
            | Self::Closed(_) => true,
            Self::Refused(_) | Self::Failed { .. } => false,
        }
    }

    /// Whether the request itself is at fault and will fail again.
    pub fn is_poison(&self) -> bool {
        !self.is_transient()
    }

    pub(super) fn of_failure(operation: &'static str, failure: Failure, allowed: Duration) -> Self {
        match failure.kind {
            FailureKind::Load => Self::Load(failure.text),
            FailureKind::Refused => Self::Refused(failure.text),
            FailureKind::Deadline => Self::TimedOut { operation, allowed },
            FailureKind::Decode => Self::Failed { operation, text: failure.text },
        }
    }

    pub(super) fn unexpected(operation: &'static str, answer: &Answer) -> Self {
        let answer = match answer {
            Answer::Loading { .. } => "loading",
            Answer::Ready { .. } => "ready",
            Answer::Probabilities => "probabilities of another length",
            Answer::Heard { .. } => "a hearing",
            Answer::Failed { .. } => "a failure",
        };
        Self::Unexpected { operation, answer }
    }
}
