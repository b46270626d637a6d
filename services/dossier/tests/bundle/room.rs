//! A small room with something of everything: two streams, a reconnect, a gap, flags, a case, a clip.

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use domain::{
    Account, BetweenReason, Category, CoverageReason, CoverageState, Decision, FlagStatus, Hearing, Label, Maker,
    Measure, Outcome, Restrictions, Scope, Severity,
};
use dossier::{
    Audit, Dossier,
    model::{
        AccessAttempt, Assertion, AttemptResult, Between, Case, Clip, ClipState, ClosedHow, Epoch, FORMAT, Finding,
        Flag, Interval, ListenerStep, Model, Pin, Probability, Room, Screened, Segment, Setting, Stream, Totals,
        Window, Word,
    },
};
use ledger::{KeyKind, SigningKey};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::events;

/// The WAV file of the room's clip: a header as good as any, and five seconds.
pub(crate) fn sound() -> Vec<u8> {
    (0..44 + 5 * 32_000_u32).map(|at| at.to_le_bytes()[usize::from(at % 7 == 0)]).collect()
}
const SETTINGS: &str = r#"{"beam":1}"#;
const MINUTE: i64 = 60 * 16_000;

pub(crate) fn at(second: i64) -> DateTime<Utc> {
    Utc.timestamp_opt(1_789_243_200 + second, 250_000_000).unwrap()
}

pub(crate) fn id(number: u128) -> Uuid {
    Uuid::from_u128(0x0199_a2c4_0000_7000_8000_0000_0000_0000 + number)
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

/// The key of the log, or another one of the same name.
pub(crate) fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed("example.com/log", KeyKind::Log, &[seed; 32]).unwrap()
}

/// The room's dossier and its part of the log.
pub(crate) fn room() -> (Dossier, Audit) {
    room_signed_by(&key(7))
}

/// The same, in a log that another key signed.
pub(crate) fn room_signed_by(key: &SigningKey) -> (Dossier, Audit) {
    let mut dossier = told();
    for at in 0..dossier.flags.len() {
        dossier.flags[at].exposure = dossier.exposure_of(&dossier.flags[at]);
    }
    let audit = events::of(&dossier, key);
    dossier.pin = Pin::of(&audit.checkpoint);
    dossier.totals = Totals::of(&dossier, audit.events.len() as u64);
    (dossier, audit)
}

fn told() -> Dossier {
    let room = Room {
        room: "town hall/é".into(),
        title: Some("The \"town\", hall".into()),
        hosts: vec!["Ada".into(), "Grace".into()],
        language: Some("en".into()),
        scheduled: Some(at(-90)),
        begun: at(-100),
    };
    let streams = vec![stage(), mix()];
    let period = Dossier::period_of(&room, &streams);
    Dossier {
        format: FORMAT.into(),
        product: "earwitness 0.0.0".into(),
        as_of: None,
        pin: Pin { origin: String::new(), size: 0, root: String::new() },
        room,
        period,
        streams,
        listeners: [(-60, 0), (0, 120), (30, 4_000), (100, 90)]
            .map(|(second, listeners)| ListenerStep { from: at(second), listeners })
            .into(),
        attempts: vec![attempt(-80, AttemptResult::Refused), attempt(-2, AttemptResult::Connected)],
        assertions: vec![Assertion {
            at: at(200),
            by: "the source".into(),
            text: "It was a \"DDoS\", they say".into(),
        }],
        flags: vec![threat(), suppressed()],
        cases: vec![case()],
        models: vec![
            Model { sha256: "a".repeat(64), name: "tiny.en".into(), library: "w 1".into(), kind: "recogniser".into() },
            Model { sha256: "b".repeat(64), name: "heads".into(), library: "c 1".into(), kind: "classifier".into() },
        ],
        settings: vec![Setting { sha256: hex(&Sha256::digest(SETTINGS)), body: SETTINGS.into() }],
        clips: vec![clip()],
        totals: Totals::default(),
    }
}

fn attempt(second: i64, result: AttemptResult) -> AccessAttempt {
    let refused = result == AttemptResult::Refused;
    AccessAttempt {
        stream: "stage, left".into(),
        at: at(second),
        source: "https://example.com/live".into(),
        result,
        status: Some(if refused { 503 } else { 200 }),
        latency_ms: Some(31),
        retry_after_s: refused.then_some(30),
    }
}

fn stage() -> Stream {
    let intervals = vec![
        interval(0, 40, CoverageState::Transcribed, None),
        interval(40, 50, CoverageState::Music, None),
        interval(50, 60, CoverageState::Lost, Some(CoverageReason::AsrCrash)),
    ];
    let first = Epoch {
        epoch: 0,
        began: at(0),
        ended: Some(at(60)),
        closed: Some(ClosedHow::Superseded),
        samples: MINUTE,
        source: "hall.wav".into(),
        language: "en".into(),
        intervals,
        windows: vec![
            window(
                1,
                0,
                20,
                0,
                &[(1, "Good evening, all.", Hearing::Single), (5, "I will kill you.", Hearing::Verified)],
            ),
            window(2, 20, 40, 0, &[(21, "<Thank> & thank you.", Hearing::Suspect)]),
            window(3, 40, 60, 0, &[]),
        ],
    };
    let second = Epoch {
        epoch: 1,
        began: at(75),
        ended: None,
        closed: None,
        samples: 20 * 16_000,
        intervals: vec![
            interval(0, 10, CoverageState::Transcribed, None),
            interval(10, 20, CoverageState::Pending, Some(CoverageReason::InFlight)),
        ],
        windows: vec![window(4, 0, 10, 75, &[(2, "And so to bed.", Hearing::Single)])],
        ..first.clone()
    };
    let between = [(0, -90, 0, BetweenReason::Refused), (1, 60, 75, BetweenReason::Disconnected)]
        .map(|(before_epoch, from, to, reason)| Between { before_epoch, from: at(from), to: at(to), reason });
    Stream { stream: "stage, left".into(), id: id(0x10), epochs: vec![first, second], between: between.into() }
}

fn mix() -> Stream {
    let epoch = Epoch {
        epoch: 0,
        began: at(-90),
        ended: Some(at(-80)),
        closed: Some(ClosedHow::Ended),
        samples: 10 * 16_000,
        source: "mix".into(),
        language: "en".into(),
        intervals: vec![interval(0, 10, CoverageState::Silence, None)],
        windows: vec![window(5, 0, 10, -90, &[])],
    };
    Stream { stream: "ünder".into(), id: id(0x11), epochs: vec![epoch], between: Vec::new() }
}

fn interval(first: i64, end: i64, state: CoverageState, reason: Option<CoverageReason>) -> Interval {
    Interval { first: first * 16_000, end: end * 16_000, state, reason }
}

/// A window whose words take a second each.
fn window(number: u128, first: i64, end: i64, began: i64, said: &[(i64, &str, Hearing)]) -> Window {
    let heard = !said.is_empty();
    Window {
        window: id(0x20 + number),
        first: first * 16_000,
        end: end * 16_000,
        began: at(began + first),
        ended: at(began + end),
        stored: at(began + end + 3),
        language: "en".into(),
        model: heard.then(|| "a".repeat(64)),
        library: heard.then(|| "w 1".into()),
        setting: heard.then(|| hex(&Sha256::digest(SETTINGS))),
        guards: if number == 2 { vec!["repetition 3.1".into()] } else { Vec::new() },
        attempts: u32::from(heard),
        seam: number == 1,
        screened: (number != 4).then(|| Screened {
            at: at(began + end + 4),
            pack: Some("c".repeat(64)),
            model: Some("b".repeat(64)),
        }),
        segments: said.iter().map(|(from, text, hearing)| segment(*from, text, *hearing)).collect(),
    }
}

fn segment(from: i64, text: &str, hearing: Hearing) -> Segment {
    let words: Vec<_> = text
        .split(' ')
        .zip(from..)
        .map(|(word, second)| Word {
            word: word.into(),
            first: second * 16_000,
            end: second * 16_000 + 12_345,
            p: Probability::new(0.9),
            verified: (hearing == Hearing::Verified).then_some(true),
        })
        .collect();
    let (first, end) = (words[0].first, words[words.len() - 1].end);
    Segment { first, end, speaker: Some("Ada > B".into()), text: text.into(), hearing, erased: None, words }
}

fn threat() -> Flag {
    let finding = |number: u128, first: i64, end: i64, words: &str| Finding {
        finding: id(0x40 + number),
        found: at(24),
        rule: Some("threat-of-harm-en".into()),
        version: Some("3".into()),
        pack: Some("c".repeat(64)),
        head: None,
        model: None,
        severity: Severity::High,
        score: Probability::new(1.0),
        status: FlagStatus::Provisional,
        first: first * 16_000,
        end: end * 16_000 + 12_345,
        words: words.into(),
        why: "announces violence".into(),
        erased: None,
    };
    let head = Finding {
        rule: None,
        version: None,
        pack: None,
        head: Some("violence".into()),
        model: Some("b".repeat(64)),
        severity: Severity::Medium,
        score: Probability::new(0.93),
        ..finding(2, 6, 8, "will kill you.")
    };
    Flag {
        flag: id(0x30),
        stream: "stage, left".into(),
        epoch: 0,
        first: 5 * 16_000,
        end: 8 * 16_000 + 12_345,
        wall: at(5),
        category: Category::Threat,
        severity: Severity::High,
        score: Probability::new(1.0),
        status: FlagStatus::Provisional,
        reach: Some(120),
        exposure: None,
        words: "I will kill you.".into(),
        findings: vec![finding(1, 5, 8, "I will kill you."), head],
        case: Some(id(0x50)),
    }
}

fn suppressed() -> Flag {
    let threat = threat();
    let finding = Finding {
        finding: id(0x43),
        status: FlagStatus::Suppressed,
        first: 21 * 16_000,
        end: 21 * 16_000 + 12_345,
        words: "<Thank>".into(),
        ..threat.findings[0].clone()
    };
    Flag {
        flag: id(0x31),
        first: finding.first,
        end: finding.end,
        wall: at(21),
        status: FlagStatus::Suppressed,
        words: "<Thank>".into(),
        findings: vec![finding],
        case: None,
        ..threat
    }
}

fn case() -> Case {
    let measure = Measure {
        basis: domain::Basis::Law { legal_ground: "A law, section 1".into(), explanation: "A threat.".into() },
        clause: None,
        label: Label::of(Category::Threat),
        restrictions: Restrictions { account: Some(Account::Suspended), ..Restrictions::default() },
        scope: Scope::Union,
        applied_at: at(45),
        facts: "A speaker announced violence.".into(),
    };
    let decision = Decision {
        decision_id: serde_json::from_value(serde_json::json!(id(0x60))).unwrap(),
        case_id: serde_json::from_value(serde_json::json!(id(0x50))).unwrap(),
        replaces: None,
        maker: Maker::Reviewer("reviewer-7".parse().unwrap()),
        decided_at: at(44) + TimeDelta::microseconds(17),
        outcome: Outcome::Restrict(Box::new(measure)),
    };
    Case { case: id(0x50), opened: at(40), state: "decided".into(), flags: vec![id(0x30)], decisions: vec![decision] }
}

fn clip() -> Clip {
    let sound = sound();
    Clip {
        clip: id(0x68),
        flag: id(0x30),
        state: ClipState::Included,
        path: Some("clips/1.wav".into()),
        media_type: "audio/wav".into(),
        stream: "stage, left".into(),
        epoch: 0,
        first: 4 * 16_000,
        end: 9 * 16_000,
        sha256: Some(hex(&Sha256::digest(&sound))),
        size: Some(sound.len() as u64),
        pcm_sha256: Some(hex(&Sha256::digest(&sound[44..]))),
        custody: serde_json::json!({ "topic": "audio.chunk.v1", "offsets": [3, 21] }),
    }
}
