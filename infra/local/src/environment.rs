//! The environment variables with which unmodified AWS clients use the stack.
//!
//! The credentials are placeholders: real ones must never reach the stack.

/// Names and values to export; `now` looks up what is already set.
pub(crate) fn variables(endpoint: &str, region: &str, now: impl Fn(&str) -> Option<String>) -> Vec<(String, String)> {
    let mut variables: Vec<(String, String)> = [
        ("AWS_ENDPOINT_URL", endpoint),
        ("AWS_REGION", region),
        ("AWS_DEFAULT_REGION", region),
        ("AWS_ACCESS_KEY_ID", "local"),
        ("AWS_SECRET_ACCESS_KEY", "local"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        // StartLiveTail puts a prefix before any host, even before an address.
        ("AWS_DISABLE_HOST_PREFIX_INJECTION", "true"),
        // A profile that says otherwise would lead the client to the real AWS.
        ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "false"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    let excepted = now("NO_PROXY").or_else(|| now("no_proxy")).unwrap_or_default();
    for name in ["NO_PROXY", "no_proxy"] {
        variables.push((name.to_owned(), without_proxy(&excepted)));
    }
    variables
}

/// Some clients ask a proxy even for the loopback address, unless told otherwise.
fn without_proxy(excepted: &str) -> String {
    let mut hosts: Vec<&str> = excepted.split(',').map(str::trim).filter(|host| !host.is_empty()).collect();
    for host in ["127.0.0.1", "localhost"] {
        if !hosts.contains(&host) && !hosts.contains(&"*") {
            hosts.push(host);
        }
    }
    hosts.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exceptions_from_the_proxy_are_kept() {
        let check = |given: &str, expect: &str| assert_eq!(without_proxy(given), expect, "{given:?}");
        check("", "127.0.0.1,localhost");
        check("example.com, localhost", "example.com,localhost,127.0.0.1");
        check("*", "*");
    }

    #[test]
    fn the_endpoint_and_placeholders_are_set() {
        let variables = variables("http://127.0.0.1:4566", "eu-west-1", |_| None);
        let value = |name: &str| variables.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        assert_eq!(value("AWS_ENDPOINT_URL"), Some("http://127.0.0.1:4566"));
        assert_eq!(value("AWS_REGION"), Some("eu-west-1"));
        assert_eq!(value("AWS_SECRET_ACCESS_KEY"), Some("local"));
        assert_eq!(value("NO_PROXY"), Some("127.0.0.1,localhost"));
    }
}
