//! One small document for each rule of the generator, with a snapshot of the code.
//!
//! To add a rule, add a file to `rules/`.

mod support;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use ittybit_spec::{Diagnostic, Document};
use support::{generate, json, rules};

#[test]
fn each_rule_makes_its_code() {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_snapshot_path("snapshots/rules");
    let mut failed = Vec::new();
    for (name, text) in rules() {
        let client = generate(&name, &text).unwrap_or_else(|findings| panic!("{name} has errors:\n{findings}"));
        // Every document has an `info`.
        let notes = client.notes.iter().filter(|note| !note.message().starts_with("`info`"));
        let notes: Vec<String> = notes.map(Diagnostic::to_string).collect();
        let shown = format!("{}\n{}", cut(&name, &client.code), notes.join("\n\n"));
        let snapshot = AssertUnwindSafe(|| settings.bind(|| insta::assert_snapshot!(name.as_str(), shown)));
        if catch_unwind(snapshot).is_err() {
            failed.push(name);
        }
    }
    assert!(failed.is_empty(), "different from the snapshots: {failed:?}");
}

/// Leaves out what is the same in all snapshots: the client itself, except in the rules about security; the blocking
/// methods; the builders of structs, except in the rules about fields; examples and the method `set`, except in the
/// rule about examples.
fn cut(rule: &str, code: &str) -> String {
    let with_builders = ["name_field", "nullable", "extra", "recursion"]
        .iter()
        .any(|name| rule.starts_with(name));
    let mut kept = String::new();
    for item in items(code) {
        let head = item
            .lines()
            .map(str::trim)
            .find(|line| !line.is_empty() && !line.starts_with(['/', '#']));
        let of_struct = head.is_some_and(|head| {
            let name = head.split([' ', '<', '>']).find(|word| word.ends_with("Builder"));
            name.is_some() || head.starts_with("impl") && item.contains("fn builder() ->")
        });
        let blocking = item.contains("#[cfg(feature = \"blocking\")]\n");
        let of_client = head.is_some_and(|head| {
            let starts = ["pub use ", "static API", "ittybit_runtime::client!"];
            starts.iter().any(|start| head.starts_with(start)) && !item.starts_with(' ')
        });
        if of_client && !rule.starts_with("security") {
            continue;
        }
        if !blocking && (with_builders || !of_struct) {
            kept.push_str(&item);
        }
    }
    if rule.starts_with("example") {
        kept
    } else {
        without_examples(&kept)
    }
}

fn without_examples(code: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let (mut in_example, mut in_set) = (false, false);
    // The fence of the code block from the document that the line is in.
    let mut block: Option<&str> = None;
    for line in code.lines() {
        let docs = line.trim_start();
        let ends = docs.strip_prefix("///").and_then(support::fence);
        let fence = block.is_none() && ends == Some(("```", ""));
        block = match (block, ends) {
            (Some(ticks), ends) => Some(ticks).filter(|ticks| ends != Some((*ticks, ""))),
            (None, Some((ticks, _))) if !fence && !in_example => Some(ticks),
            (None, _) => None,
        };
        in_set |= docs.starts_with("/// Sets a parameter by its name in [`OPERATION`]");
        if fence && !in_example && kept.last().is_some_and(|last| last.trim_start() == "///") {
            kept.pop();
        }
        if !fence && !in_example && !in_set {
            kept.push(line);
        }
        in_example ^= fence;
        in_set &= line != "        }";
    }
    kept.join("\n") + "\n"
}

/// The items of the file and of its modules, each with the blank line before it.
fn items(code: &str) -> Vec<String> {
    let mut items = vec![String::new()];
    let mut blank = false;
    let mut in_module = false;
    for line in code.lines() {
        let indent = line.len() - line.trim_start().len();
        let module_ends = in_module && line == "}";
        in_module = (in_module || line.starts_with("pub mod ")) && !module_ends;
        if module_ends || blank && (indent == 0 || indent == 4 && in_module) {
            items.push(String::new());
        }
        let item = items.last_mut().expect("one");
        if blank {
            item.push('\n');
        }
        blank = line.is_empty();
        if !blank {
            item.push_str(&format!("{line}\n"));
        }
    }
    items
}

/// A name that is taken keeps its suffix when parts of the document change that have other names.
#[test]
fn names_that_are_taken_are_stable() {
    let text = rules()
        .into_iter()
        .find(|(name, _)| name == "name_taken.yaml")
        .unwrap()
        .1;
    let schema = "    Unrelated: { type: object, properties: { kind: { type: string, enum: [a] } } }\n";
    let path = "  /unrelated:\n    get: { operationId: unrelated, responses: { '204': { description: Fine. } } }\n";
    let without = |start: &str| -> String {
        let kept = text.lines().filter(|line| !line.trim_start().starts_with(start));
        kept.map(|line| format!("{line}\n")).collect()
    };
    let before = names(&text);
    for (changed, difference) in [
        (text.replace("  schemas:\n", &format!("  schemas:\n{schema}")), 2),
        (text.replace("openapi:", &format!("{schema}openapi:")), 2),
        (text.replace("paths:\n", &format!("paths:\n{path}")), 1),
        (text.replace("components:\n", &format!("{path}components:\n")), 1),
        // An alias, which `names` leaves out.
        (without("Value:"), 0),
        (without("delete:"), -1),
    ] {
        let after = names(&changed);
        assert_eq!(after.len() as i64, before.len() as i64 + difference, "{changed}");
        for (place, name) in &after {
            assert!(
                before.get(place).is_none_or(|before| before == name),
                "{place}: {name} in {changed}"
            );
        }
    }
}

/// The Rust names of schemas, by their places, and those of methods, by their requests.
fn names(text: &str) -> BTreeMap<String, String> {
    let document = Document::parse("name_taken.yaml", text).unwrap();
    let cases = ittybit_codegen::cases(&document, "", "ittybit").unwrap();
    let types = cases
        .lines()
        .filter_map(|line| line.trim().split_once("\", generator.subschema_for::<"));
    let types = types.map(|(place, ty)| (place.to_owned(), ty.to_owned()));
    let code = generate("name_taken.yaml", text).unwrap().code;
    let lines: Vec<&str> = code.lines().map(str::trim_start).collect();
    let mut request = "";
    let mut found: BTreeMap<String, String> = types.collect();
    for line in lines {
        if line.starts_with("/// `") && !line.starts_with("/// ```") {
            request = line;
        } else if line.starts_with("pub fn ") && line.contains(" -> builder::") {
            found.entry(request.to_owned()).or_insert_with(|| line.to_owned());
        }
    }
    found
}

#[test]
fn line_ends_change_nothing() {
    for (name, text) in rules() {
        let unix = generate(&name, &text).expect(&name);
        let windows = generate(&name, &text.replace('\n', "\r\n")).expect(&name);
        assert!(unix.code == windows.code, "{name}");
        assert_eq!(unix.notes.to_string(), windows.notes.to_string(), "{name}");
    }
}

#[test]
fn the_same_document_results_in_the_same_code() {
    for (name, text) in rules() {
        let (first, second) = (
            generate(&name, &text).expect(&name),
            generate(&name, &text).expect(&name),
        );
        assert!(first.code == second.code, "{name}");
    }
}

#[test]
fn yaml_and_json_result_in_the_same_code() {
    for (name, text) in rules() {
        let json = json(Document::parse("api.yaml", text.as_str()).expect(&name).root(), false);
        let [yaml, json] = [&text, &json].map(|text| generate("api.txt", text).expect(&name).code);
        assert!(yaml == json, "{name}");
    }
}
