//! Deploys and rollbacks to their verdicts.

use crate::stage::Stage;

async fn revision(stage: &Stage) -> String {
    let services = stage.qd("services --json").await.json();
    let arn = services["services"][0]["taskDefinition"].as_str().unwrap().to_owned();
    arn.rsplit('/').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_good_tag_goes_out_and_comes_back() {
    let stage = Stage::start().await;
    let before = revision(&stage).await;

    let dry = stage.qd("deploy --tag 1.1.1 --dry-run").await;
    let image = dry.json()["RegisterTaskDefinition"]["containerDefinitions"][0]["image"].clone();
    assert!(image.as_str().unwrap().ends_with("/predictor:1.1.1"));
    assert_eq!((revision(&stage).await, stage.audit()), (before.clone(), String::new()));

    let deployed = stage.qd("deploy --tag 1.1.1 --yes --wait --json").await;
    assert_eq!(deployed.code, 0, "{deployed:?}");
    assert_eq!(deployed.json()["deployment"]["verdict"], "SUCCESSFUL");
    let after = revision(&stage).await;
    assert_ne!(after, before);
    assert!(deployed.notes.contains("account 000000000000") && deployed.notes.contains("-> predictor:1.1.1"));

    let again = stage.qd("deploy --tag 1.1.1 --yes --wait").await;
    assert_eq!((again.code, revision(&stage).await), (0, after));

    let back = stage.qd("rollback --yes --wait").await;
    assert_eq!(back.code, 0, "{back:?}");
    assert_eq!(revision(&stage).await, before);
    assert!(stage.audit().contains("\"call\":\"ecs:UpdateService\""));
    stage.stack.shutdown().await;
}

/// Registers a revision as Terraform would: beside the service, which does not move.
#[expect(clippy::disallowed_types, reason = "stands for another program")]
async fn register(stage: &Stage, definition: &serde_json::Value) {
    let call = reqwest::Client::new().post(stage.stack.endpoint()).body(definition.to_string());
    let call = call.header("x-amz-target", "AmazonEC2ContainerServiceV20141113.RegisterTaskDefinition");
    let credential =
        "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/ecs/aws4_request, SignedHeaders=host, Signature=0";
    let call = call.header("content-type", "application/x-amz-json-1.1").header("authorization", credential);
    let answer = call.send().await.unwrap();
    assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_takes_what_was_registered_beside_the_service_if_asked() {
    let stage = Stage::start().await;
    let deploy = "deploy --tag 1.1.1 --dry-run";
    let mut definition = stage.qd(deploy).await.json()["RegisterTaskDefinition"].clone();
    definition["containerDefinitions"][0]["environment"] = serde_json::json!([{"name": "NEW", "value": "1"}]);
    definition["containerDefinitions"][0]["image"] = "nothing-pushed-yet".into();
    register(&stage, &definition).await;

    let container = |ran: crate::stage::Ran| ran.json()["RegisterTaskDefinition"]["containerDefinitions"][0].clone();
    let latest = container(stage.qd(&format!("{deploy} --base latest")).await);
    assert_eq!(latest["environment"], definition["containerDefinitions"][0]["environment"]);
    assert!(latest["image"].as_str().unwrap().ends_with("/predictor:1.1.1"), "{latest}");
    let running = container(stage.qd(deploy).await);
    assert_ne!(running["environment"], latest["environment"]);
    stage.stack.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crashing_tag_is_rolled_back_and_never_called_a_success() {
    let stage = Stage::start().await;
    let before = revision(&stage).await;
    let deployed = stage.qd("deploy --tag 1.2.0-crash --yes --wait").await;
    assert_eq!(deployed.code, 7, "{deployed:?}");
    assert!(deployed.out.contains("ROLLED BACK: "), "{deployed:?}");
    assert_eq!(revision(&stage).await, before);
    let waited = stage.qd("wait --json").await;
    assert_eq!((waited.code, waited.json()["exitCode"].as_u64()), (7, Some(7)));
    // What failed is no target; the present one is none either.
    let choice = stage.qd("rollback --dry-run --json").await;
    assert!(!choice.json()["change"].as_str().unwrap().contains("crash"), "{choice:?}");
    stage.stack.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_under_way_is_stopped_and_rolled_back() {
    let stage = Stage::start().await;
    let before = revision(&stage).await;
    assert_eq!(stage.qd("deploy --tag 1.2.1-unhealthy --yes").await.code, 0);
    let back = stage.qd("rollback --yes --wait").await;
    assert_eq!(back.code, 0, "{back:?}");
    assert!(back.notes.contains("ecs:StopServiceDeployment"), "{back:?}");
    assert_eq!(revision(&stage).await, before);
    assert_eq!(stage.qd("scale 3 --yes").await.code, 0);
    let restarted = stage.qd("restart --yes --wait").await;
    assert_eq!(restarted.code, 0, "{restarted:?}");
    let tasks = stage.qd("tasks --json").await.json();
    let running = tasks["tasks"].as_array().unwrap().iter().find(|task| task["status"] == "RUNNING").unwrap().clone();
    let stopped = stage.qd(&format!("stop {} --yes", running["id"].as_str().unwrap())).await;
    assert_eq!(stopped.code, 0, "{stopped:?}");
    stage.stack.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_must_not_happen_does_not() {
    let stage = Stage::start().await;
    for (words, code) in [
        ("deploy --tag 1.1.1", 2),
        ("deploy --tag 1.1.1 --yes --readonly", 4),
        ("rollback --yes --readonly", 4),
        ("deploy --tag 9.9.9 --yes", 3),
        ("deploy --tag 1.1.1 --container nope --yes", 2),
        ("deploy nope --tag 1.1.1 --yes", 3),
        ("rollback --to 99 --yes", 3),
        ("stop zzz --yes", 3),
        ("tasks --cluster nope", 3),
        ("services --local", 2),
        ("alarms --state odd", 2),
    ] {
        let ran = stage.qd(words).await;
        assert_eq!(ran.code, code, "{words}: {ran:?}");
        assert!(!ran.notes.is_empty(), "{words}");
    }
    assert_eq!(stage.audit(), "");
    stage.stack.shutdown().await;
}
