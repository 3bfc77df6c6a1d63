//! Structs: fields in the order of the document, a map for unknown fields, and a builder.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::visit_mut::VisitMut;

use super::context::{Context, Definition, missing};
use super::{docs, example, paths};
use crate::model::Struct;

pub(crate) struct Parts<'m> {
    name: &'m str,
    model: &'m Struct,
    /// In the order of the document.
    fields: Vec<Field<'m>>,
    /// The type of the map for fields that the document does not list.
    extra: Option<syn::Type>,
    default: bool,
}

struct Field<'m> {
    name: &'m str,
    model: &'m crate::model::Field,
    ty: syn::Type,
}

impl<'m> Parts<'m> {
    pub(crate) fn new(definition: &Definition, name: &'m str, model: &'m Struct) -> Result<Self, syn::Error> {
        let Definition {
            item, fields: types, ..
        } = definition;
        let ty = |name: &str| types.get(name).map(|ty| (*ty).clone());
        let fields = model
            .fields
            .iter()
            .map(|(field, model)| {
                let ty = ty(field).ok_or_else(|| missing(&format!("field `{field}` of `{name}`")))?;
                Ok(Field { name: field, model, ty })
            })
            .collect::<Result<Vec<_>, syn::Error>>()?;
        let extra = ty("extra");
        if item.fields.len() != fields.len() + usize::from(extra.is_some()) {
            return Err(syn::Error::new(
                item.ident.span(),
                format!("`{name}` has fields that the document does not list"),
            ));
        }
        let default = item.attrs.iter().any(|attribute| match &attribute.meta {
            syn::Meta::List(list) => list.path.is_ident("derive") && list.tokens.to_string().contains("Default"),
            _ => false,
        });
        Ok(Self {
            name,
            model,
            fields,
            extra,
            default,
        })
    }

    pub(crate) fn definition(&self, context: Context) -> TokenStream {
        let ident = format_ident!("{}", self.name);
        let about = docs::item(&self.model.about, example::built(context, self.name).as_deref());
        let default = self.default.then(|| quote! { Default, });
        let fields = self.fields.iter().map(Field::definition);
        let extra = self.extra.as_ref().map(|ty| {
            let mut ty = ty.clone();
            paths::WithinTypes.visit_type_mut(&mut ty);
            quote! {
                /// Fields that the document does not list, and optional ones with a value of another type.
                #[serde(flatten, deserialize_with = "ittybit_runtime::generated::extra")]
                pub extra: #ty,
            }
        });
        quote! {
            #about
            #[derive(Clone, Debug, #default PartialEq, serde::Deserialize, serde::Serialize)]
            #[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
            #[non_exhaustive]
            pub struct #ident {
                #(#fields)*
                #extra
            }
        }
    }

    /// The builder of the struct.
    pub(crate) fn builder(&self, crate_name: &str) -> TokenStream {
        let (ident, builder) = (format_ident!("{}", self.name), format_ident!("{}Builder", self.name));
        let fields = self.fields.iter().map(Field::set);
        let extra = self.extra.as_ref().map(|ty| {
            let mut ty = ty.clone();
            paths::OutsideTypes.visit_type_mut(&mut ty);
            quote! { extra: #ty }
        });
        quote! {
            ittybit_runtime::value_builder! { #crate_name #ident #builder { #(#fields)* } #extra }
        }
    }
}

impl Field<'_> {
    fn definition(&self) -> TokenStream {
        let (ident, about) = (format_ident!("{}", self.name), docs::item(&self.model.about, None));
        let mut ty = self.ty.clone();
        paths::WithinTypes.visit_type_mut(&mut ty);
        let mut serde = Vec::new();
        if self.model.property != self.name {
            let property = &self.model.property;
            serde.push(quote! { rename = #property });
        }
        let optional = paths::argument(&ty, "Option");
        if optional.is_some() && !self.model.required {
            serde.push(quote! { skip_serializing_if = "Option::is_none" });
        } else if optional.is_some() {
            // A required field is always written, so a value of another type is an error and does not become absent.
            serde.push(quote! { default, deserialize_with = "ittybit_runtime::generated::nullable" });
        }
        if paths::is(&ty, "f64") {
            serde.push(quote! { serialize_with = "ittybit_runtime::generated::number::serialize" });
        } else if optional.is_some_and(|ty| paths::is(ty, "f64")) {
            serde.push(quote! { serialize_with = "ittybit_runtime::generated::number::serialize_option" });
        }
        let serde = (!serde.is_empty()).then(|| quote! { #[serde(#(#serde),*)] });
        quote! { #about #serde pub #ident: #ty, }
    }

    /// The line of this field in `value_builder!`.
    fn set(&self) -> TokenStream {
        let (optional, boxed, ty) = paths::unwrapped(&self.ty);
        let mut ty = ty.clone();
        paths::OutsideTypes.visit_type_mut(&mut ty);
        let kind = format_ident!(
            "{}",
            match (optional, boxed) {
                (false, false) => "required",
                (true, false) => "optional",
                (false, true) => "boxed",
                (true, true) => "optional_boxed",
            }
        );
        let deprecated = self.model.about.deprecated.then(|| quote! { #[deprecated] });
        let (ident, property) = (format_ident!("{}", self.name), &self.model.property);
        quote! { #deprecated #ident: #ty = #kind(#property), }
    }
}
