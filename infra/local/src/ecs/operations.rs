//! The operations that are answered, by name.

use aws_sdk_ecs::operation as sdk;

use super::world::World;
use super::{clusters, codec, definitions, deployments, instances, services, tags, tasks};
use crate::wire::AwsError;

macro_rules! operations {
    ($($name:literal: $input:path => $answer:path,)*) => {
        /// The operations of Amazon ECS that the stack answers.
        pub const OPERATIONS: &[&str] = &[$($name),*];

        /// Answers one call: JSON in, JSON out.
        pub(super) fn call(
            world: &mut World,
            now_ms: i64,
            operation: &str,
            body: &[u8],
        ) -> Result<Vec<u8>, AwsError> {
            match operation {
                $($name => {
                    let input = codec::read(body, <$input>::deserialize)?;
                    codec::write(&$answer(world, now_ms, &input)?)
                })*
                _ => Err(AwsError::unknown_operation(operation)),
            }
        }
    };
}

operations! {
    "CreateCluster": sdk::create_cluster::CreateClusterInput => clusters::create,
    "DeleteCluster": sdk::delete_cluster::DeleteClusterInput => clusters::delete,
    "PutClusterCapacityProviders":
        sdk::put_cluster_capacity_providers::PutClusterCapacityProvidersInput => clusters::put_capacity_providers,
    "UpdateClusterSettings":
        sdk::update_cluster_settings::UpdateClusterSettingsInput => clusters::update_settings,
    "ListClusters": sdk::list_clusters::ListClustersInput => clusters::list,
    "DescribeClusters": sdk::describe_clusters::DescribeClustersInput => clusters::describe,
    "RegisterTaskDefinition": sdk::register_task_definition::RegisterTaskDefinitionInput => definitions::register,
    "DeregisterTaskDefinition":
        sdk::deregister_task_definition::DeregisterTaskDefinitionInput => definitions::deregister,
    "DescribeTaskDefinition": sdk::describe_task_definition::DescribeTaskDefinitionInput => definitions::describe,
    "ListTaskDefinitions": sdk::list_task_definitions::ListTaskDefinitionsInput => definitions::list,
    "ListTaskDefinitionFamilies":
        sdk::list_task_definition_families::ListTaskDefinitionFamiliesInput => definitions::families,
    "CreateService": sdk::create_service::CreateServiceInput => services::create,
    "UpdateService": sdk::update_service::UpdateServiceInput => services::update,
    "DeleteService": sdk::delete_service::DeleteServiceInput => services::delete,
    "ListServices": sdk::list_services::ListServicesInput => services::list,
    "DescribeServices": sdk::describe_services::DescribeServicesInput => services::describe,
    "RunTask": sdk::run_task::RunTaskInput => tasks::run,
    "StopTask": sdk::stop_task::StopTaskInput => tasks::stop,
    "ListTasks": sdk::list_tasks::ListTasksInput => tasks::list,
    "DescribeTasks": sdk::describe_tasks::DescribeTasksInput => tasks::describe,
    "ListServiceDeployments": sdk::list_service_deployments::ListServiceDeploymentsInput => deployments::list,
    "DescribeServiceDeployments":
        sdk::describe_service_deployments::DescribeServiceDeploymentsInput => deployments::describe,
    "DescribeServiceRevisions":
        sdk::describe_service_revisions::DescribeServiceRevisionsInput => deployments::describe_revisions,
    "StopServiceDeployment": sdk::stop_service_deployment::StopServiceDeploymentInput => deployments::stop,
    "TagResource": sdk::tag_resource::TagResourceInput => tags::tag,
    "UntagResource": sdk::untag_resource::UntagResourceInput => tags::untag,
    "ListTagsForResource": sdk::list_tags_for_resource::ListTagsForResourceInput => tags::list,
    "ListContainerInstances": sdk::list_container_instances::ListContainerInstancesInput => instances::list,
    "DescribeContainerInstances":
        sdk::describe_container_instances::DescribeContainerInstancesInput => instances::describe,
}
