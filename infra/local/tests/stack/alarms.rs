//! The seed's alarms, evaluated from what the tasks and the balancer really publish.

use local_stack::Config;
use serde_json::{Value, json};

use crate::client::{quiet, settled, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_alarm_soon_knows_how_things_stand() {
    let (stack, api) = settled(Config { traffic: Some(10.0), ..quiet() }).await;
    until("five alarms that are OK", || async {
        let answer = api.cloudwatch("DescribeAlarms", json!({})).await;
        let alarms = answer["MetricAlarms"].as_array().cloned().unwrap_or_default();
        let ok = |alarm: &&Value| alarm["StateValue"] == "OK";
        (alarms.len() == 5 && alarms.iter().filter(ok).count() == 5).then_some(())
    })
    .await;
    stack.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_image_raises_the_latency_alarm() {
    let (stack, api) = settled(Config { traffic: Some(30.0), ..quiet() }).await;
    api.deploy("1.2.3-slow").await;
    until("predictor-latency-p95 in ALARM", || async {
        let answer = api.cloudwatch("DescribeAlarms", json!({"AlarmNames": ["predictor-latency-p95"]})).await;
        (answer["MetricAlarms"][0]["StateValue"] == "ALARM").then_some(())
    })
    .await;
    stack.shutdown().await;
}
