//! Who keeps the positions, and what they say.

/// Whatever a keeper of positions fails with.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The right to work on a partition, as the keeper of positions gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Rises with each claim of the partition: a write with an older one must be refused.
    pub generation: i64,
    /// The first record not yet done with; none means from the oldest record on.
    pub next_offset: Option<i64>,
}

/// The keeper of positions: the database.
pub trait Positions: Send + Sync + 'static {
    /// Takes `partition` of `topic` over from whoever had it. May be called again for the same assignment, when the
    /// future of a `recv` was dropped or another claim failed: each call gives a new generation.
    fn claim(&self, topic: &str, partition: i32) -> impl Future<Output = Result<Claim, BoxError>> + Send;
}
