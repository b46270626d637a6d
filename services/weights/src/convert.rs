//! From the forms in which weights are published to the ggml files that whisper.cpp reads: each converter streams tensor
//! by tensor, holds at most one tensor in memory, and refuses a truncated or foreign file with a reason.

mod ctranslate2;
mod mel;
mod quantise;
mod silero;
mod vocabulary;
mod whisper;

use std::io;
use std::path::{Path, PathBuf};

use crate::bounded::ReadError;
use crate::ggml::GgmlError;

pub(crate) use quantise::quantise;
#[cfg(test)]
pub(crate) use silero::tests::silero_source;
pub(crate) use silero::{silero_from_safetensors, walk as walk_silero};
pub(crate) use whisper::whisper_from_ctranslate2;

/// Why a file could not be converted.
#[derive(Debug, thiserror::Error)]
pub enum ConvertError {
    #[error("cannot open {}", path.display())]
    Open {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("not {wanted}: {problem}")]
    Foreign { wanted: &'static str, problem: String },
    #[error("variable {name}: {problem}")]
    Variable { name: String, problem: String },
    #[error("line {line} of the vocabulary: {problem}")]
    Vocabulary { line: usize, problem: String },
    #[error("tensor {name} holds a number that is not finite")]
    NotFinite { name: String },
    #[error("damaged or cut off")]
    Read(#[from] ReadError),
    #[error("not a sound ggml file")]
    Ggml(#[from] GgmlError),
    #[error("not a sound safetensors file")]
    SafeTensors(#[from] safetensors::SafeTensorError),
    #[error("cannot write the converted file")]
    Write(#[source] io::Error),
}

impl ConvertError {
    fn open(path: &Path, source: io::Error) -> Self {
        Self::Open { path: path.to_path_buf(), source }
    }
}
