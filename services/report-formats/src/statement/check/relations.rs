//! What one field asks of another.

use domain::{StatementCategory as Category, StatementKeyword as Keyword};

use super::{
    fields::{check_length, is_invisible},
    notes::{Fields, Notes},
};
use crate::statement::{ContentType, Ground, Monetary, SourceType, Visibility, fault::Code, json::Json};

/// Each restriction and the field of its last day.
const RESTRICTIONS: [(&str, &str); 4] = [
    ("decision_visibility", "end_date_visibility_restriction"),
    ("decision_monetary", "end_date_monetary_restriction"),
    ("decision_provision", "end_date_service_restriction"),
    ("decision_account", "end_date_account_restriction"),
];

pub(super) fn check(fields: &Fields<'_>, notes: &mut Notes<'_>) {
    check_restrictions(fields, notes);
    check_explanations(fields, notes);
    check_scope(fields, notes);
    check_dates(fields, notes);
    check_source(fields, notes);
    check_category(fields, notes);
    check_keywords(fields, notes);
}

/// The database counts a field as given when it is neither null nor empty.
fn is_given(fields: &Fields<'_>, name: &str) -> bool {
    fields.given(name).is_some_and(|value| match value {
        Json::Text(text) => !text.chars().all(is_invisible),
        Json::List(items) => !items.is_empty(),
        Json::Object(members) => !members.is_empty(),
        Json::Null | Json::Bool(_) | Json::Number => true,
    })
}

fn check_restrictions(fields: &Fields<'_>, notes: &mut Notes<'_>) {
    let decisions = RESTRICTIONS.map(|(decision, _)| decision);
    if !decisions.iter().any(|decision| is_given(fields, decision)) {
        let message = "no restriction is stated; give at least one of decision_visibility, decision_monetary, \
                       decision_provision and decision_account";
        notes.add_all(&decisions, Code::NoRestriction, message);
    }
    for (decision, end) in RESTRICTIONS {
        if is_given(fields, end) && !is_given(fields, decision) {
            let message = format!("{end} ends a restriction that is not imposed; remove it, or state {decision}");
            notes.add_all(&[end, decision], Code::NotImposed, &message);
        }
    }
}

/// A text of the given length at most that is needed because of another field.
fn need_text(fields: &Fields<'_>, name: &str, most: usize, because: &str, notes: &mut Notes<'_>) {
    match fields.given(name) {
        None => notes.add(name, Code::Missing, format!("is missing, and {because} needs it")),
        Some(Json::Text(text)) if text.chars().all(is_invisible) => {
            notes.add(name, Code::Blank, format!("nothing in it can be seen, and {because} needs it; write the text"));
        }
        Some(Json::Text(text)) => check_length(name, text, most, notes),
        // Named where the field is checked for itself.
        Some(Json::Bool(_) | Json::Number | Json::List(_) | Json::Object(_) | Json::Null) => {}
    }
}

fn check_explanations(fields: &Fields<'_>, notes: &mut Notes<'_>) {
    if fields.lists("decision_visibility", Visibility::Other.as_str()) {
        need_text(fields, "decision_visibility_other", 500, Visibility::Other.as_str(), notes);
    }
    if fields.text("decision_monetary") == Some(Monetary::Other.as_str()) {
        need_text(fields, "decision_monetary_other", 500, Monetary::Other.as_str(), notes);
    }
    if fields.lists("content_type", ContentType::Other.as_str()) {
        need_text(fields, "content_type_other", 500, ContentType::Other.as_str(), notes);
    }
    if fields.text("decision_ground") == Some(Ground::Illegal.as_str()) {
        need_text(fields, "illegal_content_legal_ground", 500, Ground::Illegal.as_str(), notes);
        need_text(fields, "illegal_content_explanation", 2000, Ground::Illegal.as_str(), notes);
    }
    if fields.text("decision_ground") == Some(Ground::Incompatible.as_str()) {
        need_text(fields, "incompatible_content_ground", 500, Ground::Incompatible.as_str(), notes);
        need_text(fields, "incompatible_content_explanation", 2000, Ground::Incompatible.as_str(), notes);
    }
}

fn check_scope(fields: &Fields<'_>, notes: &mut Notes<'_>) {
    let is_empty = match fields.get("territorial_scope") {
        None | Some(Json::Null) => true,
        Some(Json::List(items)) => items.is_empty(),
        Some(Json::Bool(_) | Json::Number | Json::Text(_) | Json::Object(_)) => false,
    };
    if is_empty {
        let message = "names no state; list every state of the Union or the Economic Area where the restriction holds";
        notes.add("territorial_scope", Code::Missing, message);
    }
}

fn check_dates(fields: &Fields<'_>, notes: &mut Notes<'_>) {
    let Some(applied) = fields.date("application_date") else { return };
    if fields.date("content_date").is_some_and(|held| held > applied) {
        let message =
            "content_date is after application_date: content cannot be restricted before it is there; correct one";
        notes.add_all(&["content_date", "application_date"], Code::DateOrder, message);
    }
    for (_, end) in RESTRICTIONS {
        if fields.date(end).is_some_and(|end| end < applied) {
            let message =
                format!("{end} is before application_date: a restriction cannot end before it begins; correct one");
            notes.add_all(&[end, "application_date"], Code::DateOrder, &message);
        }
    }
}

fn check_source(fields: &Fields<'_>, notes: &mut Notes<'_>) {
    let is_voluntary = fields.text("source_type") == Some(SourceType::Voluntary.as_str());
    if is_voluntary && fields.text("source_identity").is_some() {
        let message = "with SOURCE_VOLUNTARY nobody told you, and the database throws source_identity away; remove it, or \
                       correct source_type";
        notes.add_all(&["source_identity", "source_type"], Code::Discarded, message);
    }
}

fn check_category(fields: &Fields<'_>, notes: &mut Notes<'_>) {
    let Some(category) = fields.text("category") else { return };
    let source = fields.text("source_type");
    let notices = [SourceType::Article16.as_str(), SourceType::TrustedFlagger.as_str()];
    if category == Category::NotSpecifiedNotice.as_str() && source.is_some_and(|source| !notices.contains(&source)) {
        let message = "STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE is for notices under Article 16 alone (SOURCE_ARTICLE_16, \
                       SOURCE_TRUSTED_FLAGGER); choose the category of the content";
        notes.add_all(&["category", "source_type"], Code::CategoryMisused, message);
    }
    let is_illegal =
        fields.given("decision_ground").is_some_and(|ground| ground.as_text() != Some(Ground::Incompatible.as_str()));
    if category == Category::OtherViolationTc.as_str() && is_illegal {
        let message = "STATEMENT_CATEGORY_OTHER_VIOLATION_TC is for breaches of the terms alone \
                       (DECISION_GROUND_INCOMPATIBLE_CONTENT); choose the category of the illegal content";
        notes.add_all(&["category", "decision_ground"], Code::CategoryMisused, message);
    }
    for (index, _) in fields.texts("category_addition").filter(|(_, additional)| *additional == category) {
        let message = "repeats the main category; remove it here";
        notes.add_item("category_addition", index, Code::RepeatedMainCategory, message);
        notes.add("category", Code::RepeatedMainCategory, "stands among category_addition too; remove it there");
    }
}

fn check_keywords(fields: &Fields<'_>, notes: &mut Notes<'_>) {
    let main = fields.text("category").filter(|category| category.parse::<Category>().is_ok());
    let further = fields.texts("category_addition").map(|(_, category)| category);
    let categories: Vec<&str> = main.into_iter().chain(further).collect();
    for (index, name) in fields.texts("category_specification") {
        let Ok(keyword) = name.parse::<Keyword>() else { continue };
        if keyword == Keyword::Stalking {
            let message = "KEYWORD_STALKING belongs to no category of Annex I; write KEYWORD_CYBER_STALKING or \
                           KEYWORD_CYBER_STALKING_AGAINST_WOMEN";
            notes.add_item("category_specification", index, Code::KeywordOutsideCategory, message);
        }
        let home = keyword.category().filter(|home| !categories.contains(&home.as_str()));
        // Beside a category that is none, nobody can say what fits.
        let Some((home, _)) = home.zip(main) else { continue };
        let message = format!(
            "{keyword} belongs to {home}; make that the category, add it to category_addition, or choose \
                               another keyword"
        );
        notes.add_item("category_specification", index, Code::KeywordOutsideCategory, message);
        let message =
            "a keyword of category_specification belongs to a category that is neither here nor in category_addition";
        notes.add("category", Code::KeywordOutsideCategory, message);
    }
    check_free_keyword(fields, notes);
}

fn check_free_keyword(fields: &Fields<'_>, notes: &mut Notes<'_>) {
    if fields.lists("category_specification", Keyword::Other.as_str()) {
        need_text(fields, "category_specification_other", 500, Keyword::Other.as_str(), notes);
    } else if fields.text("category_specification_other").is_some() {
        let message = "goes with KEYWORD_OTHER alone, and is thrown away without it; add that to category_specification, or \
                       remove this";
        notes.add_all(&["category_specification_other", "category_specification"], Code::Discarded, message);
    }
}
