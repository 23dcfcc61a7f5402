//! Rolling updates, scaling, deleting.

use super::super::deployment::Rollout;
use super::super::record::RecordStatus;
use super::super::service::{Life, Settings, Threshold};
use super::super::simulation::{Behaviour, Simulation};
use super::super::wishes::Change;

fn bounds(minimum_percent: u32, maximum_percent: u32) -> Settings {
    Settings { minimum_percent, maximum_percent, ..Settings::default() }
}

#[test]
fn bounds_round_as_amazon_ecs_does() {
    for (desired, minimum, maximum, lower, upper) in [
        (4, 50, 200, 2, 8),
        (3, 50, 150, 2, 4),
        (3, 100, 125, 3, 3),
        (1, 50, 199, 1, 1),
        (1, 0, 100, 0, 1),
        (0, 100, 200, 0, 0),
    ] {
        let simulation = Simulation::starting(desired, bounds(minimum, maximum), Behaviour::Good);
        let service = simulation.service();
        assert_eq!((service.lower_bound(), service.upper_bound()), (lower, upper), "{desired} {minimum}/{maximum}");
    }
}

#[test]
fn thresholds_follow_the_desired_count() {
    for (threshold, desired, expected) in [
        (Threshold::BoundedPercent(50), 1, 3),
        (Threshold::BoundedPercent(50), 25, 13),
        (Threshold::BoundedPercent(50), 400, 200),
        (Threshold::BoundedPercent(50), 800, 200),
        (Threshold::UnboundedPercent(50), 1, 1),
        (Threshold::UnboundedPercent(50), 800, 400),
        (Threshold::Count(5), 1, 5),
        (Threshold::Count(0), 1, 1),
    ] {
        assert_eq!(threshold.tasks(desired), expected, "{threshold:?} of {desired}");
    }
}

#[test]
fn a_first_deployment_reaches_a_steady_state() {
    let simulation = Simulation::steady(2, Settings::default());
    let service = simulation.service();
    assert_eq!(simulation.running_count(), 2);
    assert_eq!(service.deployments[0].rollout, Rollout::Completed);
    assert_eq!(service.records[0].status, RecordStatus::Successful);
    assert!(service.records[0].sources.is_empty());
    let messages = simulation.messages();
    assert_eq!(messages[0], "(service web) has reached a steady state.");
    let id = &service.deployments[0].id;
    assert_eq!(messages[1], format!("(service web) (deployment {id}) deployment completed."));
    assert!(messages.last().is_some_and(|first| first.starts_with("(service web) has started 2 tasks: (task ")));
}

#[test]
fn a_rolling_deploy_never_leaves_the_balancer_without_a_target() {
    for (desired, settings) in [
        (1, bounds(100, 200)),
        (2, bounds(100, 200)),
        (2, bounds(0, 200)),
        (4, bounds(50, 100)),
        (4, bounds(50, 150)),
        (3, bounds(67, 134)),
    ] {
        let mut simulation = Simulation::steady(desired, settings);
        simulation.deploy(Behaviour::Good);
        while simulation.service().steady_since_ms.is_none() {
            simulation.tick();
            let serving = simulation.serving.len();
            assert!(serving >= simulation.service().lower_bound().max(1), "{serving} targets serve");
        }
        assert_eq!(simulation.service().deployments.len(), 1);
        assert_eq!(simulation.running_count(), usize::try_from(desired).unwrap());
    }
}

#[test]
fn a_pair_that_allows_nothing_stalls_and_says_so_once() {
    for (desired, settings) in [(1, bounds(100, 100)), (3, bounds(100, 125)), (2, bounds(100, 149))] {
        let mut simulation = Simulation::steady(desired, settings);
        simulation.deploy(Behaviour::Good);
        simulation.run_for(600_000);
        assert_eq!(simulation.told("was unable to stop or start tasks during a deployment"), 1);
        assert_eq!(simulation.service().deployments[0].rollout, Rollout::InProgress);
        simulation.change(Change { settings: Some(bounds(50, 200)), ..Change::default() });
        simulation.until("the deployment completes", |s| s.service().steady_since_ms.is_some());
    }
}

#[test]
fn scaling_makes_no_deployment() {
    let mut simulation = Simulation::steady(2, Settings::default());
    let id = simulation.service().deployments[0].id.clone();
    for desired in [5, 1, 0, 3] {
        simulation.change(Change { desired: Some(desired), ..Change::default() });
        simulation.run_for(1_000);
        simulation.until("it is steady again", |s| s.service().steady_since_ms.is_some());
        assert_eq!(simulation.running_count(), usize::try_from(desired).unwrap());
    }
    assert_eq!(simulation.service().deployments[0].id, id);
    assert_eq!(simulation.service().records.len(), 1);
}

#[test]
fn forcing_replaces_every_task_and_resolves_images_again() {
    let mut simulation = Simulation::steady(2, Settings::default());
    let before: Vec<_> = simulation.service().tasks.clone();
    simulation.change(Change { force: true, ..Change::default() });
    simulation.until("it is steady again", |s| s.service().steady_since_ms.is_some());
    let service = simulation.service();
    assert!(service.tasks.iter().all(|task| !before.contains(task)));
    assert_eq!((service.revisions.len(), service.records.len()), (2, 2));
    assert_eq!(service.records[0].sources, vec![service.records[1].target.clone()]);
    assert_eq!(service.revisions[0].template, service.revisions[1].template);
}

#[test]
fn a_newer_deployment_overtakes_the_one_under_way() {
    let mut simulation = Simulation::steady(2, Settings::default());
    simulation.deploy(Behaviour::Slow(600_000));
    simulation.run_for(20_000);
    simulation.deploy(Behaviour::Good);
    simulation.until("it is steady again", |s| s.service().steady_since_ms.is_some());
    let statuses: Vec<_> = simulation.service().records.iter().map(|record| record.status).collect();
    assert_eq!(statuses, [RecordStatus::Successful, RecordStatus::Stopped, RecordStatus::Successful]);
    assert_eq!(simulation.service().deployments.len(), 1);
    assert_eq!(simulation.told("stopped 2 pending tasks."), 1);
}

#[test]
fn a_deleted_service_drains_and_becomes_inactive() {
    let mut simulation = Simulation::steady(2, Settings::default());
    let key = simulation.key.clone();
    simulation.state.delete_service(&key);
    simulation.run_for(1_000);
    assert_eq!(simulation.service().life, Life::Draining);
    simulation.until("it is inactive", |s| s.service().life == Life::Inactive);
    assert_eq!(simulation.running_count(), 0);
    simulation.run_for(2 * 60 * 60 * 1000);
    assert!(simulation.state.services.is_empty() && simulation.state.tasks.is_empty(), "an hour later it is forgotten");
}

#[test]
fn a_quiet_service_repeats_that_it_is_steady_every_six_hours() {
    let mut simulation = Simulation::steady(1, Settings::default());
    for _ in 0..13 {
        simulation.run_for(60 * 60 * 1000);
    }
    assert_eq!(simulation.told("has reached a steady state."), 3);
}

#[test]
fn a_revision_keeps_the_image_that_its_first_task_resolved() {
    let mut simulation = Simulation::starting(1, Settings::default(), Behaviour::Good);
    simulation.until("it is steady", |s| s.service().steady_since_ms.is_some());
    simulation.change(Change { desired: Some(2), ..Change::default() });
    simulation.tick();
    assert_eq!(simulation.images, ["registry/app:v1", "registry/app@sha256:0123"]);
}
