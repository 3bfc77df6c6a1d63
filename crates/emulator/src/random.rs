//! Numbers that look random and follow from a seed.
//!
//! The generator is SplitMix64, written out here: a seed has to give the same data in every
//! version, which no crate of random numbers promises.

/// What the numbers are for. Each use draws from a stream of its own, so that a new draw for one
/// changes nothing for the others.
#[derive(Clone, Copy)]
pub(crate) enum Stream {
    TaskId = 1,
    RunId,
    KeyId,
    Kind,
    Status,
    Creator,
    CreatedAt,
    Content,
    Fate,
    Wait,
    Fault,
    Value,
    ItemId,
    ItemValue,
}

pub(crate) struct Random {
    state: u64,
}

impl Random {
    /// The numbers for the thing with this number in a stream.
    pub(crate) fn new(seed: u64, stream: Stream, number: u64) -> Self {
        Self {
            state: scramble(seed, stream, number),
        }
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.state)
    }

    /// From 0 to 1, without 1.
    pub(crate) fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// One of the numbers from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + (self.next() % (high - low + 1).unsigned_abs()).cast_signed()
    }

    pub(crate) fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.next() as usize % choices.len()]
    }

    /// The numbers below `length`, in some order (Fisher and Yates).
    pub(crate) fn permutation(&mut self, length: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..length).collect();
        for last in (1..length).rev() {
            order.swap(last, self.next() as usize % (last + 1));
        }
        order
    }
}

/// A number for each number, and never the same for two of one seed and stream.
pub(crate) fn scramble(seed: u64, stream: Stream, number: u64) -> u64 {
    mix(mix(seed ^ mix(stream as u64)).wrapping_add(number))
}

/// A hash of a text that is the same on every machine (FNV-1a).
pub(crate) fn number_of(text: &str) -> u64 {
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    })
}

/// The end of SplitMix64, which gives each number another one.
fn mix(mut number: u64) -> u64 {
    number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn is_splitmix64() {
        // The first numbers of the reference implementation for the state 1234567.
        let mut random = Random { state: 1_234_567 };
        let numbers = [random.next(), random.next(), random.next()];
        assert_eq!(
            numbers,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423
            ]
        );
    }

    #[test]
    fn scrambled_numbers_differ() {
        let ids: HashSet<_> = (0..10_000).map(|number| scramble(7, Stream::TaskId, number)).collect();
        assert_eq!(ids.len(), 10_000);
        assert_ne!(scramble(7, Stream::TaskId, 0), scramble(8, Stream::TaskId, 0));
        assert_ne!(scramble(7, Stream::TaskId, 0), scramble(7, Stream::RunId, 0));
    }

    #[test]
    fn between_takes_both_ends() {
        let mut random = Random::new(1, Stream::Content, 0);
        let drawn: HashSet<_> = (0..200).map(|_| random.between(-1, 2)).collect();
        assert_eq!(drawn, HashSet::from([-1, 0, 1, 2]));
    }
}
