//! `qd wait`, and the `--wait` of deploy, rollback and restart: follows a deployment to its end.
//!
//! The verdict comes from the deployment's own status; a service that is stable again after a rollback is no success.

use std::collections::BTreeSet;
use std::time::Duration;

use clap::Args;
use serde_json::json;

use super::ask;
use super::failure::{Failure, exit};
use super::output::Output;
use super::prepare::Prepared;
use super::span::parse_span;
use super::{json, place};
use crate::clients::now;
use crate::model::rollout::DeploymentHistory;
use crate::model::{ApiProblem, ProblemKind, ServiceDeployment, ServiceId, Target, Timestamp};
use crate::verdict;

/// Options of `qd wait`.
#[derive(Debug, Clone, Args)]
pub struct Options {
    /// The service; not needed when there is only one
    pub name: Option<String>,
    /// Give up after this time
    #[arg(long, default_value = "30m", value_name = "SPAN")]
    pub timeout: String,
}

/// How long a change may take to show up as a deployment, in milliseconds.
const TO_APPEAR: i64 = 60_000;
/// Failures in a row after which waiting ends.
const MOST_FAILURES: u32 = 5;

pub(crate) async fn run(prepared: &Prepared, options: &Options, output: &mut Output<'_>) -> Result<u8, Failure> {
    let id = place::service(prepared, options.name.as_deref()).await?;
    let timeout = parse_span(&options.timeout).map_err(Failure::usage)?;
    let history = ask::deployments(&prepared.clients, &id).await?;
    let Some(newest) = history.deployments.first() else {
        return Err(Failure::not_found(format!("service {} has no deployment that AWS remembers", id.service)));
    };
    let target = Awaited::Known(newest.arn.clone());
    follow(prepared, &id, target, timeout, output).await
}

/// Which deployment is waited for.
#[derive(Debug, Clone)]
pub(crate) enum Awaited {
    /// This one.
    Known(String),
    /// The first that is none of these.
    NoneOf(BTreeSet<String>),
}

impl Awaited {
    /// The next deployment of the service, when it is to be waited for. Asked before the change: who cannot wait learns
    /// it while nothing is changed.
    pub(crate) async fn next(prepared: &Prepared, id: &ServiceId, wait: bool) -> Result<Option<Self>, Failure> {
        if !wait {
            return Ok(None);
        }
        let history = ask::deployments(&prepared.clients, id).await.map_err(|problem| {
            let mut failure = Failure::from(problem);
            failure.message = format!("nothing was changed, since --wait could not follow: {}", failure.message);
            failure
        })?;
        Ok(Some(Self::NoneOf(history.deployments.into_iter().map(|deployment| deployment.arn).collect())))
    }

    fn find<'a>(&self, history: &'a DeploymentHistory) -> Option<&'a ServiceDeployment> {
        match self {
            Self::Known(arn) => history.deployments.iter().find(|deployment| deployment.arn == *arn),
            // The oldest of the new ones: a later one is somebody else's.
            Self::NoneOf(known) => history.deployments.iter().rev().find(|deployment| !known.contains(&deployment.arn)),
        }
    }
}

/// Follows the deployment and prints what changes. The exit code is that of the verdict.
pub(crate) async fn follow(
    prepared: &Prepared,
    id: &ServiceId,
    mut awaited: Awaited,
    timeout: i64,
    output: &mut Output<'_>,
) -> Result<u8, Failure> {
    let begun = now();
    let mut told = Told::default();
    let mut failures = 0;
    loop {
        match ask::deployments(&prepared.clients, id).await {
            Ok(history) => {
                failures = 0;
                if let Some(deployment) = awaited.find(&history) {
                    awaited = Awaited::Known(deployment.arn.clone());
                    told.tell(prepared, id, deployment, begun, output).await?;
                    if deployment.status.is_final() {
                        return end(deployment, &history, output);
                    }
                } else if now().since(begun).0 > TO_APPEAR {
                    return Err(Failure::not_found("no deployment began: nothing that matters was changed"));
                }
            }
            Err(problem) => {
                failures += 1;
                give_up_on(problem, failures, output)?;
            }
        }
        if now().since(begun).0 > timeout {
            let words = format!("the deployment has not ended after {}; it goes on without us", now().since(begun));
            return Err(Failure::new(exit::TIMEOUT, words));
        }
        tokio::time::sleep(pause(prepared)).await;
    }
}

fn give_up_on(problem: ApiProblem, failures: u32, output: &mut Output<'_>) -> Result<(), Failure> {
    let may_pass = matches!(
        problem.kind,
        ProblemKind::Throttled | ProblemKind::Timeout | ProblemKind::Unreachable | ProblemKind::Service
    );
    if !may_pass || failures >= MOST_FAILURES {
        return Err(problem.into());
    }
    output.note(&format!("still waiting: {}", problem.line()));
    Ok(())
}

/// How long to wait between two looks.
pub(super) fn pause(prepared: &Prepared) -> Duration {
    match prepared.clients.context().target {
        Target::Local { .. } => Duration::from_millis(500),
        Target::Aws { .. } => Duration::from_secs(5),
    }
}

fn end(deployment: &ServiceDeployment, history: &DeploymentHistory, output: &mut Output<'_>) -> Result<u8, Failure> {
    let verdict = verdict::of(deployment);
    if output.json {
        output
            .print_json(&json!({"deployment": json::deployment(deployment, history), "exitCode": verdict.exit_code}))?;
    } else {
        let rest = verdict.sentence.strip_prefix(verdict.word).unwrap_or_default().to_owned();
        output.toned_line(verdict.word, verdict.tone, &rest)?;
    }
    Ok(verdict.exit_code)
}

/// What was said already, so that only changes are printed.
#[derive(Debug, Default)]
struct Told {
    line: String,
    events: BTreeSet<String>,
}

impl Told {
    async fn tell(
        &mut self,
        prepared: &Prepared,
        id: &ServiceId,
        deployment: &ServiceDeployment,
        begun: Timestamp,
        output: &mut Output<'_>,
    ) -> Result<(), Failure> {
        let since = deployment.created_at.unwrap_or(begun);
        if let Ok(service) = ask::service(&prepared.clients, id).await {
            for event in service.events.iter().rev().filter(|event| event.at >= since) {
                if self.events.insert(event.id.clone()) {
                    output.progress(&format!("{:>7}  {}", event.at.since(since).to_string(), event.message))?;
                }
            }
        }
        let line = summary(deployment);
        if line != self.line {
            // A local stack may run faster than this machine's clock.
            let at = deployment.updated_at.map_or(now(), |at| at.max(now()));
            output.progress(&format!("{:>7}  {line}", at.since(since).to_string()))?;
            self.line = line;
        }
        Ok(())
    }
}

/// Verdict, stage, tasks, circuit breaker.
fn summary(deployment: &ServiceDeployment) -> String {
    let mut words = vec![verdict::of(deployment).word.to_owned()];
    words.extend(deployment.lifecycle_stage.clone());
    if let Some(target) = &deployment.target {
        words.push(format!("new {}/{} running, {} pending", target.running, target.requested, target.pending));
    }
    let old: u32 = deployment.sources.iter().map(|source| source.running).sum();
    if !deployment.sources.is_empty() {
        words.push(format!("old {old} running"));
    }
    if let Some(breaker) = deployment.breaker.as_ref().filter(|breaker| breaker.threshold > 0) {
        words.push(format!("breaker {}/{}", breaker.failures, breaker.threshold));
    }
    if let Some(alarms) = deployment.alarms.as_ref().filter(|alarms| !alarms.triggered.is_empty()) {
        words.push(format!("alarm {}", alarms.triggered.join(", ")));
    }
    words.join(" · ")
}
