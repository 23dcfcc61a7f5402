//! Errors in Amazon ECS's codes and words.

use crate::wire::AwsError;

pub(super) fn client(message: impl Into<String>) -> AwsError {
    AwsError::client("ClientException", message)
}

pub(super) fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::client("InvalidParameterException", message)
}

pub(super) fn cluster_not_found() -> AwsError {
    AwsError::client("ClusterNotFoundException", "Cluster not found.")
}

pub(super) fn service_not_found() -> AwsError {
    AwsError::client("ServiceNotFoundException", "Service not found.")
}

pub(super) fn service_not_active() -> AwsError {
    AwsError::client("ServiceNotActiveException", "Service was not ACTIVE.")
}

pub(super) fn deployment_not_found() -> AwsError {
    AwsError::client("ServiceDeploymentNotFoundException", "Service deployment not found.")
}
