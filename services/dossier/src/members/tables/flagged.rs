//! Tables of flags, their findings and their clips.

use std::io;

use ledger::format_instant;

use super::{Put, maybe};
use crate::model::Dossier;

pub(super) const FLAG: &[&str] = &[
    "flag",
    "stream",
    "epoch",
    "first",
    "end",
    "wall",
    "category",
    "severity",
    "score",
    "status",
    "reach",
    "listener_seconds",
    "exposed_until",
    "exposure_ended_by",
    "case",
    "findings",
    "words",
];

pub(super) fn flags(dossier: &Dossier, put: &mut Put<'_>) -> io::Result<()> {
    for flag in &dossier.flags {
        put(&[
            flag.flag.to_string(),
            flag.stream.clone(),
            flag.epoch.to_string(),
            flag.first.to_string(),
            flag.end.to_string(),
            format_instant(flag.wall),
            flag.category.to_string(),
            flag.severity.to_string(),
            flag.score.to_string(),
            flag.status.to_string(),
            maybe(flag.reach),
            maybe(flag.exposure.map(|exposure| exposure.listener_seconds)),
            maybe(flag.exposure.map(|exposure| format_instant(exposure.until))),
            maybe(flag.exposure.map(|exposure| exposure.ended_by)),
            maybe(flag.case),
            flag.findings.len().to_string(),
            flag.words.clone(),
        ])?;
    }
    Ok(())
}

pub(super) const FINDING: &[&str] = &[
    "flag", "finding", "found", "rule", "version", "pack", "head", "model", "severity", "score", "status", "first",
    "end", "words", "why", "erased",
];

pub(super) fn findings(dossier: &Dossier, put: &mut Put<'_>) -> io::Result<()> {
    for flag in &dossier.flags {
        for finding in &flag.findings {
            put(&[
                flag.flag.to_string(),
                finding.finding.to_string(),
                format_instant(finding.found),
                maybe(finding.rule.as_ref()),
                maybe(finding.version.as_ref()),
                maybe(finding.pack.as_ref()),
                maybe(finding.head.as_ref()),
                maybe(finding.model.as_ref()),
                finding.severity.to_string(),
                finding.score.to_string(),
                finding.status.to_string(),
                finding.first.to_string(),
                finding.end.to_string(),
                finding.words.clone(),
                finding.why.clone(),
                maybe(finding.erased),
            ])?;
        }
    }
    Ok(())
}

pub(super) const CLIP: &[&str] =
    &["clip", "flag", "state", "path", "media_type", "stream", "epoch", "first", "end", "sha256", "size", "pcm_sha256"];

pub(super) fn clips(dossier: &Dossier, put: &mut Put<'_>) -> io::Result<()> {
    for clip in &dossier.clips {
        put(&[
            clip.clip.to_string(),
            clip.flag.to_string(),
            clip.state.to_string(),
            maybe(clip.path.as_ref()),
            clip.media_type.clone(),
            clip.stream.clone(),
            clip.epoch.to_string(),
            clip.first.to_string(),
            clip.end.to_string(),
            maybe(clip.sha256.as_ref()),
            maybe(clip.size),
            maybe(clip.pcm_sha256.as_ref()),
        ])?;
    }
    Ok(())
}
