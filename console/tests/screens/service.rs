//! One service: its four tabs in each state of the facts, what they ask for, what their keys do.

use quarterdeck::effect::{Effect, Request};
use quarterdeck::event::Facts;
use quarterdeck::model::{ProblemKind, ServiceEvent};
use quarterdeck::screens::{Screen, service};
use quarterdeck::state::Overlay;

use crate::night::{self, id};
use crate::stage::{Stage, predictor};

fn stage() -> Stage {
    Stage::open(|_| Screen::Service(service::ServiceScreen::new(id())))
}

fn rows() -> Request {
    Request::ServiceRows { cluster: "local".into(), names: vec!["predictor".into()] }
}

pub(crate) fn night() -> Stage {
    let mut stage = stage();
    night::tell_the_rest(&mut stage);
    stage
}

fn calm() -> Stage {
    let mut stage = stage();
    stage.answer(rows(), Facts::Services(vec![predictor()]));
    stage
}

#[test]
fn tasks_in_every_state() {
    insta::assert_snapshot!("service_loading", stage().text());
    let mut empty = calm();
    empty.answer(Request::Tasks(id()), Facts::Tasks(Vec::new()));
    insta::assert_snapshot!("service_tasks_empty", empty.text());
    insta::assert_snapshot!("service_tasks_live", night().text());
    insta::assert_snapshot!("service_tasks_live_wide", night().sized(160, 45).text());
    let mut stopped = night();
    stopped.press("xxj");
    insta::assert_snapshot!("service_tasks_stopped", stopped.text());
    let mut stale = night();
    stale.tick(42_000);
    insta::assert_snapshot!("service_tasks_stale", stale.text());
    let mut denied = calm();
    let message = "User: x is not authorized to perform: ecs:ListTasks on resource: *";
    denied.fail(Request::Tasks(id()), ProblemKind::Denied, "AccessDeniedException", message);
    insta::assert_snapshot!("service_tasks_denied", denied.text());
    let mut throttled = night();
    throttled.fail(Request::Tasks(id()), ProblemKind::Throttled, "ThrottlingException", "Rate exceeded");
    insta::assert_snapshot!("service_tasks_throttled", throttled.text());
    let mut failed = stage();
    failed.fail(rows(), ProblemKind::Unreachable, "", "connection refused");
    failed.fail(Request::Tasks(id()), ProblemKind::Unreachable, "", "connection refused");
    insta::assert_snapshot!("service_tasks_failed", failed.text());
    let mut huge = calm();
    let many = (0..1_000).map(|n| night::running(&format!("{n:08x}"), 2 - n % 2)).collect();
    huge.answer(Request::Tasks(id()), Facts::Tasks(many));
    huge.press("G");
    insta::assert_snapshot!("service_tasks_huge", huge.text());
}

#[test]
fn deployments_tell_their_verdicts() {
    let mut stage = night();
    stage.press("2");
    insta::assert_snapshot!("service_deployments_live", stage.text());
    stage.press("j");
    insta::assert_snapshot!("service_deployments_rolled_back", stage.text());
    insta::assert_snapshot!("service_deployments_wide", stage.sized(160, 45).text());
    let mut denied = calm();
    denied.press("2");
    let message = "User: x is not authorized to perform: ecs:ListServiceDeployments";
    denied.fail(Request::Deployments(id()), ProblemKind::Denied, "AccessDeniedException", message);
    insta::assert_snapshot!("service_deployments_denied", denied.text());
    let mut empty = calm();
    empty.press("2");
    empty.answer(Request::Deployments(id()), Facts::Deployments(Default::default()));
    insta::assert_snapshot!("service_deployments_empty", empty.text());
}

#[test]
fn events_are_read_searched_and_outlive_ecs() {
    let mut stage = night();
    stage.press("3");
    insta::assert_snapshot!("service_events_live", stage.text());
    stage.press("/unhealthy<enter>");
    insta::assert_snapshot!("service_events_filtered", stage.text());
    stage.press("<esc>");
    let mut later = predictor();
    let event = |n: usize| ServiceEvent {
        id: format!("later-{n}"),
        at: night::ago(0),
        message: format!("(service predictor) registered {n} targets in (target-group x)"),
    };
    later.events = (0..100).map(event).collect();
    stage.answer(rows(), Facts::Services(vec![later]));
    stage.press("G");
    assert!(stage.text().contains("events [105]"), "{}", stage.text());
    assert!(stage.text().contains("has reached a steady state"), "{}", stage.text());
}

#[test]
fn configuration_hides_secrets_and_is_searched() {
    let mut stage = night();
    stage.press("4");
    insta::assert_snapshot!("service_configuration_live", stage.text());
    insta::assert_snapshot!("service_configuration_tall", night_at("4").sized(100, 90).text());
    stage.press("/password<enter>");
    insta::assert_snapshot!("service_configuration_search", stage.text());
    stage.press("<esc>y");
    let Screen::Text(_) = stage.state.screen() else { panic!("y shows the task definition") };
    let tall = stage.sized(120, 100).text();
    assert!(tall.contains("ADMIN_PASSWORD") && !tall.contains("hunter2"), "{tall}");
    let mut loading = calm();
    loading.press("4");
    insta::assert_snapshot!("service_configuration_loading", loading.text());
}

fn night_at(keys: &str) -> Stage {
    let mut stage = night();
    stage.press(keys);
    stage
}

#[test]
fn a_service_that_is_not_there_says_so() {
    let mut stage = stage();
    stage.answer(rows(), Facts::Services(Vec::new()));
    assert!(stage.text().contains("There is no service predictor in cluster local."), "{}", stage.text());
}

#[test]
fn keys_go_where_they_say() {
    for (keys, crumb) in [
        ("<enter>", "task d4d4d4d4"),
        ("l", "logs"),
        ("P", "logs"),
        ("d", "describe task"),
        ("y", "json task"),
        ("2<enter>", "rollout"),
        ("2y", "json predictor"),
        ("3<enter>", "event"),
        ("m", "metrics"),
        ("i", "images"),
        ("D", "images"),
        ("o", "rollout"),
    ] {
        let stage = night_at(keys);
        let crumbs: Vec<String> = stage.state.screens.iter().map(|screen| screen.room().crumb()).collect();
        assert_eq!(crumbs.len(), 2, "{keys}: {crumbs:?}");
        assert!(crumbs[1].contains(crumb), "{keys}: {crumbs:?}");
    }
    for (keys, tab) in
        [("<tab>", "deployments ["), ("<backtab>", "configuration "), ("e", "events ["), ("p", "deployments [")]
    {
        assert!(night_at(keys).text().contains(&format!("predictor: {tab}")), "{keys}");
    }
}

#[test]
fn stopping_a_task_asks_about_the_selected_one_and_never_about_a_stopped_one() {
    let mut stage = night();
    stage.press("jS");
    let Some(Overlay::Dialog(dialog)) = &stage.state.overlay else { panic!("{}", stage.text()) };
    assert!(format!("{dialog:?}").contains(&"b2b2b2b2".repeat(4)));
    assert!(stage.press("<enter>").iter().all(|effect| !matches!(effect, Effect::Write(_))));
    let mut stopped = night();
    stopped.press("xxS");
    assert_eq!(stopped.state.overlay, None);
    assert!(stopped.text().contains("has stopped already"));
}

#[test]
fn a_refresh_that_reorders_tasks_does_not_move_the_selection() {
    let mut stage = night();
    stage.press("j");
    let reordered = vec![night::running("b2b2b2b2", 2), night::pulling("0f0f0f0f", 3), night::pulling("d4d4d4d4", 3)];
    stage.answer(Request::Tasks(id()), Facts::Tasks(reordered));
    stage.press("C");
    let copied = stage.effects.iter().rev().find_map(|effect| match effect {
        Effect::Copy(text) => Some(text.clone()),
        _ => None,
    });
    assert!(copied.unwrap().ends_with(&"b2b2b2b2".repeat(4)));
}

#[test]
fn asks_only_for_the_tab_in_front() {
    let mut stage = calm();
    let tasks = Effect::Load(Request::Tasks(id()));
    assert!(stage.effects.contains(&tasks));
    stage.answer(Request::Tasks(id()), Facts::Tasks(Vec::new()));
    stage.press("3");
    assert!(!stage.tick(30_000).contains(&tasks));
    stage.press("1");
    assert!(stage.tick(31_000).contains(&tasks) || stage.effects.iter().filter(|e| **e == tasks).count() == 2);
}
