//! Amazon ECS, CloudWatch, CloudWatch Logs and ECR on loopback, with tasks as real processes: the place where this
//! system runs locally. What no part of the system needs is answered with AWS's own error for an unknown operation.

pub mod alarms;
pub mod balancer;
pub mod clock;
pub mod cloudwatch;
mod config;
pub mod ecr;
pub mod ecs;
mod environment;
mod faulty;
pub mod headless;
pub mod logs;
pub mod scheduler;
mod seed;
mod stack;
pub mod sts;
pub mod tasks;
pub mod traffic;
pub mod wire;

pub use config::{Config, DEFAULT_REGION, DEFAULT_TRAFFIC};
pub use stack::{LocalStack, StartError};
pub use tasks::task_process;
