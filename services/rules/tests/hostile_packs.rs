//! Packs that are wrong, huge or hostile: a clear error with file, line and hint, in bounded time, and never a panic.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use proptest::prelude::*;
use rules::{Lock, Pack, PackErrors, limits};

const HEADER: &str = "schema = 1\nid = \"p\"\nversion = \"1.0.0\"\nengine = \"1\"\nlanguages = [\"en\"]\n";

const RULE: &str = r#"schema = 1
id = "threat.t"
version = "1.0.0"
title = "t"
status = "live"
owner = "o"
review_by = 2030-01-01
why = "because"
test = [{ say = "kill you", expect = "fire" }, { say = "hello", expect = "quiet" }]
[scope]
languages = ["en"]
[dsa]
category = "STATEMENT_CATEGORY_VIOLENCE"
keywords = ["KEYWORD_OTHER"]
[severity]
base = 3
[terms.a]
en = ["kill you"]
[match]
any = ["a"]
"#;

fn parse(rule: &str) -> Result<Pack, PackErrors> {
    Pack::parse([("pack.toml", HEADER), ("rules/t.toml", rule)])
}

/// The one rule with `from` replaced by `to` is refused with each of `expected`.
#[track_caller]
fn check(from: &str, to: &str, expected: &[&str]) {
    assert!(RULE.contains(from), "{from}");
    let problems = parse(&RULE.replacen(from, to, 1)).map_or_else(|problems| problems.to_string(), |_| String::new());
    for part in expected {
        assert!(problems.contains(part), "wanted {part:?} in:\n{problems}");
    }
}

#[test]
fn the_rule_that_the_others_are_made_from_is_sound() {
    let pack = parse(RULE).unwrap();
    assert_eq!((pack.rules().len(), pack.id(), pack.hash().len()), (1, "p", 64));
}

#[test]
fn unknown_keys_are_named_with_their_line_and_the_nearest_known_one() {
    check(
        "owner = ",
        "ownr = ",
        &["rules/t.toml:6: unknown key `ownr`\n  hint: did you mean `owner`?", "`owner` is missing"],
    );
    check("any = [", "anny = [", &["rules/t.toml:20: unknown key `match.anny`", "did you mean `any`?"]);
    check("en = [", "english = [", &["unknown key `terms.a.english`", "no wording in `en`"]);
    check("expect = \"fire\"", "expected = \"fire\"", &["rules/t.toml:9: unknown key `test.expected`"]);
}

#[test]
fn what_a_later_version_will_do_is_refused_by_name() {
    let unsupported = "is not supported by this version";
    check(
        "en = [\"kill you\"]",
        "tolerance = \"phonetic\"\nen = [\"kill you\"]",
        &["tolerance `phonetic`", unsupported],
    );
    check("en = [\"kill you\"]", "en = [\"kill you\"]\nmisheard.en = [\"k\"]", &["`terms.a.misheard`", unsupported]);
    check("base = 3", "base = 3\nraise = []", &["`severity.raise`", unsupported]);
    check("any = [\"a\"]", "any = [\"a\"]\nwhen = \"x\"", &["`match.when`", unsupported]);
    check("any = [\"a\"]", "any = [\"a\"]\nspeaker = \"any\"", &["`match.speaker = \"any\"`", unsupported]);
    check("any = [\"a\"]", "any = [\"a\"]\n[guard]\nneeds_vad = true", &["`guard.needs_vad`", unsupported]);
    check("\"live\"", "\"canary\"", &["status `canary`", unsupported]);
    check("schema = 1", "schema = 2", &["schema 2", unsupported]);
}

#[test]
fn wrong_values_are_named_all_at_once() {
    check(
        "threat.t",
        "treat.t",
        &["an id begins with a category, and `treat` is none\n  hint: did you mean `threat`?"],
    );
    check("threat.t", "Threat!", &["is not an id of a rule"]);
    check("1.0.0", "1", &["version \"1\" is not a semantic version"]);
    check("live", "alive", &["`alive` is not a status\n  hint: did you mean `live`?"]);
    check("2030-01-01", "\"soon\"", &["`review_by` is a date such as 2027-01-31, not string"]);
    check("CATEGORY_VIOLENCE", "CATEGORY_VIOLENT", &["did you mean `STATEMENT_CATEGORY_VIOLENCE`?"]);
    check("KEYWORD_OTHER", "KEYWORD_SUICIDE", &["`KEYWORD_SUICIDE` is not a keyword of STATEMENT_CATEGORY_VIOLENCE"]);
    check("base = 3", "base = 5", &["`severity.base` is a number from 1 to 4"]);
    check("any = [\"a\"]", "any = [\"b\"]", &["there is no term `b`", "term `a` is used by nothing"]);
    check("any = [\"a\"]", "any = [\"a\"]\nwithin = { tokens = 999 }", &["`tokens` is at most 48, not 999"]);
    check("any = [\"a\"]", "any = [\"a\"]\nwithin = { seconds = nan }", &["`match.within.seconds` lies above 0"]);
    check("\"fire\"", "\"suppress:q\"", &["there is no exclusion `q`", "needs an example with expect = \"fire\""]);
    check("\"quiet\"", "\"silent\"", &["`silent` is not an outcome"]);
    check("why = \"because\"", "why = \"\"\nexplain = \"{span:b}\"", &["`why` is empty", "cannot fill in {span:b}"]);
    check("en = [\"kill you\"]", "list = \"no\"", &["there is no list `no`"]);
    let except = "[[except]]\nid = \"x\"\nlist = \"no\"\neffect = \"supress\"\n[match]";
    check("[match]", except, &["an exclusion says how far it looks", "did you mean `suppress`?"]);
    let problems = parse(&RULE.replace("base = 3", "base = 9").replace("live", "x")).unwrap_err();
    assert_eq!(problems.all().len(), 2, "{problems}");
}

#[test]
fn ids_are_unique_and_languages_are_declared() {
    let files = [("pack.toml", HEADER), ("rules/a.toml", RULE), ("rules/b.toml", RULE)];
    let problems = Pack::parse(files).unwrap_err().to_string();
    assert!(problems.contains("rule `threat.t` is in rules/a.toml as well"), "{problems}");
    let header = HEADER.replace("\"en\"", "\"de\"");
    let problems = Pack::parse([("pack.toml", header.as_str()), ("rules/a.toml", RULE)]).unwrap_err().to_string();
    assert!(problems.contains("pack.toml does not name the language `en`"), "{problems}");
    let problems = Pack::parse([("rules/a.toml", RULE)]).unwrap_err().to_string();
    assert!(problems.contains("there is no pack.toml"), "{problems}");
}

#[test]
fn the_hash_is_of_the_content_and_not_of_the_layout() {
    let hash = |files: &[(&str, &str)]| Pack::parse(files.iter().copied()).unwrap().hash().to_owned();
    let one = hash(&[("pack.toml", HEADER), ("rules/t.toml", RULE)]);
    let laid_out = format!("# a comment\n{}", RULE.replace("[\"en\"]", "[ \"en\" ]"));
    assert_eq!(one, hash(&[("rules/other.toml", &laid_out), ("pack.toml", HEADER)]));
    for changed in
        [RULE.replace("kill you", "kill him"), RULE.replace("1.0.0", "1.0.1"), RULE.replace("base = 3", "base = 2")]
    {
        assert_ne!(one, hash(&[("pack.toml", HEADER), ("rules/t.toml", &changed)]));
    }
}

#[test]
fn a_changed_body_needs_a_new_version() {
    let lock = Lock::of(&parse(RULE).unwrap());
    assert_eq!(Lock::parse(&lock.to_text()).unwrap(), lock);
    let differences = |rule: &str| {
        let differences = lock.differences(&parse(rule).unwrap());
        differences.into_iter().map(|difference| difference.what).collect::<Vec<_>>()
    };
    assert_eq!(differences(RULE), [""; 0]);
    assert_eq!(differences(&RULE.replace("hello", "good day")), [""; 0], "an example is not the body");
    let changed = RULE.replace("\"kill you\"]", "\"kill him\"]");
    assert_eq!(differences(&changed), ["the body of `threat.t` changed, its version 1.0.0 did not"]);
    assert_eq!(differences(&changed.replace("1.0.0", "1.1.0")), ["`threat.t` went from 1.0.0 to 1.1.0"]);
    let renamed = differences(&RULE.replace("threat.t", "threat.u"));
    assert_eq!(renamed, ["`threat.u` is new", "`threat.t` is gone: retire a rule, its id is never used again"]);
}

/// Loads a folder and gives its problems; the time is bounded.
fn load(folder: &Path) -> String {
    let began = Instant::now();
    let problems = Pack::load(folder).map_or_else(|problems| problems.to_string(), |_| String::new());
    assert!(began.elapsed() < Duration::from_secs(20), "took {:?}", began.elapsed());
    problems
}

#[test]
fn folders_are_read_within_bounds() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    };
    write("en/pack.toml", HEADER.as_bytes());
    assert!(load(folder.path()).contains("hint: packs in this folder: en"));
    assert!(load(&folder.path().join("none")).contains("there is no pack.toml"));
    let pack = folder.path().join("en");
    write("en/rules/t.toml", RULE.as_bytes());
    write("en/rules/notes.txt", b"let be");
    assert_eq!(load(&pack), "");
    write("en/rules/u.toml", &[0xff, 0xfe]);
    assert!(load(&pack).contains("rules/u.toml:0: is not UTF-8, from byte 0"));
    write("en/rules/u.toml", &vec![b'#'; 100 << 20]);
    assert!(load(&pack).contains(&format!("has more than {} bytes", limits::MAX_FILE_BYTES)));
    fs::remove_file(pack.join("rules/u.toml")).unwrap();
    fs::create_dir(pack.join("rules/d.toml")).unwrap();
    assert!(load(&pack).contains("rules/d.toml:0: is not a file"));
    fs::remove_dir(pack.join("rules/d.toml")).unwrap();
    fs::create_dir(pack.join("filters")).unwrap();
    assert!(load(&pack).contains("filters:0: this folder is not supported by this version"));
}

#[test]
fn more_phrases_or_regexes_than_the_limits_are_refused_before_they_are_compiled() {
    let phrases: Vec<String> = (0..20_000).map(|at| format!("'kill {at}'")).collect();
    let list = |id: usize, key: &str, phrases: &[String]| {
        format!("schema = 1\nid = 'l{id}'\nversion = '1.0.0'\n{key} = [{}]\n", phrases.join(","))
    };
    let lists: Vec<String> = (0..6).map(|id| list(id, "en", &phrases)).collect();
    let names: Vec<String> = (0..6).map(|id| format!("lists/l{id}.toml")).collect();
    let files = names.iter().zip(&lists).map(|(name, text)| (name.as_str(), text.as_str()));
    let problems = Pack::parse(files.chain([("pack.toml", HEADER)])).unwrap_err().to_string();
    assert!(problems.contains("120000 phrases in the pack; at most 100000"), "{problems}");
    let regexes = list(0, "regex.en", &phrases[..5_000]);
    let problems = Pack::parse([("pack.toml", HEADER), ("lists/l.toml", &regexes)]).unwrap_err().to_string();
    assert!(problems.contains("5000 regexes in the pack; at most 4096"), "{problems}");
}

#[test]
fn a_file_full_of_keys_is_read_in_bounded_time() {
    let began = Instant::now();
    let keys = |prefix: &str| (0..20_000).map(|at| format!("{prefix}k{at} = 1")).collect::<Vec<_>>().join("\n");
    for hostile in
        [keys(""), keys("terms."), keys("terms.a.x"), "[[except]]\n".repeat(20_000), "[[test]]\n".repeat(20_000)]
    {
        assert!(parse(&format!("{}{hostile}", RULE.split("[terms").next().unwrap())).is_err());
    }
    assert!(began.elapsed() < Duration::from_secs(20), "took {:?}", began.elapsed());
}

#[test]
fn deep_nesting_is_refused() {
    for deep in ["[".repeat(100_000), "a.".repeat(100_000), "a = {".repeat(100_000), "a=[{b=".repeat(50_000)] {
        for text in [format!("x = {deep}"), deep] {
            assert!(Pack::parse([("pack.toml", HEADER), ("rules/t.toml", &text)]).is_err());
            assert!(Lock::parse(&text).is_err());
        }
    }
}

proptest! {
    #[test]
    fn no_text_makes_loading_panic(text in "\\PC{0,200}") {
        let _ = Pack::parse([("pack.toml", text.as_str()), ("rules/t.toml", &text), ("lists/l.toml", &text)]);
        let _ = Lock::parse(&text);
    }

    #[test]
    fn no_damage_to_a_rule_makes_loading_panic(at in 0..RULE.len(), cut in 0_usize..40, put in "[\\PC\\n]{0,12}") {
        let end = (at + cut).min(RULE.len());
        let _ = parse(&format!("{}{put}{}", &RULE[..at], &RULE[end..]));
    }

    #[test]
    fn no_regex_makes_loading_panic(regex in "[a-z0-9 (){}\\[\\]|?*+.^$:<>,=!-]{0,40}") {
        let _ = parse(&RULE.replacen("en = [\"kill you\"]", &format!("regex.en = ['kill {regex}']"), 1));
    }
}
