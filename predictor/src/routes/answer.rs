//! The forms that answers share: JSON, the stamp of the model that answered.

use super::{MODEL_NAME, MODEL_VERSION};
use crate::problem::Problem;
use crate::served::Served;
use serde::Serialize;
use std::time::Duration;
use warp::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use warp::http::{HeaderName, HeaderValue};
use warp::reply::Response;

/// Header that tells how long the model took (W3C Server Timing).
pub(super) const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// Headers of most answers, those included that are added on their way out: room that is made once.
const USUAL_HEADERS: usize = 12;

/// A JSON answer of status 200.
pub(super) fn json(body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(bytes) => json_bytes(bytes),
        Err(_) => Problem::internal().into_response(),
    }
}

/// The same from JSON that is written already.
pub(super) fn json_bytes(bytes: Vec<u8>) -> Response {
    let mut response = Response::new(bytes.into());
    let headers = response.headers_mut();
    headers.reserve(USUAL_HEADERS);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Says which model and version answered.
pub(super) fn versioned(served: &Served, mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(MODEL_NAME, served.model.name_header());
    headers.insert(MODEL_VERSION, served.model.version_header());
    response
}

/// Says which version answered, and how long it took.
pub(super) fn stamped(served: &Served, time: Duration, response: Response) -> Response {
    let mut response = versioned(served, response);
    response.headers_mut().insert(SERVER_TIMING, timing(time));
    response
}

/// `predict;dur=0.012`, in milliseconds. Put together by hand: formatting costs as much as the rest of an answer's head.
fn timing(time: Duration) -> HeaderValue {
    let micros = time.as_micros().min(999_999_999);
    let mut text = *b"predict;dur=000000.000";
    let mut left = micros as u32;
    for at in (12..text.len()).rev().filter(|at| *at != POINT) {
        text[at] = b'0' + (left % 10) as u8;
        left /= 10;
    }
    // Without the zeros in front; the one before the point stays.
    let zeros = text[12..POINT - 1].iter().take_while(|digit| **digit == b'0').count();
    text.copy_within(12 + zeros.., 12);
    HeaderValue::from_bytes(&text[..text.len() - zeros]).unwrap_or(HeaderValue::from_static("predict"))
}

/// Where the point stands in a time of most digits.
const POINT: usize = 18;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_milliseconds() {
        assert_eq!(timing(Duration::from_nanos(12_999)), "predict;dur=0.012");
        assert_eq!(timing(Duration::ZERO), "predict;dur=0.000");
        assert_eq!(timing(Duration::from_millis(1250)), "predict;dur=1250.000");
        assert_eq!(timing(Duration::from_millis(10)), "predict;dur=10.000");
        assert_eq!(timing(Duration::from_hours(9000)), "predict;dur=999999.999");
    }
}
