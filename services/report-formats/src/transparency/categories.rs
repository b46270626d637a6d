//! The 17 categories and their sub-categories: codes, titles and order of Annex I to Implementing Regulation
//! (EU) 2024/2835, table 2.

/// The sub-category that every category from 1 to 15 ends with.
pub const OTHER: &str = "KEYWORD_OTHER";
/// Its title in table 2.
pub const OTHER_TITLE: &str = "Not captured by any other sub-category";
/// The row that sums all categories.
pub const TOTAL: &str = "TOTAL";

/// A high-level category of Annex I.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Category {
    /// From 1 to 17.
    pub number: u8,
    /// `STATEMENT_CATEGORY_…`
    pub code: &'static str,
    /// Its description in table 2.
    pub title: &'static str,
    /// Sub-categories in order, without the closing [`OTHER`]; 16 and 17 have none.
    pub keywords: &'static [Keyword],
}

/// A sub-category of Annex I. Its code stands in one category alone.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Keyword {
    /// `KEYWORD_…`
    pub code: &'static str,
    /// Its description in table 2.
    pub title: &'static str,
}

impl Category {
    /// Does it end with [`OTHER`]?
    pub const fn has_other(&self) -> bool {
        self.number <= 15
    }

    /// The category with this code.
    pub fn of_code(code: &str) -> Option<&'static Self> {
        CATEGORIES.iter().find(|category| category.code == code)
    }

    /// The category that a sub-category belongs to; none for [`OTHER`], which is in many.
    pub fn of_keyword(code: &str) -> Option<(&'static Self, &'static Keyword)> {
        let find = |category: &'static Self| Some((category, category.keywords.iter().find(|word| word.code == code)?));
        CATEGORIES.iter().find_map(find)
    }
}

const fn category(number: u8, code: &'static str, title: &'static str, keywords: &'static [Keyword]) -> Category {
    Category { number, code, title, keywords }
}

const fn word(code: &'static str, title: &'static str) -> Keyword {
    Keyword { code, title }
}

/// All categories, in the order of the sheets.
pub static CATEGORIES: [Category; 17] = [
    category(
        1,
        "STATEMENT_CATEGORY_ANIMAL_WELFARE",
        "Animal welfare",
        &[
            word("KEYWORD_ANIMAL_HARM", "Animal harm"),
            word("KEYWORD_UNLAWFUL_SALE_ANIMALS", "Unlawful sale of animals"),
        ],
    ),
    category(
        2,
        "STATEMENT_CATEGORY_CONSUMER_INFORMATION",
        "Consumer information infringements",
        &[
            word(
                "KEYWORD_HIDDEN_ADVERTISEMENT",
                "Hidden advertisement or commercial communication, including by influencers",
            ),
            word("KEYWORD_INSUFFICIENT_INFORMATION_ON_TRADERS", "Insufficient information on traders"),
            word(
                "KEYWORD_MISLEADING_INFO_GOODS_SERVICES",
                "Misleading information about the characteristics of the goods and services",
            ),
            word("KEYWORD_MISLEADING_INFO_CONSUMER_RIGHTS", "Misleading information about the consumer’s rights"),
            word("KEYWORD_NONCOMPLIANCE_PRICING", "Non-compliance with pricing regulations"),
        ],
    ),
    category(
        3,
        "STATEMENT_CATEGORY_CYBER_VIOLENCE",
        "Cyber violence",
        &[
            word("KEYWORD_CYBER_BULLYING_INTIMIDATION", "Cyber bullying and intimidation"),
            word("KEYWORD_CYBER_HARASSMENT", "Cyber harassment"),
            word("KEYWORD_CYBER_INCITEMENT", "Cyber incitement to hatred or violence"),
            word("KEYWORD_CYBER_STALKING", "Cyber stalking"),
            word(
                "KEYWORD_NON_CONSENSUAL_IMAGE_SHARING",
                "Non-consensual (intimate) material sharing, including (image-based) sexual abuse (excluding content depicting minors)",
            ),
            word(
                "KEYWORD_NON_CONSENSUAL_MATERIAL_DEEPFAKE",
                "Non-consensual sharing of material containing deepfake or similar technology using a third party's features (excluding content depicting minors)",
            ),
        ],
    ),
    category(
        4,
        "STATEMENT_CATEGORY_CYBER_VIOLENCE_AGAINST_WOMEN",
        "Cyber violence against women",
        &[
            word("KEYWORD_BULLYING_AGAINST_GIRLS", "Cyber bullying and intimidation against girls"),
            word("KEYWORD_CYBER_HARASSMENT_AGAINST_WOMEN", "Cyber harassment against women"),
            word("KEYWORD_CYBER_STALKING_AGAINST_WOMEN", "Cyber stalking against women"),
            word("KEYWORD_FEMALE_GENDERED_DISINFORMATION", "Gendered disinformation"),
            word("KEYWORD_INCITEMENT_AGAINST_WOMEN", "Illegal incitement to violence and hatred against women"),
            word(
                "KEYWORD_NON_CONSENSUAL_IMAGE_SHARING_AGAINST_WOMEN",
                "Non-consensual (intimate) material sharing against women, including (image-based) sexual abuse against women (excluding content depicting minors)",
            ),
            word(
                "KEYWORD_NON_CONSENSUAL_MATERIAL_DEEPFAKE_AGAINST_WOMEN",
                "Non-consensual sharing of material containing deepfake or similar technology using a third party's features against women (excluding content depicting minors)",
            ),
        ],
    ),
    category(
        5,
        "STATEMENT_CATEGORY_DATA_PROTECTION_AND_PRIVACY_VIOLATIONS",
        "Data protection and privacy violations",
        &[
            word("KEYWORD_BIOMETRIC_DATA_BREACH", "Biometric data breach"),
            word("KEYWORD_DATA_FALSIFICATION", "Data falsification"),
            word("KEYWORD_MISSING_PROCESSING_GROUND", "Missing processing ground for data"),
            word("KEYWORD_RIGHT_TO_BE_FORGOTTEN", "Right to be forgotten"),
        ],
    ),
    category(
        6,
        "STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH",
        "Illegal or harmful speech",
        &[
            word("KEYWORD_DEFAMATION", "Defamation"),
            word("KEYWORD_DISCRIMINATION", "Discrimination"),
            word(
                "KEYWORD_HATE_SPEECH",
                "Illegal incitement to violence and hatred based on protected characteristics (hate speech)",
            ),
        ],
    ),
    category(
        7,
        "STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS",
        "Intellectual property infringements",
        &[
            word("KEYWORD_COPYRIGHT_INFRINGEMENT", "Copyright infringements"),
            word("KEYWORD_DESIGN_INFRINGEMENT", "Design infringements"),
            word("KEYWORD_GEOGRAPHIC_INDICATIONS_INFRINGEMENT", "Geographical indications infringements"),
            word("KEYWORD_PATENT_INFRINGEMENT", "Patent infringements"),
            word("KEYWORD_TRADE_SECRET_INFRINGEMENT", "Trade secret infringements"),
            word("KEYWORD_TRADEMARK_INFRINGEMENT", "Trademark infringements"),
        ],
    ),
    category(
        8,
        "STATEMENT_CATEGORY_NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS",
        "Negative effects on civic discourse or elections",
        &[
            word(
                "KEYWORD_MISINFORMATION_DISINFORMATION",
                "Misinformation, disinformation, foreign information manipulation and interference",
            ),
            word("KEYWORD_VIOLATION_EU_LAW", "Violation of EU law relevant to civic discourse or elections"),
            word(
                "KEYWORD_VIOLATION_NATIONAL_LAW",
                "Violation of national law relevant to civic discourse or elections",
            ),
        ],
    ),
    category(
        9,
        "STATEMENT_CATEGORY_PROTECTION_OF_MINORS",
        "Protection of minors",
        &[
            word("KEYWORD_AGE_SPECIFIC_RESTRICTIONS_MINORS", "Age-specific restrictions concerning minors"),
            word("KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL", "Child sexual abuse material"),
            word(
                "KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL_DEEPFAKE",
                "Child sexual abuse material containing deepfake or similar technology",
            ),
            word("KEYWORD_GROOMING_SEXUAL_ENTICEMENT_MINORS", "Grooming/sexual enticement of minors"),
            word("KEYWORD_UNSAFE_CHALLENGES", "Unsafe challenges"),
        ],
    ),
    category(
        10,
        "STATEMENT_CATEGORY_RISK_FOR_PUBLIC_SECURITY",
        "Risk for public security",
        &[
            word("KEYWORD_ILLEGAL_ORGANIZATIONS", "Illegal organizations"),
            word("KEYWORD_RISK_ENVIRONMENTAL_DAMAGE", "Risk for environmental damage"),
            word("KEYWORD_RISK_PUBLIC_HEALTH", "Risk for public health"),
            word("KEYWORD_TERRORIST_CONTENT", "Terrorist content"),
        ],
    ),
    category(
        11,
        "STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
        "Scams and/or fraud",
        &[
            word("KEYWORD_IMPERSONATION_ACCOUNT_HIJACKING", "Impersonation or account hijacking"),
            word("KEYWORD_INAUTHENTIC_ACCOUNTS", "Inauthentic accounts"),
            word("KEYWORD_INAUTHENTIC_LISTINGS", "Inauthentic listings"),
            word("KEYWORD_INAUTHENTIC_USER_REVIEWS", "Inauthentic user reviews"),
            word("KEYWORD_PHISHING", "Phishing"),
            word("KEYWORD_PYRAMID_SCHEMES", "Pyramid schemes"),
        ],
    ),
    category(
        12,
        "STATEMENT_CATEGORY_SELF_HARM",
        "Self-harm",
        &[
            word("KEYWORD_CONTENT_PROMOTING_EATING_DISORDERS", "Content promoting eating disorders"),
            word("KEYWORD_SELF_MUTILATION", "Self-mutilation"),
            word("KEYWORD_SUICIDE", "Suicide"),
        ],
    ),
    category(
        13,
        "STATEMENT_CATEGORY_UNSAFE_AND_PROHIBITED_PRODUCTS",
        "Unsafe, non-compliant or prohibited products",
        &[
            word("KEYWORD_PROHIBITED_PRODUCTS", "Prohibited or restricted products"),
            word("KEYWORD_UNSAFE_PRODUCTS", "Unsafe or non-compliant products"),
        ],
    ),
    category(
        14,
        "STATEMENT_CATEGORY_VIOLENCE",
        "Violence",
        &[
            word("KEYWORD_COORDINATED_HARM", "Coordinated harm"),
            word("KEYWORD_INCITEMENT_VIOLENCE_HATRED", "General calls or incitement to violence and/or hatred"),
            word("KEYWORD_HUMAN_EXPLOITATION", "Human exploitation"),
            word("KEYWORD_HUMAN_TRAFFICKING", "Human trafficking"),
            word("KEYWORD_TRAFFICKING_WOMEN_GIRLS", "Trafficking in women and girls"),
        ],
    ),
    category(
        15,
        "STATEMENT_CATEGORY_OTHER_VIOLATION_TC",
        "Other violation of provider’s terms and conditions",
        &[
            word("KEYWORD_ADULT_SEXUAL_MATERIAL", "Adult sexual material"),
            word("KEYWORD_AGE_SPECIFIC_RESTRICTIONS", "Age-specific restrictions"),
            word("KEYWORD_GEOGRAPHICAL_REQUIREMENTS", "Geographical requirements"),
            word("KEYWORD_GOODS_SERVICES_NOT_PERMITTED", "Goods/services not permitted to be offered on the platform"),
            word("KEYWORD_LANGUAGE_REQUIREMENTS", "Language requirements"),
            word("KEYWORD_NUDITY", "Nudity"),
        ],
    ),
    category(
        16,
        "STATEMENT_CATEGORY_NOT_SPECIFIED_ORDER",
        "Type of illegal content not specified by the public authority",
        &[],
    ),
    category(
        17,
        "STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE",
        "Type of alleged illegal content not specified by the notifier",
        &[],
    ),
];
