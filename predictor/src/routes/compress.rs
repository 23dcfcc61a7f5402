//! Compressing answers for clients that ask for it, where it is worth it.

use crate::body::gzip;
use crate::problem::Problem;
use futures_util::FutureExt;
use http_body_util::BodyExt;
use hyper::body::Body as _;
use warp::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, ETAG, VARY};
use warp::http::{HeaderMap, HeaderValue};

use warp::reply::Response;

/// Smaller answers fit into one packet and are sent as they are.
const WORTH: u64 = 1000;
/// Longer answers are compressed away from the threads that serve connections.
const SHORT: usize = 64 << 10;

/// Whether a client asks for gzip.
pub(super) fn accepts_gzip(headers: &HeaderMap) -> bool {
    let values = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let mut any = None;
    for part in values.flat_map(|value| value.split(',')) {
        let mut parameters = part.split(';').map(str::trim);
        let name = parameters.next().unwrap_or_default();
        let refused = parameters
            .filter_map(|parameter| parameter.strip_prefix("q=").or_else(|| parameter.strip_prefix("Q=")))
            .any(|quality| quality.parse::<f32>().is_ok_and(|quality| quality <= 0.0));
        if name.eq_ignore_ascii_case("gzip") || name.eq_ignore_ascii_case("x-gzip") {
            return !refused;
        }
        if name == "*" {
            any = Some(!refused);
        }
    }
    any.unwrap_or(false)
}

/// Whether an answer is of known size, and long enough to gain by being compressed.
pub(super) fn is_worth_it(response: &Response) -> bool {
    response.body().size_hint().exact().is_some_and(|size| size >= WORTH)
        && is_text(response.headers())
        && !response.headers().contains_key(CONTENT_ENCODING)
}

/// Compresses an answer that is worth it, if its client asked for that.
pub(super) async fn compressed(asked: bool, mut response: Response) -> Response {
    response.headers_mut().insert(VARY, HeaderValue::from_static("accept-encoding"));
    if !asked {
        return response;
    }
    let (mut head, body) = response.into_parts();
    // A body of known size is in memory.
    let bytes = match body.collect().now_or_never() {
        Some(Ok(whole)) => whole.to_bytes(),
        _ => return Problem::internal().into_response(),
    };
    let small = match bytes.len() <= SHORT {
        true => gzip::compress(&bytes),
        false => match tokio::task::spawn_blocking(move || gzip::compress(&bytes)).await {
            Ok(small) => small,
            Err(_) => return Problem::internal().into_response(),
        },
    };
    head.headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    if let Some(tag) = head.headers.get(ETAG).and_then(super::cache::tag_of_gzip) {
        head.headers.insert(ETAG, tag);
    }
    Response::from_parts(head, small.into())
}

fn is_text(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.starts_with("text/")
        || kind.contains("json")
        || kind.contains("javascript")
        || kind.contains("svg")
        || kind.contains("openmetrics")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_sent_to_who_asks() {
        let check = |value: &'static str, expect: bool| {
            let headers = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(value))]);
            assert_eq!(accepts_gzip(&headers), expect, "{value:?}");
        };
        check("gzip", true);
        check("deflate, GZIP;q=0.5, br", true);
        check("*", true);
        check("gzip;q=0, *", false);
        check("*;q=0", false);
        check("identity", false);
        check("", false);
        assert!(!accepts_gzip(&HeaderMap::new()));
    }
}
