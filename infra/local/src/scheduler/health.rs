//! Whether a task counts as healthy, by the rules of the service scheduler.

use super::port::TargetState;
use super::task::{Health, Status, Task};

/// A task that nobody checks counts as healthy this long after it reached RUNNING
/// (Amazon ECS Developer Guide, "How the deployment circuit breaker detects failures").
pub const UNCHECKED_HEALTHY_AFTER_MS: i64 = 40_000;

/// What the scheduler makes of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Meant to run, does not run yet.
    Pending,
    /// Runs, without a verdict, or with a bad one inside the grace period.
    Warming,
    /// Counts.
    Healthy,
    /// To be replaced.
    Unhealthy(Cause),
    /// On its way out, or gone.
    Leaving,
}

/// Which check failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The health check of an essential container.
    Container,
    /// The balancer's check.
    Target {
        /// The target group's ARN.
        target_group: String,
        /// The balancer's words.
        reason: String,
        /// The port that was checked.
        port: u16,
    },
}

/// Judges a task at a moment. `grace_ms` is the service's health check grace period.
pub fn standing(task: &Task, now_ms: i64, grace_ms: i64) -> Standing {
    if !task.wanted {
        return Standing::Leaving;
    }
    let (Status::Running, Some(started)) = (task.status, task.moments.started) else {
        return Standing::Pending;
    };
    if let Some(cause) = complaint(task) {
        return if now_ms - started < grace_ms { Standing::Warming } else { Standing::Unhealthy(cause) };
    }
    if passes_every_check(task, now_ms - started) { Standing::Healthy } else { Standing::Warming }
}

fn complaint(task: &Task) -> Option<Cause> {
    if task.containers.iter().any(|one| one.essential && one.checked && one.health == Health::Unhealthy) {
        return Some(Cause::Container);
    }
    task.targets.iter().find_map(|target| match &target.state {
        Some(TargetState::Unhealthy { reason }) => {
            let container = task.containers.iter().find(|one| one.name == target.container);
            let port = container.and_then(|one| one.host_port).unwrap_or_default();
            Some(Cause::Target { target_group: target.target_group.clone(), reason: reason.clone(), port })
        }
        _ => None,
    })
}

fn passes_every_check(task: &Task, running_for_ms: i64) -> bool {
    let mut checks = task.containers.iter().filter(|one| one.essential && one.checked).peekable();
    let is_checked = checks.peek().is_some() || !task.targets.is_empty();
    let containers_pass = checks.all(|one| one.health == Health::Healthy);
    let targets_pass = task.targets.iter().all(|target| target.state == Some(TargetState::Healthy));
    containers_pass && targets_pass && (is_checked || running_for_ms >= UNCHECKED_HEALTHY_AFTER_MS)
}

/// The word in a task's `healthStatus`: only container health checks count here.
pub fn word(task: &Task) -> Health {
    let checked: Vec<Health> =
        task.containers.iter().filter(|one| one.essential && one.checked).map(|one| one.health).collect();
    if checked.contains(&Health::Unhealthy) {
        Health::Unhealthy
    } else if checked.is_empty() || checked.contains(&Health::Unknown) {
        Health::Unknown
    } else {
        Health::Healthy
    }
}
