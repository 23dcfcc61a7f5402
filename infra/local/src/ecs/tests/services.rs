//! Services through the API.

use serde_json::json;

use super::{Bench, service};

#[test]
fn a_service_becomes_steady_and_shows_its_deployment() {
    let bench = Bench::steady();
    let shown = bench.service("web");
    assert_eq!((&shown["runningCount"], &shown["pendingCount"]), (&json!(2), &json!(0)));
    assert_eq!(shown["events"][0]["message"], "(service web) has reached a steady state.");
    let deployments = shown["deployments"].as_array().unwrap();
    assert_eq!(deployments.len(), 1);
    assert_eq!((&deployments[0]["status"], &deployments[0]["rolloutState"]), (&json!("PRIMARY"), &json!("COMPLETED")));
    let id = deployments[0]["id"].as_str().unwrap();
    assert_eq!(deployments[0]["rolloutStateReason"], format!("ECS deployment {id} completed."));
    assert_eq!(shown["currentServiceRevisions"][0]["runningTaskCount"], 2);
    assert_eq!(shown["deploymentConfiguration"]["maximumPercent"], 200);
}

#[test]
fn an_update_changes_only_what_was_sent() {
    let mut bench = Bench::steady();
    let before = bench.service("web");
    let update = |change: serde_json::Value| {
        let mut input = json!({"cluster": "local", "service": "web"});
        input.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        input
    };
    for change in [
        json!({}),
        json!({"taskDefinition": "web"}),
        json!({"taskDefinition": "web:1"}),
        json!({"taskDefinition": before["taskDefinition"]}),
        json!({"healthCheckGracePeriodSeconds": 30}),
        json!({"deploymentConfiguration": {"minimumHealthyPercent": 50}}),
        json!({"desiredCount": 3}),
    ] {
        bench.ok("UpdateService", update(change));
        bench.run_for(20);
        assert_eq!(bench.service("web")["deployments"][0]["id"], before["deployments"][0]["id"]);
    }
    let after = bench.service("web");
    assert_eq!((&after["desiredCount"], &after["runningCount"]), (&json!(3), &json!(3)));
    assert_eq!(after["deploymentConfiguration"]["maximumPercent"], 200);
    assert_eq!(after["deploymentConfiguration"]["deploymentCircuitBreaker"]["enable"], true);
    assert_eq!(after["loadBalancers"], before["loadBalancers"]);

    bench.register("web", "registry/app:v2");
    bench.ok("UpdateService", update(json!({"taskDefinition": "web"})));
    let deploying = bench.service("web");
    let states: Vec<_> = deploying["deployments"].as_array().unwrap().iter().map(|one| one["status"].clone()).collect();
    assert_eq!(states, ["PRIMARY", "ACTIVE"]);
    bench.run_for(30);
    let done = bench.service("web");
    assert_eq!(done["deployments"].as_array().unwrap().len(), 1);
    assert!(done["taskDefinition"].as_str().unwrap().ends_with("web:2"));
    bench.ok("DeregisterTaskDefinition", json!({"taskDefinition": "web:2"}));
    bench.ok("UpdateService", update(json!({"forceNewDeployment": true})));
    assert_eq!(bench.service("web")["deployments"].as_array().unwrap().len(), 2);
}

#[test]
fn services_are_listed_ten_at_a_time_and_described_ten_at_most() {
    let bench = Bench::new();
    bench.register("web", "registry/app:v1");
    for number in 0..12 {
        bench.ok("CreateService", service(&format!("web-{number:02}"), "web", 0));
    }
    let first = bench.ok("ListServices", json!({"cluster": "local"}));
    assert_eq!(first["serviceArns"].as_array().unwrap().len(), 10);
    let rest = bench.ok("ListServices", json!({"cluster": "local", "nextToken": first["nextToken"]}));
    assert_eq!((rest["serviceArns"].as_array().unwrap().len(), rest.get("nextToken")), (2, None));
    let names: Vec<String> = (0..11).map(|number| format!("web-{number:02}")).collect();
    let (code, message) = bench.refused("DescribeServices", json!({"cluster": "local", "services": names}));
    assert_eq!(code, "InvalidParameterException");
    assert!(message.contains("service names can have at most 10 items"));
    let missing = bench.ok("DescribeServices", json!({"cluster": "local", "services": ["nobody"]}));
    let arn = "arn:aws:ecs:us-east-1:000000000000:service/local/nobody";
    assert_eq!(missing["failures"], json!([{"arn": arn, "reason": "MISSING"}]));
}

#[test]
fn what_a_service_cannot_be_is_refused() {
    let bench = Bench::steady();
    let cases = [
        ("/serviceName", json!("web"), "Creation of service was not idempotent."),
        ("/serviceName", json!(""), "Service name cannot be blank."),
        ("/taskDefinition", json!("web:9"), "TaskDefinition not found."),
        ("/loadBalancers/0/containerName", json!("web"), "The container web does not exist in the task definition."),
        ("/loadBalancers/0/containerPort", json!(80), "The container app did not have a container port 80 defined."),
        (
            "/deploymentConfiguration",
            json!({"maximumPercent": 100, "minimumHealthyPercent": 100}),
            "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.",
        ),
        (
            "/networkConfiguration",
            json!(null),
            "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
        ),
    ];
    for (path, value, expected) in cases {
        let mut input = service("other", "web", 1);
        let (parent, name) = path.rsplit_once('/').unwrap();
        input.pointer_mut(parent).unwrap()[name] = value;
        assert_eq!(bench.refused("CreateService", input).1, expected);
    }
    let (code, _) = bench.refused("UpdateService", json!({"cluster": "local", "service": "nobody"}));
    assert_eq!(code, "ServiceNotFoundException");
    let (code, _) = bench.refused("UpdateService", json!({"cluster": "nowhere", "service": "web"}));
    assert_eq!(code, "ClusterNotFoundException");
}

#[test]
fn a_service_is_deleted_when_it_is_scaled_in_or_by_force() {
    let mut bench = Bench::steady();
    let (_, message) = bench.refused("DeleteService", json!({"cluster": "local", "service": "web"}));
    assert_eq!(message, "The service cannot be stopped while it is scaled above 0.");
    let deleted = bench.ok("DeleteService", json!({"cluster": "local", "service": "web", "force": true}));
    assert_eq!(deleted["service"]["status"], "DRAINING");
    let (_, message) = bench.refused("CreateService", service("web", "web", 1));
    assert_eq!(message, "Unable to Start a service that is still Draining.");
    bench.run_for(10);
    assert_eq!(bench.service("web")["status"], "INACTIVE");
    let (code, _) = bench.refused("UpdateService", json!({"cluster": "local", "service": "web"}));
    assert_eq!(code, "ServiceNotActiveException");
    bench.ok("CreateService", service("web", "web", 1));
    bench.run_for(10);
    assert_eq!(bench.service("web")["runningCount"], 1);
}

#[test]
fn tags_are_kept_by_arn() {
    let bench = Bench::steady();
    let arn = bench.service("web")["serviceArn"].clone();
    bench.ok("TagResource", json!({"resourceArn": arn, "tags": [{"key": "url", "value": "http://127.0.0.1:1"}]}));
    bench.ok("TagResource", json!({"resourceArn": arn, "tags": [{"key": "team", "value": "data"}]}));
    bench.ok("UntagResource", json!({"resourceArn": arn, "tagKeys": ["team"]}));
    let expected = json!([{"key": "url", "value": "http://127.0.0.1:1"}]);
    assert_eq!(bench.ok("ListTagsForResource", json!({"resourceArn": arn}))["tags"], expected);
    let with_tags = json!({"cluster": "local", "services": ["web"], "include": ["TAGS"]});
    assert_eq!(bench.ok("DescribeServices", with_tags)["services"][0]["tags"], expected);
    assert!(bench.service("web").get("tags").is_none());
    let nobody = "arn:aws:ecs:us-east-1:000000000000:service/local/nobody";
    assert_eq!(bench.refused("ListTagsForResource", json!({"resourceArn": nobody})).0, "ResourceNotFoundException");
}
