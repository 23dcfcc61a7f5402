//! Who may change what a running service serves: the holder of one token, and nobody while there is none.
//!
//! The token is never shown: not in logs, not in debug output, not in the help of the command line.

use crate::artifact::hex_sha256;
use crate::problem::Problem;
use std::fmt;
use std::str::FromStr;
use subtle::ConstantTimeEq;
use warp::http::header::AUTHORIZATION;
use warp::http::{HeaderMap, HeaderValue};

/// Header that may hold the token instead of `Authorization: Bearer`.
const KEY: &str = "x-api-key";

/// The token of administrators, kept as its digest; without one, administration is off.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Admin {
    digest: Option<String>,
}

impl fmt::Debug for Admin {
    fn fmt(&self, words: &mut fmt::Formatter<'_>) -> fmt::Result {
        words.write_str(if self.is_on() { "Admin(on)" } else { "Admin(off)" })
    }
}

impl FromStr for Admin {
    type Err = &'static str;

    /// Reads a token; an empty one switches administration off, as no token does.
    fn from_str(token: &str) -> Result<Self, Self::Err> {
        match token {
            "" => Ok(Self::default()),
            _ if token.bytes().all(|byte| byte.is_ascii_graphic()) => {
                Ok(Self { digest: Some(hex_sha256(token.as_bytes())) })
            }
            _ => Err("a token is printable ASCII without spaces, as a header can hold it"),
        }
    }
}

impl Admin {
    /// Whether there is a token at all.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.digest.is_some()
    }

    /// Lets the holder of the token pass. The comparison takes the same time whatever was sent.
    ///
    /// # Errors
    /// 403 while administration is off; 401 without the token.
    pub fn check(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let Some(digest) = &self.digest else { return Err(Problem::admin_is_off()) };
        let given = bearer(headers).or_else(|| headers.get(KEY).map(HeaderValue::as_bytes));
        let given = hex_sha256(given.ok_or_else(Problem::unauthorized)?);
        if bool::from(given.as_bytes().ct_eq(digest.as_bytes())) { Ok(()) } else { Err(Problem::unauthorized()) }
    }
}

/// The token behind `Bearer`, whose letters may have any case (RFC 9110 §11.1).
fn bearer(headers: &HeaderMap) -> Option<&[u8]> {
    let value = headers.get(AUTHORIZATION)?.as_bytes();
    let (scheme, token) = value.split_at_checked(7)?;
    scheme.eq_ignore_ascii_case(b"Bearer ").then(|| token.trim_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;
    use warp::http::HeaderName;

    #[test]
    fn only_the_token_passes() {
        let admin: Admin = "open-sesame".parse().expect("a token");
        let check = |name: &'static str, value: &'static str, expect: Option<u16>| {
            let headers = HeaderMap::from_iter([(HeaderName::from_static(name), HeaderValue::from_static(value))]);
            assert_eq!(admin.check(&headers).err().map(|problem| problem.status()), expect, "{name}: {value}");
            assert_eq!(Admin::default().check(&headers).expect_err("off").status(), 403);
        };
        check("authorization", "Bearer open-sesame", None);
        check("authorization", "bearer  open-sesame", None);
        check("x-api-key", "open-sesame", None);
        check("authorization", "Bearer open-sesam", Some(401));
        check("authorization", "Bearer open-sesame1", Some(401));
        check("authorization", "Bearer ", Some(401));
        check("authorization", "Basic open-sesame", Some(401));
        check("authorization", "open-sesame", Some(401));
        check("x-api-key", "", Some(401));
        check("accept", "open-sesame", Some(401));
    }

    #[test]
    fn tokens_are_never_shown_and_always_sendable() {
        let admin: Admin = "open-sesame".parse().expect("a token");
        assert_eq!(format!("{admin:?}"), "Admin(on)");
        assert!(!"".parse::<Admin>().expect("none").is_on());
        for bad in ["two words", "line\n", "smörgås"] {
            assert!(bad.parse::<Admin>().is_err(), "{bad:?}");
        }
    }
}
