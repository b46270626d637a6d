//! Listener counts over time: a number, or a CSV file with the header `seconds,listeners`.

use std::path::Path;

/// Why listener counts cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ListenersError {
    /// The file cannot be read.
    #[error("cannot read the listener counts in {path}")]
    Read {
        /// The file.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Neither a number nor a CSV file.
    #[error("--listeners takes a number or a .csv file, not {found:?}")]
    Neither {
        /// What was given.
        found: String,
    },
    /// A line that is not a step.
    #[error("{path}, line {line}: {what}")]
    Line {
        /// The file.
        path: String,
        /// Counted from 1.
        line: usize,
        /// What is wrong, and what is expected.
        what: &'static str,
    },
}

/// Reads `argument` as steps `(seconds, listeners)`, valid until the next, in order of time.
///
/// # Errors
/// [`ListenersError`] names the line.
pub fn read_steps(argument: &str) -> Result<Vec<(f64, i64)>, ListenersError> {
    if let Ok(listeners) = argument.parse::<u32>() {
        return Ok(vec![(0.0, i64::from(listeners))]);
    }
    let is_csv = Path::new(argument).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
    if !is_csv {
        return Err(ListenersError::Neither { found: argument.to_owned() });
    }
    let text = std::fs::read_to_string(argument)
        .map_err(|source| ListenersError::Read { path: argument.to_owned(), source })?;
    parse(&text).map_err(|(line, what)| ListenersError::Line { path: argument.to_owned(), line, what })
}

fn parse(text: &str) -> Result<Vec<(f64, i64)>, (usize, &'static str)> {
    let mut lines = text.trim_start_matches('\u{feff}').lines().enumerate();
    if lines.next().is_none_or(|(_, header)| header.trim() != "seconds,listeners") {
        return Err((1, "the first line must be `seconds,listeners`"));
    }
    let mut steps: Vec<(f64, i64)> = Vec::new();
    for (index, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        let step = line.split_once(',').and_then(|(seconds, listeners)| {
            let seconds: f64 = seconds.trim().parse().ok()?;
            let listeners: u32 = listeners.trim().parse().ok()?;
            (seconds.is_finite() && seconds.abs() < 1e9).then_some((seconds, i64::from(listeners)))
        });
        let Some(step) = step else { return Err((index + 1, "expected seconds and a number of listeners: 12.5,1300")) };
        if steps.last().is_some_and(|last| last.0 >= step.0) {
            return Err((index + 1, "the seconds must rise from line to line"));
        }
        steps.push(step);
    }
    Ok(steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_rise_in_time() {
        assert_eq!(parse("seconds,listeners\n0,10\n 2.5 , 20\n\n"), Ok(vec![(0.0, 10), (2.5, 20)]));
        assert_eq!(parse("seconds,listeners\n0,10\n0,20\n").unwrap_err().0, 3);
        assert_eq!(parse("seconds,listeners\n0,-10\n").unwrap_err().0, 2);
        assert_eq!(parse("listeners\n").unwrap_err().0, 1);
    }

    #[test]
    fn a_plain_number_holds_from_the_start() {
        assert_eq!(read_steps("915000").unwrap(), [(0.0, 915_000)]);
        assert!(matches!(read_steps("many"), Err(ListenersError::Neither { .. })));
    }
}
