//! Service deployments and service revisions: list, describe, stop.

mod face;

use aws_sdk_ecs::operation::describe_service_deployments::{
    DescribeServiceDeploymentsInput, DescribeServiceDeploymentsOutput,
};
use aws_sdk_ecs::operation::describe_service_revisions::{
    DescribeServiceRevisionsInput, DescribeServiceRevisionsOutput,
};
use aws_sdk_ecs::operation::list_service_deployments::{ListServiceDeploymentsInput, ListServiceDeploymentsOutput};
use aws_sdk_ecs::operation::stop_service_deployment::{StopServiceDeploymentInput, StopServiceDeploymentOutput};
use aws_sdk_ecs::types::{Failure, StopServiceDeploymentStopType};

use super::world::World;
use super::{errors, names, paging};
use crate::scheduler::StopRefused;
use crate::scheduler::record::ServiceDeployment;
use crate::wire::AwsError;

pub(super) fn list(
    world: &mut World,
    _now_ms: i64,
    input: &ListServiceDeploymentsInput,
) -> Result<ListServiceDeploymentsOutput, AwsError> {
    let key = world.service(input.cluster.as_deref(), input.service.as_deref())?;
    let records = world.scheduler.services.get(&key).map(|service| service.records.as_slice()).unwrap_or_default();
    let arn = |record: &ServiceDeployment| names::deployment_arn(&world.place, &key, &record.id);
    let wanted: Vec<&ServiceDeployment> = records.iter().filter(|record| matches(record, input)).collect();
    let arns = wanted.iter().map(|record| arn(record)).collect();
    let (arns, next) = paging::page(arns, input.next_token.as_deref(), input.max_results, 100)?;
    let listed = wanted.iter().filter(|record| arns.contains(&arn(record)));
    let briefs = listed.map(|record| face::brief(&world.place, &key, record)).collect();
    Ok(ListServiceDeploymentsOutput::builder().set_service_deployments(Some(briefs)).set_next_token(next).build())
}

fn matches(record: &ServiceDeployment, input: &ListServiceDeploymentsInput) -> bool {
    let status = input.status();
    let right_status = status.is_empty() || status.iter().any(|wanted| wanted.as_str() == record.status.word());
    let range = input.created_at.as_ref();
    let bound = |moment: Option<&aws_smithy_types::DateTime>| moment.and_then(|one| one.to_millis().ok());
    let after = range.and_then(|range| bound(range.after.as_ref())).unwrap_or(i64::MIN);
    let before = range.and_then(|range| bound(range.before.as_ref())).unwrap_or(i64::MAX);
    right_status && (after..=before).contains(&record.created_ms)
}

pub(super) fn describe(
    world: &mut World,
    _now_ms: i64,
    input: &DescribeServiceDeploymentsInput,
) -> Result<DescribeServiceDeploymentsOutput, AwsError> {
    let arns = input.service_deployment_arns();
    check_number(arns.len(), "Service deployment")?;
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for arn in arns {
        match face::deployment(world, arn) {
            Some(deployment) => found.push(deployment),
            None => failures.push(Failure::builder().arn(arn).reason("MISSING").build()),
        }
    }
    Ok(DescribeServiceDeploymentsOutput::builder()
        .set_service_deployments(Some(found))
        .set_failures(Some(failures))
        .build())
}

pub(super) fn describe_revisions(
    world: &mut World,
    _now_ms: i64,
    input: &DescribeServiceRevisionsInput,
) -> Result<DescribeServiceRevisionsOutput, AwsError> {
    let arns = input.service_revision_arns();
    check_number(arns.len(), "Service revision")?;
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for arn in arns {
        match face::revision(world, arn) {
            Some(revision) => found.push(revision),
            None => failures.push(Failure::builder().arn(arn).reason("MISSING").build()),
        }
    }
    Ok(DescribeServiceRevisionsOutput::builder()
        .set_service_revisions(Some(found))
        .set_failures(Some(failures))
        .build())
}

fn check_number(number: usize, what: &str) -> Result<(), AwsError> {
    match number {
        0 => Err(errors::invalid(format!("{what} ARNs cannot be empty."))),
        1..=20 => Ok(()),
        _ => Err(errors::invalid(format!("{what} ARNs can have at most 20 items."))),
    }
}

pub(super) fn stop(
    world: &mut World,
    now_ms: i64,
    input: &StopServiceDeploymentInput,
) -> Result<StopServiceDeploymentOutput, AwsError> {
    if input.stop_type.as_ref().is_some_and(|kind| *kind != StopServiceDeploymentStopType::Rollback) {
        return Err(errors::invalid("The only supported stopType is ROLLBACK."));
    }
    let arn = input.service_deployment_arn.clone().unwrap_or_default();
    let (key, id) = names::deep(&arn, "service-deployment").ok_or_else(|| errors::invalid("Invalid ARN."))?;
    match world.scheduler.request_rollback(now_ms, &key, id) {
        Ok(()) => Ok(StopServiceDeploymentOutput::builder().service_deployment_arn(arn).build()),
        Err(StopRefused::NotFound) => Err(errors::deployment_not_found()),
        Err(StopRefused::Finished) => {
            let message = "The service deployment is not in a state in which it can be stopped.";
            Err(AwsError::client("ConflictException", message))
        }
    }
}
