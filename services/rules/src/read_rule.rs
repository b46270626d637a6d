//! Reads one rule file. What the full format has and this version has not is refused by name, never ignored.

use std::str::FromStr;

use domain::{Category, Severity};

use crate::{
    canonical, dsa,
    limits::{MAX_EXCEPT_TOKENS, MAX_EXCEPTS, MAX_MATCH_SECONDS, MAX_MATCH_TOKENS, MAX_TERMS},
    model::{Effect, Except, Ground, Match, Rule, Status, Term, Wording},
    problem::suggest,
    read_test::read_tests,
    read_wording::{read_list_name, read_patterns},
    reading::{Section, Source},
};

/// Keys that change no behaviour of a rule: their change needs no new version.
const NOT_BODY: [&str; 2] = ["version", "test"];

/// The rule of one file; none where something that the rest rests on is missing, which is noted then.
pub(crate) fn read_rule(source: &Source<'_>) -> Option<Rule> {
    let table = source.parse()?;
    let root = Section::root(source, &table);
    let schema = read_schema(&root);
    root.later(&["kind", "of", "type", "aliases"], "correlation rules and aliases come with a later schema");
    let id = root.needed("id").filter(|id| is_rule_id(&root, id));
    let category = id.as_deref().and_then(|id| category_of(&root, id));
    let (version, title, owner, why) =
        (read_version(&root), root.needed("title"), root.needed("owner"), root.needed("why"));
    let status = read_status(&root);
    let review_by = read_review(&root);
    let explain = root.text("explain");
    let known_gaps = root.texts("known_gaps").into_iter().map(|gap| gap.value).collect();
    let known_false = root.texts("known_false").into_iter().map(|gap| gap.value).collect();
    let (languages, jurisdictions) = read_scope(&root);
    let (statement_category, keywords, grounds) = read_dsa(&root)?;
    let severity = read_severity(&root);
    let terms = read_terms(&root);
    let needs = read_match(&root, &terms);
    let excepts = root.sections("except");
    if excepts.len() > MAX_EXCEPTS {
        root.note(root.line, format!("{} exclusions in one rule; at most {MAX_EXCEPTS}", excepts.len()), None);
        return None;
    }
    let excepts: Vec<Except> = excepts.iter().filter_map(read_except).collect();
    let min_word_prob = read_guard(&root);
    let tests = read_tests(&root, &languages, &excepts);
    check_explain(&root, explain.as_deref(), &terms);
    root.finish();
    schema?;
    Some(Rule {
        id: id?,
        version: version?,
        category: category?,
        title: title?,
        status: status?,
        owner: owner?,
        review_by: review_by?,
        why: why?,
        explain,
        known_gaps,
        known_false,
        languages,
        jurisdictions,
        statement_category,
        keywords,
        grounds,
        severity: severity?,
        tests,
        file: source.file.to_owned(),
        body_hash: canonical::hash(&table, &NOT_BODY),
        file_hash: canonical::hash(&table, &[]),
        terms,
        needs: needs?,
        excepts,
        min_word_prob,
    })
}

/// The only schema there is, of rules, lists and packs alike.
pub(crate) fn read_schema(root: &Section<'_, '_>) -> Option<()> {
    match root.integer("schema") {
        Some(1) => return Some(()),
        Some(other) => {
            root.note(root.line_of("schema"), format!("schema {other} is not supported by this version"), None);
        }
        None if !root.has("schema") => root.note(1, "`schema` is missing", Some("schema = 1".into())),
        None => {}
    }
    None
}

pub(crate) fn read_version(root: &Section<'_, '_>) -> Option<String> {
    let version = root.needed("version")?;
    if semver::Version::parse(&version).is_err() {
        let what = format!("version {version:?} is not a semantic version");
        root.note(root.line_of("version"), what, Some("three numbers such as 1.0.0".into()));
    }
    Some(version)
}

fn is_rule_id(root: &Section<'_, '_>, id: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_".contains(&b))
    };
    let fine = id.len() <= 80 && id.split_once('.').is_some_and(|(category, name)| part(category) && part(name));
    if !fine {
        let hint = "`<category>.<name>` in lower-case letters, digits, `-` and `_`, at most 80".into();
        root.note(root.line_of("id"), format!("{id:?} is not an id of a rule"), Some(hint));
    }
    fine
}

fn category_of(root: &Section<'_, '_>, id: &str) -> Option<Category> {
    let name = id.split('.').next().unwrap_or_default();
    if let Ok(category) = Category::from_str(name) {
        return Some(category);
    }
    let known: Vec<&str> = Category::ALL.iter().map(|category| category.as_str()).collect();
    root.note(root.line_of("id"), format!("an id begins with a category, and `{name}` is none"), suggest(name, &known));
    None
}

fn read_status(root: &Section<'_, '_>) -> Option<Status> {
    let name = root.needed("status")?;
    let line = root.line_of("status");
    if name == "canary" {
        root.note(
            line,
            "status `canary` is not supported by this version",
            Some("`shadow` runs without flagging".into()),
        );
        return None;
    }
    let found = Status::NAMES.iter().find(|(known, _)| *known == name).map(|(_, status)| *status);
    if found.is_none() {
        root.note(line, format!("`{name}` is not a status"), suggest(&name, &Status::NAMES.map(|(known, _)| known)));
    }
    found
}

fn read_review(root: &Section<'_, '_>) -> Option<String> {
    if !root.has("review_by") {
        root.note(root.line, "`review_by` is missing", Some("a date, such as 2027-01-31".into()));
    }
    root.date("review_by")
}

fn read_scope(root: &Section<'_, '_>) -> (Vec<String>, Vec<String>) {
    let Some(scope) = root.section("scope") else {
        root.note(root.line, "`[scope]` is missing", Some("languages = [\"en\"]".into()));
        return (Vec::new(), Vec::new());
    };
    let languages: Vec<String> = scope.texts("languages").into_iter().map(|language| language.value).collect();
    if languages.is_empty() {
        scope.note(scope.line, "`scope.languages` names no language", Some("languages = [\"en\"]".into()));
    }
    let jurisdictions = scope.texts("jurisdictions").into_iter().map(|place| place.value).collect();
    scope.finish();
    (languages, jurisdictions)
}

fn read_dsa(root: &Section<'_, '_>) -> Option<(String, Vec<String>, Vec<Ground>)> {
    let Some(dsa) = root.section("dsa") else {
        root.note(root.line, "`[dsa]` is missing", None);
        return None;
    };
    let category = dsa.needed("category")?;
    let keywords = dsa.texts("keywords");
    match dsa::keywords(&category) {
        None => {
            let known: Vec<&str> = dsa::categories().collect();
            let what = format!("`{category}` is not a category that a rule may name");
            dsa.note(dsa.line_of("category"), what, suggest(&category, &known));
        }
        Some(known) => {
            for keyword in keywords.iter().filter(|keyword| !known.contains(&keyword.value.as_str())) {
                let what = format!("`{}` is not a keyword of {category}", keyword.value);
                dsa.note(keyword.line, what, suggest(&keyword.value, &known));
            }
        }
    }
    if keywords.is_empty() {
        dsa.note(
            dsa.line,
            "`dsa.keywords` names no keyword",
            Some(format!("{} fits every category", dsa::KEYWORD_OTHER)),
        );
    }
    let grounds = dsa.sections("ground").iter().filter_map(read_ground).collect();
    dsa.finish();
    Some((category, keywords.into_iter().map(|keyword| keyword.value).collect(), grounds))
}

fn read_ground(ground: &Section<'_, '_>) -> Option<Ground> {
    let (place, kind, cite) = (ground.needed("where"), ground.needed("kind"), ground.needed("cite"));
    ground.finish();
    let kind = kind?;
    if kind != "illegal" && kind != "terms" {
        let what = format!("`{kind}` is not a kind of ground");
        ground.note(ground.line_of("kind"), what, suggest(&kind, &["illegal", "terms"]));
    }
    Some(Ground { place: place?, illegal: kind == "illegal", cite: cite? })
}

fn read_severity(root: &Section<'_, '_>) -> Option<Severity> {
    let Some(section) = root.section("severity") else {
        root.note(root.line, "`[severity]` is missing", Some("base = 1 (low) to 4 (critical)".into()));
        return None;
    };
    section.later(&["raise"], "");
    let base = section.integer("base");
    section.finish();
    let found = base.and_then(|base| Severity::ALL.get(usize::try_from(base).ok()?.checked_sub(1)?).copied());
    if found.is_none() {
        let hint = "1 is low, 2 medium, 3 high, 4 critical".to_owned();
        section.note(section.line_of("base"), "`severity.base` is a number from 1 to 4", Some(hint));
    }
    found
}

fn read_terms(root: &Section<'_, '_>) -> Vec<Term> {
    let Some(section) = root.section("terms") else {
        root.note(root.line, "`[terms]` is missing: the rule looks for nothing", None);
        return Vec::new();
    };
    let mut terms = Vec::new();
    let names = section.rest();
    if names.len() > MAX_TERMS {
        section.note(section.line, format!("{} terms in one rule; at most {MAX_TERMS}", names.len()), None);
        return Vec::new();
    }
    for name in names {
        let Some(term) = section.section(&name) else { continue };
        if let Some(tolerance) = term.text("tolerance").filter(|tolerance| tolerance != "exact") {
            let what = format!("tolerance `{tolerance}` is not supported by this version");
            term.note(term.line_of("tolerance"), what, Some("tolerance = \"exact\"".into()));
        }
        term.later(&["misheard"], "");
        let list = read_list_name(&term);
        let patterns = read_patterns(&term, true);
        term.finish();
        let wording = list.map_or(Wording::Here(patterns), Wording::List);
        terms.push(Term { name, line: term.line, wording });
    }
    terms
}

fn read_match(root: &Section<'_, '_>, terms: &[Term]) -> Option<Match> {
    let Some(section) = root.section("match") else {
        root.note(root.line, "`[match]` is missing", Some("any = [\"…\"] or all = [\"…\"]".into()));
        return None;
    };
    section.later(&["min_score", "when"], "");
    let (all, any) = (section.texts("all"), section.texts("any"));
    for (key, only) in [("speaker", "same"), ("bridge", "segments")] {
        if let Some(other) = section.text(key).filter(|value| value != only) {
            let what = format!("`match.{key} = {other:?}` is not supported by this version");
            section.note(section.line_of(key), what, Some(format!("{key} = \"{only}\"")));
        }
    }
    let (mut tokens, mut seconds) = (MAX_MATCH_TOKENS, MAX_MATCH_SECONDS);
    if let Some(within) = section.section("within") {
        tokens = read_count(&within, "tokens", MAX_MATCH_TOKENS).unwrap_or(tokens);
        seconds = within.number("seconds").unwrap_or(seconds);
        if !(seconds > 0.0 && seconds <= MAX_MATCH_SECONDS) {
            let what = format!("`match.within.seconds` lies above 0 and at most at {MAX_MATCH_SECONDS}");
            within.note(within.line_of("seconds"), what, None);
        }
        within.finish();
    }
    section.finish();
    check_terms_used(&section, terms, &all, &any);
    Some(Match { all, any, tokens, seconds })
}

type Names = [crate::reading::Located<String>];

fn check_terms_used(section: &Section<'_, '_>, terms: &[Term], all: &Names, any: &Names) {
    if all.is_empty() && any.is_empty() {
        section.note(section.line, "`[match]` names no term", Some("any = [\"…\"] or all = [\"…\"]".into()));
    }
    let known: Vec<&str> = terms.iter().map(|term| term.name.as_str()).collect();
    for name in all.iter().chain(any).filter(|name| !known.contains(&name.value.as_str())) {
        section.note(name.line, format!("there is no term `{}`", name.value), suggest(&name.value, &known));
    }
    for term in terms.iter().filter(|term| !all.iter().chain(any).any(|name| name.value == term.name)) {
        section.note(term.line, format!("term `{}` is used by nothing", term.name), None);
    }
}

fn read_count(section: &Section<'_, '_>, key: &str, most: usize) -> Option<usize> {
    let number = section.integer(key)?;
    let count = usize::try_from(number).ok().filter(|&count| count <= most);
    if count.is_none() {
        section.note(section.line_of(key), format!("`{key}` is at most {most}, not {number}"), None);
    }
    count
}

fn read_except(section: &Section<'_, '_>) -> Option<Except> {
    let id = section.needed("id");
    let list = read_list_name(section);
    let patterns = read_patterns(section, false);
    let has_zone = ["before_tokens", "after_tokens", "inside"].iter().any(|key| section.has(key));
    if !has_zone {
        section.note(section.line, "an exclusion says how far it looks", Some("before_tokens = 6".into()));
    }
    let before_tokens = read_count(section, "before_tokens", MAX_EXCEPT_TOKENS).unwrap_or(0);
    let after_tokens = read_count(section, "after_tokens", MAX_EXCEPT_TOKENS).unwrap_or(0);
    let inside = section.yes("inside");
    let bridge = section.text("bridge");
    if let Some(other) = bridge.as_deref().filter(|&value| value != "sentences") {
        let what = format!("`except.bridge = {other:?}` is not supported by this version");
        section.note(section.line_of("bridge"), what, Some("bridge = \"sentences\", or nothing".into()));
    }
    let effect = section.needed("effect");
    let known = match effect.as_deref() {
        Some("suppress") => Some(Effect::Suppress),
        Some("downgrade") => Some(Effect::Downgrade),
        Some(other) => {
            let what = format!("`{other}` is not an effect");
            section.note(section.line_of("effect"), what, suggest(other, &["suppress", "downgrade"]));
            None
        }
        None => None,
    };
    section.finish();
    let wording = list.map_or(Wording::Here(patterns), Wording::List);
    let over_sentences = bridge.is_some();
    Some(Except {
        id: id?,
        line: section.line,
        wording,
        before_tokens,
        after_tokens,
        inside,
        over_sentences,
        effect: known?,
    })
}

fn read_guard(root: &Section<'_, '_>) -> f32 {
    let Some(guard) = root.section("guard") else { return 0.0 };
    guard.later(&["max_no_speech", "needs_vad"], "the transcriber judges that before a rule sees the words");
    let least = guard.number("min_word_prob").unwrap_or(0.0);
    if !(0.0..=1.0).contains(&least) {
        guard.note(guard.line_of("min_word_prob"), "`guard.min_word_prob` lies between 0 and 1", None);
    }
    guard.finish();
    #[expect(clippy::cast_possible_truncation, reason = "a probability, compared with other f32 probabilities")]
    let least = least as f32;
    least
}

fn check_explain(root: &Section<'_, '_>, explain: Option<&str>, terms: &[Term]) {
    let mut names: Vec<String> = ["words", "speaker", "dt"].map(str::to_owned).to_vec();
    names.extend(terms.iter().map(|term| format!("span:{}", term.name)));
    let known: Vec<&str> = names.iter().map(String::as_str).collect();
    let opened = explain.unwrap_or_default().split('{').skip(1);
    for name in opened.map(|rest| rest.split('}').next().unwrap_or_default()) {
        if !known.contains(&name) {
            root.note(root.line_of("explain"), format!("`explain` cannot fill in {{{name}}}"), suggest(name, &known));
        }
    }
}
