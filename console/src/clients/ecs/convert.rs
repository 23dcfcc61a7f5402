//! SDK types of ECS into facts. Every member is optional on the wire, and so it is treated.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_sdk_ecs::types as sdk;
use aws_smithy_types::DateTime;
use serde_json::Value;

use super::last_part;
use crate::model::rollout::{Breaker, DeploymentAlarms, RevisionImage, Rollback};
use crate::model::service::{DeploymentConfiguration, LoadBalancer};
use crate::model::{
    Cluster, Container, Deployment, DeploymentStatus, RevisionSummary, Service, ServiceDeployment, ServiceEvent,
    ServiceId, ServiceRevision, Task, Timestamp,
};
use crate::text::clean;

pub(super) fn cluster(from: sdk::Cluster) -> Cluster {
    let arn = from.cluster_arn.unwrap_or_default();
    Cluster {
        name: from.cluster_name.unwrap_or_else(|| last_part(&arn).to_owned()),
        arn,
        status: from.status.unwrap_or_default(),
        services: count(from.active_services_count),
        running: count(from.running_tasks_count),
        pending: count(from.pending_tasks_count),
        instances: count(from.registered_container_instances_count),
        capacity_providers: from.capacity_providers.unwrap_or_default(),
    }
}

pub(super) fn service(from: sdk::Service, raw: Value) -> Service {
    let arn = from.service_arn.unwrap_or_default();
    let cluster_arn = from.cluster_arn.unwrap_or_default();
    let name = from.service_name.unwrap_or_else(|| last_part(&arn).to_owned());
    let mut deployments: Vec<Deployment> = from.deployments.unwrap_or_default().into_iter().map(deployment).collect();
    deployments.sort_by_key(|d| (d.status != "PRIMARY", std::cmp::Reverse(d.created_at)));
    let mut events: Vec<ServiceEvent> = from.events.unwrap_or_default().into_iter().map(event).collect();
    events.sort_by_key(|event| std::cmp::Reverse(event.at));
    Service {
        id: ServiceId::new(last_part(&cluster_arn), name),
        arn,
        status: from.status.unwrap_or_default(),
        desired: count(from.desired_count),
        running: count(from.running_count),
        pending: count(from.pending_count),
        launch_type: from.launch_type.map(|word| word.as_str().to_owned()),
        scheduling: from.scheduling_strategy.map(|word| word.as_str().to_owned()),
        controller: from.deployment_controller.map(|c| c.r#type.as_str().to_owned()).unwrap_or_default(),
        task_definition: from.task_definition.unwrap_or_default(),
        created_at: time(from.created_at),
        deployments,
        events,
        deployment_configuration: from.deployment_configuration.map(deployment_configuration).unwrap_or_default(),
        load_balancers: from.load_balancers.unwrap_or_default().into_iter().map(load_balancer).collect(),
        health_check_grace_period: from.health_check_grace_period_seconds.map(count),
        tags: from.tags.unwrap_or_default().into_iter().filter_map(tag).collect(),
        exec_enabled: from.enable_execute_command,
        current_deployment: from.current_service_deployment,
        current_revisions: from
            .current_service_revisions
            .unwrap_or_default()
            .into_iter()
            .map(current_revision)
            .collect(),
        raw: Arc::new(raw),
    }
}

fn deployment(from: sdk::Deployment) -> Deployment {
    Deployment {
        id: from.id.unwrap_or_default(),
        status: from.status.unwrap_or_default(),
        task_definition: from.task_definition.unwrap_or_default(),
        desired: count(from.desired_count),
        running: count(from.running_count),
        pending: count(from.pending_count),
        failed: count(from.failed_tasks),
        rollout_state: from.rollout_state.map(|word| word.as_str().to_owned()),
        rollout_reason: words(from.rollout_state_reason),
        created_at: time(from.created_at),
        updated_at: time(from.updated_at),
    }
}

/// The newest deployment of a service as `UpdateService` answers it.
pub(crate) fn primary_deployment(service: Option<sdk::Service>) -> Option<String> {
    let deployments = service?.deployments?;
    deployments.into_iter().find(|d| d.status.as_deref() == Some("PRIMARY"))?.id
}

fn event(from: sdk::ServiceEvent) -> ServiceEvent {
    ServiceEvent {
        id: from.id.unwrap_or_default(),
        at: time(from.created_at).unwrap_or_default(),
        message: words(from.message).unwrap_or_default(),
    }
}

fn deployment_configuration(from: sdk::DeploymentConfiguration) -> DeploymentConfiguration {
    let breaker = from.deployment_circuit_breaker;
    let alarms = from.alarms.filter(|alarms| alarms.enable);
    DeploymentConfiguration {
        strategy: from.strategy.map_or_else(|| "ROLLING".to_owned(), |word| word.as_str().to_owned()),
        minimum_healthy_percent: from.minimum_healthy_percent.map_or(100, count),
        maximum_percent: from.maximum_percent.map_or(200, count),
        breaker: breaker.as_ref().is_some_and(|breaker| breaker.enable),
        breaker_rollback: breaker.as_ref().is_some_and(|breaker| breaker.enable && breaker.rollback),
        alarm_rollback: alarms.as_ref().is_some_and(|alarms| alarms.rollback),
        alarms: alarms.map(|alarms| alarms.alarm_names).unwrap_or_default(),
        bake_minutes: from.bake_time_in_minutes.map(count),
    }
}

fn load_balancer(from: sdk::LoadBalancer) -> LoadBalancer {
    LoadBalancer {
        target_group: from.target_group_arn.unwrap_or_default(),
        container: from.container_name.unwrap_or_default(),
        port: from.container_port.map_or(0, port),
    }
}

fn tag(from: sdk::Tag) -> Option<(String, String)> {
    let value = clean(&from.value.unwrap_or_default()).into_owned();
    Some((clean(&from.key?).into_owned(), value))
}

fn current_revision(from: sdk::ServiceCurrentRevisionSummary) -> RevisionSummary {
    RevisionSummary {
        arn: from.arn.unwrap_or_default(),
        requested: count(from.requested_task_count),
        running: count(from.running_task_count),
        pending: count(from.pending_task_count),
        ..RevisionSummary::default()
    }
}

pub(super) fn task(from: sdk::Task, raw: Value) -> Task {
    let arn = from.task_arn.clone().unwrap_or_default();
    Task {
        id: last_part(&arn).to_owned(),
        cluster: last_part(from.cluster_arn.as_deref().unwrap_or_default()).to_owned(),
        private_ip: private_ip(&from),
        arn,
        group: from.group,
        started_by: words(from.started_by),
        last_status: from.last_status.unwrap_or_default(),
        desired_status: from.desired_status.unwrap_or_default(),
        health: from.health_status.map_or_else(|| "UNKNOWN".to_owned(), |word| word.as_str().to_owned()),
        task_definition: from.task_definition_arn.unwrap_or_default(),
        zone: from.availability_zone,
        launch_type: from.launch_type.map(|word| word.as_str().to_owned()),
        capacity_provider: from.capacity_provider_name,
        cpu: from.cpu,
        memory: from.memory,
        created_at: time(from.created_at),
        pull_started_at: time(from.pull_started_at),
        pull_stopped_at: time(from.pull_stopped_at),
        started_at: time(from.started_at),
        stopping_at: time(from.stopping_at),
        stopped_at: time(from.stopped_at),
        stop_code: from.stop_code.map(|word| word.as_str().to_owned()),
        stopped_reason: words(from.stopped_reason),
        containers: from.containers.unwrap_or_default().into_iter().map(container).collect(),
        exec_enabled: from.enable_execute_command,
        raw: Arc::new(raw),
    }
}

fn private_ip(task: &sdk::Task) -> Option<String> {
    let details = task.attachments.iter().flatten().flat_map(|attachment| attachment.details.iter().flatten());
    let attached = details.filter(|d| d.name.as_deref() == Some("privateIPv4Address")).find_map(|d| d.value.clone());
    let interfaces = || {
        let all = task.containers.iter().flatten().flat_map(|c| c.network_interfaces.iter().flatten());
        all.filter_map(|interface| interface.private_ipv4_address.clone()).next()
    };
    attached.or_else(interfaces)
}

fn container(from: sdk::Container) -> Container {
    let binding = |b: sdk::NetworkBinding| Some((port(b.container_port?), port(b.host_port?)));
    Container {
        name: from.name.unwrap_or_default(),
        image: from.image.unwrap_or_default(),
        digest: from.image_digest,
        last_status: from.last_status.unwrap_or_default(),
        health: from.health_status.map(|word| word.as_str().to_owned()),
        exit_code: from.exit_code,
        reason: words(from.reason),
        runtime_id: from.runtime_id,
        ports: from.network_bindings.unwrap_or_default().into_iter().filter_map(binding).collect(),
    }
}

pub(super) fn service_deployment(from: sdk::ServiceDeployment) -> ServiceDeployment {
    let strategy = from.deployment_configuration.and_then(|configuration| configuration.strategy);
    ServiceDeployment {
        arn: from.service_deployment_arn.unwrap_or_default(),
        status: from.status.map(|word| DeploymentStatus::parse(word.as_str())).unwrap_or_default(),
        status_reason: words(from.status_reason),
        lifecycle_stage: from.lifecycle_stage.map(|word| word.as_str().to_owned()),
        strategy: strategy.map_or_else(|| "ROLLING".to_owned(), |word| word.as_str().to_owned()),
        created_at: time(from.created_at),
        started_at: time(from.started_at),
        finished_at: time(from.finished_at),
        stopped_at: time(from.stopped_at),
        updated_at: time(from.updated_at),
        sources: from.source_service_revisions.unwrap_or_default().into_iter().map(revision_summary).collect(),
        target: from.target_service_revision.map(revision_summary),
        breaker: from.deployment_circuit_breaker.map(breaker),
        alarms: from.alarms.map(deployment_alarms),
        rollback: from.rollback.map(|rollback| Rollback {
            reason: words(rollback.reason),
            started_at: time(rollback.started_at),
            revision: rollback.service_revision_arn,
        }),
    }
}

fn revision_summary(from: sdk::ServiceRevisionSummary) -> RevisionSummary {
    RevisionSummary {
        arn: from.arn.unwrap_or_default(),
        requested: count(from.requested_task_count),
        running: count(from.running_task_count),
        pending: count(from.pending_task_count),
        production_weight: from.requested_production_traffic_weight,
        test_weight: from.requested_test_traffic_weight,
    }
}

fn breaker(from: sdk::ServiceDeploymentCircuitBreaker) -> Breaker {
    Breaker {
        status: from.status.map(|word| word.as_str().to_owned()).unwrap_or_default(),
        failures: count(from.failure_count),
        threshold: count(from.threshold),
    }
}

fn deployment_alarms(from: sdk::ServiceDeploymentAlarms) -> DeploymentAlarms {
    DeploymentAlarms {
        status: from.status.map(|word| word.as_str().to_owned()).unwrap_or_default(),
        names: from.alarm_names.unwrap_or_default(),
        triggered: from.triggered_alarm_names.unwrap_or_default(),
    }
}

pub(super) fn service_revision(from: sdk::ServiceRevision) -> ServiceRevision {
    let image = |image: sdk::ContainerImage| RevisionImage {
        container: image.container_name.unwrap_or_default(),
        image: image.image.unwrap_or_default(),
        digest: image.image_digest,
    };
    ServiceRevision {
        arn: from.service_revision_arn.unwrap_or_default(),
        task_definition: from.task_definition.unwrap_or_default(),
        images: from.container_images.unwrap_or_default().into_iter().map(image).collect(),
        created_at: time(from.created_at),
    }
}

/// Entries of a raw list by the value of one of their members.
pub(super) fn by_member(list: Value, member: &str) -> BTreeMap<String, Value> {
    let Value::Array(entries) = list else { return BTreeMap::new() };
    let keyed = |entry: Value| Some((entry.get(member)?.as_str()?.to_owned(), entry));
    entries.into_iter().filter_map(keyed).collect()
}

fn time(from: Option<DateTime>) -> Option<Timestamp> {
    from.and_then(|time| time.to_millis().ok()).map(Timestamp)
}

fn count(from: i32) -> u32 {
    u32::try_from(from).unwrap_or_default()
}

fn port(from: i32) -> u16 {
    u16::try_from(from).unwrap_or_default()
}

fn words(from: Option<String>) -> Option<String> {
    from.map(|text| clean(&text).into_owned())
}
