//! Generated from `openapi.yaml` by `cargo xtask codegen`. Do not edit.

pub use ittybit_runtime::{
    Attempt, Category, Clock, Decision, Error, Items, Page, Pages, ParseTimestampError,
    Response, RetryPolicy, Timestamp, TimestampRangeError, Watch, auth, body, reqwest,
    transport,
};

pub use types::*;

/// What the document says about the API as a whole.
static API: ittybit_runtime::generated::Api = ittybit_runtime::generated::Api {
    user_agent: concat!(env!("CARGO_PKG_NAME"), "-rust/", env!("CARGO_PKG_VERSION")),
    crate_name: "ittybit",
    server: Some("https://api.ittybit.com"),
    env_prefix: "ITTYBIT",
    schemes: &[
        ittybit_runtime::auth::Scheme {
            name: "bearer",
            kind: ittybit_runtime::auth::SchemeKind::Http("Bearer"),
            noun: "API key",
            setter: "api_key",
            variables: &["API_KEY"],
            token_url: None,
        },
    ],
    security: &[&["bearer"]],
    errors: ittybit_runtime::generated::ErrorShape {
        kind: &["/kind"],
        message: &["/message"],
    },
};

ittybit_runtime::client! {
    crate: "ittybit",
    api: API,
    title: "the Ittybit API",
    new: token api_key "bearer",
    credentials: [token api_key "bearer"],
}

impl Client {
    /// List Tasks.
    ///
    /// Get a paginated list of your tasks.
    ///
    /// All filters are optional. Pages follow cursors, and the cursors are task ids: the next page
    /// is requested with `after` set to the id of the last result.
    ///
    /// `GET /tasks`
    ///
    /// ```
    /// # async fn run(client: ittybit::Client) -> Result<(), ittybit::Error> {
    /// let page = client.list_tasks().send().await?;
    /// println!("{} of them", page.len());
    /// # Ok(())
    /// # }
    /// ```
    pub fn list_tasks(&self) -> builder::ListTasks {
        builder::ListTasks::new(self.clone())
    }
}

#[cfg(feature = "blocking")]
impl blocking::Client {
    /// As [`Client::list_tasks`], without `async`.
    pub fn list_tasks(&self) -> builder::ListTasks<blocking::Client> {
        builder::ListTasks::new(self.clone())
    }
}

/// Operations as data, for programs that find out at run time what they can call, such as a
/// command line.
pub mod operation {
    use super::builder;

    pub use ittybit_runtime::operation::{
        Api, Call, Encoding, Kind, Lifecycle, List, Location, Operation, Paging,
        Parameter, RequestBody, ResponseBody,
    };

    /// What the document says about the API as a whole.
    ///
    /// ```
    /// for scheme in ittybit::operation::API.schemes {
    ///     println!("{}: {}", scheme.name, scheme.noun);
    /// }
    /// ```
    pub const API: &Api = &super::API;

    /// Every operation, in the order of the document.
    ///
    /// ```
    /// for operation in ittybit::operation::OPERATIONS {
    ///     println!("{} {}", operation.method, operation.path);
    /// }
    /// ```
    pub const OPERATIONS: &[&Operation] = &[builder::ListTasks::OPERATION];

    /// The operations that are lists with pages, in the order of the document.
    ///
    /// ```
    /// for list in ittybit::operation::LISTS {
    ///     println!("{}", list.operation().summary);
    /// }
    /// ```
    pub const LISTS: &[List] = &[List::of(builder::ListTasks::OPERATION)];
}

/// The types of requests and responses.
pub mod types {
    use ittybit_runtime::Timestamp;
    use ittybit_runtime::open_enum;

    /// A unit of work on media.
    ///
    /// The reference marks no field as required. That `id`, `kind` and `status` are required is this
    /// project's own choice: `id` is the cursor that pages follow, and a task makes little sense
    /// without the others. The vendor's page on responses shows tasks that have these and `object`.
    ///
    /// ```
    /// let task = ittybit::Task::builder()
    ///     .id("task_2jR8kLm4nP")
    ///     .kind(ittybit::TaskKind::Video)
    ///     .status(ittybit::TaskStatus::Waiting)
    ///     .build()?;
    /// # Ok::<(), ittybit::Error>(())
    /// ```
    #[derive(Clone, Debug, PartialEq, serde::Deserialize, serde::Serialize)]
    #[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
    #[non_exhaustive]
    pub struct Task {
        /// Id of the task. It is also the cursor of the task in a list.
        pub id: String,
        /// Type of the resource. It is `task` in the reference.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub object: Option<String>,
        /// What the task does.
        pub kind: TaskKind,
        /// How far the task has come.
        pub status: TaskStatus,
        /// Progress of the task. It is 100 for the finished task of the reference, which gives no
        /// unit. Any number is allowed, so that a fraction is valid.
        #[serde(
            skip_serializing_if = "Option::is_none",
            serialize_with = "ittybit_runtime::generated::number::serialize_option"
        )]
        pub progress: Option<f64>,
        /// The file that the task reads.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub input: Option<File>,
        /// The file that the task makes.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub output: Option<File>,
        /// The error of the task. It is `null` for the finished task of the reference. Its shape is
        /// not documented, so any JSON value is allowed, `null` included.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub error: Option<serde_json::Value>,
        /// Data kept with the task. It is `null` in the reference. Its shape is not documented, so
        /// any JSON value is allowed, `null` included.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub metadata: Option<serde_json::Value>,
        /// Id of the run or the key that created the task.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub created_by: Option<String>,
        /// When the task was created, in Unix seconds.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub created_at: Option<Timestamp>,
        /// When work on the task started, in Unix seconds.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub started_at: Option<Timestamp>,
        /// When the task finished, in Unix seconds.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub finished_at: Option<Timestamp>,
        /// When the task last changed, in Unix seconds.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub updated_at: Option<Timestamp>,
        /// Fields that the document does not list, and optional ones with a value of another type.
        #[serde(flatten, deserialize_with = "ittybit_runtime::generated::extra")]
        pub extra: serde_json::Map<String, serde_json::Value>,
    }

    /// A file that a task reads or makes.
    ///
    /// The reference marks no field as required, and none is required here. The units are read
    /// off its example: size, bit rate and duration agree.
    ///
    /// ```
    /// let file = ittybit::File::builder().build()?;
    /// # Ok::<(), ittybit::Error>(())
    /// ```
    #[derive(Clone, Debug, PartialEq, serde::Deserialize, serde::Serialize)]
    #[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
    #[non_exhaustive]
    pub struct File {
        /// Where the file is kept.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub kind: Option<FileKind>,
        /// URL of the file.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub url: Option<String>,
        /// Name of the file.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub filename: Option<String>,
        /// Size of the file, in bytes.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub filesize: Option<i64>,
        /// Media type of the file, such as `video/mp4`.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub mimetype: Option<String>,
        /// Width of the picture, in pixels.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub width: Option<i32>,
        /// Height of the picture, in pixels.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub height: Option<i32>,
        /// Playing time, in seconds.
        #[serde(
            skip_serializing_if = "Option::is_none",
            serialize_with = "ittybit_runtime::generated::number::serialize_option"
        )]
        pub duration: Option<f64>,
        /// Bit rate of the whole file, in bits per second.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub bitrate: Option<i64>,
        /// Frame rate of the picture, in frames per second.
        #[serde(
            skip_serializing_if = "Option::is_none",
            serialize_with = "ittybit_runtime::generated::number::serialize_option"
        )]
        pub framerate: Option<f64>,
        /// The codecs of the file's streams.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub codecs: Option<Codecs>,
        /// Fields that the document does not list, and optional ones with a value of another type.
        #[serde(flatten, deserialize_with = "ittybit_runtime::generated::extra")]
        pub extra: serde_json::Map<String, serde_json::Value>,
    }

    /// The codecs of a file's streams.
    ///
    /// ```
    /// let codecs = ittybit::Codecs::builder().build()?;
    /// # Ok::<(), ittybit::Error>(())
    /// ```
    #[derive(Clone, Debug, PartialEq, serde::Deserialize, serde::Serialize)]
    #[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
    #[non_exhaustive]
    pub struct Codecs {
        /// The codec of the video stream.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub video: Option<VideoCodec>,
        /// The codec of the audio stream.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub audio: Option<AudioCodec>,
        /// Fields that the document does not list, and optional ones with a value of another type.
        #[serde(flatten, deserialize_with = "ittybit_runtime::generated::extra")]
        pub extra: serde_json::Map<String, serde_json::Value>,
    }

    /// Codec of a video stream.
    ///
    /// ```
    /// let video_codec = ittybit::VideoCodec::builder().build()?;
    /// # Ok::<(), ittybit::Error>(())
    /// ```
    #[derive(Clone, Debug, PartialEq, serde::Deserialize, serde::Serialize)]
    #[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
    #[non_exhaustive]
    pub struct VideoCodec {
        /// Name of the codec, such as `h264`.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub name: Option<String>,
        /// Profile of the codec, such as `high`.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub profile: Option<String>,
        /// Level of the codec, such as `4.0`. A string, not a number.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub level: Option<String>,
        /// Fields that the document does not list, and optional ones with a value of another type.
        #[serde(flatten, deserialize_with = "ittybit_runtime::generated::extra")]
        pub extra: serde_json::Map<String, serde_json::Value>,
    }

    /// Codec of an audio stream.
    ///
    /// ```
    /// let audio_codec = ittybit::AudioCodec::builder().build()?;
    /// # Ok::<(), ittybit::Error>(())
    /// ```
    #[derive(Clone, Debug, PartialEq, serde::Deserialize, serde::Serialize)]
    #[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
    #[non_exhaustive]
    pub struct AudioCodec {
        /// Name of the codec, such as `aac`.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub name: Option<String>,
        /// Sample rate, in hertz.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub sample_rate: Option<i32>,
        /// Number of channels.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub channels: Option<i32>,
        /// Bit rate of the stream, in bits per second.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub bitrate: Option<i64>,
        /// Fields that the document does not list, and optional ones with a value of another type.
        #[serde(flatten, deserialize_with = "ittybit_runtime::generated::extra")]
        pub extra: serde_json::Map<String, serde_json::Value>,
    }

    /// Body of every error.
    ///
    /// ```
    /// let error_body = ittybit::ErrorBody::builder()
    ///     .kind("token_invalid")
    ///     .message("Use a valid API key.")
    ///     .build()?;
    /// # Ok::<(), ittybit::Error>(())
    /// ```
    #[derive(Clone, Debug, PartialEq, serde::Deserialize, serde::Serialize)]
    #[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
    #[non_exhaustive]
    pub struct ErrorBody {
        /// Kind of the error, in snake case, such as `token_invalid`. The responses name the
        /// documented kinds. It is not an enum, because several errors have no documented kind.
        pub kind: String,
        /// What to do about the error.
        pub message: String,
        /// Fields that the document does not list, and optional ones with a value of another type.
        #[serde(flatten, deserialize_with = "ittybit_runtime::generated::extra")]
        pub extra: serde_json::Map<String, serde_json::Value>,
    }

    /// Status of a task, as the API reports it.
    ///
    /// The documented values are those of the status filter. `ready` is listed too, because the
    /// example of the reference still shows it. The changelog names two more older spellings,
    /// `completed` (now `succeeded`) and `pending` (now `waiting`). They are not listed: no
    /// documented response has them.
    ///
    /// ```
    /// let task_status = ittybit::TaskStatus::from("waiting");
    /// assert_eq!(task_status, ittybit::TaskStatus::Waiting);
    /// assert_eq!(task_status.as_str(), "waiting");
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    #[non_exhaustive]
    pub enum TaskStatus {
        /// Created, and waiting to be picked up.
        Waiting,
        /// The input is being validated.
        Validating,
        /// Queued for processing.
        Queued,
        /// Being processed.
        Processing,
        /// Processed; the outputs are being finalised.
        Finishing,
        /// Terminal: done.
        Succeeded,
        /// Terminal: failed.
        Failed,
        /// Terminal: cancelled.
        Cancelled,
        /// Legacy spelling of `succeeded`. Terminal: done.
        Ready,
        /// A value that this version does not know, unchanged.
        Unknown(String),
    }

    open_enum! {
        "ittybit" TaskStatus {
            Waiting = "waiting",
            Validating = "validating",
            Queued = "queued",
            Processing = "processing",
            Finishing = "finishing",
            Succeeded = "succeeded",
            Failed = "failed",
            Cancelled = "cancelled",
            Ready = "ready",
        }
    }

    impl TaskStatus {
        /// Whether this state is final and will not change any more: `succeeded`, `ready`, `failed`
        /// or `cancelled`. `false` for a value that this version does not know.
        ///
        /// ```
        /// assert!(ittybit::TaskStatus::Succeeded.is_terminal());
        /// assert!(!ittybit::TaskStatus::Waiting.is_terminal());
        /// ```
        pub fn is_terminal(&self) -> bool {
            matches!(self, Self::Succeeded | Self::Ready | Self::Failed | Self::Cancelled)
        }

        /// Whether this state is a final success: `succeeded` or `ready`.
        ///
        /// ```
        /// assert!(ittybit::TaskStatus::Succeeded.is_success());
        /// assert!(!ittybit::TaskStatus::Failed.is_success());
        /// ```
        pub fn is_success(&self) -> bool {
            matches!(self, Self::Succeeded | Self::Ready)
        }
    }

    /// Status of a task, as the status filter takes it: exactly the documented values.
    ///
    /// ```
    /// let task_status_filter = ittybit::TaskStatusFilter::from("waiting");
    /// assert_eq!(task_status_filter, ittybit::TaskStatusFilter::Waiting);
    /// assert_eq!(task_status_filter.as_str(), "waiting");
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    #[non_exhaustive]
    pub enum TaskStatusFilter {
        /// Created, and waiting to be picked up.
        Waiting,
        /// The input is being validated.
        Validating,
        /// Queued for processing.
        Queued,
        /// Being processed.
        Processing,
        /// Processed; the outputs are being finalised.
        Finishing,
        /// Terminal: done.
        Succeeded,
        /// Terminal: failed.
        Failed,
        /// Terminal: cancelled.
        Cancelled,
        /// A value that this version does not know, unchanged.
        Unknown(String),
    }

    open_enum! {
        "ittybit" TaskStatusFilter {
            Waiting = "waiting",
            Validating = "validating",
            Queued = "queued",
            Processing = "processing",
            Finishing = "finishing",
            Succeeded = "succeeded",
            Failed = "failed",
            Cancelled = "cancelled",
        }
    }

    /// Kind of a task.
    ///
    /// The reference lists the values without descriptions. The descriptions here are this
    /// project's own reading of the names.
    ///
    /// ```
    /// let task_kind = ittybit::TaskKind::from("video");
    /// assert_eq!(task_kind, ittybit::TaskKind::Video);
    /// assert_eq!(task_kind.as_str(), "video");
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    #[non_exhaustive]
    pub enum TaskKind {
        /// Make a video.
        Video,
        /// Make a video for adaptive streaming.
        AdaptiveVideo,
        /// Make an image.
        Image,
        /// Make an audio file.
        Audio,
        /// Recognise speech.
        Speech,
        /// Look for content that is not safe for work.
        Nsfw,
        /// Write a summary.
        Summary,
        /// Write an outline.
        Outline,
        /// Make subtitles.
        Subtitles,
        /// Find chapters.
        Chapters,
        /// Take a file in.
        Ingest,
        /// Check conditions.
        Conditions,
        /// Upload a file.
        Upload,
        /// A value that this version does not know, unchanged.
        Unknown(String),
    }

    open_enum! {
        "ittybit" TaskKind {
            Video = "video",
            AdaptiveVideo = "adaptive_video",
            Image = "image",
            Audio = "audio",
            Speech = "speech",
            Nsfw = "nsfw",
            Summary = "summary",
            Outline = "outline",
            Subtitles = "subtitles",
            Chapters = "chapters",
            Ingest = "ingest",
            Conditions = "conditions",
            Upload = "upload",
        }
    }

    /// Sort order of a list. The property that is sorted by is not documented.
    ///
    /// ```
    /// let sort_order = ittybit::SortOrder::from("asc");
    /// assert_eq!(sort_order, ittybit::SortOrder::Asc);
    /// assert_eq!(sort_order.as_str(), "asc");
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    #[non_exhaustive]
    pub enum SortOrder {
        /// Ascending.
        Asc,
        /// Descending.
        Desc,
        /// A value that this version does not know, unchanged.
        Unknown(String),
    }

    open_enum! {
        "ittybit" SortOrder {
            Asc = "asc",
            Desc = "desc",
        }
    }

    /// Where a file is kept.
    ///
    /// The values are those of the reference's example, which does not describe them. Their
    /// descriptions are this project's own reading of the example.
    ///
    /// ```
    /// let file_kind = ittybit::FileKind::from("url");
    /// assert_eq!(file_kind, ittybit::FileKind::Url);
    /// assert_eq!(file_kind.as_str(), "url");
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    #[non_exhaustive]
    pub enum FileKind {
        /// At a URL outside of the API, such as the input that a caller names.
        Url,
        /// In the API's own storage.
        Internal,
        /// A value that this version does not know, unchanged.
        Unknown(String),
    }

    open_enum! {
        "ittybit" FileKind {
            Url = "url",
            Internal = "internal",
        }
    }

    impl From<TaskStatus> for TaskStatusFilter {
        /// The filter that finds this value. `ready` becomes `succeeded`, which replaced it. A
        /// value that the filter does not know is sent unchanged.
        ///
        /// ```
        /// let filter = ittybit::TaskStatusFilter::from(ittybit::TaskStatus::Ready);
        /// assert_eq!(filter, ittybit::TaskStatusFilter::Succeeded);
        /// ```
        fn from(value: TaskStatus) -> Self {
            match value {
                TaskStatus::Ready => Self::Succeeded,
                other => Self::from(other.as_str()),
            }
        }
    }
}

/// Builders of requests and of the values in them.
pub mod builder {
    use ittybit_runtime::generated::Arguments;
    use std::ops::Bound;
    use ittybit_runtime::generated::Bounds;
    use super::Client;
    use ittybit_runtime::Error;
    use ittybit_runtime::Items;
    use ittybit_runtime::operation::Lifecycle;
    use ittybit_runtime::operation::Operation;
    use ittybit_runtime::Page;
    use ittybit_runtime::Pages;
    use ittybit_runtime::generated::Pagination;
    use ittybit_runtime::operation::Paging;
    use ittybit_runtime::operation::Parameter;
    use ittybit_runtime::Timestamp;
    use ittybit_runtime::Watch;
    use ittybit_runtime::generated::Watching;

    #[cfg(feature = "blocking")]
    use super::blocking;
    use ittybit_runtime::operation;
    use ittybit_runtime::generated::text_of;
    use super::types;

    ittybit_runtime::value_builder! {
        "ittybit" Task TaskBuilder {
            id: String = required("id"),
            object: String = optional("object"),
            kind: types::TaskKind = required("kind"),
            status: types::TaskStatus = required("status"),
            progress: f64 = optional("progress"),
            input: types::File = optional("input"),
            output: types::File = optional("output"),
            error: serde_json::Value = optional("error"),
            metadata: serde_json::Value = optional("metadata"),
            created_by: String = optional("created_by"),
            created_at: Timestamp = optional("created_at"),
            started_at: Timestamp = optional("started_at"),
            finished_at: Timestamp = optional("finished_at"),
            updated_at: Timestamp = optional("updated_at"),
        }
        extra: serde_json::Map<String, serde_json::Value>
    }

    ittybit_runtime::value_builder! {
        "ittybit" File FileBuilder {
            kind: types::FileKind = optional("kind"),
            url: String = optional("url"),
            filename: String = optional("filename"),
            filesize: i64 = optional("filesize"),
            mimetype: String = optional("mimetype"),
            width: i32 = optional("width"),
            height: i32 = optional("height"),
            duration: f64 = optional("duration"),
            bitrate: i64 = optional("bitrate"),
            framerate: f64 = optional("framerate"),
            codecs: types::Codecs = optional("codecs"),
        }
        extra: serde_json::Map<String, serde_json::Value>
    }

    ittybit_runtime::value_builder! {
        "ittybit" Codecs CodecsBuilder {
            video: types::VideoCodec = optional("video"),
            audio: types::AudioCodec = optional("audio"),
        }
        extra: serde_json::Map<String, serde_json::Value>
    }

    ittybit_runtime::value_builder! {
        "ittybit" VideoCodec VideoCodecBuilder {
            name: String = optional("name"),
            profile: String = optional("profile"),
            level: String = optional("level"),
        }
        extra: serde_json::Map<String, serde_json::Value>
    }

    ittybit_runtime::value_builder! {
        "ittybit" AudioCodec AudioCodecBuilder {
            name: String = optional("name"),
            sample_rate: i32 = optional("sample_rate"),
            channels: i32 = optional("channels"),
            bitrate: i64 = optional("bitrate"),
        }
        extra: serde_json::Map<String, serde_json::Value>
    }

    ittybit_runtime::value_builder! {
        "ittybit" ErrorBody ErrorBodyBuilder {
            kind: String = required("kind"),
            message: String = required("message"),
        }
        extra: serde_json::Map<String, serde_json::Value>
    }

    /// A `GET /tasks` request, built by [`Client::list_tasks`], which shows how to send it.
    #[derive(Clone, Debug)]
    #[must_use = "nothing is sent before `send`, or before a page or an item is requested"]
    pub struct ListTasks<C = Client> {
        client: C,
        arguments: Arguments,
    }

    impl ListTasks {
        /// What the document says about this operation.
        pub const OPERATION: &Operation = &Operation {
            summary: "List Tasks",
            description: "Get a paginated list of your tasks.\n\nAll filters are optional. Pages follow cursors, and the cursors are task ids: the next page\nis requested with `after` set to the id of the last result.",
            tags: &[("Tasks", "Units of work on media, such as encoding a video or making subtitles.",)],
            parameters: &[
                Parameter::new(
                    "after",
                    "Results after the task with this id. For the next page, give the id of the last result.",
                ),
                Parameter::new(
                    "before",
                    "Results before the task with this id. For the previous page, give the id of the first\nresult.",
                ),
                Parameter {
                    kind: operation::Kind::Integer,
                    default: Some("20"),
                    bounds: "from 1 to 100",
                    checks: Bounds {
                        minimum: Bound::Included(1.0),
                        maximum: Bound::Included(100.0),
                        ..Bounds::NONE
                    },
                    ..Parameter::new(
                        "limit",
                        "How many results to return, from 1 to 100. The server uses 20 when it is left out.",
                    )
                },
                Parameter {
                    values: &[
                        ("waiting", "Created, and waiting to be picked up."),
                        ("validating", "The input is being validated."),
                        ("queued", "Queued for processing."),
                        ("processing", "Being processed."),
                        ("finishing", "Processed; the outputs are being finalised."),
                        ("succeeded", "Terminal: done."),
                        ("failed", "Terminal: failed."),
                        ("cancelled", "Terminal: cancelled."),
                    ],
                    ..Parameter::new("status", "Only tasks in this status.")
                },
                Parameter {
                    values: &[
                        ("video", "Make a video."),
                        ("adaptive_video", "Make a video for adaptive streaming."),
                        ("image", "Make an image."),
                        ("audio", "Make an audio file."),
                        ("speech", "Recognise speech."),
                        ("nsfw", "Look for content that is not safe for work."),
                        ("summary", "Write a summary."),
                        ("outline", "Write an outline."),
                        ("subtitles", "Make subtitles."),
                        ("chapters", "Find chapters."),
                        ("ingest", "Take a file in."),
                        ("conditions", "Check conditions."),
                        ("upload", "Upload a file."),
                    ],
                    ..Parameter::new("kind", "Only tasks of this kind.")
                },
                Parameter::new("run_id", "Only tasks of the run with this id."),
                Parameter::new("created_by", "Only tasks created by the run or the key with this id."),
                Parameter {
                    values: &[("asc", "Ascending."), ("desc", "Descending.")],
                    default: Some("desc"),
                    ..Parameter::new("order", "Sort order of the results. The server uses `desc` when it is left out.")
                },
            ],
            paging: Some(Paging {
                forward: "after",
                backward: Some("before"),
                limit: Some("limit"),
                largest: Some(100),
                default_limit: Some(20),
                cursor: "id",
                has_more: Some("Has-More"),
                applied_limit: Some("Limit"),
            }),
            fields: FIELDS_OF_TASK.0,
            times: FIELDS_OF_TASK.1,
            columns: &["id", "kind", "status", "progress", "input.filename", "created_at"],
            lifecycle: Some(Lifecycle {
                field: "status",
                percent: Some("progress"),
                progress: &["waiting", "validating", "queued", "processing", "finishing"],
                success: &["succeeded", "ready"],
                failure: &["failed", "cancelled"],
            }),
            security: &[&["bearer"]],
            ..Operation::of("list_tasks", "GET", "/tasks", &[200..=200])
        };
    }

    impl<C> ListTasks<C> {
        const PAGES: Pagination<types::Task> = Pagination {
            forward: "after",
            backward: Some("before"),
            cursor: |item, _| Some(item.id.to_string()),
            cursor_property: "id",
            has_more: Some("Has-More"),
            limit: Some("limit"),
            default_limit: Some(20),
            applied_limit: Some("Limit"),
        };

        const WATCHING: Watching<types::Task> = Watching::new(Self::PAGES, |item, _| item.status.is_terminal());
        const WATCHING_JSON: Watching<Box<serde_json::value::RawValue>> = Watching::json(
            Self::PAGES.of(|item, cursor| text_of(item, cursor)),
        );
    }

    ittybit_runtime::request_builder! {
        "ittybit" list_tasks ListTasks("after" "task_2jR8kLm4nP") {
            /// Results after the task with this id. For the next page, give the id of the last result.
            ///
            /// The query parameter `after`.
            after: String = parameter(0),
            /// Results before the task with this id. For the previous page, give the id of the first
            /// result.
            ///
            /// The query parameter `before`.
            before: String = parameter(1),
            /// How many results to return, from 1 to 100. The server uses 20 when it is left out.
            ///
            /// The query parameter `limit`: from 1 to 100; `20` unless set.
            limit: i32 = parameter(2),
            /// Only tasks in this status.
            ///
            /// The query parameter `status`.
            status: types::TaskStatusFilter = parameter(3),
            /// Only tasks of this kind.
            ///
            /// The query parameter `kind`.
            kind: types::TaskKind = parameter(4),
            /// Only tasks of the run with this id.
            ///
            /// The query parameter `run_id`.
            run_id: String = parameter(5),
            /// Only tasks created by the run or the key with this id.
            ///
            /// The query parameter `created_by`.
            created_by: String = parameter(6),
            /// Sort order of the results. The server uses `desc` when it is left out.
            ///
            /// The query parameter `order`; `desc` unless set.
            order: types::SortOrder = parameter(7),
        }
    }

    impl ListTasks {
        /// Sends the request and reads one page.
        ///
        /// One page of tasks.
        ///
        /// # Errors
        ///
        /// An argument is invalid, the request failed, or the API responded with an error:
        ///
        /// - `400`: Invalid or missing parameters. Documented kinds: `request_invalid`,
        ///   `url_required`, `format_unsupported`.
        /// - `401`: No key, or an invalid or revoked one. Documented kinds: `token_missing`, `token_invalid`.
        /// - `402`: A payment issue on the account. Documented kind: `payment_required`.
        /// - `403`: The key may not do this. Documented kind: `project_required`.
        /// - `404`: No such resource. Documented kinds: `task_not_found`, `run_not_found`.
        /// - `405`: The method is not supported here. No kind is documented.
        /// - `408`: The request took too long. No kind is documented.
        /// - `429`: Too many requests. No kind is documented.
        /// - `500`: Server error. Documented kind: `internal_error`.
        /// - `502`: Bad gateway. No kind is documented.
        /// - `503`: The API is offline. No kind is documented.
        pub async fn send(self) -> Result<Page<types::Task>, Error> {
            self.arguments.request().send_page(&self.client.0, Self::PAGES).await
        }

        /// Iterates over the pages from here on, one request per page. Nothing is sent before the
        /// first is requested.
        ///
        /// ```
        /// # async fn run(client: ittybit::Client) -> Result<(), ittybit::Error> {
        /// let mut pages = client.list_tasks().pages();
        /// while let Some(page) = pages.try_next().await? {
        ///     println!("{} of them", page.len());
        /// }
        /// # Ok(())
        /// # }
        /// ```
        pub fn pages(self) -> Pages<types::Task> {
            self.arguments.request().pages(&self.client.0, Self::PAGES)
        }

        /// As [`pages`](Self::pages), with each item as the JSON that the server sent.
        ///
        /// ```
        /// # async fn run(client: ittybit::Client) -> Result<(), ittybit::Error> {
        /// let mut pages = client.list_tasks().pages_json();
        /// while let Some(page) = pages.try_next().await? {
        ///     for item in page.iter() {
        ///         println!("{item}");
        ///     }
        /// }
        /// # Ok(())
        /// # }
        /// ```
        pub fn pages_json(self) -> Pages<Box<serde_json::value::RawValue>> {
            self.arguments.request().pages(&self.client.0, Self::PAGES.of(|item, cursor| text_of(item, cursor)))
        }

        /// Iterates over the items of all pages from here on. Nothing is sent before the first is requested.
        ///
        /// ```
        /// # async fn run(client: ittybit::Client) -> Result<(), ittybit::Error> {
        /// let mut items = client.list_tasks().stream();
        /// while let Some(item) = items.try_next().await? {
        ///     println!("{item:?}");
        /// }
        /// # Ok(())
        /// # }
        /// ```
        pub fn stream(self) -> Items<types::Task> {
            self.pages().into_items()
        }

        /// Watches the items until each has reached a final state: yields an item when it is first
        /// seen, and whenever it has changed. The list is requested repeatedly, at intervals of 2 s
        /// to 30 s.
        ///
        /// ```
        /// # async fn run(client: ittybit::Client) -> Result<(), ittybit::Error> {
        /// let mut changes = client.list_tasks().watch();
        /// while let Some(item) = changes.try_next().await? {
        ///     println!("{item:?}");
        /// }
        /// # Ok(())
        /// # }
        /// ```
        pub fn watch(self) -> Watch<types::Task> {
            self.arguments.request().watch(&self.client.0, Self::WATCHING)
        }

        /// As [`watch`](Self::watch), with each item as the JSON that the server sent.
        ///
        /// ```
        /// # async fn run(client: ittybit::Client) -> Result<(), ittybit::Error> {
        /// let mut changes = client.list_tasks().watch_json();
        /// while let Some(item) = changes.try_next().await? {
        ///     println!("{item}");
        /// }
        /// # Ok(())
        /// # }
        /// ```
        pub fn watch_json(self) -> Watch<Box<serde_json::value::RawValue>> {
            self.arguments.request().watch(&self.client.0, Self::WATCHING_JSON)
        }
    }

    #[cfg(feature = "blocking")]
    impl ListTasks<blocking::Client> {
        /// As [`send`](ListTasks::send), without `async`.
        pub fn send(self) -> Result<blocking::Page<types::Task>, Error> {
            self.client.0.send_page(self.arguments.request(), Self::PAGES)
        }

        /// Iterates over the pages from here on, one request per page. Nothing is sent before the
        /// first is requested.
        ///
        /// ```
        /// # fn run(client: ittybit::blocking::Client) -> Result<(), ittybit::Error> {
        /// let pages = client.list_tasks().pages();
        /// for page in pages {
        ///     let page = page?;
        ///     println!("{} of them", page.len());
        /// }
        /// # Ok(())
        /// # }
        /// ```
        pub fn pages(self) -> blocking::Pages<types::Task> {
            self.client.0.pages(self.arguments.request(), Self::PAGES)
        }

        /// As [`pages`](Self::pages), with each item as the JSON that the server sent.
        ///
        /// ```
        /// # fn run(client: ittybit::blocking::Client) -> Result<(), ittybit::Error> {
        /// let pages = client.list_tasks().pages_json();
        /// for page in pages {
        ///     let page = page?;
        ///     for item in page.iter() {
        ///         println!("{item}");
        ///     }
        /// }
        /// # Ok(())
        /// # }
        /// ```
        pub fn pages_json(self) -> blocking::Pages<Box<serde_json::value::RawValue>> {
            self.client.0.pages(self.arguments.request(), Self::PAGES.of(|item, cursor| text_of(item, cursor)))
        }

        /// Iterates over the items of all pages from here on. Nothing is sent before the first is requested.
        ///
        /// ```
        /// # fn run(client: ittybit::blocking::Client) -> Result<(), ittybit::Error> {
        /// let items = client.list_tasks().iter();
        /// for item in items {
        ///     let item = item?;
        ///     println!("{item:?}");
        /// }
        /// # Ok(())
        /// # }
        /// ```
        pub fn iter(self) -> blocking::Items<types::Task> {
            self.pages().into_items()
        }

        /// Watches the items until each has reached a final state: yields an item when it is first
        /// seen, and whenever it has changed. The list is requested repeatedly, at intervals of 2 s
        /// to 30 s.
        ///
        /// ```
        /// # fn run(client: ittybit::blocking::Client) -> Result<(), ittybit::Error> {
        /// let changes = client.list_tasks().watch();
        /// for item in changes {
        ///     let item = item?;
        ///     println!("{item:?}");
        /// }
        /// # Ok(())
        /// # }
        /// ```
        pub fn watch(self) -> blocking::Watch<types::Task> {
            self.client.0.watch(self.arguments.request(), Self::WATCHING)
        }

        /// As [`watch`](Self::watch), with each item as the JSON that the server sent.
        ///
        /// ```
        /// # fn run(client: ittybit::blocking::Client) -> Result<(), ittybit::Error> {
        /// let changes = client.list_tasks().watch_json();
        /// for item in changes {
        ///     let item = item?;
        ///     println!("{item}");
        /// }
        /// # Ok(())
        /// # }
        /// ```
        pub fn watch_json(self) -> blocking::Watch<Box<serde_json::value::RawValue>> {
            self.client.0.watch(self.arguments.request(), Self::WATCHING_JSON)
        }
    }

    const FIELDS_OF_TASK: (&[&str], &[&str]) = (
        &[
            "id",
            "object",
            "kind",
            "status",
            "progress",
            "input.kind",
            "input.url",
            "input.filename",
            "input.filesize",
            "input.mimetype",
            "input.width",
            "input.height",
            "input.duration",
            "input.bitrate",
            "input.framerate",
            "input.codecs.video.name",
            "input.codecs.video.profile",
            "input.codecs.video.level",
            "input.codecs.audio.name",
            "input.codecs.audio.sample_rate",
            "input.codecs.audio.channels",
            "input.codecs.audio.bitrate",
            "output.kind",
            "output.url",
            "output.filename",
            "output.filesize",
            "output.mimetype",
            "output.width",
            "output.height",
            "output.duration",
            "output.bitrate",
            "output.framerate",
            "output.codecs.video.name",
            "output.codecs.video.profile",
            "output.codecs.video.level",
            "output.codecs.audio.name",
            "output.codecs.audio.sample_rate",
            "output.codecs.audio.channels",
            "output.codecs.audio.bitrate",
            "error",
            "metadata",
            "created_by",
            "created_at",
            "started_at",
            "finished_at",
            "updated_at",
        ],
        &["created_at", "started_at", "finished_at", "updated_at"],
    );
}
