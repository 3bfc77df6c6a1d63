//! prettyplease breaks lines at 89 columns. This module joins them again where they fit into the 120 columns of
//! this workspace, which affects a third of the lines of a client.

const WIDTH: usize = 120;

/// Joins lists in brackets and parentheses, and chains of calls, where the result fits into one line.
pub(crate) fn join(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    // The lines that end in an opening bracket which is not closed yet.
    let mut open: Vec<usize> = Vec::new();
    for line in text.lines() {
        let code = line.trim_start();
        lines.push(line.to_owned());
        if code.starts_with([')', ']'])
            && let Some(first) = open.pop()
            && let Some(joined) = joined(&lines[first..])
        {
            lines.truncate(first);
            lines.push(joined);
        }
        if !code.starts_with("//") && lines.last().is_some_and(|line| line.ends_with(['(', '['])) {
            open.push(lines.len() - 1);
        }
    }
    chains(&lines)
}

/// Joins method calls with their receiver, if the whole chain fits into one line.
fn chains(lines: &[String]) -> String {
    let mut out = String::new();
    let mut index = 0;
    while let Some(line) = lines.get(index) {
        let calls = lines[index + 1..].iter().take_while(|line| is_call(line)).count();
        let chain = &lines[index..=index + calls];
        let length = line.len() + chain[1..].iter().map(|call| call.trim_start().len()).sum::<usize>();
        let is_whole = calls > 0 && takes_calls(line) && chain.iter().all(|line| !line.ends_with(['(', '[', '{']));
        out.push_str(line);
        if is_whole && length <= WIDTH {
            chain[1..].iter().for_each(|call| out.push_str(call.trim_start()));
            index += calls;
        }
        out.push('\n');
        index += 1;
    }
    out
}

fn is_call(line: &str) -> bool {
    let code = line.trim_start();
    code.starts_with('.') && !code.starts_with("..")
}

fn takes_calls(line: &str) -> bool {
    let code = line.trim_start();
    let is_end = line.ends_with([';', ',', '}']) || code.starts_with([')', ']', '}']);
    !code.is_empty() && !is_end && !is_call(line) && !code.starts_with("//") && !code.starts_with('#')
}

/// The lines from an opening to a closing bracket as one line, if they fit.
fn joined(lines: &[String]) -> Option<String> {
    let (first, inner) = lines.split_first()?;
    let (closing, inner) = inner.split_last()?;
    let closing = closing.trim_start();
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
    // A tuple of one element needs its trailing comma.
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
    fn lines_that_fit_are_joined() {
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
    fn other_lines_stay_broken() {
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
