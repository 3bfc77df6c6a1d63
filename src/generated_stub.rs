//! A stand-in for the generated half, of the same shape.

use reqwest::header::ACCEPT;

use crate::operation::Operation;
use crate::page::Pagination;
use crate::{Client, Error, Items, Page, Pages, Timestamp};

impl Client {
    /// List tasks, newest first unless asked otherwise.
    ///
    /// ```no_run
    /// # async fn run() -> Result<(), ittybit::Error> {
    /// let client = ittybit::Client::from_env()?;
    /// let page = client.list_tasks().limit(10).send().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn list_tasks(&self) -> builder::ListTasks {
        builder::ListTasks::new(self.clone())
    }
}

#[cfg(feature = "blocking")]
impl crate::blocking::Client {
    /// List tasks, newest first unless asked otherwise.
    pub fn list_tasks(&self) -> builder::ListTasks<crate::blocking::Client> {
        builder::ListTasks::new(self.clone())
    }
}

/// Types of the API.
pub mod types {
    use super::Timestamp;

    macro_rules! open_enum {
        ($(#[$doc:meta])* $name:ident { $($variant:ident = $text:literal),* $(,)? }) => {
            $(#[$doc])*
            #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
            #[non_exhaustive]
            pub enum $name {
                $(#[doc = concat!("`", $text, "`")] $variant,)*
                /// A value that this version does not know.
                Unknown(String),
            }
            impl $name {
                /// The string that stands in the JSON.
                pub fn as_str(&self) -> &str {
                    match self { $(Self::$variant => $text,)* Self::Unknown(text) => text }
                }
            }
            impl From<&str> for $name {
                fn from(text: &str) -> Self {
                    match text { $($text => Self::$variant,)* _ => Self::Unknown(text.to_owned()) }
                }
            }
            impl From<String> for $name {
                fn from(text: String) -> Self {
                    match text.as_str() { $($text => Self::$variant,)* _ => Self::Unknown(text) }
                }
            }
            impl std::str::FromStr for $name {
                type Err = std::convert::Infallible;
                fn from_str(text: &str) -> Result<Self, Self::Err> { Ok(text.into()) }
            }
            impl std::fmt::Display for $name {
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.pad(self.as_str())
                }
            }
            impl serde::Serialize for $name {
                fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                    s.serialize_str(self.as_str())
                }
            }
            impl<'de> serde::Deserialize<'de> for $name {
                fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                    String::deserialize(d).map(Self::from)
                }
            }
            #[cfg(feature = "schemars")]
            impl schemars::JsonSchema for $name {
                fn schema_name() -> std::borrow::Cow<'static, str> { stringify!($name).into() }
                fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                    schemars::json_schema!({ "type": "string" })
                }
            }
        };
    }

    open_enum!(
        /// What a task can say about its progress.
        TaskStatus {
            Waiting = "waiting", Validating = "validating", Queued = "queued",
            Processing = "processing", Finishing = "finishing", Succeeded = "succeeded",
            Failed = "failed", Cancelled = "cancelled", Ready = "ready",
        }
    );
    open_enum!(
        /// What the status filter takes.
        TaskStatusFilter {
            Waiting = "waiting", Validating = "validating", Queued = "queued",
            Processing = "processing", Finishing = "finishing", Succeeded = "succeeded",
            Failed = "failed", Cancelled = "cancelled",
        }
    );
    open_enum!(
        /// What a task does.
        TaskKind {
            Video = "video", AdaptiveVideo = "adaptive_video", Image = "image", Audio = "audio",
            Speech = "speech", Nsfw = "nsfw", Summary = "summary", Outline = "outline",
            Subtitles = "subtitles", Chapters = "chapters", Ingest = "ingest",
            Conditions = "conditions", Upload = "upload",
        }
    );
    open_enum!(
        /// In which order a list comes.
        SortOrder { Asc = "asc", Desc = "desc" }
    );

    /// A file that a task reads or writes.
    #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    #[non_exhaustive]
    pub struct File {
        /// Where the file is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub url: Option<String>,
        /// In pixels.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub width: Option<i64>,
        /// In seconds.
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            serialize_with = "crate::number::serialize_option"
        )]
        pub duration: Option<f64>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: serde_json::Map<String, serde_json::Value>,
    }

    /// One task.
    #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    #[non_exhaustive]
    pub struct Task {
        /// The id.
        pub id: String,
        /// What it does.
        pub kind: TaskKind,
        /// How far it is.
        pub status: TaskStatus,
        /// In percent.
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            serialize_with = "crate::number::serialize_option"
        )]
        pub progress: Option<f64>,
        /// What it reads.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub input: Option<File>,
        /// What it writes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub output: Option<File>,
        /// When it was made.
        pub created_at: Timestamp,
        /// When it ended.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub finished_at: Option<Timestamp>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: serde_json::Map<String, serde_json::Value>,
    }
}

/// Requests, set up step by step.
pub mod builder {
    use std::fmt::Display;

    use super::*;

    /// The request of [`Client::list_tasks`].
    #[derive(Clone, Debug)]
    #[must_use = "nothing is sent before `send`, `pages` or `stream`"]
    pub struct ListTasks<C = Client> {
        client: C,
        after: Result<Option<String>, String>,
        before: Result<Option<String>, String>,
        limit: Result<Option<i32>, String>,
        status: Result<Option<types::TaskStatusFilter>, String>,
        kind: Result<Option<types::TaskKind>, String>,
        run_id: Result<Option<String>, String>,
        created_by: Result<Option<String>, String>,
        order: Result<Option<types::SortOrder>, String>,
    }

    const LIST_TASKS: Operation = Operation {
        id: "list_tasks",
        method: "GET",
        path: "/tasks",
        success: &[200..=200],
    };

    const LIST_TASKS_PAGES: Pagination<types::Task> = Pagination {
        forward: "after",
        backward: Some("before"),
        cursor: |item| Some(item.id.to_string()),
        has_more: Some("Has-More"),
        limit: Some("limit"),
        default_limit: Some(20),
        applied_limit: Some("Limit"),
    };

    macro_rules! setters {
        ($($name:ident: $type:ty),* $(,)?) => {$(
            #[doc = concat!("Sets `", stringify!($name), "`.")]
            pub fn $name<V>(mut self, value: V) -> Self
            where
                V: TryInto<$type>,
                V::Error: Display,
            {
                self.$name = value.try_into().map(Some).map_err(|error| error.to_string());
                self
            }
        )*};
    }

    impl<C> ListTasks<C> {
        pub(super) fn new(client: C) -> Self {
            Self {
                client,
                after: Ok(None),
                before: Ok(None),
                limit: Ok(None),
                status: Ok(None),
                kind: Ok(None),
                run_id: Ok(None),
                created_by: Ok(None),
                order: Ok(None),
            }
        }

        setters!(
            after: String,
            before: String,
            limit: i32,
            status: types::TaskStatusFilter,
            kind: types::TaskKind,
            run_id: String,
            created_by: String,
            order: types::SortOrder,
        );

        fn request(self, client: &Client) -> Result<reqwest::Request, Error> {
            use progenitor_client::QueryParam;
            let after = self.after.map_err(|r| Error::invalid_argument("after", r))?;
            let before = self.before.map_err(|r| Error::invalid_argument("before", r))?;
            let limit = self.limit.map_err(|r| Error::invalid_argument("limit", r))?;
            if let Some(limit) = limit
                && !(1..=100).contains(&limit)
            {
                let reason = format!("{limit} is not from 1 to 100");
                return Err(Error::invalid_argument("limit", reason));
            }
            let status = self.status.map_err(|r| Error::invalid_argument("status", r))?;
            let kind = self.kind.map_err(|r| Error::invalid_argument("kind", r))?;
            let run_id = self.run_id.map_err(|r| Error::invalid_argument("run_id", r))?;
            let created_by = self.created_by.map_err(|r| Error::invalid_argument("created_by", r))?;
            let order = self.order.map_err(|r| Error::invalid_argument("order", r))?;
            client
                .http()
                .get(format!("{}/tasks", client.base_url()))
                .header(ACCEPT, "application/json")
                .query(&QueryParam::new("after", &after))
                .query(&QueryParam::new("before", &before))
                .query(&QueryParam::new("created_by", &created_by))
                .query(&QueryParam::new("kind", &kind))
                .query(&QueryParam::new("limit", &limit))
                .query(&QueryParam::new("order", &order))
                .query(&QueryParam::new("run_id", &run_id))
                .query(&QueryParam::new("status", &status))
                .build()
                .map_err(Error::request)
        }
    }

    impl ListTasks {
        /// Sends the request for one page.
        pub async fn send(self) -> Result<Page<types::Task>, Error> {
            let client = self.client.clone();
            let request = self.request(&client)?;
            Page::fetch(client, &LIST_TASKS, LIST_TASKS_PAGES, request).await
        }

        /// All pages, one after the other.
        pub fn pages(self) -> Pages<types::Task> {
            let client = self.client.clone();
            let request = self.request(&client);
            Pages::new(client, &LIST_TASKS, LIST_TASKS_PAGES, request)
        }

        /// All items, one after the other.
        pub fn stream(self) -> Items<types::Task> {
            self.pages().into_items()
        }
    }

    #[cfg(feature = "blocking")]
    impl ListTasks<crate::blocking::Client> {
        /// Sends the request for one page.
        pub fn send(self) -> Result<crate::blocking::Page<types::Task>, Error> {
            let client = self.client.clone();
            let request = self.request(client.inner())?;
            crate::blocking::Page::fetch(client, &LIST_TASKS, LIST_TASKS_PAGES, request)
        }

        /// All pages, one after the other.
        pub fn pages(self) -> crate::blocking::Pages<types::Task> {
            let client = self.client.clone();
            let request = self.request(client.inner());
            crate::blocking::Pages::new(client, &LIST_TASKS, LIST_TASKS_PAGES, request)
        }

        /// All items, one after the other.
        pub fn iter(self) -> crate::blocking::Items<types::Task> {
            self.pages().into_items()
        }
    }
}
