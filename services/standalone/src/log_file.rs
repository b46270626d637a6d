//! The log file of a child: appended to, set aside when it has grown, quoted when the child fails.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

/// A longer log is set aside (as `….1`, over the one before) at the next start.
const MAX_BYTES: u64 = 10 * 1024 * 1024;
const QUOTED_BYTES: u64 = 2_000;
const QUOTED_LINES: usize = 8;

/// A child's log.
#[derive(Clone, Debug)]
pub(crate) struct LogFile {
    pub(crate) path: PathBuf,
}

impl LogFile {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Opens it for a child that starts now.
    pub(crate) fn open(&self) -> io::Result<File> {
        if fs::metadata(&self.path).is_ok_and(|found| found.len() > MAX_BYTES) {
            let mut aside = self.path.clone().into_os_string();
            aside.push(".1");
            fs::rename(&self.path, Path::new(&aside))?;
        }
        OpenOptions::new().create(true).append(true).open(&self.path)
    }

    /// Its last lines, for an error message.
    pub(crate) fn last_lines(&self) -> String {
        let read = || -> io::Result<String> {
            let mut file = File::open(&self.path)?;
            let length = file.metadata()?.len();
            file.seek(SeekFrom::Start(length.saturating_sub(QUOTED_BYTES)))?;
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            Ok(String::from_utf8_lossy(&bytes).into_owned())
        };
        let text = read().unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(QUOTED_LINES)..].join("\n")
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, io::Write};

    use super::{LogFile, MAX_BYTES};

    #[test]
    fn a_long_log_is_set_aside_and_the_end_is_quoted() {
        let temporary = tempfile::tempdir().unwrap();
        let log = LogFile::new(temporary.path().join("a.log"));
        assert_eq!(log.last_lines(), "");
        writeln!(log.open().unwrap(), "first").unwrap();
        for line in 0..20 {
            writeln!(log.open().unwrap(), "line {line}").unwrap();
        }
        assert!(log.last_lines().starts_with("line 12\n"), "{}", log.last_lines());
        fs::File::options().write(true).open(&log.path).unwrap().set_len(MAX_BYTES + 1).unwrap();
        assert_eq!(log.open().unwrap().metadata().unwrap().len(), 0);
        assert_eq!(fs::metadata(temporary.path().join("a.log.1")).unwrap().len(), MAX_BYTES + 1);
    }
}
