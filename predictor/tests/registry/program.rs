//! Runs the program without the settings of whoever runs the tests.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Where a test's models are, and what the program is told about it.
pub(crate) struct Place {
    pub(crate) home: tempfile::TempDir,
    store: String,
    environment: Vec<(&'static str, String)>,
}

/// What one run ended with.
#[derive(Debug)]
pub(crate) struct End {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) words: String,
}

impl Place {
    pub(crate) fn directory() -> Self {
        let home = tempfile::tempdir().expect("a temporary directory");
        let store = home.path().join("store").display().to_string();
        Self { home, store, environment: Vec::new() }
    }

    pub(crate) fn elsewhere(store: String, environment: Vec<(&'static str, String)>) -> Self {
        Self { home: tempfile::tempdir().expect("a temporary directory"), store, environment }
    }

    /// The same store with other settings.
    pub(crate) fn with(&self, name: &'static str, value: &str) -> Self {
        let mut environment = self.environment.clone();
        environment.retain(|(known, _)| *known != name);
        environment.push((name, value.to_owned()));
        Self::elsewhere(self.store.clone(), environment)
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_predictor"));
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy().to_uppercase();
            let ours = ["AWS_", "MODEL", "GITHUB_"].iter().any(|prefix| text.starts_with(prefix));
            if ours || text.ends_with("_PROXY") {
                command.env_remove(&name);
            }
        }
        command
            .args(arguments)
            .env("MODEL_STORE", &self.store)
            .env("USER", "ann")
            .env("AWS_EC2_METADATA_DISABLED", "true");
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> End {
        let Output { status, stdout, stderr } = self.command(arguments).output().expect("it runs");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        End { code: status.code(), out: text(stdout), words: text(stderr) }
    }

    /// The committed model as an artifact with another version and, if wanted, other claims.
    pub(crate) fn artifact(&self, version: &str, edit: impl FnOnce(&mut serde_json::Value)) -> String {
        let place = self.home.path().join(format!("artifact-{version}"));
        write_artifact(&place, version, edit);
        place.display().to_string()
    }

    /// Registers a version of the committed model; it must pass.
    pub(crate) fn register(&self, version: &str) {
        let artifact = self.artifact(version, |_| ());
        self.run(&["register", &artifact]).done();
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }
}

impl End {
    #[track_caller]
    pub(crate) fn done(self) -> String {
        assert_eq!(self.code, Some(0), "{}{}", self.out, self.words);
        self.out
    }

    #[track_caller]
    pub(crate) fn failed(&self, code: i32, expect: &str) {
        assert_eq!(self.code, Some(code), "{}{}", self.out, self.words);
        assert!(self.words.contains(expect), "{:?} should contain {expect:?}", self.words);
    }
}

pub(crate) fn committed(version: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("models/sentiment").join(version)
}

fn write_artifact(place: &Path, version: &str, edit: impl FnOnce(&mut serde_json::Value)) {
    let manifest = std::fs::read(committed("1").join("manifest.json")).expect("a committed artifact");
    let mut manifest: serde_json::Value = serde_json::from_slice(&manifest).expect("JSON");
    manifest["version"] = version.into();
    edit(&mut manifest);
    std::fs::create_dir_all(place).expect("made");
    let bytes = serde_json::to_vec_pretty(&manifest).expect("JSON");
    std::fs::write(place.join("manifest.json"), bytes).expect("written");
    std::fs::copy(committed("1").join("weights.bin"), place.join("weights.bin")).expect("copied");
}
