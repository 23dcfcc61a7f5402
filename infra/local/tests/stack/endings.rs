//! However a stack ends, nothing of it stays behind. And one that cannot start says why.

use std::process::Stdio;
use std::time::Duration;

use local_stack::{Config, LocalStack, StartError};
use rustix::process::{Pid, Signal, kill_process, test_kill_process_group};
use serde_json::json;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::client::{Api, executable, quiet, until};

/// The stack as its own process, with its endpoint.
async fn headless() -> (Child, Api) {
    let mut child = Command::new(executable())
        .args(["--speed", "10", "--traffic", "0"])
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("the binary starts");
    let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let endpoint = loop {
        let line = lines.next_line().await.expect("readable output").expect("an endpoint before the end");
        if let Some(endpoint) = line.strip_prefix("export AWS_ENDPOINT_URL=") {
            break endpoint.trim_matches('\'').to_owned();
        }
    };
    // Keep reading, so that the stack can go on printing.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    (child, Api::new(&endpoint))
}

/// The process groups of the running tasks: their leaders' parent is the stack.
fn children_of(stack: u32) -> Vec<Pid> {
    let listed = std::process::Command::new("ps").args(["-axo", "pid=,ppid="]).output().expect("ps");
    let text = String::from_utf8_lossy(&listed.stdout).into_owned();
    let rows = text.lines().filter_map(|line| {
        let mut fields = line.split_whitespace().filter_map(|field| field.parse::<i32>().ok());
        Some((fields.next()?, fields.next()?))
    });
    rows.filter(|(_, parent)| u32::try_from(*parent) == Ok(stack)).filter_map(|(pid, _)| Pid::from_raw(pid)).collect()
}

async fn two_running(api: &Api) {
    until("two running tasks", || async {
        let answer = api.ecs("DescribeServices", json!({"cluster": "local", "services": ["predictor"]})).await;
        (answer["services"][0]["runningCount"] == 2).then_some(())
    })
    .await;
}

async fn all_gone(groups: &[Pid]) {
    assert!(groups.len() >= 2, "the tasks were running");
    until("no process of a task is left", || async {
        groups.iter().all(|group| test_kill_process_group(*group).is_err()).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_stack_leaves_no_process() {
    let (mut stack, api) = headless().await;
    two_running(&api).await;
    let id = stack.id().expect("a running stack");
    let groups = children_of(id);
    stack.kill().await.expect("killed");
    all_gone(&groups).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_terminated_stack_ends_its_tasks_and_exits_with_success() {
    let (mut stack, api) = headless().await;
    two_running(&api).await;
    let id = stack.id().expect("a running stack");
    let groups = children_of(id);
    let pid = i32::try_from(id).ok().and_then(Pid::from_raw).expect("a process id");
    kill_process(pid, Signal::TERM).expect("the signal is sent");
    let status = tokio::time::timeout(Duration::from_secs(60), stack.wait()).await.expect("it ends").expect("a status");
    assert!(status.success(), "{status}");
    all_gone(&groups).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dropped_stack_leaves_no_process() {
    // Other stacks run in this test process; a path of its own tells this one's tasks apart.
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("dropped-stack");
    std::os::unix::fs::symlink(executable(), &path).expect("a link");
    let stack = LocalStack::start(Config { executable: Some(path.clone()), ..quiet() }).await.expect("a stack");
    two_running(&Api::new(stack.endpoint())).await;
    assert!(commands_with(&path) >= 2, "the tasks were running");
    drop(stack);
    until("no process of a task is left", || async { (commands_with(&path) == 0).then_some(()) }).await;
}

fn commands_with(path: &std::path::Path) -> usize {
    let listed = std::process::Command::new("ps").args(["-axwwo", "command="]).output().expect("ps");
    let path = path.to_string_lossy().into_owned();
    String::from_utf8_lossy(&listed.stdout).lines().filter(|command| command.starts_with(&path)).count()
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = taken.local_addr().expect("an address").port();
    let config = Config { port, executable: Some(executable()), seed: false, ..Config::default() };
    let error = LocalStack::start(config).await.expect_err("the port is taken");
    assert!(matches!(&error, StartError::Port { port: named, .. } if *named == port));
    assert!(error.to_string().contains(&format!("127.0.0.1:{port}")), "{error}");
}
