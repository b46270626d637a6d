//! A small room, drawn.

use domain::{BetweenReason, Category, CoverageState, FlagStatus, Severity};
use store::{
    Between, Coverage, EpochCoverage, FlagLine, IntervalLine, ListenerStep, RoomLine, RoomShow, Seconds, StreamCoverage,
};

use super::*;

fn at(minute: u32, second: u32) -> DateTime<Utc> {
    format!("2026-09-12T20:{minute:02}:{second:02}Z").parse().unwrap()
}

fn flag() -> FlagLine {
    FlagLine {
        flag: uuid::Uuid::nil(),
        stream: "stage".into(),
        epoch: 0,
        first: 7 * 60 * 16_000,
        end: 7 * 60 * 16_000 + 32_000,
        wall: at(9, 0),
        category: Category::Threat,
        severity: Severity::High,
        score: 1.0,
        status: FlagStatus::Provisional,
        reach: Some(1_300_000),
        words: "<b>I will & you</b>".into(),
        findings: vec![],
    }
}

fn room() -> RoomShow {
    let interval =
        |first: i64, end: i64, state| IntervalLine { first: first * 16_000, end: end * 16_000, state, reason: None };
    RoomShow {
        room: RoomLine {
            room: "hall".into(),
            title: Some("A < B".into()),
            streams: vec!["stage".into()],
            scheduled: Some(at(0, 0)),
            began: Some(at(2, 0)),
            ended: Some(at(12, 0)),
            peak_listeners: Some(1_300_000),
        },
        hosts: vec![],
        language: None,
        coverage: Coverage {
            room: "hall".into(),
            streams: vec![StreamCoverage {
                stream: "stage".into(),
                epochs: vec![EpochCoverage {
                    epoch: 0,
                    began: at(2, 0),
                    samples: 600 * 16_000,
                    intervals: vec![
                        interval(0, 300, CoverageState::Music),
                        interval(300, 302, CoverageState::Lost),
                        interval(302, 600, CoverageState::Transcribed),
                    ],
                }],
                between: vec![Between {
                    before_epoch: 0,
                    from: at(0, 0),
                    to: at(2, 0),
                    reason: BetweenReason::Refused,
                }],
                seconds: Seconds {
                    transcribed: 298.0,
                    silence: 0.0,
                    music: 300.0,
                    noise: 0.0,
                    lost: 2.0,
                    deferred: 0.0,
                    pending: 0.0,
                    between: 120.0,
                },
                unaccounted_samples: 0,
            }],
        },
        flags: vec![flag()],
        listeners: vec![
            ListenerStep { from: at(0, 0), listeners: 650_000 },
            ListenerStep { from: at(6, 0), listeners: 1_300_000 },
        ],
        attempts: vec![],
    }
}

#[test]
fn the_terminal_shows_states_loss_flags_and_delay() {
    let text = for_terminal(&room());
    let lane = text.lines().find(|line| line.starts_with("stage     ")).unwrap();
    let signs: Vec<char> = lane.chars().skip(10).collect();
    // 12 minutes over 96 columns: 8 a minute; two minutes between, five of music, then loss, then speech.
    assert_eq!(signs[..16].iter().collect::<String>(), " ".repeat(16));
    assert_eq!(signs[16..56].iter().collect::<String>(), "♪".repeat(40));
    assert_eq!((signs[56], signs[57], signs[95]), ('×', '█', '█'));
    assert!(text.contains("first speech 7 min 02 s late"), "{text}");
    let flag = text.lines().find(|line| line.trim() == "▲").unwrap();
    assert_eq!(flag.chars().count(), 10 + 73, "20:09 is column 72");
}

#[test]
fn the_picture_is_well_formed_and_nothing_in_it_is_markup() {
    let svg = as_svg(&room());
    let document = roxmltree::Document::parse(&svg).unwrap();
    let texts: Vec<_> = document.descendants().filter_map(|node| node.text()).collect();
    assert!(texts.contains(&"A < B") && texts.contains(&"<b>I will & you</b>"));
    assert!(texts.iter().any(|text| text.contains("reach 1,300,000")));
    assert_eq!(document.descendants().filter(|node| node.has_tag_name("b")).count(), 0);
}
