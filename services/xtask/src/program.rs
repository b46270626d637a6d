//! Other programs: found, run, and told about.

use std::{
    env,
    ffi::OsStr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context, bail};

use crate::place::Place;

/// Says what begins now.
pub(crate) fn announce(what: &str) {
    eprintln!("==> {what}");
}

/// `3 min 05 s`, or `4.2 s`.
pub(crate) fn told(length: Duration) -> String {
    match length.as_secs() {
        0..60 => format!("{:.1} s", length.as_secs_f64()),
        whole => format!("{} min {:02} s", whole / 60, whole % 60),
    }
}

/// The file that a command of this name would run, as a shell looks for it.
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    let folders = env::var_os("PATH")?;
    env::split_paths(&folders).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// Whether `program` runs and succeeds; what it prints is dropped.
pub(crate) fn succeeds(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Runs a command to its end, its output being ours.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<()> {
    let status = command.status().with_context(|| format!("cannot run {}", told_command(command)))?;
    if !status.success() {
        bail!("{} failed ({status})", told_command(command));
    }
    Ok(())
}

/// Runs a command to its end and gives what it wrote to standard output.
pub(crate) fn output_of(command: &mut Command) -> anyhow::Result<String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot run {}", told_command(command)))?;
    if !output.status.success() {
        bail!("{} failed ({})", told_command(command), output.status);
    }
    String::from_utf8(output.stdout).with_context(|| format!("{} printed no text", told_command(command)))
}

/// The command as one would type it.
pub(crate) fn told_command(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}

/// cargo in the top folder, as if called from a shell.
pub(crate) fn cargo(place: &Place) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(&place.root);
    // `cargo run` describes this package to us. Build scripts that watch these variables would take it for theirs, and
    // everything above them would be built anew at each change between this and a plain cargo.
    let ours = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_PRIMARY_"];
    for (name, _) in env::vars_os() {
        if ours.iter().any(|prefix| name.to_string_lossy().starts_with(prefix)) {
            command.env_remove(name);
        }
    }
    command
}

#[cfg(test)]
mod tests {
    use std::{process::Command, time::Duration};

    use super::{on_path, output_of, run, succeeds, told, told_command};

    #[test]
    fn lengths_are_told_in_the_unit_that_fits() {
        assert_eq!(told(Duration::from_millis(4_240)), "4.2 s");
        assert_eq!(told(Duration::from_secs(185)), "3 min 05 s");
    }

    #[test]
    fn a_program_is_found_where_a_shell_finds_it() {
        assert!(on_path("sh").is_some_and(|path| path.is_absolute()));
        assert_eq!(on_path("no-program-has-this-name"), None);
    }

    #[test]
    fn a_failure_names_the_command() {
        let error = run(Command::new("sh").args(["-c", "exit 3"])).unwrap_err();
        assert_eq!(error.to_string(), "sh -c exit 3 failed (exit status: 3)");
        assert!(!succeeds("sh", &["-c", "exit 3"]));
        assert!(run(&mut Command::new("no-program-has-this-name")).is_err());
    }

    #[test]
    fn output_is_given_as_text() {
        let mut command = Command::new("/bin/sh");
        assert_eq!(output_of(command.args(["-c", "echo a"])).unwrap(), "a\n");
        assert_eq!(told_command(&command), "sh -c echo a");
    }
}
