//! Reads phrases and regexes by language, in place or from a list file.

use crate::{
    canonical,
    model::{List, Patterns},
    read_rule::{read_schema, read_version},
    reading::{Located, Section, Source},
};

/// Phrases under a language's key (of a term and a list: `en = […]`; of an exclusion: `terms.en = […]`) and regexes
/// under `regex.<language>`.
pub(crate) fn read_patterns(section: &Section<'_, '_>, phrases_in_place: bool) -> Patterns {
    let mut patterns = Patterns::default();
    if let Some(regexes) = section.section("regex") {
        for language in regexes.rest() {
            patterns.languages.entry(language.clone()).or_default().regexes = regexes.texts(&language);
        }
    }
    if phrases_in_place {
        read_phrases(section, &mut patterns);
    } else if let Some(terms) = section.section("terms") {
        read_phrases(&terms, &mut patterns);
        terms.finish();
    }
    patterns
}

fn read_phrases(section: &Section<'_, '_>, patterns: &mut Patterns) {
    for language in section.rest().into_iter().filter(|key| is_language(key)) {
        patterns.languages.entry(language.clone()).or_default().phrases = section.texts(&language);
    }
}

/// Whether a key can be an ISO 639 code.
fn is_language(key: &str) -> bool {
    (2..=3).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_lowercase())
}

pub(crate) fn read_list_name(section: &Section<'_, '_>) -> Option<Located<String>> {
    let value = section.text("list")?;
    if section.has("regex") || section.has("terms") || section.rest().iter().any(|key| is_language(key)) {
        section.note(section.line, "wording stands in a list or in place, not both", None);
    }
    Some(Located { value, line: section.line_of("list") })
}

/// The list of one file; none where something that the rest rests on is missing, which is noted then.
pub(crate) fn read_list(source: &Source<'_>) -> Option<List> {
    let table = source.parse()?;
    let root = Section::root(source, &table);
    let schema = read_schema(&root);
    let id = root.needed("id");
    let version = read_version(&root);
    root.text("title");
    let patterns = read_patterns(&root, true);
    if patterns.languages.is_empty() {
        root.note(1, "the list is empty", Some("en = [\"…\"]".into()));
    }
    root.finish();
    schema?;
    let body_hash = canonical::hash(&table, &["version"]);
    Some(List { id: id?, version: version?, file: source.file.to_owned(), body_hash, patterns })
}
