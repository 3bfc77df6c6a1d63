//! The operations of a document, with their parameters, bodies and responses.

use hyper::Method;
use ittybit_spec::{Diagnostic, Diagnostics, Document, METHODS, Severity};
use serde_json::Value;

use crate::schema::{Direction, Schemas, below};

pub(crate) struct Contract {
    pub(crate) operations: Vec<Operation>,
    pub(crate) schemas: Schemas,
    /// The paths of the document's servers, such as `/v1`, under which the operations are as well.
    pub(crate) bases: Vec<String>,
    schemes: Vec<(String, Scheme)>,
}

pub(crate) struct Operation {
    pub(crate) method: Method,
    /// The template, such as `/tasks/{id}`.
    pub(crate) path: String,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) body: Option<RequestBody>,
    pub(crate) responses: Vec<Response>,
    /// The alternatives, each with the schemes that it needs together; nothing where everyone may call.
    pub(crate) security: Vec<Vec<Scheme>>,
    /// The extension `x-cursor-pagination`.
    pub(crate) cursors: Option<Cursors>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Location {
    Path,
    Query,
    Header,
    Cookie,
}

pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) location: Location,
    pub(crate) required: bool,
    pub(crate) style: Style,
    pub(crate) explode: bool,
    /// The pointer of its schema; none where anything goes.
    pub(crate) schema: Option<String>,
    /// Whether its value is written as JSON.
    pub(crate) json: bool,
    /// The extension `x-filter`: the property that it compares with.
    pub(crate) filter: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// `simple` and `form`: values with commas between.
    Commas,
    Spaces,
    Pipes,
    /// `name[property]`.
    Deep,
    /// `label` and `matrix`, which begin with a mark: they are taken as text.
    Marked,
}

pub(crate) struct RequestBody {
    pub(crate) required: bool,
    pub(crate) media: Vec<Media>,
}

pub(crate) struct Media {
    /// In lower case and without parameters, such as `application/json`.
    pub(crate) name: String,
    pub(crate) schema: Option<String>,
    pub(crate) examples: Vec<(String, Value)>,
}

pub(crate) struct Response {
    /// `200`, `4XX` or `default`, as in the document.
    pub(crate) status: String,
    pub(crate) media: Vec<Media>,
    pub(crate) headers: Vec<Header>,
}

pub(crate) struct Header {
    pub(crate) name: String,
    pub(crate) required: bool,
    pub(crate) schema: Option<String>,
    pub(crate) example: Option<Value>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// `Authorization: Bearer …`, for OAuth and OpenID Connect too.
    Bearer,
    Basic,
    Key(Location, String),
}

/// The names that `x-cursor-pagination` gives.
#[derive(Clone)]
pub(crate) struct Cursors {
    pub(crate) forward: String,
    pub(crate) backward: Option<String>,
    pub(crate) cursor: String,
    pub(crate) has_more: Option<String>,
    pub(crate) limit: Option<String>,
    pub(crate) applied_limit: Option<String>,
}

impl Contract {
    /// # Errors
    /// What is wrong with the document.
    pub(crate) fn new(document: &Document) -> Result<Self, Diagnostics> {
        let lowered = document.lowered()?;
        // The schemas of 3.1 say more than those of 3.0 can. They are used as they are written, where that is in
        // one file and without a mistake.
        let version = document.get("/openapi").and_then(|version| version.as_str());
        let is_sound = |finding: &Diagnostic| finding.severity() == Severity::Note;
        let as_written = version.is_some_and(|version| version.starts_with("3.1"))
            && document.files().count() <= 1
            && lowered.findings.iter().all(is_sound);
        let document = if as_written { document } else { &lowered.document };
        let json = document.root().to_json();
        let schemas = Schemas::new(&json).map_err(|reason| document.error("", reason))?;
        let reader = Reader {
            document,
            json: &json,
            schemas: &schemas,
        };
        let schemes = reader.schemes();
        let operations = reader.operations(&schemes);
        let bases = reader.bases();
        Ok(Self {
            operations,
            schemas,
            bases,
            schemes,
        })
    }

    /// The names of headers and query parameters that are keys, so that their values are redacted.
    pub(crate) fn key_names(&self) -> impl Iterator<Item = &str> {
        self.schemes.iter().filter_map(|(_, scheme)| match scheme {
            Scheme::Key(Location::Cookie, _) => Some("cookie"),
            Scheme::Key(_, name) => Some(name.as_str()),
            Scheme::Bearer | Scheme::Basic => None,
        })
    }
}

impl Operation {
    /// The documented response for a status: of its own, of its class, or the default.
    pub(crate) fn response(&self, status: u16) -> Option<&Response> {
        let exact = status.to_string();
        let class = format!("{}xx", status / 100);
        let find = |wanted: &str| {
            let mut responses = self.responses.iter();
            responses.find(|response| response.status.eq_ignore_ascii_case(wanted))
        };
        find(&exact).or_else(|| find(&class)).or_else(|| find("default"))
    }

    /// Whether the document has exactly this status.
    pub(crate) fn names(&self, status: u16) -> bool {
        let status = status.to_string();
        self.responses.iter().any(|response| response.status == status)
    }

    /// The status of a success: the first that the document has.
    pub(crate) fn success(&self) -> u16 {
        let statuses = self.responses.iter().map(|response| response.status.as_str());
        let mut exact: Vec<u16> = statuses.clone().filter_map(|status| status.parse().ok()).collect();
        exact.sort_unstable();
        let first_of = |class: u16| exact.iter().copied().find(|status| status / 100 == class);
        first_of(2)
            .or_else(|| {
                statuses
                    .clone()
                    .any(|status| status == "2XX" || status == "default")
                    .then_some(200)
            })
            .or_else(|| first_of(3))
            .or_else(|| exact.first().copied())
            .unwrap_or(200)
    }
}

impl Response {
    /// The JSON of the body, where it has such a form.
    pub(crate) fn json(&self) -> Option<&Media> {
        self.media.iter().find(|media| media.is_json())
    }
}

impl Media {
    pub(crate) fn is_json(&self) -> bool {
        is_json(&self.name)
    }
}

/// Whether a media type in lower case is JSON, or takes anything, which JSON is too.
pub(crate) fn is_json(name: &str) -> bool {
    name.ends_with("/json") || name.ends_with("+json") || name == "*/*" || name == "application/*"
}

/// The document as it is read.
struct Reader<'d> {
    document: &'d Document,
    json: &'d Value,
    schemas: &'d Schemas,
}

impl<'d> Reader<'d> {
    /// The place that a pointer leads to, with references followed. For a schema there is `schema`.
    fn at(&self, pointer: &str) -> Option<(String, &'d Value)> {
        self.schemas.resolve_object(pointer)
    }

    fn operations(&self, schemes: &[(String, Scheme)]) -> Vec<Operation> {
        let mut operations = Vec::new();
        for path in members(&self.json["paths"]) {
            let Some((place, item)) = self.at(&below("/paths", [path])) else {
                continue;
            };
            for name in METHODS {
                let method = Method::try_from(name.to_uppercase().as_str());
                if let (Some(operation), Ok(method)) = (item.get(name), method) {
                    let place = Place {
                        item: &place,
                        operation: below(&place, [name]),
                    };
                    operations.push(self.operation(path, method, operation, &place, schemes));
                }
            }
        }
        operations
    }

    fn operation(
        &self,
        path: &str,
        method: Method,
        operation: &Value,
        place: &Place<'_>,
        schemes: &[(String, Scheme)],
    ) -> Operation {
        // Those of the operation replace those of the path.
        let mut parameters: Vec<Parameter> = Vec::new();
        for base in [place.operation.as_str(), place.item] {
            for parameter in self.list(&below(base, ["parameters"])) {
                let Some(parameter) = self.parameter(&parameter) else {
                    continue;
                };
                let known = |other: &Parameter| other.name == parameter.name && other.location == parameter.location;
                if !parameters.iter().any(known) {
                    parameters.push(parameter);
                }
            }
        }
        let security = match operation.get("security").or_else(|| self.json.get("security")) {
            Some(Value::Array(alternatives)) => alternatives
                .iter()
                .map(|alternative| {
                    let names = members(alternative);
                    let scheme = |wanted: &str| schemes.iter().find(|(name, _)| name == wanted);
                    names.filter_map(scheme).map(|(_, scheme)| scheme.clone()).collect()
                })
                .collect(),
            _ => Vec::new(),
        };
        Operation {
            method,
            path: path.to_owned(),
            parameters,
            body: self.body(&below(&place.operation, ["requestBody"])),
            responses: self.responses(&below(&place.operation, ["responses"])),
            security,
            cursors: cursors(&operation["x-cursor-pagination"]),
        }
    }

    /// The names of an object's members, in the order of the document.
    fn names(&self, pointer: &str) -> impl Iterator<Item = &'d str> {
        let members = self.document.get(pointer).and_then(|node| node.as_object());
        members.unwrap_or_default().iter().map(|member| member.key())
    }

    /// The pointers of a list's items.
    fn list(&self, pointer: &str) -> Vec<String> {
        let count = self.json.pointer(pointer).and_then(Value::as_array).map_or(0, Vec::len);
        (0..count)
            .map(|place| below(pointer, [place.to_string().as_str()]))
            .collect()
    }

    fn parameter(&self, pointer: &str) -> Option<Parameter> {
        let (place, parameter) = self.at(pointer)?;
        let location = match parameter["in"].as_str()? {
            "path" => Location::Path,
            "query" => Location::Query,
            "header" => Location::Header,
            _ => Location::Cookie,
        };
        let name = parameter["name"].as_str()?;
        // By the specification, a parameter of these names is ignored.
        let ignored = ["accept", "content-type", "authorization"];
        if location == Location::Header && ignored.contains(&name.to_ascii_lowercase().as_str()) {
            return None;
        }
        let style = match parameter["style"].as_str() {
            Some("spaceDelimited") => Style::Spaces,
            Some("pipeDelimited") => Style::Pipes,
            Some("deepObject") => Style::Deep,
            Some("label" | "matrix") => Style::Marked,
            _ => Style::Commas,
        };
        let form = matches!(location, Location::Query | Location::Cookie) && style == Style::Commas;
        let content = members(&parameter["content"]).next();
        let schema = match content {
            Some(media) => below(&place, ["content", media, "schema"]),
            None => below(&place, ["schema"]),
        };
        Some(Parameter {
            name: name.to_owned(),
            location,
            required: parameter["required"] == true || location == Location::Path,
            style,
            explode: parameter["explode"].as_bool().unwrap_or(form),
            schema: self.schema(&schema),
            json: content.is_some_and(is_json),
            filter: parameter["x-filter"].as_str().map(str::to_owned),
        })
    }

    /// The pointer of a schema, if there is one.
    fn schema(&self, pointer: &str) -> Option<String> {
        Some(self.schemas.resolve(Direction::Request, pointer)?.0)
    }

    fn body(&self, pointer: &str) -> Option<RequestBody> {
        let (place, body) = self.at(pointer)?;
        Some(RequestBody {
            required: body["required"] == true,
            media: self.media(&below(&place, ["content"])),
        })
    }

    fn media(&self, pointer: &str) -> Vec<Media> {
        let content = self.json.pointer(pointer).unwrap_or(&Value::Null);
        self.names(pointer)
            .map(|name| {
                let place = below(pointer, [name]);
                let essence = name.split(';').next().unwrap_or_default();
                Media {
                    name: essence.trim().to_ascii_lowercase(),
                    schema: self.schema(&below(&place, ["schema"])),
                    examples: self.examples(&place, &content[name]),
                }
            })
            .collect()
    }

    /// The examples beside a schema.
    fn examples(&self, place: &str, holder: &Value) -> Vec<(String, Value)> {
        if let Some(example) = holder.get("example") {
            return vec![("example".to_owned(), example.clone())];
        }
        self.names(&below(place, ["examples"]))
            .filter_map(|name| {
                let (_, example) = self.at(&below(place, ["examples", name]))?;
                Some((name.to_owned(), example.get("value")?.clone()))
            })
            .collect()
    }

    fn responses(&self, pointer: &str) -> Vec<Response> {
        members(self.json.pointer(pointer).unwrap_or(&Value::Null))
            .filter(|status| !status.starts_with("x-"))
            .filter_map(|status| {
                let (place, response) = self.at(&below(pointer, [status]))?;
                let headers = members(&response["headers"]).filter_map(|name| {
                    let (place, header) = self.at(&below(&place, ["headers", name]))?;
                    let mut examples = self.examples(&place, header);
                    examples.truncate(1);
                    Some(Header {
                        name: name.to_owned(),
                        required: header["required"] == true,
                        schema: self.schema(&below(&place, ["schema"])),
                        example: examples.pop().map(|(_, example)| example),
                    })
                });
                Some(Response {
                    status: status.to_owned(),
                    media: self.media(&below(&place, ["content"])),
                    headers: headers.collect(),
                })
            })
            .collect()
    }

    fn schemes(&self) -> Vec<(String, Scheme)> {
        let base = "/components/securitySchemes";
        members(self.json.pointer(base).unwrap_or(&Value::Null))
            .filter_map(|name| {
                let (_, scheme) = self.at(&below(base, [name]))?;
                let text = |member: &str| scheme[member].as_str().unwrap_or_default();
                let scheme = match text("type") {
                    "apiKey" => {
                        let location = match text("in") {
                            "query" => Location::Query,
                            "cookie" => Location::Cookie,
                            _ => Location::Header,
                        };
                        Scheme::Key(location, text("name").to_owned())
                    }
                    "http" if text("scheme").eq_ignore_ascii_case("basic") => Scheme::Basic,
                    _ => Scheme::Bearer,
                };
                Some((name.to_owned(), scheme))
            })
            .collect()
    }

    /// The paths of the servers, with variables at their defaults.
    fn bases(&self) -> Vec<String> {
        let servers = self.json["servers"].as_array().map(Vec::as_slice).unwrap_or_default();
        servers
            .iter()
            .filter_map(|server| {
                let mut url = server["url"].as_str()?.to_owned();
                for name in members(&server["variables"]) {
                    let default = server["variables"][name]["default"].as_str().unwrap_or_default();
                    url = url.replace(&format!("{{{name}}}"), default);
                }
                let path = match url.split_once("://") {
                    Some((_, rest)) => &rest[rest.find('/')?..],
                    None => &url,
                };
                let path = path.trim_end_matches('/');
                (path.starts_with('/')).then(|| path.to_owned())
            })
            .collect()
    }
}

/// Where an operation is.
struct Place<'p> {
    item: &'p str,
    operation: String,
}

/// The names of an object's members; none for any other value.
fn members(value: &Value) -> impl Iterator<Item = &str> {
    let object = value.as_object();
    object.into_iter().flat_map(|object| object.keys()).map(String::as_str)
}

fn cursors(extension: &Value) -> Option<Cursors> {
    let text = |name: &str| extension.get(name).and_then(Value::as_str).map(str::to_owned);
    Some(Cursors {
        forward: text("forward")?,
        backward: text("backward"),
        cursor: text("cursor")?,
        has_more: text("has-more"),
        limit: text("limit"),
        applied_limit: text("applied-limit"),
    })
}
