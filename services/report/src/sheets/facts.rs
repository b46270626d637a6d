//! What a transparency report says and no row tells: who reports, on what, with which people, in which words.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use report_formats::transparency::{
    activity::{Provider, Staff, Words},
    categories::{CATEGORIES, TOTAL},
    rows::{LANGUAGES, MEMBER_STATES, Tier},
};
use serde::Deserialize;

/// A commented file of facts with nothing filled in.
pub const TEMPLATE: &str = include_str!("facts.toml");

/// What the provider tells. Whatever is left out stays blank in the sheets and is named.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    provider: ProviderFacts,
    #[serde(default)]
    publication: Publication,
    staff: Option<StaffFacts>,
    recipients: Option<Recipients>,
    #[serde(default)]
    remarks: BTreeMap<String, String>,
    #[serde(default)]
    words: WordFacts,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProviderFacts {
    name: String,
    service: String,
    tier: TierName,
    monetised: Option<bool>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum TierName {
    Intermediary,
    Hosting,
    Platform,
    VeryLarge,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Publication {
    published: Option<NaiveDate>,
    previous: Option<NaiveDate>,
    #[serde(default)]
    is_first: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct StaffFacts {
    internal: f64,
    external: f64,
    linguistic: f64,
    #[serde(default)]
    languages: BTreeMap<String, f64>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Recipients {
    total: u64,
    #[serde(default)]
    states: BTreeMap<String, u64>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct WordFacts {
    summary: String,
    information: String,
    automated_means: String,
    accuracy: String,
    purposes: String,
    safeguards: String,
    governance: String,
    qualifications: String,
    training: String,
    support: String,
    staff_method: String,
}

/// A number in the Union, and by Member State.
type Counted = (u64, BTreeMap<&'static str, u64>);

/// A file of facts that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FactsError {
    /// Not TOML, a key that there is not, or a value of the wrong kind.
    #[error("the file of facts cannot be read")]
    Toml(#[source] Box<toml::de::Error>),
    /// A fact without which there is no report.
    #[error("{0} is blank: without it there is no report")]
    Blank(&'static str),
    /// A code that is on none of the law's lists.
    #[error("{code:?} is not {what}")]
    Unknown {
        /// What it should be.
        what: &'static str,
        /// What stands there.
        code: String,
    },
    /// A number of people that cannot be.
    #[error("{0} is no number of people")]
    People(f64),
}

impl Facts {
    /// Reads a file of facts.
    ///
    /// # Errors
    /// [`FactsError`] says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, FactsError> {
        let facts: Self = toml::from_str(text).map_err(|error| FactsError::Toml(Box::new(error)))?;
        for (name, value) in [("provider.name", &facts.provider.name), ("provider.service", &facts.provider.service)] {
            if value.trim().is_empty() {
                return Err(FactsError::Blank(name));
            }
        }
        facts.staff()?;
        facts.recipients()?;
        facts.remarks()?;
        Ok(facts)
    }

    /// Name of the service.
    pub fn service(&self) -> &str {
        &self.provider.service
    }

    pub(super) fn provider(&self) -> Provider {
        let tier = match self.provider.tier {
            TierName::Intermediary => Tier::Intermediary,
            TierName::Hosting => Tier::Hosting,
            TierName::Platform => Tier::Platform,
            TierName::VeryLarge => Tier::VeryLarge,
        };
        let ProviderFacts { name, service, monetised, .. } = self.provider.clone();
        Provider { name, service, tier, monetised: monetised.unwrap_or(false) }
    }

    pub(super) fn published(&self) -> Option<NaiveDate> {
        self.publication.published
    }

    pub(super) fn previous(&self) -> Option<NaiveDate> {
        self.publication.previous
    }

    pub(super) fn staff(&self) -> Result<Option<Staff>, FactsError> {
        let Some(StaffFacts { internal, external, linguistic, languages }) = &self.staff else { return Ok(None) };
        for &people in [internal, external, linguistic].into_iter().chain(languages.values()) {
            if !people.is_finite() || people < 0.0 {
                return Err(FactsError::People(people));
            }
        }
        let languages = coded(languages, &LANGUAGES, "an official language in two small letters")?;
        Ok(Some(Staff { internal: *internal, external: *external, linguistic: *linguistic, languages }))
    }

    pub(super) fn recipients(&self) -> Result<Option<Counted>, FactsError> {
        let Some(Recipients { total, states }) = &self.recipients else { return Ok(None) };
        let states = coded(states, &MEMBER_STATES, "a Member State in two capitals, Greece being EL")?;
        Ok(Some((*total, states)))
    }

    pub(super) fn remarks(&self) -> Result<BTreeMap<&'static str, String>, FactsError> {
        let keywords = CATEGORIES.iter().flat_map(|category| category.keywords.iter().map(|keyword| keyword.code));
        let codes: Vec<&str> = CATEGORIES.iter().map(|category| category.code).chain(keywords).chain([TOTAL]).collect();
        coded(&self.remarks, &codes, "the code of a category or sub-category")
    }

    pub(super) fn words(&self) -> Words {
        let WordFacts {
            summary,
            information,
            automated_means,
            accuracy,
            purposes,
            safeguards,
            governance,
            qualifications,
            training,
            support,
            staff_method,
        } = self.words.clone();
        Words {
            summary,
            information,
            automated_means,
            accuracy,
            purposes,
            safeguards,
            governance,
            qualifications,
            training,
            support,
            staff_method,
        }
    }

    /// What a provider of this tier owes and has not told, by its key in the file.
    pub fn missing(&self) -> Vec<&'static str> {
        let very_large = matches!(self.provider.tier, TierName::VeryLarge);
        let words = &self.words;
        let is_told = [
            ("provider.monetised", self.provider.monetised.is_some()),
            ("publication.published", self.publication.published.is_some()),
            ("publication.previous", self.publication.previous.is_some() || self.publication.is_first),
            ("words.summary", !words.summary.trim().is_empty()),
            ("words.information", !words.information.trim().is_empty()),
            ("words.automated_means", !words.automated_means.trim().is_empty()),
            ("words.accuracy", !words.accuracy.trim().is_empty()),
            ("words.purposes", !words.purposes.trim().is_empty()),
            ("words.safeguards", !words.safeguards.trim().is_empty()),
            ("staff", !very_large || self.staff.is_some()),
            ("recipients", !very_large || self.recipients.is_some()),
            ("words.governance", !very_large || !words.governance.trim().is_empty()),
            ("words.qualifications", !very_large || !words.qualifications.trim().is_empty()),
            ("words.training", !very_large || !words.training.trim().is_empty()),
            ("words.support", !very_large || !words.support.trim().is_empty()),
            ("words.staff_method", !very_large || !words.staff_method.trim().is_empty()),
        ];
        is_told.into_iter().filter(|(_, told)| !told).map(|(key, _)| key).collect()
    }
}

fn coded<T: Clone>(
    given: &BTreeMap<String, T>,
    known: &[&'static str],
    what: &'static str,
) -> Result<BTreeMap<&'static str, T>, FactsError> {
    let code = |(name, value): (&String, &T)| match known.iter().find(|known| *known == name) {
        Some(code) => Ok((*code, value.clone())),
        None => Err(FactsError::Unknown { what, code: name.clone() }),
    };
    given.iter().map(code).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_reads_once_its_three_needed_facts_are_there_and_names_all_others() {
        assert!(matches!(Facts::parse(TEMPLATE), Err(FactsError::Blank("provider.name"))));
        let filled = TEMPLATE.replace("name = \"\"", "name = \"A\"").replace("service = \"\"", "service = \"B\"");
        let facts = Facts::parse(&filled).unwrap();
        assert_eq!(facts.missing().len(), 9, "{:?}", facts.missing());
    }

    #[test]
    fn every_commented_key_of_the_template_is_a_key() {
        let filled = TEMPLATE.replace("name = \"\"", "name = \"A\"").replace("service = \"\"", "service = \"B\"");
        let uncomment = |line: &str| match line.strip_prefix("#: ") {
            Some(key) => key.to_owned(),
            None => line.to_owned(),
        };
        let all: Vec<String> = filled.lines().map(uncomment).collect();
        let facts = Facts::parse(&all.join("\n").replace("\"platform\"", "\"very_large\"")).unwrap();
        assert_eq!(facts.missing(), Vec::<&str>::new());
    }

    #[test]
    fn what_is_not_on_the_lists_is_named() {
        let text = |more: &str| format!("[provider]\nname = \"A\"\nservice = \"B\"\ntier = \"platform\"\n{more}");
        let refused = |more: &str| Facts::parse(&text(more)).unwrap_err().to_string();
        assert!(refused("[recipients]\ntotal = 1\n[recipients.states]\nGR = 1").contains("\"GR\""));
        assert!(refused("[remarks]\nKEYWORD_NONSENSE = \"x\"").contains("KEYWORD_NONSENSE"));
        assert!(refused("[staff]\ninternal = -1\nexternal = 0\nlinguistic = 0").contains("-1"));
        assert!(refused("[stuff]").contains("cannot be read"));
    }
}
