//! Counts what passed and failed, from the lines that test binaries end with.

/// What came out so far.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) passed: u64,
    pub(super) failed: u64,
    /// Names of what failed, as far as they are known.
    pub(super) failures: Vec<String>,
    failed_tests: u64,
}

impl Tally {
    pub(super) fn fail(&mut self, name: &str) {
        self.failed += 1;
        self.failures.push(name.to_owned());
    }

    /// Reads a line of a test binary; all but its last one and those of failed tests say nothing.
    pub(super) fn read(&mut self, line: &str) {
        let line = line.trim_end();
        if let Some(rest) = line.strip_prefix("test result: ") {
            self.passed += count(rest, "passed");
            self.failed += count(rest, "failed");
            self.failed_tests += count(rest, "failed");
        } else if let Some(name) = line.strip_prefix("test ").and_then(|rest| rest.strip_suffix(" ... FAILED")) {
            self.failures.push(name.to_owned());
        }
    }

    /// cargo's own verdict: a test binary that did not compile or was killed leaves no line to count.
    pub(super) fn end_of_tests(&mut self, success: bool) {
        if !success && self.failed_tests == 0 {
            self.fail("cargo test: a test did not compile, or its process died");
        }
    }
}

/// 12 for `passed` in `ok. 12 passed; 0 failed; …`.
fn count(text: &str, what: &str) -> u64 {
    let number = |part: &str| part.trim().strip_suffix(what)?.trim().rsplit(' ').next()?.parse().ok();
    text.split(';').find_map(number).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::Tally;

    fn tally(lines: &[&str], success: bool) -> Tally {
        let mut tally = Tally::default();
        for line in lines {
            tally.read(line);
        }
        tally.end_of_tests(success);
        tally
    }

    #[test]
    fn all_binaries_are_summed_up() {
        let lines = [
            "test a_stream_has_an_end ... ok\n",
            "test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s\n",
            "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.01s\n",
        ];
        let found = tally(&lines, false);
        assert_eq!((found.passed, found.failed), (15, 2));
    }

    #[test]
    fn a_failed_test_is_named() {
        let found =
            tally(&["test account::every_second ... FAILED\n", "test result: FAILED. 0 passed; 1 failed;"], false);
        assert_eq!(found.failures, ["account::every_second"]);
    }

    #[test]
    fn a_binary_that_died_counts_as_failed() {
        let found = tally(&["test result: ok. 12 passed; 0 failed; 0 ignored"], false);
        assert_eq!((found.passed, found.failed), (12, 1));
    }
}
