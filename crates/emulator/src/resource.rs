//! Resources: the parts of a document that have state.
//!
//! A resource is a path with a list, or with a `POST`, and the path below it that ends in an id. What its
//! items are like is found from the schemas: the id, the times, the status, what lists filter by.

use std::cmp::Reverse;
use std::collections::HashMap;

use hyper::Method;
use serde_json::{Map, Value};

use crate::contract::{Contract, Cursors, Location, Operation, Parameter};
use crate::cursor::{Cursor, Kind};
use crate::id::{IdForm, property};
use crate::schema::{Direction, Schemas, below};
use crate::time_field::{TimeField, is_time};
use crate::total::shows_total;
use crate::value::{Shape, example};

pub(crate) struct Resource {
    /// What one of its items is called, such as `task`.
    pub(crate) noun: String,
    /// The path of the list, such as `/tasks`.
    pub(crate) path: String,
    /// The parameters in that path: each combination of values has items of its own.
    pub(crate) parents: Vec<String>,
    /// The path of an item, and its last parameter.
    pub(crate) item_path: Option<(String, String)>,
    /// The pointer of an item's schema.
    pub(crate) schema: String,
    /// The property that is the id.
    pub(crate) id: String,
    pub(crate) id_form: IdForm,
    /// The property that is the cursor of the list, where that is not the id.
    pub(crate) cursor: Option<Cursor>,
    pub(crate) created: Option<TimeField>,
    pub(crate) updated: Option<TimeField>,
    pub(crate) started: Option<TimeField>,
    pub(crate) finished: Option<TimeField>,
    pub(crate) lifecycle: Option<Lifecycle>,
    /// A property with an enum that may get another value one day.
    pub(crate) open: Option<String>,
    pub(crate) keys: Vec<Key>,
    pub(crate) list: Option<Listing>,
}

/// A property that items are found by.
#[derive(Clone, Debug, Default)]
pub(crate) struct Key {
    /// With dots between the names, where it is inside of another.
    pub(crate) property: String,
    /// Whether an item may have several values: the property is a list.
    pub(crate) several: bool,
    /// Whether it is compared with bounds. Then an item has one value at most.
    pub(crate) ranged: bool,
    /// Older spellings of its values, and the current ones.
    pub(crate) aliases: HashMap<String, String>,
}

/// The extension `x-lifecycle`.
#[derive(Clone, Debug)]
pub(crate) struct Lifecycle {
    pub(crate) property: String,
    pub(crate) progress: Vec<String>,
    pub(crate) success: Vec<String>,
    pub(crate) failure: Vec<String>,
}

pub(crate) struct Listing {
    pub(crate) operation: usize,
    /// The property of the response that has the items; none where the response is the list.
    pub(crate) envelope: Option<String>,
    /// The pointer of the schema of an item in the list.
    pub(crate) schema: String,
    pub(crate) paging: Paging,
    pub(crate) limit: Option<String>,
    pub(crate) default_limit: Option<usize>,
    pub(crate) filters: Vec<Filter>,
    /// The parameter that takes the order, and whether the first order is ascending.
    pub(crate) order: Option<String>,
    pub(crate) ascending: bool,
    /// Whether a response says how many items match in all.
    pub(crate) total: bool,
}

#[derive(Clone)]
pub(crate) enum Paging {
    Cursors(Cursors),
    /// A parameter with the number of the page, and that of the first one.
    Pages(String, usize),
    /// A parameter with how many items come before.
    Offset(String),
    None,
}

/// A parameter that takes some of the items. An object of bounds takes those between them.
#[derive(Clone, Debug)]
pub(crate) struct Filter {
    pub(crate) parameter: String,
    /// The place of the property among the keys.
    pub(crate) key: usize,
    /// What a value has to begin with to find anything.
    pub(crate) prefix: Option<&'static str>,
}

/// What an operation does to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    List(usize),
    Create(usize),
    Read(usize),
    Replace(usize),
    Update(usize),
    Remove(usize),
    /// Something with an item, which has to be there.
    Action(usize),
    Stateless,
}

impl Role {
    /// The place of the resource.
    pub(crate) fn resource(self) -> Option<usize> {
        match self {
            Self::List(place)
            | Self::Create(place)
            | Self::Read(place)
            | Self::Replace(place)
            | Self::Update(place)
            | Self::Remove(place)
            | Self::Action(place) => Some(place),
            Self::Stateless => None,
        }
    }
}

/// The resources of a document.
pub(crate) fn find(contract: &Contract) -> Vec<Resource> {
    let mut resources: Vec<Resource> = Vec::new();
    for operation in &contract.operations {
        if !resources.iter().any(|resource| resource.path == operation.path)
            && let Some(resource) = resource(contract, &operation.path)
        {
            resources.push(resource);
        }
    }
    resources
}

/// The role of each operation of a document.
pub(crate) fn roles(contract: &Contract, resources: &[Resource]) -> Vec<Role> {
    let role = |(place, operation): (usize, &Operation)| {
        let path = operation.path.as_str();
        let item = |resource: &Resource| resource.item_path.as_ref().is_some_and(|(item, _)| item == path);
        if let Some(found) = resources.iter().position(item) {
            return match operation.method {
                Method::GET => Role::Read(found),
                Method::PUT => Role::Replace(found),
                Method::PATCH => Role::Update(found),
                Method::DELETE => Role::Remove(found),
                _ => Role::Action(found),
            };
        }
        if let Some(found) = resources.iter().position(|resource| resource.path == path) {
            let listed = resources[found]
                .list
                .as_ref()
                .is_some_and(|list| list.operation == place);
            return match operation.method {
                Method::GET if listed => Role::List(found),
                Method::POST => Role::Create(found),
                _ => Role::Stateless,
            };
        }
        let inside = |resource: &Resource| {
            let (item, _) = resource.item_path.as_ref()?;
            path.strip_prefix(item.as_str())?.starts_with('/').then_some(item.len())
        };
        let around = resources
            .iter()
            .enumerate()
            .filter_map(|(place, resource)| Some((inside(resource)?, place)));
        around.max().map_or(Role::Stateless, |(_, place)| Role::Action(place))
    };
    contract.operations.iter().enumerate().map(role).collect()
}

fn resource(contract: &Contract, path: &str) -> Option<Resource> {
    let at = |path: &str, method: &Method| {
        let mut operations = contract.operations.iter().enumerate();
        operations.find(|(_, operation)| operation.path == path && operation.method == *method)
    };
    let name = path
        .rsplit('/')
        .find(|segment| !segment.is_empty() && !segment.contains('{'))?
        .to_owned();
    if path.ends_with('}') || path.ends_with('/') {
        return None;
    }
    let noun = singular(&name);
    let item_path = contract.operations.iter().find_map(|operation| {
        let parameter = operation
            .path
            .strip_prefix(path)?
            .strip_prefix("/{")?
            .strip_suffix('}')?;
        let method = [Method::GET, Method::PUT, Method::PATCH, Method::DELETE].contains(&operation.method);
        let one = method && !parameter.contains(['/', '{']);
        one.then(|| (operation.path.clone(), parameter.to_owned()))
    });
    let listed = at(path, &Method::GET)
        .and_then(|(place, operation)| Some((place, operation, list_of(contract, &success(operation)?, &name)?)));
    let create = at(path, &Method::POST);
    if listed.is_none() && (create.is_none() || item_path.is_none()) {
        return None;
    }
    let cursors = listed.as_ref().and_then(|(_, operation, _)| operation.cursors.clone());
    let in_list = listed.as_ref().map(|(_, _, list)| list.item.clone());
    let mut candidates = Vec::new();
    let item_operations = [Method::GET, Method::PUT, Method::PATCH];
    for method in &item_operations {
        let operation = item_path.as_ref().and_then(|(item, _)| at(item, method));
        candidates.extend(operation.and_then(|(_, operation)| success(operation)));
    }
    // An item inside of an envelope is the same as in the list.
    let enveloped = |pointer: &String| {
        let inside = in_list
            .as_ref()
            .is_some_and(|item| holder(contract, pointer, item).is_some());
        if inside { in_list.clone() } else { Some(pointer.clone()) }
    };
    let mut others: Vec<_> = create
        .and_then(|(_, operation)| success(operation))
        .into_iter()
        .collect();
    others.extend(in_list.clone());
    // The response for a new item may have no more of it than its id.
    let properties = |pointer: &String| {
        let shape = Shape::at(&contract.schemas, Direction::Response, pointer);
        shape.properties(&contract.schemas).len()
    };
    others.sort_by_cached_key(|pointer| Reverse(properties(pointer)));
    let candidates: Vec<_> = candidates.iter().chain(&others).filter_map(enveloped).collect();
    let parameter = item_path.as_ref().map(|(_, parameter)| parameter.as_str());
    let (schema, id) = candidates.into_iter().find_map(|pointer| {
        let id = id_property(contract, &pointer, cursors.as_ref(), parameter, &noun)?;
        Some((pointer, id))
    })?;
    let shape = Shape::at(&contract.schemas, Direction::Response, &schema);
    let properties = shape.properties(&contract.schemas);
    let id_place = property(&contract.schemas, &schema, &id)?;
    let elsewhere = elsewhere(
        contract,
        &schema,
        &id,
        item_path.as_ref(),
        listed.as_ref().map(|(_, one, _)| *one),
    );
    let id_shape = Shape::at(&contract.schemas, Direction::Response, &id_place);
    let id_form = IdForm::of(&contract.schemas, &id_place, &id_shape, elsewhere.as_ref(), &noun);
    let time = |names: &[&str]| TimeField::find(&contract.schemas, &properties, names);
    let created = time(&TimeField::CREATED);
    let updated = time(&TimeField::UPDATED);
    let started = time(&TimeField::STARTED);
    let finished = time(&TimeField::FINISHED);
    let times = [&created, &updated, &started, &finished];
    let cursor = cursors.map(|cursors| cursors.cursor).filter(|cursor| *cursor != id);
    let cursor = cursor.and_then(|property| cursor_of(contract, &schema, property, &times, &noun));
    let mut keys = Vec::new();
    let list = listed.map(|(place, operation, list)| listing(contract, place, operation, list, &properties, &mut keys));
    Some(Resource {
        parents: parameters(path),
        noun,
        path: path.to_owned(),
        item_path,
        created,
        updated,
        started,
        finished,
        lifecycle: lifecycle(contract, &properties),
        open: open(contract, &properties),
        schema,
        id,
        id_form,
        cursor,
        keys,
        list,
    })
}

/// `times` are the properties that the emulator sets.
fn cursor_of(
    contract: &Contract,
    schema: &str,
    name: String,
    times: &[&Option<TimeField>],
    noun: &str,
) -> Option<Cursor> {
    let schemas = &contract.schemas;
    let place = property(schemas, schema, &name)?;
    let shape = Shape::at(schemas, Direction::Response, &place);
    let is_set = times.iter().copied().flatten().any(|field| field.property == name);
    let is_text = shape.types(schemas).iter().any(|kind| kind == "string");
    Some(Cursor {
        property: name,
        form: (!is_set).then(|| IdForm::of(schemas, &place, &shape, None, noun)),
        kind: match is_text {
            false => Kind::Number,
            true if is_time(schemas, &shape) => Kind::Time,
            true => Kind::Text,
        },
    })
}

/// The names in the braces of a path.
fn parameters(path: &str) -> Vec<String> {
    let parts = path.split('{').skip(1).filter_map(|part| part.split_once('}'));
    parts.map(|(name, _)| name.to_owned()).collect()
}

/// The singular of a plural.
fn singular(name: &str) -> String {
    let word = name.to_ascii_lowercase().replace('-', "_");
    let ends = |ending: &str| word.len() > ending.len() && word.ends_with(ending);
    if ends("ies") {
        format!("{}y", &word[..word.len() - 3])
    } else if ends("sses") || ends("xes") || ends("ches") || ends("shes") || ends("uses") {
        word[..word.len() - 2].to_owned()
    } else if ends("s") && !ends("ss") && !ends("us") && !ends("is") {
        word[..word.len() - 1].to_owned()
    } else {
        word
    }
}

/// The pointer of the schema of an operation's success, with references followed.
fn success(operation: &Operation) -> Option<String> {
    operation.response(operation.success())?.json()?.schema.clone()
}

struct List {
    envelope: Option<String>,
    item: String,
}

/// Whether a schema is that of a list of objects, or of an object with one inside.
fn list_of(contract: &Contract, pointer: &str, name: &str) -> Option<List> {
    let schemas = &contract.schemas;
    let item = |pointer: &str| {
        let shape = Shape::at(schemas, Direction::Response, pointer);
        let list = shape.types(schemas).iter().any(|kind| kind == "array");
        // A description beside a reference makes it a part of an `allOf`.
        let (place, schema) = schemas.resolve(Direction::Response, pointer)?;
        let parts = schema.get("allOf").and_then(Value::as_array).map_or(0, Vec::len);
        let parts = (0..parts).map(|part| below(&place, ["allOf", &part.to_string()]));
        let (item, _) = [pointer.to_owned()].into_iter().chain(parts).find_map(|part| {
            let (part, _) = schemas.resolve(Direction::Response, &part)?;
            schemas.resolve(Direction::Response, &below(&part, ["items"]))
        })?;
        let object = !Shape::at(schemas, Direction::Response, &item)
            .properties(schemas)
            .is_empty();
        (list && object).then_some(item)
    };
    if let Some(item) = item(pointer) {
        return Some(List { envelope: None, item });
    }
    let properties = Shape::at(schemas, Direction::Response, pointer).properties(schemas);
    let lists: Vec<_> = properties
        .keys()
        .filter_map(|name| {
            let place = property(schemas, pointer, name)?;
            let (place, _) = schemas.resolve(Direction::Response, &place)?;
            Some((name.clone(), item(&place)?))
        })
        .collect();
    let usual = ["data", "items", "results", "records", "entries", "values", "list", name];
    let found = usual
        .iter()
        .find_map(|usual| lists.iter().find(|(name, _)| name == usual))
        .or_else(|| lists.first().filter(|_| lists.len() == 1 && properties.len() <= 8));
    found.map(|(name, item)| List {
        envelope: Some(name.clone()),
        item: item.clone(),
    })
}

/// The property of an object whose schema is this one.
pub(crate) fn holder(contract: &Contract, object: &str, wanted: &str) -> Option<String> {
    if object == wanted {
        return None;
    }
    let properties = Shape::at(&contract.schemas, Direction::Response, object).properties(&contract.schemas);
    properties.keys().find_map(|name| {
        let place = property(&contract.schemas, object, name)?;
        let (place, _) = contract.schemas.resolve(Direction::Response, &place)?;
        (place == wanted).then(|| name.clone())
    })
}

fn id_property(
    contract: &Contract,
    pointer: &str,
    cursors: Option<&Cursors>,
    parameter: Option<&str>,
    noun: &str,
) -> Option<String> {
    let schemas = &contract.schemas;
    let properties = Shape::at(schemas, Direction::Response, pointer).properties(schemas);
    let scalar = |name: &str| {
        let types = Shape::of(schemas, properties.get(name)?).types(schemas);
        let scalar = types
            .iter()
            .any(|kind| kind == "string" || kind == "integer" || kind == "number");
        scalar.then(|| name.to_owned())
    };
    let (snake, camel) = (format!("{noun}_id"), format!("{noun}Id"));
    let ids = ["id", snake.as_str(), camel.as_str(), "uuid", "_id"];
    let names = ["key", "slug", "code", "sid", "name"];
    // A cursor may be the number of an item in its list, beside the id that a path takes.
    let cursor = cursors.map(|cursors| cursors.cursor.as_str());
    let all = parameter.into_iter().chain(ids).chain(cursor).chain(names);
    all.into_iter().find_map(scalar)
}

/// An example of an id that is not at its own schema: in an example of an item, or of the path.
fn elsewhere(
    contract: &Contract,
    schema: &str,
    id: &str,
    item_path: Option<&(String, String)>,
    list: Option<&Operation>,
) -> Option<Value> {
    let shape = Shape::at(&contract.schemas, Direction::Response, schema);
    if let Some(id) = example(&shape.keywords).and_then(|example| example.get(id)) {
        return Some(id.clone());
    }
    let of_item = item_path.map(|(path, _)| contract.operations.iter().filter(move |one| one.path == *path));
    let operations = of_item.into_iter().flatten().chain(list);
    operations.into_iter().find_map(|operation| {
        let media = operation.response(operation.success())?.json()?;
        media.examples.iter().find_map(|(_, example)| {
            let item = example.get(0).or_else(|| example.get("data")).unwrap_or(example);
            item.get(id).cloned()
        })
    })
}

fn listing(
    contract: &Contract,
    place: usize,
    operation: &Operation,
    list: List,
    properties: &Map<String, Value>,
    keys: &mut Vec<Key>,
) -> Listing {
    let schemas = &contract.schemas;
    let query: Vec<_> = operation
        .parameters
        .iter()
        .filter(|parameter| parameter.location == Location::Query)
        .collect();
    let shape = |parameter: &Parameter| match &parameter.schema {
        Some(pointer) => Shape::at(schemas, Direction::Request, pointer),
        None => Shape::default(),
    };
    let named = |names: &[&str]| {
        let mut found = names
            .iter()
            .filter_map(|name| query.iter().copied().find(|one| one.name == *name));
        found.find(|parameter| {
            let types = shape(parameter).types(schemas);
            types.is_empty()
                || types
                    .iter()
                    .any(|kind| kind == "integer" || kind == "number" || kind == "string")
        })
    };
    let number = |parameter: &Parameter, keyword: &str| {
        let keywords = shape(parameter).keywords;
        keywords
            .get(keyword)
            .and_then(Value::as_u64)
            .map(|number| number as usize)
    };
    let cursors = operation.cursors.clone();
    let limit = match cursors.as_ref().and_then(|cursors| cursors.limit.as_deref()) {
        Some(name) => named(&[name]),
        None => named(&LIMITS),
    };
    let paging = match (cursors, named(&PAGES), named(&OFFSETS)) {
        (Some(cursors), _, _) => Paging::Cursors(cursors),
        (None, Some(number_of_page), _) => {
            let first = number(number_of_page, "minimum").filter(|first| *first <= 1);
            let default = number(number_of_page, "default").filter(|first| *first <= 1);
            Paging::Pages(number_of_page.name.clone(), first.or(default).unwrap_or(1))
        }
        (None, None, Some(offset)) => Paging::Offset(offset.name.clone()),
        (None, None, None) => Paging::None,
    };
    let order = query.iter().find(|parameter| {
        let values = shape(parameter).keywords.get("enum").cloned().unwrap_or_default();
        let has = |wanted: &str| {
            let mut texts = values.as_array().into_iter().flatten().filter_map(Value::as_str);
            texts.any(|text| text.eq_ignore_ascii_case(wanted))
        };
        has("asc") && has("desc")
    });
    let default_order = order.and_then(|order| {
        let default = shape(order).keywords.get("default")?.as_str()?.to_ascii_lowercase();
        Some(default == "asc")
    });
    let taken: Vec<&str> = [limit.map(|one| one.name.as_str()), order.map(|one| one.name.as_str())]
        .into_iter()
        .flatten()
        .chain(
            match &paging {
                Paging::Cursors(cursors) => [Some(cursors.forward.as_str()), cursors.backward.as_deref()],
                Paging::Pages(name, _) | Paging::Offset(name) => [Some(name.as_str()), None],
                Paging::None => [None, None],
            }
            .into_iter()
            .flatten(),
        )
        .collect();
    let mut filters = Vec::new();
    for parameter in query
        .iter()
        .filter(|parameter| !taken.contains(&parameter.name.as_str()))
    {
        let property = parameter.filter.as_deref().unwrap_or(&parameter.name);
        let first = property.split('.').next().unwrap_or_default();
        let Some(schema) = properties.get(first) else {
            continue;
        };
        let spellings = [Shape::of(schemas, schema), shape(parameter)];
        let is_object = spellings[1].types(schemas).iter().any(|kind| kind == "object");
        if is_object && !are_bounds(schemas, &spellings[1], &spellings[0]) {
            continue;
        }
        let key = key(keys, property);
        keys[key].ranged |= is_object;
        keys[key].several |= property.contains('.') || spellings[0].types(schemas).iter().any(|kind| kind == "array");
        for aliases in spellings
            .iter()
            .filter_map(|shape| shape.keywords.get("x-enum-aliases")?.as_object())
        {
            for (old, current) in aliases {
                if let Some(current) = current.as_str() {
                    keys[key].aliases.insert(old.clone(), current.to_owned());
                }
            }
        }
        filters.push(Filter {
            parameter: parameter.name.clone(),
            key,
            prefix: None,
        });
    }
    Listing {
        operation: place,
        envelope: list.envelope,
        schema: list.item,
        default_limit: limit.map(|limit| {
            let most = number(limit, "maximum").unwrap_or(usize::MAX);
            number(limit, "default").unwrap_or(20.min(most))
        }),
        limit: limit.map(|limit| limit.name.clone()),
        order: order.map(|order| order.name.clone()),
        // The newest first, where the document does not say.
        ascending: default_order.unwrap_or(false),
        total: shows_total(contract, operation),
        paging,
        filters,
    }
}

/// Whether the properties of an object are bounds of numbers, or of times.
fn are_bounds(schemas: &Schemas, object: &Shape, compared: &Shape) -> bool {
    let kind = |shape: &Shape| {
        let types = shape.types(schemas);
        let is = |name: &str| types.iter().any(|kind| kind == name);
        let is_number = is("integer") || is("number");
        (is_number != is("string") && !is("array") && !is("object")).then_some(is_number)
    };
    let format = |shape: &Shape| shape.keywords.get("format").and_then(Value::as_str).map(str::to_owned);
    let is_time = matches!(format(compared).as_deref(), Some("date-time" | "date"));
    let properties = object.properties(schemas);
    let fits = |(name, bound): (&String, &Value)| {
        let is_bound = AT_LEAST.contains(&name.as_str()) || AT_MOST.contains(&name.as_str());
        is_bound && kind(&Shape::of(schemas, bound)) == kind(compared)
    };
    !properties.is_empty() && properties.iter().all(fits) && kind(compared).is_some_and(|number| number || is_time)
}

/// The names of bounds that are values themselves.
pub(crate) const AT_LEAST: [&str; 3] = ["min", "gte", "from"];
pub(crate) const AT_MOST: [&str; 3] = ["max", "lte", "to"];

/// The place of a property among the keys; it is added where it is not there yet.
pub(crate) fn key(keys: &mut Vec<Key>, property: &str) -> usize {
    keys.iter().position(|key| key.property == property).unwrap_or_else(|| {
        keys.push(Key {
            property: property.to_owned(),
            ..Key::default()
        });
        keys.len() - 1
    })
}

const LIMITS: [&str; 11] = [
    "limit",
    "per_page",
    "perPage",
    "page_size",
    "pageSize",
    "page[size]",
    "size",
    "count",
    "max_results",
    "maxResults",
    "top",
];
const PAGES: [&str; 6] = ["page", "page_number", "pageNumber", "page[number]", "pageNo", "p"];
const OFFSETS: [&str; 6] = ["offset", "skip", "start", "start_index", "startIndex", "page[offset]"];

fn lifecycle(contract: &Contract, properties: &Map<String, Value>) -> Option<Lifecycle> {
    properties.iter().find_map(|(name, schema)| {
        let keywords = Shape::of(&contract.schemas, schema).keywords;
        let lifecycle = keywords.get("x-lifecycle")?;
        let values = |name: &str| {
            let values = lifecycle[name].as_array().into_iter().flatten();
            values.filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>()
        };
        let lifecycle = Lifecycle {
            property: name.clone(),
            progress: values("progress"),
            success: values("success"),
            failure: values("failure"),
        };
        (!lifecycle.progress.is_empty()).then_some(lifecycle)
    })
}

/// The property whose enum is likeliest to grow.
fn open(contract: &Contract, properties: &Map<String, Value>) -> Option<String> {
    let is_enum = |name: &&str| {
        let schema = properties.get(*name);
        schema.is_some_and(|schema| Shape::of(&contract.schemas, schema).keywords.contains_key("enum"))
    };
    let usual = ["status", "state"].into_iter();
    usual
        .chain(properties.keys().map(String::as_str))
        .find(is_enum)
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plurals_have_a_singular() {
        for (many, one) in [
            ("tasks", "task"),
            ("companies", "company"),
            ("boxes", "box"),
            ("statuses", "status"),
            ("address", "address"),
            ("media-files", "media_file"),
            ("news", "new"),
            ("s", "s"),
        ] {
            assert_eq!(singular(many), one);
        }
    }
}
