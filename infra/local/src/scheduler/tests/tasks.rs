//! The life of single tasks.

use super::super::port::{Action, Observation};
use super::super::service::Settings;
use super::super::simulation::{Simulation, template};
use super::super::state::State;
use super::super::step::step;
use super::super::task::{Status, StopCode};

#[test]
fn a_standalone_task_lives_and_ends() {
    let mut state = State::new(3);
    let id = state.run_task(0, "local", "family:job".to_owned(), Some("me".to_owned()), template("job", true, false));
    let actions = step(&mut state, 0, Vec::new());
    assert!(matches!(&actions[..], [Action::Start { task, launch }] if *task == id && launch.group == "family:job"));
    let container = "app".to_owned();
    let seen = |state: &State| state.tasks[&id].status;
    assert_eq!(seen(&state), Status::Provisioning);
    step(&mut state, 500, vec![Observation::Pulling { task: id.clone() }]);
    assert_eq!(seen(&state), Status::Pending);
    let running = Observation::Running { task: id.clone(), container: container.clone(), host_port: None, pid: 9 };
    step(&mut state, 1_000, vec![running]);
    assert_eq!(seen(&state), Status::Running, "a task without a service is in no target group");
    let exited = Observation::Exited { task: id.clone(), container, exit_code: 0, reason: None };
    let actions = step(&mut state, 1_500, vec![exited, Observation::Stopped { task: id.clone() }]);
    assert_eq!(actions, [Action::Stop { task: id.clone() }]);
    assert_eq!(seen(&state), Status::Deprovisioning);
    step(&mut state, 2_000, Vec::new());
    let task = &state.tasks[&id];
    assert_eq!((task.status, task.stop_code), (Status::Stopped, Some(StopCode::EssentialContainerExited)));
    assert_eq!(task.stopped_reason.as_deref(), Some("Essential container in task exited"));
    assert_eq!(task.containers[0].exit_code, Some(0));
    step(&mut state, 2_000 + 59 * 60 * 1000, Vec::new());
    assert!(state.tasks.contains_key(&id));
    step(&mut state, 2_000 + 60 * 60 * 1000, Vec::new());
    assert!(state.tasks.is_empty());
}

#[test]
fn a_task_that_is_stopped_while_pulling_says_who_did_it() {
    let mut state = State::new(3);
    let id = state.run_task(0, "local", "family:job".to_owned(), None, template("job", false, false));
    step(&mut state, 0, Vec::new());
    state.stop_task(100, &id, "not needed".to_owned());
    state.stop_task(200, &id, "asked twice".to_owned());
    assert_eq!(step(&mut state, 500, Vec::new()), [Action::Stop { task: id.clone() }]);
    step(&mut state, 1_000, vec![Observation::NeverRan { task: id.clone(), reason: "stopped".to_owned() }]);
    step(&mut state, 1_500, Vec::new());
    let task = &state.tasks[&id];
    assert_eq!((task.status, task.stop_code), (Status::Stopped, Some(StopCode::UserInitiated)));
    assert_eq!(task.stopped_reason.as_deref(), Some("not needed"));
}

#[test]
fn a_stopped_service_task_is_drained_first_and_replaced() {
    let mut simulation = Simulation::steady(2, Settings::default());
    let id = simulation.service().tasks[0].clone();
    let now_ms = simulation.now_ms;
    simulation.state.stop_task(now_ms, &id, "by hand".to_owned());
    assert_eq!(simulation.state.tasks[&id].status, Status::Deactivating);
    simulation.run_for(1_000);
    assert_eq!(simulation.told("has begun draining connections on 1 tasks."), 1);
    simulation.until("it is steady again", |s| s.service().steady_since_ms.is_some());
    assert_eq!(simulation.state.tasks[&id].stop_code, Some(StopCode::UserInitiated));
    assert_eq!(simulation.running_count(), 2);
}

#[test]
fn unknown_tasks_and_late_words_are_ignored() {
    let mut simulation = Simulation::steady(1, Settings::default());
    let gone = super::super::port::TaskId::new("f".repeat(32));
    simulation.observe(Observation::Stopped { task: gone });
    let id = simulation.service().tasks[0].clone();
    simulation.crash(&id);
    simulation.run_for(5_000);
    simulation.observe(Observation::Running { task: id.clone(), container: "app".to_owned(), host_port: None, pid: 1 });
    simulation.run_for(1_000);
    assert_eq!(simulation.state.tasks[&id].status, Status::Stopped);
}
