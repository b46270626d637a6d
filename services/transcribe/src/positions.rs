//! The database keeps the positions: claiming a partition fences whoever had it.

use bus::{BoxError, Claim, Positions};
use store::{Lease, Store};

use crate::settings::Clock;

/// Claims partitions in the database for one group and owner.
pub(crate) struct StoredPositions {
    pub(crate) store: Store,
    pub(crate) group: String,
    pub(crate) owner: String,
    pub(crate) clock: Clock,
}

impl Positions for StoredPositions {
    async fn claim(&self, topic: &str, partition: i32) -> Result<Claim, BoxError> {
        let claimed = self.store.claim_partition(&self.group, topic, partition, &self.owner, (self.clock)()).await?;
        let Lease { generation, .. } = claimed.lease;
        Ok(Claim { generation, next_offset: claimed.next_offset })
    }
}
