//! The categories of a statement of reasons and the keywords of each, as a rule may name them.
//!
//! The lists are `domain`'s. `NOT_SPECIFIED_NOTICE` stands for notices, never for what a rule finds, and
//! `KEYWORD_STALKING` has no category.

use domain::{StatementCategory, StatementKeyword};

/// The keyword of every category for what no other keyword names.
pub const KEYWORD_OTHER: &str = StatementKeyword::Other.as_str();

/// Every category that a rule may name: those with keywords of their own.
pub fn categories() -> impl Iterator<Item = &'static str> {
    let all = StatementCategory::ALL.iter().filter(|category| !category.keywords().is_empty());
    all.map(|category| category.as_str())
}

/// The keywords of one category; none where a rule may name no such category.
pub fn keywords(category: &str) -> Option<Vec<&'static str>> {
    let category: StatementCategory = category.parse().ok()?;
    let own = category.keywords();
    let all = own.iter().chain([&StatementKeyword::Other]).map(|keyword| keyword.as_str());
    (!own.is_empty()).then(|| all.collect())
}

#[cfg(test)]
mod tests {
    use domain::Category;

    use super::*;

    #[test]
    fn every_category_of_ours_has_keywords() {
        for &category in Category::ALL {
            assert!(keywords(category.statement_category().as_str()).is_some(), "{category}");
        }
    }

    #[test]
    fn the_annex_has_67_keywords_and_other() {
        let named: usize = categories().filter_map(keywords).map(|keywords| keywords.len() - 1).sum();
        assert_eq!((categories().count(), named), (15, 67));
        assert_eq!(keywords("STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE"), None);
    }
}
