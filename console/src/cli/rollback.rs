//! `qd rollback`: undoes a deployment under way, or returns to the last revision that worked.

use clap::Args;
use serde_json::json;

use super::ask::{self, only};
use super::confirm::{Plan, confirm};
use super::deploy::{refuse_foreign, report};
use super::failure::{Failure, exit};
use super::output::Output;
use super::place;
use super::prepare::Prepared;
use super::span::parse_span;
use super::wait::{Awaited, follow};
use crate::deploy::{RollbackChoice, diff, is_deregistered, return_to, rollback_choices};
use crate::effect::{Request, Write};
use crate::event::Facts;
use crate::model::rollout::DeploymentHistory;
use crate::model::task_definition::short_name;
use crate::model::{DeploymentStatus, Service, ServiceDeployment, ServiceId};

/// Options of `qd rollback`.
#[derive(Debug, Clone, Default, Args)]
pub struct Options {
    /// The service; not needed when there is only one
    pub name: Option<String>,
    /// Return to this revision: a number, family:revision or an ARN
    #[arg(long, value_name = "REVISION")]
    pub to: Option<String>,
    /// Say what would be done and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Follow to the end, also of a rollback that is under way already. Exits with 0 when the rollback worked
    #[arg(long)]
    pub wait: bool,
    /// Do not ask
    #[arg(long, short)]
    pub yes: bool,
    /// Give up waiting after this time
    #[arg(long, default_value = "30m", value_name = "SPAN")]
    pub timeout: String,
}

/// How to go back.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Way {
    /// Stop the deployment with this ARN.
    Stop(String),
    /// The deployment with this ARN is being rolled back or stopped already.
    Already { arn: String, what: &'static str },
    /// Return to a task definition. Where the knowledge comes from that it worked.
    Return { task_definition: String, because: String },
}

pub(crate) async fn run(prepared: &Prepared, options: &Options, output: &mut Output<'_>) -> Result<u8, Failure> {
    let clients = &prepared.clients;
    let timeout = parse_span(&options.timeout).map_err(Failure::usage)?;
    let id = place::service(prepared, options.name.as_deref()).await?;
    let service = ask::service(clients, &id).await?;
    refuse_foreign(&service)?;
    let history = ask::deployments(clients, &id).await?;
    let way = match choose(&service, &history, options.to.as_deref()) {
        Some(way) => way,
        None => by_revisions(prepared, &service, options.to.as_deref()).await?,
    };
    let (write, plan, awaited) = match way {
        Way::Already { arn, what } => {
            output.progress(&format!("{what}; nothing was sent"))?;
            return end(prepared, &id, Awaited::Known(arn), options.wait, timeout, output).await;
        }
        Way::Stop(arn) => stop(&id, &arn, &service),
        Way::Return { task_definition, because } => {
            let (write, plan) = earlier_revision(prepared, &service, &task_definition, &because).await?;
            (write, plan, None)
        }
    };
    if options.dry_run {
        return dry_run(&plan, &write, output);
    }
    confirm(prepared, &plan, &write, options.yes, output).await?;
    let next = match awaited {
        None => Awaited::next(prepared, &id, options.wait).await?,
        Some(_) => None,
    };
    let sentence = ask::write(clients, write).await?;
    report(&sentence, options.wait, output)?;
    match (awaited, next) {
        (Some(stopped), _) => end(prepared, &id, stopped, options.wait, timeout, output).await,
        (None, Some(next)) => follow(prepared, &id, next, timeout, output).await,
        (None, None) => Ok(exit::OK),
    }
}

/// Follows a deployment that is rolled back on purpose: that it ends rolled back is what was asked for.
async fn end(
    prepared: &Prepared,
    id: &ServiceId,
    awaited: Awaited,
    wait: bool,
    timeout: i64,
    output: &mut Output<'_>,
) -> Result<u8, Failure> {
    if !wait {
        return Ok(exit::OK);
    }
    let code = follow(prepared, id, awaited, timeout, output).await?;
    Ok(if code == exit::ROLLED_BACK { exit::OK } else { code })
}

/// Decides from the history alone; `None` when it does not tell.
fn choose(service: &Service, history: &DeploymentHistory, to: Option<&str>) -> Option<Way> {
    let newest = history.deployments.iter().find(|deployment| !deployment.status.is_final());
    if let Some(ServiceDeployment { arn, status, .. }) = newest.filter(|_| to.is_none()) {
        return Some(match status {
            DeploymentStatus::RollbackRequested | DeploymentStatus::RollbackInProgress => {
                Way::Already { arn: arn.clone(), what: "a rollback is under way already" }
            }
            DeploymentStatus::StopRequested => {
                Way::Already { arn: arn.clone(), what: "the deployment is being stopped already" }
            }
            _ => Way::Stop(arn.clone()),
        });
    }
    let wanted = |choice: &&RollbackChoice| match to {
        Some(to) => names(&choice.task_definition, to),
        None => !choice.is_current,
    };
    let choices = rollback_choices(service, history);
    let choice = choices.iter().find(wanted)?;
    let because = choice.ran_as.clone();
    Some(Way::Return { task_definition: choice.task_definition.clone(), because })
}

/// Whether `word` names this task definition: ARN, `family:revision`, or the revision alone.
fn names(arn: &str, word: &str) -> bool {
    let short = short_name(arn);
    arn == word || short == word || short.rsplit_once(':').is_some_and(|(_, revision)| revision == word)
}

/// Deployments before October 2024 left no history; then only the list of task definitions is left.
async fn by_revisions(prepared: &Prepared, service: &Service, to: Option<&str>) -> Result<Way, Failure> {
    let family = short_name(&service.task_definition).rsplit_once(':').map_or("", |(family, _)| family).to_owned();
    let request = Request::TaskDefinitionRevisions { family: family.clone() };
    let (revisions, _) = only!(&prepared.clients, request, Facts::TaskDefinitionRevisions);
    let found = match to {
        Some(to) => revisions.into_iter().find(|arn| names(arn, to)),
        None => earlier(&revisions, &service.task_definition),
    };
    let Some(task_definition) = found else {
        let what =
            to.map_or_else(|| format!("an earlier revision of {family}"), |to| format!("revision {to} of {family}"));
        return Err(Failure::not_found(format!("there is no {what} to go back to")));
    };
    let because = "not in the deployment history: it may never have run".to_owned();
    Ok(Way::Return { task_definition, because })
}

/// The revision right before the present one in a list that begins with the newest.
fn earlier(revisions: &[String], present: &str) -> Option<String> {
    let number = |arn: &str| short_name(arn).rsplit_once(':').and_then(|(_, n)| n.parse::<u64>().ok());
    let present = number(present)?;
    revisions.iter().find(|arn| number(arn).is_some_and(|n| n < present)).cloned()
}

fn stop(id: &ServiceId, arn: &str, service: &Service) -> (Write, Plan, Option<Awaited>) {
    let plan = Plan {
        title: format!("Roll back the running deployment of {}", id.service),
        from_to: format!("{} -> the revision that ran before", short_name(&service.task_definition)),
        changes: Vec::new(),
        undo: "deploy the image again".to_owned(),
    };
    let write = Write::RollBackDeployment { service: id.clone(), deployment: arn.to_owned() };
    (write, plan, Some(Awaited::Known(arn.to_owned())))
}

async fn earlier_revision(
    prepared: &Prepared,
    service: &Service,
    task_definition: &str,
    because: &str,
) -> Result<(Write, Plan), Failure> {
    if task_definition == service.task_definition {
        let message = format!("{} is what {} wants to run already", short_name(task_definition), service.id.service);
        return Err(Failure::usage(message).with_hint("qd restart starts its tasks afresh."));
    }
    let old = ask::definition(&prepared.clients, &service.task_definition).await?;
    let new = ask::definition(&prepared.clients, task_definition).await?;
    let deregistered = Some(&new).filter(|definition| is_deregistered(definition));
    let status = if deregistered.is_some() { "; INACTIVE: it is registered again first, unchanged" } else { "" };
    let plan = Plan {
        title: format!("Roll back {}", service.id.service),
        from_to: format!(
            "{} -> {} ({because}{status})",
            short_name(&service.task_definition),
            short_name(task_definition)
        ),
        changes: diff(&old.raw, &new.raw),
        undo: format!("qd rollback {} --to {}", service.id.service, short_name(&service.task_definition)),
    };
    Ok((return_to(service, task_definition, deregistered), plan))
}

fn dry_run(plan: &Plan, write: &Write, output: &mut Output<'_>) -> Result<u8, Failure> {
    let changes: Vec<String> = plan.changes.iter().map(super::confirm::difference).collect();
    if output.json {
        let document =
            json!({"title": plan.title, "change": plan.from_to, "differences": changes, "calls": write.calls()});
        output.print_json(&document)?;
        return Ok(exit::OK);
    }
    output.line(&format!("{}: {}", plan.title, plan.from_to))?;
    for change in changes {
        output.line(&format!("  {change}"))?;
    }
    output.line(&format!("would call {}", write.calls().join(", ")))?;
    Ok(exit::OK)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{RevisionSummary, ServiceRevision};

    fn deployment(arn: &str, status: &str, revision: &str) -> ServiceDeployment {
        ServiceDeployment {
            arn: arn.into(),
            status: DeploymentStatus::parse(status),
            target: Some(RevisionSummary { arn: revision.into(), ..RevisionSummary::default() }),
            ..ServiceDeployment::default()
        }
    }

    fn way(deployments: Vec<ServiceDeployment>, to: Option<&str>) -> Option<String> {
        let revisions = (1..5).map(|n| ServiceRevision {
            arn: format!("r{n}"),
            task_definition: format!("arn:td/app:{n}"),
            ..ServiceRevision::default()
        });
        let history = DeploymentHistory { deployments, revisions: revisions.collect() };
        let service = Service { task_definition: "arn:td/app:3".into(), ..Service::default() };
        Some(match choose(&service, &history, to)? {
            Way::Stop(arn) => format!("stop {arn}"),
            Way::Already { arn, .. } => format!("under way {arn}"),
            Way::Return { task_definition, .. } => short_name(&task_definition).to_owned(),
        })
    }

    #[test]
    fn a_running_deployment_is_stopped_else_the_last_good_one_is_taken() {
        let done = |arn: &str, revision: &str| deployment(arn, "SUCCESSFUL", revision);
        let running = || deployment("d3", "IN_PROGRESS", "r3");
        for (deployments, to, expected) in [
            (vec![running(), done("d2", "r2")], None, Some("stop d3")),
            (vec![running(), done("d2", "r2")], Some("2"), Some("app:2")),
            (vec![deployment("d3", "PENDING", "r3"), done("d2", "r2")], None, Some("stop d3")),
            (vec![deployment("d3", "ROLLBACK_REQUESTED", "r3"), done("d2", "r2")], None, Some("under way d3")),
            (vec![deployment("d3", "ROLLBACK_IN_PROGRESS", "r3"), done("d2", "r2")], None, Some("under way d3")),
            (vec![deployment("d3", "STOP_REQUESTED", "r3"), done("d2", "r2")], None, Some("under way d3")),
            (vec![deployment("d3", "ROLLBACK_IN_PROGRESS", "r3"), done("d2", "r2")], Some("2"), Some("app:2")),
            (vec![done("d3", "r3"), done("d2", "r2"), done("d1", "r1")], None, Some("app:2")),
            (vec![done("d3", "r3"), done("d1", "r1")], None, Some("app:1")),
            (vec![done("d3", "r3"), done("d1", "r1")], Some("app:1"), Some("app:1")),
            (vec![done("d3", "r3"), done("d1", "r1")], Some("arn:td/app:1"), Some("app:1")),
            (vec![done("d3", "r3")], Some("2"), None),
            (vec![done("d3", "r3")], None, None),
            (vec![], None, None),
        ] {
            assert_eq!(way(deployments, to).as_deref(), expected);
        }
    }

    #[test]
    fn without_history_the_revision_before_is_taken() {
        let revisions = ["a/app:10", "a/app:9", "a/app:7"].map(str::to_owned);
        assert_eq!(earlier(&revisions, "a/app:9").as_deref(), Some("a/app:7"));
        assert_eq!(earlier(&revisions, "a/app:11").as_deref(), Some("a/app:10"));
        assert_eq!(earlier(&revisions, "a/app:7"), None);
        assert_eq!(earlier(&revisions, "nonsense"), None);
    }
}
