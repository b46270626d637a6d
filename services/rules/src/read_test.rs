//! Reads the examples of a rule.

use crate::{
    model::{Except, Expect, RuleTest, Saying},
    problem::suggest,
    reading::Section,
};

const EXPECTS: [&str; 6] = ["fire", "quiet", "suppress:<id>", "downgrade:<id>", "todo-fire", "todo-quiet"];

pub(crate) fn read_tests(root: &Section<'_, '_>, languages: &[String], excepts: &[Except]) -> Vec<RuleTest> {
    let mut tests = Vec::new();
    for section in root.sections("test") {
        let line = section.line;
        let say = read_say(&section);
        let name = section
            .text("name")
            .unwrap_or_else(|| say.iter().map(|saying| saying.text.as_str()).collect::<Vec<_>>().join(" / "));
        let language = read_language(&section, languages);
        let expect = section.needed("expect").and_then(|name| read_expect(&section, &name, excepts));
        section.finish();
        if let (Some(language), Some(expect), false) = (language, expect, say.is_empty()) {
            tests.push(RuleTest { name, language, say, expect, line });
        }
    }
    tests
}

fn read_language(section: &Section<'_, '_>, languages: &[String]) -> Option<String> {
    let given = section.text("lang");
    let language = given.or_else(|| languages.first().filter(|_| languages.len() == 1).cloned());
    match language {
        Some(language) if languages.contains(&language) => Some(language),
        Some(language) => {
            let known: Vec<&str> = languages.iter().map(String::as_str).collect();
            let what = format!("the rule has no language `{language}`");
            section.note(section.line_of("lang"), what, suggest(&language, &known));
            None
        }
        None => {
            section.note(section.line, "`test.lang` is missing: the rule has more than one language", None);
            None
        }
    }
}

fn read_say(section: &Section<'_, '_>) -> Vec<Saying> {
    if section.is_text("say") {
        return section.needed("say").map(|text| Saying { t: 0.0, who: None, text }).into_iter().collect();
    }
    let mut say: Vec<Saying> = Vec::new();
    for turn in section.sections("say") {
        let (t, who, text) = (turn.number("t"), turn.text("who"), turn.needed("text"));
        turn.finish();
        let t = t.unwrap_or_else(|| say.last().map_or(0.0, |before| before.t));
        if !(0.0..=86_400.0).contains(&t) || say.last().is_some_and(|before| before.t > t) {
            turn.note(turn.line, "turns stand in order of time, from second 0 to 86400", None);
        } else if let Some(text) = text {
            say.push(Saying { t, who, text });
        }
    }
    if say.is_empty() {
        section.note(section.line, "`test.say` says nothing", Some("say = \"the words\"".into()));
    }
    say
}

fn read_expect(section: &Section<'_, '_>, name: &str, excepts: &[Except]) -> Option<Expect> {
    let of = |id: &str| {
        let known: Vec<&str> = excepts.iter().map(|except| except.id.as_str()).collect();
        if !known.contains(&id) {
            section.note(section.line_of("expect"), format!("there is no exclusion `{id}`"), suggest(id, &known));
        }
        id.to_owned()
    };
    match name.split_once(':') {
        Some(("suppress", id)) => Some(Expect::Suppress(of(id))),
        Some(("downgrade", id)) => Some(Expect::Downgrade(of(id))),
        None if name == "fire" => Some(Expect::Fire),
        None if name == "quiet" => Some(Expect::Quiet),
        None if name == "todo-fire" => Some(Expect::TodoFire),
        None if name == "todo-quiet" => Some(Expect::TodoQuiet),
        _ => {
            section.note(section.line_of("expect"), format!("`{name}` is not an outcome"), suggest(name, &EXPECTS));
            None
        }
    }
}
