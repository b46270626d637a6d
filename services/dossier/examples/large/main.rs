//! Makes and checks the bundle of a long room with many flags, and tells how long that took: `-- HOURS FLAGS`.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "it runs by hand and prints what it measured")]

#[path = "../../tests/bundle/events.rs"]
mod events;
#[path = "../../tests/bundle/room.rs"]
mod room;

use std::{
    io::{Cursor, Seek},
    time::Instant,
};

use domain::{CoverageState, Hearing};
use dossier::{
    Dossier, Parts,
    model::{Flag, Interval, Pin, Totals, Window},
};

/// Samples of a window: 8 s.
const WINDOW: i64 = 128_000;

fn main() {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse::<i64>().unwrap());
    let (hours, flags) = (arguments.next().unwrap_or(3), arguments.next().unwrap_or(1_000));
    let key = room::key(7);
    let (mut dossier, _) = room::room();
    stretch(&mut dossier, hours * 450, flags);
    let audit = events::of(&dossier, &key);
    dossier.pin = Pin::of(&audit.checkpoint);
    dossier.totals = Totals::of(&dossier, audit.events.len() as u64);
    let began = Instant::now();
    let parts = Parts { document: &[], clips: &mut |_| Ok(room::sound()) };
    let mut out = dossier::write(Cursor::new(Vec::new()), &dossier, &audit, parts, &key, &mut |_, _| ()).unwrap();
    let (words, events, bytes) = (dossier.totals.words, dossier.totals.events, out.get_ref().len());
    println!(
        "{hours} h, {words} words, {flags} flags, {events} events: {bytes} bytes written in {:?}",
        began.elapsed()
    );
    drop((dossier, audit));
    out.rewind().unwrap();
    let began = Instant::now();
    let verdict = dossier::verify(out, Some(key.public()), &mut |difference| println!("{difference:?}"));
    println!("checked in {:?}, sound: {}", began.elapsed(), verdict.sound);
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    println!("{}", status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("no VmHWM"));
}

/// Lets the first epoch go on for so many windows, with flags spread over them.
fn stretch(dossier: &mut Dossier, windows: i64, flags: i64) {
    let pattern = dossier.flags[0].clone();
    let epoch = &mut dossier.streams[0].epochs[0];
    let window = Window { guards: Vec::new(), ..epoch.windows[0].clone() };
    let copy = |number: i64| {
        let first = number * WINDOW;
        let mut window = Window {
            window: room::id(0x10_0000 + u128::try_from(number).unwrap()),
            first,
            end: first + WINDOW,
            began: epoch.wall(first),
            ended: epoch.wall(first + WINDOW),
            ..window.clone()
        };
        for segment in &mut window.segments {
            segment.hearing = Hearing::Single;
            // Eight seconds hold what twenty did.
            let place = |at: i64| first + at * 8 / 20;
            (segment.first, segment.end) = (place(segment.first), place(segment.end));
            for word in &mut segment.words {
                (word.first, word.end) = (place(word.first), place(word.end));
            }
        }
        window
    };
    let all: Vec<Window> = (0..windows).map(copy).collect();
    epoch.samples = windows * WINDOW;
    epoch.intervals = vec![Interval { first: 0, end: epoch.samples, state: CoverageState::Transcribed, reason: None }];
    epoch.windows = all;
    dossier.streams[0].epochs.truncate(1);
    dossier.streams[0].between.truncate(1);
    dossier.cases.clear();
    dossier.clips.clear();
    dossier.period = Dossier::period_of(&dossier.room, &dossier.streams);
    dossier.flags = (0..flags).map(|number| flag(dossier, &pattern, number, number * windows / flags)).collect();
}

fn flag(dossier: &Dossier, pattern: &Flag, number: i64, window: i64) -> Flag {
    let epoch = &dossier.streams[0].epochs[0];
    let window = &epoch.windows[usize::try_from(window).unwrap()];
    let segment = &window.segments[1];
    let (number, mut finding) = (u128::try_from(number).unwrap(), pattern.findings[0].clone());
    finding.finding = room::id(0x1000_0000 + number);
    (finding.first, finding.end) = (segment.first, segment.end);
    let mut flag = Flag {
        flag: room::id(0x2000_0000 + number),
        first: segment.first,
        end: segment.end,
        wall: epoch.wall_in_window(segment.first).unwrap(),
        findings: vec![finding],
        words: epoch.said(segment.first, segment.end),
        case: None,
        ..pattern.clone()
    };
    flag.exposure = dossier.exposure_of(&flag);
    flag
}
