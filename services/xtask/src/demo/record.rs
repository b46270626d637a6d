//! What the product says of a room, as its commands print it in JSON.
#![expect(clippy::struct_field_names, reason = "the keys are the documented ones")]

use std::collections::BTreeMap;

use anyhow::Context;
use serde::{Deserialize, de::DeserializeOwned};

use super::instance::Instance;

/// Everything that is compared with the script and with the same after a restart.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Record {
    pub(super) coverage: Coverage,
    pub(super) flags: Vec<Flag>,
    pub(super) transcript: Vec<Segment>,
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(super) struct Coverage {
    pub(super) streams: Vec<Stream>,
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(super) struct Stream {
    pub(super) stream: String,
    pub(super) epochs: Vec<Epoch>,
    pub(super) between: Vec<Between>,
    pub(super) seconds: BTreeMap<String, f64>,
    pub(super) unaccounted_samples: i64,
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(super) struct Epoch {
    pub(super) epoch: u32,
    pub(super) began: String,
    pub(super) samples: i64,
    pub(super) intervals: Vec<Interval>,
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(super) struct Interval {
    pub(super) first: i64,
    pub(super) end: i64,
    pub(super) state: String,
    pub(super) reason: Option<String>,
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(super) struct Between {
    pub(super) before_epoch: u32,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) reason: String,
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(super) struct Flag {
    pub(super) flag: String,
    pub(super) stream: String,
    pub(super) epoch: u32,
    pub(super) first: i64,
    pub(super) end: i64,
    pub(super) wall: String,
    pub(super) category: String,
    pub(super) severity: String,
    pub(super) score: f64,
    pub(super) status: String,
    pub(super) reach: Option<i64>,
    pub(super) words: String,
    pub(super) findings: Vec<Finding>,
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(super) struct Finding {
    pub(super) rule: Option<String>,
    pub(super) head: Option<String>,
    pub(super) first: i64,
    pub(super) end: i64,
    pub(super) words: String,
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(super) struct Segment {
    pub(super) stream: String,
    pub(super) epoch: u32,
    pub(super) first: i64,
    pub(super) end: i64,
    pub(super) speaker: Option<String>,
    pub(super) hearing: String,
    pub(super) words: Vec<Word>,
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(super) struct Word {
    pub(super) word: String,
    pub(super) first: i64,
    pub(super) end: i64,
}

impl Record {
    pub(super) fn read(instance: &Instance<'_>, room: &str) -> anyhow::Result<Self> {
        let transcript = instance.read("transcript", &[room, "--json"])?;
        Ok(Self {
            coverage: document(&instance.read("coverage", &[room, "--json"])?, "coverage")?,
            flags: document(&instance.read("flags", &[room, "--json"])?, "flags")?,
            transcript: transcript.lines().map(|line| document(line, "transcript")).collect::<Result<_, _>>()?,
        })
    }
}

fn document<T: DeserializeOwned>(text: &str, command: &str) -> anyhow::Result<T> {
    serde_json::from_str(text)
        .with_context(|| format!("`earwitness {command} --json` has another shape than is documented"))
}
