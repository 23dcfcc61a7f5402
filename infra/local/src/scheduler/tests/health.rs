//! When a task counts as healthy, and how unhealthy ones are replaced.

use super::super::deployment::Rollout;
use super::super::port::{Observation, TargetState};
use super::super::service::Settings;
use super::super::simulation::{Behaviour, Simulation, TARGET_GROUP, template};
use super::super::wishes::Change;

fn unhealthy(simulation: &mut Simulation, index: usize) {
    let task = simulation.service().tasks[index].clone();
    let state = TargetState::Unhealthy { reason: "Request timed out".to_owned() };
    simulation.observe(Observation::Target { task, target_group: TARGET_GROUP.to_owned(), state });
}

#[test]
fn an_unchecked_task_counts_after_forty_seconds() {
    let mut simulation = Simulation::empty();
    let key = simulation.key.clone();
    let plain = template("plain", false, false);
    simulation.state.create_service(simulation.now_ms, key, 1, Settings::default(), plain);
    simulation.until("it runs", |s| s.running_count() == 1);
    simulation.run_for(39_000);
    assert_eq!(simulation.service().deployments[0].rollout, Rollout::InProgress);
    simulation.run_for(2_000);
    assert_eq!(simulation.service().deployments[0].rollout, Rollout::Completed);
}

#[test]
fn a_checked_task_counts_when_its_check_passes() {
    let mut simulation = Simulation::empty();
    let key = simulation.key.clone();
    let checked = template("checked", false, true);
    simulation.state.create_service(simulation.now_ms, key, 1, Settings::default(), checked);
    simulation.until("it runs", |s| s.running_count() == 1);
    simulation.run_for(60_000);
    assert_eq!(simulation.service().deployments[0].rollout, Rollout::InProgress);
    let task = simulation.service().tasks[0].clone();
    simulation.observe(Observation::Health { task: task.clone(), container: "app".to_owned(), healthy: true });
    simulation.run_for(1_000);
    assert_eq!(simulation.service().deployments[0].rollout, Rollout::Completed);

    simulation.observe(Observation::Health { task: task.clone(), container: "app".to_owned(), healthy: false });
    simulation.run_for(1_000);
    assert_eq!(simulation.told(&format!("(task {task}) failed container health checks.")), 1);
    assert_eq!(simulation.told("Amazon ECS replaced 1 tasks due to an unhealthy status."), 1);
    assert_eq!(simulation.service().tasks.len(), 2, "the replacement starts first");
}

#[test]
fn an_unhealthy_task_is_replaced_start_first() {
    let mut simulation = Simulation::steady(2, Settings::default());
    unhealthy(&mut simulation, 0);
    let sick = simulation.service().tasks[0].clone();
    simulation.run_for(1_000);
    assert_eq!(simulation.service().tasks.len(), 3);
    simulation.until("it is steady again", |s| s.service().steady_since_ms.is_some());
    let task = &simulation.state.tasks[&sick];
    let reason = format!("Task failed ELB health checks in (target-group {TARGET_GROUP})");
    assert_eq!(task.stopped_reason.as_deref(), Some(reason.as_str()));
    assert_eq!(simulation.told("(port 40000) is unhealthy in (target-group"), 1);
}

#[test]
fn without_room_the_unhealthy_task_goes_first() {
    let settings = Settings { maximum_percent: 100, minimum_percent: 0, ..Settings::default() };
    let mut simulation = Simulation::steady(2, settings);
    unhealthy(&mut simulation, 0);
    simulation.run_for(1_000);
    assert_eq!(simulation.state.tasks.values().filter(|task| task.wanted).count(), 2);
    simulation.until("it is steady again", |s| s.service().steady_since_ms.is_some());
}

#[test]
fn a_bad_check_inside_the_grace_period_is_ignored() {
    let settings = Settings { grace_ms: 60_000, ..Settings::default() };
    let mut simulation = Simulation::starting(1, settings, Behaviour::NeverHealthy);
    simulation.run_for(60_000);
    assert_eq!((simulation.state.tasks.len(), simulation.told("is unhealthy")), (1, 0));
    simulation.run_for(10_000);
    assert!(simulation.state.tasks.len() > 1 && simulation.told("is unhealthy") == 1);
}

#[test]
fn a_task_that_recovers_is_kept() {
    let mut simulation = Simulation::steady(1, Settings { minimum_percent: 0, ..Settings::default() });
    unhealthy(&mut simulation, 0);
    simulation.run_for(1_000);
    let first = simulation.service().tasks[0].clone();
    let healthy = TargetState::Healthy;
    simulation.observe(Observation::Target {
        task: first.clone(),
        target_group: TARGET_GROUP.to_owned(),
        state: healthy,
    });
    simulation.until("it is steady again", |s| s.service().steady_since_ms.is_some());
    assert_eq!(simulation.service().tasks, [first]);
}

#[test]
fn a_task_that_dies_is_replaced_at_once() {
    let mut simulation = Simulation::steady(2, Settings::default());
    let task = simulation.service().tasks[0].clone();
    simulation.crash(&task);
    simulation.run_for(2_000);
    assert_eq!(simulation.told("has started 1 tasks"), 1);
    assert_eq!(simulation.service().deployments[0].failed_tasks, 0);
    simulation.change(Change::default());
    simulation.until("it is steady again", |s| s.service().steady_since_ms.is_some());
}
