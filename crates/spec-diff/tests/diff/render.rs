//! The formats of reports.

use std::collections::BTreeSet;

use ittybit_spec_diff::{Policy, Report, diff, render, version};

use crate::cases::{BASE, cases, document, review};

/// Changes of every severity, with texts that need escaping.
const CASES: &str = "
# all at once
-            maximum: 100
+            maximum: 50
@@
-  version: 1.0.0
+  version: 1.0.1
@@
-        weight:
-          type: number
@@
-      operationId: add_pet
+      operationId: create_pet
@@
-          description: Where to go on.
+          description: The last id.
@@
     Unused:
+      'x-<b>|`, 50%:': \"a,b:c\\n%|`<b>\"
@@
   /pets/{id}:
+    head:
+      responses:
+        '204':
+          description: There.
@@
-      deprecated: true
@@
-  - bearer: []
+  - bearer: [read]
";

fn report() -> Report {
    let case = cases(CASES).remove(0);
    review(
        &document("old/api.yaml", BASE),
        &document("new/a,b:c.yaml", &case.apply(BASE)),
    )
}

#[test]
fn html() {
    let case = cases(CASES).remove(0);
    let (old, new) = (
        document("old/api.yaml", BASE),
        document("new/a,b:c.yaml", &case.apply(BASE)),
    );
    let page = render::html(&report(), &old, &new);
    let (head, body) = page.split_once("<style>").expect("a style");
    let (_, body) = body.split_once("</style>").expect("its end");
    insta::assert_snapshot!(format!("{head}<style>…</style>{body}"));
    for loaded in ["<script", "<link", "<img", "src=", "href=", "url(", "@import"] {
        assert!(!page.contains(loaded), "{loaded}");
    }
}

/// A minified document is one very long line: the page shows only the part with the change.
#[test]
fn html_of_one_long_line() {
    let text = |last: &str| {
        let members: Vec<String> = (0..20_000).map(|index| format!("\"x-{index}\":1")).collect();
        format!(
            "{{\"info\":{{{}}},\"tags\":[{{\"name\":\"{last}\"}}]}}",
            members.join(",")
        )
    };
    let (old, new) = (document("old.json", &text("one")), document("new.json", &text("two")));
    let page = render::html(&diff(&old, &new), &old, &new);
    assert!(page.len() < 20_000, "{} bytes", page.len());
    assert!(page.contains("one") && page.contains("two"), "{page}");
}

fn nothing() -> Report {
    let base = document("api.yaml", BASE);
    diff(&base, &base)
}

#[test]
fn text() {
    insta::assert_snapshot!(render::text(&report(), false));
    assert_eq!(render::text(&nothing(), false), "No change.\n");
}

#[test]
fn text_with_colours_has_the_same_text() {
    let colours = render::text(&report(), true);
    assert!(colours.contains("\u{1b}[1;31merror[request-parameter-max-decreased]\u{1b}[0m"));
    let mut plain = String::new();
    for part in colours.split('\u{1b}') {
        plain.push_str(
            part.strip_prefix('[')
                .and_then(|code| code.split_once('m'))
                .map_or(part, |(_, rest)| rest),
        );
    }
    assert_eq!(plain, render::text(&report(), false));
}

#[test]
fn markdown() {
    insta::assert_snapshot!(render::markdown(&report()));
    insta::assert_snapshot!(render::markdown(&nothing()), @"
    ## Review of the spec change

    No change.
    ");
}

/// A backslash is unchanged in code, and text that looks like markup becomes code.
#[test]
fn markdown_of_text_that_looks_like_markdown() {
    let case = cases(
        r"
# patterns and names
-            pattern: '^[a-z]+$'
+            pattern: '^\d|`x` @all$'
@@
     Unused:
+      'x-`a <b> @all': 1
",
    )
    .remove(0);
    let report = review(&document("old.yaml", BASE), &document("new.yaml", &case.apply(BASE)));
    let markdown = render::markdown(&report);
    let rows = markdown.lines().filter(|line| line.contains("| patch |"));
    insta::assert_snapshot!(rows.collect::<Vec<_>>().join("\n"), @r"
    | the pattern of the query parameter `name` changed from `^[a-z]+$` to `^\d\|'x' @all$` | `GET /pets` | patch | 46 | `request-parameter-pattern-changed` |
    | `x-`a `<b>` `@all` `  of the schema  `Unused`  was added:  `1`` ` `` |  | patch | 233 → 234 | `unclassified` |
    ");
}

#[test]
fn github() {
    insta::assert_snapshot!(render::github(&report()));
    assert_eq!(render::github(&nothing()), "::notice title=Spec review::No change.\n");
}

#[test]
fn json() {
    insta::assert_snapshot!(render::json(&report()));
    insta::assert_snapshot!(render::json(&nothing()), @r#"
    {
      "changes": [],
      "unmatched": [],
      "wire": "none",
      "rust": "none"
    }
    "#);
}

/// The same report with an approval that matches no change.
fn approved() -> Report {
    let mut report = report();
    let policy = "[[approved]]\nfingerprint = '0123456789abcdef01234567'\nreason = 'R'\nby = 'A'\non = 2026-11-27\n";
    report.apply(&Policy::parse(".spec-review.toml", policy).expect("a policy"));
    report
}

/// `docs/spec-review.md` describes every member of the JSON, and no other.
#[test]
fn json_has_the_documented_members() {
    let (_, section) = include_str!("../../../../docs/spec-review.md")
        .split_once("\n| Member |")
        .expect("the table of members");
    let rows = section.lines().skip(2).take_while(|line| line.starts_with('|'));
    let described: BTreeSet<&str> = rows.filter_map(|row| row.split('`').nth(1)).collect();
    let json: serde_json::Value = serde_json::from_str(&render::json(&approved())).expect("JSON");
    let members = |value: &serde_json::Value, before: &str| -> Vec<String> {
        let members = value.as_object().expect("an object");
        members.keys().map(|key| format!("{before}{key}")).collect()
    };
    let found = [
        members(&json, ""),
        members(&json["changes"][0], "changes[]."),
        members(&json["unmatched"][0], "unmatched[]."),
    ]
    .concat();
    assert_eq!(described, found.iter().map(String::as_str).collect());
}

#[test]
fn changelog() {
    insta::assert_snapshot!(render::changelog(&report()));
    assert_eq!(render::changelog(&nothing()), "");
}

#[test]
fn a_version_that_is_high_enough() {
    let old = document("old.yaml", "info: { version: 1.2.3 }\n");
    let new = document("new.yaml", "info: { version: 1.3.0 }\nservers: [{ url: / }]\n");
    let text = render::text(&diff(&old, &new), false);
    assert!(text.ends_with("The version: `1.3.0` is high enough.\n"), "{text}");
    let new = document("new.yaml", "info: { version: 1.3.0 }\n");
    let text = render::text(&diff(&old, &new), false);
    assert!(
        text.ends_with("clients were not compared.\n"),
        "only the version changed: {text}"
    );
}

#[test]
fn bumps() {
    assert_eq!(version::check(&nothing()), Ok(()));
    let bumped = |old: &str, new: &str, text: &str| {
        let old = document("old.yaml", &format!("info: {{ version: {old} }}\nservers: []\n"));
        let new = document("new.yaml", &format!("info: {{ version: {new} }}\n{text}\n"));
        version::check(&diff(&old, &new)).map_err(|error| error.to_string())
    };
    let added = "servers: [{ url: / }, { url: /v2 }]";
    let unknown = "servers: []\nx-unknown: 1";
    assert_eq!(bumped("1.2.3", "1.3.0", added), Ok(()));
    assert_eq!(bumped("1.2.3", "2.0.0", added), Ok(()));
    assert_eq!(bumped("0.2.3", "0.2.4", added), Ok(()));
    assert_eq!(bumped("1.2.3-alpha", "2.0.0-beta+1", unknown), Ok(()));
    assert_eq!(bumped("1.2.3", "3.0.0", "servers: []"), Ok(()), "only the version");
    for (old, new) in [
        ("2.0.0-rc.1", "2.0.0"),
        ("2.0.0-rc.1", "2.0.0-rc.2"),
        ("0.3.0-rc.1", "0.3.0"),
    ] {
        assert_eq!(
            bumped(old, new, unknown),
            Ok(()),
            "a pre-release may break: {old} to {new}"
        );
    }
    for old in ["2024-05", "'1'", "1.0", "~"] {
        assert_eq!(
            bumped(old, "2.0.0", added),
            Ok(()),
            "any version is accepted after a malformed one: {old}"
        );
    }
    let errors = [
        bumped("1.2.3", "1.2.3", added),
        bumped("1.2.3", "1.2.9", added),
        bumped("1.2.3", "1.3.0", unknown),
        bumped("0.2.3", "0.2.4", unknown),
        bumped("1.2.3", "0.9.0", added),
        bumped("2.0.0-rc.1", "2.0.0-rc.1", unknown),
        bumped("2.1.0-rc.1", "2.1.0", unknown),
        bumped("1.2.4-rc.1", "1.2.4", added),
        bumped("1.2.3", "1.2.3-rc.1", "servers: []\nx-more: 1"),
        bumped("1.2.3", "2024-05", added),
        bumped("1.2.3", "1.3", added),
    ];
    let errors: Vec<String> = errors.into_iter().filter_map(Result::err).collect();
    insta::assert_snapshot!(errors.join("\n"));
}
