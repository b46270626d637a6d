//! `escalation`: a threat to life, confirmed by a person and told to the authorities.

use std::{path::PathBuf, str::FromStr};

use anyhow::Context;
use chrono::{DateTime, FixedOffset, Utc};
use domain::{
    CaseId, EscalationId, MemberState,
    escalation::{Concerned, Duty, Escalation, Event, Facts, Pack, Recipient},
};
use sha2::{Digest, Sha256};

use crate::{
    answer::{Answer, BadInput},
    clock::now,
    commands::duty::{Anyone, List, Person, Show, given_or_now, list, print_id, print_object, print_state, typed},
    config::Config,
    instance::open_store,
};

/// Suspicions of crimes that threaten life or safety (Article 18), and terrorist content with imminent threat to life.
///
/// A person confirms; then an authority of a State concerned is told first, or the own State's or Europol where none can
/// be made out. What is sent is recorded by its hash.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  earwitness escalation open 0199a2c3-…
  earwitness escalation confirm 0199a2c8-… --as r7 --state DE --why \"a named victim there\"
  earwitness escalation send 0199a2c8-… --as r7 --to DE --pack pack.zip --spoken-at 2026-09-12T22:00:05+02:00 \\
      --explanation \"a speaker announced to kill a named person\"
  earwitness escalation acknowledge 0199a2c8-… --reference 4711/26")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Open one for what a case holds; prints its id
    Open {
        /// The case
        case: CaseId,
        /// `threat_to_life` or `terrorist_content`
        #[arg(long, default_value = "threat_to_life")]
        duty: Duty,
        /// When we came to know; now if not given
        #[arg(long, value_name = "TIME")]
        aware_at: Option<DateTime<Utc>>,
        #[command(flatten)]
        anyone: Anyone,
    },
    /// Escalations that have not come to their end
    List(List),
    /// One escalation with all that happened
    Show(Show),
    /// A person confirms the suspicion
    Confirm {
        /// The escalation
        id: EscalationId,
        #[command(flatten)]
        person: Person,
        /// Why it is suspected
        #[arg(long, value_name = "TEXT")]
        why: String,
        /// A Member State concerned, `DE`; none: it cannot be made out
        #[arg(long = "state", value_name = "STATE")]
        states: Vec<MemberState>,
    },
    /// A person finds none
    Dismiss {
        /// The escalation
        id: EscalationId,
        #[command(flatten)]
        person: Person,
        /// Why
        #[arg(long, value_name = "TEXT")]
        why: String,
    },
    /// An authority was told
    Send(Send),
    /// The authority confirmed that it has it
    Acknowledge {
        /// The escalation
        id: EscalationId,
        /// Its reference
        #[arg(long, value_name = "TEXT")]
        reference: String,
        #[command(flatten)]
        anyone: Anyone,
    },
}

#[derive(clap::Args)]
struct Send {
    /// The escalation
    id: EscalationId,
    #[command(flatten)]
    person: Person,
    /// `DE`: a State concerned; `own:DE`: the provider's own State; `europol`
    #[arg(long, value_name = "WHO")]
    to: To,
    /// The archive as it was sent: clip, transcript, ids. Its hash is kept
    #[arg(long, value_name = "FILE")]
    pack: PathBuf,
    /// When it was spoken, with the zone's offset
    #[arg(long, value_name = "TIME")]
    spoken_at: DateTime<FixedOffset>,
    /// Why it is held a threat
    #[arg(long, value_name = "TEXT")]
    explanation: String,
    /// What may help to find and identify the user
    #[arg(long, value_name = "TEXT")]
    locates_user: Option<String>,
}

/// An authority as it is named on the command line.
#[derive(Clone, Copy)]
struct To(Recipient);

impl FromStr for To {
    type Err = domain::UnknownName;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let recipient = match (name, name.strip_prefix("own:")) {
            ("europol", _) => Recipient::Europol,
            (_, Some(state)) => Recipient::Own(state.parse()?),
            (state, None) => Recipient::Concerned(state.parse()?),
        };
        Ok(Self(recipient))
    }
}

impl Send {
    fn event(&self) -> anyhow::Result<Event> {
        let bytes =
            std::fs::read(&self.pack).with_context(|| BadInput(format!("{} cannot be read", self.pack.display())))?;
        let pack = Pack {
            sha256: Sha256::digest(bytes).into(),
            spoken_at: self.spoken_at,
            explanation: self.explanation.clone(),
            locates_user: self.locates_user.clone(),
        };
        Ok(Event::Send { recipient: self.to.0, pack })
    }
}

pub(crate) async fn run(config: &Config, arguments: Arguments) -> anyhow::Result<Answer> {
    const COMMAND: &str = "escalation";
    let (id, store, event) = match arguments.command {
        Command::Open { case, duty, aware_at, anyone } => {
            let store = anyone.store(config, COMMAND).await?;
            let (escalation_id, aware_at) = (store.mint(now()), given_or_now(aware_at));
            store.open_escalation(&Facts { escalation_id, case_id: case, duty, aware_at }, now()).await?;
            return Ok(print_id(escalation_id));
        }
        Command::List(which) => return list::<Escalation>(config, &which).await,
        Command::Show(show) => {
            let escalation = open_store(config, COMMAND).await?.object::<Escalation>(typed(show.id)).await?;
            return print_object(&escalation, escalation.object.facts(), &show);
        }
        Command::Confirm { id, person, why, states } => {
            let concerned = if states.is_empty() { Concerned::Unknown } else { Concerned::States(states) };
            let event = Event::Confirm { reviewer: person.who.clone(), concerned, why };
            (id, person.store(config, COMMAND).await?, event)
        }
        Command::Dismiss { id, person, why } => {
            (id, person.store(config, COMMAND).await?, Event::Dismiss { reviewer: person.who.clone(), why })
        }
        Command::Send(send) => (send.id, send.person.store(config, COMMAND).await?, send.event()?),
        Command::Acknowledge { id, reference, anyone } => {
            (id, anyone.store(config, COMMAND).await?, Event::Acknowledge { reference })
        }
    };
    Ok(print_state(&store.step_escalation(id, &event, now()).await?))
}
