//! The client itself, with the data about the API as a whole and the re-exports.

use heck::ToShoutySnakeCase;
use indexmap::IndexSet;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::metadata::optional;
use crate::model::{Model, Scheme, SchemeKind};
use crate::name;

/// The constant `API`, and the invocation of `client!` that defines the client's types.
pub(crate) fn definition(model: &Model, crate_name: &str) -> TokenStream {
    let server = optional(&(!model.server_url.is_empty()).then_some(&model.server_url));
    let prefix = prefix(crate_name);
    let schemes = model.schemes.iter().map(scheme);
    // Building a client fails without credentials only if every call needs them. If the client cannot send a scheme
    // at all, the call fails instead.
    let of_every_call = model
        .operations
        .values()
        .all(|operation| operation.security == model.security);
    let known = |name: &String| model.schemes.iter().any(|scheme| scheme.name == *name);
    let security = model
        .security
        .iter()
        .filter(|names| of_every_call && names.iter().all(known));
    let security = security.map(|names| quote! { &[#(#names),*] });
    let (kind, message) = (&model.errors.kind, &model.errors.message);
    let title = match model.title.trim() {
        "" => format!("the API `{crate_name}`"),
        title => format!("the {}", super::docs::inline(title)),
    };
    let with_token_url = model.schemes.iter().filter(|scheme| scheme.token_url.is_some()).count();
    let credentials = model.schemes.iter().map(|scheme| {
        let (kind, setter, name) = (kind_of(scheme), format_ident!("{}", scheme.setter), &scheme.name);
        let client_credentials = scheme.token_url.as_ref().map(|_| {
            let setter = format_ident!("{}", Scheme::client_credentials_setter(&scheme.setter, with_token_url));
            quote! { client_credentials #setter #name, }
        });
        quote! { #kind #setter #name, #client_credentials }
    });
    let new = match model.schemes.as_slice() {
        [] => quote! { anonymous },
        [only] => {
            let (kind, setter, name) = (kind_of(only), format_ident!("{}", only.setter), &only.name);
            quote! { #kind #setter #name }
        }
        _ => quote! { none },
    };
    let has_types = model.types() > 0;
    let types = has_types.then(|| quote! { pub use types::*; });
    let runtime_types = name::RUNTIME_TYPES.iter().map(|name| format_ident!("{name}"));
    quote! {
        pub use ittybit_runtime::{#(#runtime_types,)* auth, body, reqwest, transport};
        #types

        /// What the document says about the API as a whole.
        static API: ittybit_runtime::generated::Api = ittybit_runtime::generated::Api {
            user_agent: concat!(env!("CARGO_PKG_NAME"), "-rust/", env!("CARGO_PKG_VERSION")),
            crate_name: #crate_name,
            server: #server,
            env_prefix: #prefix,
            schemes: &[#(#schemes),*],
            security: &[#(#security),*],
            errors: ittybit_runtime::generated::ErrorShape {
                kind: &[#(#kind),*],
                message: &[#(#message),*],
            },
        };

        ittybit_runtime::client! {
            crate: #crate_name,
            api: API,
            title: #title,
            new: #new,
            credentials: [#(#credentials)*],
        }
    }
}

/// What the names of environment variables begin with.
fn prefix(crate_name: &str) -> String {
    crate_name.to_shouty_snake_case()
}

/// The environment variables that a client needs: of its credentials, and of its base URL where the document
/// has none.
pub(crate) fn variables(model: &Model, crate_name: &str) -> Vec<String> {
    let base_url = model.server_url.is_empty().then_some("BASE_URL");
    let of_schemes = model.schemes.iter().flat_map(|scheme| &scheme.variables);
    let names: IndexSet<&str> = of_schemes.map(String::as_str).chain(base_url).collect();
    let prefix = prefix(crate_name);
    names.iter().map(|name| format!("{prefix}_{name}")).collect()
}

fn scheme(scheme: &Scheme) -> TokenStream {
    let Scheme {
        name,
        noun,
        setter,
        variables,
        ..
    } = scheme;
    let kind = match &scheme.kind {
        SchemeKind::Http(prefix) => quote! { Http(#prefix) },
        SchemeKind::Basic => quote! { Basic },
        SchemeKind::Header(name) => quote! { Header(#name) },
        SchemeKind::Query(name) => quote! { Query(#name) },
        SchemeKind::Cookie(name) => quote! { Cookie(#name) },
    };
    let token_url = optional(&scheme.token_url);
    quote! {
        ittybit_runtime::auth::Scheme {
            name: #name,
            kind: ittybit_runtime::auth::SchemeKind::#kind,
            noun: #noun,
            setter: #setter,
            variables: &[#(#variables),*],
            token_url: #token_url,
        }
    }
}

/// The macro's keyword for the kind of a credential.
fn kind_of(scheme: &Scheme) -> proc_macro2::Ident {
    match scheme.kind {
        SchemeKind::Basic => format_ident!("basic"),
        _ => format_ident!("token"),
    }
}
