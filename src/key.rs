//! The API key: where it is kept, and how it is kept out of everything that is printed.

use reqwest::header::{HeaderMap, HeaderValue};

use crate::error::Error;

/// An API key, ready to be sent.
///
/// It is kept as the header value that it is sent in. That is marked as sensitive, so that nothing
/// in the HTTP stack prints it; the type itself has no `Debug`.
pub(crate) struct Key {
    authorization: HeaderValue,
}

const SCHEME: &str = "Bearer ";
const STRUCK_OUT: &[u8] = b"[redacted]";
/// A beginning of the key that is shorter says nothing: every key starts with `ittybit_`.
const TELLING: usize = "ittybit_".len() + 1;

impl Key {
    /// Checks a key; `source` is the method or variable that it came from.
    pub(crate) fn new(key: &str, source: &str) -> Result<Self, Error> {
        if key.trim().is_empty() {
            return Err(Error::configuration(format!(
                "the API key is empty: set {source} to a key of your project"
            )));
        }
        if key.starts_with(SCHEME) {
            return Err(Error::configuration(format!(
                "the API key in {source} starts with `Bearer`; give the key alone"
            )));
        }
        if let Some(position) = key.chars().position(|c| !c.is_ascii_graphic()) {
            return Err(Error::configuration(format!(
                "the API key in {source} has a blank, a line end or a character that is not ASCII \
                 at position {} of {}; copy the key again",
                position + 1,
                key.chars().count()
            )));
        }
        let mut authorization = HeaderValue::try_from(format!("{SCHEME}{key}"))
            .map_err(|_| Error::configuration(format!("the API key in {source} is no header")))?;
        authorization.set_sensitive(true);
        Ok(Self { authorization })
    }

    /// The value of the `Authorization` header.
    pub(crate) fn authorization(&self) -> HeaderValue {
        self.authorization.clone()
    }

    fn bytes(&self) -> &[u8] {
        &self.authorization.as_bytes()[SCHEME.len()..]
    }

    /// Strikes the key out of something that the server sent: some echo it in their errors.
    pub(crate) fn strike_out(&self, mut text: Vec<u8>) -> Vec<u8> {
        let mut from = 0;
        while let Some(at) = self.find(&text[from..]) {
            let at = from + at;
            text.splice(at..at + self.bytes().len(), STRUCK_OUT.iter().copied());
            from = at + STRUCK_OUT.len();
        }
        // A body that was not read to its end may stop within the key.
        let beginnings = (TELLING..self.bytes().len()).rev();
        for beginning in beginnings.map(|length| &self.bytes()[..length]) {
            if text.ends_with(beginning) {
                text.truncate(text.len() - beginning.len());
                text.extend(STRUCK_OUT);
                break;
            }
        }
        text
    }

    /// [`strike_out`](Self::strike_out) for text.
    pub(crate) fn strike_out_text(&self, text: String) -> String {
        let text = self.strike_out(text.into_bytes());
        // The key is ASCII, so what is left around it is as much UTF-8 as before.
        String::from_utf8_lossy(&text).into_owned()
    }

    /// The headers, without the key in any value.
    pub(crate) fn strike_out_headers(&self, headers: &HeaderMap) -> HeaderMap {
        let mut headers = headers.clone();
        for value in headers.values_mut() {
            if self.is_in(value.as_bytes()) {
                *value = HeaderValue::from_static("[redacted]");
            }
        }
        headers
    }

    pub(crate) fn is_in(&self, text: &[u8]) -> bool {
        self.find(text).is_some()
    }

    fn find(&self, text: &[u8]) -> Option<usize> {
        let key = self.bytes();
        text.windows(key.len()).position(|window| window == key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_not_printed() {
        let key = Key::new("ittybit_secret", "`api_key`").unwrap();
        assert_eq!(key.authorization(), "Bearer ittybit_secret");
        assert_eq!(format!("{:?}", key.authorization()), "Sensitive");
    }

    #[test]
    fn struck_out_wherever_it_stands() {
        let key = Key::new("ittybit_secret", "`api_key`").unwrap();
        let text = b"ittybit_secret, ittybit_secre, ittybit_secretittybit_secret".to_vec();
        assert_eq!(key.strike_out(text), b"[redacted], ittybit_secre, [redacted][redacted]");
    }

    #[test]
    fn struck_out_where_the_text_stops_within_it() {
        let key = Key::new("ittybit_secret", "`api_key`").unwrap();
        assert_eq!(key.strike_out(b"Bearer ittybit_s".to_vec()), b"Bearer [redacted]");
        assert_eq!(key.strike_out(b"Bearer ittybit_secre".to_vec()), b"Bearer [redacted]");
        assert_eq!(key.strike_out(b"welcome to ittybit_".to_vec()), b"welcome to ittybit_");
    }

    #[test]
    fn a_key_that_stands_in_the_mark_ends() {
        let key = Key::new("red", "`api_key`").unwrap();
        assert_eq!(key.strike_out(b"red".to_vec()), STRUCK_OUT);
    }
}
