//! Text of a document that looks like markup is shown in a report, without being interpreted there.

use std::collections::BTreeSet;

use ittybit_spec::Document;
use ittybit_spec_diff::{Policy, Report, diff, render};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::RngSeed;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use serde_json::json;

use crate::cases::document;

/// Texts with a meaning for a terminal, for GitHub's Markdown, for HTML or for a workflow.
const PIECES: &[&str] = &[
    "`",
    "``",
    "```",
    "~~~~",
    "|",
    "\\",
    "\\|",
    "<",
    ">",
    "&",
    "\"",
    "'",
    "%",
    "%0A",
    ":",
    "::",
    ",",
    "$",
    "$$",
    "*",
    "**",
    "_",
    "~~",
    "#",
    "# ",
    "- ",
    "1. ",
    "> ",
    "![x](https://e.example/x.png)",
    "[a](https://e.example)",
    "[^1]",
    "https://e.example",
    "www.e.example",
    "a@e.example",
    "@all",
    "@org/team",
    "#1",
    "GH-1",
    "o/r#1",
    ":+1:",
    "$`x`$",
    "<b>",
    "</b>",
    "<!--",
    "-->",
    "</code>",
    "</td>",
    "<script>",
    "<img src=x>",
    "</details>",
    "&lt;",
    "&#64;",
    "\n",
    "\r",
    "\r\n",
    "\n\n",
    "\n\n# ",
    "\t",
    "\u{85}",
    "\u{2028}",
    "\u{202e}",
    "\u{2066}",
    "\u{200b}",
    "\u{1b}[31m",
    "\u{9b}31m",
    "\u{7}",
    "\u{8}",
    "\u{0}",
    "\n::error::",
    "##[error]",
    "word",
    "é",
    " ",
    "  ",
];

fn nasty() -> impl Strategy<Value = String> {
    vec(select(PIECES), 1..6).prop_map(|pieces| pieces.concat())
}

/// Two documents with the texts in every kind of place, and in their names.
fn documents(texts: &[String; 4]) -> (Document, Document) {
    let [a, b, c, d] = texts;
    let old = json!({
        "openapi": "3.0.3",
        "info": { "title": "T", "version": c },
        "servers": [{ "url": a }],
        "paths": { "/p": { "get": {
            "operationId": "get",
            "parameters": [{ "name": a, "in": "query", "schema": { "type": "string", "enum": ["x", b] } }],
            "responses": { "200": { "description": "", "content": { "application/json": {
                "schema": { "type": "object", "properties": { a.as_str(): { "type": "string" } } }
            } } } },
        } } },
    });
    let new = json!({
        "openapi": "3.0.3",
        "info": { "title": "T", "version": d },
        "servers": [{ "url": b }],
        "paths": {
            "/p": { "get": {
                "operationId": "get",
                "parameters": [{ "name": a, "in": "query", "schema": { "type": "string", "enum": ["x", c] } }],
                "responses": { "200": { "description": "", "content": { "application/json": {
                    "schema": { "type": "object", "properties": { a.as_str(): { "type": "integer" } } }
                } } } },
            } },
            format!("/{b}"): { "get": { "x": 1, "responses": {} } },
        },
        format!("x{a}"): d,
    });
    let name = |text: &str| format!("{}.json", text.replace(['/', '\\'], ""));
    (
        document(&name(a), &format!("{old:#}")),
        document(&name(b), &format!("{new:#}")),
    )
}

/// The report, with one change that is approved with such texts, and one approval without a change.
fn report(old: &Document, new: &Document, texts: &[String; 4]) -> Report {
    let mut report = diff(old, new);
    let toml = |text: &str| json!(format!(".{}", text.replace('\u{7f}', ""))).to_string();
    let approval = |fingerprint: &str| {
        format!(
            "[[approved]]\nfingerprint = '{fingerprint}'\nreason = {}\nby = {}\non = 2026-11-27\n",
            toml(&texts[0]),
            toml(&texts[1])
        )
    };
    let policy = [
        approval(&report.changes[0].fingerprint),
        approval("0123456789abcdef01234567"),
    ]
    .concat();
    report.apply(&Policy::parse(".spec-review.toml", &policy).expect("a policy"));
    report.surfaces = Some(["a\n".to_owned(), "    B = \"x\"\n".to_owned()]);
    report
}

fn is_hidden(character: char) -> bool {
    character.is_control() || "\u{2028}\u{202e}\u{2066}\u{200b}".contains(character)
}

/// The text without the characters that the formats add: spaces between words, and backticks around them.
fn letters(text: &str) -> String {
    text.chars()
        .filter(|letter| !letter.is_whitespace() && *letter != '`')
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 300,
        rng_seed: RngSeed::Fixed(5),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn markup_is_not_interpreted(texts in [nasty(), nasty(), nasty(), nasty()]) {
        // The texts differ, so that there are changes to report.
        let texts = [0, 1, 2, 3].map(|index| format!("{}{index}", texts[index]));
        let (old, new) = documents(&texts);
        let report = report(&old, &new, &texts);
        prop_assert!(report.changes.len() > 3);
        terminal(&report)?;
        markdown(&report)?;
        github(&report)?;
        json_for_programs(&report)?;
        html(&report, &old, &new)?;
    }
}

fn terminal(report: &Report) -> Result<(), TestCaseError> {
    let text = render::text(report, false);
    prop_assert!(
        !text.contains(|letter| is_hidden(letter) && letter != '\n'),
        "{:?}",
        text
    );
    for line in text.lines() {
        let known = ["error[", "warning[", "info[", "warning: the approval", "    "];
        let is_last = line.ends_with('.') && line.contains("On the wire: ");
        prop_assert!(
            line.is_empty() || is_last || known.iter().any(|start| line.starts_with(start)),
            "{:?}",
            line
        );
    }
    let heads = text
        .lines()
        .filter(|line| line.contains("]: ") && !line.starts_with(' '));
    prop_assert_eq!(heads.count(), report.changes.len());
    Ok(())
}

/// Only the report itself adds markup, and text outside of code consists of plain words.
fn markdown(report: &Report) -> Result<(), TestCaseError> {
    let markdown = render::markdown(report);
    prop_assert!(
        !markdown.contains(|letter| is_hidden(letter) && letter != '\n'),
        "{:?}",
        markdown
    );
    let (mut rows, mut cells, mut text, mut seen) = (0, 0, String::new(), Vec::new());
    let (mut fenced, mut first) = (false, false);
    let options = Options::all().difference(Options::ENABLE_SMART_PUNCTUATION);
    for event in Parser::new_ext(&markdown, options) {
        match event {
            Event::Start(Tag::TableHead) => cells = 1,
            Event::Start(Tag::TableRow) => (rows, cells) = (rows + 1, 0),
            Event::Start(Tag::TableCell) => {
                (cells, first) = (cells + 1, cells == 0);
                text.clear();
            }
            Event::End(TagEnd::TableCell) if first => seen.push(letters(&text)),
            Event::End(TagEnd::TableRow) => prop_assert!(cells == 5 || cells == 6, "{}", markdown),
            Event::Start(Tag::CodeBlock(_)) => fenced = true,
            Event::End(TagEnd::CodeBlock) => fenced = false,
            Event::Start(
                Tag::Paragraph
                | Tag::Heading { .. }
                | Tag::HtmlBlock
                | Tag::List(None)
                | Tag::Item
                | Tag::Strong
                | Tag::Table(_),
            )
            | Event::End(_) => {}
            Event::Html(html) => prop_assert!(
                ["<details>", "</details>"].contains(&html.trim())
                    || (html.starts_with("<summary>") && html.trim().ends_with("</summary>")),
                "{:?}\n{}",
                html,
                markdown
            ),
            Event::Code(code) => text.push_str(&code),
            Event::Text(words) if fenced => text.push_str(&words),
            Event::Text(words) => {
                // A full stop or a colon inside a word makes a link; a hyphen before a number may.
                for word in words.split_whitespace() {
                    let inner = word.trim_start_matches('(').trim_end_matches([')', ',', '.', ';', ':']);
                    let acts = |letter: char| !letter.is_alphanumeric() && !"-'→".contains(letter);
                    let is_number = inner.split(['.', '-']).all(|part| part.parse::<u32>().is_ok());
                    prop_assert!(is_number || !inner.contains(acts), "{:?}\n{}", word, markdown);
                    let is_issue = inner.contains('-') && inner.contains(char::is_numeric);
                    prop_assert!(is_number || !is_issue, "{:?}\n{}", word, markdown);
                }
                text.push_str(&words);
            }
            Event::SoftBreak => {}
            other => prop_assert!(false, "{:?}\n{}", other, markdown),
        }
    }
    prop_assert_eq!(rows, report.changes.len(), "{}", markdown);
    let headings = markdown.lines().filter(|line| line.starts_with('#'));
    prop_assert!(headings.count() <= 5, "{}", markdown);
    // The messages are complete.
    let messages = report
        .changes
        .iter()
        .map(|change| letters(&render::visible(&change.message)));
    prop_assert_eq!(
        seen.into_iter().collect::<BTreeSet<_>>(),
        messages.collect::<BTreeSet<_>>()
    );
    Ok(())
}

/// As GitHub's runner reads it: each line is a command with properties.
fn github(report: &Report) -> Result<(), TestCaseError> {
    let text = render::github(report);
    prop_assert!(
        !text.contains(|letter| is_hidden(letter) && letter != '\n'),
        "{:?}",
        text
    );
    prop_assert_eq!(text.lines().count(), report.changes.len() + 2);
    for (line, change) in text.lines().zip(&report.changes) {
        let (head, data) = line
            .strip_prefix("::")
            .and_then(|rest| rest.split_once("::"))
            .expect("a command");
        let (level, properties) = head.split_once(' ').expect("a level");
        prop_assert!(["error", "warning", "notice"].contains(&level), "{}", line);
        let keys: Vec<&str> = properties
            .split(',')
            .map(|pair| pair.split('=').next().unwrap_or(""))
            .collect();
        prop_assert_eq!(keys, ["file", "line", "col", "title"]);
        let data = data.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%");
        prop_assert!(
            data.contains(&*render::visible(&change.message)),
            "{}\n{}",
            data,
            change.message
        );
    }
    Ok(())
}

fn json_for_programs(report: &Report) -> Result<(), TestCaseError> {
    let text = render::json(report);
    prop_assert!(
        !text.contains(|letter| is_hidden(letter) && letter != '\n'),
        "{:?}",
        text
    );
    let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    for (change, shown) in report.changes.iter().zip(value["changes"].as_array().expect("a list")) {
        prop_assert_eq!(shown["message"].as_str(), Some(change.message.as_str()));
        prop_assert_eq!(shown["pointer"].as_str(), Some(change.place().pointer.as_str()));
    }
    Ok(())
}

/// Text does not contain tags; the tags are those of the report, and each is closed.
fn html(report: &Report, old: &Document, new: &Document) -> Result<(), TestCaseError> {
    let page = render::html(report, old, new);
    prop_assert!(
        !page.contains(|letter| is_hidden(letter) && letter != '\n'),
        "{:?}",
        page
    );
    let (_, body) = page.split_once("</style>").expect("a style");
    let mut open = vec!["html", "head"];
    let mut rest = body;
    while let Some(start) = rest.find('<') {
        let end = start + rest[start..].find('>').expect("the end of a tag");
        let text = &rest[..start];
        prop_assert!(!text.contains(['"', '\'']) && !text.contains('>'), "{:?}", text);
        let is_entity = |rest: &str| {
            ["amp;", "lt;", "gt;", "quot;", "#39;"]
                .iter()
                .any(|name| rest.starts_with(name))
        };
        prop_assert!(text.split('&').skip(1).all(is_entity), "{:?}", text);
        let tag = &rest[start + 1..end];
        match tag.strip_prefix('/') {
            Some(name) => prop_assert_eq!(open.pop(), Some(name), "{}", page),
            None => {
                let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
                let known = [
                    "body", "input", "header", "h1", "h2", "p", "code", "nav", "label", "b", "main", "article", "span",
                    "table", "colgroup", "col", "tr", "td", "mark", "section", "ul", "li", "details", "summary", "pre",
                ];
                prop_assert!(known.contains(&name), "{}", tag);
                for attribute in attributes.split_whitespace() {
                    let key = attribute.split('=').next().unwrap_or_default();
                    let known = ["class", "type", "name", "id", "checked", "for", "colspan"];
                    // Further class names have no `=`.
                    prop_assert!(known.contains(&key) || !attribute.contains('='), "{}", tag);
                }
                if !["input", "col"].contains(&name) {
                    open.push(name);
                }
            }
        }
        rest = &rest[end + 1..];
    }
    prop_assert_eq!(open, Vec::<&str>::new());
    Ok(())
}

/// A reviewed example in each format.
#[test]
fn shown_as_text() {
    let old = document("old.yaml", "info: { title: T, version: 1.0.0 }\n");
    let new = "info:\n  title: T\n  version: \"1\\n\\n# @all ![x](https://e.example/x.png)\"\n\
               \"x`@all #1 <b>`|\": \"\\u202E\\e[31m`\"\n";
    let new = document("new.yaml", new);
    let report = diff(&old, &new);
    insta::assert_snapshot!(
        [
            render::text(&report, false),
            render::markdown(&report),
            render::github(&report)
        ]
        .join("\n")
    );
}
