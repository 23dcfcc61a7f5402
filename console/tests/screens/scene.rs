//! A small world for the screens of deploys: `local/predictor` with three revisions, their images, and a history.

use std::sync::Arc;

use quarterdeck::effect::Request;
use quarterdeck::event::{Check, Facts, Verdict};
use quarterdeck::model::rollout::{Breaker, DeploymentAlarms, DeploymentHistory, RevisionImage, Rollback};
use quarterdeck::model::{
    Alarm, AlarmState, Container, DeploymentStatus, Image, RepositoryName, RevisionSummary, Service, ServiceDeployment,
    ServiceEvent, ServiceId, ServiceRevision, Task, TaskDefinition,
};
use serde_json::json;

use crate::stage::{NOON, Stage, predictor};

pub const MINUTE: i64 = 60_000;
pub const REPOSITORY: &str = "000000000000.dkr.ecr.us-east-1.amazonaws.com/predictor";

pub fn id() -> ServiceId {
    ServiceId::new("local", "predictor")
}

pub fn definition_arn(revision: u32) -> String {
    format!("arn:aws:ecs:us-east-1:000000000000:task-definition/predictor:{revision}")
}

pub fn tag(revision: u32) -> String {
    format!("v1.{revision}.0")
}

pub fn digest(revision: u32) -> String {
    format!("sha256:{}", format!("{revision:02}ab").repeat(16))
}

/// Definition whose image is `v1.N.0`; revision 1 logs less and has less memory.
pub fn definition(revision: u32) -> TaskDefinition {
    let memory = if revision == 1 { "512" } else { "1024" };
    let raw = json!({
        "taskDefinitionArn": definition_arn(revision), "family": "predictor", "revision": revision, "status": "ACTIVE",
        "registeredBy": "arn:aws:sts::000000000000:assumed-role/Deployer/ci-77",
        "cpu": "256", "memory": memory,
        "containerDefinitions": [{
            "name": "predictor", "image": format!("{REPOSITORY}:{}", tag(revision)), "essential": true,
            "logConfiguration": {"logDriver": "awslogs", "options": {
                "awslogs-group": "/ecs/predictor", "awslogs-stream-prefix": "ecs"}},
        }],
    });
    TaskDefinition {
        arn: definition_arn(revision),
        family: "predictor".into(),
        revision,
        raw: Arc::new(raw),
        tags: Vec::new(),
    }
}

pub fn repository() -> RepositoryName {
    RepositoryName { registry: "000000000000".into(), region: "us-east-1".into(), name: "predictor".into() }
}

pub fn image(revision: u32) -> Image {
    Image {
        digest: digest(revision),
        tags: vec![tag(revision)],
        pushed_at: Some(NOON.plus(-i64::from(10 - revision.min(9)) * 60 * MINUTE)),
        size: Some(92_440_000 + u64::from(revision)),
        scan_status: Some("COMPLETE".into()),
        ..Image::default()
    }
}

pub fn task(name: &str, revision: u32, status: &str) -> Task {
    let id = format!("{name:0<32}");
    Task {
        arn: format!("arn:aws:ecs:us-east-1:000000000000:task/local/{id}"),
        id,
        cluster: "local".into(),
        last_status: status.into(),
        desired_status: "RUNNING".into(),
        health: "HEALTHY".into(),
        task_definition: definition_arn(revision),
        created_at: Some(NOON.plus(-MINUTE)),
        containers: vec![Container {
            name: "predictor".into(),
            image: format!("{REPOSITORY}:{}", tag(revision)),
            digest: Some(digest(revision)),
            last_status: status.into(),
            ..Container::default()
        }],
        ..Task::default()
    }
}

/// A task whose container exited.
pub fn crashed(name: &str, revision: u32, code: i32) -> Task {
    let mut task = task(name, revision, "STOPPED");
    task.stop_code = Some("EssentialContainerExited".into());
    task.stopped_reason = Some("Essential container in task exited".into());
    task.stopped_at = Some(NOON.plus(-5_000));
    task.created_at = Some(NOON.plus(-30_000));
    task.containers[0].exit_code = Some(code);
    task
}

pub fn revision_arn(revision: u32) -> String {
    format!("arn:aws:ecs:us-east-1:000000000000:service-revision/local/predictor/{revision}")
}

pub fn deployment_arn(number: u32) -> String {
    format!("arn:aws:ecs:us-east-1:000000000000:service-deployment/local/predictor/d{number}")
}

pub fn revision(revision: u32) -> ServiceRevision {
    ServiceRevision {
        arn: revision_arn(revision),
        task_definition: definition_arn(revision),
        images: vec![RevisionImage {
            container: "predictor".into(),
            image: format!("{REPOSITORY}:{}", tag(revision)),
            digest: Some(digest(revision)),
        }],
        created_at: None,
    }
}

pub fn counts(revision: u32, requested: u32, running: u32, pending: u32) -> RevisionSummary {
    RevisionSummary { arn: revision_arn(revision), requested, running, pending, ..RevisionSummary::default() }
}

/// Deployment number `to`, of revision `to`, from `from`; ended five minutes after its beginning.
pub fn ended(to: u32, from: &[u32], status: &str, minutes_ago: i64) -> ServiceDeployment {
    ServiceDeployment {
        arn: deployment_arn(to),
        status: DeploymentStatus::parse(status),
        strategy: "ROLLING".into(),
        created_at: Some(NOON.plus(-(minutes_ago + 5) * MINUTE)),
        started_at: Some(NOON.plus(-(minutes_ago + 5) * MINUTE)),
        finished_at: Some(NOON.plus(-minutes_ago * MINUTE)),
        lifecycle_stage: Some("CLEAN_UP".into()),
        sources: from.iter().map(|n| counts(*n, 0, 0, 0)).collect(),
        target: Some(counts(to, 2, 2, 0)),
        ..ServiceDeployment::default()
    }
}

/// Deployment of revision 3 over 2, begun 72 seconds ago, in `stage`.
pub fn going(stage: &str) -> ServiceDeployment {
    ServiceDeployment {
        arn: deployment_arn(3),
        status: DeploymentStatus::InProgress,
        strategy: "ROLLING".into(),
        lifecycle_stage: Some(stage.into()),
        created_at: Some(NOON.plus(-72_000)),
        started_at: Some(NOON.plus(-72_000)),
        sources: vec![counts(2, 2, 2, 0)],
        target: Some(counts(3, 2, 1, 1)),
        breaker: Some(Breaker { status: "MONITORING".into(), failures: 0, threshold: 3 }),
        alarms: Some(DeploymentAlarms {
            status: "MONITORING".into(),
            names: vec!["predictor-http-5xx".into()],
            triggered: Vec::new(),
        }),
        ..ServiceDeployment::default()
    }
}

pub fn back(mut deployment: ServiceDeployment, status: &str, reason: &str) -> ServiceDeployment {
    deployment.status = DeploymentStatus::parse(status);
    deployment.rollback = Some(Rollback {
        reason: Some(reason.into()),
        started_at: Some(NOON.plus(-20_000)),
        revision: Some(revision_arn(2)),
    });
    if deployment.status.is_final() {
        deployment.finished_at = Some(NOON.plus(-10_000));
    }
    deployment
}

pub fn history(deployments: Vec<ServiceDeployment>) -> Facts {
    let arns: Vec<String> =
        deployments.iter().flat_map(|d| d.sources.iter().chain(&d.target).map(|summary| summary.arn.clone())).collect();
    let revisions = (1..=9).map(revision).filter(|revision| arns.contains(&revision.arn)).collect();
    Facts::Deployments(DeploymentHistory { deployments, revisions })
}

/// The service; `wanted` is the revision that it wants, `going` the number of the deployment under way.
pub fn service(wanted: u32, going: Option<u32>) -> Service {
    let mut service = predictor();
    service.task_definition = definition_arn(wanted);
    service.current_deployment = going.map(deployment_arn);
    service.events = events(&[
        (-70_000, "(service predictor) has started 1 tasks: (task aaaa1111)."),
        (-40_000, "(service predictor) registered 1 targets in (target-group predictor)"),
        (-3_540_000, "(service predictor) has reached a steady state."),
    ]);
    service
}

pub fn events(all: &[(i64, &str)]) -> Vec<ServiceEvent> {
    let event = |(index, (at, message)): (usize, &(i64, &str))| ServiceEvent {
        id: format!("{index}-{at}"),
        at: NOON.plus(*at),
        message: (*message).to_owned(),
    };
    let mut events: Vec<ServiceEvent> = all.iter().enumerate().map(event).collect();
    events.sort_by_key(|event| std::cmp::Reverse(event.at));
    events
}

pub fn alarm(name: &str, state: AlarmState) -> Alarm {
    Alarm { name: name.into(), state, ..Alarm::default() }
}

pub fn passed() -> Vec<Check> {
    let check = |name: &str, verdict, detail: &str| Check { name: name.into(), verdict, detail: detail.into() };
    vec![
        check("image exists", Verdict::Ok, "v1.3.0 is sha256:03ab03ab03ab"),
        check("architecture", Verdict::Ok, "x86_64, as the task definition wants"),
        check("scan", Verdict::Warning, "1 HIGH finding"),
        check("roles", Verdict::Skipped, "iam:GetRole is not permitted"),
    ]
}

/// What can be told to a stage about this world.
pub trait World {
    fn serve(&mut self, service: Service);
    fn define(&mut self, revisions: &[u32]);
    fn run(&mut self, tasks: Vec<Task>);
    fn deployed(&mut self, deployments: Vec<ServiceDeployment>);
    fn pushed(&mut self, images: Vec<Image>);
}

impl World for Stage {
    fn serve(&mut self, service: Service) {
        let names = vec![service.id.service.clone()];
        let request = Request::ServiceRows { cluster: service.id.cluster.clone(), names };
        self.answer(request, Facts::Services(vec![service]));
    }

    fn define(&mut self, revisions: &[u32]) {
        for revision in revisions {
            let request = Request::TaskDefinition { arn: definition_arn(*revision) };
            self.answer(request, Facts::TaskDefinition(definition(*revision)));
        }
    }

    fn run(&mut self, tasks: Vec<Task>) {
        self.answer(Request::Tasks(id()), Facts::Tasks(tasks));
    }

    fn deployed(&mut self, deployments: Vec<ServiceDeployment>) {
        self.answer(Request::Deployments(id()), history(deployments));
    }

    fn pushed(&mut self, images: Vec<Image>) {
        self.answer(Request::Images(repository()), Facts::Images(images));
    }
}
