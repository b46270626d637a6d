//! Logits to calibrated log-odds: Platt scaling, head by head.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use serde::Deserialize;

use super::files::Verified;
use crate::{ClassifyError, Scores};

/// A text needs one token beside the marks at its ends, and the encoder has positions for 512 (Devlin et al. 2019).
const MAX_TOKENS: RangeInclusive<usize> = 3..=512;

/// Platt scaling: probability = 1 / (1 + exp(-(`a` · logit + `b`))).
#[derive(Clone, Copy, Deserialize)]
struct Platt {
    a: f32,
    b: f32,
}

/// `calibration.json` as it lies on disk; keys beyond these describe the model for people.
#[derive(Deserialize)]
struct Document {
    categories: Vec<String>,
    platt: BTreeMap<String, Platt>,
    max_tokens: usize,
    architecture: Architecture,
}

#[derive(Deserialize)]
struct Architecture {
    vocab: usize,
}

pub(super) struct Calibration {
    /// In the order of the model's logits.
    pub(super) heads: Vec<String>,
    platt: Vec<Platt>,
    /// The model's reach, with the mark at either end of the text.
    pub(super) max_tokens: usize,
    /// How many tokens the model knows.
    pub(super) vocabulary: usize,
}

impl Calibration {
    pub(super) fn parse(file: &Verified) -> Result<Self, ClassifyError> {
        let form = |reason| ClassifyError::Form { path: file.path.clone(), reason };
        let document: Document = serde_json::from_slice(&file.bytes)
            .map_err(|source| ClassifyError::Unusable { path: file.path.clone(), source: source.into() })?;
        let platt = document
            .categories
            .iter()
            .map(|head| match document.platt.get(head) {
                Some(platt) if platt.a > 0.0 && platt.a.is_finite() && platt.b.is_finite() => Ok(*platt),
                Some(_) => Err(form(format!("platt.{head} wants a finite a above 0 and a finite b"))),
                None => Err(form(format!("platt.{head} is missing"))),
            })
            .collect::<Result<Vec<Platt>, _>>()?;
        if platt.is_empty() {
            return Err(form("categories is empty".to_owned()));
        }
        if !MAX_TOKENS.contains(&document.max_tokens) {
            return Err(form(format!("max_tokens is {}, not one of {MAX_TOKENS:?}", document.max_tokens)));
        }
        let (heads, max_tokens, vocabulary) = (document.categories, document.max_tokens, document.architecture.vocab);
        Ok(Self { heads, platt, max_tokens, vocabulary })
    }

    pub(super) fn apply(&self, logits: &[f32]) -> Scores {
        Scores::from_log_odds(logits.iter().zip(&self.platt).map(|(logit, platt)| platt.a * logit + platt.b).collect())
    }
}
