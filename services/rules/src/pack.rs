//! A rule pack: its files read, checked against each other, compiled, and named by one hash.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    canonical,
    limits::{MAX_PHRASES, MAX_REGEXES},
    model::{
        Expect::{Downgrade, Fire, Quiet, Suppress},
        List, Patterns, Rule, Wording,
    },
    pattern::{self, Fault, Purpose, Searchable},
    problem::{PackError, PackErrors, suggest},
    read_rule::{read_rule, read_schema, read_version},
    read_wording::read_list,
    reading::{Section, Source},
};

/// The version of the engine, which a pack's `engine` must admit.
pub const ENGINE_VERSION: &str = "1.0.0";

/// A versioned set of rules that has passed every static check.
#[derive(Clone, Debug)]
pub struct Pack {
    id: String,
    version: String,
    languages: Vec<String>,
    hash: String,
    pub(crate) rules: Vec<Rule>,
    pub(crate) lists: BTreeMap<String, List>,
    /// Where each rule's terms and exclusions, in that order, stand in `wordings`.
    pub(crate) wordings_of: Vec<Vec<usize>>,
    /// What is searched, by language.
    pub(crate) wordings: Vec<BTreeMap<String, Searchable>>,
}

struct Header {
    id: String,
    version: String,
    languages: Vec<String>,
    hash: String,
}

impl Pack {
    /// Reads a pack from its files: paths relative to the pack's folder, with `/`, and their text.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, PackErrors> {
        let mut problems = Vec::new();
        let (mut header, mut rules, mut lists) = (None, Vec::new(), Vec::new());
        let mut files: Vec<_> = files.into_iter().collect();
        files.sort_unstable();
        for (path, text) in files {
            let source = Source::new(path, text);
            match path.split_once('/') {
                None if path == "pack.toml" => header = read_header(&source),
                Some(("rules", _)) => rules.extend(read_rule(&source)),
                Some(("lists", _)) => lists.extend(read_list(&source)),
                _ => source.note(0, "this version reads pack.toml, rules/ and lists/ only", None),
            }
            problems.extend(source.into_problems());
        }
        if header.is_none() && problems.iter().all(|problem| problem.file != "pack.toml") {
            problems.push(problem("pack.toml", 0, "there is no pack.toml"));
        }
        let mut pack = Self {
            id: String::new(),
            version: String::new(),
            languages: Vec::new(),
            hash: String::new(),
            rules,
            lists: unique_lists(lists, &mut problems),
            wordings_of: Vec::new(),
            wordings: Vec::new(),
        };
        pack.rules.sort_by(|a, b| a.id.cmp(&b.id));
        check_rules(&pack.rules, &mut problems);
        if pack.within_bounds(&mut problems) {
            pack.compile(&mut problems);
        }
        if let Some(header) = header {
            pack.take_header(header, &mut problems);
        }
        PackErrors::of(problems).map_or(Ok(pack), Err)
    }

    /// The pack's name.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its semantic version.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The languages it has rules for, ISO 639-1.
    pub fn languages(&self) -> &[String] {
        &self.languages
    }

    /// SHA-256 over the canonical form of every file, lower-case hex: the same whatever the layout, the comments and the
    /// names of the files.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// Its rules, in order of id; a hit names its rule by the index here.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rules that somebody should have looked at before `today` (`2027-01-31`).
    pub fn overdue<'p>(&'p self, today: &'p str) -> impl Iterator<Item = &'p Rule> {
        self.rules.iter().filter(move |rule| rule.status.runs() && rule.review_by.as_str() < today)
    }

    /// What the terms of all rules stand for in `language`, each as one regex over normalised text, lists put in.
    pub fn patterns(&self, language: &str) -> Vec<String> {
        let terms = |at: usize| &self.wordings_of[at][..self.rules[at].terms.len()];
        let used: BTreeSet<usize> = (0..self.rules.len()).flat_map(|at| terms(at).iter().copied()).collect();
        let searchable = used.iter().filter_map(|&wording| self.wordings[wording].get(language));
        let sources = searchable.flat_map(|one| {
            let phrases = one.phrases.iter().map(|phrase| format!(r"(?-u:\b){}(?-u:\b)", regex::escape(phrase)));
            phrases.chain(one.regexes.iter().map(|searched| searched.regex.as_str().to_owned()))
        });
        sources.collect()
    }

    fn take_header(&mut self, header: Header, problems: &mut Vec<PackError>) {
        for rule in &self.rules {
            for language in rule.languages.iter().filter(|language| !header.languages.contains(language)) {
                problems.push(problem(&rule.file, 0, &format!("pack.toml does not name the language `{language}`")));
            }
        }
        let rules = self.rules.iter().map(|rule| (&*rule.id, &*rule.file_hash));
        let lists = self.lists.values().flat_map(|list| [(&*list.id, &*list.body_hash), (&*list.id, &*list.version)]);
        self.hash = canonical::hash_of_all(rules.chain(lists).chain([("pack.toml", &*header.hash)]));
        self.id = header.id;
        self.version = header.version;
        self.languages = header.languages;
    }

    /// Whether there is not more wording than one may compile.
    fn within_bounds(&self, problems: &mut Vec<PackError>) -> bool {
        let here = |wording: &Wording| match wording {
            Wording::Here(patterns) => count(patterns),
            Wording::List(_) => (0, 0),
        };
        let of_rule = |rule: &Rule| {
            let terms = rule.terms.iter().map(|term| here(&term.wording));
            add(terms.chain(rule.excepts.iter().map(|except| here(&except.wording))))
        };
        let lists = self.lists.values().map(|list| count(&list.patterns));
        let (phrases, regexes) = add(self.rules.iter().map(of_rule).chain(lists));
        for (found, most, what) in [(phrases, MAX_PHRASES, "phrases"), (regexes, MAX_REGEXES, "regexes")] {
            if found > most {
                problems.push(problem("pack.toml", 0, &format!("{found} {what} in the pack; at most {most}")));
            }
        }
        phrases <= MAX_PHRASES && regexes <= MAX_REGEXES
    }

    fn compile(&mut self, problems: &mut Vec<PackError>) {
        for list in self.lists.values() {
            let mut faults = Vec::new();
            pattern::check_list(list, &self.lists, &mut faults);
            problems.extend(faults.into_iter().map(|fault| of_fault(&list.file, fault)));
        }
        let mut of_lists: BTreeMap<(&str, Purpose), usize> = BTreeMap::new();
        for rule in &self.rules {
            let terms = rule.terms.iter().map(|term| (&term.wording, term.line, Purpose::Term));
            let excepts = rule.excepts.iter().map(|except| (&except.wording, except.line, Purpose::Except));
            let mut indexes = Vec::new();
            for (wording, line, purpose) in terms.chain(excepts) {
                let (patterns, file) = match wording {
                    Wording::Here(patterns) => (patterns, &rule.file),
                    Wording::List(name) => {
                        let Some(list) = self.lists.get(&name.value) else {
                            let known: Vec<&str> = self.lists.keys().map(String::as_str).collect();
                            let what = format!("there is no list `{}`", name.value);
                            let hint = suggest(&name.value, &known);
                            problems.push(PackError { file: rule.file.clone(), line: name.line, what, hint });
                            continue;
                        };
                        (&list.patterns, &list.file)
                    }
                };
                missing_languages(rule, patterns, line, problems);
                if let Wording::List(name) = wording
                    && let Some(&index) = of_lists.get(&(&*name.value, purpose))
                {
                    indexes.push(index);
                    continue;
                }
                let mut faults = Vec::new();
                let compiled = patterns.languages.iter().map(|(language, patterns)| {
                    (language.clone(), pattern::compile(patterns, language, purpose, &self.lists, &mut faults))
                });
                self.wordings.push(compiled.collect());
                problems.extend(faults.into_iter().map(|fault| of_fault(file, fault)));
                let index = self.wordings.len() - 1;
                if let Wording::List(name) = wording {
                    of_lists.insert((&name.value, purpose), index);
                }
                indexes.push(index);
            }
            self.wordings_of.push(indexes);
        }
    }
}

fn read_header(source: &Source<'_>) -> Option<Header> {
    let table = source.parse()?;
    let root = Section::root(source, &table);
    let schema = read_schema(&root);
    let (id, version) = (root.needed("id"), read_version(&root));
    root.text("title");
    root.text("owner");
    root.texts("changelog");
    root.later(&["signer"], "");
    let engine = root.needed("engine");
    match engine.as_deref().map(semver::VersionReq::parse) {
        Some(Ok(range)) if semver::Version::parse(ENGINE_VERSION).is_ok_and(|version| !range.matches(&version)) => {
            root.note(root.line_of("engine"), format!("the pack is not for engine {ENGINE_VERSION}"), None);
        }
        Some(Err(_)) => {
            root.note(root.line_of("engine"), "`engine` is not a range of versions", Some("engine = \"1\"".into()));
        }
        _ => {}
    }
    let languages: Vec<String> = root.texts("languages").into_iter().map(|language| language.value).collect();
    if languages.is_empty() {
        root.note(1, "`languages` names no language", Some("languages = [\"en\"]".into()));
    }
    root.finish();
    schema?;
    Some(Header { id: id?, version: version?, languages, hash: canonical::hash(&table, &[]) })
}

fn problem(file: &str, line: usize, what: &str) -> PackError {
    PackError { file: file.to_owned(), line, what: what.to_owned(), hint: None }
}

fn of_fault(file: &str, fault: Fault) -> PackError {
    let (what, hint) = fault.value;
    PackError { file: file.to_owned(), line: fault.line, what, hint }
}

fn unique_lists(lists: Vec<List>, problems: &mut Vec<PackError>) -> BTreeMap<String, List> {
    let mut unique: BTreeMap<String, List> = BTreeMap::new();
    for list in lists {
        if let Some(first) = unique.get(&list.id) {
            problems.push(problem(&list.file, 0, &format!("list `{}` is in {} as well", list.id, first.file)));
        } else {
            unique.insert(list.id.clone(), list);
        }
    }
    unique
}

fn check_rules(rules: &[Rule], problems: &mut Vec<PackError>) {
    for two in rules.windows(2).filter(|two| two[0].id == two[1].id) {
        problems.push(problem(&two[1].file, 0, &format!("rule `{}` is in {} as well", two[1].id, two[0].file)));
    }
    for rule in rules.iter().filter(|rule| rule.status.runs()) {
        if !rule.tests.iter().any(|test| matches!(test.expect, Fire | Downgrade(_))) {
            problems.push(problem(&rule.file, 0, "a rule that runs needs an example with expect = \"fire\""));
        }
        if !rule.tests.iter().any(|test| matches!(test.expect, Quiet | Suppress(_))) {
            problems.push(problem(&rule.file, 0, "a rule that runs needs an example with expect = \"quiet\""));
        }
    }
}

fn missing_languages(rule: &Rule, patterns: &Patterns, line: usize, problems: &mut Vec<PackError>) {
    for language in &rule.languages {
        let there =
            patterns.languages.get(language).is_some_and(|one| !one.phrases.is_empty() || !one.regexes.is_empty());
        if !there {
            problems.push(problem(
                &rule.file,
                line,
                &format!("no wording in `{language}`, which the rule's scope names"),
            ));
        }
    }
}

fn count(patterns: &Patterns) -> (usize, usize) {
    add(patterns.languages.values().map(|one| (one.phrases.len(), one.regexes.len())))
}

fn add(counts: impl Iterator<Item = (usize, usize)>) -> (usize, usize) {
    counts.fold((0, 0), |(a, b), (c, d)| (a + c, b + d))
}
