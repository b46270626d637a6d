//! What to write instead: hints for codes that are not on their list, and for what is no JSON.

/// Codes of before July 2025 and what took their place; none where nothing did.
const WITHDRAWN: [(&str, Option<&str>); 14] = [
    ("STATEMENT_CATEGORY_NON_CONSENSUAL_BEHAVIOUR", Some("STATEMENT_CATEGORY_CYBER_VIOLENCE")),
    ("STATEMENT_CATEGORY_PORNOGRAPHY_OR_SEXUALIZED_CONTENT", Some("STATEMENT_CATEGORY_OTHER_VIOLATION_TC")),
    ("STATEMENT_CATEGORY_SCOPE_OF_PLATFORM_SERVICE", Some("STATEMENT_CATEGORY_OTHER_VIOLATION_TC")),
    ("STATEMENT_CATEGORY_UNSAFE_AND_ILLEGAL_PRODUCTS", Some("STATEMENT_CATEGORY_UNSAFE_AND_PROHIBITED_PRODUCTS")),
    ("KEYWORD_DANGEROUS_TOYS", Some("KEYWORD_UNSAFE_PRODUCTS")),
    ("KEYWORD_DISINFORMATION", Some("KEYWORD_MISINFORMATION_DISINFORMATION")),
    ("KEYWORD_FOREIGN_INFORMATION_MANIPULATION", Some("KEYWORD_MISINFORMATION_DISINFORMATION")),
    ("KEYWORD_GENDER_BASED_VIOLENCE", None),
    ("KEYWORD_IMAGE_BASED_SEXUAL_ABUSE", Some("KEYWORD_NON_CONSENSUAL_IMAGE_SHARING")),
    ("KEYWORD_INSUFFICIENT_INFORMATION_TRADERS", Some("KEYWORD_INSUFFICIENT_INFORMATION_ON_TRADERS")),
    ("KEYWORD_MISINFORMATION", Some("KEYWORD_MISINFORMATION_DISINFORMATION")),
    ("KEYWORD_NON_CONSENSUAL_ITEMS_DEEPFAKE", Some("KEYWORD_NON_CONSENSUAL_MATERIAL_DEEPFAKE")),
    ("KEYWORD_ONLINE_BULLYING_INTIMIDATION", Some("KEYWORD_CYBER_BULLYING_INTIMIDATION")),
    ("KEYWORD_REGULATED_GOODS_SERVICES", Some("KEYWORD_GOODS_SERVICES_NOT_PERMITTED")),
];

/// Lists up to this length are written out in the hint.
const SHORT_LIST: usize = 16;
/// Longer names are not compared nor repeated.
const MAX_ECHO: usize = 80;

/// What to say of a code that was withdrawn; none if it never was one.
pub(super) fn withdrawn(name: &str) -> Option<String> {
    let (_, heir) = WITHDRAWN.iter().find(|(code, _)| *code == name)?;
    Some(match heir {
        Some(heir) => format!("was withdrawn on 1 July 2025; {heir} is the nearest today"),
        None => "was withdrawn on 1 July 2025; choose the category and keyword that fit today".to_owned(),
    })
}

/// What to say of a name that is not on its list.
pub(super) fn not_in_list(name: &str, list: &[&str]) -> String {
    let what = if name.chars().count() <= MAX_ECHO && is_code(name) { format!("{name:?}") } else { "this".to_owned() };
    let hint = match nearest(name, list) {
        _ if name.trim().is_empty() => "leave the field out to say nothing".to_owned(),
        _ if name == "null" => "write null without quotes, or leave the field out".to_owned(),
        _ if ["EU", "EEA"].contains(&name) && list.contains(&"GR") => "write out every state".to_owned(),
        _ if name == "EL" && list.contains(&"GR") => "Greece is GR here".to_owned(),
        Some(near) => format!("write {near}"),
        None if list.len() <= SHORT_LIST => format!("choose one of {}", list.join(", ")),
        None => format!("choose one of the {} codes of the schema of July 2025", list.len()),
    };
    format!("{what} is not on the closed list; {hint}")
}

/// A word that cannot be a person's text.
fn is_code(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_') || name.len() <= 3
}

/// The one of a list that was most likely meant.
pub(super) fn nearest<'a>(name: &str, list: &[&'a str]) -> Option<&'a str> {
    if name.chars().count() > MAX_ECHO {
        return None;
    }
    let name = name.trim().to_ascii_uppercase();
    if let Some(same) = list.iter().find(|known| known.eq_ignore_ascii_case(&name)) {
        return Some(same);
    }
    if name.len() <= 3 {
        return None;
    }
    // Codes of one list share a long beginning, so closeness is counted in letters, not in shares.
    let distances = list.iter().map(|known| (strsim::osa_distance(known, &name), *known));
    distances.min().filter(|(distance, _)| *distance <= 4).map(|(_, known)| known)
}

/// What to say of text that no JSON parser takes.
pub(super) fn not_json(bytes: &[u8], error: &serde_json::Error) -> String {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return "nothing in it; expected a statement of reasons in JSON".to_owned();
    }
    if let Err(error) = std::str::from_utf8(bytes) {
        return format!("not UTF-8 from byte {}; save it as UTF-8", error.valid_up_to());
    }
    format!("not JSON: {error}")
}
