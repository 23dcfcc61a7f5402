//! Whether a deployment of a service is under way, which one, and who began it.

use serde_json::Value;

use crate::model::task_definition::short_name;
use crate::model::{DeploymentStatus, Service, ServiceDeployment, Timestamp};
use crate::state::Scope;

/// A deployment that has not ended.
#[derive(Debug, Clone, PartialEq)]
pub struct UnderWay {
    /// ARN of the service deployment; absent where AWS does not tell it (no permission, another controller).
    pub arn: Option<String>,
    /// Where it stands.
    pub status: DeploymentStatus,
    /// Task definition being rolled out.
    pub task_definition: String,
    /// Task definitions that were running when it began.
    pub sources: Vec<String>,
    /// When it began.
    pub since: Option<Timestamp>,
    /// This console began it.
    pub ours: bool,
}

impl UnderWay {
    /// It is on its way back already.
    #[must_use]
    pub fn is_going_back(&self) -> bool {
        matches!(self.status, DeploymentStatus::RollbackRequested | DeploymentStatus::RollbackInProgress)
    }
}

/// The deployment under way, from the newest of what `DescribeServices` and `ListServiceDeployments` said.
#[must_use]
pub fn under_way(service: &Service, scope: &Scope) -> Option<UnderWay> {
    let held = scope.facts.deployments.get(&service.id);
    let history = held.and_then(|held| held.value.as_ref());
    let newest = history.and_then(|history| history.deployments.first());
    if let (Some(newest), Some(history)) = (newest.filter(|d| !d.status.is_final()), history) {
        let definition = |arn: &str| history.revision(arn).map(|revision| revision.task_definition.clone());
        let target = newest.target.as_ref().and_then(|target| definition(&target.arn));
        return Some(UnderWay {
            arn: Some(newest.arn.clone()),
            status: newest.status.clone(),
            task_definition: target.unwrap_or_else(|| service.task_definition.clone()),
            sources: newest.sources.iter().filter_map(|source| definition(&source.arn)).collect(),
            since: newest.started_at.or(newest.created_at),
            ours: is_ours(service, &newest.arn, scope),
        });
    }
    let arn = service.current_deployment.clone().filter(|arn| !has_ended(history.map(|h| &h.deployments[..]), arn))?;
    let ours = is_ours(service, &arn, scope);
    Some(UnderWay {
        arn: Some(arn),
        status: DeploymentStatus::InProgress,
        task_definition: service.task_definition.clone(),
        sources: Vec::new(),
        since: service.primary().and_then(|primary| primary.created_at),
        ours,
    })
}

fn has_ended(history: Option<&[ServiceDeployment]>, arn: &str) -> bool {
    history.is_some_and(|all| all.iter().any(|d| d.arn == arn && d.status.is_final()))
}

fn is_ours(service: &Service, arn: &str, scope: &Scope) -> bool {
    scope.watched.get(&service.id).is_some_and(|watch| watch.ours && watch.deployment.as_deref() == Some(arn))
}

/// `begun here`, or what is known about who began it: ECS only tells who registered the task definition.
#[must_use]
pub fn begun_by(ours: bool, task_definition: &str, scope: &Scope) -> String {
    if ours {
        return "begun here".to_owned();
    }
    match scope.facts.definition(task_definition).and_then(|definition| registered_by(&definition.raw)) {
        Some(who) => format!("not begun here; {} registered {}", who, short_name(task_definition)),
        None => "not begun here".to_owned(),
    }
}

/// The principal without account and path: `Deployer/ci-77`, `alice`.
fn registered_by(raw: &Value) -> Option<String> {
    let arn = raw.get("registeredBy")?.as_str()?;
    let resource = arn.rsplit(':').next().unwrap_or(arn);
    let name = resource.strip_prefix("assumed-role/").or_else(|| resource.strip_prefix("user/")).unwrap_or(resource);
    Some(crate::text::clean(name).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn principals_lose_account_and_kind() {
        for (arn, name) in [
            ("arn:aws:sts::123456789012:assumed-role/Deployer/ci-77", "Deployer/ci-77"),
            ("arn:aws:iam::123456789012:user/alice", "alice"),
            ("arn:aws:iam::123456789012:root", "root"),
        ] {
            assert_eq!(registered_by(&serde_json::json!({"registeredBy": arn})).as_deref(), Some(name));
        }
        assert_eq!(registered_by(&Value::Null), None);
    }
}
