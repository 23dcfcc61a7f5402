//! Clusters.

/// One ECS cluster, as `DescribeClusters` tells it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cluster {
    /// Short name.
    pub name: String,
    /// Full ARN.
    pub arn: String,
    /// `ACTIVE`, `PROVISIONING`, `INACTIVE`, …
    pub status: String,
    /// Services in state ACTIVE.
    pub services: u32,
    /// Tasks in state RUNNING.
    pub running: u32,
    /// Tasks in state PENDING.
    pub pending: u32,
    /// Registered container instances.
    pub instances: u32,
    /// Capacity provider names.
    pub capacity_providers: Vec<String>,
}
