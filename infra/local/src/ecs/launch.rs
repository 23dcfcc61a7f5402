//! Turns a task definition into what the scheduler starts.

use std::time::Duration;

use aws_sdk_ecs::types::{
    ContainerDefinition, ContainerOverride, KeyValuePair, LoadBalancer, LogDriver, MountPoint, TaskDefinition,
    TaskOverride,
};

use super::{errors, names};
use crate::scheduler::port::{ContainerLaunch, HealthCheck, Launch, LogTarget, Mount};
use crate::scheduler::task::{Binding, Template};
use crate::wire::AwsError;

/// How long a container may take to end when its definition says nothing.
const STOP_TIMEOUT_SECONDS: i32 = 30;

/// What a task with a role finds, where AWS has an endpoint that hands out the role's credentials.
const ROLE_CREDENTIALS: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", "local"), ("AWS_SECRET_ACCESS_KEY", "local")];

/// What the tasks of a task definition run.
pub(super) fn template(cluster: &str, definition: &TaskDefinition, load_balancers: &[LoadBalancer]) -> Template {
    let has_role = definition.task_role_arn.as_ref().is_some_and(|role| !role.is_empty());
    Template {
        task_definition: definition.task_definition_arn.clone().unwrap_or_default(),
        launch: Launch {
            cluster: cluster.to_owned(),
            group: String::new(),
            family: definition.family.clone().unwrap_or_default(),
            revision: u32::try_from(definition.revision).unwrap_or_default(),
            cpu: definition.cpu.as_deref().and_then(cpu_units).unwrap_or_default(),
            memory: definition.memory.as_deref().and_then(mebibytes).unwrap_or_default(),
            containers: definition.container_definitions().iter().map(|one| container(one, has_role)).collect(),
        },
        bindings: load_balancers.iter().filter_map(binding).collect(),
    }
}

/// Merges the overrides of a `RunTask` call into what a task runs.
pub(super) fn apply_overrides(template: &mut Template, overrides: &TaskOverride) -> Result<(), AwsError> {
    if let Some(cpu) = overrides.cpu.as_deref() {
        template.launch.cpu = cpu_units(cpu).ok_or_else(|| errors::invalid("Invalid 'cpu' setting for task."))?;
    }
    if let Some(memory) = overrides.memory.as_deref() {
        template.launch.memory =
            mebibytes(memory).ok_or_else(|| errors::invalid("Invalid 'memory' setting for task."))?;
    }
    for wanted in overrides.container_overrides() {
        let name = wanted.name.as_deref().unwrap_or_default();
        let container =
            template.launch.containers.iter_mut().find(|container| container.name == name).ok_or_else(|| {
                errors::invalid(format!(
                    "Override for container named {name} is not a container in the TaskDefinition."
                ))
            })?;
        override_container(container, wanted);
    }
    Ok(())
}

fn override_container(container: &mut ContainerLaunch, wanted: &ContainerOverride) {
    if let Some(command) = &wanted.command {
        container.command = Some(command.clone());
    }
    for (name, value) in pairs(wanted.environment()) {
        container.environment.retain(|(present, _)| *present != name);
        container.environment.push((name, value));
    }
    if let Some(cpu) = wanted.cpu.and_then(|cpu| u32::try_from(cpu).ok()) {
        container.cpu = cpu;
    }
    if let Some(memory) = wanted.memory.and_then(|memory| u32::try_from(memory).ok()) {
        container.memory = memory;
    }
}

fn binding(load_balancer: &LoadBalancer) -> Option<Binding> {
    Some(Binding {
        target_group: load_balancer.target_group_arn.clone()?,
        container: load_balancer.container_name.clone()?,
        container_port: load_balancer.container_port.and_then(|port| u16::try_from(port).ok())?,
    })
}

fn container(definition: &ContainerDefinition, has_role: bool) -> ContainerLaunch {
    let port = definition.port_mappings().first().and_then(|port| port.container_port);
    let stop_timeout = definition.stop_timeout.unwrap_or(STOP_TIMEOUT_SECONDS);
    ContainerLaunch {
        name: definition.name.clone().unwrap_or_default(),
        image: definition.image.clone().unwrap_or_default(),
        essential: definition.essential.unwrap_or(true),
        entry_point: definition.entry_point.clone().filter(|words| !words.is_empty()),
        command: definition.command.clone().filter(|words| !words.is_empty()),
        environment: environment(definition, has_role),
        container_port: port.and_then(|port| u16::try_from(port).ok()),
        cpu: u32::try_from(definition.cpu).unwrap_or_default(),
        memory: definition.memory.and_then(|memory| u32::try_from(memory).ok()).unwrap_or_default(),
        health_check: definition.health_check.as_ref().and_then(health_check),
        log: log_target(definition),
        stop_timeout: seconds(stop_timeout),
        mounts: definition.mount_points().iter().filter_map(mount).collect(),
    }
}

/// Variables of a container. A task role's credentials come as placeholders, before what the definition says itself.
fn environment(definition: &ContainerDefinition, has_role: bool) -> Vec<(String, String)> {
    let credentials = ROLE_CREDENTIALS.iter().filter(|_| has_role);
    let credentials = credentials.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    credentials.chain(pairs(definition.environment())).collect()
}

fn mount(point: &MountPoint) -> Option<Mount> {
    Some(Mount { volume: point.source_volume.clone()?, path: point.container_path.clone()? })
}

fn health_check(check: &aws_sdk_ecs::types::HealthCheck) -> Option<HealthCheck> {
    let disabled = check.command.first().is_none_or(|word| word == "NONE");
    (!disabled).then(|| HealthCheck {
        command: check.command.clone(),
        interval: seconds(check.interval.unwrap_or(30)),
        timeout: seconds(check.timeout.unwrap_or(5)),
        retries: check.retries.and_then(|retries| u32::try_from(retries).ok()).unwrap_or(3),
        start_period: seconds(check.start_period.unwrap_or_default()),
    })
}

fn log_target(definition: &ContainerDefinition) -> Option<LogTarget> {
    let configuration = definition.log_configuration.as_ref()?;
    if configuration.log_driver != LogDriver::Awslogs {
        return None;
    }
    let options = configuration.options.as_ref()?;
    let group = options.get("awslogs-group")?.clone();
    let stream_prefix = options.get("awslogs-stream-prefix").cloned().unwrap_or_else(|| "ecs".to_owned());
    Some(LogTarget { group, stream_prefix })
}

fn pairs(pairs: &[KeyValuePair]) -> Vec<(String, String)> {
    pairs.iter().filter_map(|pair| Some((pair.name.clone()?, pair.value.clone().unwrap_or_default()))).collect()
}

fn seconds(number: i32) -> Duration {
    Duration::from_secs(u64::try_from(number).unwrap_or_default())
}

/// Reads `256`, `.25 vCPU` or `1vcpu` as CPU units.
pub(super) fn cpu_units(text: &str) -> Option<u32> {
    scaled(text, "vcpu")
}

/// Reads `512`, `0.5GB` or `1 gb` as MiB.
pub(super) fn mebibytes(text: &str) -> Option<u32> {
    scaled(text, "gb")
}

fn scaled(text: &str, unit: &str) -> Option<u32> {
    let text = text.trim().to_ascii_lowercase();
    let Some(number) = text.strip_suffix(unit) else {
        return text.parse().ok();
    };
    let number: f64 = number.trim().parse().ok()?;
    let scaled = (number * 1024.0).round();
    (scaled >= 0.0 && scaled <= f64::from(u32::MAX)).then_some(scaled as u32)
}

/// Checks a service's balancers against its task definition, in AWS's words.
pub(super) fn check_balancers(definition: &TaskDefinition, balancers: &[LoadBalancer]) -> Result<(), AwsError> {
    for balancer in balancers {
        let name = balancer.container_name.as_deref().unwrap_or_default();
        let container = definition.container_definitions().iter().find(|one| one.name.as_deref() == Some(name));
        let Some(container) = container else {
            return Err(errors::invalid(format!("The container {name} does not exist in the task definition.")));
        };
        let port = balancer.container_port.unwrap_or_default();
        if !container.port_mappings().iter().any(|mapping| mapping.container_port == Some(port)) {
            let message = format!("The container {name} did not have a container port {port} defined.");
            return Err(errors::invalid(message));
        }
        if balancer.target_group_arn.as_deref().map(names::last_part).is_none_or(str::is_empty) {
            return Err(errors::invalid("Load balancers need a target group ARN."));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_with_and_without_units() {
        for (text, expected) in
            [("256", Some(256)), (".25 vCPU", Some(256)), ("1vcpu", Some(1024)), ("x", None), ("-1", None)]
        {
            assert_eq!(cpu_units(text), expected, "{text}");
        }
        for (text, expected) in [("512", Some(512)), ("0.5GB", Some(512)), ("1 gb", Some(1024)), ("1e300gb", None)] {
            assert_eq!(mebibytes(text), expected, "{text}");
        }
    }
}
