//! The recogniser process: answers questions on standard input until it closes, and then ends.
//!
//! It never outlives the service: a closed pipe stops a decode at its next token, and a decode that hangs is ended
//! with the process. (The kernel's parent-death signal is not used: it follows the thread that spawned the process,
//! and the runtime's threads come and go.)

use std::fs::File;
use std::io::{self, BufReader, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, channel, sync_channel};
use std::time::Duration;

use rustix::process::{Signal, getpid, kill_process};

use crate::engine::{self, Engine, EngineError};
use crate::hearing::{Models, Request};
use crate::protocol::{self, Answer, Failure, ProtocolError, Question};

/// How long a decode may take to notice that the service is gone.
const GRACE: Duration = Duration::from_secs(5);

type Frame = Result<(Question<'static>, Vec<u8>), ProtocolError>;

/// Runs the process. Call it first thing in `main`, before any thread and runtime, on the hidden subcommand that
/// [`crate::Settings`] names. Standard output belongs to the protocol: everything printed goes to standard error.
pub fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
            // The service reads this; there is nobody else to tell.
            let _ = writeln!(io::stderr(), "recogniser: {error}{cause}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), ProtocolError> {
    let mut answers = claim_stdout()?;
    let stop = Arc::new(AtomicBool::new(false));
    let (frames, questions) = sync_channel::<Frame>(1);
    let (done, finished) = channel::<()>();
    let stop_reading = Arc::clone(&stop);
    std::thread::Builder::new().name("questions".to_owned()).spawn(move || {
        forward(&mut BufReader::new(io::stdin()), &frames);
        stop_reading.store(true, Ordering::Relaxed);
        drop(frames);
        // Ends well when `run` returns and drops its sender.
        if finished.recv_timeout(GRACE) == Err(RecvTimeoutError::Timeout) {
            let _ = kill_process(getpid(), Signal::KILL);
        }
    })?;
    let result = answer_all(&questions, &mut answers, &stop);
    drop(done);
    result
}

/// Keeps the real standard output for answers and lets everything else that prints there go to standard error.
fn claim_stdout() -> io::Result<File> {
    let answers = rustix::io::dup(io::stdout())?;
    rustix::stdio::dup2_stdout(io::stderr())?;
    Ok(File::from(answers))
}

fn forward(from: &mut impl io::Read, frames: &SyncSender<Frame>) {
    loop {
        let frame = match protocol::read(from) {
            Ok(None) => return,
            Ok(Some(frame)) => Ok(frame),
            Err(error) => Err(error),
        };
        let broken = frame.is_err();
        if frames.send(frame).is_err() || broken {
            return;
        }
    }
}

fn answer_all(
    questions: &Receiver<Frame>,
    answers: &mut impl Write,
    stop: &Arc<AtomicBool>,
) -> Result<(), ProtocolError> {
    let mut engine = None;
    while let Ok(frame) = questions.recv() {
        let (question, body) = frame?;
        let (answer, body) = match question {
            Question::Load { models } => (load(&models, &mut engine, answers, stop)?, Vec::new()),
            Question::Gate => gate(engine.as_mut(), &protocol::pcm_from_bytes(&body)?),
            Question::Hear { request } => {
                let request = Request { pcm: protocol::pcm_from_bytes(&body)?, ..request.into_owned() };
                (hear(engine.as_mut(), &request), Vec::new())
            }
        };
        protocol::write(answers, &answer, &body)?;
    }
    Ok(())
}

fn load(
    models: &Models,
    engine: &mut Option<Engine>,
    answers: &mut impl Write,
    stop: &Arc<AtomicBool>,
) -> Result<Answer, ProtocolError> {
    let mut told = Ok(());
    let loaded = Engine::load(models, Arc::clone(stop), |file| {
        if told.is_ok() {
            told = protocol::write(answers, &Answer::Loading { file: file.to_owned() }, &[]);
        }
    });
    told?;
    Ok(match loaded {
        Ok(loaded) => {
            *engine = Some(loaded);
            Answer::Ready { library: engine::library() }
        }
        Err(error) => failed(&error),
    })
}

fn gate(engine: Option<&mut Engine>, window: &[i16]) -> (Answer, Vec<u8>) {
    match engine.ok_or_else(not_loaded).and_then(|engine| engine.gate(window)) {
        Ok(probabilities) => (Answer::Probabilities, protocol::f32_to_bytes(&probabilities)),
        Err(error) => (failed(&error), Vec::new()),
    }
}

fn hear(engine: Option<&mut Engine>, request: &Request) -> Answer {
    match engine.ok_or_else(not_loaded).and_then(|engine| engine.hear(request)) {
        Ok(hearing) => Answer::Heard { hearing },
        Err(error) => failed(&error),
    }
}

fn not_loaded() -> EngineError {
    EngineError::Refused("no models are loaded yet".to_owned())
}

fn failed(error: &EngineError) -> Answer {
    Answer::Failed { failure: Failure::from(error) }
}
