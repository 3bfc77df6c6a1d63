//! Operations: each is a method of the client and a request builder.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use syn::Type;

use super::context::Context;
use super::example::{Argument, Hint};
use super::metadata::optional;
use super::requests::Requests;
use super::setter::{self, Setter};
use super::shared::{Shareable, Shared};
use super::{docs, metadata};
use crate::model::{Body, Bounds, Format, Location, Operation, Parameter, Part, PartContent, Success};

pub(crate) struct Parts<'m> {
    name: &'m str,
    model: &'m Operation,
    setters: Vec<Setter>,
    /// The type of a successful response's body, `()` if there is none.
    success: Type,
    /// The type of a successful response's JSON, for the metadata about its fields.
    item: Type,
    metadata: metadata::Parts,
}

impl<'m> Parts<'m> {
    pub(crate) fn new(name: &'m str, model: &'m Operation, context: Context) -> Result<Self, syn::Error> {
        let mut setters = Vec::new();
        for (index, (rust, parameter)) in model.parameters.iter().enumerate() {
            let index = Literal::usize_unsuffixed(index);
            let ty = context.outside(&parameter.ty)?;
            let example = context.argument(&ty, Hint::of(parameter)).map(Argument::plain);
            // The client makes a key where the caller gives none.
            let is_made = parameter.location == Location::Header && model.idempotency_key() == Some(&parameter.name);
            setters.push(Setter {
                name: rust.clone(),
                about: parameter_docs(parameter),
                ty,
                required: parameter.required && !is_made,
                example,
                kept: quote! { parameter(#index) },
            });
        }
        if let Some(body) = &model.body {
            match &body.format {
                Format::Multipart(parts) => {
                    for (index, part) in parts.iter().enumerate() {
                        setters.push(part_setter(index, part, context)?);
                    }
                }
                Format::Json(ty) | Format::JsonAs(_, ty) | Format::Form(ty, _) => {
                    setters.push(body_setter(body, context.outside(ty)?, "json", context));
                }
                Format::Text(_) => setters.push(body_setter(body, syn::parse_quote!(String), "content", context)),
                Format::Bytes(_) => {
                    let ty = syn::parse_quote!(ittybit_runtime::body::Body);
                    setters.push(body_setter(body, ty, "content", context));
                }
            }
        }
        let unit: Type = syn::parse_quote!(());
        let (success, item) = match &model.success_body {
            Success::Empty => (unit.clone(), unit),
            Success::Json(ty) => {
                let ty = context.outside(ty)?;
                (ty.clone(), ty)
            }
            Success::Optional(ty) => {
                let ty = context.outside(ty)?;
                (syn::parse_quote!(Option<#ty>), ty)
            }
            Success::Text { optional: false } => (syn::parse_quote!(String), unit),
            Success::Text { optional: true } => (syn::parse_quote!(Option<String>), unit),
            Success::Bytes { optional: false } => (syn::parse_quote!(ittybit_runtime::body::Bytes), unit),
            Success::Bytes { optional: true } => (syn::parse_quote!(Option<ittybit_runtime::body::Bytes>), unit),
            Success::ByStatus(name) => {
                let name = format_ident!("{name}");
                (syn::parse_quote!(types::#name), unit)
            }
        };
        Ok(Self {
            name,
            model,
            metadata: metadata::Parts::new(model, &setters, context),
            setters,
            success,
            item,
        })
    }

    pub(crate) fn name(&self) -> &'m str {
        self.name
    }

    pub(crate) fn setters(&self) -> &[Setter] {
        &self.setters
    }

    /// The setter of the body, unless the body is multipart.
    pub(crate) fn body_setter(&self) -> Option<&Setter> {
        let is_whole = !matches!(self.model.body.as_ref()?.format, Format::Multipart(_));
        self.setters.last().filter(|_| is_whole)
    }

    /// The setters of parameters, with their bounds.
    pub(crate) fn bounded(&self) -> impl Iterator<Item = (&Setter, &Bounds)> {
        self.setters.iter().filter_map(|setter| {
            let parameter = self.model.parameters.get(&setter.name)?;
            Some((setter, &parameter.bounds))
        })
    }

    /// Whether it is a list with pages.
    pub(crate) fn is_list(&self) -> bool {
        self.model.pagination.is_some()
    }

    pub(crate) fn builder_ident(&self) -> proc_macro2::Ident {
        format_ident!("{}", self.model.builder)
    }

    /// The operation and its response type, for the metadata about its fields.
    pub(crate) fn described(&self) -> (&Operation, &Type) {
        (self.model, &self.item)
    }

    /// The parts of its metadata that other operations may have, too.
    pub(crate) fn shareable(&self) -> impl Iterator<Item = &Shareable> + Clone {
        self.metadata.shareable()
    }

    /// The client's method.
    pub(crate) fn method(&self, blocking: bool) -> TokenStream {
        let (ident, builder) = (format_ident!("{}", self.name), self.builder_ident());
        let about = match blocking {
            false => self.about(),
            true => {
                let deprecated = self.model.about.deprecated.then(|| quote! { #[deprecated] });
                let docs = docs::lines(&format!("As [`Client::{}`], without `async`.", self.name));
                quote! { #docs #deprecated }
            }
        };
        let client = blocking.then(|| quote! { <blocking::Client> });
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

    /// The statements of an example of `send`.
    pub(crate) fn call(&self) -> String {
        match (&self.model.pagination, &self.model.success_body) {
            (Some(_), _) => self.requests(false).page(),
            (None, Success::Empty | Success::Bytes { .. }) => {
                self.requests(false).response(r#""{}", response.status()"#)
            }
            (None, _) => self.requests(false).response(r#""{:?}", *response"#),
        }
    }

    /// The method and the path, for the docs.
    fn wire(&self) -> String {
        docs::code(&format!("{} {}", self.model.method, self.model.path))
    }

    fn about(&self) -> TokenStream {
        let summary = self
            .model
            .summary
            .as_deref()
            .map(|summary| docs::sentence(&docs::for_rustdoc(summary)));
        let description = self.model.about.docs.as_deref().map(docs::for_rustdoc);
        let wire = self.wire();
        let server = self.model.server.as_deref().map(|url| {
            let url = docs::code(url);
            format!("The document has another server for it: send it with a client whose `base_url` is {url}.")
        });
        let example = self.requests(false).within(&self.call());
        let text: Vec<String> = [summary, description, Some(wire), server, Some(example)]
            .into_iter()
            .flatten()
            .collect();
        let deprecated = self.model.about.deprecated.then(|| quote! { #[deprecated] });
        let docs = docs::lines(&text.join("\n\n"));
        quote! { #docs #deprecated }
    }

    /// The request builder.
    pub(crate) fn builder(&self, shared: &Shared, context: Context) -> TokenStream {
        let builder = self.builder_ident();
        let about = docs::lines(&format!(
            "A {} request, built by [`Client::{}`], which shows how to send it.",
            self.wire(),
            self.name
        ));
        let metadata = self
            .metadata
            .operation(self.name, self.model, &self.setters, &self.item, shared, context);
        let lists = self.pagination().map(|pages| {
            let watching = self.watching();
            quote! { impl<C> #builder<C> { #pages #watching } }
        });
        let (crate_name, method) = (context.crate_name, format_ident!("{}", self.name));
        let setters = self.setters.iter().map(Setter::line);
        let example = metadata::set_example(self.model, &self.setters, context);
        let send = self.send();
        let must_use = match self.model.pagination {
            Some(_) => "nothing is sent before `send`, or before a page or an item is requested",
            None => "nothing is sent before `send`",
        };
        quote! {
            #about
            #[derive(Clone, Debug)]
            #[must_use = #must_use]
            pub struct #builder<C = Client> {
                client: C,
                arguments: Arguments,
            }

            impl #builder {
                #metadata
            }

            #lists

            ittybit_runtime::request_builder! {
                #crate_name #method #builder(#example) { #(#setters)* }
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
                (false, true) => quote! { Some(item.#field.number().to_string()) },
                (true, false) => quote! { item.#field.as_ref().map(ToString::to_string) },
                (true, true) => quote! { item.#field.map(|time| time.number().to_string()) },
            };
            let property = &pagination.cursor.property;
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
                    cursor: |item, _| #cursor,
                    cursor_property: #property,
                    has_more: #has_more,
                    limit: #limit,
                    default_limit: #default_limit,
                    applied_limit: #applied_limit,
                };
            }
        })
    }

    /// The constants for `watch` and `watch_json`.
    fn watching(&self) -> Option<TokenStream> {
        let lifecycle = self.model.lifecycle.as_ref()?;
        let pagination = self.model.pagination.as_ref()?;
        let item = format_ident!("{}", pagination.item);
        let (field, values) = (
            format_ident!("{}", lifecycle.field),
            format_ident!("{}", lifecycle.values),
        );
        let done = match lifecycle.optional {
            true => quote! { item.#field.as_ref().is_some_and(types::#values::is_terminal) },
            false => quote! { item.#field.is_terminal() },
        };
        Some(quote! {
            const WATCHING: Watching<types::#item> = Watching::new(Self::PAGES, |item, _| #done);

            const WATCHING_JSON: Watching<Box<serde_json::value::RawValue>> =
                Watching::json(Self::PAGES.of(|item, cursor| text_of(item, cursor)));
        })
    }

    /// The methods that send the request, for the asynchronous and for the blocking client.
    fn send(&self) -> TokenStream {
        let builder = self.builder_ident();
        let (own, blocking) = (self.sending(false), self.sending(true));
        quote! {
            impl #builder {
                #own
            }

            #[cfg(feature = "blocking")]
            impl #builder<blocking::Client> {
                #blocking
            }
        }
    }

    fn sending(&self, blocking: bool) -> TokenStream {
        let requests = self.requests(blocking);
        let send_docs = |what: &str| match blocking {
            true => {
                let builder = self.builder_ident();
                docs::lines(&format!("As [`send`]({builder}::send), without `async`."))
            }
            false => {
                let success = docs::for_rustdoc(&docs::sentence(&self.model.success_docs));
                docs::lines(&format!("{what}\n\n{success}\n\n{}", self.errors()))
            }
        };
        let from = blocking.then(|| quote! { blocking:: });
        let keyword = (!blocking).then(|| quote! { async });
        let call = |method: &str, arguments: TokenStream| {
            let method = format_ident!("{method}");
            match blocking {
                true => quote! { self.client.0.#method(self.arguments.request(), #arguments) },
                false => quote! { self.arguments.request().#method(&self.client.0, #arguments) },
            }
        };
        let wait = (!blocking).then(|| quote! { .await });
        let Some(pagination) = &self.model.pagination else {
            let success = &self.success;
            let method = match &self.model.success_body {
                Success::Empty => "send_empty",
                Success::Json(_) => "send_json",
                Success::Optional(_) => "send_optional",
                Success::Text { optional: false } => "send_text",
                Success::Bytes { optional: false } => "send_bytes",
                Success::Text { .. } | Success::Bytes { .. } | Success::ByStatus(_) => "send_by_status",
            };
            let send_call = call(method, TokenStream::new());
            let send = send_docs("Sends the request.");
            let download = matches!(self.model.success_body, Success::Bytes { .. }).then(|| {
                let about = docs::lines(
                    "Sends the request and returns the body in chunks, for a body that is too large for memory.\n\n\
                     # Errors\n\nAs those of [`send`](Self::send).",
                );
                let call = call("download", TokenStream::new());
                let download = match blocking {
                    true => quote! { ittybit_runtime::blocking::Download },
                    false => quote! { ittybit_runtime::body::Download },
                };
                quote! {
                    #about
                    pub #keyword fn download(self) -> Result<Response<#download>, Error> {
                        #call #wait
                    }
                }
            });
            return quote! {
                #send
                pub #keyword fn send(self) -> Result<Response<#success>, Error> {
                    #send_call #wait
                }

                #download
            };
        };
        let item = format_ident!("{}", pagination.item);
        let all = if blocking { "iter" } else { "stream" };
        let [pages_of, json_of] = [
            "println!(\"{} of them\", page.len());",
            "for item in page.iter() {\n    println!(\"{item}\");\n}",
        ];
        let send = send_docs("Sends the request and reads one page.");
        let pages = docs::lines(&format!(
            "Iterates over the pages from here on, one request per page. Nothing is sent before the first is \
             requested.\n\n{}",
            requests.all("pages", "page", "pages", pages_of)
        ));
        let pages_json = docs::lines(&format!(
            "As [`pages`](Self::pages), with each item as the JSON that the server sent.\n\n{}",
            requests.all("pages", "page", "pages_json", json_of)
        ));
        let items = docs::lines(&format!(
            "Iterates over the items of all pages from here on. Nothing is sent before the first is requested.\n\n{}",
            requests.all("items", "item", all, "println!(\"{item:?}\");")
        ));
        let all = format_ident!("{all}");
        let one = call("send_page", quote! { Self::PAGES });
        let typed = call("pages", quote! { Self::PAGES });
        let json = call("pages", quote! { Self::PAGES.of(|item, cursor| text_of(item, cursor)) });
        let watch = self.model.lifecycle.as_ref().map(|_| {
            let watch = docs::lines(&format!(
                "Watches the items until each has reached a final state: yields an item when it is first seen, \
                 and whenever it has changed. The list is requested repeatedly, at intervals of 2 s to 30 s.\n\n{}",
                requests.all("changes", "item", "watch", "println!(\"{item:?}\");")
            ));
            let watch_json = docs::lines(&format!(
                "As [`watch`](Self::watch), with each item as the JSON that the server sent.\n\n{}",
                requests.all("changes", "item", "watch_json", "println!(\"{item}\");")
            ));
            let typed = call("watch", quote! { Self::WATCHING });
            let json = call("watch", quote! { Self::WATCHING_JSON });
            quote! {
                #watch
                pub fn watch(self) -> #from Watch<types::#item> {
                    #typed
                }

                #watch_json
                pub fn watch_json(self) -> #from Watch<Box<serde_json::value::RawValue>> {
                    #json
                }
            }
        });
        quote! {
            #send
            pub #keyword fn send(self) -> Result<#from Page<types::#item>, Error> {
                #one #wait
            }

            #pages
            pub fn pages(self) -> #from Pages<types::#item> {
                #typed
            }

            #pages_json
            pub fn pages_json(self) -> #from Pages<Box<serde_json::value::RawValue>> {
                #json
            }

            #items
            pub fn #all(self) -> #from Items<types::#item> {
                self.pages().into_items()
            }

            #watch
        }
    }

    fn errors(&self) -> String {
        let mut text =
            "# Errors\n\nAn argument is invalid, the request failed, or the API responded with an error".to_owned();
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

fn body_setter(body: &Body, ty: Type, kept: &str, context: Context) -> Setter {
    let words = Some("The body of the request.").filter(|_| body.about.docs.is_none());
    let kept = format_ident!("{kept}");
    Setter {
        name: setter::BODY.to_owned(),
        about: docs::item(&body.about, words),
        example: Argument::body(context, &ty),
        ty,
        required: body.required,
        kept: quote! { #kept() },
    }
}

fn part_setter(index: usize, part: &Part, context: Context) -> Result<Setter, syn::Error> {
    let (ty, kept) = match &part.content {
        PartContent::File => (syn::parse_quote!(ittybit_runtime::body::File), "file"),
        PartContent::Files => (syn::parse_quote!(Vec<ittybit_runtime::body::File>), "files"),
        PartContent::Value(ty) => (context.outside(ty)?, "part"),
    };
    let hint = Hint {
        example: part.example.as_ref(),
        ..Hint::default()
    };
    let sent_as = part
        .media_type
        .as_deref()
        .map(|media_type| format!(", sent as {}", docs::code(media_type)));
    let words = format!(
        "The part {} of the body{}.",
        docs::code(&part.name),
        sent_as.unwrap_or_default()
    );
    let (kept, index) = (format_ident!("{kept}"), Literal::usize_unsuffixed(index));
    Ok(Setter {
        name: part.rust.clone(),
        about: docs::item(&part.about, Some(&words)),
        example: context.argument(&ty, hint).map(Argument::plain),
        ty,
        required: part.required,
        kept: quote! { #kept(#index) },
    })
}

fn parameter_docs(parameter: &Parameter) -> TokenStream {
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
    docs::item(&parameter.about, Some(&wire))
}
