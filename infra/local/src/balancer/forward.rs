//! The way of one request: choose a target, send, answer.
//!
//! A request is sent again only when it certainly did not reach a target, or when it has no body and its method
//! promises that a second time does no harm.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http_body_util::{Either, Empty};
use hyper::body::{Body, Incoming};
use hyper::http::request::Parts;
use hyper::{Request, Response, StatusCode, Version};

use super::body::{Answer, Outgoing, Streamed};
use super::connection::Connection;
use super::group::Group;
use super::target::{Target, Ticket};
use super::{Balancer, answer, headers};
use crate::scheduler::port::TaskId;

/// How many targets a request may be offered to.
const ATTEMPTS: usize = 4;

/// The idle timeout of an Application Load Balancer, which a target's first byte must not exceed.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);

/// What became of an attempt to send a request.
enum Attempt {
    Answered(Response<Incoming>),
    /// The target never saw it.
    NotSent(Request<Outgoing>),
    /// The connection broke with the request under way.
    Lost,
    TimedOut,
}

/// Answers a client's request.
pub(super) async fn forward(balancer: &Balancer, request: Request<Incoming>, client: IpAddr) -> Response<Answer> {
    let Some(group) = balancer.default_group() else {
        return answer::error(StatusCode::SERVICE_UNAVAILABLE);
    };
    group.counts.request();
    match send_on(&group, prepared(balancer, request, client)).await {
        Ok(response) => response,
        Err(status) => {
            group.counts.own_error();
            answer::error(status)
        }
    }
}

async fn send_on(group: &Arc<Group>, request: Request<Outgoing>) -> Result<Response<Answer>, StatusCode> {
    let again = repeatable(&request);
    let mut next = Some(request);
    let mut tried: Vec<TaskId> = Vec::new();
    let mut failure = StatusCode::SERVICE_UNAVAILABLE;
    while let Some(request) = next.take() {
        let Some((target, ticket)) = group.choose(&tried) else {
            return Err(failure);
        };
        let sent = Instant::now();
        match attempt(&target, request).await {
            Attempt::Answered(response) => return Ok(answered(group, response, ticket, sent.elapsed())),
            Attempt::TimedOut => return Err(StatusCode::GATEWAY_TIMEOUT),
            Attempt::NotSent(request) => next = Some(request),
            Attempt::Lost => next = again.as_ref().map(bodiless),
        }
        failure = StatusCode::BAD_GATEWAY;
        tried.push(target.task.clone());
        if tried.len() >= ATTEMPTS {
            break;
        }
    }
    Err(failure)
}

/// Sends over an idle connection if there is one, else over a new one.
async fn attempt(target: &Arc<Target>, mut request: Request<Outgoing>) -> Attempt {
    while let Some(connection) = target.take_idle() {
        match attempt_over(target, connection, request).await {
            // The idle connection had just been closed by the target.
            Attempt::NotSent(back) => request = back,
            other => return other,
        }
    }
    match Connection::open(target.address).await {
        Ok(connection) => attempt_over(target, connection, request).await,
        Err(_) => Attempt::NotSent(request),
    }
}

async fn attempt_over(target: &Arc<Target>, mut connection: Connection, request: Request<Outgoing>) -> Attempt {
    match tokio::time::timeout(ANSWER_TIMEOUT, connection.send(request)).await {
        Ok(Ok(response)) => {
            target.keep(connection);
            Attempt::Answered(response)
        }
        Ok(Err(mut error)) => error.take_message().map_or(Attempt::Lost, Attempt::NotSent),
        Err(_) => Attempt::TimedOut,
    }
}

fn answered(group: &Group, response: Response<Incoming>, ticket: Ticket, time: Duration) -> Response<Answer> {
    group.counts.answer(response.status(), time);
    let (mut parts, body) = response.into_parts();
    headers::strip_hop_by_hop(&mut parts.headers);
    parts.version = Version::HTTP_11;
    Response::from_parts(parts, Either::Left(Streamed::new(body, ticket)))
}

fn prepared(balancer: &Balancer, request: Request<Incoming>, client: IpAddr) -> Request<Outgoing> {
    let (mut parts, body) = request.into_parts();
    headers::strip_hop_by_hop(&mut parts.headers);
    headers::add_forwarded(&mut parts.headers, client, balancer.port, balancer.clock.now_ms());
    parts.version = Version::HTTP_11;
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    parts.uri = path.parse().unwrap_or_default();
    let body = if body.is_end_stream() { Either::Right(Empty::new()) } else { Either::Left(body) };
    Request::from_parts(parts, body)
}

/// The head of a request that may be sent a second time.
fn repeatable(request: &Request<Outgoing>) -> Option<Parts> {
    let harmless = request.method().is_safe() && request.body().is_end_stream();
    harmless.then(|| bodiless_from(request.method(), request.uri(), request.headers()).into_parts().0)
}

fn bodiless(parts: &Parts) -> Request<Outgoing> {
    bodiless_from(&parts.method, &parts.uri, &parts.headers)
}

fn bodiless_from(method: &hyper::Method, uri: &hyper::Uri, headers: &hyper::HeaderMap) -> Request<Outgoing> {
    let mut request = Request::new(Either::Right(Empty::new()));
    *request.method_mut() = method.clone();
    *request.uri_mut() = uri.clone();
    *request.headers_mut() = headers.clone();
    request
}
