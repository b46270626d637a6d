//! `notice`: what anyone tells us of content, from receipt to answer.

use std::path::PathBuf;

use domain::{
    NoticeId,
    notice::{Event, Facts, Notice},
};

use crate::{
    answer::Answer,
    clock::now,
    commands::duty::{Anyone, List, Show, default, list, print_id, print_object, print_state, read_form, typed},
    config::Config,
    instance::open_store,
};

/// Notices (Article 16), those of trusted flaggers (Article 22) among them.
///
/// A notice belongs to a case: open one with `case open ROOM --notice ID`. Deciding the case decides the notice; what it
/// is told of the part of machines follows from what was recorded.
#[derive(clap::Args)]
#[command(after_help = r#"Examples:
  earwitness notice receive --file notice.json
  earwitness case open town-hall --notice 0199a2c4-5b7e-7c31-8f00-5d2f3e6a9b10
  earwitness notice acknowledge 0199a2c4-5b7e-7c31-8f00-5d2f3e6a9b10
  earwitness notice list --json"#)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Keep a notice that came; prints its id
    #[command(after_help = r#"The file:
  {"claim": "why it is held illegal", "in_good_faith": true,
   "places": [{"room": "town-hall", "from_at": "2026-09-12T20:00:05Z", "until_at": "2026-09-12T20:00:09Z"}],
   "contact": {"name": "…", "address": "…"}, "trusted_flagger": null, "organisation": null, "category": null,
   "is_exempt_from_identity": false, "received_at": "…"}
Only claim is needed: a notice with gaps is kept and handled all the same, and the gaps are named. Left out,
received_at is now."#)]
    Receive {
        /// JSON; `-` is standard input
        #[arg(long, value_name = "FILE")]
        file: PathBuf,
    },
    /// Notices that have not come to their end
    List(List),
    /// One notice with all that happened to it
    Show(Show),
    /// Its sender knows that it came (Article 16(4))
    Acknowledge {
        /// The notice
        id: NoticeId,
        #[command(flatten)]
        anyone: Anyone,
    },
    /// Record what its case was decided as, where that did not happen with the decision
    Decide {
        /// The notice
        id: NoticeId,
        #[command(flatten)]
        anyone: Anyone,
    },
    /// Its sender was told the decision, the redress and the part of machines (Article 16(5) and (6))
    Tell {
        /// The notice
        id: NoticeId,
        #[command(flatten)]
        anyone: Anyone,
    },
    /// There is nobody to tell
    Close {
        /// The notice
        id: NoticeId,
        #[command(flatten)]
        anyone: Anyone,
    },
}

pub(crate) async fn run(config: &Config, arguments: Arguments) -> anyhow::Result<Answer> {
    let (id, anyone, event) = match arguments.command {
        Command::Receive { file } => return receive(config, &file).await,
        Command::List(which) => return list::<Notice>(config, &which).await,
        Command::Show(show) => return self::show(config, &show).await,
        Command::Decide { id, anyone } => {
            let store = anyone.store(config, "notice").await?;
            return Ok(print_state(&store.decide_notice(id, now()).await?));
        }
        Command::Acknowledge { id, anyone } => (id, anyone, Event::Acknowledge),
        Command::Tell { id, anyone } => (id, anyone, Event::Tell),
        Command::Close { id, anyone } => (id, anyone, Event::Close),
    };
    let store = anyone.store(config, "notice").await?;
    Ok(print_state(&store.step_notice(id, &event, now()).await?))
}

async fn receive(config: &Config, file: &std::path::Path) -> anyhow::Result<Answer> {
    let (store, now) = (open_store(config, "notice").await?, now());
    let facts: Facts = read_form(file, |form| {
        default(form, "notice_id", store.mint::<NoticeId>(now));
        default(form, "received_at", now);
        default(form, "is_exempt_from_identity", false);
        default(form, "in_good_faith", false);
        default(form, "places", [(); 0]);
    })?;
    store.receive_notice(&facts, now).await?;
    for gap in facts.gaps() {
        eprintln!("it lacks {gap} (Article 16(2)); it is handled all the same");
    }
    Ok(print_id(facts.notice_id))
}

async fn show(config: &Config, show: &Show) -> anyhow::Result<Answer> {
    let store = open_store(config, "notice").await?;
    let notice = store.object::<Notice>(typed(show.id)).await?;
    print_object(&notice, notice.object.facts(), show)
}
