//! The HTTP client that requests are sent through by default.

use std::net::IpAddr;
use std::time::Duration;

use reqwest::{Url, redirect};

use crate::error::Error;

/// How long connecting may take, unless it is said.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The HTTP client that sends where the caller has given none.
///
/// # Errors
/// There is no TLS in this build, or the client cannot be set up.
pub fn http_client(base: &Url, connect_timeout: Duration) -> Result<reqwest::Client, Error> {
    if base.scheme() == "https" && !cfg!(any(feature = "rustls", feature = "native-tls")) {
        return Err(Error::configuration(
            "this build has no TLS, so it cannot speak https: turn on the feature `rustls` or \
             `native-tls` of the crate, or pass an HTTP client that has TLS with `http_client`",
        ));
    }
    let mut builder = reqwest::Client::builder()
        .connect_timeout(connect_timeout)
        .redirect(redirect::Policy::none())
        .no_gzip()
        // One retry policy is enough: this crate's, which counts its attempts.
        .retry(reqwest::retry::never());
    if is_loopback(base) {
        // A proxy would get credentials in the clear, and could not reach this machine anyway.
        builder = builder.no_proxy();
    }
    builder.build().map_err(Error::http_client)
}

pub(crate) fn is_loopback(url: &Url) -> bool {
    let Some(host) = url.host_str() else {
        return false;
    };
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || address
            .parse::<IpAddr>()
            .is_ok_and(|address| address.to_canonical().is_loopback())
}
