//! Matching, exclusions, gaps, speakers and guards, each on a rule of a few lines.

use proptest::prelude::*;

use super::*;

/// A pack of one rule, `threat.t`, from what its file holds beside its head.
fn pack(rest: &str) -> Pack {
    let rule = format!(
        "schema = 1\nid = \"threat.t\"\nversion = \"1.2.0\"\ntitle = \"t\"\nstatus = \"live\"\nowner = \"o\"\n\
         review_by = 2030-01-01\nwhy = \"because\"\nexplain = \"{{speaker}}: {{words}}\"\n\
         test = [{{ say = \"x\", expect = \"fire\" }}, {{ say = \"x\", expect = \"quiet\" }}]\n\
         [scope]\nlanguages = [\"en\"]\n[dsa]\ncategory = \"STATEMENT_CATEGORY_VIOLENCE\"\n\
         keywords = [\"KEYWORD_OTHER\"]\n[severity]\nbase = 3\n{rest}"
    );
    let header = "schema = 1\nid = \"p\"\nversion = \"1.0.0\"\nengine = \"1\"\nlanguages = [\"en\"]\n";
    let list = "schema = 1\nid = \"said\"\nversion = \"1.0.0\"\nen = [\"he said\", \"she wrote\"]\n";
    let files = [("pack.toml", header), ("rules/t.toml", &rule), ("lists/said.toml", list)];
    Pack::parse(files).unwrap_or_else(|problems| panic!("{problems}"))
}

fn engine(rest: &str) -> Engine {
    Engine::new(&pack(rest), "en").unwrap()
}

const KILL: &str = "[terms.kill]\nregex.en = ['i will <3> kill (?:you|him)']\n[match]\nany = [\"kill\"]\n";

/// The words of each hit, with `-` before those that are suppressed and `v` before those that are downgraded.
#[track_caller]
fn check(engine: &Engine, text: &str, expected: &[&str]) {
    let words: Vec<&str> = text.split_whitespace().collect();
    let told = |hit: &Hit| {
        let mark = if hit.suppressed_by.is_some() {
            "-"
        } else if hit.downgraded_by.is_some() {
            "v"
        } else {
            ""
        };
        format!("{mark}{}", words[hit.words.clone()].join(" "))
    };
    let found: Vec<String> = engine.match_text(text).iter().map(told).collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn a_hit_names_the_original_words() {
    let engine = engine(KILL);
    check(&engine, "Well, um, I'll uh really KILL you!", &["I'll uh really KILL you!"]);
    check(&engine, "I'll kill you. And I'll kill him.", &["I'll kill you.", "I'll kill him."]);
    check(&engine, "I will one two three four kill you", &[]);
    check(&engine, "", &[]);
    let hits = engine.match_text("so I'll kill you");
    assert_eq!((hits[0].carrying.as_slice(), hits[0].words.clone()), (&[1, 2, 3][..], 1..4));
    assert_eq!(
        (hits[0].id.as_str(), hits[0].version.as_str(), hits[0].severity),
        ("threat.t", "1.2.0", Severity::High)
    );
    assert_eq!(hits[0].why, "the speaker: I'll kill you");
    assert!(hits[0].flags());
}

#[test]
fn a_regex_begins_and_ends_at_a_word() {
    let engine = engine("[terms.a]\nregex.en = ['kill you']\nen = [\"shoot him\"]\n[match]\nany = [\"a\"]\n");
    check(&engine, "skill you kill yours reshoot him shoot hims", &[]);
    check(&engine, "kill you shoot him kill-you", &["kill you", "shoot him", "kill-you"]);
}

#[test]
fn all_terms_must_come_within_the_window() {
    let engine = engine(
        "[terms.money]\nen = [\"send money\"]\n[terms.double]\nen = [\"double it\"]\n[match]\nall = [\"money\", \"double\"]\n\
         within = { seconds = 60, tokens = 8 }\n",
    );
    check(&engine, "send money and I will double it", &["send money and I will double it"]);
    check(&engine, "I double it if you send money", &["double it if you send money"]);
    check(&engine, "send money and after a long while I will double it", &[]);
    check(&engine, "send money send money", &[]);
    let mut words = untimed("send money and I will double it", StreamTime::ZERO, None);
    for word in &mut words[2..] {
        word.first = word.first + 60 * SAMPLE_RATE_HZ;
        word.end = word.end + 60 * SAMPLE_RATE_HZ;
    }
    assert_eq!(engine.match_words(&words), []);
}

#[test]
fn an_exclusion_holds_only_in_its_zone_and_is_recorded() {
    let engine = engine(&format!(
        "{KILL}[[except]]\nid = \"quoted\"\nlist = \"said\"\nbefore_tokens = 3\neffect = \"suppress\"\n\
         [[except]]\nid = \"joke\"\nterms.en = [\"just kidding\"]\nafter_tokens = 2\neffect = \"downgrade\"\n"
    ));
    check(&engine, "he said I will kill you", &["-I will kill you"]);
    check(&engine, "he said that I will kill you", &["-I will kill you"]);
    check(&engine, "he said it was late and I will kill you", &["I will kill you"]);
    check(&engine, "I will kill you he said", &["I will kill you"]);
    check(&engine, "I will kill you. Just kidding!", &["vI will kill you."]);
    let hits = engine.match_text("I will kill you just kidding");
    assert_eq!((hits[0].downgraded_by.as_deref(), hits[0].severity), (Some("joke"), Severity::Medium));
    let hits = engine.match_text("he said I will kill you");
    assert_eq!((hits[0].suppressed_by.as_deref(), hits[0].flags()), (Some("quoted"), false));
}

#[test]
fn an_exclusion_does_not_look_over_the_end_of_a_sentence_unless_told_to() {
    let except = "[[except]]\nid = \"q\"\nlist = \"said\"\nbefore_tokens = 6\neffect = \"suppress\"\n";
    let inside_one = engine(&format!("{KILL}{except}"));
    check(&inside_one, "That's what he said to me. I will kill you", &["I will kill you"]);
    check(&inside_one, "And then he said. I will kill you", &["-I will kill you"]);
    let over = engine(&format!("{KILL}{except}bridge = \"sentences\"\n"));
    check(&over, "That's what he said to me. I will kill you", &["-I will kill you"]);
}

#[test]
fn an_exclusion_looks_into_the_match_only_where_it_says_so() {
    let except = "[[except]]\nid = \"n\"\nterms.en = [\"never\"]\nbefore_tokens = 3\neffect = \"suppress\"\n";
    check(&engine(&format!("{KILL}{except}")), "I will never kill you", &["I will never kill you"]);
    check(&engine(&format!("{KILL}{except}inside = true\n")), "I will never kill you", &["-I will never kill you"]);
}

#[test]
fn of_overlapping_hits_one_that_is_not_suppressed_stands() {
    let engine =
        engine(&format!("{KILL}[[except]]\nid = \"n\"\nterms.en = [\"not\"]\ninside = true\neffect = \"suppress\"\n"));
    check(&engine, "I will not kill him. I will kill him", &["-I will not kill him.", "I will kill him"]);
}

fn spoken<'a>(text: &'a str, speaker: Option<&'a str>) -> Vec<SpokenWord<'a>> {
    untimed(text, StreamTime::ZERO, speaker)
}

#[test]
fn no_match_bridges_a_coverage_gap_and_the_hit_says_where_one_is_near() {
    let engine =
        engine(&format!("{KILL}[[except]]\nid = \"q\"\nlist = \"said\"\nbefore_tokens = 3\neffect = \"suppress\"\n"));
    let mut words = spoken("so I will kill you now", None);
    assert!(!engine.match_words(&words)[0].beside_gap);
    words[3].after_gap = true;
    assert_eq!(engine.match_words(&words), []);
    let mut words = spoken("he said I will kill you", None);
    words[2].after_gap = true;
    let hits = engine.match_words(&words);
    assert!(hits[0].beside_gap && hits[0].suppressed_by.is_none());
    assert_eq!(hits[0].words, 2..6);
}

#[test]
fn a_match_stays_with_one_speaker_across_interruptions() {
    let engine = engine(KILL);
    let mut words = spoken("I will what kill no you", Some("ann"));
    (words[2].speaker, words[4].speaker) = (Some("bob"), Some("bob"));
    let hits = engine.match_words(&words);
    assert_eq!((hits[0].carrying.as_slice(), hits[0].words.clone()), (&[0, 1, 3, 5][..], 0..6));
    assert_eq!(hits[0].why, "ann: I will kill you");
    words[3].speaker = None;
    assert_eq!(engine.match_words(&words), []);
}

#[test]
fn a_badly_heard_word_suppresses_the_hit() {
    let engine = engine(&format!("{KILL}[guard]\nmin_word_prob = 0.4\n"));
    let mut words = spoken("so I will kill you", None);
    words[0].p = 0.1;
    assert!(engine.match_words(&words)[0].flags(), "the word does not carry the hit");
    words[3].p = 0.3;
    assert_eq!(engine.match_words(&words)[0].suppressed_by.as_deref(), Some("guard:min_word_prob"));
}

#[test]
fn rules_in_shadow_run_and_flag_nothing_and_drafts_do_not_run() {
    let with = |status| {
        let mut pack = pack(KILL);
        pack.rules[0].status = status;
        Engine::new(&pack, "en").unwrap().match_text("I will kill you")
    };
    assert!(with(Status::Shadow)[0].shadow && !with(Status::Shadow)[0].flags());
    assert_eq!((with(Status::Draft), with(Status::Retired)), (vec![], vec![]));
}

#[test]
fn a_language_without_rules_is_refused_by_name() {
    let error = Engine::new(&pack(KILL), "de").unwrap_err();
    assert_eq!(error.to_string(), "pack `p` has no rules for language `de`; it has en");
}

#[test]
fn a_match_across_the_edge_of_a_block_is_found_once() {
    let engine = engine(KILL);
    for before in 440..520 {
        let text = format!("{}i will kill you{}", "word ".repeat(before), " word".repeat(700));
        let hits = engine.match_text(&text);
        assert_eq!((hits.len(), &hits[0].words), (1, &(before..before + 4)), "{before}");
    }
}

proptest! {
    #[test]
    fn any_text_is_matched_without_panic_and_within_its_words(
        words in prop::collection::vec(prop_oneof![
            "\\PC{0,8}", Just("I'll".to_owned()), Just("kill".to_owned()), Just("you.".to_owned()), Just("he".to_owned()),
            Just("said".to_owned()), Just("not".to_owned()), Just("um".to_owned()),
        ], 0..60),
        speakers in prop::collection::vec(0_u8..3, 60),
        gaps in prop::collection::vec(prop::bool::weighted(0.05), 60),
    ) {
        let engine = engine(&format!(
            "{KILL}[[except]]\nid = \"q\"\nlist = \"said\"\nbefore_tokens = 4\nafter_tokens = 4\neffect = \"suppress\"\n"
        ));
        let names = [None, Some("a"), Some("b")];
        let mut spoken: Vec<SpokenWord<'_>> = Vec::new();
        for (at, text) in words.iter().enumerate() {
            let first = StreamTime::from_millis(300 * i64::try_from(at).unwrap());
            let (speaker, after_gap) = (names[usize::from(speakers[at])], gaps[at]);
            spoken.push(SpokenWord { text, first, end: first + 4_000, p: 0.9, speaker, after_gap });
        }
        for hit in engine.match_words(&spoken) {
            prop_assert!(hit.words.start < hit.words.end && hit.words.end <= words.len());
            prop_assert_eq!(hit.carrying.first(), Some(&hit.words.start));
            prop_assert_eq!(hit.carrying.last(), Some(&(hit.words.end - 1)));
            prop_assert!(hit.carrying.is_sorted() && !hit.carrying.iter().any(|&word| spoken[word].speaker != spoken[hit.words.start].speaker));
            prop_assert!(!gaps[hit.words.start + 1..hit.words.end].contains(&true), "bridges a gap");
        }
    }
}
