//! The transparency report over a random history.

use chrono::NaiveDate;
use domain::FlagId;
use report::sheets::{Facts, Made, Request, SheetsError, TEMPLATE, record, transparency};
use report_formats::transparency::{
    check::{Completeness, Source, check},
    report::Period,
};
use store::{Correction, Store};

use crate::{
    cluster::Cluster,
    recount::{cases, recount, told},
    world::{CASES, DAY, ROOMS, World, at},
};

/// Room and number of a flag of the history.
pub(crate) fn place_of(flag: FlagId) -> (i64, i64) {
    let text = flag.to_string();
    (text[20..23].parse().unwrap(), text[24..].parse().unwrap())
}

/// Second at which a flag of the history begins.
pub(crate) fn second_of(room: i64, number: i64) -> i64 {
    number / 2 * 10 * DAY + (number % 2) * (number % 11) + room * 70_000
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn year() -> Period {
    Period::new(day("2026-01-01"), day("2026-12-31")).unwrap()
}

/// The template with every key in use.
pub(crate) fn facts() -> String {
    let named =
        TEMPLATE.replace("name = \"\"", "name = \"Rooms, s.r.o.\"").replace("service = \"\"", "service = \"Rooms\"");
    let lines = named.lines().map(|line| line.strip_prefix("#: ").unwrap_or(line));
    lines.collect::<Vec<_>>().join("\n").replace("\"…\"", "\"Told in words.\"")
}

async fn sequenced(cluster: &Cluster, store: &Store, second: i64) {
    let mut sequencer = cluster.sequencer(store);
    while sequencer.step(at(second)).await.unwrap() {}
}

async fn make(store: &Store, as_of: Option<i64>, correction: Option<&Correction>) -> Result<Made, SheetsError> {
    let request = Request { period: year(), facts: &facts(), as_of: as_of.map(at), correction };
    Box::pin(transparency(store, request)).await
}

#[track_caller]
pub(crate) fn assert_sound(made: &Made) {
    let sheets = made.files.iter().filter(|file| !file.name.starts_with("corrections"));
    let sources: Vec<_> = sheets.map(|file| Source { name: file.name.clone(), bytes: file.bytes.clone() }).collect();
    let findings = check(&sources, Completeness::Whole);
    assert!(findings.faults.is_empty(), "{:?}", findings.faults);
    assert_eq!(findings.sheets, 11);
}

#[tokio::test]
async fn every_number_is_that_of_a_plain_recount_and_the_sheets_pass_our_own_check() {
    for seed in [1, 2] {
        let cluster = Cluster::start().await;
        let store = cluster.store().await;
        let mut world = World::new(&cluster, &store, seed);
        for room in 0..ROOMS {
            for number in 0..CASES {
                world.case(room, number).await;
            }
        }
        sequenced(&cluster, &store, 500 * DAY).await;
        let freeze = store.freeze_last().await.unwrap().unwrap();
        let (from, until) = (at(12 * DAY), at(377 * DAY));
        assert_eq!((from.date_naive(), until.date_naive()), (day("2026-01-01"), day("2027-01-01")));
        let counted = told(&store.activity(from, until, &freeze).await.unwrap());
        let expected = recount(&store, from, until).await;
        assert_eq!(counted.counts, expected.counts);
        assert_eq!(counted.times, expected.times);
        assert!(
            (counted.exposure.0 - expected.exposure.0).abs() <= 1,
            "{:?} {:?}",
            counted.exposure,
            expected.exposure
        );
        assert_eq!((counted.exposure.1, counted.exposure.2), (expected.exposure.1, expected.exposure.2));
        assert!(expected.counts.len() > 60 && cases() == 240, "the history is too poor: {}", expected.counts.len());
        let made = make(&store, None, None).await.unwrap();
        assert_sound(&made);
        assert_eq!(Facts::parse(&facts()).unwrap().missing(), Vec::<&str>::new());
        cluster.stop().await;
    }
}

#[tokio::test]
async fn the_same_freeze_gives_the_same_bytes_whatever_is_written_later() {
    let cluster = Cluster::start().await;
    let store = cluster.store().await;
    let mut world = World::new(&cluster, &store, 3);
    for number in 4..16 {
        world.case(0, number).await;
    }
    sequenced(&cluster, &store, 400 * DAY).await;
    let first = make(&store, None, None).await.unwrap();
    record(&store, year(), &first, at(401 * DAY)).await.unwrap();
    sequenced(&cluster, &store, 402 * DAY).await;
    let again = make(&store, None, None).await.unwrap();
    assert_eq!((&first.files, &first.freeze), (&again.files, &again.freeze), "its own export changes nothing");
    // Late entries too: these cases lie in the same days.
    for number in 4..16 {
        world.case(1, number).await;
    }
    sequenced(&cluster, &store, 410 * DAY).await;
    let later = make(&store, None, None).await.unwrap();
    assert_ne!(first.files, later.files);
    let frozen = make(&store, Some(405 * DAY), None).await.unwrap();
    assert_eq!(frozen.freeze.log_size, first.freeze.log_size + 1, "with the export's own event");
    let frozen = make(&store, Some(400 * DAY), None).await.unwrap();
    assert_eq!(first.files, frozen.files);
    assert!(matches!(make(&store, Some(0), None).await, Err(SheetsError::NoFreeze { .. })));
    cluster.stop().await;
}

#[tokio::test]
async fn a_correction_is_a_marked_version_of_what_was_handed_out_and_of_nothing_else() {
    let cluster = Cluster::start().await;
    let store = cluster.store().await;
    let mut world = World::new(&cluster, &store, 4);
    for number in 4..12 {
        world.case(0, number).await;
    }
    sequenced(&cluster, &store, 400 * DAY).await;
    let correction =
        Correction { changed_on: day("2027-04-01"), reason: "Late entries.".into(), method: "Counted again.".into() };
    let nothing = make(&store, None, Some(&correction)).await;
    assert!(matches!(nothing, Err(SheetsError::NothingToCorrect { .. })));
    let first = make(&store, None, None).await.unwrap();
    record(&store, year(), &first, at(401 * DAY)).await.unwrap();
    let same = make(&store, Some(400 * DAY), Some(&correction)).await;
    assert!(matches!(same, Err(SheetsError::Correct(_))), "{same:?}");
    for (version, room) in [(2, 1), (3, 2)] {
        for number in 4..12 {
            world.case(room, number).await;
        }
        sequenced(&cluster, &store, 410 * DAY + room).await;
        let made = make(&store, None, Some(&correction)).await.unwrap();
        assert_eq!((made.export.version, made.files.len()), (version, 12));
        assert!(made.files.iter().all(|file| file.name.ends_with(&format!("_version{version}.csv"))));
        assert!(made.changes > 0);
        let text = made.files.iter().map(|file| String::from_utf8(file.bytes.clone()).unwrap()).collect::<String>();
        assert!(text.contains(&format!("Corrected in version {version} on 2027-04-01, was ")));
        assert_sound(&made);
        record(&store, year(), &made, at(411 * DAY + room)).await.unwrap();
    }
    // Who changes the record below a report that was handed out is found out.
    cluster.sql("earwitness", "update measure set category = 'STATEMENT_CATEGORY_SELF_HARM', keywords = '{}'");
    sequenced(&cluster, &store, 420 * DAY).await;
    let spoilt = make(&store, None, Some(&correction)).await;
    assert!(matches!(spoilt, Err(SheetsError::NotReproduced { version: 1, .. })), "{spoilt:?}");
    assert_eq!(cluster.sql("earwitness", "select count(*) from audit_event where action = 'report.exported'"), "3");
    cluster.stop().await;
}
