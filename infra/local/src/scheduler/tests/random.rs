//! Random histories: whatever happens, the rules of the simulation hold, and well-behaved tasks lead to a steady state.

use proptest::prelude::*;

use super::super::deployment::Rollout;
use super::super::port::{Observation, TargetState};
use super::super::service::{AlarmSettings, Breaker, Settings, Threshold};
use super::super::simulation::{Behaviour, Simulation, TARGET_GROUP};
use super::super::wishes::Change;

#[derive(Clone, Debug)]
enum Event {
    Wait(i64),
    Scale(u32),
    Deploy(Behaviour),
    Force,
    Configure(Settings),
    Crash(usize),
    StopTask(usize),
    Sicken(usize),
    Alarm(bool),
    RollBack,
    Observe(usize, u8),
}

fn behaviour() -> impl Strategy<Value = Behaviour> {
    prop_oneof![
        3 => Just(Behaviour::Good),
        1 => Just(Behaviour::CrashAtStart),
        1 => Just(Behaviour::NeverHealthy),
        1 => (0_i64..90_000).prop_map(Behaviour::Slow),
        1 => Just(Behaviour::BadImage),
        1 => (0_i64..120_000).prop_map(Behaviour::DiesAfter),
    ]
}

fn settings() -> impl Strategy<Value = Settings> {
    let threshold = prop_oneof![
        (1_u32..6).prop_map(Threshold::Count),
        (1_u32..200).prop_map(Threshold::BoundedPercent),
        (1_u32..200).prop_map(Threshold::UnboundedPercent),
    ];
    let breaker = (any::<bool>(), any::<bool>(), any::<bool>(), threshold).prop_map(
        |(enabled, rollback, reset_on_healthy_task, threshold)| Breaker {
            enabled,
            rollback,
            reset_on_healthy_task,
            threshold,
        },
    );
    let alarms = (any::<bool>(), any::<bool>()).prop_map(|(enabled, rollback)| AlarmSettings {
        enabled,
        rollback,
        names: vec!["errors".to_owned()],
    });
    (0_u32..=100, 100_u32..=300, 0_i64..30_000, breaker, alarms, 0_i64..20_000).prop_map(
        |(minimum_percent, maximum_percent, grace_ms, breaker, alarms, bake_ms)| Settings {
            minimum_percent,
            maximum_percent,
            grace_ms,
            breaker,
            alarms,
            bake_ms,
        },
    )
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        6 => (0_i64..60_000).prop_map(Event::Wait),
        2 => (0_u32..6).prop_map(Event::Scale),
        3 => behaviour().prop_map(Event::Deploy),
        1 => Just(Event::Force),
        1 => settings().prop_map(Event::Configure),
        2 => (0_usize..8).prop_map(Event::Crash),
        1 => (0_usize..8).prop_map(Event::StopTask),
        2 => (0_usize..8).prop_map(Event::Sicken),
        1 => any::<bool>().prop_map(Event::Alarm),
        1 => Just(Event::RollBack),
        1 => (0_usize..8, any::<u8>()).prop_map(|(task, kind)| Event::Observe(task, kind)),
    ]
}

fn apply(simulation: &mut Simulation, event: Event) {
    let tasks = simulation.service().tasks.clone();
    let task = |index: usize| tasks.get(index % tasks.len().max(1)).cloned();
    let now_ms = simulation.now_ms;
    match event {
        Event::Wait(milliseconds) => simulation.run_for(milliseconds),
        Event::Scale(desired) => simulation.change(Change { desired: Some(desired), ..Change::default() }),
        Event::Deploy(behaviour) => simulation.deploy(behaviour),
        Event::Force => simulation.change(Change { force: true, ..Change::default() }),
        Event::Configure(settings) => simulation.change(Change { settings: Some(settings), ..Change::default() }),
        Event::Crash(index) => task(index).iter().for_each(|id| simulation.crash(id)),
        Event::StopTask(index) => {
            task(index).iter().for_each(|id| simulation.state.stop_task(now_ms, id, "by hand".to_owned()));
        }
        Event::Sicken(index) => task(index).into_iter().for_each(|task| {
            let state = TargetState::Unhealthy { reason: "Request timed out".to_owned() };
            simulation.observe(Observation::Target { task, target_group: TARGET_GROUP.to_owned(), state });
        }),
        Event::Alarm(in_alarm) => simulation.observe(Observation::Alarm { name: "errors".to_owned(), in_alarm }),
        Event::RollBack => {
            let (key, id) = (simulation.key.clone(), simulation.service().records[0].id.clone());
            let _ = simulation.state.request_rollback(now_ms, &key, &id);
        }
        Event::Observe(index, kind) => task(index).into_iter().for_each(|task| {
            simulation.observe(odd_observation(task, kind));
        }),
    }
}

/// Words that come at a wrong moment, or that nobody should say.
fn odd_observation(task: super::super::port::TaskId, kind: u8) -> Observation {
    let container = if kind & 8 == 0 { "app".to_owned() } else { "nobody".to_owned() };
    let target_group = TARGET_GROUP.to_owned();
    match kind % 6 {
        0 => Observation::Pulling { task },
        1 => Observation::Pulled { task, container, digest: "sha256:4567".to_owned() },
        2 => Observation::Health { task, container, healthy: kind & 16 == 0 },
        3 => Observation::Target { task, target_group, state: TargetState::Initial },
        4 => Observation::Target { task, target_group, state: TargetState::Draining },
        _ => Observation::Target { task, target_group, state: TargetState::Healthy },
    }
}

proptest! {
    #[test]
    fn every_history_keeps_the_rules_and_ends_well(
        desired in 0_u32..6,
        first in settings(),
        start in behaviour(),
        events in prop::collection::vec(event(), 0..24),
    ) {
        let mut simulation = Simulation::starting(desired, first, start);
        for event in events {
            apply(&mut simulation, event);
        }
        simulation.observe(Observation::Alarm { name: "errors".to_owned(), in_alarm: false });
        simulation.tick();
        simulation.change(Change { settings: Some(Settings::default()), ..Change::default() });
        simulation.deploy(Behaviour::Good);
        simulation.until("it is steady", |s| s.service().steady_since_ms.is_some());
        let service = simulation.service();
        prop_assert_eq!(service.deployments.len(), 1);
        prop_assert_eq!(service.deployments[0].rollout, Rollout::Completed);
        prop_assert_eq!(simulation.running_count(), usize::try_from(service.desired).unwrap());
        let settled = simulation.service().tasks.clone();
        simulation.run_for(120_000);
        prop_assert_eq!(&simulation.service().tasks, &settled, "nothing moves once it is steady");
    }
}
