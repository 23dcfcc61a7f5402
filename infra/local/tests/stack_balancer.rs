//! The balancer before real sockets: turns, draining, retries, its own answers.
//!
//! A test program of its own: the targets here are sockets of the test process, and a process that is being started
//! beside them would for a moment hold those sockets open after they are closed.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use local_stack::balancer::{Balancer, TargetGroup};
use local_stack::clock::Clock;
use local_stack::scheduler::port::{Observation, TargetState, TaskId};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};

const PATIENCE: Duration = Duration::from_secs(60);
const GROUP: &str = "arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/test/0000000000000001";

type Browser = Client<HttpConnector, Full<Bytes>>;

/// A balancer with its port, what it tells, and a client.
struct Site {
    balancer: Arc<Balancer>,
    address: SocketAddr,
    told: mpsc::UnboundedReceiver<Observation>,
    browser: Browser,
}

impl Site {
    async fn open() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (observations, told) = mpsc::unbounded_channel();
        let balancer = Arc::new(Balancer::new("app/test/1", address.port(), Clock::running(10.0), observations));
        balancer.add_target_group(TargetGroup {
            path: "/health".to_owned(),
            interval: Duration::from_secs(5),
            deregistration_delay: Duration::from_secs(300),
            ..TargetGroup::with_defaults(GROUP)
        });
        tokio::spawn(Arc::clone(&balancer).serve(listener));
        Self { balancer, address, told, browser: Client::builder(TokioExecutor::new()).build_http() }
    }

    async fn register(&mut self, name: &str, port: u16) -> TaskId {
        let task = TaskId::new(name);
        self.balancer.register(&task, GROUP, port);
        self.until(&task, |state| *state == TargetState::Healthy).await;
        task
    }

    async fn until(&mut self, wanted: &TaskId, accepts: impl Fn(&TargetState) -> bool) {
        let search = async {
            loop {
                match self.told.recv().await.expect("the balancer tells") {
                    Observation::Target { task, state, .. } if task == *wanted && accepts(&state) => return,
                    _ => {}
                }
            }
        };
        tokio::time::timeout(PATIENCE, search).await.expect("the target gets there in time");
    }

    async fn ask(&self, path: &str, body: &'static str) -> (StatusCode, String) {
        ask(&self.browser, self.address, path, body).await
    }
}

async fn ask(browser: &Browser, address: SocketAddr, path: &str, body: &'static str) -> (StatusCode, String) {
    let request =
        Request::post(format!("http://{address}{path}")).body(Full::new(Bytes::from(body))).expect("a request");
    let response = browser.request(request).await.expect("the balancer answers");
    let status = response.status();
    let body = response.into_body().collect().await.expect("the whole body").to_bytes();
    (status, String::from_utf8_lossy(&body).into_owned())
}

/// A target that answers its name; `/slow` only once `release` turns true.
async fn target(name: &'static str, release: watch::Receiver<bool>) -> (u16, tokio::task::JoinHandle<()>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    let serving = tokio::spawn(async move {
        let mut connections = tokio::task::JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            let release = release.clone();
            connections.spawn(async move {
                let service = service_fn(move |request| answer(name, request, release.clone()));
                let _ =
                    hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
    (port, serving)
}

async fn answer(
    name: &'static str,
    request: Request<Incoming>,
    mut release: watch::Receiver<bool>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let path = request.uri().path().to_owned();
    let forwarded = request.headers().get("x-forwarded-for").cloned();
    // A server that answers before it has read the whole request may have to reset the connection.
    let body = request.into_body().collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let mut response = Response::new(Full::new(Bytes::from(name)));
    match path.as_str() {
        "/slow" => drop(release.wait_for(|released| *released).await),
        "/echo" => {
            let text = format!("{forwarded:?} {}", String::from_utf8_lossy(&body));
            *response.body_mut() = Full::new(Bytes::from(text));
        }
        // A target that closes its connections must cost no request.
        "/close" => {
            response.headers_mut().insert("connection", hyper::header::HeaderValue::from_static("close"));
        }
        _ => {}
    }
    Ok(response)
}

#[tokio::test]
async fn without_a_target_the_balancer_answers_itself() {
    let site = Site::open().await;
    let (status, page) = site.ask("/", "").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(page.contains("503 Service Temporarily Unavailable"), "{page}");
}

#[tokio::test]
async fn targets_take_turns_and_see_the_client() {
    let mut site = Site::open().await;
    let (_release, released) = watch::channel(false);
    let (first, _) = target("first", released.clone()).await;
    let (second, _) = target("second", released).await;
    site.register("a", first).await;
    site.register("b", second).await;
    let mut names = Vec::new();
    for _ in 0..4 {
        names.push(site.ask("/", "").await.1);
    }
    names.sort();
    assert_eq!(names, ["first", "first", "second", "second"]);
    assert_eq!(site.ask("/echo", "some body").await.1, "Some(\"127.0.0.1\") some body");
}

#[tokio::test]
async fn a_dead_target_costs_no_request() {
    let mut site = Site::open().await;
    let (_release, released) = watch::channel(false);
    let (first, _) = target("first", released.clone()).await;
    let (second, dying) = target("second", released).await;
    site.register("a", first).await;
    site.register("b", second).await;
    for _ in 0..4 {
        site.ask("/", "").await;
    }
    dying.abort();
    let _ = dying.await;
    for _ in 0..10 {
        let answer = site.ask("/", "body").await;
        assert_eq!(answer, (StatusCode::OK, "first".to_owned()));
    }
}

#[tokio::test]
async fn when_every_target_is_dead_the_answer_is_502() {
    let mut site = Site::open().await;
    let (_release, released) = watch::channel(false);
    let (port, dying) = target("only", released).await;
    site.register("a", port).await;
    dying.abort();
    let _ = dying.await;
    assert_eq!(site.ask("/", "").await.0, StatusCode::BAD_GATEWAY);
}

#[tokio::test]
async fn draining_waits_for_the_request_under_way_and_takes_no_new_one() {
    let mut site = Site::open().await;
    let (release, released) = watch::channel(false);
    let (first, _) = target("first", released.clone()).await;
    let (second, _) = target("second", released).await;
    let a = site.register("a", first).await;
    let browser = site.browser.clone();
    let address = site.address;
    let slow = tokio::spawn(async move { ask(&browser, address, "/slow", "").await });
    // The request must be under way before its target drains: only then does the next one find it taken.
    tokio::time::sleep(Duration::from_millis(300)).await;
    site.register("b", second).await;
    site.balancer.deregister(&a, GROUP);
    site.until(&a, |state| *state == TargetState::Draining).await;
    for _ in 0..6 {
        assert_eq!(site.ask("/", "").await.1, "second");
    }
    assert!(!slow.is_finished());
    release.send_replace(true);
    site.until(&a, |state| *state == TargetState::Gone).await;
    assert_eq!(slow.await.expect("the slow request ends"), (StatusCode::OK, "first".to_owned()));
}

#[tokio::test]
async fn targets_come_and_go_under_load_without_a_failed_request() {
    let mut site = Site::open().await;
    let (_release, released) = watch::channel(false);
    let (first, mut serving) = target("first", released.clone()).await;
    let mut present = site.register("t0", first).await;
    let answered = Arc::new(AtomicUsize::new(0));
    let (done, ending) = watch::channel(false);
    let clients: Vec<_> = (0..4)
        .map(|client| {
            let (browser, address) = (site.browser.clone(), site.address);
            let (answered, ending) = (Arc::clone(&answered), ending.clone());
            let path = if client % 2 == 0 { "/close" } else { "/" };
            tokio::spawn(async move {
                while !*ending.borrow() {
                    let (status, body) = ask(&browser, address, path, "some body").await;
                    assert_eq!(status, StatusCode::OK, "{body}");
                    answered.fetch_add(1, Ordering::SeqCst);
                }
            })
        })
        .collect();
    for name in ["t1", "t2", "t3", "t4"] {
        let (port, next) = target("next", released.clone()).await;
        let task = site.register(name, port).await;
        site.balancer.deregister(&present, GROUP);
        site.until(&present, |state| *state == TargetState::Gone).await;
        // As the scheduler does: a target's process ends only after it is gone from the balancer.
        serving.abort();
        (present, serving) = (task, next);
    }
    done.send_replace(true);
    for client in clients {
        client.await.expect("no request failed");
    }
    assert!(answered.load(Ordering::SeqCst) > 4);
}
