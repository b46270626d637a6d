//! The categories of a statement of reasons and the keywords of each.
//!
//! Source: Annex I of Implementing Regulation (EU) 2024/2835 and the schema of July 2025 of the Commission's Transparency
//! Database. `NOT_SPECIFIED` categories stand for orders and notices, never for what a rule finds; `KEYWORD_STALKING` is
//! taken by the database but has no place in the annex.

/// The keyword of every category for what no other keyword names.
pub const KEYWORD_OTHER: &str = "KEYWORD_OTHER";

/// Category and its keywords without [`KEYWORD_OTHER`], which each has; all without their common prefix.
const ANNEX: [(&str, &[&str]); 15] = [
    ("ANIMAL_WELFARE", &["ANIMAL_HARM", "UNLAWFUL_SALE_ANIMALS"]),
    (
        "CONSUMER_INFORMATION",
        &[
            "HIDDEN_ADVERTISEMENT",
            "INSUFFICIENT_INFORMATION_ON_TRADERS",
            "MISLEADING_INFO_GOODS_SERVICES",
            "MISLEADING_INFO_CONSUMER_RIGHTS",
            "NONCOMPLIANCE_PRICING",
        ],
    ),
    (
        "CYBER_VIOLENCE",
        &[
            "CYBER_BULLYING_INTIMIDATION",
            "CYBER_HARASSMENT",
            "CYBER_INCITEMENT",
            "CYBER_STALKING",
            "NON_CONSENSUAL_IMAGE_SHARING",
            "NON_CONSENSUAL_MATERIAL_DEEPFAKE",
        ],
    ),
    (
        "CYBER_VIOLENCE_AGAINST_WOMEN",
        &[
            "BULLYING_AGAINST_GIRLS",
            "CYBER_HARASSMENT_AGAINST_WOMEN",
            "CYBER_STALKING_AGAINST_WOMEN",
            "FEMALE_GENDERED_DISINFORMATION",
            "INCITEMENT_AGAINST_WOMEN",
            "NON_CONSENSUAL_IMAGE_SHARING_AGAINST_WOMEN",
            "NON_CONSENSUAL_MATERIAL_DEEPFAKE_AGAINST_WOMEN",
        ],
    ),
    (
        "DATA_PROTECTION_AND_PRIVACY_VIOLATIONS",
        &["BIOMETRIC_DATA_BREACH", "DATA_FALSIFICATION", "MISSING_PROCESSING_GROUND", "RIGHT_TO_BE_FORGOTTEN"],
    ),
    ("ILLEGAL_OR_HARMFUL_SPEECH", &["DEFAMATION", "DISCRIMINATION", "HATE_SPEECH"]),
    (
        "INTELLECTUAL_PROPERTY_INFRINGEMENTS",
        &[
            "COPYRIGHT_INFRINGEMENT",
            "DESIGN_INFRINGEMENT",
            "GEOGRAPHIC_INDICATIONS_INFRINGEMENT",
            "PATENT_INFRINGEMENT",
            "TRADE_SECRET_INFRINGEMENT",
            "TRADEMARK_INFRINGEMENT",
        ],
    ),
    (
        "NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS",
        &["MISINFORMATION_DISINFORMATION", "VIOLATION_EU_LAW", "VIOLATION_NATIONAL_LAW"],
    ),
    (
        "PROTECTION_OF_MINORS",
        &[
            "AGE_SPECIFIC_RESTRICTIONS_MINORS",
            "CHILD_SEXUAL_ABUSE_MATERIAL",
            "CHILD_SEXUAL_ABUSE_MATERIAL_DEEPFAKE",
            "GROOMING_SEXUAL_ENTICEMENT_MINORS",
            "UNSAFE_CHALLENGES",
        ],
    ),
    (
        "RISK_FOR_PUBLIC_SECURITY",
        &["ILLEGAL_ORGANIZATIONS", "RISK_ENVIRONMENTAL_DAMAGE", "RISK_PUBLIC_HEALTH", "TERRORIST_CONTENT"],
    ),
    (
        "SCAMS_AND_FRAUD",
        &[
            "IMPERSONATION_ACCOUNT_HIJACKING",
            "INAUTHENTIC_ACCOUNTS",
            "INAUTHENTIC_LISTINGS",
            "INAUTHENTIC_USER_REVIEWS",
            "PHISHING",
            "PYRAMID_SCHEMES",
        ],
    ),
    ("SELF_HARM", &["CONTENT_PROMOTING_EATING_DISORDERS", "SELF_MUTILATION", "SUICIDE"]),
    ("UNSAFE_AND_PROHIBITED_PRODUCTS", &["PROHIBITED_PRODUCTS", "UNSAFE_PRODUCTS"]),
    (
        "VIOLENCE",
        &[
            "COORDINATED_HARM",
            "INCITEMENT_VIOLENCE_HATRED",
            "HUMAN_EXPLOITATION",
            "HUMAN_TRAFFICKING",
            "TRAFFICKING_WOMEN_GIRLS",
        ],
    ),
    (
        "OTHER_VIOLATION_TC",
        &[
            "ADULT_SEXUAL_MATERIAL",
            "AGE_SPECIFIC_RESTRICTIONS",
            "GEOGRAPHICAL_REQUIREMENTS",
            "GOODS_SERVICES_NOT_PERMITTED",
            "LANGUAGE_REQUIREMENTS",
            "NUDITY",
        ],
    ),
];

/// Every category constant that a rule may name.
pub fn categories() -> impl Iterator<Item = String> {
    ANNEX.iter().map(|(category, _)| format!("STATEMENT_CATEGORY_{category}"))
}

/// The keyword constants of one category constant; none where there is no such category.
pub fn keywords(category: &str) -> Option<Vec<String>> {
    let name = category.strip_prefix("STATEMENT_CATEGORY_")?;
    let (_, keywords) = ANNEX.iter().find(|(known, _)| *known == name)?;
    let mut all: Vec<String> = keywords.iter().map(|keyword| format!("KEYWORD_{keyword}")).collect();
    all.push(KEYWORD_OTHER.to_owned());
    Some(all)
}

#[cfg(test)]
mod tests {
    use domain::Category;

    use super::*;

    #[test]
    fn every_category_of_ours_has_keywords() {
        for &category in Category::ALL {
            assert!(keywords(category.statement_category()).is_some(), "{category}");
        }
    }

    #[test]
    fn the_annex_has_67_keywords_and_other() {
        let named: usize = ANNEX.iter().map(|(_, keywords)| keywords.len()).sum();
        assert_eq!((categories().count(), named + 1), (15, 68));
        assert_eq!(keywords("STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE"), None);
    }
}
