//! RFC 3161 timestamps: a third party's word that some bytes were there at a time.
//!
//! Stamp the file of a checkpoint, not each record. What we ask for and what we check is what `openssl ts` does, by
//! kept crates: `der`, `cms` and `x509-cert` read, `rustls-webpki` (with `ring`, as everywhere in the product) checks
//! signatures and chains. A kept crate for the whole is not to be had: `sigstore-tsa` wants a second set of
//! cryptography, and `x509-tsp` cannot read a time with fractions of a second. Keys on P-521 and signatures by RSA-PSS
//! are refused; revocation is not looked up, so keep the lists that were in force beside the stamp.

mod asn1;
mod signer;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use cms::content_info::ContentInfo;
use der::asn1::{Int, ObjectIdentifier, OctetString};
use der::{Decode, Encode};
use sha2::{Digest, Sha256, Sha384, Sha512};

use asn1::{Accuracy, Imprint, Query, Reply, TstInfo, algorithm};
use signer::Signed;

/// The longest reply or token that is read, in bytes.
pub const MAX_TIMESTAMP_BYTES: usize = 1 << 18;

/// What a sound timestamp says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timestamp {
    /// When the bytes were there.
    pub at: DateTime<Utc>,
    /// How far off, either way, the authority's clock may be; none where it does not say.
    pub accuracy: Option<TimeDelta>,
    /// Under which of its policies: an object identifier.
    pub policy: String,
    /// The token's number at this authority, in hexadecimal.
    pub serial: String,
    /// Whose certificate it is, as RFC 4514 writes names.
    pub authority: String,
}

/// A timestamp that cannot be read or believed.
#[derive(Debug, thiserror::Error)]
pub enum TimestampError {
    /// Longer than [`MAX_TIMESTAMP_BYTES`].
    #[error("the timestamp is longer than {MAX_TIMESTAMP_BYTES} bytes")]
    TooLong,
    /// Not the DER that it should be.
    #[error("the {what} is not as RFC 3161 has it")]
    Form {
        /// Which part.
        what: &'static str,
        /// Why.
        #[source]
        source: der::Error,
    },
    /// The authority refused to stamp.
    #[error("the authority refused with status {status}: {text:?}")]
    Refused {
        /// RFC 3161, 2.4.2.
        status: u8,
        /// What it said.
        text: String,
    },
    /// The reply or the token lacks a part that it must have.
    #[error("the timestamp lacks its {what}")]
    Lacks {
        /// Which part.
        what: &'static str,
    },
    /// It stamps something else.
    #[error("the timestamp is of other bytes")]
    OtherData,
    /// It answers another query.
    #[error("the timestamp answers another query: its nonce is not the one that was sent")]
    Nonce,
    /// A hash other than SHA-2.
    #[error("the timestamp uses the algorithm {oid}, which is not taken")]
    Algorithm {
        /// Its object identifier.
        oid: String,
    },
    /// The signature names another certificate than the one that is there.
    #[error("the timestamp was signed under another certificate than the one that comes with it")]
    OtherCertificate,
    /// The certificate is not for timestamps, and for them alone.
    #[error("the certificate of {authority} is not for timestamps alone")]
    Purpose {
        /// Whose certificate it is.
        authority: String,
    },
    /// The signature does not fit.
    #[error("the signature of {authority} does not fit the timestamp")]
    Forged {
        /// Whose certificate it is.
        authority: String,
    },
    /// No way leads from a trusted root to the certificate.
    #[error("the certificate of {authority} is not to be believed")]
    Untrusted {
        /// Whose certificate it is.
        authority: String,
        /// Why.
        #[source]
        source: webpki::Error,
    },
}

fn form(what: &'static str) -> impl FnOnce(der::Error) -> TimestampError {
    move |source| TimestampError::Form { what, source }
}

/// The query for a stamp over the SHA-256 of `data`, to be sent as `application/timestamp-query`.
///
/// `nonce` ties the answer to the query: 8 random bytes, to be kept until [`verify_timestamp`].
///
/// # Errors
/// [`TimestampError::Form`] should the query not fit into DER.
pub fn timestamp_query(data: &[u8], nonce: [u8; 8]) -> Result<Vec<u8>, TimestampError> {
    let write = || {
        let imprint =
            Imprint { algorithm: algorithm(asn1::SHA_256), hash: OctetString::new(Sha256::digest(data).to_vec())? };
        Query { version: 1, imprint, nonce: Some(nonce_number(nonce)?), certificates: true }.to_der()
    };
    write().map_err(form("query"))
}

/// The token in an authority's reply (`application/timestamp-reply`): what is worth keeping of it.
///
/// # Errors
/// [`TimestampError::Refused`] where there is none, others where it cannot be read.
pub fn timestamp_token(reply: &[u8]) -> Result<Vec<u8>, TimestampError> {
    if reply.len() > MAX_TIMESTAMP_BYTES {
        return Err(TimestampError::TooLong);
    }
    let reply = Reply::from_der(reply).map_err(form("reply"))?;
    // 0: granted, 1: granted with changes, which the check of the token will show.
    if reply.status.code > 1 {
        let text = reply.status.text.unwrap_or_default().join(" ");
        return Err(TimestampError::Refused { status: reply.status.code, text });
    }
    let token: ContentInfo = reply.token.ok_or(TimestampError::Lacks { what: "token" })?;
    token.to_der().map_err(form("token"))
}

/// Checks that `token` stamps `data` and that a way leads to it from one of `roots`, certificates in DER.
///
/// Certificates are held to be good if they were at the time of the stamp. `nonce` is the one that was sent, where it is
/// still known.
///
/// # Errors
/// [`TimestampError`] says what does not hold.
pub fn verify_timestamp(
    token: &[u8],
    data: &[u8],
    roots: &[impl AsRef<[u8]>],
    nonce: Option<[u8; 8]>,
) -> Result<Timestamp, TimestampError> {
    if token.len() > MAX_TIMESTAMP_BYTES {
        return Err(TimestampError::TooLong);
    }
    let signed = Signed::read(token)?;
    let info = TstInfo::from_der(signed.content()).map_err(form("stamp"))?;
    if info.version != 1 {
        return Err(TimestampError::Lacks { what: "version 1" });
    }
    if info.imprint.hash.as_bytes() != digest(info.imprint.algorithm.oid, data)? {
        return Err(TimestampError::OtherData);
    }
    let sent = nonce.map(nonce_number).transpose().map_err(form("nonce"))?;
    if sent.is_some() && info.nonce != sent {
        return Err(TimestampError::Nonce);
    }
    let at = time(info.time.value()).ok_or(TimestampError::Lacks { what: "time" })?;
    let authority = signed.verify(at, roots)?;
    Ok(Timestamp {
        at,
        accuracy: info.accuracy.map(accuracy),
        policy: info.policy.to_string(),
        serial: hex(info.serial.as_bytes()),
        authority,
    })
}

/// The hash of `data` by a named algorithm of the SHA-2 family.
fn digest(oid: ObjectIdentifier, data: &[u8]) -> Result<Vec<u8>, TimestampError> {
    match oid {
        asn1::SHA_256 => Ok(Sha256::digest(data).to_vec()),
        asn1::SHA_384 => Ok(Sha384::digest(data).to_vec()),
        asn1::SHA_512 => Ok(Sha512::digest(data).to_vec()),
        _ => Err(TimestampError::Algorithm { oid: oid.to_string() }),
    }
}

/// The nonce as the positive number that DER writes: without needless zeros, and with one where it would look negative.
fn nonce_number(nonce: [u8; 8]) -> der::Result<Int> {
    let zeros = nonce.iter().take(7).take_while(|byte| **byte == 0).count();
    let mut bytes = nonce[zeros..].to_vec();
    if bytes[0] >= 0x80 {
        bytes.insert(0, 0);
    }
    Int::new(&bytes)
}

/// A `GeneralizedTime` of RFC 3161: to the second or finer, always in UTC. Finer digits than microseconds are cut off.
fn time(value: &[u8]) -> Option<DateTime<Utc>> {
    let text = std::str::from_utf8(value).ok()?.strip_suffix('Z')?;
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if seconds.len() != 14 || !digits(seconds) || !digits(fraction) {
        return None;
    }
    let whole = NaiveDateTime::parse_from_str(seconds, "%Y%m%d%H%M%S").ok()?.and_utc();
    let micros = format!("{fraction:0<6}").get(..6)?.parse().ok()?;
    whole.checked_add_signed(TimeDelta::microseconds(micros))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

fn accuracy(accuracy: Accuracy) -> TimeDelta {
    TimeDelta::seconds(accuracy.seconds.unwrap_or_default().into())
        + TimeDelta::milliseconds(accuracy.millis.unwrap_or_default().into())
        + TimeDelta::microseconds(accuracy.micros.unwrap_or_default().into())
}

#[cfg(test)]
mod tests;
