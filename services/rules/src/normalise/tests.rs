//! What speech as written becomes, and that every token knows its word.

use proptest::prelude::*;

use super::*;

#[track_caller]
fn check(written: &str, normalised: &str) {
    assert_eq!(normalise_phrase(written, "en"), normalised, "{written}");
}

#[test]
fn english_is_written_out_as_it_is_said() {
    check("I'm gonna KILL you!", "i am going to kill you");
    check("I’m coming, don’t you dare.", "i am coming do not you dare");
    check("We'll see; he's John's mum, y'all can't", "we will see he is johns mum you all can not");
    check("Uh, I, um, I I will", "i will");
    check("You know, they're killin' 'em", "they are killing them");
    check("do you know where she lives", "do you know where she lives");
    check("'I said 'stop''", "i said stop");
    check("F***ing b****", "f*ing b*");
}

#[test]
fn numbers_and_signs_are_written_as_they_are_said() {
    check("$1,000 or £5.50, 20% off", "1000 dollars or 5.50 pounds 20 percent off");
    check("mail a@b.com & the U.S. stay-at-home 10:30 a.m.", "mail a at b dot com and the us stay at home 10 30 am");
    check("5-5-5 555 555", "5 5 5 555 555");
}

#[test]
fn full_width_ligatures_and_marks_fold() {
    check("ＫＩＬＬ ﬁnd ke\u{301}pt k\u{336}ill STRAẞE", "kill find képt kill strasse");
    assert_eq!(normalise_phrase("J'ai dit", "fr"), "jai dit");
}

#[test]
fn a_token_knows_its_word_and_the_end_of_its_sentence() {
    let written = ["I'm", "um,", "gonna", "stop.", "Dr.", "No", "-", "way\""];
    let normalised = Normalised::new(written, "en");
    let tokens: Vec<_> = (0..normalised.len()).map(|at| (normalised.token(at), normalised.word(at))).collect();
    let expected = [("i", 0), ("am", 0), ("going", 2), ("to", 2), ("stop", 3), ("dr", 4), ("no", 5), ("way", 7)];
    assert_eq!(tokens, expected);
    assert!(normalised.ends_sentence(4) && !normalised.ends_sentence(5) && !normalised.ends_sentence(1));
    assert_eq!(normalised.slice(2..4), (" going to ", 5));
    assert_eq!(normalised.tokens_at(5..15), Some(2..4));
    assert_eq!(normalised.tokens_at(6..9), None, "cuts a token");
}

proptest! {
    #[test]
    fn any_text_maps_back_to_its_words(written in prop::collection::vec("\\PC{0,12}", 0..20), english in any::<bool>()) {
        let language = if english { "en" } else { "de" };
        let normalised = Normalised::new(written.iter().map(String::as_str), language);
        let mut last = 0;
        for token in 0..normalised.len() {
            prop_assert!(normalised.word(token) >= last && normalised.word(token) < written.len());
            prop_assert!(!normalised.token(token).contains(char::is_whitespace), "{:?}", normalised.token(token));
            last = normalised.word(token);
            let (text, first) = normalised.slice(token..token + 1);
            prop_assert_eq!(normalised.tokens_at(first..first + text.len()), Some(token..token + 1));
        }
    }
}
