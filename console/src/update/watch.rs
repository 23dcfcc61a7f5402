//! Deployments that are followed wherever the user is: they keep being asked about, and their end is told.
//!
//! A deployment that someone else begins on the service in view is told at once, and followed too.

use crate::effect::{Effect, Request, Write};
use crate::flows::named;
use crate::flows::under_way::{begun_by, under_way};
use crate::model::time::{MINUTE, SECOND};
use crate::model::{ProblemKind, Service, ServiceDeployment, ServiceId, Timestamp};
use crate::poll::Want;
use crate::screens::{Intent, Screen, rollout};
use crate::state::{Scope, State, Watch};
use crate::verdict::{self, Tone};

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
    state.asked_at = Some(state.turns);
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

/// A write that was confirmed has failed. Where no answer came it may have happened all the same, and is waited for.
pub(super) fn refused(state: &mut State, write: &Write, kind: ProblemKind) {
    let unsure = matches!(kind, ProblemKind::Timeout | ProblemKind::Unreachable | ProblemKind::Service);
    if unsure || matches!(write, Write::Scale { .. } | Write::StopTask { .. }) {
        return;
    }
    let service = write.service();
    if state.scope.watched.get(service).is_some_and(|watch| watch.ours && watch.deployment.is_none()) {
        state.scope.watched.remove(service);
    }
}

/// A write about a deployment leads to its rollout, unless the user has gone on to something else meanwhile.
pub(super) fn begin(state: &mut State, write: &Write) -> Vec<Effect> {
    let asked_at = state.asked_at.take();
    if matches!(write, Write::Scale { .. } | Write::StopTask { .. }) {
        return Vec::new();
    }
    let service = write.service();
    let subject = state.screen().room().subject(&state.scope);
    if matches!(state.screen(), Screen::Rollout(_)) && subject.as_ref() == Some(service) {
        return Vec::new();
    }
    if state.overlay.is_some() || asked_at != Some(state.turns) {
        if let Some((words, _)) = &mut state.notice {
            *words = format!("{}: {words}; :rollout on the service shows it", service.service);
        }
        return Vec::new();
    }
    let screen = Screen::Rollout(rollout::Rollout::new(service.clone()));
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
    let current = scope.facts.service(id).and_then(|service| service.current_deployment.clone());
    let known = newest.map(|deployment| deployment.arn.clone()).into_iter().chain(current);
    let before = known.filter(|arn| ours || going.as_ref() != Some(arn)).collect();
    Watch { since: scope.now, ours, deployment: going.filter(|_| !ours), before, word: None, ended: None }
}

/// Brings a watch up to date; answers what there is to say.
fn follow(scope: &Scope, id: &ServiceId, watch: &mut Watch) -> Option<String> {
    let held = scope.facts.deployments.get(id);
    let history = held.and_then(|held| held.value.as_ref()).map_or(&[][..], |history| &history.deployments);
    let lost = held.and_then(|held| held.problem.as_ref()).is_some_and(|problem| is_lasting(problem.kind));
    let service = scope.facts.service(id);
    let writing = scope.writing.as_ref().is_some_and(|write| write.service() == id);
    // What appears before our own write has been answered may still be someone else's.
    if watch.deployment.is_none() && !writing {
        let told = history.first().filter(|newest| is_meant(newest, watch)).map(|newest| newest.arn.clone());
        let current = service.and_then(|service| service.current_deployment.clone()).filter(|_| lost);
        watch.deployment = told.or(current.filter(|arn| !watch.before.contains(arn)));
    }
    let arn = watch.deployment.as_ref()?;
    let told = history.iter().find(|deployment| deployment.arn == *arn);
    let (word, tone, sentence) = match (told, service) {
        (Some(told), _) if told.status.is_final() => judged(told),
        (_, None) if is_read(scope, id) => gone(),
        (_, Some(service)) if service.status == "INACTIVE" => gone(),
        (_, Some(service)) if lost => by_service(service, arn)?,
        (Some(told), _) => {
            let (word, tone, _) = judged(told);
            watch.word = Some((word, tone));
            watch.since = began(told).filter(|_| !watch.ours).unwrap_or(watch.since);
            return None;
        }
        (None, _) => return None,
    };
    watch.word = Some((word, tone));
    watch.ended = Some(scope.now);
    Some(format!("{}: {sentence}", id.service))
}

fn began(deployment: &ServiceDeployment) -> Option<Timestamp> {
    deployment.started_at.or(deployment.created_at)
}

fn is_read(scope: &Scope, id: &ServiceId) -> bool {
    scope.facts.services.get(&id.cluster).is_some_and(|held| held.value.is_some())
}

/// Asking again will not help.
fn is_lasting(kind: ProblemKind) -> bool {
    matches!(kind, ProblemKind::Denied | ProblemKind::NotFound | ProblemKind::Invalid | ProblemKind::Conflict)
}

/// A verdict: word, tone, sentence.
type Judged = (&'static str, Tone, String);

fn judged(deployment: &ServiceDeployment) -> Judged {
    let verdict = verdict::of(deployment);
    (verdict.word, verdict.tone, verdict.sentence)
}

fn gone() -> Judged {
    ("DELETED", Tone::Neutral, "DELETED: there is no such service any more".to_owned())
}

/// The end of a deployment as the service alone tells it. `COMPLETED` may be said of the way back too, so that is no
/// success.
fn by_service(service: &Service, arn: &str) -> Option<Judged> {
    if service.current_deployment.as_deref() == Some(arn) {
        return None;
    }
    match service.primary().and_then(|primary| primary.rollout_state.as_deref())? {
        "FAILED" => {
            let words = "FAILED, as the service tells it; its deployment history cannot be read";
            Some(("FAILED", Tone::Bad, words.to_owned()))
        }
        "COMPLETED" => {
            let words = "ENDED; whether it was rolled back is in the deployment history, which cannot be read";
            Some(("ENDED", Tone::Neutral, words.to_owned()))
        }
        _ => None,
    }
}

/// The newest deployment is the one that was asked for: none of those known before, and not older than the wish.
fn is_meant(newest: &ServiceDeployment, watch: &Watch) -> bool {
    let made = newest.created_at.or(newest.started_at);
    !watch.before.contains(&newest.arn) && made.is_some_and(|at| at.0 >= watch.since.0 - SKEW)
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
    let watch = Watch { since, ours: false, deployment: Some(arn), before: Vec::new(), word: None, ended: None };
    state.scope.watched.insert(id, watch);
    Some(words)
}

#[cfg(test)]
mod tests;
