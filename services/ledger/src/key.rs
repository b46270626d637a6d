//! Keys that sign notes, in the text forms of C2SP signed-note and of Go's `sumdb/note`.
//!
//! A public key is a *vkey*, `name+id+base64(kind, key)`; a private key is `PRIVATE+KEY+name+id+base64(kind, seed)`.

use base64::{Engine, engine::general_purpose::STANDARD};
use ed25519_dalek::Signer;
use sha2::{Digest, Sha256};

const PRIVATE_PREFIX: &str = "PRIVATE+KEY+";

/// DER before the 32 bytes of an Ed25519 key (RFC 8410, section 4): a sequence, its algorithm 1.3.101.112, a bit string.
const PUBLIC_KEY_INFO: &[u8] = b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00";

/// What a key signs; the byte is that of C2SP signed-note, "Signature types".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// Ed25519 over the note's text (`0x01`): the log's own.
    Log,
    /// Timestamped Ed25519 cosignature (`0x04`, C2SP tlog-cosignature): a witness's.
    Witness,
}

impl KeyKind {
    fn byte(self) -> u8 {
        match self {
            Self::Log => 0x01,
            Self::Witness => 0x04,
        }
    }

    fn of_byte(byte: u8) -> Option<Self> {
        [Self::Log, Self::Witness].into_iter().find(|kind| kind.byte() == byte)
    }
}

/// A key that cannot be taken. No variant holds a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not of the form `name+id+key`.
    #[error("a public key is written NAME+ID+KEY")]
    Form,
    /// Not of the form `PRIVATE+KEY+name+id+key`.
    #[error("a private key is written PRIVATE+KEY+NAME+ID+KEY")]
    PrivateForm,
    /// Empty, or with a space, a plus or a control character.
    #[error("{name:?} cannot be a key's name: it must not be empty, nor hold spaces, + or control characters")]
    Name {
        /// The name given.
        name: String,
    },
    /// The id is not eight digits of 0-9 and a-f.
    #[error("the id {id:?} of the key {name:?} is not eight hexadecimal digits")]
    IdForm {
        /// The key's name.
        name: String,
        /// The id given.
        id: String,
    },
    /// The id is not that of this name and key: one of the three was changed.
    #[error("the key {name:?} has the id {found:08x}, not {expected:08x}: name, id and key do not belong together")]
    Id {
        /// The key's name.
        name: String,
        /// The id of this name and key.
        expected: u32,
        /// The id given.
        found: u32,
    },
    /// Not a known kind and 32 bytes in base64.
    #[error("the key {name:?} is not 33 bytes in base64, the first of them 1 or 4")]
    Bytes {
        /// The key's name.
        name: String,
    },
    /// Not a point of the curve, or one of those that fit any signature.
    #[error("the key {name:?} is no sound Ed25519 key")]
    Point {
        /// The key's name.
        name: String,
    },
}

/// A public key with its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyingKey {
    name: String,
    kind: KeyKind,
    id: u32,
    key: ed25519_dalek::VerifyingKey,
}

impl VerifyingKey {
    /// Reads a vkey.
    ///
    /// # Errors
    /// [`KeyError`] says what is wrong with it.
    pub fn parse(vkey: &str) -> Result<Self, KeyError> {
        let (name, kind, id, bytes) = parts(vkey).ok_or(KeyError::Form)??;
        let point = || KeyError::Point { name: name.clone() };
        let key = ed25519_dalek::VerifyingKey::from_bytes(&bytes).map_err(|_| point())?;
        if key.is_weak() {
            return Err(point());
        }
        Self::new(name, kind, key).with_id(id)
    }

    fn new(name: String, kind: KeyKind, key: ed25519_dalek::VerifyingKey) -> Self {
        let hash = Sha256::new()
            .chain_update(&name)
            .chain_update([b'\n', kind.byte()])
            .chain_update(key.as_bytes())
            .finalize();
        let id = u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]);
        Self { name, kind, id, key }
    }

    fn with_id(self, found: u32) -> Result<Self, KeyError> {
        if self.id == found { Ok(self) } else { Err(KeyError::Id { name: self.name, expected: self.id, found }) }
    }

    /// Whose it is: a URL without scheme, by custom.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it signs.
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The first four bytes of the SHA-256 of name, kind and key.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// The 32 bytes of the key, without the name.
    pub fn bytes(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }

    /// Whether `signature` is the key's raw signature of a file, as [`SigningKey::sign_file`] makes it.
    pub fn verify_file(&self, bytes: &[u8], signature: &[u8]) -> bool {
        signature.try_into().is_ok_and(|signature| self.fits(bytes, signature))
    }

    /// The key without its name as OpenSSL reads it: `SubjectPublicKeyInfo` of RFC 8410 in PEM.
    pub fn to_pem(&self) -> String {
        let der = [PUBLIC_KEY_INFO, self.key.as_bytes()].concat();
        format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(der))
    }

    /// Whether this is the key's signature of `message`. Strict: no signature has a second form.
    pub(crate) fn fits(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        self.key.verify_strict(message, &ed25519_dalek::Signature::from_bytes(signature)).is_ok()
    }
}

/// The vkey.
impl std::fmt::Display for VerifyingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}+{:08x}+{}", self.name, self.id, encode(self.kind, self.key.as_bytes()))
    }
}

/// A private key with its name. The seed is wiped when it goes; `Debug` shows the public half.
pub struct SigningKey {
    public: VerifyingKey,
    key: ed25519_dalek::SigningKey,
}

impl SigningKey {
    /// The key of a seed, which must be 32 random bytes that are kept secret.
    ///
    /// # Errors
    /// [`KeyError::Name`].
    pub fn from_seed(name: &str, kind: KeyKind, seed: &[u8; 32]) -> Result<Self, KeyError> {
        check_name(name)?;
        let key = ed25519_dalek::SigningKey::from_bytes(seed);
        Ok(Self { public: VerifyingKey::new(name.to_owned(), kind, key.verifying_key()), key })
    }

    /// Reads a private key's text form.
    ///
    /// # Errors
    /// [`KeyError`] says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let rest = text.strip_prefix(PRIVATE_PREFIX).ok_or(KeyError::PrivateForm)?;
        let (name, kind, id, seed) = parts(rest).ok_or(KeyError::PrivateForm)??;
        let Self { public, key } = Self::from_seed(&name, kind, &seed)?;
        Ok(Self { public: public.with_id(id)?, key })
    }

    /// The text form that [`SigningKey::parse`] reads. It is the secret itself: keep it out of logs.
    pub fn to_private_text(&self) -> String {
        let VerifyingKey { name, kind, id, .. } = &self.public;
        format!("{PRIVATE_PREFIX}{name}+{id:08x}+{}", encode(*kind, self.key.as_bytes()))
    }

    /// The public half.
    pub fn public(&self) -> &VerifyingKey {
        &self.public
    }

    /// The raw Ed25519 signature of a file's bytes, for tools that know nothing of notes, such as OpenSSL. The file must
    /// be none whose bytes could be taken for a note's text: one line of JSON is safe, a text of several lines is not.
    pub fn sign_file(&self, bytes: &[u8]) -> [u8; 64] {
        self.sign(bytes)
    }

    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.key.sign(message).to_bytes()
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({})", self.public)
    }
}

/// Whether a text may be a key's name (C2SP signed-note, "Format").
///
/// # Errors
/// [`KeyError::Name`].
pub(crate) fn check_name(name: &str) -> Result<(), KeyError> {
    if name.is_empty() || name.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+') {
        return Err(KeyError::Name { name: name.to_owned() });
    }
    Ok(())
}

fn encode(kind: KeyKind, key: &[u8; 32]) -> String {
    let mut bytes = vec![kind.byte()];
    bytes.extend_from_slice(key);
    STANDARD.encode(bytes)
}

type Parts = (String, KeyKind, u32, [u8; 32]);

/// Name, kind, id and 32 bytes; none where there are not three parts.
fn parts(text: &str) -> Option<Result<Parts, KeyError>> {
    let (name, rest) = text.split_once('+')?;
    let (id, key) = rest.split_once('+')?;
    Some(check_name(name).and_then(|()| checked_parts(name, id, key)))
}

fn checked_parts(name: &str, id: &str, key: &str) -> Result<Parts, KeyError> {
    let name = name.to_owned();
    let digits = id.len() == 8 && id.bytes().all(|c| c.is_ascii_digit() || (b'a'..=b'f').contains(&c));
    let Some(id) = digits.then(|| u32::from_str_radix(id, 16).ok()).flatten() else {
        return Err(KeyError::IdForm { name, id: id.to_owned() });
    };
    let decoded = STANDARD.decode(key).ok();
    let parts = decoded
        .as_deref()
        .and_then(|bytes| bytes.split_first())
        .and_then(|(kind, bytes)| Some((KeyKind::of_byte(*kind)?, <[u8; 32]>::try_from(bytes).ok()?)));
    let Some((kind, bytes)) = parts else { return Err(KeyError::Bytes { name }) };
    Ok((name, kind, id, bytes))
}

#[cfg(test)]
mod tests;
