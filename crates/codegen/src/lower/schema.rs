//! Schemas: inline enums and objects get names, what constrains values is taken out, and what the
//! client cannot represent is refused.

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

use super::shape::{Held, Object, Shape, is_enum, single_type, sole_part};
use super::{Lowering, Suffixes, format};
use crate::model::{About, Alias, Cursor, Enum, Field, Struct, Variant};
use crate::name;

/// The type that times become: the client crate has it.
pub(crate) const TIMESTAMP: &str = "Timestamp";
pub(super) const UNIX_TIME: &str = "unix-time";
const DESCRIPTIONS: &str = "x-enum-descriptions";
pub(super) const COMPONENTS: &str = "#/components/schemas/";

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

    /// The place of a schema within this one.
    fn inner(&self, at: impl Into<String>, name: &str) -> Self {
        Self {
            at: at.into(),
            name: name::type_name(&format!("{}-{name}", self.name)),
        }
    }
}

/// A struct that has a name, and waits for its fields.
///
/// Fields come later, one struct after the other, so that nothing in a document is so deep that the
/// stack does not hold it.
pub(super) struct Waiting {
    object: Object,
    place: Place,
}

/// References that lead to references, and what they are nested in, are followed this far.
const MAX_CHAIN: usize = 192;

/// A schema of the copy, and whether it may be null.
pub(super) struct Converted {
    schema: ReferenceOr<Schema>,
    nullable: bool,
    /// The Rust type.
    rust: TokenStream,
    /// The Rust type of what is sent, where it is another one.
    sent: Option<TokenStream>,
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

    /// A reference to a struct or a union, which hold others.
    pub(super) fn holding(name: String) -> Self {
        Self {
            holds: Some(name.clone()),
            ..Self::reference(&name)
        }
    }

    /// Whether it is a type of the document's.
    pub(super) fn is_reference(&self) -> bool {
        self.holds.is_some() && matches!(self.schema, ReferenceOr::Reference { .. })
    }

    /// Where this is a list of structs: the struct.
    pub(super) fn list_item(&self) -> Option<String> {
        let ReferenceOr::Item(Schema {
            schema_kind: SchemaKind::Type(Type::Array(list)),
            ..
        }) = &self.schema
        else {
            return None;
        };
        // A list in the list, or an item that may be null, is not a reference.
        match &list.items {
            Some(ReferenceOr::Reference { .. }) => self.holds.clone(),
            _ => None,
        }
    }

    /// The Rust type, where a value may be null in an `Option`.
    pub(super) fn received_type(&self) -> TokenStream {
        let rust = &self.rust;
        if self.nullable {
            quote!(Option<#rust>)
        } else {
            quote!(#rust)
        }
    }

    /// The Rust type of what is sent: a value, and each of a list, is there or it is not; it is never null.
    pub(super) fn sent_type(&self) -> TokenStream {
        self.sent.clone().unwrap_or_else(|| self.rust.clone())
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

impl<'a> Lowering<'a> {
    /// Converts every component schema, in the order of the document.
    pub(super) fn components(&mut self) {
        let schemas = &self.components.schemas;
        // The components' names come first: an inline schema has to keep away from them.
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
        self.define_waiting();
    }

    /// The copy's form of a schema. An object or an enum is defined on the way, under the place's
    /// name.
    pub(super) fn convert(&mut self, schema: &ReferenceOr<Schema>, place: &Place) -> Converted {
        self.convert_within(schema, place, &mut Vec::new())
    }

    /// `through` are the components and the places on the way here that have no Rust type of their own.
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

    fn convert_inner(&mut self, held: Option<Held>, outer: &Place, name: &str, through: &mut Vec<String>) -> Converted {
        let any = Converted::plain(SchemaKind::Any(AnySchema::default()), quote!(serde_json::Value));
        let Some((schema, at)) = held else { return any };
        // An `allOf` may lead back to the very place where it stands.
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

    /// Looks for mistakes in the texts of an enum's values: by value, or one for each in their order.
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

    /// Takes the place of a struct; its fields come later.
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
        self.waiting.push_back(Waiting {
            object,
            place: place.clone(),
        });
    }

    /// Gives every struct that waits its fields.
    pub(super) fn define_waiting(&mut self) {
        while let Some(Waiting { object, place }) = self.waiting.pop_front() {
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
                example: self.example(&chain),
            };
            let free = suffixes.free(&rust, "_", |name| fields.contains_key(name));
            if free != rust {
                let message = format!("there is a field `{rust}` already: the property `{property}` is `{free}`");
                self.note(at, "name-taken", message);
                rust = free;
            }
            fields.insert(rust.clone(), field);
            // A list that may be left out may also be null, and an empty one is not the same as none.
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

    /// A schema, what it refers to, what that refers to, and so on, each with its place. An `allOf` of
    /// one reference refers like that reference.
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

    /// The schema of a field of a struct of the copy, and whether the field may be missing.
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

    /// Whether a field of a struct of the copy can be a cursor, and how it becomes text.
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

    /// The words on a schema; where it has none, those on what it refers to.
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

    /// The example of a chain, or one of its format.
    pub(super) fn example(&mut self, chain: &[(&ReferenceOr<Schema>, String)]) -> Option<Value> {
        let found = self.first_value(chain, |data| data.example.as_ref());
        found.or_else(|| format::example(chain.last()?.0))
    }

    /// What the first schema of a chain that says it has as `default` or `example`.
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

    /// What a schema is behind all references: any value where they lead nowhere.
    pub(super) fn kind_behind<'s>(&self, schema: &'s ReferenceOr<Schema>) -> Cow<'s, SchemaKind>
    where
        'a: 's,
    {
        match self.chain(schema, "").pop() {
            Some((ReferenceOr::Item(schema), _)) => single_type(&schema.schema_kind),
            _ => Cow::Owned(SchemaKind::Any(AnySchema::default())),
        }
    }

    /// Whether a parameter's value is one text on the wire, a list of them, or neither.
    pub(super) fn wire_form(&self, schema: &ReferenceOr<Schema>) -> WireForm {
        let is_one = |kind: &SchemaKind| match kind {
            SchemaKind::Type(Type::Object(_) | Type::Array(_)) => false,
            SchemaKind::Type(_) => true,
            SchemaKind::Any(any) => is_enum(&any.enumeration),
            _ => false,
        };
        match self.kind_behind(schema).as_ref() {
            // The items of a list may be that list again: they are not followed further.
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

/// What a component is.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Struct,
    /// Of strings or of other types.
    Enum,
    /// Not a type of its own, but another name for one.
    Other,
}

/// What becomes of a parameter's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WireForm {
    One,
    Many,
    Neither,
}

/// Takes out the map for unknown fields: what is only sent has none.
pub(super) fn drop_extra_fields(schema: &mut Schema) {
    if let SchemaKind::Type(Type::Object(object)) = &mut schema.schema_kind
        && matches!(&object.additional_properties, Some(AdditionalProperties::Schema(schema)) if **schema == ReferenceOr::Item(any()))
    {
        object.additional_properties = None;
    }
}

/// A schema that says nothing: any value.
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

/// The component that a schema refers to, where it is nothing but a reference to it.
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

/// Whether a schema says that it may be null, by itself or in its one part.
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

/// The type that a schema of the copy refers to: itself, or as a list of it.
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

/// An extension of a schema.
pub(super) fn extension<'s>(schema: &'s ReferenceOr<Schema>, name: &str) -> Option<&'s Value> {
    schema.as_item()?.schema_data.extensions.get(name)
}
