//! Answers that change seldom: a tag over their bytes, and 304 for a client that has them (RFC 9110 §13).

use super::call::Call;
use crate::artifact::hex_sha256;
use crate::problem::Problem;
use serde::Serialize;
use warp::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY};
use warp::http::{HeaderMap, HeaderValue, StatusCode};
use warp::reply::Response;

/// Compressed bytes are other bytes, so that their tag is another one.
const GZIP: &str = "-gzip";

/// A JSON answer that a client may keep, if it asks each time whether it still holds.
pub(super) fn json_with_tag(call: &Call, body: &impl Serialize) -> Response {
    let Ok(bytes) = serde_json::to_vec(body) else { return Problem::internal().into_response() };
    with_tag(&call.headers, bytes, "application/json")
}

/// The same for bytes of any kind.
pub(super) fn with_tag(headers: &HeaderMap, bytes: Vec<u8>, kind: &'static str) -> Response {
    let tag = format!("\"{:.32}\"", hex_sha256(&bytes));
    let held = held(headers, &tag);
    let is_known = held.is_some();
    let mut response = Response::new(if is_known { Vec::new() } else { bytes }.into());
    if is_known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    } else {
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(tag) = HeaderValue::try_from(held.unwrap_or(tag)) {
        headers.insert(ETAG, tag);
    }
    response
}

/// The tag of the same answer, compressed.
pub(super) fn tag_of_gzip(tag: &HeaderValue) -> Option<HeaderValue> {
    let inner = tag.to_str().ok()?.strip_suffix('"')?;
    HeaderValue::try_from(format!("{inner}{GZIP}\"")).ok()
}

/// The tag of the answer that a client says it has, compressed or not; `None` if it has another or none (RFC 9110,
/// 13.1.2: weak comparison, a list, or `*`).
pub(super) fn held(headers: &HeaderMap, tag: &str) -> Option<String> {
    let given = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    given.flat_map(|value| value.split(',')).map(str::trim).find_map(|given| {
        let given = given.strip_prefix("W/").unwrap_or(given);
        let plain = given.strip_suffix("-gzip\"").map(|inner| format!("{inner}\""));
        if given == "*" {
            return Some(tag.to_owned());
        }
        (given == tag || plain.as_deref() == Some(tag)).then(|| given.to_owned())
    })
}
