//! A fake world for tests: it starts, checks and drains tasks as scripted, in its own time, and watches the rules that
//! the scheduler must never break. Only tests use it.

use std::collections::{BTreeMap, BTreeSet};

use super::health::{Standing, standing};
use super::port::{Action, ContainerLaunch, HealthCheck, Launch, Observation, TargetState, TaskId};
use super::service::{Life, Service, ServiceKey, Settings};
use super::state::State;
use super::step::step;
use super::task::{Binding, Status, StopCode, Template};
use super::wishes::Change;
use std::time::Duration;

/// The target group of every simulated service behind the balancer.
pub(crate) const TARGET_GROUP: &str = "arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/web/1";
/// The step of simulated time.
const TICK_MS: i64 = 500;

/// How the tasks of a task definition behave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Behaviour {
    Good,
    CrashAtStart,
    NeverHealthy,
    /// Takes this many milliseconds to run.
    Slow(i64),
    BadImage,
    /// Runs, is healthy, and ends after this many milliseconds.
    DiesAfter(i64),
}

/// A world with one service.
pub(crate) struct Simulation {
    pub(crate) state: State,
    pub(crate) now_ms: i64,
    pub(crate) key: ServiceKey,
    behaviours: BTreeMap<String, Behaviour>,
    due: Vec<(i64, Observation)>,
    running: BTreeSet<TaskId>,
    registered: BTreeSet<TaskId>,
    /// Tasks that the balancer sends requests to.
    pub(crate) serving: BTreeSet<TaskId>,
    /// The images that tasks were started with, in order.
    pub(crate) images: Vec<String>,
    /// Service deployments of which a deployment failed.
    failed_records: BTreeSet<String>,
}

/// What the service is given to run.
pub(crate) fn template(name: &str, balanced: bool, checked: bool) -> Template {
    let health_check = checked.then(|| HealthCheck {
        command: vec!["CMD-SHELL".to_owned(), "true".to_owned()],
        interval: Duration::from_secs(5),
        timeout: Duration::from_secs(5),
        retries: 3,
        start_period: Duration::ZERO,
    });
    let container = ContainerLaunch {
        name: "app".to_owned(),
        image: format!("registry/app:{name}"),
        essential: true,
        entry_point: None,
        command: None,
        environment: Vec::new(),
        container_port: Some(8080),
        cpu: 0,
        memory: 0,
        health_check,
        log: None,
        stop_timeout: Duration::from_secs(30),
        mounts: Vec::new(),
    };
    let launch = Launch {
        cluster: "local".to_owned(),
        group: String::new(),
        family: name.to_owned(),
        revision: 1,
        cpu: 256,
        memory: 512,
        containers: vec![container],
    };
    let binding = Binding { target_group: TARGET_GROUP.to_owned(), container: "app".to_owned(), container_port: 8080 };
    Template { task_definition: name.to_owned(), launch, bindings: if balanced { vec![binding] } else { Vec::new() } }
}

impl Simulation {
    /// A service behind the balancer that runs good tasks and has reached a steady state.
    pub(crate) fn steady(desired: u32, settings: Settings) -> Self {
        let mut simulation = Self::starting(desired, settings, Behaviour::Good);
        simulation.until("the first deployment completes", |s| s.service().steady_since_ms.is_some());
        simulation
    }

    /// A service behind the balancer that has just been created.
    pub(crate) fn starting(desired: u32, settings: Settings, behaviour: Behaviour) -> Self {
        let mut simulation = Self::empty();
        let template = simulation.template(behaviour);
        let key = simulation.key.clone();
        simulation.state.create_service(simulation.now_ms, key, desired, settings, template);
        simulation
    }

    pub(crate) fn empty() -> Self {
        Self {
            state: State::new(1),
            now_ms: 1_000_000,
            key: ServiceKey::new("local", "web"),
            behaviours: BTreeMap::new(),
            due: Vec::new(),
            running: BTreeSet::new(),
            registered: BTreeSet::new(),
            serving: BTreeSet::new(),
            images: Vec::new(),
            failed_records: BTreeSet::new(),
        }
    }

    /// A task definition whose tasks behave like this.
    pub(crate) fn template(&mut self, behaviour: Behaviour) -> Template {
        let name = format!("v{}", self.behaviours.len() + 1);
        self.behaviours.insert(name.clone(), behaviour);
        template(&name, true, false)
    }

    pub(crate) fn deploy(&mut self, behaviour: Behaviour) {
        let template = self.template(behaviour);
        self.change(Change { template: Some(template), ..Change::default() });
    }

    pub(crate) fn change(&mut self, change: Change) {
        let key = self.key.clone();
        self.state.update_service(self.now_ms, &key, change);
    }

    pub(crate) fn service(&self) -> &Service {
        self.state.services.get(&self.key).expect("the simulated service exists")
    }

    pub(crate) fn messages(&self) -> Vec<String> {
        self.service().events.iter().map(|event| event.message.clone()).collect()
    }

    pub(crate) fn told(&self, part: &str) -> usize {
        self.messages().iter().filter(|message| message.contains(part)).count()
    }

    pub(crate) fn running_count(&self) -> usize {
        self.state.tasks.values().filter(|task| task.is_running()).count()
    }

    /// Runs until something holds; fails the test after two simulated hours.
    pub(crate) fn until(&mut self, what: &str, holds: impl Fn(&Self) -> bool) {
        for _ in 0..14_400 {
            if holds(self) {
                return;
            }
            self.tick();
        }
        panic!("never: {what}; events: {:#?}", self.messages());
    }

    pub(crate) fn run_for(&mut self, milliseconds: i64) {
        for _ in 0..milliseconds / TICK_MS {
            self.tick();
        }
    }

    pub(crate) fn observe(&mut self, observation: Observation) {
        self.due.push((self.now_ms, observation));
    }

    /// The process of a task ends by itself.
    pub(crate) fn crash(&mut self, id: &TaskId) {
        if self.running.contains(id) {
            self.end_process(id, 1, 0);
        }
    }

    /// One step of time.
    pub(crate) fn tick(&mut self) {
        self.now_ms += TICK_MS;
        let now = self.now_ms;
        let (due, later) = std::mem::take(&mut self.due).into_iter().partition(|(at, _)| *at <= now);
        self.due = later;
        let due: Vec<(i64, Observation)> = due;
        let observations: Vec<Observation> = due.into_iter().map(|(_, observation)| observation).collect();
        self.follow(&observations);
        let mut healthy_before = self.healthy();
        for observation in &observations {
            // What was observed in this very step may have changed the scheduler's mind about the task.
            if let Observation::Target { task, .. } | Observation::Health { task, .. } = observation {
                healthy_before.remove(task);
            }
        }
        let actions = step(&mut self.state, now, observations);
        self.check_bounds(&healthy_before, &actions);
        for action in actions {
            self.act(action);
        }
        self.check_history();
    }

    fn follow(&mut self, observations: &[Observation]) {
        for observation in observations {
            match observation {
                Observation::Running { task, .. } => {
                    self.running.insert(task.clone());
                }
                Observation::Exited { task, .. } | Observation::Stopped { task } => {
                    self.running.remove(task);
                    self.serving.remove(task);
                }
                Observation::Target { task, state: TargetState::Healthy, .. }
                    if self.registered.contains(task) && self.running.contains(task) =>
                {
                    self.serving.insert(task.clone());
                }
                Observation::Target { task, state: TargetState::Unhealthy { .. }, .. } => {
                    self.serving.remove(task);
                }
                Observation::Target { task, state: TargetState::Gone, .. } => {
                    self.registered.remove(task);
                }
                _ => {}
            }
        }
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::Start { task, launch } => self.start(&task, &launch),
            Action::Stop { task } => self.stop(&task),
            Action::Register { task, .. } => self.register(&task),
            Action::Deregister { task, .. } => {
                self.serving.remove(&task);
                self.target(&task, TargetState::Gone, 2_000);
            }
        }
    }

    fn behaviour(&self, id: &TaskId) -> Behaviour {
        let definition = self.state.tasks.get(id).map(|task| task.template.task_definition.clone());
        definition.and_then(|name| self.behaviours.get(&name).copied()).unwrap_or(Behaviour::Good)
    }

    fn start(&mut self, id: &TaskId, launch: &Launch) {
        let behaviour = self.behaviour(id);
        self.images.push(launch.containers[0].image.clone());
        let container = launch.containers[0].name.clone();
        let task = id.clone();
        self.later(200, Observation::Pulling { task: task.clone() });
        if behaviour == Behaviour::BadImage {
            let reason = "CannotPullContainerError: pull image manifest has been retried 1 time(s)".to_owned();
            return self.later(1_000, Observation::NeverRan { task, reason });
        }
        let delay = if let Behaviour::Slow(delay) = behaviour { delay } else { 1_000 };
        let digest = "sha256:0123".to_owned();
        self.later(400, Observation::Pulled { task: task.clone(), container: container.clone(), digest });
        let running = Observation::Running { task: task.clone(), container, host_port: Some(40_000), pid: 7 };
        self.later(delay, running);
        match behaviour {
            Behaviour::CrashAtStart => self.end_process(&task, 1, delay + 100),
            Behaviour::DiesAfter(life) => self.end_process(&task, 3, delay + life),
            _ => {}
        }
    }

    fn stop(&mut self, id: &TaskId) {
        let still_served = self.registered.contains(id) && self.running.contains(id);
        assert!(!still_served, "{id} was stopped while the balancer could still send it requests");
        let has_run = self.running.contains(id);
        self.due.retain(|(_, observation)| !concerns_process(observation, id));
        if has_run {
            self.end_process(id, 143, 300);
        } else {
            let reason = "Task stopped before it ran".to_owned();
            self.later(300, Observation::NeverRan { task: id.clone(), reason });
        }
    }

    fn register(&mut self, id: &TaskId) {
        self.registered.insert(id.clone());
        if self.behaviour(id) == Behaviour::NeverHealthy {
            let reason = "Health checks failed with these codes: [503]".to_owned();
            self.target(id, TargetState::Unhealthy { reason }, 3_000);
        } else {
            self.target(id, TargetState::Healthy, 2_000);
        }
    }

    fn target(&mut self, id: &TaskId, state: TargetState, delay: i64) {
        let observation = Observation::Target { task: id.clone(), target_group: TARGET_GROUP.to_owned(), state };
        self.later(delay, observation);
    }

    fn end_process(&mut self, id: &TaskId, exit_code: i32, delay: i64) {
        let container = "app".to_owned();
        self.later(delay, Observation::Exited { task: id.clone(), container, exit_code, reason: None });
        self.later(delay, Observation::Stopped { task: id.clone() });
    }

    fn later(&mut self, delay: i64, observation: Observation) {
        self.due.push((self.now_ms + delay, observation));
    }

    fn healthy(&self) -> BTreeSet<TaskId> {
        let grace_ms = self.state.services.get(&self.key).map_or(0, |service| service.settings.grace_ms);
        let tasks = self.state.tasks.values();
        tasks
            .filter(|one| standing(one, self.now_ms, grace_ms) == Standing::Healthy)
            .map(|one| one.id.clone())
            .collect()
    }

    /// Never above the maximum by a start; never below the minimum by a stop of the scheduler's own choice.
    fn check_bounds(&self, before: &BTreeSet<TaskId>, actions: &[Action]) {
        let Some(service) = self.state.services.get(&self.key).filter(|service| service.life == Life::Active) else {
            return;
        };
        let live = self.state.tasks_of(&self.key).filter(|task| task.wanted).count();
        if actions.iter().any(|action| matches!(action, Action::Start { .. })) {
            assert!(live <= service.upper_bound(), "{live} tasks, more than {}", service.upper_bound());
        }
        let chosen = before.iter().filter_map(|id| self.state.tasks.get(id)).any(|task| {
            !task.wanted
                && task.moments.stopping == Some(self.now_ms)
                && task.stop_code == Some(StopCode::ServiceSchedulerInitiated)
                && !task.unhealthy_told
        });
        let healthy = self.healthy().len();
        assert!(!chosen || healthy >= service.lower_bound(), "{healthy} healthy, fewer than {}", service.lower_bound());
    }

    fn check_history(&mut self) {
        let Some(service) = self.state.services.get(&self.key) else { return };
        assert!(service.events.iter().count() <= super::events::MOST_EVENTS);
        let unfinished = service.records.iter().filter(|record| !record.is_finished()).count();
        assert!(unfinished <= 1, "{unfinished} service deployments under way");
        let ids: BTreeSet<&str> = service.deployments.iter().map(|deployment| deployment.id.as_str()).collect();
        assert_eq!(ids.len(), service.deployments.len(), "two deployments of one id");
        for deployment in &service.deployments {
            if deployment.rollout == super::deployment::Rollout::Failed {
                self.failed_records.insert(deployment.record.clone());
            }
        }
        for record in &service.records {
            let successful = record.status == super::record::RecordStatus::Successful;
            assert!(!(successful && self.failed_records.contains(&record.id)), "a failed deployment was successful");
        }
        let stopped = self.state.tasks.values().filter(|task| task.status == Status::Stopped);
        assert!(stopped.clone().all(|task| task.stop_code.is_some() && task.stopped_reason.is_some()));
    }
}

fn concerns_process(observation: &Observation, id: &TaskId) -> bool {
    match observation {
        Observation::Pulling { task }
        | Observation::Pulled { task, .. }
        | Observation::Running { task, .. }
        | Observation::NeverRan { task, .. }
        | Observation::Exited { task, .. }
        | Observation::Stopped { task }
        | Observation::Health { task, .. } => task == id,
        _ => false,
    }
}
