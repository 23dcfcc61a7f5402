//! The pictures of the README, drawn by the console itself. A picture that differs fails the test; `QD_RENEW_PICTURES=1` renews them.

#[path = "../screens/stage.rs"]
mod stage;
mod svg;

use std::path::PathBuf;

use stage::Stage;

/// Compares with, or renews, `screenshots/NAME.svg`.
fn check(name: &str, stage: &Stage) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../screenshots").join(format!("{name}.svg"));
    let picture = svg::svg(&stage.buffer());
    if std::env::var_os("QD_RENEW_PICTURES").is_some() {
        std::fs::write(&path, &picture).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == picture, "screenshots/{name}.svg is out of date: look at it after QD_RENEW_PICTURES=1 cargo test");
}
