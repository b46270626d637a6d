//! Which partition a key lies in, as our producers and the usual Kafka clients choose it.

/// The partitioner of every producer of ours; it cannot be changed by settings, since [`partition_of`] relies on it.
pub(crate) const PARTITIONER: &str = "murmur2_random";

/// The partition of `partitions` (at least 1) that records of a key, which is not empty, are sent to.
pub fn partition_of(key: &[u8], partitions: i32) -> i32 {
    let hash = i32::try_from(murmur2(key) & 0x7fff_ffff).unwrap_or(0);
    hash % partitions.max(1)
}

/// Austin Appleby's `MurmurHash2` with the seed that Kafka chose.
fn murmur2(bytes: &[u8]) -> u32 {
    const SEED: u32 = 0x9747_b28c;
    const FACTOR: u32 = 0x5bd1_e995;
    let (words, rest) = bytes.as_chunks();
    let mut hash = SEED ^ u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    for word in words {
        let word = u32::from_le_bytes(*word).wrapping_mul(FACTOR);
        hash = hash.wrapping_mul(FACTOR) ^ (word ^ (word >> 24)).wrapping_mul(FACTOR);
    }
    if !rest.is_empty() {
        let rest = rest.iter().rev().fold(0, |value, byte| value << 8 | u32::from(*byte));
        hash = (hash ^ rest).wrapping_mul(FACTOR);
    }
    hash = (hash ^ (hash >> 13)).wrapping_mul(FACTOR);
    hash ^ (hash >> 15)
}
