//! Deployment alarms.

use super::super::deployment::Rollout;
use super::super::port::Observation;
use super::super::record::{MonitorStatus, RecordStatus};
use super::super::service::{AlarmSettings, Breaker, Settings};
use super::super::simulation::{Behaviour, Simulation};

fn alarms(rollback: bool, bake_ms: i64) -> Settings {
    let alarms = AlarmSettings { enabled: true, rollback, names: vec!["errors".to_owned(), "latency".to_owned()] };
    Settings { alarms, bake_ms, ..Settings::default() }
}

fn alarm(simulation: &mut Simulation, name: &str, in_alarm: bool) {
    simulation.observe(Observation::Alarm { name: name.to_owned(), in_alarm });
}

#[test]
fn an_alarm_during_the_deployment_rolls_it_back() {
    let mut simulation = Simulation::steady(2, alarms(true, 60_000));
    simulation.deploy(Behaviour::Good);
    simulation.run_for(2_000);
    alarm(&mut simulation, "latency", true);
    simulation.run_for(1_000);
    let service = simulation.service();
    assert_eq!(service.deployments[1].rollout, Rollout::Failed);
    let record = &service.records[0];
    assert_eq!((record.status, record.alarms), (RecordStatus::RollbackInProgress, MonitorStatus::Triggered));
    assert_eq!(record.triggered_alarms, ["latency"]);
    assert_eq!(simulation.told("deployment failed: alarm detected."), 1);
    simulation.until("it is steady again", |s| s.service().steady_since_ms.is_some());
    assert_eq!(simulation.service().records[0].status, RecordStatus::RollbackSuccessful);
}

#[test]
fn an_alarm_while_baking_still_counts() {
    let mut simulation = Simulation::steady(1, alarms(true, 60_000));
    simulation.deploy(Behaviour::Good);
    simulation.until("it bakes", |s| s.service().deployments[0].baking_since_ms.is_some());
    simulation.run_for(30_000);
    assert_eq!(simulation.service().deployments[0].rollout, Rollout::InProgress);
    alarm(&mut simulation, "errors", true);
    simulation.run_for(1_000);
    assert_eq!(simulation.service().records[0].status, RecordStatus::RollbackInProgress);
}

#[test]
fn an_alarm_that_was_there_before_switches_the_watch_off() {
    let mut simulation = Simulation::steady(1, alarms(true, 60_000));
    alarm(&mut simulation, "errors", true);
    simulation.run_for(1_000);
    simulation.deploy(Behaviour::Good);
    simulation.run_for(1_000);
    alarm(&mut simulation, "latency", true);
    simulation.until("it is steady again", |s| s.service().steady_since_ms.is_some());
    let record = &simulation.service().records[0];
    assert_eq!((record.status, record.alarms), (RecordStatus::Successful, MonitorStatus::Disabled));
}

#[test]
fn without_rollback_the_deployment_fails_and_stays() {
    let mut simulation = Simulation::steady(1, alarms(false, 0));
    simulation.deploy(Behaviour::Slow(60_000));
    simulation.run_for(2_000);
    alarm(&mut simulation, "errors", true);
    simulation.run_for(120_000);
    assert_eq!(simulation.service().deployments[0].rollout, Rollout::Failed);
    assert_eq!(simulation.service().records[0].status, RecordStatus::Stopped);
}

#[test]
fn the_first_of_breaker_and_alarm_decides() {
    let mut settings = alarms(false, 0);
    settings.breaker = Breaker { enabled: true, rollback: true, ..Breaker::default() };
    let mut simulation = Simulation::steady(1, settings);
    simulation.deploy(Behaviour::CrashAtStart);
    simulation.until("the breaker trips", |s| s.service().records[0].breaker == MonitorStatus::Triggered);
    alarm(&mut simulation, "errors", true);
    simulation.until("it is steady again", |s| s.service().steady_since_ms.is_some());
    let record = &simulation.service().records[0];
    assert_eq!((record.status, record.alarms), (RecordStatus::RollbackSuccessful, MonitorStatus::Disabled));
}
