//! The calls that bring the predictor service up, as a person would make them.

use serde_json::{Value, json};

use super::alarms::HTTP_5XX;
use super::{CLUSTER, LOG_GROUP, PREDICTOR};
use crate::wire::arn::ACCOUNT;

/// The tag by which a console finds the address for test predictions.
const URL_TAG: &str = "quarterdeck:predictor-url";

/// The port inside a container; the process listens on a loopback port in its stead.
const CONTAINER_PORT: u16 = 8000;

/// `CreateCluster`.
pub(super) fn cluster() -> Value {
    json!({
        "clusterName": CLUSTER,
        "settings": [{ "name": "containerInsights", "value": "enabled" }],
        "tags": [{ "key": "environment", "value": "local" }],
    })
}

/// `RegisterTaskDefinition`.
pub(super) fn task_definition(image: &str, region: &str) -> Value {
    json!({
        "family": PREDICTOR,
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "cpu": "256",
        "memory": "512",
        "executionRoleArn": format!("arn:aws:iam::{ACCOUNT}:role/predictor-execution"),
        "taskRoleArn": format!("arn:aws:iam::{ACCOUNT}:role/predictor-task"),
        "runtimePlatform": { "cpuArchitecture": "X86_64", "operatingSystemFamily": "LINUX" },
        "containerDefinitions": [{
            "name": PREDICTOR,
            "image": image,
            "essential": true,
            "portMappings": [{ "containerPort": CONTAINER_PORT, "protocol": "tcp" }],
            "environment": [{ "name": "LOG_LEVEL", "value": "info" }],
            "healthCheck": {
                "command": ["CMD", "predictor", "healthcheck"],
                "interval": 5, "timeout": 4, "retries": 3, "startPeriod": 10,
            },
            "stopTimeout": 10,
            "logConfiguration": {
                "logDriver": "awslogs",
                "options": { "awslogs-group": LOG_GROUP, "awslogs-region": region, "awslogs-stream-prefix": "ecs" },
            },
        }],
    })
}

/// `CreateService`. The deployment alarms come last, see [`guard`].
pub(super) fn create(task_definition: &str, target_group: &str, predictor_url: &str) -> Value {
    json!({
        "cluster": CLUSTER,
        "serviceName": PREDICTOR,
        "taskDefinition": task_definition,
        "desiredCount": 2,
        "launchType": "FARGATE",
        "schedulingStrategy": "REPLICA",
        "healthCheckGracePeriodSeconds": 10,
        "deploymentConfiguration": {
            "minimumHealthyPercent": 100,
            "maximumPercent": 200,
            "deploymentCircuitBreaker": { "enable": true, "rollback": true },
        },
        "loadBalancers": [{
            "targetGroupArn": target_group, "containerName": PREDICTOR, "containerPort": CONTAINER_PORT,
        }],
        "networkConfiguration": {
            "awsvpcConfiguration": {
                "subnets": ["subnet-0a1b2c3d4e5f60001", "subnet-0a1b2c3d4e5f60002"],
                "securityGroups": ["sg-0a1b2c3d4e5f60003"],
                "assignPublicIp": "DISABLED",
            },
        },
        "propagateTags": "SERVICE",
        "tags": [{ "key": URL_TAG, "value": predictor_url }, { "key": "environment", "value": "local" }],
    })
}

/// `UpdateService` to another task definition.
pub(super) fn deploy(task_definition: &str) -> Value {
    json!({ "cluster": CLUSTER, "service": PREDICTOR, "taskDefinition": task_definition })
}

/// `UpdateService` that lets an alarm roll deployments back, once the seed's own deployments are done: watching alarms
/// lengthens each deployment by its bake time.
pub(super) fn guard() -> Value {
    json!({
        "cluster": CLUSTER,
        "service": PREDICTOR,
        "deploymentConfiguration": {
            "minimumHealthyPercent": 100,
            "maximumPercent": 200,
            "deploymentCircuitBreaker": { "enable": true, "rollback": true },
            "alarms": { "alarmNames": [HTTP_5XX], "enable": true, "rollback": true },
        },
    })
}

/// `DescribeServices`.
pub(super) fn describe() -> Value {
    json!({ "cluster": CLUSTER, "services": [PREDICTOR] })
}
