//! Service deployments and revisions through the API, and the loop that drives them.

use std::sync::Arc;

use serde_json::json;
use tokio::sync::mpsc;

use super::{Bench, definition, service};
use crate::clock::Clock;
use crate::ecs::Ecs;
use crate::scheduler::Action;
use crate::wire::Place;

#[test]
fn a_bad_image_ends_in_a_rollback_that_the_api_tells_in_full() {
    let mut bench = Bench::steady();
    let old = bench.service("web")["deployments"][0]["id"].as_str().unwrap().to_owned();
    bench.register("web", "registry/app:bad");
    bench.ok("UpdateService", json!({"cluster": "local", "service": "web", "taskDefinition": "web:2"}));
    bench.run_for(2);
    let deploying = bench.deployment(&bench.service("web"));
    assert_eq!((&deploying["status"], &deploying["lifecycleStage"]), (&json!("IN_PROGRESS"), &json!("SCALE_UP")));
    assert_eq!(deploying["deploymentCircuitBreaker"]["status"], "MONITORING");
    assert_eq!(deploying["deploymentCircuitBreaker"]["threshold"], 3);
    assert_eq!(deploying["sourceServiceRevisions"][0]["runningTaskCount"], 2);

    bench.run_for(60);
    let shown = bench.service("web");
    assert!(shown["taskDefinition"].as_str().unwrap().ends_with("web:1"));
    let rolled_back = bench.deployment(&shown);
    assert_eq!(rolled_back["status"], "ROLLBACK_SUCCESSFUL");
    assert_eq!(
        rolled_back["statusReason"],
        "Service deployment rolled back because the circuit breaker threshold was exceeded."
    );
    assert_eq!(
        rolled_back["deploymentCircuitBreaker"],
        json!({"status": "TRIGGERED", "failureCount": 3, "threshold": 3})
    );
    assert_eq!(rolled_back["rollback"]["serviceRevisionArn"], rolled_back["sourceServiceRevisions"][0]["arn"]);
    let messages: Vec<&str> =
        shown["events"].as_array().unwrap().iter().map(|event| event["message"].as_str().unwrap()).collect();
    assert!(messages.contains(&format!("(service web) rolling back to deployment {old}.").as_str()));

    let all = bench.ok("ListServiceDeployments", json!({"cluster": "local", "service": "web"}));
    assert_eq!(all["serviceDeployments"].as_array().unwrap().len(), 2);
    let good = json!({"cluster": "local", "service": "web", "status": ["SUCCESSFUL"]});
    assert_eq!(bench.ok("ListServiceDeployments", good)["serviceDeployments"].as_array().unwrap().len(), 1);
    let late = json!({"cluster": "local", "service": "web", "createdAt": {"after": 1_900_000_000}});
    assert_eq!(bench.ok("ListServiceDeployments", late)["serviceDeployments"], json!([]));

    let arns = json!({"serviceRevisionArns": [rolled_back["rollback"]["serviceRevisionArn"], "nothing"]});
    let revisions = bench.ok("DescribeServiceRevisions", arns);
    let image = json!({"containerName": "app", "image": "registry/app:v1", "imageDigest": "sha256:abcd"});
    assert_eq!(revisions["serviceRevisions"][0]["containerImages"], json!([image]));
    assert_eq!(revisions["failures"][0]["reason"], "MISSING");
}

#[test]
fn a_deployment_under_way_can_be_stopped_once() {
    let mut bench = Bench::steady();
    bench.register("web", "registry/app:v2");
    bench.ok("UpdateService", json!({"cluster": "local", "service": "web", "taskDefinition": "web:2"}));
    let arn = bench.service("web")["currentServiceDeployment"].clone();
    let abort = json!({"serviceDeploymentArn": arn, "stopType": "ABORT"});
    assert_eq!(bench.refused("StopServiceDeployment", abort).0, "InvalidParameterException");
    bench.ok("StopServiceDeployment", json!({"serviceDeploymentArn": arn}));
    assert_eq!(bench.deployment(&bench.service("web"))["status"], "ROLLBACK_REQUESTED");
    bench.run_for(60);
    assert_eq!(bench.deployment(&bench.service("web"))["status"], "ROLLBACK_SUCCESSFUL");
    let (code, _) = bench.refused("StopServiceDeployment", json!({"serviceDeploymentArn": arn}));
    assert_eq!(code, "ConflictException");
    let unknown = arn.as_str().unwrap().replace("/web/", "/other/");
    let (code, _) = bench.refused("StopServiceDeployment", json!({"serviceDeploymentArn": unknown}));
    assert_eq!(code, "ServiceDeploymentNotFoundException");
}

#[test]
fn the_new_threshold_settings_are_read() {
    let mut bench = Bench::new();
    bench.register("web", "registry/app:bad");
    let mut input = service("web", "web", 2);
    input["deploymentConfiguration"] = json!({"deploymentCircuitBreaker": {
        "enable": true, "rollback": false, "resetOnHealthyTask": false,
        "thresholdConfiguration": {"type": "COUNT", "value": 5},
    }});
    bench.ok("CreateService", input);
    bench.run_for(120);
    let deployment = bench.deployment(&bench.service("web"));
    assert_eq!(
        deployment["deploymentCircuitBreaker"],
        json!({"status": "TRIGGERED", "failureCount": 5, "threshold": 5})
    );
    assert_eq!(deployment["status"], "STOPPED");
}

#[tokio::test]
async fn the_loop_acts_on_a_call_without_waiting_for_time() {
    let clock = Clock::manual(0);
    let ecs = Arc::new(Ecs::seeded(clock.clone(), Place::default(), 1));
    let (observations, received) = mpsc::unbounded_channel();
    let (sent, mut actions) = mpsc::unbounded_channel();
    let driven = tokio::spawn(Ecs::run(Arc::clone(&ecs), clock, received, sent, |_| None));
    ecs.call_json("CreateCluster", &json!({"clusterName": "local"})).unwrap();
    ecs.call_json("RegisterTaskDefinition", &definition("web", "registry/app:v1")).unwrap();
    ecs.call_json("CreateService", &service("web", "web", 1)).unwrap();
    let action = actions.recv().await.unwrap();
    let Action::Start { launch, .. } = action else { panic!("{action:?}") };
    assert_eq!((launch.family.as_str(), launch.group.as_str(), launch.memory), ("web", "service:web", 512));
    let container = &launch.containers[0];
    assert_eq!(container.environment, [("MODE".to_owned(), "fast".to_owned())]);
    assert_eq!(container.log.as_ref().map(|log| log.group.as_str()), Some("/ecs/web"));
    drop(observations);
    driven.await.unwrap();
}
