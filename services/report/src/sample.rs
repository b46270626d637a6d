//! Samples that an auditor can draw again with stock tools.
//!
//! The auditor chooses the seed, best after the population was signed. Each line has a *rank*: SHA-256 of the seed's UTF-8
//! bytes, a zero byte, and the line without its line feed, read as a number. Of each stratum the lines with the smallest
//! ranks are drawn, so that every member of a stratum has the same chance and none is drawn twice. In a shell:
//! `while IFS= read -r line; do printf '%s %s\n' "$(printf '%s\0%s' "$SEED" "$line" | sha256sum | cut -c1-64)" "$line";
//! done < POPULATION | sort | head -n N`.
//!
//! A stratum is the lines with the same values of the chosen members. Of `N` asked for, a stratum of `M` members in a
//! population of `P` gets `⌊N·M/P⌋`; what is left over goes one each to the largest remainders of that division, of equal
//! ones to the name that comes first in the order of bytes. No stratum gets less than one, so that a few more than `N` may
//! be drawn. Its members' weight is `M` over what was drawn of it (Cochran, Sampling Techniques, 1977, chapter 5).
//!
//! A targeted sample looks for trouble and stands for nothing but itself: it has no weights.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::BufRead,
};

use ledger::merkle::{Edge, Hash, Hashes, MissingNode, Node, inclusion_proof};
use serde::Serialize;
use sha2::{Digest, Sha256};
use store::Member;

use crate::{
    population::{Head, PopulationError, member, read_lines},
    sheets::hex,
};

domain::closed! {
    /// A member of a line by which a population is divided.
    Stratum "stratum" {
        Language = "language",
        Category = "category",
        Detector = "detector",
        Outcome = "outcome",
        Scope = "scope",
        Room = "room",
        Status = "status",
    }

    /// What a targeted sample looks for.
    Target "target" {
        /// The highest scores first.
        WorstScore = "worst-score",
        /// What was decided and decided otherwise later.
        Reversed = "reversed",
        /// The lowest scores that still made a flag first.
        NearThreshold = "near-threshold",
        /// What the log tells of and no row holds.
        Gone = "gone",
    }
}

/// How to draw.
#[derive(Clone, Debug)]
pub struct Draw {
    /// The auditor's words.
    pub seed: String,
    /// How many.
    pub size: u64,
    /// By which members the population is divided; none for a simple random sample.
    pub stratify: Vec<Stratum>,
    /// What to look for; none for a random sample.
    pub target: Option<Target>,
}

/// A sample with all that shows how it was drawn.
#[derive(Clone, Debug, Serialize)]
pub struct Sample {
    /// How it was drawn, for who draws it again.
    pub algorithm: &'static str,
    /// Of what.
    pub of: String,
    /// Begin of the period.
    pub from: String,
    /// Its end, exclusive.
    pub until: String,
    /// Lines of the population.
    pub members: u64,
    /// Root over them.
    pub root: String,
    /// Entries of the audit log that the population is from.
    pub log_size: u64,
    /// The seed.
    pub seed: String,
    /// How many were asked for.
    pub size: u64,
    /// By what it was divided.
    pub stratify: Vec<Stratum>,
    /// What it looked for.
    pub target: Option<Target>,
    /// Every stratum, in order of names.
    pub strata: Vec<StratumOf>,
    /// What was drawn, in order of the population.
    pub drawn: Vec<Drawn>,
}

/// A stratum of a sample.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StratumOf {
    /// Values in the order of `stratify`, joined by ` | `; `-` where a member has none.
    pub name: String,
    /// Members of the population.
    pub members: u64,
    /// Of these, members that the target takes.
    pub eligible: u64,
    /// Drawn.
    pub drawn: u64,
    /// Members that each drawn one stands for; null in a targeted sample.
    pub weight: Option<f64>,
}

/// A drawn member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Drawn {
    /// Its line in the population, from 0.
    pub index: u64,
    /// Its stratum.
    pub stratum: String,
    /// Its rank, in hexadecimal digits.
    pub rank: String,
    /// The line itself.
    pub line: String,
    /// RFC 9162 inclusion proof of the line, in hexadecimal digits from the leaf up.
    pub proof: Vec<String>,
}

const ALGORITHM: &str = "rank = SHA-256(seed || 0x00 || line); per stratum the smallest ranks; \
    allocation floor(N*M/P), largest remainders, at least 1; targeted: by score, then rank";

/// What a line is drawn by: a targeted sample's score first, then the rank.
type Order = (u64, Hash);

/// One stratum while it is read: the best so far, the worst of them last.
#[derive(Default)]
struct Pool {
    members: u64,
    eligible: u64,
    best: BTreeSet<(Order, u64, String)>,
}

/// The rank of a line.
pub fn rank(seed: &str, line: &str) -> Hash {
    Sha256::new().chain_update(seed).chain_update([0]).chain_update(line).finalize().into()
}

/// Draws a sample from a population that is what its note says.
///
/// Memory grows with the number of strata times the size asked for, and with 64 bytes a line for the proofs.
///
/// # Errors
/// [`PopulationError`] where the list is not the one that was signed.
pub fn draw(list: impl BufRead, head: &Head, draw: &Draw) -> Result<Sample, PopulationError> {
    let mut pools: BTreeMap<String, Pool> = BTreeMap::new();
    let leaves = read_lines(list, head, |index, line| {
        let member = member(line)?;
        let pool = pools.entry(name(&member, &draw.stratify)).or_default();
        pool.members += 1;
        if let Some(first) = order(&member, draw.target) {
            pool.eligible += 1;
            pool.best.insert(((first, rank(&draw.seed, line)), index, line.to_owned()));
            if pool.best.len() as u64 > draw.size.max(1) {
                pool.best.pop_last();
            }
        }
        Ok(())
    })?;
    let tree = Levels::of(&leaves);
    let counts: Vec<u64> = pools.values().map(|pool| pool.eligible).collect();
    let (mut strata, mut drawn) = (Vec::new(), Vec::new());
    for ((name, pool), share) in pools.into_iter().zip(allocate(draw.size, &counts)) {
        let taken = share.min(pool.eligible);
        for ((_, rank), index, line) in pool.best.into_iter().take(usize::try_from(taken).unwrap_or(usize::MAX)) {
            let proof = inclusion_proof(&tree, index, head.members).unwrap_or_default();
            let proof = proof.iter().map(|hash| hex(hash)).collect();
            drawn.push(Drawn { index, stratum: name.clone(), rank: hex(&rank), line, proof });
        }
        let weight = (draw.target.is_none() && taken > 0).then(|| pool.members as f64 / taken as f64);
        strata.push(StratumOf { name, members: pool.members, eligible: pool.eligible, drawn: taken, weight });
    }
    drawn.sort_by_key(|drawn| drawn.index);
    Ok(Sample {
        algorithm: ALGORITHM,
        of: head.of.to_string(),
        from: head.from.clone(),
        until: head.until.clone(),
        members: head.members,
        root: head.root.clone(),
        log_size: head.log_size,
        seed: draw.seed.clone(),
        size: draw.size,
        stratify: draw.stratify.clone(),
        target: draw.target,
        strata,
        drawn,
    })
}

fn name(member: &Member, stratify: &[Stratum]) -> String {
    let value = |stratum: &Stratum| {
        let value = match stratum {
            Stratum::Language => &member.language,
            Stratum::Category => &member.category,
            Stratum::Detector => &member.detector,
            Stratum::Outcome => &member.outcome,
            Stratum::Scope => &member.scope,
            Stratum::Room => &member.room,
            Stratum::Status => &member.status,
        };
        value.clone().unwrap_or_else(|| "-".to_owned())
    };
    stratify.iter().map(value).collect::<Vec<_>>().join(" | ")
}

/// What comes first: the smaller the number, the sooner. None for a member that the target does not take.
fn order(member: &Member, target: Option<Target>) -> Option<u64> {
    let score = member.score.as_deref().and_then(|score| score.parse::<f64>().ok());
    // Scores are probabilities with far fewer than 15 digits.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 10^15")]
    let scaled = score.map(|score| (score.clamp(0.0, 1.0) * 1e15).round() as u64);
    match target {
        None => Some(0),
        Some(Target::WorstScore) => scaled.map(|scaled| u64::MAX - scaled),
        Some(Target::NearThreshold) => scaled,
        Some(Target::Reversed) => (member.is_reversed == Some(true)).then_some(0),
        Some(Target::Gone) => member.is_gone.then_some(0),
    }
}

/// How many of each stratum, by the largest remainder; at least one of each that has any.
fn allocate(size: u64, counts: &[u64]) -> Vec<u64> {
    let all: u128 = counts.iter().map(|count| u128::from(*count)).sum();
    if all == 0 {
        return vec![0; counts.len()];
    }
    let part = |count: &u64| u128::from(size) * u128::from(*count);
    let whole = |share: u128| u64::try_from(share).unwrap_or(u64::MAX);
    let mut shares: Vec<u64> = counts.iter().map(|count| whole(part(count) / all)).collect();
    let mut places: Vec<usize> = (0..counts.len()).collect();
    places.sort_by_key(|place| (std::cmp::Reverse(part(&counts[*place]) % all), *place));
    let left = size.saturating_sub(shares.iter().sum());
    for place in places.into_iter().take(usize::try_from(left).unwrap_or(usize::MAX)) {
        shares[place] += 1;
    }
    shares.iter().zip(counts).map(|(share, count)| (*share).max(1).min(*count)).collect()
}

/// Every full subtree of a list of leaves, level by level.
struct Levels(Vec<Vec<Hash>>);

impl Levels {
    fn of(leaves: &[Hash]) -> Self {
        let (mut edge, mut levels) = (Edge::new(), Vec::<Vec<Hash>>::new());
        for leaf in leaves {
            edge.append_with(*leaf, |node, hash| {
                let level = usize::from(node.level);
                if levels.len() == level {
                    levels.push(Vec::new());
                }
                levels[level].push(*hash);
            });
        }
        Self(levels)
    }
}

impl Hashes for Levels {
    type Error = MissingNode;

    fn node(&self, node: Node) -> Result<Hash, MissingNode> {
        let place = usize::try_from(node.index).ok();
        let found = self.0.get(usize::from(node.level)).zip(place).and_then(|(level, place)| level.get(place));
        found.copied().ok_or(MissingNode(node))
    }
}

#[cfg(test)]
mod tests;
