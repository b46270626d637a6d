//! What a command's end tells scripts: exit codes, and errors printed once with their whole chain.

use std::{error::Error, process::ExitCode};

use crate::{commands::duty::advice, config::ConfigFault, instance::InstanceError};

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Done.
    Done,
    /// The answer is no: a check failed, a difference was found.
    No,
    /// Done in part; the rest was named.
    InPart,
}

/// Wrong usage or bad input, in words for the user.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct BadInput(pub(crate) String);

/// Something that must be there is not, in words for the user.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct NotReady(pub(crate) String);

/// Prints what clap says, and ends with 2 where it is an error.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    // A closed pipe is the reader's choice.
    drop(error.print());
    if error.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS }
}

/// Prints an error with its causes, and gives the code that scripts rely on.
pub(crate) fn exit(result: anyhow::Result<Answer>) -> ExitCode {
    match result {
        Ok(Answer::Done) => ExitCode::SUCCESS,
        Ok(Answer::No) => ExitCode::from(1),
        Ok(Answer::InPart) => ExitCode::from(4),
        Err(error) => {
            let code = code(&error);
            if code != BROKEN_PIPE {
                eprintln!("earwitness: {error:#}");
                if let Some(advice) = error.chain().find_map(|cause| advice(cause.downcast_ref()?)) {
                    eprintln!("what to do: {advice}");
                }
            }
            ExitCode::from(code)
        }
    }
}

/// As a shell reports a program that SIGPIPE ended.
const BROKEN_PIPE: u8 = 141;

fn code(error: &anyhow::Error) -> u8 {
    // What a context says of an error counts before the error itself.
    if error.is::<BadInput>() {
        return 2;
    }
    if error.is::<NotReady>() {
        return 3;
    }
    error.chain().find_map(code_of).unwrap_or(70)
}

fn code_of_store(error: &store::StoreError) -> Option<u8> {
    if matches!(error, store::StoreError::NotFound { .. }) {
        return Some(2);
    }
    error.is_transient().then_some(3)
}

fn code_of(cause: &(dyn Error + 'static)) -> Option<u8> {
    if let Some(error) = cause.downcast_ref::<std::io::Error>() {
        return (error.kind() == std::io::ErrorKind::BrokenPipe).then_some(BROKEN_PIPE);
    }
    if let Some(error) = cause.downcast_ref::<store::StoreError>() {
        return code_of_store(error);
    }
    // What the law or the record does not allow is no bug: it is named, and nothing was done.
    if let Some(error) = cause.downcast_ref::<store::DutyError>() {
        if let store::DutyError::Store(error) = error {
            let is_refused = matches!(error, store::StoreError::Constraint { .. });
            return if is_refused { Some(2) } else { code_of_store(error) };
        }
        return Some(if error.is_transient() { 3 } else { 2 });
    }
    if let Some(error) = cause.downcast_ref::<bus::BusError>() {
        return error.is_transient().then_some(3);
    }
    let bad_input = cause.is::<ConfigFault>()
        || cause.is::<ingest::PlanError>()
        || cause.is::<ingest::ListenersError>()
        || cause.is::<domain::InvalidName>();
    let not_ready = cause.is::<InstanceError>() || cause.is::<speech::SpeechError>();
    if bad_input { Some(2) } else { not_ready.then_some(3) }
}
