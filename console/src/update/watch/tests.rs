use super::*;
use crate::event::{Event, Facts, Outcome, Reply, Written};
use crate::model::rollout::DeploymentHistory;
use crate::model::{ApiProblem, DeploymentStatus, Service, Timestamp};
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
fn a_write_that_failed_leaves_nothing_to_watch() {
    let mut state = start();
    let write = restart(&mut state);
    let result = Err(ApiProblem::default());
    update(&mut state, Event::Written(Box::new(Written { write, at: NOW, result })));
    assert!(state.scope.watched.is_empty());
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
