//! Carries out what screens intend, and commands: going to screens, asking, saying.

use crate::command::Command;
use crate::effect::Effect;
use crate::input::Input;
use crate::model::ServiceId;
use crate::screens::{
    Intent, Room, Screen, audit, clusters, errors, images, logs, metrics, predict, rollout, service, services,
};
use crate::state::{Overlay, Prompt, Scope, State};

/// Lets the screen in front act, and carries out what it intends.
pub(super) fn with_room(state: &mut State, act: impl FnOnce(&mut dyn Room, &Scope) -> Vec<Intent>) -> Vec<Effect> {
    let intents = act(state.screens[state.at].room_mut(), &state.scope);
    carry_out(state, intents)
}

/// Tells the answer to a prediction to the screen that sent it, where that is not the one in front.
pub(super) fn tell_behind(state: &mut State, reply: &crate::event::Reply) -> Vec<Effect> {
    let (front, scope) = (state.at, &state.scope);
    let behind = state.screens.iter_mut().enumerate().filter(|(index, _)| *index != front);
    let predicts = behind.filter(|(_, screen)| matches!(screen, Screen::Predict(_) | Screen::Batch(_)));
    let intents = predicts.flat_map(|(_, screen)| screen.room_mut().receive(reply, scope)).collect();
    carry_out(state, intents)
}

/// Carries out intents in order.
pub(super) fn carry_out(state: &mut State, intents: Vec<Intent>) -> Vec<Effect> {
    let mut effects = Vec::new();
    for intent in intents {
        match intent {
            Intent::Open(screen) => state.open(*screen),
            Intent::Back => {
                state.travel(state.at.checked_sub(1));
            }
            Intent::Ask(dialog) => state.overlay = Some(Overlay::Dialog(dialog)),
            // A write comes from a dialog and from nowhere else.
            Intent::Do(Effect::Write(_)) => {}
            Intent::Do(effect) => effects.push(effect),
            Intent::Say(words) => state.notice = Some((words, state.scope.now)),
            Intent::Prompt(kind, before) => {
                let input = Input::new(before.clone());
                state.overlay = Some(Overlay::Prompt(Prompt { kind, input, before, objection: None, recalled: None }));
            }
            Intent::Watch(service) => super::watch::add(state, service),
            Intent::Obey(line) => match command(state, line) {
                Ok(more) => effects.extend(more),
                Err(words) => state.notice = Some((words, state.scope.now)),
            },
        }
    }
    effects
}

/// Carries out a command; the error is shown beside the prompt.
pub(super) fn command(state: &mut State, command: Command) -> Result<Vec<Effect>, String> {
    // A text or a log of errors is about no service: what was in front before is.
    let rooms = || state.screens[..=state.at].iter().rev().map(Screen::room);
    let subject = rooms().find_map(|room| room.subject(&state.scope));
    let cluster = rooms().find_map(|room| room.cluster(&state.scope));
    let service = || subject.clone().ok_or_else(|| "which service? open one first, or :svc NAME".to_owned());
    let action = |action: crate::action::Action| Err::<Screen, _>(Go::Act(action));
    let screen = match command {
        Command::Clusters => Ok(Screen::Clusters(clusters::Clusters::default())),
        Command::Services { cluster: named, filter } => {
            let cluster = named.or(cluster).ok_or("which cluster? :services @CLUSTER")?;
            Ok(Screen::Services(services::Services::new(cluster, filter.unwrap_or_default())))
        }
        Command::Service { name } => {
            let cluster = cluster.ok_or("which cluster? :services @CLUSTER")?;
            Ok(Screen::Service(service::ServiceScreen::new(ServiceId::new(cluster, name))))
        }
        Command::Tasks => Ok(tab(service()?, 1)),
        Command::Deployments => Ok(tab(service()?, 2)),
        Command::Events => Ok(tab(service()?, 3)),
        Command::TaskDefinition => Ok(tab(service()?, 4)),
        Command::Logs { since_minutes } => Ok(Screen::Logs(logs::Logs::of_service(service()?, since_minutes))),
        Command::Metrics => Ok(Screen::Metrics(metrics::Metrics::of_service(service()?))),
        Command::Alarms => Ok(Screen::Metrics(metrics::Metrics::alarms(subject.clone()))),
        Command::Images => Ok(Screen::Images(images::Images::of_service(service()?))),
        Command::Rollout => Ok(Screen::Rollout(rollout::Rollout::new(service()?))),
        Command::Predict => Ok(Screen::Predict(predict::Predict::new(service()?, &state.scope))),
        Command::Deploy => Ok(Screen::Images(images::Images::of_service(service()?))),
        Command::RollBack => action(crate::action::Action::RollBack),
        Command::Restart => action(crate::action::Action::Restart),
        Command::Scale => action(crate::action::Action::Scale),
        Command::Errors => Ok(Screen::Errors(errors::Errors::default())),
        Command::Audit => Ok(Screen::Audit(audit::Audit::default())),
        Command::Help => Err(Go::Help),
        Command::Theme(name) => Err(Go::Theme(name)),
        Command::Login => Err(Go::Login),
        Command::Last => Err(Go::Last),
        Command::Quit => Err(Go::Quit),
    };
    state.overlay = None;
    Ok(match screen {
        Ok(screen) => {
            state.open(screen);
            Vec::new()
        }
        Err(go) => follow(state, go, &service()),
    })
}

enum Go {
    Act(crate::action::Action),
    Help,
    Theme(String),
    Login,
    Last,
    Quit,
}

fn follow(state: &mut State, go: Go, subject: &Result<ServiceId, String>) -> Vec<Effect> {
    match go {
        Go::Act(action) => match subject {
            Ok(id) => {
                let intents = services::act(action, id, &state.scope).unwrap_or_default();
                carry_out(state, intents)
            }
            Err(words) => {
                state.notice = Some((words.clone(), state.scope.now));
                Vec::new()
            }
        },
        Go::Help => {
            state.overlay = Some(Overlay::Help(0));
            Vec::new()
        }
        Go::Theme(name) => {
            state.scope.theme = crate::theme::Theme::named(&name, state.scope.theme.ascii);
            Vec::new()
        }
        Go::Login => super::renew(state),
        Go::Last => {
            state.travel(Some(state.last));
            Vec::new()
        }
        Go::Quit => quit(state),
    }
}

/// Ends the console.
pub(super) fn quit(state: &mut State) -> Vec<Effect> {
    state.quitting = true;
    vec![Effect::Quit]
}

fn tab(service: ServiceId, tab: u8) -> Screen {
    let mut screen = service::ServiceScreen::new(service);
    screen.show(tab);
    Screen::Service(screen)
}
