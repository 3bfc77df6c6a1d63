//! Examples: the docs of each public item contain an example, with values from the document where it has some.
//! rustdoc tests them: examples that send nothing are run, the others are only compiled.

use serde_json::Value;
use syn::Type;

use super::context::{Context, name_of};
use super::paths;
use crate::lower::{TIMESTAMP, fits};
use crate::model::{Bound, Bounds, Literal, Location, Parameter};
use crate::name;

/// Statements longer than this are broken into several lines. The crate's name counts as one character, because it is
/// inserted by layout.
const WIDTH: usize = 72;

/// A value that consists of more values than this has no example: its type may be recursive.
const MOST_VALUES: usize = 64;

/// The beginning of 2025, in Unix seconds.
const NEW_YEAR: i64 = 1_735_689_600;

/// Expressions for a body and for a file to upload. There is no file with that name.
pub(crate) const BODY: &str = "\u{2}::body::Body::file(\"file\")";
pub(crate) const FILE: &str = "\u{2}::body::File::path(\"file\")";

/// What the document says about a value for an example.
#[derive(Clone, Copy, Default)]
pub(crate) struct Hint<'a> {
    pub example: Option<&'a Value>,
    pub bounds: Option<&'a Bounds>,
    /// Whether an object has a property even if none is required: an empty one cannot be in a path.
    pub not_empty: bool,
}

impl<'a> Hint<'a> {
    pub(crate) fn of(parameter: &'a Parameter) -> Self {
        Self {
            example: parameter.example.as_ref().or(parameter.default.as_ref()),
            bounds: Some(&parameter.bounds),
            not_empty: parameter.location == Location::Path,
        }
    }

    /// The same for an item of a list.
    fn of_item(self, example: Option<&'a Value>) -> Self {
        Self {
            example,
            bounds: self.bounds.and_then(|bounds| bounds.items.as_deref()),
            not_empty: false,
        }
    }

    /// The items of a list's example; without an example, one item of which nothing is known.
    fn items(self) -> Vec<Option<&'a Value>> {
        match self.example {
            Some(Value::Array(items)) if !items.is_empty() => items.iter().map(Some).collect(),
            _ => vec![None],
        }
    }

    /// A number that the bounds allow.
    fn number(self) -> i64 {
        let bound = |bound: Option<Bound>, round: fn(f64) -> f64, inward: i64| {
            let Bound { value, exclusive } = bound?;
            let value = match value {
                Literal::Integer(value) => value,
                Literal::Float(value) => round(value) as i64,
            };
            Some(value.saturating_add(inward * i64::from(exclusive)))
        };
        let least = bound(self.bounds.and_then(|bounds| bounds.minimum), f64::ceil, 1);
        let most = bound(self.bounds.and_then(|bounds| bounds.maximum), f64::floor, -1);
        let number = least.unwrap_or(1).min(most.unwrap_or(i64::MAX));
        match self.bounds.and_then(|bounds| bounds.multiple_of) {
            Some(Literal::Integer(factor)) => number.saturating_add((-number.rem_euclid(factor)).rem_euclid(factor)),
            _ => number,
        }
    }

    /// A text that the bounds allow. `None` if the shortest text that matches the pattern has another length.
    fn text(self) -> Option<String> {
        if let Some(text) = self.example.and_then(Value::as_str) {
            return Some(text.to_owned());
        }
        let (least, most) = match self.bounds {
            Some(bounds) => (bounds.min_length.unwrap_or(0), bounds.max_length.unwrap_or(usize::MAX)),
            None => (0, usize::MAX),
        };
        if let Some(pattern) = self.bounds.and_then(|bounds| bounds.pattern.as_ref()) {
            let fits = |text: &String| (least..=most).contains(&text.len());
            return pattern.example.clone().filter(fits);
        }
        let length = "text".len().max(least.min(WIDTH)).min(most);
        Some("text".chars().cycle().take(length).collect())
    }
}

impl Context<'_> {
    /// An expression that a setter of the type accepts. `None` if the value would have too many parts.
    pub(crate) fn argument(self, ty: &Type, hint: Hint) -> Option<String> {
        Expression {
            context: self,
            left: MOST_VALUES,
        }
        .of(ty, hint, false)
    }

    /// A value as text, for `set`.
    pub(crate) fn text(self, ty: &Type, hint: Hint) -> Option<String> {
        let ty = self.resolved(ty);
        let (ty, hint) = match paths::argument(&ty, "Vec") {
            Some(item) => (item, hint.of_item(hint.items().first().copied().flatten())),
            None => (&ty, hint),
        };
        let ty = paths::argument(ty, "Option").unwrap_or(ty);
        let known = name_of(ty).and_then(|name| self.model.enums.get(&name));
        match (hint.example, known.and_then(|known| known.variants.first())) {
            _ if paths::is(ty, TIMESTAMP) => Some("2025-01-01T00:00:00Z".to_owned()),
            (Some(Value::String(text)), _) => Some(text.clone()),
            (Some(value @ (Value::Number(_) | Value::Bool(_))), _) => Some(value.to_string()),
            (_, Some((_, variant))) => Some(variant.value.clone()),
            _ if paths::is(ty, "bool") => Some("true".to_owned()),
            _ if paths::is(ty, "String") => hint.text(),
            _ => Some(hint.number().to_string()),
        }
    }
}

/// The state while an expression is built.
struct Expression<'a> {
    context: Context<'a>,
    /// How many more values it may contain.
    left: usize,
}

impl Expression<'_> {
    /// `exact`: the expression has exactly this type, not only one that converts to it.
    fn of(&mut self, ty: &Type, hint: Hint, exact: bool) -> Option<String> {
        self.left = self.left.checked_sub(1)?;
        let ty = &self.context.resolved(ty);
        if let Some(inner) = paths::argument(ty, "Box") {
            return Some(format!("Box::new({})", self.of(inner, hint, true)?));
        }
        if let Some(inner) = paths::argument(ty, "Option") {
            return Some(format!("Some({})", self.of(inner, hint, true)?));
        }
        if let Some(inner) = paths::argument(ty, "Vec") {
            let items = hint.items().into_iter();
            let items: Option<Vec<String>> = items.map(|item| self.of(inner, hint.of_item(item), true)).collect();
            return Some(format!("vec![{}]", items?.join(", ")));
        }
        if let Some(value) = paths::argument(ty, "BTreeMap") {
            let value = self.of(value, Hint::default(), true)?;
            return Some(format!(
                "std::collections::BTreeMap::from([(\"key\".to_owned(), {value})])"
            ));
        }
        if paths::argument(ty, "Map").is_some() {
            let value = "serde_json::json!(\"value\")";
            return Some(format!("serde_json::Map::from_iter([(\"key\".to_owned(), {value})])"));
        }
        let Type::Path(path) = ty else { return None };
        if path.path.segments[0].ident == "ittybit_runtime" {
            let made = match path.path.segments.last()?.ident == "File" {
                true => FILE,
                false => BODY,
            };
            return Some(made.to_owned());
        }
        if path.path.segments[0].ident == "serde_json" {
            return Some("serde_json::json!({ \"key\": \"value\" })".to_owned());
        }
        let name = name_of(ty)?;
        if let Some(known) = self.context.model.enums.get(&name) {
            let example = hint.example.and_then(Value::as_str);
            let shown = known
                .variants
                .iter()
                .find(|(_, variant)| Some(variant.value.as_str()) == example);
            let (variant, _) = shown.or_else(|| known.variants.first())?;
            return Some(format!("\u{2}::{name}::{variant}"));
        }
        if let Some(union) = self.context.model.unions.get(&name) {
            let (variant, found) = union.variants.first()?;
            let ty = syn::parse2(found.ty.clone()).ok()?;
            let value = self.of(&ty, Hint::default(), true)?;
            let value = if found.boxed {
                format!("Box::new({value})")
            } else {
                value
            };
            return Some(format!("\u{2}::{name}::{variant}({value})"));
        }
        if self.context.model.structs.contains_key(&name) {
            let (head, mut calls) = self.builder(&name, false)?;
            if calls.is_empty() && hint.not_empty {
                calls = self.builder(&name, true)?.1;
                calls.truncate(1);
            }
            let build = if exact { ".build()?" } else { "" };
            return Some(format!("{head}{}{build}", calls.concat()));
        }
        let text = match (name.as_str(), hint.example) {
            ("String", _) => {
                let text = format!("{:?}", hint.text()?);
                if exact { format!("{text}.to_owned()") } else { text }
            }
            ("bool", example) => example.and_then(Value::as_bool).unwrap_or(true).to_string(),
            ("f64", example) => format!("{:?}", example.and_then(Value::as_f64).unwrap_or(hint.number() as f64)),
            (TIMESTAMP, example) => {
                let seconds = example.and_then(Value::as_i64).unwrap_or(NEW_YEAR);
                format!("\u{2}::Timestamp::from_unix_seconds({seconds})")
            }
            (number, example) => {
                let mut values = [example.and_then(Value::as_i64), Some(hint.number()), Some(1)].into_iter();
                let value = values.find_map(|value| value.filter(|value| fits(Literal::Integer(*value), number)))?;
                // A literal without a suffix may be read as an `i32`.
                if exact || i32::try_from(value).is_err() {
                    format!("{value}_{number}")
                } else {
                    value.to_string()
                }
            }
        };
        Some(text)
    }

    /// The start of a builder expression, and a call for each required field. `whole`: for each field that has a value.
    fn builder(&mut self, name: &str, whole: bool) -> Option<(String, Vec<String>)> {
        let mut calls = Vec::new();
        let fields = match whole {
            true => self.context.fields(name).collect(),
            false => self.context.required_fields(name),
        };
        for (rust, field, optional, ty) in fields {
            let hint = Hint {
                example: field.example.as_ref(),
                ..Hint::default()
            };
            match self.of(ty, hint, false) {
                Some(argument) => calls.push(format!(".{rust}({argument})")),
                None if optional => {}
                None => return None,
            }
        }
        Some((format!("\u{2}::{name}::builder()"), calls))
    }
}

/// A struct that is built from its required fields.
pub(crate) fn built(context: Context, name: &str) -> Option<String> {
    Some(block(&made(&name::field_name(name), context, name, false)?))
}

/// `whole`: with all fields that have a value.
fn made(variable: &str, context: Context, name: &str, whole: bool) -> Option<String> {
    let mut expression = Expression {
        context,
        left: MOST_VALUES,
    };
    let (head, mut calls) = expression.builder(name, whole)?;
    calls.push(".build()?".to_owned());
    Some(statement(&format!("let {variable} = {head}"), &calls))
}

/// An enum and the string of a variant.
pub(crate) fn of_enum(name: &str, variant: &str, text: &str) -> String {
    let value = name::field_name(name);
    block(&format!(
        "let {value} = \u{2}::{name}::from({text:?});\nassert_eq!({value}, \u{2}::{name}::{variant});\n\
         assert_eq!({value}.as_str(), {text:?});"
    ))
}

/// A predicate of an enum: `yes` is a variant for which it is true, and `no` one for which it is false.
pub(crate) fn of_predicate(name: &str, method: &str, yes: Option<&str>, no: Option<&str>) -> String {
    let line = |variant: &str, not: &str| format!("assert!({not}\u{2}::{name}::{variant}.{method}());");
    let lines = [
        yes.map(|variant| line(variant, "")),
        no.map(|variant| line(variant, "!")),
    ];
    block(&lines.into_iter().flatten().collect::<Vec<_>>().join("\n"))
}

/// The conversion from one enum to another.
pub(crate) fn of_conversion(from: &str, one: &str, to: &str, other: &str) -> String {
    block(&format!(
        "let filter = \u{2}::{to}::from(\u{2}::{from}::{one});\nassert_eq!(filter, \u{2}::{to}::{other});"
    ))
}

/// The argument of a setter.
#[derive(Clone)]
pub(crate) struct Argument {
    /// Statements that come before it, if one expression is not enough.
    pub before: String,
    pub expression: String,
}

impl Argument {
    pub(crate) fn plain(expression: String) -> Self {
        let before = String::new();
        Self { before, expression }
    }

    /// The body of a request. An object is built in a statement before the request.
    pub(crate) fn body(context: Context, ty: &Type) -> Option<Self> {
        match Self::object(context, ty) {
            None => context.argument(ty, Hint::default()).map(Self::plain),
            Some(name) => Self::made(context, &name, false),
        }
    }

    /// The body of a request with all fields, if it is an object with optional fields.
    pub(crate) fn whole(context: Context, ty: &Type) -> Option<Self> {
        let name = Self::object(context, ty)?;
        let has_optional = context.fields(&name).any(|(_, _, optional, _)| optional);
        has_optional.then(|| Self::made(context, &name, true))?
    }

    fn object(context: Context, ty: &Type) -> Option<String> {
        name_of(&context.resolved(ty)).filter(|name| context.model.structs.contains_key(name))
    }

    fn made(context: Context, name: &str, whole: bool) -> Option<Self> {
        Some(Self {
            before: made("body", context, name, whole)? + "\n",
            expression: "body".to_owned(),
        })
    }
}

/// The list of all operations.
pub(crate) fn of_operations() -> String {
    block(
        "for operation in \u{2}::operation::OPERATIONS {\n    println!(\"{} {}\", operation.method, operation.path);\n}",
    )
}

/// The lists among the operations.
pub(crate) fn of_lists() -> String {
    block("for list in \u{2}::operation::LISTS {\n    println!(\"{}\", list.operation().summary);\n}")
}

/// The API as data.
pub(crate) fn of_api() -> String {
    block("for scheme in \u{2}::operation::API.schemes {\n    println!(\"{}: {}\", scheme.name, scheme.noun);\n}")
}

/// A statement that ends in calls, each on its own line if they do not fit into one line.
pub(crate) fn statement(begin: &str, calls: &[String]) -> String {
    let line = format!("{begin}{};", calls.concat());
    if calls.len() < 2 || line.len() <= WIDTH {
        return line;
    }
    format!("{begin}\n    {};", calls.join("\n    "))
}

/// Code as a block for rustdoc. With a `?`, it needs a surrounding function that returns a `Result`.
pub(super) fn block(code: &str) -> String {
    let fails = code.contains('?') && !code.starts_with("# ");
    let end = if fails { "\n# Ok::<(), \u{2}::Error>(())" } else { "" };
    format!("```\n{code}{end}\n```")
}
