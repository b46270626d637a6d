//! Silero voice activity through whisper.cpp.

use std::path::Path;

use whisper_rs::{WhisperVadContext, WhisperVadContextParams};

use super::{EngineError, check_readable, log, to_f32};
use crate::hearing::{GATE_FRAME, SAMPLE_RATE};

pub(super) struct Gate {
    context: WhisperVadContext,
}

impl Gate {
    pub(super) fn load(path: &Path) -> Result<Self, EngineError> {
        check_readable(path)?;
        let unusable = |cause: String| EngineError::Unusable { path: path.to_owned(), cause };
        let name = path.to_str().filter(|name| !name.contains('\0'));
        let name = name.ok_or_else(|| unusable("the path is not UTF-8".to_owned()))?;
        let mut parameters = WhisperVadContextParams::new();
        parameters.set_n_threads(1);
        parameters.set_use_gpu(false);
        log::take_complaints();
        let context = WhisperVadContext::new(name, parameters).map_err(|error| {
            let complaints = log::take_complaints();
            unusable(if complaints.is_empty() { error.to_string() } else { complaints })
        })?;
        let complaints = log::take_complaints();
        if complaints.contains("no tensors") {
            return Err(unusable(complaints));
        }
        let mut gate = Self { context };
        gate.self_test().map_err(unusable)?;
        Ok(gate)
    }

    /// A window must not be empty.
    pub(super) fn probabilities(&mut self, window: &[i16]) -> Result<Vec<f32>, EngineError> {
        log::take_complaints();
        // Whole frames only: whisper.cpp handles a part of one by an extra copy, with the same zeros.
        let samples = to_f32(window, window.len().next_multiple_of(GATE_FRAME));
        let failed = || EngineError::Whisper { attempt: "gate", code: -1, complaints: log::take_complaints() };
        self.context.detect_speech(&samples).map_err(|_| failed())?;
        let probabilities = self.context.probabilities();
        if probabilities.len() != samples.len() / GATE_FRAME || !probabilities.iter().all(|p| (0.0..=1.0).contains(p)) {
            return Err(failed());
        }
        Ok(probabilities.to_vec())
    }

    /// Silence must not be speech: weights that are empty or rotten say anything.
    fn self_test(&mut self) -> Result<(), String> {
        let silence = vec![0; SAMPLE_RATE as usize];
        let probabilities = self.probabilities(&silence).map_err(|error| error.to_string())?;
        match probabilities.iter().copied().fold(0.0, f32::max) {
            highest if highest < 0.5 => Ok(()),
            highest => Err(format!("it takes silence for speech with p = {highest:.2}")),
        }
    }
}
