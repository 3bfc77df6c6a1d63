//! `x-cursor-pagination`: how to get from one page of a list to the next.

use ittybit_spec::pointer;
use serde_json::Value;

use super::Lowering;
use super::body::ResponseModel;
use crate::model::{Location, Operation, Pagination};

const KEYS: [&str; 6] = ["forward", "backward", "cursor", "has-more", "limit", "applied-limit"];
const EXAMPLE: &str = "write for example `{forward: after, backward: before, cursor: id, has-more: Has-More, limit: limit, applied-limit: Limit}`";

impl Lowering<'_> {
    /// Reads the extension. Every name in it must exist in the operation or in its items.
    pub(super) fn pagination(
        &mut self,
        extension: &Value,
        operation: &Operation,
        response: &ResponseModel,
        at: &str,
    ) -> Option<Pagination> {
        let at = pointer::join(at, ["x-cursor-pagination"]);
        let Value::Object(entries) = extension else {
            self.error(
                &at,
                "x-cursor-pagination-value",
                "`x-cursor-pagination` must be an object",
                EXAMPLE,
            );
            return None;
        };
        let before = self.findings.errors().count();
        for key in entries.keys().filter(|key| !KEYS.contains(&key.as_str())) {
            let known = KEYS.map(|key| format!("`{key}`")).join(", ");
            self.push(
                self.document
                    .error(
                        &pointer::join(&at, [key.as_str()]),
                        format!("`x-cursor-pagination` has no key `{key}`"),
                    )
                    .code("x-cursor-pagination-value")
                    .at_key()
                    .help(format!("known keys: {known}")),
            );
        }
        let forward = self.pagination_name(entries, "forward", &at);
        let backward = self.pagination_name(entries, "backward", &at);
        let cursor = self.pagination_name(entries, "cursor", &at);
        let has_more = self.pagination_name(entries, "has-more", &at);
        let limit = self.pagination_name(entries, "limit", &at);
        let applied_limit = self.pagination_name(entries, "applied-limit", &at);
        for (key, name) in [("forward", &forward), ("cursor", &cursor)] {
            if name.is_none() && !entries.contains_key(key) {
                self.error(
                    &at,
                    "x-cursor-pagination-incomplete",
                    format!("`x-cursor-pagination` has no `{key}`"),
                    EXAMPLE,
                );
            }
        }

        let queries: Vec<&str> = operation
            .parameters
            .values()
            .filter(|parameter| parameter.location == Location::Query)
            .map(|parameter| parameter.name.as_str())
            .collect();
        for (key, name) in [("forward", &forward), ("backward", &backward), ("limit", &limit)] {
            if let Some(name) = name {
                self.must_exist(name, &queries, "query parameter", "", &pointer::join(&at, [key]));
            }
        }
        let headers: Vec<&str> = response.headers.iter().map(String::as_str).collect();
        for (key, name) in [("has-more", &has_more), ("applied-limit", &applied_limit)] {
            if let Some(name) = name {
                self.must_exist(name, &headers, "response header", "", &pointer::join(&at, [key]));
            }
        }
        let Some(item) = response.item.clone() else {
            self.push(
                self.document
                    .error(
                        &at,
                        "only a list can have pages, and the response is not a list of objects",
                    )
                    .code("x-cursor-pagination-no-list")
                    .at_key()
                    .also(self.document, &response.at, "this response")
                    .help("describe the response as an array of an object schema"),
            );
            return None;
        };
        let fields = &self.model.structs.get(&item)?.fields;
        let properties: Vec<String> = fields.values().map(|field| field.property.clone()).collect();
        let cursor = cursor?;
        let found = fields.iter().find(|(_, field)| field.property == cursor);
        let Some(field) = found.map(|(rust, _)| rust.clone()) else {
            let properties: Vec<&str> = properties.iter().map(String::as_str).collect();
            let of = format!(" of `{item}`");
            self.must_exist(&cursor, &properties, "property", &of, &pointer::join(&at, ["cursor"]));
            return None;
        };
        let found = self.cursor(&item, &field, &cursor);
        if found.is_none() {
            self.error(
                &pointer::join(&at, ["cursor"]),
                "x-cursor-pagination-cursor",
                format!("the property `{cursor}` of `{item}` is not a string or an integer"),
                "a cursor is sent in a query parameter: name a property that is a single value",
            );
        }
        let default_limit = limit.as_ref().and_then(|limit| {
            let parameter = operation
                .parameters
                .values()
                .find(|parameter| parameter.name == *limit)?;
            parameter.default.as_ref()?.as_u64()
        });
        if self.findings.errors().count() > before {
            return None;
        }
        Some(Pagination {
            forward: forward?,
            backward,
            item,
            cursor: found?,
            has_more,
            limit,
            default_limit,
            applied_limit,
        })
    }

    fn pagination_name(&mut self, entries: &serde_json::Map<String, Value>, key: &str, at: &str) -> Option<String> {
        match entries.get(key)? {
            Value::String(name) => Some(name.clone()),
            _ => {
                self.error(
                    &pointer::join(at, [key]),
                    "x-cursor-pagination-value",
                    format!("`{key}` must be a name"),
                    EXAMPLE,
                );
                None
            }
        }
    }

    fn must_exist(&mut self, name: &str, names: &[&str], what: &str, of: &str, at: &str) {
        if names
            .iter()
            .any(|known| *known == name || what.ends_with("header") && known.eq_ignore_ascii_case(name))
        {
            return;
        }
        let help = if names.is_empty() {
            format!("the operation has none: describe the {what} first")
        } else {
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            format!("known names: {}", names.join(", "))
        };
        self.error(
            at,
            "x-cursor-pagination-unknown",
            format!("there is no {what} `{name}`{of}"),
            help,
        );
    }
}
