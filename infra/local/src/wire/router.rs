//! From an HTTP request to an HTTP response: read the body, find the call, apply faults, call the service, write the
//! answer in the caller's protocol.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hyper::body::Incoming;
use hyper::{Method, Request, Response};
use serde_json::json;

use super::body::{self, ReplyBody};
use super::faults::{Fault, Faults};
use super::route::{self, Call};
use super::{AwsError, Output, Service, ServiceId, admin, reply};

/// Answers `/_local/…` routes that the router does not know itself: method, path and body in, status and JSON out.
pub type AdminRoute = Box<dyn Fn(&str, &str, &[u8]) -> Option<(u16, serde_json::Value)> + Send + Sync>;

/// The services behind one listener.
#[derive(Default)]
pub struct Router {
    services: Vec<Arc<dyn Service>>,
    admin: Option<AdminRoute>,
    faults: Mutex<Faults>,
    calls: Mutex<BTreeMap<String, u64>>,
}

impl Router {
    /// A router that answers for `services`.
    #[must_use]
    pub fn new(services: Vec<Arc<dyn Service>>) -> Self {
        Self { services, ..Self::default() }
    }

    /// Adds more `/_local/…` routes.
    #[must_use]
    pub fn with_admin(mut self, admin: AdminRoute) -> Self {
        self.admin = Some(admin);
        self
    }

    /// How often each `service.Operation` was called since the start.
    #[must_use]
    pub fn calls(&self) -> BTreeMap<String, u64> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The operations that each service answers, by the service's signing name.
    #[must_use]
    pub fn operations(&self) -> BTreeMap<&'static str, &'static [&'static str]> {
        self.services.iter().map(|service| (service.id().signing_name(), service.operations())).collect()
    }

    pub(super) fn faults(&self) -> &Mutex<Faults> {
        &self.faults
    }

    pub(super) fn further_admin(&self, method: &str, path: &str, body: &[u8]) -> Option<(u16, serde_json::Value)> {
        self.admin.as_ref()?(method, path, body)
    }

    pub(super) async fn answer(&self, request: Request<Incoming>) -> Response<ReplyBody> {
        let (parts, incoming) = request.into_parts();
        // Only browsers send it, and a form is enough for a query call: no page may change the stack behind its user.
        if parts.headers.contains_key("origin") {
            return reply::plain_json(403, &json!({"message": "The local stack does not answer web pages."}));
        }
        let read = body::read(&parts.headers, incoming).await;
        if let Some(path) = parts.uri.path().strip_prefix("/_local/") {
            return match read {
                Ok(body) => admin::answer(self, &parts.method, path, &body),
                Err(error) => reply::plain_json(error.status, &json!({"message": error.message})),
            };
        }
        if parts.method == Method::GET && parts.uri.path() == "/" && parts.uri.query().is_none() {
            return reply::plain_json(200, &json!({"service": "local-stack"}));
        }
        let call = match read.and_then(|body| route::find(&parts, body)) {
            Ok(call) => call,
            Err(error) => return reply::error(reply::guess_protocol(&parts), "", &error),
        };
        self.answer_call(call).await
    }

    async fn answer_call(&self, call: Call) -> Response<ReplyBody> {
        let service = self.service(call.service, &call);
        self.count(&call, service.is_some());
        let fault = self.faults.lock().unwrap_or_else(PoisonError::into_inner).take(call.service, &call.operation);
        match fault {
            Some(Fault::Delay(milliseconds)) => tokio::time::sleep(Duration::from_millis(milliseconds)).await,
            Some(Fault::Html(status)) => return reply::html(status),
            Some(Fault::Empty) => return reply::success(&call, Output::empty()),
            Some(Fault::Error(error)) => return reply::error(call.protocol, call.service.target(), &error),
            None => {}
        }
        let outcome = match service {
            Some(service) => call_service(service, &call).await,
            None => Err(reply::unknown_operation(&call)),
        };
        match outcome {
            Ok(output) => reply::success(&call, output),
            Err(error) => reply::error(call.protocol, call.service.target(), &error),
        }
    }

    fn service(&self, id: ServiceId, call: &Call) -> Option<&Arc<dyn Service>> {
        self.services
            .iter()
            .find(|service| service.id() == id)
            .filter(|service| service.operations().contains(&call.operation.as_str()))
            .filter(|_| id.speaks(call.protocol))
    }

    /// Unknown operations share one entry, so that no caller can fill the table.
    fn count(&self, call: &Call, known: bool) {
        let operation = if known { call.operation.as_str() } else { "Unknown" };
        let key = format!("{}.{operation}", call.service.signing_name());
        *self.calls.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default() += 1;
    }
}

async fn call_service(service: &Arc<dyn Service>, call: &Call) -> Result<Output, AwsError> {
    let input = call.input(service.query_members())?;
    service.call(&call.operation, input).await
}
