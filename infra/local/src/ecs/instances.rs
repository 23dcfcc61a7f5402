//! Container instances: there are none, tasks run on the machine itself.

use aws_sdk_ecs::operation::describe_container_instances::{
    DescribeContainerInstancesInput, DescribeContainerInstancesOutput,
};
use aws_sdk_ecs::operation::list_container_instances::{ListContainerInstancesInput, ListContainerInstancesOutput};
use aws_sdk_ecs::types::Failure;

use super::errors;
use super::world::World;
use crate::wire::AwsError;

pub(super) fn list(
    world: &mut World,
    _now_ms: i64,
    input: &ListContainerInstancesInput,
) -> Result<ListContainerInstancesOutput, AwsError> {
    world.cluster(input.cluster.as_deref())?;
    Ok(ListContainerInstancesOutput::builder().set_container_instance_arns(Some(Vec::new())).build())
}

pub(super) fn describe(
    world: &mut World,
    _now_ms: i64,
    input: &DescribeContainerInstancesInput,
) -> Result<DescribeContainerInstancesOutput, AwsError> {
    world.cluster(input.cluster.as_deref())?;
    if input.container_instances().is_empty() {
        return Err(errors::invalid("Container instances cannot be empty."));
    }
    let missing = |arn: &String| Failure::builder().arn(arn).reason("MISSING").build();
    let failures = input.container_instances().iter().map(missing).collect();
    Ok(DescribeContainerInstancesOutput::builder()
        .set_container_instances(Some(Vec::new()))
        .set_failures(Some(failures))
        .build())
}
