//! Task definitions, kept as the JSON that AWS sent, so that nothing newer than this console is lost.

use std::sync::Arc;

use serde_json::Value;

use super::LogSource;

/// One revision of a task definition. Immutable in AWS, hence cached for ever.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TaskDefinition {
    /// Full ARN.
    pub arn: String,
    /// Family name.
    pub family: String,
    /// Revision number.
    pub revision: u32,
    /// `taskDefinition` of the answer, untouched.
    pub raw: Arc<Value>,
    /// `tags` of the answer, untouched: a new revision takes them over.
    pub tags: Vec<Value>,
}

impl TaskDefinition {
    /// `containerDefinitions`, or nothing.
    #[must_use]
    pub fn containers(&self) -> &[Value] {
        self.raw.get("containerDefinitions").and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// Image reference of a container.
    #[must_use]
    pub fn image(&self, container: &str) -> Option<&str> {
        let named = |c: &&Value| c.get("name").and_then(Value::as_str) == Some(container);
        self.containers().iter().find(named)?.get("image")?.as_str()
    }

    /// Where each container's log goes, in the order of the definition.
    #[must_use]
    pub fn log_sources(&self) -> Vec<LogSource> {
        self.containers().iter().map(LogSource::of_container).collect()
    }
}

/// `family:revision` of a task definition ARN; the whole text when it is none.
#[must_use]
pub fn short_name(arn: &str) -> &str {
    arn.rsplit_once('/').map_or(arn, |(_, name)| name)
}
