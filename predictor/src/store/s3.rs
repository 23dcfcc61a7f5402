//! From the environment to a connection with S3: region, endpoint, credentials, bounds on time.
//!
//! Credentials are taken where the AWS SDKs take them inside a container: variables, a web identity token, the task's or
//! pod's endpoint, the instance's endpoint. Profiles and single sign-on are for the SDKs;
//! `aws configure export-credentials --format env` turns either into variables.

use super::StoreError;
use object_store::aws::{AmazonS3, AmazonS3Builder, AmazonS3ConfigKey as Field};
use object_store::{BackoffConfig, ClientOptions, RetryConfig};
use std::time::Duration;

/// Longest wait for a connection.
const CONNECT_TIME: Duration = Duration::from_secs(5);
/// Longest wait for one answer with all its bytes: 64 MiB on a slow line.
const ANSWER_TIME: Duration = Duration::from_secs(60);
/// How often one request is repeated after a failure that may pass.
const RETRIES: usize = 4;
/// After this time no repetition begins.
const RETRY_TIME: Duration = Duration::from_secs(30);

/// Variables that are handed on as they are.
const HANDED_ON: [(&str, Field); 10] = [
    ("AWS_ACCESS_KEY_ID", Field::AccessKeyId),
    ("AWS_SECRET_ACCESS_KEY", Field::SecretAccessKey),
    ("AWS_SESSION_TOKEN", Field::Token),
    ("AWS_WEB_IDENTITY_TOKEN_FILE", Field::WebIdentityTokenFile),
    ("AWS_ROLE_ARN", Field::RoleArn),
    ("AWS_ROLE_SESSION_NAME", Field::RoleSessionName),
    ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", Field::ContainerCredentialsRelativeUri),
    ("AWS_CONTAINER_CREDENTIALS_FULL_URI", Field::ContainerCredentialsFullUri),
    ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", Field::ContainerAuthorizationTokenFile),
    ("AWS_EC2_METADATA_SERVICE_ENDPOINT", Field::MetadataEndpoint),
];

/// What the environment says about S3. Holds secrets, so it is neither shown nor compared.
pub(super) struct Settings {
    region: String,
    endpoint: Option<String>,
    handed_on: Vec<(Field, String)>,
}

impl Settings {
    /// Reads the settings; empty variables are unset ones.
    pub(super) fn from_environment(variable: impl Fn(&str) -> Option<String>) -> Result<Self, StoreError> {
        let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
        let is_on = |name: &str| variable(name).is_some_and(|value| value.eq_ignore_ascii_case("true") || value == "1");
        let endpoint = variable("AWS_ENDPOINT_URL_S3").or_else(|| variable("AWS_ENDPOINT_URL"));
        if let Some(endpoint) = &endpoint {
            check_endpoint(endpoint, is_on("AWS_ALLOW_HTTP"))?;
        }
        let region = variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION"));
        // A server that is not AWS itself seldom cares; AWS does.
        let region = region.or_else(|| endpoint.as_ref().map(|_| "us-east-1".to_owned()));
        let region = region.ok_or_else(|| refusal("S3 needs a region; set AWS_REGION to that of the bucket"))?;
        let handed_on: Vec<_> =
            HANDED_ON.iter().filter_map(|(name, field)| variable(name).map(|value| (*field, value))).collect();
        let has = |field: Field| handed_on.iter().any(|(known, _)| *known == field);
        if has(Field::AccessKeyId) != has(Field::SecretAccessKey) {
            return Err(refusal("set both AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or neither"));
        }
        let sources = [
            has(Field::AccessKeyId),
            has(Field::WebIdentityTokenFile) && has(Field::RoleArn),
            has(Field::ContainerCredentialsRelativeUri),
            has(Field::ContainerCredentialsFullUri) && has(Field::ContainerAuthorizationTokenFile),
            !is_on("AWS_EC2_METADATA_DISABLED"),
        ];
        if !sources.contains(&true) {
            return Err(refusal(
                "S3 needs credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, for instance from \
                 `aws configure export-credentials --format env`",
            ));
        }
        Ok(Self { region, endpoint, handed_on })
    }

    /// A client of one bucket; asks nothing yet.
    pub(super) fn connect(self, bucket: &str) -> Result<AmazonS3, StoreError> {
        let options = ClientOptions::new()
            .with_connect_timeout(CONNECT_TIME)
            .with_timeout(ANSWER_TIME)
            .with_allow_http(self.endpoint.is_some());
        let backoff = BackoffConfig {
            init_backoff: Duration::from_millis(200),
            max_backoff: Duration::from_secs(5),
            ..BackoffConfig::default()
        };
        let retry = RetryConfig { backoff, max_retries: RETRIES, retry_timeout: RETRY_TIME };
        let mut builder = AmazonS3Builder::new()
            .with_client_options(options)
            .with_retry(retry)
            .with_region(self.region)
            .with_bucket_name(bucket);
        if let Some(endpoint) = self.endpoint {
            builder = builder.with_endpoint(endpoint);
        }
        for (field, value) in self.handed_on {
            builder = builder.with_config(field, value);
        }
        builder.build().map_err(|error| refusal(&format!("S3 cannot be used: {error}")))
    }
}

fn refusal(words: &str) -> StoreError {
    StoreError::Settings(words.to_owned())
}

/// Without TLS a model could be exchanged on its way; on this machine nobody is in between.
fn check_endpoint(endpoint: &str, any_http: bool) -> Result<(), StoreError> {
    if endpoint.starts_with("https://") {
        return Ok(());
    }
    let Some(rest) = endpoint.strip_prefix("http://") else {
        return Err(refusal(&format!("the endpoint {endpoint:?} begins with neither https:// nor http://")));
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let host = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    let is_here = host == "localhost" || host.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback());
    if is_here || any_http {
        return Ok(());
    }
    Err(refusal(&format!("{endpoint:?} is not encrypted; use https://, or set AWS_ALLOW_HTTP=true to accept that")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(variables: &[(&str, &str)]) -> Result<Settings, StoreError> {
        Settings::from_environment(|wanted| {
            variables.iter().find(|(name, _)| *name == wanted).map(|(_, value)| (*value).to_owned())
        })
    }

    const KEYS: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "b")];

    #[test]
    fn what_is_missing_is_said() {
        let check = |more: &[(&str, &str)], keys: &[(&str, &str)], expect: &str| {
            let variables = [keys, more].concat();
            let words = settings(&variables).err().expect("refused").to_string();
            assert!(words.contains(expect), "{words}");
        };
        check(&[], &KEYS, "set AWS_REGION");
        check(&[("AWS_REGION", "")], &KEYS, "set AWS_REGION");
        check(&[("AWS_REGION", "eu-west-1")], &KEYS[..1], "both AWS_ACCESS_KEY_ID and");
        check(&[("AWS_REGION", "eu-west-1"), ("AWS_EC2_METADATA_DISABLED", "true")], &[], "needs credentials");
        check(&[("AWS_ENDPOINT_URL", "http://store.example:9000")], &KEYS, "is not encrypted");
        check(&[("AWS_ENDPOINT_URL", "http://127.0.0.1.example")], &KEYS, "is not encrypted");
        check(&[("AWS_ENDPOINT_URL", "http://localhost@evil.example")], &KEYS, "is not encrypted");
        check(&[("AWS_ENDPOINT_URL", "ftp://x")], &KEYS, "neither https:// nor http://");
    }

    #[test]
    fn what_is_enough_is_taken() {
        let check = |more: &[(&str, &str)], region: &str, endpoint: Option<&str>| {
            let found = settings(&[&KEYS[..], more].concat()).expect("enough");
            assert_eq!((found.region.as_str(), found.endpoint.as_deref()), (region, endpoint));
            found.connect("some-bucket").expect("a client");
        };
        check(&[("AWS_REGION", "eu-west-1"), ("AWS_DEFAULT_REGION", "x")], "eu-west-1", None);
        check(&[("AWS_DEFAULT_REGION", "eu-west-1")], "eu-west-1", None);
        let here = "http://127.0.0.1:5000";
        check(&[("AWS_ENDPOINT_URL", here)], "us-east-1", Some(here));
        check(&[("AWS_ENDPOINT_URL", "https://all"), ("AWS_ENDPOINT_URL_S3", here)], "us-east-1", Some(here));
        check(&[("AWS_ENDPOINT_URL", "http://[::1]:5000/")], "us-east-1", Some("http://[::1]:5000/"));
        let far = "http://store.example:9000";
        check(&[("AWS_ENDPOINT_URL", far), ("AWS_ALLOW_HTTP", "true")], "us-east-1", Some(far));
        let role = [("AWS_REGION", "eu-west-1"), ("AWS_EC2_METADATA_DISABLED", "true")];
        let task = ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/credentials/x");
        settings(&[&role[..], &[task]].concat()).expect("a task's role is enough");
    }
}
