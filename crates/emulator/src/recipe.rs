//! How the items of a resource are generated, and how they progress.

use std::sync::Arc;

use ittybit::Timestamp;
use serde_json::{Map, Number, Value};

use crate::contract::Contract;
use crate::cursor::Cursor;
use crate::id::property;
use crate::problem::Problem;
use crate::random::{Random, Stream, number_of};
use crate::resource::{Lifecycle, Resource};
use crate::schema::Direction;
use crate::time_field;
use crate::value::{self, Extent, Shape};

/// How the items of a list are generated. An item is a function of its age alone, so that it need not be
/// kept. The age of an item is the number of generated ones that are newer.
pub(crate) trait Recipe: Send + Sync {
    /// How many there are at the start.
    fn count(&self) -> usize;

    /// What an item is indexed by: cheap enough for a million items.
    fn facts(&self, age: u64) -> Facts;

    fn item(&self, age: u64) -> Value;

    /// What an item is indexed by, generated or not.
    fn facts_of(&self, item: &Value) -> Facts;

    /// Seconds until an item changes next; `None` for one that has finished.
    fn wait(&self, item: &Value) -> Option<i64>;

    /// Takes an item one step further, at a time in Unix seconds.
    fn advance(&self, item: &mut Value, now: i64);
}

/// What an item is indexed by.
#[derive(Debug, PartialEq)]
pub(crate) struct Facts {
    pub(crate) id: String,
    /// What pages are read by, where that is not the id.
    pub(crate) cursor: Option<String>,
    /// What lists are ordered by that have no such cursor.
    pub(crate) time: i64,
    /// For each key of the resource, the values that the item has.
    pub(crate) values: Vec<Vec<String>>,
    /// Whether it has not finished yet.
    pub(crate) alive: bool,
}

/// A scalar as text, as in a parameter; for a list, its items.
pub(crate) fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Number(number)) => vec![number_text(number)],
        Some(Value::Bool(value)) => vec![value.to_string()],
        Some(Value::Array(items)) => items.iter().flat_map(|item| texts(Some(item))).collect(),
        Some(Value::Null | Value::Object(_)) | None => Vec::new(),
    }
}

/// A number in one spelling, whichever it has in JSON: `5` for `5.0` too.
fn number_text(number: &Number) -> String {
    const WHOLE: f64 = 1e15;
    match number.as_f64() {
        Some(value) if number.is_f64() && value.fract() == 0.0 && value.abs() < WHOLE => (value as i64).to_string(),
        _ => number.to_string(),
    }
}

/// A text that is a number or a time, as a number to compare with others of its kind.
pub(crate) fn magnitude(text: &str) -> Option<f64> {
    let number = text.parse().ok().filter(|number: &f64| number.is_finite());
    number.or_else(|| Some(time_field::milliseconds(text)? as f64))
}

/// The facts of any item of a resource.
pub(crate) fn facts_of(resource: &Resource, item: &Value) -> Facts {
    let values = resource.keys.iter().map(|key| {
        let mut names = key.property.split('.');
        let value = names.try_fold(item, |value, name| value.get(name));
        texts(value)
    });
    let alive = |lifecycle: &Lifecycle| {
        let status = item.get(&lifecycle.property).and_then(Value::as_str);
        status.is_some_and(|status| lifecycle.progress.iter().any(|one| one == status))
    };
    let cursor = resource.cursor.as_ref().and_then(|cursor| item.get(&cursor.property));
    let created = resource.created.as_ref();
    Facts {
        id: texts(item.get(&resource.id)).pop().unwrap_or_default(),
        cursor: texts(cursor).pop(),
        time: created.and_then(|field| field.read(item)).unwrap_or(0),
        values: values.collect(),
        alive: resource.lifecycle.as_ref().is_some_and(alive),
    }
}

/// Items made from the document.
pub(crate) struct FromSchema {
    pub(crate) contract: Arc<Contract>,
    pub(crate) resource: Arc<Resource>,
    pub(crate) seed: u64,
    pub(crate) count: usize,
    /// When the emulator started, in Unix seconds.
    pub(crate) now: i64,
    /// The parameters in the path of the list.
    pub(crate) parents: Vec<(String, String)>,
}

impl FromSchema {
    fn seed(&self) -> u64 {
        let parents = self.parents.iter().map(|(_, value)| number_of(value));
        parents.fold(self.seed ^ number_of(&self.resource.path), |seed, parent| {
            seed.rotate_left(7) ^ parent
        })
    }

    /// An item that has just been created. `taken` says whether an id is not free.
    ///
    /// # Errors
    /// The reason why there is none.
    pub(crate) fn created(
        &self,
        body: Option<&Value>,
        number: u64,
        now: i64,
        taken: impl Fn(&str) -> bool,
    ) -> Result<Value, Problem> {
        let mut item = self.with_body(body, number)?;
        let resource = &*self.resource;
        let sent = body.and_then(|body| body.get(&resource.id)).filter(|id| {
            let free = texts(Some(id)).pop().is_some_and(|id| !taken(&id));
            free && !self.read_only(&resource.id)
        });
        match sent {
            Some(id) => self.set(&mut item, &resource.id, id.clone()),
            None => {
                let ids =
                    (0..100).filter_map(|more| resource.id_form.id(&self.contract.schemas, self.seed(), number + more));
                let mut free = ids.filter(|id| texts(Some(id)).pop().is_some_and(|id| !taken(&id)));
                let id = free
                    .next()
                    .ok_or_else(|| Problem::internal(format!("every id of a {} is taken", resource.noun)))?;
                self.set(&mut item, &resource.id, id);
            }
        }
        let is_sent = |cursor: &Cursor| {
            let sent = body.is_some_and(|body| body.get(&cursor.property).is_some());
            sent && !self.read_only(&cursor.property)
        };
        if !resource.cursor.as_ref().is_some_and(is_sent) {
            self.set_cursor(&mut item, number);
        }
        for field in [&resource.created, &resource.updated].into_iter().flatten() {
            self.set(&mut item, &field.property, field.write(now));
        }
        if let Some(lifecycle) = &resource.lifecycle {
            self.set(&mut item, &lifecycle.property, lifecycle.progress[0].as_str().into());
            // An item that has not begun has no start or end time.
            for field in [&resource.started, &resource.finished].into_iter().flatten() {
                self.unset(&mut item, &field.property);
            }
        }
        self.set_parents(&mut item);
        Ok(item)
    }

    /// An item with all its properties replaced by those that were sent.
    pub(crate) fn replaced(&self, old: &Value, body: Option<&Value>, request: Option<&str>, now: i64) -> Value {
        let mut item = old.clone();
        // A property that could have been sent and was not is removed, where it is optional.
        if let Some(pointer) = request {
            let shape = Shape::at(&self.contract.schemas, Direction::Request, pointer);
            for (name, schema) in shape.properties(&self.contract.schemas) {
                let sent = body.is_some_and(|body| body.get(&name).is_some());
                if !sent && name != self.resource.id && schema["readOnly"] != true {
                    self.unset(&mut item, &name);
                }
            }
        }
        self.changed(&item, body, now)
    }

    /// An item with what was sent put into it. Where the schema does not take `null`, it takes a property away,
    /// as in a merge patch.
    pub(crate) fn changed(&self, old: &Value, body: Option<&Value>, now: i64) -> Value {
        let mut item = old.clone();
        let resource = &*self.resource;
        for (name, value) in body.and_then(Value::as_object).into_iter().flatten() {
            if *name == resource.id || self.read_only(name) {
                continue;
            }
            self.set_known(&mut item, name, value.clone());
            if value.is_null() && item.get(name).is_some_and(|now| !now.is_null()) {
                self.unset(&mut item, name);
            }
        }
        if let Some(field) = &resource.updated {
            self.set(&mut item, &field.property, field.write(now));
        }
        item
    }

    /// The smallest item that has what was sent.
    fn with_body(&self, body: Option<&Value>, number: u64) -> Result<Value, Problem> {
        let (schemas, schema) = (&self.contract.schemas, self.resource.schema.as_str());
        let empty = Map::new();
        let body = body.and_then(Value::as_object).unwrap_or(&empty);
        // The sent properties may belong to another branch of a union than the generated ones, so several
        // items are tried.
        let mut best: Option<(usize, Value)> = None;
        for attempt in 0..8 {
            let made = value::make(schemas, schema, Extent::Required, self.seed() ^ attempt, number);
            let mut item = made.map_err(Problem::internal)?;
            let mut all = item.clone();
            if let Some(object) = all.as_object_mut() {
                let known = body.iter().filter(|(name, _)| self.known(name));
                object.extend(known.map(|(name, value)| (name.clone(), value.clone())));
            }
            if schemas.is_valid(Direction::Response, schema, &all) {
                return Ok(all);
            }
            let mut taken = 0;
            for (name, value) in body {
                let before = item.clone();
                self.set_known(&mut item, name, value.clone());
                taken += usize::from(item != before);
            }
            if best.as_ref().is_none_or(|(most, _)| taken > *most) {
                best = Some((taken, item));
            }
        }
        best.map(|(_, item)| item)
            .ok_or_else(|| Problem::internal("no item was made"))
    }

    fn known(&self, name: &str) -> bool {
        let place = property(&self.contract.schemas, &self.resource.schema, name);
        let schema = place.and_then(|place| self.contract.schemas.resolve(Direction::Response, &place));
        // What is only written is never in a response.
        schema.is_some_and(|(_, schema)| *schema != Value::Bool(false))
    }

    fn read_only(&self, name: &str) -> bool {
        let place = property(&self.contract.schemas, &self.resource.schema, name);
        place.is_some_and(|place| {
            let shape = Shape::at(&self.contract.schemas, Direction::Response, &place);
            shape.keywords.get("readOnly").is_some_and(|flag| flag == true)
        })
    }

    fn set_known(&self, item: &mut Value, name: &str, value: Value) {
        if self.known(name) {
            self.set(item, name, value);
        }
    }

    /// Sets a property, unless the item would not be as documented.
    pub(crate) fn set(&self, item: &mut Value, name: &str, value: Value) {
        let Some(object) = item.as_object_mut() else {
            return;
        };
        let before = object.insert(name.to_owned(), value);
        if !self
            .contract
            .schemas
            .is_valid(Direction::Response, &self.resource.schema, item)
            && let Some(object) = item.as_object_mut()
        {
            match before {
                Some(before) => object.insert(name.to_owned(), before),
                None => object.remove(name),
            };
        }
    }

    /// Removes a property, unless it is required.
    pub(crate) fn unset(&self, item: &mut Value, name: &str) {
        let before = item.clone();
        if let Some(object) = item.as_object_mut() {
            object.remove(name);
        }
        if !self
            .contract
            .schemas
            .is_valid(Direction::Response, &self.resource.schema, item)
        {
            *item = before;
        }
    }

    /// Sets a cursor that is not the id to that of the item with this number, counted from the oldest.
    fn set_cursor(&self, item: &mut Value, number: u64) {
        if let Some(cursor) = &self.resource.cursor
            && let Some(form) = &cursor.form
            && let Some(value) = form.id(&self.contract.schemas, self.seed(), number)
        {
            self.set(item, &cursor.property, value);
        }
    }

    fn set_parents(&self, item: &mut Value) {
        for (name, value) in &self.parents {
            if self.known(name) && *name != self.resource.id {
                self.set(item, name, value.as_str().into());
            }
        }
    }

    /// When an item of some age was created.
    fn time(&self, age: u64) -> i64 {
        self.now - 60 - age.cast_signed().saturating_mul(16)
    }
}

impl Recipe for FromSchema {
    fn count(&self) -> usize {
        self.count
    }

    fn facts(&self, age: u64) -> Facts {
        self.facts_of(&self.item(age))
    }

    fn facts_of(&self, item: &Value) -> Facts {
        facts_of(&self.resource, item)
    }

    fn item(&self, age: u64) -> Value {
        let (resource, schemas) = (&*self.resource, &self.contract.schemas);
        let seed = self.seed();
        // A schema without any value was refused when the emulator started.
        let mut item = value::make(schemas, &resource.schema, Extent::Full, seed, age).unwrap_or_default();
        let number = self.count as u64 - 1 - age.min(self.count as u64 - 1);
        if let Some(id) = resource.id_form.id(schemas, seed, number) {
            self.set(&mut item, &resource.id, id);
        }
        self.set_cursor(&mut item, number);
        let mut random = Random::new(seed, Stream::ItemValue, age);
        // Examples are always the same; what items are indexed by should vary.
        for key in &resource.keys {
            let place = property(schemas, &resource.schema, &key.property);
            let shape = place
                .map(|place| Shape::at(schemas, Direction::Response, &place))
                .unwrap_or_default();
            if let Some(values) = shape.keywords.get("enum").and_then(Value::as_array)
                && !values.is_empty()
            {
                let value = &values[random.next() as usize % values.len()];
                self.set(&mut item, &key.property, value.clone());
            }
        }
        let created = self.time(age);
        let (started, finished) = (created + 1 + random.between(0, 2), created + 4 + random.between(0, 50));
        if let Some(field) = &resource.created {
            self.set(&mut item, &field.property, field.write(created));
        }
        if let Some(lifecycle) = &resource.lifecycle {
            let all = [
                &lifecycle.progress,
                &lifecycle.success,
                &lifecycle.success,
                &lifecycle.failure,
            ];
            let all: Vec<_> = all.into_iter().flatten().collect();
            let status = all[random.next() as usize % all.len()];
            self.set(&mut item, &lifecycle.property, status.as_str().into());
            let ended = !lifecycle.progress.contains(status);
            let times = [
                (&resource.started, started, status != &lifecycle.progress[0]),
                (&resource.finished, finished, ended),
            ];
            for (field, time, is_there) in times {
                match field {
                    Some(field) if is_there => self.set(&mut item, &field.property, field.write(time)),
                    Some(field) => self.unset(&mut item, &field.property),
                    None => {}
                }
            }
        }
        if let Some(field) = &resource.updated {
            self.set(&mut item, &field.property, field.write(finished.min(self.now)));
        }
        self.set_parents(&mut item);
        item
    }

    fn wait(&self, item: &Value) -> Option<i64> {
        let facts = self.facts_of(item);
        let status = item.get(&self.resource.lifecycle.as_ref()?.property)?.as_str()?;
        let number = number_of(&facts.id).wrapping_add(number_of(status));
        facts
            .alive
            .then(|| Random::new(self.seed(), Stream::Wait, number).between(1, 5))
    }

    fn advance(&self, item: &mut Value, now: i64) {
        let Some(lifecycle) = &self.resource.lifecycle else {
            return;
        };
        let facts = self.facts_of(item);
        let status = item.get(&lifecycle.property).and_then(Value::as_str);
        let place = lifecycle.progress.iter().position(|one| Some(one.as_str()) == status);
        let Some(place) = place else {
            return;
        };
        let last = place + 1 == lifecycle.progress.len();
        let fails = Random::new(self.seed(), Stream::Fate, number_of(&facts.id)).share() >= 0.85;
        let ends = if fails && !lifecycle.failure.is_empty() {
            &lifecycle.failure
        } else {
            &lifecycle.success
        };
        let next = if last {
            ends.first()
        } else {
            lifecycle.progress.get(place + 1)
        };
        let Some(next) = next else {
            return;
        };
        self.set(item, &lifecycle.property, next.as_str().into());
        let resource = &*self.resource;
        let started = resource.started.as_ref().filter(|_| place == 0);
        let finished = resource.finished.as_ref().filter(|_| last);
        for field in [started, finished, resource.updated.as_ref()].into_iter().flatten() {
            self.set(item, &field.property, field.write(now));
        }
    }
}

/// The time of a clock in whole seconds.
pub(crate) fn seconds(time: std::time::SystemTime) -> i64 {
    Timestamp::from(time).unix_seconds()
}
