//! One container: a child process from its start to its exit.

use std::net::{Ipv4Addr, TcpListener};
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use tokio::process::{Child, Command};
use tokio::sync::watch;

use super::board::BoardPlace;
use super::exit::code_of;
use super::group::Group;
use super::image::Program;
use super::program::{EXECUTABLE_VARIABLE, TASK_ARGUMENT};
use super::{World, health, output};
use crate::scheduler::port::{ContainerLaunch, Launch, Observation, TaskId};

const OUT_OF_MEMORY: &str = "OutOfMemoryError: Container killed due to memory usage";

/// How long the last lines of an ended container may take to be stored (real time).
const LAST_LINES: Duration = Duration::from_secs(2);

/// Lets `predictor` and `faulty` be called inside a shell command, as they could be in a real image.
const SHELL_PRELUDE: &str = "predictor() { \"$TASK_EXECUTABLE\" __task predictor \"$@\"; }; \
                             faulty() { \"$TASK_EXECUTABLE\" __task faulty \"$@\"; }; ";

/// A container that has been started.
pub(crate) struct Container {
    task: TaskId,
    launch: ContainerLaunch,
    program: Program,
    host_port: Option<u16>,
    pid: u32,
    child: Child,
    group: Group,
    place: BoardPlace,
}

impl Container {
    /// Starts the process of a container.
    ///
    /// # Errors
    /// AWS's words for a container that cannot be started.
    pub(crate) fn start(
        world: &World,
        task: &TaskId,
        launch: &Launch,
        container: &ContainerLaunch,
        program: Program,
    ) -> Result<Self, String> {
        let refused = |error: std::io::Error| format!("CannotStartContainerError: Error response from daemon: {error}");
        let host_port = container.container_port.map(|_| free_port()).transpose().map_err(refused)?;
        let mut command = command(world, &program, host_port);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0).kill_on_drop(true);
        let child = command.spawn().map_err(refused)?;
        let pid = child.id().ok_or_else(|| "CannotStartContainerError: the process has no id".to_owned())?;
        Ok(Self {
            task: task.clone(),
            launch: container.clone(),
            program,
            host_port,
            pid,
            child,
            group: Group::led_by(pid),
            place: world.board.enter(pid, task, launch, container),
        })
    }

    /// What to tell once the container runs.
    pub(crate) fn running(&self) -> Observation {
        Observation::Running {
            task: self.task.clone(),
            container: self.launch.name.clone(),
            host_port: self.host_port,
            pid: self.pid,
        }
    }

    /// Follows the container to its end: output, health, the wish to stop. Tells its exit.
    pub(crate) async fn follow(mut self, world: Arc<World>, mut stop: watch::Receiver<bool>) {
        // The only writer of the process's standard input: it must live as long as the container may run.
        let stdin = self.child.stdin.take();
        let shipping = tokio::spawn(self.ship(&world));
        let status = self.exit(&world, &mut stop).await;
        // Ends processes that the first one left behind, as the end of a container does, and closes their output.
        self.group.end();
        let reason = self.place.out_of_memory().then(|| OUT_OF_MEMORY.to_owned());
        drop((stdin, self.place));
        finish(shipping).await;
        world.tell(Observation::Exited {
            task: self.task.clone(),
            container: self.launch.name.clone(),
            exit_code: status.map_or(255, code_of),
            reason,
        });
    }

    /// Waits for the exit, and brings it about once `stop` asks for it.
    async fn exit(&mut self, world: &Arc<World>, stop: &mut watch::Receiver<bool>) -> std::io::Result<ExitStatus> {
        let health = self.follow_health(world);
        tokio::select! {
            status = self.child.wait() => return status,
            () = asked(stop) => {}
            () = health => {}
        }
        self.group.terminate();
        let patience = world.clock.real(self.launch.stop_timeout);
        if let Ok(status) = tokio::time::timeout(patience, self.child.wait()).await {
            return status;
        }
        self.group.kill();
        self.child.wait().await
    }

    fn ship(&mut self, world: &Arc<World>) -> impl Future<Output = ()> + Send + use<> {
        let (out, err) = (self.child.stdout.take(), self.child.stderr.take());
        let world = Arc::clone(world);
        let task = self.task.clone();
        let container = self.launch.name.clone();
        let target = self.launch.log.clone();
        async move {
            let (Some(out), Some(err)) = (out, err) else {
                return;
            };
            let stream = target.as_ref().map(|target| format!("{}/{container}/{task}", target.stream_prefix));
            output::ship(out, err, world.clock.clone(), |lines| {
                if let (Some(target), Some(stream)) = (&target, &stream) {
                    world.logs.append(&target.group, stream, lines);
                }
            })
            .await;
        }
    }

    /// Follows the health check for ever.
    fn follow_health(&self, world: &Arc<World>) -> impl Future<Output = ()> + Send + use<> {
        let world = Arc::clone(world);
        let (task, container) = (self.task.clone(), self.launch.name.clone());
        let check = self.launch.health_check.clone();
        let (environment, host_port) = (self.program.environment.clone(), self.host_port);
        async move {
            let Some(check) = check else {
                return std::future::pending().await;
            };
            let as_command = |words: &[String]| {
                let program = Program { words: health_words(words)?, environment: environment.clone() };
                let mut command = command(&world, &program, host_port);
                command.stdout(Stdio::null()).stderr(Stdio::null());
                Some(command)
            };
            let report = |healthy| {
                world.tell(Observation::Health { task: task.clone(), container: container.clone(), healthy });
            };
            health::follow(&check, &world.clock, as_command, report).await;
            // Without a command to run there is nothing to follow, and nothing to end for.
            std::future::pending::<()>().await;
        }
    }
}

/// Waits until the stop is asked for, or nobody is left to ask.
async fn asked(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|asked| *asked).await;
}

async fn finish(mut shipping: tokio::task::JoinHandle<()>) {
    if tokio::time::timeout(LAST_LINES, &mut shipping).await.is_err() {
        shipping.abort();
    }
}

/// The command that re-executes the stack's binary as the program.
///
/// Nothing of the stack's own environment is passed on, least of all credentials; only where programs are found.
fn command(world: &World, program: &Program, host_port: Option<u16>) -> Command {
    let mut command = Command::new(&world.executable);
    command.arg(TASK_ARGUMENT).args(&program.words).env_clear().current_dir("/").stdin(Stdio::piped());
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    command.envs(program.environment.iter().map(|(name, value)| (name, value)));
    command.env(EXECUTABLE_VARIABLE, &world.executable).env("HOST", Ipv4Addr::LOCALHOST.to_string());
    if let Some(port) = host_port {
        command.env("PORT", port.to_string());
    }
    command
}

/// A port that is free now. Should another program take it before the container does, the container crashes as any
/// container does whose port is taken, and is replaced.
fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// The words to run for a health check's command; `None` when there is no check (`["NONE"]`).
fn health_words(command: &[String]) -> Option<Vec<String>> {
    let (kind, words) = command.split_first()?;
    match kind.as_str() {
        "NONE" => None,
        "CMD" => (!words.is_empty()).then(|| words.to_vec()),
        "CMD-SHELL" => Some(shell(&words.join(" "))),
        _ => Some(shell(&command.join(" "))),
    }
}

fn shell(line: &str) -> Vec<String> {
    vec!["sh".to_owned(), "-c".to_owned(), format!("{SHELL_PRELUDE}{line}")]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn health_commands_as_in_docker() {
        let check = |command: &[&str], expect: Option<Vec<String>>| {
            let command: Vec<String> = command.iter().map(|word| (*word).to_owned()).collect();
            assert_eq!(health_words(&command), expect, "{command:?}");
        };
        check(&["CMD", "predictor", "healthcheck"], Some(vec!["predictor".to_owned(), "healthcheck".to_owned()]));
        check(&["CMD-SHELL", "exit 0"], Some(shell("exit 0")));
        check(&["curl -f localhost || exit 1"], Some(shell("curl -f localhost || exit 1")));
        check(&["NONE"], None);
        check(&["CMD"], None);
        check(&[], None);
    }
}
