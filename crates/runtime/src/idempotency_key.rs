//! Idempotency keys: made once for a call, and the same on every attempt.

use std::hash::{BuildHasher, RandomState};

use reqwest::header::HeaderValue;

/// A key that no other call has: random bits in the form of a UUID of version 4 (RFC 9562).
pub(crate) fn idempotency_key() -> HeaderValue {
    // The standard library draws the keys of its hash maps from the system's random generator.
    let bits = || RandomState::new().hash_one(std::time::SystemTime::now());
    let (high, low) = (bits() & !0xf000 | 0x4000, bits() & (u64::MAX >> 2) | 1 << 63);
    let text = format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xffff,
        low >> 48,
        low & 0xffff_ffff_ffff
    );
    HeaderValue::try_from(text).expect("hexadecimal digits and hyphens are visible ASCII")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idempotency_keys_are_uuids_and_differ() {
        let keys: std::collections::HashSet<String> = (0..1000)
            .map(|_| idempotency_key().to_str().unwrap().to_owned())
            .collect();
        assert_eq!(keys.len(), 1000);
        for key in keys {
            let groups: Vec<usize> = key.split('-').map(str::len).collect();
            assert_eq!(groups, [8, 4, 4, 4, 12], "{key}");
            assert_eq!(key.as_bytes()[14], b'4', "{key}");
            assert!(b"89ab".contains(&key.as_bytes()[19]), "{key}");
        }
    }
}
