//! Moves tasks through those states that time alone, or the balancer, ends.

use super::port::Action;
use super::state::State;
use super::task::{Status, Task};

/// A target that has not gone after this long is stopped all the same: AWS's default deregistration delay is 300 s.
pub(super) const LONGEST_DRAIN_MS: i64 = 330_000;

/// Finishes what the step before began, so that every state can be seen for at least one step.
pub(super) fn finish_previous(state: &mut State, now_ms: i64) {
    for task in state.tasks.values_mut() {
        match task.status {
            Status::Activating if task.wanted && task.targets.iter().all(|target| target.state.is_some()) => {
                task.status = Status::Running;
                task.moments.started = Some(now_ms);
                task.version += 1;
            }
            Status::Deprovisioning => {
                task.status = Status::Stopped;
                task.moments.stopped = Some(now_ms);
                task.version += 1;
            }
            _ => {}
        }
    }
}

/// Stops the containers of tasks that no request can reach any more.
pub(super) fn stop_drained(state: &mut State, now_ms: i64, actions: &mut Vec<Action>) {
    for task in state.tasks.values_mut() {
        if task.status == Status::Deactivating && (!task.is_draining() || has_drained_too_long(task, now_ms)) {
            task.stop_containers(actions);
        }
    }
}

fn has_drained_too_long(task: &Task, now_ms: i64) -> bool {
    task.moments.stopping.is_some_and(|since| now_ms - since >= LONGEST_DRAIN_MS)
}
