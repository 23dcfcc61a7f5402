//! One task: what it runs, how far it came, and why it ended. It decides nothing about services.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::port::{Action, Launch, TargetState, TaskId};
use super::service::ServiceKey;

/// What every task of a revision runs, and where it is put behind a balancer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// The task definition's ARN.
    pub task_definition: String,
    /// The processes; the group is filled in per service.
    pub launch: Launch,
    /// The balancer's target groups.
    pub bindings: Vec<Binding>,
}

/// A container behind a target group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The target group's ARN.
    pub target_group: String,
    /// The container that answers.
    pub container: String,
    /// The port inside the container, as the task definition has it.
    pub container_port: u16,
}

/// Who wanted the task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// A service's deployment, by its id `ecs-svc/…`.
    Service {
        /// The service.
        key: ServiceKey,
        /// The deployment.
        deployment: String,
        /// The service revision's id.
        revision: String,
    },
    /// A call of `RunTask`.
    Alone {
        /// What the caller wrote into `startedBy`.
        started_by: Option<String>,
        /// The group, `family:NAME` unless the caller named another.
        group: String,
    },
}

/// The life of a task, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Asked for.
    Provisioning,
    /// Pulling images, starting containers.
    Pending,
    /// Containers run; being registered with target groups.
    Activating,
    /// Runs.
    Running,
    /// Being drained at the balancer.
    Deactivating,
    /// Containers are being stopped.
    Stopping,
    /// Nothing runs any more; being cleaned up.
    Deprovisioning,
    /// Over.
    Stopped,
}

impl Status {
    /// The word in `lastStatus`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Provisioning => "PROVISIONING",
            Self::Pending => "PENDING",
            Self::Activating => "ACTIVATING",
            Self::Running => "RUNNING",
            Self::Deactivating => "DEACTIVATING",
            Self::Stopping => "STOPPING",
            Self::Deprovisioning => "DEPROVISIONING",
            Self::Stopped => "STOPPED",
        }
    }
}

/// Why a task ended (`stopCode`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopCode {
    /// It never ran.
    TaskFailedToStart,
    /// An essential container ended.
    EssentialContainerExited,
    /// `StopTask` was called.
    UserInitiated,
    /// The service scheduler wanted it gone.
    ServiceSchedulerInitiated,
}

/// The verdict of a container's health check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// No check, or no verdict yet.
    Unknown,
    /// Passes.
    Healthy,
    /// Fails.
    Unhealthy,
}

/// How far a container came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContainerStatus {
    /// Not started.
    Pending,
    /// Its process runs.
    Running,
    /// Its process has ended.
    Stopped,
}

/// A container of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Container {
    /// Its name, unique in the task.
    pub name: String,
    /// Whether the task ends with it.
    pub essential: bool,
    /// Whether its definition has a health check.
    pub checked: bool,
    /// How far it came.
    pub status: ContainerStatus,
    /// Whether it ever ran.
    pub ran: bool,
    /// The digest of the image that was resolved.
    pub digest: Option<String>,
    /// The loopback port it listens on.
    pub host_port: Option<u16>,
    /// Its process id while it runs.
    pub pid: Option<u32>,
    /// `runtimeId`: 32 hexadecimal digits of the task and a number.
    pub runtime_id: Option<String>,
    /// How it ended.
    pub exit_code: Option<i32>,
    /// Why it ended, when there is more to say than the code.
    pub reason: Option<String>,
    /// The verdict of its health check.
    pub health: Health,
}

/// The task's place in one target group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The target group's ARN.
    pub target_group: String,
    /// The container behind it.
    pub container: String,
    /// The balancer's view; `None` before registration.
    pub state: Option<TargetState>,
    /// Whether a service event has told of the registration.
    pub registration_told: bool,
    /// Whether a service event has told of the draining.
    pub draining_told: bool,
}

/// Moments in a task's life, epoch milliseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moments {
    /// Asked for.
    pub created: i64,
    /// Images began to be resolved.
    pub pull_started: Option<i64>,
    /// All images were resolved.
    pub pull_stopped: Option<i64>,
    /// Reached RUNNING.
    pub started: Option<i64>,
    /// Was told to stop, or ended by itself.
    pub stopping: Option<i64>,
    /// The last process ended.
    pub execution_stopped: Option<i64>,
    /// Reached STOPPED.
    pub stopped: Option<i64>,
    /// First counted as healthy.
    pub healthy: Option<i64>,
}

/// One task.
#[derive(Clone, Debug)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// The cluster's name.
    pub cluster: String,
    /// Who wanted it.
    pub owner: Owner,
    /// What it runs; for a task with overrides, with these merged in.
    pub template: Arc<Template>,
    /// How far it came.
    pub status: Status,
    /// Whether it is meant to run (`desiredStatus`).
    pub wanted: bool,
    /// Its containers, in the order of the definition.
    pub containers: Vec<Container>,
    /// Its places in target groups.
    pub targets: Vec<Target>,
    /// When what happened.
    pub moments: Moments,
    /// Why it ended, for machines.
    pub stop_code: Option<StopCode>,
    /// Why it ended, for people.
    pub stopped_reason: Option<String>,
    /// Changes with every visible change (`version`).
    pub version: u64,
    /// It ended or failed by itself, and its deployment has to be told.
    pub failure: Option<Failure>,
    /// Whether its deployment has counted its failure.
    pub failure_counted: bool,
    /// Whether it was found unhealthy and an event told so; cleared when it recovers.
    pub unhealthy_told: bool,
    /// Whether its deployment knows that it reached RUNNING.
    pub running_told: bool,
}

/// How a task failed by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// It stopped before it ran.
    NeverRan,
    /// It ran and ended before it ever counted as healthy.
    EndedEarly,
    /// It ran, was healthy, and ended.
    Ended,
}

impl Task {
    /// A task that has just been asked for.
    pub fn new(id: TaskId, cluster: &str, owner: Owner, template: Arc<Template>, now_ms: i64) -> Self {
        let containers = template.launch.containers.iter().map(container).collect();
        let targets = match &owner {
            Owner::Service { .. } => template.bindings.iter().map(target).collect(),
            Owner::Alone { .. } => Vec::new(),
        };
        Self {
            id,
            cluster: cluster.to_owned(),
            owner,
            template,
            status: Status::Provisioning,
            wanted: true,
            containers,
            targets,
            moments: Moments { created: now_ms, ..Moments::default() },
            stop_code: None,
            stopped_reason: None,
            version: 1,
            failure: None,
            failure_counted: false,
            unhealthy_told: false,
            running_told: false,
        }
    }

    /// The order that starts its processes. Images of containers in `digests` are named by digest, so that every
    /// task of a revision runs the same image even when a tag has moved.
    pub fn start(&self, digests: &BTreeMap<String, String>) -> Action {
        let mut launch = Launch { group: self.group(), ..self.template.launch.clone() };
        for container in &mut launch.containers {
            if let Some(digest) = digests.get(&container.name) {
                container.image = by_digest(&container.image, digest);
            }
        }
        Action::Start { task: self.id.clone(), launch }
    }

    /// `service:NAME`, `family:NAME`, or what the caller of `RunTask` chose.
    pub fn group(&self) -> String {
        match &self.owner {
            Owner::Service { key, .. } => format!("service:{}", key.name),
            Owner::Alone { group, .. } => group.clone(),
        }
    }

    /// The deployment's id, or what the caller of `RunTask` wrote.
    pub fn started_by(&self) -> Option<&str> {
        match &self.owner {
            Owner::Service { deployment, .. } => Some(deployment),
            Owner::Alone { started_by, .. } => started_by.as_deref(),
        }
    }

    /// The id of the deployment it belongs to.
    pub fn deployment(&self) -> Option<&str> {
        match &self.owner {
            Owner::Service { deployment, .. } => Some(deployment),
            Owner::Alone { .. } => None,
        }
    }

    /// The id of the service revision it belongs to.
    pub fn revision(&self) -> Option<&str> {
        match &self.owner {
            Owner::Service { revision, .. } => Some(revision),
            Owner::Alone { .. } => None,
        }
    }

    /// Meant to run and on the way to running.
    pub fn is_pending(&self) -> bool {
        self.wanted && self.status < Status::Running
    }

    /// Meant to run and running.
    pub fn is_running(&self) -> bool {
        self.wanted && self.status == Status::Running
    }

    /// A container by name.
    pub fn container_mut(&mut self, name: &str) -> Option<&mut Container> {
        self.containers.iter_mut().find(|container| container.name == name)
    }

    /// The digests that its images resolved to, by container.
    pub fn digests(&self) -> BTreeMap<&str, &str> {
        self.containers.iter().filter_map(|one| Some((one.name.as_str(), one.digest.as_deref()?))).collect()
    }

    /// Asks for its end: drains it at the balancer first when it is a target, else stops its containers.
    /// A task that is already ending keeps its first reason.
    pub fn begin_stop(&mut self, now_ms: i64, code: StopCode, reason: String, actions: &mut Vec<Action>) {
        if !self.wanted {
            return;
        }
        self.mark_ending(now_ms, code, reason);
        self.deregister(actions);
        if self.is_draining() {
            self.status = Status::Deactivating;
        } else {
            self.stop_containers(actions);
        }
    }

    /// Leaves every target group it is in.
    pub fn deregister(&mut self, actions: &mut Vec<Action>) {
        for target in &mut self.targets {
            let registered =
                target.state.as_ref().is_some_and(|state| !matches!(state, TargetState::Draining | TargetState::Gone));
            if registered {
                target.state = Some(TargetState::Draining);
                actions.push(Action::Deregister { task: self.id.clone(), target_group: target.target_group.clone() });
            }
        }
    }

    /// Whether the balancer may still send it requests or wait for some.
    pub fn is_draining(&self) -> bool {
        self.targets.iter().any(|target| target.state.as_ref().is_some_and(|state| *state != TargetState::Gone))
    }

    /// Orders its containers to end.
    pub fn stop_containers(&mut self, actions: &mut Vec<Action>) {
        self.status = Status::Stopping;
        self.version += 1;
        actions.push(Action::Stop { task: self.id.clone() });
    }

    /// Notes that it is not meant to run any more, and why.
    pub fn mark_ending(&mut self, now_ms: i64, code: StopCode, reason: String) {
        self.wanted = false;
        self.version += 1;
        self.moments.stopping.get_or_insert(now_ms);
        self.stop_code.get_or_insert(code);
        self.stopped_reason.get_or_insert(reason);
    }
}

/// `registry/repository:tag` becomes `registry/repository@digest`; a reference by digest stays.
fn by_digest(image: &str, digest: &str) -> String {
    let name_starts = image.rfind('/').map_or(0, |slash| slash + 1);
    match (image.contains('@'), image[name_starts..].find(':')) {
        (true, _) => image.to_owned(),
        (false, Some(colon)) => format!("{}@{digest}", &image[..name_starts + colon]),
        (false, None) => format!("{image}@{digest}"),
    }
}

fn container(launch: &super::port::ContainerLaunch) -> Container {
    Container {
        name: launch.name.clone(),
        essential: launch.essential,
        checked: launch.health_check.is_some(),
        status: ContainerStatus::Pending,
        ran: false,
        digest: None,
        host_port: None,
        pid: None,
        runtime_id: None,
        exit_code: None,
        reason: None,
        health: Health::Unknown,
    }
}

fn target(binding: &Binding) -> Target {
    Target {
        target_group: binding.target_group.clone(),
        container: binding.container.clone(),
        state: None,
        registration_told: false,
        draining_told: false,
    }
}

#[cfg(test)]
mod tests {
    use super::by_digest;

    #[test]
    fn an_image_is_named_by_its_digest() {
        for (image, expected) in [
            ("host:5000/app:v1", "host:5000/app@sha256:0"),
            ("host:5000/app", "host:5000/app@sha256:0"),
            ("app:v1", "app@sha256:0"),
            ("app@sha256:1", "app@sha256:1"),
        ] {
            assert_eq!(by_digest(image, "sha256:0"), expected);
        }
    }
}
