//! Making a bundle: members one after the other, then the sums, the manifest and its signatures.
//!
//! The archive is written by `zip`, which the checks of other people's archives use too: fixed times, a fixed order, one
//! compression at one level. The same record, events, clips and key give the same bytes with the same program.

use std::io::{self, Seek, Write};

use ledger::{NoteError, SigningKey};
use sha2::{Digest, Sha256};
use zip::{CompressionMethod, ZipWriter, result::ZipError, write::SimpleFileOptions};

use crate::{
    audit::{Audit, KeysError, hex, trust},
    manifest::{MANIFEST, Manifest, Member, NOTE, SIGNATURE, SUMS, is_safe, sign_note, sums},
    members::{DOCUMENT, Derived, GUIDE, KEY_PEM, KEY_VKEY, WriteMember, derived, guide},
    model::{Clip, Dossier},
    page::{self, PageError},
};

/// What goes into a bundle beside what follows from its record and its events.
pub struct Parts<'p> {
    /// The document, as a PDF file; none if empty.
    pub document: &'p [u8],
    /// Gives the bytes of a clip that is included.
    pub clips: &'p mut dyn FnMut(&Clip) -> io::Result<Vec<u8>>,
}

/// A bundle that cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// A member cannot be written.
    #[error("cannot write {path} into the bundle")]
    Member {
        /// Its path.
        path: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The archive cannot be written.
    #[error("cannot write the bundle's archive")]
    Archive(#[source] ZipError),
    /// A path that is not safe, or taken.
    #[error("{path:?} cannot be a member of a bundle")]
    Path {
        /// The path.
        path: String,
    },
    /// The keys do not follow from each other.
    #[error("the log's keys cannot be followed")]
    Keys(#[from] KeysError),
    /// Another key than the one in force.
    #[error("a bundle is signed by the log's key {expected}, not by {found}")]
    Signer {
        /// The key in force.
        expected: String,
        /// The key given.
        found: String,
    },
    /// The manifest cannot be signed.
    #[error("the manifest cannot be signed")]
    Sign(#[source] NoteError),
    /// The manifest has no form.
    #[error("the manifest cannot be written")]
    Manifest(#[source] serde_json::Error),
    /// The page cannot be made.
    #[error("the bundle's page cannot be made")]
    Page(#[from] PageError),
}

/// Writes the bundle of a record and its events with its other `parts`; `progress` is told the number of members done and
/// of all.
///
/// # Errors
/// [`BundleError`] says what cannot be written; what was written until then is no bundle.
pub fn write<W: Write + Seek>(
    out: W,
    dossier: &Dossier,
    audit: &Audit,
    parts: Parts<'_>,
    key: &SigningKey,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<W, BundleError> {
    let Parts { document, clips } = parts;
    let (_, signer) = trust(&audit.keys)?;
    if signer != *key.public() {
        return Err(BundleError::Signer { expected: signer.to_string(), found: key.public().to_string() });
    }
    let members = all(dossier, audit, document, key)?;
    let all = members.len() + 4;
    let mut bundle = Bundle { zip: ZipWriter::new(out), members: Vec::with_capacity(all) };
    for (member, done) in members.into_iter().zip(1..) {
        match member {
            Source::Derived(Derived { path, write }) => bundle.add(path, CompressionMethod::Deflated, &*write)?,
            Source::Clip(path, clip) => {
                let bytes = clips(clip).map_err(|source| BundleError::Member { path: path.clone(), source })?;
                bundle.add(path, CompressionMethod::Stored, &|out| out.write_all(&bytes))?;
            }
        }
        progress(done, all);
    }
    let list = sums(&bundle.members);
    bundle.add(SUMS.into(), CompressionMethod::Deflated, &|out| out.write_all(list.as_bytes()))?;
    let manifest = Manifest::of(dossier, std::mem::take(&mut bundle.members)).bytes().map_err(BundleError::Manifest)?;
    let note = sign_note(&manifest, key).map_err(BundleError::Sign)?;
    bundle.add(MANIFEST.into(), CompressionMethod::Deflated, &|out| out.write_all(&manifest))?;
    bundle.add(SIGNATURE.into(), CompressionMethod::Stored, &|out| out.write_all(&key.sign_file(&manifest)))?;
    bundle.add(NOTE.into(), CompressionMethod::Deflated, &|out| write!(out, "{note}"))?;
    let out = bundle.zip.finish().map_err(BundleError::Archive)?;
    progress(all, all);
    Ok(out)
}

enum Source<'d> {
    Derived(Derived<'d>),
    Clip(String, &'d Clip),
}

impl Source<'_> {
    fn path(&self) -> &str {
        match self {
            Self::Derived(member) => &member.path,
            Self::Clip(path, _) => path,
        }
    }
}

/// Every member but those that name the others, by path.
fn all<'d>(
    dossier: &'d Dossier,
    audit: &'d Audit,
    document: &'d [u8],
    key: &SigningKey,
) -> Result<Vec<Source<'d>>, BundleError> {
    let fixed = |path: &str, bytes: Vec<u8>| {
        Source::Derived(Derived { path: path.into(), write: Box::new(move |out| out.write_all(&bytes)) })
    };
    let mut members: Vec<_> = derived(dossier, audit).into_iter().map(Source::Derived).collect();
    members.push(fixed(GUIDE, guide().into()));
    members.push(fixed(KEY_PEM, key.public().to_pem().into()));
    members.push(fixed(KEY_VKEY, format!("{}\n", key.public()).into()));
    if !document.is_empty() {
        let write: Box<WriteMember<'d>> = Box::new(|out| out.write_all(document));
        members.push(Source::Derived(Derived { path: DOCUMENT.into(), write }));
    }
    members.extend(page::render(dossier)?.into_iter().map(|(path, bytes)| fixed(&path, bytes)));
    let clips = dossier.clips.iter().filter_map(|clip| Some(Source::Clip(clip.path.clone()?, clip)));
    members.extend(clips);
    members.sort_by(|one, other| one.path().cmp(other.path()));
    let taken = members.windows(2).find(|pair| pair[0].path() == pair[1].path()).map(|pair| pair[0].path());
    let reserved = [MANIFEST, SIGNATURE, NOTE, SUMS];
    let wrong = |path: &&str| !is_safe(path) || reserved.contains(path);
    match taken.or_else(|| members.iter().map(Source::path).find(wrong)) {
        Some(path) => Err(BundleError::Path { path: path.to_owned() }),
        None => Ok(members),
    }
}

struct Bundle<W: Write + Seek> {
    zip: ZipWriter<W>,
    members: Vec<Member>,
}

impl<W: Write + Seek> Bundle<W> {
    fn add(&mut self, path: String, method: CompressionMethod, write: &WriteMember<'_>) -> Result<(), BundleError> {
        let options = SimpleFileOptions::default()
            .compression_method(method)
            .compression_level((method == CompressionMethod::Deflated).then_some(6))
            .last_modified_time(zip::DateTime::default())
            .unix_permissions(0o644);
        self.zip.start_file(path.as_str(), options).map_err(BundleError::Archive)?;
        let mut hashed = Hashed { out: &mut self.zip, hash: Sha256::new(), size: 0 };
        write(&mut hashed).map_err(|source| BundleError::Member { path: path.clone(), source })?;
        let (sha256, size) = (hex(&hashed.hash.finalize()), hashed.size);
        self.members.push(Member { path, sha256, size });
        Ok(())
    }
}

/// Passes bytes on, hashed and counted.
struct Hashed<'w, W> {
    out: &'w mut W,
    hash: Sha256,
    size: u64,
}

impl<W: Write> Write for Hashed<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
