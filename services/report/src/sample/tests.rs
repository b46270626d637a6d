//! Draws that anyone can do again: by rank, by stratum, by target.

use ledger::merkle::{leaf_hash, verify_inclusion};
use store::PopulationOf;

use super::*;

/// A population of that many flags; one in ten is German, scores rise with the number.
fn population(members: u64) -> (String, Head) {
    let line = |number: u64| {
        let language = if number.is_multiple_of(10) { "de" } else { "en" };
        let score = number as f64 / members as f64;
        format!(
            r#"{{"id":"{number}","is_reversed":{},"language":"{language}","score":"{score}","seq":{number}}}"#,
            number.is_multiple_of(7)
        )
    };
    let lines: Vec<String> = (0..members).map(line).collect();
    let mut edge = Edge::new();
    for line in &lines {
        edge.append(leaf_hash(line.as_bytes()));
    }
    let head = Head {
        of: PopulationOf::Flags,
        from: "a".into(),
        until: "b".into(),
        members,
        gone: 0,
        unlogged: 0,
        root: hex(&edge.root()),
        log_size: 1,
        log_root: String::new(),
    };
    (lines.join("\n") + "\n", head)
}

fn asked(seed: &str, size: u64) -> Draw {
    Draw { seed: seed.into(), size, stratify: Vec::new(), target: None }
}

#[test]
fn a_simple_sample_is_the_smallest_ranks_and_every_line_is_proved() {
    let (list, head) = population(1_003);
    let sample = draw(list.as_bytes(), &head, &asked("lucky number 7", 50)).unwrap();
    let mut plain: Vec<(Vec<u8>, &str)> =
        list.lines().map(|line| (Sha256::digest(format!("lucky number 7\0{line}")).to_vec(), line)).collect();
    plain.sort();
    let mut expected: Vec<&str> = plain[..50].iter().map(|(_, line)| *line).collect();
    let mut found: Vec<&str> = sample.drawn.iter().map(|drawn| drawn.line.as_str()).collect();
    expected.sort_unstable();
    found.sort_unstable();
    assert_eq!(found, expected);
    assert_eq!(sample.strata[0].weight, Some(1_003.0 / 50.0));
    let bytes = |text: &str| -> Vec<u8> {
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
    };
    let root: Hash = bytes(&head.root).try_into().unwrap();
    for drawn in &sample.drawn {
        let proof: Vec<Hash> = drawn.proof.iter().map(|hash| bytes(hash).try_into().unwrap()).collect();
        verify_inclusion(&leaf_hash(drawn.line.as_bytes()), drawn.index, head.members, &proof, &root).unwrap();
    }
}

#[test]
fn another_seed_draws_others_and_the_same_seed_the_same() {
    let (list, head) = population(500);
    let lines = |seed| draw(list.as_bytes(), &head, &asked(seed, 20)).unwrap().drawn;
    assert_eq!(lines("a"), lines("a"));
    assert_ne!(lines("a"), lines("b"));
}

#[test]
fn strata_get_their_share_and_weights_add_up_to_the_population() {
    let (list, head) = population(1_000);
    let draw_by = Draw { stratify: vec![Stratum::Language, Stratum::Category], ..asked("x", 30) };
    let sample = draw(list.as_bytes(), &head, &draw_by).unwrap();
    let told: Vec<_> = sample.strata.iter().map(|it| (it.name.as_str(), it.members, it.drawn)).collect();
    assert_eq!(told, [("de | -", 100, 3), ("en | -", 900, 27)]);
    let all: f64 = sample.strata.iter().map(|it| it.weight.unwrap() * it.drawn as f64).sum();
    assert!((all - 1_000.0).abs() < 1e-6);
}

#[test]
fn shares_go_to_the_largest_remainders_and_none_is_left_out() {
    assert_eq!(allocate(10, &[333, 333, 334]), [3, 3, 4]);
    assert_eq!(allocate(10, &[1, 999, 1]), [1, 10, 1]);
    assert_eq!(allocate(10, &[2, 3]), [2, 3]);
    assert_eq!(allocate(0, &[2, 0]), [1, 0]);
    assert_eq!(allocate(5, &[]), Vec::<u64>::new());
}

#[test]
fn targets_take_what_they_name_and_claim_no_weight() {
    let (list, head) = population(1_000);
    let by = |target| draw(list.as_bytes(), &head, &Draw { target: Some(target), ..asked("x", 3) }).unwrap();
    let ids = |sample: &Sample| sample.drawn.iter().map(|drawn| drawn.index).collect::<Vec<_>>();
    assert_eq!(ids(&by(Target::WorstScore)), [997, 998, 999]);
    assert_eq!(ids(&by(Target::NearThreshold)), [0, 1, 2]);
    let reversed = by(Target::Reversed);
    assert!(ids(&reversed).iter().all(|index| index % 7 == 0));
    assert_eq!((reversed.strata[0].eligible, reversed.strata[0].weight), (143, None));
    assert!(ids(&by(Target::Gone)).is_empty());
}

#[test]
fn a_list_that_is_not_the_signed_one_gives_no_sample() {
    let (list, head) = population(100);
    let refused = |list: &str| draw(list.as_bytes(), &head, &asked("x", 5));
    assert!(refused(&list).is_ok());
    let without_first = &list[list.find('\n').unwrap() + 1..];
    let changed = list.replacen("\"en\"", "\"fr\"", 1);
    let cut = &list[..list.len() - 1];
    let longer = format!("{list}{{\"id\":\"x\",\"seq\":1}}\n");
    for spoilt in [without_first, &changed, cut, &longer] {
        assert!(matches!(refused(spoilt), Err(PopulationError::Differs { .. })));
    }
}
