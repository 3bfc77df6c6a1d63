//! Values made from schemas: with the document's examples where they fit, and otherwise from formats,
//! bounds, patterns, enums and unions. They follow from a seed.

use ittybit::Timestamp;
use serde_json::{Map, Number, Value, json};

use crate::pattern;
use crate::random::{Random, Stream};
use crate::schema::{Direction, Schemas};

/// How complete a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// Optional properties too, down to some depth.
    Full,
    /// Only required properties.
    Required,
}

/// How many objects, lists and scalars a value has before only required ones are added.
const BUDGET: usize = 300;
/// How deep optional properties go, and how deep anything goes.
const DEEP: usize = 5;
const DEEPEST: usize = 24;
/// How often another value is tried where one does not fit its schema.
const TRIES: u64 = 12;

/// A value that a schema describes, for responses. It follows from the seed and the number.
///
/// # Errors
/// The schema, where no value for it was found.
pub(crate) fn make(schemas: &Schemas, pointer: &str, extent: Extent, seed: u64, number: u64) -> Result<Value, String> {
    let (_, schema) = schemas
        .resolve(Direction::Response, pointer)
        .ok_or_else(|| format!("the schema at `{pointer}` refers to nothing"))?;
    let validator = schemas.validator(Direction::Response, pointer)?;
    for attempt in 0..TRIES {
        let mut maker = Maker {
            schemas,
            examples: attempt % 2 == 0,
            full: extent == Extent::Full && attempt < TRIES / 2,
            more: attempt as u32,
            budget: BUDGET,
            random: Random::new(seed.wrapping_add(attempt), Stream::Value, number),
        };
        let value = maker.value(&Shape::of(schemas, schema), 0);
        if validator.is_valid(&value) {
            return Ok(value);
        }
    }
    Err(format!("no value was found for the schema at `{pointer}`"))
}

/// A schema with its `$ref` and `allOf` merged.
#[derive(Default)]
pub(crate) struct Shape {
    pub(crate) keywords: Map<String, Value>,
    /// Each `oneOf` and `anyOf`, with the discriminator.
    unions: Vec<(Vec<Value>, Option<Value>)>,
}

impl Shape {
    pub(crate) fn of(schemas: &Schemas, schema: &Value) -> Self {
        let mut shape = Self::default();
        shape.merge(schemas, schema, 0);
        shape
    }

    /// The shape of the schema at a pointer.
    pub(crate) fn at(schemas: &Schemas, direction: Direction, pointer: &str) -> Self {
        match schemas.resolve(direction, pointer) {
            Some((_, schema)) => Self::of(schemas, schema),
            None => Self::default(),
        }
    }

    /// The properties, those of every branch of a union or of an `if` among them.
    pub(crate) fn properties(&self, schemas: &Schemas) -> Map<String, Value> {
        let mut all = self.own_properties().cloned().unwrap_or_default();
        let branches = self.unions.iter().flat_map(|(branches, _)| branches);
        let conditional = ["then", "else"].into_iter().filter_map(|name| self.keywords.get(name));
        for branch in branches.chain(conditional) {
            let mut shape = Self::default();
            shape.merge(schemas, branch, 16);
            for (name, property) in shape.own_properties().into_iter().flatten() {
                all.entry(name.clone()).or_insert_with(|| property.clone());
            }
        }
        all
    }

    fn own_properties(&self) -> Option<&Map<String, Value>> {
        self.keywords.get("properties")?.as_object()
    }

    /// The types that a value may have; none where it may have any.
    pub(crate) fn types(&self, schemas: &Schemas) -> Vec<String> {
        self.types_within(schemas, 0)
    }

    fn types_within(&self, schemas: &Schemas, depth: usize) -> Vec<String> {
        let mut types = types(&self.keywords);
        if types.is_empty() && depth < 8 {
            for branch in self.unions.iter().flat_map(|(branches, _)| branches) {
                for kind in Self::of(schemas, branch).types_within(schemas, depth + 1) {
                    if !types.contains(&kind) {
                        types.push(kind);
                    }
                }
            }
        }
        types
    }

    fn merge(&mut self, schemas: &Schemas, schema: &Value, depth: usize) {
        let Some(object) = schema.as_object() else {
            return;
        };
        if depth > 32 {
            return;
        }
        if let Some(reference) = object.get("$ref").and_then(Value::as_str)
            && let Some(referred) = schemas.referred(Direction::Response, reference)
        {
            self.merge(schemas, referred, depth + 1);
        }
        for part in object.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            self.merge(schemas, part, depth + 1);
        }
        for union in ["oneOf", "anyOf"] {
            if let Some(branches) = object.get(union).and_then(Value::as_array) {
                self.unions
                    .push((branches.clone(), object.get("discriminator").cloned()));
            }
        }
        for (keyword, value) in object {
            if !["$ref", "allOf", "oneOf", "anyOf"].contains(&keyword.as_str()) {
                self.add(keyword, value);
            }
        }
    }

    fn add(&mut self, keyword: &str, value: &Value) {
        let Some(present) = self.keywords.get_mut(keyword) else {
            self.keywords.insert(keyword.to_owned(), value.clone());
            return;
        };
        match (keyword, present, value) {
            ("properties", Value::Object(present), Value::Object(properties)) => {
                for (name, property) in properties {
                    match present.get_mut(name) {
                        Some(other) if other != property => *other = json!({ "allOf": [other, property] }),
                        Some(_) => {}
                        None => {
                            present.insert(name.clone(), property.clone());
                        }
                    }
                }
            }
            ("required", Value::Array(present), Value::Array(names)) => {
                let new: Vec<_> = names.iter().filter(|name| !present.contains(name)).cloned().collect();
                present.extend(new);
            }
            ("enum", Value::Array(present), Value::Array(values)) => present.retain(|one| values.contains(one)),
            ("minimum" | "exclusiveMinimum" | "minLength" | "minItems" | "minProperties", present, value) => {
                if value.as_f64() > present.as_f64() {
                    *present = value.clone();
                }
            }
            ("maximum" | "exclusiveMaximum" | "maxLength" | "maxItems" | "maxProperties", present, value) => {
                if value.as_f64() < present.as_f64() {
                    *present = value.clone();
                }
            }
            (_, present, value) => *present = value.clone(),
        }
    }
}

fn types(keywords: &Map<String, Value>) -> Vec<String> {
    match keywords.get("type") {
        Some(Value::String(name)) => vec![name.clone()],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

struct Maker<'s> {
    schemas: &'s Schemas,
    examples: bool,
    full: bool,
    /// How far lengths exceed the minimum.
    more: u32,
    budget: usize,
    random: Random,
}

impl Maker<'_> {
    fn schema(&mut self, schema: &Value, depth: usize) -> Value {
        self.value(&Shape::of(self.schemas, schema), depth)
    }

    fn value(&mut self, shape: &Shape, depth: usize) -> Value {
        self.budget = self.budget.saturating_sub(1);
        let keywords = &shape.keywords;
        if let Some(value) = keywords.get("const") {
            return value.clone();
        }
        if self.examples
            && let Some(example) = example(keywords)
        {
            return example.clone();
        }
        if let Some(values) = keywords.get("enum").and_then(Value::as_array)
            && !values.is_empty()
        {
            let values: Vec<_> = match values.iter().filter(|value| !value.is_null()).collect::<Vec<_>>() {
                some if some.is_empty() => values.iter().collect(),
                some => some,
            };
            return values[self.random.next() as usize % values.len()].clone();
        }
        // A value that is large enough ends as soon as possible.
        if self.budget == 0 && types(keywords).iter().any(|kind| kind == "null") {
            return Value::Null;
        }
        if !shape.unions.is_empty() {
            return self.union(shape, depth);
        }
        if let Some(condition) = keywords.get("if")
            && depth < DEEPEST
        {
            return self.conditional(keywords, condition, depth);
        }
        match self.kind(keywords) {
            "object" => self.object(keywords, depth),
            "array" => self.array(keywords, depth),
            "integer" => self.integer(keywords),
            "number" => self.number(keywords),
            "boolean" => self.random.next().is_multiple_of(2).into(),
            "null" => Value::Null,
            _ => self.text(keywords).into(),
        }
    }

    fn kind(&self, keywords: &Map<String, Value>) -> &'static str {
        const KINDS: [&str; 7] = ["object", "array", "string", "integer", "number", "boolean", "null"];
        let types = types(keywords);
        if let Some(kind) = KINDS.into_iter().find(|kind| types.iter().any(|name| name == kind)) {
            return kind;
        }
        let has = |names: &[&str]| names.iter().any(|name| keywords.contains_key(*name));
        if has(&["properties", "required", "additionalProperties", "minProperties"]) {
            "object"
        } else if has(&["items", "minItems", "prefixItems"]) {
            "array"
        } else if has(&["minimum", "maximum", "multipleOf"]) {
            "number"
        } else {
            "string"
        }
    }

    /// A value of one branch of each union, which also fits the schema around it.
    fn union(&mut self, shape: &Shape, depth: usize) -> Value {
        let mut parts = vec![Value::Object(shape.keywords.clone())];
        for (branches, discriminator) in &shape.unions {
            let place = match self.budget == 0 || depth > DEEP {
                true => self.smallest(branches),
                false => self.random.next() as usize % branches.len().max(1),
            };
            let Some(branch) = branches.get(place) else {
                continue;
            };
            parts.push(branch.clone());
            if let Some(discriminator) = discriminator
                && let Some(property) = discriminator["propertyName"].as_str()
                && let Some(reference) = branch["$ref"].as_str()
            {
                let name = discriminated(discriminator, reference);
                let tag = self.tag(branch, property, name);
                parts.extend(tag.map(|tag| json!({ "properties": { property: tag }, "required": [property] })));
            }
        }
        if depth > DEEPEST {
            return Value::Null;
        }
        self.schema(&json!({ "allOf": parts }), depth + 1)
    }

    /// The schema of a discriminator in a branch, whose name is a text also where the property is a number; none where
    /// the name is no value of it, so that the branch alone decides.
    fn tag(&self, branch: &Value, property: &str, name: String) -> Option<Value> {
        let own = Shape::of(self.schemas, branch).keywords.remove("properties");
        let own = own
            .and_then(|mut own| Some(own.get_mut(property)?.take()))
            .unwrap_or_default();
        let own = Shape::of(self.schemas, &own);
        let kinds = own.types(self.schemas);
        let value: Value = match kinds.is_empty() || kinds.iter().any(|kind| kind == "string") {
            true => name.into(),
            false => serde_json::from_str(&name).ok()?,
        };
        let values = own.keywords.get("enum").and_then(Value::as_array);
        let is_listed = values.is_none_or(|values| values.contains(&value));
        is_listed.then(|| json!({ "const": value }))
    }

    /// A value for one of the branches of an `if`. The other may be what it is an instance of; then another is
    /// tried.
    fn conditional(&mut self, keywords: &Map<String, Value>, condition: &Value, depth: usize) -> Value {
        let always = Value::Bool(true);
        let branch = |name: &str| keywords.get(name).unwrap_or(&always).clone();
        let mut rest = keywords.clone();
        rest.retain(|name, _| !["if", "then", "else"].contains(&name.as_str()));
        let parts = match self.random.next().is_multiple_of(2) {
            true => json!([rest, condition, branch("then")]),
            false => json!([rest, branch("else")]),
        };
        self.schema(&json!({ "allOf": parts }), depth + 1)
    }

    /// The branch that ends soonest: nothing, or a scalar, if there is one.
    fn smallest(&self, branches: &[Value]) -> usize {
        let size = |branch: &Value| {
            let kinds = Shape::of(self.schemas, branch).types(self.schemas);
            let is = |name: &str| kinds.iter().any(|kind| kind == name);
            match () {
                () if is("null") => 0,
                () if !is("object") && !is("array") && !kinds.is_empty() => 1,
                () if !is("object") => 2,
                () => 3,
            }
        };
        let sizes = branches.iter().map(size).enumerate();
        sizes.min_by_key(|(_, size)| *size).map_or(0, |(place, _)| place)
    }

    fn object(&mut self, keywords: &Map<String, Value>, depth: usize) -> Value {
        let mut object = Map::new();
        let required: Vec<_> = list(keywords, "required").filter_map(Value::as_str).collect();
        let empty = Map::new();
        let properties = keywords.get("properties").and_then(Value::as_object).unwrap_or(&empty);
        let most = count(keywords, "maxProperties").unwrap_or(usize::MAX);
        let most = most.max(required.len());
        for name in &required {
            let value = match properties.get(*name) {
                _ if depth > DEEPEST => Value::Null,
                Some(property) => self.schema(property, depth + 1),
                None => self.additional(keywords, depth),
            };
            object.insert((*name).to_owned(), value);
        }
        for (name, property) in properties {
            let wanted = self.full && depth < DEEP && self.budget > 0 && object.len() < most;
            let forbidden = property == &Value::Bool(false) || property["writeOnly"] == true;
            if wanted && !forbidden && !object.contains_key(name) {
                let value = self.schema(property, depth + 1);
                object.insert(name.clone(), value);
            }
        }
        let fewest = count(keywords, "minProperties").unwrap_or(0);
        // A map shows what its values are like.
        let map = properties.is_empty() && keywords.get("additionalProperties").is_some_and(Value::is_object);
        let fewest = fewest.max(usize::from(map && self.full && depth < DEEP && most > 0));
        for (name, property) in properties {
            if object.len() < fewest && !object.contains_key(name) {
                let value = self.schema(property, depth + 1);
                object.insert(name.clone(), value);
            }
        }
        for number in 1..=fewest {
            if object.len() < fewest {
                let value = self.additional(keywords, depth);
                object.insert(format!("key_{number}"), value);
            }
        }
        Value::Object(object)
    }

    fn additional(&mut self, keywords: &Map<String, Value>, depth: usize) -> Value {
        match keywords.get("additionalProperties") {
            Some(schema @ Value::Object(_)) if depth < DEEPEST => self.schema(schema, depth + 1),
            _ => "value".into(),
        }
    }

    fn array(&mut self, keywords: &Map<String, Value>, depth: usize) -> Value {
        let fewest = count(keywords, "minItems").unwrap_or(0);
        let most = count(keywords, "maxItems").unwrap_or(usize::MAX);
        let some = self.full && depth < DEEP && self.budget > 0;
        let length = if some {
            (fewest.max(1) + self.random.next() as usize % 2).min(most)
        } else {
            fewest
        };
        let contained_items = match keywords.contains_key("contains") {
            true => count(keywords, "minContains").unwrap_or(1),
            false => 0,
        };
        let mut items: Vec<Value> = Vec::new();
        let first: Vec<_> = list(keywords, "prefixItems").collect();
        let length = match contained_items {
            0 => length,
            some => length.max(first.len() + some).min(most),
        };
        let rest = keywords.get("items").cloned().unwrap_or(Value::Bool(true));
        if depth > DEEPEST || rest == Value::Bool(false) && first.is_empty() {
            return Value::Array(items);
        }
        // Nothing may follow the first ones.
        let length = if rest == Value::Bool(false) {
            length.min(first.len())
        } else {
            length
        };
        let unique = keywords.get("uniqueItems") == Some(&Value::Bool(true));
        // Twice as many tries as items, for those that have to differ.
        for _ in 0..2 * length.min(1000) + 8 {
            if items.len() >= length {
                break;
            }
            let schema = match (first.get(items.len()), keywords.get("contains")) {
                (Some(first), _) => first,
                (None, Some(contained)) if items.len() < first.len() + contained_items => contained,
                (None, _) => &rest,
            };
            let item = self.schema(schema, depth + 1);
            if unique && items.contains(&item) {
                // An example is always the same.
                self.examples = false;
                continue;
            }
            items.push(item);
        }
        Value::Array(items)
    }

    fn integer(&mut self, keywords: &Map<String, Value>) -> Value {
        let format = keywords.get("format").and_then(Value::as_str);
        let (low, high) = whole_bounds(keywords);
        // Larger formats have room for what is made without bounds.
        let (low, high) = match format {
            Some("int8") => (low.max(-128), high.min(127)),
            Some("uint8") => (low.max(0), high.min(255)),
            _ => (low, high),
        };
        let step = keywords.get("multipleOf").and_then(whole_step).unwrap_or(1);
        // How often the step goes into what is made.
        let (low, high) = (-(-low).div_euclid(step), high.div_euclid(step));
        let span = (high - low).clamp(0, 1_000_000_000_000_000) as i64;
        let value = (low + i128::from(self.random.between(0, span))) * step;
        match format {
            // A format of this project's document.
            Some("unix-time") if low <= 1 && high >= 1 => self.second().into(),
            _ => match (i64::try_from(value), u64::try_from(value)) {
                (Ok(value), _) => value.into(),
                (_, Ok(value)) => value.into(),
                _ => Number::from_f64(value as f64).map_or(Value::Null, Value::Number),
            },
        }
    }

    fn number(&mut self, keywords: &Map<String, Value>) -> Value {
        let (low, high) = bounds(keywords);
        let value = match keywords
            .get("multipleOf")
            .and_then(Value::as_f64)
            .filter(|step| *step > 0.0)
        {
            Some(step) => ((low / step).ceil() + 1.0).min((high / step).floor()) * step,
            None => {
                let value = low + (high - low) * self.random.share();
                // Short, if there is room.
                let short = (value * 10.0).round() / 10.0;
                if (low..=high).contains(&short) { short } else { value }
            }
        };
        Number::from_f64(value).map_or(Value::Null, Value::Number)
    }

    /// A second of the year 2025, before the time at which an emulator's clock starts.
    fn second(&mut self) -> i64 {
        1_735_689_600 - self.random.between(1, 86_400)
    }

    fn text(&mut self, keywords: &Map<String, Value>) -> String {
        let fewest = count(keywords, "minLength").unwrap_or(0);
        let most = count(keywords, "maxLength").unwrap_or(usize::MAX);
        if let Some(pattern) = keywords.get("pattern").and_then(Value::as_str) {
            // More repetitions each time, up to what the shortest text needs.
            let more = self.more * 2 + 1 + u32::try_from(fewest).unwrap_or(u32::MAX).min(10_000);
            for more in [self.more + 1, more] {
                if let Some(text) = pattern::text(pattern, more, &mut self.random)
                    && (fewest..=most).contains(&text.chars().count())
                {
                    return text;
                }
            }
        }
        let format = keywords.get("format").and_then(Value::as_str).unwrap_or_default();
        if let Some(text) = self.format(format)
            && (fewest..=most).contains(&text.chars().count())
        {
            return text;
        }
        const WORDS: [&str; 8] = ["amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "harbor"];
        let mut text = self.random.pick(&WORDS).to_owned();
        while text.len() < fewest.min(1 << 20) {
            text.push('-');
            text.push_str(self.random.pick(&WORDS));
        }
        if text.len() > most.max(fewest) {
            text.truncate(most);
        }
        if text.len() > fewest && text.ends_with('-') {
            text.pop();
        }
        text
    }

    fn format(&mut self, format: &str) -> Option<String> {
        let second = self.second();
        let time = Timestamp::from_unix_seconds(second).to_string();
        let number = self.random.between(1, 999);
        Some(match format {
            "date-time" => time,
            "date" => time[..10].to_owned(),
            "time" => format!("{}Z", &time[11..19]),
            "duration" => format!("PT{number}S"),
            "uuid" | "guid" => uuid(self.random.next(), self.random.next()),
            "email" | "idn-email" => format!("person{number}@example.com"),
            "hostname" | "idn-hostname" => format!("host{number}.example.com"),
            "ipv4" | "ip" => format!("192.0.2.{}", number % 254 + 1),
            "ipv6" => format!("2001:db8::{number:x}"),
            "uri" | "url" | "iri" => format!("https://example.com/{number}"),
            "uri-reference" | "iri-reference" => format!("/{number}"),
            "uri-template" => format!("/{number}/{{id}}"),
            "json-pointer" => format!("/{number}"),
            "relative-json-pointer" => "0/name".to_owned(),
            "regex" => "^[a-z]+$".to_owned(),
            "byte" | "base64" => "aXR0eWJpdA==".to_owned(),
            "http-date" => "Wed, 01 Jan 2025 00:00:30 GMT".to_owned(),
            _ => return None,
        })
    }
}

/// The ends of a range; half of one, or none, is completed.
fn bounds(keywords: &Map<String, Value>) -> (f64, f64) {
    let number = |name: &str| keywords.get(name).and_then(Value::as_f64);
    let above = number("exclusiveMinimum").map(|bound| bound + 0.5);
    let below = number("exclusiveMaximum").map(|bound| bound - 0.5);
    let low = number("minimum").into_iter().chain(above).reduce(f64::max);
    let high = number("maximum").into_iter().chain(below).reduce(f64::min);
    match (low, high) {
        (Some(low), Some(high)) if low > high => ((low + high) / 2.0, (low + high) / 2.0),
        (Some(low), Some(high)) => (low, high),
        (Some(low), None) => (low, low + 1000.0),
        (None, Some(high)) => (if high >= 1.0 { 0.0 } else { high - 1000.0 }, high),
        (None, None) => (1.0, 1000.0),
    }
}

/// The same for integers, which are exact where a floating-point number is not.
fn whole_bounds(keywords: &Map<String, Value>) -> (i128, i128) {
    let number = |name: &str, round: fn(f64) -> f64| {
        let number = keywords.get(name)?;
        let whole = number.as_i64().map(i128::from).or(number.as_u64().map(i128::from));
        // No type has more bits, and so there is room for sums.
        whole.or_else(|| Some(round(number.as_f64()?).clamp(-1e30, 1e30) as i128))
    };
    let above = number("exclusiveMinimum", f64::floor).map(|bound| bound + 1);
    let below = number("exclusiveMaximum", f64::ceil).map(|bound| bound - 1);
    let low = number("minimum", f64::ceil).into_iter().chain(above).max();
    let high = number("maximum", f64::floor).into_iter().chain(below).min();
    match (low, high) {
        (Some(low), Some(high)) => (low, high),
        (Some(low), None) => (low, (low + 1000).min(low.max(u64::MAX.into()))),
        (None, Some(high)) if high >= 1 => (0, high),
        (None, Some(high)) => ((high - 1000).max(high.min(i64::MIN.into())), high),
        (None, None) => (1, 1000),
    }
}

/// The least integer that is a multiple of a step, such as 5 of 2.5.
fn whole_step(step: &Value) -> Option<i128> {
    let step = step.as_f64().filter(|step| *step > 0.0)?;
    let mut multiples = (1..=1000).map(|times| f64::from(times) * step);
    multiples
        .find(|multiple| multiple.fract() == 0.0)
        .map(|multiple| multiple as i128)
}

/// A UUID of version 4 with these bits.
pub(crate) fn uuid(high: u64, low: u64) -> String {
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xFFFF,
        high & 0xFFF,
        0x8000 | (low >> 48) & 0x3FFF,
        low & 0xFFFF_FFFF_FFFF
    )
}

/// The example that a schema itself has.
pub(crate) fn example(keywords: &Map<String, Value>) -> Option<&Value> {
    keywords
        .get("example")
        .or_else(|| keywords.get("examples")?.as_array()?.first())
}

/// The value of a discriminator for the branch that a reference names.
fn discriminated(discriminator: &Value, reference: &str) -> String {
    let mapping = discriminator["mapping"].as_object();
    let schema = reference.rsplit('/').next().unwrap_or(reference);
    let named = mapping.into_iter().flatten().find(|(_, target)| {
        let target = target.as_str().unwrap_or_default();
        target == reference || target == schema
    });
    named.map_or(schema, |(name, _)| name.as_str()).to_owned()
}

fn list<'k>(keywords: &'k Map<String, Value>, name: &str) -> impl Iterator<Item = &'k Value> {
    keywords.get(name).and_then(Value::as_array).into_iter().flatten()
}

fn count(keywords: &Map<String, Value>, name: &str) -> Option<usize> {
    keywords.get(name)?.as_f64().map(|count| count as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_as_their_schemas_say() {
        let numbers = json!({
            "Bounds": { "type": "integer", "minimum": 3, "maximum": 4 },
            "Huge": { "type": "integer", "minimum": 9_000_000_000_i64 },
            "Exact": { "type": "integer", "minimum": 9_007_199_254_740_993_i64, "maximum": 9_007_199_254_740_993_i64 },
            "Above": { "type": "integer", "exclusiveMinimum": i64::MAX - 2, "maximum": i64::MAX },
            "Lowest": { "type": "integer", "exclusiveMaximum": i64::MIN + 1 },
            "Largest": { "type": "integer", "format": "uint64", "minimum": u64::MAX },
            "Large": { "type": "integer", "exclusiveMinimum": u64::MAX - 1 },
            "Wide": { "type": "integer", "minimum": i64::MIN, "maximum": u64::MAX },
            "Between": { "type": "integer", "minimum": 2.5, "maximum": 3.5 },
            "Halves": { "type": "integer", "multipleOf": 2.5, "minimum": 3, "maximum": 7 },
            "Multiple": { "type": "integer", "multipleOf": 7, "minimum": 100, "maximum": 106 },
            "Narrow": { "type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1 },
        });
        let mut schemas = json!({
            "Long": { "type": "string", "minLength": 40, "maxLength": 41 },
            "Short": { "type": "string", "maxLength": 2 },
            "Pattern": { "type": "string", "pattern": "^[a-f]+$", "minLength": 9, "maxLength": 12 },
            "Time": { "type": "string", "format": "date-time" },
            "Id": { "type": "string", "format": "uuid" },
            "Mail": { "type": "string", "format": "email" },
            "WrongExample": { "type": "integer", "example": "seven" },
            "Unique": { "type": "array", "minItems": 3, "uniqueItems": true,
                        "items": { "type": "string", "enum": ["a", "b", "c"], "example": "a" } },
            "Tree": { "type": "object", "required": ["name"], "properties": {
                "name": { "type": "string" },
                "children": { "type": "array", "items": { "$ref": "#/components/schemas/Tree" } } } },
            "Map": { "type": "object", "minProperties": 2, "additionalProperties": { "type": "boolean" } },
            "Base": { "type": "object", "required": ["kind"], "properties": { "kind": { "type": "string" } } },
            "Cat": { "allOf": [{ "$ref": "#/components/schemas/Base" },
                               { "type": "object", "required": ["lives"],
                                 "properties": { "lives": { "type": "integer", "maximum": 9 } } }] },
            "Dog": { "allOf": [{ "$ref": "#/components/schemas/Base" }, { "required": ["tail"] }] },
            "Pet": { "oneOf": [{ "$ref": "#/components/schemas/Cat" }, { "$ref": "#/components/schemas/Dog" }],
                     "discriminator": { "propertyName": "kind",
                                        "mapping": { "cat": "#/components/schemas/Cat" } } },
            "Bird": { "oneOf": [{ "$ref": "#/components/schemas/Owl" }], "discriminator": { "propertyName": "kind" } },
            "Owl": { "type": "object", "properties": { "kind": { "type": "string", "enum": ["barn", "snowy"] } } },
            "Either": { "anyOf": [{ "type": "string" }, { "type": "integer" }] },
            "Pair": { "type": "array", "minItems": 2, "prefixItems": [{ "type": "string" }, { "type": "integer" }], "items": false },
            "Tagged": { "type": "array", "items": { "type": "string" }, "contains": { "const": "main" }, "minContains": 2 },
            "Round": {
                "type": "object",
                "required": ["kind"],
                "properties": { "kind": { "enum": ["circle", "square"] } },
                "if": { "properties": { "kind": { "const": "circle" } } },
                "then": { "required": ["radius"], "properties": { "radius": { "type": "number" } } },
                "else": { "required": ["side"], "properties": { "side": { "type": "number" } } },
            },
            "Odd": { "type": "integer", "minimum": 1, "maximum": 10, "not": { "multipleOf": 2 } },
            "Null": { "type": "null" },
            "Anything": {},
        });
        let all = schemas.as_object_mut().unwrap();
        all.extend(numbers.as_object().unwrap().clone());
        let names: Vec<_> = schemas.as_object().unwrap().keys().cloned().collect();
        let schemas = Schemas::new(&json!({ "openapi": "3.1.0", "components": { "schemas": schemas } })).unwrap();
        for name in names {
            for extent in [Extent::Full, Extent::Required] {
                for number in 0..20 {
                    let pointer = format!("/components/schemas/{name}");
                    let value = make(&schemas, &pointer, extent, 7, number).unwrap();
                    assert!(
                        schemas.is_valid(Direction::Response, &pointer, &value),
                        "{name}: {value}"
                    );
                    assert_eq!(make(&schemas, &pointer, extent, 7, number), Ok(value), "{name}");
                }
            }
        }
        let pet = (0..50).map(|number| make(&schemas, "/components/schemas/Pet", Extent::Full, 7, number).unwrap());
        for pet in pet {
            let expected = if pet.get("lives").is_some() { "cat" } else { "Dog" };
            assert_eq!(pet["kind"], expected, "{pet}");
        }
    }

    #[test]
    fn what_no_value_fits_is_an_error() {
        let schemas = Schemas::new(&json!({ "openapi": "3.1.0", "components": { "schemas": { "Never": false } } }));
        let error = make(&schemas.unwrap(), "/components/schemas/Never", Extent::Full, 7, 0).unwrap_err();
        assert_eq!(
            error,
            "no value was found for the schema at `/components/schemas/Never`"
        );
    }
}
