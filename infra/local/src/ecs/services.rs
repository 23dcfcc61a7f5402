//! Services: create, update, delete, list, describe.

mod create;
mod describe;
mod settings;
mod update;

use aws_sdk_ecs::operation::delete_service::{DeleteServiceInput, DeleteServiceOutput};
use aws_sdk_ecs::operation::list_services::{ListServicesInput, ListServicesOutput};

pub(super) use create::{check_network, create};
pub(super) use describe::{describe, platform_family, platform_version};
pub(super) use update::update;

use super::world::World;
use super::{errors, names, paging};
use crate::scheduler::service::Life;
use crate::wire::AwsError;

pub(super) fn delete(
    world: &mut World,
    _now_ms: i64,
    input: &DeleteServiceInput,
) -> Result<DeleteServiceOutput, AwsError> {
    let key = world.active_service(input.cluster.as_deref(), input.service.as_deref())?;
    let desired = world.scheduler.services.get(&key).map_or(0, |service| service.desired);
    if desired > 0 && !input.force.unwrap_or(false) {
        return Err(errors::invalid("The service cannot be stopped while it is scaled above 0."));
    }
    world.scheduler.delete_service(&key);
    Ok(DeleteServiceOutput::builder().service(describe::face(world, &key, true)).build())
}

pub(super) fn list(world: &mut World, _now_ms: i64, input: &ListServicesInput) -> Result<ListServicesOutput, AwsError> {
    let cluster = world.cluster(input.cluster.as_deref())?;
    let arns = world
        .scheduler
        .services
        .values()
        .filter(|service| service.key.cluster == cluster && service.life != Life::Inactive)
        .filter_map(|service| Some((service, &world.services.get(&service.key)?.service)))
        .filter(|(_, face)| input.launch_type.is_none() || face.launch_type == input.launch_type)
        .filter(|(_, face)| {
            input.scheduling_strategy.is_none() || face.scheduling_strategy == input.scheduling_strategy
        })
        .map(|(service, _)| names::service_arn(&world.place, &service.key))
        .collect();
    let (arns, next) = paging::page(arns, input.next_token.as_deref(), input.max_results, 10)?;
    Ok(ListServicesOutput::builder().set_service_arns(Some(arns)).set_next_token(next).build())
}
