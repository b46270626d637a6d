//! The figures as a table and as CSV.

use std::fmt::Write;

use crate::{
    errors::Errors,
    measure::{Pass, Way},
    score,
    sound::Sound,
};

/// The service hears at least this many times the streams of the ordinary way …
const FASTER: f64 = 4.5;
/// … and takes at most this part more CPU than the bare calls.
const OVERHEAD: f64 = 0.05;

/// Talk and music in the lengths that they have in the demo room.
const ROOM: &str = "whole room";

/// One way over one sound.
pub(crate) struct Row {
    pub(crate) sound: &'static str,
    pub(crate) way: &'static str,
    /// CPU seconds, median of the rounds.
    pub(crate) cpu_s: f64,
    /// Streams that one core hears in real time: seconds of sound a CPU second, median of the rounds.
    pub(crate) streams: f64,
    /// Streams over those of the ordinary way in the same round, median of the rounds.
    pub(crate) times_ordinary: f64,
    /// Against the script, where anything is said and the way tells words.
    pub(crate) errors: Option<Errors>,
    /// Words heard, where the way tells words.
    pub(crate) words: Option<usize>,
}

/// All figures.
pub(crate) struct Report {
    pub(crate) rows: Vec<Row>,
    rounds: usize,
    /// CPU of the service over the bare calls, less 1, over the talk: median, least and most of the rounds.
    overhead: [f64; 3],
    /// The part of it outside the recogniser process; median.
    own: f64,
    /// How the windows of the talk and of the music fared.
    windows: [Windows; 2],
}

/// Windows of the service, those that it decoded, those of them that it decoded twice, and those of the ordinary way.
type Windows = (usize, u32, u32, usize);

/// A way by its name, and whether it tells words.
type Chosen = (&'static str, fn(&Pass) -> &Way, bool);
const WAYS: [Chosen; 4] = [
    ("service", |pass| &pass.service, true),
    ("ordinary", |pass| &pass.ordinary, true),
    ("padded", |pass| &pass.padded, true),
    ("bare calls", |pass| &pass.bare, false),
];

/// A row of the table: its name, its seconds, and how much of each sound it holds.
type Part<'a> = (&'static str, f64, &'a [(usize, f64)]);

impl Report {
    /// From at least one round.
    pub(crate) fn of(sounds: &[Sound; 2], rounds: &[Vec<Pass>]) -> Self {
        let [talk, music] = sounds;
        // The room is the talk and the music, each for as long as it lasts there; the declared mute is never decoded.
        let both = [(0, talk.in_room_s / talk.seconds()), (1, music.in_room_s / music.seconds())];
        let parts: [Part<'_>; 3] = [
            ("talk", talk.seconds(), &[(0, 1.0)]),
            ("music", music.seconds(), &[(1, 1.0)]),
            (ROOM, talk.in_room_s + music.in_room_s, &both),
        ];
        let mut rows = Vec::new();
        for (sound, seconds, parts) in parts {
            let cpu = |way: fn(&Pass) -> &Way| -> Vec<f64> {
                let of = |round: &Vec<Pass>| parts.iter().map(|&(at, by)| by * way(&round[at]).cpu).sum();
                rounds.iter().map(of).collect()
            };
            let ordinary = cpu(|pass| &pass.ordinary);
            for (name, way, tells_words) in WAYS {
                let spent = cpu(way);
                let heard = (tells_words && parts.len() == 1).then(|| &way(&rounds[0][parts[0].0]).heard);
                rows.push(Row {
                    sound,
                    way: name,
                    cpu_s: median(spent.clone()),
                    streams: median(spent.iter().map(|spent| seconds / spent).collect()),
                    times_ordinary: median(ordinary.iter().zip(&spent).map(|(o, s)| o / s).collect()),
                    errors: heard.filter(|_| sound == "talk").map(|heard| score::errors(&talk.said, heard)),
                    words: heard.map(|heard| score::words(heard).len()),
                });
            }
        }
        let talks = || rounds.iter().map(|round| &round[0]);
        let over = |pass: &Pass| pass.service.cpu / pass.bare.cpu - 1.0;
        let own = |pass: &Pass| pass.own / pass.bare.cpu;
        let overheads: Vec<f64> = talks().map(over).collect();
        let least = overheads.iter().copied().fold(f64::INFINITY, f64::min);
        let most = overheads.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        Self {
            rows,
            rounds: rounds.len(),
            overhead: [median(overheads), least, most],
            own: median(talks().map(own).collect()),
            windows: [0, 1]
                .map(|at| &rounds[0][at])
                .map(|pass| (pass.windows, pass.decoded, pass.retried, pass.ordinary_windows)),
        }
    }

    /// The row of a way over a sound.
    pub(crate) fn row(&self, sound: &str, way: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.sound == sound && row.way == way)
    }

    /// For a terminal, with the targets.
    pub(crate) fn table(&self) -> String {
        let mut text = format!(
            "\n{:<12} {:<11} {:>8} {:>15} {:>15} {:>11} {:>6}\n",
            "sound", "way", "CPU s", "streams a core", "times ordinary", "word errors", "words"
        );
        for row in &self.rows {
            let errors = row.errors.map_or_else(|| "-".to_owned(), |errors| format!("{:.1} %", errors.rate()));
            let words = row.words.map_or_else(|| "-".to_owned(), |words| words.to_string());
            let Row { sound, way, cpu_s, streams, times_ordinary, .. } = row;
            let _ = writeln!(
                text,
                "{sound:<12} {way:<11} {cpu_s:>8.2} {streams:>15.1} {times_ordinary:>15.2} {errors:>11} {words:>6}"
            );
        }
        let _ = writeln!(text, "\nMedians of {} rounds; CPU time, one thread a way, not wall time.", self.rounds);
        for ((windows, decoded, retried, ordinary), sound) in self.windows.iter().zip(["talk", "music"]) {
            let _ = writeln!(
                text,
                "{sound}: {windows} windows, {decoded} decoded, {retried} of them twice; {ordinary} the ordinary way"
            );
        }
        text.push_str(&self.targets());
        text
    }

    fn targets(&self) -> String {
        let told = |met: bool| if met { "met" } else { "MISSED" };
        let rate = |way: &str| self.row("talk", way).and_then(|row| row.errors).map_or(0.0, Errors::rate);
        let (service, ordinary) = (rate("service"), rate("ordinary"));
        let [overhead, least, most] = self.overhead;
        let mut text = String::new();
        for sound in [ROOM, "talk"] {
            let times = self.row(sound, "service").map_or(0.0, |row| row.times_ordinary);
            let target = told(times >= FASTER);
            let _ =
                writeln!(text, "{sound}: {times:.2}x the streams of the ordinary way (target: {FASTER}x): {target}");
        }
        let target = told(service <= ordinary);
        let _ = writeln!(text, "word errors: {service:.2} % against {ordinary:.2} % (target: no more): {target}");
        let percent = [overhead, least, most, self.own, OVERHEAD].map(|part| 100.0 * part);
        let [overhead_percent, least, most, own, target] = percent;
        let _ = writeln!(
            text,
            "CPU over bare calls on the same spans: {overhead_percent:+.1} % ({least:+.1} to {most:+.1}; {own:.1} outside \
             the recogniser) (target: {target:.0} % at most): {}",
            told(overhead <= OVERHEAD)
        );
        text
    }

    /// One row a way and sound.
    pub(crate) fn csv(&self) -> String {
        let mut text =
            String::from("sound,way,cpu_s,streams_a_core,times_ordinary,words_said,words_wrong,words_heard\n");
        for row in &self.rows {
            let count = |count: Option<usize>| count.map_or_else(String::new, |count| count.to_string());
            let (said, wrong) = (row.errors.map(|errors| errors.said), row.errors.map(|errors| errors.wrong));
            let Row { sound, way, cpu_s, streams, times_ordinary, .. } = row;
            let _ = writeln!(
                text,
                "{sound},{way},{cpu_s:.3},{streams:.3},{times_ordinary:.3},{},{},{}",
                count(said),
                count(wrong),
                count(row.words)
            );
        }
        text
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { f64::midpoint(values[middle - 1], values[middle]) }
}
