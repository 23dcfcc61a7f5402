//! The calls behind a change as the dialog shows them: name as IAM has it, parameters as JSON.

use serde_json::{Value, json};

use crate::deploy::Change;
use crate::model::ServiceId;
use crate::model::task_definition::short_name;

/// `ecs:UpdateService` with `cluster`, `service` and what changes.
pub(super) fn update_service(service: &ServiceId, name: &str, value: &Value) -> String {
    let parameters = json!({"cluster": service.cluster, "service": service.service, name: value});
    format!("ecs:UpdateService {parameters}")
}

/// `ecs:RegisterTaskDefinition`: the dialog lists what changes; all the rest is taken from the revision named here.
pub(super) fn register(from: &str, changes: &[Change]) -> String {
    let but = if changes.is_empty() { "" } else { ", with the change above" };
    format!("ecs:RegisterTaskDefinition (every member as in {}{but})", short_name(from))
}

/// `ecs:StopServiceDeployment` with stop type ROLLBACK.
pub(super) fn stop_deployment(deployment: &str) -> String {
    let parameters = json!({"serviceDeploymentArn": deployment, "stopType": "ROLLBACK"});
    format!("ecs:StopServiceDeployment {parameters}")
}

/// `ecs:StopTask`.
pub(super) fn stop_task(service: &ServiceId, task: &str, reason: &str) -> String {
    format!("ecs:StopTask {}", json!({"cluster": service.cluster, "task": task, "reason": reason}))
}
