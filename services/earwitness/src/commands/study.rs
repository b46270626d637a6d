//! `study`: how well a rule or a classifier head tells one category, by blind labels of people.

use std::io::Write;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use domain::{Category, ReviewerId};
use report::study::{Findings, Rate, findings};
use serde::Serialize;
use store::{NewStudy, Store, Study, StudyCount};
use uuid::Uuid;

use crate::{
    answer::{Answer, BadInput, NotReady},
    clock::now,
    commands::print_json,
    config::Config,
    instance::open_store,
};

/// Measure how well a rule or a classifier head tells one category.
#[derive(clap::Args)]
#[command(
    after_help = "Two people label each item without seeing what the detector or the other one said; a third decides where they
differ. What was not flagged is drawn too, as recall cannot be told without it. A closed study fills the rates of sheet 8
of the transparency report for the period that it lies in.

Examples:
  earwitness study draw --category hate --detector hate --from 2026-01-01 --to 2026-12-31 \\
      --flagged 200 --unflagged 1000 --seed \"our words\"
  earwitness study next 0199… --person anna
  earwitness study label 0199… 17 yes --person anna
  earwitness study next 0199… --person clara --adjudicate
  earwitness study close 0199…
  earwitness study show 0199… --json"
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Draw windows with words by lot; prints the study's id
    Draw(DrawArguments),
    /// Print the next item for a person, as JSON; 1 if nothing waits for them
    Next {
        /// The study
        study: Uuid,
        /// Who
        #[arg(long)]
        person: ReviewerId,
        /// An item on which two others differ
        #[arg(long)]
        adjudicate: bool,
    },
    /// Say whether an item is a violation of the study's category; 1 if this person may not say it
    Label {
        /// The study
        study: Uuid,
        /// The item's number
        item: i32,
        /// Is it a violation?
        answer: YesNo,
        /// Who
        #[arg(long)]
        person: ReviewerId,
        /// Decide where two others differ
        #[arg(long)]
        adjudicate: bool,
    },
    /// Close a study in which every item is labelled; 1 if some wait
    Close {
        /// The study
        study: Uuid,
    },
    /// List studies, or show what one came to
    Show {
        /// The study
        study: Option<Uuid>,
        /// One JSON document
        #[arg(long)]
        json: bool,
    },
}

#[derive(clap::Args)]
struct DrawArguments {
    /// What people look for
    #[arg(long)]
    category: Category,
    /// The rule's id or the classifier head's name
    #[arg(long)]
    detector: String,
    /// First day, of UTC
    #[arg(long, value_name = "DAY")]
    from: NaiveDate,
    /// Last day, of UTC
    #[arg(long, value_name = "DAY")]
    to: NaiveDate,
    /// Windows to draw of those that the detector flagged
    #[arg(long, value_name = "N")]
    flagged: u32,
    /// Windows to draw of the others
    #[arg(long, value_name = "N")]
    unflagged: u32,
    /// What the lot is drawn with
    #[arg(long, value_name = "TEXT")]
    seed: String,
    /// One language alone
    #[arg(long, value_name = "xx")]
    language: Option<String>,
    /// As the last head of the log signed up to then tells it (RFC 3339)
    #[arg(long, value_name = "TIME")]
    as_of: Option<DateTime<Utc>>,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum YesNo {
    Yes,
    No,
}

pub(crate) async fn run(config: &Config, arguments: Arguments) -> anyhow::Result<Answer> {
    let store = open_store(config, "study").await?;
    match arguments.action {
        Action::Draw(arguments) => draw(&store, arguments).await,
        Action::Next { study, person, adjudicate } => {
            let item = store.next_study_item(study, &person, adjudicate).await?;
            match item {
                Some(item) => print_json(&item).map(|()| Answer::Done),
                None => Ok(no("nothing waits for this person")),
            }
        }
        Action::Label { study, item, answer, person, adjudicate } => {
            let is_violation = matches!(answer, YesNo::Yes);
            let done = store.label_study_item(study, item, &person, is_violation, adjudicate, now()).await;
            match done {
                Ok(true) => Ok(Answer::Done),
                Ok(false) => Ok(no("this item waits for no word of this person")),
                Err(store::StoreError::Constraint { .. }) => Ok(no("this person has labelled this item")),
                Err(error) => Err(error.into()),
            }
        }
        Action::Close { study } => match store.close_study(study, now()).await {
            Ok(0) => Ok(Answer::Done),
            Ok(waiting) => Ok(no(&format!("{waiting} items wait for a label or a verdict"))),
            Err(store::StoreError::Constraint { .. }) => Ok(no("the study is closed")),
            Err(error) => Err(error.into()),
        },
        Action::Show { study: None, json } => list(&store, json).await,
        Action::Show { study: Some(study), json } => show(&store, study, json).await,
    }
}

fn no(why: &str) -> Answer {
    eprintln!("{why}");
    Answer::No
}

#[expect(clippy::print_stdout, reason = "the answer")]
async fn draw(store: &Store, arguments: DrawArguments) -> anyhow::Result<Answer> {
    let DrawArguments { category, detector, from, to, flagged, unflagged, seed, language, as_of } = arguments;
    let until = to.checked_add_days(Days::new(1)).filter(|until| *until > from);
    let until = until.ok_or_else(|| BadInput(format!("{from} lies after {to}")))?;
    let freeze = match as_of {
        Some(at) => store.freeze_at(at).await?,
        None => store.freeze_last().await?,
    };
    let freeze = freeze.ok_or_else(|| NotReady("no signed head of the audit log says what to draw from".to_owned()))?;
    let midnight = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
    let (from, until, log_size) = (midnight(from), midnight(until), freeze.log_size);
    let new = NewStudy { category, detector, from, until, log_size, language, seed, flagged, unflagged };
    let (study, of_flagged, of_others) = store.draw_study(&new, now()).await?;
    let (flagged, unflagged) = (of_flagged.min(flagged.into()), of_others.min(unflagged.into()));
    eprintln!("{flagged} of {of_flagged} flagged windows and {unflagged} of {of_others} others");
    println!("{study}");
    Ok(Answer::Done)
}

async fn list(store: &Store, json: bool) -> anyhow::Result<Answer> {
    let studies = store.studies().await?;
    if json {
        print_json(&studies)?;
        return Ok(Answer::Done);
    }
    let mut out = std::io::stdout().lock();
    for Study { study, category, detector, closed_at, .. } in &studies {
        let state = if closed_at.is_some() { "closed" } else { "open" };
        writeln!(out, "{study}  {detector} for {category}, {state}")?;
    }
    Ok(Answer::Done)
}

#[derive(Serialize)]
struct Shown {
    study: Study,
    counts: Vec<StudyCount>,
    findings: Vec<Findings>,
}

async fn show(store: &Store, id: Uuid, json: bool) -> anyhow::Result<Answer> {
    let study = store.studies().await?.into_iter().find(|study| study.study == id);
    let study = study.ok_or_else(|| BadInput(format!("there is no study {id}")))?;
    let counts = store.study_counts(id).await?;
    let findings = findings(&counts);
    if json {
        print_json(&Shown { study, counts, findings })?;
        return Ok(Answer::Done);
    }
    let mut out = std::io::stdout().lock();
    writeln!(out, "{} for {}, {} to {}", study.detector, study.category, study.from, study.until)?;
    for of in &findings {
        let Findings { language, flagged, unflagged, confusion, accuracy, precision, recall, kappa } = of;
        writeln!(out, "{}: {flagged} flagged, {unflagged} others", language.as_deref().unwrap_or("all"))?;
        let [tp, fp] = [confusion.true_positives, confusion.false_positives];
        let [missed, tn] = [confusion.false_negatives, confusion.true_negatives];
        writeln!(out, "  labelled: {tp} rightly flagged, {fp} wrongly, {missed} missed, {tn} rightly left")?;
        for (name, rate) in [("accuracy", accuracy), ("precision", precision), ("recall", recall)] {
            let told = rate.map(|Rate { rate, low, high }| format!("{rate:.3}, 95 % from {low:.3} to {high:.3}"));
            writeln!(out, "  {name:<9} {}", told.as_deref().unwrap_or("not known"))?;
        }
        let told = kappa.map(|kappa| format!("{kappa:.3}"));
        writeln!(out, "  kappa     {}", told.as_deref().unwrap_or("not known"))?;
    }
    Ok(Answer::Done)
}
