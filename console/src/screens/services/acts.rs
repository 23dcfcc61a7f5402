//! What can be done with a service, in a list or on its own screen. Writes only ever open a dialog, in `flows`.

use crate::action::Action;
use crate::effect::Effect;
use crate::flows;
use crate::model::{Service, ServiceId, Task};
use crate::screens::text::{Text, json};
use crate::screens::{Intent, Screen, images, logs, metrics, predict, rollout, service};
use crate::state::Scope;

/// Takes an action on a service; `None` when it is none.
pub(crate) fn act(action: Action, id: &ServiceId, scope: &Scope) -> Option<Vec<Intent>> {
    let own = || id.clone();
    let open = |screen| Some(vec![Intent::open(screen)]);
    match action {
        Action::Logs => open(Screen::Logs(logs::Logs::of_service(own(), None))),
        Action::PreviousLogs => Some(previous_logs(id, scope)),
        Action::Metrics => open(Screen::Metrics(metrics::Metrics::of_service(own()))),
        Action::Alarms => open(Screen::Metrics(metrics::Metrics::alarms(Some(own())))),
        Action::Rollout => open(Screen::Rollout(rollout::Rollout::new(own()))),
        Action::Images => open(Screen::Images(images::Images::of_service(own()))),
        Action::Predict => open(Screen::Predict(predict::Predict::new(own(), scope))),
        Action::Deployments => open(tab(own(), service::DEPLOYMENTS)),
        Action::Events => open(tab(own(), service::EVENTS)),
        Action::TaskDefinitions => open(tab(own(), service::CONFIGURATION)),
        Action::Deploy | Action::RollBack | Action::Scale | Action::Restart => Some(change(action, id, scope)),
        Action::CopyName => Some(vec![Intent::Do(Effect::Copy(id.service.clone()))]),
        Action::CopyArn | Action::Describe | Action::RawJson => Some(look(action, id, scope)),
        _ => None,
    }
}

/// Whether an action on a service can be done now; its hint is left out otherwise.
pub(crate) fn offers(action: Action, id: &ServiceId, scope: &Scope) -> bool {
    if !action.mutates() {
        return true;
    }
    let refused = scope.facts.service(id).is_some_and(|service| flows::refusal(service, scope).is_some());
    !scope.context.read_only && !refused
}

fn change(action: Action, id: &ServiceId, scope: &Scope) -> Vec<Intent> {
    let Some(service) = scope.facts.service(id) else {
        return vec![Intent::Say(format!("{} has not been read yet", id.service))];
    };
    if let Some(reason) = flows::refusal(service, scope) {
        return vec![Intent::Say(reason)];
    }
    match action {
        Action::Deploy => vec![Intent::open(Screen::Images(images::Images::of_service(id.clone())))],
        Action::RollBack => flows::roll_back(id, scope),
        Action::Scale => flows::scale(service, scope),
        Action::Restart => flows::restart(service, scope),
        _ => Vec::new(),
    }
}

fn look(action: Action, id: &ServiceId, scope: &Scope) -> Vec<Intent> {
    let Some(service) = scope.facts.service(id) else {
        return vec![Intent::Say(format!("{} has not been read yet", id.service))];
    };
    match action {
        Action::CopyArn => vec![Intent::Do(Effect::Copy(service.arn.clone()))],
        Action::Describe => vec![Intent::open(Screen::Text(describe(service, scope)))],
        Action::RawJson => {
            let title = format!("json {}", id.service);
            vec![Intent::open(Screen::Text(Text::new(title, json::pretty(&service.raw))))]
        }
        _ => Vec::new(),
    }
}

fn describe(service: &Service, scope: &Scope) -> Text {
    Text::of_lines(&format!("describe {}", service.id.service), service::describe(service, scope))
}

/// Logs of the task that stopped last, which ECS may have forgotten already.
fn previous_logs(id: &ServiceId, scope: &Scope) -> Vec<Intent> {
    let tasks = scope.facts.tasks.get(id).and_then(|held| held.value.as_ref());
    let stopped = tasks.into_iter().flatten().filter(|task| task.is_stopped());
    match stopped.max_by_key(|task| stopped_or_made(task)) {
        Some(task) => vec![Intent::open(Screen::Logs(logs::Logs::of_task(id.clone(), task.id.clone())))],
        None => vec![Intent::Say(format!("no stopped task of {} is known", id.service))],
    }
}

/// When a task ended, as far as that is known.
pub(crate) fn stopped_or_made(task: &Task) -> Option<crate::model::Timestamp> {
    task.stopped_at.or(task.stopping_at).or(task.started_at).or(task.created_at)
}

fn tab(id: ServiceId, tab: u8) -> Screen {
    let mut screen = service::ServiceScreen::new(id);
    screen.show(tab);
    Screen::Service(screen)
}
