//! Reading what a caller sends: bounded in size and time, whether or not its length is declared, compressed or not.
//!
//! Nothing is kept beyond the limit. What exceeds it is read and thrown away up to a second bound, because a client
//! that is still sending would otherwise find a closed connection instead of the answer.

pub mod gzip;

use crate::problem::Problem;
use bytes::{Buf, Bytes, BytesMut};
use futures_util::{FutureExt, Stream, StreamExt};
use std::pin::pin;
use std::time::Duration;
use warp::http::HeaderMap;
use warp::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, EXPECT};

/// Bounds on a request body.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Most bytes that are accepted for one case, or for one line of a stream; after decompression too.
    pub bytes: usize,
    /// Most bytes that are accepted for a batch; after decompression too.
    pub batch_bytes: usize,
    /// Most rows of a batch.
    pub rows: usize,
    /// Most bytes that are read and thrown away when there are too many.
    pub discarded: usize,
    /// Time for the whole body.
    pub time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 1 << 20, batch_bytes: 16 << 20, rows: 10_000, discarded: 32 << 20, time: Duration::from_secs(15) }
    }
}

/// How a body is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Not at all.
    Identity,
    /// As RFC 1952 has it.
    Gzip,
}

/// Refuses a body that does not claim to be JSON. No claim at all is taken for JSON.
///
/// # Errors
/// 415 for another type or another character set.
pub fn require_json(headers: &HeaderMap) -> Result<(), Problem> {
    const WANTED: &str = "Send JSON in UTF-8: content-type: application/json.";
    let Some(value) = headers.get(CONTENT_TYPE) else { return Ok(()) };
    let value = value.to_str().map_err(|_| Problem::wrong_type(WANTED))?;
    if is_json(value) { Ok(()) } else { Err(Problem::wrong_type(WANTED)) }
}

/// Whether a body claims to be JSON lines.
#[must_use]
pub fn is_json_lines(headers: &HeaderMap) -> bool {
    const NAMES: [&str; 4] =
        ["application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines"];
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default().trim();
    NAMES.iter().any(|name| essence.eq_ignore_ascii_case(name))
}

/// How a body claims to be compressed.
///
/// # Errors
/// 415 for a way that is not understood here.
pub fn encoding(headers: &HeaderMap) -> Result<Encoding, Problem> {
    let Some(value) = headers.get(CONTENT_ENCODING) else { return Ok(Encoding::Identity) };
    let value = value.as_bytes().trim_ascii();
    if value.eq_ignore_ascii_case(b"gzip") || value.eq_ignore_ascii_case(b"x-gzip") {
        Ok(Encoding::Gzip)
    } else if value.is_empty() || value.eq_ignore_ascii_case(b"identity") {
        Ok(Encoding::Identity)
    } else {
        Err(Problem::wrong_type("Send the body with content-encoding: gzip, or without any."))
    }
}

/// Most bytes that a body can come to in memory: what it declares, if that is within the limit and not compressed.
#[must_use]
pub fn most_bytes(headers: &HeaderMap, limits: Limits) -> usize {
    match declared_length(headers) {
        Some(length) if !headers.contains_key(CONTENT_ENCODING) => length.min(limits.bytes),
        _ => limits.bytes,
    }
}

/// Reads a whole body of at most `limits.bytes`, which hold for what is sent and for what it expands to.
///
/// # Errors
/// 413 beyond the limit, 408 when it takes too long, 415 when it is compressed in an unknown way, 400 when it breaks off
/// or is not framed or compressed as it claims.
pub async fn read<S, B, E>(stream: S, headers: &HeaderMap, limits: Limits) -> Result<Bytes, Problem>
where
    S: Stream<Item = Result<B, E>>,
    B: Buf,
{
    let encoding = encoding(headers)?;
    let sent = receive(stream, headers, limits).await?;
    match encoding {
        Encoding::Identity => Ok(sent),
        Encoding::Gzip => Box::pin(expanded(sent, limits.bytes)).await,
    }
}

async fn expanded(sent: Bytes, most: usize) -> Result<Bytes, Problem> {
    let expanded = tokio::task::spawn_blocking(move || gzip::expand(&sent, most)).await;
    expanded.map_err(|_| Problem::internal())?
}

async fn receive<S, B, E>(stream: S, headers: &HeaderMap, limits: Limits) -> Result<Bytes, Problem>
where
    S: Stream<Item = Result<B, E>>,
    B: Buf,
{
    let declared = declared_length(headers);
    if declared.is_some_and(|length| length > limits.bytes) && waits_for_permission(headers) {
        return Err(Problem::too_large(limits.bytes));
    }
    let mut stream = pin!(stream);
    let mut received = Received { first: Bytes::new(), rest: BytesMut::new(), length: 0, declared };
    // Most bodies are there already, and need neither a clock nor room for it.
    while let Some(next) = stream.next().now_or_never() {
        match next {
            Some(part) => received.take(part, limits)?,
            None => return received.whole(limits),
        }
    }
    let others = async {
        while let Some(part) = stream.next().await {
            received.take(part, limits)?;
        }
        received.whole(limits)
    };
    Box::pin(tokio::time::timeout(limits.time, others)).await.unwrap_or_else(|_| Err(Problem::too_slow()))
}

/// What has come of a body.
struct Received {
    /// Its first part; most have no other.
    first: Bytes,
    rest: BytesMut,
    /// Bytes so far, those included that were thrown away.
    length: usize,
    declared: Option<usize>,
}

impl Received {
    /// Takes a part in, or throws it away if the body is too large.
    ///
    /// # Errors
    /// 413 when enough was thrown away, 400 for what is not a part.
    fn take<B: Buf, E>(&mut self, part: Result<B, E>, limits: Limits) -> Result<(), Problem> {
        let mut part = part.map_err(|_| Problem::malformed("The body broke off or is not framed as HTTP demands."))?;
        self.length = self.length.saturating_add(part.remaining());
        if self.length > limits.bytes || self.declared.is_some_and(|declared| declared > limits.bytes) {
            (self.first, self.rest) = (Bytes::new(), BytesMut::new());
            if self.length > limits.discarded {
                return Err(Problem::too_large(limits.bytes));
            }
        } else if self.first.is_empty() {
            self.first = part.copy_to_bytes(part.remaining());
        } else {
            self.rest.reserve(part.remaining());
            self.rest.extend_from_slice(&part.copy_to_bytes(part.remaining()));
        }
        Ok(())
    }

    /// The body, which has come to its end.
    ///
    /// # Errors
    /// 413 if it is too large.
    fn whole(self, limits: Limits) -> Result<Bytes, Problem> {
        if self.length > limits.bytes {
            return Err(Problem::too_large(limits.bytes));
        }
        if self.rest.is_empty() {
            return Ok(self.first);
        }
        let mut whole = BytesMut::with_capacity(self.length);
        whole.extend_from_slice(&self.first);
        whole.extend_from_slice(&self.rest);
        Ok(whole.freeze())
    }
}

fn declared_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Such a client sends nothing before it is told to, so it can be refused at once.
fn waits_for_permission(headers: &HeaderMap) -> bool {
    headers.get(EXPECT).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue"))
}

/// `application/json` or `application/…+json`, in UTF-8 if a character set is named.
fn is_json(value: &str) -> bool {
    if value.eq_ignore_ascii_case("application/json") {
        return true;
    }
    let mut parts = value.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default().to_ascii_lowercase();
    let names_json = essence == "application/json"
        || essence.strip_prefix("application/").is_some_and(|subtype| subtype.len() > 5 && subtype.ends_with("+json"));
    let is_utf8 = |parameter: &str| match parameter.split_once('=') {
        Some((name, set)) if name.trim().eq_ignore_ascii_case("charset") => {
            let set = set.trim().trim_matches('"');
            set.eq_ignore_ascii_case("utf-8") || set.eq_ignore_ascii_case("utf8")
        }
        _ => true,
    };
    names_json && parts.all(is_utf8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use warp::http::HeaderValue;

    #[test]
    fn only_json_is_taken() {
        let check = |value: &'static str, expect: bool| {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(value));
            assert_eq!(require_json(&headers).is_ok(), expect, "{value:?}");
        };
        check("application/json", true);
        check("Application/JSON; Charset=\"UTF-8\"", true);
        check("application/vnd.some.thing+json", true);
        check("application/json;charset=utf8;x=y", true);
        check("application/json; charset=latin-1", false);
        check("application/jsonp", false);
        check("application/+json", false);
        check("text/plain", false);
        check("application/x-www-form-urlencoded", false);
        check("", false);
        assert!(require_json(&HeaderMap::new()).is_ok());
    }

    #[test]
    fn encodings_and_lines_are_recognised() {
        let headers = |name, value| HeaderMap::from_iter([(name, HeaderValue::from_static(value))]);
        let check = |value: &'static str, expect: Option<Encoding>| {
            assert_eq!(encoding(&headers(CONTENT_ENCODING, value)).ok(), expect, "{value:?}");
        };
        check("gzip", Some(Encoding::Gzip));
        check("GZip", Some(Encoding::Gzip));
        check("identity", Some(Encoding::Identity));
        check("", Some(Encoding::Identity));
        check("br", None);
        check("gzip, gzip", None);
        let lines = |value| is_json_lines(&headers(CONTENT_TYPE, value));
        assert!(lines("application/x-ndjson") && lines("Application/JSONL; charset=utf-8"));
        assert!(!lines("application/json") && !lines("") && !is_json_lines(&HeaderMap::new()));
    }

    async fn read_parts(parts: &[usize], declared: Option<usize>) -> Result<usize, Problem> {
        let mut headers = HeaderMap::new();
        if let Some(declared) = declared {
            headers.insert(CONTENT_LENGTH, HeaderValue::from(declared));
        }
        let parts: Vec<_> = parts.iter().map(|size| Ok::<_, ()>(Bytes::from(vec![b'x'; *size]))).collect();
        let limits = Limits { bytes: 10, discarded: 100, ..Limits::default() };
        read(futures_util::stream::iter(parts), &headers, limits).await.map(|body| body.len())
    }

    #[tokio::test]
    async fn size_is_bounded_with_and_without_a_declared_length() {
        let too_large = Err(Problem::too_large(10));
        assert_eq!(read_parts(&[], None).await, Ok(0));
        assert_eq!(read_parts(&[10], Some(10)).await, Ok(10));
        assert_eq!(read_parts(&[3, 3, 4], None).await, Ok(10));
        assert_eq!(read_parts(&[3, 3, 5], None).await, too_large);
        assert_eq!(read_parts(&[11], Some(11)).await, too_large);
        assert_eq!(read_parts(&[90, 90, 90], None).await, too_large);
    }

    #[tokio::test]
    async fn a_client_that_waits_is_refused_without_reading() {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_LENGTH, HeaderValue::from_static("11"));
        headers.insert(EXPECT, HeaderValue::from_static("100-Continue"));
        let never = futures_util::stream::pending::<Result<Bytes, ()>>();
        let limits = Limits { bytes: 10, ..Limits::default() };
        assert_eq!(read(never, &headers, limits).await, Err(Problem::too_large(10)));
    }

    #[tokio::test]
    async fn a_body_that_stalls_or_breaks_is_refused() {
        let limits = Limits { time: Duration::from_millis(1), ..Limits::default() };
        let never = futures_util::stream::pending::<Result<Bytes, ()>>();
        assert_eq!(read(never, &HeaderMap::new(), limits).await, Err(Problem::too_slow()));
        let broken = futures_util::stream::iter([Ok(Bytes::from_static(b"{")), Err(())]);
        let answer = read(broken, &HeaderMap::new(), Limits::default()).await.expect_err("broken");
        assert_eq!(answer.into_response().status(), 400);
    }
}
