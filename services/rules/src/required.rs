//! The literal strings of which any match of a regex holds at least one: what the one pass over the text looks for, so
//! that a regex runs only where it can match.
//!
//! The analysis is the usual one over the syntax tree: of each part either every string it can match, where those are
//! few, or a set of which one must occur; of a sequence the most telling part counts.

use std::collections::BTreeSet;

use regex_syntax::hir::{Class, Hir, HirKind};

/// Strings that a part may match exactly before they are given up as too many.
const MAX_EXACT: usize = 32;
/// Strings of a required set.
const MAX_REQUIRED: usize = 4_096;
/// How much every required string must tell: see [`telling`].
const MIN_TELLING: usize = 3;

/// Words so common that looking for them spares nothing.
const COMMON: [&str; 67] = [
    "a", "about", "all", "am", "an", "and", "are", "as", "at", "be", "but", "by", "can", "do", "for", "from", "get",
    "go", "going", "got", "had", "has", "have", "he", "her", "here", "him", "his", "how", "i", "if", "in", "is", "it",
    "just", "know", "like", "me", "my", "not", "now", "of", "on", "one", "or", "our", "she", "should", "so", "that",
    "the", "their", "them", "there", "they", "this", "to", "us", "was", "we", "what", "who", "will", "with", "would",
    "you", "your",
];

type Strings = BTreeSet<String>;

/// What is known of a part.
struct Part {
    /// Every string it can match, where they are few.
    exact: Option<Strings>,
    /// Strings of which every match holds one.
    required: Option<Strings>,
}

/// Strings of which every match holds at least one and that are not found everywhere; none where there is no such set.
pub(crate) fn required(hir: &Hir) -> Option<Vec<String>> {
    let part = analyse(hir);
    let set = best(part.required, part.exact)?;
    (telling_of(&set) >= MIN_TELLING).then(|| set.into_iter().collect())
}

fn analyse(hir: &Hir) -> Part {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Part::exactly([String::new()]),
        HirKind::Literal(literal) => Part::exactly([String::from_utf8_lossy(&literal.0).into_owned()]),
        HirKind::Class(class) => chars(class).map_or_else(Part::anything, Part::exactly),
        HirKind::Repetition(repetition) => {
            let sub = analyse(&repetition.sub);
            match (repetition.min, repetition.max) {
                (0, Some(1)) => {
                    let exact = sub.exact.map(|mut exact| {
                        exact.insert(String::new());
                        exact
                    });
                    Part { exact, required: None }
                }
                (0, _) => Part::anything(),
                (1, Some(1)) => sub,
                _ => Part { exact: None, required: best(sub.required, sub.exact) },
            }
        }
        HirKind::Capture(capture) => analyse(&capture.sub),
        HirKind::Concat(parts) => concat(parts),
        HirKind::Alternation(branches) => alternation(branches),
    }
}

fn chars(class: &Class) -> Option<Vec<String>> {
    let Class::Unicode(class) = class else { return None };
    let count: u32 = class.iter().map(|range| u32::from(range.end()) - u32::from(range.start()) + 1).sum();
    (count <= 4).then(|| class.iter().flat_map(|range| range.start()..=range.end()).map(String::from).collect())
}

fn concat(parts: &[Hir]) -> Part {
    let mut found: Option<Strings> = None;
    let mut run: Option<Strings> = Some([String::new()].into());
    let mut whole = true;
    for part in parts.iter().map(analyse) {
        found = best(found, part.required);
        let fits = |run: &Strings, exact: &Strings| run.len() * exact.len() <= MAX_EXACT;
        run = match (run, part.exact) {
            (Some(run), Some(exact)) if fits(&run, &exact) => {
                Some(run.iter().flat_map(|start| exact.iter().map(move |end| format!("{start}{end}"))).collect())
            }
            (run, exact) => {
                whole = false;
                found = best(found, run);
                exact
            }
        };
    }
    if whole { Part { exact: run, required: None } } else { Part { exact: None, required: best(found, run) } }
}

fn alternation(branches: &[Hir]) -> Part {
    let mut exact = Some(Strings::new());
    let mut required = Some(Strings::new());
    for branch in branches.iter().map(analyse) {
        exact = exact.zip(branch.exact.clone()).map(|(mut all, more)| {
            all.extend(more);
            all
        });
        exact = exact.filter(|all| all.len() <= MAX_REQUIRED);
        required = required.zip(best(branch.required, branch.exact)).map(|(mut all, more)| {
            all.extend(more);
            all
        });
        required = required.filter(|all| all.len() <= MAX_REQUIRED);
    }
    if exact.is_some() { Part { exact, required: None } } else { Part { exact: None, required } }
}

impl Part {
    fn exactly(strings: impl IntoIterator<Item = String>) -> Self {
        Self { exact: Some(strings.into_iter().collect()), required: None }
    }

    fn anything() -> Self {
        Self { exact: None, required: None }
    }
}

/// The set that spares more work: the one whose least telling string tells more, then the smaller.
fn best(a: Option<Strings>, b: Option<Strings>) -> Option<Strings> {
    let (Some(a), Some(b)) = (&a, &b) else { return a.or(b) };
    let value = |set: &Strings| (telling_of(set).min(5), std::cmp::Reverse(set.len()));
    if value(a) >= value(b) { Some(a.clone()) } else { Some(b.clone()) }
}

fn telling_of(set: &Strings) -> usize {
    set.iter().map(|string| telling(string)).min().unwrap_or(0)
}

/// The letters of its uncommon words, and one for each common one.
fn telling(string: &str) -> usize {
    let words = string.split(' ').filter(|word| !word.is_empty());
    words.map(|word| if COMMON.binary_search(&word).is_ok() { 1 } else { word.chars().count() }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(regex: &str, expected: Option<&[&str]>) {
        let found = required(&regex_syntax::parse(regex).unwrap());
        let found = found.as_ref().map(|found| found.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(found.as_deref(), expected, "{regex}");
    }

    #[test]
    fn the_most_telling_part_of_a_sequence_is_looked_for() {
        check("i will (?:[^ ]+ ){0,3}kill (?:you|him)", Some(&["kill him", "kill you"]));
        check("(?:kill|stab|shoot) (?:[^ ]+ ){0,3}judge", Some(&["judge"]));
        check("(?:throat|neck) cut", Some(&["neck cut", "throat cut"]));
        check("if i can not (?:[^ ]+ )", Some(&["if i can not "]));
        check("send (?:me )?(?:money )+now", Some(&["money "]));
    }

    #[test]
    fn a_regex_without_a_telling_word_in_every_branch_has_none() {
        for regex in ["[^ ]+s", "(?:kill|[^ ]+) you", "(?:kill)?", "ab|killing", "you are"] {
            check(regex, None);
        }
    }

    #[test]
    fn the_common_words_stand_in_order_for_the_search() {
        assert!(COMMON.is_sorted());
    }
}
