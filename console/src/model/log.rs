//! Log lines and where they come from.

use std::sync::Arc;

use serde_json::Value;

use super::Timestamp;

/// One event of CloudWatch Logs. The text is untrusted: it is cleaned when drawn, never before (search and copy see all of it).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// `eventId`: unique within a log group; lines are merged by it.
    pub id: Arc<str>,
    /// Event time.
    pub at: Timestamp,
    /// When CloudWatch received it.
    pub ingested_at: Timestamp,
    /// Log stream name.
    pub stream: Arc<str>,
    /// The message as sent.
    pub text: Arc<str>,
}

/// Where a container's log goes according to its task definition.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogSource {
    /// Container name.
    pub container: String,
    /// `awslogs`, `awsfirelens`, `splunk`, …; `None` when no log configuration is given.
    pub driver: Option<String>,
    /// Log group (`awslogs` only).
    pub group: Option<String>,
    /// Region of the group, when it is written down.
    pub region: Option<String>,
    /// Streams are named `PREFIX/CONTAINER/TASK-ID`.
    pub stream_prefix: Option<String>,
    /// `blocking` or `non-blocking` (drops lines when its buffer is full).
    pub mode: Option<String>,
    /// All options, for drivers whose destination can only be guessed.
    pub options: Vec<(String, String)>,
}

impl LogSource {
    /// Reads `logConfiguration` of one container definition.
    #[must_use]
    pub fn of_container(container: &Value) -> Self {
        let configuration = container.get("logConfiguration");
        let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
        let options: Vec<(String, String)> = configuration
            .and_then(|c| c.get("options"))
            .and_then(Value::as_object)
            .map(|all| all.iter().filter_map(|(k, v)| Some((k.clone(), v.as_str()?.to_owned()))).collect())
            .unwrap_or_default();
        let option = |name: &str| options.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        Self {
            container: text(container.get("name")).unwrap_or_default(),
            driver: text(configuration.and_then(|c| c.get("logDriver"))),
            group: option("awslogs-group"),
            region: option("awslogs-region"),
            stream_prefix: option("awslogs-stream-prefix"),
            mode: option("mode"),
            options,
        }
    }

    /// The stream of one task, if this source has predictable stream names.
    #[must_use]
    pub fn stream(&self, task_id: &str) -> Option<String> {
        self.stream_prefix.as_ref().map(|prefix| format!("{prefix}/{}/{task_id}", self.container))
    }
}
