//! `deadlines`: what is due on notices, orders, complaints, disputes, escalations and suspensions.

use std::io::Write;

use chrono::{DateTime, Utc};
use domain::Standing;
use serde_json::json;
use store::Due;

use crate::{
    answer::Answer,
    clock::now,
    commands::{print_json, told_seconds},
    config::Config,
    instance::open_store,
};

/// What is due, the soonest first; status 1 where something is overdue.
///
/// `law` marks what the law or an authority sets to the minute; `aim` is the house's own number where the law says
/// "without undue delay", "promptly" or "in a timely manner": settings of `[deadlines]`.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  earwitness deadlines
  earwitness deadlines --json | jq '.[] | select(.overdue)'")]
pub(crate) struct Arguments {
    /// One JSON document
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(config: &Config, arguments: &Arguments) -> anyhow::Result<Answer> {
    let due = open_store(config, "deadlines").await?.deadlines(&config.deadlines.aims()).await?;
    let now = now();
    let is_overdue = |due: &Due| matches!(due.deadline.standing(now), Standing::Overdue(_));
    if arguments.json {
        let lines = due.iter().map(|due| {
            json!({
                "due_at": due.deadline.due_at,
                "overdue": is_overdue(due),
                "binding": due.deadline.binding,
                "object": due.object,
                "id": due.id,
                "room": due.room,
                "duty": due.duty,
                "article": due.article,
            })
        });
        print_json(&lines.collect::<Vec<_>>())?;
    } else {
        let mut out = std::io::stdout().lock();
        for due in &due {
            let binding = due.deadline.binding;
            let (left, object, id) = (told(due, now), due.object, due.id);
            writeln!(out, "{left:<24} {binding:<4} {object} {id}: {} ({})", due.duty, due.article)?;
        }
        if due.is_empty() {
            eprintln!("nothing is due");
        }
    }
    Ok(if due.iter().any(is_overdue) { Answer::No } else { Answer::Done })
}

fn told(due: &Due, now: DateTime<Utc>) -> String {
    match due.deadline.standing(now) {
        Standing::Remaining(left) => format!("in {}", told_seconds(left.as_seconds_f64())),
        Standing::Overdue(by) => format!("OVERDUE by {}", told_seconds(by.as_seconds_f64())),
    }
}
