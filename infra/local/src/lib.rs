//! Amazon ECS, CloudWatch, CloudWatch Logs and ECR on loopback, with tasks as real processes: the place where this
//! system runs locally. What no part of the system needs is answered with AWS's own error for an unknown operation.

pub mod alarms;
pub mod clock;
pub mod cloudwatch;
pub mod ecr;
pub mod logs;
pub mod scheduler;
pub mod sts;
pub mod wire;
