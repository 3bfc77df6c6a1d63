//! A long list of tasks, page by page.

#![allow(dead_code, reason = "each bench uses its own part")]

use std::fmt::Write;

/// One task, with every field that the API documents.
fn write_task(out: &mut String, number: usize) {
    write!(
        out,
        r#"{{"id":"task_{number:010}","object":"task","kind":"video","status":"succeeded","progress":100,
"input":{{"kind":"url","url":"https://media.example/incoming/{number}/recording.mov","filename":"recording.mov",
"filesize":73400320,"mimetype":"video/quicktime","width":3840,"height":2160,"duration":61.25,"bitrate":9587000,
"framerate":29.97,"codecs":{{"video":{{"name":"hevc","profile":"main","level":"5.1"}},
"audio":{{"name":"aac","sample_rate":44100,"channels":2,"bitrate":96000}}}}}},
"output":{{"kind":"internal","url":"https://media.example/made/{number}/recording.mp4","filename":"recording.mp4",
"filesize":20971520,"mimetype":"video/mp4","width":1920,"height":1080,"duration":61.25,"bitrate":2739000,
"framerate":29.97}},"error":null,"metadata":null,"created_by":"run_{number:010}","created_at":1750000000,
"started_at":1750000002,"finished_at":1750000020,"updated_at":1750000020}}"#
    )
    .expect("writing to a string");
}

/// A page of tasks as JSON, from the one with this number on.
pub fn page(from: usize, to: usize) -> String {
    let mut out = String::from("[");
    for number in from..to {
        if number > from {
            out.push(',');
        }
        write_task(&mut out, number);
    }
    out.push(']');
    out
}
