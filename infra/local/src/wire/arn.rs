//! The one place where account, region and Amazon Resource Names are put together.

/// The account of the local stack.
pub const ACCOUNT: &str = "000000000000";

/// Where the stack pretends to be: the region of every ARN it makes. The account is always [`ACCOUNT`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    region: String,
}

impl Place {
    /// A place in `region`, for example `us-east-1`.
    pub fn new(region: impl Into<String>) -> Self {
        Self { region: region.into() }
    }

    /// The region's name.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }

    /// `arn:aws:SERVICE:REGION:ACCOUNT:RESOURCE`; `resource` is for example `cluster/local`.
    #[must_use]
    pub fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:aws:{service}:{}:{ACCOUNT}:{resource}", self.region)
    }

    /// The ARN of a metric alarm.
    #[must_use]
    pub fn alarm(&self, name: &str) -> String {
        self.arn("cloudwatch", &format!("alarm:{name}"))
    }

    /// The ARN of a log group, without the trailing `:*`.
    #[must_use]
    pub fn log_group(&self, name: &str) -> String {
        self.arn("logs", &format!("log-group:{name}"))
    }

    /// The ARN of an image repository.
    #[must_use]
    pub fn repository(&self, name: &str) -> String {
        self.arn("ecr", &format!("repository/{name}"))
    }

    /// The host of the account's image registry, as it stands in image references.
    #[must_use]
    pub fn registry_host(&self) -> String {
        format!("{ACCOUNT}.dkr.ecr.{}.amazonaws.com", self.region)
    }
}

impl Default for Place {
    fn default() -> Self {
        Self::new("us-east-1")
    }
}
