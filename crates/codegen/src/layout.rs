//! Layout: formats the syn tree as text, with the header and with blank lines between items.

use std::str::FromStr;

use crate::emit::docs::{CRATE, LINE_END};

/// The text of the file.
pub(crate) fn text(file: &syn::File, header: &str, crate_name: &str) -> String {
    let code = prettyplease::unparse(file);
    let mut out = String::with_capacity(code.len() + code.len() / 16);
    out.push_str(header);
    out.push('\n');
    let mut previous = Line::default();
    let mut lines = code.lines().map(Line::new);
    while let Some(line) = lines.next() {
        if wants_blank(previous, line) {
            out.push('\n');
        }
        if MACROS.contains(&line.code) {
            let mut tokens = String::new();
            for inner in lines.by_ref() {
                previous = inner;
                if inner.indent == line.indent && inner.code == "}" {
                    break;
                }
                tokens.push_str(inner.code);
                tokens.push(' ');
            }
            invocation(&mut out, line.code, &tokens, line.indent, crate_name);
            continue;
        }
        write(&mut out, line.indent, line.code, crate_name);
        previous = line;
    }
    out
}

/// Writes a line. A doc attribute contains several lines, separated by [`LINE_END`].
fn write(out: &mut String, indent: &str, code: &str, crate_name: &str) {
    for (index, part) in code.split(LINE_END).enumerate() {
        out.push_str(indent);
        out.push_str(if index == 0 { "" } else { "///" });
        out.push_str(&part.replace(CRATE, crate_name));
        out.push('\n');
    }
}

/// A line, split into its indentation and the rest.
#[derive(Clone, Copy, Default)]
struct Line<'c> {
    indent: &'c str,
    code: &'c str,
}

impl<'c> Line<'c> {
    fn new(line: &'c str) -> Self {
        let indent = line.bytes().take_while(|byte| *byte == b' ').count();
        let (indent, code) = line.split_at(indent);
        Self { indent, code }
    }
}

/// The macros whose invocations are laid out here: in each, members end in a comma.
const MACROS: [&str; 6] = [
    "open_enum! {",
    "ittybit_runtime::client! {",
    "ittybit_runtime::fit! {",
    "ittybit_runtime::request_builder! {",
    "ittybit_runtime::union! {",
    "ittybit_runtime::value_builder! {",
];

/// Writes one member per line. prettyplease would fill the lines with the tokens of a macro.
fn invocation(out: &mut String, head: &str, tokens: &str, indent: &str, crate_name: &str) {
    let mut depth = 1;
    // A comma between the generic arguments of a type does not end the line.
    let mut generics = 0;
    out.push_str(&format!("{indent}{head}\n"));
    let mut line = String::new();
    let tokens: Vec<String> = proc_macro2::TokenStream::from_str(tokens)
        .into_iter()
        .flatten()
        .flat_map(flattened)
        .collect();
    let mut tokens = tokens.iter().map(String::as_str).peekable();
    while let Some(token) = tokens.next() {
        if token == "#" && tokens.next_if_eq(&"[").is_some() {
            let attribute: Vec<&str> = tokens.by_ref().take_while(|token| *token != "]").collect();
            let code = match attribute.as_slice() {
                ["doc", "=", text] => {
                    let text = syn::parse_str::<syn::LitStr>(text).map(|text| text.value());
                    format!("///{}", text.unwrap_or_default())
                }
                attribute => format!("#[{}]", attribute.concat()),
            };
            write(out, &format!("{indent}{}", "    ".repeat(depth)), &code, crate_name);
            continue;
        }
        let (opens, closes) = (matches!(token, "{" | "["), matches!(token, "}" | "]"));
        depth -= usize::from(closes);
        match token {
            "<" => generics += 1,
            ">" => generics -= 1,
            _ => {}
        }
        if is_apart(&line, token) {
            line.push(' ');
        }
        line.push_str(token);
        // A closing bracket and the comma after it are on the same line.
        let comma_follows = closes && tokens.peek() == Some(&",");
        let is_empty = opens && matches!(tokens.peek(), Some(&("}" | "]")));
        if is_empty {
            line.extend(tokens.next());
        } else if token == "," && generics == 0 || opens || closes && !comma_follows {
            out.push_str(&format!("{indent}{}{line}\n", "    ".repeat(depth)));
            line.clear();
        }
        depth += usize::from(opens && !is_empty);
    }
    if !line.is_empty() {
        out.push_str(&format!("{indent}    {line}\n"));
    }
    out.push_str(&format!("{indent}}}\n"));
}

/// Whether there is a space before a token.
fn is_apart(line: &str, token: &str) -> bool {
    let opens = token == "(" && line.ends_with(|end: char| end.is_alphanumeric());
    let is_tight = matches!(token, "," | ":" | "<" | ">" | ")") || opens;
    !line.is_empty() && !is_tight && !line.ends_with(['<', '(']) && !line.ends_with("::")
}

fn flattened(token: proc_macro2::TokenTree) -> Vec<String> {
    use proc_macro2::{Delimiter, TokenTree};
    let (opening, group, closing) = match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => ("(", group, ")"),
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => ("{", group, "}"),
        TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket => ("[", group, "]"),
        other => return vec![other.to_string()],
    };
    let inner = group.stream().into_iter().flat_map(flattened);
    [opening.to_owned()]
        .into_iter()
        .chain(inner)
        .chain([closing.to_owned()])
        .collect()
}

/// Whether there is a blank line between two lines: between items, but not between the statements of a function.
fn wants_blank(previous: Line, line: Line) -> bool {
    let (before, after) = (previous.code, line.code);
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
            "static ",
            "pub(crate) static ",
        ]
        .iter()
        .chain(&MACROS)
        .any(|start| line.starts_with(start))
    };
    if before.is_empty() {
        return true;
    }
    // Docs and attributes belong to the item below them.
    if before.starts_with("///") || before.starts_with("#[") {
        return false;
    }
    let indent = line.indent.len();
    if after.starts_with('}') || previous.indent.len() != indent || indent > 8 {
        return false;
    }
    let ends_item = before == "}" || before == "};" || before.ends_with("{}") || before.starts_with("#![");
    let ends_imports = before.starts_with("use ") && !after.starts_with("use ");
    let ends_constant =
        before.ends_with(';') && (indent <= 4 && !before.starts_with("use ") || before.starts_with("type "));
    item(after) && (ends_item || ends_constant) || ends_imports
}
