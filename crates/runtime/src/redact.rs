//! Secrets, and how they are kept out of everything that is printed or handed to callers.
//!
//! Some servers echo a credential in a header, an error or a log line. What comes from outside is
//! searched for secrets at one boundary: [`Failure`](crate::failure::Failure) for whatever becomes an
//! error, the headers of a response where it is received, and the URL in a span. This crate's own
//! sentences are never searched, so a short secret does not garble them.
//!
//! A secret is found as it is, and where its characters are escaped: `\u0073` as in JSON, `\"`, and
//! `%2F` as in a URL. The search takes time linear in the text.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::RwLock;

use reqwest::header::{HeaderMap, HeaderValue};

/// What a secret is replaced with.
const REDACTED: &str = "[redacted]";

/// The shortest beginning of a secret that is redacted at the end of a text that was cut. A shorter one
/// gives nothing away: many secrets begin with the same public prefix, such as `sk_live_`.
const SHORTEST_BEGINNING: usize = 9;

/// How many secrets are kept. Tokens are replaced when they expire; a response may still quote the last.
const MAX_SECRETS: usize = 32;

/// The secrets of a client: those it was built with, and the tokens that its providers gave it.
#[derive(Default)]
pub(crate) struct Secrets(RwLock<Vec<Secret>>);

struct Secret {
    text: Vec<u8>,
    /// For each length of a matched beginning, the longest shorter beginning that also ends there.
    fallback: Vec<usize>,
}

impl Secrets {
    /// Adds a secret; an empty text is none.
    pub(crate) fn add(&self, secret: &str) {
        let mut secrets = self.0.write().unwrap_or_else(|poisoned| poisoned.into_inner());
        let texts = [Cow::Borrowed(secret), Cow::Owned(secret.replace(' ', "+"))];
        for text in texts {
            if !text.is_empty() && !secrets.iter().any(|known| known.text == text.as_bytes()) {
                secrets.push(Secret::new(text.as_bytes()));
            }
        }
        let surplus = secrets.len().saturating_sub(MAX_SECRETS);
        secrets.drain(..surplus);
        // The longest first: a secret may be a part of another.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.text.len()));
    }

    /// The text without any secret.
    pub(crate) fn redact(&self, text: &mut String) {
        let ranges = self.ranges(text.as_bytes());
        if !ranges.is_empty() {
            // A secret is matched byte by byte; what is left beside it may not be UTF-8.
            *text = String::from_utf8_lossy(&replaced(text.as_bytes(), &ranges)).into_owned();
        }
    }

    /// The bytes without any secret, and where an offset into them has moved to.
    pub(crate) fn redact_bytes(&self, bytes: &mut Vec<u8>, offset: usize) -> usize {
        let ranges = self.ranges(bytes);
        if ranges.is_empty() {
            return offset;
        }
        *bytes = replaced(bytes, &ranges);
        let mut moved = offset;
        for range in ranges.iter().take_while(|range| range.start < offset) {
            let removed = range.end.min(offset) - range.start;
            moved = moved + REDACTED.len() - removed;
        }
        moved
    }

    /// Replaces the value of each header that holds a secret.
    pub(crate) fn redact_headers(&self, headers: &mut HeaderMap) {
        for value in headers.values_mut() {
            if !self.ranges(value.as_bytes()).is_empty() {
                *value = HeaderValue::from_static(REDACTED);
            }
        }
    }

    /// Where secrets are in the text: in order, and without overlaps.
    fn ranges(&self, text: &[u8]) -> Vec<Range<usize>> {
        let secrets = self.0.read().unwrap_or_else(|poisoned| poisoned.into_inner());
        let is_escaped = text.iter().any(|byte| matches!(byte, b'\\' | b'%'));
        let mut ranges = Vec::new();
        for secret in secrets.iter() {
            secret.find(plain(text), &mut ranges);
            if is_escaped {
                secret.find(unescaped(text), &mut ranges);
            }
        }
        ranges.sort_by_key(|range| range.start);
        ranges.dedup_by(|next, last| {
            let overlaps = next.start < last.end;
            if overlaps {
                last.end = last.end.max(next.end);
            }
            overlaps
        });
        ranges
    }
}

impl Secret {
    fn new(text: &[u8]) -> Self {
        let mut fallback = vec![0; text.len() + 1];
        let mut matched = 0;
        for position in 1..text.len() {
            while matched > 0 && text[position] != text[matched] {
                matched = fallback[matched];
            }
            matched += usize::from(text[position] == text[matched]);
            fallback[position + 1] = matched;
        }
        Self {
            text: text.to_vec(),
            fallback,
        }
    }

    /// Finds the secret in characters that each have a place in the text (Knuth, Morris and Pratt).
    fn find(&self, text: impl Iterator<Item = (u8, Range<usize>)>, ranges: &mut Vec<Range<usize>>) {
        let mut matched = 0;
        // Where the characters start that may belong to the match, as a ring of the secret's length.
        let mut starts = vec![0; self.text.len()];
        let mut end = 0;
        let mut count = 0;
        for (byte, place) in text {
            starts[count % self.text.len()] = place.start;
            end = place.end;
            count += 1;
            while matched > 0 && byte != self.text[matched] {
                matched = self.fallback[matched];
            }
            matched += usize::from(byte == self.text[matched]);
            if matched == self.text.len() {
                ranges.push(starts[(count - matched) % self.text.len()]..end);
                matched = 0;
            }
        }
        if matched >= SHORTEST_BEGINNING {
            ranges.push(starts[(count - matched) % self.text.len()]..end);
        }
    }
}

fn plain(text: &[u8]) -> impl Iterator<Item = (u8, Range<usize>)> {
    text.iter()
        .enumerate()
        .map(|(position, byte)| (*byte, position..position + 1))
}

/// The characters of a text in which some are escaped, as in JSON or in a URL.
fn unescaped(text: &[u8]) -> impl Iterator<Item = (u8, Range<usize>)> {
    let mut position = 0;
    std::iter::from_fn(move || {
        let start = position;
        let hex = |digits: Range<usize>| {
            let digits = std::str::from_utf8(text.get(digits)?).ok()?;
            u8::try_from(u32::from_str_radix(digits, 16).ok()?).ok()
        };
        let escaped = match (text.get(start)?, text.get(start + 1)) {
            (b'\\', Some(b'u')) => hex(start + 2..start + 6).map(|byte| (byte, 6)),
            (b'\\', Some(byte @ (b'"' | b'\\' | b'/' | b'\''))) => Some((*byte, 2)),
            (b'%', Some(_)) => hex(start + 1..start + 3).map(|byte| (byte, 3)),
            _ => None,
        };
        let (byte, length) = escaped.unwrap_or((text[start], 1));
        position += length;
        Some((byte, start..position))
    })
}

fn replaced(text: &[u8], ranges: &[Range<usize>]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut from = 0;
    for range in ranges {
        out.extend_from_slice(&text[from..range.start]);
        out.extend_from_slice(REDACTED.as_bytes());
        from = range.end;
    }
    out.extend_from_slice(&text[from..]);
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn redacted(secret: &str, text: &str) -> String {
        let secrets = Secrets::default();
        secrets.add(secret);
        let mut text = text.to_owned();
        secrets.redact(&mut text);
        text
    }

    #[test]
    fn every_occurrence_is_redacted() {
        assert_eq!(
            redacted(
                "key_0123_secret",
                "key_0123_secret, key_0123_secre, key_0123_secretkey_0123_secret"
            ),
            "[redacted], key_0123_secre, [redacted][redacted]"
        );
    }

    #[test]
    fn a_beginning_at_the_end_of_the_text_is_redacted() {
        assert_eq!(redacted("key_0123_secret", "Bearer key_0123_"), "Bearer [redacted]");
        assert_eq!(
            redacted("key_0123_secret", "Bearer key_0123_secre"),
            "Bearer [redacted]"
        );
        assert_eq!(
            redacted("key_0123_secret", "welcome to key_0123"),
            "welcome to key_0123"
        );
    }

    #[test]
    fn a_secret_that_is_part_of_the_mark_is_redacted_once() {
        assert_eq!(redacted("red", "red"), REDACTED);
        assert_eq!(redacted("a", "banana"), "b[redacted]n[redacted]n[redacted]");
    }

    #[test]
    fn escaped_characters_are_read() {
        assert_eq!(
            redacted("key/\"1\"", r#"say key\/\"1\" and key%2F%221%22"#),
            "say [redacted] and [redacted]"
        );
        assert_eq!(redacted("secret", r"\u0073ecre\u0074 \u007"), r"[redacted] \u007");
        assert_eq!(redacted("100%25", "100%25 100%2525"), "[redacted] [redacted]");
        assert_eq!(redacted("two words", "?q=two+words"), "?q=[redacted]");
    }

    #[test]
    fn secrets_that_repeat_themselves_are_found() {
        assert_eq!(redacted("aab", "aaab"), "a[redacted]");
        assert_eq!(redacted("abab", "ababab"), "[redacted]ab");
    }

    #[test]
    fn an_offset_moves_with_its_text() {
        let secrets = Secrets::default();
        secrets.add("0123456789abcdef");
        let mut body = b"<0123456789abcdef> here".to_vec();
        let moved = secrets.redact_bytes(&mut body, 19);
        assert_eq!(&body[moved..], b"here");
    }

    #[test]
    fn headers_are_replaced_whole() {
        let secrets = Secrets::default();
        secrets.add("secret");
        let mut headers = HeaderMap::new();
        headers.insert("x-echo", HeaderValue::from_static("Bearer secret"));
        headers.insert("x-other", HeaderValue::from_static("fine"));
        secrets.redact_headers(&mut headers);
        assert_eq!(headers["x-echo"], REDACTED);
        assert_eq!(headers["x-other"], "fine");
    }

    #[test]
    fn old_tokens_make_room_for_new_ones() {
        let secrets = Secrets::default();
        for number in 0..1000 {
            secrets.add(&format!("token-{number:04}"));
        }
        let mut text = "token-0000 token-0999".to_owned();
        secrets.redact(&mut text);
        assert_eq!(text, "token-0000 [redacted]");
    }

    proptest! {
        #[test]
        fn nothing_of_a_secret_is_left(secret in "[a-c]{2,6}", text in "[a-d%\\\\]{0,80}") {
            prop_assert!(!redacted(&secret, &text).replace(REDACTED, "|").contains(&secret));
        }

        #[test]
        fn no_text_panics(secret in any::<String>(), text in any::<String>(), offset in 0usize..200) {
            redacted(&secret, &text);
            let secrets = Secrets::default();
            secrets.add(&secret);
            let mut body = text.into_bytes();
            let offset = offset.min(body.len());
            prop_assert!(secrets.redact_bytes(&mut body, offset) <= body.len());
        }
    }
}
