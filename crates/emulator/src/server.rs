//! The HTTP server, on a thread of its own, so that it responds whatever the caller's threads do.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::thread::JoinHandle;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::header::{CONNECTION, CONTENT_LENGTH};
use hyper::http::request::Parts;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, StatusCode, http};
use hyper_util::rt::{TokioIo, TokioTimer};
use ittybit::Clock;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use crate::api::Api;
use crate::fault::Damage;
use crate::problem::Problem;
use crate::recipe::seconds;
use crate::reply::Reply;
use crate::request::Request;
use crate::state::{RandomFaults, State};

/// Everything that a connection needs.
pub(crate) struct Service {
    pub(crate) api: Api,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random_faults: RandomFaults,
    /// How long a connection may take for the head of its next request.
    pub(crate) idle_timeout: Duration,
    /// Whether requests are kept, to be inspected later.
    pub(crate) keep_requests: bool,
    /// Headers and query parameters that are keys, in lower case.
    pub(crate) key_names: Vec<String>,
}

/// A larger body is refused.
const LARGEST_BODY: usize = 64 << 20;

/// A running server. Dropping it frees the port and closes every connection.
pub(crate) struct Server {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(crate) fn start(listener: std::net::TcpListener, service: Arc<Service>) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .build()?;
        listener.set_nonblocking(true)?;
        let listener = {
            let _context = runtime.enter();
            TcpListener::from_std(listener)?
        };
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new()
            .name("ittybit-emulator".to_owned())
            .spawn(move || {
                runtime.spawn(accept(listener, service));
                // An error says that the sender is gone, which stops the server as well. The
                // runtime ends every connection when it is dropped.
                let _ = runtime.block_on(stopped);
            })?;
        Ok(Self {
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has been printed already.
            let _ = thread.join();
        }
    }
}

/// Binds a port, and says which address could not be bound.
pub(crate) fn bind(address: SocketAddr) -> io::Result<std::net::TcpListener> {
    std::net::TcpListener::bind(address).map_err(|error| {
        let message =
            format!("cannot listen on {address}: {error}; use another address, or port 0, which is a free one");
        io::Error::new(error.kind(), message)
    })
}

async fn accept(listener: TcpListener, service: Arc<Service>) {
    loop {
        match listener.accept().await {
            Ok((connection, _)) => {
                tokio::spawn(serve(connection, Arc::clone(&service)));
            }
            // Such as too many open files, which is transient: connections end.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

async fn serve(connection: TcpStream, service: Arc<Service>) {
    // Without it, the end of a page can wait for the other side's delayed acknowledgement. Where
    // it cannot be set, responses are slower but correct.
    let _ = connection.set_nodelay(true);
    let idle_timeout = service.idle_timeout;
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let (parts, body) = request.into_parts();
        respond(Arc::clone(&service), parts, body)
    });
    // An error here is a client that went away or did not speak HTTP, or a fault that a test set.
    let _ = http1::Builder::new()
        // A client that has sent its request may close its side and still wait for the response.
        .half_close(true)
        .timer(TokioTimer::new())
        .header_read_timeout(idle_timeout)
        .serve_connection(TokioIo::new(connection), service)
        .await;
}

async fn respond(
    service: Arc<Service>,
    request: Parts,
    body: Incoming,
) -> Result<http::Response<Payload>, ConnectionEnded> {
    let read = tokio::time::timeout(service.idle_timeout, Limited::new(body, LARGEST_BODY).collect()).await;
    let body = match read {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            let message = format!("The body is too large. Send at most {} MiB.", LARGEST_BODY >> 20);
            Err(Problem::new(&[413], "payload_too_large", message))
        }
        // The client went away in the middle of it.
        Ok(Err(_)) => return Err(ConnectionEnded),
        Err(_) => Err(Problem::of_status(StatusCode::REQUEST_TIMEOUT)),
    };
    let now = seconds(service.clock.now());
    let fault = State::lock(&service.api.state)
        .next_fault(&service.random_faults)
        .unwrap_or_default();
    let unread = body.is_err();
    let mut reply = match &body {
        Ok(body) => service.api.respond(&request, body, now),
        Err(problem) => service.api.refuse(problem),
    };
    service.api.apply_fault(&mut reply, &request, &fault);
    if unread {
        // The rest of the body would be read as the next request.
        reply.set(CONNECTION, "close");
    }

    let ends = fault.damage == Some(Damage::Drop);
    let status = (!ends).then(|| reply.status.as_u16());
    if service.keep_requests {
        let names = &service.key_names;
        let request = Request::new(&request, body.as_deref().unwrap_or_default(), status, names);
        State::lock(&service.api.state).remember(request);
    }
    if !fault.delay.is_zero() {
        tokio::time::sleep(fault.delay).await;
    }
    match ends {
        true => Err(ConnectionEnded),
        false => Ok(response(reply, &request.method, fault.damage)),
    }
}

fn response(reply: Reply, method: &Method, damage: Option<Damage>) -> http::Response<Payload> {
    let Reply {
        status,
        mut headers,
        mut body,
        ..
    } = reply;
    if matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED) {
        body.clear();
    } else {
        headers.insert(CONTENT_LENGTH, body.len().into());
    }
    let truncated = damage == Some(Damage::Truncate);
    if *method == Method::HEAD {
        body.clear();
    } else if truncated {
        body.truncate(body.len() / 2);
    }
    let payload = Payload {
        data: Some(body).filter(|body| !body.is_empty()).map(Bytes::from),
        end: if truncated { End::Written } else { End::Whole },
    };
    let mut response = http::Response::new(payload);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

/// Makes hyper end a connection.
#[derive(Debug)]
struct ConnectionEnded;

impl std::fmt::Display for ConnectionEnded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a fault ended the connection")
    }
}

impl std::error::Error for ConnectionEnded {}

/// The body of a response, which may end too early.
struct Payload {
    data: Option<Bytes>,
    end: End,
}

enum End {
    Whole,
    /// Truncated; what there is waits to be sent before the connection ends.
    Written,
    Broken,
}

impl Body for Payload {
    type Data = Bytes;
    type Error = ConnectionEnded;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, ConnectionEnded>>> {
        if let Some(data) = self.data.take() {
            return Poll::Ready(Some(Ok(Frame::data(data))));
        }
        match self.end {
            End::Whole => Poll::Ready(None),
            End::Written => {
                // hyper sends what it has when the body pauses; at an error it would not.
                self.end = End::Broken;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            End::Broken => Poll::Ready(Some(Err(ConnectionEnded))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.data.is_none() && matches!(self.end, End::Whole)
    }

    fn size_hint(&self) -> SizeHint {
        match (&self.end, &self.data) {
            (End::Whole, Some(data)) => SizeHint::with_exact(data.len() as u64),
            (End::Whole, None) => SizeHint::with_exact(0),
            // The header announces more than is sent.
            _ => SizeHint::default(),
        }
    }
}
