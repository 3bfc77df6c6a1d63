//! The same without this crate: structs for serde, and a loop around reqwest.

#![allow(dead_code, reason = "each bench uses its own part")]

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub type Extra = Map<String, Value>;

#[derive(Debug, Deserialize, Serialize)]
pub struct Task {
    pub id: String,
    pub object: Option<String>,
    pub kind: String,
    pub status: String,
    pub progress: Option<f64>,
    pub input: Option<File>,
    pub output: Option<File>,
    pub error: Option<Value>,
    pub metadata: Option<Value>,
    pub created_by: Option<String>,
    pub created_at: i64,
    pub started_at: Option<i64>,
    pub finished_at: Option<i64>,
    pub updated_at: Option<i64>,
    #[serde(flatten)]
    pub extra: Extra,
}

#[derive(Debug, Deserialize, Serialize)]
pub struct File {
    pub kind: Option<String>,
    pub url: Option<String>,
    pub filename: Option<String>,
    pub filesize: Option<i64>,
    pub mimetype: Option<String>,
    pub width: Option<i32>,
    pub height: Option<i32>,
    pub duration: Option<f64>,
    pub bitrate: Option<i64>,
    pub framerate: Option<f64>,
    pub codecs: Option<Codecs>,
    #[serde(flatten)]
    pub extra: Extra,
}

#[derive(Debug, Deserialize, Serialize)]
pub struct Codecs {
    pub video: Option<VideoCodec>,
    pub audio: Option<AudioCodec>,
    #[serde(flatten)]
    pub extra: Extra,
}

#[derive(Debug, Deserialize, Serialize)]
pub struct VideoCodec {
    pub name: Option<String>,
    pub profile: Option<String>,
    pub level: Option<String>,
    #[serde(flatten)]
    pub extra: Extra,
}

#[derive(Debug, Deserialize, Serialize)]
pub struct AudioCodec {
    pub name: Option<String>,
    pub sample_rate: Option<i32>,
    pub channels: Option<i32>,
    pub bitrate: Option<i64>,
    #[serde(flatten)]
    pub extra: Extra,
}

/// Reads a whole list, and counts its tasks. It does nothing about failures.
pub async fn list(http: &reqwest::Client, base_url: &str, key: &str, page: usize) -> reqwest::Result<usize> {
    let mut count = 0;
    let mut query = BTreeMap::from([("limit", page.to_string())]);
    loop {
        let request = http.get(format!("{base_url}/tasks")).bearer_auth(key).query(&query);
        let response = request.send().await?.error_for_status()?;
        let more = response.headers().get("Has-More").is_some_and(|more| more == "true");
        let tasks: Vec<Task> = response.json().await?;
        count += tasks.len();
        match tasks.last() {
            Some(last) if more => query.insert("after", last.id.clone()),
            _ => return Ok(count),
        };
    }
}
