//! One small document for each rule of the generator, and the code that comes of it.
//!
//! A new rule is a new file in `rules/`.

mod support;

use support::{generate, rules};

#[test]
fn each_rule_makes_its_code() {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_snapshot_path("rules/snapshots");
    let mut failed = Vec::new();
    for (name, text) in rules() {
        let shown = match generate(&name, &text) {
            Ok(client) => format!("{}\n{}", without_blocking(&client.code), client.notes),
            Err(findings) => panic!("{name} is refused:\n{findings}"),
        };
        let snapshot = std::panic::AssertUnwindSafe(|| settings.bind(|| insta::assert_snapshot!(name.as_str(), shown)));
        let result = std::panic::catch_unwind(snapshot);
        if result.is_err() {
            failed.push(name);
        }
    }
    assert!(failed.is_empty(), "not as before: {failed:?}");
}

/// Leaves out what is the same as the code before it, but for the client's type.
fn without_blocking(code: &str) -> String {
    let mut kept = String::new();
    let mut lines = code.lines();
    while let Some(line) = lines.next() {
        if line.trim() == "#[cfg(feature = \"blocking\")]" {
            let end = line.replace("#[cfg(feature = \"blocking\")]", "}");
            lines.by_ref().find(|line| **line == *end);
            // And the blank line after it.
            lines.next();
            continue;
        }
        kept.push_str(line);
        kept.push('\n');
    }
    kept
}

#[test]
fn line_ends_change_nothing() {
    for (name, text) in rules() {
        let unix = generate(&name, &text).expect(&name);
        let windows = generate(&name, &text.replace('\n', "\r\n")).expect(&name);
        assert_eq!(unix.code, windows.code, "{name}");
        assert_eq!(unix.notes.to_string(), windows.notes.to_string(), "{name}");
    }
}
