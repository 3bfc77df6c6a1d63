//! Secrets, and how they are redacted in everything that is printed or handed to callers.
//!
//! Some servers echo a credential in a header, an error or a log line. What comes from outside is
//! searched for secrets at one boundary: [`Failure`](crate::failure::Failure) for whatever becomes an
//! error, the headers of a response where it is received, and the URL in a span. This crate's own
//! messages are never searched, so a short secret does not garble them.
//!
//! A secret is found as it is, and where its characters are escaped: `\u0073` as in JSON, `\"`, and
//! `%2F` as in a URL. The search takes time linear in the text.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::{PoisonError, RwLock};

use reqwest::header::{HeaderMap, HeaderValue};

/// What a secret is replaced with.
const REDACTED: &str = "[redacted]";

/// The shortest beginning of a secret that is redacted at the end of a text that was cut. A shorter one
/// reveals nothing: many secrets begin with the same public prefix, such as `sk_live_`. Of a short secret,
/// more than half is redacted.
const SHORTEST_BEGINNING: usize = 9;

/// The length, in bytes, below which a secret is short.
const SHORT: usize = 12;

/// The shortest secret that is searched for in headers. A key of one letter is not a secret, and without
/// that letter `Has-More: true` could not be read.
const SHORTEST_IN_HEADERS: usize = 4;

/// How many fetched tokens are kept. They are replaced when they expire; a response may still quote one
/// of the last.
const MAX_TOKENS: usize = 8;

/// The secrets of a client: those it was built with, and the tokens that its providers fetched.
#[derive(Default)]
pub(crate) struct Secrets(RwLock<Known>);

#[derive(Default)]
struct Known {
    fixed: Vec<Secret>,
    /// The oldest first.
    tokens: Vec<Secret>,
}

struct Secret {
    text: Vec<u8>,
    /// For each length of a matched beginning, the longest shorter beginning that also ends there.
    fallback: Vec<usize>,
}

impl Secrets {
    /// Adds a secret for as long as the client lives; an empty text is none.
    pub(crate) fn add(&self, secret: &str) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let secrets = Secret::all_of(secret, &known);
        known.fixed.extend(secrets);
    }

    /// Adds a token that will be replaced, and drops the oldest of many.
    pub(crate) fn add_token(&self, token: &str) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let secrets = Secret::all_of(token, &known);
        known.tokens.extend(secrets);
        let surplus = known.tokens.len().saturating_sub(MAX_TOKENS);
        known.tokens.drain(..surplus);
    }

    /// The text without any secret.
    pub(crate) fn redact(&self, text: &mut String) {
        let ranges = self.ranges(text.as_bytes(), 1);
        if !ranges.is_empty() {
            // A secret is matched byte by byte; what is left beside it may not be UTF-8.
            *text = String::from_utf8_lossy(&replaced(text.as_bytes(), &ranges)).into_owned();
        }
    }

    /// The bytes without any secret, and where an offset into them has moved to.
    pub(crate) fn redact_bytes(&self, bytes: &mut Vec<u8>, offset: usize) -> usize {
        let ranges = self.ranges(bytes, 1);
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

    /// The values of headers without any secret.
    pub(crate) fn redact_headers(&self, headers: &mut HeaderMap) {
        for value in headers.values_mut() {
            let ranges = self.ranges(value.as_bytes(), SHORTEST_IN_HEADERS);
            if !ranges.is_empty() {
                // Bytes of a header are left, and those of the mark: both can be in a header.
                let redacted = HeaderValue::from_bytes(&replaced(value.as_bytes(), &ranges));
                *value = redacted.unwrap_or(HeaderValue::from_static(REDACTED));
            }
        }
    }

    /// Where secrets of at least `shortest` bytes are in the text: in order, and without overlaps.
    fn ranges(&self, text: &[u8], shortest: usize) -> Vec<Range<usize>> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        // A secret may itself look escaped, so each kind of escape is read alone, and both together.
        let escapes = [(true, false), (false, true), (true, true)].map(|(json, percent)| Escapes { json, percent });
        let here = Escapes {
            json: text.contains(&b'\\'),
            percent: text.contains(&b'%'),
        };
        let mut ranges = Vec::new();
        for secret in known.iter().filter(|secret| secret.text.len() >= shortest) {
            let mut search = Search::new(secret);
            for (position, byte) in text.iter().enumerate() {
                search.take(*byte, position..position + 1);
            }
            ranges = merged(ranges, &search.end());
            for escapes in escapes.iter().filter(|escapes| here.have(escapes)) {
                let mut search = Search::new(secret);
                escapes.read(text, |byte, place| search.take(byte, place));
                ranges = merged(ranges, &search.end());
            }
        }
        ranges
    }
}

/// Ranges in order and without overlaps, of two lists that are in order. (To sort them would cost every caller the
/// compilation of a sort.)
fn merged(known: Vec<Range<usize>>, found: &[Range<usize>]) -> Vec<Range<usize>> {
    if found.is_empty() {
        return known;
    }
    let (mut known, mut found) = (known.as_slice(), found);
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(known.len() + found.len());
    loop {
        let next = match (known, found) {
            ([next, rest @ ..], []) => {
                known = rest;
                next
            }
            ([next, rest @ ..], [other, ..]) if next.start <= other.start => {
                known = rest;
                next
            }
            (_, [next, rest @ ..]) => {
                found = rest;
                next
            }
            ([], []) => return merged,
        };
        match merged.last_mut() {
            Some(last) if next.start < last.end => last.end = last.end.max(next.end),
            _ => merged.push(next.clone()),
        }
    }
}

impl Known {
    fn iter(&self) -> impl Iterator<Item = &Secret> {
        self.fixed.iter().chain(&self.tokens)
    }
}

impl Secret {
    /// Adds the ways to write a secret that are not known yet.
    fn all_of(secret: &str, known: &Known) -> Vec<Self> {
        // A form writes a blank as `+`, which means `+` elsewhere.
        let mut texts = vec![Cow::Borrowed(secret)];
        if secret.contains(' ') {
            texts.push(Cow::Owned(secret.replace(' ', "+")));
        }
        texts.retain(|text| !text.is_empty() && known.iter().all(|secret| secret.text != text.as_bytes()));
        texts.iter().map(|text| Self::new(text.as_bytes())).collect()
    }

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

    /// The shortest beginning that is redacted at the end of a text.
    fn shortest_beginning(&self) -> usize {
        match self.text.len() {
            length if length < SHORT => (length / 2 + 1).max(4),
            _ => SHORTEST_BEGINNING,
        }
    }
}

/// Searches for a secret in bytes that each have a place in a text (Knuth, Morris and Pratt): a few steps
/// for each byte, whatever the text is.
struct Search<'a> {
    secret: &'a Secret,
    /// Where it was found.
    ranges: Vec<Range<usize>>,
    /// How much of the secret the last bytes are.
    matched: usize,
    /// Where the last bytes start, as a ring of the secret's length.
    starts: Vec<usize>,
    count: usize,
    end: usize,
}

impl<'a> Search<'a> {
    fn new(secret: &'a Secret) -> Self {
        Self {
            secret,
            ranges: Vec::new(),
            matched: 0,
            starts: vec![0; secret.text.len()],
            count: 0,
            end: 0,
        }
    }

    fn take(&mut self, byte: u8, place: Range<usize>) {
        let Secret { text, fallback } = self.secret;
        self.starts[self.count % text.len()] = place.start;
        self.end = place.end;
        self.count += 1;
        while self.matched > 0 && byte != text[self.matched] {
            self.matched = fallback[self.matched];
        }
        self.matched += usize::from(byte == text[self.matched]);
        if self.matched == text.len() {
            self.found();
            self.matched = 0;
        }
    }

    /// The text ends here, and may have been cut. Returns where the secret was found.
    fn end(mut self) -> Vec<Range<usize>> {
        if self.matched >= self.secret.shortest_beginning() {
            self.found();
        }
        self.ranges
    }

    fn found(&mut self) {
        let first = (self.count - self.matched) % self.starts.len();
        self.ranges.push(self.starts[first]..self.end);
    }
}

/// Ways to escape characters.
struct Escapes {
    /// With a backslash, as in JSON.
    json: bool,
    /// With a percent sign, as in a URL.
    percent: bool,
}

impl Escapes {
    fn have(&self, others: &Self) -> bool {
        (self.json || !others.json) && (self.percent || !others.percent)
    }

    /// Gives each byte of a text to `take`, with its place. What is escaped is given as the bytes that it
    /// means, all of them with the place of the whole escape.
    fn read(&self, text: &[u8], mut take: impl FnMut(u8, Range<usize>)) {
        let mut position = 0;
        while position < text.len() {
            let rest = &text[position..];
            let mut utf8 = [0; 4];
            let (bytes, length) = match rest {
                [b'\\', b'u', ..] if self.json => match escaped_character(rest) {
                    Some((character, length)) => (character.encode_utf8(&mut utf8).as_bytes(), length),
                    None => (&rest[..1], 1),
                },
                [b'\\', letter, ..] if self.json => match letter {
                    b'b' => (b"\x08".as_slice(), 2),
                    b'f' => (b"\x0c".as_slice(), 2),
                    b'n' => (b"\n".as_slice(), 2),
                    b'r' => (b"\r".as_slice(), 2),
                    b't' => (b"\t".as_slice(), 2),
                    b'"' | b'\'' | b'/' | b'\\' => (&rest[1..2], 2),
                    _ => (&rest[..1], 1),
                },
                [b'%', ..] if self.percent => match rest
                    .get(1..3)
                    .and_then(hexadecimal)
                    .and_then(|byte| u8::try_from(byte).ok())
                {
                    Some(byte) => {
                        utf8[0] = byte;
                        (&utf8[..1], 3)
                    }
                    None => (&rest[..1], 1),
                },
                _ => (&rest[..1], 1),
            };
            for byte in bytes {
                take(*byte, position..position + length);
            }
            position += length;
        }
    }
}

/// The character that an escape such as `\u0073` means, or two of them for one beyond the first plane, and
/// the length of the escape.
fn escaped_character(text: &[u8]) -> Option<(char, usize)> {
    let unit = |text: &[u8]| match text {
        [b'\\', b'u', digits @ ..] => u16::try_from(hexadecimal(digits.get(..4)?)?).ok(),
        _ => None,
    };
    let first = unit(text)?;
    let units = [first, text.get(6..).and_then(unit).unwrap_or_default()];
    let character = char::decode_utf16(units).next()?.ok()?;
    Some((character, 6 * character.len_utf16()))
}

/// The number of a text of only hexadecimal digits.
fn hexadecimal(digits: &[u8]) -> Option<u32> {
    digits
        .iter()
        .try_fold(0, |number, digit| Some(number * 16 + char::from(*digit).to_digit(16)?))
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
        assert_eq!(redacted("a/b%41", r"a\/b%41 a\/b%2541"), "[redacted] [redacted]");
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
    fn headers_keep_what_is_no_secret() {
        let secrets = Secrets::default();
        secrets.add("secret");
        let mut headers = HeaderMap::new();
        headers.insert("x-echo", HeaderValue::from_static("Bearer secret"));
        headers.insert("x-other", HeaderValue::from_static("fine"));
        let link = "<https://api.example.com/pets?key=%73ecret&after=7>; rel=\"next\"";
        headers.insert("link", HeaderValue::from_static(link));
        secrets.redact_headers(&mut headers);
        assert_eq!(headers["x-echo"], "Bearer [redacted]");
        assert_eq!(headers["x-other"], "fine");
        assert_eq!(
            headers["link"],
            "<https://api.example.com/pets?key=[redacted]&after=7>; rel=\"next\""
        );
    }

    #[test]
    fn a_key_of_one_letter_leaves_headers_readable() {
        let secrets = Secrets::default();
        secrets.add("e");
        let mut headers = HeaderMap::new();
        headers.insert("has-more", HeaderValue::from_static("true"));
        secrets.redact_headers(&mut headers);
        assert_eq!(headers["has-more"], "true");
    }

    #[test]
    fn the_beginning_of_a_short_secret_is_redacted_where_a_text_is_cut() {
        assert_eq!(redacted("pass1234", "it was pass1"), "it was [redacted]");
        assert_eq!(redacted("pass1234", "it was pass"), "it was pass");
    }

    #[test]
    fn secrets_that_are_not_ascii_are_found_where_they_are_escaped() {
        let secret = "pä€😀\tß";
        let json = r"p\u00e4\u20AC\ud83d\ude00\t\u00df";
        assert_eq!(redacted(secret, &format!("<{json}>")), "<[redacted]>");
        let url: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        assert_eq!(redacted(secret, &format!("<{url}>")), "<[redacted]>");
        // Half a pair is no character, and digits are digits.
        assert_eq!(redacted(secret, r"\ud83d \u+123 %+1"), r"\ud83d \u+123 %+1");
    }

    #[test]
    fn old_tokens_make_room_for_new_ones() {
        let secrets = Secrets::default();
        secrets.add("a fixed key that is longer than any token");
        for number in 0..1000 {
            secrets.add_token(&format!("token-{number:04}"));
        }
        let mut text = "token-0000 token-0992 token-0999 a fixed key that is longer than any token".to_owned();
        secrets.redact(&mut text);
        assert_eq!(text, "token-0000 [redacted] [redacted] [redacted]");
    }

    proptest! {
        #[test]
        fn nothing_of_a_secret_is_left(secret in "[a-c]{2,6}", text in "[a-d%\\\\]{0,80}") {
            prop_assert!(!redacted(&secret, &text).replace(REDACTED, "|").contains(&secret));
        }

        #[test]
        fn each_byte_of_a_text_is_read_once(text in r#"[a\\\\u0-9%"é]{0,80}"#) {
            let mut read = 0;
            Escapes { json: true, percent: true }.read(text.as_bytes(), |_, place| {
                if place.start == read {
                    read = place.end;
                }
                // Further bytes of one escape have its place.
                assert_eq!(place.end, read);
            });
            prop_assert_eq!(read, text.len());
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
