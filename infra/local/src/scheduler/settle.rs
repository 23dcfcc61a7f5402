//! Ends what has reached its end: old deployments, the newest deployment, service deployments, deleted services; and
//! says when a service is steady.

use std::collections::BTreeSet;

use super::deployment::{AlarmWatch, Purpose, Rollout};
use super::health::{Standing, standing};
use super::record::{Counts, RecordStatus, Stage};
use super::service::{Completed, Life, Service};
use super::step::World;
use super::task::{Status, Task};

/// A steady service says so again after this long.
const STEADY_REPEAT_MS: i64 = 6 * 60 * 60 * 1000;

/// Closes the step for one service.
pub(super) fn settle(service: &mut Service, world: &mut World<'_>) {
    service.tasks.retain(|id| world.tasks.get(id).is_some_and(|task| task.status != Status::Stopped));
    drop_drained_deployments(service, world);
    if service.life == Life::Active {
        let arrived = has_arrived(service, world);
        settle_deployment(service, arrived, world);
        settle_steadiness(service, arrived, world);
        update_record(service, world);
    } else {
        settle_deletion(service, world.now_ms);
    }
}

fn drop_drained_deployments(service: &mut Service, world: &World<'_>) {
    let populated: BTreeSet<&str> =
        service.tasks.iter().filter_map(|id| world.tasks.get(id)).filter_map(Task::deployment).collect();
    let mut newest = true;
    service.deployments.retain(|deployment| {
        let keep = newest || populated.contains(deployment.id.as_str());
        newest = false;
        keep
    });
}

/// Whether exactly the desired number of tasks of the newest deployment run, all of them healthy.
fn has_arrived(service: &Service, world: &World<'_>) -> bool {
    let Some(primary) = service.deployments.first() else { return false };
    let wanted: Vec<&Task> =
        service.tasks.iter().filter_map(|id| world.tasks.get(id)).filter(|task| task.wanted).collect();
    let all_good = wanted
        .iter()
        .filter(|task| task.deployment() == Some(primary.id.as_str()))
        .all(|task| standing(task, world.now_ms, service.settings.grace_ms) == Standing::Healthy);
    let of_primary = wanted.iter().filter(|task| task.deployment() == Some(primary.id.as_str())).count();
    all_good && u32::try_from(of_primary).is_ok_and(|count| count == service.desired)
}

fn settle_deployment(service: &mut Service, arrived: bool, world: &mut World<'_>) {
    let now_ms = world.now_ms;
    let alone = service.deployments.len() == 1;
    let bake_ms = service.settings.bake_ms;
    let Some(primary) = service.deployments.first_mut() else { return };
    if primary.rollout != Rollout::InProgress {
        return;
    }
    let stage = match (arrived, alone) {
        (false, _) => Stage::ScaleUp,
        (true, false) => Stage::CleanUp,
        (true, true) => Stage::BakeTime,
    };
    let watches_alarms = matches!(primary.alarms, AlarmWatch::On(_));
    if stage == Stage::BakeTime {
        let since = *primary.baking_since_ms.get_or_insert(now_ms);
        if !watches_alarms || now_ms - since >= bake_ms {
            return complete(service, world);
        }
    } else {
        primary.baking_since_ms = None;
    }
    if let Some(record) = service.current_record_mut() {
        record.stage = stage;
    }
}

fn complete(service: &mut Service, world: &mut World<'_>) {
    let now_ms = world.now_ms;
    let Some(primary) = service.deployments.first_mut() else { return };
    let id = primary.id.clone();
    primary.conclude(Rollout::Completed, format!("ECS deployment {id} completed."), now_ms);
    let status = match primary.purpose {
        Purpose::Wanted => RecordStatus::Successful,
        Purpose::Rollback => RecordStatus::RollbackSuccessful,
    };
    service.last_completed = Some(Completed { deployment: id.clone(), revision: primary.revision.clone() });
    update_record(service, world);
    if let Some(record) = service.current_record_mut() {
        record.stage = Stage::CleanUp;
        record.finish(status, None, now_ms);
    }
    service.events.tell(world.ids, now_ms, &format!("(deployment {id}) deployment completed."));
}

fn settle_steadiness(service: &mut Service, arrived: bool, world: &mut World<'_>) {
    let completed = service.deployments.first().is_some_and(|primary| primary.rollout == Rollout::Completed);
    let quiet = u32::try_from(service.tasks.len()).is_ok_and(|count| count == service.desired);
    if !(arrived && completed && quiet) {
        service.steady_since_ms = None;
        return;
    }
    let told_long_ago = service.steady_told_ms.is_none_or(|told| world.now_ms - told >= STEADY_REPEAT_MS);
    if service.steady_since_ms.is_none() || told_long_ago {
        service.steady_since_ms.get_or_insert(world.now_ms);
        service.steady_told_ms = Some(world.now_ms);
        service.events.tell(world.ids, world.now_ms, "has reached a steady state.");
    }
}

/// Brings the task counts and the breaker's count of the service deployment under way up to date.
fn update_record(service: &mut Service, world: &World<'_>) {
    let desired = service.desired;
    let threshold = service.threshold();
    let primary = service.deployments.first().map(|primary| (primary.revision.clone(), primary.failed_tasks));
    let rolling_back = service.deployments.first().is_some_and(|primary| primary.purpose == Purpose::Rollback);
    let tasks: Vec<(String, bool, bool)> = service
        .tasks
        .iter()
        .filter_map(|id| world.tasks.get(id))
        .filter_map(|task| Some((task.revision()?.to_owned(), task.is_running(), task.is_pending())))
        .collect();
    let Some(record) = service.current_record_mut() else { return };
    let rollback = record.rollback.as_ref().map(|note| note.revision.clone());
    let revisions: BTreeSet<String> =
        record.sources.iter().cloned().chain([record.target.clone()]).chain(rollback).collect();
    record.counts = revisions
        .into_iter()
        .map(|revision| {
            let mut counts = Counts::default();
            for (_, running, pending) in tasks.iter().filter(|(of, ..)| *of == revision) {
                counts.running += u32::from(*running);
                counts.pending += u32::from(*pending);
            }
            let is_primary = primary.as_ref().is_some_and(|(newest, _)| *newest == revision);
            counts.requested = if is_primary { desired } else { 0 };
            (revision, counts)
        })
        .collect();
    record.threshold = threshold;
    // The count belongs to the deployment that failed; the rollback's own failures are told by its deployment.
    if !rolling_back && let Some((_, failed)) = primary {
        record.failure_count = failed;
    }
}

fn settle_deletion(service: &mut Service, now_ms: i64) {
    if service.life == Life::Inactive || !service.tasks.is_empty() {
        return;
    }
    service.life = Life::Inactive;
    service.ended_ms = Some(now_ms);
    service.deployments.clear();
    if let Some(record) = service.current_record_mut() {
        record.finish(RecordStatus::Stopped, Some("The service was deleted.".to_owned()), now_ms);
    }
}
