//! Lists whose cursor is not the id: their order, and items with the same cursor.

use std::collections::BTreeSet;

use crate::http::{Response, send_body, send_json};
use ittybit_emulator::Emulator;
use proptest::prelude::*;
use serde_json::{Value, json};

/// An emulator of one list, whose cursor is a property with this schema.
fn start(cursor: &str, schema: &str) -> Emulator {
    let document = format!(
        "
openapi: 3.0.3
info: {{ title: Notes, version: '1' }}
paths:
  /notes:
    get:
      x-cursor-pagination: {{ forward: after, backward: before, cursor: {cursor}, limit: limit, has-more: More }}
      parameters:
        - {{ name: after, in: query, schema: {schema} }}
        - {{ name: before, in: query, schema: {schema} }}
        - {{ name: order, in: query, schema: {{ type: string, enum: [asc, desc], default: desc }} }}
        - {{ name: limit, in: query, schema: {{ type: integer, minimum: 1, default: 100 }} }}
        - {{ name: color, in: query, schema: {{ type: string }} }}
      responses:
        '200':
          description: Notes.
          headers:
            Link: {{ schema: {{ type: string }} }}
            More: {{ schema: {{ type: boolean }} }}
            X-Total-Count: {{ required: true, schema: {{ type: integer, minimum: 0 }} }}
          content:
            application/json:
              schema: {{ type: array, items: {{ $ref: '#/components/schemas/Note' }} }}
        default: {{ description: Wrong. }}
    post:
      requestBody:
        content: {{ application/json: {{ schema: {{ $ref: '#/components/schemas/Note' }} }} }}
      responses:
        '201':
          description: The note.
          content: {{ application/json: {{ schema: {{ $ref: '#/components/schemas/Note' }} }} }}
        default: {{ description: Wrong. }}
  /notes/{{id}}:
    parameters: [{{ name: id, in: path, required: true, schema: {{ type: string }} }}]
    patch:
      requestBody:
        content: {{ application/json: {{ schema: {{ type: object }} }} }}
      responses:
        '200':
          description: The note.
          content: {{ application/json: {{ schema: {{ $ref: '#/components/schemas/Note' }} }} }}
        default: {{ description: Wrong. }}
components:
  schemas:
    Note:
      type: object
      required: [id]
      properties:
        id: {{ type: string, readOnly: true }}
        color: {{ type: string }}
        {cursor}: {schema}
"
    );
    Emulator::builder().document(document).start_blocking().unwrap()
}

fn push(emulator: &Emulator, id: &str, cursor: &str, value: Value) {
    let mut item = json!({ "id": id });
    if !value.is_null() {
        item[cursor] = value;
    }
    emulator.items("/notes").unwrap().push(item).unwrap();
}

fn get(emulator: &Emulator, target: &str) -> Response {
    let response = send_body(emulator, "GET", target, &[], b"");
    assert_eq!(response.status, 200, "{target}: {response:?}");
    response
}

/// The ids of each page, following the links.
fn pages(emulator: &Emulator, query: &str, relation: &str) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut target = Some(format!("/notes?{query}"));
    while let Some(next) = target {
        let response = get(emulator, &next);
        pages.push(response.ids());
        assert!(pages.len() < 1_000, "it does not end: {next}");
        let links = response.header("link").unwrap_or_default();
        target = links.split(", ").find_map(|link| {
            let link = link.strip_suffix(&format!(">; rel=\"{relation}\""))?;
            Some(link.strip_prefix('<')?.strip_prefix(emulator.base_url())?.to_owned())
        });
    }
    pages
}

#[test]
fn a_list_has_the_order_of_its_cursor() {
    for (cursor, schema, ascending) in [
        (
            "title",
            "{ type: string }",
            json!(["", "10", "9", "Zoe", "amber", "birch"]),
        ),
        (
            "weight",
            "{ type: number }",
            json!([-1e30, -2.5, -2, 0, 0.125, 9, 10, 1e30]),
        ),
        (
            "serial",
            "{ type: integer }",
            json!([
                -5,
                9_007_199_254_740_992_u64,
                9_007_199_254_740_993_u64,
                i64::MAX,
                u64::MAX
            ]),
        ),
        (
            "updated_at",
            "{ type: string, format: date-time }",
            json!([
                "2025-01-01T00:00:00+01:00",
                "2024-12-31T23:30:00Z",
                "2025-01-01T00:00:00Z",
                "2025-01-01T00:00:00.5Z",
            ]),
        ),
        ("updated_at", "{ type: integer }", json!([1, 2, 1_735_689_600])),
        (
            "due_on",
            "{ type: string, format: date }",
            json!(["1969-12-31", "2025-01-01"]),
        ),
    ] {
        let emulator = start(cursor, schema);
        let values = ascending.as_array().unwrap();
        let count = values.len();
        // In an order that is neither that of the values nor its opposite.
        for number in (0..count).step_by(2).chain((1..count).step_by(2).rev()) {
            push(&emulator, &number.to_string(), cursor, values[number].clone());
        }
        let mut expected: Vec<_> = (0..count).map(|number| number.to_string()).collect();
        assert_eq!(
            pages(&emulator, "order=asc&limit=1", "next").concat(),
            expected,
            "{cursor}"
        );
        expected.reverse();
        assert_eq!(pages(&emulator, "limit=1", "next").concat(), expected, "{cursor}");
        let [first, last] =
            [0, count - 1].map(|number| values[number].to_string().replace('"', "").replace('+', "%2B"));
        assert_eq!(
            get(&emulator, &format!("/notes?after={first}")).ids(),
            [""; 0],
            "{cursor}"
        );
        let before = get(&emulator, &format!("/notes?order=asc&before={last}&limit=1"));
        assert_eq!(before.ids(), [(count - 2).to_string()], "{cursor}");
    }
}

#[test]
fn a_changed_cursor_is_another_place() {
    let emulator = start("title", "{ type: string }");
    for title in ["a", "b", "c"] {
        push(&emulator, title, "title", title.into());
    }
    let patched = send_json(&emulator, "PATCH", "/notes/a", &[], &json!({ "title": "d" }));
    assert_eq!(patched.status, 200);
    assert_eq!(get(&emulator, "/notes").ids(), ["a", "c", "b"]);
    // Where it was is still a place.
    assert_eq!(get(&emulator, "/notes?order=asc&after=a").ids(), ["b", "c", "a"]);
    // What is created has the cursor that was sent.
    let created = send_json(&emulator, "POST", "/notes", &[], &json!({ "title": "bb" })).json();
    assert_eq!(created["title"], "bb");
    assert_eq!(
        get(&emulator, "/notes?order=asc&after=b&limit=1").ids()[0],
        created["id"]
    );
}

#[test]
fn items_with_one_cursor_are_on_one_page() {
    let emulator = start("created_at", "{ type: integer, readOnly: true }");
    // The clock stands still.
    for _ in 0..5 {
        assert_eq!(send_json(&emulator, "POST", "/notes", &[], &json!({})).status, 201);
    }
    push(&emulator, "later", "created_at", 2_000_000_000.into());
    push(&emulator, "earlier", "created_at", 1.into());
    for order in ["asc", "desc"] {
        let pages = pages(&emulator, &format!("limit=1&order={order}"), "next");
        let lengths: Vec<_> = pages.iter().map(Vec::len).collect();
        assert_eq!(lengths, [1, 5, 1], "{order}");
    }
    let before = get(&emulator, "/notes?before=1&limit=2");
    assert_eq!((before.ids().len(), before.header("more")), (5, Some("true")));
}

#[test]
fn a_total_in_a_header_is_that_of_all_pages() {
    let emulator = start("size", "{ type: integer }");
    let notes = emulator.items("/notes").unwrap();
    for number in 0..7 {
        let color = if number % 3 == 0 { "red" } else { "blue" };
        notes
            .push(json!({ "id": number.to_string(), "size": number, "color": color }))
            .unwrap();
    }
    for (query, total) in [
        ("", "7"),
        ("color=red", "3"),
        ("color=blue&after=3", "4"),
        ("color=green", "0"),
    ] {
        let page = get(&emulator, &format!("/notes?limit=2&{query}"));
        assert_eq!(page.header("x-total-count"), Some(total), "{query}");
    }
}

#[test]
fn many_values_fit_between_two() {
    let emulator = start("title", "{ type: string }");
    push(&emulator, "first", "title", "a".into());
    push(&emulator, "last", "title", "b".into());
    let mut expected = vec!["first".to_owned()];
    for length in 1..=100 {
        let id = format!("note_{length}");
        push(&emulator, &id, "title", format!("a{}", "m".repeat(length)).into());
        expected.push(id);
    }
    expected.push("last".to_owned());
    assert_eq!(pages(&emulator, "order=asc&limit=7", "next").concat(), expected);
    // And the other way round, each before all that came earlier.
    let emulator = start("title", "{ type: string }");
    push(&emulator, "first", "title", "a".into());
    for length in (1..=100).rev() {
        push(
            &emulator,
            &format!("note_{length}"),
            "title",
            format!("a{}", "m".repeat(length)).into(),
        );
    }
    expected.pop();
    assert_eq!(pages(&emulator, "order=asc&limit=7", "next").concat(), expected);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn no_item_is_lost_among_equal_cursors(
        values in prop::collection::vec((prop::option::weighted(0.8, 0..5i64), any::<bool>()), 0..30),
        limit in 1..6usize,
        ascending: bool,
        red: bool,
    ) {
        let emulator = start("size", "{ type: integer }");
        let notes = emulator.items("/notes").unwrap();
        let mut expected = Vec::new();
        for (number, (value, is_red)) in values.iter().enumerate() {
            let mut item = json!({ "id": format!("note_{number}"), "color": if *is_red { "red" } else { "blue" } });
            if let Some(value) = value {
                item["size"] = (*value).into();
            }
            notes.push(item).unwrap();
            if *is_red || !red {
                expected.push((*value, number));
            }
        }
        expected.sort_unstable();
        if !ascending {
            expected.reverse();
        }
        let ids: Vec<_> = expected.iter().map(|(_, number)| format!("note_{number}")).collect();
        let order = if ascending { "asc" } else { "desc" };
        let filter = if red { "&color=red" } else { "" };
        let query = format!("limit={limit}&order={order}{filter}");
        let forward = pages(&emulator, &query, "next");
        prop_assert_eq!(forward.concat(), ids.clone());
        for page in &forward[..forward.len() - 1] {
            prop_assert!(page.len() >= limit);
        }
        // Backward from the last value: all but the items that have it, or have none and come last.
        let cursors: BTreeSet<_> = expected.iter().filter_map(|(value, _)| *value).collect();
        let last = if ascending { cursors.last() } else { cursors.first() };
        if let Some(last) = last {
            let mut backward = pages(&emulator, &format!("{query}&before={last}"), "prev");
            backward.reverse();
            let end = expected.iter().position(|(value, _)| value == &Some(*last)).unwrap();
            prop_assert_eq!(backward.concat(), ids[..end].to_vec());
        }
    }
}
