//! The seeded service as its users and operators meet it: predictions, logs, metrics, scaling, stopping.

use std::collections::BTreeSet;

use hyper::StatusCode;
use local_stack::Config;
use serde_json::{Value, json};

use crate::client::{Api, browser, predict, quiet, settled, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_tasks_predict_through_the_balancer_and_log() {
    let (stack, api) = settled(quiet()).await;
    let browser = browser();
    for (text, sentiment) in [("I loved this movie", "positive"), ("The worst phone, a waste of money", "negative")] {
        let (status, answer) = predict(&browser, stack.balancer_url(), text).await;
        assert_eq!((status, answer["sentiment"].as_str()), (StatusCode::OK, Some(sentiment)), "{answer}");
    }
    assert_eq!(api.service().await["tags"][0]["value"], stack.balancer_url());

    let tasks = api.running_tasks().await;
    assert_eq!(tasks.len(), 2);
    for task in &tasks {
        let id = task.rsplit('/').next().expect("a task id");
        let stream = format!("ecs/predictor/{id}");
        until("log lines of a task", || async {
            let listed = api.logs("DescribeLogStreams", json!({"logGroupName": "/ecs/predictor", "limit": 50})).await;
            let streams = listed["logStreams"].as_array().cloned().unwrap_or_default();
            streams.iter().any(|known| known["logStreamName"] == stream.as_str()).then_some(())
        })
        .await;
        let input = json!({"logGroupName": "/ecs/predictor", "logStreamName": stream, "startFromHead": true});
        let events = api.logs("GetLogEvents", input).await;
        let first = events["events"][0]["message"].as_str().unwrap_or_default().to_owned();
        let line: Value = serde_json::from_str(&first).unwrap_or_else(|_| panic!("a JSON line: {events}"));
        assert!(line.is_object());
    }
    stack.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn metrics_of_tasks_and_of_the_balancer_arrive() {
    let (stack, api) = settled(Config { traffic: Some(20.0), ..quiet() }).await;
    let service = json!([{"Name": "ClusterName", "Value": "local"}, {"Name": "ServiceName", "Value": "predictor"}]);
    for (namespace, name, least) in [
        ("AWS/ECS", "CPUUtilization", 0.0),
        ("AWS/ECS", "MemoryUtilization", 0.1),
        ("ECS/ContainerInsights", "RunningTaskCount", 2.0),
        ("ECS/ContainerInsights", "DesiredTaskCount", 2.0),
    ] {
        let value = newest(&api, namespace, name, &service, "Maximum").await;
        assert!(value >= least, "{name}: {value}");
    }
    let dimensions = until("metrics of the balancer", || async {
        let input = json!({"Namespace": "AWS/ApplicationELB", "MetricName": "HealthyHostCount"});
        let listed = api.cloudwatch("ListMetrics", input).await;
        listed["Metrics"][0].get("Dimensions").cloned()
    })
    .await;
    for (name, statistic) in
        [("RequestCount", "Sum"), ("HTTPCode_Target_2XX_Count", "Sum"), ("TargetResponseTime", "p99")]
    {
        let value = newest(&api, "AWS/ApplicationELB", name, &dimensions, statistic).await;
        assert!(value > 0.0, "{name}: {value}");
    }
    stack.shutdown().await;
}

async fn newest(api: &Api, namespace: &str, name: &str, dimensions: &Value, statistic: &str) -> f64 {
    let metric = json!({"Namespace": namespace, "MetricName": name, "Dimensions": dimensions});
    let query = json!({
        "StartTime": 0, "EndTime": 32_503_680_000_i64,
        "MetricDataQueries": [{"Id": "m1", "MetricStat": {"Metric": metric, "Period": 10, "Stat": statistic}}],
    });
    until(name, || async {
        let answer = api.cloudwatch("GetMetricData", query.clone()).await;
        answer["MetricDataResults"][0]["Values"][0].as_f64()
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_service_scales_and_replaces_what_is_stopped() {
    let (stack, api) = settled(quiet()).await;
    let scale = |count: u32| json!({"cluster": "local", "service": "predictor", "desiredCount": count});
    let running = |count: usize| {
        let api = api.clone();
        async move {
            until(&format!("{count} running tasks"), || async {
                let service = api.service().await;
                (service["runningCount"] == count && service["pendingCount"] == 0).then_some(())
            })
            .await;
        }
    };
    api.ecs("UpdateService", scale(3)).await;
    running(3).await;
    api.ecs("UpdateService", scale(2)).await;
    running(2).await;

    let before: BTreeSet<String> = api.running_tasks().await.into_iter().collect();
    let stopped = before.first().expect("a task").clone();
    api.ecs("StopTask", json!({"cluster": "local", "task": stopped, "reason": "a drill"})).await;
    until("a replacement", || async {
        let now: BTreeSet<String> = api.running_tasks().await.into_iter().collect();
        let replaced = !now.contains(&stopped) && now.len() == 2 && api.service().await["runningCount"] == 2;
        replaced.then_some(())
    })
    .await;
    let described = api.ecs("DescribeTasks", json!({"cluster": "local", "tasks": [stopped]})).await;
    assert_eq!(described["tasks"][0]["stopCode"], "UserInitiated", "{described}");
    assert_eq!(described["tasks"][0]["stoppedReason"], "a drill");
    stack.shutdown().await;
}
