//! Word error rate against the script, counted as the demo counts it.

use crate::{
    errors::{self, Errors},
    spoken,
};

/// Errors in the words heard. Notes in brackets or parentheses are left out, whoever wrote them.
pub(crate) fn errors(said: &[String], heard: &[String]) -> Errors {
    let said = spoken::words(&said.join(" "));
    let said: Vec<(&str, &str)> = said.iter().map(|word| ("all", word.as_str())).collect();
    errors::sum(errors::by_speaker(&said, &words(heard)).values())
}

/// The words heard as they sound.
pub(crate) fn words(heard: &[String]) -> Vec<String> {
    let mut text = String::new();
    let mut depth = 0_u32;
    for c in heard.join(" ").chars() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            c if depth == 0 => text.push(c),
            _ => {}
        }
    }
    spoken::words(&text)
}
