//! Service deployments and revisions as the API shows them.

use aws_sdk_ecs::types::{
    ContainerImage, Rollback, ServiceDeployment as Shown, ServiceDeploymentAlarms, ServiceDeploymentBrief,
    ServiceDeploymentCircuitBreaker, ServiceDeploymentLifecycleStage, ServiceDeploymentRollbackMonitorsStatus,
    ServiceDeploymentStatus, ServiceRevision, ServiceRevisionSummary,
};

use crate::ecs::services::{platform_family, platform_version};
use crate::ecs::world::World;
use crate::ecs::{codec, names};
use crate::scheduler::ServiceKey;
use crate::scheduler::record::{MonitorStatus, ServiceDeployment};
use crate::scheduler::service::Revision;
use crate::wire::Place;

/// A service deployment in a list.
pub(super) fn brief(place: &Place, key: &ServiceKey, record: &ServiceDeployment) -> ServiceDeploymentBrief {
    ServiceDeploymentBrief::builder()
        .service_deployment_arn(names::deployment_arn(place, key, &record.id))
        .service_arn(names::service_arn(place, key))
        .cluster_arn(names::cluster_arn(place, &key.cluster))
        .created_at(codec::moment(record.created_ms))
        .set_started_at(record.started_ms.map(codec::moment))
        .set_finished_at(record.finished_ms.map(codec::moment))
        .target_service_revision_arn(names::revision_arn(place, key, &record.target))
        .status(ServiceDeploymentStatus::from(record.status.word()))
        .set_status_reason(record.status_reason.clone())
        .build()
}

/// A service deployment by its ARN.
pub(super) fn deployment(world: &World, arn: &str) -> Option<Shown> {
    let (key, id) = names::deep(arn, "service-deployment")?;
    let record = world.scheduler.services.get(&key)?.records.iter().find(|record| record.id == id)?;
    let configuration = world.services.get(&key)?.configurations.get(id);
    let place = &world.place;
    let mut shown = Shown::builder().build();
    shown.service_deployment_arn = Some(names::deployment_arn(place, &key, id));
    shown.service_arn = Some(names::service_arn(place, &key));
    shown.cluster_arn = Some(names::cluster_arn(place, &key.cluster));
    shown.created_at = Some(codec::moment(record.created_ms));
    shown.started_at = record.started_ms.map(codec::moment);
    shown.finished_at = record.finished_ms.map(codec::moment);
    shown.stopped_at = record.stopped_ms.map(codec::moment);
    shown.updated_at = Some(codec::moment(record.updated_ms));
    shown.source_service_revisions =
        Some(record.sources.iter().map(|revision| summary(place, &key, record, revision)).collect());
    shown.target_service_revision = Some(summary(place, &key, record, &record.target));
    shown.status = Some(ServiceDeploymentStatus::from(record.status.word()));
    shown.status_reason.clone_from(&record.status_reason);
    shown.lifecycle_stage = (!record.is_finished()).then(|| ServiceDeploymentLifecycleStage::from(record.stage.word()));
    shown.deployment_configuration = configuration.cloned();
    shown.rollback = rollback(place, &key, record);
    shown.deployment_circuit_breaker = Some(breaker(record));
    shown.alarms = Some(alarms(record));
    Some(shown)
}

fn summary(place: &Place, key: &ServiceKey, record: &ServiceDeployment, revision: &str) -> ServiceRevisionSummary {
    let counts = record.counts.get(revision).copied().unwrap_or_default();
    let number = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
    ServiceRevisionSummary::builder()
        .arn(names::revision_arn(place, key, revision))
        .requested_task_count(number(counts.requested))
        .running_task_count(number(counts.running))
        .pending_task_count(number(counts.pending))
        .build()
}

fn rollback(place: &Place, key: &ServiceKey, record: &ServiceDeployment) -> Option<Rollback> {
    let note = record.rollback.as_ref()?;
    Some(
        Rollback::builder()
            .reason(&note.reason)
            .started_at(codec::moment(note.started_ms))
            .service_revision_arn(names::revision_arn(place, key, &note.revision))
            .build(),
    )
}

fn breaker(record: &ServiceDeployment) -> ServiceDeploymentCircuitBreaker {
    ServiceDeploymentCircuitBreaker::builder()
        .status(monitor(record.breaker))
        .failure_count(i32::try_from(record.failure_count).unwrap_or(i32::MAX))
        .threshold(i32::try_from(record.threshold).unwrap_or(i32::MAX))
        .build()
}

fn alarms(record: &ServiceDeployment) -> ServiceDeploymentAlarms {
    ServiceDeploymentAlarms::builder()
        .status(monitor(record.alarms))
        .set_alarm_names(Some(record.alarm_names.clone()))
        .set_triggered_alarm_names(Some(record.triggered_alarms.clone()))
        .build()
}

fn monitor(status: MonitorStatus) -> ServiceDeploymentRollbackMonitorsStatus {
    ServiceDeploymentRollbackMonitorsStatus::from(status.word())
}

/// A service revision by its ARN.
pub(super) fn revision(world: &World, arn: &str) -> Option<ServiceRevision> {
    let (key, id) = names::deep(arn, "service-revision")?;
    let kept = world.scheduler.services.get(&key)?.revision(id)?;
    let told = world.services.get(&key)?.revisions.get(id)?;
    let mut shown = ServiceRevision::builder().build();
    shown.service_revision_arn = Some(names::revision_arn(&world.place, &key, id));
    shown.service_arn = Some(names::service_arn(&world.place, &key));
    shown.cluster_arn = Some(names::cluster_arn(&world.place, &key.cluster));
    shown.task_definition = Some(told.task_definition.clone());
    shown.load_balancers = Some(told.load_balancers.clone());
    shown.service_registries = Some(told.service_registries.clone());
    shown.launch_type.clone_from(&told.launch_type);
    shown.capacity_provider_strategy.clone_from(&told.capacity_provider_strategy);
    shown.network_configuration.clone_from(&told.network_configuration);
    shown.service_connect_configuration.clone_from(&told.service_connect_configuration);
    shown.volume_configurations.clone_from(&told.volume_configurations);
    shown.platform_version = platform_version(told);
    shown.platform_family = platform_family(told);
    shown.container_images = Some(images(kept));
    shown.created_at = Some(codec::moment(kept.created_ms));
    Some(shown)
}

/// The images of a revision, with the digests that its first tasks resolved.
fn images(revision: &Revision) -> Vec<ContainerImage> {
    let containers = revision.template.launch.containers.iter();
    containers
        .map(|container| {
            ContainerImage::builder()
                .container_name(&container.name)
                .image(&container.image)
                .set_image_digest(revision.digests.get(&container.name).cloned())
                .build()
        })
        .collect()
}
