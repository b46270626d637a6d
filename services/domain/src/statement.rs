//! The categories of a statement of reasons and the keywords of each: the law's list, which rules and reports share.
//!
//! Source: Annex I of Implementing Regulation (EU) 2024/2835 and the schema of July 2025 of the Commission's Transparency
//! Database, version 1 of its interface. The annex's category for orders is not among them: the database refuses it, as
//! an order of Article 9 has no statement of reasons.

crate::closed! {
    /// What a statement of reasons is about, as the Transparency Database names it.
    StatementCategory "category of a statement of reasons" {
        AnimalWelfare = "STATEMENT_CATEGORY_ANIMAL_WELFARE",
        ConsumerInformation = "STATEMENT_CATEGORY_CONSUMER_INFORMATION",
        CyberViolence = "STATEMENT_CATEGORY_CYBER_VIOLENCE",
        CyberViolenceAgainstWomen = "STATEMENT_CATEGORY_CYBER_VIOLENCE_AGAINST_WOMEN",
        DataProtectionAndPrivacyViolations = "STATEMENT_CATEGORY_DATA_PROTECTION_AND_PRIVACY_VIOLATIONS",
        IllegalOrHarmfulSpeech = "STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH",
        IntellectualPropertyInfringements = "STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS",
        NegativeEffectsOnCivicDiscourseOrElections = "STATEMENT_CATEGORY_NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS",
        NotSpecifiedNotice = "STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE",
        OtherViolationTc = "STATEMENT_CATEGORY_OTHER_VIOLATION_TC",
        ProtectionOfMinors = "STATEMENT_CATEGORY_PROTECTION_OF_MINORS",
        RiskForPublicSecurity = "STATEMENT_CATEGORY_RISK_FOR_PUBLIC_SECURITY",
        ScamsAndFraud = "STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
        SelfHarm = "STATEMENT_CATEGORY_SELF_HARM",
        UnsafeAndProhibitedProducts = "STATEMENT_CATEGORY_UNSAFE_AND_PROHIBITED_PRODUCTS",
        Violence = "STATEMENT_CATEGORY_VIOLENCE",
    }

    /// A keyword of a statement's category.
    StatementKeyword "keyword of a statement of reasons" {
        AdultSexualMaterial = "KEYWORD_ADULT_SEXUAL_MATERIAL",
        AgeSpecificRestrictions = "KEYWORD_AGE_SPECIFIC_RESTRICTIONS",
        AgeSpecificRestrictionsMinors = "KEYWORD_AGE_SPECIFIC_RESTRICTIONS_MINORS",
        AnimalHarm = "KEYWORD_ANIMAL_HARM",
        BiometricDataBreach = "KEYWORD_BIOMETRIC_DATA_BREACH",
        BullyingAgainstGirls = "KEYWORD_BULLYING_AGAINST_GIRLS",
        ChildSexualAbuseMaterial = "KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL",
        ChildSexualAbuseMaterialDeepfake = "KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL_DEEPFAKE",
        ContentPromotingEatingDisorders = "KEYWORD_CONTENT_PROMOTING_EATING_DISORDERS",
        CoordinatedHarm = "KEYWORD_COORDINATED_HARM",
        CopyrightInfringement = "KEYWORD_COPYRIGHT_INFRINGEMENT",
        CyberBullyingIntimidation = "KEYWORD_CYBER_BULLYING_INTIMIDATION",
        CyberHarassment = "KEYWORD_CYBER_HARASSMENT",
        CyberHarassmentAgainstWomen = "KEYWORD_CYBER_HARASSMENT_AGAINST_WOMEN",
        CyberIncitement = "KEYWORD_CYBER_INCITEMENT",
        CyberStalking = "KEYWORD_CYBER_STALKING",
        CyberStalkingAgainstWomen = "KEYWORD_CYBER_STALKING_AGAINST_WOMEN",
        DataFalsification = "KEYWORD_DATA_FALSIFICATION",
        Defamation = "KEYWORD_DEFAMATION",
        DesignInfringement = "KEYWORD_DESIGN_INFRINGEMENT",
        Discrimination = "KEYWORD_DISCRIMINATION",
        FemaleGenderedDisinformation = "KEYWORD_FEMALE_GENDERED_DISINFORMATION",
        GeographicIndicationsInfringement = "KEYWORD_GEOGRAPHIC_INDICATIONS_INFRINGEMENT",
        GeographicalRequirements = "KEYWORD_GEOGRAPHICAL_REQUIREMENTS",
        GoodsServicesNotPermitted = "KEYWORD_GOODS_SERVICES_NOT_PERMITTED",
        GroomingSexualEnticementMinors = "KEYWORD_GROOMING_SEXUAL_ENTICEMENT_MINORS",
        HateSpeech = "KEYWORD_HATE_SPEECH",
        HiddenAdvertisement = "KEYWORD_HIDDEN_ADVERTISEMENT",
        HumanExploitation = "KEYWORD_HUMAN_EXPLOITATION",
        HumanTrafficking = "KEYWORD_HUMAN_TRAFFICKING",
        IllegalOrganizations = "KEYWORD_ILLEGAL_ORGANIZATIONS",
        ImpersonationAccountHijacking = "KEYWORD_IMPERSONATION_ACCOUNT_HIJACKING",
        InauthenticAccounts = "KEYWORD_INAUTHENTIC_ACCOUNTS",
        InauthenticListings = "KEYWORD_INAUTHENTIC_LISTINGS",
        InauthenticUserReviews = "KEYWORD_INAUTHENTIC_USER_REVIEWS",
        IncitementAgainstWomen = "KEYWORD_INCITEMENT_AGAINST_WOMEN",
        IncitementViolenceHatred = "KEYWORD_INCITEMENT_VIOLENCE_HATRED",
        InsufficientInformationOnTraders = "KEYWORD_INSUFFICIENT_INFORMATION_ON_TRADERS",
        LanguageRequirements = "KEYWORD_LANGUAGE_REQUIREMENTS",
        MisinformationDisinformation = "KEYWORD_MISINFORMATION_DISINFORMATION",
        MisleadingInfoConsumerRights = "KEYWORD_MISLEADING_INFO_CONSUMER_RIGHTS",
        MisleadingInfoGoodsServices = "KEYWORD_MISLEADING_INFO_GOODS_SERVICES",
        MissingProcessingGround = "KEYWORD_MISSING_PROCESSING_GROUND",
        NonConsensualImageSharing = "KEYWORD_NON_CONSENSUAL_IMAGE_SHARING",
        NonConsensualImageSharingAgainstWomen = "KEYWORD_NON_CONSENSUAL_IMAGE_SHARING_AGAINST_WOMEN",
        NonConsensualMaterialDeepfake = "KEYWORD_NON_CONSENSUAL_MATERIAL_DEEPFAKE",
        NonConsensualMaterialDeepfakeAgainstWomen = "KEYWORD_NON_CONSENSUAL_MATERIAL_DEEPFAKE_AGAINST_WOMEN",
        NoncompliancePricing = "KEYWORD_NONCOMPLIANCE_PRICING",
        Nudity = "KEYWORD_NUDITY",
        PatentInfringement = "KEYWORD_PATENT_INFRINGEMENT",
        Phishing = "KEYWORD_PHISHING",
        ProhibitedProducts = "KEYWORD_PROHIBITED_PRODUCTS",
        PyramidSchemes = "KEYWORD_PYRAMID_SCHEMES",
        RightToBeForgotten = "KEYWORD_RIGHT_TO_BE_FORGOTTEN",
        RiskEnvironmentalDamage = "KEYWORD_RISK_ENVIRONMENTAL_DAMAGE",
        RiskPublicHealth = "KEYWORD_RISK_PUBLIC_HEALTH",
        SelfMutilation = "KEYWORD_SELF_MUTILATION",
        /// Taken by the database, but of no category in the annex: never to be used.
        Stalking = "KEYWORD_STALKING",
        Suicide = "KEYWORD_SUICIDE",
        TerroristContent = "KEYWORD_TERRORIST_CONTENT",
        TradeSecretInfringement = "KEYWORD_TRADE_SECRET_INFRINGEMENT",
        TrademarkInfringement = "KEYWORD_TRADEMARK_INFRINGEMENT",
        TraffickingWomenGirls = "KEYWORD_TRAFFICKING_WOMEN_GIRLS",
        UnlawfulSaleAnimals = "KEYWORD_UNLAWFUL_SALE_ANIMALS",
        UnsafeChallenges = "KEYWORD_UNSAFE_CHALLENGES",
        UnsafeProducts = "KEYWORD_UNSAFE_PRODUCTS",
        ViolationEuLaw = "KEYWORD_VIOLATION_EU_LAW",
        ViolationNationalLaw = "KEYWORD_VIOLATION_NATIONAL_LAW",
        /// For what no other keyword names; the text for it is a field of its own.
        Other = "KEYWORD_OTHER",
    }
}

/// Annex I: each category's keywords, without [`StatementKeyword::Other`], which fits every one.
const ANNEX: [(StatementCategory, &[StatementKeyword]); 15] = {
    use StatementCategory as C;
    use StatementKeyword as K;
    [
        (C::AnimalWelfare, &[K::AnimalHarm, K::UnlawfulSaleAnimals]),
        (
            C::ConsumerInformation,
            &[
                K::HiddenAdvertisement,
                K::InsufficientInformationOnTraders,
                K::MisleadingInfoGoodsServices,
                K::MisleadingInfoConsumerRights,
                K::NoncompliancePricing,
            ],
        ),
        (
            C::CyberViolence,
            &[
                K::CyberBullyingIntimidation,
                K::CyberHarassment,
                K::CyberIncitement,
                K::CyberStalking,
                K::NonConsensualImageSharing,
                K::NonConsensualMaterialDeepfake,
            ],
        ),
        (
            C::CyberViolenceAgainstWomen,
            &[
                K::BullyingAgainstGirls,
                K::CyberHarassmentAgainstWomen,
                K::CyberStalkingAgainstWomen,
                K::FemaleGenderedDisinformation,
                K::IncitementAgainstWomen,
                K::NonConsensualImageSharingAgainstWomen,
                K::NonConsensualMaterialDeepfakeAgainstWomen,
            ],
        ),
        (
            C::DataProtectionAndPrivacyViolations,
            &[K::BiometricDataBreach, K::DataFalsification, K::MissingProcessingGround, K::RightToBeForgotten],
        ),
        (C::IllegalOrHarmfulSpeech, &[K::Defamation, K::Discrimination, K::HateSpeech]),
        (
            C::IntellectualPropertyInfringements,
            &[
                K::CopyrightInfringement,
                K::DesignInfringement,
                K::GeographicIndicationsInfringement,
                K::PatentInfringement,
                K::TradeSecretInfringement,
                K::TrademarkInfringement,
            ],
        ),
        (
            C::NegativeEffectsOnCivicDiscourseOrElections,
            &[K::MisinformationDisinformation, K::ViolationEuLaw, K::ViolationNationalLaw],
        ),
        (
            C::ProtectionOfMinors,
            &[
                K::AgeSpecificRestrictionsMinors,
                K::ChildSexualAbuseMaterial,
                K::ChildSexualAbuseMaterialDeepfake,
                K::GroomingSexualEnticementMinors,
                K::UnsafeChallenges,
            ],
        ),
        (
            C::RiskForPublicSecurity,
            &[K::IllegalOrganizations, K::RiskEnvironmentalDamage, K::RiskPublicHealth, K::TerroristContent],
        ),
        (
            C::ScamsAndFraud,
            &[
                K::ImpersonationAccountHijacking,
                K::InauthenticAccounts,
                K::InauthenticListings,
                K::InauthenticUserReviews,
                K::Phishing,
                K::PyramidSchemes,
            ],
        ),
        (C::SelfHarm, &[K::ContentPromotingEatingDisorders, K::SelfMutilation, K::Suicide]),
        (C::UnsafeAndProhibitedProducts, &[K::ProhibitedProducts, K::UnsafeProducts]),
        (
            C::Violence,
            &[
                K::CoordinatedHarm,
                K::IncitementViolenceHatred,
                K::HumanExploitation,
                K::HumanTrafficking,
                K::TraffickingWomenGirls,
            ],
        ),
        (
            C::OtherViolationTc,
            &[
                K::AdultSexualMaterial,
                K::AgeSpecificRestrictions,
                K::GeographicalRequirements,
                K::GoodsServicesNotPermitted,
                K::LanguageRequirements,
                K::Nudity,
            ],
        ),
    ]
};

impl StatementCategory {
    /// Its keywords by Annex I, without [`StatementKeyword::Other`], which fits every category.
    ///
    /// None for [`StatementCategory::NotSpecifiedNotice`].
    pub fn keywords(self) -> &'static [StatementKeyword] {
        ANNEX.iter().find(|(category, _)| *category == self).map_or(&[], |(_, keywords)| keywords)
    }
}

impl StatementKeyword {
    /// The category that has this keyword; none for [`StatementKeyword::Other`] and [`StatementKeyword::Stalking`].
    pub fn category(self) -> Option<StatementCategory> {
        ANNEX.iter().find(|(_, keywords)| keywords.contains(&self)).map(|(category, _)| *category)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_keyword_but_two_has_one_category() {
        for &keyword in StatementKeyword::ALL {
            let homes = ANNEX.iter().filter(|(_, keywords)| keywords.contains(&keyword)).count();
            let homeless = [StatementKeyword::Other, StatementKeyword::Stalking].contains(&keyword);
            assert_eq!(homes, usize::from(!homeless), "{keyword}");
        }
    }

    #[test]
    fn every_category_but_the_unspecified_has_keywords() {
        for &category in StatementCategory::ALL {
            assert_eq!(category.keywords().is_empty(), category == StatementCategory::NotSpecifiedNotice, "{category}");
        }
    }

    #[test]
    fn every_name_has_its_list_before_it() {
        assert!(StatementCategory::NAMES.iter().all(|name| name.starts_with("STATEMENT_CATEGORY_")));
        assert!(StatementKeyword::NAMES.iter().all(|name| name.starts_with("KEYWORD_")));
        assert_eq!((StatementCategory::NAMES.len(), StatementKeyword::NAMES.len()), (16, 69));
    }
}
