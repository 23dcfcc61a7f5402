//! Tables and properties of flows.

use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::action::Action;
use crate::dialog::{Answer, Focus};
use crate::effect::{Effect, Write};
use crate::model::rollout::{DeploymentHistory, RevisionSummary};
use crate::model::{DeploymentStatus, ServiceDeployment, ServiceId, ServiceRevision, Task, Timestamp};

fn service() -> Service {
    Service {
        id: ServiceId::new("c", "api"),
        task_definition: "arn:td/api:1".into(),
        desired: 2,
        running: 2,
        controller: "ECS".into(),
        ..Service::default()
    }
}

fn definition() -> TaskDefinition {
    let raw = json!({"family": "api", "containerDefinitions": [{"name": "app", "image": "r/api:1", "cpu": 7}]});
    TaskDefinition {
        arn: "arn:td/api:1".into(),
        family: "api".into(),
        revision: 1,
        raw: Arc::new(raw),
        tags: Vec::new(),
    }
}

fn scope_with(service: &Service) -> Scope {
    let mut scope = Scope::default();
    let held = scope.facts.services.entry("c".into()).or_default();
    held.succeed([(service.id.service.clone(), service.clone())].into(), Timestamp(0));
    scope
}

fn under_way_scope(status: DeploymentStatus, sources: &[&str]) -> Scope {
    let mut scope = scope_with(&service());
    let summary = |arn: &str| RevisionSummary { arn: arn.into(), ..RevisionSummary::default() };
    let revision = |n: u32| ServiceRevision {
        arn: format!("r{n}"),
        task_definition: format!("arn:td/api:{n}"),
        ..ServiceRevision::default()
    };
    let deployment = ServiceDeployment {
        arn: "arn:d/9".into(),
        status,
        target: Some(summary("r2")),
        sources: sources.iter().map(|arn| summary(arn)).collect(),
        ..ServiceDeployment::default()
    };
    let history = DeploymentHistory { deployments: vec![deployment], revisions: vec![revision(1), revision(2)] };
    scope.facts.deployments.entry(service().id).or_default().succeed(history, Timestamp(0));
    scope
}

fn dialog(intents: Vec<Intent>) -> Dialog {
    match intents.into_iter().next() {
        Some(Intent::Ask(dialog)) => *dialog,
        other => panic!("no dialog: {other:?}"),
    }
}

fn said(intents: Vec<Intent>) -> String {
    match intents.into_iter().next() {
        Some(Intent::Say(words)) => words,
        other => panic!("nothing said: {other:?}"),
    }
}

/// What pressing the acting button sends.
fn pressed(mut dialog: Dialog, scope: &Scope) -> Write {
    assert_eq!(dialog.focus, Focus::Cancel);
    dialog.update(Action::FocusNext, scope);
    match dialog.update(Action::Confirm, scope) {
        Answer::Confirmed(effect) => match *effect {
            Effect::Write(write) => write,
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}: {:?}", dialog.objection),
    }
}

fn every_flow(service: &Service, scope: &Scope) -> Vec<Vec<Intent>> {
    let task = Task { id: "t1".into(), last_status: "RUNNING".into(), ..Task::default() };
    let choice = crate::deploy::RollbackChoice {
        revision_arn: "r0".into(),
        task_definition: "arn:td/api:0".into(),
        images: Vec::new(),
        finished_at: None,
        ran_as: "deployed successfully".into(),
        is_current: false,
    };
    vec![
        restart(service, scope),
        super::scale(service, scope),
        super::stop_task(service, &task, scope),
        super::roll_back(&service.id, scope),
        super::deploy(service, &definition(), "r/api:2", &[], scope),
        super::return_to(service, &choice, &[], scope),
    ]
}

#[test]
fn what_others_deploy_is_refused_with_a_reason_and_a_link() {
    for (controller, who) in [("CODE_DEPLOY", "CodeDeploy"), ("EXTERNAL", "external controller")] {
        let service = Service { controller: controller.into(), ..service() };
        for intents in every_flow(&service, &scope_with(&service)) {
            let words = said(intents);
            assert!(words.contains(who) && words.contains("https://us-east-1.console"), "{words}");
        }
    }
}

#[test]
fn read_only_is_refused_with_a_reason() {
    let mut scope = scope_with(&service());
    scope.context.read_only = true;
    for intents in every_flow(&service(), &scope) {
        assert!(said(intents).contains("read-only"));
    }
}

#[test]
fn a_deploy_changes_the_image_and_nothing_else() {
    let scope = scope_with(&service());
    let dialog = dialog(super::deploy(&service(), &definition(), "r/api:2", &[], &scope));
    assert_eq!(dialog.changes.len(), 1);
    let mut expected = definition().raw.as_ref().clone();
    expected["containerDefinitions"][0]["image"] = json!("r/api:2");
    let write = Write::Deploy { service: service().id, definition: expected, from: "arn:td/api:1".into(), tasks: None };
    assert_eq!(pressed(dialog, &scope), write);
}

#[test]
fn the_same_reference_again_is_a_restart_and_nonsense_is_told() {
    let scope = scope_with(&service());
    let dialog = dialog(super::deploy(&service(), &definition(), "r/api:1", &[], &scope));
    assert_eq!(pressed(dialog, &scope), Write::Restart { service: service().id });
    assert!(said(super::deploy(&service(), &definition(), "a b", &[], &scope)).contains("not an image reference"));
}

#[test]
fn a_deployment_under_way_is_rolled_back_and_its_stranger_is_told() {
    let scope = under_way_scope(DeploymentStatus::InProgress, &["r1"]);
    let question = dialog(super::roll_back(&service().id, &scope));
    assert_eq!(question.from_to[0].1, "api:2");
    assert_eq!(question.from_to[0].2, "api:1");
    assert!(question.checks[0].detail.contains("not begun here"));
    let write = Write::RollBackDeployment { service: service().id, deployment: "arn:d/9".into() };
    assert_eq!(pressed(question, &scope), write);
    let other = dialog(super::deploy(&service(), &definition(), "r/api:2", &[], &scope));
    assert!(other.checks.iter().any(|c| c.name == "no other deployment" && c.verdict == Verdict::Warning));
}

#[test]
fn what_cannot_be_rolled_back_is_said() {
    let first = under_way_scope(DeploymentStatus::InProgress, &[]);
    assert!(said(super::roll_back(&service().id, &first)).contains("first deployment"));
    let back = under_way_scope(DeploymentStatus::RollbackInProgress, &["r1"]);
    assert!(said(super::roll_back(&service().id, &back)).contains("on its way back"));
}

#[test]
fn after_its_end_the_user_chooses() {
    let scope = under_way_scope(DeploymentStatus::Successful, &["r1"]);
    assert!(matches!(super::roll_back(&service().id, &scope)[..], [Intent::Open(_)]));
    assert!(matches!(super::roll_back(&ServiceId::new("c", "unknown"), &scope)[..], [Intent::Open(_)]));
}

#[test]
fn an_inactive_definition_is_registered_again() {
    let mut scope = scope_with(&service());
    let mut old = definition();
    old.arn = "arn:td/api:0".into();
    old.raw = Arc::new(json!({
        "taskDefinitionArn": "arn:td/api:0", "status": "INACTIVE", "family": "api",
        "containerDefinitions": [{"name": "app", "image": "r/api:0"}],
    }));
    scope.facts.definitions.entry(old.arn.clone()).or_default().succeed(old, Timestamp(0));
    let dialog = dialog(every_flow(&service(), &scope).pop().unwrap());
    let Write::Deploy { definition, from, .. } = pressed(dialog, &scope) else { panic!("registers") };
    assert_eq!(from, "arn:td/api:1");
    assert_eq!(definition, json!({"family": "api", "containerDefinitions": [{"name": "app", "image": "r/api:0"}]}));
}

#[test]
fn a_stopped_task_is_not_stopped_again_and_the_last_one_is_a_warning() {
    let scope = scope_with(&service());
    let stopped = Task { id: "t".into(), last_status: "STOPPED".into(), ..Task::default() };
    assert!(said(super::stop_task(&service(), &stopped, &scope)).contains("already"));
    let running = Task { id: "t".into(), last_status: "RUNNING".into(), ..Task::default() };
    let mut alone = scope_with(&service());
    alone.facts.tasks.entry(service().id).or_default().succeed(vec![running.clone()], Timestamp(0));
    assert_eq!(dialog(super::stop_task(&service(), &running, &alone)).checks[0].verdict, Verdict::Warning);
}

#[test]
fn a_daemon_service_has_no_count_to_set() {
    let daemon = Service { scheduling: Some("DAEMON".into()), ..service() };
    assert!(said(super::scale(&daemon, &scope_with(&daemon))).contains("DAEMON"));
}

#[test]
fn a_scale_tells_what_each_number_does() {
    for (from, to, words) in
        [(2, 5, "starts 3 tasks more"), (2, 1, "stops 1 task,"), (2, 0, "stops all 2 tasks"), (2, 2, "wanted already")]
    {
        let (sentence, call) = scaled(&service().id, from, to);
        assert!(sentence.contains(words), "{sentence}");
        assert!(call.contains(&format!("\"desiredCount\":{to}")), "{call}");
    }
}
