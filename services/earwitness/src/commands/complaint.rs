//! `complaint`: what somebody holds against a decision, from lodging to answer.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use domain::{
    ComplaintId, DecisionId, ReviewerId,
    complaint::{Complaint, Event, Facts, Outcome, Subject},
};
use store::ComplaintDecision;

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

/// Complaints about decisions (Article 20): decided by a person, and by another one than before.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  earwitness complaint lodge --decision 0199a2c4-… --subject account --told-at 2026-09-12T21:00:00Z --reasons \"…\"
  earwitness complaint assign 0199a2c5-… --to r8
  earwitness case saw 0199a2c3-… --as r8 clip
  earwitness complaint decide 0199a2c5-… --as r8 --outcome reversed --reasons \"…\" --file decision.json
  earwitness complaint tell 0199a2c5-…")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Keep a complaint; prints its id
    Lodge {
        /// The decision that it is about
        #[arg(long, value_name = "ID")]
        decision: DecisionId,
        /// `visibility`, `service`, `account`, `monetary`, `notice` or `trusted_flagger`
        #[arg(long)]
        subject: Subject,
        /// When its sender was told the decision: the six months run from here
        #[arg(long, value_name = "TIME")]
        told_at: DateTime<Utc>,
        /// When it came; now if not given
        #[arg(long, value_name = "TIME")]
        lodged_at: Option<DateTime<Utc>>,
        /// Why its sender holds the decision wrong
        #[arg(long, value_name = "TEXT")]
        reasons: String,
    },
    /// Complaints that have not come to their end
    List(List),
    /// One complaint with all that happened to it
    Show(Show),
    /// Give it to a person who did not decide the case before
    Assign {
        /// The complaint
        id: ComplaintId,
        /// Who gets it
        #[arg(long, value_name = "ID")]
        to: ReviewerId,
        #[command(flatten)]
        anyone: Anyone,
    },
    /// Decide it; with a reversal the case is decided anew
    #[command(after_help = OUTCOME_HELP)]
    Decide {
        /// The complaint
        id: ComplaintId,
        #[command(flatten)]
        person: Person,
        /// `upheld`, `partially_reversed`, `reversed` or `omitted`
        #[arg(long)]
        outcome: Outcome,
        /// The reasons that its sender is told
        #[arg(long, value_name = "TEXT")]
        reasons: String,
        /// With a reversal: what takes the place of the decision; `-` is standard input
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// Its sender was told the decision and the further redress (Article 20(5))
    Tell {
        /// The complaint
        id: ComplaintId,
        #[command(flatten)]
        anyone: Anyone,
    },
    /// Its sender took it back
    Withdraw {
        /// The complaint
        id: ComplaintId,
        #[command(flatten)]
        anyone: Anyone,
    },
}

pub(crate) async fn run(config: &Config, arguments: Arguments) -> anyhow::Result<Answer> {
    let (id, anyone, event) = match arguments.command {
        Command::Lodge { decision, subject, told_at, lodged_at, reasons } => {
            let store = open_store(config, "complaint").await?;
            let (complaint_id, lodged_at) = (store.mint(now()), given_or_now(lodged_at));
            let facts = Facts { complaint_id, decision_id: decision, lodged_at, told_at, subject, reasons };
            store.lodge_complaint(&facts, now()).await?;
            return Ok(print_id(complaint_id));
        }
        Command::List(which) => return list::<Complaint>(config, &which).await,
        Command::Show(show) => {
            let store = open_store(config, "complaint").await?;
            let complaint = store.object::<Complaint>(typed(show.id)).await?;
            return print_object(&complaint, complaint.object.facts(), &show);
        }
        Command::Decide { id, person, outcome, reasons, file } => {
            let (store, now) = (person.store(config, "complaint").await?, now());
            let instead = match file {
                Some(file) => Some((store.mint(now), read_outcome(&file, None, now)?)),
                None => None,
            };
            let decision = ComplaintDecision { reviewer: person.who, outcome, reasons, instead };
            return Ok(print_state(&store.decide_complaint(id, &decision, now).await?));
        }
        Command::Assign { id, to, anyone } => (id, anyone, Event::Assign { reviewer: to }),
        Command::Tell { id, anyone } => (id, anyone, Event::Tell),
        Command::Withdraw { id, anyone } => (id, anyone, Event::Withdraw),
    };
    let store = anyone.store(config, "complaint").await?;
    Ok(print_state(&store.step_complaint(id, &event, now()).await?))
}
