//! Tables and properties of where a log comes from.

#![allow(clippy::needless_pass_by_value, reason = "literals are passed")]

use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::model::{Container, Fetched, Service, Timestamp};

const ARN: &str = "arn:aws:ecs:us-east-1:0:task-definition/api:1";

fn scope(containers: Value) -> (Scope, ServiceId) {
    let id = ServiceId::new("c", "api");
    let mut scope = Scope::default();
    let service = Service { id: id.clone(), task_definition: ARN.into(), ..Service::default() };
    let mut services = Fetched::default();
    services.succeed([("api".to_owned(), service)].into(), Timestamp(1));
    scope.facts.services.insert("c".into(), services);
    let raw = Arc::new(json!({ "containerDefinitions": containers }));
    let mut definition = Fetched::default();
    definition.succeed(TaskDefinition { arn: ARN.into(), raw, ..TaskDefinition::default() }, Timestamp(1));
    scope.facts.definitions.insert(ARN.into(), definition);
    (scope, id)
}

fn awslogs(name: &str, options: Value) -> Value {
    json!({ "name": name, "logConfiguration": { "logDriver": "awslogs", "options": options } })
}

fn found(containers: Value, task: Option<&str>) -> Vec<Source> {
    let (scope, id) = scope(containers);
    match find(&scope, &id, task, true) {
        Finding::Sources(sources) => sources,
        other => panic!("{other:?}"),
    }
}

fn missing(containers: Value) -> String {
    let (scope, id) = scope(containers);
    match find(&scope, &id, None, true) {
        Finding::Nowhere(lines) => lines.join("\n"),
        other => panic!("{other:?}"),
    }
}

fn full() -> Value {
    json!({"awslogs-group": "/ecs/api", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "p"})
}

#[test]
fn streams_of_a_service_begin_with_prefix_and_container_and_those_of_a_task_are_exact() {
    let service = &found(json!([awslogs("web", full())]), None)[0];
    assert_eq!((service.query.stream_prefix.as_deref(), service.query.region.as_deref()), (Some("p/web/"), None));
    let task = &found(json!([awslogs("web", full())]), Some("abc"))[0];
    assert_eq!((&task.query.streams[..], &task.query.stream_prefix), (&["p/web/abc".to_owned()][..], &None));
    let bare = &found(json!([awslogs("web", json!({"awslogs-group": "g", "awslogs-region": "eu-west-1"}))]), None)[0];
    assert_eq!((bare.query.region.as_deref(), &bare.query.stream_prefix), (Some("eu-west-1"), &None));
}

#[test]
fn containers_that_share_a_group_can_be_followed_together() {
    let labels = |sources: &[Source]| sources.iter().map(|s| s.label.clone()).collect::<Vec<_>>();
    let shared = found(json!([awslogs("web", full()), awslogs("proxy", full())]), None);
    assert_eq!(labels(&shared), ["all containers", "web", "proxy"]);
    assert_eq!(shared[0].query.stream_prefix.as_deref(), Some("p/"));
    let other = json!({"awslogs-group": "/ecs/proxy", "awslogs-stream-prefix": "p"});
    assert_eq!(labels(&found(json!([awslogs("web", full()), awslogs("proxy", other)]), None)), ["web", "proxy"]);
}

#[test]
fn a_stream_without_prefix_is_named_after_the_container_id() {
    let (mut scope, id) = scope(json!([awslogs("web", json!({"awslogs-group": "g"}))]));
    let container = Container { name: "web".into(), runtime_id: Some("docker-id".into()), ..Container::default() };
    let task = Task { id: "abc".into(), task_definition: ARN.into(), containers: vec![container], ..Task::default() };
    scope.facts.tasks.entry(id.clone()).or_default().succeed(vec![task], Timestamp(1));
    let Finding::Sources(sources) = find(&scope, &id, Some("abc"), true) else { panic!() };
    assert_eq!(sources[0].query.streams, ["docker-id"]);
}

#[test]
fn what_cannot_be_followed_is_explained() {
    let firelens =
        |options: Value| json!([{"name": "web", "logConfiguration": {"logDriver": "awsfirelens", "options": options}}]);
    for (containers, words) in [
        (json!([]), "no container"),
        (json!([{"name": "web"}]), "web has no log configuration"),
        (json!([awslogs("web", json!({}))]), "names no awslogs-group"),
        (
            json!([{"name": "web", "logConfiguration": {"logDriver": "splunk", "options": {"splunk-url": "https://s"}}}]),
            "log driver splunk (https://s)",
        ),
        (firelens(json!({"Name": "datadog", "dd_service": "shop"})), "go to datadog (shop)"),
        (
            firelens(json!({"Name": "cloudwatch_logs", "log_group_name": "/x/$(ecs_cluster)"})),
            "template: /x/$(ecs_cluster)",
        ),
        (firelens(json!({})), "own configuration file"),
    ] {
        let said = missing(containers);
        assert!(said.contains(words) && said.contains("awslogs-stream-prefix"), "{said}");
    }
}

#[test]
fn a_firelens_output_to_cloudwatch_is_followed_as_a_guess() {
    let options = json!({"Name": "cloudwatch_logs", "log_group_name": "/fl/api", "region": "us-east-1", "log_stream_prefix": "fl-"});
    let containers = json!([{"name": "web", "logConfiguration": {"logDriver": "awsfirelens", "options": options}}]);
    let source = &found(containers, None)[0];
    assert_eq!((source.query.group.as_str(), source.query.stream_prefix.as_deref()), ("/fl/api", Some("fl-")));
    assert!(source.guess.is_some());
}

#[test]
fn before_the_facts_are_there_it_waits_and_a_service_that_is_not_there_is_told() {
    let scope = Scope::default();
    let id = ServiceId::new("c", "api");
    assert!(matches!(find(&scope, &id, None, false), Finding::Waiting(_)));
    assert!(matches!(find(&scope, &id, None, true), Finding::Nowhere(_)));
}
