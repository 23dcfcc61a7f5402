//! Changes: refused when read-only, audited, sent as they are, never repeated.

use quarterdeck::deploy::with_image;
use quarterdeck::effect::{Request, Write};
use quarterdeck::event::Facts;
use quarterdeck::model::{ProblemKind, ServiceId};
use serde_json::json;

use crate::stub::{Answer, Call, Stub, ask, clients, error, ok, write};

fn id() -> ServiceId {
    ServiceId::new("c", "s")
}

fn every_change() -> Vec<Write> {
    let (service, from) = (id, || "td:1".to_owned());
    vec![
        Write::Deploy { service: service(), definition: json!({"family": "f"}), from: from(), tasks: None },
        Write::UseTaskDefinition { service: service(), task_definition: "td:2".into(), from: from() },
        Write::RollBackDeployment { service: service(), deployment: "d".into() },
        Write::Restart { service: service() },
        Write::Scale { service: service(), from: 1, to: 2 },
        Write::StopTask { service: service(), task: "t".into(), reason: "r".into() },
    ]
}

#[tokio::test]
async fn nothing_leaves_a_read_only_console() {
    let stub = Stub::start(|call, _| panic!("{} was called", call.operation)).await;
    let (clients, folder) = clients(&stub, |config| config.read_only = true);
    for change in every_change() {
        let (audited, written) = write(&clients, change).await;
        assert_eq!(written.result.unwrap_err().kind, ProblemKind::ReadOnly);
        assert!(audited.is_empty());
    }
    assert_eq!(stub.count(), 0);
    assert!(!folder.path().join("audit.jsonl").exists());
}

#[tokio::test]
async fn a_new_revision_is_sent_as_it_is_and_the_service_only_pointed_at_it() {
    let script = |call: &Call, _| -> Answer {
        match call.operation.as_str() {
            "DescribeTaskDefinition" => ok(&json!({
                "taskDefinition": {"taskDefinitionArn": "arn:td/app:7", "family": "app", "revision": 7, "status": "ACTIVE",
                    "ofTomorrow": {"deep": [1, null, 2.5]},
                    "containerDefinitions": [{"name": "app", "image": "r:1", "ofTomorrow": true,
                        "environment": [{"name": "DB_PASSWORD", "value": "hunter2"}]}]},
                "tags": [{"key": "team", "value": "ml"}]})),
            "RegisterTaskDefinition" => ok(&json!({"taskDefinition": {"taskDefinitionArn": "arn:td/app:8"}})),
            "UpdateService" => ok(&json!({"service": {"deployments": [{"id": "ecs-svc/9", "status": "PRIMARY"}]}})),
            other => panic!("unexpected {other}"),
        }
    };
    let stub = Stub::start(script).await;
    let (clients, folder) = clients(&stub, |_| {});
    let came = ask(&clients, Request::TaskDefinition { arn: "arn:td/app:7".into() }).await;
    let Facts::TaskDefinition(old) = &came.parts[0] else { panic!() };
    let input = with_image(old, None, "r:2").unwrap();
    let change =
        Write::Deploy { service: id(), definition: input.clone(), from: "arn:td/app:7".into(), tasks: Some(2) };
    let (audited, written) = write(&clients, change).await;

    assert_eq!(written.result.unwrap(), "registered app:8 and began deployment ecs-svc/9");
    let registered = &stub.calls("RegisterTaskDefinition")[0];
    assert_eq!(registered.text, input.to_string(), "not one byte is lost or added");
    assert_eq!(registered.body["containerDefinitions"][0]["ofTomorrow"], true);
    assert_eq!(registered.body["tags"], json!([{"key": "team", "value": "ml"}]));
    assert_eq!(
        stub.calls("UpdateService")[0].body,
        json!({"cluster": "c", "service": "s", "taskDefinition": "arn:td/app:8", "desiredCount": 2})
    );

    let results: Vec<(&str, &str)> = audited.iter().map(|e| (e.call.as_str(), e.result.as_str())).collect();
    let (register, update) = ("ecs:RegisterTaskDefinition", "ecs:UpdateService");
    assert_eq!(results, [(register, "begun"), (register, "ok"), (update, "begun"), (update, "ok")]);
    assert_eq!((audited[0].account.as_str(), audited[0].identity.as_str()), ("123456789012", "OnCall/ann"));
    assert_eq!(audited[1].request_id.as_deref(), Some("stub-request"));
    let file = std::fs::read_to_string(folder.path().join("audit.jsonl")).unwrap();
    assert_eq!(file.lines().count(), 4);
    assert!(file.contains("r:1 -> r:2") && !file.contains("hunter2"), "{file}");
    let Facts::Audit(kept) = &ask(&clients, Request::Audit).await.parts[0] else { panic!() };
    assert_eq!(kept, &audited);
}

#[tokio::test]
async fn each_change_sends_only_what_changes() {
    let stub = Stub::start(|_, _| ok(&json!({}))).await;
    let (clients, _folder) = clients(&stub, |_| {});
    for change in every_change().into_iter().skip(1) {
        let (_, written) = write(&clients, change).await;
        assert!(written.result.is_ok(), "{:?}", written.result);
    }
    let bodies: Vec<_> = stub.calls("UpdateService").into_iter().map(|call| call.body).collect();
    assert_eq!(
        bodies,
        [
            json!({"cluster": "c", "service": "s", "taskDefinition": "td:2"}),
            json!({"cluster": "c", "service": "s", "forceNewDeployment": true}),
            json!({"cluster": "c", "service": "s", "desiredCount": 2}),
        ]
    );
    assert_eq!(
        stub.calls("StopServiceDeployment")[0].body,
        json!({"serviceDeploymentArn": "d", "stopType": "ROLLBACK"})
    );
    assert_eq!(stub.calls("StopTask")[0].body, json!({"cluster": "c", "task": "t", "reason": "r"}));
}

#[tokio::test]
async fn a_change_that_fails_is_not_repeated() {
    let refusals = [
        (500, json!({"__type": "ServerException", "message": "oops"}).to_string()),
        error("ThrottlingException", "Rate exceeded"),
        error("ConflictException", "busy"),
    ];
    for refusal in refusals {
        let answer = refusal.clone();
        let stub = Stub::start(move |_, _| answer.clone()).await;
        let (clients, _folder) = clients(&stub, |_| {});
        let (audited, written) = write(&clients, Write::Restart { service: id() }).await;
        assert!(written.result.is_err());
        assert_eq!(stub.calls("UpdateService").len(), 1, "{refusal:?}");
        assert_ne!(audited[1].result, "ok");
    }
}

#[tokio::test]
async fn a_rollback_that_comes_too_late_is_explained() {
    let stub = Stub::start(|_, _| error("ConflictException", "cannot be stopped")).await;
    let (clients, _folder) = clients(&stub, |_| {});
    let change = Write::RollBackDeployment { service: id(), deployment: "d".into() };
    let problem = write(&clients, change).await.1.result.unwrap_err();
    assert_eq!(problem.kind, ProblemKind::Conflict);
    assert!(problem.hint.unwrap().contains("has ended"));
}
