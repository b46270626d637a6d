//! whisper.cpp called as a plain program calls it: the yardstick of the benches, not part of the pipeline.

use std::time::Duration;

use super::decode::thread_cpu_us;
use super::model::{Model, positions};
use super::{Engine, EngineError, to_f32};
use crate::hearing::{Request, SAMPLE_RATE};

/// What a bare call gives.
#[derive(Clone, Debug)]
pub struct Bare {
    /// All text, as decoded.
    pub text: String,
    /// CPU time of the call.
    pub cpu: Duration,
}

impl Engine {
    /// Decodes a span greedily with the same weights and nothing around it: no deadline, no words, no times.
    ///
    /// With `whole_frame` the encoder computes whisper.cpp's whole 30 s frame, as it does unless told otherwise, and
    /// no token limit holds; else [`Request::context`].
    ///
    /// # Errors
    /// As [`Engine::hear`], deadline excepted.
    pub fn bare(&mut self, request: &Request, whole_frame: bool) -> Result<Bare, EngineError> {
        self.model(request)?.bare(request, whole_frame)
    }
}

impl Model {
    fn bare(&mut self, request: &Request, whole_frame: bool) -> Result<Bare, EngineError> {
        let language = self.language(&request.language)?;
        let mut parameters = self.parameters(language);
        let began_us = thread_cpu_us();
        let samples = to_f32(&request.pcm, SAMPLE_RATE as usize);
        if !whole_frame {
            let most = u32::try_from(self.context.n_audio_ctx()).unwrap_or(0);
            let context = positions(request.context, samples.len(), most);
            parameters.set_audio_ctx(i32::try_from(context).unwrap_or(0));
        }
        let failed = |error: whisper_rs::WhisperError| EngineError::Whisper {
            attempt: "hear",
            code: 0,
            complaints: error.to_string(),
        };
        self.state.full(parameters, &samples).map_err(failed)?;
        let text = self.state.as_iter().map(|segment| segment.to_string()).collect();
        Ok(Bare { text, cpu: Duration::from_micros(thread_cpu_us().saturating_sub(began_us)) })
    }
}
