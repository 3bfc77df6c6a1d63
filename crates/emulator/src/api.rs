//! Responds to requests: routing, the checks, and what each operation does.

use std::sync::{Arc, Mutex};

use hyper::header::{ACCEPT, ALLOW, CONTENT_TYPE, HeaderValue, LOCATION, RETRY_AFTER};
use hyper::http::request::Parts;
use hyper::{Method, StatusCode};
use serde_json::Value;

use crate::body::{self, Sent};
use crate::collection::{Collection, Content, ListName, Page};
use crate::contract::{Contract, Operation};
use crate::error_body;
use crate::fault::{Damage, Fault};
use crate::page::{self, Shown};
use crate::parameter::{self, QueryValues};
use crate::percent;
use crate::prefer::{self, PREFERENCE_APPLIED};
use crate::problem::Problem;
use crate::recipe::{FromSchema, Recipe, texts};
use crate::render;
use crate::reply::Reply;
use crate::resource::{self, Resource, Role};
use crate::route::{PathValues, Template, segments};
use crate::schema::{Direction, below};
use crate::security;
use crate::state::State;
use crate::tasks::{self, Tasks};
use crate::value::{self, Extent, Shape};
use crate::wording::{excerpt, one_of, shown};

/// What the data is generated from.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    /// The tasks, where the document is the project's own.
    pub(crate) tasks: Option<tasks::Setting>,
    /// How many items every other list has at the start.
    pub(crate) items: usize,
    pub(crate) seed: u64,
    /// When the emulator started, in Unix seconds.
    pub(crate) now: i64,
    pub(crate) live: bool,
}

/// What responses are made from.
pub(crate) struct Api {
    pub(crate) base_url: String,
    pub(crate) api_key: String,
    pub(crate) contract: Arc<Contract>,
    pub(crate) resources: Vec<Arc<Resource>>,
    roles: Vec<Role>,
    routes: Vec<Route>,
    setting: Setting,
    pub(crate) state: Mutex<State>,
}

/// A path, and the operations on it.
struct Route {
    template: Template,
    path: String,
    operations: Vec<usize>,
}

/// Where a request goes.
struct Found<'a> {
    route: &'a Route,
    values: PathValues,
}

/// A request with its operation and its parsed arguments.
struct Call<'a> {
    operation: &'a Operation,
    role: Role,
    path_values: &'a PathValues,
    /// The path as it was sent.
    path: &'a str,
    pairs: &'a [(String, String)],
    query: QueryValues,
    sent: Sent,
    accept: &'a str,
    example: Option<String>,
    now: i64,
}

impl Api {
    pub(crate) fn new(base_url: String, api_key: String, contract: Arc<Contract>, setting: Setting) -> Self {
        let mut resources = resource::find(&contract);
        // Without a value for the schema there are no items to begin with.
        resources.retain(|resource| {
            let made = || value::make(&contract.schemas, &resource.schema, Extent::Required, setting.seed, 0);
            setting.items == 0 || made().is_ok()
        });
        if setting.tasks.is_some() {
            resources
                .iter_mut()
                .filter(|resource| resource.path == tasks::PATH)
                .for_each(tasks::adapt);
        }
        let mut routes: Vec<Route> = Vec::new();
        for (place, operation) in contract.operations.iter().enumerate() {
            match routes.iter_mut().find(|route| route.path == operation.path) {
                Some(route) => route.operations.push(place),
                None => routes.push(Route {
                    template: Template::new(&operation.path),
                    path: operation.path.clone(),
                    operations: vec![place],
                }),
            }
        }
        routes.sort_by_key(|route| route.template.rank());
        let api = Self {
            base_url,
            api_key,
            roles: resource::roles(&contract, &resources),
            contract,
            resources: resources.into_iter().map(Arc::new).collect(),
            routes,
            setting,
            state: Mutex::default(),
        };
        api.reset(api.setting.now);
        api
    }

    /// Resets all data to the start. Live items continue from `now`, in Unix seconds.
    pub(crate) fn reset(&self, now: i64) {
        let mut state = State::default();
        for (place, resource) in self.resources.iter().enumerate() {
            if resource.parents.is_empty() {
                let name = (place, Vec::new());
                state.list(&name, now, || self.collection(&name, now));
            }
        }
        *State::lock(&self.state) = state;
    }

    /// The response to a request without a fault, at a time in Unix seconds.
    pub(crate) fn respond(&self, request: &Parts, body: &[u8], now: i64) -> Reply {
        let found = self.route(request);
        let operation = found
            .as_ref()
            .and_then(|found| self.operation(found.route, &request.method));
        let outcome = match (&found, operation) {
            (None, _) => Err(self.no_such_path(request.uri.path())),
            (Some(found), None) => match request.method {
                Method::OPTIONS => Ok(self.options(found.route)),
                _ => Err(self.method_not_allowed(found.route, &request.method)),
            },
            (Some(found), Some(place)) => self.called(request, body, found, place, now),
        };
        let operation = operation.or_else(|| found.as_ref()?.route.operations.first().copied());
        let operation = operation.map(|place| &self.contract.operations[place]);
        outcome.unwrap_or_else(|problem| error_body::reply(&self.contract, operation, &problem))
    }

    /// Whether there are tasks of the project's own document.
    pub(crate) fn has_tasks(&self) -> bool {
        self.setting.tasks.is_some()
    }

    /// The list at a path, with the values of its parameters.
    pub(crate) fn list_at(&self, path: &str) -> Option<ListName> {
        let segments = segments(path)?;
        self.resources.iter().enumerate().find_map(|(place, resource)| {
            let values = Template::new(&resource.path).read(&segments)?;
            Some((place, values.into_iter().map(|(_, value)| value).collect()))
        })
    }

    /// The response to a request that could not be read.
    pub(crate) fn refuse(&self, problem: &Problem) -> Reply {
        error_body::reply(&self.contract, None, problem)
    }

    /// Applies a fault to a response. Faults of the connection are applied later.
    pub(crate) fn apply_fault(&self, reply: &mut Reply, request: &Parts, fault: &Fault) {
        if let Some(status) = fault.status {
            *reply = match status.as_u16() {
                400.. => self.of_status(request, status),
                _ => Reply {
                    status,
                    ..Reply::default()
                },
            };
        }
        if let Some(body) = &fault.body {
            reply.body.clone_from(body);
            reply.headers.remove(CONTENT_TYPE);
        }
        reply.headers.extend(fault.headers.clone());
        match fault.damage {
            Some(Damage::BreakJson) => reply.break_json(),
            Some(Damage::UnknownValue) => reply.put_unknown_value(),
            Some(Damage::Truncate | Damage::Drop) | None => {}
        }
    }

    /// An error whose only reason is its status.
    fn of_status(&self, request: &Parts, status: StatusCode) -> Reply {
        let found = self.route(request);
        let place = found
            .as_ref()
            .and_then(|found| self.operation(found.route, &request.method));
        let operation = place.map(|place| &self.contract.operations[place]);
        let noun = place.and_then(|place| Some(self.resources[self.roles[place].resource()?].noun.as_str()));
        let mut reply = error_body::of_status(&self.contract, operation, noun, status);
        if status == StatusCode::UNAUTHORIZED
            && let Some(challenge) = operation.and_then(security::challenge)
        {
            reply.set(hyper::header::WWW_AUTHENTICATE, challenge);
        }
        reply
    }

    fn route(&self, request: &Parts) -> Option<Found<'_>> {
        let path = request.uri.path();
        let find = |path: &str| {
            let segments = segments(path)?;
            let mut fallback = None;
            for route in &self.routes {
                let Some(values) = route.template.read(&segments) else {
                    continue;
                };
                let found = Found { route, values };
                if self.operation(route, &request.method).is_some() {
                    return Some(found);
                }
                fallback = fallback.or(Some(found));
            }
            fallback
        };
        find(path).or_else(|| {
            let mut below = self
                .contract
                .bases
                .iter()
                .filter_map(|base| path.strip_prefix(base.as_str()));
            below.find_map(|path| if path.starts_with('/') { find(path) } else { None })
        })
    }

    /// The operation for a method; `HEAD` is `GET` without the body.
    fn operation(&self, route: &Route, method: &Method) -> Option<usize> {
        let of = |wanted: &Method| {
            let mut operations = route.operations.iter().copied();
            operations.find(|place| self.contract.operations[*place].method == *wanted)
        };
        of(method).or_else(|| {
            if *method == Method::HEAD {
                of(&Method::GET)
            } else {
                None
            }
        })
    }

    fn no_such_path(&self, path: &str) -> Problem {
        const SHOWN: usize = 3;
        let mut paths: Vec<_> = self.routes.iter().map(|route| route.path.as_str()).collect();
        paths.sort_unstable();
        let more = if paths.len() > SHOWN {
            ", or another path of the document"
        } else {
            ""
        };
        let advice = match paths.is_empty() {
            true => "The document has no paths.".to_owned(),
            false => format!("Use {}{more}.", one_of(paths.into_iter().take(SHOWN))),
        };
        let message = format!("No such path: `{}`. {advice}", excerpt(path));
        Problem::new(&[404], "not_found", message)
    }

    /// The methods of a path, as in the header `Allow`.
    fn allowed(&self, route: &Route) -> String {
        let mut methods = Vec::new();
        for place in &route.operations {
            let method = &self.contract.operations[*place].method;
            methods.push(method.as_str());
            if *method == Method::GET {
                methods.push("HEAD");
            }
        }
        methods.push("OPTIONS");
        let mut seen = Vec::new();
        methods.retain(|method| {
            let new = !seen.contains(method);
            seen.push(method);
            new
        });
        methods.join(", ")
    }

    fn options(&self, route: &Route) -> Reply {
        let mut reply = Reply {
            status: StatusCode::NO_CONTENT,
            ..Reply::default()
        };
        reply.set(ALLOW, &self.allowed(route));
        reply
    }

    fn method_not_allowed(&self, route: &Route, method: &Method) -> Problem {
        let operations = route.operations.iter();
        let methods = operations.map(|place| self.contract.operations[*place].method.as_str());
        let message = format!(
            "`{}` is not supported on this path. Use {}.",
            excerpt(method.as_str()),
            one_of(methods)
        );
        Problem::new(&[405], "method_not_allowed", message).with_header("allow", self.allowed(route))
    }

    fn called(
        &self,
        request: &Parts,
        body: &[u8],
        found: &Found<'_>,
        place: usize,
        now: i64,
    ) -> Result<Reply, Problem> {
        let operation = &self.contract.operations[place];
        let preferences = prefer::read(&request.headers, |code| operation.names(code))?;
        if let Some(code) = preferences.status {
            return self.preferred(request, operation, code, preferences.example.as_deref());
        }
        // A key may be among the parameters, so these are read first; their errors are reported later.
        let pairs = parameter::pairs(request.uri.query().unwrap_or_default());
        let known = pairs.as_deref().unwrap_or_default();
        security::check(operation, &request.headers, known, &self.api_key)?;
        let pairs = pairs?;
        let query = parameter::read(&self.contract, operation, &found.values, &pairs, &request.headers)?;
        let sent = body::read(&self.contract, operation, &request.headers, body)?;
        let repeated = match request.headers.get("idempotency-key") {
            Some(key) if operation.method == Method::POST => Some(format!(
                "{} {}",
                request.uri.path(),
                String::from_utf8_lossy(key.as_bytes())
            )),
            _ => None,
        };
        let earlier = repeated
            .as_ref()
            .and_then(|key| State::lock(&self.state).earlier_response(key, now));
        if let Some(earlier) = earlier
            && self.is_current(&earlier, now)
        {
            return Ok(earlier);
        }
        let accept = request.headers.get(ACCEPT).and_then(|accept| accept.to_str().ok());
        let call = Call {
            operation,
            role: self.roles[place],
            path_values: &found.values,
            path: request.uri.path(),
            pairs: &pairs,
            query,
            sent,
            accept: accept.unwrap_or_default(),
            example: preferences.example,
            now,
        };
        let mut reply = self.perform(call)?;
        render::headers(&self.contract, operation, &mut reply, self.setting.seed);
        if let Some(key) = repeated {
            State::lock(&self.state).keep_response(key, now, reply.clone());
        }
        Ok(reply)
    }

    /// Whether what the request created is still there, if it created something. A response that shows what was
    /// deleted since would send its reader to nothing.
    fn is_current(&self, earlier: &Reply, now: i64) -> bool {
        earlier
            .created
            .as_ref()
            .is_none_or(|(name, id)| self.with_list(name, now, |list| list.contains(id)))
    }

    fn preferred(
        &self,
        request: &Parts,
        operation: &Operation,
        code: u16,
        example: Option<&str>,
    ) -> Result<Reply, Problem> {
        let mut reply = match StatusCode::from_u16(code) {
            Ok(status) if code >= 400 => self.of_status(request, status),
            _ => render::documented(&self.contract, operation, code, example, "", self.setting.seed)?,
        };
        render::headers(&self.contract, operation, &mut reply, self.setting.seed);
        if code == 429 {
            reply.headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        reply.set(PREFERENCE_APPLIED, &format!("code={code}"));
        Ok(reply)
    }

    fn perform(&self, call: Call<'_>) -> Result<Reply, Problem> {
        match call.role {
            // An example that was chosen by name is taken from the document, and is not an item.
            _ if call.example.is_some() => self.stateless(&call),
            Role::List(place) => self.listed(&call, place),
            Role::Create(place) => self.created(&call, place),
            Role::Read(place) => {
                let item = self.item_of(&call, place)?;
                self.with_item(&call, place, &item)
            }
            Role::Replace(place) | Role::Update(place) => self.changed(&call, place),
            Role::Remove(place) => self.removed(&call, place),
            Role::Action(place) => {
                let item = self.item_of(&call, place)?;
                self.action(&call, place, &item)
            }
            Role::Stateless => self.stateless(&call),
        }
    }

    fn listed(&self, call: &Call<'_>, place: usize) -> Result<Reply, Problem> {
        let resource = &*self.resources[place];
        let listing = resource
            .list
            .as_ref()
            .ok_or_else(|| Problem::internal("there is no list"))?;
        let name = self.list_name(call, place)?;
        let response = call
            .operation
            .response(call.operation.success())
            .and_then(|response| response.json());
        let pointer = response.and_then(|media| media.schema.as_deref());
        let pointer = pointer.ok_or_else(|| Problem::internal("the list has no schema"))?;
        let (ask, page, total, recipe) = self.with_list(&name, call.now, |list| {
            let [fewest, most] = self.lengths(pointer, listing.envelope.as_deref());
            let ask = page::ask(resource, listing, &call.query, list, most)?;
            let page = ask.query.as_ref().map(|query| list.page(query)).unwrap_or_default();
            let length = page.items.len();
            if fewest.is_some_and(|fewest| length < fewest) || most.is_some_and(|most| length > most) {
                return Err(render::unfit(pointer));
            }
            let wanted = ask.query.as_ref().map(|query| query.wanted.as_slice());
            let total = listing.total.then(|| wanted.map_or(0, |wanted| list.count(wanted)));
            Ok((ask, page, total, list.recipe()))
        })?;
        // Items are written without the lock: that is most of the work.
        let url = format!("{}{}", self.base_url, call.path);
        let mut shown = Shown {
            listing,
            ask: &ask,
            page: &page,
            ends: [None, None],
            url: &url,
            pairs: call.pairs,
            total,
        };
        let status = StatusCode::from_u16(call.operation.success()).unwrap_or_default();
        let mut reply = match &listing.envelope {
            None if listing.schema == resource.schema => {
                shown.ends = ends(resource, &page, &*recipe);
                Reply::bytes(status, "application/json", array(&page, &*recipe))
            }
            envelope => {
                let mut items = Vec::with_capacity(page.items.len());
                for content in &page.items {
                    items.push(render::item(
                        &self.contract,
                        resource,
                        &listing.schema,
                        &item(content, &*recipe),
                    )?);
                }
                shown.ends = ends(resource, &page, &*recipe);
                let body = match envelope {
                    None => Value::Array(items),
                    Some(name) => {
                        let fields = shown.fields();
                        render::envelope(&self.contract, pointer, name, items, fields, self.setting.seed)?
                    }
                };
                Reply::json(status, &body)
            }
        };
        if let Some(media) = response {
            reply.set(CONTENT_TYPE, error_body::concrete(&media.name));
        }
        let headers = call
            .operation
            .response(call.operation.success())
            .map(|response| &response.headers);
        let documented = |wanted: &str| {
            let mut headers = headers.into_iter().flatten();
            headers.any(|header| header.name.eq_ignore_ascii_case(wanted))
        };
        shown.write_headers(documented, &mut reply);
        let names = |property| listing.envelope.as_deref().into_iter().chain(["0", property]);
        reply.open = resource.open.as_deref().map(|property| below("", names(property)));
        Ok(reply)
    }

    /// How many items the schema of a list allows at least, and at most.
    fn lengths(&self, pointer: &str, envelope: Option<&str>) -> [Option<usize>; 2] {
        let schemas = &self.contract.schemas;
        let place = match envelope {
            Some(name) => crate::id::property(schemas, pointer, name),
            None => Some(pointer.to_owned()),
        };
        let shape = place.map(|place| Shape::at(schemas, Direction::Response, &place));
        ["minItems", "maxItems"].map(|keyword| {
            let length = shape.as_ref()?.keywords.get(keyword)?.as_u64()?;
            usize::try_from(length).ok()
        })
    }

    fn created(&self, call: &Call<'_>, place: usize) -> Result<Reply, Problem> {
        let resource = &*self.resources[place];
        let name = self.list_name(call, place)?;
        let recipe = self.made_from_schema(&name);
        let item = self.with_list(&name, call.now, |list| {
            let body = call.sent.value.as_ref();
            let item = recipe.created(body, list.entries(), call.now, |id| list.contains(id))?;
            list.insert(item.clone(), call.now);
            Ok::<_, Problem>(item)
        })?;
        let id = texts(item.get(&resource.id)).concat();
        let mut path = format!("{}/", call.path);
        percent::encode(&id, &mut path);
        if let Some((media, data)) = &call.sent.file {
            State::lock(&self.state).keep_file(path.clone(), media.clone(), data.clone());
        }
        let mut reply = self.with_item(call, place, &item)?;
        let response = call.operation.response(reply.status.as_u16());
        let located = response.is_some_and(|response| {
            let mut headers = response.headers.iter();
            headers.any(|header| header.name.eq_ignore_ascii_case("location"))
        });
        if located {
            reply.set(LOCATION, &format!("{}{path}", self.base_url));
        }
        reply.created = Some((name, id));
        Ok(reply)
    }

    fn changed(&self, call: &Call<'_>, place: usize) -> Result<Reply, Problem> {
        let name = self.list_name(call, place)?;
        let recipe = self.made_from_schema(&name);
        let body = call.sent.value.as_ref();
        let item = self.with_list(&name, call.now, |list| {
            let (_, old) = self.found(call, place, list)?;
            if call.sent.file.is_none() && body.is_some_and(|body| !body.is_object()) {
                return Err(not_an_object(call));
            }
            let item = match call.role {
                Role::Replace(_) => {
                    let media = call.operation.body.as_ref().and_then(|body| body.media.first());
                    recipe.replaced(&old, body, media.and_then(|media| media.schema.as_deref()), call.now)
                }
                _ => recipe.changed(&old, body, call.now),
            };
            list.replace(item.clone(), call.now);
            Ok(item)
        })?;
        self.with_item(call, place, &item)
    }

    fn removed(&self, call: &Call<'_>, place: usize) -> Result<Reply, Problem> {
        let name = self.list_name(call, place)?;
        let item = self.with_list(&name, call.now, |list| {
            let (id, item) = self.found(call, place, list)?;
            list.remove(id);
            Ok::<_, Problem>(item)
        })?;
        State::lock(&self.state).remove_files(call.path);
        self.with_item(call, place, &item)
    }

    /// An action on an item that neither reads nor changes it.
    fn action(&self, call: &Call<'_>, place: usize, item: &Value) -> Result<Reply, Problem> {
        let response = call.operation.response(call.operation.success());
        let schema = response
            .and_then(|response| response.json())
            .and_then(|media| media.schema.as_deref());
        match schema == Some(self.resources[place].schema.as_str()) {
            true => {
                self.keep_upload(call);
                self.with_item(call, place, item)
            }
            false => self.stateless(call),
        }
    }

    /// The success of an operation with an item in it.
    fn with_item(&self, call: &Call<'_>, place: usize, item: &Value) -> Result<Reply, Problem> {
        let resource = &*self.resources[place];
        let status = call.operation.success();
        let code = StatusCode::from_u16(status).unwrap_or_default();
        let Some(media) = call.operation.response(status).and_then(|response| response.json()) else {
            return self.stateless(call);
        };
        let Some(pointer) = &media.schema else {
            return Ok(Reply::json(code, item));
        };
        let body = render::item(&self.contract, resource, pointer, item)?;
        let mut reply = Reply::bytes(code, error_body::concrete(&media.name), body.to_string().into_bytes());
        let envelope = render::envelope_of(&self.contract, resource, pointer);
        let names = |property| envelope.as_deref().into_iter().chain([property]);
        reply.open = resource.open.as_deref().map(|property| below("", names(property)));
        Ok(reply)
    }

    /// A response that has no item in it: a file that was uploaded before, or what the document has.
    fn stateless(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        self.keep_upload(call);
        let status = call.operation.success();
        let response = call.operation.response(status);
        let is_file = response.is_some_and(|response| response.json().is_none() && !response.media.is_empty());
        let is_download = is_file && call.operation.method == Method::GET;
        let is_deletion = call.operation.method == Method::DELETE && !matches!(call.role, Role::Remove(_));
        if is_download || is_deletion {
            let mut state = State::lock(&self.state);
            match state.file(call.path) {
                Some(None) => {
                    let message = format!("The file at `{}` was deleted. Upload it again.", excerpt(call.path));
                    return Err(Problem::not_found("file", message));
                }
                Some(Some((media, data))) if is_download => {
                    let takes = |documented: &str| documented == media || documented.contains('*');
                    let media = match response.and_then(|response| response.media.first()) {
                        Some(first) if !takes(&first.name) => &first.name,
                        _ => media,
                    };
                    let status = StatusCode::from_u16(status).unwrap_or_default();
                    return Ok(Reply::bytes(status, media, data.clone()));
                }
                _ if is_deletion => state.delete_file(call.path),
                _ => {}
            }
        }
        let example = call.example.as_deref();
        render::documented(
            &self.contract,
            call.operation,
            status,
            example,
            call.accept,
            self.setting.seed,
        )
    }

    fn keep_upload(&self, call: &Call<'_>) {
        let changes = call.operation.method == Method::PUT || call.operation.method == Method::POST;
        if changes && let Some((media, data)) = &call.sent.file {
            State::lock(&self.state).keep_file(call.path.to_owned(), media.clone(), data.clone());
        }
    }

    /// The item in the path of a request.
    fn item_of(&self, call: &Call<'_>, place: usize) -> Result<Arc<Value>, Problem> {
        let name = self.list_name(call, place)?;
        self.with_list(&name, call.now, |list| Ok(self.found(call, place, list)?.1))
    }

    /// The item in the path of a request, in its list, and its id.
    fn found<'c>(&self, call: &'c Call<'_>, place: usize, list: &Collection) -> Result<(&'c str, Arc<Value>), Problem> {
        let resource = &*self.resources[place];
        let value = resource.item_path.as_ref().and_then(|(_, parameter)| {
            let mut values = call.path_values.iter();
            values
                .find(|(name, _)| name == parameter)
                .map(|(_, value)| value.as_str())
        });
        let id = value.unwrap_or_default();
        let item = list.get(id).ok_or_else(|| {
            let noun = &resource.noun;
            let message = format!("There is no {noun} `{}`. Use the id of one that there is.", excerpt(id));
            Problem::not_found(noun, message)
        })?;
        Ok((id, item))
    }

    /// Runs a closure on a list, which nothing else reads or changes meanwhile.
    pub(crate) fn with_list<T>(&self, name: &ListName, now: i64, act: impl FnOnce(&mut Collection) -> T) -> T {
        let mut state = State::lock(&self.state);
        act(state.list(name, now, || self.collection(name, now)))
    }

    /// The list of a request. Where it is nested in an item, that item must exist.
    fn list_name(&self, call: &Call<'_>, place: usize) -> Result<ListName, Problem> {
        let resource = &self.resources[place];
        let parents = resource.parents.iter().map(|parent| {
            let mut values = call.path_values.iter();
            let value = values.find(|(name, _)| name == parent);
            value.map(|(_, value)| value.clone()).unwrap_or_default()
        });
        let parents: Vec<_> = parents.collect();
        let around = self.resources.iter().enumerate().filter_map(|(outer, other)| {
            let (path, _) = other.item_path.as_ref()?;
            let inside = outer != place && resource.path.strip_prefix(path.as_str())?.starts_with('/');
            inside.then_some((path.len(), outer))
        });
        if let Some((_, outer)) = around.max() {
            self.item_of(call, outer)?;
        }
        Ok((place, parents))
    }

    fn collection(&self, name: &ListName, now: i64) -> Collection {
        let resource = &self.resources[name.0];
        let cursor = resource.cursor.as_ref().map(|cursor| cursor.kind);
        Collection::new(self.recipe(name), resource.keys.clone(), cursor, self.setting.live, now)
    }

    fn recipe(&self, name: &ListName) -> Arc<dyn Recipe> {
        let resource = &self.resources[name.0];
        match self.setting.tasks {
            Some(setting) if resource.path == tasks::PATH => {
                let generic = FromSchema {
                    count: setting.count,
                    ..self.made_from_schema(name)
                };
                Arc::new(Tasks::new(setting, generic))
            }
            _ => Arc::new(self.made_from_schema(name)),
        }
    }

    fn made_from_schema(&self, name: &ListName) -> FromSchema {
        let resource = Arc::clone(&self.resources[name.0]);
        FromSchema {
            contract: Arc::clone(&self.contract),
            seed: self.setting.seed,
            count: self.setting.items,
            now: self.setting.now,
            parents: resource.parents.iter().cloned().zip(name.1.iter().cloned()).collect(),
            resource,
        }
    }
}

/// A change that is not an object of properties, such as the operations of a JSON patch.
fn not_an_object(call: &Call<'_>) -> Problem {
    let message = format!(
        "The emulator cannot apply a body of the type {}. Send an object with the properties to change.",
        shown(&call.sent.media)
    );
    Problem {
        place: Some("content-type".to_owned()),
        ..Problem::new(&[415, 400, 422], "content_type_unsupported", message)
    }
}

fn item(content: &Content, recipe: &dyn Recipe) -> Arc<Value> {
    match content {
        Content::Generated(age) => Arc::new(recipe.item(*age)),
        Content::Own(item) => Arc::clone(item),
    }
}

/// The cursors of the first and of the last item of a page, as far as they have one.
fn ends(resource: &Resource, page: &Page, recipe: &dyn Recipe) -> [Option<String>; 2] {
    let cursor = |content: &Content| {
        let facts = match content {
            Content::Generated(age) => recipe.facts(*age),
            Content::Own(item) => recipe.facts_of(item),
        };
        match resource.cursor {
            Some(_) => facts.cursor,
            None => Some(facts.id),
        }
    };
    [page.items.first(), page.items.last()].map(|content| content.and_then(cursor))
}

fn array(page: &Page, recipe: &dyn Recipe) -> Vec<u8> {
    let mut body = Vec::with_capacity(2 + 1024 * page.items.len());
    body.push(b'[');
    for (place, content) in page.items.iter().enumerate() {
        if place > 0 {
            body.push(b',');
        }
        let item = item(content, recipe);
        serde_json::to_writer(&mut body, &*item).expect("an item is JSON, and writing to memory does not fail");
    }
    body.push(b']');
    body
}
