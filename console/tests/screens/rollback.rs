//! The list of revisions to go back to: what is offered first, what is said about each, the one write.

use quarterdeck::effect::{Effect, Request, Write};
use quarterdeck::event::Facts;
use quarterdeck::model::rollout::Rollback;
use quarterdeck::model::{ProblemKind, ServiceDeployment};
use quarterdeck::screens::{Screen, rollback};

use crate::scene::{self, World};
use crate::stage::Stage;

fn stage() -> Stage {
    Stage::open(|_| Screen::Rollback(rollback::Rollback::new(scene::id())))
}

/// Revision 4 failed an hour ago; ECS went back to 3.
fn rolled_back() -> ServiceDeployment {
    let rollback = Rollback { revision: Some(scene::revision_arn(3)), ..Rollback::default() };
    ServiceDeployment { rollback: Some(rollback), ..scene::ended(4, &[3], "ROLLBACK_SUCCESSFUL", 60) }
}

fn history() -> Vec<ServiceDeployment> {
    vec![
        scene::ended(5, &[3], "SUCCESSFUL", 10),
        rolled_back(),
        scene::ended(3, &[2], "SUCCESSFUL", 200),
        scene::ended(2, &[], "SUCCESSFUL", 3_000),
    ]
}

/// The service runs revision 5; 4 failed; 3 and 2 worked; 1 is older than the history.
fn with(deployments: Vec<ServiceDeployment>) -> Stage {
    let mut stage = stage();
    stage.serve(scene::service(5, None));
    stage.deployed(deployments);
    let family = Request::TaskDefinitionRevisions { family: "predictor".into() };
    let active = [5, 4, 3, 1].map(scene::definition_arn).to_vec();
    stage.answer(family, Facts::TaskDefinitionRevisions(active));
    stage.define(&[1, 2, 3, 5]);
    stage.pushed(vec![scene::image(5), scene::image(3), scene::image(1)]);
    stage
}

fn live() -> Stage {
    with(history())
}

fn writes(stage: &Stage) -> Vec<&Write> {
    stage.effects.iter().filter_map(|e| if let Effect::Write(write) = e { Some(write) } else { None }).collect()
}

#[test]
fn every_state_of_the_facts() {
    insta::assert_snapshot!("rollback_loading", stage().text());
    insta::assert_snapshot!("rollback_live", live().text());
    insta::assert_snapshot!("rollback_live_wide", live().sized(160, 45).text());
    let mut empty = stage();
    empty.serve(scene::service(5, None));
    empty.deployed(Vec::new());
    insta::assert_snapshot!("rollback_empty", empty.text());
    let mut stale = live();
    stale.tick(300_000);
    insta::assert_snapshot!("rollback_stale", stale.text());
    let mut denied = stage();
    denied.serve(scene::service(5, None));
    let message = "User is not authorized to perform: ecs:ListServiceDeployments";
    denied.fail(Request::Deployments(scene::id()), ProblemKind::Denied, "AccessDeniedException", message);
    insta::assert_snapshot!("rollback_denied", denied.text());
    let mut throttled = live();
    throttled.fail(Request::Deployments(scene::id()), ProblemKind::Throttled, "ThrottlingException", "Rate exceeded");
    insta::assert_snapshot!("rollback_throttled", throttled.text());
    let mut failed = stage();
    failed.serve(scene::service(5, None));
    failed.fail(Request::Deployments(scene::id()), ProblemKind::Unreachable, "", "dns error");
    insta::assert_snapshot!("rollback_failed", failed.text());
    let family = Request::TaskDefinitionRevisions { family: "predictor".into() };
    let mut huge = with(Vec::new());
    huge.serve(scene::service(2_000, None));
    huge.answer(family, Facts::TaskDefinitionRevisions((1..2_000).rev().map(scene::definition_arn).collect()));
    insta::assert_snapshot!("rollback_huge", huge.sized(200, 60).text());
}

#[test]
fn without_history_older_revisions_are_offered_with_a_plain_warning() {
    let mut stage = stage();
    stage.serve(scene::service(5, None));
    stage.deployed(Vec::new());
    let family = Request::TaskDefinitionRevisions { family: "predictor".into() };
    stage.answer(family, Facts::TaskDefinitionRevisions([5, 4, 3].map(scene::definition_arn).to_vec()));
    stage.define(&[3, 4, 5]);
    stage.pushed(vec![scene::image(4), scene::image(3)]);
    insta::assert_snapshot!("rollback_without_history", stage.text());
    stage.press("<enter>");
    insta::assert_snapshot!("dialog_rollback_unproven", stage.text());
}

#[test]
fn the_last_successful_revision_is_selected_and_enter_enter_does_nothing() {
    let mut stage = live();
    stage.press("<enter><enter>");
    assert!(writes(&stage).is_empty());
    stage.press("<enter><tab><enter>");
    let write = Write::UseTaskDefinition {
        service: scene::id(),
        task_definition: scene::definition_arn(3),
        from: scene::definition_arn(5),
    };
    assert_eq!(writes(&stage), [&write]);
}

#[test]
fn a_revision_whose_image_has_gone_is_not_preselected() {
    let mut stage = live();
    stage.pushed(vec![scene::image(5), scene::image(2)]);
    stage.press("R<tab><enter>");
    // Revision 2 is inactive, so it is registered again.
    let [Write::Deploy { definition, from, .. }] = writes(&stage)[..] else { panic!("{:?}", writes(&stage)) };
    assert_eq!(*from, scene::definition_arn(5));
    assert_eq!(definition["containerDefinitions"][0]["image"], format!("{}:v1.2.0", scene::REPOSITORY));
    assert!(definition.get("status").is_none());
}

#[test]
fn a_tag_that_names_another_image_now_is_a_warning() {
    let mut stage = live();
    let mut moved = scene::image(3);
    moved.digest = scene::digest(9);
    stage.pushed(vec![scene::image(5), moved]);
    insta::assert_snapshot!("rollback_tag_moved", stage.text());
}

#[test]
fn the_selection_is_kept_when_the_history_grows() {
    let mut stage = live();
    stage.press("j");
    let mut longer = history();
    longer.insert(0, scene::ended(6, &[5], "SUCCESSFUL", 1));
    stage.serve(scene::service(6, None));
    stage.deployed(longer);
    stage.press("<enter>");
    assert!(stage.text().contains("predictor:2"), "{}", stage.text());
}

#[test]
fn a_deployment_under_way_is_undone_by_r() {
    let mut stage = live();
    let mut deployments = history();
    deployments.insert(
        0,
        ServiceDeployment {
            arn: scene::deployment_arn(6),
            target: Some(scene::counts(6, 2, 0, 2)),
            ..scene::going("SCALE_UP")
        },
    );
    stage.serve(scene::service(6, Some(6)));
    stage.deployed(deployments);
    insta::assert_snapshot!("rollback_concurrent", stage.text());
    stage.press("R<tab><enter>");
    let write = Write::RollBackDeployment { service: scene::id(), deployment: scene::deployment_arn(6) };
    assert_eq!(writes(&stage), [&write]);
}
