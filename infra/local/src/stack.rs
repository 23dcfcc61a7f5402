//! The whole stack: binds its ports, ties its rooms together, and takes them down again in order.
//!
//! It decides nothing that a room could decide.

use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinHandle, JoinSet};

use crate::alarms::{self, AlarmState};
use crate::balancer::Balancer;
use crate::clock::Clock;
use crate::cloudwatch::CloudWatch;
use crate::config::Config;
use crate::ecr::Ecr;
use crate::ecs::Ecs;
use crate::environment;
use crate::logs::Logs;
use crate::seed;
use crate::sts::Sts;
use crate::tasks::{self, Board, World};
use crate::traffic::Traffic;
use crate::wire::{AwsError, Place, Router, Service, serve};

/// How long tasks may take to heed SIGTERM at the shutdown (real time).
const TASK_GRACE: Duration = Duration::from_secs(3);

/// How long the whole shutdown may take (real time).
const SHUTDOWN_TIME: Duration = Duration::from_secs(6);

/// Why a stack cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The wanted port cannot be had.
    #[error("cannot listen on 127.0.0.1:{port} for {what}: {source}; choose another port, or 0 for any free one")]
    Port {
        /// What should have listened there.
        what: &'static str,
        /// The wanted port.
        port: u16,
        /// What the system says.
        source: std::io::Error,
    },
    /// The program that tasks re-execute cannot be found.
    #[error("cannot find this program's own file, which tasks run: {0}")]
    Executable(std::io::Error),
    /// The demonstration content was refused by the stack itself.
    #[error("cannot set up the demonstration content: {0}")]
    Seed(AwsError),
}

/// A running local stack. Dropping it ends its tasks at once; [`shutdown`](Self::shutdown) ends them in order.
#[derive(Debug)]
pub struct LocalStack {
    endpoint: String,
    balancer_url: String,
    region: String,
    traffic: Traffic,
    ending: watch::Sender<bool>,
    /// The rooms that end by themselves once `ending` says so.
    orderly: Vec<JoinHandle<()>>,
    /// The rooms that are simply cut off.
    endless: JoinSet<()>,
}

/// The services and what they share.
struct Rooms {
    clock: Clock,
    place: Place,
    cloudwatch: Arc<CloudWatch>,
    logs: Arc<Logs>,
    ecr: Arc<Ecr>,
    ecs: Arc<Ecs>,
}

impl LocalStack {
    /// Starts a stack. It answers calls at once; the tasks of its seed come up while it runs.
    ///
    /// # Errors
    /// When a wanted port is taken, or the program for tasks cannot be found.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        let executable = match config.executable.clone() {
            Some(executable) => executable,
            None => std::env::current_exe().map_err(StartError::Executable)?,
        };
        let (api, api_port) = listen("the AWS APIs", config.port).await?;
        let (front, front_port) = listen("the load balancer", config.balancer_port).await?;
        let (ending, _) = watch::channel(false);
        let mut stack = Self {
            endpoint: format!("http://127.0.0.1:{api_port}"),
            balancer_url: format!("http://127.0.0.1:{front_port}"),
            region: config.region.clone(),
            traffic: Traffic::new(config.traffic),
            ending,
            orderly: Vec::new(),
            endless: JoinSet::new(),
        };
        let rooms = Rooms::new(&config);
        let balancer = stack.run_tasks(&rooms, front, front_port, executable);
        if config.seed {
            stack.plant(&rooms, &balancer).map_err(StartError::Seed)?;
        }
        // Last, so that the first caller finds what the seed contains.
        stack.serve_api(&rooms, balancer, api);
        Ok(stack)
    }

    /// Where the AWS APIs answer: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Where the load balancer answers: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn balancer_url(&self) -> &str {
        &self.balancer_url
    }

    /// The switch of the synthetic traffic.
    #[must_use]
    pub fn traffic(&self) -> &Traffic {
        &self.traffic
    }

    /// The environment variables with which AWS SDKs and the AWS CLI use this stack.
    #[must_use]
    pub fn environment(&self) -> Vec<(String, String)> {
        environment::variables(&self.endpoint, &self.region, |name| std::env::var(name).ok())
    }

    /// Ends every task (SIGTERM, then SIGKILL), then the stack. Takes a few seconds at most.
    pub async fn shutdown(mut self) {
        self.ending.send_replace(true);
        let rooms = std::mem::take(&mut self.orderly);
        let _ = tokio::time::timeout(SHUTDOWN_TIME, async {
            for room in rooms {
                // A room that panicked has ended too.
                let _ = room.await;
            }
        })
        .await;
        self.endless.shutdown().await;
    }

    fn serve_api(&mut self, rooms: &Rooms, balancer: Arc<Balancer>, listener: TcpListener) {
        let services: Vec<Arc<dyn Service>> = vec![
            Arc::clone(&rooms.ecs) as Arc<dyn Service>,
            Arc::clone(&rooms.cloudwatch) as Arc<dyn Service>,
            Arc::clone(&rooms.logs) as Arc<dyn Service>,
            Arc::clone(&rooms.ecr) as Arc<dyn Service>,
            Arc::new(Sts),
        ];
        let traffic = self.traffic.clone();
        let admin = move |method: &str, path: &str, body: &[u8]| {
            traffic.answer(method, path, body).or_else(|| balancer.answer(method, path, body))
        };
        let router = Arc::new(Router::new(services).with_admin(Box::new(admin)));
        let mut ending = self.ending.subscribe();
        self.orderly.push(tokio::spawn(async move {
            let ended = async move {
                let _ = ending.wait_for(|ending| *ending).await;
            };
            serve(listener, router, ended).await;
        }));
    }

    fn run_tasks(&mut self, rooms: &Rooms, front: TcpListener, front_port: u16, executable: PathBuf) -> Arc<Balancer> {
        let (observations, observed) = mpsc::unbounded_channel();
        let (actions, wanted) = mpsc::unbounded_channel();
        let clock = &rooms.clock;
        let balancer = Arc::new(Balancer::new(seed::LOAD_BALANCER, front_port, clock.clone(), observations.clone()));
        let world = Arc::new(World {
            clock: clock.clone(),
            ecr: Arc::clone(&rooms.ecr),
            logs: Arc::clone(&rooms.logs),
            balancer: Arc::clone(&balancer),
            executable,
            observations,
            board: Arc::new(Board::default()),
        });
        let board = Arc::clone(&world.board);
        self.orderly.push(tokio::spawn(tasks::run(world, wanted, self.ending.subscribe(), TASK_GRACE)));

        let cloudwatch = Arc::clone(&rooms.cloudwatch);
        let in_alarm = move |name: &str| cloudwatch.alarm_state(name).map(|state| state == AlarmState::Alarm);
        self.endless.spawn(Ecs::run(Arc::clone(&rooms.ecs), clock.clone(), observed, actions, in_alarm));
        self.endless.spawn(alarms::run(Arc::clone(&rooms.cloudwatch), clock.clone()));
        self.endless.spawn(Arc::clone(&balancer).serve(front));
        self.endless.spawn(Arc::clone(&balancer).publish(Arc::clone(&rooms.cloudwatch)));
        let ecs = Arc::clone(&rooms.ecs);
        let counts = move || ecs.service_counts();
        self.endless.spawn(tasks::publish(board, Arc::clone(&rooms.cloudwatch), clock.clone(), counts));
        let (traffic, url) = (self.traffic.clone(), self.balancer_url.clone());
        self.endless.spawn(async move { traffic.run(&url).await });
        balancer
    }

    fn plant(&mut self, rooms: &Rooms, balancer: &Balancer) -> Result<(), AwsError> {
        let garden = seed::Garden {
            clock: rooms.clock.clone(),
            place: rooms.place.clone(),
            cloudwatch: Arc::clone(&rooms.cloudwatch),
            logs: Arc::clone(&rooms.logs),
            ecr: Arc::clone(&rooms.ecr),
            ecs: Arc::clone(&rooms.ecs),
            predictor_url: self.balancer_url.clone(),
        };
        garden.prepare(balancer)?;
        self.endless.spawn(async move { garden.grow().await });
        Ok(())
    }
}

impl Rooms {
    fn new(config: &Config) -> Self {
        let clock = Clock::running(config.speed);
        let place = Place::new(config.region.clone());
        let cloudwatch = Arc::new(CloudWatch::new(clock.clone(), place.clone()));
        let logs = Logs::new(clock.clone(), place.clone()).counting_in(Arc::clone(&cloudwatch));
        Self {
            cloudwatch,
            logs: Arc::new(logs),
            ecr: Arc::new(Ecr::new(clock.clone(), place.clone())),
            ecs: Arc::new(Ecs::new(clock.clone(), place.clone())),
            clock,
            place,
        }
    }
}

async fn listen(what: &'static str, port: u16) -> Result<(TcpListener, u16), StartError> {
    let failed = |source| StartError::Port { what, port, source };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(failed)?;
    let port = listener.local_addr().map_err(failed)?.port();
    Ok((listener, port))
}
