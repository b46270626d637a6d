//! kill -9 of everything, again and again, in the middle of the work: nothing is lost and nothing doubled.

use std::time::Duration;

use crate::{
    account::{is_settled, list, number},
    instance::Instance,
    program::{PATIENCE, pass, wait_until},
    sound::{Dice, copy_demo},
    spoken::{edits, words_of},
};

const TALKS: [&str; 6] =
    ["talk-01-emma", "talk-04-emma", "talk-05-daniel", "talk-14-leo", "talk-21-emma", "talk-29-peter"];
const KILLS: usize = 4;
/// Cuts depend on what was stored when the kill came, and the recogniser hears a word at another cut a little
/// differently: a word or two of a stream may read otherwise (none did when measured). A window is some twenty words.
const EDITS_A_STREAM: usize = 3;

#[test]
fn killed_again_and_again_every_word_stands_once() {
    let mut instance = Instance::start();
    let sources = copy_demo(&instance.place("sound"), &TALKS);
    let sources: Vec<_> = sources.iter().map(std::path::PathBuf::as_path).collect();
    instance.ingest("calm", &[], &sources).expect(0);

    let mut dice = Dice(20_260_912);
    let mut ingest = instance.begin(&["ingest", "--wait", "--room", "killed"], &sources, Vec::new());
    // A kill in the very moment of a commit leaves it open whether an epoch was opened: an empty one may stay behind.
    let open = "select count(*) from epoch join stream using (stream_id) where room_id = 'killed'";
    wait_until("every epoch is open", PATIENCE, || (instance.rows(open) == [TALKS.len().to_string()]).then_some(()));
    let mut in_the_middle = 0;
    for round in 0..KILLS {
        // The first falls while sound is still sent, the others while it is heard or the servers come back.
        pass(Duration::from_millis(dice.below(if round == 0 { 300 } else { 1_500 })));
        in_the_middle += usize::from(!ingest.is_over());
        instance.kill_group();
        instance.start_again();
    }
    assert!(in_the_middle >= 1, "the kills came too late to mean anything");
    ingest.end(PATIENCE).expect(0);

    is_settled(&instance, "killed");
    every_epoch_is_whole(&instance);
    every_row_stands_once(&instance);
    let (calm, killed) = (instance.transcript("calm"), instance.transcript("killed"));
    for name in TALKS {
        let (wanted, found) = (words_of(&calm, name), words_of(&killed, name));
        let off = edits(&wanted, &found);
        assert!(off <= EDITS_A_STREAM, "{name}: {off} words off\n{wanted:?}\n{found:?}");
    }
    let flagged = |room| {
        let mut all: Vec<_> = list(&instance.flags(room))
            .iter()
            .map(|flag| (flag["stream"].to_string(), flag["category"].to_string()))
            .collect();
        all.sort();
        all
    };
    assert_eq!(flagged("calm"), flagged("killed"));
    instance.stop();
}

/// The same number of samples as without kills, in as many epochs, each finished.
fn every_epoch_is_whole(instance: &Instance) {
    let length = |room: &str| -> Vec<(String, i64)> {
        let coverage = instance.coverage(room);
        let samples = |stream: &serde_json::Value| list(&stream["epochs"]).iter().map(|e| number(&e["samples"])).sum();
        list(&coverage["streams"]).iter().map(|stream| (stream["stream"].to_string(), samples(stream))).collect()
    };
    assert_eq!(length("calm"), length("killed"));
    let unfinished = "select stream_id, epoch from epoch_progress where finished_at is null";
    assert_eq!(instance.rows(unfinished), [""; 0]);
}

fn every_row_stands_once(instance: &Instance) {
    let holes = "select stream_id, epoch, first_sample from (
            select *, lag(end_sample, 1, 0::bigint) over (partition by stream_id, epoch order by first_sample) as before
            from \"window\") w
        where first_sample <> before";
    assert_eq!(instance.rows(holes), [""; 0], "windows tile each epoch");
    let ends = "select w.stream_id, w.epoch from (
            select stream_id, epoch, max(end_sample) as heard from \"window\" group by 1, 2) w
        join epoch e on e.stream_id = w.stream_id and e.epoch = w.epoch where heard <> samples";
    assert_eq!(instance.rows(ends), [""; 0], "windows reach each epoch's end");
    let counted = instance.rows(
        "select (select count(*) from \"window\"),
            (select count(*) from audit_event where action = 'window.stored'),
            (select count(distinct entity_id) from audit_event where action = 'window.stored'),
            (select count(*) from audit_event where action = 'window.screened'),
            (select count(*) from screened_window)",
    );
    let counts: Vec<&str> = counted[0].split('|').collect();
    assert!(counts.iter().all(|count| *count == counts[0]), "windows and their events: {counts:?}");
    let flags = instance.rows(
        "select (select count(*) from flag), (select count(distinct entity_id) from audit_event where action = 'flag.made')",
    );
    let counts: Vec<&str> = flags[0].split('|').collect();
    assert_eq!(counts[0], counts[1], "flags and their events");
    let doubled = "select a.window_id, a.ordinal from word a join word b on a.window_id = b.window_id
        and a.ordinal < b.ordinal and a.first_sample = b.first_sample and a.end_sample = b.end_sample
        and a.text = b.text and a.first_sample < a.end_sample";
    assert_eq!(instance.rows(doubled), [""; 0], "no word stands twice");
}
