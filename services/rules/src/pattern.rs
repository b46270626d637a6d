//! From wording to what the engine searches: normalised phrases, and regexes with their lists put in.
//!
//! In a regex, which sees normalised text, `<name>` stands for any phrase or regex of the list of that name, and `<3> `
//! (with the space after it) for up to three words. A regex begins and ends where a token does. As the text holds no `<`,
//! neither takes anything from the syntax of the `regex` crate; named groups are refused.

use std::{collections::BTreeMap, fmt::Write};

use regex::{Regex, RegexBuilder};
use regex_syntax::{ParserBuilder, hir::Hir};

use crate::{
    limits::{
        MAX_COMPILED_REGEX_BYTES, MAX_EXPANDED_REGEX_BYTES, MAX_GAP_WORDS, MAX_PHRASE_TOKENS, MAX_REGEX_BYTES,
        MAX_REGEX_NESTING,
    },
    model::{LanguagePatterns, List},
    normalise::{normalise_phrase, rewritten},
    problem::suggest,
    reading::Located,
    required::required,
};

/// One set of wordings in one language, ready to be searched.
#[derive(Clone, Debug, Default)]
pub(crate) struct Searchable {
    /// Normalised.
    pub(crate) phrases: Vec<String>,
    pub(crate) regexes: Vec<Searched>,
}

#[derive(Clone, Debug)]
pub(crate) struct Searched {
    pub(crate) regex: Regex,
    /// Strings of which any match holds one; empty in an exclusion, which is searched only beside a match.
    pub(crate) required: Vec<String>,
}

/// What wordings are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Purpose {
    Term,
    Except,
}

/// What is wrong with one phrase or regex, on which line.
pub(crate) type Fault = Located<(String, Option<String>)>;

fn fault(line: usize, what: impl Into<String>, hint: Option<&str>) -> Fault {
    Located { value: (what.into(), hint.map(str::to_owned)), line }
}

/// Compiles `patterns`, written in `language`, noting what is wrong in `faults`.
pub(crate) fn compile(
    patterns: &LanguagePatterns,
    language: &str,
    purpose: Purpose,
    lists: &BTreeMap<String, List>,
    faults: &mut Vec<Fault>,
) -> Searchable {
    let mut searchable = Searchable::default();
    for phrase in &patterns.phrases {
        match phrase_of(phrase, language) {
            Ok(phrase) => searchable.phrases.push(phrase),
            Err(wrong) => faults.push(wrong),
        }
    }
    for regex in &patterns.regexes {
        match regex_of(regex, language, purpose, lists) {
            Ok(regex) => searchable.regexes.push(regex),
            Err(wrong) => faults.push(wrong),
        }
    }
    searchable
}

fn phrase_of(phrase: &Located<String>, language: &str) -> Result<String, Fault> {
    let normalised = normalise_phrase(&phrase.value, language);
    let tokens = normalised.split(' ').filter(|token| !token.is_empty()).count();
    if tokens == 0 {
        return Err(fault(phrase.line, format!("nothing is left of {:?} once normalised", phrase.value), None));
    }
    if tokens > MAX_PHRASE_TOKENS {
        return Err(fault(phrase.line, format!("a phrase of {tokens} words; at most {MAX_PHRASE_TOKENS}"), None));
    }
    Ok(normalised)
}

fn regex_of(
    regex: &Located<String>,
    language: &str,
    purpose: Purpose,
    lists: &BTreeMap<String, List>,
) -> Result<Searched, Fault> {
    let (line, source) = (regex.line, regex.value.as_str());
    if source.len() > MAX_REGEX_BYTES {
        let what = format!("a regex of {} bytes; at most {MAX_REGEX_BYTES}", source.len());
        return Err(fault(line, what, Some("several regexes, or a list")));
    }
    lint(source, language).map_err(|(what, hint)| fault(line, what, Some(&hint)))?;
    let expanded = expand(source, language, lists, 0).map_err(|(what, hint)| fault(line, what, hint.as_deref()))?;
    let hir = parse(&expanded, line)?;
    let required = match (purpose, required(&hir)) {
        (Purpose::Except, _) => Vec::new(),
        (Purpose::Term, Some(required)) => required,
        (Purpose::Term, None) => {
            let hint = "each way to match needs a word that is not among the commonest, or three words on end";
            return Err(fault(line, "the regex has no words that one could look for first", Some(hint)));
        }
    };
    let bounded = format!(r"(?-u:\b)(?:{expanded})(?-u:\b)");
    let compiled = RegexBuilder::new(&bounded)
        .nest_limit(MAX_REGEX_NESTING + 4)
        .size_limit(MAX_COMPILED_REGEX_BYTES)
        .dfa_size_limit(MAX_COMPILED_REGEX_BYTES)
        .build();
    let regex = compiled.map_err(|error| fault(line, format!("not a regex: {}", last_line(&error)), None))?;
    Ok(Searched { regex, required })
}

/// The last line of a message that draws the regex above it.
fn last_line(error: &dyn std::error::Error) -> String {
    let text = error.to_string();
    text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
}

/// What is wrong with a regex, and a hint.
type Refusal = (String, Option<String>);

/// Lists within lists, so that one that holds itself ends.
const MAX_LIST_DEPTH: usize = 3;

/// Notes what is wrong with the regexes of a list, which need not be searchable on their own.
pub(crate) fn check_list(list: &List, lists: &BTreeMap<String, List>, faults: &mut Vec<Fault>) {
    for (language, patterns) in &list.patterns.languages {
        for phrase in &patterns.phrases {
            faults.extend(phrase_of(phrase, language).err());
        }
        for regex in &patterns.regexes {
            let expanded = lint(&regex.value, language)
                .map_err(|(what, hint)| (what, Some(hint)))
                .and_then(|()| expand(&regex.value, language, lists, 1));
            match expanded {
                Err((what, hint)) => faults.push(fault(regex.line, what, hint.as_deref())),
                Ok(expanded) => faults.extend(parse(&expanded, regex.line).err()),
            }
        }
    }
}

fn parse(expanded: &str, line: usize) -> Result<Hir, Fault> {
    if expanded.len() > MAX_EXPANDED_REGEX_BYTES {
        let what = format!("with its lists a regex of {} bytes; at most {MAX_EXPANDED_REGEX_BYTES}", expanded.len());
        return Err(fault(line, what, None));
    }
    let hir = ParserBuilder::new().nest_limit(MAX_REGEX_NESTING).build().parse(expanded);
    hir.map_err(|error| fault(line, format!("not a regex: {}", last_line(&error)), None))
}

fn expand(source: &str, language: &str, lists: &BTreeMap<String, List>, depth: usize) -> Result<String, Refusal> {
    let mut expanded = String::with_capacity(source.len());
    let mut rest = source;
    while let Some((before, after)) = rest.split_once('<') {
        if before.ends_with("(?") || before.ends_with("(?P") {
            return Err(("named groups are not supported".into(), Some("(?:…)".into())));
        }
        let Some((name, after)) = after.split_once('>') else {
            return Err(("`<` without `>`".into(), Some("<name> is a list, <3> is up to three words".into())));
        };
        expanded.push_str(before);
        if let Ok(words) = name.parse::<usize>() {
            let Some(after) = after.strip_prefix(' ').filter(|_| (1..=MAX_GAP_WORDS).contains(&words)) else {
                let hint = format!("1 to {MAX_GAP_WORDS} words, and a space after the gap");
                return Err((format!("<{words}> is not a gap"), Some(hint)));
            };
            // Writing to a string cannot fail.
            let _ = write!(expanded, "(?:[^ ]+ ){{0,{words}}}?");
            rest = after;
        } else {
            expanded.push_str(&alternatives(name, language, lists, depth)?);
            rest = after;
        }
        if expanded.len() > MAX_EXPANDED_REGEX_BYTES {
            break;
        }
    }
    expanded.push_str(rest);
    Ok(expanded)
}

fn alternatives(name: &str, language: &str, lists: &BTreeMap<String, List>, depth: usize) -> Result<String, Refusal> {
    let known: Vec<&str> = lists.keys().map(String::as_str).collect();
    let list = lists.get(name).ok_or_else(|| (format!("there is no list `{name}`"), suggest(name, &known)))?;
    if depth >= MAX_LIST_DEPTH {
        return Err((format!("list `{name}` stands more than {} lists deep", MAX_LIST_DEPTH - 1), None));
    }
    let Some(patterns) = list.patterns.languages.get(language) else {
        return Err((format!("list `{name}` has nothing in `{language}`"), None));
    };
    let mut all = String::from("(?:");
    for phrase in &patterns.phrases {
        all.push_str(&regex::escape(&normalise_phrase(&phrase.value, language)));
        all.push('|');
    }
    for regex in &patterns.regexes {
        all.push_str(&expand(&regex.value, language, lists, depth + 1)?);
        all.push('|');
        if all.len() > MAX_EXPANDED_REGEX_BYTES {
            break;
        }
    }
    all.pop();
    all.push(')');
    Ok(all)
}

/// What a regex must not hold since normalised text never does.
fn lint(source: &str, language: &str) -> Result<(), (String, String)> {
    let mut escaped = false;
    for c in source.chars() {
        if !escaped && (c.is_uppercase() || c == '\'' || c == '’') {
            return Err((format!("normalised text holds no {c:?}"), "lower case; contractions written out".into()));
        }
        escaped = c == '\\' && !escaped;
    }
    if language != "en" {
        return Ok(());
    }
    // Between these a run of letters is a whole word.
    for word in source.split([' ', '(', ')', '|', ':']).filter(|word| word.bytes().all(|b| b.is_ascii_lowercase())) {
        if let Some(written) = rewritten(word).filter(|written| !written.is_empty()) {
            let what = format!("normalised text never holds `{word}`");
            return Err((what, format!("it holds `{written}`")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
