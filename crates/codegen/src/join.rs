//! Lines that prettyplease breaks at 89 columns, joined again where they fit into the width of this
//! workspace: a third of a client's lines.

const WIDTH: usize = 120;

/// Joins what fits: lists in brackets and parentheses, and the calls behind them.
pub(crate) fn join(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    // The lines that end in an opening bracket which is still open.
    let mut open: Vec<usize> = Vec::new();
    for line in text.lines() {
        let code = line.trim_start();
        if code.starts_with([')', ']']) {
            let joined = open.pop().and_then(|first| Some((first, joined(lines.get(first..)?, code)?)));
            match joined {
                Some((first, joined)) => {
                    lines.truncate(first);
                    lines.push(joined);
                }
                None => lines.push(line.to_owned()),
            }
        } else if let (true, Some(before)) = (code.starts_with('.') && !code.starts_with(".."), lines.last_mut())
            && goes_on(before)
            && before.len() + code.len() <= WIDTH
        {
            before.push_str(code);
        } else {
            lines.push(line.to_owned());
        }
        if lines.last().is_some_and(|line| line.ends_with(['(', '['])) && !code.starts_with("//") {
            open.push(lines.len() - 1);
        }
    }
    lines.join("\n") + "\n"
}

/// Whether a call can stand behind a line.
fn goes_on(line: &str) -> bool {
    let code = line.trim_start();
    !code.is_empty() && !code.starts_with("//") && !code.starts_with('#') && !line.ends_with(['{', '}', ';', ',', '(', '['])
}

/// The first of some lines, those behind it and the closing one, if all of it fits into one line.
fn joined(lines: &[String], closing: &str) -> Option<String> {
    let (first, inner) = lines.split_first()?;
    let length = first.len() + closing.len() + inner.iter().map(|line| line.trim_start().len() + 1).sum::<usize>();
    let is_simple = |line: &String| {
        let code = line.trim_start();
        !code.starts_with("//") && !code.starts_with('#') && !line.ends_with(['{', '(', '[']) && !code.starts_with('}')
    };
    if length > WIDTH + 1 || inner.is_empty() || !inner.iter().all(is_simple) {
        return None;
    }
    let inner: Vec<&str> = inner.iter().map(|line| line.trim_start()).collect();
    let mut inner = inner.join(" ");
    // Without its comma, a tuple of one would be what is in it.
    let is_tuple = first.trim_start() == "(" || first.ends_with(" (");
    if !is_tuple && inner.ends_with(',') {
        inner.pop();
    }
    Some(format!("{first}{inner}{closing}"))
}

#[cfg(test)]
mod tests {
    use super::join;

    #[test]
    fn what_fits_is_one_line() {
        let broken = "\
fn f(
    mut self,
    value: impl Into<String>,
) -> Self {
    self.a = argument::converted(
            \"text\",
            value,
        )
        .map(Some);
    let list = &[
        \"a\",
        \"b\",
    ];
    ...
}
";
        let joined = "\
fn f(mut self, value: impl Into<String>) -> Self {
    self.a = argument::converted(\"text\", value).map(Some);
    let list = &[\"a\", \"b\"];
    ...
}
";
        assert_eq!(join(broken), joined);
        assert_eq!(join(joined), joined);
    }

    #[test]
    fn what_does_not_fit_stays() {
        let long = "x".repeat(100);
        for text in [
            format!("f(\n    {long},\n    {long},\n);\n"),
            "f(\n    // Why.\n    1,\n);\n".to_owned(),
            "f(|| {\n    1\n});\n".to_owned(),
            "f(\n    || {\n        1\n    },\n);\n".to_owned(),
            "a;\n/// A doc (\n/// of two lines)\nb;\n".to_owned(),
        ] {
            assert_eq!(join(&text), text);
        }
    }
}
