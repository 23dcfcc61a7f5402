//! Decides which tasks run: services, deployments, tasks.
//!
//! A pure state machine in the manner of the Amazon ECS service scheduler. It reads no clock and starts nothing.

pub mod port;
