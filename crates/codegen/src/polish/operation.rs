//! Operations: a method of the client, and a request builder that owns what it needs.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, ExprMethodCall, ItemStruct, Stmt, Type};

use super::context::Context;
use super::example::{Argument, Requests, Said};
use super::setter::{self, Setter};
use super::{docs, metadata, missing, paths};
use crate::model::{Location, Operation, Parameter};
use crate::name;

/// Progenitor's name for the field of the request body.
const BODY: &str = "body";

pub(crate) struct Parts<'m> {
    name: &'m str,
    model: &'m Operation,
    setters: Vec<Setter>,
    /// Progenitor's statements from the URL up to the request.
    statements: Vec<Stmt>,
    /// The request without its `build()?`.
    request: Expr,
    /// The type of a success, `()` where it has no body.
    success: Type,
}

impl<'m> Parts<'m> {
    pub(crate) fn new(
        builder: &ItemStruct,
        send: &[Stmt],
        success: &Type,
        name: &'m str,
        model: &'m Operation,
        context: Context,
    ) -> Result<Self, syn::Error> {
        let ty = |name: &str| {
            let field = builder
                .fields
                .iter()
                .find(|field| field.ident.as_ref().is_some_and(|ident| ident == name));
            let ty = field.and_then(|field| paths::argument(&field.ty, "Result"));
            ty.cloned()
                .ok_or_else(|| missing(&format!("argument `{name}` of `{}`", builder.ident)))
        };
        let mut setters = Vec::new();
        let requests = Requests::new(name, &[], false);
        for (rust, parameter) in &model.parameters {
            let ty = ty(rust)?;
            let (optional, boxed, inner) = setter::unwrapped(&ty);
            let mut checks = setter::checks(&parameter.bounds);
            if parameter.location == Location::Path {
                checks.push(quote! { bounds::path_segment });
            }
            let example = context.argument(inner, Said::of(parameter)).map(Argument::plain);
            let shown = example.as_ref().map(|example| requests.argument(rust, example));
            setters.push(Setter {
                name: rust.clone(),
                about: parameter_docs(parameter, shown.as_deref()),
                ty: inner.clone(),
                required: !optional,
                boxed,
                checks,
                demand: setter::described(&parameter.bounds),
                example,
            });
        }
        if let Some(body) = &model.body {
            let mut ty = ty(BODY)?;
            paths::OutsideTypes { names: &|_| false }.visit_type_mut(&mut ty);
            let example = Argument::body(context, &ty);
            let words = Some("The body of the request.".to_owned()).filter(|_| body.about.docs.is_none());
            let shown = example.as_ref().map(|example| requests.argument(BODY, example));
            let more: Vec<String> = words.into_iter().chain(shown).collect();
            setters.push(Setter {
                name: BODY.to_owned(),
                about: docs::item(&body.about, Some(&more.join("\n\n"))),
                ty,
                required: body.required,
                boxed: false,
                checks: Vec::new(),
                demand: Vec::new(),
                example,
            });
        }
        let mut statements: Vec<Stmt> = send
            .iter()
            .skip_while(|statement| !is_url(statement))
            .cloned()
            .collect();
        let end = statements
            .iter()
            .position(|statement| built(statement).is_some())
            .ok_or_else(|| missing("request"))?;
        let request = built(&statements[end]).cloned().ok_or_else(|| missing("request"))?;
        statements.truncate(end);
        let mut parts = Self {
            name,
            model,
            setters,
            statements,
            request,
            success: success.clone(),
        };
        parts.rewrite();
        Ok(parts)
    }

    /// Takes out what is not part of this API, and gives everything its name on the wire.
    fn rewrite(&mut self) {
        // The call, and no parameter of that name.
        self.statements.retain(|statement| {
            let text = quote!(#statement).to_string();
            !text.contains("api_version ()")
        });
        let headers = self
            .model
            .parameters
            .values()
            .any(|parameter| parameter.location == Location::Header);
        if !headers {
            self.statements.retain(|statement| !declares(statement, "header_map"));
        }
        let body = self.setters.iter().find(|setter| setter.name == BODY);
        let mut rewrite = Rewrite {
            model: self.model,
            headers,
            optional_body: body.is_some_and(|body| !body.required),
        };
        for statement in &mut self.statements {
            rewrite.visit_stmt_mut(statement);
        }
        rewrite.visit_expr_mut(&mut self.request);
        if let Some(Stmt::Local(url)) = self.statements.first_mut()
            && let Some(init) = &mut url.init
        {
            *init.expr = self.model.url();
        }
        for (rust, _) in self
            .model
            .parameters
            .iter()
            .filter(|(_, item)| item.location == Location::Path)
        {
            let ident = format_ident!("{rust}");
            let ty = self
                .setters
                .iter()
                .find(|setter| setter.name == *rust)
                .map(|setter| &setter.ty);
            let text = match ty {
                Some(ty) if paths::is(ty, "String") => quote!(&#ident),
                // Of the types of the document, only enums may stand in a path.
                Some(Type::Path(path)) if path.path.segments.len() > 1 => quote!(#ident.as_str()),
                _ => quote!(&#ident.to_string()),
            };
            let encoded = syn::parse_quote! {
                let #ident = progenitor_client::encode_path(#text);
            };
            self.statements.insert(0, encoded);
        }
    }

    /// The list, called with parameters by name; nothing where no pages come.
    pub(crate) fn list(&self) -> Option<TokenStream> {
        self.model.pagination.as_ref()?;
        let (builder, method) = (self.builder_ident(), format_ident!("{}", self.name));
        Some(quote! {
            crate::operation::List::new(builder::#builder::OPERATION, |client, arguments| {
                let mut request = client.#method();
                for (name, values) in arguments {
                    request = request.set(name, values)?;
                }
                Ok(request.pages_json())
            })
        })
    }

    pub(crate) fn builder_ident(&self) -> proc_macro2::Ident {
        format_ident!("{}", name::builder_name(self.name))
    }

    /// The client's method.
    pub(crate) fn method(&self, blocking: bool) -> TokenStream {
        let (ident, builder) = (format_ident!("{}", self.name), self.builder_ident());
        let about = self.about(blocking);
        let client = blocking.then(|| quote! { <crate::blocking::Client> });
        quote! {
            #about
            pub fn #ident(&self) -> builder::#builder #client {
                builder::#builder::new(self.clone())
            }
        }
    }

    fn requests(&self, blocking: bool) -> Requests {
        Requests::new(self.name, &self.setters, blocking)
    }

    /// An example of `send`.
    fn sent(&self, blocking: bool) -> String {
        match self.model.pagination {
            Some(_) => self.requests(blocking).page(),
            None => self.requests(blocking).response(),
        }
    }

    /// The method and the path, for the docs.
    fn wire(&self) -> String {
        docs::code(&format!("{} {}", self.model.method, self.model.path))
    }

    fn about(&self, blocking: bool) -> TokenStream {
        let summary = self
            .model
            .summary
            .as_deref()
            .map(|summary| docs::sentence(&docs::for_rustdoc(summary)));
        let description = self.model.about.docs.as_deref().map(docs::for_rustdoc);
        let wire = self.wire();
        let example = self.sent(blocking);
        let text: Vec<String> = [summary, description, Some(wire), Some(example)]
            .into_iter()
            .flatten()
            .collect();
        let deprecated = self.model.about.deprecated.then(|| quote! { #[deprecated] });
        let docs = docs::lines(&text.join("\n\n"));
        quote! { #docs #deprecated }
    }

    /// The request builder.
    pub(crate) fn builder(&self, context: Context) -> TokenStream {
        let builder = self.builder_ident();
        let requests = self.requests(false);
        let about = docs::lines(&format!(
            "A {} request.\n\nBegun by [`Client::{name}`].\n\n{}",
            self.wire(),
            requests.begun(&builder.to_string()),
            name = self.name
        ));
        let fields = self.setters.iter().map(Setter::field);
        let initial = self.setters.iter().map(Setter::initial);
        let methods = self.setters.iter().map(Setter::method);
        let metadata = metadata::operation(&builder, self.name, self.model, &self.setters, &self.success, context);
        let set = metadata::set(&builder, self.model, &self.setters, &requests, context);
        let pages = self.pagination();
        let request = self.request();
        let send = self.send();
        let must_use = match self.model.pagination {
            Some(_) => "nothing is sent before `send`, or before a page or an item is asked for",
            None => "nothing is sent before `send`",
        };
        quote! {
            #about
            #[derive(Clone, Debug)]
            #[must_use = #must_use]
            pub struct #builder<C = Client> {
                client: C,
                #(#fields)*
            }

            impl #builder {
                #metadata
            }

            impl<C> #builder<C> {
                #pages

                pub(crate) fn new(client: C) -> Self {
                    Self { client, #(#initial)* }
                }

                #(#methods)*

                #set

                #request
            }

            #send
        }
    }

    fn pagination(&self) -> Option<TokenStream> {
        self.model.pagination.as_ref().map(|pagination| {
            let item = format_ident!("{}", pagination.item);
            let field = format_ident!("{}", pagination.cursor.field);
            let cursor = match (pagination.cursor.optional, pagination.cursor.seconds) {
                (false, false) => quote! { Some(item.#field.to_string()) },
                (false, true) => quote! { Some(item.#field.unix_seconds().to_string()) },
                (true, false) => quote! { item.#field.as_ref().map(ToString::to_string) },
                (true, true) => quote! { item.#field.map(|time| time.unix_seconds().to_string()) },
            };
            let forward = &pagination.forward;
            let [backward, has_more, limit, applied_limit] = [
                &pagination.backward,
                &pagination.has_more,
                &pagination.limit,
                &pagination.applied_limit,
            ]
            .map(optional);
            let default_limit = optional(&pagination.default_limit.map(Literal::u64_unsuffixed));
            quote! {
                const PAGES: Pagination<types::#item> = Pagination {
                    forward: #forward,
                    backward: #backward,
                    cursor: |item| #cursor,
                    has_more: #has_more,
                    limit: #limit,
                    default_limit: #default_limit,
                    applied_limit: #applied_limit,
                };
            }
        })
    }

    fn request(&self) -> TokenStream {
        let arguments = self.setters.iter().map(|setter| {
            let ident = format_ident!("{}", setter.name);
            let parameter = self.model.parameters.get(&setter.name);
            let name = parameter.map_or(setter.name.as_str(), |parameter| parameter.name.as_str());
            // Outside of the query a value is sent as it is displayed, and a time is displayed for people.
            let seconds = parameter
                .filter(|parameter| {
                    parameter.location != Location::Query && paths::is(&setter.ty, crate::prepare::TIMESTAMP)
                })
                .map(|_| {
                    if setter.required {
                        quote! { .map(Timestamp::unix_seconds) }
                    } else {
                        quote! { .map(|time| time.map(Timestamp::unix_seconds)) }
                    }
                });
            quote! {
                let #ident = argument::checked(#name, self.#ident #seconds)?;
            }
        });
        let (statements, request) = (&self.statements, &self.request);
        let build = if self.model.body.as_ref().is_some_and(|body| !body.required) {
            quote! {
                let request = #request;
                let request = match body {
                    Some(body) => request.json(&body),
                    None => request,
                };
                request.build().map_err(Error::request)
            }
        } else {
            quote! { #request.build().map_err(Error::request) }
        };
        quote! {
            /// Checks every argument and makes the request.
            fn request(self, client: &Client) -> Result<reqwest::Request, Error> {
                #(#arguments)*
                #(#statements)*
                #build
            }
        }
    }

    /// What sends the request, for the client and for the blocking one.
    fn send(&self) -> TokenStream {
        let builder = self.builder_ident();
        let (own, blocking) = (self.sending(false), self.sending(true));
        quote! {
            impl #builder {
                #own
            }

            #[cfg(feature = "blocking")]
            impl #builder<crate::blocking::Client> {
                #blocking
            }
        }
    }

    fn sending(&self, blocking: bool) -> TokenStream {
        let builder = self.builder_ident();
        let requests = self.requests(blocking);
        let (errors, sent) = (self.errors(), self.sent(blocking));
        let answer = docs::for_rustdoc(&docs::sentence(&self.model.success_docs));
        let client = if blocking {
            quote! { client.inner() }
        } else {
            quote! { &client }
        };
        let begin = quote! { let client = self.client.clone(); let request = self.request(#client) };
        let from = blocking.then(|| quote! { crate::blocking:: });
        let keyword = (!blocking).then(|| quote! { async });
        let wait = (!blocking).then(|| quote! { .await });
        let Some(pagination) = &self.model.pagination else {
            let success = &self.success;
            let call = match success {
                Type::Tuple(tuple) if tuple.elems.is_empty() => quote! { send_empty },
                _ => quote! { send_json },
            };
            let send = docs::lines(&format!("Sends the request.\n\n{answer}\n\n{sent}\n\n{errors}"));
            return quote! {
                #send
                pub #keyword fn send(self) -> Result<Response<#success>, Error> {
                    #begin?;
                    client.#call(#builder::OPERATION, request) #wait
                }
            };
        };
        let item = format_ident!("{}", pagination.item);
        let property = &pagination.cursor.property;
        let all = if blocking { "iter" } else { "stream" };
        let [pages_of, json_of] = [
            "println!(\"{} of them\", page.len());",
            "for item in page.iter() {\n    println!(\"{item}\");\n}",
        ];
        let send = docs::lines(&format!(
            "Sends the request and reads one page.\n\n{answer}\n\n{sent}\n\n{errors}"
        ));
        let pages = docs::lines(&format!(
            "Goes through the pages from here on, one request a page. Nothing is sent before the first is asked \
             for.\n\n{}",
            requests.pages("pages", pages_of)
        ));
        let pages_json = docs::lines(&format!(
            "As [`pages`](Self::pages), with each item as the JSON that the server sent.\n\n{}",
            requests.pages("pages_json", json_of)
        ));
        let items = docs::lines(&format!(
            "Goes through the items of all pages from here on. Nothing is sent before the first is asked \
             for.\n\n{}",
            requests.items(all)
        ));
        let all = format_ident!("{all}");
        quote! {
            #send
            pub #keyword fn send(self) -> Result<#from Page<types::#item>, Error> {
                #begin?;
                #from Page::fetch(client, #builder::OPERATION, Self::PAGES, request) #wait
            }

            #pages
            pub fn pages(self) -> #from Pages<types::#item> {
                #begin;
                #from Pages::new(client, #builder::OPERATION, Self::PAGES, request)
            }

            #pages_json
            pub fn pages_json(self) -> #from Pages<Box<serde_json::value::RawValue>> {
                #begin;
                #from Pages::new(client, #builder::OPERATION, Self::PAGES.of(|item| crate::page::text_of(item, #property)), request)
            }

            #items
            pub fn #all(self) -> #from Items<types::#item> {
                self.pages().into_items()
            }
        }
    }

    fn errors(&self) -> String {
        let mut text =
            "# Errors\n\nAn argument was refused, the request did not get through, or the API answered with an error"
                .to_owned();
        if self.model.errors.is_empty() {
            text.push('.');
        } else {
            text.push_str(":\n");
        }
        for (status, description) in &self.model.errors {
            let description = docs::inline(description);
            text.push_str(&format!("\n- `{status}`: {description}"));
        }
        text
    }
}

pub(crate) fn optional<T: quote::ToTokens>(value: &Option<T>) -> TokenStream {
    match value {
        Some(value) => quote! { Some(#value) },
        None => quote! { None },
    }
}

fn parameter_docs(parameter: &Parameter, example: Option<&str>) -> TokenStream {
    let mut wire = format!(
        "The {} parameter {}",
        parameter.location.name(),
        docs::code(&parameter.name)
    );
    let bounds = setter::described(&parameter.bounds);
    if !bounds.is_empty() {
        wire.push_str(&format!(": {}", bounds.join(", ")));
    }
    if let Some(default) = &parameter.default {
        let default = default.as_str().map_or_else(|| default.to_string(), str::to_owned);
        wire.push_str(&format!("; {} unless set", docs::code(&default)));
    }
    wire.push('.');
    if let Some(example) = example {
        wire.push_str(&format!("\n\n{example}"));
    }
    docs::item(&parameter.about, Some(&wire))
}

impl Operation {
    /// The URL, its path parameters encoded in variables of their names.
    fn url(&self) -> Expr {
        let names = self
            .parameters
            .iter()
            .filter(|(_, item)| item.location == Location::Path);
        let names = names.map(|(rust, item)| (item.name.clone(), rust.clone())).collect();
        let template = format!("{{}}{}", crate::prepare::renamed_path(&self.path, &names));
        syn::parse_quote!(format!(#template, client.base_url()))
    }
}

/// Whether a statement is `let url = format!(…)`.
fn is_url(statement: &Stmt) -> bool {
    matches!(statement, Stmt::Local(local) if local.init.as_ref().is_some_and(|init| {
        matches!(&*init.expr, Expr::Macro(call) if call.mac.path.is_ident("format"))
    }))
}

fn declares(statement: &Stmt, name: &str) -> bool {
    let Stmt::Local(local) = statement else { return false };
    matches!(&local.pat, syn::Pat::Ident(pattern) if pattern.ident == name)
}

/// `x` of `let request = x.build()?`.
fn built(statement: &Stmt) -> Option<&Expr> {
    let Stmt::Local(local) = statement else { return None };
    let Expr::Try(attempt) = &*local.init.as_ref()?.expr else {
        return None;
    };
    match &*attempt.expr {
        Expr::MethodCall(call) if call.method == "build" => Some(&call.receiver),
        _ => None,
    }
}

struct Rewrite<'m> {
    model: &'m Operation,
    headers: bool,
    optional_body: bool,
}

impl Rewrite<'_> {
    /// Puts the name on the wire in the place of the Rust name.
    fn rename(&self, literal: &mut Expr) {
        if let Expr::Lit(syn::ExprLit {
            lit: syn::Lit::Str(text),
            ..
        }) = literal
            && let Some(parameter) = self.model.parameters.get(&text.value())
        {
            *text = syn::LitStr::new(&parameter.name, text.span());
        }
    }
}

impl VisitMut for Rewrite<'_> {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        visit_mut::visit_expr_mut(self, expr);
        // Calls that are left out of the chain.
        while let Expr::MethodCall(ExprMethodCall { method, receiver, .. }) = expr {
            let left_out = method == "headers" && !self.headers || method == "json" && self.optional_body;
            if !left_out {
                break;
            }
            *expr = (**receiver).clone();
        }
        match expr {
            Expr::MethodCall(call) if is_client_field(&call.receiver, "client") => {
                let (method, url) = (format_ident!("{}", self.model.method), call.args.first());
                *expr = syn::parse_quote!(client.http().request(reqwest::Method::#method, #url));
            }
            Expr::MethodCall(call) if call.method == "append" => {
                if let Some(name) = call.args.first_mut() {
                    self.rename(name);
                }
                // The conversion of the value is the only thing that can fail here.
                let name = call.args.first().cloned();
                if let Some(Expr::Try(attempt)) = call.args.last_mut() {
                    let conversion = &attempt.expr;
                    *attempt.expr = syn::parse_quote! {
                        #conversion.map_err(|reason: reqwest::header::InvalidHeaderValue| Error::invalid_argument(#name, reason))
                    };
                }
            }
            Expr::Call(call) => {
                if matches!(&*call.func, Expr::Path(path) if path.path.segments.iter().any(|segment| segment.ident == "QueryParam"))
                    && let Some(name) = call.args.first_mut()
                {
                    self.rename(name);
                }
            }
            _ => {}
        }
    }
}

/// Whether an expression is a field of progenitor's client.
fn is_client_field(expr: &Expr, name: &str) -> bool {
    matches!(expr, Expr::Field(field) if matches!(&field.member, syn::Member::Named(member) if member == name))
}
