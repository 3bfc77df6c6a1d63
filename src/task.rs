//! What the statuses of a task mean.

use crate::{TaskStatus, TaskStatusFilter};

impl TaskStatus {
    /// Whether the task has come to its end: succeeded, failed or cancelled. It will not change
    /// any more. `false` for a status that this version does not know.
    ///
    /// ```
    /// use ittybit::TaskStatus;
    ///
    /// assert!(TaskStatus::Failed.is_terminal());
    /// assert!(TaskStatus::Ready.is_terminal());
    /// assert!(!TaskStatus::Processing.is_terminal());
    /// ```
    pub fn is_terminal(&self) -> bool {
        self.is_success() || matches!(self, Self::Failed | Self::Cancelled)
    }

    /// Whether the task is done and has its output: `succeeded`, or `ready`, which is how the API
    /// spelled it before September 2025 and still does in places.
    ///
    /// ```
    /// use ittybit::TaskStatus;
    ///
    /// assert!(TaskStatus::Succeeded.is_success());
    /// assert!(TaskStatus::Ready.is_success());
    /// assert!(!TaskStatus::Cancelled.is_success());
    /// ```
    pub fn is_success(&self) -> bool {
        matches!(self, Self::Succeeded | Self::Ready)
    }
}

impl From<TaskStatus> for TaskStatusFilter {
    /// The filter that finds tasks with this status. `ready` is asked for as `succeeded`, its
    /// name in the filter; a status that this version does not know is sent as it is.
    ///
    /// ```
    /// use ittybit::{TaskStatus, TaskStatusFilter};
    ///
    /// assert_eq!(TaskStatusFilter::from(TaskStatus::Ready), TaskStatusFilter::Succeeded);
    /// assert_eq!(TaskStatusFilter::from(TaskStatus::from("paused")).as_str(), "paused");
    /// ```
    fn from(status: TaskStatus) -> Self {
        match status {
            TaskStatus::Ready => Self::Succeeded,
            other => Self::from(other.as_str()),
        }
    }
}
