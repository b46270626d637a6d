//! `tidy`: the house rules that no compiler and no linter checks. A test runs it too.

mod crates;
mod files;
mod tree;

use std::process::ExitCode;

use crate::{place::Place, program::announce};

/// Check the house rules: files, crates, and which crate may depend on which
///
/// Each fault is named with its file and line. Status 1 if there is any.
#[derive(clap::Args)]
#[command(after_help = "Example:
  cargo xtask tidy")]
pub(crate) struct Arguments {}

pub(crate) fn run(place: &Place, _: &Arguments) -> anyhow::Result<ExitCode> {
    let faults = check(place)?;
    for fault in &faults {
        println!("{fault}");
    }
    announce(&format!("tidy: {} faults", faults.len()));
    Ok(if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Every fault, one line each.
pub(crate) fn check(place: &Place) -> anyhow::Result<Vec<String>> {
    let mut faults = tree::check_top(&place.root)?;
    for file in tree::files(&place.root)? {
        faults.extend(files::check(&file, &place.root)?);
    }
    faults.extend(crates::check(place)?);
    faults.sort();
    Ok(faults)
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::place::Place;

    #[test]
    fn the_house_is_tidy() {
        let faults = check(&Place::find().unwrap()).unwrap();
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }
}
