//! Forgets what AWS forgets: stopped tasks and inactive services after a while, and the tail of long histories.

use std::collections::BTreeSet;

use super::port::TaskId;
use super::service::{Life, Service};
use super::state::State;
use super::task::Status;

/// Stopped tasks can be described for this long.
pub(super) const STOPPED_TASK_KEPT_MS: i64 = 60 * 60 * 1000;
/// More stopped tasks than this are not kept, however fresh.
pub(super) const MOST_STOPPED_TASKS: usize = 2_000;
/// Deleted services can be described for this long.
const INACTIVE_SERVICE_KEPT_MS: i64 = 60 * 60 * 1000;
/// Service deployments and revisions kept for each service.
const MOST_RECORDS: usize = 100;

/// Forgets what is old.
pub(super) fn forget(state: &mut State, now_ms: i64) {
    forget_tasks(state, now_ms);
    state.services.retain(|_, service| {
        service.life != Life::Inactive || service.ended_ms.is_none_or(|ended| now_ms - ended < INACTIVE_SERVICE_KEPT_MS)
    });
    state.services.values_mut().for_each(forget_history);
}

fn forget_tasks(state: &mut State, now_ms: i64) {
    let mut stopped: Vec<(i64, TaskId)> = state
        .tasks
        .values()
        .filter(|task| task.status == Status::Stopped)
        .filter_map(|task| Some((task.moments.stopped?, task.id.clone())))
        .collect();
    stopped.sort();
    let excess = stopped.len().saturating_sub(MOST_STOPPED_TASKS);
    for (index, (at_ms, id)) in stopped.iter().enumerate() {
        if index < excess || now_ms - at_ms >= STOPPED_TASK_KEPT_MS {
            state.tasks.remove(id);
        }
    }
}

fn forget_history(service: &mut Service) {
    service.records.truncate(MOST_RECORDS);
    if service.revisions.len() <= MOST_RECORDS {
        return;
    }
    let needed: BTreeSet<&str> = service
        .deployments
        .iter()
        .map(|deployment| deployment.revision.as_str())
        .chain(service.last_completed.iter().map(|completed| completed.revision.as_str()))
        .chain(
            service.records.iter().flat_map(|record| record.sources.iter().chain([&record.target])).map(String::as_str),
        )
        .collect();
    service.revisions.retain(|revision| needed.contains(revision.id.as_str()));
}
