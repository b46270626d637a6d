//! What is wrong with a pack: every problem at once, each with its file, its line and, where there is one, a hint.

use std::fmt;

use crate::limits::MAX_PROBLEMS;

/// One problem of a pack.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{file}:{line}: {what}{}", Hint(.hint.as_deref()))]
pub struct PackError {
    /// The file, relative to the pack's folder.
    pub file: String,
    /// The line, from 1; 0 where the file as a whole is meant.
    pub line: usize,
    /// What is wrong.
    pub what: String,
    /// What would be right.
    pub hint: Option<String>,
}

struct Hint<'a>(Option<&'a str>);

impl fmt::Display for Hint<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |hint| write!(f, "\n  hint: {hint}"))
    }
}

/// Everything that is wrong with a pack, in order of file and line; never empty.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct PackErrors(Vec<PackError>);

impl PackErrors {
    /// The problems, or none where there are none.
    pub(crate) fn of(mut problems: Vec<PackError>) -> Option<Self> {
        problems.sort();
        problems.dedup();
        (!problems.is_empty()).then_some(Self(problems))
    }

    /// The problems, in order of file and line.
    pub fn all(&self) -> &[PackError] {
        &self.0
    }
}

impl fmt::Display for PackErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for problem in self.0.iter().take(MAX_PROBLEMS) {
            writeln!(f, "{problem}")?;
        }
        if self.0.len() > MAX_PROBLEMS {
            writeln!(f, "… and {} more", self.0.len() - MAX_PROBLEMS)?;
        }
        write!(f, "{} problem{} in the pack", self.0.len(), if self.0.len() == 1 { "" } else { "s" })
    }
}

/// The known name nearest to `name`, where one is near enough to be meant.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = |known: &&str| strsim::damerau_levenshtein(name, known);
    let best = known.into_iter().filter(|known| known.len().abs_diff(name.len()) <= 3).min_by_key(near)?;
    (near(&best) <= 1 + best.len() / 4).then_some(best)
}

/// `did you mean …?`, or else the whole list where it is short.
pub(crate) fn suggest(name: &str, known: &[&str]) -> Option<String> {
    match nearest(name, known.iter().copied()) {
        Some(near) => Some(format!("did you mean `{near}`?")),
        None if known.len() <= 20 => Some(format!("known here: {}", known.join(", "))),
        None => None,
    }
}
