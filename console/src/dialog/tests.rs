//! Tables and properties of dialogs.

use crossterm::event::{KeyCode, KeyModifiers};

use super::*;

fn service() -> Service {
    Service { id: ServiceId::new("c", "api"), task_definition: "td/api:1".into(), desired: 2, ..Service::default() }
}

fn scope_with(service: &Service) -> Scope {
    let mut scope = Scope::default();
    let held = scope.facts.services.entry("c".into()).or_default();
    held.succeed([(service.id.service.clone(), service.clone())].into(), crate::model::Timestamp(0));
    scope
}

fn restart() -> Write {
    Write::Restart { service: ServiceId::new("c", "api") }
}

fn confirmed() -> Answer {
    Answer::Confirmed(Box::new(Effect::Write(restart())))
}

#[test]
fn enter_at_once_does_nothing() {
    let scope = scope_with(&service());
    let mut dialog = Dialog::new("Restart api", "Restart", restart(), &service(), &scope);
    assert_eq!(dialog.update(Action::Confirm, &scope), Answer::Cancelled);
}

#[test]
fn tab_then_enter_acts() {
    let scope = scope_with(&service());
    let mut dialog = Dialog::new("Restart api", "Restart", restart(), &service(), &scope);
    dialog.update(Action::FocusNext, &scope);
    assert_eq!(dialog.update(Action::Confirm, &scope), confirmed());
}

#[test]
fn a_change_since_the_question_is_told_and_asked_again() {
    let mut scope = scope_with(&service());
    let mut dialog = Dialog::new("Restart api", "Restart", restart(), &service(), &scope);
    scope = scope_with(&Service { task_definition: "td/api:2".into(), ..service() });
    dialog.focus = Focus::Act;
    assert_eq!(dialog.update(Action::Confirm, &scope), Answer::Open);
    assert!(dialog.objection.as_deref().unwrap().contains("api:2"));
    assert_eq!(dialog.focus, Focus::Cancel);
    dialog.focus = Focus::Act;
    assert_eq!(dialog.update(Action::Confirm, &scope), confirmed());
}

#[test]
fn production_wants_the_name() {
    let mut scope = scope_with(&service());
    scope.context.production = true;
    let mut dialog = Dialog::new("Restart api", "Restart", restart(), &service(), &scope);
    dialog.focus = Focus::Act;
    assert_eq!(dialog.update(Action::Confirm, &scope), Answer::Open);
    dialog.focus = Focus::Typed;
    for c in "api".chars() {
        dialog.typed(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE), &scope);
    }
    dialog.focus = Focus::Act;
    assert_eq!(dialog.update(Action::Confirm, &scope), confirmed());
}

#[test]
fn read_only_sends_nothing() {
    let mut scope = scope_with(&service());
    scope.context.read_only = true;
    let mut dialog = Dialog::new("Restart api", "Restart", restart(), &service(), &scope);
    dialog.focus = Focus::Act;
    assert_eq!(dialog.update(Action::Confirm, &scope), Answer::Open);
    assert!(dialog.objection.is_some());
}

#[test]
fn y_confirms_only_where_configuration_says_so() {
    let mut scope = scope_with(&service());
    let y = KeyEvent::new(KeyCode::Char('y'), KeyModifiers::NONE);
    let mut dialog = Dialog::new("Restart api", "Restart", restart(), &service(), &scope);
    assert_eq!(dialog.typed(y, &scope), Answer::Open);
    std::sync::Arc::make_mut(&mut scope.config).confirm_with_y = true;
    assert_eq!(dialog.typed(y, &scope), confirmed());
}

#[test]
fn a_scale_takes_only_a_sensible_number() {
    let scope = scope_with(&service());
    let scale = Write::Scale { service: ServiceId::new("c", "api"), from: 2, to: 2 };
    for (text, accepted) in [("3", true), ("0", true), ("2", false), ("-1", false), ("x", false), ("99999", false)] {
        let mut dialog = Dialog::new("Scale api", "Scale", scale.clone(), &service(), &scope);
        dialog.number = Some(Input::new(text));
        dialog.focus = Focus::Act;
        let answer = dialog.update(Action::Confirm, &scope);
        assert_eq!(matches!(answer, Answer::Confirmed(_)), accepted, "{text}");
    }
}

#[test]
fn a_rollback_is_about_its_own_deployment_and_no_other() {
    let roll_back = Write::RollBackDeployment { service: ServiceId::new("c", "api"), deployment: "d9".into() };
    let acted = |now: Option<&str>| {
        // The history told of d9 before the service did.
        let scope = scope_with(&service());
        let mut dialog = Dialog::new("Roll back api", "Roll back", roll_back.clone(), &service(), &scope);
        let later = Service { current_deployment: now.map(str::to_owned), desired: 3, ..service() };
        dialog.focus = Focus::Act;
        dialog.update(Action::Confirm, &scope_with(&later))
    };
    let sent = Answer::Confirmed(Box::new(Effect::Write(roll_back.clone())));
    for (now, expect) in [(None, &sent), (Some("d9"), &sent), (Some("d10"), &Answer::Open)] {
        assert_eq!(acted(now), *expect, "{now:?}");
    }
}
