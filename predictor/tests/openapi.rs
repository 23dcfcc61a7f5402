//! The OpenAPI document from outside: openapi-spec-validator reads it, and schemathesis asks the real program thousands
//! of good and bad requests that it makes from the document, and compares each answer with what the document says.
//!
//! Both live in a virtual environment under the target folder, made anew when `requirements.txt` changes. Making it
//! needs python3 and a package index.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Requests that failed are told in full, and may have megabytes.
const LONGEST_LINE: usize = 500;

#[test]
#[ignore = "17 differences are open since the tables and the inference protocol came in; run with -- --ignored"]
fn the_service_answers_as_its_document_says() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/openapi");
    let environment = environment(&tests.join("requirements.txt"));
    let serving = Serving::start();
    let place = tempfile::tempdir().expect("a folder for what the tools write");
    let strict = place.path().join("strict.json");
    let python = |program: &str| {
        let mut command = Command::new(environment.join("bin").join(program));
        command.current_dir(place.path()).env("PYTHONDONTWRITEBYTECODE", "1").env("NO_PROXY", "127.0.0.1");
        command.env("PYTHONPATH", &tests);
        command
    };
    let told = tell(python("python").arg(tests.join("strict.py")).arg(&serving.address).arg(&strict));
    assert!(told.contains("paths"), "{told}");
    let told = tell(
        python("schemathesis")
            .arg("--config-file")
            .arg(tests.join("schemathesis.toml"))
            .arg("run")
            .arg(&strict)
            .args(["--url", &serving.address, "--no-color"])
            .args(std::env::var("QD_OPENAPI_EXAMPLES").map(|count| format!("--max-examples={count}"))),
    );
    assert!(told.contains("passed"), "nothing was asked:\n{told}");
    println!("{told}");
}

/// Runs a program, which must succeed, and tells what it wrote, without the ends of very long lines.
fn tell(command: &mut Command) -> String {
    let output = command.output().expect("the virtual environment's program should start");
    let cut = |bytes: &[u8]| -> String {
        let text = String::from_utf8_lossy(bytes);
        text.lines().flat_map(|line| line.chars().take(LONGEST_LINE).chain(['\n'])).collect()
    };
    let told = cut(&output.stdout);
    assert!(output.status.success(), "{command:?} failed:\n{told}\n{}", cut(&output.stderr));
    told
}

/// The virtual environment for these requirements, made unless it is there.
fn environment(requirements: &Path) -> PathBuf {
    let wanted = fs::read_to_string(requirements).expect("requirements.txt should be readable");
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("openapi-python");
    let stamp = place.join("requirements.stamp");
    if fs::read_to_string(&stamp).is_ok_and(|made| made == wanted) {
        return place;
    }
    // Half an environment is of no use; none at all is fine.
    let _ = fs::remove_dir_all(&place);
    tell(Command::new("python3").args(["-m", "venv"]).arg(&place));
    tell(Command::new(place.join("bin/python")).args(["-m", "pip", "install", "--quiet", "-r"]).arg(requirements));
    fs::write(&stamp, wanted).expect("the target folder should be writable");
    place
}

/// The program, serving all embedded models; killed when dropped.
struct Serving {
    child: Child,
    address: String,
}

impl Serving {
    fn start() -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_predictor"));
        let own =
            ["HOST", "PORT", "MODEL", "DEFAULT_MODEL", "MODEL_SPLIT", "MODEL_SHADOW", "ADMIN_TOKEN", "MODEL_STORE"];
        for name in own {
            command.env_remove(name);
        }
        command.arg("serve").env("PORT", "0").env("DRAIN_DELAY_MS", "0").env("LOG_LEVEL", "info");
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
