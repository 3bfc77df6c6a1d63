//! Schemas: inline enums and objects get names, what constrains values is taken out, and what the
//! client cannot represent is refused.

use std::collections::HashMap;

use indexmap::IndexMap;
use ittybit_spec::pointer;
use openapiv3::{
    AdditionalProperties, AnySchema, ArrayType, IntegerFormat, IntegerType, NumberFormat, NumberType, ObjectType,
    ReferenceOr, Schema, SchemaData, SchemaKind, StringFormat, StringType, Type, VariantOrUnknownOrEmpty,
};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::Value;

use super::Prepare;
use crate::model::{About, Alias, Bound, Bounds, Enum, Field, Literal, Struct, Variant};
use crate::name;
use crate::pattern::Automaton;

/// The type that times become: the client crate has it.
pub(crate) const TIMESTAMP: &str = "Timestamp";
const UNIX_TIME: &str = "unix-time";
const COMPONENTS: &str = "#/components/schemas/";

/// A place for a schema: where the document has it, and the name to give to it if it needs one.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub at: String,
    pub name: String,
}

impl Place {
    pub(super) fn new(at: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            at: at.into(),
            name: name.into(),
        }
    }

    fn inner(&self, at: &[&str], name: &str) -> Self {
        Self {
            at: pointer::join(&self.at, at.iter().copied()),
            name: format!("{}{}", self.name, name::type_name(name)),
        }
    }
}

/// What a schema is to a Rust client.
enum Shape {
    Struct(Object),
    Enum(Vec<String>),
    Timestamp,
    Reference(String),
    String,
    Integer(&'static str),
    Float,
    Boolean,
    List(Option<ReferenceOr<Schema>>),
    Map(Option<ReferenceOr<Schema>>),
    Any,
    /// Reported already.
    Refused,
}

/// An object's properties, those of the parts of an `allOf` among them.
#[derive(Default)]
struct Object {
    /// Each with the place of its schema in the document.
    properties: IndexMap<String, (ReferenceOr<Schema>, String)>,
    required: Vec<String>,
    additional: Option<(ReferenceOr<Schema>, String)>,
}

/// A schema of the copy, and whether it may be null.
pub(super) struct Converted {
    schema: ReferenceOr<Schema>,
    nullable: bool,
    /// The Rust type, for aliases.
    rust: TokenStream,
    /// The struct that it is or holds.
    pub(super) holds: Option<String>,
}

impl Converted {
    fn plain(kind: SchemaKind, rust: TokenStream) -> Self {
        let schema = ReferenceOr::Item(Schema {
            schema_data: SchemaData::default(),
            schema_kind: kind,
        });
        Self {
            schema,
            nullable: false,
            rust,
            holds: None,
        }
    }

    fn reference(name: &str) -> Self {
        let ident = format_ident!("{name}");
        Self {
            schema: ReferenceOr::Reference {
                reference: format!("{COMPONENTS}{name}"),
            },
            nullable: false,
            rust: quote!(#ident),
            holds: None,
        }
    }

    /// Where this is a list of structs: the struct.
    pub(super) fn list_item(&self) -> Option<String> {
        match &self.schema {
            ReferenceOr::Item(Schema {
                schema_kind: SchemaKind::Type(Type::Array(_)),
                ..
            }) => self.holds.clone(),
            _ => None,
        }
    }

    /// The schema, wrapped where it has to say that it may be null.
    pub(super) fn into_schema(self, nullable: bool) -> ReferenceOr<Schema> {
        if !nullable && !self.nullable {
            return self.schema;
        }
        let (kind, data) = match self.schema {
            ReferenceOr::Item(Schema {
                schema_data,
                schema_kind,
            }) => (schema_kind, schema_data),
            reference => (
                SchemaKind::AllOf {
                    all_of: vec![reference],
                },
                SchemaData::default(),
            ),
        };
        ReferenceOr::Item(Schema {
            schema_data: SchemaData { nullable: true, ..data },
            schema_kind: kind,
        })
    }
}

impl Prepare<'_> {
    /// Converts every component schema, in the order of the document.
    pub(super) fn components(&mut self) {
        let schemas = self.components.schemas.clone();
        let mut taken: HashMap<String, &str> = HashMap::new();
        for name in schemas.keys() {
            let at = pointer::join("/components/schemas", [name.as_str()]);
            let rust = name::type_name(name);
            if name::RESERVED_TYPES.contains(&rust.as_str()) || name::RESERVED_TYPES.contains(&name.as_str()) {
                self.push(
                    self.document
                        .error(&at, format!("the name `{name}` is taken"))
                        .at_key()
                        .label(format!("`{rust}` is a name of Rust or of the client crate"))
                        .help(format!("rename the schema, for example to `{rust}Value`")),
                );
            } else if name::is_keyword(name) {
                self.push(
                    self.document
                        .error(&at, format!("`{name}` is a Rust keyword"))
                        .at_key()
                        .help("a schema's name becomes a type's name: rename the schema"),
                );
            } else if rust != *name {
                self.push(
                    self.document
                        .note(&at, format!("the schema `{name}` is the Rust type `{rust}`"))
                        .at_key(),
                );
            }
            if let Some(other) = taken.insert(rust.clone(), name) {
                self.push(
                    self.document
                        .error(
                            &at,
                            format!("the schemas `{other}` and `{name}` would both be the Rust type `{rust}`"),
                        )
                        .at_key()
                        .help("rename one of them"),
                );
            }
        }
        // The components' names come first: an inline schema has to keep away from them.
        for name in schemas.keys() {
            let at = pointer::join("/components/schemas", [name.as_str()]);
            self.type_names.insert(name::type_name(name), at);
        }
        for (name, schema) in &schemas {
            let place = Place::new(
                pointer::join("/components/schemas", [name.as_str()]),
                name::type_name(name),
            );
            self.component(schema, &place);
        }
    }

    fn component(&mut self, schema: &ReferenceOr<Schema>, place: &Place) {
        match self.shape(schema, place) {
            Shape::Struct(object) => self.define_struct(object, schema, place),
            Shape::Enum(values) => self.define_enum(values, schema, place),
            Shape::Timestamp if place.name == TIMESTAMP => self.define_timestamp(),
            _ if place.name == TIMESTAMP => self.error(
                &place.at,
                "the name `Timestamp` is taken by the client's type for times",
                "write `type: integer` and `format: unix-time`, or rename the schema",
            ),
            Shape::Refused => {}
            _ => {
                let converted = self.convert(schema, place);
                let about = about(schema, None);
                self.model.aliases.insert(
                    place.name.clone(),
                    Alias {
                        about,
                        target: converted.rust,
                    },
                );
            }
        }
    }

    /// The copy's form of a schema. An object or an enum is defined on the way, under the place's
    /// name.
    pub(super) fn convert(&mut self, schema: &ReferenceOr<Schema>, place: &Place) -> Converted {
        self.convert_within(schema, place, &mut Vec::new())
    }

    /// `through` are the components on the way here that have no Rust type of their own.
    fn convert_within(&mut self, schema: &ReferenceOr<Schema>, place: &Place, through: &mut Vec<String>) -> Converted {
        let nullable = matches!(schema, ReferenceOr::Item(schema) if schema.schema_data.nullable);
        let mut converted = match self.shape(schema, place) {
            Shape::Reference(target) => self.convert_reference(&target, place, through),
            Shape::Struct(object) => {
                self.take_type_name(&place.name, &place.at);
                self.define_struct(object, schema, place);
                let mut converted = Converted::reference(&place.name);
                converted.holds = Some(place.name.clone());
                converted
            }
            Shape::Enum(values) => {
                self.take_type_name(&place.name, &place.at);
                self.define_enum(values, schema, place);
                Converted::reference(&place.name)
            }
            Shape::Timestamp => {
                self.define_timestamp();
                Converted::reference(TIMESTAMP)
            }
            Shape::String => Converted::plain(SchemaKind::Type(Type::String(StringType::default())), quote!(String)),
            Shape::Integer(rust) => {
                let format = match rust {
                    "i64" => VariantOrUnknownOrEmpty::Item(IntegerFormat::Int64),
                    "i32" => VariantOrUnknownOrEmpty::Item(IntegerFormat::Int32),
                    other => VariantOrUnknownOrEmpty::Unknown(other.replace('u', "uint").replace('i', "int")),
                };
                let rust = format_ident!("{rust}");
                let integer = IntegerType {
                    format,
                    ..IntegerType::default()
                };
                Converted::plain(SchemaKind::Type(Type::Integer(integer)), quote!(#rust))
            }
            Shape::Float => {
                let format = VariantOrUnknownOrEmpty::Item(NumberFormat::Double);
                let number = NumberType {
                    format,
                    ..NumberType::default()
                };
                Converted::plain(SchemaKind::Type(Type::Number(number)), quote!(f64))
            }
            Shape::Boolean => Converted::plain(SchemaKind::Type(Type::Boolean(Default::default())), quote!(bool)),
            Shape::List(items) => {
                let inner = self.convert_inner(items.as_ref(), &place.inner(&["items"], "item"), through);
                let (rust, holds) = (inner.rust.clone(), inner.holds.clone());
                let rust = if inner.nullable {
                    quote!(Vec<Option<#rust>>)
                } else {
                    quote!(Vec<#rust>)
                };
                let items = Some(boxed(inner.into_schema(false)));
                let list = ArrayType {
                    items,
                    min_items: None,
                    max_items: None,
                    unique_items: false,
                };
                Converted {
                    holds,
                    ..Converted::plain(SchemaKind::Type(Type::Array(list)), rust)
                }
            }
            Shape::Map(values) => {
                let inner = self.convert_inner(
                    values.as_ref(),
                    &place.inner(&["additionalProperties"], "value"),
                    through,
                );
                let (value, holds) = (inner.rust.clone(), inner.holds.clone());
                let rust = if values.is_none() {
                    quote!(::serde_json::Map<String, ::serde_json::Value>)
                } else if inner.nullable {
                    quote!(::std::collections::BTreeMap<String, Option<#value>>)
                } else {
                    quote!(::std::collections::BTreeMap<String, #value>)
                };
                let additional = AdditionalProperties::Schema(Box::new(inner.into_schema(false)));
                let map = ObjectType {
                    additional_properties: Some(additional),
                    ..ObjectType::default()
                };
                Converted {
                    holds,
                    ..Converted::plain(SchemaKind::Type(Type::Object(map)), rust)
                }
            }
            Shape::Any | Shape::Refused => {
                Converted::plain(SchemaKind::Any(AnySchema::default()), quote!(::serde_json::Value))
            }
        };
        converted.nullable |= nullable;
        converted
    }

    fn convert_inner(
        &mut self,
        schema: Option<&ReferenceOr<Schema>>,
        place: &Place,
        through: &mut Vec<String>,
    ) -> Converted {
        match schema {
            Some(schema) => self.convert_within(schema, place, through),
            None => Converted::plain(SchemaKind::Any(AnySchema::default()), quote!(::serde_json::Value)),
        }
    }

    fn convert_reference(&mut self, target: &str, place: &Place, through: &mut Vec<String>) -> Converted {
        let Some(schema) = self.components.schemas.get(target).cloned() else {
            // `check` has reported it.
            return Converted::plain(SchemaKind::Any(AnySchema::default()), quote!(::serde_json::Value));
        };
        let rust_name = name::type_name(target);
        let target_place = Place::new(pointer::join("/components/schemas", [target]), rust_name.clone());
        let nullable = matches!(&schema, ReferenceOr::Item(schema) if schema.schema_data.nullable);
        let mut converted = match self.kind(&schema) {
            Kind::Struct => {
                let mut converted = Converted::reference(&rust_name);
                converted.holds = Some(rust_name);
                converted
            }
            Kind::Enum => Converted::reference(&rust_name),
            Kind::Other if through.iter().any(|earlier| earlier == target) => {
                self.error(
                    &place.at,
                    format!("the schema `{target}` holds itself without an object in between"),
                    "make it an object with properties: Rust needs a named type to break the cycle",
                );
                Converted::plain(SchemaKind::Any(AnySchema::default()), quote!(::serde_json::Value))
            }
            Kind::Other => {
                through.push(target.to_owned());
                let mut converted = self.convert_within(&schema, &target_place, through);
                through.pop();
                let ident = format_ident!("{rust_name}");
                converted.rust = quote!(#ident);
                converted
            }
        };
        converted.nullable |= nullable;
        converted
    }

    fn define_timestamp(&mut self) {
        let integer = SchemaKind::Type(Type::Integer(IntegerType::default()));
        let schema = ReferenceOr::Item(Schema {
            schema_data: SchemaData::default(),
            schema_kind: integer,
        });
        self.schemas.entry(TIMESTAMP.to_owned()).or_insert(schema);
    }

    fn define_enum(&mut self, values: Vec<String>, schema: &ReferenceOr<Schema>, place: &Place) {
        let descriptions = match schema {
            ReferenceOr::Item(schema) => schema.schema_data.extensions.get("x-enum-descriptions"),
            ReferenceOr::Reference { .. } => None,
        };
        let mut variants: IndexMap<String, Variant> = IndexMap::new();
        for (index, value) in values.iter().enumerate() {
            let at = pointer::join(&place.at, ["enum", index.to_string().as_str()]);
            let rust = name::variant_name(value);
            if rust == "UnknownValue" {
                self.note(
                    &at,
                    "`Unknown` holds values that the document does not list: this one is `UnknownValue`",
                );
            }
            let docs = descriptions
                .and_then(|all| all.get(value))
                .and_then(Value::as_str)
                .map(str::to_owned);
            let about = About {
                docs,
                deprecated: false,
            };
            if let Some(other) = variants.insert(
                rust.clone(),
                Variant {
                    about,
                    value: value.clone(),
                },
            ) {
                self.error(
                    &at,
                    format!(
                        "the values `{}` and `{value}` would both be the Rust variant `{rust}`",
                        other.value
                    ),
                    "leave one of them out: the enum is open, so its value still arrives, as `Unknown`",
                );
            }
        }
        if let Some(Value::Object(all)) = descriptions {
            for value in all.keys().filter(|value| !values.contains(value)) {
                let at = pointer::join(&place.at, ["x-enum-descriptions", value.as_str()]);
                self.error(
                    &at,
                    format!("`{value}` is not among the values of the enum"),
                    "add it to `enum`, or take it out here",
                );
            }
        } else if descriptions.is_some() {
            let at = pointer::join(&place.at, ["x-enum-descriptions"]);
            self.error(
                &at,
                "`x-enum-descriptions` must map values to texts",
                "write `x-enum-descriptions: {value: text}`",
            );
        }
        let unit = SchemaKind::Type(Type::String(StringType::default()));
        let copy = Schema {
            schema_data: SchemaData::default(),
            schema_kind: unit,
        };
        self.schemas.insert(place.name.clone(), ReferenceOr::Item(copy));
        self.model.enums.insert(
            place.name.clone(),
            Enum {
                about: about(schema, None),
                variants,
            },
        );
    }

    fn define_struct(&mut self, object: Object, schema: &ReferenceOr<Schema>, place: &Place) {
        let mut fields: IndexMap<String, Field> = IndexMap::new();
        let mut properties = IndexMap::new();
        let mut required = Vec::new();
        let mut holds = Vec::new();
        let mut names: HashMap<String, String> = HashMap::new();
        // The place is kept free before the properties are looked at: they may hold this very struct.
        self.model.structs.insert(
            place.name.clone(),
            Struct {
                about: about(schema, None),
                fields: IndexMap::new(),
                request_only: false,
            },
        );
        self.schemas.insert(place.name.clone(), ReferenceOr::Item(any()));
        for (property, (schema, at)) in &object.properties {
            let mut rust = name::field_name(property);
            if rust == "extra" {
                self.note(
                    at,
                    "`extra` holds fields that the document does not list: this one is `extra_value`",
                );
                rust = "extra_value".to_owned();
            }
            if rust.ends_with('_') {
                self.note(at, format!("`{property}` is a Rust keyword: the field is `{rust}`"));
            }
            if let Some(other) = names.insert(rust.clone(), property.clone()) {
                self.push(
                    self.document
                        .error(
                            at,
                            format!("the properties `{other}` and `{property}` would both be the Rust field `{rust}`"),
                        )
                        .at_key()
                        .help("leave one of them out: it still arrives, in `extra`"),
                );
            }
            let inner = Place::new(at.clone(), format!("{}{}", place.name, name::type_name(property)));
            let converted = self.convert(schema, &inner);
            holds.extend(converted.holds.clone());
            let is_required = object.required.contains(property);
            let target = self.target(schema);
            fields.insert(
                rust.clone(),
                Field {
                    about: about(schema, target.as_ref()),
                    property: property.clone(),
                    required: is_required,
                },
            );
            self.unchecked(schema, at);
            // A list that may be left out may also be null, and an empty one is not the same as none.
            properties.insert(rust.clone(), boxed(converted.into_schema(!is_required)));
            if is_required {
                required.push(rust);
            }
        }
        let additional = match &object.additional {
            Some((schema, at)) => {
                let converted = self.convert(schema, &Place::new(at.clone(), format!("{}Extra", place.name)));
                holds.extend(converted.holds.clone());
                converted.into_schema(false)
            }
            None => ReferenceOr::Item(any()),
        };
        let additional_properties = Some(AdditionalProperties::Schema(Box::new(additional)));
        let copy = ObjectType {
            properties,
            required,
            additional_properties,
            ..ObjectType::default()
        };
        let copy = Schema {
            schema_data: SchemaData::default(),
            schema_kind: SchemaKind::Type(Type::Object(copy)),
        };
        self.schemas.insert(place.name.clone(), ReferenceOr::Item(copy));
        self.holds.insert(place.name.clone(), holds);
        self.model.structs[&place.name].fields = fields;
    }

    /// The schema behind a reference, or behind an `allOf` of one reference.
    fn target(&self, schema: &ReferenceOr<Schema>) -> Option<Schema> {
        let reference = match schema {
            ReferenceOr::Reference { reference } => reference,
            ReferenceOr::Item(Schema {
                schema_kind: SchemaKind::AllOf { all_of },
                ..
            }) => match all_of.as_slice() {
                [ReferenceOr::Reference { reference }] => reference,
                _ => return None,
            },
            ReferenceOr::Item(_) => return None,
        };
        let mut name = reference.strip_prefix(COMPONENTS)?;
        // Components that are nothing but a reference cannot go round in circles: `check` saw to it.
        loop {
            match self.components.schemas.get(name)? {
                ReferenceOr::Item(schema) => return Some(schema.clone()),
                ReferenceOr::Reference { reference } => name = reference.strip_prefix(COMPONENTS)?,
            }
        }
    }

    /// Looks at one schema, not at what it holds.
    fn shape(&mut self, schema: &ReferenceOr<Schema>, place: &Place) -> Shape {
        let schema = match schema {
            ReferenceOr::Reference { reference } => {
                return Shape::Reference(reference.trim_start_matches(COMPONENTS).to_owned());
            }
            ReferenceOr::Item(schema) => schema,
        };
        let at = &place.at;
        match &schema.schema_kind {
            SchemaKind::Type(Type::String(string)) if !string.enumeration.is_empty() => {
                Shape::Enum(string.enumeration.iter().flatten().cloned().collect())
            }
            SchemaKind::Type(Type::String(_)) => Shape::String,
            SchemaKind::Type(Type::Integer(integer)) => self.integer_shape(integer, at),
            SchemaKind::Type(Type::Number(number)) => {
                if !number.enumeration.is_empty() {
                    self.note(at, "an enum of numbers is not generated: any number is accepted");
                }
                Shape::Float
            }
            SchemaKind::Type(Type::Boolean(boolean)) => {
                if !boolean.enumeration.is_empty() {
                    self.note(at, "an enum of booleans is not generated: both are accepted");
                }
                Shape::Boolean
            }
            SchemaKind::Type(Type::Array(array)) => Shape::List(array.items.clone().map(ReferenceOr::unbox)),
            SchemaKind::Type(Type::Object(object)) => self.object_shape(object, at),
            SchemaKind::AllOf { all_of } => self.all_of_shape(all_of, None, place),
            SchemaKind::OneOf { one_of: parts } | SchemaKind::AnyOf { any_of: parts } if parts.len() == 1 => {
                self.all_of_shape(parts, None, place)
            }
            SchemaKind::OneOf { .. } => self.refuse(at, "oneOf"),
            SchemaKind::AnyOf { .. } => self.refuse(at, "anyOf"),
            SchemaKind::Not { .. } => self.refuse(at, "not"),
            SchemaKind::Any(any) => self.mixed_shape(any, place),
        }
    }

    fn integer_shape(&mut self, integer: &IntegerType, at: &str) -> Shape {
        if !integer.enumeration.is_empty() {
            self.note(at, "an enum of integers is not generated: any integer is accepted");
        }
        Shape::Integer(match &integer.format {
            VariantOrUnknownOrEmpty::Unknown(format) => match format.as_str() {
                UNIX_TIME => return Shape::Timestamp,
                "int8" => "i8",
                "int16" => "i16",
                "uint8" => "u8",
                "uint16" => "u16",
                "uint32" | "uint" => "u32",
                "uint64" => "u64",
                _ => {
                    self.note(
                        &pointer::join(at, ["format"]),
                        format!("the format `{format}` is not known: it is `i64`"),
                    );
                    "i64"
                }
            },
            VariantOrUnknownOrEmpty::Item(IntegerFormat::Int32) => "i32",
            _ => "i64",
        })
    }

    fn object_shape(&mut self, object: &ObjectType, at: &str) -> Shape {
        let additional = match &object.additional_properties {
            Some(AdditionalProperties::Schema(schema)) => Some((**schema).clone()),
            Some(AdditionalProperties::Any(false)) => {
                self.note(
                    &pointer::join(at, ["additionalProperties"]),
                    "fields that the document does not list are kept all the same",
                );
                None
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
            additional: additional.map(|schema| (schema, pointer::join(at, ["additionalProperties"]))),
        })
    }

    /// One part stands for itself; several objects become one.
    fn all_of_shape(&mut self, parts: &[ReferenceOr<Schema>], own: Option<Object>, place: &Place) -> Shape {
        if let ([part], None) = (parts, &own) {
            let inner = Place::new(self.first_part(&place.at), place.name.clone());
            return self.shape(part, &inner);
        }
        let mut whole = Object::default();
        for (index, part) in parts.iter().enumerate() {
            let inner = Place::new(
                pointer::join(&place.at, ["allOf", index.to_string().as_str()]),
                place.name.clone(),
            );
            let mut shape = self.shape(part, &inner);
            while let Shape::Reference(target) = &shape {
                let target = target.clone();
                let Some(schema) = self.components.schemas.get(&target).cloned() else {
                    return Shape::Refused;
                };
                let target = Place::new(
                    pointer::join("/components/schemas", [target.as_str()]),
                    place.name.clone(),
                );
                shape = self.shape(&schema, &target);
            }
            match shape {
                Shape::Struct(object) => self.merge(&mut whole, object),
                Shape::Refused => return Shape::Refused,
                _ => {
                    self.error(
                        &inner.at,
                        "every part of an `allOf` must be an object with properties",
                        "an `allOf` of several parts becomes one struct: write out the other parts where they are used",
                    );
                    return Shape::Refused;
                }
            }
        }
        if let Some(own) = own {
            self.merge(&mut whole, own);
        }
        Shape::Struct(whole)
    }

    /// Whichever of `allOf`, `oneOf` and `anyOf` the schema has.
    fn first_part(&self, at: &str) -> String {
        let key = ["allOf", "oneOf", "anyOf"]
            .into_iter()
            .find(|key| self.document.get(&pointer::join(at, [*key])).is_some())
            .unwrap_or("allOf");
        pointer::join(at, [key, "0"])
    }

    fn merge(&mut self, whole: &mut Object, part: Object) {
        for (name, (schema, at)) in part.properties {
            match whole.properties.get(&name) {
                Some((earlier, _)) if *earlier != schema => self.push(
                    self.document
                        .error(
                            &at,
                            format!("two parts of an `allOf` describe `{name}` in different ways"),
                        )
                        .at_key()
                        .help("leave the property to one of them"),
                ),
                Some(_) => {}
                None => {
                    whole.properties.insert(name, (schema, at));
                }
            }
        }
        whole.required.extend(part.required);
        whole.additional = whole.additional.take().or(part.additional);
    }

    /// Schemas without `type`, or with keywords of several types.
    fn mixed_shape(&mut self, any: &AnySchema, place: &Place) -> Shape {
        let at = &place.at;
        for (present, keyword) in [
            (!any.one_of.is_empty(), "oneOf"),
            (!any.any_of.is_empty(), "anyOf"),
            (any.not.is_some(), "not"),
        ] {
            if present {
                return self.refuse(at, keyword);
            }
        }
        let own = (!any.properties.is_empty()).then(|| {
            let object = ObjectType {
                properties: any.properties.clone(),
                required: any.required.clone(),
                additional_properties: any.additional_properties.clone(),
                min_properties: any.min_properties,
                max_properties: any.max_properties,
            };
            match self.object_shape(&object, at) {
                Shape::Struct(object) => object,
                _ => Object::default(),
            }
        });
        if !any.all_of.is_empty() {
            let required_only = (own.is_none() && !any.required.is_empty()).then(|| Object {
                required: any.required.clone(),
                ..Object::default()
            });
            return self.all_of_shape(&any.all_of, own.or(required_only), place);
        }
        if let Some(object) = own {
            return Shape::Struct(object);
        }
        let strings: Vec<String> = any
            .enumeration
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect();
        let nulls = any.enumeration.iter().filter(|value| value.is_null()).count();
        if !strings.is_empty() && strings.len() + nulls == any.enumeration.len() {
            return Shape::Enum(strings);
        }
        if let Some(items) = &any.items {
            return Shape::List(Some(items.clone().unbox()));
        }
        match any.typ.as_deref() {
            Some("string") => Shape::String,
            Some("integer") => Shape::Integer("i64"),
            Some("number") => Shape::Float,
            Some("boolean") => Shape::Boolean,
            Some("object") => Shape::Map(None),
            Some("array") => Shape::List(None),
            _ => {
                if !any.enumeration.is_empty() {
                    self.note(at, "an enum of mixed values is not generated: any value is accepted");
                }
                Shape::Any
            }
        }
    }

    fn refuse(&mut self, at: &str, keyword: &str) -> Shape {
        self.push(
            self.document
                .error(
                    &pointer::join(at, [keyword]),
                    format!("`{keyword}` has no faithful Rust type here"),
                )
                .at_key()
                .help("describe one object whose properties may be missing, or `{}` for any JSON value"),
        );
        Shape::Refused
    }

    /// Like `shape`, for a component that is only referred to: says nothing.
    fn kind(&self, schema: &ReferenceOr<Schema>) -> Kind {
        let ReferenceOr::Item(Schema { schema_kind, .. }) = schema else {
            return Kind::Other;
        };
        match schema_kind {
            SchemaKind::Type(Type::String(string)) if !string.enumeration.is_empty() => Kind::Enum,
            SchemaKind::Type(Type::Object(object)) if !object.properties.is_empty() => Kind::Struct,
            SchemaKind::AllOf { all_of: parts }
            | SchemaKind::OneOf { one_of: parts }
            | SchemaKind::AnyOf { any_of: parts } => {
                match parts.as_slice() {
                    // An `allOf` of one reference is another name for its target.
                    [part] => self.kind(part),
                    _ => Kind::Struct,
                }
            }
            SchemaKind::Any(any) if !any.properties.is_empty() || !any.all_of.is_empty() => Kind::Struct,
            SchemaKind::Any(any) => {
                let strings = any.enumeration.iter().filter(|value| value.is_string()).count();
                let nulls = any.enumeration.iter().filter(|value| value.is_null()).count();
                if strings > 0 && strings + nulls == any.enumeration.len() {
                    Kind::Enum
                } else {
                    Kind::Other
                }
            }
            _ => Kind::Other,
        }
    }

    /// Lists what a property's schema demands of values: the client checks arguments, not answers.
    fn unchecked(&mut self, schema: &ReferenceOr<Schema>, at: &str) {
        let ReferenceOr::Item(schema) = schema else { return };
        let SchemaData {
            default,
            read_only,
            write_only,
            discriminator,
            external_docs,
            ..
        } = &schema.schema_data;
        let mut keywords = bound_keywords(&schema.schema_kind);
        keywords.extend(default.is_some().then_some("default"));
        keywords.extend(read_only.then_some("readOnly"));
        keywords.extend(write_only.then_some("writeOnly"));
        keywords.extend(discriminator.is_some().then_some("discriminator"));
        keywords.extend(external_docs.is_some().then_some("externalDocs"));
        for keyword in keywords {
            self.push(
                self.document
                    .note(
                        &pointer::join(at, [keyword]),
                        format!("`{keyword}` of a property is not checked or applied"),
                    )
                    .at_key(),
            );
        }
    }

    /// What a parameter's schema demands of its value.
    pub(super) fn bounds(&mut self, schema: &ReferenceOr<Schema>, at: &str) -> Bounds {
        let (schema, at) = match (schema, self.target(schema)) {
            (ReferenceOr::Reference { reference }, Some(target)) => (
                target,
                format!("/components/schemas/{}", reference.trim_start_matches(COMPONENTS)),
            ),
            (ReferenceOr::Item(schema), None) => (schema.clone(), at.to_owned()),
            (_, Some(target)) => (target, at.to_owned()),
            (ReferenceOr::Reference { .. }, None) => return Bounds::default(),
        };
        let bound = |value: Option<Literal>, exclusive| value.map(|value| Bound { value, exclusive });
        match &schema.schema_kind {
            SchemaKind::Type(Type::String(string)) if string.enumeration.is_empty() => {
                let pattern = string
                    .pattern
                    .as_ref()
                    .and_then(|pattern| match Automaton::new(pattern) {
                        Ok(automaton) => Some(automaton),
                        Err(reason) => {
                            let at = pointer::join(&at, ["pattern"]);
                            self.error(&at, "the pattern cannot be checked before a request is sent", reason);
                            None
                        }
                    });
                Bounds {
                    min_length: string.min_length,
                    max_length: string.max_length,
                    pattern,
                    ..Bounds::default()
                }
            }
            SchemaKind::Type(Type::Integer(integer)) => Bounds {
                minimum: bound(integer.minimum.map(Literal::Integer), integer.exclusive_minimum),
                maximum: bound(integer.maximum.map(Literal::Integer), integer.exclusive_maximum),
                multiple_of: integer.multiple_of.map(Literal::Integer),
                ..Bounds::default()
            },
            SchemaKind::Type(Type::Number(number)) => Bounds {
                minimum: bound(number.minimum.map(Literal::Float), number.exclusive_minimum),
                maximum: bound(number.maximum.map(Literal::Float), number.exclusive_maximum),
                multiple_of: number.multiple_of.map(Literal::Float),
                ..Bounds::default()
            },
            SchemaKind::Type(Type::Array(array)) => {
                let items = array.items.clone().map(ReferenceOr::unbox);
                let items = items.map(|items| self.bounds(&items, &pointer::join(&at, ["items"])));
                Bounds {
                    min_items: array.min_items,
                    max_items: array.max_items,
                    unique_items: array.unique_items,
                    items: items.filter(|items| !items.is_empty()).map(Box::new),
                    ..Bounds::default()
                }
            }
            _ => Bounds::default(),
        }
    }

    /// Whether a field of a struct of the copy can be a cursor.
    pub(super) fn is_text(&self, item: &str, field: &str) -> bool {
        let Some(ReferenceOr::Item(Schema {
            schema_kind: SchemaKind::Type(Type::Object(object)),
            ..
        })) = self.schemas.get(item)
        else {
            return false;
        };
        match object.properties.get(field) {
            Some(ReferenceOr::Item(schema)) => {
                matches!(schema.schema_kind, SchemaKind::Type(Type::String(_) | Type::Integer(_)))
            }
            Some(ReferenceOr::Reference { reference }) => {
                self.model.enums.contains_key(reference.trim_start_matches(COMPONENTS))
            }
            None => false,
        }
    }

    /// Whether a parameter's value is one text on the wire, a list of them, or neither.
    pub(super) fn wire_form(&self, schema: &ReferenceOr<Schema>) -> WireForm {
        let target = self.target(schema);
        let schema = match (&target, schema) {
            (Some(schema), _) | (None, ReferenceOr::Item(schema)) => schema,
            (None, ReferenceOr::Reference { .. }) => return WireForm::Neither,
        };
        match &schema.schema_kind {
            SchemaKind::Type(Type::Array(ArrayType { items: Some(items), .. })) => {
                match self.wire_form(&items.clone().unbox()) {
                    WireForm::One => WireForm::Many,
                    _ => WireForm::Neither,
                }
            }
            SchemaKind::Type(Type::Object(_) | Type::Array(_)) => WireForm::Neither,
            SchemaKind::Type(_) => WireForm::One,
            SchemaKind::Any(_) if self.kind(&ReferenceOr::Item(schema.clone())) == Kind::Enum => WireForm::One,
            SchemaKind::Any(any) => match any.typ.as_deref() {
                Some("string" | "integer" | "number" | "boolean") => WireForm::One,
                _ => WireForm::Neither,
            },
            _ => WireForm::Neither,
        }
    }
}

#[derive(PartialEq, Eq)]
enum Kind {
    Struct,
    Enum,
    Other,
}

/// What becomes of a parameter's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WireForm {
    One,
    Many,
    Neither,
}

/// The words on a schema; where it has none, those on what it refers to.
pub(super) fn about(schema: &ReferenceOr<Schema>, target: Option<&Schema>) -> About {
    let own = match schema {
        ReferenceOr::Item(schema) => Some(&schema.schema_data),
        ReferenceOr::Reference { .. } => None,
    };
    let data = [own, target.map(|target| &target.schema_data)];
    let docs = data
        .iter()
        .flatten()
        .find_map(|data| data.description.clone().or_else(|| data.title.clone()));
    About {
        docs,
        deprecated: own.is_some_and(|own| own.deprecated),
    }
}

/// Takes out the map for unknown fields: what is only sent has none.
pub(super) fn drop_extra_fields(schema: &mut Schema) {
    if let SchemaKind::Type(Type::Object(object)) = &mut schema.schema_kind
        && matches!(&object.additional_properties, Some(AdditionalProperties::Schema(schema)) if **schema == ReferenceOr::Item(any()))
    {
        object.additional_properties = None;
    }
}

pub(super) fn any() -> Schema {
    Schema {
        schema_data: SchemaData::default(),
        schema_kind: SchemaKind::Any(AnySchema::default()),
    }
}

fn boxed(schema: ReferenceOr<Schema>) -> ReferenceOr<Box<Schema>> {
    match schema {
        ReferenceOr::Item(schema) => ReferenceOr::Item(Box::new(schema)),
        ReferenceOr::Reference { reference } => ReferenceOr::Reference { reference },
    }
}

/// The keywords of a schema that narrow its values.
fn bound_keywords(kind: &SchemaKind) -> Vec<&'static str> {
    let mut keywords = Vec::new();
    let mut push = |present: bool, keyword| {
        if present {
            keywords.push(keyword);
        }
    };
    match kind {
        SchemaKind::Type(Type::String(string)) => {
            push(string.min_length.is_some(), "minLength");
            push(string.max_length.is_some(), "maxLength");
            push(string.pattern.is_some(), "pattern");
            let checked_elsewhere = matches!(
                &string.format,
                VariantOrUnknownOrEmpty::Empty | VariantOrUnknownOrEmpty::Item(StringFormat::Password)
            );
            push(!checked_elsewhere, "format");
        }
        SchemaKind::Type(Type::Integer(integer)) => {
            push(integer.minimum.is_some(), "minimum");
            push(integer.maximum.is_some(), "maximum");
            push(integer.multiple_of.is_some(), "multipleOf");
        }
        SchemaKind::Type(Type::Number(number)) => {
            push(number.minimum.is_some(), "minimum");
            push(number.maximum.is_some(), "maximum");
            push(number.multiple_of.is_some(), "multipleOf");
        }
        SchemaKind::Type(Type::Array(array)) => {
            push(array.min_items.is_some(), "minItems");
            push(array.max_items.is_some(), "maxItems");
            push(array.unique_items, "uniqueItems");
        }
        SchemaKind::Type(Type::Object(object)) => {
            push(object.min_properties.is_some(), "minProperties");
            push(object.max_properties.is_some(), "maxProperties");
        }
        _ => {}
    }
    keywords
}
