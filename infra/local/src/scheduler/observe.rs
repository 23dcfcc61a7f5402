//! Takes in what happened to tasks, targets and alarms. It only writes it down; services react later in the step.

use super::port::{Action, Observation, TargetState, TaskId};
use super::state::State;
use super::task::{ContainerStatus, Failure, Health, Status, StopCode, Task};

const ESSENTIAL_EXITED: &str = "Essential container in task exited";

/// Applies one observation. Whatever concerns an unknown or stopped task is ignored.
pub(super) fn apply(state: &mut State, now_ms: i64, observation: Observation, actions: &mut Vec<Action>) {
    if let Observation::Alarm { name, in_alarm } = observation {
        state.alarms.insert(name, in_alarm);
        return;
    }
    let Some(task) = task_of(&observation).and_then(|id| state.tasks.get_mut(id)) else { return };
    if task.status >= Status::Deprovisioning && !matches!(observation, Observation::Target { .. }) {
        return;
    }
    match observation {
        Observation::Pulling { .. } => pulling(task, now_ms),
        Observation::Pulled { container, digest, .. } => pulled(task, now_ms, &container, digest),
        Observation::Running { container, host_port, pid, .. } => running(task, now_ms, &container, host_port, pid),
        Observation::NeverRan { reason, .. } => never_ran(task, now_ms, &reason, actions),
        Observation::Exited { container, exit_code, reason, .. } => {
            exited(task, now_ms, &container, exit_code, reason, actions);
        }
        Observation::Stopped { .. } => stopped(task, now_ms, actions),
        Observation::Health { container, healthy, .. } => health(task, &container, healthy),
        Observation::Target { target_group, state, .. } => target(task, &target_group, state),
        Observation::Alarm { .. } => {}
    }
}

fn task_of(observation: &Observation) -> Option<&TaskId> {
    match observation {
        Observation::Pulling { task }
        | Observation::Pulled { task, .. }
        | Observation::Running { task, .. }
        | Observation::NeverRan { task, .. }
        | Observation::Exited { task, .. }
        | Observation::Stopped { task }
        | Observation::Health { task, .. }
        | Observation::Target { task, .. } => Some(task),
        Observation::Alarm { .. } => None,
    }
}

fn pulling(task: &mut Task, now_ms: i64) {
    task.moments.pull_started.get_or_insert(now_ms);
    if task.status == Status::Provisioning {
        task.status = Status::Pending;
        task.version += 1;
    }
}

fn pulled(task: &mut Task, now_ms: i64, container: &str, digest: String) {
    pulling(task, now_ms);
    if let Some(container) = task.container_mut(container) {
        container.digest = Some(digest);
    }
    if task.containers.iter().all(|container| container.digest.is_some()) {
        task.moments.pull_stopped.get_or_insert(now_ms);
    }
}

fn running(task: &mut Task, now_ms: i64, container: &str, host_port: Option<u16>, pid: u32) {
    pulling(task, now_ms);
    let runtime_id = format!("{}-{pid:010}", task.id);
    let Some(container) = task.container_mut(container) else { return };
    if container.status != ContainerStatus::Pending {
        return;
    }
    container.status = ContainerStatus::Running;
    container.ran = true;
    container.host_port = host_port;
    container.pid = Some(pid);
    container.runtime_id = Some(runtime_id);
    task.version += 1;
    let all_ran = task.containers.iter().all(|container| container.ran);
    if !(task.wanted && all_ran && task.status < Status::Activating) {
        return;
    }
    task.moments.pull_stopped.get_or_insert(now_ms);
    if task.targets.is_empty() {
        task.status = Status::Running;
        task.moments.started = Some(now_ms);
    } else {
        task.status = Status::Activating;
    }
}

fn never_ran(task: &mut Task, now_ms: i64, reason: &str, actions: &mut Vec<Action>) {
    if task.wanted {
        task.failure = Some(Failure::NeverRan);
        task.mark_ending(now_ms, StopCode::TaskFailedToStart, reason.to_owned());
    }
    for container in task.containers.iter_mut().filter(|container| !container.ran) {
        container.reason.get_or_insert_with(|| reason.to_owned());
    }
    end(task, now_ms, actions);
}

fn exited(
    task: &mut Task,
    now_ms: i64,
    container: &str,
    exit_code: i32,
    reason: Option<String>,
    actions: &mut Vec<Action>,
) {
    let Some(container) = task.container_mut(container) else { return };
    container.status = ContainerStatus::Stopped;
    container.exit_code = Some(exit_code);
    container.reason = reason;
    container.pid = None;
    let essential = container.essential;
    task.version += 1;
    if essential && task.status < Status::Stopping {
        ended_by_itself(task, now_ms);
        task.deregister(actions);
        task.stop_containers(actions);
    }
    if task.containers.iter().all(|container| container.status == ContainerStatus::Stopped) {
        end(task, now_ms, actions);
    }
}

fn stopped(task: &mut Task, now_ms: i64, actions: &mut Vec<Action>) {
    ended_by_itself(task, now_ms);
    end(task, now_ms, actions);
}

fn ended_by_itself(task: &mut Task, now_ms: i64) {
    if !task.wanted {
        return;
    }
    task.failure = Some(match (task.status < Status::Activating, task.moments.healthy) {
        (true, _) => Failure::NeverRan,
        (false, None) => Failure::EndedEarly,
        (false, Some(_)) => Failure::Ended,
    });
    task.mark_ending(now_ms, StopCode::EssentialContainerExited, ESSENTIAL_EXITED.to_owned());
}

fn end(task: &mut Task, now_ms: i64, actions: &mut Vec<Action>) {
    task.deregister(actions);
    task.status = Status::Deprovisioning;
    task.version += 1;
    task.moments.execution_stopped.get_or_insert(now_ms);
    for container in &mut task.containers {
        container.status = ContainerStatus::Stopped;
        container.pid = None;
    }
}

fn health(task: &mut Task, container: &str, healthy: bool) {
    if let Some(container) = task.container_mut(container) {
        container.health = if healthy { Health::Healthy } else { Health::Unhealthy };
        task.version += 1;
    }
}

/// A target that was deregistered can only drain and go; the balancer's older verdicts come too late.
fn target(task: &mut Task, target_group: &str, state: TargetState) {
    let Some(target) = task.targets.iter_mut().find(|target| target.target_group == target_group) else { return };
    let is_news = match &target.state {
        None | Some(TargetState::Gone) => false,
        Some(TargetState::Draining) => state == TargetState::Gone,
        Some(_) => !matches!(state, TargetState::Draining | TargetState::Gone),
    };
    if is_news {
        target.state = Some(state);
    }
}
