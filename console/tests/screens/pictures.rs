//! The pictures of the README, drawn by the console itself. One that differs fails the test; `QD_RENEW_PICTURES=1` renews them.

use std::path::PathBuf;

use crate::stage::Stage;
use crate::{images, logs, metrics, predict, review, rollout, service, services, svg};

const SIZE: (u16, u16) = (120, 34);

/// Compares with, or renews, `screenshots/NAME.svg`.
fn check(name: &str, stage: Stage) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../screenshots").join(format!("{name}.svg"));
    let picture = svg::svg(&stage.sized(SIZE.0, SIZE.1).buffer());
    if std::env::var_os("QD_RENEW_PICTURES").is_some() {
        std::fs::write(&path, &picture).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == picture, "screenshots/{name}.svg is old; renew it with QD_RENEW_PICTURES=1 and look at it");
}

#[test]
fn the_pictures_are_what_the_console_draws() {
    check("services", services::night());
    check("service", service::night());
    check("logs", logs::picture());
    check("metrics", metrics::picture());
    check("images", images::live());
    check("review", review::checked(3));
    let mut question = review::checked(3).sized(SIZE.0, SIZE.1);
    question.press("D");
    check("dialog", question);
    check("rollout", rollout::under_way());
    check("rolled-back", rollout::rolled_back());
    check("predict", predict::picture());
}
