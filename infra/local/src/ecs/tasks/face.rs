//! A task as every operation on tasks answers it.

use aws_sdk_ecs::types::{
    Attachment, Attribute, Connectivity, Container, ContainerOverride, HealthStatus, KeyValuePair, LaunchType,
    NetworkBinding, NetworkInterface, NetworkMode, PropagateTags, Tag, Task as Shown, TaskOverride, TaskStopCode,
    TransportProtocol,
};

use crate::ecs::world::World;
use crate::ecs::{codec, derived_uuid, names};
use crate::scheduler::health;
use crate::scheduler::port::ContainerLaunch;
use crate::scheduler::task::{self, ContainerStatus, Health, Owner, Status, StopCode, Task};

/// Every task answers on this address.
const ADDRESS: &str = "127.0.0.1";

/// A task as it is now.
pub(super) fn face(world: &World, task: &Task, with_tags: bool) -> Shown {
    let arn = names::task_arn(&world.place, &task.cluster, task.id.as_str());
    let launch_type = super::launch_type(world, task);
    let is_fargate = launch_type == LaunchType::Fargate;
    let mut shown = Shown::builder().build();
    shown.cluster_arn = Some(names::cluster_arn(&world.place, &task.cluster));
    shown.task_definition_arn = Some(task.template.task_definition.clone());
    shown.availability_zone = Some(format!("{}a", world.place.region()));
    shown.attributes = Some(attributes());
    shown.attachments = Some(attachment(world, task).into_iter().collect());
    shown.containers = Some(containers(world, task, &arn));
    shown.cpu = size(task.template.launch.cpu);
    shown.memory = size(task.template.launch.memory);
    shown.desired_status = Some(if task.wanted { "RUNNING" } else { "STOPPED" }.to_owned());
    shown.last_status = Some(task.status.word().to_owned());
    shown.group = Some(task.group());
    shown.started_by = task.started_by().map(str::to_owned);
    shown.health_status = Some(health_status(health::word(task)));
    shown.platform_family = is_fargate.then(|| "Linux".to_owned());
    shown.platform_version = is_fargate.then(|| "1.4.0".to_owned());
    shown.launch_type = Some(launch_type);
    shown.version = i64::try_from(task.version).unwrap_or(i64::MAX);
    shown.tags = Some(if with_tags { tags(world, task, &arn) } else { Vec::new() });
    shown.task_arn = Some(arn);
    show_moments(&mut shown, task);
    show_told(&mut shown, world, task);
    shown.stopped_reason.clone_from(&task.stopped_reason);
    shown.stop_code = task.stop_code.map(stop_code);
    shown
}

fn show_moments(shown: &mut Shown, task: &Task) {
    let moments = &task.moments;
    shown.created_at = Some(codec::moment(moments.created));
    shown.pull_started_at = moments.pull_started.map(codec::moment);
    shown.pull_stopped_at = moments.pull_stopped.map(codec::moment);
    shown.started_at = moments.started.map(codec::moment);
    shown.stopping_at = moments.stopping.map(codec::moment);
    shown.execution_stopped_at = moments.execution_stopped.map(codec::moment);
    shown.stopped_at = moments.stopped.map(codec::moment);
    if let Some(connected) = moments.pull_started {
        shown.connectivity = Some(Connectivity::Connected);
        shown.connectivity_at = Some(codec::moment(connected));
    }
}

fn show_told(shown: &mut Shown, world: &World, task: &Task) {
    let told = world.tasks.get(&task.id);
    let mut overrides = told.map_or_else(|| TaskOverride::builder().build(), |told| told.overrides.clone());
    let named = |name: &str| overrides.container_overrides().iter().find(|one| one.name() == Some(name)).cloned();
    let all = task.containers.iter().map(|container| {
        named(&container.name).unwrap_or_else(|| ContainerOverride::builder().name(&container.name).build())
    });
    let all: Vec<ContainerOverride> = all.collect();
    overrides.container_overrides = Some(all);
    overrides.inference_accelerator_overrides.get_or_insert_default();
    shown.overrides = Some(overrides);
    let service = match &task.owner {
        Owner::Service { key, .. } => world.services.get(key).map(|face| &face.service),
        Owner::Alone { .. } => None,
    };
    shown.enable_execute_command = told.is_some_and(|told| told.enable_execute_command)
        || service.is_some_and(|service| service.enable_execute_command);
    if let Some(version) = told.and_then(|told| told.platform_version.as_ref()).filter(|version| *version != "LATEST") {
        shown.platform_version = Some(version.clone());
    }
}

fn tags(world: &World, task: &Task, arn: &str) -> Vec<Tag> {
    let mut tags = world.tags_of(arn);
    let Owner::Service { key, .. } = &task.owner else { return tags };
    let Some(service) = world.services.get(key).map(|face| &face.service) else { return tags };
    let source = match service.propagate_tags {
        Some(PropagateTags::Service) => world.tags_of(&names::service_arn(&world.place, key)),
        Some(PropagateTags::TaskDefinition) => world.tags_of(&task.template.task_definition),
        _ => Vec::new(),
    };
    tags.extend(source);
    if service.enable_ecs_managed_tags {
        for (name, value) in [("aws:ecs:clusterName", &key.cluster), ("aws:ecs:serviceName", &key.name)] {
            tags.push(Tag::builder().key(name).value(value).build());
        }
    }
    tags
}

fn is_awsvpc(world: &World, task: &Task) -> bool {
    let definition = world.definition(&task.template.task_definition);
    definition.is_some_and(|definition| definition.network_mode == Some(NetworkMode::Awsvpc))
}

fn attachment_id(task: &Task) -> String {
    derived_uuid(&[task.id.as_str(), "eni"])
}

/// The network interface of a task with a network of its own; here it is the loopback interface.
fn attachment(world: &World, task: &Task) -> Option<Attachment> {
    if !is_awsvpc(world, task) {
        return None;
    }
    let status = match task.status {
        Status::Provisioning => "PRECREATED",
        Status::Deprovisioning | Status::Stopped => "DELETED",
        _ => "ATTACHED",
    };
    let id = attachment_id(task);
    let interface = format!("eni-{}", id.replace('-', "").get(..17).unwrap_or_default());
    let details = [("networkInterfaceId", interface.as_str()), ("privateIPv4Address", ADDRESS)];
    let details = details.iter().map(|(name, value)| KeyValuePair::builder().name(*name).value(*value).build());
    Some(
        Attachment::builder()
            .id(id)
            .r#type("ElasticNetworkInterface")
            .status(status)
            .set_details(Some(details.collect()))
            .build(),
    )
}

fn containers(world: &World, task: &Task, arn: &str) -> Vec<Container> {
    let attachment = is_awsvpc(world, task).then(|| attachment_id(task));
    let pairs = task.containers.iter().zip(&task.template.launch.containers);
    pairs.map(|(one, launch)| container(world, task, arn, one, launch, attachment.as_deref())).collect()
}

fn container(
    world: &World,
    task: &Task,
    task_arn: &str,
    one: &task::Container,
    launch: &ContainerLaunch,
    attachment: Option<&str>,
) -> Container {
    let mut shown = Container::builder().build();
    shown.container_arn = Some(names::container_arn(&world.place, &task.cluster, task.id.as_str(), &one.name));
    shown.task_arn = Some(task_arn.to_owned());
    shown.name = Some(one.name.clone());
    shown.image = Some(launch.image.clone());
    shown.image_digest.clone_from(&one.digest);
    shown.runtime_id.clone_from(&one.runtime_id);
    shown.last_status = Some(container_status(one.status).to_owned());
    shown.exit_code = one.exit_code;
    shown.reason.clone_from(&one.reason);
    shown.network_bindings = Some(binding(one, launch).into_iter().collect());
    shown.network_interfaces = Some(attachment.into_iter().map(interface).collect());
    shown.health_status = Some(health_status(if one.checked { one.health } else { Health::Unknown }));
    shown.cpu = Some(launch.cpu.to_string());
    shown.memory = size(launch.memory);
    shown
}

/// The loopback port on which a running container really answers.
fn binding(one: &task::Container, launch: &ContainerLaunch) -> Option<NetworkBinding> {
    let port = one.host_port.filter(|_| one.status == ContainerStatus::Running)?;
    Some(
        NetworkBinding::builder()
            .bind_ip(ADDRESS)
            .container_port(i32::from(launch.container_port.unwrap_or(port)))
            .host_port(i32::from(port))
            .protocol(TransportProtocol::Tcp)
            .build(),
    )
}

fn interface(attachment: &str) -> NetworkInterface {
    NetworkInterface::builder().attachment_id(attachment).private_ipv4_address(ADDRESS).build()
}

/// What AWS says about the machine a task runs on.
fn attributes() -> Vec<Attribute> {
    Attribute::builder().name("ecs.cpu-architecture").value(architecture()).build().into_iter().collect()
}

fn architecture() -> &'static str {
    if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" }
}

fn size(number: u32) -> Option<String> {
    (number > 0).then(|| number.to_string())
}

fn container_status(status: ContainerStatus) -> &'static str {
    match status {
        ContainerStatus::Pending => "PENDING",
        ContainerStatus::Running => "RUNNING",
        ContainerStatus::Stopped => "STOPPED",
    }
}

fn health_status(health: Health) -> HealthStatus {
    HealthStatus::from(match health {
        Health::Unknown => "UNKNOWN",
        Health::Healthy => "HEALTHY",
        Health::Unhealthy => "UNHEALTHY",
    })
}

fn stop_code(code: StopCode) -> TaskStopCode {
    match code {
        StopCode::TaskFailedToStart => TaskStopCode::TaskFailedToStart,
        StopCode::EssentialContainerExited => TaskStopCode::EssentialContainerExited,
        StopCode::UserInitiated => TaskStopCode::UserInitiated,
        StopCode::ServiceSchedulerInitiated => TaskStopCode::ServiceSchedulerInitiated,
    }
}
