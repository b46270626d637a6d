//! What was heard against what is heard again, word by word.

use serde::Serialize;

/// A stretch of words in which the two differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Words in both before it.
    pub after: usize,
    /// What is on record there.
    pub recorded: String,
    /// What is heard there now.
    pub heard: String,
}

/// The stretches in which two lists of words differ, along a longest common subsequence; none where they are the same.
///
/// Time and memory grow with the product of both lengths: a window has some fifty words.
pub fn differences(recorded: &[String], heard: &[String]) -> Vec<Difference> {
    let (rows, columns) = (recorded.len(), heard.len());
    // common[row][column]: the longest common subsequence of what follows.
    let mut common = vec![vec![0_usize; columns + 1]; rows + 1];
    for row in (0..rows).rev() {
        for column in (0..columns).rev() {
            common[row][column] = if recorded[row] == heard[column] {
                common[row + 1][column + 1] + 1
            } else {
                common[row + 1][column].max(common[row][column + 1])
            };
        }
    }
    let (mut row, mut column, mut same) = (0, 0, 0);
    let (mut gone, mut new, mut found) = (Vec::<&str>::new(), Vec::<&str>::new(), Vec::new());
    let mut part = |after: usize, gone: &mut Vec<&str>, new: &mut Vec<&str>| {
        if !gone.is_empty() || !new.is_empty() {
            found.push(Difference { after, recorded: gone.join(" "), heard: new.join(" ") });
            gone.clear();
            new.clear();
        }
    };
    while row < rows || column < columns {
        if row < rows && column < columns && recorded[row] == heard[column] {
            part(same, &mut gone, &mut new);
            (row, column, same) = (row + 1, column + 1, same + 1);
        } else if column == columns || row < rows && common[row + 1][column] >= common[row][column + 1] {
            gone.push(&recorded[row]);
            row += 1;
        } else {
            new.push(&heard[column]);
            column += 1;
        }
    }
    part(same, &mut gone, &mut new);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(recorded: &str, heard: &str, expected: &[(usize, &str, &str)]) {
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let found = differences(&words(recorded), &words(heard));
        let told: Vec<_> = found.iter().map(|it| (it.after, it.recorded.as_str(), it.heard.as_str())).collect();
        assert_eq!(told, expected);
    }

    #[test]
    fn the_same_words_differ_nowhere() {
        check("", "", &[]);
        check("I will hurt you", "I will hurt you", &[]);
    }

    #[test]
    fn each_stretch_that_differs_is_named_with_its_place() {
        check("I will hurt you", "I will heard you", &[(2, "hurt", "heard")]);
        check("I will hurt you", "will hurt you all", &[(0, "I", ""), (3, "", "all")]);
        check("a b c d", "a x y d", &[(1, "b c", "x y")]);
        check("a b", "", &[(0, "a b", "")]);
        check("", "a b", &[(0, "", "a b")]);
    }

    #[test]
    fn what_is_common_and_what_differs_give_both_texts_again() {
        for (left, right) in [("a b a c a", "b a a c"), ("x y z x y", "y x y z"), ("a a a", "a a"), ("p q", "q p")] {
            let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            let (left, right) = (words(left), words(right));
            let found = differences(&left, &right);
            let count = |pick: fn(&Difference) -> &String| {
                found.iter().map(|it| pick(it).split_whitespace().count()).sum::<usize>()
            };
            let (gone, new) = (count(|it| &it.recorded), count(|it| &it.heard));
            assert_eq!(left.len() - gone, right.len() - new, "{left:?} {right:?} {found:?}");
        }
    }
}
