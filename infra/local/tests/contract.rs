//! The contract with foreign clients: boto3 and the AWS CLI, unmodified and pinned, drive every operation of a stack in
//! this process, and each raw answer is held against botocore's own service model.
//!
//! The clients live in a virtual environment under the target folder, which is made anew when `requirements.txt`
//! changes. Making it needs python3 and a package index; without them this test fails and says so.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use local_stack::{Config, LocalStack};

/// Stack time runs this much faster, so that alarms need not be waited for.
const SPEED: f64 = 20.0;

#[test]
fn foreign_clients_understand_every_answer() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/contract");
    let environment = environment(&tests.join("requirements.txt"));
    let stack = Stack::start();
    let output = clean(Command::new(environment.join("bin/python")), &environment)
        .args(["-m", "pytest", "-q", "--no-header", "--tb=short", "-p", "no:cacheprovider"])
        .arg(&tests)
        .env("QUARTERDECK_ENDPOINT", stack.endpoint())
        .output()
        .expect("python in the virtual environment should start");
    assert!(
        output.status.success(),
        "the contract tests failed:\n{}\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    print!("{}", String::from_utf8_lossy(&output.stdout));
}

/// The virtual environment for these requirements, made unless it is there.
fn environment(requirements: &Path) -> PathBuf {
    let wanted = fs::read_to_string(requirements).expect("requirements.txt should be readable");
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("contract-python");
    let stamp = place.join("requirements.stamp");
    if fs::read_to_string(&stamp).is_ok_and(|made| made == wanted) {
        return place;
    }
    // Half an environment is of no use; none at all is fine.
    let _ = fs::remove_dir_all(&place);
    run(
        Command::new("python3").args(["-m", "venv"]).arg(&place),
        "python3 with its venv module is needed to run the contract tests",
    );
    run(
        Command::new(place.join("bin/python")).args(["-m", "pip", "install", "--quiet", "-r"]).arg(requirements),
        "the contract tests install boto3 and the AWS CLI from a package index; is there a network?",
    );
    fs::write(&stamp, wanted).expect("the target folder should be writable");
    place
}

fn run(command: &mut Command, need: &str) {
    let problem = match command.output() {
        Ok(done) if done.status.success() => None,
        Ok(done) => Some(format!("failed:\n{}", String::from_utf8_lossy(&done.stderr))),
        Err(error) => Some(format!("did not start: {error}")),
    };
    assert_eq!(problem, None, "{need}: {command:?}");
}

/// Without the credentials, profiles and proxies of whoever runs the tests.
fn clean(mut command: Command, environment: &Path) -> Command {
    for (name, _) in std::env::vars_os() {
        let name_text = name.to_string_lossy().to_uppercase();
        if name_text.starts_with("AWS_") || name_text.ends_with("_PROXY") {
            command.env_remove(&name);
        }
    }
    command
        .env("AWS_CONFIG_FILE", environment.join("no-config"))
        .env("AWS_SHARED_CREDENTIALS_FILE", environment.join("no-credentials"))
        .env("AWS_ACCESS_KEY_ID", "local")
        .env("AWS_SECRET_ACCESS_KEY", "local")
        .env("AWS_REGION", "us-east-1")
        .env("AWS_DEFAULT_REGION", "us-east-1")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_MAX_ATTEMPTS", "1")
        .env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

/// A stack under test, on a thread of their own; ends with the value.
struct Stack {
    endpoint: String,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Stack {
    fn start() -> Self {
        let (told, endpoint) = std::sync::mpsc::channel();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().expect("a runtime should start");
            runtime.block_on(async move {
                let config = Config {
                    speed: SPEED,
                    traffic: None,
                    executable: Some(env!("CARGO_BIN_EXE_local-stack").into()),
                    ..Config::default()
                };
                let stack = LocalStack::start(config).await.expect("the stack should start");
                told.send(stack.endpoint().to_owned()).expect("the test should wait for the address");
                // An error means that the sender was dropped, which is the signal.
                let _ = stopped.await;
                stack.shutdown().await;
            });
        });
        let endpoint = endpoint.recv().expect("the stack should start");
        Self { endpoint, stop: Some(stop), thread: Some(thread) }
    }

    fn endpoint(&self) -> &str {
        &self.endpoint
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        // Dropping the sender is the signal.
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
