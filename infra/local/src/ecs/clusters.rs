//! Clusters.

use aws_sdk_ecs::operation::create_cluster::{CreateClusterInput, CreateClusterOutput};
use aws_sdk_ecs::operation::delete_cluster::{DeleteClusterInput, DeleteClusterOutput};
use aws_sdk_ecs::operation::describe_clusters::{DescribeClustersInput, DescribeClustersOutput};
use aws_sdk_ecs::operation::list_clusters::{ListClustersInput, ListClustersOutput};
use aws_sdk_ecs::operation::put_cluster_capacity_providers::{
    PutClusterCapacityProvidersInput, PutClusterCapacityProvidersOutput,
};
use aws_sdk_ecs::operation::update_cluster_settings::{UpdateClusterSettingsInput, UpdateClusterSettingsOutput};
use aws_sdk_ecs::types::{Cluster, ClusterField, Failure, KeyValuePair, LaunchType};

use super::world::World;
use super::{codec, errors, names, paging, tasks};
use crate::scheduler::service::Life;
use crate::scheduler::task::{Status, Task};
use crate::wire::AwsError;

/// The capacity providers that need no container instances.
const FARGATE: [&str; 2] = ["FARGATE", "FARGATE_SPOT"];

/// What the operations that change a cluster tell about it.
const ALL: &[&str] = &["SETTINGS", "CONFIGURATIONS", "TAGS"];

pub(super) fn create(
    world: &mut World,
    _now_ms: i64,
    input: &CreateClusterInput,
) -> Result<CreateClusterOutput, AwsError> {
    let name = names::cluster(input.cluster_name.as_deref()).to_owned();
    if !names::is_valid(&name) {
        return Err(errors::invalid("Cluster name contains invalid characters."));
    }
    let arn = names::cluster_arn(&world.place, &name);
    let exists = world.clusters.get(&name).is_some_and(|cluster| cluster.status.as_deref() == Some("ACTIVE"));
    if !exists {
        let mut cluster = Cluster::builder().build();
        cluster.cluster_arn = Some(arn.clone());
        cluster.cluster_name = Some(name.clone());
        cluster.status = Some("ACTIVE".to_owned());
        cluster.configuration.clone_from(&input.configuration);
        cluster.settings = Some(input.settings.clone().unwrap_or_default());
        cluster.capacity_providers = Some(input.capacity_providers.clone().unwrap_or_default());
        cluster.default_capacity_provider_strategy =
            Some(input.default_capacity_provider_strategy.clone().unwrap_or_default());
        world.clusters.insert(name.clone(), cluster);
        world.tags.insert(arn, input.tags.clone().unwrap_or_default());
    }
    Ok(CreateClusterOutput::builder().cluster(describe_one(world, &name, ClusterField::values())).build())
}

pub(super) fn update_settings(
    world: &mut World,
    _now_ms: i64,
    input: &UpdateClusterSettingsInput,
) -> Result<UpdateClusterSettingsOutput, AwsError> {
    let name = world.cluster(input.cluster.as_deref())?;
    if let Some(cluster) = world.clusters.get_mut(&name) {
        cluster.settings.clone_from(&input.settings);
    }
    Ok(UpdateClusterSettingsOutput::builder().cluster(describe_one(world, &name, ALL)).build())
}

/// Replaces providers and default strategy; only Fargate's are there.
pub(super) fn put_capacity_providers(
    world: &mut World,
    _now_ms: i64,
    input: &PutClusterCapacityProvidersInput,
) -> Result<PutClusterCapacityProvidersOutput, AwsError> {
    let name = world.cluster(input.cluster.as_deref())?;
    let providers = input.capacity_providers.clone().unwrap_or_default();
    if let Some(unknown) = providers.iter().find(|one| !FARGATE.contains(&one.as_str())) {
        let message = format!("The specified capacity provider {unknown} was not found.");
        return Err(errors::invalid(message));
    }
    let strategy = input.default_capacity_provider_strategy.clone().unwrap_or_default();
    if strategy.iter().any(|item| !providers.contains(&item.capacity_provider)) {
        let message = "The default capacity provider strategy may only name capacity providers of the cluster.";
        return Err(errors::invalid(message));
    }
    if let Some(cluster) = world.clusters.get_mut(&name) {
        cluster.capacity_providers = Some(providers);
        cluster.default_capacity_provider_strategy = Some(strategy);
    }
    Ok(PutClusterCapacityProvidersOutput::builder().cluster(describe_one(world, &name, ALL)).build())
}

pub(super) fn delete(
    world: &mut World,
    _now_ms: i64,
    input: &DeleteClusterInput,
) -> Result<DeleteClusterOutput, AwsError> {
    let name = world.cluster(input.cluster.as_deref())?;
    let has_services =
        world.scheduler.services.values().any(|one| one.key.cluster == name && one.life != Life::Inactive);
    if has_services {
        let message = "The Cluster cannot be deleted while Services are active.";
        return Err(AwsError::client("ClusterContainsServicesException", message));
    }
    if tasks_of(world, &name).any(|task| task.status != Status::Stopped) {
        let message = "The Cluster cannot be deleted while Tasks are active.";
        return Err(AwsError::client("ClusterContainsTasksException", message));
    }
    if let Some(cluster) = world.clusters.get_mut(&name) {
        cluster.status = Some("INACTIVE".to_owned());
    }
    world.tags.remove(&names::cluster_arn(&world.place, &name));
    Ok(DeleteClusterOutput::builder().cluster(describe_one(world, &name, &[])).build())
}

pub(super) fn list(world: &mut World, _now_ms: i64, input: &ListClustersInput) -> Result<ListClustersOutput, AwsError> {
    let active = world.clusters.values().filter(|cluster| cluster.status.as_deref() == Some("ACTIVE"));
    let arns = active.filter_map(|cluster| cluster.cluster_arn.clone()).collect();
    let (arns, next) = paging::page(arns, input.next_token.as_deref(), input.max_results, 100)?;
    Ok(ListClustersOutput::builder().set_cluster_arns(Some(arns)).set_next_token(next).build())
}

pub(super) fn describe(
    world: &mut World,
    _now_ms: i64,
    input: &DescribeClustersInput,
) -> Result<DescribeClustersOutput, AwsError> {
    let mut wanted = input.clusters().to_vec();
    if wanted.is_empty() {
        wanted.push(names::cluster(None).to_owned());
    }
    if wanted.len() > 100 {
        return Err(errors::invalid("Clusters can have at most 100 items."));
    }
    let include: Vec<&str> = input.include().iter().map(ClusterField::as_str).collect();
    let (mut clusters, mut failures) = (Vec::new(), Vec::new());
    for named in &wanted {
        let name = names::cluster(Some(named));
        if world.clusters.contains_key(name) {
            clusters.push(describe_one(world, name, &include));
        } else {
            let arn = names::cluster_arn(&world.place, name);
            failures.push(Failure::builder().arn(arn).reason("MISSING").build());
        }
    }
    Ok(DescribeClustersOutput::builder().set_clusters(Some(clusters)).set_failures(Some(failures)).build())
}

fn describe_one(world: &World, name: &str, include: &[&str]) -> Cluster {
    let mut cluster = world.clusters.get(name).cloned().unwrap_or_else(|| Cluster::builder().build());
    let tasks = || tasks_of(world, name);
    cluster.running_tasks_count = codec::count(tasks().filter(|task| task.status == Status::Running).count());
    cluster.pending_tasks_count = codec::count(tasks().filter(|task| task.status < Status::Running).count());
    cluster.active_services_count = codec::count(services(world, name, Life::Active, None));
    cluster.registered_container_instances_count = 0;
    cluster.statistics = Some(if include.contains(&"STATISTICS") { statistics(world, name) } else { Vec::new() });
    let arn = names::cluster_arn(&world.place, name);
    cluster.tags = Some(if include.contains(&"TAGS") { world.tags_of(&arn) } else { Vec::new() });
    if !include.contains(&"SETTINGS") {
        cluster.settings = Some(Vec::new());
    }
    if !include.contains(&"CONFIGURATIONS") {
        cluster.configuration = None;
    }
    cluster
}

fn statistics(world: &World, name: &str) -> Vec<KeyValuePair> {
    let kinds = [("EC2", LaunchType::Ec2), ("Fargate", LaunchType::Fargate), ("External", LaunchType::External)];
    let mut pairs = Vec::new();
    let mut push = |key: String, value: usize| {
        pairs.push(KeyValuePair::builder().name(key).value(value.to_string()).build());
    };
    for (word, kind) in &kinds {
        let tasks = || tasks_of(world, name).filter(|task| tasks::launch_type(world, task) == *kind);
        push(format!("running{word}TasksCount"), tasks().filter(|task| task.status == Status::Running).count());
        push(format!("pending{word}TasksCount"), tasks().filter(|task| task.status < Status::Running).count());
    }
    for (word, kind) in &kinds {
        push(format!("active{word}ServiceCount"), services(world, name, Life::Active, Some(kind)));
        push(format!("draining{word}ServiceCount"), services(world, name, Life::Draining, Some(kind)));
    }
    pairs
}

fn tasks_of<'a>(world: &'a World, cluster: &'a str) -> impl Iterator<Item = &'a Task> {
    world.scheduler.tasks.values().filter(move |task| task.cluster == cluster)
}

fn services(world: &World, cluster: &str, life: Life, kind: Option<&LaunchType>) -> usize {
    let of_cluster = world.scheduler.services.values().filter(|one| one.key.cluster == cluster && one.life == life);
    let of_kind = |key| world.services.get(key).and_then(|face| face.service.launch_type.clone());
    of_cluster.filter(|one| kind.is_none() || of_kind(&one.key).as_ref() == kind).count()
}
