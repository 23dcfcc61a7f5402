//! The list of images in each state of its facts, and the way from it to a deploy.

use quarterdeck::effect::{Effect, Request};
use quarterdeck::event::Facts;
use quarterdeck::model::{Image, ProblemKind, TaskDefinition};
use quarterdeck::screens::{Screen, images};
use serde_json::json;

use crate::scene::{self, World};
use crate::stage::{NOON, Stage};

fn stage() -> Stage {
    Stage::open(|_| Screen::Images(images::Images::of_service(scene::id())))
}

/// Up to the repository: the service runs revision 2.
fn known() -> Stage {
    let mut stage = stage();
    stage.serve(scene::service(2, None));
    stage.define(&[2]);
    stage.run(vec![scene::task("aaaa1111", 2, "RUNNING"), scene::task("bbbb2222", 2, "RUNNING")]);
    stage
}

fn five() -> Vec<Image> {
    let mut images: Vec<Image> = (1..=4).map(scene::image).collect();
    images[2].findings = vec![("CRITICAL".into(), 1), ("HIGH".into(), 2), ("LOW".into(), 9)];
    images[3].scan_status = None;
    images[3].tags.push("latest".into());
    images.push(Image { digest: scene::digest(7), pushed_at: Some(NOON.plus(-90_000_000)), ..Image::default() });
    images
}

pub(crate) fn live() -> Stage {
    let mut stage = known();
    stage.pushed(five());
    stage
}

#[test]
fn every_state_of_the_facts() {
    insta::assert_snapshot!("images_loading", stage().text());
    insta::assert_snapshot!("images_live", live().text());
    insta::assert_snapshot!("images_live_wide", live().sized(160, 24).text());
    let mut empty = known();
    empty.pushed(Vec::new());
    insta::assert_snapshot!("images_empty", empty.text());
    let mut stale = live();
    stale.tick(300_000);
    insta::assert_snapshot!("images_stale", stale.text());
    let mut denied = known();
    let message = "User is not authorized to perform: ecr:DescribeImages";
    denied.fail(Request::Images(scene::repository()), ProblemKind::Denied, "AccessDeniedException", message);
    insta::assert_snapshot!("images_denied", denied.text());
    let mut throttled = live();
    throttled.fail(
        Request::Images(scene::repository()),
        ProblemKind::Throttled,
        "ThrottlingException",
        "Rate exceeded",
    );
    insta::assert_snapshot!("images_throttled", throttled.text());
    let mut failed = known();
    failed.fail(Request::Images(scene::repository()), ProblemKind::Unreachable, "", "dns error");
    insta::assert_snapshot!("images_failed", failed.text());
    let mut huge = known();
    let many =
        |n: u32| Image { digest: format!("sha256:{n:064x}"), tags: vec![format!("build-{n:05}")], ..scene::image(1) };
    huge.pushed((0..2_000).map(many).collect());
    let mut huge = huge.sized(200, 60);
    huge.press("G");
    insta::assert_snapshot!("images_huge", huge.text());
}

#[test]
fn a_registry_that_is_not_ecr_is_told_with_the_way_out() {
    let mut stage = stage();
    stage.serve(scene::service(2, None));
    let raw =
        json!({"family": "predictor", "containerDefinitions": [{"name": "web", "image": "docker.io/library/nginx:1"}]});
    let definition = TaskDefinition { arn: scene::definition_arn(2), raw: raw.into(), ..TaskDefinition::default() };
    stage.answer(Request::TaskDefinition { arn: scene::definition_arn(2) }, Facts::TaskDefinition(definition));
    insta::assert_snapshot!("images_not_ecr", stage.text());
}

#[test]
fn a_tag_pushed_again_under_running_tasks_is_told() {
    let mut stage = known();
    let mut again = scene::image(2);
    again.digest = scene::digest(8);
    let old = Image { tags: Vec::new(), ..scene::image(2) };
    stage.pushed(vec![again, old]);
    insta::assert_snapshot!("images_tag_moved", stage.text());
}

#[test]
fn untagged_images_are_hidden_until_all_is_shown() {
    let mut stage = live();
    assert!(!stage.text().contains("(untagged)"));
    stage.press("<ctrl-w>");
    assert!(stage.text().contains("(untagged)"));
}

#[test]
fn the_repository_is_asked_for_once_its_name_is_known() {
    let mut stage = stage();
    let asked = |stage: &Stage| stage.effects.contains(&Effect::Load(Request::Images(scene::repository())));
    stage.serve(scene::service(2, None));
    assert!(!asked(&stage));
    stage.define(&[2]);
    assert!(asked(&stage));
}

#[test]
fn enter_reviews_the_selected_tag_and_changes_nothing() {
    let mut stage = live();
    stage.press("/v1.3<enter><enter>");
    let Screen::Review(_) = stage.state.screen() else { panic!("{}", stage.text()) };
    let image = format!("{}:v1.3.0", scene::REPOSITORY);
    let request = Request::Preflight { service: scene::id(), image };
    assert!(stage.effects.contains(&Effect::Load(request)));
    assert!(!stage.effects.iter().any(|effect| matches!(effect, Effect::Write(_))));
}

#[test]
fn read_only_shows_images_and_offers_no_deploy() {
    let mut stage = live();
    stage.state.scope.context.read_only = true;
    stage.press("D");
    insta::assert_snapshot!("images_read_only", stage.text());
    assert!(matches!(stage.state.screen(), Screen::Images(_)));
}
