//! `report`: what others are handed, and what the law wants in its own form; checking needs no instance.

mod dossier;
mod statements;
mod transparency;

use std::{
    collections::BTreeMap,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use anyhow::Context;
use report_formats::transparency::check::{Completeness, Findings, Source, check};

use crate::{
    answer::{Answer, BadInput},
    commands::print_json_line,
    config::Config,
};

/// Make a room's dossier, build the transparency report, send statements of reasons; check anyone's sheets.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

const EXAMPLES: &str = "Examples:
  earwitness report dossier town-hall --out hall.zip what aired in a room and what we did, provable
  earwitness report check filed/                     a folder of sheets: a whole report
  earwitness report check filed.zip                  an archive of them
  earwitness report check report.xlsx                a workbook
  earwitness report check 4_notices.csv 8_automated_means.csv
  earwitness report check filed/ | jq -r .code | sort | uniq -c
  earwitness report transparency --facts-template > facts.toml
  earwitness report transparency --from 2026-01-01 --to 2026-12-31 --facts facts.toml --out sheets/";

#[derive(clap::Subcommand)]
enum Action {
    /// Are these sheets of Implementing Regulation (EU) 2024/2835 right? Names every fault, one a line
    ///
    /// Prints JSON Lines {"file", "pointer", "code", "message"}. The pointer is /ROW/COLUMN by RFC 6901: ROW counts as
    /// spreadsheet programs do, the header being 1; COLUMN is the template's title; /ROW is a whole row, /- a row that is
    /// missing, and an empty pointer the whole file. Remarks, which are no faults, go to standard error.
    ///
    /// A folder, a zip archive and a workbook are whole reports, in which a missing sheet is a fault. CSV files named one
    /// by one are checked for what they are, and against each other.
    #[command(after_help = EXAMPLES)]
    Check {
        /// Folders, zip archives, workbooks (.xlsx) or CSV files
        #[arg(required = true, value_name = "PATH")]
        paths: Vec<PathBuf>,
    },
    /// Everything about one room in one bundle that can be checked offline
    #[command(after_help = dossier::EXAMPLES)]
    Dossier(dossier::Arguments),
    /// Statements of reasons: build, send, compare with what was made public
    Statements(statements::Arguments),
    /// Build the eleven sheets of a period from the record, frozen at a signed head of the audit log
    #[command(after_help = transparency::EXAMPLES)]
    Transparency(transparency::Arguments),
}

pub(crate) fn run(config: &Config, arguments: Arguments) -> anyhow::Result<Answer> {
    match arguments.action {
        Action::Statements(arguments) => crate::on_runtime(statements::run(config, arguments)),
        Action::Check { paths } => check_paths(&paths),
        Action::Dossier(arguments) => crate::on_runtime(dossier::run(config, &arguments)),
        Action::Transparency(arguments) => crate::on_runtime(transparency::run(config, &arguments)),
    }
}

/// Largest file and largest report that are read, in bytes.
const MAX_BYTES: u64 = 256 << 20;
/// Most files of a folder.
const MAX_FILES: usize = 1_000;
/// Deepest folder in a folder.
const MAX_DEPTH: usize = 4;

fn check_paths(paths: &[PathBuf]) -> anyhow::Result<Answer> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut alone = Vec::new();
    let (mut sheets, mut faults) = (0, 0);
    let mut report = |findings: &Findings| -> anyhow::Result<()> {
        for fault in &findings.faults {
            print_json_line(&mut out, fault)?;
        }
        for remark in &findings.remarks {
            eprintln!("{}{}: {}", remark.file, remark.pointer, remark.message);
        }
        if findings.unlisted > 0 {
            eprintln!("{} findings more are not listed", findings.unlisted);
        }
        sheets += findings.sheets;
        faults += findings.faults.len();
        Ok(())
    };
    // Everything is read before anything is printed: a path that is not there spoils no half of a list.
    let mut wholes = Vec::new();
    for path in paths {
        let about = std::fs::metadata(path).with_context(|| BadInput(format!("{} cannot be read", path.display())))?;
        if about.is_dir() {
            wholes.extend(folder(path)?);
        } else if is_whole(path) {
            wholes.push(vec![read(path)?]);
        } else {
            alone.push(read(path)?);
        }
    }
    for sources in &wholes {
        report(&check(sources, Completeness::Whole))?;
    }
    if !alone.is_empty() {
        report(&check(&alone, Completeness::Part))?;
    }
    out.flush()?;
    eprintln!("{sheets} sheets read, {faults} faults");
    Ok(if faults == 0 { Answer::Done } else { Answer::No })
}

fn extension(path: &Path) -> String {
    path.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase()).unwrap_or_default()
}

/// An archive or a workbook is a report by itself.
fn is_whole(path: &Path) -> bool {
    matches!(extension(path).as_str(), "zip" | "xlsx")
}

fn read(path: &Path) -> anyhow::Result<Source> {
    let unreadable = || BadInput(format!("{} cannot be read", path.display()));
    let about = std::fs::metadata(path).with_context(unreadable)?;
    if !about.is_file() {
        return Err(BadInput(format!("{} is no file", path.display())).into());
    }
    if about.len() > MAX_BYTES {
        return Err(BadInput(format!(
            "{} has {} bytes; more than {MAX_BYTES} are not read",
            path.display(),
            about.len()
        ))
        .into());
    }
    Ok(Source { name: path.display().to_string(), bytes: std::fs::read(path).with_context(unreadable)? })
}

/// The CSV files of each folder are a report, and so is each archive and workbook. Links are not followed.
fn folder(path: &Path) -> anyhow::Result<Vec<Vec<Source>>> {
    let mut reports: BTreeMap<PathBuf, Vec<Source>> = BTreeMap::new();
    let (mut files, mut bytes) = (0, 0);
    let mut folders = vec![(path.to_owned(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        let listed =
            std::fs::read_dir(&folder).with_context(|| BadInput(format!("{} cannot be read", folder.display())))?;
        let mut entries: Vec<_> = listed
            .collect::<Result<_, _>>()
            .with_context(|| BadInput(format!("{} cannot be read", folder.display())))?;
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            let (path, kind) = (entry.path(), entry.file_type()?);
            let hidden = entry.file_name().to_string_lossy().starts_with(['.', '~']);
            if kind.is_dir() && depth < MAX_DEPTH && !hidden {
                folders.push((path, depth + 1));
            } else if kind.is_file() && !hidden && matches!(extension(&path).as_str(), "csv" | "zip" | "xlsx") {
                let source = read(&path)?;
                files += 1;
                bytes += source.bytes.len() as u64;
                if files > MAX_FILES || bytes > MAX_BYTES {
                    let message =
                        format!("{} holds more than {MAX_FILES} tables or {MAX_BYTES} bytes", folder.display());
                    return Err(BadInput(message).into());
                }
                let report = if is_whole(&path) { path } else { folder.clone() };
                reports.entry(report).or_default().push(source);
            }
        }
    }
    if reports.is_empty() {
        return Err(BadInput(format!("{} holds no sheets: no .csv, .zip or .xlsx", path.display())).into());
    }
    Ok(reports.into_values().collect())
}

#[cfg(test)]
mod tests;
