//! JSON pointers ([RFC 6901]), which identify a value inside a document.
//!
//! ```
//! use ittybit_spec::pointer;
//!
//! let get = pointer::join("/paths", ["/tasks", "get"]);
//! assert_eq!(get, "/paths/~1tasks/get");
//! assert_eq!(pointer::parse(&get).unwrap(), ["paths", "/tasks", "get"]);
//! ```
//!
//! [RFC 6901]: https://www.rfc-editor.org/rfc/rfc6901

use std::borrow::Cow;

/// A token as it is written in a pointer: `~` becomes `~0` and `/` becomes `~1`.
pub(crate) fn escape(token: &str) -> Cow<'_, str> {
    if token.contains(['~', '/']) {
        Cow::Owned(token.replace('~', "~0").replace('/', "~1"))
    } else {
        Cow::Borrowed(token)
    }
}

/// Appends one token to a pointer.
///
/// ```
/// let mut place = String::from("/paths");
/// ittybit_spec::pointer::push(&mut place, "/tasks");
/// assert_eq!(place, "/paths/~1tasks");
/// ```
pub fn push(pointer: &mut String, token: &str) {
    pointer.push('/');
    pointer.push_str(&escape(token));
}

/// A pointer with several tokens appended.
pub fn join<T: AsRef<str>>(base: &str, tokens: impl IntoIterator<Item = T>) -> String {
    let mut pointer = base.to_owned();
    for token in tokens {
        push(&mut pointer, token.as_ref());
    }
    pointer
}

/// The tokens of a pointer, or `None` where it is malformed: it does not begin with `/`, or has a `~`
/// that is not part of `~0` or `~1`.
pub fn parse(pointer: &str) -> Option<Vec<String>> {
    if pointer.is_empty() {
        return Some(Vec::new());
    }
    pointer.strip_prefix('/')?.split('/').map(unescape).collect()
}

fn unescape(token: &str) -> Option<String> {
    let mut text = String::with_capacity(token.len());
    let mut characters = token.chars();
    while let Some(character) = characters.next() {
        text.push(match character {
            '~' => match characters.next()? {
                '0' => '~',
                '1' => '/',
                _ => return None,
            },
            other => other,
        });
    }
    Some(text)
}
