//! The classifier that comes with Earwitness: a small sentence encoder with one head a category, run by tract.

mod calibration;
mod categories;
mod files;
mod fold;
mod network;

use std::path::{Path, PathBuf};

use tokenizers::{Tokenizer, TruncationParams};

use crate::{Classifier, ClassifyError, ModelIdentity, Scores};
use calibration::Calibration;
use categories::CategoryHeads;
use files::Files;
use network::{Network, Passed};

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
    categories: Option<CategoryHeads>,
    /// Of the model's own heads, then of the category heads.
    heads: Vec<String>,
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
        Self::of(Files { categories: None, ..Files::read(folder)? })
    }

    /// As [`load`](Self::load), and the heads of `categories.json` after the model's own if `SHA256SUMS` lists that file.
    ///
    /// They are named `category_threat` and so on, and have an [identity of their own](Classifier::identity_of).
    ///
    /// # Errors
    /// Those of [`load`](Self::load).
    pub fn load_with_categories(folder: &Path) -> Result<Self, ClassifyError> {
        Self::of(Files::read(folder)?)
    }

    fn of(files: Files) -> Result<Self, ClassifyError> {
        let calibration = Calibration::parse(&files.calibration)?;
        let tokenizer = tokenizer(&files.tokenizer, &calibration)?;
        let parse = |file: &files::Verified| CategoryHeads::parse(file, &files.sha256);
        let categories = files.categories.as_ref().map(parse).transpose()?;
        let network = Network::parse(&files.model, categories.as_ref().map_or(&[], |heads| heads.layers.as_slice()))?;
        let identity = ModelIdentity { name: NAME.to_owned(), sha256: files.sha256 };
        let names = categories.iter().flat_map(|heads| &heads.names);
        let heads = calibration.heads.iter().chain(names).cloned().collect();
        let minilm = Self { tokenizer, network, calibration, categories, heads, identity };
        minilm.check_fit(files.model.path)?;
        Ok(minilm)
    }

    /// Whether the model gives what calibration and category heads read.
    fn check_fit(&self, path: PathBuf) -> Result<(), ClassifyError> {
        let longest = "a ".repeat(self.calibration.max_tokens);
        let Passed { logits, embedding } = self
            .pass(&longest)
            .map_err(|error| ClassifyError::Unusable { path: path.clone(), source: error.into() })?;
        let heads = self.calibration.heads.len();
        if logits.len() != heads || !logits.iter().all(|logit| logit.is_finite()) {
            let reason = format!("it gives {logits:?} instead of {heads} finite logits");
            return Err(ClassifyError::Form { path, reason });
        }
        let width = self.categories.as_ref().map_or(0, |heads| heads.width);
        if embedding.len() != width {
            let reason = format!("its inner layers are {} wide, the category heads read {width}", embedding.len());
            return Err(ClassifyError::Form { path, reason });
        }
        Ok(())
    }

    fn pass(&self, text: &str) -> Result<Passed, ClassifyError> {
        let text = &text[..text.floor_char_boundary(MAX_BYTES)];
        let encoding = self.tokenizer.encode_fast(text, true).map_err(ClassifyError::Tokenise)?;
        let ids = encoding.get_ids();
        self.network.run(ids).map_err(|source| ClassifyError::Run { tokens: ids.len(), source })
    }
}

impl Classifier for MiniLm {
    fn heads(&self) -> &[String] {
        &self.heads
    }

    fn identity(&self) -> &ModelIdentity {
        &self.identity
    }

    fn identity_of(&self, head: usize) -> &ModelIdentity {
        let categories = self.categories.as_ref().filter(|_| head >= self.calibration.heads.len());
        categories.map_or(&self.identity, |categories| &categories.identity)
    }

    fn score(&self, text: &str) -> Result<Scores, ClassifyError> {
        let Passed { logits, embedding } = self.pass(text)?;
        let own = self.calibration.apply(&logits);
        let further = self.categories.iter().flat_map(|heads| heads.log_odds(&embedding));
        Ok(Scores::from_log_odds(own.log_odds().iter().copied().chain(further).collect()))
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
