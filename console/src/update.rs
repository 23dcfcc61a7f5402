//! The heart: an event changes the state and yields effects. Pure; it only routes, screens and rooms decide.

use crate::effect::Effect;
use crate::event::{Event, Outcome, Reply, Written};
use crate::model::{ProblemKind, Timestamp, time};
use crate::poll::Want;
use crate::state::State;

mod keys;
mod navigate;
mod watch;

/// How long a notice stays.
const NOTICE: i64 = 8 * time::SECOND;

/// Takes in one event.
pub fn update(state: &mut State, event: Event) -> Vec<Effect> {
    let settles = !matches!(&event, Event::Reply(reply) if matches!(reply.outcome, Outcome::Part(_)));
    let front = (state.at, state.screens.len());
    let mut effects = match event {
        Event::Key(press) => keys::pressed(state, press),
        Event::Pasted(text) => keys::pasted(state, &text),
        Event::Resized(columns, rows) => {
            state.scope.size = (columns, rows);
            Vec::new()
        }
        Event::Focused(_) => Vec::new(),
        Event::Ticked(now) => ticked(state, now),
        Event::Reply(reply) => replied(state, &reply),
        Event::Written(written) => ended(state, *written),
        Event::Audited(entry) => {
            state.scope.audit.push(entry);
            Vec::new()
        }
        Event::Edited(purpose, text) => navigate::with_room(state, |room, scope| room.edited(purpose, text, scope)),
        Event::Noticed(words) => say(state, words),
        Event::Failed(problem) => {
            let words = problem.line();
            note(state, problem);
            say(state, words)
        }
        Event::Budget(budget) => {
            state.scope.budget = budget;
            Vec::new()
        }
        Event::CredentialsChanged => renew(state),
    };
    if front != (state.at, state.screens.len()) {
        // A screen that comes to the front learns the time at once, not at the next tick.
        effects.extend(navigate::with_room(state, |room, scope| room.ticked(scope)));
    }
    if settles {
        effects.extend(due(state));
    }
    effects
}

/// Goes where a command names, as if it had been typed: for a screen named at the start. The error says why not.
pub fn obey(state: &mut State, line: &str) -> Result<Vec<Effect>, String> {
    navigate::command(state, crate::command::parse(line)?)
}

/// What is to be asked now: what the screen in front and the watched deployments want.
fn due(state: &mut State) -> Vec<Effect> {
    if state.signed_out.is_some() || state.quitting {
        return Vec::new();
    }
    let mut wants = vec![Want::every(crate::effect::Request::Identity, 5 * time::MINUTE)];
    wants.extend(state.screen().room().wants(&state.scope));
    wants.extend(watch::wants(&state.scope));
    let effects = state.polls.due(&wants, state.scope.now);
    for effect in &effects {
        if let Effect::Load(request) = effect {
            state.scope.facts.begin(request);
        }
    }
    effects
}

fn ticked(state: &mut State, now: Timestamp) -> Vec<Effect> {
    state.scope.now = now;
    if state.notice.as_ref().is_some_and(|(_, at)| now.since(*at).0 > NOTICE) {
        state.notice = None;
    }
    let mut effects = watch::look(state);
    effects.extend(navigate::with_room(state, |room, scope| room.ticked(scope)));
    effects
}

fn replied(state: &mut State, reply: &Reply) -> Vec<Effect> {
    let problem = match &reply.outcome {
        Outcome::Failed(problem) => Some(problem),
        _ => None,
    };
    if !matches!(reply.outcome, Outcome::Part(_)) {
        state.polls.ended(&reply.request, problem);
    }
    if let Some(problem) = problem {
        note(state, problem.clone());
        if problem.kind == ProblemKind::Credentials {
            state.signed_out = Some(problem.clone());
        }
    }
    if let Outcome::Done { facts: crate::event::Facts::Identity { account, identity, expires }, .. } = &reply.outcome {
        let context = &mut state.scope.context;
        context.account = Some(account.clone());
        context.identity = Some(identity.clone());
        context.credentials_expire = *expires;
    }
    state.scope.facts.receive(reply);
    let mut effects = watch::look(state);
    effects.extend(navigate::with_room(state, |room, scope| room.receive(reply, scope)));
    if matches!(reply.request, crate::effect::Request::Predict(_) | crate::effect::Request::Batch(_)) {
        effects.extend(navigate::tell_behind(state, reply));
    }
    effects
}

fn ended(state: &mut State, written: Written) -> Vec<Effect> {
    state.scope.writing = None;
    state.polls.refresh();
    match written.result {
        Ok(words) => {
            let mut effects = say(state, words);
            effects.extend(watch::begin(state, &written.write));
            effects
        }
        Err(problem) => {
            let words = match &problem.hint {
                Some(hint) => format!("{} — {hint}", problem.line()),
                None => problem.line(),
            };
            watch::refused(state, &written.write, problem.kind);
            note(state, problem);
            say(state, words)
        }
    }
}

fn renew(state: &mut State) -> Vec<Effect> {
    state.signed_out = None;
    state.polls.forget_all();
    vec![Effect::RenewCredentials]
}

fn note(state: &mut State, problem: crate::model::ApiProblem) {
    state.unseen_errors += 1;
    state.scope.note_error(problem);
}

fn say(state: &mut State, words: String) -> Vec<Effect> {
    state.notice = Some((words, state.scope.now));
    Vec::new()
}

#[cfg(test)]
mod tests;
