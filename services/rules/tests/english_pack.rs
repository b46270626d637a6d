//! The English pack as it ships: its checks, its examples, its lock, and what it does with text it was not written for.

use std::{collections::BTreeMap, fmt::Write, fs, path::PathBuf, sync::LazyLock};

use domain::Category;
use rules::{Engine, Expect, Lock, Pack, Verdict};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../models/rules/en")
}

static PACK: LazyLock<Pack> = LazyLock::new(|| Pack::load(&folder()).unwrap_or_else(|problems| panic!("{problems}")));
static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::new(&PACK, "en").unwrap_or_else(|error| panic!("{error}")));

fn corpus(name: &str) -> Vec<String> {
    let text = fs::read_to_string(folder().join("corpus").join(name));
    text.unwrap_or_else(|error| panic!("{name}: {error}")).lines().map(str::to_owned).collect()
}

/// What the pack flags in a text, as `rule [words]`.
fn flags(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let hits = ENGINE.match_text(text).into_iter().filter(rules::Hit::flags);
    hits.map(|hit| format!("{} [{}]", hit.id, words[hit.words].join(" "))).collect()
}

#[test]
fn every_inline_example_holds() {
    let outcomes = PACK.run_examples();
    let failed: Vec<_> = (outcomes.iter())
        .filter_map(|outcome| match &outcome.verdict {
            Verdict::Failed(why) => Some(format!("{}:{} {:?}: {why}", outcome.file, outcome.line, outcome.name)),
            Verdict::Mended => Some(format!("{}:{} {:?} is mended: say so", outcome.file, outcome.line, outcome.name)),
            Verdict::Passed | Verdict::Known => None,
        })
        .collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(outcomes.len() > 1_000);
}

#[test]
fn every_rule_shows_what_it_must_and_must_not_flag_and_what_it_misses() {
    assert!(PACK.rules().len() >= 80);
    for rule in PACK.rules() {
        let count = |wanted: fn(&Expect) -> bool| rule.tests.iter().filter(|test| wanted(&test.expect)).count();
        assert!(count(|expect| matches!(expect, Expect::Fire | Expect::Downgrade(_))) >= 3, "{}", rule.id);
        assert!(count(|expect| matches!(expect, Expect::Quiet | Expect::Suppress(_))) >= 3, "{}", rule.id);
        assert!(!rule.known_gaps.is_empty(), "{}", rule.id);
        assert_eq!(rule.file, format!("rules/{}.toml", rule.id));
    }
}

#[test]
fn every_category_has_rules() {
    for category in Category::ALL {
        assert!(PACK.rules().iter().any(|rule| rule.category == *category), "{category}");
    }
}

#[test]
fn no_body_changed_without_a_new_version() {
    let text = fs::read_to_string(folder().join(Lock::FILE)).unwrap();
    let differences = Lock::parse(&text).unwrap().differences(&PACK);
    assert!(differences.is_empty(), "{differences:#?}");
    assert_eq!(text, Lock::of(&PACK).to_text());
}

#[test]
fn nothing_is_flagged_in_harmless_talk() {
    let harmless = corpus("harmless.txt");
    assert!(harmless.len() >= 150);
    let flagged: Vec<_> =
        harmless.iter().map(|text| (text, flags(text))).filter(|(_, flags)| !flags.is_empty()).collect();
    assert!(flagged.is_empty(), "{flagged:#?}");
}

#[test]
fn harmless_talk_stays_harmless_as_a_recogniser_may_write_it() {
    for text in corpus("harmless.txt") {
        let bare = text.replace([',', '.', '!', '?', '\''], "").to_lowercase();
        assert_eq!(flags(&bare), [""; 0], "{bare}");
    }
}

/// Recall on paraphrases that no rule was written from, and what is missed, so that a change shows.
#[test]
fn the_recall_on_paraphrases_is_as_recorded() {
    let mut of_category: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let mut missed = String::new();
    for line in corpus("harmful.tsv") {
        let (category, text) = line.split_once('\t').unwrap();
        let found = flags(text);
        let hit = found.iter().any(|flag| flag.starts_with(&format!("{category}.")));
        let (hits, all) = of_category.entry(category.to_owned()).or_default();
        (*hits, *all) = (*hits + usize::from(hit), *all + 1);
        if !hit {
            let _ = writeln!(missed, "missed\t{category}\t{text}\t{}", found.join(", "));
        }
    }
    let (hits, all) = of_category.values().fold((0, 0), |(a, b), (c, d)| (a + c, b + d));
    let mut report = format!("all\t{hits} of {all}\n");
    for (category, (hits, all)) in of_category {
        let _ = writeln!(report, "{category}\t{hits} of {all}");
    }
    insta::assert_snapshot!(report + &missed);
}
