//! Odd input: whatever a caller sends to whatever operation, it is answered or refused, and the state stays sound.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::Bench;
use crate::ecs::OPERATIONS;

/// Members that several operations read.
const MEMBERS: &[&str] = &[
    "cluster",
    "clusters",
    "clusterName",
    "service",
    "services",
    "serviceName",
    "task",
    "tasks",
    "taskDefinition",
    "family",
    "familyPrefix",
    "desiredCount",
    "count",
    "maxResults",
    "nextToken",
    "include",
    "status",
    "resourceArn",
    "tags",
    "tagKeys",
    "serviceDeploymentArn",
    "serviceDeploymentArns",
    "serviceRevisionArns",
    "createdAt",
    "overrides",
    "forceNewDeployment",
    "force",
    "deploymentConfiguration",
    "networkConfiguration",
    "loadBalancers",
    "containerDefinitions",
    "cpu",
    "memory",
    "healthCheckGracePeriodSeconds",
];

fn odd_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => prop::sample::select(vec![
            json!("local"),
            json!("web"),
            json!("web:1"),
            json!("web:99999999999"),
            json!("arn:aws:ecs:us-east-1:000000000000:service/local/web"),
            json!("arn:aws:ecs:us-east-1:000000000000:service-deployment/local/web/x"),
            json!("arn:::::///"),
            json!(""),
            json!("ä/ö:ü"),
            json!(0),
            json!(1),
            json!(-1),
            json!(i32::MAX),
            json!(i64::MIN),
            json!(1e300),
            json!(true),
            json!(null),
            json!([]),
            json!(["local", "web", ""]),
            json!({"after": 1e18, "before": -1e18}),
            json!({"awsvpcConfiguration": {"subnets": []}}),
            json!({"maximumPercent": i32::MAX, "minimumHealthyPercent": 0, "bakeTimeInMinutes": 1440}),
            json!({"deploymentCircuitBreaker": {"enable": true, "rollback": true,
                "thresholdConfiguration": {"type": "UNBOUNDED_PERCENT", "value": i32::MAX}}}),
            json!({"alarms": {"enable": true, "rollback": true, "alarmNames": ["a", "a"]}}),
            json!({"containerOverrides": [{"name": "app", "cpu": -5, "memory": -5, "environment": [{}]}]}),
            json!([{"name": "app", "image": "x", "memory": -1, "portMappings": [{"containerPort": 70_000}]}]),
            json!([{"name": "app", "image": "x", "memory": 9, "healthCheck": {"command": ["NONE"], "interval": -3}}]),
        ]),
        1 => any::<String>().prop_map(Value::from),
        1 => any::<i32>().prop_map(Value::from),
    ]
}

fn call() -> impl Strategy<Value = (&'static str, Value)> {
    let members = prop::collection::vec((prop::sample::select(MEMBERS), odd_value()), 0..5);
    (prop::sample::select(OPERATIONS), members, any::<bool>()).prop_map(|(operation, members, named)| {
        let mut input: Map<String, Value> = Map::new();
        if named {
            input.insert("cluster".to_owned(), json!("local"));
            input.insert("service".to_owned(), json!("web"));
        }
        input.extend(members.into_iter().map(|(name, value)| (name.to_owned(), value)));
        (operation, Value::Object(input))
    })
}

proptest! {
    #[test]
    fn every_call_is_answered_or_refused(calls in prop::collection::vec(call(), 1..12)) {
        let mut bench = Bench::steady();
        for (operation, input) in calls {
            if let Err(error) = bench.call(operation, input.clone()) {
                prop_assert_eq!(error.status, 400, "{} {}: {}", operation, input, error);
            }
            bench.run_for(1);
        }
        let shown = bench.call("DescribeServices", json!({"cluster": "local", "services": ["web"]}));
        if let Ok(shown) = shown {
            let deployments = shown["services"][0]["deployments"].as_array().cloned().unwrap_or_default();
            let primaries = deployments.iter().filter(|one| one["status"] == "PRIMARY").count();
            prop_assert!(primaries <= 1);
        }
    }
}
