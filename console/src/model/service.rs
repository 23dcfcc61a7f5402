//! Services, their deployments and events as `DescribeServices` tells them.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::{RevisionSummary, Timestamp};

/// Names one service within the present account and Region.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ServiceId {
    /// Cluster name (not ARN).
    pub cluster: String,
    /// Service name (not ARN).
    pub service: String,
}

impl ServiceId {
    /// Joins the two names.
    pub fn new(cluster: impl Into<String>, service: impl Into<String>) -> Self {
        Self { cluster: cluster.into(), service: service.into() }
    }
}

/// One ECS service.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Service {
    /// Cluster and name.
    pub id: ServiceId,
    /// Full ARN.
    pub arn: String,
    /// `ACTIVE`, `DRAINING` or `INACTIVE`.
    pub status: String,
    /// Wanted tasks.
    pub desired: u32,
    /// Tasks in state RUNNING.
    pub running: u32,
    /// Tasks in state PENDING.
    pub pending: u32,
    /// `FARGATE`, `EC2` or `EXTERNAL`, when no capacity provider decides.
    pub launch_type: Option<String>,
    /// `REPLICA` or `DAEMON`.
    pub scheduling: Option<String>,
    /// `ECS`, `CODE_DEPLOY` or `EXTERNAL`; anything but `ECS` is read-only for us.
    pub controller: String,
    /// ARN of the task definition that the service wants to run.
    pub task_definition: String,
    /// When the service was made.
    pub created_at: Option<Timestamp>,
    /// PRIMARY first.
    pub deployments: Vec<Deployment>,
    /// Newest first, at most 100.
    pub events: Vec<ServiceEvent>,
    /// How deployments run.
    pub deployment_configuration: DeploymentConfiguration,
    /// Target groups the tasks are registered with.
    pub load_balancers: Vec<LoadBalancer>,
    /// Seconds during which failed health checks are ignored.
    pub health_check_grace_period: Option<u32>,
    /// Resource tags.
    pub tags: BTreeMap<String, String>,
    /// `ExecuteCommand` is allowed.
    pub exec_enabled: bool,
    /// ARN of the service deployment under way.
    pub current_deployment: Option<String>,
    /// Revisions that have tasks now.
    pub current_revisions: Vec<RevisionSummary>,
    /// The answer's own JSON for this service, for the raw view.
    pub raw: Arc<Value>,
}

/// An entry of `deployments[]`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Deployment {
    /// `ecs-svc/…`, the `startedBy` of its tasks.
    pub id: String,
    /// `PRIMARY`, `ACTIVE` or `INACTIVE`.
    pub status: String,
    /// Task definition ARN.
    pub task_definition: String,
    /// Wanted tasks.
    pub desired: u32,
    /// Running tasks.
    pub running: u32,
    /// Pending tasks.
    pub pending: u32,
    /// Tasks that failed to start or to get healthy.
    pub failed: u32,
    /// `IN_PROGRESS`, `COMPLETED` or `FAILED`; absent for controllers other than ECS.
    pub rollout_state: Option<String>,
    /// AWS's words for it.
    pub rollout_reason: Option<String>,
    /// Start.
    pub created_at: Option<Timestamp>,
    /// Last change.
    pub updated_at: Option<Timestamp>,
}

/// An entry of `events[]`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ServiceEvent {
    /// UUID; the key by which events are merged.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// AWS's words, control characters removed.
    pub message: String,
}

/// `deploymentConfiguration` as far as screens show it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeploymentConfiguration {
    /// `ROLLING` (also when absent), `BLUE_GREEN`, `LINEAR`, `CANARY`.
    pub strategy: String,
    /// Lower bound of healthy tasks in percent of desired.
    pub minimum_healthy_percent: u32,
    /// Upper bound of tasks in percent of desired.
    pub maximum_percent: u32,
    /// Circuit breaker on.
    pub breaker: bool,
    /// Circuit breaker rolls back.
    pub breaker_rollback: bool,
    /// Deployment alarms, empty when off.
    pub alarms: Vec<String>,
    /// Alarms roll back.
    pub alarm_rollback: bool,
    /// Bake time after the shift, minutes.
    pub bake_minutes: Option<u32>,
}

/// One target group attachment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LoadBalancer {
    /// Target group ARN.
    pub target_group: String,
    /// Container that receives the traffic.
    pub container: String,
    /// Its port.
    pub port: u16,
}

/// Rollout in one word, for lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RolloutWord {
    /// A deployment failed, or was rolled back, and nothing newer succeeded.
    Failed,
    /// Tasks are missing and no deployment explains it.
    Degraded,
    /// A deployment is on its way back.
    RollingBack,
    /// A deployment is under way.
    Progressing,
    /// Everything wanted runs.
    Steady,
    /// Desired is zero.
    Idle,
    /// The service is being deleted or is not active.
    Draining,
}

impl Service {
    /// The newest deployment.
    #[must_use]
    pub fn primary(&self) -> Option<&Deployment> {
        self.deployments.iter().find(|d| d.status == "PRIMARY")
    }

    /// Whether this console may change the service; CodeDeploy and external controllers own theirs.
    #[must_use]
    pub fn is_ours_to_deploy(&self) -> bool {
        self.controller.is_empty() || self.controller == "ECS"
    }

    /// Rollout in one word.
    #[must_use]
    pub fn rollout(&self) -> RolloutWord {
        if self.status == "DRAINING" || self.status == "INACTIVE" {
            return RolloutWord::Draining;
        }
        let state = |d: &Deployment, wanted: &str| d.rollout_state.as_deref() == Some(wanted);
        let primary = self.primary();
        let others_failed = self.deployments.iter().any(|d| d.status != "PRIMARY" && state(d, "FAILED"));
        let rolling_back =
            primary.and_then(|d| d.rollout_reason.as_deref()).is_some_and(|reason| reason.contains("rolling back"));
        match primary {
            Some(d) if state(d, "FAILED") => RolloutWord::Failed,
            Some(d) if state(d, "IN_PROGRESS") && (rolling_back || others_failed) => RolloutWord::RollingBack,
            Some(d) if state(d, "IN_PROGRESS") => RolloutWord::Progressing,
            _ if self.deployments.len() > 1 => RolloutWord::Progressing,
            _ if self.running != self.desired => RolloutWord::Degraded,
            _ if self.desired == 0 => RolloutWord::Idle,
            _ => RolloutWord::Steady,
        }
    }
}
