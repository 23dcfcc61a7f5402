//! Lists, logs and predictions, as text and as JSON.

use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn everything_can_be_listed() {
    let stage = Stage::start().await;
    let services = stage.qd("services").await;
    let columns: Vec<&str> = services.out.trim_end().split('\t').collect();
    assert_eq!(columns[..4], ["predictor", "2/2", "0", "steady"]);

    let tasks = stage.qd("tasks --json").await.json();
    let running = tasks["tasks"].as_array().unwrap().iter().filter(|task| task["status"] == "RUNNING").count();
    assert_eq!(running, 2);

    let images = stage.qd("images --json").await.json();
    let images = images["images"].as_array().unwrap();
    assert!(images.len() >= 5);
    assert_eq!(images.iter().filter(|image| image["runsHere"] == true).count(), 1);

    let alarms = stage.qd("alarms --json").await.json();
    assert!(alarms["alarms"].as_array().unwrap().len() >= 4);
    let deployments = stage.qd("deployments --json").await.json();
    assert_eq!(deployments["deployments"][0]["verdict"], "SUCCESSFUL");
    assert_eq!(stage.qd("clusters --json").await.json()["clusters"][0]["name"], "local");
    assert!(stage.qd("events").await.out.contains("has reached a steady state."));
    assert_eq!(stage.qd("metrics --since 30m --json").await.json()["series"].as_array().unwrap().len(), 12);

    let predicted = stage.qd("predict wonderful --json").await;
    assert_eq!(predicted.code, 0, "{predicted:?}");
    assert!(predicted.json()["body"]["sentiment"].is_string());
    let logs = stage.qd("logs --limit 50").await;
    assert!(logs.out.lines().count() > 1, "{logs:?}");
    assert!(!logs.out.contains('\u{1b}'));

    let doctor = stage.qd("doctor --json").await;
    assert_eq!(doctor.code, 0, "{doctor:?}");
    assert_eq!(stage.audit(), "", "looking changes nothing");
    stage.stack.shutdown().await;
}
