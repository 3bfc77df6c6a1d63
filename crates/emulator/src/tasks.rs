//! What the emulator knows of tasks beyond the document: what generated ones are like, how they progress, and
//! what two of the filters mean.
//!
//! Task 0 is the newest whatever the number of tasks: a higher number adds older ones, and changes none.
//!
//! Kinds and statuses are shuffled in blocks: each of 13 tasks has a different kind, and of 20 each status has
//! some. So every value is in the first pages already. Tasks are in groups of 8 that one run, or one key,
//! created within three seconds; many share a second.
//!
//! A life is a function of the seed, the task's id and its progress, so a task takes the same course however
//! often it is read.

use std::sync::Arc;

use ittybit::{AudioCodec, Codecs, File, FileKind, Task, TaskKind, TaskStatus, Timestamp, VideoCodec};
use serde_json::{Map, Value, json};

use crate::random::{Random, Stream, number_of, scramble};
use crate::recipe::{Facts, Recipe, facts_of};
use crate::reply::UNKNOWN_VALUE;
use crate::resource::{Resource, key};

/// Where tasks are in the project's own document.
pub(crate) const PATH: &str = "/tasks";

/// Older spellings of statuses, and the current ones.
const OLD_STATUSES: [(&str, &str); 3] = [
    ("ready", "succeeded"),
    ("completed", "succeeded"),
    ("pending", "waiting"),
];

/// A kind and a place for files that no version of the API has.
const UNKNOWN_KIND: &str = "hologram";
const UNKNOWN_FILE_KIND: &str = "vault";

/// Where the tasks of a group begin, in seconds after those of the next older group.
const GROUP_SPACING: i64 = 127;
const GROUP_SIZE: u64 = 8;
/// How long before the start the newest task was created, so that it can have finished.
const NEWEST: i64 = 60;
const KEYS: u64 = 3;

/// Each status as often as it is in 20 tasks.
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

/// What the tasks are generated from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setting {
    pub(crate) seed: u64,
    pub(crate) count: usize,
    /// When the emulator started, in Unix seconds. No task is younger.
    pub(crate) now: i64,
    pub(crate) unknown_values: bool,
    pub(crate) extra_fields: bool,
}

pub(crate) struct Tasks {
    pub(crate) setting: Setting,
    pub(crate) resource: Arc<Resource>,
}

/// Adds to the document's resource what the document does not say.
pub(crate) fn adapt(resource: &mut Resource) {
    let status = key(&mut resource.keys, "status");
    for (old, current) in OLD_STATUSES {
        resource.keys[status].aliases.insert(old.to_owned(), current.to_owned());
    }
    let creator = key(&mut resource.keys, "created_by");
    if let Some(list) = &mut resource.list {
        // A task belongs to the run that created it; a key is not a run.
        list.filters.retain(|filter| filter.parameter != "run_id");
        list.filters.push(crate::resource::Filter {
            parameter: "run_id".to_owned(),
            key: creator,
            prefix: Some("run_"),
        });
    }
}

/// A task as it is sent: with `null` for an absent value, as in the reference.
pub(crate) fn to_json(mut task: Task) -> Value {
    task.error.get_or_insert(Value::Null);
    task.metadata.get_or_insert(Value::Null);
    serde_json::to_value(task).expect("a task is JSON")
}

/// A task as the client reads it, which treats `null` as absent.
pub(crate) fn from_json(item: &Value) -> Option<Task> {
    let mut task: Task = serde_json::from_value(item.clone()).ok()?;
    task.error.take_if(|error| error.is_null());
    task.metadata.take_if(|metadata| metadata.is_null());
    Some(task)
}

impl Recipe for Tasks {
    fn count(&self) -> usize {
        self.setting.count
    }

    fn facts(&self, age: u64) -> Facts {
        let basics = self.setting.basics(age);
        let values = self.resource.keys.iter().map(|key| match key.property.as_str() {
            "kind" => vec![basics.kind.as_str().to_owned()],
            "status" => vec![basics.status.as_str().to_owned()],
            "created_by" => vec![basics.created_by.clone()],
            property => crate::recipe::texts(self.item(age).get(property)),
        });
        Facts {
            time: basics.created_at,
            values: values.collect(),
            alive: !basics.status.is_terminal(),
            id: basics.id,
        }
    }

    fn item(&self, age: u64) -> Value {
        to_json(self.setting.task(age))
    }

    fn write(&self, age: u64, out: &mut Vec<u8>) {
        serde_json::to_writer(out, &self.setting.task(age)).expect("a task is JSON, and memory takes it");
    }

    fn facts_of(&self, item: &Value) -> Facts {
        let status = item.get("status").and_then(Value::as_str).unwrap_or_default();
        Facts {
            alive: !TaskStatus::from(status).is_terminal(),
            ..facts_of(&self.resource, item)
        }
    }

    fn wait(&self, item: &Value) -> Option<i64> {
        wait(self.setting.seed, &from_json(item)?)
    }

    fn advance(&self, item: &mut Value, now: i64) {
        if let Some(mut task) = from_json(item) {
            advance(self.setting.seed, &mut task, now);
            *item = to_json(task);
        }
    }
}

/// What a task is indexed by.
struct Basics {
    id: String,
    kind: TaskKind,
    status: TaskStatus,
    created_by: String,
    created_at: i64,
}

impl Setting {
    fn basics(&self, age: u64) -> Basics {
        let group = age / GROUP_SIZE;
        let mut kind = shuffled(self.seed, Stream::Kind, age, TaskKind::KNOWN);
        let mut status = shuffled(self.seed, Stream::Status, age, &STATUSES);
        if self.unknown_values {
            match age % 10 {
                4 => status = UNKNOWN_VALUE.into(),
                8 => kind = UNKNOWN_KIND.into(),
                _ => {}
            }
        }
        Basics {
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

    fn task(&self, age: u64) -> Task {
        let Basics {
            id,
            kind,
            status,
            created_by,
            created_at,
        } = self.basics(age);
        let mut random = Random::new(self.seed, Stream::Content, age);
        let mut input = input(&kind, &mut random);
        let wait = random.between(1, 3);
        let work = random.between(2, 50);
        let percent = (random.between(1, 19) * 5) as f64;

        let started = created_at + wait;
        let finished = started + work;
        // When the task started and finished, and its progress.
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
    // 11 digits represent every 64-bit number, so no two ids are the same.
    for _ in 0..11 {
        id.push(char::from(DIGITS[(rest % 62) as usize]));
        rest /= 62;
    }
    id
}

/// Why a task failed. The documentation does not show the shape; it is that of the API's errors.
fn failure(random: &mut Random) -> Value {
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

/// The contents of a file.
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

/// The file that a task of this kind produces; none where it only analyses.
fn output(kind: &TaskKind, task: &str, input: Option<&File>) -> Option<File> {
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

/// Progress, in percent, that one step of processing makes.
const STEP: f64 = 25.0;

/// How a task ends.
#[derive(Clone, Copy, PartialEq)]
enum Fate {
    Success,
    Failure,
    Cancellation,
}

/// Seconds until the task changes next; `None` for one that has finished, or whose status is unknown.
fn wait(seed: u64, task: &Task) -> Option<i64> {
    let longest = match task.status {
        TaskStatus::Waiting => 4,
        TaskStatus::Validating | TaskStatus::Finishing => 2,
        TaskStatus::Queued => 5,
        TaskStatus::Processing => 6,
        _ => return None,
    };
    let step = number_of(task.status.as_str()).wrapping_add(progress(task) as u64);
    let number = number_of(&task.id).wrapping_add(step);
    Some(Random::new(seed, Stream::Wait, number).between(1, longest))
}

/// Takes the task one step further, at a time in Unix seconds.
fn advance(seed: u64, task: &mut Task, now: i64) {
    let mut random = Random::new(seed, Stream::Fate, number_of(&task.id));
    let fate = match random.share() {
        share if share < 0.85 => Fate::Success,
        share if share < 0.95 => Fate::Failure,
        _ => Fate::Cancellation,
    };
    let now = Timestamp::from_unix_seconds(now);
    task.updated_at = Some(now);
    match task.status {
        TaskStatus::Waiting => {
            task.status = TaskStatus::Validating;
            task.started_at = Some(now);
        }
        TaskStatus::Validating => task.status = TaskStatus::Queued,
        TaskStatus::Queued if fate == Fate::Cancellation => {
            task.status = TaskStatus::Cancelled;
            task.finished_at = Some(now);
        }
        TaskStatus::Queued => {
            task.status = TaskStatus::Processing;
            task.progress = Some(0.0);
        }
        TaskStatus::Processing if fate == Fate::Failure && progress(task) >= 2.0 * STEP => {
            task.status = TaskStatus::Failed;
            task.finished_at = Some(now);
            task.error = Some(failure(&mut random));
        }
        TaskStatus::Processing => {
            let progress = (progress(task) + STEP).min(100.0);
            task.progress = Some(progress);
            if progress == 100.0 {
                task.status = TaskStatus::Finishing;
            }
        }
        TaskStatus::Finishing => {
            task.status = TaskStatus::Succeeded;
            task.progress = Some(100.0);
            task.finished_at = Some(now);
            task.output = output(&task.kind, &task.id, task.input.as_ref());
        }
        _ => {}
    }
}

fn progress(task: &Task) -> f64 {
    task.progress.unwrap_or(0.0).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{HashMap, HashSet};

    const SETTING: Setting = Setting {
        seed: 7,
        count: 0,
        now: 1_735_689_600,
        unknown_values: false,
        extra_fields: false,
    };

    #[test]
    fn older_tasks_are_not_newer() {
        let times: Vec<_> = (0..5_000).map(|age| SETTING.created_at(age)).collect();
        assert!(times.is_sorted_by(|newer, older| newer >= older));
        assert!(times.windows(2).any(|pair| pair[0] == pair[1]), "some share a second");
    }

    #[test]
    fn what_a_task_is_found_by_stands_in_it() {
        for unknown_values in [false, true] {
            let setting = Setting {
                unknown_values,
                ..SETTING
            };
            for age in 0..500 {
                let (facts, task) = (setting.basics(age), setting.task(age));
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
        let facts: Vec<_> = (0..20).map(|age| SETTING.basics(age)).collect();
        let kinds: HashSet<_> = facts.iter().map(|facts| &facts.kind).collect();
        let statuses: HashSet<_> = facts.iter().map(|facts| &facts.status).collect();
        assert_eq!(kinds, TaskKind::KNOWN.iter().collect());
        assert_eq!(statuses, TaskStatus::KNOWN.iter().collect());
    }

    #[test]
    fn times_follow_each_other() {
        for age in 0..2_000 {
            let task = SETTING.task(age);
            let updated = task.updated_at.expect("every task was updated");
            let mut times = vec![task.created_at, task.started_at, task.finished_at];
            times.retain(Option::is_some);
            assert!(times.is_sorted(), "{task:?}");
            assert_eq!(times.last(), Some(&Some(updated)), "{task:?}");
            assert!(updated.unix_seconds() <= SETTING.now, "{task:?}");
            assert_eq!(task.finished_at.is_some(), task.status.is_terminal(), "{task:?}");
            assert_eq!(
                task.error.as_ref().is_some_and(Value::is_object),
                task.status == TaskStatus::Failed
            );
        }
    }

    /// The statuses of a task from its creation at 0, and when it came to each.
    fn life(id: String) -> Vec<(TaskStatus, i64)> {
        let mut task = Task::builder()
            .id(id)
            .kind("video")
            .status("waiting")
            .created_at(Timestamp::from_unix_seconds(0))
            .build()
            .unwrap();
        let mut now = 0;
        let mut statuses = vec![(task.status.clone(), now)];
        while let Some(seconds) = wait(7, &task) {
            now += seconds;
            advance(7, &mut task, now);
            assert_eq!(task.updated_at, Some(Timestamp::from_unix_seconds(now)));
            if statuses.last().unwrap().0 != task.status {
                statuses.push((task.status.clone(), now));
            }
        }
        assert_eq!(task.finished_at, task.updated_at);
        assert_eq!(task.output.is_some(), task.status.is_success());
        assert_eq!(task.error.is_some(), task.status == TaskStatus::Failed);
        statuses
    }

    #[test]
    fn every_life_ends_within_a_minute() {
        let mut ends = HashMap::new();
        for number in 0..1_000 {
            let life = life(format!("task_{number}"));
            let (end, at) = life.last().unwrap();
            assert!(end.is_terminal());
            assert!(*at <= 60, "{life:?}");
            *ends.entry(end.clone()).or_insert(0) += 1;
        }
        assert!(ends[&TaskStatus::Succeeded] > 700, "{ends:?}");
        assert!(
            ends[&TaskStatus::Failed] > 0 && ends[&TaskStatus::Cancelled] > 0,
            "{ends:?}"
        );
    }

    #[test]
    fn a_life_goes_through_every_status() {
        let life = (0..)
            .map(|number| life(format!("task_{number}")))
            .find(|life| life.last().unwrap().0 == TaskStatus::Succeeded)
            .unwrap();
        let statuses: Vec<_> = life.iter().map(|(status, _)| status.as_str()).collect();
        let expected = [
            "waiting",
            "validating",
            "queued",
            "processing",
            "finishing",
            "succeeded",
        ];
        assert_eq!(statuses, expected);
    }
}
