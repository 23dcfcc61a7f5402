//! The door between the router and a service: its id and its operations by name.

use std::future::Future;
use std::pin::Pin;

use super::{AwsError, Input, MemberKind, Output};

/// The services that the stack can answer for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ServiceId {
    /// Amazon ECS.
    Ecs,
    /// Amazon CloudWatch.
    Monitoring,
    /// Amazon CloudWatch Logs.
    Logs,
    /// Amazon ECR.
    Ecr,
    /// AWS Security Token Service.
    Sts,
}

impl ServiceId {
    /// Every service, in the order in which the router tries them.
    pub const ALL: [Self; 5] = [Self::Ecs, Self::Monitoring, Self::Logs, Self::Ecr, Self::Sts];

    /// The name in a request's credential scope, which also names the service in faults and call counts.
    #[must_use]
    pub fn signing_name(self) -> &'static str {
        match self {
            Self::Ecs => "ecs",
            Self::Monitoring => "monitoring",
            Self::Logs => "logs",
            Self::Ecr => "ecr",
            Self::Sts => "sts",
        }
    }

    /// What stands before the dot in `X-Amz-Target`, and in the path of the CBOR protocol.
    #[must_use]
    pub fn target(self) -> &'static str {
        match self {
            Self::Ecs => "AmazonEC2ContainerServiceV20141113",
            Self::Monitoring => "GraniteServiceVersion20100801",
            Self::Logs => "Logs_20140328",
            Self::Ecr => "AmazonEC2ContainerRegistry_V20150921",
            Self::Sts => "AWSSecurityTokenServiceV20110615",
        }
    }
}

/// The future of an answer.
pub type Reply<'a> = Pin<Box<dyn Future<Output = Result<Output, AwsError>> + Send + 'a>>;

/// A service that the router can call. Implementations keep their state behind one lock that is never held across an
/// await.
pub trait Service: Send + Sync + 'static {
    /// Which service this is.
    fn id(&self) -> ServiceId;

    /// The operations that it answers; the contract test drives each of them.
    fn operations(&self) -> &'static [&'static str];

    /// For services that speak awsQuery: the members that are not text, by path without list positions.
    fn query_members(&self) -> &'static [(&'static str, MemberKind)] {
        &[]
    }

    /// Calls `operation`. An operation that is not known answers [`AwsError::unknown_operation`].
    fn call<'a>(&'a self, operation: &'a str, input: Input) -> Reply<'a>;
}
