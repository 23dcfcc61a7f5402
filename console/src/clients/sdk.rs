//! The SDK's clients for one target: built once, in the background, and again when credentials are renewed.
//!
//! Two targets, two ways, nothing shared: the local stack never sees the user's credentials, and a call meant for the
//! local stack can never reach AWS.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_sdk_ecs::config::{SharedAsyncSleep, SharedHttpClient};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::{Builder as HttpBuilder, Connector};
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;

use super::Settings;
use super::gate::Answer;
use super::problem::{Advice, credentials_problem, no_region_hint, own};
use super::profile;
use crate::model::{ProblemKind, Target, Timestamp};

/// Where the local stack pretends to be.
pub(crate) const LOCAL_REGION: &str = "us-east-1";

/// Clients for everything, all of one account.
#[derive(Debug)]
pub(crate) struct Sdk {
    pub(crate) ecs: aws_sdk_ecs::Client,
    pub(crate) cloudwatch: aws_sdk_cloudwatch::Client,
    pub(crate) sts: aws_sdk_sts::Client,
    pub(crate) region: String,
    shared: SdkConfig,
    logs: Mutex<BTreeMap<String, aws_sdk_cloudwatchlogs::Client>>,
    ecr: Mutex<BTreeMap<String, aws_sdk_ecr::Client>>,
}

impl Sdk {
    /// Loads configuration and credential chain. No call is made to AWS yet.
    ///
    /// # Errors
    /// When the profile does not exist or no Region is known.
    pub(crate) async fn load(settings: &Settings, region: Option<&str>) -> Answer<Self> {
        let shared = match &settings.target {
            Target::Local { endpoint } => local(endpoint, region.unwrap_or(LOCAL_REGION)),
            Target::Aws { profile } => aws(profile.as_deref(), region, settings.endpoint.as_deref()).await?,
        };
        let Some(region) = shared.region().map(ToString::to_string) else {
            return Err(own(
                ProblemKind::Credentials,
                "configuration",
                "no AWS Region is known",
                Some(no_region_hint()),
            ));
        };
        Ok(Self {
            ecs: aws_sdk_ecs::Client::new(&shared),
            cloudwatch: aws_sdk_cloudwatch::Client::new(&shared),
            sts: aws_sdk_sts::Client::new(&shared),
            region,
            shared,
            logs: Mutex::default(),
            ecr: Mutex::default(),
        })
    }

    /// The client for log groups of `region`, ours when none is named.
    pub(crate) fn logs(&self, region: Option<&str>) -> aws_sdk_cloudwatchlogs::Client {
        let region = region.unwrap_or(&self.region);
        let mut known = self.logs.lock().unwrap_or_else(PoisonError::into_inner);
        let make = || aws_sdk_cloudwatchlogs::Client::new(&self.elsewhere(region));
        known.entry(region.to_owned()).or_insert_with(make).clone()
    }

    /// The client for registries of `region`.
    pub(crate) fn ecr(&self, region: &str) -> aws_sdk_ecr::Client {
        let mut known = self.ecr.lock().unwrap_or_else(PoisonError::into_inner);
        let make = || aws_sdk_ecr::Client::new(&self.elsewhere(region));
        known.entry(region.to_owned()).or_insert_with(make).clone()
    }

    fn elsewhere(&self, region: &str) -> SdkConfig {
        self.shared.to_builder().region(Region::new(region.to_owned())).build()
    }

    /// End of the credentials, asked from the chain itself.
    ///
    /// # Errors
    /// When the chain has none.
    pub(crate) async fn credentials_end(&self, advice: &Advice) -> Answer<Option<Timestamp>> {
        let Some(provider) = self.shared.credentials_provider() else { return Ok(None) };
        let call = "credentials";
        let credentials = provider.provide_credentials().await.map_err(|e| credentials_problem(call, &e, advice))?;
        Ok(credentials.expiry().map(super::timestamp_of))
    }
}

/// The user's own profile, Region and credential chain.
async fn aws(profile: Option<&str>, region: Option<&str>, endpoint: Option<&str>) -> Answer<SdkConfig> {
    if let Some(name) = profile {
        let known = profile::known();
        if !known.contains_key(name) {
            return Err(unknown_profile(name, known.into_keys()));
        }
    }
    let mut loader =
        aws_config::defaults(BehaviorVersion::latest()).timeout_config(timeouts()).retry_config(no_retries());
    if let Some(profile) = profile {
        loader = loader.profile_name(profile);
    }
    if let Some(region) = region {
        loader = loader.region(Region::new(region.to_owned()));
    }
    if let Some(endpoint) = endpoint {
        loader = loader.endpoint_url(endpoint);
    }
    Ok(loader.load().await)
}

fn unknown_profile(name: &str, known: impl Iterator<Item = String>) -> crate::model::ApiProblem {
    let known = known.collect::<Vec<_>>().join(", ");
    let hint = match known.as_str() {
        "" => "There are no profiles in ~/.aws/config: run aws configure sso, or set AWS_ACCESS_KEY_ID.".to_owned(),
        known => format!("Known profiles: {known}"),
    };
    own(ProblemKind::Credentials, "configuration", format!("there is no AWS profile {name}"), Some(hint))
}

/// Everything made up, nothing read from the user's environment, no proxy.
fn local(endpoint: &str, region: &str) -> SdkConfig {
    let credentials = Credentials::new("local", "local", None, None, "quarterdeck-local");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region.to_owned()))
        .endpoint_url(endpoint)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(without_proxy())
        .sleep_impl(tokio_sleep())
        .timeout_config(timeouts())
        .retry_config(no_retries())
        .build()
}

fn without_proxy() -> SharedHttpClient {
    HttpBuilder::new().build_with_connector_fn(|settings, components| {
        let mut connector = Connector::builder().proxy_config(ProxyConfig::disabled());
        if let Some(settings) = settings {
            connector = connector.connector_settings(settings.clone());
        }
        connector.set_sleep_impl(components.and_then(aws_sdk_ecs::config::RuntimeComponents::sleep_impl));
        connector.build_http()
    })
}

fn tokio_sleep() -> SharedAsyncSleep {
    SharedAsyncSleep::new(TokioSleep)
}

#[derive(Debug)]
struct TokioSleep;

impl aws_sdk_ecs::config::AsyncSleep for TokioSleep {
    fn sleep(&self, duration: Duration) -> aws_sdk_ecs::config::Sleep {
        aws_sdk_ecs::config::Sleep::new(tokio::time::sleep(duration))
    }
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(3))
        .read_timeout(Duration::from_secs(10))
        .operation_attempt_timeout(Duration::from_secs(10))
        .operation_timeout(Duration::from_secs(20))
        .build()
}

/// The gate repeats what may be repeated, within the request budget.
fn no_retries() -> RetryConfig {
    RetryConfig::disabled()
}
