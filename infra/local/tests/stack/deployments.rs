//! Deployments of good and broken images, as they end.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hyper::StatusCode;
use local_stack::Config;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::client::{Api, browser, predict, quiet, settled, until};

async fn rolled_back(tag: &str) -> (Api, local_stack::LocalStack, Value) {
    let (stack, api) = settled(quiet()).await;
    let good = api.service().await["taskDefinition"].clone();
    let bad = api.deploy(tag).await;
    let deployment = api.until_deployment("ROLLBACK_SUCCESSFUL").await;
    let service = api.service().await;
    assert_eq!(service["taskDefinition"], good, "the service runs what it ran before");
    assert_ne!(service["taskDefinition"], json!(bad));
    assert_eq!(service["runningCount"], 2, "{service}");
    (api, stack, deployment)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crashing_image_is_rolled_back_by_the_circuit_breaker() {
    let (api, stack, deployment) = rolled_back("1.2.0-crash").await;
    assert_eq!(deployment["deploymentCircuitBreaker"]["status"], "TRIGGERED", "{deployment}");
    let events = api.events().await;
    for expected in ["deployment failed: tasks failed to start.", "rolling back to deployment ecs-svc/"] {
        assert!(events.iter().any(|event| event.contains(expected)), "{expected} in {events:#?}");
    }
    let stopped = json!({"cluster": "local", "serviceName": "predictor", "desiredStatus": "STOPPED"});
    let arns = api.ecs("ListTasks", stopped).await["taskArns"].clone();
    let tasks = api.ecs("DescribeTasks", json!({"cluster": "local", "tasks": arns})).await;
    let crashed = tasks["tasks"].as_array().into_iter().flatten().any(|task| {
        task["stoppedReason"] == "Essential container in task exited" && task["containers"][0]["exitCode"] == 1
    });
    assert!(crashed, "{tasks}");
    stack.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_image_that_fails_its_health_check_is_rolled_back() {
    let (api, stack, _) = rolled_back("1.2.1-unhealthy").await;
    let events = api.events().await;
    let unhealthy =
        |event: &String| event.contains("failed container health checks") || event.contains("is unhealthy in");
    assert!(events.iter().any(unhealthy), "{events:#?}");
    stack.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missing_image_is_rolled_back() {
    let (api, stack, _) = rolled_back("9.9.9").await;
    let stopped = json!({"cluster": "local", "serviceName": "predictor", "desiredStatus": "STOPPED"});
    let arns = api.ecs("ListTasks", stopped).await["taskArns"].clone();
    let tasks = api.ecs("DescribeTasks", json!({"cluster": "local", "tasks": arns})).await;
    let unpulled = |task: &Value| {
        task["stoppedReason"].as_str().is_some_and(|reason| reason.starts_with("CannotPullContainerError: "))
    };
    assert!(tasks["tasks"].as_array().into_iter().flatten().any(unpulled), "{tasks}");
    stack.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn errors_after_a_deployment_trip_its_alarm_and_roll_it_back() {
    let (stack, api) = settled(Config { traffic: Some(40.0), ..quiet() }).await;
    let good = api.service().await["taskDefinition"].clone();
    api.deploy("1.2.2-errors").await;
    let deployment = api.until_deployment("ROLLBACK_SUCCESSFUL").await;
    assert_eq!(deployment["alarms"]["triggeredAlarmNames"], json!(["predictor-http-5xx"]), "{deployment}");
    assert_eq!(api.service().await["taskDefinition"], good);
    let events = api.events().await;
    assert!(events.iter().any(|event| event.contains("deployment failed: alarm detected.")), "{events:#?}");
    stack.shutdown().await;
}

/// Requests at a steady pace until told to end.
struct Load {
    answered: Arc<AtomicUsize>,
    failed: Arc<AtomicUsize>,
    end: watch::Sender<bool>,
    clients: Vec<tokio::task::JoinHandle<()>>,
}

impl Load {
    fn start(url: &str, clients: usize, pause: Duration) -> Self {
        let (end, ending) = watch::channel(false);
        let (answered, failed) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let clients = (0..clients).map(|_| {
            let (url, ending) = (url.to_owned(), ending.clone());
            let (answered, failed) = (Arc::clone(&answered), Arc::clone(&failed));
            tokio::spawn(async move {
                let browser = browser();
                while !*ending.borrow() {
                    let (status, answer) = predict(&browser, &url, "A wonderful place with great coffee").await;
                    let good = status == StatusCode::OK && answer["sentiment"].is_string();
                    if good { &answered } else { &failed }.fetch_add(1, Ordering::SeqCst);
                    tokio::time::sleep(pause).await;
                }
            })
        });
        Self { clients: clients.collect(), answered, failed, end }
    }

    async fn end(self) -> (usize, usize) {
        self.end.send_replace(true);
        for client in self.clients {
            client.await.expect("every request got an answer");
        }
        (self.answered.load(Ordering::SeqCst), self.failed.load(Ordering::SeqCst))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_good_deployment_under_load_loses_no_request() {
    let (stack, api) = settled(quiet()).await;
    let load = Load::start(stack.balancer_url(), 4, Duration::from_millis(20));
    let before = api.running_tasks().await;
    api.deploy("1.1.1").await;
    until("a finished deployment with new tasks only", || async {
        let deployment = api.newest_deployment().await;
        let tasks = api.running_tasks().await;
        let replaced = tasks.len() == 2 && tasks.iter().all(|task| !before.contains(task));
        (deployment["status"] == "SUCCESSFUL" && replaced).then_some(())
    })
    .await;
    let (answered, failed) = load.end().await;
    assert_eq!(failed, 0, "of {answered} requests");
    assert!(answered > 20, "{answered} requests are no load");
    stack.shutdown().await;
}
