//! The id under which one request is found again in logs, here and at the caller.
//!
//! A caller's id goes into headers and logs, so it is reduced to harmless characters and a bounded length first.

use std::fmt::Write as _;
use warp::http::HeaderValue;

/// Header that carries the id, both ways.
pub const HEADER: &str = "x-request-id";

const LONGEST: usize = 128;

/// The caller's id, cleaned; a new one if nothing of it remains.
#[must_use]
pub fn accept(given: Option<&HeaderValue>) -> String {
    let cleaned: String = given
        .map(|value| value.as_bytes().iter().filter(|byte| is_harmless(**byte)).take(LONGEST))
        .into_iter()
        .flatten()
        .map(|byte| char::from(*byte))
        .collect();
    if cleaned.is_empty() { generate() } else { cleaned }
}

fn is_harmless(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_.:=/+".contains(&byte)
}

fn generate() -> String {
    let mut id = String::with_capacity(32);
    // Writing to a string cannot fail.
    let _ = write!(id, "{:032x}", fastrand::u128(..));
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_cleaned_and_bounded() {
        let check = |given: &[u8], expect: &str| {
            let value = HeaderValue::from_bytes(given).expect("a header value");
            assert_eq!(accept(Some(&value)), expect);
        };
        check(b"abc-123", "abc-123");
        check(b"Root=1-67891233-abcdef012345678912345678", "Root=1-67891233-abcdef012345678912345678");
        check(b"a b\"c\\d{e}", "abcde");
        check("caf\u{e9}".as_bytes(), "caf");
        check(&[b'x'; 1000], &"x".repeat(128));
    }

    #[test]
    fn without_an_id_a_new_one_is_made() {
        let empty = HeaderValue::from_static("\"\"");
        let made = [accept(None), accept(None), accept(Some(&empty))];
        assert!(made.iter().all(|id| id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit())));
        assert_ne!(made[0], made[1]);
    }
}
