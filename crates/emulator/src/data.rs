//! The generated tasks: each follows from the seed and its age alone, so that it need not be kept.
//!
//! The age of a task is how many generated tasks are newer. Task 0 is the newest whatever the
//! number of tasks: more of them add older ones, and change none.
//!
//! Kinds and statuses come in blocks, shuffled: of 13 tasks each has another kind, and of 20 each
//! status has some. So every value stands in the first pages already. Tasks come in groups of 8
//! that one run, or one key, made within three seconds; many share a second.

use ittybit::{AudioCodec, Codecs, File, FileKind, Task, TaskKind, TaskStatus, Timestamp, VideoCodec};
use serde_json::{Map, Value, json};

use crate::random::{Random, Stream, scramble};

/// A status, a kind and a place for files that no version of the API knows.
pub(crate) const UNKNOWN_STATUS: &str = "hibernating";
const UNKNOWN_KIND: &str = "hologram";
const UNKNOWN_FILE_KIND: &str = "vault";

/// Where the tasks of a group begin, in seconds after those of the next older group.
const GROUP_SPACING: i64 = 127;
const GROUP_SIZE: u64 = 8;
/// How long before the start the newest task was made, so that it can have come to its end.
const NEWEST: i64 = 60;
const KEYS: u64 = 3;

/// Each status as often as it stands in 20 tasks.
const STATUSES: [TaskStatus; 20] = [
    TaskStatus::Waiting,
    TaskStatus::Validating,
    TaskStatus::Queued,
    TaskStatus::Processing,
    TaskStatus::Finishing,
    TaskStatus::Succeeded,
    TaskStatus::Succeeded,
    TaskStatus::Succeeded,
    TaskStatus::Succeeded,
    TaskStatus::Succeeded,
    TaskStatus::Succeeded,
    TaskStatus::Succeeded,
    TaskStatus::Succeeded,
    TaskStatus::Succeeded,
    TaskStatus::Succeeded,
    TaskStatus::Ready,
    TaskStatus::Failed,
    TaskStatus::Failed,
    TaskStatus::Cancelled,
    TaskStatus::Cancelled,
];

/// What the tasks are made from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Recipe {
    pub(crate) seed: u64,
    pub(crate) count: usize,
    /// When the emulator started, in Unix seconds. No task is younger.
    pub(crate) now: i64,
    pub(crate) unknown_values: bool,
    pub(crate) extra_fields: bool,
}

/// What a task is found by: cheap to make for a million tasks.
pub(crate) struct Facts {
    pub(crate) id: String,
    pub(crate) kind: TaskKind,
    pub(crate) status: TaskStatus,
    pub(crate) created_by: String,
    pub(crate) created_at: i64,
}

impl Recipe {
    pub(crate) fn facts(&self, age: u64) -> Facts {
        let group = age / GROUP_SIZE;
        let mut kind = shuffled(self.seed, Stream::Kind, age, TaskKind::KNOWN);
        let mut status = shuffled(self.seed, Stream::Status, age, &STATUSES);
        if self.unknown_values {
            match age % 10 {
                4 => status = UNKNOWN_STATUS.into(),
                8 => kind = UNKNOWN_KIND.into(),
                _ => {}
            }
        }
        Facts {
            id: id("task", self.seed, Stream::TaskId, age),
            kind,
            status,
            created_by: self.creator(group),
            created_at: self.created_at(age),
        }
    }

    /// A run of its own for two groups of three, one of the project's keys for the others.
    fn creator(&self, group: u64) -> String {
        let mut random = Random::new(self.seed, Stream::Creator, group);
        match random.next() % 3 {
            0 => id("key", self.seed, Stream::KeyId, random.next() % KEYS),
            _ => id("run", self.seed, Stream::RunId, group),
        }
    }

    fn created_at(&self, age: u64) -> i64 {
        let (group, in_group) = (age / GROUP_SIZE, age % GROUP_SIZE);
        let jitter = Random::new(self.seed, Stream::CreatedAt, group).between(0, 59);
        let latest = self.now - NEWEST - group.cast_signed() * GROUP_SPACING - jitter;
        // Three seconds for eight tasks, so that some share one.
        latest - (in_group / 3).cast_signed()
    }

    pub(crate) fn task(&self, age: u64) -> Task {
        let Facts {
            id,
            kind,
            status,
            created_by,
            created_at,
        } = self.facts(age);
        let mut random = Random::new(self.seed, Stream::Content, age);
        let mut input = input(&kind, &mut random);
        let wait = random.between(1, 3);
        let work = random.between(2, 50);
        let percent = (random.between(1, 19) * 5) as f64;

        let started = created_at + wait;
        let finished = started + work;
        // When the task started and finished, and how far it came.
        let (started_at, finished_at, progress) = match status {
            TaskStatus::Waiting => (None, None, 0.0),
            TaskStatus::Validating | TaskStatus::Queued => (Some(started), None, 0.0),
            TaskStatus::Processing => (Some(started), None, percent),
            TaskStatus::Finishing => (Some(started), None, 100.0),
            TaskStatus::Succeeded | TaskStatus::Ready => (Some(started), Some(finished), 100.0),
            TaskStatus::Failed => (Some(started), Some(finished), percent),
            // Half of them before anything was done.
            TaskStatus::Cancelled if percent < 50.0 => (None, Some(started), 0.0),
            TaskStatus::Cancelled => (Some(started), Some(finished), percent),
            _ => (Some(started), None, percent),
        };
        let updated_at = finished_at.or(started_at).unwrap_or(created_at);
        let output = status.is_success().then(|| output(&kind, &id, Some(&input))).flatten();
        let error = match status {
            TaskStatus::Failed => failure(&mut random),
            _ => Value::Null,
        };
        let metadata = match age % 4 {
            1 => json!({ "customer": random.between(1000, 9999), "label": random.pick(&LABELS) }),
            _ => Value::Null,
        };
        let mut extra = Map::new();
        if self.extra_fields {
            extra.insert("priority".to_owned(), json!(random.between(1, 5)));
            extra.insert("labels".to_owned(), json!([random.pick(&LABELS)]));
            input
                .extra
                .insert("checksum".to_owned(), json!(format!("{:016x}", random.next())));
        }
        if self.unknown_values && age % 10 == 2 {
            input.kind = Some(UNKNOWN_FILE_KIND.into());
        }

        let mut task = Task::builder()
            .id(id)
            .object("task")
            .kind(kind)
            .status(status)
            .progress(progress)
            .input(input)
            .error(error)
            .metadata(metadata)
            .created_by(created_by)
            .created_at(Timestamp::from_unix_seconds(created_at))
            .updated_at(Timestamp::from_unix_seconds(updated_at))
            .extra(extra)
            .build()
            .expect("every required field is set");
        task.output = output;
        task.started_at = started_at.map(Timestamp::from_unix_seconds);
        task.finished_at = finished_at.map(Timestamp::from_unix_seconds);
        task
    }
}

const LABELS: [&str; 4] = ["campaign", "archive", "preview", "urgent"];

/// The value at a place of a sequence that repeats `values`, each time in another order.
fn shuffled<T: Clone>(seed: u64, stream: Stream, place: u64, values: &[T]) -> T {
    let length = values.len() as u64;
    let mut random = Random::new(seed, stream, place / length);
    let order = random.permutation(values.len());
    values[order[(place % length) as usize]].clone()
}

/// An id as the documentation shows them: what it names, and letters and digits.
fn id(prefix: &str, seed: u64, stream: Stream, number: u64) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut rest = scramble(seed, stream, number);
    let mut id = String::with_capacity(prefix.len() + 12);
    id.push_str(prefix);
    id.push('_');
    // 11 digits hold every 64-bit number, so no two ids are the same.
    for _ in 0..11 {
        id.push(char::from(DIGITS[(rest % 62) as usize]));
        rest /= 62;
    }
    id
}

/// Why a task failed. The documentation does not show the shape; it is that of the API's errors.
pub(crate) fn failure(random: &mut Random) -> Value {
    let (kind, message) = random.pick(&[
        (
            "format_unsupported",
            "The format of the input is not supported. Use MP4, MOV, MKV, MP3, WAV, JPEG or PNG.",
        ),
        (
            "input_unreadable",
            "The input could not be downloaded. Check that its URL can be reached.",
        ),
        (
            "internal_error",
            "Something went wrong on our side. Create the task again.",
        ),
    ]);
    json!({ "kind": kind, "message": message })
}

/// What a file holds.
#[derive(Clone, Copy)]
enum Source {
    Video,
    Audio,
    Image,
}

const NAMES: [&str; 7] = [
    "interview",
    "keynote",
    "drone-flight",
    "product-demo",
    "lecture",
    "trailer",
    "podcast",
];
const PICTURES: [(i32, i32); 4] = [(1280, 720), (1920, 1080), (3840, 2160), (1080, 1920)];

/// A file that a task of this kind could read.
fn input(kind: &TaskKind, random: &mut Random) -> File {
    let source = match kind {
        TaskKind::Image | TaskKind::Nsfw => random.pick(&[Source::Video, Source::Image]),
        TaskKind::Audio | TaskKind::Speech => random.pick(&[Source::Video, Source::Audio]),
        TaskKind::Ingest | TaskKind::Conditions | TaskKind::Upload => {
            random.pick(&[Source::Video, Source::Video, Source::Audio, Source::Image])
        }
        _ => Source::Video,
    };
    match source {
        Source::Video => video(random),
        Source::Audio => audio(random),
        Source::Image => image(random),
    }
}

fn upload(extension: &str, mimetype: &str, random: &mut Random) -> File {
    let filename = format!("{}-{:03}.{extension}", random.pick(&NAMES), random.between(1, 999));
    let url = format!("https://storage.example.com/uploads/{filename}");
    file(FileKind::Url, url, filename, mimetype)
}

fn video(random: &mut Random) -> File {
    let h264 = VideoCodec::builder().name("h264").profile("high").level("4.0");
    let hevc = VideoCodec::builder().name("hevc").profile("main").level("5.1");
    let vp9 = VideoCodec::builder().name("vp9");
    let (extension, mimetype, codec, sound) = match random.between(0, 3) {
        0 => ("mov", "video/quicktime", h264, "aac"),
        1 => ("mp4", "video/mp4", h264, "aac"),
        2 => ("mkv", "video/x-matroska", hevc, "aac"),
        _ => ("webm", "video/webm", vp9, "opus"),
    };
    let mut file = upload(extension, mimetype, random);
    set_picture(&mut file, random.pick(&PICTURES));
    set_stream(
        &mut file,
        random.between(50, 36_000),
        random.between(1_000, 12_000) * 1000,
    );
    file.framerate = Some(random.pick(&[24.0, 25.0, 29.97, 30.0, 60.0]));
    let sound = AudioCodec::builder()
        .name(sound)
        .sample_rate(48_000)
        .channels(2)
        .bitrate(random.pick(&[96_000, 128_000, 192_000]));
    set_codecs(&mut file, Codecs::builder().video(codec).audio(sound));
    file
}

fn audio(random: &mut Random) -> File {
    let (extension, mimetype, codec, bitrate) = random.pick(&[
        ("wav", "audio/wav", "pcm_s16le", 1_411_200),
        ("mp3", "audio/mpeg", "mp3", 192_000),
        ("m4a", "audio/mp4", "aac", 128_000),
    ]);
    let mut file = upload(extension, mimetype, random);
    set_stream(&mut file, random.between(50, 36_000), bitrate);
    let codec = AudioCodec::builder()
        .name(codec)
        .sample_rate(44_100)
        .channels(2)
        .bitrate(bitrate);
    set_codecs(&mut file, Codecs::builder().audio(codec));
    file
}

fn image(random: &mut Random) -> File {
    let (extension, mimetype) = random.pick(&[("jpg", "image/jpeg"), ("png", "image/png"), ("webp", "image/webp")]);
    let mut file = upload(extension, mimetype, random);
    set_picture(&mut file, random.pick(&PICTURES));
    file.filesize = Some(random.between(40_000, 6_000_000));
    file
}

/// The file that a task of this kind makes; none where it only finds something out.
pub(crate) fn output(kind: &TaskKind, task: &str, input: Option<&File>) -> Option<File> {
    let (extension, mimetype) = match kind {
        TaskKind::Video => ("mp4", "video/mp4"),
        TaskKind::AdaptiveVideo => ("m3u8", "application/vnd.apple.mpegurl"),
        TaskKind::Image => ("webp", "image/webp"),
        TaskKind::Audio => ("m4a", "audio/mp4"),
        TaskKind::Subtitles | TaskKind::Chapters => ("vtt", "text/vtt"),
        TaskKind::Summary => ("txt", "text/plain"),
        TaskKind::Speech | TaskKind::Nsfw | TaskKind::Outline => ("json", "application/json"),
        TaskKind::Ingest | TaskKind::Upload => return Some(copy(kind, task, input?)),
        _ => return None,
    };
    let stem = input
        .and_then(|input| input.filename.as_deref())
        .map_or("output", |name| name.rsplit_once('.').map_or(name, |(stem, _)| stem));
    let filename = format!("{stem}.{extension}");
    let mut file = file(
        FileKind::Internal,
        format!("https://cdn.example.com/{task}/{filename}"),
        filename,
        mimetype,
    );
    let duration = input.and_then(|input| input.duration).unwrap_or(60.0);
    let tenths = (duration * 10.0).round() as i64;
    match kind {
        TaskKind::Video => {
            set_picture(&mut file, (1280, 720));
            set_stream(&mut file, tenths, 1_200_000);
            file.framerate = input.and_then(|input| input.framerate).or(Some(30.0));
        }
        TaskKind::AdaptiveVideo => {
            file.duration = Some(duration);
            file.filesize = Some(1_648);
        }
        TaskKind::Image => {
            set_picture(&mut file, (640, 360));
            file.filesize = Some(48_212);
        }
        TaskKind::Audio => set_stream(&mut file, tenths, 128_000),
        // A text is longer the longer the recording is.
        _ => file.filesize = Some(512 + tenths * 2),
    }
    Some(file)
}

/// The same file in another place: what `ingest` takes in, and `upload` puts elsewhere.
fn copy(kind: &TaskKind, task: &str, input: &File) -> File {
    let mut file = input.clone();
    let name = input.filename.as_deref().unwrap_or("file");
    let (place, url) = match kind {
        TaskKind::Upload => (FileKind::Url, format!("https://bucket.example.com/{task}/{name}")),
        _ => (FileKind::Internal, format!("https://cdn.example.com/{task}/{name}")),
    };
    file.kind = Some(place);
    file.url = Some(url);
    file
}

fn file(kind: FileKind, url: String, filename: String, mimetype: &str) -> File {
    File::builder()
        .kind(kind)
        .url(url)
        .filename(filename)
        .mimetype(mimetype)
        .build()
        .expect("a file has no required field")
}

fn set_picture(file: &mut File, (width, height): (i32, i32)) {
    file.width = Some(width);
    file.height = Some(height);
}

fn set_codecs(file: &mut File, codecs: ittybit::builder::CodecsBuilder) {
    file.codecs = Some(codecs.build().expect("codecs have no required field"));
}

/// Sets the playing time, in tenths of a second, and what follows from it.
fn set_stream(file: &mut File, tenths: i64, bitrate: i64) {
    file.duration = Some(tenths as f64 / 10.0);
    file.bitrate = Some(bitrate);
    file.filesize = Some(bitrate * tenths / 80);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    const RECIPE: Recipe = Recipe {
        seed: 7,
        count: 0,
        now: 1_735_689_600,
        unknown_values: false,
        extra_fields: false,
    };

    #[test]
    fn older_tasks_are_not_newer() {
        let times: Vec<_> = (0..5_000).map(|age| RECIPE.created_at(age)).collect();
        assert!(times.is_sorted_by(|newer, older| newer >= older));
        assert!(times.windows(2).any(|pair| pair[0] == pair[1]), "some share a second");
    }

    #[test]
    fn what_a_task_is_found_by_stands_in_it() {
        for unknown_values in [false, true] {
            let recipe = Recipe {
                unknown_values,
                ..RECIPE
            };
            for age in 0..500 {
                let (facts, task) = (recipe.facts(age), recipe.task(age));
                assert_eq!(task.id, facts.id);
                assert_eq!(task.kind, facts.kind);
                assert_eq!(task.status, facts.status);
                assert_eq!(task.created_by, Some(facts.created_by));
                assert_eq!(task.created_at, Some(Timestamp::from_unix_seconds(facts.created_at)));
            }
        }
    }

    #[test]
    fn every_kind_and_status_is_among_the_newest() {
        let facts: Vec<_> = (0..20).map(|age| RECIPE.facts(age)).collect();
        let kinds: HashSet<_> = facts.iter().map(|facts| &facts.kind).collect();
        let statuses: HashSet<_> = facts.iter().map(|facts| &facts.status).collect();
        assert_eq!(kinds, TaskKind::KNOWN.iter().collect());
        assert_eq!(statuses, TaskStatus::KNOWN.iter().collect());
    }

    #[test]
    fn times_follow_each_other() {
        for age in 0..2_000 {
            let task = RECIPE.task(age);
            let updated = task.updated_at.expect("every task was updated");
            let mut times = vec![task.created_at, task.started_at, task.finished_at];
            times.retain(Option::is_some);
            assert!(times.is_sorted(), "{task:?}");
            assert_eq!(times.last(), Some(&Some(updated)), "{task:?}");
            assert!(updated.unix_seconds() <= RECIPE.now, "{task:?}");
            assert_eq!(task.finished_at.is_some(), task.status.is_terminal(), "{task:?}");
            assert_eq!(
                task.error.as_ref().is_some_and(Value::is_object),
                task.status == TaskStatus::Failed
            );
        }
    }
}
