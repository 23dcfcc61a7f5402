//! The error log and the audit: newest first, filtered, each entry readable whole.

use quarterdeck::effect::{Effect, Request};
use quarterdeck::event::{Event, Facts};
use quarterdeck::model::{ApiProblem, ProblemKind};
use quarterdeck::screens::{Screen, audit, errors};

use crate::night;
use crate::stage::{NOON, Stage};

fn log() -> Stage {
    Stage::open(|_| Screen::Errors(errors::Errors::default()))
}

fn book() -> Stage {
    Stage::open(|_| Screen::Audit(audit::Audit::default()))
}

fn problem(seconds: i64, call: &str, kind: ProblemKind, code: &str, message: &str) -> ApiProblem {
    ApiProblem {
        kind,
        call: call.into(),
        code: code.into(),
        message: message.into(),
        request_id: Some("6f1c2d3e-1111-4000-8000-000000000000".into()),
        hint: Some("allow ecs:ListServiceDeployments in the role's policy".into())
            .filter(|_| kind == ProblemKind::Denied),
        at: NOON.plus(seconds * 1_000),
    }
}

fn with_errors() -> Stage {
    let mut stage = log();
    let denied = "User: arn:aws:sts::000000000000:assumed-role/OnCall/ada is not authorized to perform: ecs:ListServiceDeployments on resource: *";
    for problem in [
        problem(1, "ecs:DescribeServices", ProblemKind::Throttled, "ThrottlingException", "Rate exceeded"),
        problem(2, "ecs:ListServiceDeployments", ProblemKind::Denied, "AccessDeniedException", denied),
        problem(3, "cloudwatch:GetMetricData", ProblemKind::Unreachable, "", "dns error: no such host"),
        problem(3, "cloudwatch:GetMetricData", ProblemKind::Unreachable, "", "dns error: no such host"),
    ] {
        stage.send(Event::Failed(problem));
    }
    stage.tick(20_000);
    stage
}

#[test]
fn errors_stay_newest_first() {
    insta::assert_snapshot!("errors_empty", log().text());
    insta::assert_snapshot!("errors_live", with_errors().text());
    insta::assert_snapshot!("errors_wide", with_errors().sized(160, 45).text());
    let mut stage = with_errors();
    stage.press("jj");
    insta::assert_snapshot!("errors_denied_selected", stage.text());
    stage.press("<enter>");
    insta::assert_snapshot!("errors_one", stage.text());
    let mut huge = log();
    for n in 0..600 {
        huge.send(Event::Failed(problem(n, "ecs:DescribeTasks", ProblemKind::Timeout, "", &format!("no answer {n}"))));
    }
    huge.tick(700_000);
    huge.press("G");
    insta::assert_snapshot!("errors_huge", huge.text());
}

#[test]
fn errors_are_filtered_and_copied() {
    let mut stage = with_errors();
    stage.press("/throttl<enter>");
    assert!(stage.text().contains("errors of this run [1/4]"), "{}", stage.text());
    assert!(
        stage.press("c").contains(&Effect::Copy("ecs:DescribeServices: ThrottlingException: Rate exceeded".into()))
    );
    assert!(stage.press("C").contains(&Effect::Copy("6f1c2d3e-1111-4000-8000-000000000000".into())));
}

#[test]
fn equal_errors_can_each_be_visited() {
    let mut stage = with_errors();
    stage.press("jjj");
    assert!(stage.text().contains("▌12:00:01"), "{}", stage.text());
}

#[test]
fn audit_joins_the_file_and_this_run() {
    insta::assert_snapshot!("audit_loading", book().text());
    let mut empty = book();
    empty.answer(Request::Audit, Facts::Audit(Vec::new()));
    insta::assert_snapshot!("audit_empty", empty.text());
    let mut stage = book();
    let old = vec![
        night::audit("2026-11-19T23:10:00Z", "ecs:UpdateService", "ok"),
        night::audit(
            "2026-11-20T11:58:00Z",
            "ecs:StopTask",
            "AccessDeniedException: not authorized to perform ecs:StopTask",
        ),
    ];
    stage.answer(Request::Audit, Facts::Audit(old.clone()));
    for entry in [old[1].clone(), night::audit("2026-11-20T12:00:00Z", "ecs:UpdateService", "begun")] {
        stage.send(Event::Audited(entry));
    }
    insta::assert_snapshot!("audit_live", stage.text());
    stage.press("/stop<enter>");
    assert!(stage.text().contains("[1/3]"), "{}", stage.text());
    stage.press("<enter>");
    insta::assert_snapshot!("audit_one", stage.text());
    let mut failed = book();
    failed.fail(Request::Audit, ProblemKind::Service, "", "audit.jsonl: permission denied");
    insta::assert_snapshot!("audit_failed", failed.text());
}
