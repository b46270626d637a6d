//! The typed statement of reasons, field by field as the database names them.

use chrono::NaiveDate;
use domain::{StatementCategory, StatementKeyword};
use serde::{Deserialize, Serialize};

use super::{
    Account, AccountType, AutomatedDecision, ContentType, Ground, Language, MemberState, Monetary, Provision, Puid,
    SourceType, Visibility, YesNo,
};

/// One statement of reasons, as it goes to the database. Absent fields are left out, as some refuse `null`.
///
/// Types alone do not make it valid: [`super::check_document`] knows lengths, dates, and what goes with what. All dates
/// are days in UTC; texts are public for years and must name nobody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// Restrictions of visibility. One of the four `decision_` fields must be there.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "null_as_none")]
    pub decision_visibility: Vec<Visibility>,
    /// At most 500 characters; needed with [`Visibility::Other`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision_visibility_other: Option<String>,
    /// Last day of the restriction of visibility; none means without end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_date_visibility_restriction: Option<NaiveDate>,
    /// Restriction of payments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision_monetary: Option<Monetary>,
    /// At most 500 characters; needed with [`Monetary::Other`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision_monetary_other: Option<String>,
    /// Last day of the restriction of payments; none means without end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_date_monetary_restriction: Option<NaiveDate>,
    /// Restriction of the service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision_provision: Option<Provision>,
    /// Last day of the restriction of the service; none means without end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_date_service_restriction: Option<NaiveDate>,
    /// Restriction of the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision_account: Option<Account>,
    /// Last day of the restriction of the account; none means without end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_date_account_restriction: Option<NaiveDate>,
    /// Whose account it is, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_type: Option<AccountType>,
    /// The facts relied on, 1 to 5000 characters.
    pub decision_facts: String,
    /// Law or terms.
    pub decision_ground: Ground,
    /// Where the law or the clause can be read: an `http` or `https` address of at most 500 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision_ground_reference_url: Option<String>,
    /// The law, at most 500 characters; needed with [`Ground::Illegal`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub illegal_content_legal_ground: Option<String>,
    /// Why the content is against it, at most 2000 characters; needed with [`Ground::Illegal`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub illegal_content_explanation: Option<String>,
    /// The clause of the terms, at most 500 characters; needed with [`Ground::Incompatible`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incompatible_content_ground: Option<String>,
    /// Why the content is against it, at most 2000 characters; needed with [`Ground::Incompatible`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incompatible_content_explanation: Option<String>,
    /// Whether content against the terms is also held illegal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incompatible_content_illegal: Option<YesNo>,
    /// At least one.
    pub content_type: Vec<ContentType>,
    /// At most 500 characters; needed with [`ContentType::Other`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type_other: Option<String>,
    /// None where the database has no code for the language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_language: Option<Language>,
    /// The day the service began to hold the content; for live sound, the day it was spoken.
    pub content_date: NaiveDate,
    /// A product's number; nothing that live sound has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_id: Option<ContentId>,
    /// The one main category.
    pub category: StatementCategory,
    /// Further categories, without the main one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub category_addition: Vec<StatementCategory>,
    /// Keywords of these categories.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "null_as_none")]
    pub category_specification: Vec<StatementKeyword>,
    /// At most 500 characters; needed with [`StatementKeyword::Other`], and only then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category_specification_other: Option<String>,
    /// Where the restriction holds: at least one.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "null_as_none")]
    pub territorial_scope: Vec<MemberState>,
    /// The first day of the restriction.
    pub application_date: NaiveDate,
    /// What led to the decision.
    pub source_type: SourceType,
    /// The organisation that told us, at most 500 characters; never a person, never with [`SourceType::Voluntary`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_identity: Option<String>,
    /// Whether a machine found the content.
    pub automated_detection: YesNo,
    /// The part of machines in deciding.
    pub automated_decision: AutomatedDecision,
    /// The platform's own id of the statement, used once for ever: letters, digits, `-`, `_`.
    pub puid: Puid,
}

/// A product's number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContentId {
    /// 13 digits.
    #[serde(rename = "EAN-13", default, skip_serializing_if = "Option::is_none")]
    pub ean_13: Option<String>,
}

impl Statement {
    /// Its canonical bytes (RFC 8785): the same statement has the same, whoever writes them.
    ///
    /// # Errors
    /// None known: every statement can be written as JSON.
    pub fn canonical(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json_canonicalizer::to_vec(self)
    }
}

/// `null` in place of a list says the same as no list.
fn null_as_none<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::<Vec<T>>::deserialize(deserializer).map(Option::unwrap_or_default)
}
