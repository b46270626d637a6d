//! A zip archive that may have been made to harm: its members by name, read under a limit.

use std::{
    collections::BTreeMap,
    io::{self, Read, Seek, SeekFrom},
};

use zip::ZipArchive;

use super::{Code, Found};
use crate::manifest::is_safe;

/// Most members that are looked at: a room has a proof for each of its events.
const MAX_MEMBERS: usize = 1_000_000;
/// Length of the archive's last record, without a comment.
const END_BYTES: i64 = 22;

/// An archive whose members have safe names and do not share bytes.
pub(super) struct Archive<R> {
    zip: ZipArchive<R>,
    members: BTreeMap<String, usize>,
}

impl<R: Read + Seek> Archive<R> {
    /// Opens it; none where it is no archive that can be read.
    pub(super) fn open(mut source: R, found: &mut Found<'_>) -> Option<Self> {
        let ends = ends_with_the_directory(&mut source);
        let mut zip = match ZipArchive::new(source) {
            Ok(zip) => zip,
            Err(error) => {
                found.add(Code::Archive, None, format!("it is no zip archive that can be read: {error}"));
                return None;
            }
        };
        let mut say = |what: &str| found.add(Code::Archive, None, format!("the archive {what}"));
        if zip.offset() != 0 {
            say("has something before its first member");
        }
        if !zip.comment().is_empty() || !matches!(ends, Ok(true)) {
            say("has something after its directory");
        }
        if zip.has_duplicate_names() {
            say("has two members of one name, of which only the last was looked at");
        }
        if zip.len() > MAX_MEMBERS {
            say(&format!("has {} members; with more than {MAX_MEMBERS} it is not looked at", zip.len()));
            return None;
        }
        // Programs differ in which of an archive's two lists they believe: both must say the same.
        if let Err(error) = zip.validate_header_consistency() {
            say(&format!("says different things of its members in different places: {error}"));
        }
        match zip.has_overlapping_entries() {
            Ok(false) => {}
            Ok(true) => {
                say("has members that share bytes; it is not looked at");
                return None;
            }
            Err(error) => {
                say(&format!("has a member whose place cannot be read: {error}"));
                return None;
            }
        }
        let members = names(&zip, found);
        Some(Self { zip, members })
    }

    /// The members' names.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.members.keys().map(String::as_str)
    }

    /// Whether there is such a member.
    pub(super) fn has(&self, path: &str) -> bool {
        self.members.contains_key(path)
    }

    /// A member to be read; it may be longer than anything says.
    pub(super) fn member(&mut self, path: &str) -> io::Result<impl Read + '_> {
        let index = self.members.get(path).ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
        self.zip.by_index(*index).map_err(io::Error::from)
    }

    /// A member's bytes, at most `limit`; what is missing, longer or not to be read is named.
    pub(super) fn read(&mut self, path: &str, limit: u64, found: &mut Found<'_>) -> Option<Vec<u8>> {
        if !self.has(path) {
            found.add(Code::Missing, Some(path), "it is not there");
            return None;
        }
        let mut bytes = Vec::new();
        match self.member(path).and_then(|member| member.take(limit + 1).read_to_end(&mut bytes)) {
            Ok(length) if length as u64 <= limit => Some(bytes),
            Ok(_) => {
                found.add(Code::Size, Some(path), format!("it is longer than {limit} bytes, and was not read"));
                None
            }
            Err(error) => {
                found.add(Code::Archive, Some(path), format!("it cannot be unpacked: {error}"));
                None
            }
        }
    }
}

/// The members by name; those with a name or of a kind that would harm whoever unpacks them are named and left out. Some
/// programs pack folders too: those of members are no more than their names say.
fn names<R: Read + Seek>(zip: &ZipArchive<R>, found: &mut Found<'_>) -> BTreeMap<String, usize> {
    let (mut members, mut folders) = (BTreeMap::<String, usize>::new(), Vec::new());
    for index in 0..zip.len() {
        let Ok(entry) = zip.by_index_data(index) else {
            found.add(Code::Archive, None, format!("member {index} of the archive cannot be read"));
            continue;
        };
        let name = entry.name().map_or_else(|_| String::new(), std::borrow::Cow::into_owned);
        let kind = match () {
            () if entry.is_symlink() => Some("is a link"),
            () if entry.is_dir() => {
                folders.push(name);
                continue;
            }
            () if entry.encrypted() => Some("is encrypted"),
            () if !is_safe(&name) => Some("has a name that no bundle has"),
            () => None,
        };
        match kind {
            Some(kind) => {
                let shown: String = name.chars().take(200).collect();
                found.add(Code::Name, None, format!("the member {shown:?} {kind}"));
            }
            None => {
                members.insert(name, index);
            }
        }
    }
    for folder in folders {
        let mut inside = members.range(folder.clone()..).take_while(|(path, _)| path.starts_with(&folder));
        if inside.next().is_none() {
            let shown: String = folder.chars().take(200).collect();
            found.add(Code::Name, None, format!("the folder {shown:?} holds nothing"));
        }
    }
    members
}

/// Whether the directory's end is the file's end.
fn ends_with_the_directory(source: &mut (impl Read + Seek)) -> io::Result<bool> {
    source.seek(SeekFrom::End(-END_BYTES))?;
    let mut signature = [0; 4];
    source.read_exact(&mut signature)?;
    source.rewind()?;
    Ok(signature == *b"PK\x05\x06")
}
