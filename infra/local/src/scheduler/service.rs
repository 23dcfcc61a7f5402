//! A service: what is wanted, its deployments, its revisions, its events. It decides nothing by itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::deployment::Deployment;
use super::events::EventLog;
use super::port::TaskId;
use super::record::ServiceDeployment;
use super::task::Template;

/// A service's cluster and name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServiceKey {
    /// The cluster's name.
    pub cluster: String,
    /// The service's name.
    pub name: String,
}

impl ServiceKey {
    /// The service `name` of the cluster `cluster`.
    pub fn new(cluster: impl Into<String>, name: impl Into<String>) -> Self {
        Self { cluster: cluster.into(), name: name.into() }
    }
}

/// How a service wants its deployments done (`deploymentConfiguration` and what stands beside it).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// `minimumHealthyPercent`.
    pub minimum_percent: u32,
    /// `maximumPercent`.
    pub maximum_percent: u32,
    /// `healthCheckGracePeriodSeconds`, in milliseconds.
    pub grace_ms: i64,
    /// `deploymentCircuitBreaker`.
    pub breaker: Breaker,
    /// `alarms`.
    pub alarms: AlarmSettings,
    /// How long alarms are watched after the last old task is gone, in milliseconds.
    pub bake_ms: i64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            minimum_percent: 100,
            maximum_percent: 200,
            grace_ms: 0,
            breaker: Breaker::default(),
            alarms: AlarmSettings::default(),
            bake_ms: 0,
        }
    }
}

/// `deploymentCircuitBreaker`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breaker {
    /// Whether failed tasks end a deployment.
    pub enabled: bool,
    /// Whether the service then goes back to its last completed deployment.
    pub rollback: bool,
    /// Whether a healthy task sets the count back to 0.
    pub reset_on_healthy_task: bool,
    /// How many failed tasks trip it.
    pub threshold: Threshold,
}

impl Default for Breaker {
    fn default() -> Self {
        Self { enabled: false, rollback: false, reset_on_healthy_task: true, threshold: Threshold::BoundedPercent(50) }
    }
}

/// `thresholdConfiguration` of the deployment circuit breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threshold {
    /// So many tasks.
    Count(u32),
    /// So many percent of the desired count, at least 3 and at most 200.
    BoundedPercent(u32),
    /// So many percent of the desired count, at least 1.
    UnboundedPercent(u32),
}

impl Threshold {
    /// The number of failed tasks that trips the breaker of a service with this desired count.
    pub fn tasks(self, desired: u32) -> u32 {
        let share =
            |percent: u32| u32::try_from((u64::from(desired) * u64::from(percent)).div_ceil(100)).unwrap_or(u32::MAX);
        match self {
            Self::Count(count) => count.max(1),
            Self::BoundedPercent(percent) => share(percent).clamp(3, 200),
            Self::UnboundedPercent(percent) => share(percent).max(1),
        }
    }
}

/// `alarms` of a deployment configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AlarmSettings {
    /// Whether an alarm ends a deployment.
    pub enabled: bool,
    /// Whether the service then goes back to its last completed deployment.
    pub rollback: bool,
    /// The alarms' names.
    pub names: Vec<String>,
}

/// The life of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// Runs tasks.
    Active,
    /// Was deleted; its last tasks are going.
    Draining,
    /// Is over.
    Inactive,
}

/// What a deployment brings out; never changes but for the digests that are learnt.
#[derive(Clone, Debug)]
pub struct Revision {
    /// 19 digits.
    pub id: String,
    /// Epoch milliseconds.
    pub created_ms: i64,
    /// What its tasks run.
    pub template: Arc<Template>,
    /// Image digests by container, as first resolved by a task of this revision.
    pub digests: BTreeMap<String, String>,
}

/// The deployment that a rollback goes back to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completed {
    /// The id of the deployment that completed.
    pub deployment: String,
    /// The revision it brought out.
    pub revision: String,
}

/// A service.
#[derive(Clone, Debug)]
pub struct Service {
    /// Its cluster and name.
    pub key: ServiceKey,
    /// Epoch milliseconds.
    pub created_ms: i64,
    /// Where it is in its life.
    pub life: Life,
    /// When it became inactive.
    pub ended_ms: Option<i64>,
    /// How many tasks it wants.
    pub desired: u32,
    /// How deployments are done.
    pub settings: Settings,
    /// Newest first; the first is PRIMARY, the others are ACTIVE.
    pub deployments: Vec<Deployment>,
    /// Oldest first.
    pub revisions: Vec<Revision>,
    /// Service deployments, newest first.
    pub records: Vec<ServiceDeployment>,
    /// Where a rollback goes.
    pub last_completed: Option<Completed>,
    /// Its tasks that are not STOPPED, oldest first.
    pub tasks: Vec<TaskId>,
    /// Its events.
    pub events: EventLog,
    /// Since when it is steady, when it is.
    pub steady_since_ms: Option<i64>,
    /// When the last steady-state event was written.
    pub steady_told_ms: Option<i64>,
    /// Whether the present stall was told.
    pub stall_told: bool,
}

impl Service {
    /// A service without deployments.
    pub fn new(key: ServiceKey, desired: u32, settings: Settings, now_ms: i64) -> Self {
        Self {
            events: EventLog::new(&key.name),
            key,
            created_ms: now_ms,
            life: Life::Active,
            ended_ms: None,
            desired,
            settings,
            deployments: Vec::new(),
            revisions: Vec::new(),
            records: Vec::new(),
            last_completed: None,
            tasks: Vec::new(),
            steady_since_ms: None,
            steady_told_ms: None,
            stall_told: false,
        }
    }

    /// The fewest healthy tasks that a deployment may leave.
    pub fn lower_bound(&self) -> usize {
        let share = (u64::from(self.desired) * u64::from(self.settings.minimum_percent)).div_ceil(100);
        usize::try_from(share).unwrap_or(usize::MAX)
    }

    /// The most tasks that may run or be on the way.
    pub fn upper_bound(&self) -> usize {
        let share = u64::from(self.desired) * u64::from(self.settings.maximum_percent) / 100;
        usize::try_from(share).unwrap_or(usize::MAX)
    }

    /// The number of failed tasks that trips the circuit breaker now.
    pub fn threshold(&self) -> u32 {
        self.settings.breaker.threshold.tasks(self.desired)
    }

    /// A deployment by its id.
    pub fn deployment_mut(&mut self, id: &str) -> Option<&mut Deployment> {
        self.deployments.iter_mut().find(|deployment| deployment.id == id)
    }

    /// A revision by its id.
    pub fn revision(&self, id: &str) -> Option<&Revision> {
        self.revisions.iter().find(|revision| revision.id == id)
    }

    /// The service deployment that is under way.
    pub fn current_record_mut(&mut self) -> Option<&mut ServiceDeployment> {
        self.records.first_mut().filter(|record| !record.is_finished())
    }
}
