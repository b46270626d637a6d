//! Heads for the categories of the rules, on what the inner layers of the encoder make of a text.
//!
//! The encoder's last layer was trained for its own eight heads and keeps little else; the layers below still tell apart
//! what those heads never saw. Reading them costs nothing: the pass computes them anyway.

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::files::Verified;
use crate::{ClassifyError, ModelIdentity};

const NAME: &str = "minilm-l6-categories";

/// Sets the heads apart from the model's own of the same category.
const PREFIX: &str = "category_";

/// `categories.json` as it lies on disk; keys beyond these describe the heads for people.
#[derive(Deserialize)]
struct Document {
    version: u32,
    /// SHA-256 of the model that the heads were trained on, as [`ModelIdentity`] has it.
    model_sha256: String,
    /// The values of the model's graph, [1, tokens, width], whose means over the tokens the heads read one after the other.
    layers: Vec<String>,
    heads: Vec<Head>,
}

/// Calibrated log-odds = `weights` · embedding + `bias`.
#[derive(Deserialize)]
struct Head {
    category: String,
    weights: Vec<f32>,
    bias: f32,
}

pub(super) struct CategoryHeads {
    pub(super) layers: Vec<String>,
    /// `category_threat` and so on, in the order of [`log_odds`](Self::log_odds).
    pub(super) names: Vec<String>,
    pub(super) identity: ModelIdentity,
    /// Of every head's weights.
    pub(super) width: usize,
    heads: Vec<Head>,
}

impl CategoryHeads {
    /// `model_sha256` is the model at hand: with another the same weights would score anything.
    pub(super) fn parse(file: &Verified, model_sha256: &str) -> Result<Self, ClassifyError> {
        let form = |reason| ClassifyError::Form { path: file.path.clone(), reason };
        let document: Document = serde_json::from_slice(&file.bytes)
            .map_err(|source| ClassifyError::Unusable { path: file.path.clone(), source: source.into() })?;
        if document.model_sha256 != model_sha256 {
            let reason = format!("it was made for the model {}, this one is {model_sha256}", document.model_sha256);
            return Err(form(reason));
        }
        let width = document.heads.first().map_or(0, |head| head.weights.len());
        for Head { category, weights, bias } in &document.heads {
            if weights.len() != width || width == 0 || !weights.iter().chain([bias]).all(|value| value.is_finite()) {
                return Err(form(format!("the head {category} wants {width} finite weights and a finite bias")));
            }
        }
        let names = document.heads.iter().map(|head| format!("{PREFIX}{}", head.category)).collect();
        let identity = ModelIdentity {
            name: format!("{NAME}-{}", document.version),
            sha256: format!("{:x}", Sha256::digest(&file.bytes)),
        };
        Ok(Self { layers: document.layers, names, identity, width, heads: document.heads })
    }

    /// One a head, calibrated.
    pub(super) fn log_odds(&self, embedding: &[f32]) -> impl Iterator<Item = f32> {
        self.heads.iter().map(move |Head { weights, bias, .. }| {
            weights.iter().zip(embedding).map(|(weight, value)| weight * value).sum::<f32>() + bias
        })
    }
}
