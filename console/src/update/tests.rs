//! Tables and properties of `update`.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::*;
use crate::effect::Request;
use crate::model::{ApiProblem, Cluster};
use crate::screens::{Screen, clusters};
use crate::state::{Overlay, Scope};

fn start() -> State {
    let mut state = State::new(Scope::default(), Screen::Clusters(clusters::Clusters::default()));
    update(&mut state, Event::Ticked(Timestamp(1_000_000)));
    state
}

fn press(state: &mut State, keys: &str) -> Vec<Effect> {
    let mut effects = Vec::new();
    for c in keys.chars() {
        let code = match c {
            '\n' => KeyCode::Enter,
            '\u{1b}' => KeyCode::Esc,
            '\t' => KeyCode::Tab,
            c => KeyCode::Char(c),
        };
        effects.extend(update(state, Event::Key(KeyEvent::new(code, KeyModifiers::NONE))));
    }
    effects
}

fn reply(request: Request, outcome: Outcome) -> Event {
    Event::Reply(Box::new(Reply { request, at: Timestamp(1_000_500), outcome }))
}

fn clusters(names: &[&str]) -> Event {
    let list = names.iter().map(|n| Cluster { name: (*n).into(), arn: format!("arn/{n}"), ..Cluster::default() });
    let facts = crate::event::Facts::Clusters(list.collect());
    reply(Request::Clusters, Outcome::Done { facts, partial: None })
}

#[test]
fn the_first_tick_asks_for_what_the_screen_shows() {
    let mut state = State::new(Scope::default(), Screen::Clusters(clusters::Clusters::default()));
    let effects = update(&mut state, Event::Ticked(Timestamp(1)));
    assert!(effects.contains(&Effect::Load(Request::Clusters)), "{effects:?}");
}

#[test]
fn bad_credentials_stop_all_polling_at_once_and_login_starts_it_again() {
    let mut state = start();
    let problem = ApiProblem { kind: ProblemKind::Credentials, ..ApiProblem::default() };
    update(&mut state, reply(Request::Clusters, Outcome::Failed(problem)));
    assert_eq!(update(&mut state, Event::Ticked(Timestamp(9_000_000))), []);
    let effects = press(&mut state, ":login\n");
    assert_eq!(effects.first(), Some(&Effect::RenewCredentials));
    assert!(effects.contains(&Effect::Load(Request::Clusters)));
}

#[test]
fn a_changed_credentials_file_starts_polling_again() {
    let mut state = start();
    let problem = ApiProblem { kind: ProblemKind::Credentials, ..ApiProblem::default() };
    update(&mut state, reply(Request::Clusters, Outcome::Failed(problem)));
    assert!(update(&mut state, Event::CredentialsChanged).contains(&Effect::Load(Request::Clusters)));
}

#[test]
fn the_selection_stays_with_its_cluster_when_others_come() {
    let mut state = start();
    update(&mut state, clusters(&["b", "c"]));
    press(&mut state, "j");
    update(&mut state, clusters(&["a", "b", "c"]));
    press(&mut state, "\n");
    assert_eq!(state.screen().room().cluster(&state.scope).as_deref(), Some("c"));
}

#[test]
fn esc_clears_then_goes_back_and_never_quits() {
    let mut state = start();
    update(&mut state, clusters(&["b", "c"]));
    press(&mut state, "/c\n");
    press(&mut state, "\n");
    assert_eq!(state.at, 1);
    press(&mut state, "\u{1b}");
    assert_eq!(state.at, 0);
    press(&mut state, "\u{1b}");
    press(&mut state, "\u{1b}");
    assert!(!state.quitting && state.overlay.is_none());
    press(&mut state, "q");
    assert_eq!(state.overlay, Some(Overlay::Quit));
    assert!(press(&mut state, "q").contains(&Effect::Quit));
}

#[test]
fn an_unknown_command_is_told_inline_and_can_be_mended() {
    let mut state = start();
    press(&mut state, ":nope\n");
    let Some(Overlay::Prompt(prompt)) = &state.overlay else { panic!("prompt closed") };
    assert!(prompt.objection.is_some());
    press(&mut state, "\u{1b}:errors\n");
    assert!(matches!(state.screen(), Screen::Errors(_)));
}

#[test]
fn history_goes_back_and_forth_and_a_new_screen_cuts_the_rest() {
    let mut state = start();
    press(&mut state, ":errors\n:audit\n[[");
    assert_eq!(state.at, 0);
    press(&mut state, "]");
    assert!(matches!(state.screen(), Screen::Errors(_)));
    press(&mut state, ":clusters\n]");
    assert!(matches!(state.screen(), Screen::Clusters(_)));
    assert_eq!(state.screens.len(), 3);
}

#[test]
fn errors_are_kept_and_counted_until_they_are_looked_at() {
    let mut state = start();
    update(&mut state, reply(Request::Alarms, Outcome::Failed(ApiProblem::default())));
    assert_eq!((state.unseen_errors, state.scope.errors.len()), (1, 1));
    press(&mut state, "!");
    assert_eq!((state.unseen_errors, state.scope.errors.len()), (0, 1));
}

#[test]
fn the_other_screen_stays_the_other_one_in_a_full_history() {
    let mut state = start();
    for _ in 0..60 {
        press(&mut state, ":errors\n:audit\n");
    }
    press(&mut state, "-");
    assert!(matches!(state.screen(), Screen::Errors(_)));
    press(&mut state, "-");
    assert!(matches!(state.screen(), Screen::Audit(_)));
}

#[test]
fn commands_that_change_a_service_ask_from_any_of_its_screens() {
    use crate::model::{Service, ServiceId};
    use crate::screens::{logs, metrics, rollout};
    let id = || ServiceId::new("c", "api");
    for command in [":restart\n", ":scale\n", ":rollback\n"] {
        let screens = [
            Screen::Rollout(rollout::Rollout::new(id())),
            Screen::Metrics(metrics::Metrics::of_service(id())),
            Screen::Logs(logs::Logs::of_service(id(), None)),
        ];
        for screen in screens {
            let mut state = State::new(Scope::default(), screen);
            press(&mut state, command);
            let notice = state.notice.take().map(|(words, _)| words).unwrap_or_default();
            assert!(notice.contains("not been read yet"), "{command}: {notice}");
            let service = Service { id: id(), current_deployment: Some("d1".into()), ..Service::default() };
            let held = state.scope.facts.services.entry("c".into()).or_default();
            held.succeed([("api".to_owned(), service)].into(), Timestamp(0));
            press(&mut state, command);
            assert!(matches!(state.overlay, Some(Overlay::Dialog(_))), "{command}");
        }
    }
}
