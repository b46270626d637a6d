//! What looks like personal data in texts that become public (Article 24(5)): addresses, numbers and handles.
//!
//! A finding is a pointer, and a name is not found at all: who writes a statement still reads it. Patterns are narrow
//! where a text of law would trip them: section numbers, dates, case numbers and hours are no telephone numbers.

mod numbers;

use std::sync::LazyLock;

use regex::Regex;
use unicode_normalization::UnicodeNormalization;

use super::{
    fields::is_invisible,
    notes::{Fields, Notes},
    pattern::compiled,
};
use crate::statement::fault::Code;

/// Texts that anybody may write into.
const FREE_TEXTS: [&str; 11] = [
    "decision_visibility_other",
    "decision_monetary_other",
    "decision_facts",
    "decision_ground_reference_url",
    "illegal_content_legal_ground",
    "illegal_content_explanation",
    "incompatible_content_ground",
    "incompatible_content_explanation",
    "content_type_other",
    "category_specification_other",
    "source_identity",
];

/// Longer texts are over every limit; the part beyond is not searched.
const MAX_SEARCHED: usize = 20_000;

/// A kind of personal data: its name and how it is found in a text in compatibility form.
type Kind = (&'static str, fn(&str) -> bool);

const KINDS: [Kind; 9] = [
    ("an e-mail address", |text| EMAIL.is_match(text)),
    ("a handle", |text| HANDLE.is_match(text) || NAMED_ACCOUNT.is_match(text)),
    ("a web address with a user name", has_user_address),
    ("a telephone number", numbers::has_telephone),
    ("a bank account number (IBAN)", numbers::has_iban),
    ("a payment card number", numbers::has_card),
    ("an IP address", numbers::has_ip_address),
    ("an identity number", |text| IDENTITY.is_match(text)),
    ("a date of birth", |text| BIRTH.is_match(text)),
];

static EMAIL: LazyLock<Regex> = LazyLock::new(|| {
    let at = r"(?:@|\s*[\(\[\{]\s*(?:at|@)\s*[\)\]\}]\s*)";
    let dot = r"(?:\.|\s*[\(\[\{]\s*(?:dot|\.)\s*[\)\]\}]\s*)";
    compiled(&format!(r"(?i)[\p{{L}}\p{{N}}_+%-]{at}[\p{{L}}\p{{N}}-]+(?:{dot}[\p{{L}}\p{{N}}-]+)*{dot}\p{{L}}{{2,}}"))
});

/// `@name`, not inside a word or an address.
static HANDLE: LazyLock<Regex> =
    LazyLock::new(|| compiled(r"(?:^|[^\p{L}\p{N}_.@/-])@[\p{L}_\p{N}][\p{L}\p{N}_.-]*[\p{L}\p{N}_]"));

/// What follows the word for an account: `user name: …`, `user: ab_12`, `user id 4711`, `/u/…`, `name#1234`.
static NAMED_ACCOUNT: LazyLock<Regex> = LazyLock::new(|| {
    let name = r"(?:user[\s_-]?name|nick[\s_-]?name|nick|screen[\s_-]?name|handle)";
    let named = format!(r#"{name}\s*[:=]\s*["'“„«]?[\p{{L}}\p{{N}}_.-]*[\p{{L}}\p{{N}}_]"#);
    // After these words an ordinary word may follow, so only a made-up one counts.
    let who = r"(?:user|account|profile|channel|speaker|member)";
    let made_up = format!(r#"{who}\s*[:=]\s*["'“„«]?[\p{{L}}.-]*[\p{{N}}_][\p{{L}}\p{{N}}_.-]*"#);
    let id = r"(?:user|account|profile|speaker|channel|discord|steam|telegram|twitch)[\s_-]?(?:id|no\.?|number|#)";
    let numbered = format!(r"{id}\s*[:=]?\s*[\p{{L}}\p{{N}}_-]*\p{{N}}");
    let discord = r"\b(?:user|member|account|discord|speaker|handle)\s+[\p{L}\p{N}_.]{2,32}#\d{4}\b";
    compiled(&format!(r"(?i)\b{named}|\b{made_up}|\b{numbered}|(?:^|[\s(])/?u/[A-Za-z0-9_-]{{3,}}|{discord}"))
});

/// An address with a user before its host: `https://name:word@host`.
static USER_INFO: LazyLock<Regex> = LazyLock::new(|| compiled(r"(?i)\b[a-z][a-z0-9+.-]*://[^\s/?#@]+@"));

/// A page of one user, by its path or its query; the name is the first group.
static USER_PAGE: LazyLock<Regex> = LazyLock::new(|| {
    let path = r"(?:@|~|u/|user/|users/|profile/|profiles/|member/|members/|channel/|people/)";
    let query = r"[?&#](?:user|users|username|user_name|user_id|userid|uid|profile|handle|email|e-mail)=";
    compiled(&format!(r"(?i)(?:https?://|www\.)[^\s]*?(?:/{path}|{query})([\p{{L}}\p{{N}}_.%+-]+)"))
});

/// A page on a network where the path begins with the user; the name is the first group.
static NETWORK_PAGE: LazyLock<Regex> = LazyLock::new(|| {
    let plain =
        "twitter|x|instagram|facebook|tiktok|twitch|snapchat|threads|onlyfans|patreon|soundcloud|mixcloud|vk|github";
    let host = format!(r"(?:(?:{plain})\.(?:com|tv|net)|t\.me|linktr\.ee|linkedin\.com/in|discord\.gg)");
    compiled(&format!(r"(?i)(?:^|[\s/(.]){host}/([\p{{L}}\p{{N}}_.%+-]+)"))
});

/// First steps of paths that lead to a page of the service, not of a user.
const PAGES_OF_SERVICES: [&str; 17] = [
    "about",
    "agreement",
    "community",
    "faq",
    "guidelines",
    "help",
    "legal",
    "policies",
    "policy",
    "privacy",
    "rules",
    "safety",
    "support",
    "tac",
    "terms",
    "terms-of-service",
    "tos",
];

/// A number that a state or an employer gives to a person, after the word for it.
static IDENTITY: LazyLock<Regex> = LazyLock::new(|| {
    let what = r"(?:passport|identity\s+card|id\s+card|national\s+id(?:entity)?|social\s+security|tax\s+id|driving\s+licen[cs]e|personalausweis|reisepass)";
    compiled(&format!(r"(?i)\b{what}(?:\s+(?:no\.?|number|nr\.?|nummer))?\s*[:=#]?\s*(?:[A-Z-]*\d){{5}}"))
});

static BIRTH: LazyLock<Regex> = LazyLock::new(|| {
    let word = r"(?:born(?:\s+on)?|date\s+of\s+birth|birth\s?date|d\.?o\.?b\.?|geboren(?:\s+am)?|geburtsdatum|geb\.|née?\s+le)";
    compiled(&format!(r"(?i)\b{word}\s*[:=]?\s*(?:\d{{1,4}}[./\s-]|\p{{L}}+\s+\d{{1,2}},?\s+\d{{4}})"))
});

pub(super) fn check(fields: &Fields<'_>, notes: &mut Notes<'_>) {
    for name in FREE_TEXTS {
        let Some(text) = fields.text(name) else { continue };
        for kind in found_in(text) {
            let message = format!("holds what looks like {kind}, and the text becomes public; say it without");
            notes.add(name, Code::PersonalData, message);
        }
    }
}

/// The kinds of personal data that a text seems to hold.
fn found_in(text: &str) -> impl Iterator<Item = &'static str> {
    // Wide, styled and broken-up characters become what they look like.
    let text: String =
        text.chars().take(MAX_SEARCHED).nfkc().filter(|c| c.is_whitespace() || !is_invisible(*c)).collect();
    KINDS.into_iter().filter(move |(_, is_in)| is_in(&text)).map(|(kind, _)| kind)
}

fn has_user_address(text: &str) -> bool {
    let names_user = |pattern: &Regex| {
        let mut names = pattern.captures_iter(text).filter_map(|found| found.get(1));
        names.any(|name| !PAGES_OF_SERVICES.contains(&name.as_str().to_lowercase().trim_end_matches('.')))
    };
    USER_INFO.is_match(text) || names_user(&USER_PAGE) || names_user(&NETWORK_PAGE)
}

#[cfg(test)]
mod tests;
