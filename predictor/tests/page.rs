//! The web page in a real browser: headless Chromium clicks through it on the real program, and axe-core looks for what
//! keeps people out.
//!
//! The driver lives in a virtual environment under the target folder, made anew when `requirements.txt` changes. Making
//! it needs python3 and a package index. The browser is one that is installed (or `CHROMIUM`); as root on Debian it is
//! installed. Without a browser this test says that it was skipped; where `CI` is set, it fails instead. With
//! `QD_RENEW_PICTURES` it also takes the README's pictures of the page anew.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const BROWSERS: [&str; 5] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

#[test]
fn a_browser_clicks_through_the_page() {
    let Some(browser) = browser() else {
        let words = "no Chromium is installed here (CHROMIUM names one): the web page was NOT tested in a browser";
        assert!(std::env::var_os("CI").is_none(), "{words}");
        // Past the capture of what tests that pass print.
        let _ = writeln!(std::io::stderr(), "SKIPPED: {words}");
        return;
    };
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/page");
    let environment = environment(&tests.join("requirements.txt"));
    let all = Serving::start(None);
    let versions = Serving::start(Some("sentiment@1,sentiment@2"));
    let output = Command::new(environment.join("bin/python"))
        .args(["-m", "pytest", "-q", "--no-header", "--tb=short", "-p", "no:cacheprovider"])
        .arg(&tests)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("QUARTERDECK_CHROMIUM", browser)
        .env("QUARTERDECK_ALL", &all.address)
        .env("QUARTERDECK_VERSIONS", &versions.address)
        .envs(std::env::var_os("QD_RENEW_PICTURES").map(|_| ("QUARTERDECK_PICTURES", pictures())))
        .output()
        .expect("python in the virtual environment should start");
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "the page failed:\n{told}\n{}", String::from_utf8_lossy(&output.stderr));
    print!("{told}");
}

fn pictures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../screenshots")
}

/// A browser that starts; installed first if that is possible.
fn browser() -> Option<PathBuf> {
    let chosen = std::env::var_os("CHROMIUM").map(PathBuf::from);
    if chosen.is_some() {
        return chosen;
    }
    if let Some(found) = installed() {
        return Some(found);
    }
    let root = Command::new("id").arg("-u").output().is_ok_and(|told| told.stdout == b"0\n");
    if root && Path::new("/etc/debian_version").exists() {
        // If it fails there is no browser, which is said.
        let _ = Command::new("apt-get")
            .args(["install", "--yes", "--quiet", "--no-install-recommends", "chromium"])
            .env("DEBIAN_FRONTEND", "noninteractive")
            .output();
    }
    installed()
}

fn installed() -> Option<PathBuf> {
    let starts = |name: &&&str| {
        Command::new(name).arg("--version").output().is_ok_and(|told| {
            // Ubuntu's package only tells how to install another.
            told.status.success() && String::from_utf8_lossy(&told.stdout).chars().any(|told| told.is_ascii_digit())
        })
    };
    BROWSERS.iter().find(starts).map(PathBuf::from)
}

/// The virtual environment for these requirements, made unless it is there.
fn environment(requirements: &Path) -> PathBuf {
    let wanted = fs::read_to_string(requirements).expect("requirements.txt should be readable");
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("page-python");
    let stamp = place.join("requirements.stamp");
    if fs::read_to_string(&stamp).is_ok_and(|made| made == wanted) {
        return place;
    }
    // Half an environment is of no use; none at all is fine.
    let _ = fs::remove_dir_all(&place);
    run(Command::new("python3").args(["-m", "venv"]).arg(&place), "python3 with its venv module is needed");
    run(
        Command::new(place.join("bin/python")).args(["-m", "pip", "install", "--quiet", "-r"]).arg(requirements),
        "the browser's driver is installed from a package index; is there a network?",
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

/// The program, serving; killed when dropped.
struct Serving {
    child: Child,
    address: String,
}

impl Serving {
    /// Serves the models of a reference list; all embedded ones without it.
    fn start(models: Option<&str>) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_predictor"));
        command
            .arg("serve")
            .env("HOST", "127.0.0.1")
            .env("PORT", "0")
            .env("DRAIN_DELAY_MS", "0")
            .env("LOG_LEVEL", "info");
        command.env_remove("MODEL").env_remove("DEFAULT_MODEL").envs(models.map(|models| ("MODEL", models)));
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
