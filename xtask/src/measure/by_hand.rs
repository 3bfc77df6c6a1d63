//! Lists tasks with reqwest and serde, without the client.

use serde::{Deserialize, Serialize};

#[derive(Debug, Deserialize, Serialize)]
struct Task {
    id: String,
    kind: String,
    status: String,
    progress: Option<f64>,
    input: Option<File>,
    output: Option<File>,
    error: Option<serde_json::Value>,
    metadata: Option<serde_json::Value>,
    created_by: Option<String>,
    created_at: i64,
    started_at: Option<i64>,
    finished_at: Option<i64>,
    updated_at: Option<i64>,
}

#[derive(Debug, Deserialize, Serialize)]
struct File {
    kind: Option<String>,
    url: Option<String>,
    filename: Option<String>,
    filesize: Option<i64>,
    mimetype: Option<String>,
    width: Option<i32>,
    height: Option<i32>,
    duration: Option<f64>,
    bitrate: Option<i64>,
    framerate: Option<f64>,
    codecs: Option<Codecs>,
}

#[derive(Debug, Deserialize, Serialize)]
struct Codecs {
    video: Option<VideoCodec>,
    audio: Option<AudioCodec>,
}

#[derive(Debug, Deserialize, Serialize)]
struct VideoCodec {
    name: Option<String>,
    profile: Option<String>,
    level: Option<String>,
}

#[derive(Debug, Deserialize, Serialize)]
struct AudioCodec {
    name: Option<String>,
    sample_rate: Option<i32>,
    channels: Option<i32>,
    bitrate: Option<i64>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = std::env::var("ITTYBIT_API_KEY")?;
    let client = reqwest::Client::new();
    let mut after: Option<String> = None;
    loop {
        let request = client.get("https://api.ittybit.com/tasks").bearer_auth(&key).query(&[("kind", "video")]);
        let request = match &after {
            Some(after) => request.query(&[("after", after)]),
            None => request,
        };
        let response = request.send().await?.error_for_status()?;
        let more = response.headers().get("Has-More").is_some_and(|more| more == "true");
        let tasks: Vec<Task> = response.json().await?;
        for task in &tasks {
            println!("{} {}", task.id, task.status);
        }
        match tasks.last() {
            Some(last) if more => after = Some(last.id.clone()),
            _ => return Ok(()),
        }
    }
}
