//! Decides whether the newest deployment has failed, by its circuit breaker, its alarms, or because somebody said so,
//! and starts the rollback.

use super::deployment::{AlarmWatch, Deployment, Purpose, Rollout};
use super::record::{MonitorStatus, RecordStatus, RollbackNote, Stage};
use super::service::{Completed, Life, Service};
use super::step::World;

/// What made a deployment fail.
enum Trip {
    Breaker,
    Alarms(Vec<String>),
    Request,
}

/// Judges the PRIMARY deployment of the service, once per step.
pub(super) fn judge(service: &mut Service, world: &mut World<'_>) {
    let under_way = service.deployments.first().is_some_and(|primary| primary.rollout == Rollout::InProgress);
    if service.life != Life::Active || !under_way {
        return;
    }
    begin(service, world);
    if let Some(trip) = trip(service, world) {
        fail(service, &trip, world);
    }
}

fn begin(service: &mut Service, world: &World<'_>) {
    let settings = service.settings.clone();
    let Some(primary) = service.deployments.first_mut() else { return };
    if primary.alarms == AlarmWatch::Undecided {
        primary.alarms = choose_alarms(&settings.alarms, world);
    }
    let watches_alarms = matches!(primary.alarms, AlarmWatch::On(_));
    let Some(record) = service.current_record_mut() else { return };
    if record.status == RecordStatus::Pending {
        record.advance(RecordStatus::InProgress, world.now_ms);
        record.stage = Stage::ScaleUp;
    }
    record.started_ms.get_or_insert(world.now_ms);
    record.alarm_names.clone_from(&settings.alarms.names);
    if record.alarms != MonitorStatus::Triggered {
        record.alarms = if watches_alarms { MonitorStatus::Monitoring } else { MonitorStatus::Disabled };
    }
    if record.breaker != MonitorStatus::Triggered {
        record.breaker = if settings.breaker.enabled { MonitorStatus::Monitoring } else { MonitorStatus::Disabled };
    }
}

fn choose_alarms(settings: &super::service::AlarmSettings, world: &World<'_>) -> AlarmWatch {
    let in_alarm = |name: &String| world.alarms.get(name).copied().unwrap_or(false);
    if !settings.enabled || settings.names.is_empty() || settings.names.iter().any(in_alarm) {
        AlarmWatch::Off
    } else {
        AlarmWatch::On(settings.names.clone())
    }
}

fn trip(service: &Service, world: &World<'_>) -> Option<Trip> {
    let primary = service.deployments.first()?;
    let requested = service.records.first().is_some_and(|record| record.status == RecordStatus::RollbackRequested);
    if requested {
        return Some(Trip::Request);
    }
    if service.settings.breaker.enabled && primary.failed_tasks >= service.threshold() {
        return Some(Trip::Breaker);
    }
    let AlarmWatch::On(names) = &primary.alarms else { return None };
    let triggered: Vec<String> =
        names.iter().filter(|name| world.alarms.get(*name).copied().unwrap_or(false)).cloned().collect();
    (!triggered.is_empty()).then_some(Trip::Alarms(triggered))
}

fn fail(service: &mut Service, trip: &Trip, world: &mut World<'_>) {
    let now_ms = world.now_ms;
    let Some(primary) = service.deployments.first_mut() else { return };
    let id = primary.id.clone();
    let was_rollback = primary.purpose == Purpose::Rollback;
    primary.conclude(Rollout::Failed, trip.rollout_reason(&id), now_ms);
    let text = format!("(deployment {id}) deployment failed: {}.", trip.event_reason());
    service.events.tell(world.ids, now_ms, &text);

    let failures = service.deployments.first().map_or(0, |primary| primary.failed_tasks);
    let threshold = service.threshold();
    let candidate = service.last_completed.clone();
    let wants_rollback = !was_rollback && trip.wants_rollback(service);
    if let Some(record) = service.current_record_mut() {
        record.failure_count = failures;
        record.threshold = threshold;
        match trip {
            Trip::Breaker => record.breaker = MonitorStatus::Triggered,
            Trip::Alarms(names) => {
                record.alarms = MonitorStatus::Triggered;
                record.triggered_alarms.clone_from(names);
            }
            Trip::Request => {}
        }
    }
    match candidate {
        Some(candidate) if wants_rollback => roll_back(service, trip, candidate, world),
        _ => give_up(service, trip, was_rollback, wants_rollback, now_ms),
    }
}

fn give_up(service: &mut Service, trip: &Trip, was_rollback: bool, wanted_rollback: bool, now_ms: i64) {
    let Some(record) = service.current_record_mut() else { return };
    let because = trip.because();
    let (status, reason) = if was_rollback {
        (RecordStatus::RollbackFailed, format!("Service deployment rollback failed because {because}."))
    } else if wanted_rollback {
        (RecordStatus::RollbackFailed, "No rollback candidate was found to run the rollback.".to_owned())
    } else {
        (RecordStatus::Stopped, format!("Service deployment stopped because {because}."))
    };
    record.finish(status, Some(reason), now_ms);
}

fn roll_back(service: &mut Service, trip: &Trip, candidate: Completed, world: &mut World<'_>) {
    let now_ms = world.now_ms;
    let reason = format!("Service deployment rolled back because {}.", trip.because());
    let record_id = service.records.first().map(|record| record.id.clone()).unwrap_or_default();
    if let Some(record) = service.current_record_mut() {
        record.advance(RecordStatus::RollbackInProgress, now_ms);
        record.status_reason = Some(reason.clone());
        record.rollback = Some(RollbackNote { reason, started_ms: now_ms, revision: candidate.revision.clone() });
        record.stage = Stage::ScaleUp;
    }
    let mut deployment =
        Deployment::new(world.ids.deployment(), candidate.revision, record_id, Purpose::Rollback, now_ms);
    deployment.rollout_reason =
        format!("{}: rolling back to deploymentId {}.", trip.rollback_source(), candidate.deployment);
    service.deployments.insert(0, deployment);
    service.steady_since_ms = None;
    service.stall_told = false;
    service.events.tell(world.ids, now_ms, &format!("rolling back to deployment {}.", candidate.deployment));
}

impl Trip {
    fn wants_rollback(&self, service: &Service) -> bool {
        match self {
            Self::Breaker => service.settings.breaker.rollback,
            Self::Alarms(_) => service.settings.alarms.rollback,
            Self::Request => true,
        }
    }

    fn rollout_reason(&self, id: &str) -> String {
        match self {
            Self::Breaker => "ECS deployment circuit breaker: tasks failed to start.".to_owned(),
            Self::Alarms(_) => "ECS deployment alarms: alarm detected.".to_owned(),
            Self::Request => format!("ECS deployment {id} stopped: rollback requested."),
        }
    }

    fn rollback_source(&self) -> &'static str {
        match self {
            Self::Breaker => "ECS deployment circuit breaker",
            Self::Alarms(_) => "ECS deployment alarms",
            Self::Request => "ECS deployment stopped",
        }
    }

    fn event_reason(&self) -> &'static str {
        match self {
            Self::Breaker => "tasks failed to start",
            Self::Alarms(_) => "alarm detected",
            Self::Request => "rollback requested",
        }
    }

    fn because(&self) -> &'static str {
        match self {
            Self::Breaker => "the circuit breaker threshold was exceeded",
            Self::Alarms(_) => "an alarm was detected",
            Self::Request => "a rollback was requested",
        }
    }
}
