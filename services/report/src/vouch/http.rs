//! One bounded POST.

use std::time::Duration;

use super::VouchError;

/// A whole exchange takes at most so long.
const LONGEST: Duration = Duration::from_secs(30);
/// Answers are at most so long, in bytes: a time stamp with its certificates, with room.
const LARGEST: u64 = 1 << 18;

/// No answer, or a refusal.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// It could not be reached, or broke off.
    #[error("{url} does not answer")]
    Away {
        /// Who was asked.
        url: String,
        /// Why.
        #[source]
        source: Box<ureq::Error>,
    },
    /// It said no.
    #[error("{who} refused with status {status}: {said:?}")]
    Refused {
        /// Who was asked.
        who: String,
        /// The HTTP status.
        status: u16,
        /// The beginning of what it said.
        said: String,
    },
}

/// What came back.
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
}

impl Reply {
    pub(super) fn refused(&self, who: &str) -> HttpError {
        let said = String::from_utf8_lossy(&self.body).chars().take(200).collect();
        HttpError::Refused { who: who.to_owned(), status: self.status, said }
    }
}

/// Any status is a reply.
pub(super) async fn post(url: String, kind: &'static str, body: Vec<u8>) -> Result<Reply, VouchError> {
    let exchange = move || -> Result<Reply, HttpError> {
        let away = |source| HttpError::Away { url: url.clone(), source: Box::new(source) };
        let settings = ureq::Agent::config_builder().timeout_global(Some(LONGEST)).http_status_as_error(false).build();
        let agent = ureq::Agent::new_with_config(settings);
        let mut reply = agent.post(&url).header("content-type", kind).send(&body[..]).map_err(away)?;
        let body = reply.body_mut().with_config().limit(LARGEST).read_to_vec().map_err(away)?;
        Ok(Reply { status: reply.status().as_u16(), body })
    };
    Ok(tokio::task::spawn_blocking(exchange).await??)
}
