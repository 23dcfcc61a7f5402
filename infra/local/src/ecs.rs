//! Amazon ECS: clusters, task definitions, services, tasks, service deployments.
//!
//! Its own state is the scheduler's; the SDK's types appear only at the edge, where calls come in and answers go out.

mod clusters;
mod codec;
mod definitions;
mod deployments;
mod drive;
mod errors;
mod instances;
mod launch;
mod names;
mod operations;
mod paging;
mod services;
mod tags;
mod tasks;
#[cfg(test)]
mod tests;
mod world;

use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use sha2::{Digest, Sha256};
use tokio::sync::Notify;

pub use operations::OPERATIONS;

use crate::clock::Clock;
use crate::scheduler::{self, Action, Observation};
use crate::wire::{AwsError, Input, Output, Place, Reply, Service, ServiceId};
use world::World;

/// Amazon ECS of one account and region.
#[derive(Debug)]
pub struct Ecs {
    clock: Clock,
    world: Mutex<World>,
    /// Rung by every call, so that what it wished is acted upon at once.
    wishes: Notify,
}

/// How many tasks a service wants and has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceCounts {
    /// The cluster's name.
    pub cluster: String,
    /// The service's name.
    pub service: String,
    /// Wanted.
    pub desired: usize,
    /// RUNNING.
    pub running: usize,
    /// On the way to RUNNING.
    pub pending: usize,
}

impl Ecs {
    /// An ECS without clusters. Ids differ from run to run.
    #[must_use]
    pub fn new(clock: Clock, place: Place) -> Self {
        Self::seeded(clock, place, fastrand::u64(..))
    }

    /// An ECS whose ids depend on nothing but the seed and the calls.
    #[must_use]
    pub fn seeded(clock: Clock, place: Place, seed: u64) -> Self {
        Self { clock, world: Mutex::new(World::new(place, seed)), wishes: Notify::new() }
    }

    /// Answers an operation: its input and output as the JSON of the wire. The stack's own rooms call it too.
    ///
    /// # Errors
    /// AWS's own, as a client would get it.
    pub fn call_json(&self, operation: &str, input: &serde_json::Value) -> Result<serde_json::Value, AwsError> {
        let answer = self.answer(operation, input.to_string().as_bytes())?;
        serde_json::from_slice(&answer).map_err(|error| AwsError::server("ServerException", error.to_string()))
    }

    /// How many tasks each service that is not over wants and has.
    pub fn service_counts(&self) -> Vec<ServiceCounts> {
        let world = self.world();
        let services = world.scheduler.services.values();
        let alive = services.filter(|service| service.life != scheduler::service::Life::Inactive);
        alive
            .map(|service| {
                let tasks = || service.tasks.iter().filter_map(|id| world.scheduler.tasks.get(id));
                ServiceCounts {
                    cluster: service.key.cluster.clone(),
                    service: service.key.name.clone(),
                    desired: usize::try_from(service.desired).unwrap_or(usize::MAX),
                    running: tasks().filter(|task| task.is_running()).count(),
                    pending: tasks().filter(|task| task.is_pending()).count(),
                }
            })
            .collect()
    }

    fn answer(&self, operation: &str, body: &[u8]) -> Result<Vec<u8>, AwsError> {
        let now_ms = self.clock.now_ms();
        let answer = operations::call(&mut self.world(), now_ms, operation, body);
        self.wishes.notify_one();
        answer
    }

    /// Advances the scheduler to now and says what has to be done.
    fn step(&self, observations: Vec<Observation>) -> Vec<Action> {
        let now_ms = self.clock.now_ms();
        let mut world = self.world();
        let actions = scheduler::step(&mut world.scheduler, now_ms, observations);
        world.forget();
        actions
    }

    fn world(&self) -> MutexGuard<'_, World> {
        // A panic elsewhere leaves no half-written state that a reader could not live with.
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Service for Ecs {
    fn id(&self) -> ServiceId {
        ServiceId::Ecs
    }

    fn operations(&self) -> &'static [&'static str] {
        OPERATIONS
    }

    fn call<'a>(&'a self, operation: &'a str, input: Input) -> Reply<'a> {
        Box::pin(async move { self.answer(operation, &input.json()).map(|json| Output::Json(Bytes::from(json))) })
    }
}

/// A UUID that depends on nothing but the words.
fn derived_uuid(words: &[&str]) -> String {
    let digest = Sha256::digest(words.join("/").as_bytes());
    let hex: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}
