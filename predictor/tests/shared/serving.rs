//! The program itself, serving on a port of its own; killed when dropped.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// Variables that a shell may hold and that would change what is served.
const OWN: [&str; 9] = [
    "HOST",
    "MODEL",
    "DEFAULT_MODEL",
    "MODEL_SPLIT",
    "MODEL_SHADOW",
    "MODEL_STORE",
    "MODEL_BUCKET",
    "ADMIN_TOKEN",
    "MAX_BATCH_ROWS",
];

pub(crate) struct Serving {
    child: Child,
    /// `http://127.0.0.1:PORT`.
    pub(crate) address: String,
}

impl Serving {
    /// Serves all embedded models, unless these variables say otherwise.
    pub(crate) fn start<'a>(variables: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_predictor"));
        for name in OWN {
            command.env_remove(name);
        }
        command.arg("serve").env("PORT", "0").env("DRAIN_DELAY_MS", "0").env("LOG_LEVEL", "info").envs(variables);
        let mut child = command.stdout(Stdio::piped()).spawn().expect("it starts");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe"));
        let port = loop {
            let mut line = String::new();
            assert!(lines.read_line(&mut line).expect("UTF-8") > 0, "it ended before it listened");
            let line: serde_json::Value = serde_json::from_str(&line).expect("JSON");
            if line["message"] == "listening" {
                break line["port"].as_u64().expect("a port");
            }
        };
        // A pipe that nobody reads would stop it.
        std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
        Self { child, address: format!("http://127.0.0.1:{port}") }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // Nothing is left to be done if it has ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
