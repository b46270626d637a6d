//! `report transparency`: the eleven sheets of a period, from the record.

use std::path::{Path, PathBuf};

use anyhow::Context;
use chrono::{DateTime, NaiveDate, Utc};
use report::sheets::{FactsError, Made, Request, SheetsError, TEMPLATE, record, transparency};
use report_formats::transparency::{report::Period, write::File};
use store::Correction;

use crate::{
    answer::{Answer, BadInput, NotReady},
    clock::now,
    config::Config,
    instance::open_store,
};

pub(super) const EXAMPLES: &str =
    "What the sheets count is frozen at a signed head of the audit log: by default the first that covers all that was
done, with --as-of the last one signed up to then. The same freeze, facts and period give the same bytes. Every
export is recorded with the SHA-256 of each sheet. Files that are there already and differ are not overwritten.

Exit code 4: the sheets are written, but facts are missing, whose cells are blank; each is named.

Examples:
  earwitness report transparency --facts-template > facts.toml
  earwitness report transparency --from 2026-01-01 --to 2026-12-31 --facts facts.toml --out sheets/
  earwitness report transparency --from 2026-01-01 --to 2026-12-31 --facts facts.toml --out sheets/ --correct \\
      --reason \"Notices of one form were not counted.\" --method \"Counted again from the record.\"
  earwitness report check sheets/";

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// First day of the period: 1 January, or 1 July
    #[arg(long, value_name = "DAY", required_unless_present = "facts_template")]
    from: Option<NaiveDate>,
    /// Last day of the period: 31 December, or 30 June
    #[arg(long, value_name = "DAY", required_unless_present = "facts_template")]
    to: Option<NaiveDate>,
    /// Folder to write into; made if it is not there
    #[arg(long, value_name = "DIR", required_unless_present = "facts_template")]
    out: Option<PathBuf>,
    /// Freeze at the last head of the audit log signed up to then (RFC 3339)
    #[arg(long, value_name = "TIME")]
    as_of: Option<DateTime<Utc>>,
    /// File with the facts that no record tells; else the setting report.facts
    #[arg(long, value_name = "FILE")]
    facts: Option<PathBuf>,
    /// Print a commented file of facts with nothing filled in
    #[arg(long, conflicts_with_all = ["from", "to", "out"])]
    facts_template: bool,
    /// Write a further version of the report that was handed out last, with its changes marked
    #[arg(long, requires = "reason", requires = "method")]
    correct: bool,
    /// Why the figures were wrong
    #[arg(long, value_name = "TEXT", requires = "correct")]
    reason: Option<String>,
    /// How the new ones were made
    #[arg(long, value_name = "TEXT", requires = "correct")]
    method: Option<String>,
    /// Day of the change; today if it is not given
    #[arg(long, value_name = "DAY", requires = "correct")]
    changed_on: Option<NaiveDate>,
}

#[expect(clippy::print_stdout, reason = "the answer")]
pub(super) async fn run(config: &Config, arguments: &Arguments) -> anyhow::Result<Answer> {
    let (Some(from), Some(to), Some(out)) = (arguments.from, arguments.to, &arguments.out) else {
        print!("{TEMPLATE}");
        return Ok(Answer::Done);
    };
    let period = Period::new(from, to).map_err(|error| BadInput(error.to_string()))?;
    let facts = read_facts(config, arguments)?;
    let correction = arguments.correct.then(|| Correction {
        changed_on: arguments.changed_on.unwrap_or_else(|| now().date_naive()),
        reason: arguments.reason.clone().unwrap_or_default(),
        method: arguments.method.clone().unwrap_or_default(),
    });
    let store = open_store(config, "report").await?;
    let request = Request { period, facts: &facts, as_of: arguments.as_of, correction: correction.as_ref() };
    let made = match Box::pin(transparency(&store, request)).await {
        Ok(made) => made,
        Err(error) => return refuse(error),
    };
    write(out, &made.files)?;
    record(&store, period, &made, now()).await?;
    tell(out, &made);
    Ok(if made.missing.is_empty() { Answer::Done } else { Answer::InPart })
}

fn read_facts(config: &Config, arguments: &Arguments) -> anyhow::Result<String> {
    let set = Some(&config.report.facts).filter(|path| !path.as_os_str().is_empty());
    let path = arguments.facts.as_ref().or(set).ok_or_else(|| {
        BadInput("the provider's name and service are needed: `report transparency --facts-template > facts.toml`, fill it in, and give it with --facts".into())
    })?;
    std::fs::read_to_string(path).with_context(|| BadInput(format!("cannot read {}", path.display())))
}

fn refuse(error: SheetsError) -> anyhow::Result<Answer> {
    if let SheetsError::Facts(FactsError::Toml(cause)) = error {
        // TOML's own words come in several lines, with the place.
        return Err(BadInput(format!("the file of facts cannot be read: {cause}")).into());
    }
    let text = error.to_string();
    match error {
        SheetsError::NoFreeze { .. } => Err(NotReady(text).into()),
        SheetsError::Facts(_) | SheetsError::Build(_) | SheetsError::Correct(_) => {
            let text = format!("{:#}", anyhow::Error::new(error));
            Err(BadInput(text).into())
        }
        SheetsError::NothingToCorrect { .. } => Err(BadInput(text).into()),
        SheetsError::NotReproduced { .. } => {
            eprintln!("earwitness: {text}");
            Ok(Answer::No)
        }
        SheetsError::Store(_) | SheetsError::Category(_) | SheetsError::Write(_) => Err(error.into()),
    }
}

/// Writes the files; those that are there with the same bytes stay.
fn write(out: &Path, files: &[File]) -> anyhow::Result<()> {
    std::fs::create_dir_all(out).with_context(|| BadInput(format!("cannot make the folder {}", out.display())))?;
    for file in files {
        let path = out.join(&file.name);
        let there = std::fs::read(&path).ok();
        if there.is_some_and(|bytes| bytes != file.bytes) {
            let hint = "give another folder, or --correct for a further version";
            return Err(BadInput(format!("{} is there with other figures: {hint}", path.display())).into());
        }
    }
    for file in files {
        let path = out.join(&file.name);
        std::fs::write(&path, &file.bytes).with_context(|| BadInput(format!("cannot write {}", path.display())))?;
    }
    Ok(())
}

fn tell(out: &Path, made: &Made) {
    for key in &made.missing {
        eprintln!("{key} is not given: its cells are blank");
    }
    for remark in &made.remarks {
        eprintln!("{remark}");
    }
    if made.changes > 0 {
        eprintln!("{} cells differ from the version before", made.changes);
    }
    eprintln!(
        "{} files of version {} in {}, counted up to {} ({} entries of the audit log)",
        made.files.len(),
        made.export.version,
        out.display(),
        made.freeze.as_of.format("%Y-%m-%dT%H:%M:%SZ"),
        made.freeze.log_size,
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_handed_out_is_never_overwritten_with_other_figures() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("sheets");
        let file = |bytes: &[u8]| File { name: "4_notices.csv".into(), bytes: bytes.to_vec() };
        write(&out, &[file(b"one")]).unwrap();
        write(&out, &[file(b"one")]).unwrap();
        let other = File { name: "1_report_identification.csv".into(), bytes: b"new".to_vec() };
        let refused = write(&out, &[other, file(b"two")]).unwrap_err();
        assert!(refused.is::<BadInput>() && refused.to_string().contains("4_notices.csv is there with other figures"));
        let left: Vec<_> = std::fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["4_notices.csv"], "nothing is written by halves");
        assert_eq!(std::fs::read(out.join("4_notices.csv")).unwrap(), b"one");
    }
}
