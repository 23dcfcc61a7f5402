//! The stable JSON of `--json`. Members are added, never renamed or removed; times are RFC 3339 in UTC.

use serde_json::{Value, json};

use super::output::rfc3339;
use crate::model::rollout::{DeploymentHistory, RevisionImage};
use crate::model::{Alarm, AlarmState, Cluster, Image, Service, ServiceDeployment, Task, Timestamp};
use crate::{explain, verdict};

pub(crate) fn time(at: Option<Timestamp>) -> Option<String> {
    at.map(rfc3339)
}

pub(crate) fn cluster(cluster: &Cluster) -> Value {
    json!({
        "name": cluster.name, "arn": cluster.arn, "status": cluster.status, "services": cluster.services,
        "running": cluster.running, "pending": cluster.pending, "instances": cluster.instances,
    })
}

pub(crate) fn service(service: &Service) -> Value {
    let deployment = |d: &crate::model::Deployment| {
        json!({
            "id": d.id, "status": d.status, "taskDefinition": d.task_definition, "desired": d.desired,
            "running": d.running, "pending": d.pending, "failed": d.failed, "rolloutState": d.rollout_state,
            "rolloutReason": d.rollout_reason, "createdAt": time(d.created_at), "updatedAt": time(d.updated_at),
        })
    };
    json!({
        "cluster": service.id.cluster, "name": service.id.service, "arn": service.arn, "status": service.status,
        "desired": service.desired, "running": service.running, "pending": service.pending,
        "rollout": rollout(service), "controller": service.controller, "taskDefinition": service.task_definition,
        "createdAt": time(service.created_at), "tags": service.tags,
        "deployments": service.deployments.iter().map(deployment).collect::<Vec<_>>(),
    })
}

/// Rollout in one word.
pub(crate) fn rollout(service: &Service) -> &'static str {
    use crate::model::service::RolloutWord as Word;
    match service.rollout() {
        Word::Failed => "failed",
        Word::Degraded => "degraded",
        Word::RollingBack => "rolling back",
        Word::Progressing => "progressing",
        Word::Steady => "steady",
        Word::Idle => "idle",
        Word::Draining => "draining",
    }
}

pub(crate) fn task(task: &Task) -> Value {
    let container = |c: &crate::model::Container| {
        json!({
            "name": c.name, "image": c.image, "digest": c.digest, "status": c.last_status, "health": c.health,
            "exitCode": c.exit_code, "reason": c.reason,
        })
    };
    let explained = explain::stopped(task);
    json!({
        "id": task.id, "arn": task.arn, "status": task.last_status, "desiredStatus": task.desired_status,
        "health": task.health, "taskDefinition": task.task_definition, "startedBy": task.started_by,
        "zone": task.zone, "privateIp": task.private_ip, "createdAt": time(task.created_at),
        "startedAt": time(task.started_at), "stoppedAt": time(task.stopped_at), "stopCode": task.stop_code,
        "stoppedReason": task.stopped_reason, "explanation": explained.map(|e| e.what),
        "containers": task.containers.iter().map(container).collect::<Vec<_>>(),
    })
}

pub(crate) fn image(image: &Image) -> Value {
    json!({
        "digest": image.digest, "tags": image.tags, "pushedAt": time(image.pushed_at),
        "pulledAt": time(image.pulled_at), "size": image.size, "scanStatus": image.scan_status,
        "findings": image.findings.iter().cloned().collect::<std::collections::BTreeMap<_, _>>(),
    })
}

pub(crate) fn alarm(alarm: &Alarm) -> Value {
    json!({
        "name": alarm.name, "arn": alarm.arn, "state": alarm_state(alarm.state), "reason": alarm.reason,
        "since": time(alarm.since), "namespace": alarm.namespace, "metric": alarm.metric,
        "dimensions": alarm.dimensions.iter().cloned().collect::<std::collections::BTreeMap<_, _>>(),
        "threshold": alarm.threshold, "comparison": alarm.comparison, "rule": alarm.rule,
    })
}

/// AWS's word for an alarm's state.
pub(crate) fn alarm_state(state: AlarmState) -> &'static str {
    match state {
        AlarmState::Alarm => "ALARM",
        AlarmState::InsufficientData => "INSUFFICIENT_DATA",
        AlarmState::Ok => "OK",
    }
}

pub(crate) fn deployment(deployment: &ServiceDeployment, history: &DeploymentHistory) -> Value {
    let verdict = verdict::of(deployment);
    let target = deployment.target.as_ref();
    let revision = target.and_then(|target| history.revision(&target.arn));
    let image = |i: &RevisionImage| json!({"container": i.container, "image": i.image, "digest": i.digest});
    json!({
        "arn": deployment.arn, "verdict": verdict.word, "sentence": verdict.sentence, "ended": deployment.status.is_final(),
        "strategy": deployment.strategy, "stage": deployment.lifecycle_stage,
        "createdAt": time(deployment.created_at), "startedAt": time(deployment.started_at),
        "finishedAt": time(deployment.finished_at),
        "revision": target.map(|t| t.arn.clone()), "taskDefinition": revision.map(|r| r.task_definition.clone()),
        "images": revision.map(|r| r.images.iter().map(image).collect::<Vec<_>>()),
        "tasks": target.map(|t| json!({"requested": t.requested, "running": t.running, "pending": t.pending})),
        "breaker": deployment.breaker.as_ref()
            .map(|b| json!({"status": b.status, "failures": b.failures, "threshold": b.threshold})),
    })
}
