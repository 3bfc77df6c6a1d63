//! Documents with random faults, to find what the generator does with those that nobody wrote.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use fastrand::Rng;
use ittybit_spec::Document;
use serde_json::{Value, json};

/// Larger documents are not used, so that thousands take minutes.
const LARGEST: u64 = 256 * 1024;

/// Names with a meaning in a document, and odd ones.
const NAMES: [&str; 24] = [
    "$ref",
    "type",
    "allOf",
    "oneOf",
    "anyOf",
    "not",
    "items",
    "enum",
    "const",
    "default",
    "required",
    "properties",
    "additionalProperties",
    "discriminator",
    "pattern",
    "parameters",
    "content",
    "security",
    "",
    "/",
    "~1",
    "self",
    "\u{202a}`\u{1}",
    "Error",
];

/// Writes so many documents into a folder, each a random one of `paths` with one to four random changes. The same seed
/// makes the same documents.
///
/// # Errors
/// A file cannot be read or written, or all documents are too large.
pub(super) fn write(paths: &[PathBuf], folder: &Path, count: usize, seed: u64) -> Result<Vec<PathBuf>> {
    let mut small = Vec::new();
    for path in paths {
        let metadata = fs::metadata(path).with_context(|| format!("cannot read `{}`", path.display()))?;
        if metadata.len() <= LARGEST {
            small.push(path);
        }
    }
    ensure!(!small.is_empty(), "every document has more than {} KB", LARGEST / 1024);
    let mut rng = Rng::with_seed(seed);
    let mut written = Vec::new();
    for number in 0..count {
        let path = small[rng.usize(..small.len())];
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        // A document with a fault of its own has only its text.
        let text = match Document::read(path) {
            Ok(document) if rng.u8(..5) > 0 => {
                let mut document = document.root().to_json();
                for _ in 0..rng.usize(1..=4) {
                    change(&mut document, &mut rng);
                }
                serde_json::to_vec(&document)?
            }
            _ => {
                let text = fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
                cut(text, &mut rng)
            }
        };
        // Every text of JSON is one of YAML, and texts with a fault are read as either.
        let file = folder.join(format!("{number:05}-{name}.yaml"));
        fs::write(&file, text).with_context(|| format!("cannot write `{}`", file.display()))?;
        written.push(file);
    }
    Ok(written)
}

/// Takes a random range of a text out, or repeats it.
fn cut(text: Vec<u8>, rng: &mut Rng) -> Vec<u8> {
    let from = rng.usize(..=text.len());
    let to = rng.usize(from..=text.len().min(from + 2000));
    match rng.bool() {
        true => [&text[..from], &text[to..]].concat(),
        false => [&text[..to], &text[from..]].concat(),
    }
}

/// Makes one random change.
fn change(document: &mut Value, rng: &mut Rng) {
    let mut pointers = Vec::new();
    collect(document, &mut String::new(), &mut pointers);
    let pick = |rng: &mut Rng| pointers[rng.usize(..pointers.len())].clone();
    let (target, other) = (pick(rng), pick(rng));
    let copy = document.pointer(&other).cloned().unwrap_or_default();
    let Some(place) = document.pointer_mut(&target) else {
        return;
    };
    match rng.u8(..6) {
        0 => *place = odd(rng),
        1 => *place = copy,
        2 => *place = json!({ "$ref": format!("#{other}") }),
        3 => match place {
            Value::String(text) => {
                let at = rng.usize(..=text.chars().count());
                let at = text.char_indices().nth(at).map_or(text.len(), |(offset, _)| offset);
                text.insert_str(at, NAMES[rng.usize(..NAMES.len())]);
            }
            Value::Number(number) => *place = json!(number.as_f64().unwrap_or_default() * -1e9),
            _ => *place = odd(rng),
        },
        change => match place {
            Value::Object(members) if !members.is_empty() => {
                let key = members
                    .keys()
                    .nth(rng.usize(..members.len()))
                    .cloned()
                    .unwrap_or_default();
                let value = members.remove(&key);
                // The member has another name, or is gone.
                if let (4, Some(value)) = (change, value) {
                    members.insert(NAMES[rng.usize(..NAMES.len())].to_owned(), value);
                }
            }
            Value::Array(items) if !items.is_empty() => {
                let at = rng.usize(..items.len());
                let item = items.remove(at);
                if change == 4 {
                    items.extend([item.clone(), item]);
                }
            }
            _ => *place = odd(rng),
        },
    }
}

/// A value that is rarely where one looks for it.
fn odd(rng: &mut Rng) -> Value {
    let values = [
        json!(null),
        json!(true),
        json!(false),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(u64::MAX),
        json!(1e300),
        json!(""),
        json!("#"),
        json!("(a{9}){9}["),
        json!("string"),
        json!([]),
        json!([null, 1, "a", {}]),
        json!({}),
        json!({ "type": ["string", "null"] }),
        json!("x".repeat(5000)),
        json!(NAMES[rng.usize(..NAMES.len())]),
    ];
    values[rng.usize(..values.len())].clone()
}

/// The JSON pointers of all values.
fn collect(value: &Value, at: &mut String, pointers: &mut Vec<String>) {
    pointers.push(at.clone());
    let members: Vec<(String, &Value)> = match value {
        Value::Object(members) => members
            .iter()
            .map(|(key, value)| (key.replace('~', "~0").replace('/', "~1"), value))
            .collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(index, item)| (index.to_string(), item))
            .collect(),
        _ => return,
    };
    for (step, value) in members {
        let length = at.len();
        *at += "/";
        *at += &step;
        collect(value, at, pointers);
        at.truncate(length);
    }
}
