//! What is known about the newest deployment of a service, gathered from the facts.

use crate::flows::{named, tasks};
use crate::model::rollout::DeploymentHistory;
use crate::model::time::SECOND;
use crate::model::{Deployment, RevisionSummary, Service, ServiceDeployment, ServiceEvent, ServiceId, Timestamp};
use crate::state::Scope;
use crate::verdict::{self, Tone, Verdict};

/// The newest deployment with its service.
pub(super) struct Scene<'a> {
    pub(super) service: &'a Service,
    /// From the deployment history; absent for services without one, or without the permission to read it.
    pub(super) deployment: Option<&'a ServiceDeployment>,
    history: Option<&'a DeploymentHistory>,
    pub(super) verdict: Verdict,
    /// When a deployment was asked for here that ECS does not list yet; the newest one it lists is another.
    awaited: Option<Timestamp>,
}

/// Part that a revision plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Ran before.
    From,
    /// Is being rolled out.
    To,
    /// Ran before, and is returned to.
    BackTo,
}

/// One revision of the deployment.
pub(super) struct Revision {
    pub(super) part: Part,
    pub(super) task_definition: String,
    pub(super) counts: RevisionSummary,
}

impl<'a> Scene<'a> {
    /// Of the newest deployment; `None` until the service has been seen.
    pub(super) fn of(id: &ServiceId, scope: &'a Scope) -> Option<Self> {
        let service = scope.facts.service(id)?;
        let history = scope.facts.deployments.get(id).and_then(|held| held.value.as_ref());
        let watch = scope.watched.get(id).filter(|watch| watch.ours && watch.ended.is_none());
        let awaited = watch.filter(|watch| watch.deployment.is_none()).map(|watch| watch.since);
        let deployment = history.and_then(|history| history.deployments.first()).filter(|_| awaited.is_none());
        let verdict = match deployment {
            Some(deployment) => verdict::of(deployment),
            None if awaited.is_some() => not_listed(),
            None => by_rollout_state(service),
        };
        Some(Self { service, deployment, history, verdict, awaited })
    }

    /// It was asked for here, and ECS does not list it yet.
    pub(super) fn is_awaited(&self) -> bool {
        self.awaited.is_some()
    }

    /// It has not ended.
    pub(super) fn is_under_way(&self) -> bool {
        match self.deployment {
            Some(deployment) => !deployment.status.is_final(),
            None => self.verdict.tone == Tone::Busy,
        }
    }

    pub(super) fn strategy(&self) -> String {
        let told = self.deployment.map(|deployment| deployment.strategy.as_str()).filter(|word| !word.is_empty());
        let configured = Some(self.service.deployment_configuration.strategy.as_str()).filter(|word| !word.is_empty());
        crate::text::clean(told.or(configured).unwrap_or("ROLLING")).into_owned()
    }

    pub(super) fn began(&self) -> Option<Timestamp> {
        if self.awaited.is_some() {
            return self.awaited;
        }
        let primary = || self.service.primary().and_then(|primary| primary.created_at);
        self.deployment.map_or_else(primary, |d| d.started_at.or(d.created_at))
    }

    pub(super) fn ended(&self) -> Option<Timestamp> {
        if self.is_under_way() {
            return None;
        }
        let updated = || self.service.primary().and_then(|primary| primary.updated_at);
        self.deployment.map_or_else(updated, |d| d.finished_at.or(d.stopped_at).or(d.updated_at))
    }

    fn definition_of(&self, revision: &str) -> String {
        let known = self.history.and_then(|history| history.revision(revision));
        known.map_or_else(|| revision.to_owned(), |revision| revision.task_definition.clone())
    }

    /// Task definition that was to be rolled out.
    pub(super) fn target(&self) -> String {
        match self.deployment.and_then(|deployment| deployment.target.as_ref()) {
            Some(target) => self.definition_of(&target.arn),
            None => self.service.task_definition.clone(),
        }
    }

    /// Task definitions of all revisions, for their images and logs.
    pub(super) fn definitions(&self) -> Vec<String> {
        let mut arns: Vec<String> = self.revisions().into_iter().map(|revision| revision.task_definition).collect();
        arns.retain(|arn| arn.contains(":task-definition/"));
        arns.dedup();
        arns
    }

    /// Sources first, then the target.
    pub(super) fn revisions(&self) -> Vec<Revision> {
        let Some(deployment) = self.deployment else { return self.by_deployments() };
        let back_to = deployment.rollback.as_ref().and_then(|rollback| rollback.revision.as_deref());
        let revision = |part, counts: &RevisionSummary| Revision {
            part,
            task_definition: self.definition_of(&counts.arn),
            counts: counts.clone(),
        };
        let part = |arn: &str| if back_to == Some(arn) { Part::BackTo } else { Part::From };
        let mut all: Vec<Revision> = deployment.sources.iter().map(|s| revision(part(&s.arn), s)).collect();
        all.extend(deployment.target.iter().map(|target| revision(Part::To, target)));
        all
    }

    /// The same from `DescribeServices`, where the history is missing.
    fn by_deployments(&self) -> Vec<Revision> {
        let counts = |d: &Deployment| RevisionSummary {
            requested: d.desired,
            running: d.running,
            pending: d.pending,
            ..RevisionSummary::default()
        };
        // What is primary before a new deployment is listed is what that one replaces.
        let is_target = |d: &Deployment| d.status == "PRIMARY" && !self.is_awaited();
        let part = |d: &Deployment| if is_target(d) { Part::To } else { Part::From };
        let revision =
            |d: &Deployment| Revision { part: part(d), task_definition: d.task_definition.clone(), counts: counts(d) };
        self.service.deployments.iter().rev().map(revision).collect()
    }

    /// Alarms that watch this deployment, or would watch one.
    pub(super) fn alarm_names(&self) -> Vec<String> {
        match self.deployment.and_then(|deployment| deployment.alarms.as_ref()) {
            Some(alarms) => alarms.names.clone(),
            None => self.service.deployment_configuration.alarms.clone(),
        }
    }

    /// Events since the deployment began, newest first.
    pub(super) fn events<'s>(&self, scope: &'s Scope) -> Vec<&'s ServiceEvent> {
        let since = self.began().map_or(Timestamp(i64::MIN), |at| at.plus(-5 * SECOND));
        let until = self.ended().map_or(Timestamp(i64::MAX), |at| at.plus(60 * SECOND));
        let all = scope.facts.events.get(&self.service.id);
        all.into_iter().flatten().filter(|event| event.at >= since && event.at <= until).collect()
    }

    /// `predictor:3 (v2.1.0)`
    pub(super) fn target_name(&self, scope: &Scope) -> String {
        named(self.service, &self.target(), scope)
    }

    /// What serves now, in words.
    pub(super) fn serving(&self, scope: &Scope) -> String {
        let running = format!("{} of {} running", self.service.running, tasks(self.service.desired));
        let again = self.revisions().into_iter().find(|revision| revision.part == Part::BackTo);
        match again.filter(|_| !self.is_under_way() && self.verdict.word == "ROLLED BACK") {
            Some(revision) => {
                let name = named(self.service, &revision.task_definition, scope);
                format!("{name} serves again: {running}")
            }
            None => running,
        }
    }
}

fn not_listed() -> Verdict {
    let sentence = "REQUESTED: waiting for ECS to list it".to_owned();
    Verdict { word: "REQUESTED", tone: Tone::Busy, sentence, exit_code: verdict::EXIT_OK }
}

fn by_rollout_state(service: &Service) -> Verdict {
    let primary = service.primary();
    let (word, tone, exit_code) = match primary.and_then(|primary| primary.rollout_state.as_deref()) {
        Some("COMPLETED") => ("COMPLETED", Tone::Good, verdict::EXIT_OK),
        Some("FAILED") => ("FAILED", Tone::Bad, verdict::EXIT_DEPLOYMENT_FAILED),
        Some("IN_PROGRESS") => ("IN PROGRESS", Tone::Busy, verdict::EXIT_OK),
        _ => ("NO DEPLOYMENT KNOWN", Tone::Neutral, verdict::EXIT_OK),
    };
    let reason = primary.and_then(|primary| primary.rollout_reason.clone()).filter(|reason| !reason.is_empty());
    let sentence = reason.map_or_else(|| word.to_owned(), |reason| format!("{word}: {reason}"));
    Verdict { word, tone, sentence, exit_code }
}
