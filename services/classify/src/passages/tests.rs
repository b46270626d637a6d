//! Passages of punctuated, unpunctuated, short and long talk.

use proptest::prelude::*;

use super::{PAIR_WORDS, WINDOW_WORDS, pairs, passages};

/// `marked` is the text with `|` between the passages.
#[track_caller]
fn check(marked: &str) {
    let text = marked.replace('|', " ");
    let words: Vec<&str> = text.split_whitespace().collect();
    let found: Vec<String> = passages(&words).into_iter().map(|range| words[range].join(" ")).collect();
    let expected: Vec<String> = marked.split('|').map(|part| part.trim().to_owned()).collect();
    assert_eq!(found, expected);
}

#[test]
fn sentences_are_passages() {
    check("I will find you tonight.");
    check("I will find you. | Nobody can help you now. | What will you do then?");
    check("Get out of my house! | I said it twice already.");
    check("i will find you. | you will not see me");
    check("\"I will find you tonight.\" | (He said that twice.) | That was in nineteen ninety.");
    check("Bist du heute da？ | Ja, ich bin heute hier.");
}

#[test]
fn abbreviations_and_numbers_do_not_end_a_sentence() {
    check("We spoke to Dr. Miller about it. | Mr. J. Smith was there as well.");
    check("It costs 3.50 for members. | It was 1,200.75 in the spring.");
    check("We met in room No. 12 at last. | He said no. Then he left the room.");
    check("We begin at 8 p.m. on Thursday then. | They begin at 9 p.m. | The rest of us go home.");
    check("She lives in the U.S. with him. | He is from the U.S. | The others are from here.");
    check("Bring bread, cheese, etc. and some wine. | Bring bread, cheese, etc. | We shall see tomorrow.");
    check("I waited for you... and you never came. | I waited for you... | Then I went home alone.");
    check("It really was only I. | Nobody else had been there.");
    check("There were exactly twenty 20. | 30 more came in late.");
}

#[test]
fn a_short_sentence_joins_the_next_and_the_last_one_the_one_before() {
    check("No. Get out. I will kill you.");
    check("Listen. You will be sorry for this. | Then it was quiet again. Understood?");
    check("I will find you. Run.");
    check("Yes. No.");
    check("Hello?");
}

#[test]
fn adjoining_sentences_make_pairs_unless_they_are_long() {
    let words: Vec<&str> = "I will find you. Nobody can help you now. What will you do then?".split(' ').collect();
    assert_eq!(pairs(&words), [(0..4, 4..9), (4..9, 9..14)]);
    assert_eq!(pairs(&words[..4]), []);
    let text = |long: usize| format!("I will find you. {}end.", "word ".repeat(long - 1));
    let count = |text: &str| pairs(&text.split(' ').collect::<Vec<_>>()).len();
    assert_eq!([count(&text(PAIR_WORDS - 4)), count(&text(PAIR_WORDS - 3))], [1, 0]);
}

#[track_caller]
fn check_windows(words: usize, expected: &[(usize, usize)]) {
    let found: Vec<(usize, usize)> =
        passages(&vec!["word"; words]).into_iter().map(|range| (range.start, range.end)).collect();
    assert_eq!(found, expected, "{words} words");
}

#[test]
fn more_than_twenty_five_words_become_windows() {
    check_windows(0, &[]);
    check_windows(1, &[(0, 1)]);
    check_windows(25, &[(0, 25)]);
    check_windows(26, &[(0, 25), (12, 26)]);
    check_windows(37, &[(0, 25), (12, 37)]);
    check_windows(38, &[(0, 25), (12, 37), (24, 38)]);
    check_windows(100, &[(0, 25), (12, 37), (24, 49), (36, 61), (48, 73), (60, 85), (72, 97), (84, 100)]);
}

#[test]
fn a_long_sentence_among_short_ones_has_windows_of_its_own() {
    let long = format!("{}end.", "word ".repeat(29));
    let text = format!("I will find you. {long} You will be sorry.");
    let words: Vec<&str> = text.split(' ').collect();
    assert_eq!(passages(&words), [0..4, 4..29, 16..34, 34..38]);
}

proptest! {
    #[test]
    fn every_word_is_in_a_passage_of_bounded_length(words in prop::collection::vec("[a-zA-Z0-9.?!…' \u{0}-\u{2}]{0,6}", 0..120)) {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let found = passages(&words);
        let mut covered = 0;
        for range in &found {
            prop_assert!(range.start <= covered && !range.is_empty() && range.len() <= WINDOW_WORDS);
            covered = covered.max(range.end);
        }
        prop_assert_eq!(covered, words.len());
        prop_assert!(found.is_sorted_by(|one, two| one.start < two.start));
    }
}
