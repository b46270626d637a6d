//! `case`: what belongs together, who has it, what was seen and heard, what was decided.

mod show;

use std::path::PathBuf;

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    CaseId, Decision, FlagId, Maker, NoticeId, Object, Occasion, OrderId, ReviewerId, RoomId, Seen,
    case::{Case, Event},
};
use store::{CaseFile, NewCase, NewDecision, Place, Store};

use crate::{
    answer::{Answer, BadInput},
    clock::now,
    commands::duty::{Anyone, List, OUTCOME_HELP, Person, list, print_id, print_state, read_outcome},
    config::Config,
    instance::open_store,
};

/// Cases: flags, notices and orders that belong together, decided by one reviewer at a time.
///
/// What a machine had to do with a decision follows from what was recorded with `saw` and `muted`; nobody types it in.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  earwitness case gather town-hall                    cases from the flags of a room
  earwitness case list
  earwitness case claim 0199a2c3-… --as r7
  earwitness case saw 0199a2c3-… --as r7 clip transcript
  earwitness case decide 0199a2c3-… --as r7 --file decision.json
  earwitness case reverse 0199a2c3-… --as r8 --file other.json
  earwitness case show 0199a2c3-… --json")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Put the flags of a room that belong to no case into cases; prints the cases' ids
    Gather {
        /// The room
        room: RoomId,
        /// Flags of one speaker and one category belong together within so many seconds
        #[arg(long, value_name = "SECONDS", default_value_t = 300)]
        near: u32,
    },
    /// Open a case of what is named; prints its id
    Open(Open),
    /// Cases that are not decided
    List(List),
    /// One case with all that was recorded on it
    Show(show::Arguments),
    /// Take a case, or make one's lease longer; prints the claim's token
    Claim {
        /// The case
        id: CaseId,
        #[command(flatten)]
        person: Person,
        /// How long it holds without another claim, in seconds
        #[arg(long, value_name = "SECONDS", default_value_t = 600)]
        lease: u32,
    },
    /// Give a case back
    Release(Own),
    /// Give a case back unjudged
    Skip {
        #[command(flatten)]
        own: Own,
        /// Why
        #[arg(long, value_name = "TEXT")]
        why: String,
    },
    /// Put a case off
    Hold {
        #[command(flatten)]
        own: Own,
        /// Why
        #[arg(long, value_name = "TEXT")]
        why: String,
        /// Until when at the latest
        #[arg(long, value_name = "TIME")]
        until: DateTime<Utc>,
    },
    /// Take up again a case that was put off
    Resume {
        /// The case
        id: CaseId,
        #[command(flatten)]
        anyone: Anyone,
    },
    /// Give a case to another reviewer
    HandOver {
        #[command(flatten)]
        own: Own,
        /// To whom
        #[arg(long, value_name = "ID")]
        to: ReviewerId,
    },
    /// Record what one saw or heard of a case
    Saw {
        /// The case
        id: CaseId,
        #[command(flatten)]
        person: Person,
        /// `clip`, `transcript`, `notice`, `finding`, `score` or `proposal`
        #[arg(required = true)]
        what: Vec<Seen>,
    },
    /// Record that a machine restricted what a case is about before anybody decided
    Muted {
        /// The case
        id: CaseId,
        /// What the machine did
        #[arg(long, value_name = "TEXT")]
        what: String,
    },
    /// Decide a case that one has; prints the decision's id
    #[command(after_help = OUTCOME_HELP)]
    Decide(Decide),
    /// Decide a decided case again: the new decision names the one whose place it takes
    #[command(after_help = OUTCOME_HELP)]
    Reverse {
        #[command(flatten)]
        decide: Decide,
        /// The order that asks for it; without one, we looked again ourselves
        #[arg(long, value_name = "ID")]
        order: Option<OrderId>,
    },
}

#[derive(clap::Args)]
struct Open {
    /// The room
    room: RoomId,
    /// A flag of the room
    #[arg(long = "flag", value_name = "ID")]
    flags: Vec<FlagId>,
    /// A notice
    #[arg(long = "notice", value_name = "ID")]
    notices: Vec<NoticeId>,
    /// An order
    #[arg(long = "order", value_name = "ID")]
    orders: Vec<OrderId>,
    /// With --until and --as: the beginning of a stretch that one came across
    #[arg(long, value_name = "TIME", requires = "until", requires = "who")]
    from: Option<DateTime<Utc>>,
    /// Its end
    #[arg(long, value_name = "TIME", requires = "from")]
    until: Option<DateTime<Utc>>,
    /// What stands for you in the record
    #[arg(long = "as", value_name = "ID")]
    who: Option<ReviewerId>,
}

/// A case that one has.
#[derive(clap::Args)]
struct Own {
    /// The case
    id: CaseId,
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
struct Decide {
    #[command(flatten)]
    own: Own,
    /// JSON; `-` is standard input
    #[arg(long, value_name = "FILE")]
    file: PathBuf,
    /// The token of the claim that one decides under; without it, the claim in force
    #[arg(long, value_name = "TOKEN")]
    token: Option<u64>,
}

const COMMAND: &str = "case";

pub(crate) async fn run(config: &Config, arguments: Arguments) -> anyhow::Result<Answer> {
    match arguments.command {
        Command::Gather { room, near } => {
            let store = open_store(config, COMMAND).await?;
            for case in store.gather_cases(&room, TimeDelta::seconds(near.into()), now()).await? {
                print_id(case);
            }
            Ok(Answer::Done)
        }
        Command::Open(open) => self::open(config, open).await,
        Command::List(which) => list::<Case>(config, &which).await,
        Command::Show(arguments) => show::run(config, &arguments).await,
        Command::Claim { id, person, lease } => {
            let store = person.store(config, COMMAND).await?;
            let claim = store.claim_case(id, &person.who, TimeDelta::seconds(lease.into()), now()).await?;
            Ok(print_id(claim.token))
        }
        Command::Release(own) => step(config, own, |token| Event::Release { token }).await,
        Command::Skip { own, why } => step(config, own, |token| Event::Skip { token, why }).await,
        Command::Hold { own, why, until } => step(config, own, |token| Event::Hold { token, why, until }).await,
        Command::HandOver { own, to } => {
            step(config, own, |token| Event::HandOver { token, to, new_token: token + 1 }).await
        }
        Command::Resume { id, anyone } => {
            let store = anyone.store(config, COMMAND).await?;
            Ok(print_state(&store.step_case(id, &Event::Resume, LEASE, now()).await?))
        }
        Command::Saw { id, person, what } => {
            let store = person.store(config, COMMAND).await?;
            for seen in what {
                store.record_encounter(id, &person.who, seen, now()).await?;
            }
            Ok(Answer::Done)
        }
        Command::Muted { id, what } => {
            open_store(config, COMMAND).await?.record_machine_measure(id, &what, now()).await?;
            Ok(Answer::Done)
        }
        Command::Decide(decide) => {
            let (store, file, new) = decide.read(config).await?;
            Ok(decided(&store.decide_case(file.case.id(), &new, now()).await?))
        }
        Command::Reverse { decide, order } => {
            let (store, file, new) = decide.read(config).await?;
            let occasion = order.map_or(Occasion::OwnReview, Occasion::Order);
            Ok(decided(&store.reverse_case(file.case.id(), occasion, &new, now()).await?))
        }
    }
}

/// How long a case that is handed over is held without a claim.
const LEASE: TimeDelta = TimeDelta::minutes(10);

async fn step(config: &Config, own: Own, event: impl FnOnce(u64) -> Event) -> anyhow::Result<Answer> {
    let store = own.person.store(config, COMMAND).await?;
    let file = store.case(own.id).await?;
    match file.case.claimed_by() {
        Some(holder) if *holder == own.person.who => {}
        Some(holder) => return Err(BadInput(format!("case {} is with {holder}", own.id)).into()),
        None => return Err(BadInput(format!("case {} is {}: claim it first", own.id, file.case.state())).into()),
    }
    Ok(print_state(&store.step_case(own.id, &event(file.case.token()), LEASE, now()).await?))
}

async fn open(config: &Config, open: Open) -> anyhow::Result<Answer> {
    let store = open_store(config, COMMAND).await?;
    let stretch = open.from.zip(open.until).zip(open.who);
    let places = stretch.map(|((from_at, until_at), found_by)| Place { from_at, until_at, found_by });
    let new = NewCase {
        room: open.room,
        flags: open.flags,
        notices: open.notices,
        orders: open.orders,
        places: places.into_iter().collect(),
    };
    Ok(print_id(store.open_case(&new, now()).await?))
}

impl Decide {
    async fn read(&self, config: &Config) -> anyhow::Result<(Store, CaseFile, NewDecision)> {
        let (store, now) = (self.own.person.store(config, COMMAND).await?, now());
        let file = store.case(self.own.id).await?;
        let outcome = read_outcome(&self.file, Some(&file), now)?;
        let (decision_id, maker) = (store.mint(now), Maker::Reviewer(self.own.person.who.clone()));
        Ok((store, file, NewDecision { decision_id, maker, outcome, token: self.token }))
    }
}

fn decided(decision: &Decision) -> Answer {
    print_id(decision.decision_id)
}
