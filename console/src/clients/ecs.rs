//! Amazon ECS: reads of clusters, services, tasks, definitions and deployments, paged to the end.
//!
//! One room per kind of fact; `convert` turns SDK types into ours. Writes are in [`super::write`], nowhere else.

pub(crate) mod clusters;
mod convert;
pub(crate) mod definitions;
pub(crate) mod deployments;
pub(crate) mod services;
pub(crate) mod tasks;

pub(crate) use convert::primary_deployment;

/// Most services that one `DescribeServices` takes.
pub(crate) const SERVICES_PER_CALL: usize = 10;
/// Most tasks or clusters that one describe call takes, and most entries of a list page.
pub(crate) const PER_PAGE: i32 = 100;
/// Most deployments or revisions that one describe call takes.
pub(crate) const DEPLOYMENTS_PER_CALL: usize = 20;

/// Last part of an ARN or path.
pub(crate) fn last_part(arn: &str) -> &str {
    arn.rsplit_once('/').map_or(arn, |(_, name)| name)
}
