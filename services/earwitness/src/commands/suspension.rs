//! `suspension`: misuse counted, warned of, suspended.

use chrono::{DateTime, Utc};
use domain::{
    AccountId, Clause, Severity, SuspensionId,
    suspension::{Event, Facts, Misuse, Suspension, Weighed},
};
use uuid::Uuid;

use crate::{
    answer::Answer,
    clock::now,
    commands::duty::{Anyone, List, Person, Show, list, print_id, print_object, print_state, typed},
    config::Config,
    instance::open_store,
};

/// Suspensions (Article 23): never without a warning before, case by case, for a time that is reasonable.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  earwitness suspension watch --account \"user 7\" --misuse illegal_content
  earwitness suspension strike 0199a2c7-… --item 0199a2c4-…   a decision, notice or complaint that shows it
  earwitness suspension warn 0199a2c7-… --as r7
  earwitness suspension suspend 0199a2c7-… --as r7 --until 2026-10-12T00:00:00Z --of-items 40 --gravity high \\
      --clause misuse --clause-version 2")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Begin to count an account's misuse; prints the id
    Watch {
        /// What the platform calls the account
        #[arg(long, value_name = "ID")]
        account: AccountId,
        /// `illegal_content`, `unfounded_notices` or `unfounded_complaints`
        #[arg(long)]
        misuse: Misuse,
    },
    /// Suspensions that have not come to their end
    List(List),
    /// One suspension with all that happened
    Show(Show),
    /// Count another item of misuse
    Strike {
        /// The suspension
        id: SuspensionId,
        /// The decision, notice or complaint that shows it
        #[arg(long, value_name = "ID")]
        item: Uuid,
        #[command(flatten)]
        anyone: Anyone,
    },
    /// The account was warned, with the reasons
    Warn {
        /// The suspension
        id: SuspensionId,
        #[command(flatten)]
        person: Person,
    },
    /// Suspend the account
    Suspend(Suspend),
    /// It ran out
    End {
        /// The suspension
        id: SuspensionId,
        #[command(flatten)]
        anyone: Anyone,
    },
    /// Lift it, or the warning
    Lift {
        /// The suspension
        id: SuspensionId,
        #[command(flatten)]
        person: Person,
        /// Why
        #[arg(long, value_name = "TEXT")]
        why: String,
    },
}

/// What is weighed (Article 23(3)); the items of misuse are counted from the strikes.
#[derive(clap::Args)]
struct Suspend {
    /// The suspension
    id: SuspensionId,
    #[command(flatten)]
    person: Person,
    /// Until when
    #[arg(long, value_name = "TIME")]
    until: DateTime<Utc>,
    /// All items that the account provided or submitted in the same time
    #[arg(long, value_name = "N")]
    of_items: u64,
    /// `low`, `medium`, `high` or `critical`
    #[arg(long)]
    gravity: Severity,
    /// What is known of the intent
    #[arg(long, value_name = "TEXT")]
    intent: Option<String>,
    /// The clause of the terms that tells of it
    #[arg(long, value_name = "ID")]
    clause: String,
    /// Its version
    #[arg(long, value_name = "VERSION")]
    clause_version: String,
}

impl Suspend {
    fn event(self) -> (SuspensionId, Person, Event) {
        let event = Event::Suspend {
            reviewer: self.person.who.clone(),
            until: self.until,
            weighed: Weighed { of_items: self.of_items, gravity: self.gravity, intent: self.intent },
            clause: Clause { id: self.clause, version: self.clause_version },
        };
        (self.id, self.person, event)
    }
}

pub(crate) async fn run(config: &Config, arguments: Arguments) -> anyhow::Result<Answer> {
    const COMMAND: &str = "suspension";
    let (id, store, event) = match arguments.command {
        Command::Watch { account, misuse } => {
            let (store, begun_at) = (open_store(config, COMMAND).await?, now());
            let suspension_id = store.mint(begun_at);
            store.watch_account(&Facts { suspension_id, account, misuse, begun_at }, begun_at).await?;
            return Ok(print_id(suspension_id));
        }
        Command::List(which) => return list::<Suspension>(config, &which).await,
        Command::Show(show) => {
            let suspension = open_store(config, COMMAND).await?.object::<Suspension>(typed(show.id)).await?;
            return print_object(&suspension, suspension.object.facts(), &show);
        }
        Command::Strike { id, item, anyone } => (id, anyone.store(config, COMMAND).await?, Event::Strike { item }),
        Command::End { id, anyone } => (id, anyone.store(config, COMMAND).await?, Event::End),
        Command::Warn { id, person } => {
            (id, person.store(config, COMMAND).await?, Event::Warn { reviewer: person.who.clone() })
        }
        Command::Suspend(suspend) => {
            let (id, person, event) = suspend.event();
            (id, person.store(config, COMMAND).await?, event)
        }
        Command::Lift { id, person, why } => {
            (id, person.store(config, COMMAND).await?, Event::Lift { reviewer: person.who.clone(), why })
        }
    };
    Ok(print_state(&store.step_suspension(id, &event, now()).await?))
}
