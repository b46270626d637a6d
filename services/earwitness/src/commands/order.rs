//! `order`: what an authority orders, from delivery to the end.

use std::path::PathBuf;

use domain::{
    OrderId,
    order::{Event, Facts, Order, RefusalReason, Untold},
};

use crate::{
    answer::Answer,
    clock::now,
    commands::duty::{Anyone, List, Show, default, list, print_id, print_object, print_state, read_form, typed},
    config::Config,
    instance::open_store,
};

/// Orders to act (Article 9), to give information (Article 10), to remove terrorist content within the hour.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  earwitness order receive --file order.json
  earwitness case open town-hall --order 0199a2c4-5b7e-7c31-8f00-5d2f3e6a9b10
  earwitness order give-effect 0199a2c4-5b7e-7c31-8f00-5d2f3e6a9b10 --as r7
  earwitness deadlines")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Args)]
struct Step {
    /// The order
    id: OrderId,
    #[command(flatten)]
    anyone: Anyone,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Keep an order that was delivered; prints its id
    #[command(after_help = r#"The file:
  {"kind": "act", "inform" or "terrorist_content", "authority": "…", "member_state": "DE", "legal_ground": "…",
   "reference": "…", "received_at": "…", "effect_by": null, "silent_until": null}
Left out, received_at is now. The hour of a removal order runs from there."#)]
    Receive {
        /// JSON; `-` is standard input
        #[arg(long, value_name = "FILE")]
        file: PathBuf,
    },
    /// Orders that have not come to their end
    List(List),
    /// One order with all that happened to it
    Show(Show),
    /// The authority knows that it came
    Acknowledge(Step),
    /// It was given effect
    GiveEffect(Step),
    /// It cannot be carried out
    Refuse {
        #[command(flatten)]
        step: Step,
        /// `manifest_error`, `insufficient_information`, `impossible` or `not_found`
        #[arg(long)]
        reason: RefusalReason,
        /// In words for the authority
        #[arg(long, value_name = "TEXT")]
        explanation: String,
    },
    /// The authority was told what was done and when
    TellAuthority(Step),
    /// The user was told
    TellUser(Step),
    /// Nothing more is owed
    Close {
        #[command(flatten)]
        step: Step,
        /// The user's address is not known
        #[arg(long, conflicts_with = "handed_over")]
        no_address: bool,
        /// The authority asked for silence, and somebody else tells the user when it ends
        #[arg(long)]
        handed_over: bool,
    },
}

pub(crate) async fn run(config: &Config, arguments: Arguments) -> anyhow::Result<Answer> {
    let (Step { id, anyone }, event) = match arguments.command {
        Command::Receive { file } => return receive(config, &file).await,
        Command::List(which) => return list::<Order>(config, &which).await,
        Command::Show(show) => return self::show(config, &show).await,
        Command::Acknowledge(step) => (step, Event::Acknowledge),
        Command::GiveEffect(step) => (step, Event::GiveEffect),
        Command::Refuse { step, reason, explanation } => (step, Event::Refuse { reason, explanation }),
        Command::TellAuthority(step) => (step, Event::TellAuthority),
        Command::TellUser(step) => (step, Event::TellUser),
        Command::Close { step, no_address, handed_over } => {
            let handed_over = handed_over.then_some(Untold::HandedOver);
            (step, Event::Close { untold: no_address.then_some(Untold::NoAddress).or(handed_over) })
        }
    };
    let store = anyone.store(config, "order").await?;
    Ok(print_state(&store.step_order(id, &event, now()).await?))
}

async fn receive(config: &Config, file: &std::path::Path) -> anyhow::Result<Answer> {
    let (store, now) = (open_store(config, "order").await?, now());
    let facts: Facts = read_form(file, |form| {
        default(form, "order_id", store.mint::<OrderId>(now));
        default(form, "received_at", now);
    })?;
    store.receive_order(&facts, now).await?;
    Ok(print_id(facts.order_id))
}

async fn show(config: &Config, show: &Show) -> anyhow::Result<Answer> {
    let store = open_store(config, "order").await?;
    let order = store.object::<Order>(typed(show.id)).await?;
    print_object(&order, order.object.facts(), show)
}
