//! The review of a deploy, and the one way from it to a write.

use quarterdeck::effect::{Effect, Request, Write};
use quarterdeck::event::Facts;
use quarterdeck::model::ProblemKind;
use quarterdeck::screens::{Screen, review};
use serde_json::{Value, json};

use crate::scene::{self, World};
use crate::stage::Stage;

fn image(revision: u32) -> String {
    format!("{}:{}", scene::REPOSITORY, scene::tag(revision))
}

fn preflight(revision: u32) -> Request {
    Request::Preflight { service: scene::id(), image: image(revision) }
}

fn stage(revision: u32) -> Stage {
    let mut stage = Stage::open(|_| Screen::Review(review::Review::new(scene::id(), image(revision))));
    stage.serve(scene::service(2, None));
    stage.define(&[2]);
    stage.run(vec![scene::task("aaaa1111", 2, "RUNNING"), scene::task("bbbb2222", 2, "RUNNING")]);
    stage.pushed((1..=4).map(scene::image).collect());
    stage
}

pub(crate) fn checked(revision: u32) -> Stage {
    let mut stage = stage(revision);
    stage.answer(preflight(revision), Facts::Preflight(scene::passed()));
    stage
}

fn writes(effects: &[Effect]) -> Vec<&Write> {
    effects.iter().filter_map(|e| if let Effect::Write(write) = e { Some(write) } else { None }).collect()
}

#[test]
fn every_state_of_the_facts() {
    let loading = Stage::open(|_| Screen::Review(review::Review::new(scene::id(), image(3))));
    insta::assert_snapshot!("review_loading", loading.text());
    insta::assert_snapshot!("review_checking", stage(3).text());
    insta::assert_snapshot!("review_live", checked(3).text());
    insta::assert_snapshot!("review_live_wide", checked(3).sized(160, 45).text());
    let mut denied = stage(3);
    denied.fail(preflight(3), ProblemKind::Denied, "AccessDeniedException", "not authorized: ecr:DescribeImages");
    insta::assert_snapshot!("review_denied", denied.text());
}

#[test]
fn someone_elses_deployment_is_shown_with_who_began_it() {
    let mut stage = checked(4);
    stage.serve(scene::service(3, Some(3)));
    stage.define(&[3]);
    stage.deployed(vec![scene::going("SCALE_UP")]);
    insta::assert_snapshot!("review_concurrent", stage.text());
    stage.press("D");
    insta::assert_snapshot!("dialog_deploy_concurrent", stage.text());
}

#[test]
fn the_same_image_again_is_a_restart() {
    let mut stage = checked(2);
    insta::assert_snapshot!("review_same_image", stage.text());
    stage.press("D");
    assert!(stage.text().contains("Restart predictor"));
}

#[test]
fn nothing_is_asked_before_the_checks_have_come() {
    let mut stage = stage(3);
    stage.press("D");
    assert!(stage.state.overlay.is_none());
    assert!(stage.text().contains("still running"));
}

#[test]
fn enter_enter_never_writes_and_each_step_can_be_left() {
    let mut stage = checked(3);
    stage.press("<enter><enter>");
    assert_eq!(writes(&stage.effects), Vec::<&Write>::new());
    stage.press("<enter><esc><enter><tab><esc><enter><tab><tab><enter>");
    assert_eq!(writes(&stage.effects), Vec::<&Write>::new());
    assert!(stage.state.overlay.is_none());
}

/// The whole definition of revision 2 as AWS takes it, with the image of revision 3.
fn expected() -> Value {
    json!({
        "family": "predictor", "cpu": "256", "memory": "1024",
        "containerDefinitions": [{
            "name": "predictor", "image": image(3), "essential": true,
            "logConfiguration": {"logDriver": "awslogs", "options": {
                "awslogs-group": "/ecs/predictor", "awslogs-stream-prefix": "ecs"}},
        }],
    })
}

#[test]
fn the_full_path_gives_exactly_one_write_that_changes_the_image_alone() {
    let mut stage = checked(3);
    stage.press("D<tab><enter>");
    let write =
        Write::Deploy { service: scene::id(), definition: expected(), from: scene::definition_arn(2), tasks: None };
    assert_eq!(writes(&stage.effects), [&write]);
    stage.press("D<tab><enter>");
    assert_eq!(writes(&stage.effects).len(), 1, "one write at a time");
    assert!(stage.text().contains("still under way"));
}
