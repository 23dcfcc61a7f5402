//! Tasks through the API.

use serde_json::{Value, json};

use super::Bench;

fn listed(bench: &Bench, filter: &Value) -> Vec<Value> {
    let mut input = json!({"cluster": "local"});
    input.as_object_mut().unwrap().extend(filter.as_object().unwrap().clone());
    bench.ok("ListTasks", input)["taskArns"].as_array().unwrap().clone()
}

#[test]
fn a_running_task_shows_where_it_answers() {
    let bench = Bench::steady();
    let arns = listed(&bench, &json!({"serviceName": "web"}));
    let answer = bench.ok("DescribeTasks", json!({"cluster": "local", "tasks": arns}));
    let task = &answer["tasks"][0];
    assert_eq!((&task["lastStatus"], &task["desiredStatus"]), (&json!("RUNNING"), &json!("RUNNING")));
    assert_eq!((&task["cpu"], &task["memory"]), (&json!("256"), &json!("512")));
    assert_eq!(task["group"], "service:web");
    assert_eq!(task["startedBy"], bench.service("web")["deployments"][0]["id"]);
    let container = &task["containers"][0];
    let binding = &container["networkBindings"][0];
    assert_eq!((&binding["bindIP"], &binding["containerPort"]), (&json!("127.0.0.1"), &json!(8080)));
    assert!(binding["hostPort"].as_i64().unwrap() > 40_000);
    assert_eq!(container["imageDigest"], "sha256:abcd");
    assert_eq!((&container["image"], &container["cpu"]), (&json!("registry/app:v1"), &json!("0")));
    assert_eq!(container["networkInterfaces"][0]["privateIpv4Address"], "127.0.0.1");
    assert_eq!(task["attachments"][0]["details"][1], json!({"name": "privateIPv4Address", "value": "127.0.0.1"}));
}

#[test]
fn run_task_takes_overrides_and_stop_task_a_reason() {
    let mut bench = Bench::steady();
    let overrides = json!({"containerOverrides": [{"name": "app", "command": ["once"], "environment": [{"name": "MODE", "value": "slow"}]}]});
    let run = json!({
        "cluster": "local", "taskDefinition": "web", "count": 2, "startedBy": "me", "clientToken": "once",
        "overrides": overrides,
        "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-local"]}},
    });
    let ran = bench.ok("RunTask", run.clone());
    assert_eq!(ran["tasks"].as_array().unwrap().len(), 2);
    assert_eq!(ran["tasks"][0]["lastStatus"], "PROVISIONING");
    assert_eq!(ran["tasks"][0]["overrides"]["containerOverrides"][0]["command"], json!(["once"]));
    assert_eq!(bench.ok("RunTask", run)["tasks"][0]["taskArn"], ran["tasks"][0]["taskArn"], "the same client token");
    bench.run_for(5);
    assert_eq!(listed(&bench, &json!({"startedBy": "me"})).len(), 2);
    assert_eq!(listed(&bench, &json!({"family": "web"})).len(), 4);
    let arn = ran["tasks"][0]["taskArn"].clone();
    bench.ok("StopTask", json!({"cluster": "local", "task": arn, "reason": "enough"}));
    bench.run_for(5);
    assert_eq!(listed(&bench, &json!({"startedBy": "me", "desiredStatus": "STOPPED"})), std::slice::from_ref(&arn));
    let task = bench.ok("DescribeTasks", json!({"cluster": "local", "tasks": [arn]}))["tasks"][0].clone();
    assert_eq!((&task["stopCode"], &task["stoppedReason"]), (&json!("UserInitiated"), &json!("enough")));
    assert_eq!(task["containers"][0]["exitCode"], 143);
    assert_eq!(task["containers"][0]["networkBindings"], json!([]));
    for moment in ["createdAt", "startedAt", "stoppingAt", "executionStoppedAt", "stoppedAt"] {
        assert!(task[moment].as_f64().unwrap() > 1.7e9, "{moment}");
    }
}

#[test]
fn unknown_tasks_and_wrong_ids_are_told_apart() {
    let bench = Bench::steady();
    let missing = "0123456789abcdef0123456789abcdef";
    let answer = bench.ok("DescribeTasks", json!({"cluster": "local", "tasks": [missing]}));
    assert_eq!(answer["failures"][0]["reason"], "MISSING");
    assert_eq!(answer["tasks"], json!([]));
    let (_, message) = bench.refused("DescribeTasks", json!({"cluster": "local", "tasks": ["short"]}));
    assert_eq!(message, "taskId length should be one of [32,36]");
    let (_, message) = bench.refused("StopTask", json!({"cluster": "local", "task": missing}));
    assert_eq!(message, "The referenced task was not found.");
    let (_, message) = bench.refused("DescribeTasks", json!({"cluster": "local", "tasks": []}));
    assert_eq!(message, "Tasks cannot be empty.");
    let many: Vec<&str> = std::iter::repeat_n(missing, 101).collect();
    assert_eq!(
        bench.refused("DescribeTasks", json!({"tasks": many, "cluster": "local"})).0,
        "InvalidParameterException"
    );
    let wrong = json!({
        "cluster": "local", "taskDefinition": "web",
        "networkConfiguration": {"awsvpcConfiguration": {"subnets": []}},
        "overrides": {"containerOverrides": [{"name": "nobody"}]},
    });
    let (_, message) = bench.refused("RunTask", wrong);
    assert_eq!(message, "Override for container named nobody is not a container in the TaskDefinition.");
}

#[test]
fn what_is_not_there_says_so() {
    let bench = Bench::new();
    let (code, message) = bench.refused("CreateDaemon", json!({}));
    assert_eq!(code, "UnknownOperationException");
    assert!(message.contains("CreateDaemon"));
    assert_eq!(bench.refused("ListTasks", json!({"cluster": 7})).0, "SerializationException");
    assert_eq!(bench.ok("ListContainerInstances", json!({"cluster": "local"}))["containerInstanceArns"], json!([]));
    let instances = json!({"cluster": "local", "containerInstances": ["i"]});
    assert_eq!(bench.ok("DescribeContainerInstances", instances)["failures"][0]["reason"], "MISSING");
}
