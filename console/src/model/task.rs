//! Tasks and their containers, as `DescribeTasks` tells them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Timestamp;

/// One ECS task.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Task {
    /// Last part of the ARN, 32 hex digits.
    pub id: String,
    /// Full ARN.
    pub arn: String,
    /// Cluster name.
    pub cluster: String,
    /// `service:NAME` or `family:NAME`.
    pub group: Option<String>,
    /// Deployment id that started it, or who ran it.
    pub started_by: Option<String>,
    /// `PROVISIONING` … `STOPPED`.
    pub last_status: String,
    /// Where ECS wants it.
    pub desired_status: String,
    /// `HEALTHY`, `UNHEALTHY` or `UNKNOWN`.
    pub health: String,
    /// Task definition ARN.
    pub task_definition: String,
    /// Availability Zone.
    pub zone: Option<String>,
    /// Private address of its network interface.
    pub private_ip: Option<String>,
    /// `FARGATE`, `EC2`, `EXTERNAL`.
    pub launch_type: Option<String>,
    /// Capacity provider.
    pub capacity_provider: Option<String>,
    /// CPU units reserved.
    pub cpu: Option<String>,
    /// MiB reserved.
    pub memory: Option<String>,
    /// Asked for.
    pub created_at: Option<Timestamp>,
    /// Image pull began.
    pub pull_started_at: Option<Timestamp>,
    /// Image pull ended.
    pub pull_stopped_at: Option<Timestamp>,
    /// RUNNING since.
    pub started_at: Option<Timestamp>,
    /// STOPPING since.
    pub stopping_at: Option<Timestamp>,
    /// STOPPED since.
    pub stopped_at: Option<Timestamp>,
    /// `EssentialContainerExited`, `TaskFailedToStart`, …
    pub stop_code: Option<String>,
    /// AWS's words.
    pub stopped_reason: Option<String>,
    /// The containers.
    pub containers: Vec<Container>,
    /// ECS Exec is on for this task.
    pub exec_enabled: bool,
    /// The answer's own JSON, for the raw view.
    #[serde(with = "shared")]
    pub raw: Arc<Value>,
}

/// One container of a task.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Container {
    /// Name within the task definition.
    pub name: String,
    /// Image reference.
    pub image: String,
    /// Digest that runs.
    pub digest: Option<String>,
    /// `PENDING`, `RUNNING`, `STOPPED`.
    pub last_status: String,
    /// `HEALTHY`, `UNHEALTHY`, `UNKNOWN`.
    pub health: Option<String>,
    /// Exit code, once ended.
    pub exit_code: Option<i32>,
    /// AWS's words.
    pub reason: Option<String>,
    /// Container id of the runtime.
    pub runtime_id: Option<String>,
    /// `(container port, host port)`
    pub ports: Vec<(u16, u16)>,
}

impl Task {
    /// The first eight characters of the id: enough to tell tasks apart on one screen.
    #[must_use]
    pub fn short_id(&self) -> &str {
        self.id.get(..8).unwrap_or(&self.id)
    }

    /// The task has ended or is about to.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.last_status == "STOPPED"
    }
}

/// A shared value as the value itself.
mod shared {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use serde_json::Value;

    pub(super) fn serialize<S: Serializer>(value: &Arc<Value>, serializer: S) -> Result<S::Ok, S::Error> {
        value.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<Value>, D::Error> {
        Value::deserialize(deserializer).map(Arc::new)
    }
}
