//! Deployments that are followed wherever the user is: they keep being asked about, and their end is told.

use crate::effect::{Effect, Request, Write};
use crate::model::ServiceId;
use crate::model::time::SECOND;
use crate::poll::Want;
use crate::screens::{Intent, Screen, rollout};
use crate::state::{Scope, State, Watch};
use crate::verdict;

/// What watched deployments want to know.
pub(super) fn wants(scope: &Scope) -> Vec<Want> {
    let open = scope.watched.iter().filter(|(_, watch)| !watch.ended);
    open.flat_map(|(id, _)| {
        let row = Request::ServiceRows { cluster: id.cluster.clone(), names: vec![id.service.clone()] };
        [Want::every(row, 3 * SECOND), Want::every(Request::Deployments(id.clone()), 2 * SECOND)]
    })
    .collect()
}

/// Begins to watch.
pub(super) fn add(state: &mut State, service: ServiceId) {
    let since = state.scope.now;
    state.scope.watched.insert(service, Watch { since, ended: false });
}

/// A write that starts a deployment leads to its rollout.
pub(super) fn begin(state: &mut State, write: &Write, service: ServiceId) -> Vec<Effect> {
    if matches!(write, Write::Scale { .. } | Write::StopTask { .. }) {
        return Vec::new();
    }
    add(state, service.clone());
    if matches!(state.screen(), Screen::Rollout(_)) {
        return Vec::new();
    }
    let screen = Screen::Rollout(rollout::Rollout::new(service));
    super::navigate::carry_out(state, vec![Intent::open(screen)])
}

/// Notices that a watched deployment has ended.
pub(super) fn look(state: &mut State) -> Vec<Effect> {
    let scope = &mut state.scope;
    let mut said = Vec::new();
    for (id, watch) in scope.watched.iter_mut().filter(|(_, watch)| !watch.ended) {
        let Some(held) = scope.facts.deployments.get(id) else { continue };
        let fresh = held.at.is_some_and(|at| at > watch.since);
        let newest = held.value.as_ref().and_then(|history| history.deployments.first());
        let Some(newest) = newest.filter(|d| fresh && d.status.is_final() && began(d) >= watch.since.0 - 60 * SECOND)
        else {
            continue;
        };
        watch.ended = true;
        said.push(format!("{}: {}", id.service, verdict::of(newest).sentence));
    }
    if said.is_empty() {
        return Vec::new();
    }
    let words = said.join(" · ");
    state.notice = Some((words.clone(), state.scope.now));
    if state.scope.config.bell { vec![Effect::Bell, Effect::Title(words)] } else { Vec::new() }
}

fn began(deployment: &crate::model::ServiceDeployment) -> i64 {
    let ended = deployment.finished_at.or(deployment.updated_at).or(deployment.created_at);
    ended.map_or(0, |at| at.0)
}
