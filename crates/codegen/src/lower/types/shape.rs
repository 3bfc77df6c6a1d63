//! Shapes: which kind of Rust type a schema becomes, without regard to its inner schemas.

use indexmap::IndexMap;
use ittybit_spec::pointer;
use openapiv3::{
    AdditionalProperties, AnySchema, Components, Discriminator, ObjectType, ReferenceOr, Schema, SchemaKind, Type,
};
use serde_json::Value;

use crate::lower::budget::Budget;
use crate::lower::integer;
use crate::lower::names::Place;
use crate::lower::report::Report;
use crate::lower::schema::{COMPONENTS, is_enum, only_part, required, single_type};

/// The kind of Rust type that a schema becomes.
pub(crate) enum Shape {
    Struct(Object),
    Enum(Vec<String>),
    Timestamp,
    Reference(String),
    String,
    Integer(&'static str),
    Float,
    Boolean,
    /// With the schema of the items.
    List(Option<Inner>),
    /// With the schema of the values.
    Map(Option<Inner>),
    Union(Variants),
    Any,
    /// The schema has an error, which is reported already.
    Refused,
}

/// The properties of an object, including those of the parts of an `allOf`.
#[derive(Clone, Default)]
pub(crate) struct Object {
    /// Each with the place of its schema in the document.
    pub(crate) properties: IndexMap<String, Inner>,
    pub(crate) required: Vec<String>,
    pub(crate) additional: Option<Inner>,
}

/// A schema within another, and its place in the document.
pub(crate) type Inner = (ReferenceOr<Schema>, String);

/// A union that has no name yet.
pub(crate) struct Variants {
    pub(super) variants: Vec<Variant>,
    pub(super) discriminator: Option<Discriminator>,
}

pub(super) struct Variant {
    pub(super) schema: Inner,
    /// If the variant is merged with the properties beside the union: all properties.
    pub(super) merged: Option<Object>,
}

/// An `allOf` may have this many parts, including nested ones.
const MAX_PARTS: usize = 1_000;

/// What a shape depends on.
pub(super) struct Shapes<'s, 'a> {
    pub(super) components: &'a Components,
    pub(super) budget: &'s mut Budget,
    pub(super) report: &'s mut Report<'a>,
    /// How many nested unions are being merged with the properties beside them.
    pub(super) merging: usize,
}

impl Shapes<'_, '_> {
    /// The shape of a schema. Inner schemas are not visited.
    pub(super) fn shape(&mut self, schema: &ReferenceOr<Schema>, place: &Place) -> Shape {
        let schema = match schema {
            ReferenceOr::Reference { reference } => {
                return Shape::Reference(reference.trim_start_matches(COMPONENTS).to_owned());
            }
            ReferenceOr::Item(schema) => schema,
        };
        let at = &place.at;
        match &*single_type(&schema.schema_kind) {
            SchemaKind::Type(Type::String(string)) => match string.enumeration.iter().flatten().count() {
                0 => Shape::String,
                _ => Shape::Enum(string.enumeration.iter().flatten().cloned().collect()),
            },
            SchemaKind::Type(Type::Integer(integer)) => {
                integer::rust_type(integer).map_or(Shape::Timestamp, Shape::Integer)
            }
            SchemaKind::Type(Type::Number(_)) => Shape::Float,
            SchemaKind::Type(Type::Boolean(_)) => Shape::Boolean,
            SchemaKind::Type(Type::Array(array)) => Shape::List(items(array.items.as_ref(), at)),
            SchemaKind::Type(Type::Object(object)) => object_shape(object, at),
            SchemaKind::AllOf { all_of } => self.all_of_shape(all_of, None, place),
            SchemaKind::OneOf { one_of: parts } | SchemaKind::AnyOf { any_of: parts } if parts.len() == 1 => {
                self.all_of_shape(parts, None, place)
            }
            SchemaKind::OneOf { one_of: parts } => {
                self.union_shape("oneOf", parts, None, schema.schema_data.discriminator.as_ref(), place)
            }
            SchemaKind::AnyOf { any_of: parts } => {
                self.union_shape("anyOf", parts, None, schema.schema_data.discriminator.as_ref(), place)
            }
            SchemaKind::Not { .. } => Shape::Any,
            SchemaKind::Any(any) => self.mixed_shape(any, schema.schema_data.discriminator.as_ref(), place),
        }
    }

    /// The shape of an `allOf`: that of its part if there is only one, otherwise an object with all properties.
    fn all_of_shape(&mut self, parts: &[ReferenceOr<Schema>], own: Option<Object>, place: &Place) -> Shape {
        if let (Some((index, part)), None) = (only_part(parts), &own) {
            let inner = Place::new(self.part(&place.at, index), place.name.clone());
            return self.shape(part, &inner);
        }
        let mut whole = Object::default();
        let mut unions = Vec::new();
        let parts = parts.iter().enumerate();
        // Each part with its place, and with the place of the part of this `allOf` that it belongs to.
        let mut left: Vec<(ReferenceOr<Schema>, String, String)> = parts
            .map(|(index, part)| {
                let at = pointer::join(&place.at, ["allOf", index.to_string().as_str()]);
                (part.clone(), at.clone(), at)
            })
            .rev()
            .collect();
        let mut visited = 0;
        if !self.budget.may_repeat(left.len(), &place.at, self.report) {
            return Shape::Refused;
        }
        // Nested parts replace the part that contains them.
        while let Some((part, at, own_at)) = left.pop() {
            let parts = match &part {
                ReferenceOr::Reference { reference } => {
                    let name = reference.trim_start_matches(COMPONENTS);
                    let at = pointer::join("/components/schemas", [name]);
                    self.components
                        .schemas
                        .get(name)
                        .map(|schema| vec![(schema.clone(), at, own_at.clone())])
                }
                ReferenceOr::Item(Schema {
                    schema_kind: SchemaKind::AllOf { all_of },
                    ..
                }) => {
                    let parts = all_of.iter().enumerate();
                    let at = |index: usize| pointer::join(&at, ["allOf", index.to_string().as_str()]);
                    let part = |(index, part): (usize, &ReferenceOr<Schema>)| (part.clone(), at(index), own_at.clone());
                    Some(parts.map(part).collect())
                }
                ReferenceOr::Item(_) => None,
            };
            if let Some(parts) = parts {
                left.extend(parts.into_iter().rev());
                visited += 1;
                if visited.max(left.len()) > MAX_PARTS {
                    self.report.error(
                        &place.at,
                        "all-of-too-large",
                        format!("the `allOf` has more than {MAX_PARTS} parts"),
                        "write an object with all of the properties",
                    );
                    self.budget.may_repeat(visited, &place.at, self.report);
                    return Shape::Refused;
                }
                continue;
            }
            let inner = Place::new(at.clone(), place.name.clone());
            match self.shape(&part, &inner) {
                Shape::Struct(object) => self.merge(&mut whole, object),
                Shape::Map(values) => {
                    let part = Object {
                        additional: values,
                        ..Object::default()
                    };
                    self.merge(&mut whole, part);
                }
                // It has no effect on the type.
                Shape::Any => {}
                Shape::Refused => return Shape::Refused,
                Shape::Union(variants) => unions.push(variants),
                _ => {
                    let mut finding = self
                        .report
                        .document
                        .note(
                            &own_at,
                            "this part of an `allOf` is not an object: the schema is any JSON value",
                        )
                        .code("all-of-any");
                    if at != own_at {
                        finding = finding.also(self.report.document, &at, "what it refers to");
                    }
                    self.report.push(finding);
                    return Shape::Any;
                }
            }
            whole.required.extend(required(&part));
        }
        if let Some(own) = own {
            self.merge(&mut whole, own);
        }
        if !unions.is_empty() {
            return self.all_of_union(whole, unions, place);
        }
        if whole.properties.is_empty() {
            return Shape::Map(whole.additional);
        }
        for name in &whole.required {
            if !whole.properties.contains_key(name) {
                let message = format!("`{name}` is required, but is not among the `properties` of the parts");
                self.report.note(&place.at, "required-unused", message);
            }
        }
        Shape::Struct(whole)
    }

    /// The place of a part, in whichever of `allOf`, `oneOf` and `anyOf` the schema has.
    fn part(&self, at: &str, index: usize) -> String {
        let key = ["allOf", "oneOf", "anyOf"]
            .into_iter()
            .find(|key| self.report.document.get(&pointer::join(at, [*key])).is_some())
            .unwrap_or("allOf");
        pointer::join(at, [key, index.to_string().as_str()])
    }

    /// Adds the properties of a part. A value is valid for every part, so if two parts describe the same property,
    /// either of them can be used: it is the later one.
    pub(super) fn merge(&mut self, whole: &mut Object, part: Object) {
        let at = part
            .properties
            .first()
            .map_or("", |(_, (_, at))| at.as_str())
            .to_owned();
        if !self.budget.may_repeat(part.properties.len(), &at, self.report) {
            return;
        }
        for (name, (schema, at)) in part.properties {
            if let Some((earlier, _)) = whole.properties.get(&name)
                && *earlier != schema
            {
                let message = format!("two parts of an `allOf` describe `{name}`: this one is used");
                self.report.note_at_key(&at, "all-of-overlap", message);
            }
            whole.properties.insert(name, (schema, at));
        }
        whole.required.extend(part.required);
        if let Some((schema, at)) = part.additional {
            if let Some((earlier, _)) = &whole.additional
                && *earlier != schema
            {
                let message = "two parts of an `allOf` describe `additionalProperties`: this one is used";
                self.report.note_at_key(&at, "all-of-overlap", message);
            }
            whole.additional = Some((schema, at));
        }
    }

    /// The shape of a schema without `type`, or with keywords of several kinds.
    fn mixed_shape(&mut self, any: &AnySchema, discriminator: Option<&Discriminator>, place: &Place) -> Shape {
        let at = &place.at;
        let own = (!any.properties.is_empty()).then(|| {
            let object = ObjectType {
                properties: any.properties.clone(),
                required: any.required.clone(),
                additional_properties: any.additional_properties.clone(),
                min_properties: any.min_properties,
                max_properties: any.max_properties,
            };
            match object_shape(&object, at) {
                Shape::Struct(object) => object,
                _ => Object::default(),
            }
        });
        let union = match (any.one_of.as_slice(), any.any_of.as_slice()) {
            ([], []) => None,
            ([], parts) => Some(("anyOf", parts)),
            (parts, _) => Some(("oneOf", parts)),
        };
        if let Some((keyword, parts)) = union
            && any.all_of.is_empty()
        {
            let required_only = (!any.required.is_empty()).then(|| Object {
                required: any.required.clone(),
                ..Object::default()
            });
            return self.union_shape(keyword, parts, own.or(required_only), discriminator, place);
        }
        if !any.all_of.is_empty() {
            if let Some((keyword, _)) = union {
                let message = format!("`{keyword}` beside `allOf` is left out of the type");
                let at = pointer::join(at, [keyword]);
                self.report.note_at_key(&at, "all-of-keyword-unused", message);
            }
            let additional = match &any.additional_properties {
                Some(AdditionalProperties::Schema(schema)) => {
                    Some(((**schema).clone(), pointer::join(at, ["additionalProperties"])))
                }
                _ => None,
            };
            let says_more = !any.required.is_empty() || additional.is_some();
            let more = Object {
                required: any.required.clone(),
                additional,
                ..Object::default()
            };
            let own = own.or(says_more.then_some(more));
            return self.all_of_shape(&any.all_of, own, place);
        }
        if let Some(object) = own {
            return Shape::Struct(object);
        }
        if is_enum(&any.enumeration) {
            return Shape::Enum(
                any.enumeration
                    .iter()
                    .filter_map(Value::as_str)
                    .map(str::to_owned)
                    .collect(),
            );
        }
        if any.items.is_some() {
            return Shape::List(items(any.items.as_ref(), at));
        }
        Shape::Any
    }
}

fn items(items: Option<&ReferenceOr<Box<Schema>>>, at: &str) -> Option<Inner> {
    Some((items?.clone().unbox(), pointer::join(at, ["items"])))
}

fn object_shape(object: &ObjectType, at: &str) -> Shape {
    let additional = match &object.additional_properties {
        Some(AdditionalProperties::Schema(schema)) => {
            Some(((**schema).clone(), pointer::join(at, ["additionalProperties"])))
        }
        _ => None,
    };
    if object.properties.is_empty() {
        return Shape::Map(additional);
    }
    let place = |name: &str| pointer::join(at, ["properties", name]);
    Shape::Struct(Object {
        properties: object
            .properties
            .iter()
            .map(|(name, schema)| (name.clone(), (schema.clone().unbox(), place(name))))
            .collect(),
        required: object.required.clone(),
        additional,
    })
}
