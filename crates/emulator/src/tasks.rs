//! What the emulator knows of tasks beyond the document: what generated ones are like, how they progress, and
//! what two of the filters mean.
//!
//! The document decides all the same. Where a task made here is not as it says, because a property, a value or a
//! bound was changed, the task is made from its schema, as for any other resource, and gets what still fits.
//!
//! Task 0 is the newest whatever the number of tasks: a higher number adds older ones, and changes none.
//!
//! Kinds and statuses are shuffled in blocks: each of 13 tasks has a different kind, and of 20 each status has
//! some. So every value is in the first pages already. A value that was not known here follows at the end of each
//! block, so that the tasks before it stay as they are. Tasks are in groups of 8 that one run, or one key,
//! created within three seconds; many share a second.
//!
//! What happens to a task follows from the seed, its id and its progress, so a task takes the same course however
//! often it is read.

use ittybit::{Task, Timestamp};
use serde_json::{Map, Value, json};

use crate::contract::Contract;
use crate::id::property;
use crate::random::{Random, Stream, number_of, scramble};
use crate::recipe::{Facts, FromSchema, Recipe, facts_of};
use crate::reply::UNKNOWN_VALUE;
use crate::resource::{Resource, key};
use crate::schema::Direction;
use crate::value::Shape;

/// Where tasks are in the project's own document.
pub(crate) const PATH: &str = "/tasks";

/// Older spellings of statuses that no documented response has, and the current ones.
const OLD_STATUSES: [(&str, &str); 2] = [("completed", "succeeded"), ("pending", "waiting")];

/// A kind and a place for files that no version of the API has.
const UNKNOWN_KIND: &str = "hologram";
const UNKNOWN_FILE_KIND: &str = "vault";

/// Where the tasks of a group begin, in seconds after those of the next older group.
const GROUP_SPACING: i64 = 127;
const GROUP_SIZE: u64 = 8;
/// How long before the start the newest task was created, so that it can have finished.
const NEWEST: i64 = 60;
const KEYS: u64 = 3;

/// How often each kind is in a block of tasks.
const KINDS: [(&str, usize); 13] = [
    ("video", 1),
    ("adaptive_video", 1),
    ("image", 1),
    ("audio", 1),
    ("speech", 1),
    ("nsfw", 1),
    ("summary", 1),
    ("outline", 1),
    ("subtitles", 1),
    ("chapters", 1),
    ("ingest", 1),
    ("conditions", 1),
    ("upload", 1),
];
/// How often each status is in a block.
const STATUSES: [(&str, usize); 9] = [
    ("waiting", 1),
    ("validating", 1),
    ("queued", 1),
    ("processing", 1),
    ("finishing", 1),
    ("succeeded", 10),
    ("ready", 1),
    ("failed", 2),
    ("cancelled", 2),
];

/// The properties that tasks have from here.
const PROPERTIES: [&str; 14] = [
    "id",
    "object",
    "kind",
    "status",
    "progress",
    "input",
    "output",
    "error",
    "metadata",
    "created_by",
    "created_at",
    "started_at",
    "finished_at",
    "updated_at",
];

/// Those that are `null` where they are absent, as in the reference.
const NULL: [&str; 2] = ["error", "metadata"];

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
    setting: Setting,
    /// How a task is made where the document is another than the one that was known here.
    generic: FromSchema,
    kinds: Block,
    statuses: Block,
    /// Those of `PROPERTIES` that the document has.
    known: Vec<&'static str>,
    /// Whether tasks are as made here, so that what they are indexed by is known without making them.
    exact: bool,
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

/// A task as it is sent: with `null` for an absent value where the document allows it.
pub(crate) fn to_json(task: &Task, contract: &Contract, resource: &Resource) -> Value {
    let mut item = serde_json::to_value(task).expect("a task is JSON");
    let schemas = &contract.schemas;
    for name in NULL {
        let place = property(schemas, &resource.schema, name);
        if place.is_some_and(|place| schemas.is_valid(Direction::Response, &place, &Value::Null))
            && let Some(item) = item.as_object_mut()
        {
            item.entry(name).or_insert(Value::Null);
        }
    }
    item
}

/// A task as the client reads it, which treats `null` as absent.
pub(crate) fn from_json(item: &Value) -> Option<Task> {
    let mut item = item.clone();
    for name in NULL {
        if item.get(name).is_some_and(Value::is_null)
            && let Some(item) = item.as_object_mut()
        {
            item.remove(name);
        }
    }
    serde_json::from_value(item).ok()
}

/// The documented values of a property, each as often as it is in a block of tasks.
struct Block {
    /// Those known here, in another order in each block.
    shuffled: Vec<String>,
    /// The others, which follow in each block.
    new: Vec<String>,
}

impl Block {
    /// A value that is not documented makes room for the most frequent one that is.
    fn new(known: &[(&str, usize)], documented: Vec<String>) -> Self {
        let is_documented = |value: &str| documented.iter().any(|one| one == value);
        let frequent = known.iter().filter(|(value, _)| is_documented(value));
        let frequent = frequent.max_by_key(|(_, count)| count).map(|(value, _)| *value);
        let each = known
            .iter()
            .flat_map(|(value, count)| std::iter::repeat_n(*value, *count));
        let shuffled = each.filter_map(|value| match is_documented(value) {
            true => Some(value),
            false => frequent,
        });
        let is_known = |value: &String| known.iter().any(|(one, _)| one == value);
        Self {
            shuffled: shuffled.map(str::to_owned).collect(),
            new: documented.iter().filter(|value| !is_known(value)).cloned().collect(),
        }
    }

    fn len(&self) -> usize {
        self.shuffled.len() + self.new.len()
    }

    fn at(&self, seed: u64, stream: Stream, age: u64) -> &str {
        let (block, place) = (age / self.len() as u64, (age % self.len() as u64) as usize);
        if place >= self.shuffled.len() {
            return &self.new[place - self.shuffled.len()];
        }
        let order = Random::new(seed, stream, block).permutation(self.shuffled.len());
        &self.shuffled[order[place]]
    }
}

impl Tasks {
    pub(crate) fn new(setting: Setting, generic: FromSchema) -> Self {
        let (schemas, schema) = (&generic.contract.schemas, generic.resource.schema.as_str());
        let place = |name: &str| property(schemas, schema, name);
        let values = |name: &str| {
            let shape = place(name).map(|place| Shape::at(schemas, Direction::Response, &place));
            let listed = shape.unwrap_or_default().keywords.remove("enum");
            let listed = listed.as_ref().and_then(Value::as_array).into_iter().flatten();
            listed.filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>()
        };
        let or = |values: Vec<String>, default: &str| match values.is_empty() {
            true => vec![default.to_owned()],
            false => values,
        };
        let mut tasks = Self {
            setting,
            kinds: Block::new(&KINDS, or(values("kind"), "video")),
            statuses: Block::new(&STATUSES, or(values("status"), "waiting")),
            known: PROPERTIES.into_iter().filter(|name| place(name).is_some()).collect(),
            exact: false,
            generic,
        };
        let as_made = |age| tasks.facts_of(&tasks.item(age)) == tasks.basics(age).facts(&tasks);
        // There are all kinds and statuses among these.
        let sample = tasks.kinds.len().max(tasks.statuses.len());
        let exact = (0..setting.count.min(sample) as u64).all(as_made);
        tasks.exact = exact;
        tasks
    }

    /// A task that is valid against its schema.
    fn fitted(&self, age: u64, made: Map<String, Value>) -> Value {
        let mut made = made;
        made.retain(|name, _| self.known.contains(&name.as_str()));
        let made = Value::Object(made);
        if self.fits(&made) {
            return made;
        }
        let mut item = self.generic.item(age);
        for name in &self.known {
            match made.get(*name) {
                Some(value) => self.generic.set(&mut item, name, value.clone()),
                None => self.generic.unset(&mut item, name),
            }
        }
        item
    }

    /// Whether the document has a property with this value.
    fn accepts(&self, name: &str, value: &Value) -> bool {
        let schemas = &self.generic.contract.schemas;
        let place = property(schemas, &self.generic.resource.schema, name);
        place.is_some_and(|place| schemas.is_valid(Direction::Response, &place, value))
    }

    fn fits(&self, item: &Value) -> bool {
        let schemas = &self.generic.contract.schemas;
        schemas.is_valid(Direction::Response, &self.generic.resource.schema, item)
    }

    /// Makes all changes; where the task would then not be valid, those that can be made.
    fn change(&self, item: &mut Value, changes: Vec<(&str, Value)>) {
        let mut changed = item.clone();
        for (name, value) in &changes {
            changed[*name] = value.clone();
        }
        if self.fits(&changed) {
            *item = changed;
            return;
        }
        for (name, value) in changes {
            self.generic.set(item, name, value);
        }
    }
}

impl Recipe for Tasks {
    fn count(&self) -> usize {
        self.setting.count
    }

    fn facts(&self, age: u64) -> Facts {
        match self.exact {
            true => self.basics(age).facts(self),
            false => self.facts_of(&self.item(age)),
        }
    }

    fn item(&self, age: u64) -> Value {
        let mut random = Random::new(self.setting.seed, Stream::Content, age);
        let made = self.setting.task(age, self.documented(age), &mut random);
        let mut item = self.fitted(age, made);
        if self.setting.extra_fields {
            item["priority"] = random.between(1, 5).into();
            item["labels"] = json!([random.pick(&LABELS)]);
            if let Some(input) = item.get_mut("input").and_then(Value::as_object_mut) {
                input.insert("checksum".to_owned(), format!("{:016x}", random.next()).into());
            }
        }
        if self.setting.unknown_values {
            match age % 10 {
                2 => {
                    if let Some(input) = item.get_mut("input").and_then(Value::as_object_mut) {
                        input.insert("kind".to_owned(), UNKNOWN_FILE_KIND.into());
                    }
                }
                4 => item["status"] = UNKNOWN_VALUE.into(),
                8 => item["kind"] = UNKNOWN_KIND.into(),
                _ => {}
            }
        }
        item
    }

    fn facts_of(&self, item: &Value) -> Facts {
        facts_of(&self.generic.resource, item)
    }

    /// Seconds until the task changes next; `None` for one that has finished, or whose status is unknown.
    fn wait(&self, item: &Value) -> Option<i64> {
        let lifecycle = self.generic.resource.lifecycle.as_ref()?;
        let status = text(item, &lifecycle.property);
        if !lifecycle.progress.iter().any(|one| one == status) {
            return None;
        }
        let longest = match status {
            "waiting" => 4,
            "validating" | "finishing" => 2,
            "processing" => 6,
            _ => 5,
        };
        let step = number_of(status).wrapping_add(percent(item) as u64);
        let number = number_of(text(item, &self.generic.resource.id)).wrapping_add(step);
        Some(Random::new(self.setting.seed, Stream::Wait, number).between(1, longest))
    }

    fn advance(&self, item: &mut Value, now: i64) {
        let resource = &*self.generic.resource;
        let Some(lifecycle) = &resource.lifecycle else {
            return;
        };
        let status = text(item, &lifecycle.property).to_owned();
        let Some(place) = lifecycle.progress.iter().position(|one| *one == status) else {
            return;
        };
        let id = text(item, &resource.id).to_owned();
        let mut random = Random::new(self.setting.seed, Stream::Fate, number_of(&id));
        let share = random.share();
        let (fails, is_cancelled) = ((0.85..0.95).contains(&share), share >= 0.95);
        let has_failure = |status: &str| lifecycle.failure.iter().any(|one| one == status);
        let mut changes = Vec::new();
        let following = lifecycle.progress.get(place + 1).or(lifecycle.success.first());
        let next = match status.as_str() {
            "queued" if is_cancelled && has_failure("cancelled") => Some("cancelled"),
            "processing" if fails && percent(item) >= 2.0 * STEP && has_failure("failed") => {
                changes.push(("error", failure(&mut random)));
                Some("failed")
            }
            "processing" => {
                let percent = (percent(item) + STEP).min(100.0);
                let progress = decimal(percent);
                // A task that cannot progress would not end.
                let stays = percent < 100.0 && self.accepts("progress", &progress);
                changes.push(("progress", progress));
                match stays {
                    true => Some("processing"),
                    false => following.map(String::as_str),
                }
            }
            _ => following.map(String::as_str),
        };
        let Some(next) = next else {
            return;
        };
        changes.push((&lifecycle.property, next.into()));
        if next == "processing" && status != next {
            changes.push(("progress", 0.into()));
        }
        if lifecycle.success.iter().any(|one| one == next) {
            changes.push(("progress", 100.into()));
            let made = output(text(item, "kind"), &id, item.get("input").and_then(Value::as_object));
            changes.extend(made.map(|made| ("output", Value::Object(made))));
        }
        let started = resource.started.as_ref().filter(|_| place == 0);
        let ended = !lifecycle.progress.iter().any(|one| one == next);
        let finished = resource.finished.as_ref().filter(|_| ended);
        for field in [started, finished, resource.updated.as_ref()].into_iter().flatten() {
            changes.push((&field.property, field.write(now)));
        }
        changes.retain(|(name, _)| !PROPERTIES.contains(name) || self.known.contains(name));
        self.change(item, changes);
    }
}

fn text<'a>(item: &'a Value, name: &str) -> &'a str {
    item.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// What a task is indexed by.
struct Basics {
    id: String,
    kind: String,
    status: String,
    created_by: String,
    created_at: i64,
}

impl Basics {
    fn facts(self, tasks: &Tasks) -> Facts {
        let resource = &tasks.generic.resource;
        let values = resource.keys.iter().map(|key| match key.property.as_str() {
            "kind" => vec![self.kind.clone()],
            "status" => vec![self.status.clone()],
            "created_by" => vec![self.created_by.clone()],
            _ => Vec::new(),
        });
        let values = values.collect();
        let lifecycle = resource.lifecycle.as_ref();
        Facts {
            time: self.created_at,
            values,
            alive: lifecycle.is_some_and(|lifecycle| lifecycle.progress.contains(&self.status)),
            id: self.id,
            // Whether the cursor is another property, only the item itself says.
            cursor: None,
        }
    }
}

impl Tasks {
    fn basics(&self, age: u64) -> Basics {
        let mut basics = self.documented(age);
        if self.setting.unknown_values {
            match age % 10 {
                4 => basics.status = UNKNOWN_VALUE.to_owned(),
                8 => basics.kind = UNKNOWN_KIND.to_owned(),
                _ => {}
            }
        }
        basics
    }

    /// The basics with values that are documented.
    fn documented(&self, age: u64) -> Basics {
        let setting = &self.setting;
        Basics {
            id: id("task", setting.seed, Stream::TaskId, age),
            kind: self.kinds.at(setting.seed, Stream::Kind, age).to_owned(),
            status: self.statuses.at(setting.seed, Stream::Status, age).to_owned(),
            created_by: setting.creator(age / GROUP_SIZE),
            created_at: setting.created_at(age),
        }
    }
}

impl Setting {
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

    /// A task, before the document is asked.
    fn task(&self, age: u64, basics: Basics, random: &mut Random) -> Map<String, Value> {
        let Basics {
            id,
            kind,
            status,
            created_by,
            created_at,
        } = basics;
        let input = input(&kind, random);
        let wait = random.between(1, 3);
        let work = random.between(2, 50);
        let percent = random.between(1, 19) * 5;

        let started = created_at + wait;
        let finished = started + work;
        let is_success = ["succeeded", "ready"].contains(&status.as_str());
        // When the task started and finished, and its progress.
        let (started_at, finished_at, progress) = match status.as_str() {
            "waiting" => (None, None, 0),
            "validating" | "queued" => (Some(started), None, 0),
            "finishing" => (Some(started), None, 100),
            _ if is_success => (Some(started), Some(finished), 100),
            "failed" => (Some(started), Some(finished), percent),
            // Half of them before anything was done.
            "cancelled" if percent < 50 => (None, Some(started), 0),
            "cancelled" => (Some(started), Some(finished), percent),
            _ => (Some(started), None, percent),
        };
        let updated_at = finished_at.or(started_at).unwrap_or(created_at);
        let output = is_success.then(|| output(&kind, &id, Some(&input))).flatten();
        let error = match status.as_str() {
            "failed" => failure(random),
            _ => Value::Null,
        };
        let metadata = match age % 4 {
            1 => json!({ "customer": random.between(1000, 9999), "label": random.pick(&LABELS) }),
            _ => Value::Null,
        };
        let time = |seconds| json!(Timestamp::from_unix_seconds(seconds));
        let mut task = object([
            ("id", id.into()),
            ("object", "task".into()),
            ("kind", kind.into()),
            ("status", status.into()),
            ("progress", progress.into()),
            ("input", input.into()),
            ("error", error),
            ("metadata", metadata),
            ("created_by", created_by.into()),
            ("created_at", time(created_at)),
            ("updated_at", time(updated_at)),
        ]);
        let optional = [
            ("output", output.map(Value::Object)),
            ("started_at", started_at.map(time)),
            ("finished_at", finished_at.map(time)),
        ];
        for (name, value) in optional {
            task.extend(value.map(|value| (name.to_owned(), value)));
        }
        task
    }
}

fn object<const N: usize>(members: [(&str, Value); N]) -> Map<String, Value> {
    let members = members.into_iter().map(|(name, value)| (name.to_owned(), value));
    members.collect()
}

/// A number as the API writes it: without a fraction where it has none.
fn decimal(number: f64) -> Value {
    match number.fract() == 0.0 {
        true => json!(number as i64),
        false => json!(number),
    }
}

const LABELS: [&str; 4] = ["campaign", "archive", "preview", "urgent"];

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

/// A file, as JSON.
type File = Map<String, Value>;

/// A file that a task of this kind could read.
fn input(kind: &str, random: &mut Random) -> File {
    type Make = fn(&mut Random) -> File;
    let makes: &[Make] = match kind {
        "image" | "nsfw" => &[video, image],
        "audio" | "speech" => &[video, audio],
        "ingest" | "conditions" | "upload" => &[video, video, audio, image],
        _ => return video(random),
    };
    random.pick(makes)(random)
}

fn upload(extension: &str, mimetype: &str, random: &mut Random) -> File {
    let filename = format!("{}-{:03}.{extension}", random.pick(&NAMES), random.between(1, 999));
    let url = format!("https://storage.example.com/uploads/{filename}");
    file("url", url, filename, mimetype)
}

fn video(random: &mut Random) -> File {
    let h264 = json!({ "name": "h264", "profile": "high", "level": "4.0" });
    let hevc = json!({ "name": "hevc", "profile": "main", "level": "5.1" });
    let vp9 = json!({ "name": "vp9" });
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
    set(
        &mut file,
        "framerate",
        decimal(random.pick(&[24.0, 25.0, 29.97, 30.0, 60.0])),
    );
    let bitrate = random.pick(&[96_000, 128_000, 192_000]);
    let sound = json!({ "name": sound, "sample_rate": 48_000, "channels": 2, "bitrate": bitrate });
    set(&mut file, "codecs", json!({ "video": codec, "audio": sound }));
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
    let codec = json!({ "name": codec, "sample_rate": 44_100, "channels": 2, "bitrate": bitrate });
    set(&mut file, "codecs", json!({ "audio": codec }));
    file
}

fn image(random: &mut Random) -> File {
    let (extension, mimetype) = random.pick(&[("jpg", "image/jpeg"), ("png", "image/png"), ("webp", "image/webp")]);
    let mut file = upload(extension, mimetype, random);
    set_picture(&mut file, random.pick(&PICTURES));
    set(&mut file, "filesize", random.between(40_000, 6_000_000).into());
    file
}

/// The file that a task of this kind produces; none where it only analyses.
fn output(kind: &str, task: &str, input: Option<&File>) -> Option<File> {
    let (extension, mimetype) = match kind {
        "video" => ("mp4", "video/mp4"),
        "adaptive_video" => ("m3u8", "application/vnd.apple.mpegurl"),
        "image" => ("webp", "image/webp"),
        "audio" => ("m4a", "audio/mp4"),
        "subtitles" | "chapters" => ("vtt", "text/vtt"),
        "summary" => ("txt", "text/plain"),
        "speech" | "nsfw" | "outline" => ("json", "application/json"),
        "ingest" | "upload" => return Some(copy(kind, task, input?)),
        _ => return None,
    };
    let of_input = |name: &str| input.and_then(|input| input.get(name));
    let stem = of_input("filename")
        .and_then(Value::as_str)
        .map_or("output", |name| name.rsplit_once('.').map_or(name, |(stem, _)| stem));
    let filename = format!("{stem}.{extension}");
    let url = format!("https://cdn.example.com/{task}/{filename}");
    let mut file = file("internal", url, filename, mimetype);
    let duration = of_input("duration").and_then(Value::as_f64).unwrap_or(60.0);
    let tenths = (duration * 10.0).round() as i64;
    match kind {
        "video" => {
            set_picture(&mut file, (1280, 720));
            set_stream(&mut file, tenths, 1_200_000);
            set(
                &mut file,
                "framerate",
                of_input("framerate").cloned().unwrap_or(30.into()),
            );
        }
        "adaptive_video" => {
            set(&mut file, "duration", decimal(duration));
            set(&mut file, "filesize", 1_648.into());
        }
        "image" => {
            set_picture(&mut file, (640, 360));
            set(&mut file, "filesize", 48_212.into());
        }
        "audio" => set_stream(&mut file, tenths, 128_000),
        // A text is longer the longer the recording is.
        _ => set(&mut file, "filesize", (512 + tenths * 2).into()),
    }
    Some(file)
}

/// The same file in another place: what `ingest` takes in, and `upload` puts elsewhere.
fn copy(kind: &str, task: &str, input: &File) -> File {
    let mut file = input.clone();
    let name = input.get("filename").and_then(Value::as_str).unwrap_or("file");
    let (place, url) = match kind {
        "upload" => ("url", format!("https://bucket.example.com/{task}/{name}")),
        _ => ("internal", format!("https://cdn.example.com/{task}/{name}")),
    };
    set(&mut file, "kind", place.into());
    set(&mut file, "url", url.into());
    file
}

fn file(kind: &str, url: String, filename: String, mimetype: &str) -> File {
    object([
        ("kind", kind.into()),
        ("url", url.into()),
        ("filename", filename.into()),
        ("mimetype", mimetype.into()),
    ])
}

fn set(file: &mut File, name: &str, value: Value) {
    file.insert(name.to_owned(), value);
}

fn set_picture(file: &mut File, (width, height): (i32, i32)) {
    set(file, "width", width.into());
    set(file, "height", height.into());
}

/// Sets the playing time, in tenths of a second, and what follows from it.
fn set_stream(file: &mut File, tenths: i64, bitrate: i64) {
    set(file, "duration", decimal(tenths as f64 / 10.0));
    set(file, "bitrate", bitrate.into());
    set(file, "filesize", (bitrate * tenths / 80).into());
}

/// Progress, in percent, that one step of processing makes.
const STEP: f64 = 25.0;

fn percent(item: &Value) -> f64 {
    item.get("progress").and_then(Value::as_f64).unwrap_or(0.0).max(0.0)
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};
    use std::sync::Arc;

    use ittybit::{TaskKind, TaskStatus};
    use ittybit_spec::Document;

    use super::*;
    use crate::builder::OWN_DOCUMENT;
    use crate::recipe::texts;

    const SETTING: Setting = Setting {
        seed: 7,
        count: 100,
        now: 1_735_689_600,
        unknown_values: false,
        extra_fields: false,
    };

    fn tasks(setting: Setting, document: &str) -> Tasks {
        let document = Document::parse("openapi.yaml", document).unwrap_or_else(|findings| panic!("{findings}"));
        let contract = Contract::new(&document).unwrap_or_else(|findings| panic!("{findings}"));
        let mut resources = crate::resource::find(&contract);
        let mut resource = resources.remove(resources.iter().position(|one| one.path == PATH).unwrap());
        adapt(&mut resource);
        let generic = FromSchema {
            contract: Arc::new(contract),
            resource: Arc::new(resource),
            seed: setting.seed,
            count: setting.count,
            now: setting.now,
            parents: Vec::new(),
        };
        Tasks::new(setting, generic)
    }

    fn own() -> Tasks {
        tasks(SETTING, OWN_DOCUMENT)
    }

    fn task(tasks: &Tasks, age: u64) -> Task {
        from_json(&tasks.item(age)).unwrap()
    }

    #[test]
    fn older_tasks_are_not_newer() {
        let times: Vec<_> = (0..5_000).map(|age| SETTING.created_at(age)).collect();
        assert!(times.is_sorted_by(|newer, older| newer >= older));
        assert!(times.windows(2).any(|pair| pair[0] == pair[1]), "some share a second");
    }

    #[test]
    fn the_index_values_of_a_task_are_its_own() {
        for unknown_values in [false, true] {
            let setting = Setting {
                unknown_values,
                ..SETTING
            };
            let tasks = tasks(setting, OWN_DOCUMENT);
            assert!(tasks.exact);
            for age in 0..500 {
                assert_eq!(tasks.facts(age), tasks.facts_of(&tasks.item(age)));
            }
        }
    }

    #[test]
    fn every_kind_and_status_is_among_the_newest() {
        let tasks = own();
        let newest: Vec<_> = (0..tasks.statuses.len() as u64).map(|age| task(&tasks, age)).collect();
        let kinds: HashSet<_> = newest.iter().map(|task| &task.kind).collect();
        let statuses: HashSet<_> = newest.iter().map(|task| &task.status).collect();
        assert_eq!(kinds, TaskKind::KNOWN.iter().collect());
        assert_eq!(statuses, TaskStatus::KNOWN.iter().collect());
    }

    #[test]
    fn a_new_kind_and_status_leave_the_newest_tasks_as_they_were() {
        let before = own();
        let after = tasks(
            SETTING,
            &edited(|document| {
                for schema in ["TaskKind", "TaskStatus"] {
                    let values = &mut document["components"]["schemas"][schema]["enum"];
                    values.as_array_mut().unwrap().insert(0, "novel".into());
                }
            }),
        );
        for age in 0..before.kinds.shuffled.len() as u64 {
            assert_eq!(before.item(age), after.item(age));
        }
        let statuses: Vec<_> = (0..after.statuses.len() as u64)
            .map(|age| after.basics(age).status)
            .collect();
        assert!(statuses.contains(&"novel".to_owned()), "{statuses:?}");
    }

    #[test]
    fn times_follow_each_other() {
        let tasks = own();
        for age in 0..2_000 {
            let task = task(&tasks, age);
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
    fn life(tasks: &Tasks, id: String) -> Vec<(TaskStatus, i64)> {
        let task = Task::builder()
            .id(id)
            .kind("video")
            .status("waiting")
            .created_at(Timestamp::from_unix_seconds(0))
            .build()
            .unwrap();
        let mut item = to_json(&task, &tasks.generic.contract, &tasks.generic.resource);
        let mut now = 0;
        let mut statuses = vec![(task.status, now)];
        while let Some(seconds) = tasks.wait(&item) {
            now += seconds;
            tasks.advance(&mut item, now);
            let task = from_json(&item).unwrap();
            assert_eq!(task.updated_at, Some(Timestamp::from_unix_seconds(now)));
            if statuses.last().unwrap().0 != task.status {
                statuses.push((task.status, now));
            }
        }
        let task = from_json(&item).unwrap();
        assert_eq!(task.finished_at, task.updated_at);
        assert_eq!(task.output.is_some(), task.status.is_success());
        assert_eq!(task.error.is_some(), task.status == TaskStatus::Failed);
        statuses
    }

    #[test]
    fn every_life_ends_within_a_minute() {
        let tasks = own();
        let mut ends = HashMap::new();
        for number in 0..1_000 {
            let life = life(&tasks, format!("task_{number}"));
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
        let tasks = own();
        let life = (0..)
            .map(|number| life(&tasks, format!("task_{number}")))
            .find(|life| life.last().unwrap().0 == TaskStatus::Succeeded)
            .unwrap();
        let statuses: Vec<_> = life.iter().map(|(status, _)| status.as_str()).collect();
        let lifecycle = tasks.generic.resource.lifecycle.as_ref().unwrap();
        let expected: Vec<_> = lifecycle.progress.iter().chain(lifecycle.success.first()).collect();
        assert_eq!(statuses, expected);
    }

    /// The document with a change.
    fn edited(change: impl FnOnce(&mut Value)) -> String {
        let mut document = Document::parse("openapi.yaml", OWN_DOCUMENT).unwrap().root().to_json();
        change(&mut document);
        document.to_string()
    }

    /// The properties of a schema.
    fn properties<'d>(document: &'d mut Value, schema: &str) -> &'d mut Map<String, Value> {
        let properties = &mut document["components"]["schemas"][schema]["properties"];
        properties.as_object_mut().unwrap()
    }

    /// Gives a property another name.
    fn rename(document: &mut Value, from: &str, to: &str) {
        let properties = properties(document, "Task");
        let property = properties.remove(from).unwrap();
        properties.insert(to.to_owned(), property);
    }

    /// Gives values of enums other names, wherever they are.
    fn respell(document: &mut Value, values: &[String]) {
        let mut text = document.to_string();
        for value in values {
            text = text.replace(&format!("\"{value}\""), &format!("\"{value}_2\""));
        }
        *document = serde_json::from_str(&text).unwrap();
    }

    /// What a maintainer may do to the document, without a line of this file.
    #[test]
    fn the_document_can_change() {
        type Change = fn(&mut Value);
        let changes: [(&str, Change); 9] = [
            ("a required property", |document| {
                document["components"]["schemas"]["Task"]["required"] = json!(["id", "kind", "status", "priority"]);
                let priority = json!({ "type": "integer", "minimum": 1, "maximum": 9 });
                properties(document, "Task").insert("priority".to_owned(), priority);
            }),
            ("no progress", |document| rename(document, "progress", "share")),
            ("little progress", |document| {
                let progress = json!({ "type": "number", "maximum": 40 });
                properties(document, "Task").insert("progress".to_owned(), progress);
            }),
            ("no error and no input", |document| {
                rename(document, "error", "problem");
                rename(document, "input", "source");
            }),
            ("another status", |document| {
                let lifecycle = own().generic.resource.lifecycle.clone().unwrap();
                respell(document, &lifecycle.progress[..lifecycle.progress.len() - 1]);
            }),
            ("one more status", |document| {
                let status = &mut document["components"]["schemas"]["TaskStatus"];
                status["enum"].as_array_mut().unwrap().push("paused".into());
                let progress = status["x-lifecycle"]["progress"].as_array_mut().unwrap();
                progress.insert(1, "paused".into());
            }),
            ("another end", |document| {
                let lifecycle = own().generic.resource.lifecycle.clone().unwrap();
                respell(document, &[lifecycle.success, lifecycle.failure].concat());
            }),
            ("another kind", |document| respell(document, &own().kinds.shuffled[..2])),
            ("bounds", |document| {
                properties(document, "Task")["id"]["minLength"] = 20.into();
                properties(document, "File")["url"]["maxLength"] = 30.into();
            }),
        ];
        for (what, change) in changes {
            let tasks = tasks(SETTING, &edited(change));
            let mut ids = HashSet::new();
            for age in 0..60 {
                let item = tasks.item(age);
                assert!(tasks.fits(&item), "{what}: {item:#}");
                assert_eq!(tasks.facts(age), tasks.facts_of(&item), "{what}");
                ids.extend(texts(item.get("id")));
                let (mut item, mut now) = (item, SETTING.now);
                while let Some(seconds) = tasks.wait(&item) {
                    now += seconds;
                    tasks.advance(&mut item, now);
                    assert!(tasks.fits(&item), "{what}: {item:#}");
                    assert!(now < SETTING.now + 120, "{what} does not end: {item:#}");
                }
                assert!(!tasks.facts_of(&item).alive, "{what}");
            }
            assert_eq!(ids.len(), 60, "{what}");
        }
    }
}
