//! The servers that a prediction is compared with: the product's own with two more routes, and warp without anything
//! of ours around it.

#![allow(dead_code, reason = "each benchmark takes what it needs")]

use predictor::catalog;
use predictor::log::{Level, Log};
use predictor::routes;
use predictor::server::{Config, Server};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::sync::mpsc;
use tokio::runtime::Runtime;
use warp::filters::BoxedFilter;
use warp::http::HeaderValue;
use warp::http::header::CONTENT_TYPE;
use warp::reply::Response;
use warp::{Filter, Reply};

#[derive(Serialize, Deserialize)]
struct Text {
    text: String,
}

/// Starts the product's server with `/constant` (reads the body, answers the same bytes each time) and `/echo` (parses
/// the body and sends it back) beside its own routes, for the life of this process. Returns its port.
pub fn start_product() -> u16 {
    start(|port| async move {
        let model = catalog::load("sentiment").expect("the embedded model loads");
        // The access log is written, as in production, but nobody reads it.
        let out = File::create("/dev/null").expect("/dev/null can be written");
        let (log, _writer) = Log::start(out, Level::Info).expect("a thread");
        let server = Server::bind_routes(Config::default(), model, log, |service| {
            extra().or(routes::all(service)).unify().boxed()
        });
        let server = server.await.expect("a port");
        port.send(server.port()).expect("someone waits");
        server.run_until(std::future::pending()).await;
    })
}

/// Starts warp's own server with the same two routes: no log, no metrics, no limits. Returns its port.
pub fn start_bare() -> u16 {
    start(|port| async move {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        port.send(listener.local_addr().expect("an address").port()).expect("someone waits");
        warp::serve(extra()).incoming(listener).run().await;
    })
}

fn start<F: Future<Output = ()>>(serve: impl FnOnce(mpsc::Sender<u16>) -> F + Send + 'static) -> u16 {
    let (started, port) = mpsc::channel();
    std::thread::spawn(move || Runtime::new().expect("a runtime").block_on(serve(started)));
    port.recv().expect("the server starts")
}

fn extra() -> BoxedFilter<(Response,)> {
    let constant = warp::path!("constant").and(warp::post()).and(warp::body::bytes()).map(|_| constant());
    let echo = warp::path!("echo")
        .and(warp::post())
        .and(warp::body::json())
        .map(|body: Text| warp::reply::json(&body).into_response());
    constant.or(echo).unify().boxed()
}

fn constant() -> Response {
    let body: &[u8] = br#"{"sentiment":"positive","score":0.912345,"model":"sentiment","version":"2"}"#;
    let mut response = Response::new(body.into());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
