//! Tables and properties of watched deployments.

use super::*;
use crate::event::{Event, Facts, Outcome, Reply, Written};
use crate::model::rollout::DeploymentHistory;
use crate::model::{ApiProblem, Deployment, DeploymentStatus, ProblemKind, Service, ServiceDeployment, Timestamp};
use crate::screens::service::ServiceScreen;
use crate::update::update;

const NOW: Timestamp = Timestamp(1_000_000_000);

fn id() -> ServiceId {
    ServiceId::new("c", "api")
}

fn start() -> State {
    let mut state = State::new(Scope::default(), Screen::Service(ServiceScreen::new(id())));
    update(&mut state, Event::Ticked(NOW));
    serve(&mut state, None);
    state
}

fn reply(state: &mut State, request: Request, facts: Facts) -> Vec<Effect> {
    let at = state.scope.now;
    update(state, Event::Reply(Box::new(Reply { request, at, outcome: Outcome::Done { facts, partial: None } })))
}

fn serve(state: &mut State, deployment: Option<&str>) -> Vec<Effect> {
    let service = Service { id: id(), current_deployment: deployment.map(str::to_owned), ..Service::default() };
    let request = Request::ServiceRows { cluster: "c".into(), names: vec!["api".into()] };
    reply(state, request, Facts::Services(vec![service]))
}

fn history(state: &mut State, deployments: &[(&str, &str)]) -> Vec<Effect> {
    let deployment = |(arn, status): &(&str, &str)| ServiceDeployment {
        arn: (*arn).into(),
        status: DeploymentStatus::parse(status),
        created_at: Some(NOW),
        ..ServiceDeployment::default()
    };
    let deployments = deployments.iter().map(deployment).collect();
    reply(state, Request::Deployments(id()), Facts::Deployments(DeploymentHistory { deployments, revisions: vec![] }))
}

fn fail(state: &mut State, write: Write, kind: ProblemKind) {
    let result = Err(ApiProblem { kind, ..ApiProblem::default() });
    update(state, Event::Written(Box::new(Written { write, at: NOW, result })));
}

/// A history of one deployment, made so many milliseconds after the beginning.
fn made(state: &mut State, arn: &str, status: &str, after: i64) {
    let deployment = ServiceDeployment {
        arn: arn.into(),
        status: DeploymentStatus::parse(status),
        created_at: Some(NOW.plus(after)),
        ..ServiceDeployment::default()
    };
    let history = DeploymentHistory { deployments: vec![deployment], revisions: vec![] };
    reply(state, Request::Deployments(id()), Facts::Deployments(history));
}

fn deny_history(state: &mut State) {
    let problem = ApiProblem { kind: ProblemKind::Denied, ..ApiProblem::default() };
    let (request, at) = (Request::Deployments(id()), state.scope.now);
    update(state, Event::Reply(Box::new(Reply { request, at, outcome: Outcome::Failed(problem) })));
}

fn serve_state(state: &mut State, deployment: Option<&str>, rollout: &str) {
    let primary =
        Deployment { status: "PRIMARY".into(), rollout_state: Some(rollout.to_owned()), ..Deployment::default() };
    let current_deployment = deployment.map(str::to_owned);
    let service = Service { id: id(), current_deployment, deployments: vec![primary], ..Service::default() };
    let request = Request::ServiceRows { cluster: "c".into(), names: vec!["api".into()] };
    reply(state, request, Facts::Services(vec![service]));
}

fn notice(state: &State) -> &str {
    state.notice.as_ref().map_or("", |(words, _)| words)
}

fn restart(state: &mut State) -> Write {
    let write = Write::Restart { service: id() };
    asked(state, &write);
    write
}

#[test]
fn our_deployment_is_followed_to_its_verdict_from_any_screen() {
    let mut state = start();
    history(&mut state, &[("d1", "SUCCESSFUL")]);
    let write = restart(&mut state);
    // The old deployment is not taken for the new one.
    history(&mut state, &[("d1", "SUCCESSFUL")]);
    assert_eq!(state.scope.watched[&id()].ended, None);
    update(&mut state, Event::Written(Box::new(Written { write, at: NOW, result: Ok("begun".into()) })));
    assert!(matches!(state.screen(), Screen::Rollout(_)));
    history(&mut state, &[("d2", "IN_PROGRESS"), ("d1", "SUCCESSFUL")]);
    assert!(state.scope.watched[&id()].ours);
    history(&mut state, &[("d2", "ROLLBACK_SUCCESSFUL"), ("d1", "SUCCESSFUL")]);
    assert!(notice(&state).contains("api: ROLLED BACK"), "{}", notice(&state));
    assert!(wants(&state.scope).is_empty());
}

#[test]
fn the_bell_rings_only_where_it_is_wanted() {
    for bell in [false, true] {
        let mut state = start();
        std::sync::Arc::make_mut(&mut state.scope.config).bell = bell;
        history(&mut state, &[]);
        restart(&mut state);
        let effects = history(&mut state, &[("d2", "SUCCESSFUL")]);
        assert_eq!(effects.contains(&Effect::Bell), bell);
        assert!(notice(&state).contains("SUCCESSFUL"));
    }
}

#[test]
fn a_write_that_was_refused_leaves_nothing_to_watch_and_one_without_an_answer_does() {
    for (kind, watched) in [
        (ProblemKind::Denied, false),
        (ProblemKind::Conflict, false),
        (ProblemKind::Throttled, false),
        (ProblemKind::Timeout, true),
        (ProblemKind::Unreachable, true),
        (ProblemKind::Service, true),
    ] {
        let mut state = start();
        let write = restart(&mut state);
        fail(&mut state, write, kind);
        assert_eq!(!state.scope.watched.is_empty(), watched, "{kind:?}");
    }
}

#[test]
fn a_failed_change_that_begins_no_deployment_drops_no_watch() {
    let mut state = start();
    restart(&mut state);
    fail(&mut state, Write::Scale { service: id(), from: 1, to: 2 }, ProblemKind::Denied);
    let stop = Write::StopTask { service: id(), task: "t".into(), reason: String::new() };
    fail(&mut state, stop, ProblemKind::Denied);
    assert!(state.scope.watched.contains_key(&id()));
}

#[test]
fn what_a_stranger_begins_on_the_service_in_view_is_told_once() {
    let mut state = start();
    serve(&mut state, Some("d7"));
    assert!(notice(&state).contains("not begun here"), "{}", notice(&state));
    assert!(!state.scope.watched[&id()].ours);
    state.notice = None;
    serve(&mut state, Some("d7"));
    assert_eq!(state.notice, None);
    history(&mut state, &[("d7", "SUCCESSFUL")]);
    assert!(notice(&state).contains("api: SUCCESSFUL"));
    // It has ended; what DescribeServices said before must not begin it again.
    state.notice = None;
    update(&mut state, Event::Ticked(NOW.plus(1_000)));
    assert_eq!(state.notice, None);
}

#[test]
fn a_write_that_begins_no_deployment_is_not_waited_for_for_ever() {
    let mut state = start();
    history(&mut state, &[("d1", "SUCCESSFUL")]);
    restart(&mut state);
    update(&mut state, Event::Ticked(NOW.plus(PATIENCE + 1)));
    assert!(state.scope.watched.is_empty());
}

#[test]
fn a_newer_deployment_of_someone_else_does_not_pass_for_ours() {
    let mut state = start();
    history(&mut state, &[]);
    restart(&mut state);
    history(&mut state, &[("d2", "IN_PROGRESS")]);
    history(&mut state, &[("d3", "IN_PROGRESS"), ("d2", "STOPPED")]);
    assert!(notice(&state).contains("api: STOPPED") && notice(&state).contains("not begun here"), "{}", notice(&state));
}

#[test]
fn a_deployment_that_was_there_before_the_wish_is_never_ours() {
    // The history is older than what someone else has begun since.
    let mut state = start();
    made(&mut state, "d1", "SUCCESSFUL", -9_000_000);
    restart(&mut state);
    made(&mut state, "theirs", "SUCCESSFUL", -SKEW - 1);
    assert_eq!(state.scope.watched[&id()].deployment, None, "older than the wish");
    // No history at all; the service told of theirs.
    let mut state = start();
    serve(&mut state, Some("theirs"));
    restart(&mut state);
    made(&mut state, "theirs", "SUCCESSFUL", -10_000);
    assert_eq!(state.scope.watched[&id()].deployment, None, "known before");
    made(&mut state, "mine", "IN_PROGRESS", 1_000);
    assert_eq!(state.scope.watched[&id()].deployment.as_deref(), Some("mine"));
}

#[test]
fn nothing_is_taken_for_ours_while_our_write_is_under_way() {
    let mut state = start();
    let write = restart(&mut state);
    state.scope.writing = Some(write.clone());
    made(&mut state, "theirs", "IN_PROGRESS", 0);
    assert_eq!(state.scope.watched[&id()].deployment, None);
}

#[test]
fn without_the_history_the_service_tells_the_end() {
    for (rollout, word) in [("COMPLETED", "ENDED"), ("FAILED", "FAILED")] {
        let mut state = start();
        deny_history(&mut state);
        restart(&mut state);
        serve_state(&mut state, Some("d2"), "IN_PROGRESS");
        assert_eq!(state.scope.watched[&id()].deployment.as_deref(), Some("d2"));
        assert_eq!(state.scope.watched[&id()].ended, None);
        serve_state(&mut state, None, rollout);
        assert_eq!(state.scope.watched[&id()].word.map(|(word, _)| word), Some(word));
        assert!(notice(&state).contains("cannot be read"), "{}", notice(&state));
        assert!(wants(&state.scope).is_empty());
    }
}

#[test]
fn the_watch_of_a_deleted_service_ends() {
    let mut state = start();
    serve(&mut state, Some("d7"));
    assert_eq!(state.scope.watched[&id()].ended, None);
    let request = Request::ServiceRows { cluster: "c".into(), names: vec!["api".into()] };
    reply(&mut state, request, Facts::Services(Vec::new()));
    assert!(notice(&state).contains("api: DELETED"), "{}", notice(&state));
    assert!(wants(&state.scope).is_empty());
}

#[test]
fn the_rollout_opens_only_where_it_was_asked_for() {
    let begun = |write| Event::Written(Box::new(Written { write, at: NOW, result: Ok("began d2".into()) }));
    let mut state = start();
    let write = restart(&mut state);
    crate::update::obey(&mut state, "errors").unwrap();
    update(&mut state, begun(write));
    assert!(matches!(state.screen(), Screen::Errors(_)));
    assert!(notice(&state).contains("api: began d2"), "{}", notice(&state));
    let mut state = start();
    let write = restart(&mut state);
    state.overlay = Some(crate::state::Overlay::Help(0));
    update(&mut state, begun(write));
    assert!(matches!(state.screen(), Screen::Service(_)));
}
