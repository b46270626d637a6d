//! Statements put into calls: at most 100 each, each puid once.

use std::collections::{BTreeMap, btree_map::Entry};

use serde::Serialize;

use super::{MAX_BATCH, Puid, Statement};

/// The body of one call with many statements.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Batch {
    statements: Vec<Statement>,
}

/// Statements that cannot go out together.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// Two statements that differ have one puid: the database would refuse the call, and mark the puid as used.
    #[error("two different statements have the puid {puid}")]
    PuidClash {
        /// The puid.
        puid: Puid,
    },
}

impl Batch {
    /// 1 to 100 statements.
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }

    /// The body, in canonical bytes (RFC 8785).
    ///
    /// # Errors
    /// None known: every statement can be written as JSON.
    pub fn body(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json_canonicalizer::to_vec(self)
    }
}

/// Puts statements into as few batches as there can be, ordered by puid. A statement that comes twice goes out once.
///
/// A puid that repeats within a call is marked as used on the server though nothing of the call is stored, so that every
/// later, correct call is refused: that must never leave here.
///
/// # Errors
/// [`BatchError::PuidClash`] where two statements differ under one puid.
pub fn batches(statements: impl IntoIterator<Item = Statement>) -> Result<Vec<Batch>, BatchError> {
    let mut by_puid: BTreeMap<Puid, Statement> = BTreeMap::new();
    for statement in statements {
        match by_puid.entry(statement.puid.clone()) {
            Entry::Vacant(place) => drop(place.insert(statement)),
            Entry::Occupied(known) if *known.get() == statement => {}
            Entry::Occupied(known) => return Err(BatchError::PuidClash { puid: known.key().clone() }),
        }
    }
    let mut batches: Vec<Batch> = Vec::new();
    for statement in by_puid.into_values() {
        match batches.last_mut() {
            Some(last) if last.statements.len() < MAX_BATCH => last.statements.push(statement),
            _ => batches.push(Batch { statements: vec![statement] }),
        }
    }
    Ok(batches)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statement::{build, build::tests::decision, check_document};

    fn statement(index: u128) -> Statement {
        build(&decision(index)).unwrap()
    }

    #[test]
    fn a_batch_has_at_most_100_and_each_puid_once() {
        let twice = (0..250).chain(0..250).map(statement);
        let batches = batches(twice).unwrap();
        assert_eq!(batches.iter().map(|batch| batch.statements().len()).collect::<Vec<_>>(), [100, 100, 50]);
        for batch in &batches {
            let checked = check_document(&batch.body().unwrap());
            assert_eq!((checked.statements, checked.faults), (batch.statements().len(), vec![]));
        }
    }

    #[test]
    fn two_statements_under_one_puid_never_leave() {
        let mut other = statement(1);
        other.decision_facts.push_str(" More.");
        assert!(matches!(batches([statement(1), other]), Err(BatchError::PuidClash { .. })));
    }

    #[test]
    fn the_order_of_arrival_does_not_show() {
        let forth = batches((0..9).map(statement)).unwrap();
        let back = batches((0..9).rev().map(statement)).unwrap();
        assert_eq!(forth[0].body().unwrap(), back[0].body().unwrap());
    }
}
