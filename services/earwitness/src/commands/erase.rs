//! `erase`: what a person may ask for, done as far as nothing keeps it, with what was kept and why.

use custody::Retention;
use domain::{FlagId, RoomId};
use serde_json::json;
use store::{EraseTarget, Erasure};

use crate::{
    answer::{Answer, BadInput},
    clock::now,
    commands::{
        evidence::{open_safe, retention},
        print_json,
    },
    config::Config,
    instance::open_store,
};

/// Erase on a person's request, and say what was kept and why.
///
/// Times, states and counts stay, and the audit log stays provable: it holds salted hashes. A legal hold, a case that is
/// not decided, and a decision whose complaint window and disputes may still run keep what belongs to them; then the
/// exit code is 4. Every deletion is logged.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  earwitness erase --speaker \"Mara Lind\" --why \"request of 3 March\" --dry-run
  earwitness erase --room town-hall --why \"the host withdrew consent\"
  earwitness erase --flag 5cd4… --why \"request 117\"")]
pub(crate) struct Arguments {
    /// All that a speaker said, in every room, by the name that the source gave
    #[arg(long, value_name = "NAME", required_unless_present_any = ["room", "flag"], conflicts_with_all = ["room", "flag"])]
    speaker: Option<String>,
    /// All of a room: text, clips, and the key that opens any copy of them
    #[arg(long, value_name = "ID", conflicts_with = "flag")]
    room: Option<RoomId>,
    /// One flag: its clips, and what was said in it
    #[arg(long, value_name = "ID")]
    flag: Option<FlagId>,
    /// Why, for the log of deletions; name no person
    #[arg(long, value_name = "TEXT")]
    why: String,
    /// Say what would be done
    #[arg(long)]
    dry_run: bool,
    /// One JSON document
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(config: &Config, arguments: &Arguments) -> anyhow::Result<Answer> {
    let target = match (&arguments.speaker, &arguments.room, arguments.flag) {
        (Some(speaker), ..) => EraseTarget::Speaker(speaker.clone()),
        (None, Some(room), _) => EraseTarget::Room(room.clone()),
        (None, None, Some(flag)) => EraseTarget::Flag(flag),
        (None, None, None) => return Err(BadInput("name a speaker, a room or a flag".into()).into()),
    };
    if arguments.why.trim().is_empty() {
        return Err(BadInput("--why must say why: the log of deletions keeps it".into()).into());
    }
    let store = open_store(config, "erase").await?;
    let safe = open_safe(config, &store).await?;
    let keep = retention(config);
    let how = (arguments.why.as_str(), arguments.dry_run);
    let erasure = custody::erase(&store, &safe.vault, &target, &keep, how, now()).await?;
    if erasure == Erasure::default() {
        eprintln!("nothing was found that could be erased");
    }
    let hours = config.kafka.audio_retention_hours;
    let topic_until = erasure.newest_sound.map(|newest| newest + chrono::TimeDelta::hours(hours));
    let topic_until = topic_until.filter(|until| *until > now()).map(told_instant);
    if arguments.json {
        print_json(&as_json(&erasure, topic_until.as_deref(), arguments.dry_run))?;
    } else {
        print(&erasure, topic_until.as_deref(), &keep, arguments.dry_run);
    }
    let is_whole = erasure.kept.is_empty() && topic_until.is_none();
    Ok(if is_whole { Answer::Done } else { Answer::InPart })
}

fn told_instant(at: chrono::DateTime<chrono::Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

fn as_json(erasure: &Erasure, topic_until: Option<&str>, dry_run: bool) -> serde_json::Value {
    json!({
        "dry_run": dry_run,
        "erased": {
            "text": erasure.texts,
            "finding": erasure.findings,
            "clip": erasure.clips.len(),
            "room_key": erasure.keys,
            "clips_never_cut": erasure.uncut,
        },
        "kept": erasure.kept,
        "sound_on_topic_until": topic_until,
    })
}

#[expect(clippy::print_stdout, reason = "the answer")]
fn print(erasure: &Erasure, topic_until: Option<&str>, keep: &Retention, dry_run: bool) {
    let done = if dry_run { "would be erased" } else { "erased" };
    println!("{done}:");
    println!("  {} segments: text, words, speaker", erasure.texts);
    println!("  {} findings: their words", erasure.findings);
    println!("  {} clips; {} that were still to be cut never are", erasure.clips.len(), erasure.uncut);
    if erasure.keys > 0 {
        println!("  the key of the room: no copy of its clips opens any more; title and hosts too");
    }
    if !erasure.kept.is_empty() || topic_until.is_some() {
        println!("kept:");
    }
    for kept in &erasure.kept {
        let why = match kept.by {
            store::KeptBy::LegalHold => "a legal hold stands".to_owned(),
            store::KeptBy::OpenCase => "a case on it is not decided".to_owned(),
            store::KeptBy::DecisionKept => {
                format!("the evidence of a decision is kept for {} days", keep.clips_days)
            }
        };
        println!("  {} of class {}: {why}", kept.things, kept.class);
    }
    if let Some(until) = topic_until {
        println!("  sound on the audio topic until {until}, when the broker deletes it");
    }
    println!("times, states, counts, the names of streams, and the audit log stay");
}
