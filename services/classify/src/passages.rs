//! What the classifier is given of a run of words: its sentences, and windows of those that are long.

mod sentences;

use std::ops::Range;

use sentences::sentences;

/// A score dilutes over a longer text, so no passage is longer.
const WINDOW_WORDS: usize = 25;

/// Words from the start of one window to the start of the next: what one window cuts in two stands whole in another.
const STRIDE_WORDS: usize = 12;

/// Longer pairs of sentences dilute a score as well.
const PAIR_WORDS: usize = 30;

/// A sentence of fewer words says too little alone, and joins its neighbour.
const MIN_WORDS: usize = 4;

/// The passages to score among `words`, as ranges of their indexes, in order of their start.
///
/// `words` are one speaker's, in order, as the recogniser wrote them: punctuation hangs on the word. A passage is a
/// sentence; one of fewer than four words joins the sentence after it, and at the end the one before. What is longer than
/// 25 words, also because nothing in it is punctuated, becomes windows of 25 words whose starts are 12 apart.
///
/// Every word is in a passage, and no passage is empty.
pub fn passages(words: &[&str]) -> Vec<Range<usize>> {
    joined(sentences(words)).into_iter().flat_map(windows).collect()
}

/// The pairs of adjoining sentences among `words` that hold no more than 30 words together, in order of their start.
///
/// Sentences are those of [`passages`]. What is meant may need both: "I know where you park. One of these mornings I'll be
/// standing there."
pub fn pairs(words: &[&str]) -> Vec<(Range<usize>, Range<usize>)> {
    let sentences = joined(sentences(words));
    let pairs = sentences.windows(2).map(|pair| (pair[0].clone(), pair[1].clone()));
    pairs.filter(|(before, after)| after.end - before.start <= PAIR_WORDS).collect()
}

fn joined(sentences: Vec<Range<usize>>) -> Vec<Range<usize>> {
    let mut joined: Vec<Range<usize>> = Vec::with_capacity(sentences.len());
    for sentence in sentences {
        match joined.last_mut() {
            Some(last) if last.len() < MIN_WORDS => last.end = sentence.end,
            _ => joined.push(sentence),
        }
    }
    if let [.., before, last] = joined.as_mut_slice()
        && last.len() < MIN_WORDS
    {
        before.end = last.end;
        joined.pop();
    }
    joined
}

fn windows(passage: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let more = passage.len().saturating_sub(WINDOW_WORDS).div_ceil(STRIDE_WORDS);
    (0..=more).map(move |n| {
        let first = passage.start + n * STRIDE_WORDS;
        first..passage.end.min(first + WINDOW_WORDS)
    })
}

#[cfg(test)]
mod tests;
