//! Golden frames of a rollout: each stage, each verdict, what guards it, what goes wrong.

use std::sync::Arc;

use quarterdeck::effect::{Effect, Request, Write};
use quarterdeck::event::{Event, Facts, LogPage, Written};
use quarterdeck::model::rollout::Breaker;
use quarterdeck::model::{AlarmState, DeploymentStatus, LogLine, ProblemKind, ServiceDeployment};
use quarterdeck::screens::{Screen, rollout};

use crate::scene::{self, World};
use crate::stage::{NOON, Stage};

fn stage() -> Stage {
    Stage::open(|_| Screen::Rollout(rollout::Rollout::new(scene::id())))
}

/// A deployment of revision 3 over 2, with a new and two old tasks.
fn with(deployment: ServiceDeployment) -> Stage {
    let mut stage = stage();
    let under_way = !deployment.status.is_final();
    stage.serve(scene::service(3, under_way.then_some(3)));
    stage.deployed(vec![deployment, scene::ended(2, &[1], "SUCCESSFUL", 600)]);
    stage.define(&[2, 3]);
    stage.run(vec![
        scene::task("aaaa1111", 2, "RUNNING"),
        scene::task("bbbb2222", 2, "RUNNING"),
        scene::task("cccc3333", 3, "RUNNING"),
    ]);
    stage.answer(Request::Alarms, Facts::Alarms(vec![scene::alarm("predictor-http-5xx", AlarmState::Ok)]));
    stage.state.notice = None;
    stage
}

fn frames(name: &str, stage: Stage) {
    insta::assert_snapshot!(name, stage.text());
    insta::assert_snapshot!(format!("{name}_wide"), stage.sized(160, 45).text());
}

fn successful() -> ServiceDeployment {
    ServiceDeployment {
        status: DeploymentStatus::Successful,
        finished_at: Some(NOON.plus(-8_000)),
        sources: vec![scene::counts(2, 0, 0, 0)],
        target: Some(scene::counts(3, 2, 2, 0)),
        ..scene::going("CLEAN_UP")
    }
}

fn failing(failures: u32) -> ServiceDeployment {
    ServiceDeployment {
        target: Some(scene::counts(3, 2, 0, 1)),
        breaker: Some(Breaker { status: "MONITORING".into(), failures, threshold: 3 }),
        ..scene::going("SCALE_UP")
    }
}

/// For the README: two of three failures that trip the breaker.
pub(crate) fn under_way() -> Stage {
    crashing(failing(2))
}

/// For the README: the end of that.
pub(crate) fn rolled_back() -> Stage {
    crashing(tripped("ROLLBACK_SUCCESSFUL"))
}

const REASON: &str = "Service deployment rolled back because the circuit breaker threshold was exceeded.";

fn tripped(status: &str) -> ServiceDeployment {
    let breaker = Some(Breaker { status: "TRIGGERED".into(), failures: 3, threshold: 3 });
    scene::back(ServiceDeployment { breaker, ..failing(3) }, status, REASON)
}

/// Two tasks crashed, and the newest said why.
fn crashing(deployment: ServiceDeployment) -> Stage {
    let mut stage = with(deployment);
    let older = quarterdeck::model::Task { stopped_at: Some(NOON.plus(-15_000)), ..scene::crashed("dddd4444", 3, 1) };
    stage.run(vec![
        scene::task("aaaa1111", 2, "RUNNING"),
        scene::task("bbbb2222", 2, "RUNNING"),
        older,
        scene::crashed("eeee5555", 3, 1),
    ]);
    let asked = stage.effects.iter().rev().find_map(|effect| match effect {
        Effect::Load(Request::Logs(query)) => Some(query.clone()),
        _ => None,
    });
    let query = asked.expect("the log of the failed task is asked for");
    assert_eq!(query.streams, [format!("ecs/predictor/{:0<32}", "eeee5555")]);
    let line = |at: i64, text: &str| LogLine {
        id: Arc::from(text),
        at: NOON.plus(at),
        ingested_at: NOON.plus(at),
        stream: Arc::from(query.streams[0].as_str()),
        text: Arc::from(text),
    };
    let lines = vec![
        line(-7_000, "starting"),
        line(-6_000, "fatal: model \u{1b}[31mv9\u{1b}[0m is not in the store"),
        line(-5_500, "bye"),
    ];
    stage.answer(Request::Logs(query), Facts::Logs(LogPage { lines, ..LogPage::default() }));
    stage
}

#[test]
fn each_stage() {
    for stage in ["RECONCILE_SERVICE", "SCALE_UP", "CLEAN_UP", "BAKE_TIME", "STAGE_OF_TOMORROW"] {
        frames(&format!("rollout_{}", stage.to_lowercase()), with(scene::going(stage)));
    }
    let pending = ServiceDeployment { status: DeploymentStatus::Pending, lifecycle_stage: None, ..scene::going("") };
    frames("rollout_pending", with(pending));
}

#[test]
fn each_verdict() {
    frames("rollout_successful", with(successful()));
    frames("rollout_rolling_back", crashing(tripped("ROLLBACK_IN_PROGRESS")));
    frames("rollout_rolled_back", crashing(tripped("ROLLBACK_SUCCESSFUL")));
    frames("rollout_rollback_failed", with(tripped("ROLLBACK_FAILED")));
    let stopped = ServiceDeployment {
        status: DeploymentStatus::Stopped,
        status_reason: Some("Service deployment stopped by a newer one.".into()),
        stopped_at: Some(NOON.plus(-9_000)),
        ..scene::going("SCALE_UP")
    };
    frames("rollout_stopped", with(stopped));
    let failed = ServiceDeployment {
        status: DeploymentStatus::Stopped,
        breaker: Some(Breaker { status: "TRIGGERED".into(), failures: 3, threshold: 3 }),
        stopped_at: Some(NOON.plus(-9_000)),
        ..scene::going("SCALE_UP")
    };
    frames("rollout_failed_by_breaker", with(failed));
}

#[test]
fn what_guards_it() {
    frames("rollout_breaker_2_of_3", crashing(failing(2)));
    let mut ringing = scene::going("BAKE_TIME");
    ringing.alarms = ringing.alarms.map(|mut alarms| {
        alarms.status = "TRIGGERED".into();
        alarms.triggered = vec!["predictor-http-5xx".into()];
        alarms
    });
    let mut stage = with(scene::back(
        ringing,
        "ROLLBACK_IN_PROGRESS",
        "Service deployment rolled back because of alarm predictor-http-5xx.",
    ));
    stage.answer(Request::Alarms, Facts::Alarms(vec![scene::alarm("predictor-http-5xx", AlarmState::Alarm)]));
    stage.state.notice = None;
    frames("rollout_alarm_triggered", stage);
}

#[test]
fn strategies_that_shift_traffic_and_unknown_ones_are_shown() {
    let mut shifting = scene::going("PRODUCTION_TRAFFIC_SHIFT");
    shifting.strategy = "CANARY".into();
    shifting.sources[0].production_weight = Some(90.0);
    shifting.target = shifting.target.map(|mut target| {
        target.production_weight = Some(10.0);
        target
    });
    frames("rollout_canary", with(shifting));
    let mut unknown = scene::going("TELEPORT");
    unknown.strategy = "QUANTUM".into();
    frames("rollout_unknown_strategy", with(unknown));
}

#[test]
fn every_state_of_the_facts() {
    insta::assert_snapshot!("rollout_loading", stage().text());
    let mut empty = stage();
    empty.serve(scene::service(2, None));
    empty.deployed(Vec::new());
    insta::assert_snapshot!("rollout_empty", empty.text());
    let mut stale = with(scene::going("SCALE_UP"));
    stale.tick(60_000);
    insta::assert_snapshot!("rollout_stale", stale.text());
    let mut denied = stage();
    denied.serve(scene::service(2, None));
    let message = "User is not authorized to perform: ecs:ListServiceDeployments";
    denied.fail(Request::Deployments(scene::id()), ProblemKind::Denied, "AccessDeniedException", message);
    insta::assert_snapshot!("rollout_denied", denied.text());
    let mut throttled = with(scene::going("SCALE_UP"));
    throttled.fail(Request::Deployments(scene::id()), ProblemKind::Throttled, "ThrottlingException", "Rate exceeded");
    insta::assert_snapshot!("rollout_throttled", throttled.text());
    let mut failed = stage();
    failed.fail(
        Request::ServiceRows { cluster: "local".into(), names: vec!["predictor".into()] },
        ProblemKind::Unreachable,
        "",
        "dns error",
    );
    insta::assert_snapshot!("rollout_failed", failed.text());
    let mut huge = with(scene::going("SCALE_UP"));
    let mut service = scene::service(3, Some(3));
    let many: Vec<(i64, String)> = (0..100).map(|n| (-70_000 + n * 500, format!("(service predictor) event number {n} with a long text that goes on and on until no window can hold all of it"))).collect();
    service.events = scene::events(&many.iter().map(|(at, text)| (*at, text.as_str())).collect::<Vec<_>>());
    huge.serve(service);
    let mut huge = huge.sized(200, 60);
    huge.press("jjj");
    insta::assert_snapshot!("rollout_huge", huge.text());
    let mut ascii = crashing(failing(2));
    ascii.state.scope.theme = quarterdeck::theme::Theme::named("mono", true);
    insta::assert_snapshot!("rollout_ascii", ascii.text());
}

#[test]
fn it_is_looked_at_often_while_under_way_and_seldom_afterwards() {
    let asks = |deployment: ServiceDeployment| {
        let mut stage = with(deployment);
        let request = Request::Deployments(scene::id());
        let effects = stage.tick(2_000);
        effects.contains(&Effect::Load(request))
    };
    assert!(asks(scene::going("SCALE_UP")));
    assert!(!asks(successful()));
}

#[test]
fn r_undoes_a_rollout_and_after_it_opens_the_choice() {
    let mut stage = with(scene::going("SCALE_UP"));
    let effects = stage.press("R<tab><enter>");
    let write = Write::RollBackDeployment { service: scene::id(), deployment: scene::deployment_arn(3) };
    assert_eq!(effects, [Effect::Write(write)]);
    let mut stage = with(successful());
    stage.press("R");
    assert!(matches!(stage.state.screen(), Screen::Rollback(_)));
}

#[test]
fn leaving_keeps_watching_and_the_end_is_told_with_its_verdict() {
    let mut stage = with(scene::going("SCALE_UP"));
    stage.press(":clusters<enter>");
    insta::assert_snapshot!("rollout_left_chip", stage.text());
    stage.deployed(vec![tripped("ROLLBACK_SUCCESSFUL")]);
    insta::assert_snapshot!("rollout_left_ended", stage.text());
}

#[test]
fn until_ecs_lists_the_new_deployment_the_old_verdict_is_not_shown() {
    let mut stage = Stage::open(|_| Screen::Service(quarterdeck::screens::service::ServiceScreen::new(scene::id())));
    stage.serve(scene::service(3, None));
    stage.deployed(vec![successful()]);
    stage.define(&[2, 3]);
    let effects = stage.press("r<tab><enter>");
    let write = Write::Restart { service: scene::id() };
    assert!(effects.contains(&Effect::Write(write.clone())), "{effects:?}");
    stage.send(Event::Written(Box::new(Written { write, at: NOON, result: Ok("began deployment ecs-svc/1".into()) })));
    assert!(matches!(stage.state.screen(), Screen::Rollout(_)));
    stage.deployed(vec![successful()]);
    insta::assert_snapshot!("rollout_awaited", stage.text());
    let newer = ServiceDeployment {
        arn: scene::deployment_arn(4),
        created_at: Some(NOON),
        ..scene::going("RECONCILE_SERVICE")
    };
    stage.deployed(vec![newer, successful()]);
    assert!(stage.text().contains("IN PROGRESS") && stage.text().contains("begun here"), "{}", stage.text());
}

#[test]
fn what_is_copied_is_the_whole_page_without_escape_sequences() {
    let mut stage = crashing(failing(2));
    let effects = stage.press("c");
    let [Effect::Copy(text)] = &effects[..] else { panic!("{effects:?}") };
    assert!(text.contains("IN PROGRESS") && text.contains("fatal: model v9 is not in the store"), "{text}");
    assert!(!text.contains('\u{1b}'));
}
