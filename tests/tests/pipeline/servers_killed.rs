//! One server, or all recognisers, killed under a running `up`: it comes back, and the sound arrives whole.

use std::time::Duration;

use crate::{
    account::{is_settled, list, stream},
    instance::Instance,
    processes::Process,
    program::{PATIENCE, pass, wait_until},
    sound::copy_demo,
    spoken::words_of,
};

#[test]
fn postgres_the_broker_or_the_recognisers_alone_may_die_while_sound_streams() {
    let mut instance = Instance::start();
    let sources = copy_demo(&instance.place("sound"), &["talk-02-daniel", "talk-23-daniel"]);
    let sources: Vec<_> = sources.iter().map(std::path::PathBuf::as_path).collect();
    for (room, named) in
        [("no-postgres", "/postgres -c"), ("no-broker", "earwitness-broker"), ("no-recogniser", " recogniser")]
    {
        let ingest = instance.begin(&["ingest", "--wait", "--room", room], &sources, Vec::new());
        pass(Duration::from_millis(700));
        let before = instance.processes();
        let victims: Vec<&Process> = before.iter().filter(|process| process.line.contains(named)).collect();
        assert!(!victims.is_empty(), "{before:?}");
        for victim in &victims {
            victim.kill();
        }
        wait_until("others take their place", PATIENCE, || {
            let now = instance.processes();
            let new =
                |process: &&Process| process.line.contains(named) && victims.iter().all(|old| old.id != process.id);
            (now.iter().filter(new).count() >= victims.len()).then_some(())
        });
        ingest.end(PATIENCE).expect(0);
        assert!(instance.is_up(), "{}", instance.log());
        is_settled(&instance, room);
        let coverage = instance.coverage(room);
        assert_eq!(list(&coverage["streams"]).len(), sources.len());
        assert_eq!(stream(&coverage, "talk-23-daniel")["seconds"]["lost"], 0.0, "{room}");
        assert!(words_of(&instance.transcript(room), "talk-02-daniel").len() > 20, "{room}");
    }
    instance.stop();
}
