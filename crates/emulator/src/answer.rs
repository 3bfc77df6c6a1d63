//! What a request is answered with: routing, the check of the key, the page.

use std::sync::{Arc, Mutex};

use hyper::header::{ALLOW, AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue, LINK};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method, StatusCode};
use ittybit::Task;
use serde_json::Value;

use crate::api_error::ApiError;
use crate::data::UNKNOWN_STATUS;
use crate::fault::{Damage, Fault};
use crate::query::{Query, decode, excerpt};
use crate::state::State;

const HAS_MORE: HeaderName = HeaderName::from_static("has-more");
const LIMIT: HeaderName = HeaderName::from_static("limit");
const PREFER: HeaderName = HeaderName::from_static("prefer");
const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");
/// What `/tasks` can do.
const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, OPTIONS");

/// A whole answer, before anything happens to it.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// What answers are made from.
pub(crate) struct Api {
    pub(crate) base_url: String,
    pub(crate) api_key: String,
    pub(crate) state: Mutex<State>,
}

impl Api {
    /// Answers a request that nothing goes wrong with, at a time in Unix seconds.
    pub(crate) fn answer(&self, request: &Parts, now: i64) -> Answer {
        self.respond(request, now).unwrap_or_else(ApiError::answer)
    }

    fn respond(&self, request: &Parts, now: i64) -> Result<Answer, ApiError> {
        let path = request.uri.path();
        if decode(path).as_deref() != Some("/tasks") {
            let message = format!("There is nothing at `{}`. Use `/tasks`.", excerpt(path));
            return Err(ApiError::new(StatusCode::NOT_FOUND, "not_found", message));
        }
        match request.method {
            Method::GET | Method::HEAD => {}
            Method::OPTIONS => return Ok(options()),
            _ => return Ok(method_not_allowed(&request.method)),
        }
        if let Some(code) = preferred_status(&request.headers)? {
            let mut answer = ApiError::of_status(code).answer();
            if code == StatusCode::TOO_MANY_REQUESTS {
                answer.headers.insert(hyper::header::RETRY_AFTER, 1.into());
            }
            let applied = format!("code={}", code.as_u16());
            let applied = HeaderValue::try_from(applied).expect("letters and digits");
            answer.headers.insert(PREFERENCE_APPLIED, applied);
            return Ok(answer);
        }
        self.check_key(&request.headers)?;
        let query = Query::parse(request.uri.query().unwrap_or_default())?;
        self.list(&query, now)
    }

    fn check_key(&self, headers: &HeaderMap) -> Result<(), ApiError> {
        let unauthorized = |kind, message| ApiError::new(StatusCode::UNAUTHORIZED, kind, message);
        let credentials = headers
            .get(AUTHORIZATION)
            .map(|value| value.to_str().unwrap_or_default());
        let (scheme, token) = credentials.unwrap_or_default().split_once(' ').unwrap_or_default();
        let token = token.trim();
        if !scheme.eq_ignore_ascii_case("bearer") || token.is_empty() {
            let message = "Send an API key, in the header `Authorization: Bearer <api_key>`.";
            return Err(unauthorized("token_missing", message));
        }
        if token != self.api_key {
            let message = "The API key is not valid here. Use the key that the emulator was started with.";
            return Err(unauthorized("token_invalid", message));
        }
        Ok(())
    }

    fn list(&self, query: &Query, now: i64) -> Result<Answer, ApiError> {
        let (page, recipe) = {
            let mut state = State::lock(&self.state);
            state.store.advance(now);
            (state.store.page(query)?, state.store.recipe())
        };
        // Tasks are written without the lock: that is most of the work.
        let tasks: Vec<_> = page.tasks.iter().map(|content| content.task(&recipe)).collect();
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(
            HAS_MORE,
            HeaderValue::from_static(if page.has_more { "true" } else { "false" }),
        );
        headers.insert(LIMIT, query.limit.into());
        if let (Some(first), Some(last)) = (tasks.first(), tasks.last()) {
            let next = page.next.then(|| self.next_link(query, last));
            let previous = page.previous.then(|| self.previous_link(query, first)).flatten();
            let links: Vec<_> = next.into_iter().chain(previous).collect();
            if let Ok(links) = HeaderValue::try_from(links.join(", "))
                && !links.is_empty()
            {
                headers.insert(LINK, links);
            }
        }
        Ok(Answer {
            status: StatusCode::OK,
            headers,
            body: json_array(&tasks),
        })
    }

    fn next_link(&self, query: &Query, last: &Task) -> String {
        // Where both ends were given, the far one stays.
        let before = query.after.as_ref().and(query.before.as_deref());
        self.link(&query.with_cursors(Some(&last.id), before), "next")
    }

    /// Between two cursors a page is read from the first, so nothing says "the page before this".
    fn previous_link(&self, query: &Query, first: &Task) -> Option<String> {
        let between = query.after.is_some() && query.before.is_some();
        (!between).then(|| self.link(&query.with_cursors(None, Some(&first.id)), "prev"))
    }

    fn link(&self, query: &str, relation: &str) -> String {
        format!("<{}/tasks?{query}>; rel=\"{relation}\"", self.base_url)
    }
}

impl Answer {
    /// Changes the answer as a fault wants it. What happens on the wire happens later.
    pub(crate) fn spoil(&mut self, fault: &Fault) {
        if let Some(status) = fault.status {
            *self = match status.as_u16() {
                400.. => ApiError::of_status(status).answer(),
                _ => Self {
                    status,
                    ..Self::default()
                },
            };
        }
        if let Some(body) = &fault.body {
            self.body.clone_from(body);
            self.headers.remove(CONTENT_TYPE);
        }
        self.headers.extend(fault.headers.clone());
        match fault.damage {
            Some(Damage::BreakJson) => self.break_json(),
            Some(Damage::UnknownValue) => self.put_unknown_value(),
            Some(Damage::Truncate | Damage::Drop) | None => {}
        }
    }

    fn break_json(&mut self) {
        match self.body.last_mut() {
            Some(last) if *last == b']' => *last = b'}',
            Some(last) => *last = b']',
            None => self.body = b"{".to_vec(),
        }
    }

    fn put_unknown_value(&mut self) {
        if let Ok(mut page) = serde_json::from_slice::<Value>(&self.body)
            && let Some(status) = page.pointer_mut("/0/status")
        {
            *status = UNKNOWN_STATUS.into();
            self.body = page.to_string().into_bytes();
        }
    }
}

fn json_array(tasks: &[Arc<Task>]) -> Vec<u8> {
    let mut body = Vec::with_capacity(2 + 1024 * tasks.len());
    body.push(b'[');
    for (place, task) in tasks.iter().enumerate() {
        if place > 0 {
            body.push(b',');
        }
        serde_json::to_writer(&mut body, &**task).expect("a task is JSON, and memory takes it");
    }
    body.push(b']');
    body
}

fn options() -> Answer {
    let mut answer = Answer {
        status: StatusCode::NO_CONTENT,
        ..Answer::default()
    };
    answer.headers.insert(ALLOW, METHODS);
    answer
}

fn method_not_allowed(method: &Method) -> Answer {
    let message = format!("`{}` does nothing here. Use `GET`.", excerpt(method.as_str()));
    let mut answer = ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message).answer();
    answer.headers.insert(ALLOW, METHODS);
    answer
}

/// The status that the request asks for with `Prefer: code=503` (RFC 7240). Preferences that are
/// not known are no error.
fn preferred_status(headers: &HeaderMap) -> Result<Option<StatusCode>, ApiError> {
    let values = headers.get_all(PREFER).iter();
    let preferences = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    for preference in preferences {
        let preference = preference.split(';').next().unwrap_or_default();
        let Some((name, code)) = preference.split_once('=') else {
            continue;
        };
        if !name.trim().eq_ignore_ascii_case("code") {
            continue;
        }
        let code = code.trim().trim_matches('"');
        return match code.parse() {
            Ok(200) => Ok(None),
            Ok(code @ 400..600) => Ok(StatusCode::from_u16(code).ok()),
            _ => Err(ApiError::invalid(format!(
                "`Prefer` asks for the status `{}`. Ask for 200, or for one from 400 to 599.",
                excerpt(code)
            ))),
        };
    }
    Ok(None)
}
