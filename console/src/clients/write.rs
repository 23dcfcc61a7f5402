//! The one way by which anything in AWS is changed.
//!
//! Refuses in read-only contexts before a call is made, knows whose account it acts on, audits before and after each
//! call, and never repeats one.

use std::error::Error;
use std::sync::Arc;

use aws_sdk_ecs::operation::RequestId;
use aws_sdk_ecs::types::{ContainerDefinition, StopServiceDeploymentStopType};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use tokio::sync::mpsc;

use super::Clients;
use super::audit::{Deed, result_of};
use super::call::{self, Call};
use super::ecs::{last_part, primary_deployment};
use super::gate::Answer;
use super::interceptors::SendBody;
use super::problem::own;
use super::sdk::Sdk;
use crate::deploy;
use crate::effect::Write;
use crate::event::Event;
use crate::model::task_definition::short_name;
use crate::model::{ApiProblem, ProblemKind, ServiceId};

/// Carries out one change. The answer is a sentence about what AWS began.
pub(super) async fn perform(clients: &Clients, write: &Write, out: &mpsc::Sender<Event>) -> Answer<String> {
    let first_call = write.calls().first().copied().unwrap_or_default();
    if clients.context().read_only {
        return Err(read_only(first_call));
    }
    let sdk = clients.sdk().await?;
    clients.know_identity(&sdk).await?;
    let writer = Writer { clients, sdk: &sdk, out };
    match write {
        Write::Deploy { service, definition, from, tasks } => writer.deploy(service, definition, from, *tasks).await,
        Write::UseTaskDefinition { service, task_definition, from } => {
            let parameters = format!("taskDefinition {} -> {}", short_name(from), short_name(task_definition));
            writer.point_at(service, task_definition, None, parameters).await
        }
        Write::RollBackDeployment { service, deployment } => writer.roll_back(service, deployment).await,
        Write::Restart { service } => writer.restart(service).await,
        Write::Scale { service, from, to } => writer.scale(service, *from, *to).await,
        Write::StopTask { service, task, reason } => writer.stop_task(service, task, reason).await,
    }
}

fn read_only(call: &str) -> ApiProblem {
    let hint = "Start without --readonly, or change readonly for this context in the configuration.".to_owned();
    own(ProblemKind::ReadOnly, call, "this console is read-only here; nothing was sent", Some(hint))
}

fn too_many(tasks: u32) -> ApiProblem {
    own(ProblemKind::Invalid, call::UPDATE_SERVICE.name, format!("{tasks} is no possible number of tasks"), None)
}

struct Writer<'a> {
    clients: &'a Clients,
    sdk: &'a Sdk,
    out: &'a mpsc::Sender<Event>,
}

impl Writer<'_> {
    async fn deploy(
        &self,
        service: &ServiceId,
        definition: &serde_json::Value,
        from: &str,
        tasks: Option<u32>,
    ) -> Answer<String> {
        let family = definition.get("family").and_then(serde_json::Value::as_str).unwrap_or_default();
        let changes =
            self.clients.kept_definition(from).map(|old| deploy::diff(&old.raw, definition)).unwrap_or_default();
        let side = |text: Option<&String>| text.cloned().unwrap_or_else(|| "-".to_owned());
        let in_words =
            |c: &deploy::Change| format!("{} {} -> {}", c.path, side(c.before.as_ref()), side(c.after.as_ref()));
        let changes = changes.iter().map(in_words).collect::<Vec<_>>().join(", ");
        let parameters = format!("family {family}, from {}: {changes}", short_name(from));
        let body: Arc<str> = definition.to_string().into();
        // The typed input is replaced as a whole by the definition's own JSON; it only has to satisfy the builder.
        let request = self.sdk.ecs.register_task_definition().family(family);
        let request = request.container_definitions(ContainerDefinition::builder().build());
        let request = request.customize().interceptor(SendBody(body));
        let registered = self.audited(call::REGISTER_TASK_DEFINITION, service, parameters, request.send()).await?;
        let arn = registered.task_definition.and_then(|definition| definition.task_definition_arn);
        let Some(arn) = arn else {
            let message = "AWS registered a task definition but did not name it; the service was not changed";
            return Err(own(ProblemKind::Service, call::REGISTER_TASK_DEFINITION.name, message, None));
        };
        let count = tasks.map(|tasks| format!(", desiredCount {tasks}")).unwrap_or_default();
        let parameters = format!("taskDefinition {} -> {}{count}", short_name(from), short_name(&arn));
        match self.point_at(service, &arn, tasks, parameters).await {
            Ok(sentence) => Ok(format!("registered {} and {sentence}", short_name(&arn))),
            Err(problem) => {
                let unknown =
                    matches!(problem.kind, ProblemKind::Timeout | ProblemKind::Service | ProblemKind::Unreachable);
                let used = if unknown { "perhaps in use" } else { "not in use" };
                let message = format!("{} (registered {}, {used})", problem.message, short_name(&arn));
                Err(ApiProblem { message, ..problem })
            }
        }
    }

    async fn point_at(
        &self,
        service: &ServiceId,
        task_definition: &str,
        tasks: Option<u32>,
        parameters: String,
    ) -> Answer<String> {
        let count = tasks.map(i32::try_from).transpose();
        let count = count.map_err(|_| too_many(tasks.unwrap_or_default()))?;
        let request = self.sdk.ecs.update_service().cluster(&service.cluster).service(&service.service);
        let request = request.task_definition(task_definition).set_desired_count(count).send();
        let updated = self.audited(call::UPDATE_SERVICE, service, parameters, request).await?;
        Ok(begun(primary_deployment(updated.service)))
    }

    async fn roll_back(&self, service: &ServiceId, deployment: &str) -> Answer<String> {
        let request = self.sdk.ecs.stop_service_deployment().service_deployment_arn(deployment);
        let request = request.stop_type(StopServiceDeploymentStopType::Rollback).send();
        let parameters = format!("deployment {}, stopType ROLLBACK", last_part(deployment));
        self.audited(call::STOP_SERVICE_DEPLOYMENT, service, parameters, request).await?;
        Ok(format!("asked ECS to roll back deployment {}", last_part(deployment)))
    }

    async fn restart(&self, service: &ServiceId) -> Answer<String> {
        let request = self.sdk.ecs.update_service().cluster(&service.cluster).service(&service.service);
        let request = request.force_new_deployment(true).send();
        let parameters = "forceNewDeployment true".to_owned();
        let updated = self.audited(call::UPDATE_SERVICE, service, parameters, request).await?;
        Ok(begun(primary_deployment(updated.service)))
    }

    async fn scale(&self, service: &ServiceId, from: u32, to: u32) -> Answer<String> {
        let count = i32::try_from(to).map_err(|_| too_many(to))?;
        let request = self.sdk.ecs.update_service().cluster(&service.cluster).service(&service.service);
        let request = request.desired_count(count).send();
        self.audited(call::UPDATE_SERVICE, service, format!("desiredCount {from} -> {to}"), request).await?;
        Ok(format!("set the desired count from {from} to {to}"))
    }

    async fn stop_task(&self, service: &ServiceId, task: &str, reason: &str) -> Answer<String> {
        let request = self.sdk.ecs.stop_task().cluster(&service.cluster).task(task).reason(reason).send();
        self.audited(call::STOP_TASK, service, format!("task {}, reason {reason:?}", last_part(task)), request).await?;
        Ok(format!("asked ECS to stop task {}", last_part(task)))
    }

    /// Makes one call between two audit lines.
    async fn audited<T, E, Fut>(&self, call: Call, service: &ServiceId, parameters: String, send: Fut) -> Answer<T>
    where
        T: RequestId,
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
        Fut: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    {
        let object = format!("{}/{}", service.cluster, service.service);
        let deed = Deed { call: call.name, object, parameters: crate::text::clean(&parameters).into_owned() };
        self.note(&deed, None, "begun".to_owned()).await;
        let answer = self.clients.gate().write(call, send).await;
        let (request_id, result) = match &answer {
            Ok(output) => (output.request_id().map(str::to_owned), "ok".to_owned()),
            Err(problem) => (problem.request_id.clone(), result_of(problem)),
        };
        self.note(&deed, request_id, result).await;
        answer
    }

    /// An audit file that cannot be written does not stop a rollback at night, but it is said.
    async fn note(&self, deed: &Deed, request_id: Option<String>, result: String) {
        let audit = self.clients.audit();
        let (entry, written) = audit.record(&self.clients.context(), deed, request_id, result);
        if let Err(error) = written {
            let message = format!("{} could not be written: {error}", audit.path().display());
            let _ = self.out.send(Event::Failed(own(ProblemKind::Service, "audit", message, None))).await;
        }
        let _ = self.out.send(Event::Audited(entry)).await;
    }
}

fn begun(deployment: Option<String>) -> String {
    match deployment {
        Some(id) => format!("began deployment {id}"),
        None => "asked ECS for a new deployment".to_owned(),
    }
}
