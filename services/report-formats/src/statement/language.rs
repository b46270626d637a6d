//! The languages of a statement's content: the database's list, which is near ISO 639-1 but not the same.

use std::{fmt, str::FromStr};

use domain::UnknownName;
use serde::{Deserialize, Deserializer, Serialize, de::Error};

/// The database's list of 184 codes, in upper case and in order.
pub const LANGUAGES: [&str; 184] = [
    "AA", "AB", "AE", "AF", "AK", "AM", "AN", "AR", "AS", "AV", "AY", "AZ", "BA", "BE", "BG", "BH", "BI", "BM", "BN",
    "BO", "BR", "BS", "CA", "CE", "CH", "CO", "CR", "CS", "CU", "CV", "CY", "DA", "DE", "DV", "DZ", "EE", "EL", "EN",
    "EO", "ES", "ET", "EU", "FA", "FF", "FI", "FJ", "FO", "FR", "FY", "GA", "GD", "GL", "GN", "GU", "GV", "HA", "HE",
    "HI", "HO", "HR", "HT", "HU", "HY", "HZ", "IA", "ID", "IE", "IG", "II", "IK", "IO", "IS", "IT", "IU", "JA", "JV",
    "KA", "KG", "KI", "KJ", "KK", "KL", "KM", "KN", "KO", "KR", "KS", "KU", "KV", "KW", "KY", "LA", "LB", "LG", "LI",
    "LN", "LO", "LT", "LU", "LV", "MG", "MH", "MI", "MK", "ML", "MN", "MR", "MS", "MT", "MY", "NA", "NB", "ND", "NE",
    "NG", "NL", "NN", "NO", "NR", "NV", "NY", "OC", "OJ", "OM", "OR", "OS", "PA", "PI", "PL", "PS", "PT", "QU", "RM",
    "RN", "RO", "RU", "RW", "SA", "SC", "SD", "SE", "SG", "SI", "SK", "SL", "SM", "SN", "SO", "SQ", "SR", "SS", "ST",
    "SU", "SV", "SW", "TA", "TE", "TG", "TH", "TI", "TK", "TL", "TN", "TO", "TR", "TS", "TT", "TW", "TY", "UG", "UK",
    "UR", "UZ", "VE", "VI", "VO", "WA", "WO", "XH", "YI", "YO", "ZA", "ZH", "ZU",
];

/// A language that the database knows: an upper-case code of two letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Language(&'static str);

impl Language {
    /// As the database writes it.
    pub const fn as_str(self) -> &'static str {
        self.0
    }

    /// The language for a code of the recogniser; none where the database has no code for it (`haw`, `yue`).
    pub fn of_recogniser(code: &str) -> Option<Self> {
        // The recogniser's old code for Javanese.
        let code = if code.eq_ignore_ascii_case("jw") { "jv" } else { code };
        code.to_ascii_uppercase().parse().ok()
    }
}

impl FromStr for Language {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        let known = LANGUAGES.binary_search(&name).map(|index| Self(LANGUAGES[index]));
        known.map_err(|_| UnknownName {
            list: "language of the Transparency Database",
            name: name.to_owned(),
            known: LANGUAGES.join(", "),
        })
    }
}

impl<'de> Deserialize<'de> for Language {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_for_the_search() {
        assert!(LANGUAGES.is_sorted());
    }

    #[test]
    fn codes_of_the_recogniser_find_their_language_or_none() {
        let found = ["de", "jw", "haw", "yue"].map(|code| Language::of_recogniser(code).map(Language::as_str));
        assert_eq!(found, [Some("DE"), Some("JV"), None, None]);
    }
}
