//! The classifier that comes with Earwitness: a small sentence encoder with one head a category, run by tract.

mod calibration;
mod files;
mod fold;
mod network;

use std::path::Path;

use tokenizers::{Tokenizer, TruncationParams};

use crate::{Classifier, ClassifyError, ModelIdentity, Scores};
use calibration::Calibration;
use files::Files;
use network::Network;

const NAME: &str = "minilm-l6";

/// Of a text, no more than this is looked at: several times what 64 tokens of any language need, so that a text of
/// megabytes costs no more than a sentence.
const MAX_BYTES: usize = 8 * 1024;

/// all-MiniLM-L6-v2 fine-tuned on moderation data, in 8 heads.
///
/// Reads the first 64 tokens of a text, about 45 English words. Holds about 150 MB; scoring takes `&self` and no lock.
pub struct MiniLm {
    tokenizer: Tokenizer,
    network: Network,
    calibration: Calibration,
    identity: ModelIdentity,
}

impl MiniLm {
    /// Loads `model.onnx`, `tokenizer.json` and `calibration.json` from `folder`, each checked against its line in
    /// `SHA256SUMS` there, and scores the longest text once to see that they fit together.
    ///
    /// A folder is trusted as code is: who can write its `SHA256SUMS` can make the runtime take for ever.
    ///
    /// # Errors
    /// Each names the file: one that is missing, damaged, of another form, or made for another model.
    pub fn load(folder: &Path) -> Result<Self, ClassifyError> {
        let files = Files::read(folder)?;
        let calibration = Calibration::parse(&files.calibration)?;
        let tokenizer = tokenizer(&files.tokenizer, &calibration)?;
        let network = Network::parse(&files.model)?;
        let identity = ModelIdentity { name: NAME.to_owned(), sha256: files.sha256 };
        let minilm = Self { tokenizer, network, calibration, identity };
        let longest = "a ".repeat(minilm.calibration.max_tokens);
        let unusable =
            |error: ClassifyError| ClassifyError::Unusable { path: files.model.path.clone(), source: error.into() };
        let logits = minilm.logits(&longest).map_err(unusable)?;
        let heads = minilm.heads().len();
        if logits.len() != heads || !logits.iter().all(|logit| logit.is_finite()) {
            let reason = format!("it gives {logits:?} instead of {heads} finite logits");
            return Err(ClassifyError::Form { path: files.model.path, reason });
        }
        Ok(minilm)
    }

    fn logits(&self, text: &str) -> Result<Vec<f32>, ClassifyError> {
        let text = &text[..text.floor_char_boundary(MAX_BYTES)];
        let encoding = self.tokenizer.encode_fast(text, true).map_err(ClassifyError::Tokenise)?;
        let ids = encoding.get_ids();
        self.network.run(ids).map_err(|source| ClassifyError::Run { tokens: ids.len(), source })
    }
}

impl Classifier for MiniLm {
    fn heads(&self) -> &[String] {
        &self.calibration.heads
    }

    fn identity(&self) -> &ModelIdentity {
        &self.identity
    }

    fn score(&self, text: &str) -> Result<Scores, ClassifyError> {
        Ok(self.calibration.apply(&self.logits(text)?))
    }
}

/// The tokenizer that the weights were trained behind, cut at the model's length and never padded: at batch 1 padding
/// only costs time, and the file that the base model ships with pads to 64 without a mask, which changes every score.
fn tokenizer(file: &files::Verified, calibration: &Calibration) -> Result<Tokenizer, ClassifyError> {
    let unusable = |source| ClassifyError::Unusable { path: file.path.clone(), source };
    let form = |reason| ClassifyError::Form { path: file.path.clone(), reason };
    let mut tokenizer = Tokenizer::from_bytes(&file.bytes).map_err(unusable)?;
    let words = tokenizer.get_vocab_size(true);
    if words != calibration.vocabulary {
        let reason = format!("it knows {words} tokens, the calibration speaks of {}", calibration.vocabulary);
        return Err(form(reason));
    }
    let truncation = TruncationParams { max_length: calibration.max_tokens, ..TruncationParams::default() };
    tokenizer.with_truncation(Some(truncation)).map_err(unusable)?;
    tokenizer.with_padding(None);
    Ok(tokenizer)
}

#[cfg(test)]
mod tests;
