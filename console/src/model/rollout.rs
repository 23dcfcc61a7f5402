//! Service deployments and revisions: what really ran, what became of it.

use super::Timestamp;

/// `ServiceDeployment.status`. Words we do not know stay words.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum DeploymentStatus {
    /// Accepted, not begun.
    #[default]
    Pending,
    /// Under way.
    InProgress,
    /// Ended well.
    Successful,
    /// A stop was asked for.
    StopRequested,
    /// Ended by a stop or by a newer deployment.
    Stopped,
    /// A rollback was asked for.
    RollbackRequested,
    /// On its way back.
    RollbackInProgress,
    /// Back on the source revision: the deployment failed, the rollback worked.
    RollbackSuccessful,
    /// Neither the deployment nor the rollback worked.
    RollbackFailed,
    /// A word that AWS added later.
    Other(String),
}

impl DeploymentStatus {
    /// Reads AWS's word.
    #[must_use]
    pub fn parse(word: &str) -> Self {
        match word {
            "PENDING" => Self::Pending,
            "IN_PROGRESS" => Self::InProgress,
            "SUCCESSFUL" => Self::Successful,
            "STOP_REQUESTED" => Self::StopRequested,
            "STOPPED" => Self::Stopped,
            "ROLLBACK_REQUESTED" => Self::RollbackRequested,
            "ROLLBACK_IN_PROGRESS" => Self::RollbackInProgress,
            "ROLLBACK_SUCCESSFUL" => Self::RollbackSuccessful,
            "ROLLBACK_FAILED" => Self::RollbackFailed,
            other => Self::Other(other.to_owned()),
        }
    }

    /// The deployment has ended, one way or the other.
    #[must_use]
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Successful | Self::Stopped | Self::RollbackSuccessful | Self::RollbackFailed)
    }
}

/// One service deployment, from `DescribeServiceDeployments`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ServiceDeployment {
    /// Full ARN.
    pub arn: String,
    /// Where it stands.
    pub status: DeploymentStatus,
    /// AWS's reason for the status.
    pub status_reason: Option<String>,
    /// `RECONCILE_SERVICE`, `SCALE_UP`, … as AWS words it.
    pub lifecycle_stage: Option<String>,
    /// `ROLLING`, `BLUE_GREEN`, `LINEAR`, `CANARY`.
    pub strategy: String,
    /// Requested.
    pub created_at: Option<Timestamp>,
    /// Begun.
    pub started_at: Option<Timestamp>,
    /// Ended.
    pub finished_at: Option<Timestamp>,
    /// Stopped by someone.
    pub stopped_at: Option<Timestamp>,
    /// Last change.
    pub updated_at: Option<Timestamp>,
    /// Revisions that were running when it began.
    pub sources: Vec<RevisionSummary>,
    /// The revision being rolled out.
    pub target: Option<RevisionSummary>,
    /// Circuit breaker, when the deployment has one.
    pub breaker: Option<Breaker>,
    /// Deployment alarms, when it has any.
    pub alarms: Option<DeploymentAlarms>,
    /// Set once a rollback began.
    pub rollback: Option<Rollback>,
}

/// Tasks and traffic of one revision within a deployment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RevisionSummary {
    /// Service revision ARN.
    pub arn: String,
    /// Tasks asked for.
    pub requested: u32,
    /// Tasks running.
    pub running: u32,
    /// Tasks pending.
    pub pending: u32,
    /// Share of production traffic, percent.
    pub production_weight: Option<f64>,
    /// Share of test traffic, percent.
    pub test_weight: Option<f64>,
}

/// Circuit breaker of a deployment. The count can fall again: a healthy task resets it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Breaker {
    /// `MONITORING`, `TRIGGERED`, `MONITORING_COMPLETE`, `DISABLED`.
    pub status: String,
    /// Failed tasks so far.
    pub failures: u32,
    /// Failed tasks at which it trips.
    pub threshold: u32,
}

/// Alarms that watch a deployment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeploymentAlarms {
    /// As for the breaker.
    pub status: String,
    /// All that are watched.
    pub names: Vec<String>,
    /// Those that went off.
    pub triggered: Vec<String>,
}

/// Why and whereto a deployment went back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rollback {
    /// AWS's words.
    pub reason: Option<String>,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// The revision it goes back to.
    pub revision: Option<String>,
}

/// One immutable service revision, from `DescribeServiceRevisions`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ServiceRevision {
    /// Full ARN.
    pub arn: String,
    /// Task definition ARN.
    pub task_definition: String,
    /// Images with the digests that really ran.
    pub images: Vec<RevisionImage>,
    /// When it was made.
    pub created_at: Option<Timestamp>,
}

/// An image of a revision.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RevisionImage {
    /// Container name.
    pub container: String,
    /// Reference as written in the task definition.
    pub image: String,
    /// `sha256:…` that it resolved to.
    pub digest: Option<String>,
}

/// The newest deployments of a service, newest first, with the revisions they name.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeploymentHistory {
    /// Newest first.
    pub deployments: Vec<ServiceDeployment>,
    /// Revisions named by the deployments.
    pub revisions: Vec<ServiceRevision>,
}

impl DeploymentHistory {
    /// The revision with this ARN.
    #[must_use]
    pub fn revision(&self, arn: &str) -> Option<&ServiceRevision> {
        self.revisions.iter().find(|revision| revision.arn == arn)
    }
}
