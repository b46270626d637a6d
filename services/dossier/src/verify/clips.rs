//! That clips are what the record says, down to their samples.

use std::io::{self, Read, Seek};

use sha2::{Digest, Sha256};

use super::{Account, Archive, Code, Found};
use crate::{
    audit::hex,
    manifest::Manifest,
    model::{Clip, ClipState, Dossier},
};

/// Where the samples of a WAV file of ours begin.
const WAV_HEADER: u64 = 44;

/// Checks every clip.
pub(super) fn check<R: Read + Seek>(
    archive: &mut Archive<R>,
    dossier: &Dossier,
    manifest: &Manifest,
    found: &mut Found<'_>,
    account: &mut Account,
) {
    for clip in &dossier.clips {
        let wrong = wrong(dossier, clip, manifest).or_else(|| other_samples(archive, clip));
        if let Some(what) = wrong {
            found.add(Code::Clip, clip.path.as_deref(), format!("the clip of flag {} {what}", clip.flag));
        }
    }
    for path in manifest.members.iter().map(|member| member.path.as_str()).filter(|path| path.starts_with("clips/")) {
        if !dossier.clips.iter().any(|clip| clip.path.as_deref() == Some(path)) {
            found.add(Code::Extra, Some(path), "no clip of the record is there");
        }
    }
    account.checked("clips against the record", dossier.clips.len());
}

fn wrong(dossier: &Dossier, clip: &Clip, manifest: &Manifest) -> Option<&'static str> {
    let Some(epoch) = dossier.epoch(&clip.stream, clip.epoch) else {
        return Some("is of a stream or epoch that is not told of");
    };
    if !dossier.flags.iter().any(|flag| flag.flag == clip.flag) {
        return Some("is of no flag in the record");
    }
    if clip.first < 0 || clip.end > epoch.samples || clip.first >= clip.end {
        return Some("is of samples that the epoch does not have");
    }
    match (&clip.path, clip.state) {
        (Some(path), ClipState::Included) => {
            if !path.starts_with("clips/") {
                return Some("is not among the clips");
            }
            let fits = manifest
                .member(path)
                .is_some_and(|member| Some(&member.sha256) == clip.sha256.as_ref() && Some(member.size) == clip.size);
            (!fits).then_some("has another hash or size than the record says")
        }
        (None, ClipState::Expired | ClipState::Unreadable | ClipState::Erased | ClipState::LeftOut) => {
            let told = clip.sha256.is_some() || clip.size.is_some();
            told.then_some("is not there, but has a hash or a size")
        }
        (Some(_), _) | (None, ClipState::Included) => Some("is there and is said to be gone, or the other way round"),
    }
}

/// Whether a WAV file has other samples than the record says; that it is there was checked before.
fn other_samples<R: Read + Seek>(archive: &mut Archive<R>, clip: &Clip) -> Option<&'static str> {
    let (path, expected) = (clip.path.as_ref()?, clip.pcm_sha256.as_ref()?);
    if clip.media_type != "audio/wav" {
        return None;
    }
    let mut hash = Sha256::new();
    let samples = clip.end.saturating_sub(clip.first).unsigned_abs().saturating_mul(2);
    let read = archive.member(path).and_then(|mut file| {
        io::copy(&mut (&mut file).take(WAV_HEADER), &mut io::sink())?;
        io::copy(&mut file.take(samples.saturating_add(1)), &mut hash)
    });
    match read {
        Ok(length) if length == samples && hex(&hash.finalize()) == *expected => None,
        Ok(_) => Some("has other samples than the record says, or another number of them"),
        Err(_) => Some("cannot be read"),
    }
}
