//! Decides which tasks run: services, deployments, tasks.
//!
//! A pure state machine in the manner of the Amazon ECS service scheduler: [`step`] takes the time and what was
//! observed, and answers what has to be done. It reads no clock, starts nothing, and waits for nothing.

pub mod deployment;
pub mod events;
pub mod health;
pub mod ids;
mod lifecycle;
mod observe;
mod outcomes;
pub mod port;
mod reconcile;
pub mod record;
mod retention;
pub mod service;
mod settle;
pub mod state;
mod step;
pub mod task;
mod verdict;
mod wishes;

pub use port::{Action, Observation, TargetState, TaskId};
pub use service::{Service, ServiceKey, Settings};
pub use state::State;
pub use step::step;
pub use task::{Task, Template};
pub use wishes::{Change, StopRefused};

#[cfg(test)]
pub(crate) mod simulation;
#[cfg(test)]
mod tests;
