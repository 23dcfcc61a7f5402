//! Which web pages of other origins may read answers (CORS, as the Fetch standard has it). Off unless origins are named;
//! credentials of browsers (cookies, client certificates) are never allowed, since nothing here uses them.

use std::str::FromStr;
use warp::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use warp::http::{HeaderMap, HeaderValue, Method, StatusCode};
use warp::reply::Response;

/// Headers that a page may send.
const SENT: &str = "accept, authorization, content-encoding, content-type, if-none-match, inference-header-content-length, \
                    traceparent, tracestate, x-api-key, x-request-id, x-split-key";
/// Headers of answers that a page may read, beyond those that it always may.
const READ: &str = "etag, inference-header-content-length, retry-after, server-timing, traceresponse, www-authenticate, \
                    x-model, x-model-version, x-request-id";
/// Seconds for which a browser need not ask again.
const REMEMBERED_S: &str = "600";

/// The origins whose pages may read answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Cors {
    /// None: answers say nothing about origins.
    #[default]
    Off,
    /// All.
    Any,
    /// These, as browsers write them: `https://app.example.com`, `http://localhost:3000`.
    Only(Vec<String>),
}

/// A word that is no origin.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0:?} is no origin; give scheme://host[:port] without a path, several separated by commas, or * for all")]
pub struct NoOrigin(String);

impl FromStr for Cors {
    type Err = NoOrigin;

    fn from_str(list: &str) -> Result<Self, Self::Err> {
        let words: Vec<&str> = list.split(',').map(str::trim).filter(|word| !word.is_empty()).collect();
        match words.as_slice() {
            [] => Ok(Self::Off),
            ["*"] => Ok(Self::Any),
            words => words.iter().map(|word| origin(word)).collect::<Result<_, _>>().map(Self::Only),
        }
    }
}

/// An origin in the letters of browsers.
fn origin(word: &str) -> Result<String, NoOrigin> {
    let refused = || NoOrigin(word.to_owned());
    let (scheme, place) = word.split_once("://").ok_or_else(refused)?;
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    let is_place =
        !place.is_empty() && place.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte));
    if is_scheme && is_place { Ok(word.to_ascii_lowercase()) } else { Err(refused()) }
}

impl Cors {
    /// The origin of a request, if it matters.
    #[must_use]
    pub fn origin_of(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        if *self == Self::Off { None } else { headers.get(ORIGIN).cloned() }
    }

    /// What a browser is told that asks, before a request of a page, whether it may send it; `None` if this is no such
    /// question or the page may not.
    #[must_use]
    pub fn preflight(&self, method: &Method, headers: &HeaderMap, allow: &'static str) -> Option<Response> {
        let asks = method == Method::OPTIONS && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
        if !asks || self.allowed(headers.get(ORIGIN)?).is_none() {
            return None;
        }
        let mut response = Response::default();
        *response.status_mut() = StatusCode::NO_CONTENT;
        let answer = response.headers_mut();
        answer.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(allow));
        answer.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(SENT));
        answer.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(REMEMBERED_S));
        Some(response)
    }

    /// Says on an answer whether a page of this origin may read it.
    pub fn stamp(&self, headers: &mut HeaderMap, origin: Option<&HeaderValue>) {
        if let Self::Only(_) = self {
            // Also without an origin: a cache must not give that answer to a page.
            headers.append(VARY, HeaderValue::from_static("origin"));
        }
        if let Some(allowed) = origin.and_then(|origin| self.allowed(origin)) {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(READ));
        }
    }

    fn allowed(&self, origin: &HeaderValue) -> Option<HeaderValue> {
        match self {
            Self::Off => None,
            Self::Any => Some(HeaderValue::from_static("*")),
            Self::Only(known) => {
                known.iter().any(|known| known.as_bytes() == origin.as_bytes()).then(|| origin.clone())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_origins_are_read() {
        let check = |list: &str, expect: Result<Cors, &str>| {
            let read = list.parse::<Cors>().map_err(|error| error.0);
            assert_eq!(read, expect.map_err(str::to_owned), "{list:?}");
        };
        let only = |origins: &[&str]| Ok(Cors::Only(origins.iter().map(|origin| (*origin).to_owned()).collect()));
        check("", Ok(Cors::Off));
        check(" , ", Ok(Cors::Off));
        check("*", Ok(Cors::Any));
        check("https://a.example, http://LOCALHOST:3000", only(&["https://a.example", "http://localhost:3000"]));
        check("http://[::1]:80", only(&["http://[::1]:80"]));
        for bad in ["a.example", "https://a.example/", "https://", "null", "https://*.example", "://a", "https://a b"] {
            check(bad, Err(bad));
        }
        check("*,https://a.example", Err("*"));
    }
}
