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
    // Nor does rustc take a carriage return in docs.
    let text = text.replace(turns_direction, "").replace('\r', " ");
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

/// A text as CommonMark writes code, which knows no escapes: between more backticks than it has, and on
/// one line, on which it is shown anyway.
pub(crate) fn code(text: &str) -> String {
    let text = text.replace(['\r', '\n'], " ");
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
    let last = text.lines().last().unwrap_or_default().trim_start();
    let ends_block = fence(last).is_some() || last.starts_with(['|', '#']);
    if text.is_empty() || ends_block || text.ends_with(['.', '!', '?', ':']) {
        text.to_owned()
    } else {
        format!("{text}.")
    }
}

/// CommonMark in one line, within a line of other words.
pub(crate) fn inline(text: &str) -> String {
    escaped(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// CommonMark as rustdoc reads it: no code that is taken for a test, no link that leads nowhere, no
/// HTML by accident.
pub(crate) fn for_rustdoc(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\t', "    ").replace(LINE_END, " ");
    for_rustdoc_within(text.trim(), MOST_QUOTES)
}

/// Quotes in quotes are followed this deep.
const MOST_QUOTES: usize = 8;

fn for_rustdoc_within(text: &str, quotes: usize) -> String {
    let mut out: Vec<String> = Vec::new();
    let mut open: Option<&str> = None;
    // Whether the lines are a block of code because they are indented.
    let mut indented = false;
    // Whether an indented line would be code: not where it goes on with a paragraph.
    let mut no_paragraph = true;
    // The column at which the text of the list's item begins.
    let mut column = 0_usize;
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let line = line.trim_end();
        let trimmed = line.trim_start_matches(' ');
        let indent = line.len() - trimmed.len();
        if let Some(ticks) = open {
            if fence(trimmed).is_some_and(|end| end.starts_with(ticks) && end.len() == trimmed.len()) {
                (open, no_paragraph) = (None, true);
            }
            // What does not stand below the item's text would end the item, and its code with it.
            let missing = if trimmed.is_empty() {
                0
            } else {
                column.saturating_sub(indent)
            };
            out.push(spaces(missing) + line);
            continue;
        }
        if trimmed.is_empty() {
            out.push(String::new());
            no_paragraph = true;
            continue;
        }
        if no_paragraph && indent >= column + 4 {
            if !indented {
                out.push(spaces(column) + "```text");
            }
            indented = true;
            out.push(spaces(column) + &line[column + 4..]);
            continue;
        }
        if indented {
            end_indented(&mut out, column);
            indented = false;
        }
        if trimmed.starts_with('>') && quotes > 0 {
            let mut quoted = vec![trimmed];
            // A line that goes on with the quote's text need not begin as one.
            let goes_on = |line: &str| !line.trim().is_empty() && !starts_block(first_word(line));
            while let Some(line) = lines.next_if(|line| line.trim_start_matches(' ').starts_with('>') || goes_on(line))
            {
                quoted.push(line.trim_start_matches(' '));
            }
            let within = |line: &&str| {
                let line = line.strip_prefix('>').unwrap_or(line);
                line.strip_prefix(' ').unwrap_or(line).to_owned()
            };
            let within = quoted.iter().map(within).collect::<Vec<_>>().join("\n");
            let within = for_rustdoc_within(within.trim(), quotes - 1);
            out.extend(
                within
                    .lines()
                    .map(|line| format!("{}> {line}", spaces(indent)).trim_end().to_owned()),
            );
            no_paragraph = true;
            continue;
        }
        if !no_paragraph && indent >= column + 4 {
            let begin = if starts_block(first_word(trimmed)) {
                indent
            } else {
                column
            };
            out.push(spaces(begin) + &escaped(trimmed));
            continue;
        }
        let mut begin = spaces(indent);
        let mut rest = trimmed;
        let mut in_list = no_paragraph || column > 0;
        while let Some(length) = list_marker(rest, in_list) {
            let (marker, text) = rest.split_at(length);
            rest = text.trim_start_matches(' ');
            begin.push_str(marker);
            // More spaces would make code of what follows.
            if !rest.is_empty() {
                column = begin.len() + (text.len() - rest.len()).clamp(1, 4);
                begin.push_str(&spaces(column - begin.len()));
            }
            in_list = true;
        }
        let rule = trimmed.chars().all(|char| "=-*_ ".contains(char));
        if rest.len() == trimmed.len() {
            if no_paragraph || rule || rest.starts_with('#') || fence(rest).is_some() {
                column = column.min(indent);
            }
            // A line that goes on with an item's text stands below it.
            begin = spaces(column);
        }
        if let Some(ticks) = fence(rest) {
            out.push(format!("{begin}{ticks}{}", language(&rest[ticks.len()..])));
            open = Some(ticks);
        } else {
            no_paragraph = rule || rest.starts_with(['#', '|']);
            out.push(begin + &escaped(rest));
        }
    }
    if indented {
        end_indented(&mut out, column);
    }
    out.extend(open.map(|ticks| spaces(column) + ticks));
    out.join("\n")
}

fn spaces(count: usize) -> String {
    " ".repeat(count)
}

/// Ends a block of code before the blank lines that follow it.
fn end_indented(out: &mut Vec<String>, column: usize) {
    let blank = out.iter().rev().take_while(|line| line.is_empty()).count();
    out.insert(out.len() - blank, spaces(column) + "```");
}

/// The characters that begin a block of code.
fn fence(line: &str) -> Option<&str> {
    let first = line.chars().next().filter(|char| ['`', '~'].contains(char))?;
    let (ticks, info) = line.split_at(line.len() - line.trim_start_matches(first).len());
    (ticks.len() >= 3 && !(first == '`' && info.contains('`'))).then_some(ticks)
}

/// The length of what begins an item of a list. In the middle of a paragraph only a list's first item
/// can begin.
fn list_marker(line: &str, any_number: bool) -> Option<usize> {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let length = match line.as_bytes().get(digits)? {
        b'-' | b'*' | b'+' if digits == 0 => 1,
        b'.' | b')' if (1..10).contains(&digits) && (any_number || &line[..digits] == "1") => digits + 1,
        _ => return None,
    };
    let first = line.as_bytes()[0];
    let rule = line.bytes().all(|byte| byte == first || byte == b' ')
        && line.bytes().filter(|byte| *byte == first).count() > 2;
    (!rule && line[length..].chars().next().is_none_or(|char| char == ' ')).then_some(length)
}

/// The language of a block of code, as rustdoc takes it.
fn language(info: &str) -> &str {
    let language = info.trim();
    let plain = |char: char| char.is_ascii_alphanumeric() || "+#-_.".contains(char);
    if is_rust(language) || !language.chars().all(plain) {
        "text"
    } else {
        language
    }
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

/// One line of prose: what rustdoc would take for a link or for HTML is escaped, but in `code` spans,
/// and what is an address becomes a link.
fn escaped(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(char) = rest.chars().next() {
        let (length, shown) = match char {
            '`' => (code_span(rest), None),
            // Escaped already, or a backslash as such.
            '\\' => (rest.char_indices().nth(2).map_or(rest.len(), |(end, _)| end), None),
            '[' => match link(rest) {
                Some((text, length)) => (length, Some(link_text(&rest[..text]) + &rest[text..length])),
                None => (1, Some("\\[".to_owned())),
            },
            '<' => match autolink(rest) {
                Some(length) => (length, None),
                None => (1, Some("\\<".to_owned())),
            },
            'h' if rest.starts_with("https://") || rest.starts_with("http://") => {
                let end = rest
                    .find(|char: char| char.is_whitespace() || "<>\"')]`|".contains(char))
                    .unwrap_or(rest.len());
                let address = rest[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', '*', '_']);
                (address.len(), Some(format!("<{address}>")))
            }
            other => (other.len_utf8(), None),
        };
        out.push_str(shown.as_deref().unwrap_or(&rest[..length]));
        rest = &rest[length..];
    }
    out
}

/// The length of the code at the start of a text; that of its backticks, where nothing ends it.
fn code_span(text: &str) -> usize {
    let ticks = |from: usize| text[from..].bytes().take_while(|byte| *byte == b'`').count();
    let opening = ticks(0);
    let mut at = opening;
    while let Some(next) = text[at..].find('`') {
        let (from, closing) = (at + next, ticks(at + next));
        at = from + closing;
        if closing == opening {
            return at;
        }
    }
    opening
}

/// Where the text of the link at the start ends, and where the link does. A link to another place of
/// the document is none.
fn link(text: &str) -> Option<(usize, usize)> {
    // A text of brackets only must not take minutes.
    const LONGEST: usize = 2_000;
    let (mut depth, mut at) = (0_usize, 0);
    while at < LONGEST {
        match text[at..].chars().next()? {
            '`' => at += code_span(&text[at..]),
            '\\' => at += text[at..].chars().take(2).map(char::len_utf8).sum::<usize>(),
            ']' if depth == 1 => {
                let target = &text[at + 1..];
                let known = ["(http", "(#", "(mailto:"]
                    .iter()
                    .any(|start| target.starts_with(start));
                let end = target.find(')').filter(|_| known)?;
                return Some((at, at + 1 + end + 1));
            }
            char => {
                depth = depth + usize::from(char == '[') - usize::from(char == ']');
                at += char.len_utf8();
            }
        }
    }
    None
}

/// A link's text, in which there is no other link but a picture.
fn link_text(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(char) = rest.chars().next() {
        let length = match char {
            '`' => code_span(rest),
            '\\' => rest.chars().take(2).map(char::len_utf8).sum(),
            char => char.len_utf8(),
        };
        if char == '<' || char == '[' && !out.is_empty() && !out.ends_with('!') {
            out.push('\\');
        }
        out.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    out
}

fn autolink(text: &str) -> Option<usize> {
    let schemes = ["<https://", "<http://", "<mailto:"];
    let end = text
        .find('>')
        .filter(|_| schemes.iter().any(|scheme| text.starts_with(scheme)))?;
    let address = &text[1..end];
    (!address.contains(|char: char| char.is_whitespace() || char == '<')).then_some(end + 1)
}

/// Breaks lines of prose that are too long. What is broken off begins the next line of the paragraph.
fn wrapped(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut open: Option<&str> = None;
    let mut broken_off: Option<String> = None;
    for line in text.lines() {
        let trimmed = line.trim_start();
        let within = trimmed.trim_start_matches(['-', '*', '+', '>', ' ']);
        let fence = fence(within);
        let prose = open.is_none() && fence.is_none() && !trimmed.is_empty() && !trimmed.starts_with(['|', '#', '>']);
        open = match open {
            Some(ticks) if fence.is_some_and(|end| end.starts_with(ticks) && end.len() == within.len()) => None,
            None => fence,
            open => open,
        };
        let mut line = line.to_owned();
        if let Some(begun) = broken_off.take() {
            let first = first_word(trimmed);
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

fn first_word(line: &str) -> &str {
    line.split_whitespace().next().unwrap_or_default()
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
            ("\\[a] \\<b> \\", "\\[a] \\<b> \\"),
            ("[`a`](https://a.b) (https://a.b)", "[`a`](https://a.b) (<https://a.b>)"),
            ("[https://a.b](https://a.b)", "[https://a.b](https://a.b)"),
            ("[a [b] <c>](https://a.b)", "[a \\[b] \\<c>](https://a.b)"),
            (
                "[![a](https://a.b/c)](https://a.b)",
                "[![a](https://a.b/c)](https://a.b)",
            ),
            ("| https://a.b|`` ` <b>``|", "| <https://a.b>|`` ` <b>``|"),
            ("```a``` and [b]", "```a``` and \\[b]"),
            ("So:\n\n    a\n\n      b\n\nEnd", "So:\n\n```text\na\n\n  b\n```\n\nEnd"),
            ("# H\n    a\n    b", "# H\n```text\na\nb\n```"),
            ("- a\n\n    - [b]\n    - c", "- a\n\n    - \\[b]\n    - c"),
            ("- a\nb\n\n    c", "- a\n  b\n\n  c"),
            ("> a\nb\n1. c", "> a\n> b\n1. c"),
            ("1. ```sh\n   ls\n   ```\n2. [b]", "1. ```sh\n   ls\n   ```\n2. \\[b]"),
            ("> ```\n> x\n> ```\n>\n> [a]", "> ```text\n> x\n> ```\n>\n> \\[a]"),
            (">     x\n>     y", "> x\n> y"),
            ("* a\n\n      b\n\nc", "* a\n\n  ```text\n  b\n  ```\n\nc"),
            ("a\n\n\u{3000}\u{3000}b", "a\n\n\u{3000}\u{3000}b"),
            ("-     x\n\n      y", "-    x\n\n     y"),
            ("````md\n```\nx\n```\n````", "````md\n```\nx\n```\n````"),
            (&"1. ".repeat(25_000), "1. ".repeat(25_000).trim_end()),
            (&"[".repeat(50_000), &"\\[".repeat(50_000)),
            ("```{.json}\nx\n```", "```text\nx\n```"),
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
