//! Values and choices as error messages show them.

/// A value for a message; an empty one is named, because it would be overlooked.
pub(crate) fn shown(value: &str) -> String {
    match value {
        "" => "empty".to_owned(),
        _ => format!("`{}`", excerpt(value)),
    }
}

/// The start of a text that someone sent.
pub(crate) fn excerpt(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Names to choose from: "`a`, `b` or `c`".
pub(crate) fn one_of<T: AsRef<str>>(names: impl IntoIterator<Item = T>) -> String {
    const MOST: usize = 20;
    let mut names: Vec<_> = names.into_iter().map(|name| format!("`{}`", name.as_ref())).collect();
    if names.len() > MOST {
        names.truncate(MOST);
        names.push("others of the document".to_owned());
    }
    match names.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} or {last}", others.join(", ")),
        _ => names.concat(),
    }
}
