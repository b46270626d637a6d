//! What the commands on cases and on the law's objects have in common: who acts, files of JSON, printing.

mod advice;

use std::{
    io::{Read, Write},
    path::Path,
};

use anyhow::Context;
use chrono::{DateTime, Utc};
use domain::{Event as _, Object, Outcome, ReviewerId, States};
use newtype_uuid::GenericUuid;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};
use store::{Actor, CaseFile, Kept, Loaded, Store};
use uuid::Uuid;

pub(crate) use advice::advice;

use crate::{
    answer::{Answer, BadInput},
    clock::now,
    commands::print_json,
    config::Config,
    instance::open_store,
};

/// Objects listed at a time.
const PAGE: i64 = 500;
/// Longest file of JSON, in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// Which objects to list.
#[derive(clap::Args)]
pub(crate) struct List {
    /// Those too that came to their end
    #[arg(long)]
    all: bool,
    /// One JSON document
    #[arg(long)]
    json: bool,
}

/// Which object to show.
#[derive(clap::Args)]
pub(crate) struct Show {
    /// Its id
    pub(crate) id: Uuid,
    /// One JSON document
    #[arg(long)]
    json: bool,
}

/// Who acts, where a person must.
#[derive(clap::Args)]
pub(crate) struct Person {
    /// What stands for you in the record: never a name
    #[arg(long = "as", value_name = "ID")]
    pub(crate) who: ReviewerId,
}

/// Who acts, where it may be a script.
#[derive(clap::Args)]
pub(crate) struct Anyone {
    /// What stands for you in the record, where a person acts: never a name
    #[arg(long = "as", value_name = "ID")]
    who: Option<ReviewerId>,
}

impl Person {
    /// The database, as this person uses it.
    pub(crate) async fn store(&self, config: &Config, command: &str) -> anyhow::Result<Store> {
        Ok(open_store(config, command).await?.acting_as(Actor::person(self.who.as_str())?))
    }
}

impl Anyone {
    /// The database, as this person or this command uses it.
    pub(crate) async fn store(&self, config: &Config, command: &str) -> anyhow::Result<Store> {
        let store = open_store(config, command).await?;
        Ok(match &self.who {
            Some(who) => store.acting_as(Actor::person(who.as_str())?),
            None => store,
        })
    }
}

/// Reads a JSON object from a file, or from standard input for `-`; `complete` adds what may be left out.
pub(crate) fn read_form<T: DeserializeOwned>(
    file: &Path,
    complete: impl FnOnce(&mut Map<String, Value>),
) -> anyhow::Result<T> {
    let mut form = read_object(file)?;
    complete(&mut form);
    serde_json::from_value(Value::Object(form))
        .with_context(|| BadInput(format!("{} is not as it must be", name(file))))
}

fn name(file: &Path) -> String {
    if file == Path::new("-") { "standard input".to_owned() } else { file.display().to_string() }
}

fn read_object(file: &Path) -> anyhow::Result<Map<String, Value>> {
    let unreadable = || BadInput(format!("{} cannot be read", name(file)));
    let mut text = String::new();
    if file == Path::new("-") {
        std::io::stdin().lock().take(MAX_BYTES).read_to_string(&mut text).with_context(unreadable)?;
    } else {
        let file = std::fs::File::open(file).with_context(unreadable)?;
        file.take(MAX_BYTES).read_to_string(&mut text).with_context(unreadable)?;
    }
    serde_json::from_str(&text).with_context(|| BadInput(format!("{} holds no JSON object", name(file))))
}

/// Fills in what a form may leave out.
pub(crate) fn default(form: &mut Map<String, Value>, member: &str, value: impl Serialize) {
    if !form.contains_key(member)
        && let Ok(value) = serde_json::to_value(value)
    {
        form.insert(member.to_owned(), value);
    }
}

/// Reads what is done about content: `{"no_action": {"why": …}}` or `{"restrict": {…}}`. A restriction begins now and is
/// called as the gravest flag of its case, where the file does not say.
pub(crate) fn read_outcome(path: &Path, case: Option<&CaseFile>, now: DateTime<Utc>) -> anyhow::Result<Outcome> {
    read_form(path, |form| {
        let Some(measure) = form.get_mut("restrict").and_then(Value::as_object_mut) else { return };
        default(measure, "applied_at", now);
        if let Some(category) = case.and_then(|case| case.category) {
            default(measure, "label", domain::Label::of(category));
        }
    })
}

/// Help on the file of a decision.
pub(crate) const OUTCOME_HELP: &str = r#"The file is {"no_action": {"why": "…"}} or {"restrict": {…}} with
  basis         {"law": {"legal_ground", "explanation"}} or {"terms": {"clause", "explanation", "is_illegal"}}
  clause        {"id", "version"} of the rule book, where the basis is the terms
  restrictions  any of visibility (a list), visibility_until, monetary, monetary_until, provision, provision_until,
                account, account_until, with the codes of the Transparency Database
  scope         "union", "economic_area" or {"states": ["DE", …]}
  facts         what was relied on, in words that name nobody
  label         {"category", "keywords", …}; left out: by the category of the gravest flag
  applied_at    left out: now"#;

/// An object with its steps, as JSON.
pub(crate) fn object_json<O: Kept>(loaded: &Loaded<O>, facts: impl Serialize) -> anyhow::Result<Value> {
    let history = loaded.object.history();
    let steps = history.entries().iter().map(|(at, event)| {
        let facts = serde_json::to_value(event)?;
        Ok(json!({ "at": at, "step": event.step().to_string(), "event": facts }))
    });
    Ok(json!({
        what::<O>(): loaded.id,
        "room": loaded.room,
        "state": loaded.object.state().to_string(),
        "facts": serde_json::to_value(facts)?,
        "steps": steps.collect::<anyhow::Result<Vec<_>>>()?,
    }))
}

/// What an object of that kind is called.
fn what<O: Object>() -> &'static str {
    <<O::Event as domain::Event>::State as States>::OBJECT
}

/// Prints an object with its steps.
pub(crate) fn print_object<O: Kept>(loaded: &Loaded<O>, facts: impl Serialize, show: &Show) -> anyhow::Result<Answer> {
    let object = object_json(loaded, facts)?;
    if show.json {
        print_json(&object)?;
        return Ok(Answer::Done);
    }
    let mut out = std::io::stdout().lock();
    writeln!(out, "{} {} is {}", what::<O>(), loaded.id, loaded.object.state())?;
    for (member, value) in object["facts"].as_object().into_iter().flatten().filter(|(_, value)| !value.is_null()) {
        writeln!(out, "  {member}: {}", value.as_str().map_or_else(|| value.to_string(), str::to_owned))?;
    }
    for (at, event) in loaded.object.history().entries() {
        writeln!(out, "  {}  {}", at.format("%Y-%m-%d %H:%M:%S"), event.step())?;
    }
    Ok(Answer::Done)
}

/// Says what an object has become.
#[expect(clippy::print_stdout, reason = "the answer")]
pub(crate) fn print_state<O: Kept>(loaded: &Loaded<O>) -> Answer {
    println!("{} {} is {}", what::<O>(), loaded.id, loaded.object.state());
    Answer::Done
}

/// Says which object came.
#[expect(clippy::print_stdout, reason = "the answer")]
pub(crate) fn print_id(id: impl std::fmt::Display) -> Answer {
    println!("{id}");
    Answer::Done
}

/// Lists the objects of a kind.
pub(crate) async fn list<O: Kept>(config: &Config, which: &List) -> anyhow::Result<Answer> {
    let store = open_store(config, what::<O>()).await?;
    let mut lines = Vec::new();
    let mut after = None;
    loop {
        let page = store.objects::<O>(after, which.all, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        lines.extend(page.iter().map(|loaded| {
            let (state, history) = (loaded.object.state().to_string(), loaded.object.history());
            (loaded.id, state, history.began_at(), history.entries().len(), loaded.room.clone())
        }));
    }
    if which.json {
        let line = |(id, state, began, steps, room): &(_, String, DateTime<Utc>, usize, _)| json!({ what::<O>(): id, "state": state, "began_at": began, "steps": steps, "room": room });
        print_json(&lines.iter().map(line).collect::<Vec<_>>())?;
        return Ok(Answer::Done);
    }
    let mut out = std::io::stdout().lock();
    for (id, state, began, _, room) in &lines {
        let room = room.as_ref().map_or("", domain::RoomId::as_str);
        writeln!(out, "{id}  {}  {state:<15} {room}", began.format("%Y-%m-%d %H:%M:%S"))?;
    }
    if lines.is_empty() {
        eprintln!("none");
    }
    Ok(Answer::Done)
}

/// The id as that of an object of that kind.
pub(crate) fn typed<I: GenericUuid>(id: Uuid) -> I {
    I::from_untyped_uuid(id)
}

/// Wall time as it was given, or now.
pub(crate) fn given_or_now(at: Option<DateTime<Utc>>) -> DateTime<Utc> {
    at.unwrap_or_else(now)
}
