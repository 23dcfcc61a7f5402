//! UpdateService: changes what was sent, and nothing else.

use aws_sdk_ecs::operation::update_service::{UpdateServiceInput, UpdateServiceOutput};
use aws_sdk_ecs::types::Service;

use super::create::{check_desired, check_network};
use super::{describe, settings};
use crate::ecs::world::{RevisionFace, World};
use crate::ecs::{errors, launch};
use crate::scheduler::{Change, ServiceKey};
use crate::wire::AwsError;

pub(in crate::ecs) fn update(
    world: &mut World,
    now_ms: i64,
    input: &UpdateServiceInput,
) -> Result<UpdateServiceOutput, AwsError> {
    let key = world.active_service(input.cluster.as_deref(), input.service.as_deref())?;
    settings::check_controller(input.deployment_controller.as_ref())?;
    let desired = input.desired_count.map(check_desired).transpose()?;
    let before = world.services.get(&key).cloned().ok_or_else(errors::service_not_found)?;
    let present = present_revision(world, &key).ok_or_else(errors::service_not_found)?;
    let wanted = change_revision(world, input, &present)?;
    let force = input.force_new_deployment.unwrap_or(false);
    let template = (wanted != present).then(|| template(world, &key, &wanted)).transpose()?;

    let mut service = before.service;
    let sent = input.deployment_configuration.as_ref();
    service.deployment_configuration = Some(settings::merge(service.deployment_configuration.as_ref(), sent)?);
    overwrite(&mut service, input);
    let translated = service
        .deployment_configuration
        .as_ref()
        .map(|one| settings::translate(one, service.health_check_grace_period_seconds));
    if let Some(face) = world.services.get_mut(&key) {
        face.service = service;
    }
    let change = Change { desired, settings: translated, template, force };
    let revision = world.scheduler.update_service(now_ms, &key, change);
    if let (Some(revision), Some(face)) = (revision, world.services.get_mut(&key)) {
        face.revisions.insert(revision, wanted);
    }
    world.remember_configuration(&key);
    Ok(UpdateServiceOutput::builder().service(describe::face(world, &key, true)).build())
}

/// What the newest deployment was told; after a rollback that is what was rolled back to.
fn present_revision(world: &World, key: &ServiceKey) -> Option<RevisionFace> {
    let primary = world.scheduler.services.get(key)?.deployments.first()?;
    world.services.get(key)?.revisions.get(&primary.revision).cloned()
}

fn change_revision(
    world: &World,
    input: &UpdateServiceInput,
    present: &RevisionFace,
) -> Result<RevisionFace, AwsError> {
    let mut wanted = present.clone();
    if let Some(named) = input.task_definition.as_deref() {
        let definition = world.usable_definition(Some(named))?;
        wanted.task_definition = definition.task_definition_arn.unwrap_or_default();
    }
    if let Some(load_balancers) = &input.load_balancers {
        wanted.load_balancers.clone_from(load_balancers);
    }
    if let Some(registries) = &input.service_registries {
        wanted.service_registries.clone_from(registries);
    }
    replace(&mut wanted.capacity_provider_strategy, input.capacity_provider_strategy.as_ref());
    replace(&mut wanted.platform_version, input.platform_version.as_ref());
    replace(&mut wanted.network_configuration, input.network_configuration.as_ref());
    replace(&mut wanted.service_connect_configuration, input.service_connect_configuration.as_ref());
    replace(&mut wanted.volume_configurations, input.volume_configurations.as_ref());
    if let Some(definition) = world.definition(&wanted.task_definition) {
        launch::check_balancers(definition, &wanted.load_balancers)?;
        check_network(definition, wanted.network_configuration.as_ref())?;
    }
    Ok(wanted)
}

fn replace<T: Clone>(kept: &mut Option<T>, sent: Option<&T>) {
    if let Some(sent) = sent {
        *kept = Some(sent.clone());
    }
}

fn template(world: &World, key: &ServiceKey, wanted: &RevisionFace) -> Result<crate::scheduler::Template, AwsError> {
    let definition = world.usable_definition(Some(&wanted.task_definition))?;
    Ok(launch::template(&key.cluster, &definition, &wanted.load_balancers))
}

fn overwrite(service: &mut Service, input: &UpdateServiceInput) {
    replace(&mut service.health_check_grace_period_seconds, input.health_check_grace_period_seconds.as_ref());
    replace(&mut service.placement_constraints, input.placement_constraints.as_ref());
    replace(&mut service.placement_strategy, input.placement_strategy.as_ref());
    replace(&mut service.propagate_tags, input.propagate_tags.as_ref());
    replace(&mut service.availability_zone_rebalancing, input.availability_zone_rebalancing.as_ref());
    if let Some(enable) = input.enable_ecs_managed_tags {
        service.enable_ecs_managed_tags = enable;
    }
    if let Some(enable) = input.enable_execute_command {
        service.enable_execute_command = enable;
    }
}
