//! The web page in a real browser: headless Chromium clicks through it on the real program, and axe-core looks for what
//! keeps people out.
//!
//! The driver lives in a virtual environment under the target folder, made anew when `requirements.txt` changes. Making
//! it needs python3 and a package index. The browser is one that is installed (or `CHROMIUM`); as root on Debian it is
//! installed. Without a browser this test says that it was skipped; where `CI` is set, it fails instead. With
//! `QD_RENEW_PICTURES` it also takes the README's pictures of the page anew.

#[path = "shared/python.rs"]
mod python;
#[path = "shared/serving.rs"]
mod serving;

use python::environment;
use serving::Serving;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

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
    let environment = environment("page", &tests.join("requirements.txt")).expect("the driver of the browser");
    let all = Serving::start([]);
    let versions = Serving::start([("MODEL", "sentiment@1,sentiment@2")]);
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
