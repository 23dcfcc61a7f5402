//! Routes under `/_local/`: faults, call counts, operations. Not AWS's, and never needed by a client of AWS.

use std::sync::PoisonError;

use http::{Method, Response};
use serde_json::json;

use super::body::ReplyBody;
use super::{Router, faults, reply};

/// Answers `path`, which is what follows `/_local/`.
pub(super) fn answer(router: &Router, method: &Method, path: &str, body: &[u8]) -> Response<ReplyBody> {
    let (status, value) = match (method.as_str(), path) {
        ("GET", "calls") => (200, json!(router.calls())),
        ("GET", "operations") => (200, json!(router.operations())),
        ("GET", "faults") => (200, json!(lock(router).orders())),
        ("POST", "faults") => order_fault(router, body),
        ("DELETE", "faults") => {
            lock(router).clear();
            (200, json!({}))
        }
        (method, path) => router
            .further_admin(method, path, body)
            .unwrap_or_else(|| (404, json!({"message": format!("There is no {method} /_local/{path}.")}))),
    };
    reply::plain_json(status, &value)
}

fn order_fault(router: &Router, body: &[u8]) -> (u16, serde_json::Value) {
    let ordered = serde_json::from_slice(body)
        .map_err(|error| format!("The fault could not be read: {error}"))
        .and_then(|order: faults::Order| lock(router).order(order));
    match ordered {
        Ok(()) => (200, json!({})),
        Err(message) => (400, json!({"message": message})),
    }
}

fn lock(router: &Router) -> std::sync::MutexGuard<'_, faults::Faults> {
    router.faults().lock().unwrap_or_else(PoisonError::into_inner)
}
