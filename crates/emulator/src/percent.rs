//! Percent-encoding, in paths and in queries.

use std::fmt::Write;

/// The pairs of a query or a form, decoded; or the part that cannot be.
pub(crate) fn pairs(query: &str) -> Result<Vec<(String, String)>, &str> {
    let parts = query.split('&').filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let form = |text: &str| decode(&text.replace('+', " "));
            form(name).zip(form(value)).ok_or(part)
        })
        .collect()
}

/// Decodes a percent-encoded text, if it is UTF-8.
pub(crate) fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let [high, low, tail @ ..] = rest else {
            return None;
        };
        let digit = |byte: u8| char::from(byte).to_digit(16);
        let byte = digit(*high)? * 16 + digit(*low)?;
        bytes.push(u8::try_from(byte).ok()?);
        rest = tail;
    }
    String::from_utf8(bytes).ok()
}

/// Appends a text, with every byte encoded that is not a letter, a digit or one of `-._~`.
pub(crate) fn encode(text: &str, out: &mut String) {
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => write!(out, "%{byte:02X}").expect("writing to a string"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn decodes_what_is_encoded_and_nothing_else() {
        assert_eq!(decode("a%20b%C3%A9"), Some("a bé".to_owned()));
        for broken in ["%", "%4", "%zz", "%+1", "%C3", "%FF"] {
            assert_eq!(decode(broken), None, "{broken}");
        }
        assert_eq!(pairs("a=1+%2B&b&&c=d=e").unwrap()[0].1, "1 +");
        assert_eq!(
            pairs("a=1+%2B&b&&c=d=e").unwrap()[1..],
            [("b".to_owned(), String::new()), ("c".to_owned(), "d=e".to_owned()),]
        );
        assert_eq!(pairs("a=1&b=%zz"), Err("b=%zz"));
    }

    proptest! {
        #[test]
        fn encoded_is_decoded(text in "\\PC*") {
            let mut encoded = String::new();
            encode(&text, &mut encoded);
            prop_assert!(encoded.is_ascii());
            prop_assert_eq!(decode(&encoded), Some(text));
        }

        #[test]
        fn no_query_panics(query in "[a-z=&%+0-9\\PC]{0,60}") {
            let _ = pairs(&query);
        }
    }
}
