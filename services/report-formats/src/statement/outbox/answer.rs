//! What the server's answers mean, by status and body. The status 201 is success, and nothing else is.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::statement::Puid;

/// What the server said of a stored statement: the proof that we sent it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Ours.
    pub puid: Puid,
    /// The server's id.
    pub uuid: String,
    /// When the server stored it, in its own words.
    #[serde(default)]
    pub created_at: Option<String>,
    /// Where it can be read.
    #[serde(default)]
    pub permalink: Option<String>,
}

/// A refusal of what a statement says, or of the whole call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Which statement of the call; none for the whole call.
    pub index: Option<usize>,
    /// The server's words.
    pub reason: String,
}

/// What an answer to a call means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// 201: stored, with a receipt each.
    Stored(Vec<Receipt>),
    /// 422 for what the statements say; nothing is stored.
    Refused(Vec<Refusal>),
    /// 422 because these puids are used, or held for used; nothing is stored.
    Used(Vec<Puid>),
    /// 429: later; nothing is stored.
    TooMany {
        /// How long to wait, where the server says so.
        retry_after: Option<TimeDelta>,
    },
    /// 401, 403, or an answer that this interface never gives: somebody must look. Nothing is stored.
    Stop(String),
    /// 5xx: nobody knows whether anything is stored.
    Failed,
}

/// An answer that promises something its body does not hold.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// A 201 or 422 whose body is no JSON of the known forms.
    #[error("the answer {status} has a body of an unknown form")]
    Body {
        /// The status.
        status: u16,
        /// What the reader said, where it was no JSON at all.
        #[source]
        source: Option<serde_json::Error>,
    },
}

/// Reads an answer to a call with one or many statements.
///
/// `header` gives a header's value by its name in lower case. `now` turns a date in `Retry-After` into a wait.
///
/// # Errors
/// [`AnswerError`] where a 201 or 422 has a body of an unknown form: then nobody knows what is stored, and the puids
/// must be asked for.
pub fn read_answer<'a>(
    status: u16,
    header: impl Fn(&str) -> Option<&'a str>,
    body: &[u8],
    now: DateTime<Utc>,
) -> Result<Answer, AnswerError> {
    match status {
        201 => receipts(&json(status, body)?).map(Answer::Stored).ok_or(AnswerError::Body { status, source: None }),
        422 => refusal(&json(status, body)?).ok_or(AnswerError::Body { status, source: None }),
        429 => Ok(Answer::TooMany { retry_after: wait(header, now) }),
        401 => Ok(Answer::Stop("401: the token is missing or no longer holds; set the present one".to_owned())),
        403 => Ok(Answer::Stop("403: the token's user may not send statements, or has no platform".to_owned())),
        500..=599 => Ok(Answer::Failed),
        _ => Ok(Answer::Stop(format!("{status}: no answer of this interface; is the address right?"))),
    }
}

fn json(status: u16, body: &[u8]) -> Result<Value, AnswerError> {
    serde_json::from_slice(body).map_err(|source| AnswerError::Body { status, source: Some(source) })
}

/// Of one statement, or of many under `statements`.
fn receipts(body: &Value) -> Option<Vec<Receipt>> {
    let many = body.get("statements").and_then(Value::as_array).map(Vec::as_slice);
    let all = many.unwrap_or(std::slice::from_ref(body));
    all.iter().map(|one| Receipt::deserialize(one).ok()).collect()
}

fn refusal(body: &Value) -> Option<Answer> {
    let errors = body.get("errors")?.as_object()?;
    // Only of many: each faulty one by its index.
    let by_index = errors.iter().filter_map(|(name, fields)| {
        let index = name.strip_prefix("statement_")?.parse().ok()?;
        Some(Refusal { index: Some(index), reason: words(fields) })
    });
    let by_index: Vec<Refusal> = by_index.collect();
    if !by_index.is_empty() {
        return Some(Answer::Refused(by_index));
    }
    let used_one = body.pointer("/existing/puid").into_iter();
    let used_many = errors.get("existing_puids").and_then(Value::as_array).into_iter().flatten();
    let used: Vec<Puid> = used_one.chain(used_many).filter_map(|puid| puid.as_str()?.parse().ok()).collect();
    if !used.is_empty() {
        return Some(Answer::Used(used));
    }
    Some(Answer::Refused(vec![Refusal { index: None, reason: words(body.get("errors")?) }]))
}

/// The server's words by field, on one line.
fn words(fields: &Value) -> String {
    let Some(fields) = fields.as_object() else { return fields.to_string() };
    let told = fields.iter().map(|(field, texts)| {
        let texts = texts.as_array().into_iter().flatten().filter_map(Value::as_str);
        format!("{field}: {}", texts.collect::<Vec<_>>().join(" "))
    });
    told.collect::<Vec<_>>().join("; ")
}

/// How long to hold back after an answer of any kind: where it says that the limit is used up, until it says that it is new,
/// a minute where it does not say. The numbers of the limit itself change too often to be known here.
pub fn used_up<'a>(header: impl Fn(&str) -> Option<&'a str>, now: DateTime<Utc>) -> Option<TimeDelta> {
    let remaining: u64 = header("x-ratelimit-remaining")?.trim().parse().ok()?;
    (remaining == 0).then(|| wait(header, now).unwrap_or(TimeDelta::minutes(1)))
}

/// How long the server asks to wait: `Retry-After` in seconds or as a date, else the reset of its own limit.
fn wait<'a>(header: impl Fn(&str) -> Option<&'a str>, now: DateTime<Utc>) -> Option<TimeDelta> {
    if let Some(after) = header("retry-after") {
        let seconds = after.trim().parse().ok().and_then(TimeDelta::try_seconds);
        return seconds.or_else(|| Some(DateTime::parse_from_rfc2822(after.trim()).ok()?.to_utc() - now));
    }
    let reset: i64 = header("x-ratelimit-reset")?.trim().parse().ok()?;
    Some(DateTime::from_timestamp(reset, 0)? - now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-05-05T12:00:00Z".parse().unwrap()
    }

    fn read(status: u16, body: &str) -> Result<Answer, AnswerError> {
        read_answer(status, |_| None, body.as_bytes(), now())
    }

    fn puid(text: &str) -> Puid {
        text.parse().unwrap()
    }

    #[test]
    fn only_201_is_success_and_its_receipts_are_read() {
        let one =
            read(201, r#"{"id":1,"uuid":"u1","puid":"a","permalink":"p","created_at":"2026-05-05 12:00:00"}"#).unwrap();
        let Answer::Stored(receipts) = one else { panic!("{one:?}") };
        assert_eq!((&receipts[0].puid, receipts[0].uuid.as_str()), (&puid("a"), "u1"));
        let many = read(201, r#"{"statements":[{"uuid":"u1","puid":"a"},{"uuid":"u2","puid":"b"}]}"#).unwrap();
        assert!(matches!(many, Answer::Stored(receipts) if receipts.len() == 2));
        assert!(matches!(read(200, "{}"), Ok(Answer::Stop(_))));
        assert!(matches!(read(302, ""), Ok(Answer::Stop(_))));
        assert!(read(201, "<html>").is_err());
    }

    #[test]
    fn refusals_name_their_statement() {
        let body = r#"{"errors":{"statement_3":{"category":["The selected category is invalid."]}}}"#;
        let reason = "category: The selected category is invalid.".to_owned();
        assert_eq!(read(422, body).unwrap(), Answer::Refused(vec![Refusal { index: Some(3), reason }]));
        let body = r#"{"message":"…","errors":{"category":["Invalid."],"puid":["Missing."]}}"#;
        let reason = "category: Invalid.; puid: Missing.".to_owned();
        assert_eq!(read(422, body).unwrap(), Answer::Refused(vec![Refusal { index: None, reason }]));
    }

    #[test]
    fn a_used_puid_is_told_apart_from_a_refusal() {
        let one =
            r#"{"message":"…","errors":{"puid":["The identifier given is not unique."]},"existing":{"puid":"a"}}"#;
        assert_eq!(read(422, one).unwrap(), Answer::Used(vec![puid("a")]));
        let many = r#"{"message":"…","errors":{"puid":["…"],"existing_puids":["a","b"]}}"#;
        assert_eq!(read(422, many).unwrap(), Answer::Used(vec![puid("a"), puid("b")]));
    }

    #[test]
    fn the_wait_is_read_from_the_headers() {
        let wait_of = |name: &'static str, value: &'static str| {
            let header = move |asked: &str| (asked == name).then_some(value);
            let answer = read_answer(429, header, b"Too Many Attempts.", now()).unwrap();
            let Answer::TooMany { retry_after } = answer else { panic!("{answer:?}") };
            retry_after.map(|wait| wait.num_seconds())
        };
        assert_eq!(wait_of("retry-after", "7"), Some(7));
        assert_eq!(wait_of("retry-after", "Tue, 05 May 2026 12:01:00 GMT"), Some(60));
        assert_eq!(wait_of("x-ratelimit-reset", "1777982430"), Some(30));
        assert_eq!(wait_of("retry-after", "soon"), None);
        assert_eq!(wait_of("server", "nginx"), None);
    }

    #[test]
    fn a_limit_that_is_used_up_holds_back_before_a_refusal() {
        let held = |remaining: &'static str, reset: Option<&'static str>| {
            let header = move |asked: &str| match asked {
                "x-ratelimit-remaining" => Some(remaining),
                "x-ratelimit-reset" => reset,
                _ => None,
            };
            used_up(header, now()).map(|wait| wait.num_seconds())
        };
        assert_eq!(held("0", Some("1777982430")), Some(30));
        assert_eq!(held("0", None), Some(60));
        assert_eq!(held("1", Some("1777982430")), None);
        assert_eq!(used_up(|_| None, now()), None);
    }
}
