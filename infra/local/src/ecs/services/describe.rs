//! DescribeServices, and a service as every operation on services answers it.

use aws_sdk_ecs::operation::describe_services::{DescribeServicesInput, DescribeServicesOutput};
use aws_sdk_ecs::types::{
    self, DeploymentRolloutState, Failure, ServiceCurrentRevisionSummary, ServiceEvent, ServiceField,
};

use crate::ecs::world::{RevisionFace, World};
use crate::ecs::{codec, errors, names};
use crate::scheduler::deployment::{Deployment, Rollout};
use crate::scheduler::service::Life;
use crate::scheduler::task::Task;
use crate::scheduler::{Service, ServiceKey};
use crate::wire::AwsError;

pub(in crate::ecs) fn describe(
    world: &mut World,
    _now_ms: i64,
    input: &DescribeServicesInput,
) -> Result<DescribeServicesOutput, AwsError> {
    let cluster = world.cluster(input.cluster.as_deref())?;
    match input.services().len() {
        0 => return Err(errors::invalid("Services cannot be empty.")),
        1..=10 => {}
        _ => return Err(errors::invalid("service names can have at most 10 items.")),
    }
    let with_tags = input.include().contains(&ServiceField::Tags);
    let (mut services, mut failures) = (Vec::new(), Vec::new());
    for named in input.services() {
        let key = ServiceKey::new(cluster.clone(), names::last_part(named));
        if world.services.contains_key(&key) && world.scheduler.services.contains_key(&key) {
            services.push(face(world, &key, with_tags));
        } else {
            let arn = names::service_arn(&world.place, &key);
            failures.push(Failure::builder().arn(arn).reason("MISSING").build());
        }
    }
    Ok(DescribeServicesOutput::builder().set_services(Some(services)).set_failures(Some(failures)).build())
}

/// A service as it is now.
pub(super) fn face(world: &World, key: &ServiceKey, with_tags: bool) -> types::Service {
    let (Some(face), Some(service)) = (world.services.get(key), world.scheduler.services.get(key)) else {
        return types::Service::builder().build();
    };
    let tasks: Vec<&Task> = service.tasks.iter().filter_map(|id| world.scheduler.tasks.get(id)).collect();
    let mut shown = face.service.clone();
    shown.status = Some(life(service.life).to_owned());
    shown.created_at = Some(codec::moment(service.created_ms));
    shown.desired_count = i32::try_from(service.desired).unwrap_or(i32::MAX);
    shown.running_count = codec::count(tasks.iter().filter(|task| task.is_running()).count());
    shown.pending_count = codec::count(tasks.iter().filter(|task| task.is_pending()).count());
    shown.deployments = Some(
        service.deployments.iter().enumerate().map(|(at, one)| deployment(world, service, at, one, &tasks)).collect(),
    );
    shown.events = Some(service.events.iter().map(event).collect());
    let revision = service.deployments.first().map(|primary| primary.revision.as_str());
    let revision = revision.or(service.revisions.last().map(|last| last.id.as_str()));
    if let Some(told) = revision.and_then(|id| face.revisions.get(id)) {
        show_revision(&mut shown, told);
    }
    shown.current_service_deployment =
        service.records.first().map(|record| names::deployment_arn(&world.place, key, &record.id));
    shown.current_service_revisions = Some(current_revisions(world, service, &tasks));
    shown.tags = with_tags.then(|| world.tags_of(&names::service_arn(&world.place, key)));
    shown
}

fn life(life: Life) -> &'static str {
    match life {
        Life::Active => "ACTIVE",
        Life::Draining => "DRAINING",
        Life::Inactive => "INACTIVE",
    }
}

fn show_revision(shown: &mut types::Service, told: &RevisionFace) {
    shown.task_definition = Some(told.task_definition.clone());
    shown.load_balancers = Some(told.load_balancers.clone());
    shown.service_registries = Some(told.service_registries.clone());
    shown.capacity_provider_strategy.clone_from(&told.capacity_provider_strategy);
    shown.network_configuration.clone_from(&told.network_configuration);
    shown.platform_version = platform_version(told);
    shown.platform_family = platform_family(told);
}

/// The platform version of a revision: Fargate's current one when it names none.
pub(in crate::ecs) fn platform_version(told: &RevisionFace) -> Option<String> {
    let fargate = told.launch_type == Some(types::LaunchType::Fargate);
    told.platform_version.clone().or_else(|| fargate.then(|| "LATEST".to_owned()))
}

/// The platform family of a revision on Fargate.
pub(in crate::ecs) fn platform_family(told: &RevisionFace) -> Option<String> {
    (told.launch_type == Some(types::LaunchType::Fargate)).then(|| "Linux".to_owned())
}

fn event(event: &crate::scheduler::events::Event) -> ServiceEvent {
    ServiceEvent::builder().id(&event.id).created_at(codec::moment(event.at_ms)).message(&event.message).build()
}

fn deployment(
    world: &World,
    service: &Service,
    position: usize,
    deployment: &Deployment,
    tasks: &[&Task],
) -> types::Deployment {
    let own = || tasks.iter().filter(|task| task.deployment() == Some(deployment.id.as_str()));
    let mut shown = types::Deployment::builder().build();
    shown.id = Some(deployment.id.clone());
    shown.status = Some(if position == 0 { "PRIMARY" } else { "ACTIVE" }.to_owned());
    let wanted = own().filter(|task| task.wanted).count();
    shown.desired_count = if position == 0 {
        i32::try_from(service.desired).unwrap_or(i32::MAX)
    } else if deployment.rollout == Rollout::Failed {
        0
    } else {
        codec::count(wanted)
    };
    shown.running_count = codec::count(own().filter(|task| task.is_running()).count());
    shown.pending_count = codec::count(own().filter(|task| task.is_pending()).count());
    shown.failed_tasks = i32::try_from(deployment.failed_tasks).unwrap_or(i32::MAX);
    shown.created_at = Some(codec::moment(deployment.created_ms));
    shown.updated_at = Some(codec::moment(deployment.updated_ms));
    shown.rollout_state = Some(match deployment.rollout {
        Rollout::InProgress => DeploymentRolloutState::InProgress,
        Rollout::Completed => DeploymentRolloutState::Completed,
        Rollout::Failed => DeploymentRolloutState::Failed,
    });
    shown.rollout_state_reason = Some(deployment.rollout_reason.clone());
    let told = world.services.get(&service.key).and_then(|face| face.revisions.get(&deployment.revision));
    if let Some(told) = told {
        shown.task_definition = Some(told.task_definition.clone());
        shown.launch_type.clone_from(&told.launch_type);
        shown.capacity_provider_strategy.clone_from(&told.capacity_provider_strategy);
        shown.network_configuration.clone_from(&told.network_configuration);
        shown.service_connect_configuration.clone_from(&told.service_connect_configuration);
        shown.volume_configurations.clone_from(&told.volume_configurations);
        shown.platform_version = platform_version(told);
        shown.platform_family = platform_family(told);
    }
    shown
}

fn current_revisions(world: &World, service: &Service, tasks: &[&Task]) -> Vec<ServiceCurrentRevisionSummary> {
    let mut seen: Vec<&str> = Vec::new();
    let mut summaries = Vec::new();
    for (position, deployment) in service.deployments.iter().enumerate() {
        let revision = deployment.revision.as_str();
        if seen.contains(&revision) {
            continue;
        }
        seen.push(revision);
        let own = || tasks.iter().filter(|task| task.revision() == Some(revision));
        let requested = if position == 0 { i32::try_from(service.desired).unwrap_or(i32::MAX) } else { 0 };
        summaries.push(
            ServiceCurrentRevisionSummary::builder()
                .arn(names::revision_arn(&world.place, &service.key, revision))
                .requested_task_count(requested)
                .running_task_count(codec::count(own().filter(|task| task.is_running()).count()))
                .pending_task_count(codec::count(own().filter(|task| task.is_pending()).count()))
                .build(),
        );
    }
    summaries
}
