//! What to go back to: revisions that really ran, by the history of service deployments.
//!
//! The next lower revision number is not a rollback target: it may never have run.

use super::registrable;
use crate::effect::Write;
use crate::model::rollout::{DeploymentHistory, RevisionImage, ServiceDeployment};
use crate::model::{DeploymentStatus, Service, TaskDefinition, Timestamp};

/// A revision to which the service can go back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RollbackChoice {
    /// Service revision ARN.
    pub revision_arn: String,
    /// Task definition ARN.
    pub task_definition: String,
    /// Images with the digests that really ran.
    pub images: Vec<RevisionImage>,
    /// When the deployment that proves it ended.
    pub finished_at: Option<Timestamp>,
    /// How we know that it ran: `deployed successfully`.
    pub ran_as: String,
    /// The service wants this task definition now.
    pub is_current: bool,
}

/// How strong the proof is that a revision worked. Stronger first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Proof {
    /// A deployment of it, or a rollback to it, ended well.
    Ended,
    /// It was running when another deployment began, and its own deployment is beyond the history.
    WasRunning,
}

/// Revisions that ran, the last successful one first, each task definition once. The present one is marked; the target
/// of "roll back" is the first that is not.
#[must_use]
pub fn rollback_choices(service: &Service, history: &DeploymentHistory) -> Vec<RollbackChoice> {
    let mut found: Vec<(Proof, RollbackChoice)> = Vec::new();
    for deployment in &history.deployments {
        for (proof, revision_arn, ran_as) in proven_by(deployment, history) {
            let Some(revision) = history.revision(&revision_arn) else { continue };
            let choice = RollbackChoice {
                revision_arn,
                task_definition: revision.task_definition.clone(),
                images: revision.images.clone(),
                finished_at: deployment.finished_at,
                ran_as,
                is_current: revision.task_definition == service.task_definition,
            };
            found.push((proof, choice));
        }
    }
    found.sort_by_key(|(proof, choice)| (*proof, std::cmp::Reverse(choice.finished_at)));
    let mut choices: Vec<RollbackChoice> = Vec::new();
    for (_, choice) in found {
        if choices.iter().all(|known| known.task_definition != choice.task_definition) {
            choices.push(choice);
        }
    }
    choices
}

fn proven_by(deployment: &ServiceDeployment, history: &DeploymentHistory) -> Vec<(Proof, String, String)> {
    let mut proven = Vec::new();
    match deployment.status {
        DeploymentStatus::Successful => {
            let target = deployment.target.iter();
            proven.extend(target.map(|t| (Proof::Ended, t.arn.clone(), "deployed successfully".to_owned())));
        }
        DeploymentStatus::RollbackSuccessful => {
            let back_to = deployment.rollback.iter().filter_map(|rollback| rollback.revision.clone());
            proven.extend(back_to.map(|arn| (Proof::Ended, arn, "a rollback returned to it".to_owned())));
        }
        _ => {}
    }
    let own_deployment_unknown =
        |arn: &str| history.deployments.iter().all(|d| d.target.as_ref().is_none_or(|t| t.arn != arn));
    let sources = deployment.sources.iter().filter(|source| own_deployment_unknown(&source.arn));
    let words = "was running before the oldest known deployment";
    proven.extend(sources.map(|source| (Proof::WasRunning, source.arn.clone(), words.to_owned())));
    proven
}

/// The definition was deregistered: readable, but ECS takes it for no new deployment.
#[must_use]
pub fn is_deregistered(definition: &TaskDefinition) -> bool {
    let status = definition.raw.get("status").and_then(serde_json::Value::as_str);
    matches!(status, Some("INACTIVE" | "DELETE_IN_PROGRESS"))
}

/// The write that returns a service to the task definition `to`. When that was deregistered, the definition itself has
/// to be given: it is registered again, unchanged, since ECS refuses the old ARN.
#[must_use]
pub fn return_to(service: &Service, to: &str, deregistered: Option<&TaskDefinition>) -> Write {
    let (id, from) = (service.id.clone(), service.task_definition.clone());
    match deregistered {
        None => Write::UseTaskDefinition { service: id, task_definition: to.to_owned(), from },
        Some(definition) => Write::Deploy { service: id, definition: registrable(definition), from, tasks: None },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::rollout::Rollback;
    use crate::model::{RevisionSummary, ServiceRevision};

    fn summary(arn: &str) -> RevisionSummary {
        RevisionSummary { arn: arn.into(), ..RevisionSummary::default() }
    }

    fn deployment(at: i64, status: &str, target: &str, sources: &[&str]) -> ServiceDeployment {
        ServiceDeployment {
            arn: format!("deployment-{at}"),
            status: DeploymentStatus::parse(status),
            finished_at: Some(Timestamp(at)),
            target: Some(summary(target)),
            sources: sources.iter().map(|arn| summary(arn)).collect(),
            rollback: (status == "ROLLBACK_SUCCESSFUL")
                .then(|| Rollback { revision: sources.first().map(|s| (*s).to_owned()), ..Rollback::default() }),
            ..ServiceDeployment::default()
        }
    }

    /// Revisions are named `rN`, their task definitions `td:N`.
    fn history(deployments: Vec<ServiceDeployment>) -> DeploymentHistory {
        let revisions = (1..10)
            .map(|n| ServiceRevision {
                arn: format!("r{n}"),
                task_definition: format!("td:{n}"),
                ..ServiceRevision::default()
            })
            .collect();
        DeploymentHistory { deployments, revisions }
    }

    fn targets(current: &str, deployments: Vec<ServiceDeployment>) -> Vec<String> {
        let service = Service { task_definition: current.into(), ..Service::default() };
        rollback_choices(&service, &history(deployments))
            .into_iter()
            .map(|c| format!("{}{}", c.task_definition, if c.is_current { "*" } else { "" }))
            .collect()
    }

    #[test]
    fn only_what_worked_is_offered_newest_first() {
        let s = "SUCCESSFUL";
        let back = "ROLLBACK_SUCCESSFUL";
        for (current, deployments, expected) in [
            (
                "td:3",
                vec![deployment(30, s, "r3", &["r2"]), deployment(20, s, "r2", &["r1"])],
                vec!["td:3*", "td:2", "td:1"],
            ),
            // Revision 4 failed and was rolled back: the current one is 3, and 4 is never offered.
            (
                "td:3",
                vec![
                    deployment(40, back, "r4", &["r3"]),
                    deployment(30, s, "r3", &["r2"]),
                    deployment(20, s, "r2", &[]),
                ],
                vec!["td:3*", "td:2"],
            ),
            // Stopped half-way: not a proof.
            ("td:2", vec![deployment(30, "STOPPED", "r3", &["r2"]), deployment(20, s, "r2", &[])], vec!["td:2*"]),
            // The same definition deployed twice counts once, at its newest.
            (
                "td:1",
                vec![deployment(30, s, "r1", &["r2"]), deployment(20, s, "r2", &["r1"]), deployment(10, s, "r1", &[])],
                vec!["td:1*", "td:2"],
            ),
            // In progress: the target is not proven yet, the source is.
            ("td:9", vec![deployment(50, "IN_PROGRESS", "r9", &["r8"]), deployment(40, s, "r8", &[])], vec!["td:8"]),
            // A source that failed by its own deployment is no target.
            (
                "td:5",
                vec![deployment(50, s, "r5", &["r4"]), deployment(40, "ROLLBACK_FAILED", "r4", &[])],
                vec!["td:5*"],
            ),
            ("td:1", vec![], vec![]),
        ] {
            assert_eq!(targets(current, deployments), expected);
        }
    }

    #[test]
    fn a_revision_that_is_not_described_is_left_out() {
        let service = Service::default();
        let history =
            DeploymentHistory { deployments: vec![deployment(1, "SUCCESSFUL", "r1", &[])], revisions: vec![] };
        assert_eq!(rollback_choices(&service, &history), Vec::new());
    }
}
