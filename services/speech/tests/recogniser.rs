//! The pool of recogniser processes, with real models and real processes that are killed, frozen or refused.
#![expect(clippy::unwrap_used, reason = "a test ends where its setting fails")]

mod support;

use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};
use speech::{GATE_FRAME, MAX_SPAN, Recogniser, Settings, SpeechError};
use support::{english, request, settings, tone};

/// An argument that the process ignores, by which the test finds it.
fn marked(mark: &str) -> Settings {
    let mut settings = settings(english());
    settings.arguments.push(mark.to_owned());
    settings.grace = Duration::from_millis(500);
    settings
}

/// The processes started with this argument, by the kernel's list.
fn processes(mark: &str) -> Vec<Pid> {
    let has_mark = |pid: &i32| {
        let command = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        command.split(|byte| *byte == 0).any(|argument| argument == mark.as_bytes())
    };
    let entries = std::fs::read_dir("/proc").unwrap().filter_map(|entry| entry.unwrap().file_name().into_string().ok());
    entries.filter_map(|name| name.parse().ok()).filter(has_mark).filter_map(Pid::from_raw).collect()
}

fn only_process(mark: &str) -> Pid {
    let all = processes(mark);
    assert_eq!(all.len(), 1, "processes of {mark}: {all:?}");
    all[0]
}

#[tokio::test]
async fn it_gates_and_hears() {
    let recogniser = Recogniser::start(marked("gates-and-hears")).await.unwrap();
    let window = tone(3.3);
    let probabilities = recogniser.gate(&window).await.unwrap();
    assert_eq!(probabilities.len(), window.len().div_ceil(GATE_FRAME));
    assert!(probabilities.iter().all(|p| *p < 0.5), "a tone is not speech: {probabilities:?}");
    let hearing = recogniser.hear(&request("tiny.en", "en", &window)).await.unwrap();
    assert!(hearing.sampled_tokens > 0 && hearing.cpu_us > 0 && hearing.no_speech.is_some(), "{hearing:?}");
    let identity = recogniser.model_identity("tiny.en").unwrap();
    assert_eq!(identity.model, english().hearing[0]);
    assert!(recogniser.model_identity("base").is_none());
}

#[tokio::test]
async fn a_process_killed_at_work_fails_its_request_and_is_replaced() {
    let recogniser = Recogniser::start(marked("killed-at-work")).await.unwrap();
    let first = only_process("killed-at-work");
    kill_process(first, Signal::STOP).unwrap(); // so that it is certainly at work when it is killed
    let question = request("tiny.en", "en", &tone(2.0));
    let (answer, ()) = tokio::join!(recogniser.hear(&question), async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        kill_process(first, Signal::KILL).unwrap();
    });
    let error = answer.unwrap_err();
    assert!(matches!(&error, SpeechError::Crashed { operation: "hear", end } if end.contains("signal: 9")), "{error}");
    assert!(error.is_transient());
    recogniser.hear(&question).await.unwrap();
    assert_ne!(only_process("killed-at-work"), first);
}

#[tokio::test]
async fn a_process_that_hangs_is_killed_after_deadline_and_grace() {
    let recogniser = Recogniser::start(marked("hangs")).await.unwrap();
    let first = only_process("hangs");
    kill_process(first, Signal::STOP).unwrap();
    let mut question = request("tiny.en", "en", &tone(2.0));
    question.deadline = Duration::from_millis(700);
    let began = Instant::now();
    let error = recogniser.hear(&question).await.unwrap_err();
    assert!(matches!(error, SpeechError::TimedOut { operation: "hear", .. }), "{error}");
    assert!(began.elapsed() >= Duration::from_millis(1_200), "killed within the grace: {:?}", began.elapsed());
    assert!(processes("hangs").is_empty(), "the hanging process lives on");
    question.deadline = Duration::from_mins(1);
    recogniser.hear(&question).await.unwrap();
}

#[tokio::test]
async fn a_process_that_died_idle_is_replaced_unnoticed() {
    let recogniser = Recogniser::start(marked("died-idle")).await.unwrap();
    let first = only_process("died-idle");
    kill_process(first, Signal::KILL).unwrap();
    waitid(WaitId::Pid(first), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT).unwrap();
    recogniser.gate(&tone(1.0)).await.unwrap();
    assert_ne!(only_process("died-idle"), first);
}

#[tokio::test]
async fn an_overrun_stops_in_the_process_which_lives_on() {
    // The abort is asked for after the encoder pass, which takes its time on a busy machine.
    let settings = Settings { grace: Duration::from_secs(30), ..marked("overrun") };
    let recogniser = Recogniser::start(settings).await.unwrap();
    let first = only_process("overrun");
    let mut question = request("tiny.en", "en", &tone(20.0));
    question.deadline = Duration::from_millis(1);
    let error = recogniser.hear(&question).await.unwrap_err();
    assert!(matches!(error, SpeechError::TimedOut { allowed, .. } if allowed == question.deadline), "{error}");
    question.deadline = Duration::from_mins(1);
    recogniser.hear(&question).await.unwrap();
    assert_eq!(only_process("overrun"), first);
}

#[tokio::test]
async fn a_request_given_up_does_not_leave_its_answer_to_the_next() {
    let recogniser = Recogniser::start(marked("given-up")).await.unwrap();
    let long = request("tiny.en", "en", &tone(20.0));
    let given_up = tokio::time::timeout(Duration::from_millis(30), recogniser.hear(&long)).await;
    assert!(given_up.is_err(), "20 s were heard in 30 ms");
    assert_eq!(recogniser.gate(&tone(1.0)).await.unwrap().len(), 32);
}

#[tokio::test]
async fn requests_share_the_processes_there_are() {
    let recogniser = Recogniser::start(Settings { children: 2, ..marked("share") }).await.unwrap();
    assert_eq!(processes("share").len(), 2);
    let window = tone(1.0);
    let answers = tokio::join!(recogniser.gate(&window), recogniser.gate(&window), recogniser.gate(&window));
    assert_eq!(answers.0.unwrap(), answers.1.unwrap());
    assert_eq!(answers.2.unwrap().len(), 32);
    assert_eq!(processes("share").len(), 2);
    drop(recogniser);
    let began = Instant::now();
    while !processes("share").is_empty() {
        assert!(began.elapsed() < Duration::from_secs(5), "processes outlive the recogniser");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn what_can_never_succeed_is_refused_and_harms_nothing() {
    let recogniser = Recogniser::start(marked("refused")).await.unwrap();
    let first = only_process("refused");
    let sound = tone(1.0);
    for (question, why) in [
        (request("tiny.en", "xx", &sound), "no language code"),
        (request("tiny.en", "german", &sound), "no language code"),
        (request("tiny.en", "e\0n", &sound), "no language code"),
        (request("tiny.en", "", &sound), "no language code"),
        (request("tiny.en", "auto", &sound), "no language code"),
        (request("tiny.en", "de", &sound), "English only"),
        (request("large", "en", &sound), "no model \"large\""),
        (request("tiny.en", "en", &[]), "empty"),
        (request("tiny.en", "en", &vec![0; MAX_SPAN + 1]), "more than"),
    ] {
        let error = recogniser.hear(&question).await.unwrap_err();
        assert!(matches!(&error, SpeechError::Refused(text) if text.contains(why)), "{why}: {error}");
        assert!(error.is_poison());
    }
    assert!(matches!(recogniser.gate(&[]).await, Err(SpeechError::Refused(_))));
    assert_eq!(only_process("refused"), first);
}

#[tokio::test]
async fn sound_of_any_length_and_kind_is_heard_without_harm() {
    let recogniser = Recogniser::start(marked("any-sound")).await.unwrap();
    let first = only_process("any-sound");
    let square: Vec<i16> = (0..MAX_SPAN).map(|n| if n / 40 % 2 == 0 { i16::MAX } else { i16::MIN }).collect();
    for samples in [1, 2, 100, 201, 3_199, 15_999, 16_001, 64_000, MAX_SPAN] {
        let question = request("tiny.en", "en", &square[..samples]);
        let hearing = recogniser.hear(&question).await.unwrap();
        for word in &hearing.words {
            assert!(word.first < word.end && word.end as usize <= samples, "{samples} samples: {word:?}");
        }
        let probabilities = recogniser.gate(&square[..samples]).await.unwrap();
        assert_eq!(probabilities.len(), samples.div_ceil(GATE_FRAME));
    }
    assert_eq!(only_process("any-sound"), first);
}
