//! CreateService.

use std::collections::BTreeMap;

use aws_sdk_ecs::operation::create_service::{CreateServiceInput, CreateServiceOutput};
use aws_sdk_ecs::types::{
    DeploymentController, DeploymentControllerType, LaunchType, NetworkConfiguration, NetworkMode, PropagateTags,
    SchedulingStrategy, Service, TaskDefinition,
};

use super::{describe, settings};
use crate::ecs::world::{RevisionFace, ServiceFace, World};
use crate::ecs::{errors, launch, names};
use crate::scheduler::ServiceKey;
use crate::scheduler::service::Life;
use crate::wire::AwsError;
use crate::wire::arn::ACCOUNT;

pub(in crate::ecs) fn create(
    world: &mut World,
    now_ms: i64,
    input: &CreateServiceInput,
) -> Result<CreateServiceOutput, AwsError> {
    let cluster = world.cluster(input.cluster.as_deref())?;
    let key = ServiceKey::new(cluster, free_name(input)?);
    check_free(world, &key)?;
    let desired = desired_count(input)?;
    settings::check_controller(input.deployment_controller.as_ref())?;
    let configuration = settings::merge(None, input.deployment_configuration.as_ref())?;
    let definition = world.usable_definition(input.task_definition.as_deref())?;
    let load_balancers = input.load_balancers.clone().unwrap_or_default();
    launch::check_balancers(&definition, &load_balancers)?;
    check_network(&definition, input.network_configuration.as_ref())?;

    let grace_seconds = input.health_check_grace_period_seconds;
    let template = launch::template(&key.cluster, &definition, &load_balancers);
    let translated = settings::translate(&configuration, grace_seconds);
    let revision = world.scheduler.create_service(now_ms, key.clone(), desired, translated, template);
    let mut face = ServiceFace {
        service: service(input, world, &key),
        revisions: BTreeMap::new(),
        configurations: BTreeMap::new(),
    };
    face.service.deployment_configuration = Some(configuration);
    face.revisions.insert(revision, revision_face(input, &definition, load_balancers));
    world.services.insert(key.clone(), face);
    world.remember_configuration(&key);
    world.tags.insert(names::service_arn(&world.place, &key), input.tags.clone().unwrap_or_default());
    Ok(CreateServiceOutput::builder().service(describe::face(world, &key, true)).build())
}

fn free_name(input: &CreateServiceInput) -> Result<String, AwsError> {
    let name = input.service_name.clone().unwrap_or_default();
    if name.is_empty() {
        return Err(errors::invalid("Service name cannot be blank."));
    }
    if names::is_valid(&name) { Ok(name) } else { Err(errors::invalid("Service name contains invalid characters.")) }
}

fn check_free(world: &World, key: &ServiceKey) -> Result<(), AwsError> {
    match world.scheduler.services.get(key).map(|service| service.life) {
        None | Some(Life::Inactive) => Ok(()),
        Some(Life::Active) => Err(errors::invalid("Creation of service was not idempotent.")),
        Some(Life::Draining) => Err(errors::invalid("Unable to Start a service that is still Draining.")),
    }
}

fn desired_count(input: &CreateServiceInput) -> Result<u32, AwsError> {
    if input.scheduling_strategy == Some(SchedulingStrategy::Daemon) {
        return Err(errors::invalid("The daemon scheduling strategy needs container instances; there are none."));
    }
    let sent = input.desired_count.ok_or_else(|| {
        errors::invalid("desiredCount is required if schedulingStrategy is REPLICA or is not specified.")
    })?;
    check_desired(sent)
}

/// A desired count that a service may have.
pub(super) fn check_desired(sent: i32) -> Result<u32, AwsError> {
    u32::try_from(sent)
        .ok()
        .filter(|desired| *desired <= 5_000)
        .ok_or_else(|| errors::invalid("desiredCount must be between 0 and 5000."))
}

/// `awsvpc` needs a network configuration, other modes refuse one.
pub(in crate::ecs) fn check_network(
    definition: &TaskDefinition,
    network: Option<&NetworkConfiguration>,
) -> Result<(), AwsError> {
    let awsvpc = definition.network_mode == Some(NetworkMode::Awsvpc);
    let configured = network.is_some_and(|network| network.awsvpc_configuration.is_some());
    match (awsvpc, configured) {
        (true, false) => {
            Err(errors::invalid("Network Configuration must be provided when networkMode 'awsvpc' is specified."))
        }
        (false, true) => Err(errors::invalid(
            "Network Configuration is not valid for the given networkMode of this task definition.",
        )),
        _ => Ok(()),
    }
}

fn service(input: &CreateServiceInput, world: &World, key: &ServiceKey) -> Service {
    let mut service = Service::builder().build();
    service.service_arn = Some(names::service_arn(&world.place, key));
    service.service_name = Some(key.name.clone());
    service.cluster_arn = Some(names::cluster_arn(&world.place, &key.cluster));
    service.launch_type = launch_type(input);
    service.role_arn.clone_from(&input.role);
    service.placement_constraints = Some(input.placement_constraints.clone().unwrap_or_default());
    service.placement_strategy = Some(input.placement_strategy.clone().unwrap_or_default());
    service.health_check_grace_period_seconds = input.health_check_grace_period_seconds.or(Some(0));
    service.scheduling_strategy = Some(SchedulingStrategy::Replica);
    let controller = DeploymentController::builder().r#type(DeploymentControllerType::Ecs).build().ok();
    service.deployment_controller = controller;
    service.created_by = Some(format!("arn:aws:iam::{ACCOUNT}:user/local"));
    service.enable_ecs_managed_tags = input.enable_ecs_managed_tags.unwrap_or(false);
    service.propagate_tags = Some(input.propagate_tags.clone().unwrap_or(PropagateTags::None));
    service.enable_execute_command = input.enable_execute_command.unwrap_or(false);
    service.availability_zone_rebalancing.clone_from(&input.availability_zone_rebalancing);
    service
}

fn launch_type(input: &CreateServiceInput) -> Option<LaunchType> {
    let has_strategy = input.capacity_provider_strategy.as_ref().is_some_and(|strategy| !strategy.is_empty());
    if has_strategy { None } else { Some(input.launch_type.clone().unwrap_or(LaunchType::Ec2)) }
}

fn revision_face(
    input: &CreateServiceInput,
    definition: &TaskDefinition,
    load_balancers: Vec<aws_sdk_ecs::types::LoadBalancer>,
) -> RevisionFace {
    RevisionFace {
        task_definition: definition.task_definition_arn.clone().unwrap_or_default(),
        load_balancers,
        service_registries: input.service_registries.clone().unwrap_or_default(),
        launch_type: launch_type(input),
        capacity_provider_strategy: input.capacity_provider_strategy.clone(),
        platform_version: input.platform_version.clone(),
        network_configuration: input.network_configuration.clone(),
        service_connect_configuration: input.service_connect_configuration.clone(),
        volume_configurations: input.volume_configurations.clone(),
    }
}
