//! `statement`: anybody's statements of reasons checked, without an instance.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, Read, Write},
    path::{Path, PathBuf},
};

use report_formats::statement::{Fault, MAX_DOCUMENT_BYTES, Sequence, check_document};
use serde::{Serialize, de::IgnoredAny};

use crate::{
    answer::{Answer, BadInput},
    commands::print_json_line,
};

/// Check statements of reasons.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Would the Transparency Database take them, and is what it does not check right?
    ///
    /// The database's own rules (interface version 1, schema of July 2025), and those that it leaves to the platform: the
    /// order of dates, keywords that fit their category, the states where the restriction holds, no personal data in public
    /// texts, no main category repeated among the additional ones, no code twice in a list, a puid to each statement.
    ///
    /// Each file holds one statement, an array, the body of a call ({"statements": […]}), or one statement a line. Every
    /// fault is printed as a line {"file", "pointer", "code", "message"}; the pointer (RFC 6901) begins with the statement's
    /// index, from 0, where the file holds several. A rule on several fields names each. Status 1 if there is any fault.
    #[command(after_help = "Examples:
  earwitness statement check drafts.json more.jsonl
  earwitness statement check - < draft.json
  earwitness statement check drafts.json | jq -r '\"\\(.pointer): \\(.message)\"'")]
    Check {
        /// The files; `-` is standard input
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Answer> {
    let Action::Check { files } = &arguments.action;
    let mut out = BufWriter::new(io::stdout().lock());
    let mut unread = Vec::new();
    let mut sound = true;
    for path in files {
        let name = path.to_string_lossy();
        let mut faults = 0_usize;
        let mut print = |fault: Fault| {
            faults += 1;
            print_json_line(&mut out, &FaultLine { file: &name, fault })
        };
        match open(path) {
            Ok(source) => match check(source, &mut print) {
                Ok(statements) => eprintln!("{name}: {statements} statements, {faults} faults"),
                Err(CheckError::Read(error)) => unread.push(format!("{name}: {error}")),
                Err(CheckError::Print(error)) => return Err(error),
            },
            Err(error) => unread.push(format!("{name}: {error}")),
        }
        sound &= faults == 0;
    }
    out.flush()?;
    if !unread.is_empty() {
        return Err(BadInput(format!("cannot read {}", unread.join("; "))).into());
    }
    Ok(if sound { Answer::Done } else { Answer::No })
}

#[derive(Serialize)]
struct FaultLine<'a> {
    file: &'a str,
    #[serde(flatten)]
    fault: Fault,
}

fn open(path: &Path) -> io::Result<Box<dyn BufRead>> {
    if path == Path::new("-") {
        return Ok(Box::new(io::stdin().lock()));
    }
    Ok(Box::new(BufReader::new(File::open(path)?)))
}

#[derive(Debug)]
enum CheckError {
    Read(io::Error),
    Print(anyhow::Error),
}

impl From<io::Error> for CheckError {
    fn from(error: io::Error) -> Self {
        Self::Read(error)
    }
}

/// Checks what a file holds and says how many statements it saw. JSON Lines are read one by one, so that their number
/// does not matter to memory; anything else is one document.
fn check(mut source: impl BufRead, print: &mut impl FnMut(Fault) -> anyhow::Result<()>) -> Result<usize, CheckError> {
    let first = next_line(&mut source)?;
    let second = next_line(&mut source)?;
    if !are_lines(first.trim_ascii(), second.trim_ascii()) {
        let mut document = [first, second].concat();
        let left = (MAX_DOCUMENT_BYTES + 1).saturating_sub(document.len());
        source.take(left as u64).read_to_end(&mut document)?;
        let checked = check_document(&document);
        print_all(checked.faults, print)?;
        return Ok(checked.statements);
    }
    let mut sequence = Sequence::default();
    print_all(sequence.check_next(first.trim_ascii()), print)?;
    let mut line = second;
    while !line.trim_ascii().is_empty() {
        print_all(sequence.check_next(line.trim_ascii()), print)?;
        line = next_line(&mut source)?;
    }
    Ok(sequence.statements())
}

fn print_all(faults: Vec<Fault>, print: &mut impl FnMut(Fault) -> anyhow::Result<()>) -> Result<(), CheckError> {
    faults.into_iter().try_for_each(print).map_err(CheckError::Print)
}

/// The next line with something in it, and the blank ones before it; nothing in it at the end.
fn next_line(source: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    while line.trim_ascii().is_empty() {
        let most = (MAX_DOCUMENT_BYTES + 1) as u64;
        if source.by_ref().take(most).read_until(b'\n', &mut line)? == 0 {
            break;
        }
    }
    Ok(line)
}

/// Whether these are two lines of JSON Lines, and not the beginning of one document.
fn are_lines(first: &[u8], second: &[u8]) -> bool {
    let first = first.strip_prefix(b"\xef\xbb\xbf").unwrap_or(first);
    // The first may be damaged; within one document, no line that begins with a brace follows another of that kind so.
    let is_whole = serde_json::from_slice::<IgnoredAny>(first).is_ok();
    let is_damaged = second.starts_with(b"{") && !first.ends_with(b":") && !first.ends_with(b"[");
    first.starts_with(b"{") && !second.is_empty() && (is_whole || is_damaged)
}

#[cfg(test)]
mod tests;
