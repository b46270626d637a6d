//! The heads for the categories of the rules.

use std::sync::LazyLock;

use super::{Folder, MINILM, shipped};
use crate::{Classifier, MiniLm};

static WITH_CATEGORIES: LazyLock<MiniLm> = LazyLock::new(|| MiniLm::load_with_categories(&shipped()).unwrap());

#[test]
fn category_heads_follow_the_own_heads_and_change_none_of_them() {
    let (own, all) = (MINILM.heads(), WITH_CATEGORIES.heads());
    assert_eq!(&all[..own.len()], own);
    assert_eq!(all.len(), own.len() + 13);
    assert!(all[own.len()..].iter().all(|head| head.starts_with("category_")), "{all:?}");
    let text = "He says that he will burn the shop down.";
    let (alone, together) = (MINILM.score(text).unwrap(), WITH_CATEGORIES.score(text).unwrap());
    assert_eq!(together.log_odds().len(), all.len());
    for (one, two) in alone.log_odds().iter().zip(together.log_odds()) {
        assert!((one - two).abs() < 1e-3, "{alone:?} {together:?}");
    }
}

#[test]
fn category_heads_have_an_identity_of_their_own() {
    let classifier = &*WITH_CATEGORIES;
    assert_eq!(classifier.identity_of(7), MINILM.identity());
    assert_eq!(classifier.identity_of(7), classifier.identity());
    assert_ne!(classifier.identity_of(8).sha256, classifier.identity().sha256);
    assert_eq!(classifier.identity_of(8), classifier.identity_of(20));
}

#[track_caller]
fn check(category: &str, text: &str, is_meant: bool) {
    let head = WITH_CATEGORIES.heads().iter().position(|head| *head == format!("category_{category}")).unwrap();
    let p = WITH_CATEGORIES.score(text).unwrap().probabilities().nth(head).unwrap();
    // About where these heads flag; the second text about pills is a near miss at 0.61.
    assert_eq!(p > 0.7, is_meant, "{text:?} has {p} under {category}");
}

#[test]
fn a_category_head_tells_what_is_meant_from_what_is_near() {
    check("illegal_goods", "I've got pills and coke, thirty quid each, message me and I drop them off.", true);
    check("illegal_goods", "The chemist has my pills ready and I pick them up on Monday.", false);
    check("privacy", "Here is her home address, write it down and go and ring the bell.", true);
    check("privacy", "Write to us, the address is on the back of the programme.", false);
}

#[test]
fn a_folder_that_lists_no_category_heads_has_none() {
    let folder = Folder::new();
    folder.sign();
    assert_eq!(MiniLm::load_with_categories(folder.0.path()).unwrap().heads(), MINILM.heads());
}

#[test]
fn category_heads_of_another_model_or_form_are_named_with_the_reason() {
    let text = String::from_utf8(std::fs::read(shipped().join("categories.json")).unwrap()).unwrap();
    let check = |from: &str, to: &str, what: &str| {
        assert!(text.contains(from), "{from}");
        let error = Folder::with_categories(&text.replacen(from, to, 1)).error_with_categories();
        assert!(error.contains(what), "{error}");
    };
    check(&MINILM.identity().sha256, "0123", "was made for the model 0123");
    check("\"weights\":[", "\"weights\":[1.0,", "finite weights and a finite bias");
    check("layer.2/output", "layer.9/output", "no node of it makes");
    check("{\"version\"", "[{\"version\"", "cannot use");
}
