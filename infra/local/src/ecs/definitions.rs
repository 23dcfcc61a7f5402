//! Task definitions: register, deregister, describe, list.

mod list;
mod validate;

use aws_sdk_ecs::operation::deregister_task_definition::{
    DeregisterTaskDefinitionInput, DeregisterTaskDefinitionOutput,
};
use aws_sdk_ecs::operation::describe_task_definition::{DescribeTaskDefinitionInput, DescribeTaskDefinitionOutput};
use aws_sdk_ecs::operation::register_task_definition::{RegisterTaskDefinitionInput, RegisterTaskDefinitionOutput};
use aws_sdk_ecs::types::{
    Compatibility, ContainerDefinition, NetworkMode, TaskDefinition, TaskDefinitionField, TaskDefinitionStatus,
};

pub(super) use list::{families, list};

use super::world::World;
use super::{codec, errors, names};
use crate::wire::AwsError;
use crate::wire::arn::ACCOUNT;

pub(super) fn register(
    world: &mut World,
    now_ms: i64,
    input: &RegisterTaskDefinitionInput,
) -> Result<RegisterTaskDefinitionOutput, AwsError> {
    validate::check(input)?;
    let family = input.family.clone().unwrap_or_default();
    let revision = world.families.get(&family).and_then(|all| all.last()).map_or(1, |latest| latest.revision + 1);
    let mut definition = keep(input);
    let arn = names::definition_arn(&world.place, &family, revision);
    definition.task_definition_arn = Some(arn.clone());
    definition.revision = revision;
    definition.status = Some(TaskDefinitionStatus::Active);
    definition.registered_at = Some(codec::moment(now_ms));
    definition.registered_by = Some(format!("arn:aws:iam::{ACCOUNT}:user/local"));
    world.families.entry(family).or_default().push(definition.clone());
    let tags = input.tags.clone().unwrap_or_default();
    world.tags.insert(arn, tags.clone());
    Ok(RegisterTaskDefinitionOutput::builder().task_definition(definition).set_tags(Some(tags)).build())
}

pub(super) fn deregister(
    world: &mut World,
    now_ms: i64,
    input: &DeregisterTaskDefinitionInput,
) -> Result<DeregisterTaskDefinitionOutput, AwsError> {
    let name = names::last_part(input.task_definition.as_deref().unwrap_or_default());
    let (family, revision) = name.split_once(':').ok_or_else(|| errors::invalid("Invalid revision number."))?;
    let revision: i32 = revision.parse().map_err(|_| errors::invalid("Invalid revision number."))?;
    let definition = world
        .families
        .get_mut(family)
        .and_then(|all| all.iter_mut().find(|one| one.revision == revision))
        .ok_or_else(|| errors::client("The specified task definition does not exist."))?;
    if definition.status != Some(TaskDefinitionStatus::Inactive) {
        definition.status = Some(TaskDefinitionStatus::Inactive);
        definition.deregistered_at = Some(codec::moment(now_ms));
    }
    Ok(DeregisterTaskDefinitionOutput::builder().task_definition(definition.clone()).build())
}

pub(super) fn describe(
    world: &mut World,
    _now_ms: i64,
    input: &DescribeTaskDefinitionInput,
) -> Result<DescribeTaskDefinitionOutput, AwsError> {
    let named = input.task_definition.as_deref().unwrap_or_default();
    let definition =
        world.definition(named).ok_or_else(|| errors::client("Unable to describe task definition."))?.clone();
    let wants_tags = input.include().contains(&TaskDefinitionField::Tags);
    let tags = wants_tags.then(|| world.tags_of(definition.task_definition_arn.as_deref().unwrap_or_default()));
    Ok(DescribeTaskDefinitionOutput::builder().task_definition(definition).set_tags(tags).build())
}

/// Everything that was sent, whether or not this stack acts on it, with the lists that AWS fills in.
#[expect(deprecated, reason = "inference accelerators are kept as they were sent")]
fn keep(input: &RegisterTaskDefinitionInput) -> TaskDefinition {
    let mut definition = TaskDefinition::builder().build();
    definition.family.clone_from(&input.family);
    definition.task_role_arn.clone_from(&input.task_role_arn);
    definition.execution_role_arn.clone_from(&input.execution_role_arn);
    definition.network_mode.clone_from(&input.network_mode);
    definition.container_definitions = Some(input.container_definitions().iter().map(keep_container).collect());
    definition.volumes = Some(input.volumes.clone().unwrap_or_default());
    definition.placement_constraints = Some(input.placement_constraints.clone().unwrap_or_default());
    definition.requires_compatibilities.clone_from(&input.requires_compatibilities);
    definition.cpu.clone_from(&input.cpu);
    definition.memory.clone_from(&input.memory);
    definition.pid_mode.clone_from(&input.pid_mode);
    definition.ipc_mode.clone_from(&input.ipc_mode);
    definition.proxy_configuration.clone_from(&input.proxy_configuration);
    definition.inference_accelerators.clone_from(&input.inference_accelerators);
    definition.ephemeral_storage.clone_from(&input.ephemeral_storage);
    definition.runtime_platform.clone_from(&input.runtime_platform);
    definition.enable_fault_injection = input.enable_fault_injection;
    definition.compatibilities = Some(compatibilities(&definition));
    definition
}

fn keep_container(sent: &ContainerDefinition) -> ContainerDefinition {
    let mut container = sent.clone();
    container.essential = Some(sent.essential.unwrap_or(true));
    container.port_mappings.get_or_insert_default();
    container.environment.get_or_insert_default();
    container.mount_points.get_or_insert_default();
    container.volumes_from.get_or_insert_default();
    container.system_controls.get_or_insert_default();
    for port in container.port_mappings.iter_mut().flatten() {
        port.protocol.get_or_insert(aws_sdk_ecs::types::TransportProtocol::Tcp);
    }
    if let Some(check) = &mut container.health_check {
        check.interval.get_or_insert(30);
        check.timeout.get_or_insert(5);
        check.retries.get_or_insert(3);
    }
    container
}

fn compatibilities(definition: &TaskDefinition) -> Vec<Compatibility> {
    let fargate =
        definition.network_mode == Some(NetworkMode::Awsvpc) && definition.cpu.is_some() && definition.memory.is_some();
    let mut all = vec![Compatibility::Ec2];
    if fargate {
        all.push(Compatibility::Fargate);
    }
    all
}
