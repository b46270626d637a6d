//! Times of tokens, on tokens and loudness written by hand.

use super::*;

/// Text and likely timestamp, if any.
fn tokens<'a>(list: &[(&'a str, Option<i64>)]) -> Vec<Token<'a>> {
    let token = |&(text, stamp): &(&'a str, Option<i64>)| {
        let p = if stamp.is_some() { 0.5 } else { 0.0 };
        Token {
            bytes: text.as_bytes(),
            p: 1.0,
            logprob: 0.0,
            stamp: stamp.unwrap_or(0),
            stamp_p: p,
            stamps_p: p,
            first_cs: -1,
            end_cs: -1,
        }
    };
    list.iter().map(token).collect()
}

#[test]
fn tokens_share_their_segment_by_letters() {
    let found = boundaries(&tokens(&[("ab", None), ("cdef", None), ("gh", None)]), &[1.0; 100], 10, 90);
    assert_eq!(found, [10, 30, 70, 90]);
}

#[test]
fn a_likely_timestamp_is_a_boundary() {
    let found = boundaries(&tokens(&[("ab", None), ("cd", Some(60)), ("ef", None)]), &[1.0; 100], 0, 100);
    assert_eq!(found, [0, 60, 80, 100]);
}

#[test]
fn timestamps_that_go_back_or_beyond_the_segment_are_passed_over() {
    let list = tokens(&[("ab", None), ("cd", Some(50)), ("ef", Some(40)), ("gh", Some(300))]);
    assert_eq!(boundaries(&list, &[1.0; 200], 0, 110), [0, 50, 70, 90, 110]);
}

#[test]
fn a_pause_is_not_shared_out() {
    let mut loudness = [1.0; 100];
    loudness[40..80].fill(0.01);
    let found = boundaries(&tokens(&[("abcd", None), ("ef", None)]), &loudness, 0, 100);
    assert!((40..=80).contains(&found[1]), "the first ends before the pause, at {}", found[1]);
    assert_eq!(boundaries(&tokens(&[("ab", None), ("cdef", None)]), &loudness, 0, 100)[1], 21);
}

#[test]
fn odd_segments_give_ordered_boundaries() {
    for (begin, end) in [(0, 0), (50, 20), (-5, 30), (90, 5_000), (200, 300)] {
        let found = boundaries(&tokens(&[("a", None), ("b", Some(25)), ("c", None)]), &[0.5; 100], begin, end);
        assert!(found.is_sorted(), "{begin}..{end}: {found:?}");
    }
    assert_eq!(boundaries(&[], &[], 3, 9), [3]);
}

#[test]
fn a_word_snaps_to_its_sound() {
    let mut loudness = [0.0; 100];
    loudness[30..60].fill(1.0);
    assert_eq!(snap(&loudness, (35, 50), 0, 100), (30, 60));
    assert_eq!(snap(&loudness, (25, 65), 0, 100), (30, 60));
    assert_eq!(snap(&loudness, (35, 50), 33, 52), (33, 52));
}

#[test]
fn snapping_stays_inside_whatever_it_is_given() {
    for range in [(0, 0), (99, 500), (500, 600), (60, 40)] {
        let (first, end) = snap(&[1.0; 100], range, 0, 1_000);
        assert!(first <= 100 && end <= 100, "{range:?} gave {first}..{end}");
    }
    assert_eq!(snap(&[], (3, 5), 0, 9), (0, 0));
}
