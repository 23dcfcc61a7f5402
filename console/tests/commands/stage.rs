//! A local stack of its own for a test, and the binary run against it.

use std::path::Path;
use std::process::{Command, Stdio};

use local_stack::{Config, LocalStack};
use serde_json::Value;

/// What a run of the binary left.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) notes: String,
}

impl Ran {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(self.out.lines().last().unwrap_or_default()).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }
}

/// A stack, and folders for the console's files.
pub(crate) struct Stage {
    pub(crate) stack: LocalStack,
    folder: tempfile::TempDir,
}

impl Stage {
    /// Starts a seeded stack that runs fast, and waits until its service is steady.
    pub(crate) async fn start() -> Self {
        let config = Config {
            speed: 20.0,
            traffic: None,
            executable: Some(env!("CARGO_BIN_EXE_qd").into()),
            ..Config::default()
        };
        let stage = Self { stack: LocalStack::start(config).await.unwrap(), folder: tempfile::tempdir().unwrap() };
        for _ in 0..300 {
            let services = stage.qd("services --json").await;
            // The seed deploys a second revision; before that it is steady too.
            let is_seeded = |service: &Value| {
                let definition = service["taskDefinition"].as_str().unwrap_or_default();
                service["rollout"] == "steady" && definition.ends_with(":2")
            };
            if services.code == 0 && is_seeded(&services.json()["services"][0]) {
                return stage;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        panic!("the seeded service is not steady: {:?}", stage.qd("services").await);
    }

    /// Runs the binary with these words, without a terminal.
    pub(crate) async fn qd(&self, words: &str) -> Ran {
        run(self.folder.path(), Some(self.stack.endpoint()), words).await
    }

    /// The audit file.
    pub(crate) fn audit(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("state/quarterdeck/audit.jsonl")).unwrap_or_default()
    }
}

/// Runs the binary in an environment that knows no more than the endpoint.
pub(crate) async fn run(folder: &Path, endpoint: Option<&str>, words: &str) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_qd"));
    command.args(words.split_whitespace()).env_clear().stdin(Stdio::null());
    command
        .env("HOME", folder)
        .env("XDG_CONFIG_HOME", folder.join("config"))
        .env("XDG_STATE_HOME", folder.join("state"));
    command.env("AWS_EC2_METADATA_DISABLED", "true");
    if let Some(endpoint) = endpoint {
        command.env("AWS_ENDPOINT_URL", endpoint);
    }
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        notes: String::from_utf8(output.stderr).unwrap(),
    }
}
