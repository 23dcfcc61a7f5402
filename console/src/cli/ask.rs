//! Reads of the subcommands: one question, all parts of the answer together.

use tokio::sync::mpsc;

use super::failure::{Failure, exit};
use crate::clients::Clients;
use crate::effect::{Request, Write};
use crate::event::{Event, Facts, Outcome};
use crate::model::rollout::DeploymentHistory;
use crate::model::{ApiProblem, Service, ServiceId, TaskDefinition};

/// All parts of an answer, and why they are not the whole truth.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) parts: Vec<Facts>,
    pub(crate) partial: Option<String>,
}

/// Asks once.
pub(crate) async fn ask(clients: &Clients, request: Request) -> Result<Answered, ApiProblem> {
    let (sender, mut events) = mpsc::channel(64);
    let asking = clients.answer(request, sender);
    let listening = async {
        let mut parts = Vec::new();
        while let Some(event) = events.recv().await {
            let Event::Reply(reply) = event else { continue };
            match reply.outcome {
                Outcome::Part(facts) => parts.push(facts),
                Outcome::Done { facts, partial } => {
                    parts.push(facts);
                    return Ok(Answered { parts, partial });
                }
                Outcome::Failed(problem) => return Err(problem),
            }
        }
        Err(ApiProblem { message: "the question was not answered".to_owned(), ..ApiProblem::default() })
    };
    let ((), answered) = tokio::join!(asking, listening);
    answered
}

/// Asks for one kind of facts: `only!(clients, request, Facts::Alarms)`.
macro_rules! only {
    ($clients:expr, $request:expr, $kind:path) => {{
        let answered = $crate::cli::ask::ask($clients, $request).await?;
        let found = answered.parts.into_iter().rev().find_map(|facts| match facts {
            $kind(value) => Some(value),
            _ => None,
        });
        (found.unwrap_or_default(), answered.partial)
    }};
}
pub(crate) use only;

/// All services of a cluster, by name.
pub(crate) async fn services(clients: &Clients, cluster: &str) -> Result<(Vec<Service>, Option<String>), Failure> {
    let answered = ask(clients, Request::Services { cluster: cluster.to_owned() }).await?;
    let mut services: Vec<Service> = Vec::new();
    for facts in answered.parts {
        if let Facts::Services(part) = facts {
            services.extend(part);
        }
    }
    services.sort_by(|a, b| a.id.cmp(&b.id));
    Ok((services, answered.partial))
}

/// One service.
pub(crate) async fn service(clients: &Clients, id: &ServiceId) -> Result<Service, Failure> {
    let request = Request::ServiceRows { cluster: id.cluster.clone(), names: vec![id.service.clone()] };
    let (found, _) = only!(clients, request, Facts::Services);
    let missing = || Failure::not_found(format!("there is no service {} in cluster {}", id.service, id.cluster));
    found.into_iter().find(|service: &Service| service.id.service == id.service).ok_or_else(missing)
}

/// A task definition.
pub(crate) async fn definition(clients: &Clients, arn: &str) -> Result<TaskDefinition, Failure> {
    let (definition, _) = only!(clients, Request::TaskDefinition { arn: arn.to_owned() }, Facts::TaskDefinition);
    Ok(definition)
}

/// The newest deployments of a service.
pub(crate) async fn deployments(clients: &Clients, id: &ServiceId) -> Result<DeploymentHistory, ApiProblem> {
    let (history, _) = only!(clients, Request::Deployments(id.clone()), Facts::Deployments);
    Ok(history)
}

/// Carries out a change; AWS's sentence about it.
pub(crate) async fn write(clients: &Clients, write: Write) -> Result<String, Failure> {
    let (sender, mut events) = mpsc::channel(64);
    let writing = clients.write(write, sender);
    let listening = async {
        let mut result = None;
        while let Some(event) = events.recv().await {
            if let Event::Written(written) = event {
                result = Some(written.result);
            }
        }
        result
    };
    let ((), result) = tokio::join!(writing, listening);
    match result {
        Some(result) => Ok(result?),
        None => Err(Failure::new(exit::ERROR, "the change was not answered; look at the service before trying again")),
    }
}
