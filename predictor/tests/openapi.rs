//! The OpenAPI document from outside: openapi-spec-validator reads it, and schemathesis asks the real program thousands
//! of good and bad requests that it makes from the document, and compares each answer with what the document says.
//!
//! Two programs are asked at the same time, so that no answer depends on what is loaded: one that has an administrator
//! for loading and unloading, and one that has none for everything else. The requests are the same ones each time.
//!
//! The tools live in a virtual environment under the target folder, made anew when `requirements.txt` changes. Making it
//! needs python3 and a package index. Where they cannot be had this test says that it was skipped; where `CI` is set, it
//! fails instead.

#[path = "shared/python.rs"]
mod python;
#[path = "shared/serving.rs"]
mod serving;

use python::environment;
use serving::Serving;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::thread;

/// Requests that failed are told in full, and may have megabytes.
const LONGEST_LINE: usize = 500;

const TOKEN: &str = "open-sesame-5e1b";

/// Few enough that one more can be sent.
const FEW_ROWS: (&str, &str) = ("MAX_BATCH_ROWS", "20");

/// Paths of operations that change which models are loaded, of batches, and of all others: each part is asked by a
/// process of its own, since these take as long as all others.
const PARTS: [&str; 3] = ["^/v2/repository/models/", "/batch$", "^/(?!v2/repository/models/)(?!.*/batch$)"];

#[test]
fn the_service_answers_as_its_document_says() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/openapi");
    let environment = match environment("openapi", &tests.join("requirements.txt")) {
        Ok(environment) => environment,
        Err(why) => {
            let words = format!("the OpenAPI document was NOT compared with the service: {why}");
            assert!(std::env::var_os("CI").is_none(), "{words}");
            // Past the capture of what tests that pass print.
            let _ = writeln!(std::io::stderr(), "SKIPPED: {words}");
            return;
        }
    };
    let place = tempfile::tempdir().expect("a folder for what the tools write");
    let strict = place.path().join("strict.json");
    let python = |program: &str| {
        let mut command = Command::new(environment.join("bin").join(program));
        command.current_dir(place.path()).env("PYTHONDONTWRITEBYTECODE", "1").env("NO_PROXY", "127.0.0.1");
        command.env("PYTHONPATH", &tests).env("QD_ADMIN_TOKEN", TOKEN);
        command
    };
    let (open, administered) = (Serving::start([FEW_ROWS]), Serving::start([FEW_ROWS, ("ADMIN_TOKEN", TOKEN)]));
    let told = tell(python("python").arg(tests.join("strict.py")).arg(&open.address).arg(&strict));
    assert!(told.contains("paths"), "{told}");
    let asking = |serving: &Serving, paths: &str| {
        let mut command = python("schemathesis");
        command.arg("--config-file").arg(tests.join("schemathesis.toml")).arg("run").arg(&strict);
        command.args(["--url", &serving.address, "--no-color", "--include-path-regex", paths]);
        command.args(std::env::var("QD_OPENAPI_EXAMPLES").map(|count| format!("--max-examples={count}")));
        command
    };
    let [changes, batches, others] = PARTS;
    let mut asking = [asking(&administered, changes), asking(&open, batches), asking(&open, others)];
    let told = thread::scope(|scope| {
        let asking: Vec<_> = asking.iter_mut().map(|command| scope.spawn(|| tell(command))).collect();
        let told =
            asking.into_iter().map(|asking| asking.join().unwrap_or_else(|fault| std::panic::resume_unwind(fault)));
        told.collect::<Vec<_>>()
    });
    for told in told {
        assert!(told.contains("passed"), "nothing was asked:\n{told}");
        println!("{told}");
    }
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
