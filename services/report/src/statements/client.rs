//! Calls to the Transparency Database, version 1 of its interface: send, and ask for a puid.

use std::{fmt, time::Duration};

use report_formats::statement::Puid;
use secrecy::{ExposeSecret, SecretString};
use ureq::http::{Response, Uri};

/// The longest that opening a connection may take.
const CONNECT: Duration = Duration::from_secs(20);
/// The longest that one call may take in all; storing a hundred statements takes the other side seconds.
const CALL: Duration = Duration::from_mins(2);
/// The most of an answer that is read, in bytes.
const MAX_ANSWER: u64 = 16 << 20;

/// The other side, with our token. The token shows up nowhere: not in errors, not in `Debug`.
#[derive(Clone)]
pub struct Client {
    agent: ureq::Agent,
    url: String,
    token: SecretString,
}

/// What was answered to a call.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// Headers by their names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// Why a call got no answer, or could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// An address that tokens must not be sent to.
    #[error("{url:?} is not the address of a Transparency Database: https://HOST, or http on this machine alone")]
    Address {
        /// The address.
        url: String,
    },
    /// A token that cannot stand in a header.
    #[error("the token is empty or holds characters that no header may have")]
    Token,
    /// No answer came; nobody knows whether the call arrived.
    #[error("no answer from {url}")]
    Call {
        /// The address.
        url: String,
        /// What the client said.
        #[source]
        source: Box<ureq::Error>,
    },
    /// The thread of the call ended before it.
    #[error("a call to {url} was cut short")]
    CutShort {
        /// The address.
        url: String,
        /// How.
        #[source]
        source: tokio::task::JoinError,
    },
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("url", &self.url).finish_non_exhaustive()
    }
}

impl Reply {
    /// A header's value by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

impl Client {
    /// A client for the Transparency Database at `url`, such as `https://transparency.dsa.ec.europa.eu`.
    ///
    /// # Errors
    /// [`ClientError::Address`] where the token would go out unencrypted to another machine, [`ClientError::Token`].
    pub fn new(url: &str, token: SecretString) -> Result<Self, ClientError> {
        let is_local = is_local(url).ok_or_else(|| ClientError::Address { url: url.to_owned() })?;
        let secret = token.expose_secret();
        if secret.is_empty() || !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(ClientError::Token);
        }
        let settings = ureq::Agent::config_builder()
            .https_only(!is_local)
            .http_status_as_error(false)
            // 302 is an answer here, and leads nowhere.
            .max_redirects(0)
            .timeout_connect(Some(CONNECT))
            .timeout_global(Some(CALL))
            .user_agent("earwitness");
        let settings = if is_local { settings.proxy(None) } else { settings };
        Ok(Self { agent: settings.build().into(), url: url.trim_end_matches('/').to_owned(), token })
    }

    /// Sends the body of a call with many statements.
    ///
    /// # Errors
    /// [`ClientError`] where no whole answer came.
    pub async fn send(&self, body: Vec<u8>) -> Result<Reply, ClientError> {
        let client = self.clone();
        self.call(move || {
            let request = client.agent.post(format!("{}/api/v1/statements", client.url));
            let request = request.header("Authorization", client.bearer()).header("Accept", "application/json");
            request.header("Content-Type", "application/json").send(body)
        })
        .await
    }

    /// Asks whether a puid is used.
    ///
    /// # Errors
    /// [`ClientError`] where no whole answer came.
    pub async fn ask(&self, puid: &Puid) -> Result<Reply, ClientError> {
        let (client, path) = (self.clone(), format!("{}/api/v1/statement/existing-puid/{puid}", self.url));
        self.call(move || {
            let request = client.agent.get(path).header("Authorization", client.bearer());
            request.header("Accept", "application/json").call()
        })
        .await
    }

    fn bearer(&self) -> String {
        format!("Bearer {}", self.token.expose_secret())
    }

    async fn call(
        &self,
        call: impl FnOnce() -> Result<Response<ureq::Body>, ureq::Error> + Send + 'static,
    ) -> Result<Reply, ClientError> {
        let whole = move || {
            let mut response = call()?;
            let body = response.body_mut().with_config().limit(MAX_ANSWER).read_to_vec()?;
            let headers = response
                .headers()
                .iter()
                .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())));
            Ok(Reply { status: response.status().as_u16(), headers: headers.collect(), body })
        };
        let url = || self.url.clone();
        tokio::task::spawn_blocking(whole)
            .await
            .map_err(|source| ClientError::CutShort { url: url(), source })?
            .map_err(|source| ClientError::Call { url: url(), source: Box::new(source) })
    }
}

/// Whether an address is one on this machine; none where it is neither that nor https.
fn is_local(url: &str) -> Option<bool> {
    let address: Uri = url.parse().ok()?;
    let host = address.host()?;
    let plain = address.path() == "/" && address.query().is_none();
    match address.scheme_str() {
        Some("https") if plain => Some(false),
        Some("http") if plain && ["127.0.0.1", "[::1]", "localhost"].contains(&host) => Some(true),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_leaves_this_machine_encrypted_or_not_at_all() {
        let client = |url: &str| Client::new(url, "secret".into());
        assert!(client("https://transparency.dsa.ec.europa.eu").is_ok());
        assert!(client("https://transparency.dsa.ec.europa.eu/").is_ok());
        assert!(client("http://127.0.0.1:8080").is_ok());
        for refused in ["http://transparency.dsa.ec.europa.eu", "transparency.dsa.ec.europa.eu", "", "https://x/api/v1"]
        {
            assert!(matches!(client(refused), Err(ClientError::Address { .. })), "{refused}");
        }
    }

    #[test]
    fn a_token_that_is_none_is_refused_and_none_is_ever_shown() {
        let client = |token: &str| Client::new("https://example.org", token.into());
        assert!(matches!(client(""), Err(ClientError::Token)));
        assert!(matches!(client("a\nb"), Err(ClientError::Token)));
        assert!(!format!("{:?}", client("very-secret").unwrap()).contains("very-secret"));
    }
}
