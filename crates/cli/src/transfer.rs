//! Transfers of files, with a progress bar on standard error.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use http_body::{Body as _, Frame, SizeHint};
use indicatif::{ProgressBar, ProgressStyle};
use ittybit_runtime::body::Bytes;
use ittybit_runtime::generated::{CONNECT_TIMEOUT, http_client};
use ittybit_runtime::reqwest::{self, Body, Request, Response, ResponseBuilderExt};
use ittybit_runtime::transport::{Transport, TransportError};

use crate::terminal::can_erase;

/// A transport that sends as the client does by itself, and shows the progress of files.
pub struct Metered {
    /// Whether what is sent is a file.
    pub sends: bool,
    /// Whether what is received is a file.
    pub receives: bool,
}

impl Transport for Metered {
    async fn send(&self, mut request: Request) -> Result<Response, TransportError> {
        if self.sends
            && let Some(body) = request.body_mut().take()
        {
            *request.body_mut() = Some(counted(body, "sent"));
        }
        // A call with a file is one request, rarely more: it needs no pool of connections.
        let client = http_client(request.url(), CONNECT_TIMEOUT).map_err(TransportError::request)?;
        let response = client.execute(request).await?;
        if !self.receives || !response.status().is_success() {
            return Ok(response);
        }
        let head = http::Response::builder()
            .status(response.status())
            .version(response.version())
            .url(response.url().clone());
        let headers = response.headers().clone();
        let mut counted = head
            .body(counted(response.into(), "received"))
            .map_err(TransportError::request)?;
        *counted.headers_mut() = headers;
        Ok(counted.into())
    }
}

fn counted(body: Body, done: &'static str) -> Body {
    let bar = match can_erase() {
        false => ProgressBar::hidden(),
        true => bar(body.size_hint().exact(), done),
    };
    Body::wrap(Counted { body, bar })
}

fn bar(total: Option<u64>, done: &'static str) -> ProgressBar {
    let (bar, template) = match total {
        Some(total) => (
            ProgressBar::new(total),
            "{percent:>3}% {bar:20} {bytes} of {total_bytes} {msg}, {bytes_per_sec}, {eta} left",
        ),
        None => (ProgressBar::new_spinner(), "{bytes} {msg}, {bytes_per_sec}"),
    };
    let style = ProgressStyle::with_template(template).map(|style| style.progress_chars("█░"));
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_message(done);
    // The rate and the remaining time change even while nothing is transferred.
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// A body whose bytes are counted as they pass. Dropping it removes its bar.
struct Counted {
    body: Body,
    bar: ProgressBar,
}

impl http_body::Body for Counted {
    type Data = Bytes;
    type Error = reqwest::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, reqwest::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        if let Some(Ok(frame)) = &frame
            && let Some(data) = frame.data_ref()
        {
            self.bar.inc(data.len() as u64);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
