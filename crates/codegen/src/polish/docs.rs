//! Docs: the words of the document as rustdoc comments.

use crate::model::About;
use proc_macro2::{Literal, TokenStream};
use quote::quote;

/// Lines of prose longer than this are wrapped; shorter ones are left as their author broke them.
const LONGEST: usize = 100;

/// What lines are wrapped to.
const WIDTH: usize = 88;

/// The docs and the deprecation of an item; `more` is put below the document's words.
pub(crate) fn item(about: &About, more: Option<&str>) -> TokenStream {
    let deprecated = about.deprecated.then(|| quote! { #[deprecated] });
    let text = [about.docs.as_deref().map(for_rustdoc), more.map(str::to_owned)];
    let text: Vec<String> = text
        .into_iter()
        .flatten()
        .filter(|text| !text.trim().is_empty())
        .collect();
    let docs = match text.as_slice() {
        [] => quote! { #[undocumented] },
        text => lines(&text.join("\n\n")),
    };
    quote! { #docs #deprecated }
}

/// Stands for the end of a line of docs. All lines of an item are one attribute until they are laid
/// out: most of the code is docs, and an attribute a line would take most of the time.
pub(crate) const LINE_END: char = '\u{1}';

/// Docs that are rustdoc already.
pub(crate) fn lines(text: &str) -> TokenStream {
    let text = text.replace(turns_direction, "");
    let lines: Vec<String> = wrapped(text.trim_end())
        .into_iter()
        .map(|line| if line.is_empty() { line } else { format!(" {line}") })
        .collect();
    let text = lines.join(&LINE_END.to_string());
    // Raw, because escaping each character takes long, and layout takes it back.
    let raw = format!("r####\"{text}\"####").parse();
    let text = raw.unwrap_or_else(|_| Literal::string(&text));
    quote! { #[doc = #text] }
}

/// Whether a character turns the direction of text, which rustc refuses in comments: code could look
/// like other code.
fn turns_direction(char: char) -> bool {
    matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A text as CommonMark writes code, which knows no escapes: between more backticks than it has.
pub(crate) fn code(text: &str) -> String {
    let longest = text.split(|char| char != '`').map(str::len).max().unwrap_or_default();
    let ticks = "`".repeat(longest + 1);
    let space = if text.starts_with('`') || text.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{ticks}{space}{text}{space}{ticks}")
}

/// A first sentence ends in a full stop.
pub(crate) fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.is_empty() || text.ends_with(['.', '!', '?', ':']) {
        text.to_owned()
    } else {
        format!("{text}.")
    }
}

/// CommonMark as rustdoc reads it: no code that is taken for a test, no link that leads nowhere, no
/// HTML by accident.
pub(crate) fn for_rustdoc(text: &str) -> String {
    let mut out = Vec::new();
    let mut fence: Option<String> = None;
    let mut after_blank = true;
    let text = text.replace("\r\n", "\n").replace('\t', "    ").replace(LINE_END, " ");
    for line in text.trim().lines() {
        let line = line.trim_end();
        let trimmed = line.trim_start();
        let indent = line.len() - trimmed.len();
        let ticks: String = trimmed
            .chars()
            .take_while(|char| *char == '`' || *char == '~')
            .collect();
        if let Some(open) = &fence {
            if ticks.starts_with(open.as_str()) && trimmed.len() == ticks.len() {
                fence = None;
            }
            out.push(line.to_owned());
        } else if ticks.len() >= 3 {
            let language = trimmed[ticks.len()..].trim();
            let language = if is_rust(language) { "text" } else { language };
            out.push(format!("{}{ticks}{language}", &line[..indent]));
            fence = Some(ticks);
        } else if indent >= 4 && after_blank {
            // An indented block is code, and would be run as a test.
            out.push("```text".to_owned());
            out.push(trimmed.to_owned());
            out.push("```".to_owned());
        } else {
            out.push(format!("{}{}", &line[..indent], escaped(trimmed)));
        }
        after_blank = trimmed.is_empty();
    }
    out.extend(fence);
    out.join("\n")
}

/// Whether rustdoc takes a block of code for a test: without a language, and with one of its words.
fn is_rust(language: &str) -> bool {
    let word = |word: &str| {
        let error_code = word.strip_prefix('E').is_some_and(|code| code.parse::<u16>().is_ok());
        let known = [
            "rust",
            "should_panic",
            "no_run",
            "test_harness",
            "compile_fail",
            "standalone_crate",
            "custom",
        ];
        known.contains(&word) || word.starts_with("ignore") || word.starts_with("edition") || error_code
    };
    language.split([',', ' ', '{', '}']).all(str::is_empty) || language.split([',', ' ', '{', '}']).any(word)
}

/// One line of prose, outside of `code` spans.
fn escaped(line: &str) -> String {
    let mut out = String::new();
    for (index, part) in line.split('`').enumerate() {
        if index > 0 {
            out.push('`');
        }
        // An odd number of ticks before it: inside a span, if the span ends.
        if index % 2 == 1 && line.matches('`').count() > index {
            out.push_str(part);
            continue;
        }
        let mut rest = part;
        while let Some(char) = rest.chars().next() {
            let url = rest.starts_with("https://") || rest.starts_with("http://");
            if url && !out.ends_with(['<', '(']) {
                let end = rest
                    .find(|char: char| char.is_whitespace() || "<>\"')]".contains(char))
                    .unwrap_or(rest.len());
                let address = rest[..end].trim_end_matches(['.', ',', ';', ':', '!', '?']);
                out.push_str(&format!("<{address}>"));
                rest = &rest[address.len()..];
                continue;
            }
            match char {
                '[' if is_link(rest) => out.push('['),
                '[' => out.push_str("\\["),
                '<' if is_autolink(rest) => out.push('<'),
                '<' => out.push_str("\\<"),
                other => out.push(other),
            }
            rest = &rest[char.len_utf8()..];
        }
    }
    out
}

fn is_link(rest: &str) -> bool {
    rest.find(']').is_some_and(|end| {
        let target = &rest[end + 1..];
        target.starts_with("(http") || target.starts_with("(#") || target.starts_with("(mailto:")
    })
}

fn is_autolink(rest: &str) -> bool {
    ["<https://", "<http://", "<mailto:"]
        .iter()
        .any(|scheme| rest.starts_with(scheme))
        && rest.contains('>')
}

/// Breaks lines of prose that are too long. What is broken off begins the next line of the paragraph.
fn wrapped(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut in_code = false;
    let mut broken_off: Option<String> = None;
    for line in text.lines() {
        let trimmed = line.trim_start();
        let fence = trimmed.starts_with("```") || trimmed.starts_with("~~~");
        let prose = !in_code && !fence && !trimmed.is_empty() && !trimmed.starts_with(['|', '#', '>']);
        in_code ^= fence;
        let mut line = line.to_owned();
        if let Some(begun) = broken_off.take() {
            let first = trimmed.split(' ').next().unwrap_or_default();
            if prose && !starts_block(first) && !begun.ends_with('\\') {
                line = format!("{begun} {trimmed}");
            } else {
                out.push(begun);
            }
        }
        if !prose || line.chars().count() <= LONGEST {
            out.push(line);
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        let bullet = ["- ", "* ", "+ "]
            .iter()
            .any(|bullet| line[indent..].starts_with(bullet));
        let follow = " ".repeat(if bullet { indent + 2 } else { indent });
        let mut current = line[..indent].to_owned();
        for word in line[indent..].split(' ') {
            if current.trim_start().is_empty() {
                current.push_str(word);
            } else if current.chars().count() + 1 + word.chars().count() > WIDTH && !starts_block(word) {
                out.push(std::mem::replace(&mut current, format!("{follow}{word}")));
            } else {
                current.push(' ');
                current.push_str(word);
            }
        }
        broken_off = Some(current);
    }
    out.extend(broken_off);
    out
}

/// Whether a word would begin something other than prose at the start of a line.
fn starts_block(word: &str) -> bool {
    let number = word.trim_end_matches(['.', ')']);
    word.starts_with(['#', '>', '|', '-', '+', '*', '=', '~'])
        || word.starts_with("```")
        || number.len() < word.len() && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// Takes out the stand-ins for missing docs; whether there was one.
pub(crate) fn take_out_undocumented(attributes: &mut Vec<syn::Attribute>) -> bool {
    let before = attributes.len();
    attributes.retain(|attribute| !attribute.path().is_ident("undocumented"));
    attributes.len() < before
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_is_safe_for_rustdoc() {
        for (document, rustdoc) in [
            ("See https://a.b/c.", "See <https://a.b/c>."),
            ("From [0, 100].", "From \\[0, 100]."),
            ("A [link](https://a.b).", "A [link](https://a.b)."),
            (
                "`Authorization: Bearer <key>` or <key>",
                "`Authorization: Bearer <key>` or \\<key>",
            ),
            ("<https://a.b>", "<https://a.b>"),
            ("```\nlet x\n```", "```text\nlet x\n```"),
            ("```json\n{}", "```json\n{}\n```"),
            ("```rust,no_run\nx\n```", "```text\nx\n```"),
            ("~~~ {.ignore} E0308\nx\n~~~", "~~~text\nx\n~~~"),
            ("So:\n\n    code", "So:\n\n```text\ncode\n```"),
            ("one\r\ntwo  ", "one\ntwo"),
            ("a ` b [c]", "a ` b \\[c]"),
        ] {
            assert_eq!(for_rustdoc(document), rustdoc, "{document}");
        }
    }

    #[test]
    fn long_lines_are_wrapped() {
        let text = format!(
            "- {}\n# {}\n```\n{}\n```",
            "word ".repeat(30).trim(),
            "x ".repeat(60),
            "y ".repeat(60)
        );
        let lines = wrapped(&text);
        assert_eq!(lines.len(), 6);
        assert!(lines[1].starts_with("  word"));
        assert!(lines[..2].iter().all(|line| line.chars().count() <= WIDTH));
        assert_eq!(
            wrapped(&text).join(" ").split_whitespace().count(),
            text.split_whitespace().count()
        );
    }
}
