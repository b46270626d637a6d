//! What a statement calls the content: category and keywords, by default from the category of the flags.

use serde::{Deserialize, Serialize};

use crate::{Category, StatementCategory, StatementKeyword};

/// The category and the keywords of a statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Label {
    /// The main category.
    pub category: StatementCategory,
    /// Further ones, without the main one.
    #[serde(default)]
    pub additional: Vec<StatementCategory>,
    /// Keywords of these categories.
    #[serde(default)]
    pub keywords: Vec<StatementKeyword>,
    /// What [`StatementKeyword::Other`] stands for, and only then: at most 500 characters.
    pub free_keyword: Option<String>,
}

impl Label {
    /// The label for a category of ours where policy has no other. Where no keyword of the law says it, words do.
    pub fn of(category: Category) -> Self {
        use StatementKeyword as Keyword;
        let (keyword, words) = match category {
            Category::Threat => (Keyword::Other, "Threat of violence"),
            Category::Incitement => (Keyword::IncitementViolenceHatred, ""),
            Category::Hate => (Keyword::HateSpeech, ""),
            Category::Harassment => (Keyword::CyberHarassment, ""),
            Category::Terrorism => (Keyword::TerroristContent, ""),
            Category::PublicSecurity => (Keyword::Other, "Danger to public security"),
            Category::SelfHarm => (Keyword::Other, "Self-harm or suicide"),
            Category::Sexual => (Keyword::AdultSexualMaterial, ""),
            Category::SexualMinors => (Keyword::Other, "Sexual content that concerns minors"),
            Category::Scam => (Keyword::Other, "Fraud by spoken words"),
            Category::IllegalGoods => (Keyword::ProhibitedProducts, ""),
            Category::Election => (Keyword::MisinformationDisinformation, ""),
            Category::Privacy => (Keyword::Other, "Private data of others made public"),
            Category::Profanity => (Keyword::Other, "Foul language"),
        };
        Self {
            category: category.statement_category(),
            additional: Vec::new(),
            keywords: vec![keyword],
            free_keyword: (!words.is_empty()).then(|| words.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_keyword_fits_its_category_and_other_has_its_words() {
        for &category in Category::ALL {
            let label = Label::of(category);
            for keyword in label.keywords {
                let is_other = keyword == StatementKeyword::Other;
                assert!(is_other || keyword.category() == Some(label.category), "{category}: {keyword}");
                assert_eq!(label.free_keyword.is_some(), is_other, "{category}");
            }
        }
    }
}
