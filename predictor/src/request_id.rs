//! The ids under which one request is found again in logs, here and at the caller.
//!
//! A caller's id goes into headers and logs, so it is reduced to harmless characters and a bounded length first.

use warp::http::{HeaderName, HeaderValue};

/// Header that carries the id, both ways.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// Header in which Amazon's load balancers and gateways name a request.
pub const AMAZON_HEADER: HeaderName = HeaderName::from_static("x-amzn-trace-id");

const LONGEST: usize = 128;

/// An id, cleaned; `None` if nothing of it remains.
#[must_use]
pub fn clean(given: &HeaderValue) -> Option<String> {
    let harmless = given.as_bytes().iter().filter(|byte| is_harmless(**byte)).take(LONGEST);
    let cleaned: String = harmless.map(|byte| char::from(*byte)).collect();
    (!cleaned.is_empty()).then_some(cleaned)
}

fn is_harmless(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_.:;=/+".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_cleaned_and_bounded() {
        let check = |given: &[u8], expect: Option<&str>| {
            let value = HeaderValue::from_bytes(given).expect("a header value");
            assert_eq!(clean(&value).as_deref(), expect);
        };
        check(b"abc-123", Some("abc-123"));
        check(b"Root=1-67891233-abcdef012345678912345678", Some("Root=1-67891233-abcdef012345678912345678"));
        check(b"a b\"c\\d{e}", Some("abcde"));
        check("caf\u{e9}".as_bytes(), Some("caf"));
        check(b"Root=1-6;Self=2;Sampled=?1", Some("Root=1-6;Self=2;Sampled=1"));
        check(b"", None);
        check(b"\"\"", None);
        check(&[b'x'; 1000], Some(&"x".repeat(128)));
    }
}
