//! Structs: fields in the order of the document, unknown fields kept, and a builder.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::ItemStruct;
use syn::visit_mut::VisitMut;

use super::context::Context;
use super::example::{self, Argument, Said};
use super::setter::{self, Setter};
use super::{docs, missing, paths};
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
    pub(crate) fn new(item: &ItemStruct, name: &'m str, model: &'m Struct) -> Result<Self, syn::Error> {
        let ty = |name: &str| {
            let field = item
                .fields
                .iter()
                .find(|field| field.ident.as_ref().is_some_and(|ident| ident == name))?;
            Some(field.ty.clone())
        };
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
        let (ident, builder) = (format_ident!("{}", self.name), format_ident!("{}Builder", self.name));
        let about = docs::item(&self.model.about, example::built(context, self.name).as_deref());
        let default = self.default.then(|| quote! { Default, });
        let fields = self.fields.iter().map(Field::definition);
        let extra = self.extra.as_ref().map(|ty| {
            let mut ty = ty.clone();
            paths::WithinTypes.visit_type_mut(&mut ty);
            quote! {
                /// Fields that this version does not know, and optional ones whose values do not fit their
                /// types, as they came.
                #[serde(flatten, deserialize_with = "ittybit_runtime::generated::extra")]
                pub extra: #ty,
            }
        });
        let builder_docs = docs::lines(&format!(
            "Begins a builder, which makes the value from its fields.\n\n{}",
            example::of_builder(self.name)
        ));
        quote! {
            #about
            #[derive(Clone, Debug, #default PartialEq, serde::Deserialize, serde::Serialize)]
            #[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
            #[non_exhaustive]
            pub struct #ident {
                #(#fields)*
                #extra
            }

            impl #ident {
                #builder_docs
                pub fn builder() -> super::builder::#builder {
                    super::builder::#builder::new()
                }
            }
        }
    }

    pub(crate) fn builder(&self, context: Context) -> TokenStream {
        let (ident, builder) = (format_ident!("{}", self.name), format_ident!("{}Builder", self.name));
        let about = docs::lines(&format!(
            "The builder of [`{0}`](types::{0}), begun by [`{0}::builder`](types::{0}::builder).\n\n{1}",
            self.name,
            example::of_builder(self.name)
        ));
        let setters: Vec<Setter> = self.fields.iter().map(|field| field.setter(context)).collect();
        let fields = setters.iter().map(Setter::field);
        let initial = setters.iter().map(Setter::initial);
        let methods = setters.iter().map(Setter::method);
        let built = self.fields.iter().map(|field| {
            let (ident, name) = (format_ident!("{}", field.name), &field.model.property);
            quote! { #ident: argument::checked(#name, self.#ident)?, }
        });
        let extra = self.extra.as_ref().map(|ty| {
            let mut ty = ty.clone();
            paths::OutsideTypes.visit_type_mut(&mut ty);
            ty
        });
        let extra_field = extra.as_ref().map(|ty| quote! { extra: #ty, });
        let extra_initial = extra.as_ref().map(|_| quote! { extra: Default::default(), });
        let extra_built = extra.as_ref().map(|_| quote! { extra: self.extra, });
        let extra_method = extra.as_ref().map(|ty| {
            let argument = context.argument(ty, Said::default());
            let shown = argument.map(|argument| example::of_field(self.name, "extra", &argument));
            let about = docs::lines(&format!(
                "Fields that this version does not know.\n\n{}",
                shown.unwrap_or_default()
            ));
            quote! {
                #about
                pub fn extra(mut self, fields: #ty) -> Self {
                    self.extra = fields;
                    self
                }
            }
        });
        let build = docs::lines(&format!(
            "Makes the value.\n\n{}\n\n# Errors\n\nA required field was not set, or a value could not be converted.",
            example::built(context, self.name).unwrap_or_default()
        ));
        quote! {
            #about
            #[derive(Clone, Debug)]
            #[must_use = "`build` makes the value"]
            pub struct #builder {
                #(#fields)*
                #extra_field
            }

            impl #builder {
                pub(crate) fn new() -> Self {
                    Self { #(#initial)* #extra_initial }
                }

                #(#methods)*
                #extra_method

                #build
                pub fn build(self) -> Result<types::#ident, Error> {
                    Ok(types::#ident { #(#built)* #extra_built })
                }
            }

            impl TryFrom<#builder> for types::#ident {
                type Error = Error;

                fn try_from(builder: #builder) -> Result<Self, Error> {
                    builder.build()
                }
            }
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
            // Not absent where the value does not fit: it is always written.
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

    fn setter(&self, context: Context) -> Setter {
        let (optional, boxed, ty) = setter::unwrapped(&self.ty);
        let mut ty = ty.clone();
        paths::OutsideTypes.visit_type_mut(&mut ty);
        let said = Said {
            example: self.model.example.as_ref(),
            bounds: None,
        };
        let example = context.argument(&ty, said).map(Argument::plain);
        Setter {
            boxed,
            ..Setter::unchecked(self.name, docs::item(&self.model.about, None), ty, !optional, example)
        }
    }
}
