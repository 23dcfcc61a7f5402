//! Containers as real processes, without a scheduler: exit codes, output, health, limits, stopping.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use local_stack::balancer::Balancer;
use local_stack::clock::Clock;
use local_stack::cloudwatch::CloudWatch;
use local_stack::ecr::Ecr;
use local_stack::logs::Logs;
use local_stack::scheduler::port::{Action, ContainerLaunch, HealthCheck, Launch, LogTarget, Observation, TaskId};
use local_stack::tasks::{Board, World, publish, run};
use local_stack::wire::Place;
use tokio::sync::{mpsc, watch};

const PATIENCE: Duration = Duration::from_secs(60);

/// Tasks at work, and what they tell.
struct Site {
    actions: mpsc::UnboundedSender<Action>,
    told: mpsc::UnboundedReceiver<Observation>,
    _shutdown: watch::Sender<bool>,
}

impl Site {
    fn open(speed: f64) -> Self {
        let clock = Clock::running(speed);
        let place = Place::default();
        let (observations, told) = mpsc::unbounded_channel();
        let ecr = Arc::new(Ecr::new(clock.clone(), place.clone()));
        ecr.ensure_repository("test");
        ecr.put_image("test", b"{\"annotations\":{}}", Some("1"), 0, 1_000).expect("an image");
        let world = World {
            clock: clock.clone(),
            ecr,
            logs: Arc::new(Logs::new(clock.clone(), place.clone())),
            balancer: Arc::new(Balancer::new("app/test/1", 0, clock.clone(), observations.clone())),
            executable: PathBuf::from(env!("CARGO_BIN_EXE_local-stack")),
            observations,
            board: Arc::new(Board::default()),
        };
        let (actions, wanted) = mpsc::unbounded_channel();
        let (shutdown, ending) = watch::channel(false);
        let cloudwatch = Arc::new(CloudWatch::new(clock.clone(), place));
        tokio::spawn(publish(Arc::clone(&world.board), cloudwatch, clock, Vec::new));
        tokio::spawn(run(Arc::new(world), wanted, ending, Duration::from_secs(1)));
        Self { actions, told, _shutdown: shutdown }
    }

    fn start(&self, container: ContainerLaunch) {
        let launch = Launch {
            cluster: "local".to_owned(),
            group: "service:test".to_owned(),
            family: "test".to_owned(),
            revision: 1,
            cpu: 256,
            memory: 512,
            containers: vec![container],
        };
        self.actions.send(Action::Start { task: task(), launch }).expect("tasks run");
    }

    fn stop(&self) {
        self.actions.send(Action::Stop { task: task() }).expect("tasks run");
    }

    /// The next observation that `wanted` takes.
    async fn until<T>(&mut self, wanted: impl Fn(&Observation) -> Option<T>) -> T {
        let search = async {
            loop {
                let observation = self.told.recv().await.expect("tasks tell what happens");
                if let Some(found) = wanted(&observation) {
                    return found;
                }
            }
        };
        tokio::time::timeout(PATIENCE, search).await.expect("it happens in time")
    }

    async fn exit(&mut self) -> (i32, Option<String>) {
        let exit = self
            .until(|observation| match observation {
                Observation::Exited { exit_code, reason, .. } => Some((*exit_code, reason.clone())),
                _ => None,
            })
            .await;
        self.until(|observation| matches!(observation, Observation::Stopped { .. }).then_some(())).await;
        exit
    }

    async fn running(&mut self) {
        self.until(|observation| matches!(observation, Observation::Running { .. }).then_some(())).await;
    }
}

fn task() -> TaskId {
    TaskId::new("0123456789abcdef0123456789abcdef")
}

fn shell(line: &str) -> ContainerLaunch {
    ContainerLaunch {
        name: "main".to_owned(),
        image: "000000000000.dkr.ecr.us-east-1.amazonaws.com/test:1".to_owned(),
        essential: true,
        entry_point: Some(vec!["sh".to_owned(), "-c".to_owned()]),
        command: Some(vec![line.to_owned()]),
        environment: vec![("WORD".to_owned(), "given".to_owned())],
        container_port: Some(8080),
        cpu: 0,
        memory: 0,
        health_check: None,
        log: Some(LogTarget { group: "/ecs/test".to_owned(), stream_prefix: "ecs".to_owned() }),
        stop_timeout: Duration::from_secs(30),
        mounts: Vec::new(),
    }
}

fn faulty(words: &[&str]) -> ContainerLaunch {
    ContainerLaunch {
        entry_point: Some(vec!["faulty".to_owned()]),
        command: Some(words.iter().map(|word| (*word).to_owned()).collect()),
        ..shell("")
    }
}

#[tokio::test]
async fn exit_codes_are_those_of_the_program() {
    for (line, expect) in [("exit 0", 0), ("exit 3", 3), ("kill -9 $$", 137), ("no-such-program", 127)] {
        let mut site = Site::open(1.0);
        site.start(shell(line));
        assert_eq!(site.exit().await, (expect, None), "{line}");
    }
}

#[tokio::test]
async fn the_environment_is_the_tasks_own() {
    // Under cargo the surrounding environment has CARGO_MANIFEST_DIR; a task must not see it.
    let mut site = Site::open(1.0);
    site.start(shell(
        "test \"$WORD\" = given && test -n \"$PORT\" && test -z \"$CARGO_MANIFEST_DIR\" && test -z \"$HOME\"",
    ));
    assert_eq!(site.exit().await, (0, None));
}

#[tokio::test]
async fn a_missing_image_never_runs() {
    let mut site = Site::open(1.0);
    site.start(ContainerLaunch {
        image: "000000000000.dkr.ecr.us-east-1.amazonaws.com/test:2".to_owned(),
        ..shell("")
    });
    let reason = site
        .until(|observation| match observation {
            Observation::NeverRan { reason, .. } => Some(reason.clone()),
            _ => None,
        })
        .await;
    assert!(reason.starts_with("CannotPullContainerError: ") && reason.contains("not found"), "{reason}");
}

#[tokio::test]
async fn a_program_that_heeds_sigterm_ends_by_itself() {
    let mut site = Site::open(1.0);
    site.start(shell("trap 'exit 7' TERM; while :; do sleep 0.1; done"));
    site.running().await;
    // The trap is set a moment after the process runs.
    tokio::time::sleep(Duration::from_millis(500)).await;
    site.stop();
    assert_eq!(site.exit().await, (7, None));
}

#[tokio::test]
async fn a_program_that_ignores_sigterm_is_killed_after_its_stop_timeout() {
    let mut site = Site::open(1.0);
    site.start(ContainerLaunch {
        stop_timeout: Duration::from_millis(300),
        mounts: Vec::new(),
        ..shell("trap '' TERM; while :; do sleep 0.1; done")
    });
    site.running().await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    site.stop();
    assert_eq!(site.exit().await, (137, None));
}

#[tokio::test]
async fn a_task_stopped_while_it_pulls_ends_too() {
    let mut site = Site::open(0.01);
    site.start(shell("exit 0"));
    site.until(|observation| matches!(observation, Observation::Pulling { .. }).then_some(())).await;
    site.stop();
    site.until(|observation| matches!(observation, Observation::Stopped { .. }).then_some(())).await;
}

#[tokio::test]
async fn memory_above_the_limit_ends_the_container() {
    let mut site = Site::open(1.0);
    site.start(ContainerLaunch { memory: 64, ..faulty(&["leak", "--mib-per-second", "200"]) });
    let reason = "OutOfMemoryError: Container killed due to memory usage";
    assert_eq!(site.exit().await, (137, Some(reason.to_owned())));
}

#[tokio::test]
async fn health_follows_the_command_of_the_check() {
    for (line, expect) in [("test \"$WORD\" = given", true), ("exit 1", false), ("faulty nonsense || exit 1", false)] {
        let mut site = Site::open(10.0);
        let health_check = HealthCheck {
            command: vec!["CMD-SHELL".to_owned(), line.to_owned()],
            interval: Duration::from_secs(5),
            timeout: Duration::from_secs(60),
            retries: 1,
            start_period: Duration::ZERO,
        };
        site.start(ContainerLaunch { health_check: Some(health_check), ..shell("sleep 60") });
        let healthy = site
            .until(|observation| match observation {
                Observation::Health { healthy, .. } => Some(*healthy),
                _ => None,
            })
            .await;
        assert_eq!(healthy, expect, "{line}");
    }
}

#[tokio::test]
async fn a_crashing_image_says_why() {
    let mut site = Site::open(1.0);
    site.start(faulty(&["crash"]));
    assert_eq!(site.exit().await, (1, None));
}
