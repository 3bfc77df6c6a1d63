//! Converts a schema for the copy: inline enums and objects get names, keywords that restrict values are removed, and
//! what the client cannot represent is an error.

use openapiv3::{
    AdditionalProperties, ArrayType, IntegerFormat, IntegerType, NumberFormat, NumberType, ObjectType, ReferenceOr,
    Schema, SchemaKind, StringType, Type, VariantOrUnknownOrEmpty,
};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::shape::{Inner, Shape};
use super::{Kind, Types, enums};
use crate::lower::names::{Place, TIMESTAMP};
use crate::lower::schema::{self, COMPONENTS, MAX_CHAIN};

/// A converted schema, as it is in the copy.
pub(crate) struct Converted {
    schema: ReferenceOr<Schema>,
    pub(super) nullable: bool,
    /// The Rust type.
    pub(super) rust: TokenStream,
    /// The Rust type in requests, if it is a different one.
    sent: Option<TokenStream>,
    /// The struct or union that it is or contains.
    pub(super) holds: Option<String>,
}

impl Converted {
    fn plain(kind: SchemaKind, rust: TokenStream) -> Self {
        Self {
            schema: ReferenceOr::Item(schema::of(kind)),
            nullable: false,
            rust,
            sent: None,
            holds: None,
        }
    }

    fn any() -> Self {
        Self::plain(schema::any().schema_kind, quote!(serde_json::Value))
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
    pub(crate) fn list_item(&self) -> Option<String> {
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
    pub(crate) fn received_type(&self) -> TokenStream {
        let rust = &self.rust;
        if self.nullable {
            quote!(Option<#rust>)
        } else {
            quote!(#rust)
        }
    }

    /// The Rust type in requests. A value or an item of a list is present or absent, but never null.
    fn sent_type(&self) -> TokenStream {
        self.sent.clone().unwrap_or_else(|| self.rust.clone())
    }

    /// The schema; nullable if it or `nullable` says so.
    pub(super) fn into_schema(self, nullable: bool) -> ReferenceOr<Schema> {
        match nullable || self.nullable {
            true => schema::nullable(self.schema),
            false => self.schema,
        }
    }
}

impl Types<'_> {
    /// The Rust type of a schema in a request.
    pub(crate) fn sent_type(&mut self, schema: &ReferenceOr<Schema>, place: &Place) -> TokenStream {
        let converted = self.convert(schema, place);
        self.usage.sent.extend(converted.holds.clone());
        converted.sent_type()
    }

    /// Converts a schema in a response.
    pub(crate) fn received(&mut self, schema: &ReferenceOr<Schema>, place: &Place) -> Converted {
        let converted = self.convert(schema, place);
        self.usage.received.extend(converted.holds.clone());
        converted
    }

    /// Converts a schema for the copy. An object, an enum or a union is defined under the place's name.
    pub(super) fn convert(&mut self, schema: &ReferenceOr<Schema>, place: &Place) -> Converted {
        self.convert_within(schema, place, &mut Vec::new())
    }

    /// `through` contains the enclosing components and places that have no Rust type of their own.
    fn convert_within(&mut self, schema: &ReferenceOr<Schema>, place: &Place, through: &mut Vec<String>) -> Converted {
        let shape = self.shape(schema, place);
        let nullable = self.shapes().accepts_null(schema, &shape);
        let mut converted = match shape {
            Shape::Reference(target) => self.convert_reference(&target, place, through),
            Shape::Struct(object) => {
                let (place, is_new) = self.names.inline_place(place, &mut self.report);
                if is_new {
                    self.name_struct(object, schema, &place);
                }
                Converted::holding(place.name)
            }
            Shape::Enum(values) => {
                let (place, is_new) = self.names.inline_place(place, &mut self.report);
                if is_new {
                    self.define_enum(&values, schema, &place);
                }
                Converted::reference(&place.name)
            }
            Shape::Union(union) => {
                let (place, is_new) = self.names.inline_place(place, &mut self.report);
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
                let items = Some(schema::boxed(inner.into_schema(false)));
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
            Shape::Any | Shape::Refused => Converted::any(),
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
        let any = Converted::any();
        let Some((schema, at)) = inner else { return any };
        // An `allOf` may refer back to a schema around it.
        if through.contains(&at) {
            self.report.error(
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
            return Converted::any();
        };
        let target_place = self.names.component(target);
        let (kind, nullable) = self.kinds.get(target).copied().unwrap_or((Kind::Other, false));
        let mut converted = match kind {
            Kind::Struct | Kind::Enum => Converted::holding(target_place.name),
            Kind::Other if through.iter().any(|earlier| earlier == target) => {
                self.report.error(
                    &place.at,
                    "schema-endless",
                    format!("the schema `{target}` contains itself without an object in between"),
                    "make it an object with properties: Rust needs a named type to break the cycle",
                );
                Converted::any()
            }
            Kind::Other if through.len() >= MAX_CHAIN => {
                let message = format!("more than {MAX_CHAIN} lists, maps and references are nested in each other");
                if !std::mem::replace(&mut self.too_deep, true) {
                    self.report.error(
                        &place.at,
                        "schema-too-deep",
                        message,
                        "put an object with properties in between",
                    );
                }
                Converted::any()
            }
            Kind::Other => {
                through.push(target.to_owned());
                let mut converted = self.convert_within(schema, &target_place, through);
                through.pop();
                let ident = format_ident!("{}", target_place.name);
                converted.rust = quote!(#ident);
                converted
            }
        };
        converted.nullable |= nullable;
        converted
    }

    pub(super) fn define_enum(&mut self, values: &[String], schema: &ReferenceOr<Schema>, place: &Place) {
        let copy = ReferenceOr::Item(schema::text());
        self.defined.schemas.insert(place.name.clone(), copy);
        let lowered = enums::lowered(values, schema, &place.at, &mut self.budget, &mut self.report);
        self.defined.enums.insert(place.name.clone(), lowered);
    }

    pub(super) fn define_timestamp(&mut self) {
        let integer = schema::of(SchemaKind::Type(Type::Integer(IntegerType::default())));
        let schemas = &mut self.defined.schemas;
        schemas
            .entry(TIMESTAMP.to_owned())
            .or_insert(ReferenceOr::Item(integer));
    }
}
