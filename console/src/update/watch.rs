//! Deployments that are followed wherever the user is: they keep being asked about, and their end is told.
//!
//! A deployment that someone else begins on the service in view is told at once, and followed too.

use crate::effect::{Effect, Request, Write};
use crate::flows::named;
use crate::flows::under_way::{begun_by, under_way};
use crate::model::time::{MINUTE, SECOND};
use crate::model::{ServiceDeployment, ServiceId};
use crate::poll::Want;
use crate::screens::{Intent, Screen, rollout};
use crate::state::{Scope, State, Watch};
use crate::verdict;

/// How long a deployment that was asked for may take to appear; later none is expected any more.
const PATIENCE: i64 = 2 * MINUTE;
/// AWS's clock and ours may differ by this much.
const SKEW: i64 = MINUTE;

/// What watched deployments want to know.
pub(super) fn wants(scope: &Scope) -> Vec<Want> {
    let open = scope.watched.iter().filter(|(_, watch)| watch.ended.is_none());
    open.flat_map(|(id, _)| {
        let row = Request::ServiceRows { cluster: id.cluster.clone(), names: vec![id.service.clone()] };
        [Want::every(row, 3 * SECOND), Want::every(Request::Deployments(id.clone()), 2 * SECOND)]
    })
    .collect()
}

/// Begins to watch what is under way, whoever began it.
pub(super) fn add(state: &mut State, service: ServiceId) {
    let watching = state.scope.watched.get(&service).is_some_and(|watch| watch.ended.is_none());
    if !watching {
        let watch = watch(&state.scope, &service, false);
        state.scope.watched.insert(service, watch);
    }
}

/// A write was confirmed: what it begins is to be watched from now on.
pub(super) fn asked(state: &mut State, write: &Write) {
    let id = write.service().clone();
    let watch = match write {
        Write::Scale { .. } | Write::StopTask { .. } => return,
        Write::RollBackDeployment { deployment, .. } => {
            let held = state.scope.watched.get(&id).filter(|w| w.deployment.as_ref() == Some(deployment));
            let ours = held.is_some_and(|watch| watch.ours);
            Watch { deployment: Some(deployment.clone()), ..watch(&state.scope, &id, ours) }
        }
        _ => Watch { deployment: None, ..watch(&state.scope, &id, true) },
    };
    state.scope.watched.insert(id, watch);
}

/// A write that was confirmed did not happen.
pub(super) fn refused(state: &mut State, service: &ServiceId) {
    if state.scope.watched.get(service).is_some_and(|watch| watch.ours && watch.deployment.is_none()) {
        state.scope.watched.remove(service);
    }
}

/// A write that starts a deployment leads to its rollout.
pub(super) fn begin(state: &mut State, write: &Write, service: ServiceId) -> Vec<Effect> {
    if matches!(write, Write::Scale { .. } | Write::StopTask { .. }) {
        return Vec::new();
    }
    if matches!(state.screen(), Screen::Rollout(_)) {
        return Vec::new();
    }
    let screen = Screen::Rollout(rollout::Rollout::new(service));
    super::navigate::carry_out(state, vec![Intent::open(screen)])
}

/// Notices that a watched deployment has ended, and that one was begun that is not watched yet.
pub(super) fn look(state: &mut State) -> Vec<Effect> {
    let mut said = Vec::new();
    let scope = &mut state.scope;
    let mut watched = std::mem::take(&mut scope.watched);
    watched.retain(|_, watch| watch.deployment.is_some() || scope.now.since(watch.since).0 <= PATIENCE);
    for (id, watch) in watched.iter_mut().filter(|(_, watch)| watch.ended.is_none()) {
        said.extend(follow(scope, id, watch));
    }
    scope.watched = watched;
    said.extend(strangers(state));
    if said.is_empty() {
        return Vec::new();
    }
    let words = said.join(" · ");
    state.notice = Some((words.clone(), state.scope.now));
    if state.scope.config.bell { vec![Effect::Bell, Effect::Title(words)] } else { Vec::new() }
}

fn watch(scope: &Scope, id: &ServiceId, ours: bool) -> Watch {
    let held = scope.facts.deployments.get(id).and_then(|held| held.value.as_ref());
    let newest = held.and_then(|history| history.deployments.first());
    let going = scope.facts.service(id).and_then(|service| under_way(service, scope)).and_then(|going| going.arn);
    let before = newest.map(|deployment| deployment.arn.clone()).filter(|arn| ours || going.as_ref() != Some(arn));
    Watch { since: scope.now, ours, deployment: going.filter(|_| !ours), before, word: None, ended: None }
}

/// Brings a watch up to date; answers what there is to say.
fn follow(scope: &Scope, id: &ServiceId, watch: &mut Watch) -> Option<String> {
    let history = scope.facts.deployments.get(id)?.value.as_ref()?;
    if watch.deployment.is_none() {
        watch.deployment = history.deployments.first().filter(|d| is_meant(d, watch)).map(|d| d.arn.clone());
    }
    let arn = watch.deployment.as_ref()?;
    let deployment = history.deployments.iter().find(|deployment| deployment.arn == *arn)?;
    let verdict = verdict::of(deployment);
    watch.word = Some((verdict.word, verdict.tone));
    let began = deployment.started_at.or(deployment.created_at);
    watch.since = began.filter(|_| !watch.ours).unwrap_or(watch.since);
    if !deployment.status.is_final() {
        return None;
    }
    watch.ended = Some(scope.now);
    Some(format!("{}: {}", id.service, verdict.sentence))
}

/// The newest deployment is the one that was asked for: not the one known before, and not older than the wish.
fn is_meant(newest: &ServiceDeployment, watch: &Watch) -> bool {
    let began = newest.created_at.or(newest.started_at);
    let new_enough = began.is_none_or(|at| at.0 >= watch.since.0 - SKEW);
    watch.before.as_ref() != Some(&newest.arn) && (watch.before.is_some() || new_enough)
}

/// A deployment of the service in view that nobody began here. Lists are left out: moving through one must not start
/// to follow whatever it passes.
fn strangers(state: &mut State) -> Option<String> {
    if matches!(state.screen(), Screen::Services(_) | Screen::Clusters(_)) {
        return None;
    }
    let scope = &state.scope;
    let id = state.screen().room().subject(scope)?;
    let service = scope.facts.service(&id)?;
    let known = scope.watched.get(&id);
    // One that was asked for here and has no name yet is most likely this one.
    if known.is_some_and(|watch| watch.deployment.is_none()) {
        return None;
    }
    let going = under_way(service, scope)?;
    let arn = going.arn.clone()?;
    if known.is_some_and(|watch| watch.deployment.as_ref() == Some(&arn)) {
        return None;
    }
    let what = named(service, &going.task_definition, scope);
    let who = begun_by(false, &going.task_definition, scope);
    let words = match state.screen() {
        Screen::Rollout(_) => format!("{what} is being rolled out ({who})"),
        _ => format!("{what} is being rolled out ({who}); :rollout shows it"),
    };
    let since = going.since.unwrap_or(scope.now);
    let watch = Watch { since, ours: false, deployment: Some(arn), before: None, word: None, ended: None };
    state.scope.watched.insert(id, watch);
    Some(words)
}

#[cfg(test)]
mod tests;
