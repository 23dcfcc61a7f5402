//! What the scheduler asks of the world and what the world tells it back.
//!
//! The scheduler never starts a process or opens a socket itself: it emits [`Action`]s, and whoever runs tasks and the
//! balancer answers with [`Observation`]s. Both sides may be replaced by a simulation. Nothing here may hold a handle
//! to a process, a socket or a clock.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// The id of a task: 32 lower case hexadecimal digits, as Amazon ECS writes them.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskId(Arc<str>);

impl TaskId {
    /// Takes any text as an id; the scheduler itself only makes ids of 32 hexadecimal digits.
    pub fn new(id: impl Into<Arc<str>>) -> Self {
        Self(id.into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TaskId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for TaskId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "TaskId({})", self.0)
    }
}

impl std::borrow::Borrow<str> for TaskId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// What the scheduler wants done. Actions for one task come in order and are never repeated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Resolve the images and start the processes of a task.
    Start {
        /// The task to start.
        task: TaskId,
        /// What to run.
        launch: Launch,
    },
    /// End every container of the task: SIGTERM, then SIGKILL after the container's stop timeout.
    /// Also comes for a task that is still pulling, and for one whose essential container has ended by itself.
    Stop {
        /// The task to stop.
        task: TaskId,
    },
    /// Let the balancer check this task and, once it is healthy, send requests to it.
    Register {
        /// The task that becomes a target.
        task: TaskId,
        /// The target group's ARN, as the service names it.
        target_group: String,
        /// The loopback port the container was observed to listen on.
        port: u16,
    },
    /// Send no new request to the task, wait for those under way, then report [`TargetState::Gone`].
    Deregister {
        /// The task that stops being a target.
        task: TaskId,
        /// The target group's ARN.
        target_group: String,
    },
}

/// Everything needed to run one task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Launch {
    /// The cluster's name.
    pub cluster: String,
    /// `service:NAME` for a task of a service, `family:NAME` for one that was run alone.
    pub group: String,
    /// The task definition's family.
    pub family: String,
    /// The task definition's revision.
    pub revision: u32,
    /// Reserved CPU in units of 1/1024 vCPU; 0 when nothing was reserved.
    pub cpu: u32,
    /// Reserved memory in MiB; 0 when nothing was reserved.
    pub memory: u32,
    /// The containers in the order of the task definition.
    pub containers: Vec<ContainerLaunch>,
}

/// Everything needed to run one container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContainerLaunch {
    /// The container's name, unique in its task.
    pub name: String,
    /// The image reference as the task definition has it.
    pub image: String,
    /// Whether the whole task ends with this container.
    pub essential: bool,
    /// Replaces the image's executable, as in Docker.
    pub entry_point: Option<Vec<String>>,
    /// Replaces the image's arguments, as in Docker.
    pub command: Option<Vec<String>>,
    /// Added over the image's environment; task overrides are already merged in.
    pub environment: Vec<(String, String)>,
    /// The first port the container definition maps; the process is told to listen on a loopback port in its stead.
    pub container_port: Option<u16>,
    /// CPU units of this container; 0 when the definition has none.
    pub cpu: u32,
    /// The hard memory limit in MiB; 0 when the definition has none.
    pub memory: u32,
    /// The container health check, when the definition has one.
    pub health_check: Option<HealthCheck>,
    /// Where standard output and error go (the `awslogs` driver), when configured.
    pub log: Option<LogTarget>,
    /// How long to wait between SIGTERM and SIGKILL (stack time).
    pub stop_timeout: Duration,
    /// The task's volumes that it can write to.
    pub mounts: Vec<Mount>,
}

/// A volume of the task where a container has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// The volume's name.
    pub volume: String,
    /// The path in the container.
    pub path: String,
}

/// A container health check of a task definition, with Amazon ECS's defaults filled in (stack time).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HealthCheck {
    /// `["CMD", …]` or `["CMD-SHELL", "…"]`.
    pub command: Vec<String>,
    /// Time between checks; 30 s by default.
    pub interval: Duration,
    /// Time after which a check counts as failed; 5 s by default.
    pub timeout: Duration,
    /// Failures in a row that make the container unhealthy; 3 by default.
    pub retries: u32,
    /// Time after the start in which failures do not count; 0 by default.
    pub start_period: Duration,
}

/// Where the `awslogs` driver writes: the stream is `prefix/container/task-id`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogTarget {
    /// The log group's name.
    pub group: String,
    /// `awslogs-stream-prefix`.
    pub stream_prefix: String,
}

/// Something that happened to a task, a target or an alarm.
///
/// For every `Start` the world must in the end say [`Observation::NeverRan`] or [`Observation::Stopped`], whatever
/// else happened; for every `Deregister` a [`TargetState::Gone`]. Observations of unknown tasks are ignored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Observation {
    /// Images are being resolved.
    Pulling {
        /// The task.
        task: TaskId,
    },
    /// A container's image was resolved.
    Pulled {
        /// The task.
        task: TaskId,
        /// The container's name.
        container: String,
        /// `sha256:…` of the manifest.
        digest: String,
    },
    /// A container's process runs.
    Running {
        /// The task.
        task: TaskId,
        /// The container's name.
        container: String,
        /// The loopback port it was told to listen on, when its definition maps a port.
        host_port: Option<u16>,
        /// The process id, which leads its process group.
        pid: u32,
    },
    /// The task failed before all of its containers ran; nothing of it is left.
    NeverRan {
        /// The task.
        task: TaskId,
        /// AWS's words, such as `CannotPullContainerError: …` or `ResourceInitializationError: …`.
        reason: String,
    },
    /// A container ended.
    Exited {
        /// The task.
        task: TaskId,
        /// The container's name.
        container: String,
        /// The exit code; 128 + n after signal n.
        exit_code: i32,
        /// `OutOfMemoryError: Container killed due to memory usage`, when that is why.
        reason: Option<String>,
    },
    /// Every container has ended, and nothing of the task is left. Sent once, whether or not `Stop` was asked.
    Stopped {
        /// The task.
        task: TaskId,
    },
    /// The verdict of a container's health check changed (or was first reached).
    Health {
        /// The task.
        task: TaskId,
        /// The container's name.
        container: String,
        /// Whether the check passes.
        healthy: bool,
    },
    /// The balancer's view of a target changed.
    Target {
        /// The task.
        task: TaskId,
        /// The target group's ARN.
        target_group: String,
        /// The new state.
        state: TargetState,
    },
    /// An alarm's state, as it changes.
    Alarm {
        /// The alarm's name.
        name: String,
        /// Whether it is in `ALARM`.
        in_alarm: bool,
    },
}

/// The balancer's view of a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TargetState {
    /// Registered, not yet through its first checks.
    Initial,
    /// Gets requests.
    Healthy,
    /// Gets none.
    Unhealthy {
        /// AWS's words, such as `Health checks failed with these codes: [503]`.
        reason: String,
    },
    /// Deregistered; requests under way are being finished.
    Draining,
    /// Not a target any more.
    Gone,
}
