//! Checks a value against a schema, and describes a violation in a sentence.

use std::collections::BTreeMap;

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::id::property;
use crate::problem::Problem;
use crate::schema::{Direction, Schemas, below};
use crate::value::Shape;
use crate::wording::{excerpt, one_of, shown};

/// A text as each value that it may be by the schema, the likeliest first.
pub(crate) fn readings(schemas: &Schemas, shape: &Shape, text: &str) -> Vec<Value> {
    let types = shape.types(schemas);
    let may_be = |kind: &str| types.is_empty() || types.iter().any(|name| name == kind);
    let mut readings = Vec::new();
    let digits = text.strip_prefix('-').unwrap_or(text);
    let whole = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if whole && (may_be("integer") || may_be("number")) {
        let integer = text.parse::<i64>().map(Value::from);
        let integer = integer.or_else(|_| text.parse::<u64>().map(Value::from));
        // A larger one would become another number; only a number may be one that is near.
        let near = || {
            text.parse::<f64>()
                .ok()
                .filter(|_| types.iter().any(|name| name == "number"))
        };
        readings.extend(integer.ok().or_else(|| near().map(Value::from)));
    }
    let numeric = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    if !whole && numeric && may_be("number") {
        readings.extend(text.parse::<f64>().ok().map(Value::from));
    }
    if may_be("boolean") && (text == "true" || text == "false") {
        readings.push((text == "true").into());
    }
    if may_be("null") && text == "null" {
        readings.push(Value::Null);
    }
    if may_be("string") {
        readings.push(text.into());
    }
    readings
}

/// Reads a text by a schema. `name` is that of the parameter or field.
///
/// # Errors
/// What the text may be instead.
pub(crate) fn text(schemas: &Schemas, pointer: &str, name: &str, text: &str) -> Result<Value, Problem> {
    let shape = Shape::at(schemas, Direction::Request, pointer);
    let readings = readings(schemas, &shape, text);
    let validator = schemas
        .validator(Direction::Request, pointer)
        .map_err(Problem::internal)?;
    let mut reason = None;
    for reading in readings {
        match validator.validate(&reading) {
            Ok(()) => return Ok(reading),
            Err(error) => reason = Some(excerpt(&error.masked().to_string())),
        }
    }
    let bits = match is_too_large(text) && !shape.keywords.contains_key("maximum") {
        true => ", of at most 64 bits",
        false => "",
    };
    let wanted = match (wanted(&shape.keywords), reason) {
        (Some(wanted), _) => format!("Use {wanted}{bits}."),
        (None, Some(reason)) => format!("That is wrong: {reason}."),
        (None, None) => format!("Use {}.", kinds(&shape.types(schemas))),
    };
    Err(Problem::invalid(name, format!("`{name}` is {}. {wanted}", shown(text))))
}

/// Checks a value by a schema. `name` says what the value is: a parameter, or `body`.
///
/// # Errors
/// The place in the value, and what is wrong with it.
pub(crate) fn value(schemas: &Schemas, pointer: &str, name: &str, value: &Value) -> Result<(), Problem> {
    let validator = schemas
        .validator(Direction::Request, pointer)
        .map_err(Problem::internal)?;
    let Err(error) = validator.validate(value) else {
        return Ok(());
    };
    let error = innermost(&error);
    let place = format!("{name}{}", error.instance_path());
    // The value itself may be long, and be a secret.
    let reason = error.masked().to_string();
    Err(Problem::invalid(
        place.clone(),
        format!(
            "`{}` is not as documented: {}.",
            excerpt(&place),
            excerpt_of_reason(&reason)
        ),
    ))
}

/// Checks that JSON has no integer that does not fit into 64 bits, where a schema has an integer: it would be kept as
/// a floating-point number, and come back as another one. `name` is as for [`value`].
///
/// # Errors
/// The place of the integer.
pub(crate) fn integers(schemas: &Schemas, pointer: &str, name: &str, json: &[u8]) -> Result<(), Problem> {
    // The shortest has 19 digits; usually there are none so long.
    let mut numbers = json.split(|byte| !byte.is_ascii_digit());
    if !numbers.any(|digits| digits.len() >= 19) {
        return Ok(());
    }
    let json = serde_json::from_slice(json).ok();
    let found = json.and_then(|raw| too_large(schemas, pointer, raw, name));
    found.map_or(Ok(()), |(place, number)| {
        let message = format!(
            "`{}` is {}, an integer that does not fit into 64 bits. Send one that does.",
            excerpt(&place),
            shown(number)
        );
        Err(Problem::invalid(place, message))
    })
}

fn too_large<'j>(schemas: &Schemas, pointer: &str, raw: &'j RawValue, place: &str) -> Option<(String, &'j str)> {
    let (pointer, _) = schemas.resolve(Direction::Request, pointer)?;
    let text = raw.get();
    match text.as_bytes().first()? {
        b'{' => {
            let members: BTreeMap<String, &RawValue> = serde_json::from_str(text).ok()?;
            members.into_iter().find_map(|(name, member)| {
                let others = || below(&pointer, ["additionalProperties"]);
                let schema = property(schemas, &pointer, &name).unwrap_or_else(others);
                too_large(schemas, &schema, member, &below(place, [name.as_str()]))
            })
        }
        b'[' => {
            let items: Vec<&RawValue> = serde_json::from_str(text).ok()?;
            items.into_iter().enumerate().find_map(|(number, item)| {
                let number = number.to_string();
                let of_its_own = below(&pointer, ["prefixItems", &number]);
                let schema = match schemas.resolve(Direction::Request, &of_its_own) {
                    Some(_) => of_its_own,
                    None => below(&pointer, ["items"]),
                };
                too_large(schemas, &schema, item, &below(place, [number.as_str()]))
            })
        }
        _ => {
            let types = Shape::at(schemas, Direction::Request, &pointer).types(schemas);
            let is = |kind: &str| types.iter().any(|name| name == kind);
            (is("integer") && !is("number") && is_too_large(text)).then(|| (place.to_owned(), text))
        }
    }
}

/// Whether a text is an integer that does not fit into 64 bits.
fn is_too_large(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let whole = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    whole && text.parse::<i64>().is_err() && text.parse::<u64>().is_err()
}

/// The violation in the branch of a union that a value is nearest to, where that is deeper.
fn innermost<'e, 'v>(error: &'e ValidationError<'v>) -> &'e ValidationError<'v> {
    let branches = match error.kind() {
        ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } => context,
        _ => return error,
    };
    // A value with a tag of an enum belongs to the branch with that tag.
    let named = |branch: &&Vec<ValidationError<'v>>| {
        let other = |error: &ValidationError<'_>| {
            matches!(
                error.kind(),
                ValidationErrorKind::Enum { .. } | ValidationErrorKind::Constant { .. }
            )
        };
        !branch.iter().any(other)
    };
    let nearest = branches.iter().filter(named).min_by_key(|branch| branch.len());
    match nearest.and_then(|branch| branch.first()) {
        Some(inner) if inner.instance_path().as_str().len() > error.instance_path().as_str().len() => innermost(inner),
        _ => error,
    }
}

fn excerpt_of_reason(reason: &str) -> String {
    const LONGEST: usize = 300;
    match reason.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &reason[..end]),
        None => reason.to_owned(),
    }
}

/// What a schema demands, in a few words; none where that would take more.
fn wanted(keywords: &Map<String, Value>) -> Option<String> {
    if let Some(values) = keywords.get("enum").and_then(Value::as_array) {
        let texts = values.iter().filter(|value| !value.is_null());
        return Some(one_of(
            texts.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned)),
        ));
    }
    let bound = |name: &str| keywords.get(name).filter(|bound| bound.is_number());
    let kind = match keywords.get("type").and_then(Value::as_str)? {
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => return Some("`true` or `false`".to_owned()),
        _ => return None,
    };
    let others = ["exclusiveMinimum", "exclusiveMaximum", "multipleOf", "not"];
    if others.iter().any(|name| keywords.contains_key(*name)) {
        return None;
    }
    Some(match (bound("minimum"), bound("maximum")) {
        (Some(low), Some(high)) => format!("{kind} from {low} to {high}"),
        (Some(low), None) => format!("{kind}, at least {low}"),
        (None, Some(high)) => format!("{kind}, at most {high}"),
        (None, None) => kind.to_owned(),
    })
}

fn kinds(types: &[String]) -> String {
    let names = types.iter().map(|name| match name.as_str() {
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "`true` or `false`",
        "array" => "a list",
        "object" => "an object",
        "null" => "`null`",
        _ => "a text",
    });
    names.collect::<Vec<_>>().join(" or ")
}
