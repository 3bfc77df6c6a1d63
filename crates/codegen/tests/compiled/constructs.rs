//! Calls each kind of operation and prints what was sent; deserializes each kind of value and serializes it again.

use std::error::Error;

use constructs::body::{Body, File};
use constructs::transport::InMemory;
use constructs::{Amount, ChangeReportResponse, Circle, Client, Label, Large, Levelled, Named, Perhaps, Point, Shape, Switched, Versioned};
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    unions()?;
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(calls())
}

/// Each value has to be read as the expected variant.
fn unions() -> Result<(), Box<dyn Error>> {
    let circle = json!({ "kind": "circle", "radius": 1.5 });
    let square = json!({ "kind": "box", "side": 2.5, "label": 7, "later": [1] });
    let group = json!({ "kind": "Group", "shapes": [circle, square, { "kind": "star" }] });
    for (value, variant) in [
        (&circle, "Circle"),
        (&square, "Square"),
        (&group, "Group"),
        (&json!({ "kind": "plus" }), "Cross"),
        (&json!({ "kind": "Cross" }), "Unknown"),
        (&json!({ "kind": "star", "radius": 1.25 }), "Unknown"),
        (&json!({ "kind": "circle" }), "Unknown"),
        (&json!({ "radius": 3.5, "kind": null }), "Unknown"),
        (&json!([]), "Unknown"),
    ] {
        let shape: Shape = round_trip(value)?;
        assert!(format!("{shape:?}").starts_with(variant), "{value} became {shape:?}");
    }
    for (value, variant) in [
        (json!("a"), "Text"),
        (json!(7), "Integer"),
        (json!(["a"]), "List"),
        (json!({ "text": "a" }), "Styled"),
        (json!({ "text": "a", "bold": true, "more": {} }), "Styled"),
        (json!(1.5), "Unknown"),
        (json!([1]), "Unknown"),
        (json!({ "bold": true }), "Unknown"),
    ] {
        let label: Label = round_trip(&value)?;
        assert!(format!("{label:?}").starts_with(variant), "{value} became {label:?}");
    }
    for (value, variant) in [
        (json!({ "name": "a", "kind": "circle", "radius": 1.25 }), "Circle"),
        (json!({ "name": "a", "flat": true }), "Flat"),
        (json!({ "name": "a" }), "Flat"),
        (json!({ "radius": 1.25 }), "Unknown"),
    ] {
        let named: Named = round_trip(&value)?;
        assert!(format!("{named:?}").starts_with(variant), "{value} became {named:?}");
    }
    for (v, variant) in [(1, "First"), (2, "Second"), (3, "Unknown")] {
        let versioned: Versioned = round_trip(&json!({ "v": v }))?;
        assert!(format!("{versioned:?}").starts_with(variant), "{v} became {versioned:?}");
    }
    for (on, variant) in [(true, "On"), (false, "Off")] {
        let switched: Switched = round_trip(&json!({ "on": on }))?;
        assert!(format!("{switched:?}").starts_with(variant), "{on} became {switched:?}");
    }
    for (level, variant) in [(json!(1), "Low"), (json!(2), "High"), (json!(3), "Unknown")] {
        let levelled: Levelled = serde_json::from_value(json!({ "level": level }))?;
        assert!(format!("{levelled:?}").starts_with(variant), "{level} became {levelled:?}");
    }
    for (value, variant) in [
        (json!(9_007_199_254_740_993_u64), "Integer"),
        (json!(0.5), "Number"),
        (json!("1"), "Unknown"),
    ] {
        let amount: Amount = round_trip(&value)?;
        assert!(format!("{amount:?}").starts_with(variant), "{value} became {amount:?}");
    }
    for (value, variant) in [(json!(u64::MAX), "Integer("), (json!(-1), "Integer2(")] {
        let large: Large = round_trip(&value)?;
        assert!(format!("{large:?}").starts_with(variant), "{value} became {large:?}");
    }
    let nothing: Perhaps = round_trip(&json!({ "maybe": null, "each": [null, circle], "flag": null }))?;
    assert!(nothing.maybe.is_none() && nothing.each[0].is_none() && nothing.each[1].is_some());
    let Shape::Circle(read) = serde_json::from_value(circle)? else { return Err("no circle".into()) };
    assert_eq!(Shape::from(*read), Circle::builder().kind("circle").radius(1.5).build()?.into());
    Ok(())
}

/// Deserializes a value, and checks that serializing it results in the same JSON.
fn round_trip<T: serde::de::DeserializeOwned + serde::Serialize>(value: &Value) -> Result<T, serde_json::Error> {
    let read: T = serde_json::from_value(value.clone())?;
    assert_eq!(serde_json::to_value(&read)?, *value);
    Ok(read)
}

async fn calls() -> Result<(), Box<dyn Error>> {
    let transport = InMemory::new().respond(204, "");
    let client = Client::builder().transport(transport.clone()).build()?;

    let point = Point::builder().x(1).y(-2).build()?;
    client
        .styles()
        .ids(vec![1, 2])
        .point(point.clone())
        .matrix("a/b")
        .commas(vec!["a,b".to_owned(), "c".to_owned()])
        .spaces(vec!["a".to_owned(), "b".to_owned()])
        .pipes(vec!["a".to_owned(), "b".to_owned()])
        .filter(point.clone())
        .raw("a/b?c")
        .json(point)
        .x_ids(vec![3, 4])
        .session("s1")
        .send()
        .await?;
    let point = || Point::builder().x(1).y(-2).build();
    client
        .more_styles()
        .semi(vec![1, 2])
        .semis(vec![1, 2])
        .semi_point(point()?)
        .semi_points(point()?)
        .plain(point()?)
        .plains(point()?)
        .whole(point()?)
        .each(point()?)
        .flat(point()?)
        .spaces(vec!["a".to_owned(), "b c".to_owned()])
        .pipes(vec!["a".to_owned(), "b|c".to_owned()])
        .x_point(point()?)
        .x_points(point()?)
        .x_json(point()?)
        .ids(vec![1, 2])
        .place(point()?)
        .json(point()?)
        .send()
        .await?;
    client
        .labels()
        .labels("a/b")
        .list(vec![1, 2])
        .point(point()?)
        .points(vec![1, 2])
        .x_ids(vec![3, 4])
        .x_points(point()?)
        .ids(vec![5, 6])
        .place(point()?)
        .send()
        .await?;
    let charge = constructs::CreateChargeBody::builder().amount(5).tags(vec!["a".to_owned(), "b c".to_owned()]);
    let meta = std::collections::BTreeMap::from([("key".to_owned(), "a&b".to_owned())]);
    client.create_charge().body(charge.meta(meta)).send().await?;
    client
        .upload_medium()
        .name("a b")
        .file(File::bytes("a.txt", "text"))
        .previews(vec![File::bytes("1.png", "one"), File::bytes("2.png", "two")])
        .hue(constructs::UploadHue::Red)
        .name_part("Name")
        .details(constructs::UploadDetails::builder().width(3).build()?)
        .send()
        .await?;
    let tags = || vec!["a".to_owned(), "b\"c".to_owned()];
    client
        .upload_scan()
        .photo(File::bytes("a.png", "photo"))
        .sheets(vec![File::bytes("1.jpg", "one").content_type("image/jpeg"), File::bytes("2", "two")])
        .title("A \"title\"")
        .size(Point::builder().x(1).build()?)
        .tags(tags())
        .names(tags())
        .note("ä")
        .history("<year>1999</year>")
        .seal(File::bytes("seal.tif", "seal"))
        .send()
        .await?;
    // The media type of a file is its own, where it has one.
    client.upload_scan().photo(File::bytes("a.gif", "gif").content_type("image/gif")).title("").send().await?;
    let labels = constructs::CreateLabelsBody::builder().tags(tags()).ids(vec![1, 2]).all(vec![3, 4]);
    client.create_labels().body(labels).send().await?;
    client.post_text().body("ä").send().await?;
    client.put_bytes().body(Body::from(vec![0xff, b'x'])).send().await?;
    let chunks = ["a ", "stream"].map(|chunk| Ok::<_, std::io::Error>(chunk.into()));
    client.put_bytes().body(Body::stream(futures_util::stream::iter(chunks))).send().await?;
    client.json_of_three().body(point()?).send().await?;
    client.form_or_parts().body(point()?).send().await?;
    client.patch_note().body(constructs::PatchNoteBody::builder().text("new")).send().await?;
    client.any_media().body(constructs::AnyMediaBody::builder().text("any")).send().await?;
    client.any_json().body(constructs::AnyJsonBody::builder().text("any")).send().await?;
    client.any_text().body("any").send().await?;
    assert_eq!(*client.make_report().id("r").send().await?, None);
    assert_eq!(*client.change_report().id("r").send().await?, ChangeReportResponse::NoContent);
    assert!(client.delete_report().id("r").send().await?.is_empty());
    for request in transport.requests() {
        let content_type = request.headers().get("content-type").and_then(|value| value.to_str().ok());
        // The boundary is different in each run.
        let boundary = content_type.and_then(|media| media.split_once("boundary=")).map_or("none", |(_, boundary)| boundary);
        println!("{} {}", request.method(), request.url());
        for name in ["accept", "content-type", "cookie", "x-ids", "x-point", "x-points", "x-json"] {
            if let Some(value) = request.headers().get(name) {
                println!("{name}: {}", value.to_str()?.replace(boundary, "BOUNDARY"));
            }
        }
        println!("{}\n", String::from_utf8_lossy(request.body()).replace(boundary, "BOUNDARY"));
    }

    let respond = |status, body: &str| Client::builder().transport(InMemory::new().respond(status, body)).build();
    assert_eq!(&respond(200, "%PDF")?.get_report().id("r").send().await?[..], b"%PDF");
    let mut download = respond(200, "%PDF")?.get_report().id("r").download().await?.into_inner();
    assert_eq!(download.chunk().await?.as_deref(), Some(&b"%PDF"[..]));
    assert_eq!(*respond(200, "text")?.get_text().id("r").send().await?, "text");
    assert_eq!(respond(200, "text")?.get_words().id("r").send().await?.as_deref(), Some("text"));
    assert_eq!(*respond(204, "")?.get_words().id("r").send().await?, None);
    assert_eq!(respond(200, "%PDF")?.get_print().id("r").send().await?.as_deref(), Some(&b"%PDF"[..]));
    assert_eq!(*respond(204, "")?.get_print().id("r").send().await?, None);
    assert_eq!(&respond(200, "PNG")?.get_picture().id("p").send().await?[..], b"PNG");
    // Two statuses with the same body are one type, and `+json` is JSON.
    for status in [200, 201] {
        let transport = InMemory::new().respond(status, r#"{"x":1}"#).header("Content-Type", "application/hal+json");
        let client = Client::builder().transport(transport.clone()).build()?;
        assert_eq!(client.put_picture().id("p").body("PNG").send().await?.x, Some(1));
        assert_eq!(transport.requests()[0].body(), b"PNG");
        assert_eq!(transport.requests()[0].headers()["content-type"], "image/png");
    }
    use constructs::MakePrintResponse as Print;
    assert!(matches!(*respond(200, "{}")?.make_print().id("r").send().await?, Print::Ok(_)));
    assert_eq!(*respond(201, "a,b")?.make_print().id("r").send().await?, Print::Created("a,b".to_owned()));
    assert_eq!(*respond(202, "%PDF")?.make_print().id("r").send().await?, Print::Accepted("%PDF".into()));
    assert_eq!(*respond(204, "")?.make_print().id("r").send().await?, Print::NoContent);
    let made = respond(200, r#"{"id":"r"}"#)?.make_report().id("r").send().await?.into_inner();
    assert_eq!(made.and_then(|made| made.id).as_deref(), Some("r"));
    let changed = respond(202, r#"{"job":"j"}"#)?.change_report().id("r").send().await?.into_inner();
    let ChangeReportResponse::Accepted(later) = changed else { return Err("another status".into()) };
    assert_eq!(later.job.as_deref(), Some("j"));
    for (status, variant) in [(200, "Ok("), (201, "Created("), (202, "Success(")] {
        let checked = respond(status, "{}")?.check_report().id("r").send().await?.into_inner();
        assert!(format!("{checked:?}").starts_with(variant), "{status} became {checked:?}");
    }
    Ok(())
}
