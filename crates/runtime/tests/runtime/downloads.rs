//! Bodies that are passed on as they arrive.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::StreamExt;
use ittybit_runtime::auth::Credential;
use ittybit_runtime::body::Download;
use ittybit_runtime::generated::{BlockingClient, CallOptions, Client, Request};
use ittybit_runtime::{Category, Error};

use crate::pets::{self, builder};
use crate::server::{Reply, Server};

fn request() -> Request {
    Request::new(&pets::OPEN, CallOptions::default())
}

async fn download(client: &Client) -> Result<Download, Error> {
    Ok(request().download(client).await?.into_inner())
}

/// The head of a response whose body has ten bytes, and so many of them.
fn ten(bytes: usize) -> Vec<u8> {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}",
        &"0123456789"[..bytes]
    )
    .into_bytes()
}

/// A folder for a test, which goes away with it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("{}-{name}", std::process::id()));
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn names(&self) -> Vec<String> {
        let names = std::fs::read_dir(&self.0).unwrap();
        names
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap();
    }
}

#[test]
fn outside_of_the_runtime_that_it_began_in_it_is_an_error_and_goes_on_within() {
    let server = Server::start(|_, _| Reply::Hang(ten(5)));
    let client = builder(&server).timeout(Duration::from_millis(100)).build().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut download = runtime.block_on(download(&client)).unwrap();
    let mut read = 0;
    while read < 5 {
        read += runtime.block_on(download.chunk()).unwrap().unwrap().len();
    }
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(download.chunk()).poll(&mut context) {
        std::task::Poll::Ready(Err(error)) => assert_eq!(error.category(), Category::Runtime),
        other => panic!("{other:?}"),
    }
    let error = runtime.block_on(download.chunk()).unwrap_err();
    assert_eq!(error.category(), Category::Timeout);
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

#[tokio::test]
async fn a_body_comes_in_chunks_whatever_its_size() {
    let body = "0123456789".repeat(100_000);
    let expected = body.clone();
    let server = Server::start(move |_, _| Reply::json(200, body.clone()));
    let client = builder(&server).max_response_bytes(10).build().unwrap();
    let response = request().download(&client).await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.content_length(), Some(1_000_000));
    let mut download = response.into_inner();
    let mut received = Vec::new();
    while let Some(chunk) = download.chunk().await.unwrap() {
        received.extend(chunk);
    }
    assert!(received == expected.as_bytes());
    assert!(download.chunk().await.unwrap().is_none());
    let chunks: Vec<_> = request().download(&client).await.unwrap().into_inner().collect().await;
    let length: usize = chunks.into_iter().map(|chunk| chunk.unwrap().len()).sum();
    assert_eq!(length, expected.len());
    // No compression is requested, because a download is not decompressed.
    assert_eq!(server.requests()[0].header("accept-encoding"), None);
}

#[tokio::test]
async fn failures_before_the_first_byte_are_tried_again() {
    let server = Server::start(|_, number| match number {
        0 => Reply::error(503, "busy", ""),
        1 => Reply::Close(ten(0)),
        _ => Reply::Close(ten(10)),
    });
    let mut download = download(&builder(&server).build().unwrap()).await.unwrap();
    assert_eq!(download.chunk().await.unwrap().unwrap(), "0123456789");
    assert_eq!(server.requests().len(), 3);
    let server = Server::start(|_, _| Reply::error(404, "no_pet", "no such pet"));
    let error = request()
        .download(&builder(&server).build().unwrap())
        .await
        .unwrap_err();
    assert_eq!((error.kind(), error.message()), (Some("no_pet"), "no such pet"));
}

#[tokio::test]
async fn a_file_is_saved_whole_or_not_at_all() {
    let folder = Folder::new("saved");
    let path = folder.0.join("pet.txt");
    let whole = Server::start(|_, _| Reply::Close(ten(10)));
    let client = builder(&whole).build().unwrap();
    assert_eq!(download(&client).await.unwrap().save(&path).await.unwrap(), 10);
    assert_eq!(
        (read(&path), folder.names()),
        ("0123456789".to_owned(), vec!["pet.txt".to_owned()])
    );
    // An existing file is replaced, but only once the new one is complete.
    std::fs::write(&path, "old").unwrap();
    let cut = Server::start(|_, _| Reply::Close(ten(7)));
    let error = download(&builder(&cut).build().unwrap())
        .await
        .unwrap()
        .save(&path)
        .await
        .unwrap_err();
    assert_eq!(
        (error.category(), error.status().unwrap().as_u16()),
        (Category::Interrupted, 200)
    );
    assert_eq!((read(&path), folder.names().len()), ("old".to_owned(), 1));
    download(&client).await.unwrap().save(&path).await.unwrap();
    assert_eq!(read(&path), "0123456789");
    // Nor is anything left of a download that was dropped.
    let slow = Server::start(|_, _| Reply::Hang(ten(7)));
    let saving = download(&builder(&slow).build().unwrap())
        .await
        .unwrap()
        .save(folder.0.join("b"));
    tokio::time::timeout(Duration::from_millis(200), saving)
        .await
        .unwrap_err();
    assert_eq!(folder.names(), ["pet.txt"]);

    for path in [
        folder.0.join("no folder/pet.txt"),
        folder.0.clone(),
        folder.0.join(".."),
    ] {
        let error = download(&client).await.unwrap().save(&path).await.unwrap_err();
        assert_eq!(error.category(), Category::File, "{error}");
        assert!(error.to_string().contains(&path.display().to_string()), "{error}");
    }
}

#[tokio::test]
async fn a_download_that_failed_is_not_saved_as_if_it_were_whole() {
    let folder = Folder::new("failed");
    let cut = Server::start(|_, _| Reply::Close(ten(7)));
    let mut download = download(&builder(&cut).build().unwrap()).await.unwrap();
    download.chunk().await.unwrap();
    assert_eq!(download.chunk().await.unwrap_err().category(), Category::Interrupted);
    let error = download.save(folder.0.join("pet.txt")).await.unwrap_err();
    assert!(error.message().contains("failed before"), "{error}");
    assert!(folder.names().is_empty());
}

#[tokio::test]
async fn a_limit_applies_to_the_announced_length_and_to_what_arrives() {
    let announced = Server::start(|_, _| Reply::json(200, "0123456789"));
    let unmeasured = Server::start(|_, _| Reply::Close(b"HTTP/1.1 200 OK\r\n\r\n0123456789".to_vec()));
    for server in [&announced, &unmeasured] {
        let client = builder(server).build().unwrap();
        let mut fits = download(&client).await.unwrap().limit(10);
        while fits.chunk().await.unwrap().is_some() {}
        let error = download(&client).await.unwrap().limit(9).chunk().await.unwrap_err();
        assert_eq!(error.category(), Category::TooLarge);
        assert!(error.message().ends_with("raise the download's `limit`"), "{error}");
    }
}

#[tokio::test]
async fn the_wait_for_each_chunk_is_limited() {
    let server = Server::start(|_, _| Reply::Hang(ten(7)));
    let client = builder(&server).timeout(Duration::from_millis(100)).build().unwrap();
    let mut download = download(&client).await.unwrap();
    assert_eq!(download.chunk().await.unwrap().unwrap(), "0123456");
    let error = download.chunk().await.unwrap_err();
    assert_eq!(error.category(), Category::Timeout);
    assert!(error.message().contains("raise the client's `timeout`"), "{error}");
}

#[tokio::test]
async fn errors_of_downloads_are_redacted() {
    let server = Server::start(|_, _| {
        Reply::Close(b"HTTP/1.1 200 OK\r\nX-Echo: the_secret_key\r\nContent-Length: 10\r\n\r\n0".to_vec())
    });
    let client = pets::client(&server, "query", Credential::token("the_secret_key"));
    let response = Request::new(&pets::QUERY, CallOptions::default())
        .download(&client)
        .await
        .unwrap();
    assert_eq!(response.headers()["x-echo"], "[redacted]");
    let mut download = response.into_inner();
    download.chunk().await.unwrap();
    let error = download.chunk().await.unwrap_err();
    assert!(!format!("{} {download:?}", pets::all_of(&error)).contains("the_secret_key"));
}

#[test]
fn a_blocking_download_is_read_like_a_file() {
    let server = Server::start(|request, _| match request.method.as_str() {
        "GET" => Reply::json(200, "0123456789".repeat(10_000)),
        _ => Reply::Close(ten(7)),
    });
    let client = BlockingClient::build(builder(&server)).unwrap();
    let mut text = String::new();
    let mut download = client.download(request()).unwrap().into_inner();
    download.read_to_string(&mut text).unwrap();
    assert!(text == "0123456789".repeat(10_000));

    let folder = Folder::new("blocking");
    let path = folder.0.join("pet.txt");
    let mut download = client.download(request()).unwrap().into_inner();
    download.read_exact(&mut [0; 5]).unwrap();
    assert_eq!(download.save(&path).unwrap(), 99_995);
    assert!(read(&path).starts_with("5678901234"));

    let cut = Request::new(&const { pets::MAKE }, CallOptions::default());
    let mut download = client.download(cut).unwrap().into_inner();
    assert!(download.read_to_string(&mut text).is_err());

    assert_eq!(client.send_text(request()).unwrap().len(), 100_000);
    assert_eq!(client.send_bytes(request()).unwrap().len(), 100_000);
    assert!(client.send_optional::<u8>(request()).is_err());
}
