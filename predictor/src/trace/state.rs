//! `tracestate`: a list of `key=value` that other tracing systems left. Kept whole or not at all.

use warp::http::HeaderMap;

const MOST_MEMBERS: usize = 32;
/// As many characters as a service must at least hand on; more is dropped here.
const LONGEST: usize = 512;

/// The state that came with a valid `traceparent`, in one line; `None` if there is none, or if it breaks the grammar.
#[must_use]
pub fn clean_state(headers: &HeaderMap) -> Option<String> {
    let mut members: Vec<&str> = Vec::new();
    for value in headers.get_all(super::STATE) {
        let value = value.to_str().ok()?;
        members.extend(
            value.split(',').map(|member| member.trim_matches([' ', '\t'])).filter(|member| !member.is_empty()),
        );
    }
    let keys = members.iter().map(|member| member.split_once('=').filter(|pair| is_member(*pair)).map(|(key, _)| key));
    let keys = keys.collect::<Option<Vec<_>>>()?;
    let repeated = keys.iter().enumerate().any(|(at, key)| keys[..at].contains(key));
    let text = members.join(",");
    (!members.is_empty() && members.len() <= MOST_MEMBERS && !repeated && text.len() <= LONGEST).then_some(text)
}

fn is_member((key, value): (&str, &str)) -> bool {
    is_key(key) && is_value(value)
}

/// `key`, or `tenant@system`.
fn is_key(key: &str) -> bool {
    let is_part = |part: &str, longest: usize, may_begin_with_digit: bool| {
        let begins = |first: u8| first.is_ascii_lowercase() || (may_begin_with_digit && first.is_ascii_digit());
        part.bytes().next().is_some_and(begins)
            && part.len() <= longest
            && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-*/".contains(&byte))
    };
    match key.split_once('@') {
        Some((tenant, system)) => is_part(tenant, 241, true) && is_part(system, 14, false),
        None => is_part(key, 256, false),
    }
}

/// Printable ASCII without comma and equals sign, not ending in a space.
fn is_value(value: &str) -> bool {
    !value.is_empty()
        && value.len() <= 256
        && !value.ends_with(' ')
        && value.bytes().all(|byte| (b' '..=b'~').contains(&byte) && byte != b',' && byte != b'=')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use warp::http::HeaderValue;

    fn cleaned(values: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(super::super::STATE, HeaderValue::from_str(value).expect("a header value"));
        }
        clean_state(&headers)
    }

    #[test]
    fn lists_are_joined_or_dropped_as_a_whole() {
        let check = |values: &[&str], expect: Option<&str>| {
            assert_eq!(cleaned(values).as_deref(), expect, "{values:?}");
        };
        check(&[], None);
        check(&[""], None);
        check(&["rojo=00f067aa0ba902b7"], Some("rojo=00f067aa0ba902b7"));
        check(&["a=1 , ,b=2", "c@d=x y"], Some("a=1,b=2,c@d=x y"));
        check(&["1a@sys=1"], Some("1a@sys=1"));
        check(&["1a=1"], None);
        check(&["A=1"], None);
        check(&["a"], None);
        check(&["a="], None);
        check(&["a=1=2"], None);
        check(&["a=1,a=2"], None);
        check(&["a=1,b@=2"], None);
        check(&["a=1", "\t"], Some("a=1"));
        let many: Vec<String> = (0..33).map(|number| format!("k{number}=1")).collect();
        check(&[&many.join(",")], None);
        check(&[&many[..32].join(",")], Some(&many[..32].join(",")));
        check(&[&format!("a={}", "x".repeat(257))], None);
        check(&[&format!("a={0},b={0},c={0}", "x".repeat(200))], None);
    }

    proptest! {
        #[test]
        fn any_header_is_kept_or_dropped(value in "[ -~\t]{0,90}") {
            let _ = cleaned(&[&value]);
        }

        #[test]
        fn what_is_kept_is_kept_again(value in "[a-c1@=, x]{0,40}") {
            if let Some(text) = cleaned(&[&value]) {
                prop_assert_eq!(cleaned(&[&text]), Some(text.clone()));
            }
        }
    }
}
