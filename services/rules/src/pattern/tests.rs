//! What a regex may say, and what is said of one that may not.

use super::*;
use crate::model::Patterns;

fn lists() -> BTreeMap<String, List> {
    let list = |id: &str, phrases: &[&str], regexes: &[&str]| {
        let at = |texts: &[&str]| texts.iter().map(|text| Located { value: (*text).to_owned(), line: 1 }).collect();
        let one = LanguagePatterns { phrases: at(phrases), regexes: at(regexes) };
        let patterns = Patterns { languages: BTreeMap::from([("en".to_owned(), one)]) };
        let (version, file, body_hash) = ("1.0.0".to_owned(), format!("lists/{id}.toml"), String::new());
        (id.to_owned(), List { id: id.to_owned(), version, file, body_hash, patterns })
    };
    BTreeMap::from([
        list("victims", &["you", "your mum's house"], &["(?:him|her)"]),
        list("deeds", &[], &["(?:hurt|harm) <victims>"]),
        list("loop", &[], &["<loop>"]),
        list("bad", &[], &["don't", "(", "a <b>"]),
    ])
}

fn regex(source: &str) -> Result<Regex, String> {
    let source = Located { value: source.to_owned(), line: 7 };
    let searched = regex_of(&source, "en", Purpose::Term, &lists());
    searched.map(|searched| searched.regex).map_err(|fault| {
        assert_eq!(fault.line, 7);
        let (what, hint) = fault.value;
        format!("{what}; {}", hint.unwrap_or_default())
    })
}

#[test]
fn lists_and_gaps_are_put_in() {
    let regex = regex("i will <2> <deeds>").unwrap();
    for text in ["i will hurt you", "i will one two harm her", "i will harm your mums house"] {
        assert!(regex.is_match(text), "{text}");
    }
    assert!(!regex.is_match("i will one two three hurt you"));
}

#[track_caller]
fn refused(source: &str, expected: &str) {
    let error = regex(source).expect_err(source);
    assert!(error.contains(expected), "{source}: {error}");
}

#[test]
fn what_cannot_be_is_refused_with_a_hint() {
    refused("kill <victim>", "there is no list `victim`; did you mean `victims`?");
    refused("kill <0> you", "<0> is not a gap");
    refused("kill <3>you", "a space after the gap");
    refused("kill <99999999999999999999> you", "there is no list");
    refused("kill <you", "`<` without `>`");
    refused("(?<name>kill)", "named groups");
    refused("Kill you", "normalised text holds no 'K'; lower case");
    refused("don't kill", "contractions written out");
    refused("i am gonna kill", "never holds `gonna`; it holds `going to`");
    refused("kill (?:you", "not a regex");
    refused("kill(?=you)", "not a regex: look-around");
    refused(r"(kill)\1", "not a regex: backreferences");
    refused("you are", "no words that one could look for first");
    refused("(?:kill)?", "no words that one could look for first");
    refused("kill <loop>", "stands more than 2 lists deep");
}

#[test]
fn huge_regexes_are_refused_in_bounded_time() {
    refused(&"kill".repeat(2_000), "at most 4096");
    refused(&format!("{}kill{}", "(?:".repeat(1_000), ")".repeat(1_000)), "not a regex");
    refused("kill(?:(?:(?:a{900}){900}){900}){900}", "not a regex");
    refused(r"kill(?:\w{200}){200}", "not a regex: Compiled regex exceeds size limit");
}

#[test]
fn a_list_is_checked_where_it_stands() {
    let (lists, mut faults) = (lists(), Vec::new());
    check_list(&lists["bad"], &lists, &mut faults);
    let what: Vec<&str> = faults.iter().map(|fault| fault.value.0.as_str()).collect();
    assert_eq!(what.len(), 3, "{what:?}");
}

#[test]
fn phrases_are_bounded_too() {
    let phrase = |value: &str| {
        let found = phrase_of(&Located { value: value.to_owned(), line: 3 }, "en");
        found.unwrap_or_else(|fault| fault.value.0)
    };
    assert_eq!(phrase("I'm gonna"), "i am going to");
    assert_eq!(phrase("…"), "nothing is left of \"…\" once normalised");
    assert_eq!(phrase(&"word ".repeat(40)), "a phrase of 40 words; at most 16");
}
