//! What AWS refuses in a task definition, in AWS's words where they are known.

use std::collections::BTreeSet;

use aws_sdk_ecs::operation::register_task_definition::RegisterTaskDefinitionInput;
use aws_sdk_ecs::types::{Compatibility, ContainerDefinition, NetworkMode};

use crate::ecs::launch::{cpu_units, mebibytes};
use crate::ecs::{errors, names};
use crate::wire::AwsError;

/// Checks a task definition before it is registered.
pub(super) fn check(input: &RegisterTaskDefinitionInput) -> Result<(), AwsError> {
    match input.family.as_deref() {
        None | Some("") => return Err(errors::client("Family should not be null or empty.")),
        Some(family) if !names::is_valid(family) => {
            return Err(errors::client("Family contains invalid characters."));
        }
        Some(_) => {}
    }
    let containers = input.container_definitions();
    if containers.is_empty() {
        return Err(errors::client("Container list cannot be empty."));
    }
    check_sizes(input)?;
    let mut seen = BTreeSet::new();
    for container in containers {
        check_mounts(input, container)?;
        check_container(input, container)?;
        if !seen.insert(container.name.as_deref()) {
            return Err(errors::client("Container names must be unique within a task definition."));
        }
    }
    if !containers.iter().any(|container| container.essential.unwrap_or(true)) {
        return Err(errors::client("At least one container in a task definition must be marked as essential."));
    }
    Ok(())
}

fn check_mounts(input: &RegisterTaskDefinitionInput, container: &ContainerDefinition) -> Result<(), AwsError> {
    for mount in container.mount_points() {
        let name = mount.source_volume.as_deref().unwrap_or_default();
        if !input.volumes().iter().any(|volume| volume.name.as_deref() == Some(name)) {
            return Err(errors::client(format!("Unknown volume '{name}'.")));
        }
        let lawful = |character: char| character.is_ascii_alphanumeric() || "-_".contains(character);
        if name.is_empty() || !name.chars().all(lawful) {
            return Err(errors::client("Volume name contains invalid characters."));
        }
        if mount.container_path.as_deref().unwrap_or_default().is_empty() {
            return Err(errors::client("Container path should not be null or empty."));
        }
    }
    Ok(())
}

fn check_sizes(input: &RegisterTaskDefinitionInput) -> Result<(), AwsError> {
    let cpu = input
        .cpu
        .as_deref()
        .map(|text| cpu_units(text).ok_or_else(|| errors::client("Invalid 'cpu' setting for task.")));
    let memory = input
        .memory
        .as_deref()
        .map(|text| mebibytes(text).ok_or_else(|| errors::client("Invalid 'memory' setting for task.")));
    let (cpu, memory) = (cpu.transpose()?, memory.transpose()?);
    if !input.requires_compatibilities().contains(&Compatibility::Fargate) {
        return Ok(());
    }
    if input.network_mode != Some(NetworkMode::Awsvpc) {
        return Err(errors::client("Fargate only supports network mode ‘awsvpc’."));
    }
    let Some(cpu) = cpu else {
        return Err(errors::client("Fargate requires that 'cpu' be defined at the task level."));
    };
    let Some(memory) = memory else {
        return Err(errors::client("Fargate requires that 'memory' be defined at the task level."));
    };
    if fits_fargate(cpu, memory) {
        Ok(())
    } else {
        Err(errors::client(format!("No Fargate configuration exists for given values: {cpu} CPU, {memory} memory.")))
    }
}

/// The sizes of the Amazon ECS Developer Guide, "Task size".
fn fits_fargate(cpu: u32, memory: u32) -> bool {
    const GIB: u32 = 1024;
    let steps = |from: u32, to: u32, step: u32| (from..=to).contains(&memory) && (memory - from).is_multiple_of(step);
    match cpu {
        256 => [512, GIB, 2 * GIB].contains(&memory),
        512 => steps(GIB, 4 * GIB, GIB),
        1024 => steps(2 * GIB, 8 * GIB, GIB),
        2048 => steps(4 * GIB, 16 * GIB, GIB),
        4096 => steps(8 * GIB, 30 * GIB, GIB),
        8192 => steps(16 * GIB, 60 * GIB, 4 * GIB),
        16_384 => steps(32 * GIB, 120 * GIB, 8 * GIB),
        _ => false,
    }
}

fn check_container(input: &RegisterTaskDefinitionInput, container: &ContainerDefinition) -> Result<(), AwsError> {
    let Some(name) = container.name.as_deref().filter(|name| !name.is_empty()) else {
        return Err(errors::client("Container.name should not be null or empty."));
    };
    if !names::is_valid(name) {
        return Err(errors::client("Container.name contains invalid characters."));
    }
    if container.image.as_deref().is_none_or(str::is_empty) {
        return Err(errors::client("Container.image should not be null or empty."));
    }
    if input.memory.is_none() && container.memory.is_none() && container.memory_reservation.is_none() {
        return Err(errors::client(format!(
            "Invalid setting for container '{name}'. At least one of 'memory' or 'memoryReservation' must be specified."
        )));
    }
    check_ports(input, container, name)?;
    let check = container.health_check.as_ref();
    if check.is_some_and(|check| check.command().is_empty()) {
        return Err(errors::client(format!("Container '{name}': healthCheck.command should not be empty.")));
    }
    let stop_timeout = container.stop_timeout.unwrap_or(30);
    if !(0..=120).contains(&stop_timeout) {
        return Err(errors::client("Container.stopTimeout must be between 0 and 120 seconds."));
    }
    Ok(())
}

fn check_ports(
    input: &RegisterTaskDefinitionInput,
    container: &ContainerDefinition,
    name: &str,
) -> Result<(), AwsError> {
    for port in container.port_mappings() {
        let inside = port.container_port.unwrap_or_default();
        if !(1..=65_535).contains(&inside) {
            return Err(errors::client(format!("Container '{name}': containerPort must be between 1 and 65535.")));
        }
        let outside = port.host_port.unwrap_or_default();
        if input.network_mode == Some(NetworkMode::Awsvpc) && outside != 0 && outside != inside {
            return Err(errors::client(
                "When networkMode=awsvpc, the host ports and container ports in port mappings must match.",
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fargate_sizes_are_those_of_the_guide() {
        for (cpu, memory, fits) in [
            (256, 512, true),
            (256, 3072, false),
            (512, 4096, true),
            (1024, 1024, false),
            (2048, 4096, true),
            (8192, 18_432, false),
            (100, 512, false),
        ] {
            assert_eq!(fits_fargate(cpu, memory), fits, "{cpu} {memory}");
        }
    }
}
