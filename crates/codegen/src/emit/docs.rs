//! Docs: the document's texts as rustdoc comments.

use crate::model::About;
use proc_macro2::{Literal, TokenStream};
use pulldown_cmark::{
    BrokenLink, CodeBlockKind, Event, LinkType, Options, Parser, Tag, TagEnd, TextMergeStream, TextMergeWithOffset,
};
use quote::quote;
use std::ops::Range;

/// Lines of prose longer than this are wrapped; shorter ones are left as their author broke them.
const LONGEST: usize = 100;

/// Long lines are wrapped to this width.
const WIDTH: usize = 88;

/// The docs and the deprecation of an item. `more` is appended to the document's text.
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

/// Represents the end of a line of docs. All lines of an item are one attribute until they are laid out: most of the
/// code is docs, and one attribute per line would take most of the time.
pub(crate) const LINE_END: char = '\u{1}';

/// Represents the name of the generated crate in examples, until they are laid out.
pub(crate) const CRATE: char = '\u{2}';

/// Docs from text that is already valid for rustdoc. All docs with a text of the document come from here.
pub(crate) fn lines(text: &str) -> TokenStream {
    // rustc does not accept text direction characters or carriage returns in docs.
    let text = text.replace(is_bidi_control, "").replace('\r', " ");
    let text = text.trim_end();
    // Wrapping moves words to the start of a line, where they may begin a block.
    let wrapped = wrapped(text).join("\n");
    let shown = if tests(&wrapped) == tests(text) { &wrapped } else { text };
    let lines: Vec<String> = shown
        .lines()
        .map(|line| {
            if line.is_empty() {
                String::new()
            } else {
                format!(" {line}")
            }
        })
        .collect();
    let text = lines.join(&LINE_END.to_string());
    // A raw string, because escaping each character is slow, and would be undone by layout.
    let raw = format!("r####\"{text}\"####").parse();
    let text = raw.unwrap_or_else(|_| Literal::string(&text));
    quote! { #[doc = #text] }
}

/// The document's text without invisible characters, which include the generator's own markers. This has to come
/// first: removing characters from a text that was checked already can create a code fence.
fn stripped(text: &str) -> String {
    let unseen = |char: char| is_bidi_control(char) || char.is_control() && !"\n\r\t".contains(char);
    text.replace(unseen, "")
}

/// Whether a character changes the direction of text. rustc refuses these in comments, because they can disguise
/// code.
fn is_bidi_control(char: char) -> bool {
    matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A text as inline code in CommonMark, which has no escapes: between more backticks than it contains, and on one
/// line, because a line break is shown as a space anyway.
pub(crate) fn code(text: &str) -> String {
    let text = stripped(text).replace(['\r', '\n'], " ");
    let ticks = "`".repeat(longest_ticks(&text) + 1);
    let space = if text.starts_with('`') || text.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{ticks}{space}{text}{space}{ticks}")
}

/// How many backticks a text has in a row, at most.
fn longest_ticks(text: &str) -> usize {
    text.split(|char| char != '`').map(str::len).max().unwrap_or_default()
}

/// Adds a full stop if the text does not end in punctuation.
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

/// CommonMark as a single line, for use within other text.
pub(crate) fn inline(text: &str) -> String {
    let text = stripped(text).split_whitespace().collect::<Vec<_>>().join(" ");
    // A block can only begin at the start of a line.
    match settled(format!("{WORD}{text}")) {
        Some(settled) => settled[WORD.len()..].to_owned(),
        None => code(&text),
    }
}

const WORD: &str = "x ";

/// CommonMark that is safe for rustdoc: no code that rustdoc would run as a test, no broken links, no accidental
/// HTML. Of a link to another page of the author's site, only the words are left. Everything else stays as the author
/// wrote it.
pub(crate) fn for_rustdoc(text: &str) -> String {
    let text = stripped(text).replace("\r\n", "\n").replace('\r', "\n");
    let text = text.replace('\t', "    ");
    let lines: Vec<&str> = text.trim().lines().map(str::trim_end).collect();
    let text = lines.join("\n");
    settled(text.clone()).unwrap_or_else(|| block(&text, ""))
}

/// A range of a text, and its replacement.
type Edit = (Range<usize>, String);

/// Edits a text until there is nothing left to edit: an edited link or tag can have hidden another one. `None` if
/// that takes too many rounds.
fn settled(mut text: String) -> Option<String> {
    const MOST: usize = 16;
    // Most texts are plain words, which do not need to be parsed.
    let blocks = ["http", "    ", "```", "~~~"];
    if !text.contains(['[', '<', '\n']) && !blocks.iter().any(|block| text.contains(block)) {
        return Some(text);
    }
    for _ in 0..MOST {
        let edits = edits(&text);
        if edits.is_empty() {
            return Some(text);
        }
        let (mut out, mut at) = (String::new(), 0);
        for (range, with) in edits {
            // Overlapping edits are left for the next round.
            if range.start >= at {
                out.push_str(&text[at..range.start]);
                out.push_str(&with);
                at = range.end;
            }
        }
        text = out + &text[at..];
    }
    None
}

/// The extensions of CommonMark that rustdoc enables.
const READING: Options = Options::ENABLE_TABLES
    .union(Options::ENABLE_FOOTNOTES)
    .union(Options::ENABLE_STRIKETHROUGH)
    .union(Options::ENABLE_TASKLISTS);

/// The edits that fix what rustdoc or clippy would complain about, ordered by their starts.
fn edits(text: &str) -> Vec<Edit> {
    // rustdoc reads a reference without a definition as a link to the item of that name.
    let broken = |_: BrokenLink<'_>| Some(("".into(), "".into()));
    let parser = Parser::new_with_broken_link_callback(text, READING, Some(broken));
    let backslash = |at: usize| (at..at, "\\".to_owned());
    let mut edits: Vec<Edit> = Vec::new();
    for (_, definition) in parser.reference_definitions().iter() {
        let before = &text[..definition.span.start];
        let nested = !before.is_empty() && !before.ends_with('\n');
        if nested || !is_valid_target(&definition.dest) {
            edits.push(backslash(definition.span.start));
        }
    }
    let mut links = 0_usize;
    // The prefix of the lines in each open list item and quote.
    let mut containers: Vec<String> = Vec::new();
    let mut events = TextMergeWithOffset::new(parser.into_offset_iter()).peekable();
    while let Some((event, range)) = events.next() {
        let next = events.peek().map_or(range.end, |(_, next)| next.start);
        match event {
            Event::Start(Tag::Item) => {
                // An escaped text begins after its backslash.
                let marker = text.get(range.start..next).unwrap_or_default().trim_end_matches('\\');
                containers.push(" ".repeat(marker.len()));
            }
            Event::Start(Tag::BlockQuote(_)) => containers.push("> ".to_owned()),
            Event::End(TagEnd::Item | TagEnd::BlockQuote(_)) => drop(containers.pop()),
            Event::SoftBreak | Event::HardBreak => {
                let line = text[range.end..].trim_start_matches([' ', '>']);
                let begin = range.end..next.min(text.len() - line.len());
                let container = containers.concat();
                let differs = text.get(begin.clone()).is_some_and(|begin| begin != container);
                if !containers.is_empty() && differs && !starts_block(first_word(line)) {
                    edits.push((begin, container));
                }
            }
            Event::Start(Tag::CodeBlock(kind)) => {
                let code = events.next_if(|(event, _)| matches!(event, Event::Text(_)));
                match (kind, code) {
                    (CodeBlockKind::Indented, Some((Event::Text(code), _))) => edits.push(indented(text, range, &code)),
                    (_, code) => edits.extend(fenced(text, range, code.map(|(_, code)| code.end))),
                }
            }
            Event::Start(
                Tag::Link {
                    dest_url, link_type, ..
                }
                | Tag::Image {
                    dest_url, link_type, ..
                },
            ) => {
                links += 1;
                let is_valid = link_type == LinkType::Email || is_valid_target(&dest_url);
                match words_of(&text[range.clone()]) {
                    _ if is_valid => {}
                    Some(words) => {
                        edits.push((range.start..range.start + words.start, String::new()));
                        edits.push((range.start + words.end..range.end, String::new()));
                    }
                    None => {
                        let mut at = range.start + text[range.clone()].find(['[', '<']).unwrap_or_default();
                        edits.push(backslash(at));
                        // Otherwise the surrounding brackets would be the next link.
                        while text[..at].ends_with('[') && !text[..at].ends_with("\\[") {
                            at -= 1;
                            edits.push(backslash(at));
                        }
                    }
                }
            }
            Event::End(TagEnd::Link | TagEnd::Image) => links -= 1,
            Event::Start(Tag::HtmlBlock) | Event::InlineHtml(_) => {
                edits.extend(text[range.clone()].find('<').map(|at| backslash(range.start + at)));
            }
            Event::Text(_) if links == 0 => {
                let words = &text[range.clone()];
                let notes = words.match_indices("[^").map(|(at, _)| range.start + at);
                edits.extend(notes.filter(|at| !text[..*at].ends_with('\\')).map(backslash));
                for (at, _) in words.match_indices("http") {
                    let at = range.start + at;
                    let length = address(&text[at..]);
                    if length > 0 {
                        edits.push((at..at + length, format!("<{}>", &text[at..at + length])));
                    }
                }
            }
            _ => {}
        }
    }
    edits.sort_by_key(|(range, _)| range.start);
    edits
}

/// The words of an inline link, such as `[words](target)`, if there are no brackets in them.
fn words_of(link: &str) -> Option<Range<usize>> {
    let words = 1..link.find("](")?;
    let plain = link.starts_with('[') && !link[words.clone()].contains(['[', ']']);
    (plain && link.ends_with(')') && link.matches("](").count() == 1).then_some(words)
}

/// The code in a text that rustdoc would compile as a test.
fn tests(text: &str) -> Vec<String> {
    // Most texts are plain words, which do not need to be parsed.
    if !["    ", "```", "~~~"].iter().any(|block| text.contains(block)) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut events = TextMergeStream::new(Parser::new_ext(text, READING)).peekable();
    while let Some(event) = events.next() {
        let is_test = match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) => true,
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => *info != *language(&info),
            _ => false,
        };
        if is_test {
            match events.next_if(|event| matches!(event, Event::Text(_))) {
                Some(Event::Text(code)) => found.push(code.into_string()),
                _ => found.push(String::new()),
            }
        }
    }
    found
}

/// Whether a link's target is an absolute URL, or a heading in the same docs.
fn is_valid_target(target: &str) -> bool {
    ["https://", "http://", "mailto:", "#"]
        .iter()
        .any(|start| target.starts_with(start))
}

/// The length of the URL at the start of a text.
fn address(text: &str) -> usize {
    let end = text
        .find(|char: char| char.is_whitespace() || char.is_control() || "<>\"'()[]`|".contains(char))
        .unwrap_or(text.len());
    let address = text[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', '*', '_']);
    let host = address.strip_prefix("https://").or(address.strip_prefix("http://"));
    host.filter(|host| !host.is_empty()).map_or(0, |_| address.len())
}

/// Replaces an indented code block, which rustdoc would run as a test, by a fenced one.
fn indented(text: &str, range: Range<usize>, code: &str) -> Edit {
    let before = &text[..range.start];
    let start = before.strip_suffix("    ").unwrap_or(before).len();
    let end = text[..range.end].trim_end().len();
    (start..end, block(code, &container(text, start)))
}

/// Edits a fenced code block so that it is not a test, and so that it is closed. `code` is the end of its content.
fn fenced(text: &str, range: Range<usize>, code: Option<usize>) -> Vec<Edit> {
    let first = text[range.clone()].lines().next().unwrap_or_default();
    let ticks = fence(first).unwrap_or_default();
    let info = range.start + ticks.len()..range.start + first.len();
    let language = language(&text[info.clone()]);
    let closed = text[code.unwrap_or(info.end)..range.end].contains(ticks);
    let end = text[..range.end].trim_end().len();
    let mut edits = Vec::new();
    if text[info.clone()] != *language {
        edits.push((info, language.to_owned()));
    }
    if !closed {
        edits.push((end..end, format!("\n{}{ticks}", container(text, range.start))));
    }
    edits
}

/// The prefix for the further lines of a block whose first line begins at `at`.
fn container(text: &str, at: usize) -> String {
    let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
    text[line..at].replace(|char| char != '>', " ")
}

/// A text as a fenced code block. All lines but the first have the prefix `before`.
fn block(text: &str, before: &str) -> String {
    let ticks = "`".repeat(3.max(longest_ticks(text) + 1));
    let mut out = format!("{ticks}text\n");
    for line in text.trim_end().lines() {
        out.push_str(format!("{before}{line}").trim_end());
        out.push('\n');
    }
    out + before + &ticks
}

/// The fence that a line begins with.
fn fence(line: &str) -> Option<&str> {
    let first = line.chars().next().filter(|char| ['`', '~'].contains(char))?;
    let (ticks, info) = line.split_at(line.len() - line.trim_start_matches(first).len());
    (ticks.len() >= 3 && !(first == '`' && info.contains('`'))).then_some(ticks)
}

/// The language of a code block; `text` if rustdoc would run the block as a test, which it does without a language
/// and for some words.
fn language(info: &str) -> &str {
    let word = info.trim().split([',', ' ']).next().unwrap_or_default();
    let error_code = word.strip_prefix('E').is_some_and(|code| code.parse::<u16>().is_ok());
    let rust = match word {
        "" | "rust" | "should_panic" | "no_run" | "test_harness" | "compile_fail" | "standalone_crate" | "custom" => {
            true
        }
        word => word.starts_with("ignore") || word.starts_with("edition") || error_code,
    };
    let plain = |char: char| char.is_ascii_alphanumeric() || "+#-_.".contains(char);
    if rust || !word.chars().all(plain) { "text" } else { word }
}

/// Wraps lines of prose that are too long. The rest of a line is joined with the next line of the paragraph.
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
        let marker = first_word(&line);
        let begin = if list_marker(marker) { marker.len() + 1 } else { 0 };
        let follow = " ".repeat(indent + begin);
        let mut current = line[..indent].to_owned();
        for word in line[indent..].split(' ') {
            if current.trim_start().is_empty() {
                current.push_str(word);
            } else if current.chars().count() + 1 + word.chars().count() > WIDTH
                // An empty word is a second space: the next word would be the first of the line, and is not checked.
                && !word.is_empty()
                && !starts_block(word)
            {
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
    word.starts_with(['#', '>', '|', '-', '+', '*', '=', '~', '_']) || word.starts_with("```") || list_marker(word)
}

/// Whether a word begins an item of a list.
fn list_marker(word: &str) -> bool {
    let number = word.trim_end_matches(['.', ')']);
    let numbered = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    ["-", "*", "+"].contains(&word) || numbered && number.len() < word.len()
}

/// Removes the markers for missing docs, and returns whether there was one.
pub(crate) fn remove_undocumented(attributes: &mut Vec<syn::Attribute>) -> bool {
    let before = attributes.len();
    attributes.retain(|attribute| !attribute.path().is_ident("undocumented"));
    attributes.len() < before
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_text_is_safe_for_rustdoc(parts in prop::collection::vec(prop::sample::select(PARTS), 0..60)) {
            let docs = for_rustdoc(&parts.concat());
            prop_assert!(edits(&docs).is_empty(), "{docs}\n\n{:?}", edits(&docs));
            // Text that is appended is a paragraph of its own.
            let below = format!("{docs}\n\nEnd");
            let end: Vec<Event> = Parser::new(&below).skip_while(|event| *event != Event::Text("End".into())).collect();
            prop_assert_eq!(end, [Event::Text("End".into()), Event::End(TagEnd::Paragraph)], "{}", docs);
            let line = inline(&parts.concat());
            prop_assert!(edits(&format!("- `1`: {line}")).is_empty() && !line.contains('\n'), "{line}");
        }
    }

    /// The text of a `#[doc]` attribute as rustdoc reads it after layout: without the spaces that all lines begin
    /// with.
    fn as_read(attributes: TokenStream) -> String {
        use syn::parse::Parser as _;
        let attributes = syn::Attribute::parse_outer.parse2(attributes).unwrap();
        let text = attributes
            .iter()
            .find(|attribute| attribute.path().is_ident("doc"))
            .map(|attribute| {
                let syn::Expr::Lit(literal) = &attribute.meta.require_name_value().unwrap().value else {
                    panic!("a literal and nothing else");
                };
                let syn::Lit::Str(text) = &literal.lit else {
                    panic!("a string");
                };
                text.value()
            });
        let text = text.unwrap_or_default().replace(LINE_END, "\n").replace(CRATE, "pets");
        let indented = text.lines().filter(|line| !line.trim().is_empty());
        let indent = indented.map(|line| line.len() - line.trim_start().len()).min();
        let lines = text
            .lines()
            .map(|line| line.get(indent.unwrap_or_default()..).unwrap_or_default());
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn texts_that_became_tests_in_the_past_do_not() {
        let long = "word ".repeat(17);
        for text in [
            "``\u{202a}`\nlet x = 1;\n``\u{2066}`".to_owned(),
            format!("{long} ```\nlet x = 1;\n```"),
            format!("{long}  ```\n{long}  ```"),
            format!("a `` {long} ``` {long} `` b"),
            "a\u{1}\u{1}```\u{1}let x = 1;\u{1}```".to_owned(),
            "``\u{2}`\nx\n```".to_owned(),
        ] {
            let about = About {
                docs: Some(text.clone()),
                ..About::default()
            };
            let read = as_read(item(&about, None));
            assert!(tests(&read).is_empty(), "{text:?}\n{read}");
            let read = as_read(lines(&format!("- {}", inline(&text))));
            assert!(tests(&read).is_empty(), "{text:?}\n{read}");
        }
        assert_eq!(tests("```\nx\n```\n\n    y\n\n```text\nz\n```"), ["x\n", "y\n"]);
    }

    const PARTS: &[&str] = &[
        "a",
        " ",
        "    ",
        "\t",
        "\n",
        "\n\n",
        "\r",
        "[",
        "]",
        "(",
        ")",
        ":",
        "^",
        "!",
        "\\",
        "`",
        "``",
        "```",
        "~~~",
        "<",
        ">",
        "<b>",
        "</b>",
        "<pre>",
        "<!--",
        "-->",
        "- ",
        "* ",
        "1. ",
        "2) ",
        "> ",
        "#",
        "=",
        "---",
        "|",
        "-|-",
        "&amp;",
        "*",
        "_",
        "https://a.b",
        "http://",
        "(#c)",
        "[d]: ",
        "[^e]",
        "rust",
        "json",
        "\u{3000}",
        "é",
    ];

    #[test]
    fn prose_is_safe_for_rustdoc() {
        for (document, rustdoc) in [
            ("See https://a.b/c.", "See <https://a.b/c>."),
            ("From [0, 100].", "From \\[0, 100]."),
            ("A [link](https://a.b).", "A [link](https://a.b)."),
            ("A [link](/b) to [`c`](d.md#e \"F\").", "A link to `c`."),
            ("[a](b)](c) [d]\n[[e](f)]", "a](c) \\[d]\n\\[e]"),
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
            ("[a [b] <c>](https://a.b)", "\\[a \\[b] \\<c>](<https://a.b>)"),
            (
                "[![a](https://a.b/c)](https://a.b)",
                "[![a](https://a.b/c)](https://a.b)",
            ),
            ("| https://a.b|`` ` <b>``|", "| <https://a.b>|`` ` <b>``|"),
            ("```a``` and [b]", "```a``` and \\[b]"),
            ("So:\n\n    a\n\n      b\n\nEnd", "So:\n\n```text\na\n\n  b\n```\n\nEnd"),
            ("# H\n    a\n    b", "# H\n```text\na\nb\n```"),
            ("- a\n\n    - [b]\n    - c", "- a\n\n    - \\[b]\n    - c"),
            ("- a\nb\n\n    c", "- a\n  b\n\n    c"),
            ("> a\nb\n1. c", "> a\n> b\n1. c"),
            ("1. ```sh\n   ls\n   ```\n2. [b]", "1. ```sh\n   ls\n   ```\n2. \\[b]"),
            ("> ```\n> x\n> ```\n>\n> [a]", "> ```text\n> x\n> ```\n>\n> \\[a]"),
            (">     x\n>     y", "> ```text\n> x\n> y\n> ```"),
            ("* a\n\n      b\n\nc", "* a\n\n  ```text\n  b\n  ```\n\nc"),
            ("a\n\n\u{3000}\u{3000}b", "a\n\n\u{3000}\u{3000}b"),
            ("-     x\n\n      y", "- ```text\n  x\n\n  y\n  ```"),
            ("````md\n```\nx\n```\n````", "````md\n```\nx\n```\n````"),
            (&"1. ".repeat(25_000), "1. ".repeat(25_000).trim_end()),
            (&"[".repeat(50_000), &"[".repeat(50_000)),
            ("```{.json}\nx\n```", "```text\nx\n```"),
            ("```json title=a\nx\n```", "```json\nx\n```"),
            ("[a]\n\n[a]: https://a.b", "[a]\n\n[a]: https://a.b"),
            ("[a]: b", "\\[a]: b"),
            ("- [a]: https://a.b", "- \\[a]: <https://a.b>"),
            ("a[^1] b[^2]\n\n[^2]: c", "a\\[^1] b[^2]\n\n[^2]: c"),
            ("- [ ] a", "- [ ] a"),
            ("- [a] b\nc", "- \\[a] b\n  c"),
            ("1. a\n   - b\nc", "1. a\n   - b\n     c"),
            ("<p>`<b>`</p>", "\\<p>`<b>`\\</p>"),
            ("a < b", "a < b"),
            ("https://a.b/_c_/d", "<https://a.b/_c_/d>"),
            ("[[a] b](c)", "\\[\\[a] b](c)"),
            ("So:\n\n    ```\n    a", "So:\n\n````text\n```\na\n````"),
            ("1. - ```sh\n     a", "1. - ```sh\n     a\n     ```"),
            (&"[a ".repeat(50_000), "[a ".repeat(50_000).trim_end()),
            (
                &format!("{}a{}", "[".repeat(50_000), "]".repeat(50_000)),
                &format!("{}a{}", "\\[".repeat(50_000), "]".repeat(50_000)),
            ),
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
        assert!(wrapped(&format!("10. {}", "word ".repeat(30)))[1].starts_with("    word"));
        assert_eq!(
            wrapped(&text).join(" ").split_whitespace().count(),
            text.split_whitespace().count()
        );
    }
}
