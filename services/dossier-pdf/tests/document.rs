//! The PDF as a reader finds it: whole, the same each time, under its standards, with no text able to act in it.

use dossier::{self, Dossier, account::gaps, model::Totals};

/// A room made up for tests.
#[path = "../../dossier/src/page/tests/sample.rs"]
mod sample;

/// All text of a PDF, page by page, without white space: lines break where the typesetter likes.
fn text(pdf: &[u8]) -> String {
    let document = lopdf::Document::load_mem(pdf).unwrap();
    let pages: Vec<u32> = document.get_pages().keys().copied().collect();
    let text = document.extract_text(&pages).unwrap();
    text.chars().filter(|character| !character.is_whitespace() && *character != '\u{200b}').collect()
}

#[track_caller]
fn assert_says(text: &str, words: &str) {
    let plain: String = words.chars().filter(|character| !character.is_whitespace()).collect();
    assert!(text.contains(&plain), "{words:?} is not there");
}

fn rendered(dossier: &Dossier) -> Vec<u8> {
    dossier_pdf::render(dossier).unwrap()
}

#[test]
fn the_same_dossier_gives_the_same_bytes_and_another_gives_others() {
    let dossier = sample::dossier(60, 9);
    let first = rendered(&dossier);
    assert_eq!(first, rendered(&dossier.clone()));
    let mut other = dossier;
    other.pin.size += 1;
    assert_ne!(first, rendered(&other));
}

#[test]
fn it_is_tagged_archivable_and_titled() {
    let pdf = rendered(&sample::dossier(30, 3));
    let document = lopdf::Document::load_mem(&pdf).unwrap();
    let catalog = document.catalog().unwrap();
    assert_eq!(catalog.get(b"Lang").and_then(lopdf::Object::as_str).unwrap(), b"en-GB");
    for key in ["MarkInfo", "StructTreeRoot", "Outlines", "OutputIntents", "Metadata"] {
        assert!(catalog.has(key.as_bytes()), "{key}");
    }
    let bytes = String::from_utf8_lossy(&pdf);
    for claim in ["pdfaid:part", "pdfuaid:part", "An evening talk with the candidates"] {
        assert!(bytes.contains(claim), "{claim}");
    }
    assert!(!bytes.contains("/JavaScript") && !bytes.contains("/URI"));
}

#[test]
fn every_flag_and_every_gap_stands_in_it() {
    let dossier = sample::dossier(90, 24);
    let text = text(&rendered(&dossier));
    for flag in dossier.flags.iter().filter(|flag| flag.status != domain::FlagStatus::Suppressed) {
        assert_says(&text, &flag.flag.to_string());
        assert_says(&text, &flag.words);
    }
    for number in 1..=6 {
        assert_says(&text, &format!("S{number}"));
    }
    for gap in gaps(&dossier) {
        assert_says(&text, &dossier::account::clock(gap.from));
        assert_says(&text, gap.reason.unwrap().as_str());
    }
    assert_says(&text, "0 samples");
    assert_says(&text, &dossier.pin.root);
    assert_says(&text, "DDoS attack");
}

#[test]
fn texts_of_others_are_never_markup() {
    let hostile = r##"#panic("x") = $1+1$ *bold* @ref <label> #read("/etc/passwd") \u{41} // end /* "##;
    let mut dossier = sample::dossier(20, 4);
    dossier.room.title = Some(hostile.to_owned());
    dossier.room.hosts = vec![hostile.to_owned(), "\u{202e}evil\u{0}".to_owned()];
    dossier.assertions[0].text = hostile.to_owned();
    dossier.assertions[0].by = hostile.to_owned();
    for flag in &mut dossier.flags {
        flag.findings[0].why = hostile.to_owned();
        flag.findings[0].words = hostile.to_owned();
    }
    for stream in &mut dossier.streams {
        stream.stream = format!("{hostile} {}", stream.stream);
        for epoch in &mut stream.epochs {
            epoch.source = hostile.to_owned();
        }
    }
    for flag in &mut dossier.flags {
        flag.stream = format!("{hostile} {}", flag.stream);
    }
    let text = text(&rendered(&dossier));
    assert_says(&text, r##"#panic("x") = $1+1$ *bold* @ref <label>"##);
    assert_says(&text, "▯evil▯");
}

#[test]
fn any_script_is_set_or_marked() {
    let mut dossier = sample::dossier(20, 4);
    dossier.room.title = Some("مناظرة المساء – 夜の討論 – Βραδινή – Вечер – עֶרֶב – संध्या 🎙".to_owned());
    for segment in dossier
        .streams
        .iter_mut()
        .flat_map(|stream| &mut stream.epochs)
        .flat_map(|epoch| &mut epoch.windows)
        .flat_map(|window| &mut window.segments)
    {
        for (index, word) in segment.words.iter_mut().enumerate() {
            word.word = ["اليوم", "夜", "עכשיו", "Ελλάδα", "\u{e000}", "\u{feff}", "👩‍👩‍👧"][index % 7].to_owned();
        }
    }
    let text = text(&rendered(&dossier));
    assert_says(&text, "Βραδινή");
    assert_says(&text, "▯");
    assert_says(&text, "are marked ▯");
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
    assert_says(&text(&rendered(&dossier)), "No rule and no classifier pointed at anything");
}

#[test]
fn a_list_without_end_is_cut_and_says_so() {
    let mut dossier = sample::dossier(30, 3);
    let step = dossier.attempts[0].clone();
    dossier.attempts = std::iter::repeat_n(step, 4000).collect();
    dossier.totals = Totals::of(&dossier, 0);
    let text = text(&rendered(&dossier));
    assert_says(&text, "3,850 more attempts in tables/attempts.csv");
}
