//! Layout: the syn tree as text, with the header and with blank lines between items.

use std::str::FromStr;

use crate::polish::docs::LINE_END;

/// Writes the file.
pub(crate) fn text(file: &syn::File, header: &str) -> String {
    let code = prettyplease::unparse(file);
    let mut out = String::with_capacity(code.len() + code.len() / 16);
    out.push_str(header);
    out.push('\n');
    let mut previous = "";
    let mut lines = code.lines();
    while let Some(line) = lines.next() {
        if wants_blank(previous, line) {
            out.push('\n');
        }
        if line.trim() == OPEN_ENUM {
            let close = line.replace(OPEN_ENUM, "}");
            let mut tokens = String::new();
            for line in lines.by_ref() {
                previous = line;
                if line == close {
                    break;
                }
                tokens.push_str(line);
                tokens.push(' ');
            }
            out.push_str(&open_enum(&tokens, &close[..close.len() - 1]));
            continue;
        }
        let mut parts = line.split(LINE_END);
        out.push_str(parts.next().unwrap_or_default());
        out.push('\n');
        for part in parts {
            let indent = line.len() - line.trim_start().len();
            out.push_str(&line[..indent]);
            out.push_str("///");
            out.push_str(part);
            out.push('\n');
        }
        previous = line;
    }
    out
}

const OPEN_ENUM: &str = "open_enum! {";

/// One pair a line: prettyplease fills lines with the tokens of a macro.
fn open_enum(tokens: &str, indent: &str) -> String {
    let mut depth = 0;
    let mut out = format!("{indent}{OPEN_ENUM}\n");
    let mut line = String::new();
    let tokens: Vec<String> = proc_macro2::TokenStream::from_str(tokens)
        .into_iter()
        .flatten()
        .flat_map(flattened)
        .collect();
    for token in tokens {
        depth -= usize::from(token == "}");
        if token != "," && !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&token);
        if matches!(token.as_str(), "," | "{" | "}") {
            out.push_str(&format!("{indent}{}{line}\n", "    ".repeat(depth + 1)));
            line.clear();
        }
        depth += usize::from(token == "{");
    }
    out + indent + "}\n"
}

fn flattened(token: proc_macro2::TokenTree) -> Vec<String> {
    match token {
        proc_macro2::TokenTree::Group(group) => {
            let inner = group.stream().into_iter().flat_map(flattened);
            ["{".to_owned()]
                .into_iter()
                .chain(inner)
                .chain(["}".to_owned()])
                .collect()
        }
        other => vec![other.to_string()],
    }
}

/// Items stand apart from each other; the statements of a function do not.
fn wants_blank(previous: &str, line: &str) -> bool {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let (before, after) = (previous.trim(), line.trim());
    let item = |line: &str| {
        [
            "///",
            "#[",
            "pub ",
            "pub(crate) ",
            "impl",
            "const ",
            "fn ",
            "use ",
            "open_enum!",
        ]
        .iter()
        .any(|start| line.starts_with(start))
    };
    if previous.is_empty() {
        return true;
    }
    // What stands between an item's docs or attributes is part of it.
    if before.starts_with("///") || before.starts_with("#[") {
        return false;
    }
    if after.starts_with('}') || indent(previous) != indent(line) || indent(line) > 8 {
        return false;
    }
    let ends_item = before == "}" || before == "};" || before.ends_with("{}") || before.starts_with("#![");
    let ends_imports = before.starts_with("use ") && !after.starts_with("use ");
    let ends_constant =
        before.ends_with(';') && (indent(line) <= 4 && !before.starts_with("use ") || before.starts_with("type "));
    item(after) && (ends_item || ends_constant) || ends_imports
}
