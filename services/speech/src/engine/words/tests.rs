//! Joining and placing words, on tokens written by hand.

use super::*;

fn tokens<'a>(list: &[(&'a str, i64, i64)]) -> Vec<Token<'a>> {
    let token = |&(text, first_cs, end_cs): &(&'a str, i64, i64)| Token {
        bytes: text.as_bytes(),
        p: 0.5,
        logprob: -0.7,
        stamp: 0,
        stamp_p: 0.0,
        stamps_p: 0.0,
        first_cs,
        end_cs,
    };
    list.iter().map(token).collect()
}

#[track_caller]
fn check(list: &[(&str, i64, i64)], span: u32, expected: &[(&str, u32, u32)]) {
    let words = place(join(&tokens(list), "en"), span);
    let found: Vec<_> = words.iter().map(|w| (w.text.as_str(), w.first, w.end)).collect();
    assert_eq!(found, expected);
}

#[test]
fn tokens_join_at_leading_spaces_and_punctuation_adds_no_time() {
    check(
        &[(" Dash", 10, 40), ("wood", 40, 60), (",", 60, 90), (" had", 90, 110)],
        32_000,
        &[("Dashwood,", 1_600, 9_600), ("had", 14_400, 17_600)],
    );
}

#[test]
fn a_segment_that_begins_without_a_space_is_a_word_all_the_same() {
    check(&[("And", 0, 20), (" so", 20, 30)], 16_000, &[("And", 0, 3_200), ("so", 3_200, 4_800)]);
}

#[test]
fn blank_tokens_make_no_word() {
    check(&[(" ", 0, 20), ("", 20, 30)], 16_000, &[]);
}

#[test]
fn times_past_the_end_are_clamped() {
    check(&[(" late", 90, 300)], 16_000, &[("late", 14_400, 16_000)]);
}

#[test]
fn unknown_times_are_shared_out_between_good_ones() {
    check(
        &[(" a", 0, 10), (" bbb", -1, -1), (" c", -1, -1), (" d", 50, 60)],
        16_000,
        &[("a", 0, 1_600), ("bbb", 1_600, 6_400), ("c", 6_400, 8_000), ("d", 8_000, 9_600)],
    );
}

#[test]
fn a_word_without_room_takes_it_from_its_neighbours() {
    check(
        &[(" aa", 0, 10), (" bb", 10, 10), (" cc", 10, 20)],
        16_000,
        &[("aa", 0, 1_066), ("bb", 1_066, 2_133), ("cc", 2_133, 3_200)],
    );
}

#[test]
fn an_overlap_is_cut_at_its_middle() {
    check(&[(" a", 0, 30), (" b", 20, 50)], 16_000, &[("a", 0, 4_000), ("b", 4_000, 8_000)]);
}

#[test]
fn whatever_the_times_words_are_ordered_and_within_the_span() {
    let mut seed = 7_u32;
    let mut random = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        i64::from(seed >> 16) % 400 - 50
    };
    for round in 0..2_000 {
        let list: Vec<_> = (0..12).map(|_| (" word", random(), random())).collect();
        let span = 16_000 + round;
        let words = place(join(&tokens(&list), "en"), span);
        assert_eq!(words.len(), 12);
        for word in &words {
            assert!(word.first < word.end && word.end <= span, "{words:?}");
        }
        for pair in words.windows(2) {
            assert!(pair[0].end <= pair[1].first, "{words:?}");
        }
    }
}

#[test]
fn a_character_split_over_tokens_comes_out_whole() {
    let bytes = " fü".as_bytes();
    let split = [&bytes[..3], &bytes[3..], b"r"];
    let tokens: Vec<_> = split
        .iter()
        .map(|&bytes| Token {
            bytes,
            p: 1.0,
            logprob: 0.0,
            stamp: 0,
            stamp_p: 0.0,
            stamps_p: 0.0,
            first_cs: 0,
            end_cs: 10,
        })
        .collect();
    assert_eq!(join(&tokens, "de")[0].text, "für");
}

#[test]
fn without_spaces_every_token_is_a_word_and_punctuation_attaches() {
    let list = tokens(&[("今天", 0, 20), ("天气", 20, 40), ("。", 40, 60), ("GP", 60, 70), ("T", 70, 80)]);
    let words = join(&list, "zh");
    let found: Vec<_> = words.iter().map(|w| w.text.as_str()).collect();
    assert_eq!(found, ["今天", "天气。", "GPT"]);
}

#[test]
fn a_split_character_of_a_script_without_spaces_stays_one_word() {
    let bytes = "好".as_bytes();
    let list: Vec<_> = [b"\xe4\xbb\x8a".as_slice(), &bytes[..1], &bytes[1..]]
        .iter()
        .map(|&bytes| Token {
            bytes,
            p: 1.0,
            logprob: 0.0,
            stamp: 0,
            stamp_p: 0.0,
            stamps_p: 0.0,
            first_cs: 0,
            end_cs: 10,
        })
        .collect();
    let words = join(&list, "ja");
    let found: Vec<_> = words.iter().map(|w| w.text.as_str()).collect();
    assert_eq!(found, ["今", "好"]);
}
