//! Runs tasks: every container is a child process with its own process group, port, log stream and health check.
//!
//! It does what the scheduler's actions say and tells what happens; it never decides which task should run. No process
//! outlives the stack: see [`task_process`].

mod board;
mod container;
mod exit;
mod group;
mod health;
mod image;
mod life;
mod lines;
mod metrics;
mod output;
mod program;
mod usage;
mod volumes;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

pub use board::Board;
pub(crate) use image::{ARGUMENTS, ENVIRONMENT, EXECUTABLE};
pub use metrics::publish;
pub use program::task_process;

use crate::balancer::Balancer;
use crate::clock::Clock;
use crate::ecr::Ecr;
use crate::logs::Logs;
use crate::scheduler::port::{Action, Observation, TaskId};

pub(crate) use program::TASK_ARGUMENT;

/// Everything that running a task touches.
#[derive(Debug)]
pub struct World {
    /// Stack time.
    pub clock: Clock,
    /// Where images are resolved.
    pub ecr: Arc<Ecr>,
    /// Where output goes.
    pub logs: Arc<Logs>,
    /// Where targets are registered.
    pub balancer: Arc<Balancer>,
    /// The binary that is re-executed as a task.
    pub executable: PathBuf,
    /// Where everything that happens is told.
    pub observations: mpsc::UnboundedSender<Observation>,
    /// The containers that run, for whoever measures them.
    pub board: Arc<Board>,
}

impl World {
    /// Tells what happened. Nobody listens any more once the stack ends, which is no failure.
    pub(crate) fn tell(&self, observation: Observation) {
        let _ = self.observations.send(observation);
    }
}

/// Does what the actions say until they end or `shutdown` turns true, then ends every task.
///
/// At the shutdown containers get `grace` (real time) after SIGTERM.
pub async fn run(
    world: Arc<World>,
    mut actions: mpsc::UnboundedReceiver<Action>,
    mut shutdown: watch::Receiver<bool>,
    grace: Duration,
) {
    let mut running = Running::default();
    loop {
        tokio::select! {
            action = actions.recv() => match action {
                Some(action) => running.act(&world, action),
                None => break,
            },
            _ = shutdown.wait_for(|ending| *ending) => break,
            Some(ended) = running.lives.join_next() => {
                if let Ok(task) = ended {
                    running.stops.remove(&task);
                }
            }
        }
    }
    running.end(grace).await;
}

/// The tasks that live, and how to tell each to stop.
#[derive(Default)]
struct Running {
    stops: HashMap<TaskId, watch::Sender<bool>>,
    lives: JoinSet<TaskId>,
}

impl Running {
    fn act(&mut self, world: &Arc<World>, action: Action) {
        match action {
            Action::Start { task, launch } => {
                let (stop, stopped) = watch::channel(false);
                self.stops.insert(task.clone(), stop);
                let world = Arc::clone(world);
                self.lives.spawn(async move {
                    life::live(&world, &task, &launch, stopped).await;
                    task
                });
            }
            Action::Stop { task } => {
                if let Some(stop) = self.stops.get(&task) {
                    stop.send_replace(true);
                }
            }
            Action::Register { task, target_group, port } => world.balancer.register(&task, &target_group, port),
            Action::Deregister { task, target_group } => world.balancer.deregister(&task, &target_group),
        }
    }

    async fn end(mut self, grace: Duration) {
        for stop in self.stops.values() {
            stop.send_replace(true);
        }
        let _ = tokio::time::timeout(grace, async { while self.lives.join_next().await.is_some() {} }).await;
        // Whatever is left drops its process group here, which ends it.
        self.lives.shutdown().await;
    }
}
