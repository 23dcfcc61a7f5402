//! Subcommands against a scripted AWS: what they must not send, and what they send instead.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::stub::{Answer, Call, Stub, error, ok};

fn command(stub: &Stub, words: &str, folder: &tempfile::TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_qd"));
    command.args(words.split_whitespace()).args(["--cluster", "c"]).env_clear().stdin(Stdio::null());
    command.env("HOME", folder.path()).env("AWS_ENDPOINT_URL", &stub.endpoint);
    command
}

/// Exit code, and all that was said.
async fn qd(stub: &Stub, words: &str) -> (i32, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut command = command(stub, words, &folder);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap_or(-1), String::from_utf8(said).unwrap())
}

/// A service `s` on revision 3 of `app`, whose newest deployment has this status; revisions 1 and 2 worked.
fn world(call: &Call, newest: &str, definition: &str) -> Answer {
    let deployment = |n: u32, status: &str| {
        json!({"serviceDeploymentArn": format!("arn:aws:ecs:eu-west-1:1:service-deployment/c/s/d{n}"),
            "clusterArn": "c", "serviceArn": "s", "status": status, "createdAt": n,
            "startedAt": n, "finishedAt": n, "targetServiceRevision": {"arn": format!("r{n}")},
            "sourceServiceRevisions": []})
    };
    let deployments = [deployment(3, newest), deployment(2, "SUCCESSFUL"), deployment(1, "SUCCESSFUL")];
    match call.operation.as_str() {
        "DescribeServices" => ok(&json!({"services": [{"serviceName": "s", "serviceArn": "arn:s", "status": "ACTIVE",
            "clusterArn": "arn:aws:ecs:eu-west-1:1:cluster/c", "taskDefinition": "arn:td/app:3", "desiredCount": 1,
            "runningCount": 1, "pendingCount": 0}]})),
        "ListServiceDeployments" => ok(&json!({ "serviceDeployments": deployments })),
        "DescribeServiceDeployments" => ok(&json!({ "serviceDeployments": deployments })),
        "DescribeServiceRevisions" => {
            let revision =
                |n: u32| json!({"serviceRevisionArn": format!("r{n}"), "taskDefinition": format!("arn:td/app:{n}")});
            ok(&json!({"serviceRevisions": [revision(1), revision(2), revision(3)]}))
        }
        "DescribeTaskDefinition" => ok(&json!({"taskDefinition": {"taskDefinitionArn": call.body["taskDefinition"],
            "family": "app", "status": definition, "containerDefinitions": [{"name": "app", "image": "r:1"}]}})),
        "RegisterTaskDefinition" => ok(&json!({"taskDefinition": {"taskDefinitionArn": "arn:td/app:4"}})),
        _ => ok(&json!({})),
    }
}

#[tokio::test]
async fn what_is_going_back_already_is_followed_and_nothing_is_sent() {
    for (before, after, code, said) in [
        ("ROLLBACK_REQUESTED", "ROLLBACK_SUCCESSFUL", 0, "a rollback is under way already"),
        ("ROLLBACK_IN_PROGRESS", "ROLLBACK_SUCCESSFUL", 0, "a rollback is under way already"),
        ("ROLLBACK_IN_PROGRESS", "ROLLBACK_FAILED", 6, "a rollback is under way already"),
        ("STOP_REQUESTED", "STOPPED", 6, "is being stopped already"),
    ] {
        let script = move |call: &Call, n: usize| world(call, if n < 2 { before } else { after }, "ACTIVE");
        let stub = Stub::start(script).await;
        let (ended, words) = qd(&stub, "rollback s --yes --wait").await;
        assert_eq!(ended, code, "{before}: {words}");
        assert!(words.contains(said), "{before}: {words}");
        for operation in ["UpdateService", "StopServiceDeployment", "RegisterTaskDefinition"] {
            assert!(stub.calls(operation).is_empty(), "{before}: {operation}");
        }
    }
}

#[tokio::test]
async fn an_inactive_revision_is_registered_again_before_it_is_used() {
    for (definition, registered, used) in [("ACTIVE", 0, "arn:td/app:2"), ("INACTIVE", 1, "arn:td/app:4")] {
        let stub = Stub::start(move |call, _| world(call, "SUCCESSFUL", definition)).await;
        let (code, words) = qd(&stub, "rollback s --yes").await;
        assert_eq!(code, 0, "{words}");
        let calls = stub.calls("RegisterTaskDefinition");
        assert_eq!(calls.len(), registered, "{words}");
        for call in calls {
            assert_eq!((&call.body["family"], &call.body["status"]), (&json!("app"), &Value::Null));
        }
        assert_eq!(stub.calls("UpdateService")[0].body["taskDefinition"], used);
    }
}

#[tokio::test]
async fn who_cannot_wait_changes_nothing() {
    for (words, code, changes) in [
        ("restart s --yes --wait", 4, 0),
        ("deploy s --image r:2 --yes --ignore-checks --wait", 4, 0),
        ("rollback s --to 2 --yes --wait", 4, 0),
        ("restart s --yes", 0, 1),
    ] {
        let script = |call: &Call, _| match call.operation.as_str() {
            "ListServiceDeployments" => error("AccessDeniedException", "not yours"),
            _ => world(call, "SUCCESSFUL", "ACTIVE"),
        };
        let stub = Stub::start(script).await;
        let (ended, said) = qd(&stub, words).await;
        assert_eq!((ended, stub.calls("UpdateService").len()), (code, changes), "{words}: {said}");
    }
}

#[tokio::test]
async fn following_tells_what_arrives_late_once_and_nothing_older_than_the_first_line() {
    let now = jiff::Timestamp::now().as_millisecond();
    let event = |id: &str, at: i64| json!({"eventId": id, "timestamp": at, "ingestionTime": at, "logStreamName": "p/app/t", "message": format!("line {id}")});
    let script = move |call: &Call, before: usize| match call.operation.as_str() {
        "DescribeTaskDefinition" => {
            ok(&json!({"taskDefinition": {"taskDefinitionArn": "arn:td/app:3", "family": "app",
            "containerDefinitions": [{"name": "app", "image": "r:1", "logConfiguration": {"logDriver": "awslogs",
                "options": {"awslogs-group": "g", "awslogs-stream-prefix": "p"}}}]}}))
        }
        "FilterLogEvents" => {
            let mut events = vec![event("old", now - 50_000), event("first", now - 40_000), event("last", now - 1_000)];
            if before > 0 {
                events.extend([event("late", now - 30_000), event("new", now)]);
            }
            let asked_from = call.body["startTime"].as_i64().unwrap();
            events.retain(|event| event["timestamp"].as_i64().unwrap() >= asked_from);
            if before == 0 {
                events.remove(0);
                return ok(&json!({"events": events, "nextToken": "older"}));
            }
            ok(&json!({ "events": events }))
        }
        _ => world(call, "SUCCESSFUL", "ACTIVE"),
    };
    let stub = Stub::start(script).await;
    let folder = tempfile::tempdir().unwrap();
    let mut child =
        command(&stub, "logs s -f --limit 2", &folder).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let told = tokio::task::spawn_blocking(move || {
        let mut told = Vec::new();
        for line in lines.map_while(Result::ok) {
            told.push(line.rsplit(' ').next().unwrap().to_owned());
            if line.ends_with("line new") {
                break;
            }
        }
        told
    });
    let told = tokio::time::timeout(std::time::Duration::from_secs(60), told).await;
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(told.unwrap().unwrap(), ["first", "last", "late", "new"]);
}
