//! The form of a sealed clip.
//!
//! ```text
//!  0  7  "EWCLIP" and 0x00
//!  7  1  version, 1
//!  8 16  id of the room's key
//! 24 12  nonce, random
//! 36  …  AES-256-GCM of the sound, with its tag of 16 bytes at the end
//! ```
//! Associated data: those 36 bytes, the clip's id (16 bytes), the room's name. A sealed clip therefore opens as nothing
//! but the clip it is: put in another's place, or into another room, it is refused as if it were changed.

use domain::RoomId;
use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    rand::{SecureRandom, SystemRandom},
};
use uuid::Uuid;

use crate::key::RoomKey;

const MAGIC: &[u8; 7] = b"EWCLIP\0";
const VERSION: u8 = 1;
const HEADER: usize = 36;

/// Which clip a sealed one claims to be.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// The clip.
    pub clip: Uuid,
    /// Its room.
    pub room: &'a RoomId,
}

/// Why a clip cannot be sealed or opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Those bytes were never a sealed clip, or its beginning is damaged.
    #[error("this is not a sealed clip")]
    Form,
    /// A form that a later version writes.
    #[error("the clip is sealed in form {found}; this version knows form {VERSION}")]
    Version {
        /// As the header says.
        found: u8,
    },
    /// Sealed with another key.
    #[error("the clip is sealed with the key {found}, not with {given}")]
    OtherKey {
        /// As the header says.
        found: Uuid,
        /// The key at hand.
        given: Uuid,
    },
    /// The tag does not fit: not one bit of it is given out.
    #[error("the clip was changed, or belongs to another flag or room, or its key is not the one of that id")]
    Refused,
    /// It opens, but is no sound: whoever sealed it was not us.
    #[error("the clip opens, but holds no sound")]
    Content,
    /// The operating system gave no random bytes.
    #[error("no random bytes for a nonce")]
    Random,
}

/// Seals `plain`.
pub(crate) fn seal(key: &RoomKey, about: About<'_>, mut plain: Vec<u8>) -> Result<Vec<u8>, SealError> {
    let nonce = random::<NONCE_LEN>()?;
    let mut sealed = Vec::with_capacity(HEADER + plain.len() + AES_256_GCM.tag_len());
    sealed.extend(MAGIC);
    sealed.push(VERSION);
    sealed.extend(key.id().as_bytes());
    sealed.extend(nonce);
    let aad = Aad::from(associated(&sealed, about));
    let tag = cipher(key.secret())?
        .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), aad, &mut plain)
        .map_err(|_| SealError::Refused)?;
    sealed.extend(plain);
    sealed.extend(tag.as_ref());
    Ok(sealed)
}

/// Opens what [`seal`] sealed.
pub(crate) fn open(key: &RoomKey, about: About<'_>, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
    let (header, body) = sealed.split_at_checked(HEADER).ok_or(SealError::Form)?;
    if &header[..7] != MAGIC {
        return Err(SealError::Form);
    }
    if header[7] != VERSION {
        return Err(SealError::Version { found: header[7] });
    }
    let found = Uuid::from_slice(&header[8..24]).map_err(|_| SealError::Form)?;
    if found != key.id() {
        return Err(SealError::OtherKey { found, given: key.id() });
    }
    let nonce = Nonce::try_assume_unique_for_key(&header[24..]).map_err(|_| SealError::Form)?;
    let aad = Aad::from(associated(header, about));
    let mut body = body.to_vec();
    let length = cipher(key.secret())?.open_in_place(nonce, aad, &mut body).map_err(|_| SealError::Refused)?.len();
    body.truncate(length);
    Ok(body)
}

fn associated(header: &[u8], about: About<'_>) -> Vec<u8> {
    [header, about.clip.as_bytes(), about.room.as_str().as_bytes()].concat()
}

pub(crate) fn cipher(secret: &[u8; 32]) -> Result<LessSafeKey, SealError> {
    UnboundKey::new(&AES_256_GCM, secret).map(LessSafeKey::new).map_err(|_| SealError::Form)
}

pub(crate) fn random<const N: usize>() -> Result<[u8; N], SealError> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| SealError::Random)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLIP: Uuid = Uuid::from_u128(7);

    fn room(name: &str) -> RoomId {
        name.parse().unwrap()
    }

    #[test]
    fn what_was_sealed_opens_with_its_key_as_the_clip_it_is() {
        let (key, room) = (RoomKey::generate(Uuid::from_u128(1)).unwrap(), room("town hall"));
        let about = About { clip: CLIP, room: &room };
        let sealed = seal(&key, about, b"what was said".to_vec()).unwrap();
        assert_eq!(sealed.len(), HEADER + 13 + 16);
        assert!(!sealed.windows(4).any(|bytes| bytes == b"said"));
        assert_eq!(open(&key, about, &sealed).unwrap(), b"what was said");
        assert_ne!(seal(&key, about, b"what was said".to_vec()).unwrap(), sealed, "a nonce is used once");
    }

    #[test]
    fn any_changed_bit_is_refused() {
        let (key, room) = (RoomKey::generate(Uuid::from_u128(1)).unwrap(), room("town hall"));
        let about = About { clip: CLIP, room: &room };
        let sealed = seal(&key, about, vec![5; 40]).unwrap();
        for bit in 0..8 * sealed.len() {
            let mut changed = sealed.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            let error = open(&key, about, &changed).unwrap_err();
            let expected = match bit / 8 {
                0..7 => matches!(error, SealError::Form),
                7 => matches!(error, SealError::Version { .. }),
                8..24 => matches!(error, SealError::OtherKey { .. }),
                _ => error == SealError::Refused,
            };
            assert!(expected, "bit {bit}: {error}");
        }
        for length in 0..sealed.len() {
            assert!(open(&key, about, &sealed[..length]).is_err(), "{length} bytes");
        }
    }

    #[test]
    fn another_key_another_clip_and_another_room_are_refused() {
        let (key, room_a, room_b) =
            (RoomKey::generate(Uuid::from_u128(1)).unwrap(), room("town hall"), room("town hal"));
        let about = About { clip: CLIP, room: &room_a };
        let sealed = seal(&key, about, vec![5; 40]).unwrap();
        let other = RoomKey::generate(Uuid::from_u128(2)).unwrap();
        assert!(matches!(open(&other, about, &sealed), Err(SealError::OtherKey { .. })));
        let same_id = RoomKey::generate(Uuid::from_u128(1)).unwrap();
        assert_eq!(open(&same_id, about, &sealed), Err(SealError::Refused));
        let elsewhere = About { clip: Uuid::from_u128(8), room: &room_a };
        assert_eq!(open(&key, elsewhere, &sealed), Err(SealError::Refused));
        assert_eq!(open(&key, About { clip: CLIP, room: &room_b }, &sealed), Err(SealError::Refused));
    }
}
