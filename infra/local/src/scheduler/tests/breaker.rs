//! The deployment circuit breaker, the rollback, the pauses between starts.

use super::super::deployment::Rollout;
use super::super::record::{MonitorStatus, RecordStatus};
use super::super::service::{Breaker, Settings, Threshold};
use super::super::simulation::{Behaviour, Simulation};
use super::super::wishes::StopRefused;

fn breaker(rollback: bool) -> Settings {
    Settings { breaker: Breaker { enabled: true, rollback, ..Breaker::default() }, ..Settings::default() }
}

#[test]
fn a_bad_deployment_is_rolled_back() {
    for behaviour in [Behaviour::CrashAtStart, Behaviour::BadImage, Behaviour::NeverHealthy] {
        let mut simulation = Simulation::steady(2, breaker(true));
        let completed = simulation.service().deployments[0].id.clone();
        let good = simulation.service().deployments[0].revision.clone();
        simulation.deploy(behaviour);
        let bad = simulation.service().deployments[0].id.clone();
        simulation.until("the breaker trips", |s| s.service().deployments[0].id != bad);

        let service = simulation.service();
        let (primary, failed) = (&service.deployments[0], &service.deployments[1]);
        assert_eq!((&failed.id, failed.rollout, failed.failed_tasks), (&bad, Rollout::Failed, 3), "{behaviour:?}");
        assert_eq!(failed.rollout_reason, "ECS deployment circuit breaker: tasks failed to start.");
        assert_eq!(primary.revision, good);
        assert_eq!(
            primary.rollout_reason,
            format!("ECS deployment circuit breaker: rolling back to deploymentId {completed}.")
        );
        let record = &service.records[0];
        assert_eq!(record.status, RecordStatus::RollbackInProgress);
        assert_eq!((record.breaker, record.failure_count, record.threshold), (MonitorStatus::Triggered, 3, 3));
        assert_eq!(record.rollback.as_ref().map(|note| note.revision.clone()), Some(good));

        simulation.until("the rollback completes", |s| s.service().steady_since_ms.is_some());
        assert_eq!(simulation.service().records[0].status, RecordStatus::RollbackSuccessful);
        assert_eq!(simulation.service().deployments.len(), 1);
        assert_eq!(simulation.told("deployment failed: tasks failed to start."), 1);
        assert_eq!(simulation.told(&format!("rolling back to deployment {completed}.")), 1);
    }
}

#[test]
fn requests_are_served_all_through_a_failed_deploy_and_its_rollback() {
    let mut simulation = Simulation::steady(2, breaker(true));
    simulation.deploy(Behaviour::NeverHealthy);
    while simulation.service().steady_since_ms.is_none() {
        simulation.tick();
        assert!(simulation.serving.len() >= 2);
    }
}

#[test]
fn without_rollback_a_failed_deployment_stays_and_launches_nothing() {
    let mut simulation = Simulation::steady(2, breaker(false));
    simulation.deploy(Behaviour::CrashAtStart);
    simulation.until("the breaker trips", |s| s.service().deployments[0].rollout == Rollout::Failed);
    let started = simulation.told("has started");
    simulation.run_for(600_000);
    let service = simulation.service();
    assert_eq!(simulation.told("has started"), started);
    assert_eq!(service.deployments.len(), 2);
    assert_eq!(service.records[0].status, RecordStatus::Stopped);
    assert_eq!(simulation.running_count(), 2, "the old tasks stay");
}

#[test]
fn a_first_deployment_has_nothing_to_go_back_to() {
    let mut simulation = Simulation::starting(1, breaker(true), Behaviour::BadImage);
    simulation.until("the breaker trips", |s| s.service().deployments[0].rollout == Rollout::Failed);
    let record = &simulation.service().records[0];
    assert_eq!(record.status, RecordStatus::RollbackFailed);
    assert_eq!(record.status_reason.as_deref(), Some("No rollback candidate was found to run the rollback."));
}

#[test]
fn the_breaker_trips_at_exactly_its_threshold() {
    for (threshold, desired, expected) in [
        (Threshold::Count(1), 4, 1),
        (Threshold::Count(7), 2, 7),
        (Threshold::UnboundedPercent(50), 4, 2),
        (Threshold::BoundedPercent(50), 10, 5),
    ] {
        for behaviour in [Behaviour::CrashAtStart, Behaviour::BadImage, Behaviour::NeverHealthy] {
            let mut settings = breaker(false);
            settings.breaker.threshold = threshold;
            let mut simulation = Simulation::steady(desired, settings);
            simulation.deploy(behaviour);
            simulation.until("the breaker trips", |s| s.service().deployments[0].rollout == Rollout::Failed);
            assert_eq!(simulation.service().deployments[0].failed_tasks, expected, "{threshold:?} {behaviour:?}");
            assert_eq!(simulation.service().records[0].failure_count, expected);
        }
    }
}

#[test]
fn a_healthy_task_sets_the_count_back_only_when_told_to() {
    for (reset, expected) in [(true, 0), (false, 2)] {
        let mut settings = breaker(true);
        settings.breaker.reset_on_healthy_task = reset;
        settings.breaker.threshold = Threshold::Count(4);
        let mut simulation = Simulation::steady(2, settings);
        simulation.deploy(Behaviour::Slow(10_000));
        simulation.run_for(11_000);
        for task in simulation.service().tasks.clone().iter().rev().take(2) {
            simulation.crash(task);
        }
        simulation.run_for(1_000);
        assert_eq!(simulation.service().deployments[0].failed_tasks, 2);
        simulation.until("a new task is healthy", |s| {
            let newest = s.service().deployments[0].id.as_str();
            s.state.tasks.values().any(|task| task.deployment() == Some(newest) && task.moments.healthy.is_some())
        });
        assert_eq!(simulation.service().deployments[0].failed_tasks, expected);
    }
}

#[test]
fn tasks_that_never_run_are_started_ever_more_slowly() {
    let mut simulation = Simulation::starting(1, Settings::default(), Behaviour::BadImage);
    simulation.run_for(60 * 60 * 1000);
    let attempts = simulation.state.tasks.len();
    assert!((8..16).contains(&attempts), "{attempts} attempts in an hour");
    assert_eq!(simulation.told("is unable to consistently start tasks successfully."), 1);
    let task = simulation.state.tasks.values().next().unwrap();
    assert!(task.stopped_reason.as_deref().unwrap_or_default().starts_with("CannotPullContainerError"));
}

#[test]
fn a_stop_request_rolls_back_even_without_a_breaker() {
    let mut simulation = Simulation::steady(2, Settings::default());
    simulation.deploy(Behaviour::Slow(600_000));
    simulation.run_for(5_000);
    let (key, id) = (simulation.key.clone(), simulation.service().records[0].id.clone());
    let now_ms = simulation.now_ms;
    assert_eq!(simulation.state.request_rollback(now_ms, &key, &id), Ok(()));
    assert_eq!(simulation.service().records[0].status, RecordStatus::RollbackRequested);
    simulation.until("it is steady again", |s| s.service().steady_since_ms.is_some());
    assert_eq!(simulation.service().records[0].status, RecordStatus::RollbackSuccessful);
    let again = simulation.state.request_rollback(now_ms, &key, &id);
    assert_eq!(again, Err(StopRefused::Finished));
    assert_eq!(simulation.state.request_rollback(now_ms, &key, "nothing"), Err(StopRefused::NotFound));
}
