//! Where a key goes: the overlay, the screen that takes text, the key table.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::navigate;
use crate::action::Action;
use crate::command;
use crate::dialog::Answer;
use crate::effect::{Effect, Slot};
use crate::keymap::Place;
use crate::screens::{PromptKind, Screen, errors};
use crate::state::{Overlay, State};

/// Takes a key press.
pub(super) fn pressed(state: &mut State, press: KeyEvent) -> Vec<Effect> {
    if press.kind == KeyEventKind::Release {
        return Vec::new();
    }
    match state.overlay.take() {
        Some(Overlay::Dialog(dialog)) => in_dialog(state, dialog, press),
        Some(Overlay::Prompt(prompt)) => in_prompt(state, prompt, press),
        Some(Overlay::Help(line)) => {
            state.overlay = in_help(state, line, press);
            Vec::new()
        }
        Some(Overlay::Quit) => match press.code {
            KeyCode::Char('y' | 'q') | KeyCode::Enter => navigate::quit(state),
            _ => Vec::new(),
        },
        None => on_screen(state, press),
    }
}

/// Takes pasted text.
pub(super) fn pasted(state: &mut State, text: &str) -> Vec<Effect> {
    match &mut state.overlay {
        Some(Overlay::Prompt(prompt)) => {
            prompt.input.insert(text);
            let (kind, text) = (prompt.kind, prompt.input.text().to_owned());
            navigate::with_room(state, |room, scope| room.prompted(kind, &text, false, scope))
        }
        Some(_) => Vec::new(),
        None => navigate::with_room(state, |room, scope| room.pasted(text, scope)),
    }
}

fn on_screen(state: &mut State, press: KeyEvent) -> Vec<Effect> {
    let taken = state.screens[state.at].room_mut().typed(press, &state.scope);
    if let Some(intents) = taken {
        return navigate::carry_out(state, intents);
    }
    let places: Vec<Place> = state.screen().room().places().iter().copied().chain([Place::Everywhere]).collect();
    let Some(action) = state.scope.keymap.action(&places, press) else { return Vec::new() };
    if action.mutates() && state.scope.context.read_only {
        return super::say(state, "this context is read-only".to_owned());
    }
    everywhere(state, action)
}

fn everywhere(state: &mut State, action: Action) -> Vec<Effect> {
    match action {
        Action::Help => state.overlay = Some(Overlay::Help(0)),
        Action::CommandLine => return navigate::carry_out(state, vec![prompt(PromptKind::Command)]),
        Action::ErrorLog => {
            state.unseen_errors = 0;
            state.open(Screen::Errors(errors::Errors::default()));
        }
        Action::Refresh => state.polls.refresh(),
        Action::Redraw => return vec![Effect::Redraw],
        Action::HistoryBack => drop(state.travel(state.at.checked_sub(1))),
        Action::HistoryForward => drop(state.travel(Some(state.at + 1))),
        Action::LastView => drop(state.travel(Some(state.last))),
        Action::ToggleHeader => state.scope.header_hidden = !state.scope.header_hidden,
        Action::Fullscreen => state.scope.fullscreen = !state.scope.fullscreen,
        Action::Back => return back(state, false),
        Action::Leave => return back(state, true),
        Action::Quit => return quit(state),
        other => return navigate::with_room(state, |room, scope| room.update(other, scope)),
    }
    Vec::new()
}

fn prompt(kind: PromptKind) -> crate::screens::Intent {
    crate::screens::Intent::Prompt(kind, String::new())
}

/// Esc clears first and never quits; `q` leaves, and at the first screen asks to quit.
fn back(state: &mut State, leaves: bool) -> Vec<Effect> {
    if !leaves && state.screens[state.at].room_mut().clear() {
        return Vec::new();
    }
    if !state.travel(state.at.checked_sub(1)) && leaves {
        state.overlay = Some(Overlay::Quit);
    }
    Vec::new()
}

/// ctrl-c ends a running prediction first.
fn quit(state: &mut State) -> Vec<Effect> {
    if let Screen::Predict(predict) = state.screen()
        && predict.is_sending()
    {
        let mut effects = vec![Effect::Abort(Slot::Predict)];
        effects.extend(navigate::with_room(state, |room, scope| room.update(Action::Cancel, scope)));
        return effects;
    }
    if let Screen::Batch(batch) = state.screen()
        && batch.is_running()
    {
        return navigate::with_room(state, |room, scope| room.update(Action::Cancel, scope));
    }
    navigate::quit(state)
}

fn in_dialog(state: &mut State, mut dialog: Box<crate::dialog::Dialog>, press: KeyEvent) -> Vec<Effect> {
    let ctrl_c = press.code == KeyCode::Char('c') && press.modifiers.contains(KeyModifiers::CONTROL);
    let typing = matches!(dialog.focus, crate::dialog::Focus::Number | crate::dialog::Focus::Typed)
        && matches!(press.code, KeyCode::Char(_) | KeyCode::Backspace | KeyCode::Left | KeyCode::Right);
    let action = if typing { None } else { state.scope.keymap.action(&[Place::Dialog], press) };
    let answer = match action {
        _ if ctrl_c => Answer::Cancelled,
        Some(action) => dialog.update(action, &state.scope),
        None => dialog.typed(press, &state.scope),
    };
    match answer {
        Answer::Open => state.overlay = Some(Overlay::Dialog(dialog)),
        Answer::Cancelled => {}
        Answer::Confirmed(_) if state.scope.writing.is_some() => {
            dialog.objection = Some("Another change is still under way; wait for it.".to_owned());
            state.overlay = Some(Overlay::Dialog(dialog));
        }
        Answer::Confirmed(effect) => {
            if let Effect::Write(write) = effect.as_ref() {
                state.scope.writing = Some(write.clone());
                super::watch::asked(state, write);
            }
            return vec![*effect];
        }
    }
    Vec::new()
}

fn in_prompt(state: &mut State, mut prompt: crate::state::Prompt, press: KeyEvent) -> Vec<Effect> {
    let control = press.modifiers.contains(KeyModifiers::CONTROL);
    match press.code {
        KeyCode::Esc => return tell(state, prompt.kind, &prompt.before, true),
        KeyCode::Char('c') if control => return tell(state, prompt.kind, &prompt.before, true),
        KeyCode::Enter => return enter(state, prompt),
        KeyCode::Tab if prompt.kind == PromptKind::Command => complete(state, &mut prompt),
        KeyCode::Up if prompt.kind == PromptKind::Command => recall(state, &mut prompt, true),
        KeyCode::Down if prompt.kind == PromptKind::Command => recall(state, &mut prompt, false),
        KeyCode::Tab => {
            let offer = state.screen().room().completion(prompt.kind, prompt.input.text());
            offer.into_iter().for_each(|offer| prompt.input = crate::input::Input::new(offer));
        }
        KeyCode::Backspace if prompt.input.text().is_empty() => return Vec::new(),
        _ => {
            prompt.objection = None;
            prompt.input.typed(press);
        }
    }
    let (kind, text) = (prompt.kind, prompt.input.text().to_owned());
    state.overlay = Some(Overlay::Prompt(prompt));
    tell(state, kind, &text, false)
}

fn tell(state: &mut State, kind: PromptKind, text: &str, done: bool) -> Vec<Effect> {
    if kind == PromptKind::Command {
        return Vec::new();
    }
    navigate::with_room(state, |room, scope| room.prompted(kind, text, done, scope))
}

fn enter(state: &mut State, mut prompt: crate::state::Prompt) -> Vec<Effect> {
    let text = prompt.input.text().trim().to_owned();
    if prompt.kind != PromptKind::Command {
        return tell(state, prompt.kind, &text, true);
    }
    if text.is_empty() {
        return Vec::new();
    }
    state.command_history.retain(|line| *line != text);
    state.command_history.push(text.clone());
    match command::parse(&text).and_then(|command| navigate::command(state, command)) {
        Ok(effects) => effects,
        Err(objection) => {
            prompt.objection = Some(objection);
            state.overlay = Some(Overlay::Prompt(prompt));
            Vec::new()
        }
    }
}

fn complete(state: &State, prompt: &mut crate::state::Prompt) {
    let cluster = state.screen().room().cluster(&state.scope);
    let line = prompt.input.text().to_owned();
    let offers = command::completions(&line, &state.scope, cluster.as_deref());
    let next = offers.iter().position(|offer| *offer == line).map_or(0, |at| at + 1);
    if let Some(offer) = offers.get(next).or_else(|| offers.first()) {
        prompt.input = crate::input::Input::new(offer.clone());
    }
}

fn recall(state: &State, prompt: &mut crate::state::Prompt, older: bool) {
    let lines = &state.command_history;
    let at = prompt.recalled.unwrap_or(lines.len());
    let at = if older { at.checked_sub(1) } else { Some(at + 1).filter(|at| *at <= lines.len()) };
    if let Some(at) = at {
        prompt.recalled = Some(at);
        prompt.input = crate::input::Input::new(lines.get(at).cloned().unwrap_or_default());
    }
}

fn in_help(state: &State, line: u16, press: KeyEvent) -> Option<Overlay> {
    let page = u16::try_from(state.scope.body_rows()).unwrap_or(1);
    match press.code {
        KeyCode::Char('j') | KeyCode::Down => Some(Overlay::Help(line.saturating_add(1))),
        KeyCode::Char('k') | KeyCode::Up => Some(Overlay::Help(line.saturating_sub(1))),
        KeyCode::PageDown | KeyCode::Char(' ' | 'd' | 'f') => Some(Overlay::Help(line.saturating_add(page / 2))),
        KeyCode::PageUp | KeyCode::Char('u' | 'b') => Some(Overlay::Help(line.saturating_sub(page / 2))),
        KeyCode::Char('g') | KeyCode::Home => Some(Overlay::Help(0)),
        _ => None,
    }
}
