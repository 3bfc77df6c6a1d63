//! Schemas: inline enums and objects get names, keywords that restrict values are removed, and what the client cannot
//! represent is an error.

use std::borrow::Cow;
use std::collections::HashSet;

use indexmap::IndexMap;
use ittybit_spec::pointer;
use openapiv3::{
    AdditionalProperties, AnySchema, ArrayType, Components, IntegerFormat, IntegerType, NumberFormat, NumberType,
    ObjectType, ReferenceOr, Schema, SchemaData, SchemaKind, StringType, Type, VariantOrUnknownOrEmpty,
};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::Value;

use super::shape::{Inner, Object, Shape, is_enum, single_type, sole_part};
use super::{Lowering, Suffixes, format};
use crate::model::{About, Alias, Cursor, Enum, Field, Struct, Variant};
use crate::name;

/// The type for times, which the client crate re-exports from the runtime.
pub(crate) const TIMESTAMP: &str = "Timestamp";
pub(super) const UNIX_TIME: &str = "unix-time";
const DESCRIPTIONS: &str = "x-enum-descriptions";
pub(super) const COMPONENTS: &str = "#/components/schemas/";

/// The place of a schema in the document, and the name for its type if it needs one.
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

    /// The place of a schema within this one.
    fn inner(&self, at: impl Into<String>, name: &str) -> Self {
        Self {
            at: at.into(),
            name: name::type_name(&format!("{}-{name}", self.name)),
        }
    }
}

/// A struct that has a name, but no fields yet.
///
/// Fields are defined later, one struct after the other, so that deeply nested objects do not overflow the stack.
pub(super) struct Pending {
    object: Object,
    place: Place,
}

/// Chains of references, and of the lists and maps between them, are followed up to this length.
const MAX_CHAIN: usize = 192;

/// A converted schema, as it is in the copy.
pub(super) struct Converted {
    schema: ReferenceOr<Schema>,
    nullable: bool,
    /// The Rust type.
    rust: TokenStream,
    /// The Rust type in requests, if it is a different one.
    sent: Option<TokenStream>,
    /// The struct or union that it is or contains.
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
            sent: None,
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
            sent: None,
            holds: None,
        }
    }

    /// A reference to a struct or a union, which can contain others.
    pub(super) fn holding(name: String) -> Self {
        Self {
            holds: Some(name.clone()),
            ..Self::reference(&name)
        }
    }

    /// Whether it is a struct or a union.
    pub(super) fn is_reference(&self) -> bool {
        self.holds.is_some() && matches!(self.schema, ReferenceOr::Reference { .. })
    }

    /// The struct or union of the items, if this is a list of them.
    pub(super) fn list_item(&self) -> Option<String> {
        let ReferenceOr::Item(Schema {
            schema_kind: SchemaKind::Type(Type::Array(list)),
            ..
        }) = &self.schema
        else {
            return None;
        };
        // If the items are lists, or may be null, they are not a reference.
        match &list.items {
            Some(ReferenceOr::Reference { .. }) => self.holds.clone(),
            _ => None,
        }
    }

    /// The Rust type in responses: an `Option` if the value may be null.
    pub(super) fn received_type(&self) -> TokenStream {
        let rust = &self.rust;
        if self.nullable {
            quote!(Option<#rust>)
        } else {
            quote!(#rust)
        }
    }

    /// The Rust type in requests. A value or an item of a list is present or absent, but never null.
    pub(super) fn sent_type(&self) -> TokenStream {
        self.sent.clone().unwrap_or_else(|| self.rust.clone())
    }

    /// The schema; nullable if it or `nullable` says so. A reference has to be wrapped for that.
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

impl<'a> Lowering<'a> {
    /// Converts every component schema, in the order of the document.
    pub(super) fn components(&mut self) {
        let schemas = &self.components.schemas;
        // The names of components come first: inline schemas get other names than these.
        for (name, schema) in schemas {
            let at = pointer::join("/components/schemas", [name.as_str()]);
            let wanted = name::type_name(name);
            let is_time = wanted == TIMESTAMP
                && !self.model.places.contains_key(TIMESTAMP)
                && matches!(
                    self.shape(schema, &Place::new(at.clone(), wanted.clone())),
                    Shape::Timestamp
                );
            let rust = match is_time {
                true => wanted,
                false => self.free_type_name(&wanted),
            };
            if rust != *name {
                let message = format!("the schema `{name}` is the Rust type `{rust}`");
                self.push(self.document.note(&at, message).code("name-changed").at_key());
            }
            self.model.places.insert(rust.clone(), at);
            self.type_names.insert(name.clone(), rust);
        }
        let place = |this: &Self, name: &str| {
            let rust = this
                .type_names
                .get(name)
                .cloned()
                .unwrap_or_else(|| name::type_name(name));
            Place::new(pointer::join("/components/schemas", [name]), rust)
        };
        for (name, schema) in schemas {
            let place = place(self, name);
            let kind = match self.shape(schema, &place) {
                Shape::Struct(_) => Kind::Struct,
                Shape::Enum(_) | Shape::Union(_) => Kind::Enum,
                _ => Kind::Other,
            };
            self.kinds.insert(name.clone(), kind);
        }
        for (name, schema) in schemas {
            let place = place(self, name);
            self.component(schema, &place);
        }
    }

    fn component(&mut self, schema: &ReferenceOr<Schema>, place: &Place) {
        match self.shape(schema, place) {
            Shape::Refused => {}
            Shape::Timestamp if place.name == TIMESTAMP => self.define_timestamp(),
            Shape::Struct(object) => self.name_struct(object, schema, place),
            Shape::Enum(values) => self.define_enum(values, schema, place),
            Shape::Union(union) => self.define_union(union, schema, place),
            _ => {
                let target = self.convert(schema, place).rust;
                let chain = self.chain(schema, &place.at);
                let about = self.about(&chain);
                self.model.aliases.insert(place.name.clone(), Alias { about, target });
            }
        }
        self.define_pending();
    }

    /// Converts a schema for the copy. An object, an enum or a union is defined under the place's name.
    pub(super) fn convert(&mut self, schema: &ReferenceOr<Schema>, place: &Place) -> Converted {
        self.convert_within(schema, place, &mut Vec::new())
    }

    /// `through` contains the enclosing components and places that have no Rust type of their own.
    fn convert_within(&mut self, schema: &ReferenceOr<Schema>, place: &Place, through: &mut Vec<String>) -> Converted {
        let nullable = is_nullable(schema);
        let mut converted = match self.shape(schema, place) {
            Shape::Reference(target) => self.convert_reference(&target, place, through),
            Shape::Struct(object) => {
                let (place, is_new) = self.inline_place(place);
                if is_new {
                    self.name_struct(object, schema, &place);
                }
                Converted::holding(place.name)
            }
            Shape::Enum(values) => {
                let (place, is_new) = self.inline_place(place);
                if is_new {
                    self.define_enum(values, schema, &place);
                }
                Converted::reference(&place.name)
            }
            Shape::Union(union) => {
                let (place, is_new) = self.inline_place(place);
                if is_new {
                    self.define_union(union, schema, &place);
                }
                Converted::holding(place.name)
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
                    other => VariantOrUnknownOrEmpty::Unknown(match other.strip_prefix('u') {
                        Some(bits) => format!("uint{bits}"),
                        None => other.replace('i', "int"),
                    }),
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
                let inner = self.convert_inner(items, place, "item", through);
                let (item, holds) = (inner.rust.clone(), inner.holds.clone());
                let rust = if inner.nullable {
                    quote!(Vec<Option<#item>>)
                } else {
                    quote!(Vec<#item>)
                };
                let sent = inner.nullable.then(|| quote!(Vec<#item>));
                let items = Some(boxed(inner.into_schema(false)));
                let list = ArrayType {
                    items,
                    min_items: None,
                    max_items: None,
                    unique_items: false,
                };
                Converted {
                    holds,
                    sent,
                    ..Converted::plain(SchemaKind::Type(Type::Array(list)), rust)
                }
            }
            Shape::Map(values) => {
                let is_free = values.is_none();
                let inner = self.convert_inner(values, place, "value", through);
                let (value, holds) = (inner.rust.clone(), inner.holds.clone());
                let rust = if is_free {
                    quote!(serde_json::Map<String, serde_json::Value>)
                } else if inner.nullable {
                    quote!(std::collections::BTreeMap<String, Option<#value>>)
                } else {
                    quote!(std::collections::BTreeMap<String, #value>)
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
                Converted::plain(SchemaKind::Any(AnySchema::default()), quote!(serde_json::Value))
            }
        };
        converted.nullable |= nullable;
        converted
    }

    fn convert_inner(
        &mut self,
        inner: Option<Inner>,
        outer: &Place,
        name: &str,
        through: &mut Vec<String>,
    ) -> Converted {
        let any = Converted::plain(SchemaKind::Any(AnySchema::default()), quote!(serde_json::Value));
        let Some((schema, at)) = inner else { return any };
        // An `allOf` may refer back to a schema around it.
        if through.contains(&at) {
            self.error(
                &at,
                "schema-endless",
                "the schema contains itself without an object in between",
                "make it an object with properties: Rust needs a named type to break the cycle",
            );
            return any;
        }
        through.push(at.clone());
        let converted = self.convert_within(&schema, &outer.inner(at, name), through);
        through.pop();
        converted
    }

    fn convert_reference(&mut self, target: &str, place: &Place, through: &mut Vec<String>) -> Converted {
        let Some(schema) = self.components.schemas.get(target) else {
            // `check` has reported it.
            return Converted::plain(SchemaKind::Any(AnySchema::default()), quote!(serde_json::Value));
        };
        let rust_name = self
            .type_names
            .get(target)
            .cloned()
            .unwrap_or_else(|| name::type_name(target));
        let target_place = Place::new(pointer::join("/components/schemas", [target]), rust_name.clone());
        let nullable = is_nullable(schema);
        let mut converted = match self.kinds.get(target).copied().unwrap_or(Kind::Other) {
            Kind::Struct | Kind::Enum => Converted::holding(rust_name),
            Kind::Other if through.iter().any(|earlier| earlier == target) => {
                self.error(
                    &place.at,
                    "schema-endless",
                    format!("the schema `{target}` contains itself without an object in between"),
                    "make it an object with properties: Rust needs a named type to break the cycle",
                );
                Converted::plain(SchemaKind::Any(AnySchema::default()), quote!(serde_json::Value))
            }
            Kind::Other if through.len() >= MAX_CHAIN => {
                let message = format!("more than {MAX_CHAIN} lists, maps and references are nested in each other");
                if !std::mem::replace(&mut self.too_deep, true) {
                    self.error(
                        &place.at,
                        "schema-too-deep",
                        message,
                        "put an object with properties in between",
                    );
                }
                Converted::plain(SchemaKind::Any(AnySchema::default()), quote!(serde_json::Value))
            }
            Kind::Other => {
                through.push(target.to_owned());
                let mut converted = self.convert_within(schema, &target_place, through);
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
        let descriptions = extension(schema, DESCRIPTIONS);
        let mut variants: IndexMap<String, Variant> = IndexMap::new();
        let mut suffixes = Suffixes::default();
        for (index, value) in values.iter().enumerate() {
            let at = pointer::join(&place.at, ["enum", index.to_string().as_str()]);
            let rust = name::variant_name(value);
            if rust == "UnknownValue" {
                self.note(
                    &at,
                    "name-taken",
                    "`Unknown` is for values that the document does not list: this one is `UnknownValue`",
                );
            }
            let described = match descriptions {
                Some(Value::Array(texts)) if texts.len() == values.len() => texts.get(index),
                Some(Value::Array(_)) => None,
                Some(texts) => texts.get(value),
                None => None,
            };
            let docs = described.and_then(Value::as_str).map(str::to_owned);
            let about = About {
                docs,
                deprecated: false,
            };
            let free = suffixes.free(&rust, "", |name| variants.contains_key(name));
            if free != rust {
                let message = format!("there is a variant `{rust}` already: the value `{value}` is `{free}`");
                self.note(&at, "name-taken", message);
            }
            let value = value.clone();
            variants.insert(free, Variant { about, value });
        }
        if let Some(descriptions) = descriptions {
            self.enum_descriptions(descriptions, &values, &place.at);
        }
        let unit = SchemaKind::Type(Type::String(StringType::default()));
        let copy = Schema {
            schema_data: SchemaData::default(),
            schema_kind: unit,
        };
        self.schemas.insert(place.name.clone(), ReferenceOr::Item(copy));
        let lifecycle = self.lifecycle(&values, schema, &place.at);
        let aliases = self.aliases(&values, schema, lifecycle.as_ref(), &place.at);
        let about = self.about(&[(schema, String::new())]);
        self.model.enums.insert(
            place.name.clone(),
            Enum {
                about,
                variants,
                lifecycle,
                aliases,
            },
        );
    }

    /// Checks the descriptions of an enum's values: a map by value, or a list in the order of the values.
    fn enum_descriptions(&mut self, descriptions: &Value, values: &[String], at: &str) {
        let at = pointer::join(at, [DESCRIPTIONS]);
        let not_text = |this: &mut Self, at: &str, value: &str| {
            let message = format!("the description of `{value}` is not text");
            this.error(at, "x-enum-descriptions-value", message, "put it in quotes");
        };
        match descriptions {
            Value::Object(all) => {
                let known: HashSet<&String> = values.iter().collect();
                for (value, text) in all {
                    let at = pointer::join(&at, [value.as_str()]);
                    if !known.contains(value) {
                        let message = format!("`{value}` is not among the values of the enum");
                        let finding = self.document.error(&at, message).code("x-enum-descriptions-unknown");
                        self.push(finding.at_key().help("add it to `enum`, or remove it here"));
                    } else if !text.is_string() {
                        not_text(self, &at, value);
                    }
                }
            }
            Value::Array(texts) if texts.len() == values.len() => {
                for (index, (text, value)) in texts.iter().zip(values).enumerate() {
                    if !text.is_string() {
                        not_text(self, &pointer::join(&at, [index.to_string().as_str()]), value);
                    }
                }
            }
            Value::Array(texts) => {
                let message = format!(
                    "`{DESCRIPTIONS}` lists {} texts for {} values: it is not used",
                    texts.len(),
                    values.len()
                );
                self.note(&at, "x-enum-descriptions-unused", message);
            }
            _ => self.error(
                &at,
                "x-enum-descriptions-value",
                "`x-enum-descriptions` must map values to texts",
                "write `x-enum-descriptions: {value: text}`",
            ),
        }
    }

    /// Adds a struct without its fields, which are defined later.
    pub(super) fn name_struct(&mut self, object: Object, schema: &ReferenceOr<Schema>, place: &Place) {
        let about = self.about(&[(schema, String::new())]);
        self.model.structs.insert(
            place.name.clone(),
            Struct {
                about,
                fields: IndexMap::new(),
                request_only: false,
            },
        );
        self.schemas.insert(place.name.clone(), ReferenceOr::Item(any()));
        self.pending.push_back(Pending {
            object,
            place: place.clone(),
        });
    }

    /// Defines the fields of all structs that do not have them yet.
    pub(super) fn define_pending(&mut self) {
        while let Some(Pending { object, place }) = self.pending.pop_front() {
            self.define_struct(&object, &place);
        }
    }

    fn define_struct(&mut self, object: &Object, place: &Place) {
        let mut fields: IndexMap<String, Field> = IndexMap::new();
        let mut properties = IndexMap::new();
        let mut required = Vec::new();
        let mut holds = Vec::new();
        let mut suffixes = Suffixes::default();
        let required_properties: HashSet<&String> = object.required.iter().collect();
        for (property, (schema, at)) in &object.properties {
            let mut rust = name::field_name(property);
            if name::STRUCT_METHODS.contains(&rust.as_str()) {
                rust.push_str("_value");
                let message = format!("every struct or its builder has a `{property}`: this field is `{rust}`");
                self.note(at, "name-taken", message);
            } else if rust.ends_with('_') {
                self.note(
                    at,
                    "name-keyword",
                    format!("`{property}` is a Rust keyword: the field is `{rust}`"),
                );
            }
            let inner = place.inner(at.clone(), property);
            let converted = self.convert(schema, &inner);
            holds.extend(converted.holds.clone());
            let is_required = required_properties.contains(property);
            let chain = self.chain(schema, at);
            let field = Field {
                about: self.about(&chain),
                at: at.clone(),
                property: property.clone(),
                required: is_required,
                nullable: converted.nullable,
                read_only: chain
                    .iter()
                    .any(|(schema, _)| schema.as_item().is_some_and(|schema| schema.schema_data.read_only)),
                example: self.example(&chain),
            };
            let free = suffixes.free(&rust, "_", |name| fields.contains_key(name));
            if free != rust {
                let message = format!("there is a field `{rust}` already: the property `{property}` is `{free}`");
                self.note(at, "name-taken", message);
                rust = free;
            }
            fields.insert(rust.clone(), field);
            // An optional list is an `Option`, because an empty list is not the same as no list.
            properties.insert(rust.clone(), boxed(converted.into_schema(!is_required)));
            if is_required {
                required.push(rust);
            }
        }
        let additional = match &object.additional {
            Some((schema, at)) => {
                let converted = self.convert(schema, &place.inner(at.clone(), "extra"));
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

    /// A schema and the chain of schemas that it refers to, each with its place. An `allOf` with a single reference
    /// counts as that reference.
    pub(super) fn chain<'s>(&self, schema: &'s ReferenceOr<Schema>, at: &str) -> Vec<(&'s ReferenceOr<Schema>, String)>
    where
        'a: 's,
    {
        let components: &'a Components = self.components;
        let mut chain = vec![(schema, at.to_owned())];
        while let Some(name) = chain.last().and_then(|(schema, _)| referred(schema))
            && let Some(schema) = components.schemas.get(name)
            && chain.len() < MAX_CHAIN
        {
            let at = pointer::join("/components/schemas", [name]);
            chain.push((schema, at));
        }
        chain
    }

    /// The schema of a field of a struct in the copy, and whether the field is optional.
    pub(super) fn field_schema(&self, item: &str, field: &str) -> Option<(ReferenceOr<Schema>, bool)> {
        let Some(ReferenceOr::Item(Schema {
            schema_kind: SchemaKind::Type(Type::Object(object)),
            ..
        })) = self.schemas.get(item)
        else {
            return None;
        };
        let found = match object.properties.get(field)? {
            ReferenceOr::Item(schema) => {
                let optional = schema.schema_data.nullable;
                match &schema.schema_kind {
                    SchemaKind::AllOf { all_of } => (all_of.first()?.clone(), optional),
                    _ => (ReferenceOr::Item((**schema).clone()), optional),
                }
            }
            ReferenceOr::Reference { reference } => (
                ReferenceOr::Reference {
                    reference: reference.clone(),
                },
                false,
            ),
        };
        Some(found)
    }

    /// The cursor, if the values of a field of a struct in the copy can be one.
    pub(super) fn cursor(&self, item: &str, field: &str, property: &str) -> Option<Cursor> {
        let (schema, optional) = self.field_schema(item, field)?;
        let seconds = matches!(&schema, ReferenceOr::Reference { reference } if reference.trim_start_matches(COMPONENTS) == TIMESTAMP);
        let text = match &schema {
            ReferenceOr::Reference { reference } => {
                seconds || self.model.enums.contains_key(reference.trim_start_matches(COMPONENTS))
            }
            ReferenceOr::Item(schema) => {
                matches!(schema.schema_kind, SchemaKind::Type(Type::String(_) | Type::Integer(_)))
            }
        };
        text.then(|| Cursor {
            property: property.to_owned(),
            field: field.to_owned(),
            optional,
            seconds,
        })
    }

    /// The description of a schema, or of the first schema in its chain that has one.
    pub(super) fn about(&mut self, chain: &[(&ReferenceOr<Schema>, String)]) -> About {
        let mut data = chain
            .iter()
            .filter_map(|(schema, _)| Some(&schema.as_item()?.schema_data));
        let words = data.find_map(|data| data.description.as_ref().or(data.title.as_ref()));
        let own = chain.first().and_then(|(schema, _)| schema.as_item());
        About {
            docs: words.map(|text| self.words(text)),
            deprecated: own.is_some_and(|own| own.schema_data.deprecated),
        }
    }

    /// The first example in a chain, or one for its format.
    pub(super) fn example(&mut self, chain: &[(&ReferenceOr<Schema>, String)]) -> Option<Value> {
        let found = self.first_value(chain, |data| data.example.as_ref());
        found.or_else(|| format::example(chain.last()?.0))
    }

    /// The first `default` or `example` in a chain.
    pub(super) fn first_value(
        &mut self,
        chain: &[(&ReferenceOr<Schema>, String)],
        what: impl Fn(&SchemaData) -> Option<&Value>,
    ) -> Option<Value> {
        let mut values = chain
            .iter()
            .filter_map(|(schema, _)| what(&schema.as_item()?.schema_data));
        self.value(values.find(|value| !value.is_null())?)
    }

    /// The kind of the last schema in a chain; any value if a reference is broken.
    pub(super) fn kind_behind<'s>(&self, schema: &'s ReferenceOr<Schema>) -> Cow<'s, SchemaKind>
    where
        'a: 's,
    {
        match self.chain(schema, "").pop() {
            Some((ReferenceOr::Item(schema), _)) => single_type(&schema.schema_kind),
            _ => Cow::Owned(SchemaKind::Any(AnySchema::default())),
        }
    }

    /// Whether a parameter's value is a single text, a list of texts, or neither.
    pub(super) fn wire_form(&self, schema: &ReferenceOr<Schema>) -> WireForm {
        let is_one = |kind: &SchemaKind| match kind {
            SchemaKind::Type(Type::Object(_) | Type::Array(_)) => false,
            SchemaKind::Type(_) => true,
            SchemaKind::Any(any) => is_enum(&any.enumeration),
            _ => false,
        };
        match self.kind_behind(schema).as_ref() {
            // Only one level of items is followed, because a list may contain itself.
            SchemaKind::Type(Type::Array(ArrayType { items: Some(items), .. }))
                if is_one(self.kind_behind(&items.clone().unbox()).as_ref()) =>
            {
                WireForm::Many
            }
            kind if is_one(kind) => WireForm::One,
            _ => WireForm::Neither,
        }
    }
}

/// The kind of type that a component becomes.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Struct,
    /// An enum of strings, or a union.
    Enum,
    /// An alias for another type.
    Other,
}

/// How a parameter's value is converted to text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WireForm {
    One,
    Many,
    Neither,
}

/// Removes the map for unknown fields, which structs in requests do not need.
pub(super) fn drop_extra_fields(schema: &mut Schema) {
    if let SchemaKind::Type(Type::Object(object)) = &mut schema.schema_kind
        && matches!(&object.additional_properties, Some(AdditionalProperties::Schema(schema)) if **schema == ReferenceOr::Item(any()))
    {
        object.additional_properties = None;
    }
}

/// A schema without keywords, for any value.
pub(crate) fn any() -> Schema {
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

/// The component that a schema refers to, if it is only a reference.
fn referred(schema: &ReferenceOr<Schema>) -> Option<&str> {
    let reference = match schema {
        ReferenceOr::Reference { reference } => reference,
        ReferenceOr::Item(schema) => match sole_part(&schema.schema_kind)? {
            ReferenceOr::Reference { reference } => reference,
            ReferenceOr::Item(_) => return None,
        },
    };
    reference.strip_prefix(COMPONENTS)
}

/// Whether a schema, or the only part of it, is nullable.
fn is_nullable(schema: &ReferenceOr<Schema>) -> bool {
    let mut next = Some(schema);
    while let Some(ReferenceOr::Item(schema)) = next {
        if schema.schema_data.nullable {
            return true;
        }
        next = sole_part(&schema.schema_kind);
    }
    false
}

/// The type that a schema of the copy, or its items, refers to.
pub(super) fn named_type(schema: &ReferenceOr<Schema>) -> Option<&str> {
    match schema {
        ReferenceOr::Reference { reference } => Some(reference.trim_start_matches(COMPONENTS)),
        ReferenceOr::Item(schema) => match &schema.schema_kind {
            SchemaKind::Type(Type::Array(list)) => match list.items.as_ref()? {
                ReferenceOr::Reference { reference } => Some(reference.trim_start_matches(COMPONENTS)),
                ReferenceOr::Item(_) => None,
            },
            _ => None,
        },
    }
}

/// The value of an extension in a schema.
pub(super) fn extension<'s>(schema: &'s ReferenceOr<Schema>, name: &str) -> Option<&'s Value> {
    schema.as_item()?.schema_data.extensions.get(name)
}
