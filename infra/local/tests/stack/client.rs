//! A stack under test and a small client that speaks its API over HTTP.

use std::future::Future;
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Request, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use local_stack::{Config, LocalStack};
use serde_json::{Value, json};

/// Nothing in a stack takes this long; a test that waits longer has failed.
const PATIENCE: Duration = Duration::from_secs(180);

const LOOK_EVERY: Duration = Duration::from_millis(150);

pub(crate) type Browser = Client<HttpConnector, Full<Bytes>>;

/// The binary that is re-executed for tasks.
pub(crate) fn executable() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_local-stack"))
}

pub(crate) fn browser() -> Browser {
    Client::builder(TokioExecutor::new()).build_http()
}

/// Asks until there is an answer.
pub(crate) async fn until<T, F: Future<Output = Option<T>>>(what: &str, mut ask: impl FnMut() -> F) -> T {
    let asking = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    };
    let answer = tokio::time::timeout(PATIENCE, asking).await;
    assert!(answer.is_ok(), "never seen: {what}");
    answer.expect("just checked")
}

/// A JSON client of the AWS APIs at one endpoint.
#[derive(Clone)]
pub(crate) struct Api {
    endpoint: String,
    browser: Browser,
}

impl Api {
    pub(crate) fn new(endpoint: &str) -> Self {
        Self { endpoint: endpoint.to_owned(), browser: browser() }
    }

    pub(crate) async fn ecs(&self, operation: &str, input: Value) -> Value {
        self.call(&format!("AmazonEC2ContainerServiceV20141113.{operation}"), input).await
    }

    pub(crate) async fn logs(&self, operation: &str, input: Value) -> Value {
        self.call(&format!("Logs_20140328.{operation}"), input).await
    }

    pub(crate) async fn cloudwatch(&self, operation: &str, input: Value) -> Value {
        self.call(&format!("GraniteServiceVersion20100801.{operation}"), input).await
    }

    async fn call(&self, target: &str, input: Value) -> Value {
        let content_type =
            if target.starts_with("Granite") { "application/x-amz-json-1.0" } else { "application/x-amz-json-1.1" };
        let request = Request::post(&self.endpoint)
            .header("content-type", content_type)
            .header("x-amz-target", target)
            .body(Full::new(Bytes::from(input.to_string())))
            .expect("a request");
        let (status, body) = send(&self.browser, request).await;
        assert_eq!(status, StatusCode::OK, "{target} {input}: {body}");
        serde_json::from_str(&body).expect("a JSON answer")
    }

    pub(crate) async fn service(&self) -> Value {
        let input = json!({"cluster": "local", "services": ["predictor"], "include": ["TAGS"]});
        let mut answer = self.ecs("DescribeServices", input).await;
        answer["services"][0].take()
    }

    pub(crate) async fn events(&self) -> Vec<String> {
        let service = self.service().await;
        let events = service["events"].as_array().cloned().unwrap_or_default();
        events.iter().filter_map(|event| Some(event["message"].as_str()?.to_owned())).collect()
    }

    pub(crate) async fn running_tasks(&self) -> Vec<String> {
        let listed = self.ecs("ListTasks", json!({"cluster": "local", "serviceName": "predictor"})).await;
        let arns = listed["taskArns"].as_array().cloned().unwrap_or_default();
        arns.iter().filter_map(|arn| Some(arn.as_str()?.to_owned())).collect()
    }

    /// The newest service deployment, described.
    pub(crate) async fn newest_deployment(&self) -> Value {
        let listed = self.ecs("ListServiceDeployments", json!({"cluster": "local", "service": "predictor"})).await;
        let arn = listed["serviceDeployments"][0]["serviceDeploymentArn"].clone();
        let mut described = self.ecs("DescribeServiceDeployments", json!({"serviceDeploymentArns": [arn]})).await;
        described["serviceDeployments"][0].take()
    }

    /// Waits until the newest service deployment has this status.
    pub(crate) async fn until_deployment(&self, status: &str) -> Value {
        until(&format!("service deployment {status}"), || async {
            let deployment = self.newest_deployment().await;
            (deployment["status"] == status).then_some(deployment)
        })
        .await
    }

    /// Registers a revision that runs another tag and updates the service to it, as a deploy does. Says the new ARN.
    pub(crate) async fn deploy(&self, tag: &str) -> String {
        let service = self.service().await;
        let described = self.ecs("DescribeTaskDefinition", json!({"taskDefinition": service["taskDefinition"]})).await;
        let mut definition = described["taskDefinition"].clone();
        let image = definition["containerDefinitions"][0]["image"].as_str().expect("an image").to_owned();
        let repository = image.rsplit_once(':').expect("a tag").0;
        definition["containerDefinitions"][0]["image"] = json!(format!("{repository}:{tag}"));
        let kept = ["family", "networkMode", "requiresCompatibilities", "cpu", "memory", "containerDefinitions"];
        let input: serde_json::Map<String, Value> =
            kept.iter().map(|name| ((*name).to_owned(), definition[*name].clone())).collect();
        let registered = self.ecs("RegisterTaskDefinition", Value::Object(input)).await;
        let arn = registered["taskDefinition"]["taskDefinitionArn"].clone();
        self.ecs("UpdateService", json!({"cluster": "local", "service": "predictor", "taskDefinition": arn})).await;
        arn.as_str().expect("an ARN").to_owned()
    }
}

pub(crate) async fn send(browser: &Browser, request: Request<Full<Bytes>>) -> (StatusCode, String) {
    let response = browser.request(request).await.expect("the stack answers");
    let status = response.status();
    let body = response.into_body().collect().await.expect("the whole body").to_bytes();
    (status, String::from_utf8_lossy(&body).into_owned())
}

/// One prediction through the balancer.
pub(crate) async fn predict(browser: &Browser, url: &str, text: &str) -> (StatusCode, Value) {
    let request = Request::post(format!("{url}/predict"))
        .header("content-type", "application/json")
        .body(Full::new(Bytes::from(json!({ "text": text }).to_string())))
        .expect("a request");
    let (status, body) = send(browser, request).await;
    (status, serde_json::from_str(&body).unwrap_or(Value::String(body)))
}

/// A seeded stack whose own deployments are done.
pub(crate) async fn settled(config: Config) -> (LocalStack, Api) {
    let config = Config { executable: Some(executable()), ..config };
    let stack = LocalStack::start(config).await.expect("the stack starts");
    let api = Api::new(stack.endpoint());
    until("the seed's deployments are done", || async {
        let answer = api.ecs("DescribeServices", json!({"cluster": "local", "services": ["predictor"]})).await;
        let service = &answer["services"][0];
        let guarded = service["deploymentConfiguration"]["alarms"]["enable"] == true;
        (guarded && service["runningCount"] == 2).then_some(())
    })
    .await;
    (stack, api)
}

/// A stack that runs ten times as fast, without traffic of its own.
pub(crate) fn quiet() -> Config {
    Config { speed: 10.0, traffic: None, ..Config::default() }
}
