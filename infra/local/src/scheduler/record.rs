//! A service deployment as `DescribeServiceDeployments` tells it: the story of one change, rollback included.

use std::collections::BTreeMap;

/// `status` of a service deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordStatus {
    /// Asked for.
    Pending,
    /// Under way.
    InProgress,
    /// Done.
    Successful,
    /// Given up, or overtaken by a newer one.
    Stopped,
    /// Somebody asked for a rollback.
    RollbackRequested,
    /// Going back.
    RollbackInProgress,
    /// Went back.
    RollbackSuccessful,
    /// Could not go back.
    RollbackFailed,
}

impl RecordStatus {
    /// The word in `status`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::InProgress => "IN_PROGRESS",
            Self::Successful => "SUCCESSFUL",
            Self::Stopped => "STOPPED",
            Self::RollbackRequested => "ROLLBACK_REQUESTED",
            Self::RollbackInProgress => "ROLLBACK_IN_PROGRESS",
            Self::RollbackSuccessful => "ROLLBACK_SUCCESSFUL",
            Self::RollbackFailed => "ROLLBACK_FAILED",
        }
    }
}

/// `status` of the circuit breaker and of the alarms inside a service deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MonitorStatus {
    /// It ended the deployment.
    Triggered,
    /// It watches.
    Monitoring,
    /// It watched to the end.
    Complete,
    /// It does not watch.
    Disabled,
}

impl MonitorStatus {
    /// The word in `status`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Triggered => "TRIGGERED",
            Self::Monitoring => "MONITORING",
            Self::Complete => "MONITORING_COMPLETE",
            Self::Disabled => "DISABLED",
        }
    }
}

/// `lifecycleStage`, as far as a rolling deployment passes through it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Comparing what is with what is wanted.
    Reconcile,
    /// Starting new tasks, stopping old ones as they are replaced.
    ScaleUp,
    /// All new tasks are healthy; the last old ones are going.
    CleanUp,
    /// Alarms are watched for a while longer.
    BakeTime,
}

impl Stage {
    /// The word in `lifecycleStage`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Reconcile => "RECONCILE_SERVICE",
            Self::ScaleUp => "SCALE_UP",
            Self::CleanUp => "CLEAN_UP",
            Self::BakeTime => "BAKE_TIME",
        }
    }
}

/// `rollback` of a service deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RollbackNote {
    /// Why.
    pub reason: String,
    /// Epoch milliseconds.
    pub started_ms: i64,
    /// The revision it goes back to.
    pub revision: String,
}

/// Task counts of one revision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Wanted.
    pub requested: u32,
    /// RUNNING.
    pub running: u32,
    /// On the way to RUNNING.
    pub pending: u32,
}

/// A service deployment.
#[derive(Clone, Debug)]
pub struct ServiceDeployment {
    /// 21 characters.
    pub id: String,
    /// Where it stands.
    pub status: RecordStatus,
    /// Why, when there is something to say.
    pub status_reason: Option<String>,
    /// Epoch milliseconds of each step that was reached.
    pub created_ms: i64,
    /// When work began.
    pub started_ms: Option<i64>,
    /// When it ended, whichever way.
    pub finished_ms: Option<i64>,
    /// When it was given up.
    pub stopped_ms: Option<i64>,
    /// The last change.
    pub updated_ms: i64,
    /// The revisions it replaces.
    pub sources: Vec<String>,
    /// The revision it brings out.
    pub target: String,
    /// Task counts by revision, kept up to date until it ends.
    pub counts: BTreeMap<String, Counts>,
    /// The stage it is in.
    pub stage: Stage,
    /// The rollback, once one began.
    pub rollback: Option<RollbackNote>,
    /// The circuit breaker.
    pub breaker: MonitorStatus,
    /// Failed tasks.
    pub failure_count: u32,
    /// Failed tasks that trip the breaker.
    pub threshold: u32,
    /// The alarms.
    pub alarms: MonitorStatus,
    /// The alarms' names.
    pub alarm_names: Vec<String>,
    /// Those that ended the deployment.
    pub triggered_alarms: Vec<String>,
}

impl ServiceDeployment {
    /// A service deployment that has just been asked for.
    pub fn new(id: String, sources: Vec<String>, target: String, now_ms: i64) -> Self {
        Self {
            id,
            status: RecordStatus::Pending,
            status_reason: None,
            created_ms: now_ms,
            started_ms: None,
            finished_ms: None,
            stopped_ms: None,
            updated_ms: now_ms,
            sources,
            target,
            counts: BTreeMap::new(),
            stage: Stage::Reconcile,
            rollback: None,
            breaker: MonitorStatus::Disabled,
            failure_count: 0,
            threshold: 0,
            alarms: MonitorStatus::Disabled,
            alarm_names: Vec::new(),
            triggered_alarms: Vec::new(),
        }
    }

    /// Whether nothing will change any more.
    pub fn is_finished(&self) -> bool {
        self.finished_ms.is_some()
    }

    /// Moves on to a status that is not an end.
    pub fn advance(&mut self, status: RecordStatus, now_ms: i64) {
        self.status = status;
        self.updated_ms = now_ms;
    }

    /// Ends it. Monitors that still watched have watched to the end.
    pub fn finish(&mut self, status: RecordStatus, reason: Option<String>, now_ms: i64) {
        self.advance(status, now_ms);
        self.status_reason = reason.or(self.status_reason.take());
        self.finished_ms = Some(now_ms);
        if status == RecordStatus::Stopped {
            self.stopped_ms = Some(now_ms);
        }
        for monitor in [&mut self.breaker, &mut self.alarms] {
            if *monitor == MonitorStatus::Monitoring {
                *monitor = MonitorStatus::Complete;
            }
        }
    }
}
