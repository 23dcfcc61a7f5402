//! What changes in a request's head between client and target.

use std::net::IpAddr;

use hyper::header::{
    CONNECTION, EXPECT, HOST, HeaderMap, HeaderName, HeaderValue, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, TE, TRAILER,
    TRANSFER_ENCODING, UPGRADE,
};

/// Headers that concern one connection only (RFC 9110, 7.6.1), with those the balancer answers itself.
const HOP_BY_HOP: [HeaderName; 8] =
    [CONNECTION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, EXPECT];

/// Takes out what only concerned the connection it came over.
pub(super) fn strip_hop_by_hop(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|names| names.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in named.iter().chain(&HOP_BY_HOP) {
        headers.remove(name);
    }
    headers.remove("keep-alive");
    headers.remove("proxy-connection");
}

/// Says on whose behalf the request comes, as an Application Load Balancer does.
pub(super) fn add_forwarded(headers: &mut HeaderMap, client: IpAddr, port: u16, now_ms: i64) {
    let before = headers.get("x-forwarded-for").and_then(|value| value.to_str().ok());
    let forwarded_for = before.map_or_else(|| client.to_string(), |before| format!("{before}, {client}"));
    let trace = trace_id(headers.get("x-amzn-trace-id").and_then(|value| value.to_str().ok()), now_ms);
    set(headers, "x-forwarded-for", &forwarded_for);
    set(headers, "x-forwarded-proto", "http");
    set(headers, "x-forwarded-port", &port.to_string());
    set(headers, "x-amzn-trace-id", &trace);
    if !headers.contains_key(HOST) {
        // HTTP/1.0 clients may leave it out; the request goes on as HTTP/1.1.
        set(headers, "host", &format!("127.0.0.1:{port}"));
    }
}

/// `Root=1-TIME-ID`; a client's own root stays, and the balancer adds itself.
fn trace_id(given: Option<&str>, now_ms: i64) -> String {
    let own = format!("1-{:08x}-{:024x}", now_ms / 1_000, fastrand::u128(..) >> 32);
    match given {
        Some(given) if given.contains("Root=") => format!("Self={own};{given}"),
        _ => format!("Root={own}"),
    }
}

fn set(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forwarded(given: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers: HeaderMap = given
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        strip_hop_by_hop(&mut headers);
        add_forwarded(&mut headers, [127, 0, 0, 1].into(), 8080, 1_700_000_000_000);
        headers
    }

    #[test]
    fn the_chain_of_clients_grows() {
        assert_eq!(forwarded(&[])["x-forwarded-for"], "127.0.0.1");
        assert_eq!(forwarded(&[("x-forwarded-for", "10.0.0.9")])["x-forwarded-for"], "10.0.0.9, 127.0.0.1");
    }

    #[test]
    fn what_a_connection_header_names_is_taken_out() {
        let headers = forwarded(&[("connection", "close, x-secret"), ("x-secret", "1"), ("x-other", "2"), ("te", "x")]);
        assert!(
            !headers.contains_key("x-secret") && !headers.contains_key("connection") && !headers.contains_key("te")
        );
        assert_eq!(headers["x-other"], "2");
    }

    #[test]
    fn a_trace_is_begun_or_continued() {
        let begun = trace_id(None, 1_700_000_000_000);
        assert!(begun.starts_with("Root=1-6553f100-") && begun.len() == 40, "{begun}");
        let continued = trace_id(Some("Root=1-a-b"), 1_700_000_000_000);
        assert!(continued.starts_with("Self=1-") && continued.ends_with(";Root=1-a-b"), "{continued}");
    }
}
