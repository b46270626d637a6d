//! `rules.lock`: the hash of every rule's and list's body beside its version, so that no body changes under a version.

use std::{collections::BTreeMap, fmt::Write};

use crate::{
    pack::Pack,
    problem::{PackError, PackErrors},
    reading::{Section, Source},
};

/// What each body was when its version was last given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock(BTreeMap<String, Entry>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    version: String,
    body: String,
}

impl Lock {
    /// The file beside `pack.toml`.
    pub const FILE: &'static str = "rules.lock";

    /// The lock of a pack as it is.
    pub fn of(pack: &Pack) -> Self {
        let entry = |version: &str, body: &str| Entry { version: version.to_owned(), body: body.to_owned() };
        let rules = pack.rules().iter().map(|rule| (rule.id.clone(), entry(&rule.version, &rule.body_hash)));
        let lists =
            pack.lists.values().map(|list| (format!("list/{}", list.id), entry(&list.version, &list.body_hash)));
        Self(rules.chain(lists).collect())
    }

    /// Reads a lock file.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, PackErrors> {
        let source = Source::new(Self::FILE, text);
        let table = source.parse().unwrap_or_default();
        let root = Section::root(&source, &table);
        let mut entries = BTreeMap::new();
        for id in root.rest() {
            let Some(section) = root.section(&id) else { continue };
            if let (Some(version), Some(body)) = (section.needed("version"), section.needed("body")) {
                entries.insert(id, Entry { version, body });
            }
            section.finish();
        }
        drop(root);
        PackErrors::of(source.into_problems()).map_or(Ok(Self(entries)), Err)
    }

    /// The text of the lock file, in order of id.
    pub fn to_text(&self) -> String {
        let mut text = String::from("# Written by `cargo xtask generate`: a changed body needs a new version first.\n");
        for (id, Entry { version, body }) in &self.0 {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "\"{id}\" = {{ version = \"{version}\", body = \"{body}\" }}");
        }
        text
    }

    /// What a pack changed without the version that its change needs, and where the lock is behind the pack.
    ///
    /// A changed body under an old version must be mended by hand; all else by writing the lock anew.
    pub fn differences(&self, pack: &Pack) -> Vec<PackError> {
        let now = Self::of(pack);
        let note = |what: String, hint: &str| PackError {
            file: Self::FILE.to_owned(),
            line: 0,
            what,
            hint: Some(hint.to_owned()),
        };
        let anew = "cargo xtask generate";
        let mut differences = Vec::new();
        for (id, entry) in &now.0 {
            match self.0.get(id) {
                None => differences.push(note(format!("`{id}` is new"), anew)),
                Some(locked) if locked.version == entry.version && locked.body != entry.body => {
                    let what = format!("the body of `{id}` changed, its version {} did not", entry.version);
                    differences.push(note(what, "raise the version"));
                }
                Some(locked) if locked != entry => {
                    let what = format!("`{id}` went from {} to {}", locked.version, entry.version);
                    differences.push(note(what, anew));
                }
                Some(_) => {}
            }
        }
        let gone = self.0.keys().filter(|id| !now.0.contains_key(*id));
        differences
            .extend(gone.map(|id| note(format!("`{id}` is gone: retire a rule, its id is never used again"), anew)));
        differences
    }
}
