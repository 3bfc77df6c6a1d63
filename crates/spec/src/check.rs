//! Checks a document against the tables of the [grammar](crate::grammar), and decides how parts that do not
//! match them are read.
//!
//! Many documents break the rules. It is an error where a client would send or read something wrong. Everything
//! else is read in a fixed way, such as left out, which a warning reports.

use crate::checker::{Checker, Decision, Spot};
use crate::diagnostic::short;
use crate::fix::{self, Fixes, address};
use crate::grammar::{DOCUMENT, Field, Keys, Missing, Object, SCHEMA, Shape, Version};
use crate::kind::Kind;
use crate::node::{self, Node, Value};
use crate::rules::{self, reference};
use crate::{Diagnostics, Document, number, walk};

impl Document {
    /// All violations of the rules of OpenAPI 3.0 or 3.1. It is an error where no correct client can be
    /// generated. A warning reports how the part is read instead, or that it has no effect.
    pub fn check(&self) -> Diagnostics {
        check(self).findings
    }
}

/// The findings, and the fixes that lowering has to apply.
pub(crate) struct Checked {
    pub(crate) findings: Diagnostics,
    pub(crate) fixes: Fixes,
    pub(crate) version: Version,
}

pub(crate) fn check(document: &Document) -> Checked {
    let root = Spot {
        node: document.root(),
        entry: None,
        name: "",
    };
    let mut checker = Checker::new(document);
    if let Some(version) = rules::version::check(&mut checker, &root) {
        checker.version = version;
        checker.object(&root, &DOCUMENT);
        while let Some((spot, shape)) = checker.later.pop() {
            let name = walk::object(shape).map_or("a callback", |object| object.name);
            let new = checker.checked.insert((address(spot.node), name));
            if new {
                checker.shape(&spot, shape);
            }
        }
    }
    Checked {
        findings: checker.findings,
        fixes: checker.fixes,
        version: checker.version,
    }
}

impl<'d> Checker<'d> {
    fn shape(&mut self, spot: &Spot<'d>, shape: &'static Shape) {
        match shape {
            Shape::Any => {}
            Shape::String => self.string(spot),
            Shape::Bool => self.bool(spot),
            Shape::Number => {
                if spot.node.as_number().is_none() {
                    self.not_a_number(spot, "a number");
                }
            }
            Shape::Count => {
                if !spot.node.as_number().is_some_and(serde_json::Number::is_u64) {
                    self.not_a_number(spot, "a whole number that is not negative");
                }
            }
            Shape::OneOf(choices) => self.one_of(spot, choices),
            Shape::List(of) => self.list(spot, of),
            Shape::Map(keys, of) => self.map(spot, keys, of, shape),
            Shape::Object(object) => self.object(spot, object),
            Shape::Referable(object) => self.referable(spot, object, shape),
            Shape::SchemaOrBool => match spot.node.value() {
                Value::Bool(_) => {}
                Value::Object(_) => self.referable(spot, &SCHEMA, &SCHEMA_REFERENCE),
                Value::String(text) if matches!(text.as_str(), "true" | "false") => {
                    let value = Value::Bool(text == "true");
                    self.wrong(spot, "`true`, `false` or a schema", Decision::ReadAs(value), || {
                        format!("write `{}: {text}`", spot.name)
                    });
                }
                _ => self.wrong(spot, "`true`, `false` or a schema", Decision::LeftOut, || {
                    format!("write `{}: {{ type: string }}`", spot.name)
                }),
            },
            Shape::SchemaName => {
                self.string(spot);
                reference::check_mapping(self, spot);
            }
            Shape::Type => rules::schema_type::check(self, spot),
            Shape::Exclusive => rules::exclusive::check(self, spot),
        }
    }

    fn referable(&mut self, spot: &Spot<'d>, object: &'static Object, shape: &'static Shape) {
        if spot.node.get("$ref").is_none() {
            return self.object(spot, object);
        }
        reference::check(self, spot, object, shape);
        // Siblings of `$ref` have an effect in 3.1, and in a path item in all versions.
        if object.kind == Kind::PathItem || object.kind == Kind::Schema && self.version == Version::V31 {
            self.object(spot, object);
        }
    }

    fn string(&mut self, spot: &Spot<'d>) {
        if spot.node.as_str().is_some() {
            return;
        }
        let name = spot.name;
        let raw = self.document.raw(spot.node);
        let scalar = matches!(spot.node.value(), Value::Bool(_) | Value::Number(_));
        let decision = match scalar {
            true => Decision::ReadAs(Value::String(raw.to_owned())),
            false => Decision::LeftOut,
        };
        self.wrong(spot, "a string", decision, || match spot.entry {
            Some(_) if scalar => format!("put it in quotes: `{name}: \"{raw}\"`"),
            None if scalar => format!("put it in quotes: `\"{raw}\"`"),
            _ => "write text".to_owned(),
        });
    }

    fn bool(&mut self, spot: &Spot<'d>) {
        if spot.node.as_bool().is_some() {
            return;
        }
        let name = spot.name;
        let text = spot.node.as_str().unwrap_or_default().to_ascii_lowercase();
        let meant = match text.as_str() {
            "true" | "yes" | "on" | "y" => Some(true),
            "false" | "no" | "off" | "n" => Some(false),
            _ => None,
        };
        let decision = meant.map_or(Decision::LeftOut, |meant| Decision::ReadAs(Value::Bool(meant)));
        self.wrong(spot, "`true` or `false`", decision, || match meant {
            Some(meant) => format!("write `{name}: {meant}`"),
            None => format!("write `{name}: true` or `{name}: false`"),
        });
    }

    fn not_a_number(&mut self, spot: &Spot<'d>, expected: &str) {
        let name = spot.name;
        let text = spot.node.as_str();
        let number = match text {
            Some(text) => number::parse(text.trim()).ok().flatten(),
            None => spot.node.as_number().cloned(),
        };
        // `1.0` is a whole number.
        let number = number.filter(|_| expected == "a number" || text.is_some()).or_else(|| {
            let number = spot.node.as_number()?.as_f64()?;
            let whole = number.fract() == 0.0 && (0.0..9e15).contains(&number);
            whole.then(|| (number as u64).into())
        });
        let number = number.filter(|number| expected == "a number" || number.is_u64());
        let decision = match &number {
            Some(number) => Decision::ReadAs(Value::Number(number.clone())),
            None => Decision::LeftOut,
        };
        self.wrong(spot, expected, decision, || match number {
            Some(number) => format!("write it without quotes: `{name}: {number}`"),
            None => format!("write a number, as in `{name}: 1`"),
        });
    }

    fn list(&mut self, spot: &Spot<'d>, of: &'static Shape) {
        if spot.node.as_array().is_none() {
            let name = spot.name;
            let raw = self.document.raw(spot.node);
            let scalar = matches!(spot.node.value(), Value::String(_) | Value::Number(_) | Value::Bool(_));
            // A single value where a list of such values is required is read as a list with one item.
            let one = match of {
                Shape::Any | Shape::String => spot.node.as_str().is_some() || scalar && matches!(of, Shape::Any),
                _ => {
                    spot.node.as_object().is_some()
                        && ["security", "servers", "tags", "allOf", "oneOf", "anyOf"].contains(&name)
                }
            };
            let decision = match one {
                true => Decision::Listed,
                false => Self::vital(name),
            };
            if one {
                self.shape(&spot.item(spot.node), of);
            }
            return self.wrong(spot, "a list", decision, || {
                if scalar && !raw.contains('\n') && raw.len() < 80 {
                    format!("write `{name}: [{raw}]`")
                } else {
                    format!("write `{name}:` and below it the items, each with `- ` before it")
                }
            });
        }
        for item in spot.items() {
            self.shape(&item, of);
        }
    }

    /// How a value that must be a list or an object, but is not, is read. Without some fields, requests would
    /// be wrong.
    fn vital(name: &str) -> Decision {
        match name {
            "paths" | "parameters" | "requestBody" => Decision::Refused,
            _ => Decision::LeftOut,
        }
    }

    fn map(&mut self, spot: &Spot<'d>, keys: &Keys, of: &'static Shape, shape: &'static Shape) {
        if spot.node.as_object().is_none() {
            let name = spot.name;
            // PHP writes an empty object as an empty list.
            let empty = spot.node.as_array().is_some_and(<[Node]>::is_empty);
            let decision = match empty {
                true => Decision::ReadAs(Value::Object(node::Object::default())),
                false => Self::vital(name),
            };
            return self.wrong(spot, "an object", decision, || {
                format!("write `{name}:` and below it `key: value` lines")
            });
        }
        if walk::is_callback(shape) && spot.node.get("$ref").is_some() {
            return reference::check_callback(self, spot, shape);
        }
        for member in spot.members() {
            if !keys.contains(member.name) {
                if matches!(keys, Keys::Expressions) {
                    self.fixes.leave_out(member.node);
                }
                continue;
            }
            match keys {
                Keys::Names | Keys::Expressions => {}
                Keys::Components => rules::component_name::check(self, &member),
                Keys::Paths => rules::path::check(self, &member),
                Keys::Statuses => rules::status::check(self, &member),
            }
            self.shape(&member, of);
        }
        if matches!(keys, Keys::Statuses) {
            rules::status::check_all(self, spot);
        }
    }

    fn object(&mut self, spot: &Spot<'d>, object: &'static Object) {
        if spot.node.as_object().is_none() {
            return self.not_an_object(spot, object);
        }
        self.checked.insert((address(spot.node), object.name));
        for member in spot.members() {
            match object.field(member.name, Some(self.version)) {
                Some(field) => self.shape(&member, &field.shape),
                None if member.name.starts_with("x-") => {}
                // Keywords of a schema in a parameter, as in OpenAPI 2.
                None if rules::parameter::is_openapi_2_field(spot, object, member.name) => {}
                None => self.unknown(&member, object),
            }
        }
        if spot.node.get("$ref").is_some() && !matches!(object.kind, Kind::Other | Kind::Document) {
            // The required fields are in the target of the reference.
            return;
        }
        for field in object.fields {
            self.missing(spot, object, field);
        }
        rules::check(self, spot, object.kind);
    }

    fn missing(&mut self, spot: &Spot<'d>, object: &'static Object, field: &'static Field) {
        let existing = spot.node.get(field.name);
        if existing.is_some_and(|value| !self.fixes.is_left_out(value)) {
            return;
        }
        let Some(example) = field.missing.example() else { return };
        let finding = self
            .warning(spot, "field-missing", format!("{} needs `{}`", object.name, field.name))
            .help(format!("add `{example}`"));
        match field.missing {
            Missing::Allowed => {}
            Missing::Error(_) => self.decide(spot, Decision::Refused, finding),
            Missing::LeftOut(_) => self.decide(spot, Decision::LeftOut, finding),
            Missing::ReadAs(_) | Missing::ReadAsIn30(_) => {
                let value = match field.shape {
                    Shape::String => Value::String(String::new()),
                    _ => Value::Object(node::Object::default()),
                };
                let value = Node::new(spot.node.span(), value);
                self.fixes.add(spot.node, field.name, value);
                let needed = self.version == Version::V30 || matches!(field.missing, Missing::ReadAs(..));
                // A value that is left out was already reported.
                if needed && existing.is_none() {
                    self.push(finding);
                }
            }
        }
    }

    /// Reports a value that must be an object, but is not.
    fn not_an_object(&mut self, spot: &Spot<'d>, object: &'static Object) {
        let empty = || Value::Object(node::Object::default());
        let null = *spot.node.value() == Value::Null;
        let decision = match object.kind {
            Kind::Schema => match spot.node.value() {
                Value::Bool(_) if self.version == Version::V31 => return,
                // A schema of 3.1, which lowering converts.
                Value::Bool(_) => Decision::Kept,
                Value::Null if spot.entry.is_none() => Decision::LeftOut,
                Value::String(text) if rules::schema_type::TYPES.contains(&text.as_str()) => {
                    let kind = ("type", Value::String(text.clone()));
                    Decision::ReadAs(fix::object(spot.node, vec![kind]).value().clone())
                }
                _ => Decision::ReadAs(empty()),
            },
            Kind::MediaType | Kind::Encoding | Kind::Response => Decision::ReadAs(empty()),
            Kind::PathItem | Kind::Operation | Kind::Parameter | Kind::RequestBody | Kind::Document if !null => {
                Decision::Refused
            }
            _ => Decision::LeftOut,
        };
        // PHP writes an empty object as an empty list.
        let decision = match spot.node.as_array() {
            Some([]) => Decision::ReadAs(empty()),
            _ => decision,
        };
        let expected = match object.name.strip_prefix('`') {
            Some(_) => "an object".to_owned(),
            None => format!("{}, which is an object", object.name),
        };
        self.wrong(spot, &expected, decision, || {
            let needed = object.fields.iter().filter_map(|field| field.missing.example());
            let mut needed: Vec<&str> = needed.collect();
            if object.kind == Kind::Schema {
                needed.push("type: string");
            }
            if needed.is_empty() {
                "write its fields below the key, indented".to_owned()
            } else {
                format!("write its fields, as in `{{ {} }}`", needed.join(", "))
            }
        });
    }

    fn unknown(&mut self, member: &Spot<'d>, object: &'static Object) {
        let name = member.name;
        if name == "$ref" && object.kind != Kind::Document {
            if object.component.is_empty() {
                reference::check_inlined(self, member, object);
            }
            return;
        }
        let foreign = object.foreign.iter().find(|(field, _)| *field == name);
        let message = format!("`{}` is not a field of {}, and is ignored", short(name), object.name);
        let finding = self.key_warning(member, "field-unknown", message);
        let fields = object.fields.iter().map(|field| field.name);
        let finding = match (foreign, self.similar(name, fields)) {
            (Some((_, help)), _) => finding.help(*help),
            (None, Some(meant)) => finding.help(format!("did you mean `{meant}`?")),
            (None, None) => finding.help("remove it, or begin its name with `x-` if it is an extension"),
        };
        self.push(finding);
    }
}

static SCHEMA_REFERENCE: Shape = Shape::Referable(&SCHEMA);
