//! Every member of an answer is optional: each is taken away in turn, and the answer is still understood.

use quarterdeck::effect::{LogQuery, Request};
use quarterdeck::model::{RepositoryName, ServiceId};
use serde_json::{Value, json};

use crate::stub::{Call, Stub, ask, clients, ok};

fn service() -> Value {
    json!({
        "serviceArn": "arn:aws:ecs:r:1:service/c/s", "serviceName": "s", "clusterArn": "arn:aws:ecs:r:1:cluster/c",
        "status": "ACTIVE", "desiredCount": 2, "runningCount": 2, "pendingCount": 0, "launchType": "FARGATE",
        "schedulingStrategy": "REPLICA", "deploymentController": {"type": "ECS"}, "taskDefinition": "td:1",
        "createdAt": 1.5, "healthCheckGracePeriodSeconds": 5, "enableExecuteCommand": true,
        "deploymentConfiguration": {"strategy": "ROLLING", "minimumHealthyPercent": 100, "maximumPercent": 200,
            "deploymentCircuitBreaker": {"enable": true, "rollback": true}, "bakeTimeInMinutes": 1,
            "alarms": {"alarmNames": ["a"], "enable": true, "rollback": true}},
        "deployments": [{"id": "ecs-svc/1", "status": "PRIMARY", "taskDefinition": "td:1", "desiredCount": 2,
            "runningCount": 2, "pendingCount": 0, "failedTasks": 0, "createdAt": 1, "updatedAt": 2,
            "rolloutState": "COMPLETED", "rolloutStateReason": "done"}],
        "events": [{"id": "e", "createdAt": 3, "message": "hello"}], "tags": [{"key": "k", "value": "v"}],
        "loadBalancers": [{"targetGroupArn": "tg", "containerName": "app", "containerPort": 80}],
        "currentServiceDeployment": "d", "currentServiceRevisions": [{"arn": "r", "requestedTaskCount": 2,
            "runningTaskCount": 2, "pendingTaskCount": 0}],
    })
}

fn task() -> Value {
    json!({
        "taskArn": "arn:task/c/aa", "clusterArn": "arn:cluster/c", "group": "service:s", "startedBy": "ecs-svc/1",
        "lastStatus": "STOPPED", "desiredStatus": "STOPPED", "healthStatus": "HEALTHY", "taskDefinitionArn": "td:1",
        "availabilityZone": "a", "launchType": "FARGATE", "capacityProviderName": "cp", "cpu": "256", "memory": "512",
        "createdAt": 1, "pullStartedAt": 1, "pullStoppedAt": 1, "startedAt": 1, "stoppingAt": 1, "stoppedAt": 1,
        "stopCode": "UserInitiated", "stoppedReason": "because", "enableExecuteCommand": true,
        "attachments": [{"id": "x", "type": "eni", "details": [{"name": "privateIPv4Address", "value": "10.0.0.1"}]}],
        "containers": [{"name": "app", "image": "i", "imageDigest": "sha256:1", "lastStatus": "STOPPED",
            "healthStatus": "HEALTHY", "exitCode": 1, "reason": "r", "runtimeId": "id",
            "networkBindings": [{"containerPort": 80, "hostPort": 8080}],
            "networkInterfaces": [{"attachmentId": "x", "privateIpv4Address": "10.0.0.1"}]}],
    })
}

fn deployment() -> Value {
    json!({
        "serviceDeploymentArn": "d", "serviceArn": "s", "clusterArn": "c", "status": "ROLLBACK_SUCCESSFUL",
        "statusReason": "r", "lifecycleStage": "CLEAN_UP", "createdAt": 1, "startedAt": 1, "finishedAt": 2,
        "stoppedAt": 2, "updatedAt": 2, "deploymentConfiguration": {"strategy": "ROLLING"},
        "sourceServiceRevisions": [{"arn": "r1", "requestedTaskCount": 1, "requestedProductionTrafficWeight": 50.5}],
        "targetServiceRevision": {"arn": "r2", "requestedTaskCount": 1, "runningTaskCount": 1, "pendingTaskCount": 0},
        "rollback": {"reason": "r", "startedAt": 1, "serviceRevisionArn": "r1"},
        "deploymentCircuitBreaker": {"status": "TRIGGERED", "failureCount": 3, "threshold": 3},
        "alarms": {"status": "MONITORING", "alarmNames": ["a"], "triggeredAlarmNames": ["a"]},
    })
}

fn revision() -> Value {
    json!({"serviceRevisionArn": "r1", "taskDefinition": "td:1", "createdAt": 1,
        "containerImages": [{"containerName": "a", "image": "i", "imageDigest": "sha256:1"}]})
}

/// Answer of each operation, and a request that asks for it.
fn whole() -> Vec<(&'static str, Value, Request)> {
    let id = || ServiceId::new("c", "s");
    let repository = RepositoryName { registry: "1".into(), region: "r".into(), name: "n".into() };
    vec![
        (
            "DescribeClusters",
            json!({"clusters": [{"clusterArn": "arn:cluster/c", "clusterName": "c", "status": "ACTIVE",
                "activeServicesCount": 1, "runningTasksCount": 1, "pendingTasksCount": 0,
                "registeredContainerInstancesCount": 0, "capacityProviders": ["FARGATE"]}]}),
            Request::Clusters,
        ),
        (
            "DescribeServices",
            json!({"services": [service()], "failures": [{"arn": "x", "reason": "MISSING", "detail": "d"}]}),
            Request::ServiceRows { cluster: "c".into(), names: vec!["s".into()] },
        ),
        ("DescribeTasks", json!({"tasks": [task()], "failures": []}), Request::Tasks(id())),
        (
            "ListServiceDeployments",
            json!({"serviceDeployments": [{"serviceDeploymentArn": "d", "createdAt": 1, "status": "SUCCESSFUL"}]}),
            Request::Deployments(id()),
        ),
        ("DescribeServiceDeployments", json!({"serviceDeployments": [deployment()]}), Request::Deployments(id())),
        ("DescribeServiceRevisions", json!({"serviceRevisions": [revision()]}), Request::Deployments(id())),
        (
            "DescribeTaskDefinition",
            json!({"taskDefinition": {"taskDefinitionArn": "arn:td/app:7", "family": "app", "revision": 7, "status": "ACTIVE",
                "containerDefinitions": [{"name": "a", "image": "i"}]}, "tags": [{"key": "k", "value": "v"}]}),
            Request::TaskDefinition { arn: "app:7".into() },
        ),
        (
            "DescribeImages",
            json!({"imageDetails": [{"registryId": "1", "repositoryName": "n", "imageDigest": "sha256:1", "imageTags": ["t"],
                "imageSizeInBytes": 5, "imagePushedAt": 1, "lastRecordedPullTime": 1,
                "imageScanStatus": {"status": "COMPLETE"},
                "imageScanFindingsSummary": {"imageScanCompletedAt": 1, "findingSeverityCounts": {"HIGH": 1}}}]}),
            Request::Images(repository),
        ),
        (
            "FilterLogEvents",
            json!({"events": [{"logStreamName": "s", "timestamp": 1, "message": "m", "ingestionTime": 1, "eventId": "e"}],
                "searchedLogStreams": []}),
            Request::Logs(LogQuery { group: "g".into(), limit: 5, ..LogQuery::default() }),
        ),
    ]
}

/// AWS's model requires few members of an answer: the kind of a controller, and the switches of breaker and alarms.
fn is_required(name: &str, siblings: &serde_json::Map<String, Value>) -> bool {
    let is_controller = name == "type" && siblings.len() == 1;
    is_controller || (siblings.contains_key("enable") && ["enable", "rollback", "alarmNames"].contains(&name))
}

/// The value without each of its members in turn, at any depth.
fn without_each(value: &Value) -> Vec<Value> {
    let mut all = Vec::new();
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if !is_required(name, members) {
                    let mut less = members.clone();
                    less.remove(name);
                    all.push(Value::Object(less));
                }
                for changed in without_each(member) {
                    let mut same = members.clone();
                    same.insert(name.clone(), changed);
                    all.push(Value::Object(same));
                }
            }
        }
        Value::Array(entries) => {
            for (index, entry) in entries.iter().enumerate() {
                for changed in without_each(entry) {
                    let mut same = entries.clone();
                    same[index] = changed;
                    all.push(Value::Array(same));
                }
            }
        }
        _ => {}
    }
    all
}

#[tokio::test]
async fn no_missing_member_is_too_much() {
    for (operation, answer, request) in whole() {
        for changed in without_each(&answer).into_iter().chain([answer.clone(), json!({})]) {
            let shown = changed.clone();
            let script = move |call: &Call, _| {
                if call.operation == operation {
                    return ok(&changed);
                }
                ok(&match call.operation.as_str() {
                    "ListClusters" => json!({"clusterArns": ["arn:cluster/c"]}),
                    "ListTasks" => json!({"taskArns": ["arn:task/c/aa"]}),
                    "ListServiceDeployments" => json!({"serviceDeployments": [{"serviceDeploymentArn": "d"}]}),
                    "DescribeServiceDeployments" => json!({"serviceDeployments": [deployment()]}),
                    "DescribeServiceRevisions" => json!({"serviceRevisions": [revision()]}),
                    other => panic!("unexpected {other}"),
                })
            };
            let stub = Stub::start(script).await;
            let (clients, _folder) = clients(&stub, |_| {});
            let came = ask(&clients, request.clone()).await;
            assert!(came.end.is_ok(), "{operation} with {shown}: {:?}", came.end);
        }
    }
}
