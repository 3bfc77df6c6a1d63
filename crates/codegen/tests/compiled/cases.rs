//! Sends the cases of a document, which are made for tests of its client. Each is sent, but those with a number that is
//! out of its bounds.
#![deny(warnings)]

mod cases;

use NAME::transport::InMemory;
use NAME::{Client, Error};

fn main() -> Result<(), Error> {
    let transport = InMemory::new().respond(404, "");
    let client = Client::builder().transport(transport.clone()).read_env().build()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut wrong = Vec::new();
    runtime.block_on(cases::send(&client, |operation, argument, sent| {
        let status = sent.as_ref().err().and_then(Error::status);
        if status.is_none_or(|status| status != 404) {
            wrong.push(format!("{operation} {argument}: {sent:?}"));
        }
    }))?;
    let sent = transport.requests().len();
    assert!(sent > 0);
    runtime.block_on(cases::exceed(&client, |operation, argument, sent| {
        if sent.is_ok() {
            wrong.push(format!("{operation} {argument} was accepted"));
        }
    }))?;
    assert_eq!(transport.requests().len(), sent);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}
