//! A made-up room for tests and benches, of any size, always the same: late start, refusals, two connections, every
//! state, flags with all that can hang on them.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    Basis, BetweenReason, Category, CoverageReason, CoverageState, Decision, FlagStatus, Hearing, Label, Maker,
    Measure, Outcome, Restrictions, SAMPLE_RATE_HZ, Scope, Severity, Visibility,
};
use serde_json::json;
use uuid::Uuid;

use super::dossier::{
    Dossier,
    model::{
        AccessAttempt, Assertion, AttemptResult, Between, Case, Clip, ClipState, ClosedHow, Epoch, Exposure,
        ExposureEnd, FORMAT, Finding, Flag, Interval, ListenerStep, Model, Pin, Probability, Room, Screened, Segment,
        Setting, Stream, Totals, Window, Word,
    },
};

/// Samples of one window.
const WINDOW: i64 = 8 * SAMPLE_RATE_HZ;
const RECOGNISER: &str = "5d1e0a9b33c04d7e5d1e0a9b33c04d7e5d1e0a9b33c04d7e5d1e0a9b33c04d7e";
const CLASSIFIER: &str = "77aa0a9b33c04d7e77aa0a9b33c04d7e77aa0a9b33c04d7e77aa0a9b33c04d7e";
const PACK: &str = "0c0ffee033c04d7e0c0ffee033c04d7e0c0ffee033c04d7e0c0ffee033c04d7e";
const SETTINGS: &str = "e77a0a9b33c04d7ee77a0a9b33c04d7ee77a0a9b33c04d7ee77a0a9b33c04d7e";

/// A room of that many minutes and flags.
pub(crate) fn dossier(minutes: i64, flags: usize) -> Dossier {
    let scheduled = moment(0);
    let main = stream("main", scheduled + TimeDelta::minutes(42), minutes * 60 * SAMPLE_RATE_HZ);
    let guest = stream("guest", scheduled + TimeDelta::minutes(47), minutes * 30 * SAMPLE_RATE_HZ);
    let mut dossier = Dossier {
        format: FORMAT.to_owned(),
        product: "earwitness 0.0.0".to_owned(),
        as_of: None,
        pin: Pin {
            origin: "earwitness.example/log".to_owned(),
            size: 18_203,
            root: "hYbk4q1v9v3v5J9m9v3v5J9m9v3v5J9m9v3v5J9m9v0=".to_owned(),
        },
        room: Room {
            room: "evening-talk".to_owned(),
            title: Some("An evening talk with the candidates".to_owned()),
            hosts: vec!["Ada".to_owned(), "Grace".to_owned()],
            language: Some("en".to_owned()),
            scheduled: Some(scheduled),
            begun: scheduled,
        },
        period: None,
        streams: vec![guest, main],
        listeners: listeners(scheduled, minutes),
        attempts: attempts(scheduled),
        assertions: vec![Assertion {
            at: scheduled + TimeDelta::minutes(20),
            by: "the platform's status page".to_owned(),
            text: "Our servers are hit by a massive DDoS attack.".to_owned(),
        }],
        flags: Vec::new(),
        cases: Vec::new(),
        models: models(),
        settings: vec![Setting { sha256: SETTINGS.to_owned(), body: r#"{"beam":1,"language":"en"}"#.to_owned() }],
        clips: Vec::new(),
        totals: Totals::default(),
    };
    dossier.period = Dossier::period_of(&dossier.room, &dossier.streams);
    add_flags(&mut dossier, flags);
    dossier.totals = Totals::of(&dossier, 4_211);
    dossier
}

fn moment(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_789_236_000 + seconds, 0).unwrap_or_default()
}

fn id(kind: u128, number: usize) -> Uuid {
    Uuid::from_u128((0x0192_f5d4_7e1a_7000 << 64) | 0x8000_0000_0000_0000 | (kind << 32) | number as u128)
}

fn models() -> Vec<Model> {
    let model = |sha256: &str, name: &str, library: &str, kind: &str| Model {
        sha256: sha256.to_owned(),
        name: name.to_owned(),
        library: library.to_owned(),
        kind: kind.to_owned(),
    };
    vec![
        model(RECOGNISER, "tiny.en-q8_0", "whisper.cpp 1.7.6", "recogniser"),
        model(CLASSIFIER, "heads-1", "classify 1", "classifier"),
    ]
}

fn stream(name: &str, began: DateTime<Utc>, samples: i64) -> Stream {
    let first = epoch(name, 0, began, samples / 3);
    let again = first.end() + TimeDelta::seconds(75);
    let scheduled = moment(0);
    let between = vec![
        Between { before_epoch: 0, from: scheduled, to: began, reason: BetweenReason::Refused },
        Between { before_epoch: 1, from: first.end(), to: again, reason: BetweenReason::Disconnected },
    ];
    let second = epoch(name, 1, again, samples - samples / 3);
    Stream { stream: name.to_owned(), id: id(1, name.len()), epochs: vec![first, second], between }
}

fn epoch(name: &str, number: u32, began: DateTime<Utc>, samples: i64) -> Epoch {
    let mut epoch = Epoch {
        epoch: number,
        began,
        ended: None,
        closed: Some(if number == 0 { ClosedHow::Superseded } else { ClosedHow::Ended }),
        samples,
        source: format!("https://radio.example/{name}.mp3"),
        language: "en".to_owned(),
        intervals: intervals(samples, u64::from(number) + name.len() as u64),
        windows: Vec::new(),
    };
    epoch.ended = Some(epoch.end());
    let heard: Vec<Interval> =
        epoch.intervals.iter().copied().filter(|interval| interval.state == CoverageState::Transcribed).collect();
    for interval in heard {
        let mut first = interval.first;
        while first < interval.end {
            let end = (first + WINDOW).min(interval.end);
            epoch.windows.push(window(&epoch, first, end));
            first = end;
        }
    }
    epoch
}

/// Every state in turn, speech most of the time.
fn intervals(samples: i64, seed: u64) -> Vec<Interval> {
    use CoverageReason as Reason;
    use CoverageState as State;
    const TURN: [(State, Option<Reason>, i64); 12] = [
        (State::Silence, None, 20),
        (State::Transcribed, None, 290),
        (State::Music, None, 45),
        (State::Transcribed, None, 400),
        (State::Lost, Some(Reason::AsrCrash), 2),
        (State::Transcribed, None, 350),
        (State::Lost, Some(Reason::SourceError), 11),
        (State::Noise, None, 25),
        (State::Transcribed, None, 380),
        (State::Deferred, Some(Reason::PolicyDeferred), 30),
        (State::Transcribed, None, 300),
        (State::Lost, Some(Reason::SequenceJump), 1),
    ];
    let (mut intervals, mut first) = (Vec::new(), 0);
    for (state, reason, seconds) in TURN.iter().cycle().skip(usize::try_from(seed % 3).unwrap_or(0) * 2) {
        let end = (first + seconds * SAMPLE_RATE_HZ).min(samples);
        if first < end {
            intervals.push(Interval { first, end, state: *state, reason: *reason });
        }
        first = end;
        if first >= samples {
            break;
        }
    }
    intervals
}

const TALK: &str = "so the bridge will be closed until the spring and nobody told the people who live there that they \
                    will have to walk around it every single day";

fn window(epoch: &Epoch, first: i64, end: i64) -> Window {
    let texts: Vec<&str> = TALK.split(' ').collect();
    let length = SAMPLE_RATE_HZ / 3;
    let count = usize::try_from((end - first) / length).unwrap_or(0);
    let offset = usize::try_from(first / length).unwrap_or(0);
    let words: Vec<Word> = (0..count)
        .map(|index| {
            let from = first + length * i64::try_from(index).unwrap_or(0);
            Word {
                word: texts[(offset + index) % texts.len()].to_owned(),
                first: from,
                end: from + length - 800,
                p: Probability::new(if index % 11 == 4 { 0.41 } else { 0.93 }),
                verified: (index % 2 == 0).then_some(index % 10 != 0),
            }
        })
        .collect();
    let text = words.iter().map(|word| word.word.as_str()).collect::<Vec<_>>().join(" ");
    let segment = Segment {
        first,
        end,
        speaker: Some("Ada".to_owned()),
        text,
        hearing: if first % (31 * WINDOW) == 0 { Hearing::Suspect } else { Hearing::Single },
        erased: None,
        words,
    };
    Window {
        window: id(2, usize::try_from(first).unwrap_or(0)),
        first,
        end,
        began: epoch.wall(first),
        ended: epoch.wall(end),
        stored: epoch.wall(end) + TimeDelta::seconds(2),
        language: "en".to_owned(),
        model: Some(RECOGNISER.to_owned()),
        library: Some("whisper.cpp 1.7.6".to_owned()),
        setting: Some(SETTINGS.to_owned()),
        guards: Vec::new(),
        attempts: 1,
        seam: false,
        screened: Some(Screened {
            at: epoch.wall(end) + TimeDelta::seconds(3),
            pack: Some(PACK.to_owned()),
            model: Some(CLASSIFIER.to_owned()),
        }),
        segments: vec![segment],
    }
}

fn listeners(from: DateTime<Utc>, minutes: i64) -> Vec<ListenerStep> {
    let step = |at: i64| ListenerStep {
        from: from + TimeDelta::seconds(at * 5),
        listeners: 900 + (at * 37) % 211 + at * 9 - (at / 700) * 4_000,
    };
    (0..(minutes + 42) * 12).map(step).map(|step| ListenerStep { listeners: step.listeners.max(0), ..step }).collect()
}

fn attempts(from: DateTime<Utc>) -> Vec<AccessAttempt> {
    let attempt = |index: i64| AccessAttempt {
        stream: "main".to_owned(),
        at: from + TimeDelta::seconds(index * 120),
        source: "https://radio.example/main.mp3".to_owned(),
        result: if index < 21 { AttemptResult::Refused } else { AttemptResult::Connected },
        status: Some(if index < 21 { 503 } else { 200 }),
        latency_ms: Some(87),
        retry_after_s: (index < 21).then_some(120),
    };
    (0..22).map(attempt).collect()
}

/// Flags on words that are there, spread over the room.
fn add_flags(dossier: &mut Dossier, count: usize) {
    let places: Vec<(String, u32, i64, i64, DateTime<Utc>, String)> = dossier
        .windows()
        .filter(|(.., window)| window.segments.iter().any(|segment| segment.words.len() > 8))
        .map(|(stream, epoch, window)| {
            let words = &window.segments[0].words[2..7];
            let text = words.iter().map(|word| word.word.as_str()).collect::<Vec<_>>().join(" ");
            (stream.stream.clone(), epoch.epoch, words[0].first, words[4].end, epoch.wall(words[0].first), text)
        })
        .collect();
    for number in 0..count {
        let (stream, epoch, first, end, wall, words) = places[number * places.len() / count].clone();
        let category = Category::ALL[number % Category::ALL.len()];
        let reach = dossier.listeners_at(wall);
        let flag = Flag {
            flag: id(3, number),
            stream: stream.clone(),
            epoch,
            first,
            end,
            wall,
            category,
            severity: Severity::ALL[number % 4],
            score: Probability::new(0.97),
            status: FlagStatus::ALL[number % 4],
            reach,
            exposure: reach.map(|reach| Exposure {
                listener_seconds: reach * 90,
                until: wall + TimeDelta::seconds(90),
                ended_by: if number % 5 == 0 { ExposureEnd::Measure } else { ExposureEnd::EpochEnd },
            }),
            words: words.clone(),
            findings: findings(number, first, end, wall, &words),
            case: (number % 5 == 0).then(|| id(5, number)),
        };
        dossier.clips.push(clip(&flag, number));
        if number % 5 == 0 {
            dossier.cases.push(case(&flag, number));
        }
        dossier.flags.push(flag);
    }
    dossier.flags.sort_by(|a, b| (a.wall, &a.stream, a.flag).cmp(&(b.wall, &b.stream, b.flag)));
}

fn findings(number: usize, first: i64, end: i64, wall: DateTime<Utc>, words: &str) -> Vec<Finding> {
    let finding = |kind: u128, rule: Option<&str>, head: Option<&str>| Finding {
        finding: id(kind, number),
        found: wall + TimeDelta::seconds(7),
        rule: rule.map(str::to_owned),
        version: rule.map(|_| "1.3.0".to_owned()),
        pack: rule.map(|_| PACK.to_owned()),
        head: head.map(str::to_owned),
        model: head.map(|_| CLASSIFIER.to_owned()),
        severity: Severity::ALL[number % 4],
        score: Probability::new(if rule.is_some() { 1.0 } else { 0.97 }),
        status: FlagStatus::ALL[number % 4],
        first,
        end,
        words: words.to_owned(),
        erased: None,
        why: "first person, future; no exclusion holds".to_owned(),
    };
    vec![finding(6, Some("threat.kill"), None), finding(7, None, Some("violence"))]
}

fn clip(flag: &Flag, number: usize) -> Clip {
    let is_there = number.is_multiple_of(3);
    Clip {
        clip: id(9, number),
        flag: flag.flag,
        state: if is_there { ClipState::Included } else { ClipState::Expired },
        path: is_there.then(|| format!("clips/{}.flac", flag.flag)),
        media_type: "audio/flac".to_owned(),
        stream: flag.stream.clone(),
        epoch: flag.epoch,
        first: (flag.first - SAMPLE_RATE_HZ).max(0),
        end: flag.end + SAMPLE_RATE_HZ,
        sha256: is_there.then(|| PACK.to_owned()),
        size: is_there.then_some(20_000),
        pcm_sha256: None,
        custody: json!({}),
    }
}

fn case(flag: &Flag, number: usize) -> Case {
    let measure = Measure {
        basis: Basis::Terms {
            clause: "4.2 Threats".to_owned(),
            explanation: "A speaker announces violence against a person in the room.".to_owned(),
            is_illegal: Some(false),
        },
        clause: None,
        label: Label::of(flag.category),
        restrictions: Restrictions { visibility: vec![Visibility::Removed], ..Restrictions::default() },
        scope: Scope::Union,
        applied_at: flag.wall + TimeDelta::seconds(90),
        facts: "The words were heard twice and played by the reviewer.".to_owned(),
    };
    let decision = Decision {
        decision_id: id(8, number).to_string().parse().unwrap_or(domain::DecisionId::nil()),
        case_id: id(5, number).to_string().parse().unwrap_or(domain::CaseId::nil()),
        replaces: None,
        maker: Maker::Machine { name: "sample 1".to_owned() },
        decided_at: flag.wall + TimeDelta::seconds(89),
        outcome: Outcome::Restrict(Box::new(measure)),
    };
    Case {
        case: id(5, number),
        opened: flag.wall + TimeDelta::seconds(20),
        state: "decided".to_owned(),
        flags: vec![flag.flag],
        decisions: vec![decision],
    }
}
