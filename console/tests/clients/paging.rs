//! Every list is read to its end; what is missing is said.

use quarterdeck::effect::{LogQuery, Request};
use quarterdeck::event::Facts;
use quarterdeck::model::{RepositoryName, ServiceId};
use serde_json::{Value, json};

use crate::stub::{Answer, Call, Stub, ask, clients, error, ok};

const SERVICES: usize = 250;

fn services(call: &Call, _: usize) -> Answer {
    let arn = |n: usize| format!("arn:aws:ecs:eu-west-1:1:service/c/s{n}");
    match call.operation.as_str() {
        "ListServices" => {
            let from: usize = call.body["nextToken"].as_str().map_or(0, |token| token.parse().unwrap());
            let size = usize::try_from(call.body["maxResults"].as_u64().unwrap()).unwrap();
            let until = (from + size).min(SERVICES);
            let arns: Vec<String> = (from..until).map(arn).collect();
            let token = (until < SERVICES).then(|| until.to_string());
            ok(&json!({"serviceArns": arns, "nextToken": token}))
        }
        "DescribeServices" => {
            let names = call.body["services"].as_array().unwrap();
            assert!(names.len() <= 10, "AWS takes ten names");
            let all: Vec<Value> = names.iter().map(|arn| json!({"serviceArn": arn, "later": true})).collect();
            ok(&json!({ "services": all }))
        }
        other => panic!("unexpected {other}"),
    }
}

fn names(parts: &[Facts]) -> Vec<String> {
    let mut names = Vec::new();
    for facts in parts {
        let Facts::Services(services) = facts else { panic!("{facts:?}") };
        names.extend(services.iter().map(|service| service.id.service.clone()));
    }
    names
}

#[tokio::test]
async fn services_come_page_by_page_to_the_end() {
    let stub = Stub::start(services).await;
    let (clients, _folder) = clients(&stub, |_| {});
    let came = ask(&clients, Request::Services { cluster: "c".into() }).await;
    assert_eq!(came.end, Ok(None));
    assert!(came.parts.len() > 20, "each batch comes as soon as it is known");
    let mut found = names(&came.parts);
    found.sort();
    found.dedup();
    assert_eq!(found.len(), SERVICES);
    assert_eq!((stub.calls("ListServices").len(), stub.calls("DescribeServices").len()), (3, 25));
    let Facts::Services(first) = &came.parts[0] else { panic!() };
    assert_eq!(first[0].raw["later"], true, "members that nobody knows yet are kept");
}

#[tokio::test]
async fn a_page_that_fails_leaves_the_others_and_a_reason() {
    let script = |call: &Call, before| match (call.operation.as_str(), call.body["nextToken"].as_str()) {
        ("ListServices", Some("200")) => error("AccessDeniedException", "no"),
        _ => services(call, before),
    };
    let stub = Stub::start(script).await;
    let (clients, _folder) = clients(&stub, |_| {});
    let came = ask(&clients, Request::Services { cluster: "c".into() }).await;
    assert_eq!(names(&came.parts).len(), 200);
    let partial = came.end.unwrap().unwrap();
    assert!(partial.contains("page 3 of services") && partial.contains("AccessDenied"), "{partial}");
}

#[tokio::test]
async fn more_than_a_hundred_tasks_are_all_described() {
    let script = |call: &Call, _| match call.operation.as_str() {
        "ListTasks" if call.body["desiredStatus"] == "STOPPED" => ok(&json!({"taskArns": []})),
        "ListTasks" => {
            let from: usize = call.body["nextToken"].as_str().map_or(0, |token| token.parse().unwrap());
            let arns: Vec<String> = (from..from + 100).map(|n| format!("arn:task/c/{n:032x}")).collect();
            let token = (from < 200).then(|| (from + 100).to_string());
            ok(&json!({"taskArns": arns, "nextToken": token}))
        }
        "DescribeTasks" => {
            let arns = call.body["tasks"].as_array().unwrap();
            assert!(arns.len() <= 100);
            let tasks: Vec<Value> = arns.iter().map(|arn| json!({"taskArn": arn, "lastStatus": "RUNNING"})).collect();
            ok(&json!({ "tasks": tasks }))
        }
        other => panic!("unexpected {other}"),
    };
    let stub = Stub::start(script).await;
    let (clients, _folder) = clients(&stub, |_| {});
    let came = ask(&clients, Request::Tasks(ServiceId::new("c", "s"))).await;
    let Facts::Tasks(tasks) = &came.parts[0] else { panic!() };
    assert_eq!(tasks.len(), 300);
}

#[tokio::test]
async fn stopped_tasks_outlive_ecs() {
    let script = |call: &Call, before| match call.operation.as_str() {
        "ListTasks" if call.body["desiredStatus"] == "STOPPED" && before < 2 => {
            ok(&json!({"taskArns": ["arn:task/c/aa"]}))
        }
        "ListTasks" => ok(&json!({"taskArns": []})),
        "DescribeTasks" => {
            let now = jiff::Timestamp::now().as_second();
            ok(&json!({"tasks": [{"taskArn": "arn:task/c/aa", "lastStatus": "STOPPED", "stoppedAt": now,
                "stoppedReason": "\u{1b}[31mEssential container in task exited"}]}))
        }
        other => panic!("unexpected {other}"),
    };
    let stub = Stub::start(script).await;
    let (clients, _folder) = clients(&stub, |_| {});
    for _ in 0..3 {
        let came = ask(&clients, Request::Tasks(ServiceId::new("c", "s"))).await;
        let Facts::Tasks(tasks) = &came.parts[0] else { panic!() };
        assert_eq!(tasks.len(), 1);
        assert_eq!(tasks[0].stopped_reason.as_deref(), Some("Essential container in task exited"));
    }
    assert_eq!(stub.calls("DescribeTasks").len(), 1, "the second and third answer come from the record");
}

#[tokio::test]
async fn ended_deployments_and_revisions_are_asked_for_once() {
    let script = |call: &Call, _| match call.operation.as_str() {
        "ListServiceDeployments" => {
            let brief =
                |n: i32| json!({"serviceDeploymentArn": format!("d{n}"), "createdAt": n, "status": "SUCCESSFUL"});
            ok(&json!({"serviceDeployments": (0..45).map(brief).collect::<Vec<_>>()}))
        }
        "DescribeServiceDeployments" => {
            let arns = call.body["serviceDeploymentArns"].as_array().unwrap();
            assert!(arns.len() <= 20);
            let one = |arn: &Value| {
                let number: i64 = arn.as_str().unwrap()[1..].parse().unwrap();
                let status = if number == 44 { "IN_PROGRESS" } else { "SUCCESSFUL" };
                json!({"serviceDeploymentArn": arn, "status": status, "createdAt": number,
                    "targetServiceRevision": {"arn": format!("r{number}"), "requestedTaskCount": 2}})
            };
            ok(&json!({"serviceDeployments": arns.iter().map(one).collect::<Vec<_>>()}))
        }
        "DescribeServiceRevisions" => {
            let arns = call.body["serviceRevisionArns"].as_array().unwrap();
            assert!(arns.len() <= 20);
            let one = |arn: &Value| {
                json!({"serviceRevisionArn": arn, "taskDefinition": "td:1",
                    "containerImages": [{"containerName": "a", "image": "i", "imageDigest": "sha256:1"}]})
            };
            ok(&json!({"serviceRevisions": arns.iter().map(one).collect::<Vec<_>>()}))
        }
        other => panic!("unexpected {other}"),
    };
    let stub = Stub::start(script).await;
    let (clients, _folder) = clients(&stub, |_| {});
    for _ in 0..3 {
        let came = ask(&clients, Request::Deployments(ServiceId::new("c", "s"))).await;
        let Facts::Deployments(history) = &came.parts[0] else { panic!() };
        assert_eq!((history.deployments.len(), history.revisions.len()), (45, 45));
        assert_eq!(history.deployments[0].arn, "d44", "newest first");
    }
    // Three calls for all, then one each time for the one that has not ended.
    assert_eq!(stub.calls("DescribeServiceDeployments").len(), 3 + 2);
    assert_eq!(stub.calls("DescribeServiceRevisions").len(), 3);
}

#[tokio::test]
async fn a_thousand_and_more_images_are_all_listed() {
    let script = |call: &Call, _| {
        assert_eq!(call.operation, "DescribeImages");
        let from: usize = call.body["nextToken"].as_str().map_or(0, |token| token.parse().unwrap());
        let image = |n: usize| json!({"imageDigest": format!("sha256:{n}"), "imageTags": [format!("t{n}")], "imagePushedAt": n});
        let token = (from < 2_000).then(|| (from + 1_000).to_string());
        ok(&json!({"imageDetails": (from..from + 1_000).map(image).collect::<Vec<_>>(), "nextToken": token}))
    };
    let stub = Stub::start(script).await;
    let (clients, _folder) = clients(&stub, |_| {});
    let repository = RepositoryName { registry: "1".into(), region: "eu-west-1".into(), name: "r".into() };
    let came = ask(&clients, Request::Images(repository)).await;
    let Facts::Images(images) = &came.parts[0] else { panic!() };
    assert_eq!((images.len(), images[0].tags[0].as_str()), (3_000, "t2999"));
}

#[tokio::test]
async fn an_empty_log_page_with_a_token_is_not_the_end() {
    let script = |call: &Call, _| {
        assert_eq!(call.operation, "FilterLogEvents");
        assert_eq!(call.body["startFromHead"], false, "the newest come first");
        match call.body["nextToken"].as_str() {
            None => ok(&json!({"events": [], "nextToken": "a"})),
            Some("a") => ok(&json!({"events": [{"eventId": "2", "timestamp": 2, "message": "b"}], "nextToken": "b"})),
            _ => ok(&json!({"events": [{"eventId": "1", "timestamp": 1, "message": "a"}]})),
        }
    };
    let stub = Stub::start(script).await;
    let (clients, _folder) = clients(&stub, |_| {});
    let query = LogQuery { group: "g".into(), newest_first: true, limit: 100, ..LogQuery::default() };
    let came = ask(&clients, Request::Logs(query)).await;
    let Facts::Logs(page) = &came.parts[0] else { panic!() };
    let texts: Vec<&str> = page.lines.iter().map(|line| &*line.text).collect();
    assert_eq!((texts, page.reached_start), (vec!["a", "b"], true));
}

#[tokio::test]
async fn a_search_through_a_sparse_log_says_where_it_was_given_up_and_goes_on_from_there() {
    let script = |call: &Call, _| match call.body["nextToken"].as_str().map_or(0, |token| token.parse().unwrap()) {
        part @ 0..60 => ok(&json!({"events": [], "nextToken": (part + 1).to_string()})),
        _ => ok(&json!({"events": [{"eventId": "1", "timestamp": 1, "message": "a"}]})),
    };
    let stub = Stub::start(script).await;
    let (clients, _folder) = clients(&stub, |_| {});
    let query = LogQuery { group: "g".into(), newest_first: true, limit: 100, ..LogQuery::default() };
    let came = ask(&clients, Request::Logs(query.clone())).await;
    let Facts::Logs(page) = &came.parts[0] else { panic!() };
    assert_eq!((page.lines.len(), page.reached_start, page.next.as_deref()), (0, false, Some("50")));
    let came = ask(&clients, Request::Logs(LogQuery { token: page.next.clone(), ..query })).await;
    let Facts::Logs(page) = &came.parts[0] else { panic!() };
    assert_eq!((page.lines.len(), page.reached_start, page.next.as_deref()), (1, true, None));
    assert_eq!(stub.calls("FilterLogEvents").len(), 61, "no part is searched twice");
}
