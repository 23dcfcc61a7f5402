//! What the lists show on the stage: a healthy service and a service at 03:00, with tasks, deployments and alarms.

use std::sync::Arc;

use quarterdeck::effect::Request;
use quarterdeck::event::{AuditEntry, Facts};
use quarterdeck::model::metric::{Measure, ServiceMetrics};
use quarterdeck::model::rollout::{Breaker, DeploymentAlarms, DeploymentHistory, RevisionImage, Rollback};
use quarterdeck::model::{
    Alarm, AlarmState, Container, Deployment, DeploymentStatus, Point, RevisionSummary, Series, Service,
    ServiceDeployment, ServiceEvent, ServiceId, ServiceRevision, Task, TaskDefinition, Timestamp,
};
use serde_json::json;

use crate::stage::{NOON, Stage, predictor};

const ARN: &str = "arn:aws:ecs:us-east-1:000000000000:";
const DIGEST: &str = "sha256:0b7a1f6cd2e34455667788990011223344556677889900aabbccddeeff001122";

pub fn id() -> ServiceId {
    ServiceId::new("local", "predictor")
}

pub fn ago(seconds: i64) -> Timestamp {
    NOON.plus(-seconds * 1_000)
}

pub fn definition_arn(revision: u32) -> String {
    format!("{ARN}task-definition/predictor:{revision}")
}

/// Revision `revision` of the predictor's task definition, with a variable and a secret.
pub fn definition(revision: u32, tag: &str) -> TaskDefinition {
    let raw = json!({
        "taskDefinitionArn": definition_arn(revision), "family": "predictor", "revision": revision,
        "cpu": "256", "memory": "512", "networkMode": "awsvpc",
        "executionRoleArn": "arn:aws:iam::000000000000:role/predictor-execution",
        "runtimePlatform": {"operatingSystemFamily": "LINUX", "cpuArchitecture": "X86_64"},
        "containerDefinitions": [{
            "name": "app", "essential": true, "memory": 512,
            "image": format!("000000000000.dkr.ecr.us-east-1.amazonaws.com/predictor:{tag}"),
            "portMappings": [{"containerPort": 8080, "protocol": "tcp"}],
            "command": ["serve", "--port", "8080"],
            "environment": [{"name": "LOG_LEVEL", "value": "info"}, {"name": "ADMIN_PASSWORD", "value": "hunter2"}],
            "secrets": [{"name": "API_KEY", "valueFrom": "arn:aws:ssm:us-east-1:000000000000:parameter/api-key"}],
            "healthCheck": {"command": ["CMD", "predictor", "healthcheck"], "interval": 10, "retries": 3},
            "logConfiguration": {"logDriver": "awslogs", "options":
                {"awslogs-group": "/ecs/predictor", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "predictor"}}
        }]
    });
    let arn = definition_arn(revision);
    TaskDefinition { arn, family: "predictor".into(), revision, raw: Arc::new(raw), tags: Vec::new() }
}

fn task(id: &str, revision: u32) -> Task {
    Task {
        id: id.repeat(4),
        arn: format!("{ARN}task/local/{}", id.repeat(4)),
        cluster: "local".into(),
        group: Some("service:predictor".into()),
        started_by: Some("ecs-svc/1234567890123456789".into()),
        task_definition: definition_arn(revision),
        launch_type: Some("FARGATE".into()),
        zone: Some("us-east-1a".into()),
        private_ip: Some("10.0.1.17".into()),
        cpu: Some("256".into()),
        memory: Some("512".into()),
        raw: Arc::new(json!({"taskArn": "arn", "overrides": {"containerOverrides": [
            {"name": "app", "environment": [{"name": "DB_PASSWORD", "value": "hunter2"}]}]}})),
        ..Task::default()
    }
}

fn container(status: &str, exit_code: Option<i32>) -> Container {
    Container {
        name: "app".into(),
        image: "000000000000.dkr.ecr.us-east-1.amazonaws.com/predictor:1.1.0".into(),
        digest: Some(DIGEST.into()),
        last_status: status.into(),
        exit_code,
        ports: vec![(8080, 8080)],
        ..Container::default()
    }
}

/// Running for an hour, healthy.
pub fn running(id: &str, revision: u32) -> Task {
    Task {
        last_status: "RUNNING".into(),
        desired_status: "RUNNING".into(),
        health: "HEALTHY".into(),
        created_at: Some(ago(3_610)),
        pull_started_at: Some(ago(3_608)),
        pull_stopped_at: Some(ago(3_605)),
        started_at: Some(ago(3_604)),
        containers: vec![container("RUNNING", None)],
        ..task(id, revision)
    }
}

/// Crashed `seconds` ago with this exit code.
pub fn crashed(id: &str, revision: u32, exit_code: i32, seconds: i64) -> Task {
    Task {
        last_status: "STOPPED".into(),
        desired_status: "STOPPED".into(),
        health: "UNKNOWN".into(),
        created_at: Some(ago(seconds + 20)),
        pull_started_at: Some(ago(seconds + 18)),
        pull_stopped_at: Some(ago(seconds + 15)),
        started_at: Some(ago(seconds + 12)),
        stopping_at: Some(ago(seconds + 2)),
        stopped_at: Some(ago(seconds)),
        stop_code: Some("EssentialContainerExited".into()),
        stopped_reason: Some("Essential container in task exited".into()),
        containers: vec![container("STOPPED", Some(exit_code))],
        ..task(id, revision)
    }
}

/// Waits for its image.
pub fn pulling(id: &str, revision: u32) -> Task {
    Task {
        last_status: "PENDING".into(),
        desired_status: "RUNNING".into(),
        health: "UNKNOWN".into(),
        created_at: Some(ago(9)),
        pull_started_at: Some(ago(6)),
        containers: vec![container("PENDING", None)],
        ..task(id, revision)
    }
}

/// A service whose deployment of revision 3 keeps crashing and is being rolled back.
pub fn at_three() -> Service {
    let mut service = predictor();
    service.running = 1;
    service.pending = 1;
    service.task_definition = definition_arn(3);
    service.current_deployment = Some(format!("{ARN}service-deployment/local/predictor/abc"));
    let primary = Deployment {
        id: "ecs-svc/9999999999999999999".into(),
        task_definition: definition_arn(3),
        status: "PRIMARY".into(),
        desired: 2,
        pending: 1,
        failed: 2,
        rollout_state: Some("IN_PROGRESS".into()),
        rollout_reason: Some("ECS deployment ecs-svc/9999999999999999999 in progress.".into()),
        created_at: Some(ago(192)),
        ..Deployment::default()
    };
    service.deployments[0].status = "ACTIVE".into();
    service.deployments[0].running = 1;
    service.deployments.insert(0, primary);
    let events = [
        (5, "(service predictor) has started 1 tasks: (task d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4)."),
        (40, "(service predictor) (deployment ecs-svc/9999999999999999999) deployment failed: tasks failed to start."),
        (
            70,
            "(service predictor) (port 8080) is unhealthy in (target-group predictor) due to (reason Health checks failed with these codes: [503]).",
        ),
        (190, "(service predictor) has begun draining connections on 1 tasks."),
    ];
    let event = |(n, (seconds, message)): (usize, (i64, &str))| ServiceEvent {
        id: format!("event-{n}"),
        at: ago(seconds),
        message: message.into(),
    };
    service.events.splice(0..0, events.into_iter().enumerate().map(event));
    service
}

/// Another service of the cluster, steady.
pub fn steady(name: &str) -> Service {
    let mut service = predictor();
    service.id = ServiceId::new("local", name);
    service.arn = format!("{ARN}service/local/{name}");
    service.deployment_configuration.alarms.clear();
    service.events[0].message = format!("(service {name}) has reached a steady state.");
    service
}

pub fn alarms(ringing: bool) -> Vec<Alarm> {
    let alarm = |name: &str, state| Alarm {
        name: name.into(),
        state,
        reason:
            "Threshold Crossed: 3 out of the last 3 datapoints [7.0, 9.0, 4.0] were greater than the threshold (1.0)."
                .into(),
        since: Some(ago(130)),
        dimensions: vec![("ClusterName".into(), "local".into()), ("ServiceName".into(), "predictor".into())],
        ..Alarm::default()
    };
    let state = if ringing { AlarmState::Alarm } else { AlarmState::Ok };
    vec![
        alarm("predictor-cpu-high", AlarmState::Ok),
        alarm("predictor-http-5xx", state),
        alarm("predictor-latency", AlarmState::InsufficientData),
    ]
}

/// CPU and memory that climb to `cpu` and `memory` percent.
pub fn sparks(cpu: f64, memory: f64) -> ServiceMetrics {
    let series = |top: f64| {
        let point = |n: i64| Point { at: ago(600 - n * 60), value: top * f64::from(u32::try_from(n).unwrap()) / 9.0 };
        Series { label: String::new(), unit: "Percent".into(), period: 60_000, points: (0..10).map(point).collect() }
    };
    [(Measure::CpuAverage, series(cpu)), (Measure::MemoryAverage, series(memory))].into()
}

fn summary(arn: &str, requested: u32, running: u32) -> RevisionSummary {
    RevisionSummary { arn: arn.into(), requested, running, ..RevisionSummary::default() }
}

/// A deployment under way, one that was rolled back, one that worked.
pub fn history() -> DeploymentHistory {
    let revision = |revision: u32, tag: &str| ServiceRevision {
        arn: format!("{ARN}service-revision/local/predictor/{revision}"),
        task_definition: definition_arn(revision),
        images: vec![RevisionImage {
            container: "app".into(),
            image: format!("000000000000.dkr.ecr.us-east-1.amazonaws.com/predictor:{tag}"),
            digest: Some(DIGEST.into()),
        }],
        created_at: Some(ago(9_000)),
    };
    let revisions = vec![revision(1, "1.0.0"), revision(2, "1.1.0"), revision(3, "1.2.0")];
    let arn = |n: usize| revisions[n].arn.clone();
    let deployment = |name: &str, status, begun: i64, took: Option<i64>| ServiceDeployment {
        arn: format!("{ARN}service-deployment/local/predictor/{name}"),
        status: DeploymentStatus::parse(status),
        strategy: "ROLLING".into(),
        created_at: Some(ago(begun)),
        started_at: Some(ago(begun)),
        finished_at: took.map(|took| ago(begun - took)),
        ..ServiceDeployment::default()
    };
    let deployments = vec![
        ServiceDeployment {
            lifecycle_stage: Some("SCALE_UP".into()),
            sources: vec![summary(&arn(1), 2, 1)],
            target: Some(summary(&arn(2), 2, 0)),
            breaker: Some(Breaker { status: "MONITORING".into(), failures: 2, threshold: 3 }),
            alarms: Some(DeploymentAlarms {
                status: "MONITORING".into(),
                names: vec!["predictor-http-5xx".into()],
                triggered: Vec::new(),
            }),
            ..deployment("abc", "IN_PROGRESS", 192, None)
        },
        ServiceDeployment {
            sources: vec![summary(&arn(1), 2, 2)],
            target: Some(summary(&arn(2), 2, 0)),
            breaker: Some(Breaker { status: "TRIGGERED".into(), failures: 3, threshold: 3 }),
            rollback: Some(Rollback {
                reason: Some(
                    "Service deployment rolled back because the circuit breaker threshold was exceeded.".into(),
                ),
                ..Rollback::default()
            }),
            ..deployment("def", "ROLLBACK_SUCCESSFUL", 7_300, Some(252))
        },
        ServiceDeployment {
            sources: vec![summary(&arn(0), 2, 0)],
            target: Some(summary(&arn(1), 2, 2)),
            ..deployment("ghi", "SUCCESSFUL", 90_000, Some(61))
        },
    ];
    DeploymentHistory { deployments, revisions }
}

pub fn audit(time: &str, call: &str, result: &str) -> AuditEntry {
    AuditEntry {
        time: time.into(),
        account: "000000000000".into(),
        region: "us-east-1".into(),
        identity: "OnCall/ada".into(),
        call: call.into(),
        object: "local/predictor".into(),
        parameters: "desiredCount 2 → 3".into(),
        request_id: Some("6f1c2d3e-0000-4000-8000-000000000000".into()),
        result: result.into(),
    }
}

/// Answers everything a screen about the service at 03:00 asks for.
pub fn tell(stage: &mut Stage) {
    stage.answer(Request::Services { cluster: "local".into() }, Facts::Services(vec![at_three()]));
    tell_the_rest(stage);
}

/// The same without the sweep: the service comes by its row.
pub fn tell_the_rest(stage: &mut Stage) {
    let rows = Request::ServiceRows { cluster: "local".into(), names: vec!["predictor".into()] };
    stage.answer(rows, Facts::Services(vec![at_three()]));
    for (revision, tag) in [(2, "1.1.0"), (3, "1.2.0")] {
        let definition = definition(revision, tag);
        stage.answer(Request::TaskDefinition { arn: definition_arn(revision) }, Facts::TaskDefinition(definition));
    }
    let tasks = vec![
        crashed("a1a1a1a1", 3, 1, 45),
        running("b2b2b2b2", 2),
        crashed("c3c3c3c3", 3, 137, 105),
        pulling("d4d4d4d4", 3),
    ];
    stage.answer(Request::Tasks(id()), Facts::Tasks(tasks));
    stage.answer(Request::Deployments(id()), Facts::Deployments(history()));
    stage.answer(Request::Alarms, Facts::Alarms(alarms(true)));
}
