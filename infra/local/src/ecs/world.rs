//! Everything that the ECS API answers from: clusters, task definitions, what was said about services and tasks, tags,
//! and the scheduler's state.

use std::collections::BTreeMap;

use aws_sdk_ecs::types;

use super::{errors, names};
use crate::scheduler::{self, ServiceKey, State, TaskId};
use crate::wire::{AwsError, Place};

/// The state behind the API.
#[derive(Debug)]
pub(super) struct World {
    pub(super) place: Place,
    pub(super) clusters: BTreeMap<String, types::Cluster>,
    /// Task definitions by family, oldest revision first.
    pub(super) families: BTreeMap<String, Vec<types::TaskDefinition>>,
    pub(super) services: BTreeMap<ServiceKey, ServiceFace>,
    /// What `RunTask` was told about its tasks.
    pub(super) tasks: BTreeMap<TaskId, TaskFace>,
    /// Tags by ARN.
    pub(super) tags: BTreeMap<String, Vec<types::Tag>>,
    /// Tasks that a `RunTask` call with this client token started.
    pub(super) run_tokens: BTreeMap<(String, String), Vec<TaskId>>,
    pub(super) scheduler: State,
}

/// What callers said about a service, beyond what the scheduler needs.
#[derive(Clone, Debug)]
pub(super) struct ServiceFace {
    /// The members that do not belong to a revision.
    pub(super) service: types::Service,
    /// What each revision was told, by the revision's id.
    pub(super) revisions: BTreeMap<String, RevisionFace>,
    /// The configuration that each service deployment was done with, by its id.
    pub(super) configurations: BTreeMap<String, types::DeploymentConfiguration>,
}

/// What callers said about a revision.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct RevisionFace {
    pub(super) task_definition: String,
    pub(super) load_balancers: Vec<types::LoadBalancer>,
    pub(super) service_registries: Vec<types::ServiceRegistry>,
    pub(super) launch_type: Option<types::LaunchType>,
    pub(super) capacity_provider_strategy: Option<Vec<types::CapacityProviderStrategyItem>>,
    pub(super) platform_version: Option<String>,
    pub(super) network_configuration: Option<types::NetworkConfiguration>,
    pub(super) service_connect_configuration: Option<types::ServiceConnectConfiguration>,
    pub(super) volume_configurations: Option<Vec<types::ServiceVolumeConfiguration>>,
}

/// What `RunTask` was told about a task.
#[derive(Clone, Debug)]
pub(super) struct TaskFace {
    pub(super) overrides: types::TaskOverride,
    pub(super) launch_type: Option<types::LaunchType>,
    pub(super) platform_version: Option<String>,
    pub(super) enable_execute_command: bool,
}

impl World {
    pub(super) fn new(place: Place, seed: u64) -> Self {
        Self {
            place,
            clusters: BTreeMap::new(),
            families: BTreeMap::new(),
            services: BTreeMap::new(),
            tasks: BTreeMap::new(),
            tags: BTreeMap::new(),
            run_tokens: BTreeMap::new(),
            scheduler: State::new(seed),
        }
    }

    /// The name of an active cluster.
    pub(super) fn cluster(&self, named: Option<&str>) -> Result<String, AwsError> {
        let name = names::cluster(named);
        let active = self.clusters.get(name).is_some_and(|cluster| cluster.status.as_deref() == Some("ACTIVE"));
        if active { Ok(name.to_owned()) } else { Err(errors::cluster_not_found()) }
    }

    /// A service that exists, whatever its state, by the cluster's and its own name or ARN.
    pub(super) fn service(&self, cluster: Option<&str>, named: Option<&str>) -> Result<ServiceKey, AwsError> {
        let key = ServiceKey::new(self.cluster(cluster)?, names::last_part(named.unwrap_or_default()));
        if self.scheduler.services.contains_key(&key) { Ok(key) } else { Err(errors::service_not_found()) }
    }

    /// A service that is active.
    pub(super) fn active_service(&self, cluster: Option<&str>, named: Option<&str>) -> Result<ServiceKey, AwsError> {
        let key = self.service(cluster, named)?;
        let active = self.scheduler.services.get(&key).is_some_and(|one| one.life == scheduler::service::Life::Active);
        if active { Ok(key) } else { Err(errors::service_not_active()) }
    }

    /// A task definition by `family`, `family:revision` or ARN; a family alone means its latest active revision.
    pub(super) fn definition(&self, named: &str) -> Option<&types::TaskDefinition> {
        let name = names::last_part(named);
        match name.split_once(':') {
            Some((family, revision)) => {
                let revision: i32 = revision.parse().ok()?;
                self.families.get(family)?.iter().find(|definition| definition.revision == revision)
            }
            None => self.families.get(name)?.iter().rev().find(|definition| is_active(definition)),
        }
    }

    /// A task definition that new tasks may use.
    pub(super) fn usable_definition(&self, named: Option<&str>) -> Result<types::TaskDefinition, AwsError> {
        let named = named.filter(|name| !name.is_empty()).ok_or_else(|| errors::client("TaskDefinition not found."))?;
        let definition = self.definition(named).ok_or_else(|| errors::client("TaskDefinition not found."))?;
        if is_active(definition) { Ok(definition.clone()) } else { Err(errors::client("TaskDefinition is inactive")) }
    }

    /// Notes the service's configuration for the service deployment under way.
    pub(super) fn remember_configuration(&mut self, key: &ServiceKey) {
        let newest = self.scheduler.services.get(key).and_then(|service| service.records.first());
        let Some(record) = newest.filter(|record| !record.is_finished()) else { return };
        if let Some(face) = self.services.get_mut(key)
            && let Some(configuration) = face.service.deployment_configuration.clone()
        {
            face.configurations.insert(record.id.clone(), configuration);
        }
    }

    /// The tags of a resource.
    pub(super) fn tags_of(&self, arn: &str) -> Vec<types::Tag> {
        self.tags.get(arn).cloned().unwrap_or_default()
    }

    /// Forgets what was said about things that the scheduler has forgotten.
    pub(super) fn forget(&mut self) {
        let scheduler = &self.scheduler;
        self.tasks.retain(|id, _| scheduler.tasks.contains_key(id));
        self.run_tokens.retain(|_, tasks| tasks.iter().any(|id| scheduler.tasks.contains_key(id)));
        self.services.retain(|key, _| scheduler.services.contains_key(key));
        for (key, face) in &mut self.services {
            if let Some(service) = scheduler.services.get(key) {
                face.revisions.retain(|id, _| service.revision(id).is_some());
                face.configurations.retain(|id, _| service.records.iter().any(|record| record.id == *id));
            }
        }
        let place = &self.place;
        let task_prefix = place.arn("ecs", "task/");
        self.tags
            .retain(|arn, _| !arn.starts_with(&task_prefix) || scheduler.tasks.contains_key(names::last_part(arn)));
    }
}

/// Whether new tasks may use the task definition.
pub(super) fn is_active(definition: &types::TaskDefinition) -> bool {
    definition.status == Some(types::TaskDefinitionStatus::Active)
}
