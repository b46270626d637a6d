//! Seeded numbers for tests: the same damage every time.

/// xorshift64*.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11;
        usize::try_from(number).unwrap() % bound
    }

    /// A copy with a few bytes changed within the first `reach` bytes, now and then to values that make huge numbers.
    pub(crate) fn damage(&mut self, bytes: &[u8], reach: usize) -> Vec<u8> {
        let mut damaged = bytes.to_vec();
        for _ in 0..=self.below(4) {
            let at = self.below(reach.min(bytes.len()));
            damaged[at] = match self.below(4) {
                0 => 0xff,
                1 => 0,
                2 => damaged[at] ^ (1 << self.below(8)),
                _ => u8::try_from(self.below(256)).unwrap(),
            };
        }
        damaged
    }
}
