//! The document as it stands on its pages: whole, the same each time, with no text able to act in it.

use dossier::{self, Dossier, account::gaps, model::Totals};

use crate::{data, document, render};

/// A room made up for tests.
#[path = "../../dossier/src/page/tests/sample.rs"]
mod sample;

/// All text of the pages, without white space.
fn text(dossier: &Dossier) -> String {
    render(dossier).unwrap();
    document::text(data(dossier)).unwrap()
}

#[track_caller]
fn assert_says(text: &str, words: &str) {
    let plain: String = words.chars().filter(|character| !character.is_whitespace()).collect();
    assert!(text.contains(&plain), "{words:?} is not there");
}

#[test]
fn the_same_dossier_gives_the_same_bytes_and_another_gives_others() {
    let dossier = sample::dossier(60, 9);
    let first = render(&dossier).unwrap();
    assert_eq!(first, render(&dossier.clone()).unwrap());
    let mut other = dossier;
    other.pin.size += 1;
    assert_ne!(first, render(&other).unwrap());
}

#[test]
fn it_claims_its_standards_and_holds_nothing_that_acts() {
    let pdf = render(&sample::dossier(30, 3)).unwrap();
    let pdf = String::from_utf8_lossy(&pdf);
    for claim in
        ["pdfaid:part>2<", "pdfaid:conformance>A<", "pdfuaid:part>1<", "An evening talk with the candidates", "en-GB"]
    {
        assert!(pdf.contains(claim), "{claim}");
    }
    for act in ["/JavaScript", "/JS", "/URI", "/Launch", "/EmbeddedFile", "/OpenAction"] {
        assert!(!pdf.contains(act), "{act}");
    }
}

#[test]
fn every_flag_and_every_gap_stands_in_it() {
    let dossier = sample::dossier(90, 24);
    let text = text(&dossier);
    let suppressed = dossier.flags.iter().filter(|flag| flag.status == domain::FlagStatus::Suppressed).count();
    for flag in dossier.flags.iter().filter(|flag| flag.status != domain::FlagStatus::Suppressed) {
        assert_says(&text, &flag.flag.to_string());
        assert_says(&text, &flag.words);
    }
    assert!(suppressed > 3);
    (1..=suppressed).for_each(|number| assert_says(&text, &format!("S{number}")));
    for gap in gaps(&dossier) {
        assert_says(&text, &dossier::account::clock(gap.from));
        assert_says(&text, gap.reason.unwrap().as_str());
    }
    for words in ["0 samples unaccounted for", &dossier.pin.root, "DDoS attack", "Restricted: content removed"] {
        assert_says(&text, words);
    }
}

#[test]
fn texts_of_others_are_never_markup() {
    let hostile = r#"#panic("x") = $1+1$ *bold* @ref <label> #read("/etc/passwd") \u{41} // end /* "#;
    let mut dossier = sample::dossier(20, 4);
    dossier.room.title = Some(hostile.to_owned());
    dossier.room.hosts = vec![hostile.to_owned(), "\u{202e}evil\u{0}".to_owned()];
    hostile.clone_into(&mut dossier.room.room);
    hostile.clone_into(&mut dossier.product);
    hostile.clone_into(&mut dossier.pin.origin);
    hostile.clone_into(&mut dossier.assertions[0].text);
    hostile.clone_into(&mut dossier.assertions[0].by);
    for flag in &mut dossier.flags {
        hostile.clone_into(&mut flag.findings[0].why);
        hostile.clone_into(&mut flag.findings[0].words);
        flag.stream = format!("{hostile} {}", flag.stream);
    }
    for stream in &mut dossier.streams {
        stream.stream = format!("{hostile} {}", stream.stream);
        stream.epochs.iter_mut().for_each(|epoch| hostile.clone_into(&mut epoch.source));
    }
    let text = text(&dossier);
    assert_says(&text, r#"#panic("x") = $1+1$ *bold* @ref <label>"#);
    assert_says(&text, "▯evil▯");
}

#[test]
fn any_script_is_set_or_marked() {
    const WORDS: [&str; 8] = ["اليوم", "夜", "עכשיו", "Ελλάδα", "\u{e000}", "\u{feff}", "👩‍👩‍👧", "नमस्ते"];
    let mut dossier = sample::dossier(20, 4);
    dossier.room.title = Some("مناظرة المساء – 夜の討論 – Βραδινή – Вечер – עֶרֶב – संध्या 🎙".to_owned());
    let windows = dossier.streams.iter_mut().flat_map(|stream| &mut stream.epochs).flat_map(|epoch| &mut epoch.windows);
    for segment in windows.flat_map(|window| &mut window.segments) {
        for (index, word) in segment.words.iter_mut().enumerate() {
            WORDS[index % WORDS.len()].clone_into(&mut word.word);
        }
    }
    let text = text(&dossier);
    for words in ["Βραδινή", "Вечер", "▯", "are marked ▯"] {
        assert_says(&text, words);
    }
}

#[test]
fn a_room_without_anything_has_a_document() {
    let mut dossier = sample::dossier(5, 0);
    dossier.streams.clear();
    dossier.listeners.clear();
    dossier.attempts.clear();
    dossier.assertions.clear();
    dossier.models.clear();
    dossier.settings.clear();
    dossier.period = None;
    dossier.room.title = None;
    dossier.room.hosts.clear();
    dossier.totals = Totals::of(&dossier, 0);
    let text = text(&dossier);
    assert_says(&text, "No rule and no classifier pointed at anything");
    assert_says(&text, "Nobody reported how many listened");
}

#[test]
fn a_list_without_end_is_cut_and_says_so() {
    let mut dossier = sample::dossier(30, 3);
    dossier.attempts = std::iter::repeat_n(dossier.attempts[0].clone(), 4000).collect();
    dossier.totals = Totals::of(&dossier, 0);
    assert_says(&text(&dossier), "3,850 more attempts in tables/attempts.csv");
}
