//! One step: take in what happened, then let each service react.

use std::collections::BTreeMap;

use super::ids::Ids;
use super::port::{Action, Observation, TaskId};
use super::state::State;
use super::task::Task;
use super::{lifecycle, observe, outcomes, reconcile, retention, settle, verdict};

/// What a service sees of the rest while it reacts.
pub(super) struct World<'a> {
    pub(super) now_ms: i64,
    pub(super) tasks: &'a mut BTreeMap<TaskId, Task>,
    pub(super) alarms: &'a BTreeMap<String, bool>,
    pub(super) ids: &'a mut Ids,
}

/// Advances the state to `now_ms` (epoch milliseconds) and says what has to be done.
///
/// Call it at least twice a second, on every batch of observations, and after every wish.
pub fn step(state: &mut State, now_ms: i64, observations: Vec<Observation>) -> Vec<Action> {
    let mut actions = std::mem::take(&mut state.queued);
    lifecycle::finish_previous(state, now_ms);
    for observation in observations {
        observe::apply(state, now_ms, observation, &mut actions);
    }
    lifecycle::stop_drained(state, now_ms, &mut actions);
    for service in state.services.values_mut() {
        let mut world = World { now_ms, tasks: &mut state.tasks, alarms: &state.alarms, ids: &mut state.ids };
        outcomes::take(service, &mut world, &mut actions);
        verdict::judge(service, &mut world);
        reconcile::reconcile(service, &mut world, &mut actions);
        settle::settle(service, &mut world);
    }
    retention::forget(state, now_ms);
    actions
}
