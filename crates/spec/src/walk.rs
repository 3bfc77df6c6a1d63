//! Visits every object of a document that the tables of the [grammar](crate::grammar) describe.

use crate::Document;
use crate::grammar::{Keys, Object, SCHEMA, Shape, WHOLE};
use crate::kind::Kind;
use crate::node::{Node, Value};
use crate::pointer;

/// An object of a document, and its place in it.
#[derive(Debug)]
pub struct Part<'p, 'd> {
    /// The kind of the object. It may be a reference to one of that kind.
    pub kind: Kind,
    /// The object.
    pub node: &'d Node,
    /// Its place, as a JSON pointer.
    pub at: &'p str,
    /// Its key in the object around it, such as the name of a property; `None` for an item of a list.
    pub key: Option<&'d str>,
    /// The field of the parent that contains it, directly or in a list or map: `schema`, `allOf`,
    /// `properties`.
    pub field: &'d str,
    /// The object that it is part of; `None` for the document.
    pub parent: Option<&'p Part<'p, 'd>>,
}

impl Document {
    /// Visits every object of the document, each before its parts: those of `paths` and
    /// `components`, of callbacks, of `content` and `encoding`, and every part of a schema. References
    /// are not followed; the object that one leads to is visited at its own place.
    ///
    /// ```
    /// use ittybit_spec::{Document, Kind};
    ///
    /// let document = Document::parse("api.yaml", "\
    /// openapi: 3.0.3
    /// info: { title: Tasks, version: 1.0.0 }
    /// paths: {}
    /// components: { schemas: { Tags: { type: array, items: { type: string } } } }
    /// ")?;
    /// let mut schemas = Vec::new();
    /// document.visit(&mut |part| {
    ///     if part.kind == Kind::Schema {
    ///         schemas.push(part.at.to_owned());
    ///     }
    /// });
    /// assert_eq!(schemas, ["/components/schemas/Tags", "/components/schemas/Tags/items"]);
    /// # Ok::<(), ittybit_spec::Diagnostics>(())
    /// ```
    pub fn visit<'d>(&'d self, visitor: &mut dyn FnMut(&Part<'_, 'd>)) {
        let mut at = String::new();
        let place = Place {
            key: None,
            field: "",
            parent: None,
        };
        visit(self.root(), &WHOLE, &mut at, &place, visitor);
    }
}

struct Place<'p, 'd> {
    key: Option<&'d str>,
    field: &'d str,
    parent: Option<&'p Part<'p, 'd>>,
}

fn visit<'d>(
    node: &'d Node,
    shape: &'static Shape,
    at: &mut String,
    place: &Place<'_, 'd>,
    visitor: &mut dyn FnMut(&Part<'_, 'd>),
) {
    let length = at.len();
    let object = object(shape).filter(|_| node.as_object().is_some());
    let own = object.map(|_| at.clone()).unwrap_or_default();
    let part = object.map(|object| Part {
        kind: object.kind,
        node,
        at: &own,
        key: place.key,
        field: place.field,
        parent: place.parent,
    });
    if let Some(part) = &part {
        visitor(part);
    }
    each(node, shape, &mut |key, index, node, shape| {
        match key {
            Some(key) => pointer::push(at, key),
            None => pointer::push(at, &index.to_string()),
        }
        // The values of a list or a map have the field and the parent of the list or the map itself.
        let (field, parent) = match &part {
            Some(part) => (key.unwrap_or_default(), Some(part)),
            None => (place.field, place.parent),
        };
        visit(node, shape, at, &Place { key, field, parent }, visitor);
        at.truncate(length);
    });
}

/// The description of the object that a shape requires.
pub(crate) fn object(shape: &Shape) -> Option<&'static Object> {
    match shape {
        Shape::Object(object) | Shape::Referable(object) => Some(object),
        Shape::SchemaOrBool | Shape::SchemaName => Some(&SCHEMA),
        _ => None,
    }
}

/// Visits the values inside a value that have a shape. The siblings of `$ref` have none, except in schemas
/// and path items. `found` receives the key of each value, which an item of a list does not have, and its index.
fn each<'d>(
    node: &'d Node,
    shape: &'static Shape,
    found: &mut dyn FnMut(Option<&'d str>, usize, &'d Node, &'static Shape),
) {
    match (shape, node.value()) {
        (Shape::List(of), Value::Array(items)) => {
            for (index, item) in items.iter().enumerate() {
                found(None, index, item, of);
            }
        }
        (Shape::Map(keys, of), Value::Object(members)) => {
            let members = members.iter().enumerate();
            for (index, member) in members.filter(|(_, member)| keys.contains(member.key())) {
                found(Some(member.key()), index, member.value(), of);
            }
        }
        (shape, Value::Object(members)) => {
            let Some(object) = object(shape) else { return };
            if node.get("$ref").is_some() && !matches!(object.kind, Kind::Schema | Kind::PathItem) {
                return;
            }
            for (index, member) in members.iter().enumerate() {
                if let Some(field) = object.field(member.key(), None) {
                    found(Some(member.key()), index, member.value(), &field.shape);
                }
            }
        }
        _ => {}
    }
}

impl Keys {
    /// Whether a member of that name belongs to the map, and is not an extension.
    pub(crate) fn contains(&self, name: &str) -> bool {
        match self {
            Self::Names | Self::Components => true,
            Self::Paths | Self::Statuses => !name.starts_with("x-"),
            Self::Expressions => !name.starts_with("x-") && name != "$ref",
        }
    }
}

/// Visits every reference in a value: the node of its text, the text, and the shape of its target.
pub(crate) fn references<'d>(
    node: &'d Node,
    shape: &'static Shape,
    found: &mut dyn FnMut(&'d Node, &'d str, &'static Shape),
) {
    if let (Shape::SchemaName, Some(text)) = (shape, node.as_str()) {
        if is_mapping_reference(text) {
            found(node, text, shape);
        }
        return;
    }
    if let Some(reference) = node.get("$ref")
        && (object(shape).is_some() || is_callback(shape))
        && let Some(text) = reference.as_str()
    {
        found(reference, text, shape);
    }
    each(node, shape, &mut |_, _, node, shape| references(node, shape, found));
}

pub(crate) fn is_callback(shape: &Shape) -> bool {
    matches!(shape, Shape::Map(Keys::Expressions, _))
}

/// Whether a value in the mapping of a discriminator is a reference, and not the name of a schema.
pub(crate) fn is_mapping_reference(name: &str) -> bool {
    let file = name.split('#').next().unwrap_or_default();
    name.contains('#') || [".yaml", ".yml", ".json"].iter().any(|end| file.ends_with(end))
}
