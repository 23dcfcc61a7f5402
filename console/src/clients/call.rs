//! Every AWS call that the console can make: its IAM name and the request bucket it draws from.
//!
//! The published IAM policies are checked against this table. A call that is not here cannot be made, since the gate
//! asks for one of these.

/// Buckets that AWS counts requests in, per account and Region (ECS: "Request throttling for the Amazon ECS API").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Category {
    /// ECS: clusters, reading.
    ClusterRead,
    /// ECS: services, reading.
    ServiceRead,
    /// ECS: tasks, reading.
    TaskRead,
    /// ECS: task definitions, reading.
    DefinitionRead,
    /// ECS: service deployments, reading and stopping.
    Deployments,
    /// ECS: service revisions.
    Revisions,
    /// ECS: `RegisterTaskDefinition`.
    DefinitionModify,
    /// ECS: `UpdateService`.
    ServiceModify,
    /// ECS: `StopTask`.
    TaskModify,
    /// CloudWatch: metric data.
    Metrics,
    /// CloudWatch: alarms.
    Alarms,
    /// CloudWatch Logs.
    Logs,
    /// ECR.
    Images,
    /// STS.
    Identity,
}

impl Category {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::ClusterRead,
        Self::ServiceRead,
        Self::TaskRead,
        Self::DefinitionRead,
        Self::Deployments,
        Self::Revisions,
        Self::DefinitionModify,
        Self::ServiceModify,
        Self::TaskModify,
        Self::Metrics,
        Self::Alarms,
        Self::Logs,
        Self::Images,
        Self::Identity,
    ];

    /// AWS's burst and sustained requests per second.
    ///
    /// ECS as its documentation states them; CloudWatch and Logs by their documented quotas, with the whole taken as
    /// burst; ECR and STS far below theirs, because the console needs little of them.
    #[must_use]
    pub const fn allowance(self) -> (f64, f64) {
        match self {
            Self::ServiceRead | Self::TaskRead => (100.0, 20.0),
            Self::ClusterRead | Self::DefinitionRead | Self::Deployments | Self::Revisions => (50.0, 20.0),
            Self::DefinitionModify => (20.0, 1.0),
            Self::ServiceModify => (50.0, 5.0),
            Self::TaskModify => (100.0, 40.0),
            Self::Metrics => (50.0, 25.0),
            Self::Alarms => (18.0, 9.0),
            Self::Logs => (20.0, 10.0),
            Self::Images | Self::Identity => (40.0, 20.0),
        }
    }
}

/// One API operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Call {
    /// As IAM names it: `ecs:DescribeServices`.
    pub name: &'static str,
    /// The bucket it draws from.
    pub category: Category,
    /// It changes something.
    pub writes: bool,
}

const fn read(name: &'static str, category: Category) -> Call {
    Call { name, category, writes: false }
}

const fn write(name: &'static str, category: Category) -> Call {
    Call { name, category, writes: true }
}

macro_rules! calls {
    ($($constant:ident = $call:expr;)*) => {
        $(pub(crate) const $constant: Call = $call;)*
        /// All calls, in the order of this room.
        pub const ALL: &[Call] = &[$($constant),*];
    };
}

calls! {
    GET_CALLER_IDENTITY = read("sts:GetCallerIdentity", Category::Identity);
    LIST_CLUSTERS = read("ecs:ListClusters", Category::ClusterRead);
    DESCRIBE_CLUSTERS = read("ecs:DescribeClusters", Category::ClusterRead);
    LIST_SERVICES = read("ecs:ListServices", Category::ServiceRead);
    DESCRIBE_SERVICES = read("ecs:DescribeServices", Category::ServiceRead);
    LIST_TASKS = read("ecs:ListTasks", Category::TaskRead);
    DESCRIBE_TASKS = read("ecs:DescribeTasks", Category::TaskRead);
    DESCRIBE_TASK_DEFINITION = read("ecs:DescribeTaskDefinition", Category::DefinitionRead);
    LIST_TASK_DEFINITIONS = read("ecs:ListTaskDefinitions", Category::DefinitionRead);
    LIST_SERVICE_DEPLOYMENTS = read("ecs:ListServiceDeployments", Category::Deployments);
    DESCRIBE_SERVICE_DEPLOYMENTS = read("ecs:DescribeServiceDeployments", Category::Deployments);
    DESCRIBE_SERVICE_REVISIONS = read("ecs:DescribeServiceRevisions", Category::Revisions);
    DESCRIBE_ALARMS = read("cloudwatch:DescribeAlarms", Category::Alarms);
    DESCRIBE_ALARM_HISTORY = read("cloudwatch:DescribeAlarmHistory", Category::Alarms);
    GET_METRIC_DATA = read("cloudwatch:GetMetricData", Category::Metrics);
    LIST_METRICS = read("cloudwatch:ListMetrics", Category::Metrics);
    FILTER_LOG_EVENTS = read("logs:FilterLogEvents", Category::Logs);
    DESCRIBE_LOG_GROUPS = read("logs:DescribeLogGroups", Category::Logs);
    DESCRIBE_IMAGES = read("ecr:DescribeImages", Category::Images);
    BATCH_GET_IMAGE = read("ecr:BatchGetImage", Category::Images);
    REGISTER_TASK_DEFINITION = write("ecs:RegisterTaskDefinition", Category::DefinitionModify);
    UPDATE_SERVICE = write("ecs:UpdateService", Category::ServiceModify);
    STOP_SERVICE_DEPLOYMENT = write("ecs:StopServiceDeployment", Category::Deployments);
    STOP_TASK = write("ecs:StopTask", Category::TaskModify);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_something_is_marked_and_nothing_else() {
        for call in ALL {
            let verb = call.name.split_once(':').map_or("", |(_, verb)| verb);
            let reads = ["Get", "List", "Describe", "Filter", "BatchGet"].iter().any(|begin| verb.starts_with(begin));
            assert_eq!(call.writes, !reads, "{}", call.name);
        }
    }
}
