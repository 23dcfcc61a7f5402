//! Around every request: its id and its place in a trace, whether there is room for it, its time, its line in the log,
//! its place in the metrics, and an answer even when a handler panics.

mod guarded;

use guarded::Guarded;

use crate::cors::Cors;
use crate::limits::{EXEMPT, Seat};
use crate::log::Access;
use crate::problem::Problem;
use crate::request_id;
use crate::routes::{MODEL_NAME, MODEL_VERSION, name_of};
use crate::service::Service;
use crate::time::now_ms;
use crate::trace::{self, Trace};
use bytes::Bytes;
use hyper::body::{Body, Incoming};
use std::borrow::Cow;
use std::convert::Infallible;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Instant;
use tokio::time::{Sleep, sleep_until};
use tower_service::Service as TowerService;
use warp::http::header::CONNECTION;
use warp::http::{HeaderMap, HeaderName, HeaderValue, Method, Request};
use warp::reply::Response;

/// Longest part of a path that is logged, in characters.
const LONGEST_PATH: usize = 200;
/// Status in the log of a request whose caller left before the answer, as nginx has it.
const CALLER_LEFT: u16 = 499;

/// Answers one request through `routes`, if there is room for it. They must be ready at any time, as warp's are.
pub(super) fn answer<S>(
    service: Arc<Service>,
    mut routes: S,
    seat: Seat,
    request: Request<Incoming>,
) -> impl Future<Output = Result<warp::http::Response<impl Body<Data = Bytes, Error = warp::Error>>, Infallible>>
where
    S: TowerService<Request<Incoming>, Response = Response, Error = Infallible, Future: Unpin>,
{
    let mut exchange = Exchange::begin(service, &request);
    let call = exchange.enter(seat).then(|| routes.call(request));
    let (mut coming, mut exchange) = (Coming { call, alarm: None }, Some(exchange));
    poll_fn(move |context| {
        let Some(under_way) = &exchange else { return Poll::Pending };
        let mut response = ready!(coming.poll(under_way, context));
        let Some(mut under_way) = exchange.take() else { return Poll::Pending };
        under_way.finish(&mut response);
        Poll::Ready(Ok(under_way.around(response)))
    })
}

/// An answer to come. Polled by hand: it is moved with every request, and an `async` block of the same is thrice as long.
struct Coming<F> {
    /// What the routes make of the request; none if it was not let in.
    call: Option<F>,
    /// Runs if they have to wait for something.
    alarm: Option<Pin<Box<Sleep>>>,
}

impl<F: Future<Output = Result<Response, Infallible>> + Unpin> Coming<F> {
    fn poll(&mut self, exchange: &Exchange, context: &mut Context<'_>) -> Poll<Response> {
        let Some(call) = &mut self.call else {
            exchange.service.metrics.shed.inc();
            return Poll::Ready(Problem::overloaded().into_response_to(&exchange.path));
        };
        match catch_unwind(AssertUnwindSafe(|| Pin::new(call).poll(context))) {
            Ok(Poll::Ready(Ok(response))) => return Poll::Ready(response),
            Ok(Poll::Ready(Err(never))) => match never {},
            Ok(Poll::Pending) => {}
            Err(_) => return Poll::Ready(Problem::internal().into_response_to(&exchange.path)),
        }
        let time = exchange.service.admission.bounds().time;
        // A time beyond all clocks never ends.
        let Some(end) = exchange.started.checked_add(time) else { return Poll::Pending };
        ready!(self.alarm.get_or_insert_with(|| Box::pin(sleep_until(end.into()))).as_mut().poll(context));
        Poll::Ready(Problem::too_late(time.as_secs()).into_response_to(&exchange.path))
    }
}

/// One request under way. Dropping it is what counts and logs it, so that a caller who leaves is seen as well.
#[derive(Debug)]
struct Exchange {
    service: Arc<Service>,
    started: Instant,
    /// Time until the beginning of the answer, once it is known.
    latency_ms: Option<f64>,
    is_admitted: bool,
    trace: Trace,
    given: Given,
    method: Method,
    path: Cow<'static, str>,
    route: &'static str,
    status: u16,
    bytes_in: Option<u64>,
    bytes_out: Option<u64>,
    model: Option<HeaderValue>,
    model_version: Option<HeaderValue>,
}

/// What the caller calls this request, cleaned.
#[derive(Debug, Default)]
struct Given {
    request_id: Option<String>,
    trace_state: Option<String>,
    amazon_trace: Option<String>,
    origin: Option<HeaderValue>,
}

impl Given {
    fn of(headers: &HeaderMap, trace: &Trace, cors: &Cors) -> Self {
        let state = trace.parent_id.is_some().then(|| trace::clean_state(headers)).flatten();
        let id = |name: HeaderName| headers.get(name).and_then(request_id::clean);
        let origin = cors.origin_of(headers);
        Self {
            request_id: id(request_id::HEADER),
            trace_state: state,
            amazon_trace: id(request_id::AMAZON_HEADER),
            origin,
        }
    }
}

impl Exchange {
    fn begin(service: Arc<Service>, request: &Request<Incoming>) -> Self {
        service.metrics.in_flight.inc();
        let path = request.uri().path();
        let route = name_of(path);
        let trace = Trace::of(request.headers());
        let given = Given::of(request.headers(), &trace, &service.cors);
        Self {
            service,
            started: Instant::now(),
            latency_ms: None,
            is_admitted: false,
            given,
            trace,
            method: request.method().clone(),
            path: if route == path { route.into() } else { shortened(path).to_owned().into() },
            route,
            status: CALLER_LEFT,
            bytes_in: request.body().size_hint().exact(),
            bytes_out: None,
            model: None,
            model_version: None,
        }
    }

    /// Whether the request may be answered: in the reserve, and when too many are under way, only some paths are.
    fn enter(&mut self, seat: Seat) -> bool {
        if EXEMPT.contains(&self.route) {
            return true;
        }
        self.is_admitted = seat == Seat::Regular && self.service.admission.enter();
        self.is_admitted
    }

    fn finish(&mut self, response: &mut Response) {
        self.latency_ms = Some(self.started.elapsed().as_secs_f64() * 1e3);
        self.status = response.status().as_u16();
        self.bytes_out = response.body().size_hint().exact();
        let headers = response.headers_mut();
        self.model = headers.get(MODEL_NAME).cloned();
        self.model_version = headers.get(MODEL_VERSION).cloned();
        self.service.cors.stamp(headers, self.given.origin.as_ref());
        if let Some((place, trace_id)) = self.trace.response_values() {
            let given = self.given.request_id.as_deref().and_then(|id| HeaderValue::from_str(id).ok());
            headers.insert(request_id::HEADER, given.unwrap_or(trace_id));
            headers.insert(trace::RESPONSE, place);
        }
        if self.service.is_draining() {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
    }

    /// The answer; one whose length is not known yet keeps the exchange until its last byte.
    fn around<B>(self, response: warp::http::Response<B>) -> warp::http::Response<Guarded<B>> {
        let is_stream = self.bytes_out.is_none();
        let exchange = is_stream.then(|| Box::new(self));
        response.map(|body| Guarded::new(body, exchange))
    }
}

fn shortened(path: &str) -> &str {
    match path.char_indices().nth(LONGEST_PATH) {
        Some((end, _)) => &path[..end],
        None => path,
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        let service = &self.service;
        if self.is_admitted {
            service.admission.leave();
        }
        service.metrics.in_flight.dec();
        let latency_ms = self.latency_ms.unwrap_or_else(|| self.started.elapsed().as_secs_f64() * 1e3);
        service.metrics.requests.observe(self.method.as_str(), self.route, self.status, latency_ms / 1e3);
        service.log.access(Access {
            epoch_ms: now_ms(),
            request_id: self.given.request_id.take(),
            trace: self.trace,
            trace_state: self.given.trace_state.take(),
            amazon_trace: self.given.amazon_trace.take(),
            method: self.method.clone(),
            route: self.route,
            path: std::mem::take(&mut self.path),
            status: self.status,
            latency_ms,
            bytes_in: self.bytes_in,
            bytes_out: self.bytes_out,
            model: self.model.take(),
            model_version: self.model_version.take(),
        });
    }
}
