//! Why a service cannot be changed from here at all.

use crate::model::Service;
use crate::state::Scope;

/// The reason, with what to do instead; `None` when changes are possible. CodeDeploy and external controllers own
/// their services ("Amazon ECS deployment controllers and strategies" in the developer guide), so every write is refused.
#[must_use]
pub fn refusal(service: &Service, scope: &Scope) -> Option<String> {
    let name = &service.id.service;
    if scope.context.read_only {
        let context = scope.context.name();
        return Some(format!("{context} is read-only: {name} was not touched. Start without --readonly to change it"));
    }
    if service.is_ours_to_deploy() {
        return None;
    }
    let owner = match service.controller.as_str() {
        "CODE_DEPLOY" => "CodeDeploy",
        "EXTERNAL" => "an external controller",
        other => other,
    };
    Some(format!("{owner} deploys {name}, so this console only reads it. Change it there: {}", link(service, scope)))
}

fn link(service: &Service, scope: &Scope) -> String {
    let region = &scope.context.region;
    if service.controller == "CODE_DEPLOY" {
        return format!("https://{region}.console.aws.amazon.com/codesuite/codedeploy/deployments?region={region}");
    }
    let (cluster, name) = (&service.id.cluster, &service.id.service);
    format!("https://{region}.console.aws.amazon.com/ecs/v2/clusters/{cluster}/services/{name}/health?region={region}")
}
