//! What a browser and a hostile speaker make of the page.

mod sample;

use super::*;
use crate as dossier;

fn text(dossier: &Dossier) -> String {
    let files = render(dossier).unwrap();
    let [(path, bytes)] = files.as_slice() else { panic!("one file") };
    assert_eq!(path, "index.html");
    String::from_utf8(bytes.clone()).unwrap()
}

#[test]
fn the_same_dossier_gives_the_same_bytes() {
    let dossier = sample::dossier(60, 12);
    assert_eq!(text(&dossier), text(&dossier.clone()));
}

#[test]
fn every_flag_and_every_gap_stands_in_the_page() {
    let dossier = sample::dossier(90, 40);
    let page = text(&dossier);
    for flag in &dossier.flags {
        assert!(page.contains(&flag.flag.to_string()), "{}", flag.flag);
    }
    for gap in gaps(&dossier) {
        assert!(page.contains(gap.reason.unwrap().as_str()));
    }
    let rows = page.matches(" id=\"r").count();
    let between: usize = dossier.streams.iter().map(|stream| stream.between.len()).sum();
    assert_eq!(rows, dossier.segments().count() + gaps(&dossier).len() + between);
}

#[test]
fn texts_of_others_cannot_become_markup() {
    let hostile = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\u{202e}&\"'";
    let mut dossier = sample::dossier(10, 5);
    dossier.room.title = Some(hostile.to_owned());
    dossier.room.room = hostile.to_owned();
    dossier.room.hosts = vec![hostile.to_owned()];
    dossier.product = hostile.to_owned();
    dossier.assertions[0].text = hostile.to_owned();
    dossier.assertions[0].by = hostile.to_owned();
    dossier.attempts[0].source = hostile.to_owned();
    for flag in &mut dossier.flags {
        flag.words = hostile.to_owned();
        flag.findings[0].why = hostile.to_owned();
        flag.findings[0].rule = Some(hostile.to_owned());
    }
    for clip in &mut dossier.clips {
        clip.path = Some(format!("clips/\" onplay=\"alert(1){hostile}"));
    }
    for stream in &mut dossier.streams {
        stream.stream = format!("{hostile}{}", stream.stream);
        for window in stream.epochs.iter_mut().flat_map(|epoch| &mut epoch.windows) {
            window.language = hostile.to_owned();
            for segment in &mut window.segments {
                segment.speaker = Some(hostile.to_owned());
                segment.words[0].word = hostile.to_owned();
            }
        }
    }
    let page = text(&dossier);
    assert!(page.contains("&lt;/script&gt;"));
    assert_eq!(page.matches("<script").count(), 2, "the data and our own");
    assert!(!page.contains("<img") && !page.contains("\u{202e}") && !page.contains("src=\"clips/&quot;"));
    assert!(!page.contains("onerror=alert(1)>") && !page.contains("\" onplay"));
}

#[test]
fn the_policy_admits_exactly_the_style_and_the_script_that_are_there() {
    let page = text(&sample::dossier(10, 3));
    let between = |from: &str, to: &str| {
        let start = page.find(from).unwrap() + from.len();
        page[start..start + page[start..].find(to).unwrap()].to_owned()
    };
    let hash = |text: String| format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text)));
    assert!(page.contains(&format!("script-src {}", hash(between("<script>", "</script>")))));
    assert!(page.contains(&format!("style-src {}", hash(between("<style>", "</style>")))));
    assert!(!page.contains(" style=") && !page.contains("onclick="), "neither is admitted");
    for outside in ["http://", "https://"] {
        let links = page.matches(&format!("=\"{outside}")).count();
        assert_eq!(links, page.matches("xmlns=\"http://www.w3.org/2000/svg\"").count().min(links), "{outside}");
    }
}

#[test]
fn every_link_within_the_page_leads_somewhere_and_no_id_stands_twice() {
    let page = text(&sample::dossier(60, 30));
    let values = |attribute: &str| -> Vec<&str> {
        page.split(attribute).skip(1).filter_map(|rest| rest.split('"').next()).collect()
    };
    let ids = values(" id=\"");
    let unique: std::collections::BTreeSet<_> = ids.iter().copied().collect();
    assert_eq!(ids.len(), unique.len());
    let links = values(" href=\"#");
    assert!(links.len() > 60);
    assert!(links.iter().all(|link| unique.contains(link)));
    assert!(values("data-row=\"").iter().all(|row| unique.contains(row)));
}

#[test]
fn a_room_without_anything_has_a_page() {
    let mut dossier = sample::dossier(5, 0);
    dossier.streams.clear();
    dossier.listeners.clear();
    dossier.attempts.clear();
    dossier.assertions.clear();
    dossier.models.clear();
    dossier.period = None;
    dossier.room.title = None;
    dossier.totals = crate::model::Totals::of(&dossier, 0);
    let page = text(&dossier);
    assert!(page.contains("No rule and no classifier pointed at anything."));
}

#[test]
fn words_of_a_clip_have_their_times_and_other_rows_have_none() {
    let dossier = sample::dossier(60, 4);
    let page = text(&dossier);
    let start = page.find("type=\"application/json\">").unwrap() + "type=\"application/json\">".len();
    let end = start + page[start..].find("</script>").unwrap();
    let times: std::collections::BTreeMap<String, Vec<i64>> = serde_json::from_str(&page[start..end]).unwrap();
    assert!(!times.is_empty() && times.len() < 20);
    assert!(times.values().all(|words| words.is_sorted() && !words.is_empty()));
}

#[test]
fn what_was_erased_is_told_and_has_no_words() {
    let mut dossier = sample::dossier(20, 3);
    for window in dossier.streams.iter_mut().flat_map(|stream| &mut stream.epochs).flat_map(|epoch| &mut epoch.windows)
    {
        for segment in &mut window.segments {
            segment.erased = Some(uuid::Uuid::nil());
            segment.text.clear();
            segment.words.iter_mut().for_each(|word| word.word.clear());
        }
    }
    dossier.flags.iter_mut().for_each(|flag| flag.words.clear());
    let page = text(&dossier);
    assert!(page.contains("Somebody spoke; the words were erased since."));
    assert!(page.contains(">The words were erased since."));
    assert!(!page.contains("class=\"text\""));
}
