//! One task: running, waiting, stopped with the reason in words, and not known.

use quarterdeck::effect::{Effect, Request};
use quarterdeck::event::Facts;
use quarterdeck::model::ProblemKind;
use quarterdeck::screens::{Screen, task};
use quarterdeck::state::Overlay;

use crate::night::{self, id};
use crate::stage::Stage;

fn stage(task: &str) -> Stage {
    let task = task.repeat(4);
    Stage::open(move |_| Screen::Task(task::TaskScreen::new(id(), task)))
}

fn night(task: &str) -> Stage {
    let mut stage = stage(task);
    night::tell_the_rest(&mut stage);
    stage
}

#[test]
fn every_state_of_the_facts() {
    insta::assert_snapshot!("task_loading", stage("b2b2b2b2").text());
    insta::assert_snapshot!("task_running", night("b2b2b2b2").text());
    insta::assert_snapshot!("task_crashed", night("a1a1a1a1").text());
    insta::assert_snapshot!("task_killed_tall", night("c3c3c3c3").sized(120, 70).text());
    insta::assert_snapshot!("task_pulling", night("d4d4d4d4").text());
    insta::assert_snapshot!("task_empty", night("ffffffff").text());
    let mut stale = night("b2b2b2b2");
    stale.tick(42_000);
    insta::assert_snapshot!("task_stale", stale.text());
    let mut denied = stage("b2b2b2b2");
    let message = "User: x is not authorized to perform: ecs:DescribeTasks";
    denied.fail(Request::Tasks(id()), ProblemKind::Denied, "AccessDeniedException", message);
    insta::assert_snapshot!("task_denied", denied.text());
    let mut throttled = night("b2b2b2b2");
    throttled.fail(Request::Tasks(id()), ProblemKind::Throttled, "ThrottlingException", "Rate exceeded");
    insta::assert_snapshot!("task_throttled", throttled.text());
    let mut failed = stage("b2b2b2b2");
    failed.fail(Request::Tasks(id()), ProblemKind::Unreachable, "", "connection refused");
    insta::assert_snapshot!("task_failed", failed.text());
}

#[test]
fn keys_go_where_they_and_the_explanation_say() {
    for (keys, crumb) in [
        ("l", "logs"),
        ("d", "describe task"),
        ("y", "json task"),
        ("m", "metrics"),
        ("i", "images"),
        ("e", "predictor"),
        ("P", "task"),
    ] {
        let mut stage = night("a1a1a1a1");
        stage.press(keys);
        let crumb_now = stage.state.screen().room().crumb();
        assert!(crumb_now.contains(crumb), "{keys}: {crumb_now}");
    }
    assert!(
        night("a1a1a1a1")
            .press("C")
            .iter()
            .any(|effect| matches!(effect, Effect::Copy(arn) if arn.contains("task/local/a1a1")))
    );
}

#[test]
fn raw_json_hides_secrets() {
    let mut stage = night("b2b2b2b2");
    stage.press("y");
    assert!(stage.text().contains("DB_PASSWORD") && !stage.text().contains("hunter2"), "{}", stage.text());
}

#[test]
fn stopping_asks_first_and_a_stopped_task_is_left_alone() {
    let mut stage = night("b2b2b2b2");
    assert!(stage.press("S").is_empty());
    assert!(matches!(stage.state.overlay, Some(Overlay::Dialog(_))), "{}", stage.text());
    let mut stopped = night("a1a1a1a1");
    stopped.press("S");
    assert_eq!(stopped.state.overlay, None);
}

#[test]
fn a_task_that_ecs_forgot_stays_while_the_record_has_it() {
    let mut stage = night("a1a1a1a1");
    stage.answer(Request::Tasks(id()), Facts::Tasks(vec![night::crashed("a1a1a1a1", 3, 1, 9_000)]));
    assert!(stage.text().contains("Why it stopped"));
}

#[test]
fn a_task_of_another_controller_is_not_offered_to_be_stopped() {
    let mut stage = night("b2b2b2b2").sized(160, 45);
    assert!(stage.text().contains("> stop task"), "{}", stage.text());
    let mut service = crate::stage::predictor();
    service.controller = "EXTERNAL".into();
    let rows = Request::ServiceRows { cluster: "local".into(), names: vec!["predictor".into()] };
    stage.answer(rows, Facts::Services(vec![service]));
    assert!(!stage.text().contains("> stop task"), "{}", stage.text());
}
