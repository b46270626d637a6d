//! `case show`: one case with all that was recorded on it, and what follows from it.

use std::io::Write;

use domain::{CaseId, Chain, Decision, Event as _, Object, Outcome};
use serde_json::{Value, json};
use store::CaseFile;

use crate::{answer::Answer, commands::print_json, config::Config, instance::open_store};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The case
    id: CaseId,
    /// One JSON document
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(config: &Config, arguments: &Arguments) -> anyhow::Result<Answer> {
    let file = open_store(config, super::COMMAND).await?.case(arguments.id).await?;
    if arguments.json {
        print_json(&case_json(&file)?)?;
    } else {
        print_text(&file)?;
    }
    Ok(Answer::Done)
}

fn case_json(file: &CaseFile) -> anyhow::Result<Value> {
    let steps = file.case.history().entries().iter().map(|(at, event)| {
        let facts = serde_json::to_value(event)?;
        Ok(json!({ "at": at, "step": event.step(), "event": facts }))
    });
    let decisions = file.chain.iter().flat_map(Chain::decisions).map(|decision| decision_json(file, decision));
    Ok(json!({
        "case": file.case.id(),
        "room": file.room,
        "state": file.case.state(),
        "opened_at": file.case.history().began_at(),
        "held_since": file.held_since,
        "category": file.category,
        "language": file.language,
        "flags": file.flags,
        "notices": file.notices,
        "orders": file.orders,
        "claim": file.claim,
        "steps": steps.collect::<anyhow::Result<Vec<_>>>()?,
        "seen": file.trail.encounters,
        "machine_measures": file.trail.machine_measures,
        "decisions": decisions.collect::<anyhow::Result<Vec<_>>>()?,
    }))
}

/// A decision with the codes that follow from the record.
fn decision_json(file: &CaseFile, decision: &Decision) -> anyhow::Result<Value> {
    let course = decision.course(&file.trail)?;
    let mut told = serde_json::to_value(decision)?;
    told["source"] = serde_json::to_value(file.trail.source(decision.decided_at)?)?;
    told["automated_detection"] = course.automated_detection().into();
    told["automated_decision"] = serde_json::to_value(course.automated_decision())?;
    Ok(told)
}

fn print_text(file: &CaseFile) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "case {} in {} is {}", file.case.id(), file.room, file.case.state())?;
    if let Some(category) = file.category {
        writeln!(out, "  about: {category}")?;
    }
    let (flags, notices, orders) = (file.flags.len(), file.notices.len(), file.orders.len());
    writeln!(out, "  holds: {flags} flags, {notices} notices, {orders} orders")?;
    for (at, event) in file.case.history().entries() {
        let who =
            event.new_claim().map(|(reviewer, token)| format!(" by {reviewer}, token {token}")).unwrap_or_default();
        writeln!(out, "  {}  {}{who}", at.format("%Y-%m-%d %H:%M:%S"), event.step())?;
    }
    for seen in &file.trail.encounters {
        writeln!(out, "  {}  {} saw or heard: {}", seen.at.format("%Y-%m-%d %H:%M:%S"), seen.reviewer, seen.seen)?;
    }
    for decision in file.chain.iter().flat_map(Chain::decisions) {
        let course = decision.course(&file.trail)?;
        let outcome = match &decision.outcome {
            Outcome::NoAction { .. } => "no action".to_owned(),
            Outcome::Restrict(measure) => format!("restricts ({})", measure.label.category),
        };
        let replaces =
            decision.replaces.map(|replaces| format!(", in place of {}", replaces.decision_id)).unwrap_or_default();
        writeln!(
            out,
            "  decision {} at {}: {outcome}, {}{replaces}",
            decision.decision_id,
            decision.decided_at.format("%Y-%m-%d %H:%M:%S"),
            course.automated_decision()
        )?;
    }
    Ok(())
}
