//! JSON as it was written: like `serde_json`'s value, but a member that stands twice is seen, not overwritten.
//!
//! The parser is `serde_json`, so nesting is bounded (128 levels) and text is UTF-8.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};

use super::fault::step;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Json {
    Null,
    Bool(bool),
    /// No field of a statement is a number, so which one does not matter.
    Number,
    Text(String),
    List(Vec<Json>),
    /// In the order written.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// The JSON type, in words.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number => "a number",
            Self::Text(_) => "a string",
            Self::List(_) => "an array",
            Self::Object(_) => "an object",
        }
    }

    pub(super) fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    pub(super) fn as_list(&self) -> Option<&[Json]> {
        if let Self::List(items) = self { Some(items) } else { None }
    }

    /// Pointers to the members that stand more than once in their object, at any depth; each once.
    pub(super) fn repeated_keys(&self, at: &str, found: &mut Vec<String>) {
        match self {
            Self::Object(members) => {
                let mut names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
                names.sort_unstable();
                let mut twice: Vec<&str> = names.windows(2).filter(|pair| pair[0] == pair[1]).map(|p| p[0]).collect();
                twice.dedup();
                found.extend(twice.into_iter().map(|name| at.to_owned() + &step(name)));
                for (name, value) in members.iter().filter(|(_, value)| value.has_members()) {
                    value.repeated_keys(&(at.to_owned() + &step(name)), found);
                }
            }
            Self::List(items) => {
                for (index, value) in items.iter().enumerate().filter(|(_, value)| value.has_members()) {
                    value.repeated_keys(&format!("{at}/{index}"), found);
                }
            }
            Self::Null | Self::Bool(_) | Self::Number | Self::Text(_) => {}
        }
    }

    fn has_members(&self) -> bool {
        matches!(self, Self::List(_) | Self::Object(_))
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Json, E> {
        Ok(Json::Number)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Json, E> {
        Ok(Json::Number)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Json, E> {
        Ok(Json::Number)
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Json, E> {
        Ok(Json::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
        let mut object = Vec::new();
        while let Some(member) = members.next_entry()? {
            object.push(member);
        }
        Ok(Json::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_that_stands_twice_is_seen_at_any_depth() {
        let json: Json = serde_json::from_str(r#"{"a":1,"b":[{"c":1,"c":2,"c":3}],"a":2}"#).unwrap();
        let mut found = Vec::new();
        json.repeated_keys("", &mut found);
        assert_eq!(found, ["/a", "/b/0/c"]);
    }

    #[test]
    fn nesting_has_an_end() {
        let deep = "[".repeat(100_000);
        assert!(serde_json::from_str::<Json>(&deep).is_err());
    }
}
