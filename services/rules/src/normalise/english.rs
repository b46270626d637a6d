//! English: contractions, hesitations, stammers.

/// What is written as one and said as more, or said in a form that Whisper writes in several ways.
const CONTRACTIONS: [(&str, &str); 62] = [
    ("ain't", "is not"),
    ("aint", "is not"),
    ("arent", "are not"),
    ("can't", "can not"),
    ("cannot", "can not"),
    ("cant", "can not"),
    ("coulda", "could have"),
    ("couldnt", "could not"),
    ("couldve", "could have"),
    ("didnt", "did not"),
    ("doesnt", "does not"),
    ("dont", "do not"),
    ("dunno", "do not know"),
    ("finna", "going to"),
    ("gimme", "give me"),
    ("gonna", "going to"),
    ("gotta", "got to"),
    ("hadnt", "had not"),
    ("hafta", "have to"),
    ("hasnt", "has not"),
    ("havent", "have not"),
    ("hes", "he is"),
    ("i'ma", "i am going to"),
    ("im", "i am"),
    ("ima", "i am going to"),
    ("imma", "i am going to"),
    ("isnt", "is not"),
    ("ive", "i have"),
    ("kinda", "kind of"),
    ("lemme", "let me"),
    ("let's", "let us"),
    ("ma'am", "madam"),
    ("ok", "okay"),
    ("outta", "out of"),
    ("shan't", "shall not"),
    ("shes", "she is"),
    ("shoulda", "should have"),
    ("shouldnt", "should not"),
    ("shouldve", "should have"),
    ("sorta", "sort of"),
    ("thats", "that is"),
    ("theres", "there is"),
    ("theyll", "they will"),
    ("theyre", "they are"),
    ("theyve", "they have"),
    ("til", "until"),
    ("till", "until"),
    ("tryna", "trying to"),
    ("wanna", "want to"),
    ("wasnt", "was not"),
    ("werent", "were not"),
    ("weve", "we have"),
    ("whats", "what is"),
    ("won't", "will not"),
    ("wont", "will not"),
    ("woulda", "would have"),
    ("wouldnt", "would not"),
    ("y'all", "you all"),
    ("ya", "you"),
    ("yall", "you all"),
    ("youll", "you will"),
    ("youre", "you are"),
];

/// What a contraction ends in.
const ENDINGS: [(&str, &str); 6] =
    [("n't", "not"), ("'ll", "will"), ("'re", "are"), ("'ve", "have"), ("'m", "am"), ("'d", "would")];

/// Forms that begin with an apostrophe, which a quotation mark may do as well.
const CLIPPED: [(&str, &str); 7] = [
    ("'bout", "about"),
    ("'cause", "because"),
    ("cuz", "because"),
    ("'em", "them"),
    ("'round", "around"),
    ("'til", "until"),
    ("'till", "until"),
];

/// Words after which `'s` is "is" and no genitive.
const IS_AFTER: [&str; 20] = [
    "he",
    "she",
    "it",
    "that",
    "this",
    "there",
    "here",
    "what",
    "who",
    "where",
    "when",
    "how",
    "why",
    "everybody",
    "everyone",
    "somebody",
    "someone",
    "nobody",
    "something",
    "everything",
];

const HESITATIONS: [&str; 14] =
    ["uh", "uhh", "um", "umm", "uhm", "er", "erm", "hm", "hmm", "mm", "mhm", "ah", "eh", "huh"];

const STAMMERED: [&str; 34] = [
    "a", "an", "am", "and", "are", "at", "be", "do", "for", "going", "he", "her", "his", "i", "in", "is", "it", "my",
    "of", "on", "our", "she", "so", "the", "their", "they", "this", "to", "we", "will", "with", "you", "your", "not",
];

const ABBREVIATIONS: [&str; 10] = ["mr.", "mrs.", "ms.", "dr.", "st.", "vs.", "prof.", "sgt.", "no.", "etc."];

/// Hands the tokens of one piece to `push`, written out; nothing for a hesitation.
pub(super) fn expand(piece: &str, mut push: impl FnMut(&str)) {
    if let Some((_, full)) = CLIPPED.iter().find(|(short, _)| *short == piece) {
        return push(full);
    }
    let clipped = piece.ends_with("in'") && piece.len() > 4;
    let bare = piece.trim_matches('\'');
    if HESITATIONS.contains(&bare) {
        return;
    }
    if let Ok(at) = CONTRACTIONS.binary_search_by_key(&bare, |(short, _)| short) {
        return CONTRACTIONS[at].1.split(' ').for_each(push);
    }
    if clipped {
        return push(&format!("{bare}g"));
    }
    let mut stem = bare;
    let mut endings = Vec::new();
    while let Some((short, full)) = ENDINGS.iter().find(|(ending, _)| stem.ends_with(ending)) {
        stem = &stem[..stem.len() - short.len()];
        endings.insert(0, *full);
    }
    match (CONTRACTIONS.iter().find(|(short, _)| *short == stem), stem.strip_suffix("'s")) {
        (Some((_, full)), _) => full.split(' ').for_each(&mut push),
        (None, Some(stem)) if IS_AFTER.contains(&stem) => {
            push(stem);
            push("is");
        }
        _ => push(&stem.replace('\'', "")),
    }
    endings.into_iter().for_each(push);
}

/// How many words a parenthetic `you know,` or `I mean,` at `at` takes up: it is set off by a comma on either side, or
/// begins what is said.
pub(super) fn parenthesis(written: &[&str], at: usize) -> usize {
    let set_off = at.checked_sub(1).is_none_or(|before| written[before].ends_with([',', '.', '?', '!']));
    let is = |word: &str, next: &str| {
        written[at].eq_ignore_ascii_case(word)
            && written.get(at + 1).is_some_and(|written| written.eq_ignore_ascii_case(next))
    };
    if set_off && (is("you", "know,") || is("i", "mean,")) { 2 } else { 0 }
}

pub(super) fn may_stammer(token: &str) -> bool {
    STAMMERED.contains(&token)
}

/// Whether a written word that ends in a full stop is an abbreviation and no end of a sentence.
pub(super) fn is_abbreviation(written: &str) -> bool {
    let lower = written.to_lowercase();
    let lower = lower.trim_start_matches(|c: char| !c.is_alphanumeric());
    ABBREVIATIONS.contains(&lower)
}

/// The written-out form that the normaliser gives this word, where that differs: a regex that holds the word can never
/// match.
pub(crate) fn rewritten(word: &str) -> Option<String> {
    let mut tokens = Vec::new();
    expand(word, |token| tokens.push(token.to_owned()));
    let tokens = tokens.join(" ");
    (tokens != word).then_some(tokens)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contractions_stand_in_order_for_the_search() {
        assert!(CONTRACTIONS.is_sorted_by_key(|(short, _)| short));
    }
}
