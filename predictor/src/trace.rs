//! W3C Trace Context: which trace a request belongs to, and the id of this service's part in it.
//!
//! <https://www.w3.org/TR/trace-context/>. What does not follow the grammar is refused as a whole and a new trace is
//! begun, as the recommendation asks. Nothing is exported from here: the ids are for the log and for the caller.

mod state;

pub use state::clean_state;

use bytes::BytesMut;
use serde::{Serialize, Serializer};
use warp::http::{HeaderMap, HeaderName, HeaderValue};

/// Header that a caller sends its place in a trace in.
pub const PARENT: HeaderName = HeaderName::from_static("traceparent");
/// Header with what other tracing systems along the way have to say.
pub const STATE: HeaderName = HeaderName::from_static("tracestate");
/// Header that this service's place in the trace is answered in. `traceparent` is a request header only; the successor of
/// the recommendation (Trace Context Level 2 and 3 drafts) gives answers this name.
pub const RESPONSE: HeaderName = HeaderName::from_static("traceresponse");

/// A caller's trace flags that mean something here: sampled, and random trace id (Level 2).
const KNOWN_FLAGS: u8 = 0b11;
const RANDOM_TRACE_ID: u8 = 0b10;
/// Length of `traceparent` in version 00.
const LENGTH: usize = 55;

/// Where a request stands in a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trace {
    /// The trace; not zero.
    pub trace_id: u128,
    /// The caller's part; `None` if the trace begins here.
    pub parent_id: Option<u64>,
    /// This service's part; not zero.
    pub span_id: u64,
    /// Whether the caller keeps this trace, and other flags.
    pub flags: u8,
}

impl Trace {
    /// The trace that a request's headers continue, or a new one.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        let mut given = headers.get_all(PARENT).iter();
        let parent = match (given.next(), given.next()) {
            (Some(only), None) => parse(only.as_bytes()),
            _ => None,
        };
        let span_id = fastrand::u64(1..);
        match parent {
            Some(Parent { trace_id, parent_id, flags }) => {
                Self { trace_id, parent_id: Some(parent_id), span_id, flags }
            }
            None => Self { trace_id: fastrand::u128(1..), parent_id: None, span_id, flags: RANDOM_TRACE_ID },
        }
    }

    /// The trace's id as it is written: 32 digits.
    #[must_use]
    pub fn trace_id_text(&self) -> Hex<32> {
        Hex::of(self.trace_id)
    }

    /// The value of [`RESPONSE`], and in it the trace's id as a value of its own.
    #[must_use]
    pub fn response_values(&self) -> Option<(HeaderValue, HeaderValue)> {
        let mut text = BytesMut::with_capacity(LENGTH);
        text.extend_from_slice(b"00-");
        text.extend_from_slice(self.trace_id_text().as_bytes());
        text.extend_from_slice(b"-");
        text.extend_from_slice(span_id_text(self.span_id).as_bytes());
        text.extend_from_slice(b"-");
        text.extend_from_slice(Hex::<2>::of(u128::from(self.flags)).as_bytes());
        let whole = text.freeze();
        let id = HeaderValue::from_maybe_shared(whole.slice(3..35)).ok()?;
        Some((HeaderValue::from_maybe_shared(whole).ok()?, id))
    }
}

/// What a caller says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parent {
    /// The trace; not zero.
    pub trace_id: u128,
    /// The caller's part; not zero.
    pub parent_id: u64,
    /// Flags that are known here.
    pub flags: u8,
}

/// Reads a `traceparent`; `None` for everything that the recommendation forbids.
#[must_use]
pub fn parse(value: &[u8]) -> Option<Parent> {
    let (known, rest) = value.split_at_checked(LENGTH)?;
    let version = hex(&known[..2])?;
    // Version 00 ends here; a later one may go on after a dash, and ff is forbidden.
    let ends_well = if version == 0 { rest.is_empty() } else { rest.is_empty() || rest.starts_with(b"-") };
    let dashes = [2, 35, 52].iter().all(|at| known[*at] == b'-');
    if version == 0xff || !ends_well || !dashes {
        return None;
    }
    let (trace_id, parent_id) = (hex(&known[3..35])?, hex(&known[36..52])?);
    let flags = (hex(&known[53..55])? & u128::from(KNOWN_FLAGS)) as u8;
    let parent_id = u64::try_from(parent_id).ok()?;
    (trace_id != 0 && parent_id != 0).then_some(Parent { trace_id, parent_id, flags })
}

/// Lower-case hexadecimal digits, and nothing else.
fn hex(digits: &[u8]) -> Option<u128> {
    digits.iter().try_fold(0, |number, digit| {
        let value = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'f' => digit - b'a' + 10,
            _ => return None,
        };
        Some(number << 4 | u128::from(value))
    })
}

/// So many hexadecimal digits, without a place in the heap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hex<const DIGITS: usize>([u8; DIGITS]);

impl<const DIGITS: usize> Hex<DIGITS> {
    /// The lowest digits of a number.
    #[must_use]
    pub fn of(number: u128) -> Self {
        const ALL: &[u8; 16] = b"0123456789abcdef";
        let mut digits = [b'0'; DIGITS];
        let pairs = digits.rchunks_mut(2).zip(number.to_le_bytes());
        for (pair, byte) in pairs {
            if let [.., low] = pair {
                *low = ALL[usize::from(byte & 15)];
            }
            if let [high, _] = pair {
                *high = ALL[usize::from(byte >> 4)];
            }
        }
        Self(digits)
    }

    /// The digits in ASCII.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Only digits are in it.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl<const DIGITS: usize> Serialize for Hex<DIGITS> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// A part's id as it is written: 16 digits.
#[must_use]
pub fn span_id_text(id: u64) -> Hex<16> {
    Hex::of(u128::from(id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GOOD: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    #[test]
    fn only_what_the_recommendation_allows_is_read() {
        let check = |value: &str, expect: Option<u8>| {
            let found = parse(value.as_bytes());
            assert_eq!(found.map(|parent| parent.flags), expect, "{value}");
            if let Some(parent) = found {
                assert_eq!(parent.trace_id, 0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c);
                assert_eq!(parent.parent_id, 0xb7ad_6b71_6920_3331);
            }
        };
        let ids = "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331";
        check(GOOD, Some(1));
        check(&format!("00-{ids}-00"), Some(0));
        check(&format!("00-{ids}-ff"), Some(3));
        check(&format!("01-{ids}-01"), Some(1));
        check(&format!("cc-{ids}-01-what-the-future-holds"), Some(1));
        check(&format!("cc-{ids}-01.x"), None);
        check(&format!("00-{ids}-01-more"), None);
        check(&format!("00-{ids}-01-"), None);
        check(&format!("ff-{ids}-01"), None);
        check(&format!("00-{ids}-1"), None);
        check(&format!("00-{ids}-0g"), None);
        check(&format!("0-{ids}-01"), None);
        check(&format!("00_{ids}-01"), None);
        check(&GOOD.to_uppercase(), None);
        check(&format!("00-{}-b7ad6b7169203331-01", "0".repeat(32)), None);
        check("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", None);
        check("00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333-011", None);
        check("", None);
        check("00", None);
    }

    #[test]
    fn a_trace_goes_on_with_a_new_part_or_begins_anew() {
        let of = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(PARENT, HeaderValue::from_static(value));
            }
            Trace::of(&headers)
        };
        let (first, second) = (of(&[GOOD]), of(&[GOOD]));
        assert_eq!(first.trace_id_text().as_str(), "0af7651916cd43dd8448eb211c80319c");
        assert_eq!(first.parent_id.map(span_id_text), Some(Hex(*b"b7ad6b7169203331")));
        assert_ne!(first.span_id, second.span_id);
        let (answer, id) = first.response_values().expect("header values");
        let span = span_id_text(first.span_id);
        let expect = format!("00-0af7651916cd43dd8448eb211c80319c-{}-01", span.as_str());
        assert_eq!((answer.to_str().ok(), id.to_str().ok()), (Some(expect.as_str()), Some(&expect[3..35])));
        for bad in [&[][..], &["nonsense"], &[GOOD, GOOD]] {
            let begun = of(bad);
            assert!(begun.parent_id.is_none() && begun.trace_id != first.trace_id && begun.trace_id != 0);
            assert!(parse(begun.response_values().expect("header values").0.as_bytes()).is_some());
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(value in prop::collection::vec(any::<u8>(), 0..80)) {
            let _ = parse(&value);
        }

        #[test]
        fn nearly_good_values_are_read_only_if_they_are_good(at in 0_usize..55, byte in any::<u8>()) {
            let mut value = GOOD.as_bytes().to_vec();
            value[at] = byte;
            let expect = match at {
                2 | 35 | 52 => byte == b'-',
                // `f` as the second digit of the version is 0f, a later version.
                _ => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
            };
            prop_assert_eq!(parse(&value).is_some(), expect);
        }

        #[test]
        fn what_is_answered_can_be_read(trace_id in 1_u128.., span_id in 1_u64.., flags in 0_u8..4) {
            let trace = Trace { trace_id, parent_id: None, span_id, flags };
            let value = trace.response_values().expect("header values").0;
            prop_assert_eq!(parse(value.as_bytes()), Some(Parent { trace_id, parent_id: span_id, flags }));
            prop_assert_eq!(u128::from_str_radix(trace.trace_id_text().as_str(), 16), Ok(trace_id));
        }
    }
}
