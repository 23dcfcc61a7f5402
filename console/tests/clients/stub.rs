//! A scripted AWS on loopback, and clients that speak to it.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request as HttpRequest, Response};
use hyper_util::rt::TokioIo;
use quarterdeck::clients::{Clients, Settings};
use quarterdeck::config::Config;
use quarterdeck::effect::{Request, Write};
use quarterdeck::event::{Event, Facts, Outcome, Written};
use quarterdeck::model::{ApiProblem, Target};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

/// What the stub answers: status and body.
pub(crate) type Answer = (u16, String);
type Script = dyn Fn(&Call, usize) -> Answer + Send + Sync;

/// One call that arrived.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// Operation name.
    pub(crate) operation: String,
    /// Body as text.
    pub(crate) text: String,
    /// Body as JSON, or null.
    pub(crate) body: Value,
}

/// The stub, ending with its test's runtime.
#[derive(Clone)]
pub(crate) struct Stub {
    pub(crate) endpoint: String,
    calls: Arc<Mutex<Vec<Call>>>,
}

impl Stub {
    /// Answers by `script`, which is also told how many calls of the operation came before.
    pub(crate) async fn start(script: impl Fn(&Call, usize) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let calls = Arc::new(Mutex::new(Vec::new()));
        let stub = Self { endpoint, calls: Arc::clone(&calls) };
        let script: Arc<Script> = Arc::new(script);
        tokio::spawn(async move {
            loop {
                let Ok((stream, _)) = listener.accept().await else { return };
                let (script, calls) = (Arc::clone(&script), Arc::clone(&calls));
                let answer = service_fn(move |request| answer(request, Arc::clone(&script), Arc::clone(&calls)));
                tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), answer));
            }
        });
        stub
    }

    /// Calls of one operation so far.
    pub(crate) fn calls(&self, operation: &str) -> Vec<Call> {
        let calls = self.calls.lock().unwrap();
        calls.iter().filter(|call| call.operation == operation).cloned().collect()
    }

    /// All calls so far.
    pub(crate) fn count(&self) -> usize {
        self.calls.lock().unwrap().len()
    }
}

async fn answer(
    request: HttpRequest<Incoming>,
    script: Arc<Script>,
    calls: Arc<Mutex<Vec<Call>>>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let target = request.headers().get("x-amz-target").map(|value| value.to_str().unwrap().to_owned());
    let path = request.uri().path().to_owned();
    let text = String::from_utf8_lossy(&request.into_body().collect().await.unwrap().to_bytes()).into_owned();
    let operation = match &target {
        Some(target) => target.rsplit('.').next().unwrap().to_owned(),
        None if text.contains("Action=") => text.split("Action=").nth(1).unwrap().split('&').next().unwrap().to_owned(),
        None => path.rsplit('/').next().unwrap().to_owned(),
    };
    let call = Call { operation, body: serde_json::from_str(&text).unwrap_or_default(), text };
    let before = {
        let mut calls = calls.lock().unwrap();
        calls.push(call.clone());
        calls.iter().filter(|known| known.operation == call.operation).count() - 1
    };
    let (status, body) = match call.operation.as_str() {
        "GetCallerIdentity" => (200, IDENTITY.to_owned()),
        _ => script(&call, before),
    };
    let response = Response::builder().status(status).header("x-amzn-requestid", "stub-request");
    Ok(response.body(Full::new(Bytes::from(body))).unwrap())
}

const IDENTITY: &str = r#"<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:sts::123456789012:assumed-role/OnCall/ann</Arn><UserId>A:ann</UserId><Account>123456789012</Account>
</GetCallerIdentityResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></GetCallerIdentityResponse>"#;

/// A good answer.
pub(crate) fn ok(body: &Value) -> Answer {
    (200, body.to_string())
}

/// An AWS error.
pub(crate) fn error(code: &str, message: &str) -> Answer {
    (400, json!({"__type": code, "message": message}).to_string())
}

/// Clients on a fresh state folder, which lives as long as the returned guard.
pub(crate) fn clients(stub: &Stub, change: impl FnOnce(&mut Config)) -> (Clients, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    // The whole allowance: these tests are about other things than waiting.
    let mut config = Config { budget_share: 1.0, ..Config::default() };
    change(&mut config);
    let settings = Settings {
        target: Target::Local { endpoint: stub.endpoint.clone() },
        region: Some("eu-west-1".to_owned()),
        endpoint: None,
        config: Arc::new(config),
        state_dir: folder.path().to_owned(),
    };
    (Clients::new(settings), folder)
}

/// Everything that came of a read.
#[derive(Debug)]
pub(crate) struct Came {
    pub(crate) parts: Vec<Facts>,
    pub(crate) end: Result<Option<String>, ApiProblem>,
}

/// Asks and collects.
pub(crate) async fn ask(clients: &Clients, request: Request) -> Came {
    let (sender, mut events) = mpsc::channel(1_000);
    clients.answer(request.clone(), sender).await;
    let mut parts = Vec::new();
    while let Some(event) = events.recv().await {
        let Event::Reply(reply) = event else { continue };
        assert_eq!(reply.request, request, "a reply carries its request");
        match reply.outcome {
            Outcome::Part(facts) => parts.push(facts),
            Outcome::Done { facts, partial } => {
                parts.push(facts);
                return Came { parts, end: Ok(partial) };
            }
            Outcome::Failed(problem) => return Came { parts, end: Err(problem) },
        }
    }
    panic!("{request:?} was not answered");
}

/// Changes and collects: audit results and the end.
pub(crate) async fn write(clients: &Clients, write: Write) -> (Vec<quarterdeck::event::AuditEntry>, Written) {
    let (sender, mut events) = mpsc::channel(1_000);
    clients.write(write, sender).await;
    let mut audited = Vec::new();
    while let Some(event) = events.recv().await {
        match event {
            Event::Audited(entry) => audited.push(entry),
            Event::Written(written) => return (audited, *written),
            other => panic!("unexpected {other:?}"),
        }
    }
    panic!("the write did not end");
}
