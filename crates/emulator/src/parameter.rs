//! The parameters of a request: read as the document writes them, and checked against it.

use hyper::HeaderMap;
use serde_json::{Map, Value};

use crate::check;
use crate::contract::{Contract, Location, Operation, Parameter, Scheme, Style};
use crate::percent;
use crate::problem::Problem;
use crate::route::PathValues;
use crate::schema::{Direction, below};
use crate::security::cookies;
use crate::value::Shape;
use crate::wording::{excerpt, one_of};

/// The values of a request's query parameters, by name, in the order of the document.
pub(crate) type QueryValues = Vec<(String, Value)>;

/// The pairs of a query.
///
/// # Errors
/// The pair that cannot be decoded.
pub(crate) fn pairs(query: &str) -> Result<Vec<(String, String)>, Problem> {
    percent::pairs(query).map_err(|text| {
        let message = format!(
            "`{}` is not percent-encoded UTF-8. Encode `%` as `%25`, and every byte that is not ASCII.",
            excerpt(text)
        );
        Problem::invalid("query", message)
    })
}

/// # Errors
/// The first parameter that is not as documented.
pub(crate) fn read(
    contract: &Contract,
    operation: &Operation,
    path: &PathValues,
    query: &[(String, String)],
    headers: &HeaderMap,
) -> Result<QueryValues, Problem> {
    let reader = Reader { contract };
    refuse_unknown(&reader, operation, query)?;
    let mut values = QueryValues::new();
    for parameter in &operation.parameters {
        let value = match parameter.location {
            Location::Path => {
                let text = path.iter().find(|(name, _)| *name == parameter.name);
                text.map(|(_, text)| reader.written(parameter, std::slice::from_ref(text)))
            }
            Location::Query => reader.query(parameter, query)?.map(Ok),
            Location::Header => {
                let texts = headers.get_all(&parameter.name).into_iter();
                let texts: Vec<_> = texts
                    .map(|value| value.to_str().unwrap_or("\u{fffd}").to_owned())
                    .collect();
                (!texts.is_empty()).then(|| reader.written(parameter, &[texts.join(",")]))
            }
            Location::Cookie => {
                let texts = cookies(headers).into_iter();
                let texts: Vec<_> = texts
                    .filter(|(name, _)| *name == parameter.name)
                    .map(|(_, text)| text)
                    .collect();
                (!texts.is_empty()).then(|| reader.written(parameter, &texts))
            }
        };
        match value {
            Some(value) => {
                let value = value?;
                if parameter.location == Location::Query {
                    values.push((parameter.name.clone(), value));
                }
            }
            None if parameter.required => {
                let message = format!(
                    "`{}` is missing. Send it in the {}.",
                    parameter.name,
                    place(parameter.location)
                );
                return Err(Problem::invalid(parameter.name.as_str(), message));
            }
            None => {}
        }
    }
    Ok(values)
}

fn place(location: Location) -> &'static str {
    match location {
        Location::Path => "path",
        Location::Query => "query",
        Location::Header => "headers",
        Location::Cookie => "cookies",
    }
}

fn refuse_unknown(reader: &Reader<'_>, operation: &Operation, query: &[(String, String)]) -> Result<(), Problem> {
    let of_query = || {
        let parameters = operation.parameters.iter();
        parameters.filter(|parameter| parameter.location == Location::Query)
    };
    for (place, (name, _)) in query.iter().enumerate() {
        let key = |scheme: &Scheme| matches!(scheme, Scheme::Key(Location::Query, key) if key == name);
        let Some(parameter) = of_query().find(|parameter| reader.takes(parameter, name)) else {
            if operation.security.iter().flatten().any(key) {
                continue;
            }
            let mut names: Vec<_> = of_query().map(|parameter| parameter.name.as_str()).collect();
            names.sort_unstable();
            let advice = match names.is_empty() {
                true => "Leave it out.".to_owned(),
                false => format!("Use {}.", one_of(names)),
            };
            let message = format!("There is no parameter `{}`. {advice}", excerpt(name));
            return Err(Problem::invalid(excerpt(name), message));
        };
        let again = query[..place].iter().any(|(earlier, _)| earlier == name);
        let list = parameter.explode && reader.is(parameter, "array");
        if again && !list && parameter.style != Style::Deep {
            let message = format!("`{}` is given more than once. Give it once.", excerpt(name));
            return Err(Problem::invalid(name.as_str(), message));
        }
    }
    Ok(())
}

struct Reader<'c> {
    contract: &'c Contract,
}

impl Reader<'_> {
    fn shape(&self, parameter: &Parameter) -> Shape {
        match &parameter.schema {
            Some(pointer) => Shape::at(&self.contract.schemas, Direction::Request, pointer),
            None => Shape::default(),
        }
    }

    fn is(&self, parameter: &Parameter, kind: &str) -> bool {
        let types = self.shape(parameter).types(&self.contract.schemas);
        !parameter.json && types.iter().any(|name| name == kind)
    }

    /// Whether an object's properties are parameters of their own.
    fn spreads(&self, parameter: &Parameter) -> bool {
        parameter.explode && parameter.style == Style::Commas && self.is(parameter, "object")
    }

    /// Whether a parameter in the query is written with this name.
    fn takes(&self, parameter: &Parameter, name: &str) -> bool {
        if parameter.style == Style::Deep {
            return deep(&parameter.name, name).is_some();
        }
        if self.spreads(parameter) {
            let shape = self.shape(parameter);
            let open = !matches!(
                shape.keywords.get("additionalProperties"),
                None | Some(Value::Bool(false))
            );
            return open || shape.properties(&self.contract.schemas).contains_key(name);
        }
        parameter.name == name
    }

    fn query(&self, parameter: &Parameter, pairs: &[(String, String)]) -> Result<Option<Value>, Problem> {
        let mine: Vec<_> = pairs.iter().filter(|(name, _)| self.takes(parameter, name)).collect();
        if mine.is_empty() {
            return Ok(None);
        }
        if parameter.style == Style::Deep || self.spreads(parameter) {
            let members = mine.iter().map(|(name, text)| {
                let name = deep(&parameter.name, name).unwrap_or(name);
                (name, text.as_str())
            });
            return self.object(parameter, members).map(Some);
        }
        let texts: Vec<_> = mine.into_iter().map(|(_, text)| text.clone()).collect();
        self.written(parameter, &texts).map(Some)
    }

    /// The value of one text, or of several together.
    fn written(&self, parameter: &Parameter, texts: &[String]) -> Result<Value, Problem> {
        let (name, schemas) = (parameter.name.as_str(), &self.contract.schemas);
        let first = texts.first().map_or("", String::as_str);
        let Some(pointer) = &parameter.schema else {
            return Ok(first.into());
        };
        if parameter.json {
            let value: Value = serde_json::from_str(first)
                .map_err(|error| Problem::invalid(name, format!("`{name}` is not JSON: {error}.")))?;
            check::integers(schemas, pointer, name, first.as_bytes())?;
            check::value(schemas, pointer, name, &value)?;
            return Ok(value);
        }
        if parameter.style == Style::Marked {
            return Ok(first.into());
        }
        let separator = match parameter.style {
            Style::Spaces => ' ',
            Style::Pipes => '|',
            _ => ',',
        };
        let array = self.is(parameter, "array");
        let several = array && parameter.explode && parameter.location != Location::Header;
        let split = || {
            first
                .split(separator)
                .filter(|text| !first.is_empty() || !text.is_empty())
        };
        if array {
            let items = below(pointer, ["items"]);
            let items = schemas.resolve(Direction::Request, &items).map(|(pointer, _)| pointer);
            let texts: Vec<&str> = match several && parameter.location != Location::Path {
                true => texts.iter().map(String::as_str).collect(),
                false => split().collect(),
            };
            let read = |text: &str| match &items {
                Some(items) => check::text(schemas, items, name, text),
                None => Ok(Value::from(text)),
            };
            let value: Vec<_> = texts.into_iter().map(read).collect::<Result<_, _>>()?;
            let value = Value::Array(value);
            check::value(schemas, pointer, name, &value)?;
            return Ok(value);
        }
        if self.is(parameter, "object") {
            let parts: Vec<_> = split().collect();
            let members: Vec<_> = match parameter.explode {
                true => parts.iter().filter_map(|part| part.split_once('=')).collect(),
                false => parts
                    .chunks(2)
                    .map(|pair| (pair[0], pair.get(1).copied().unwrap_or_default()))
                    .collect(),
            };
            return self.object(parameter, members.into_iter());
        }
        check::text(schemas, pointer, name, first)
    }

    fn object<'t>(
        &self,
        parameter: &Parameter,
        members: impl Iterator<Item = (&'t str, &'t str)>,
    ) -> Result<Value, Problem> {
        let schemas = &self.contract.schemas;
        let properties = self.shape(parameter).properties(schemas);
        let object = fields(self.contract, &properties, members);
        let value = Value::Object(object);
        if let Some(pointer) = &parameter.schema {
            check::value(schemas, pointer, &parameter.name, &value)?;
        }
        Ok(value)
    }
}

/// An object from texts by name, each read by the schema of its property. A name that comes several times,
/// or whose property is a list, makes a list.
pub(crate) fn fields<'t>(
    contract: &Contract,
    properties: &Map<String, Value>,
    members: impl Iterator<Item = (&'t str, &'t str)>,
) -> Map<String, Value> {
    let schemas = &contract.schemas;
    let mut object = Map::new();
    for (name, text) in members {
        let name = name.strip_suffix("[]").unwrap_or(name);
        let shape = properties
            .get(name)
            .map(|schema| Shape::of(schemas, schema))
            .unwrap_or_default();
        let list = shape.types(schemas).iter().any(|kind| kind == "array");
        let item = match shape.keywords.get("items") {
            Some(items) if list => Shape::of(schemas, items),
            _ => shape,
        };
        let value = reading(contract, &item, text);
        match object.get_mut(name) {
            Some(Value::Array(items)) if list => items.push(value),
            Some(_) | None if list => {
                object.insert(name.to_owned(), Value::Array(vec![value]));
            }
            _ => {
                object.insert(name.to_owned(), value);
            }
        }
    }
    object
}

/// The likeliest value of a text.
fn reading(contract: &Contract, shape: &Shape, text: &str) -> Value {
    let kinds = shape.types(&contract.schemas);
    let structured = kinds.iter().any(|kind| kind == "object" || kind == "array");
    if structured && let Ok(value) = serde_json::from_str(text) {
        return value;
    }
    let readings = check::readings(&contract.schemas, shape, text);
    readings.into_iter().next().unwrap_or_else(|| text.into())
}

/// The property in `name[property]`.
fn deep<'n>(parameter: &str, name: &'n str) -> Option<&'n str> {
    name.strip_prefix(parameter)?.strip_prefix('[')?.strip_suffix(']')
}
