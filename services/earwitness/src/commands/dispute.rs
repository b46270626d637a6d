//! `dispute`: what is brought before an out-of-court body, and what we do with its decision.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use domain::{
    DecisionId, DisputeId, Maker,
    complaint::Outcome,
    dispute::{Dispute, Event, Facts},
};
use store::NewDecision;

use crate::{
    answer::Answer,
    clock::now,
    commands::duty::{
        Anyone, List, OUTCOME_HELP, Person, Show, given_or_now, list, print_id, print_object, print_state,
        read_outcome, typed,
    },
    config::Config,
    instance::open_store,
};

/// Disputes before out-of-court bodies (Article 21).
#[derive(clap::Args)]
#[command(after_help = "Examples:
  earwitness dispute bring --decision 0199a2c4-… --body \"A certified body\"
  earwitness dispute engage 0199a2c6-…
  earwitness dispute decide 0199a2c6-… --outcome reversed
  earwitness dispute implement 0199a2c6-… --as r8 --file decision.json")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Args)]
struct Step {
    /// The dispute
    id: DisputeId,
    #[command(flatten)]
    anyone: Anyone,
}

#[derive(clap::Args)]
struct Reasoned {
    #[command(flatten)]
    step: Step,
    /// Why
    #[arg(long, value_name = "TEXT")]
    why: String,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Keep a dispute that somebody brought before a body; prints its id
    Bring {
        /// The decision that it is about
        #[arg(long, value_name = "ID")]
        decision: DecisionId,
        /// The certified body
        #[arg(long, value_name = "NAME")]
        body: String,
        /// When the body received it; now if not given
        #[arg(long, value_name = "TIME")]
        brought_at: Option<DateTime<Utc>>,
    },
    /// Disputes that have not come to their end
    List(List),
    /// One dispute with all that happened in it
    Show(Show),
    /// Take part
    Engage(Step),
    /// Do not take part
    Decline(Reasoned),
    /// The body takes up to 180 days in all
    Extend(Step),
    /// The body decided
    Decide {
        #[command(flatten)]
        step: Step,
        /// `upheld`, `partially_reversed` or `reversed`
        #[arg(long)]
        outcome: Outcome,
    },
    /// It ended without a decision
    Omit(Reasoned),
    /// Do what the body decided
    #[command(after_help = OUTCOME_HELP)]
    Implement {
        /// The dispute
        id: DisputeId,
        #[command(flatten)]
        person: Person,
        /// Where the body held our decision wrong: what takes its place; `-` is standard input
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// Do not do what the body decided
    LeaveAside(Reasoned),
}

pub(crate) async fn run(config: &Config, arguments: Arguments) -> anyhow::Result<Answer> {
    let (Step { id, anyone }, event) = match arguments.command {
        Command::Bring { decision, body, brought_at } => {
            let store = open_store(config, "dispute").await?;
            let (dispute_id, brought_at) = (store.mint(now()), given_or_now(brought_at));
            let facts = Facts { dispute_id, decision_id: decision, body, brought_at };
            store.bring_dispute(&facts, now()).await?;
            return Ok(print_id(dispute_id));
        }
        Command::List(which) => return list::<Dispute>(config, &which).await,
        Command::Show(show) => {
            let store = open_store(config, "dispute").await?;
            let dispute = store.object::<Dispute>(typed(show.id)).await?;
            return print_object(&dispute, dispute.object.facts(), &show);
        }
        Command::Implement { id, person, file } => {
            let (store, now) = (person.store(config, "dispute").await?, now());
            let new = match file {
                Some(file) => {
                    let outcome = read_outcome(&file, None, now)?;
                    let maker = Maker::Reviewer(person.who.clone());
                    Some(NewDecision { decision_id: store.mint(now), maker, outcome, token: None })
                }
                None => None,
            };
            return Ok(print_state(&store.implement_dispute(id, new.as_ref(), now).await?));
        }
        Command::Engage(step) => (step, Event::Engage),
        Command::Decline(Reasoned { step, why }) => (step, Event::Decline { why }),
        Command::Extend(step) => (step, Event::Extend),
        Command::Decide { step, outcome } => (step, Event::Decide { outcome }),
        Command::Omit(Reasoned { step, why }) => (step, Event::Omit { why }),
        Command::LeaveAside(Reasoned { step, why }) => (step, Event::LeaveAside { why }),
    };
    let store = anyone.store(config, "dispute").await?;
    Ok(print_state(&store.step_dispute(id, &event, now()).await?))
}
