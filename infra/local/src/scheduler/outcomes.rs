//! Tells a service what became of its tasks: counts failures, writes events, registers targets.

use std::collections::BTreeMap;

use super::deployment::{Deployment, Rollout};
use super::health::{Cause, Standing, standing};
use super::port::{Action, TargetState, TaskId};
use super::service::Service;
use super::step::World;
use super::task::{Failure, Status, Task};

#[derive(Default)]
struct Tally {
    registered: BTreeMap<String, usize>,
    deregistered: BTreeMap<String, usize>,
    draining: BTreeMap<String, usize>,
}

/// Takes in everything that happened to the service's tasks since the last step.
pub(super) fn take(service: &mut Service, world: &mut World<'_>, actions: &mut Vec<Action>) {
    let mut tally = Tally::default();
    for id in service.tasks.clone() {
        let Some(mut task) = world.tasks.remove(&id) else { continue };
        learn_digests(service, &task);
        register(&mut task, &mut tally, actions);
        note_draining(&mut task, &mut tally);
        note_end(service, &mut task, world);
        note_progress(service, &mut task, world.now_ms);
        note_health(service, &mut task, world);
        world.tasks.insert(id, task);
    }
    tell(service, &tally, world);
}

fn learn_digests(service: &mut Service, task: &Task) {
    let Some(revision) = task.revision().and_then(|id| service.revisions.iter_mut().find(|one| one.id == id)) else {
        return;
    };
    for (container, digest) in task.digests() {
        if !revision.digests.contains_key(container) {
            revision.digests.insert(container.to_owned(), digest.to_owned());
        }
    }
}

fn register(task: &mut Task, tally: &mut Tally, actions: &mut Vec<Action>) {
    if !(task.wanted && task.status == Status::Activating) {
        return;
    }
    for target in task.targets.iter_mut().filter(|target| target.state.is_none()) {
        let observed = task.containers.iter().find(|one| one.name == target.container).and_then(|one| one.host_port);
        let defined = task.template.bindings.iter().find(|one| one.target_group == target.target_group);
        let Some(port) = observed.or(defined.map(|one| one.container_port)) else { continue };
        target.state = Some(TargetState::Initial);
        target.registration_told = true;
        *tally.registered.entry(target.target_group.clone()).or_default() += 1;
        actions.push(Action::Register { task: task.id.clone(), target_group: target.target_group.clone(), port });
    }
}

fn note_draining(task: &mut Task, tally: &mut Tally) {
    let deployment = task.deployment().unwrap_or_default().to_owned();
    for target in &mut task.targets {
        let leaves = matches!(target.state, Some(TargetState::Draining | TargetState::Gone));
        if leaves && !target.draining_told {
            target.draining_told = true;
            *tally.deregistered.entry(target.target_group.clone()).or_default() += 1;
            *tally.draining.entry(deployment.clone()).or_default() += 1;
        }
    }
}

fn note_end(service: &mut Service, task: &mut Task, world: &mut World<'_>) {
    let Some(failure) = task.failure.take() else { return };
    let now_ms = world.now_ms;
    let Some(deployment) = task.deployment().and_then(|id| service.deployment_mut(id)) else { return };
    match failure {
        Failure::NeverRan => deployment.note_false_start(now_ms),
        Failure::EndedEarly => deployment.note_early_end(now_ms),
        Failure::Ended => return,
    }
    let inconsistent = deployment.false_starts >= 2 && !deployment.false_starts_told;
    deployment.false_starts_told |= inconsistent;
    count_failure(service, task);
    if inconsistent {
        let text = "is unable to consistently start tasks successfully. For more information, see the Troubleshooting \
                    section of the Amazon ECS Developer Guide.";
        service.events.tell(world.ids, now_ms, text);
    }
}

fn note_progress(service: &mut Service, task: &mut Task, now_ms: i64) {
    if task.is_running() && !task.running_told {
        task.running_told = true;
        if let Some(deployment) = task.deployment().and_then(|id| service.deployment_mut(id)) {
            deployment.note_running();
        }
    }
    let grace_ms = service.settings.grace_ms;
    if task.moments.healthy.is_some() || standing(task, now_ms, grace_ms) != Standing::Healthy {
        return;
    }
    task.moments.healthy = Some(now_ms);
    let resets = service.settings.breaker.reset_on_healthy_task;
    let under_way = |deployment: &&mut Deployment| deployment.rollout == Rollout::InProgress;
    if let Some(deployment) = task.deployment().and_then(|id| service.deployment_mut(id)).filter(under_way)
        && resets
    {
        deployment.failed_tasks = 0;
    }
}

fn note_health(service: &mut Service, task: &mut Task, world: &mut World<'_>) {
    match standing(task, world.now_ms, service.settings.grace_ms) {
        Standing::Unhealthy(cause) if !task.unhealthy_told => {
            task.unhealthy_told = true;
            count_failure(service, task);
            service.events.tell(world.ids, world.now_ms, &complaint(&task.id, &cause));
        }
        Standing::Healthy | Standing::Warming => task.unhealthy_told = false,
        _ => {}
    }
}

fn complaint(task: &TaskId, cause: &Cause) -> String {
    match cause {
        Cause::Container => format!("(task {task}) failed container health checks."),
        Cause::Target { target_group, reason, port } => format!(
            "(task {task}) (port {port}) is unhealthy in (target-group {target_group}) due to (reason {reason})."
        ),
    }
}

/// Counts a failed task once, and only while its deployment is under way; the breaker's count stops at its threshold.
fn count_failure(service: &mut Service, task: &mut Task) {
    if std::mem::replace(&mut task.failure_counted, true) {
        return;
    }
    let limit = if service.settings.breaker.enabled { service.threshold() } else { u32::MAX };
    let Some(deployment) = task.deployment().and_then(|id| service.deployment_mut(id)) else { return };
    if deployment.rollout == Rollout::InProgress && deployment.failed_tasks < limit {
        deployment.failed_tasks += 1;
    }
}

fn tell(service: &mut Service, tally: &Tally, world: &mut World<'_>) {
    let now_ms = world.now_ms;
    for (target_group, count) in &tally.registered {
        let text = format!("registered {count} targets in (target-group {target_group})");
        service.events.tell(world.ids, now_ms, &text);
    }
    for (target_group, count) in &tally.deregistered {
        let text = format!("deregistered {count} targets in (target-group {target_group})");
        service.events.tell(world.ids, now_ms, &text);
    }
    for (deployment, count) in &tally.draining {
        service.events.tell_draining(world.ids, now_ms, deployment, *count);
    }
}
