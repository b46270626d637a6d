//! The files of a classifier's folder, read once and checked against their `SHA256SUMS`.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::ClassifyError;

const SUMS: &str = "SHA256SUMS";
const CATEGORIES: &str = "categories.json";

/// A file whose bytes are those that `SHA256SUMS` names.
pub(super) struct Verified {
    pub(super) path: PathBuf,
    pub(super) bytes: Vec<u8>,
}

pub(super) struct Files {
    pub(super) model: Verified,
    pub(super) tokenizer: Verified,
    pub(super) calibration: Verified,
    /// Absent where the sums do not list one: such a model has its own heads alone.
    pub(super) categories: Option<Verified>,
    /// Of the first three, one after the other: what `cat` and `sha256sum` print.
    pub(super) sha256: String,
}

impl Files {
    /// A flipped bit among the weights changes scores and nothing else, so nothing is used unchecked.
    pub(super) fn read(folder: &Path) -> Result<Self, ClassifyError> {
        let sums = folder.join(SUMS);
        let listed = fs::read(&sums).map_err(|source| ClassifyError::Read { path: sums.clone(), source })?;
        let listed = String::from_utf8_lossy(&listed);
        let read = |file| verified(folder, file, &sums, &listed);
        let (model, tokenizer, calibration) = (read("model.onnx")?, read("tokenizer.json")?, read("calibration.json")?);
        let categories = if sum_of(CATEGORIES, &listed).is_some() { Some(read(CATEGORIES)?) } else { None };
        let all = [&model, &tokenizer, &calibration]
            .into_iter()
            .fold(Sha256::new(), |digest, file| digest.chain_update(&file.bytes));
        Ok(Self { model, tokenizer, calibration, categories, sha256: format!("{:x}", all.finalize()) })
    }
}

/// The sum that `listed`, lines as `sha256sum` prints them, gives for `file`.
fn sum_of<'a>(file: &str, listed: &'a str) -> Option<&'a str> {
    let mut lines = listed.lines().filter_map(|line| line.split_once("  "));
    lines.find_map(|(sum, name)| (name.trim_end() == file).then_some(sum))
}

fn verified(folder: &Path, file: &'static str, sums: &Path, listed: &str) -> Result<Verified, ClassifyError> {
    let listed = sum_of(file, listed).ok_or_else(|| ClassifyError::Unlisted { path: sums.to_owned(), file })?;
    let path = folder.join(file);
    let bytes = fs::read(&path).map_err(|source| ClassifyError::Read { path: path.clone(), source })?;
    let found = format!("{:x}", Sha256::digest(&bytes));
    if found == listed {
        Ok(Verified { path, bytes })
    } else {
        Err(ClassifyError::Damaged { path, found, listed: listed.to_owned() })
    }
}
