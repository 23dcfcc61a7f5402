//! Charts and alarms in each state of their facts, at both sizes; keys and what they cause.

use proptest::prelude::*;
use quarterdeck::effect::{Effect, Request};
use quarterdeck::event::Facts;
use quarterdeck::model::metric::{Measure, ServiceMetrics};
use quarterdeck::model::rollout::DeploymentHistory;
use quarterdeck::model::service::LoadBalancer;
use quarterdeck::model::time::{DAY, MINUTE, SECOND};
use quarterdeck::model::{
    Alarm, AlarmHistoryItem, AlarmState, DeploymentStatus, Point, ProblemKind, RevisionSummary, Series, Service,
    ServiceDeployment, ServiceId, ServiceRevision, Timestamp,
};
use quarterdeck::screens::{Screen, metrics};

use crate::stage::{NOON, Stage, predictor};

const GROUP: &str = "arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/predictor/0123456789abcdef";

fn id() -> ServiceId {
    ServiceId::new("local", "predictor")
}

fn balanced() -> Service {
    let balancer = LoadBalancer { target_group: GROUP.into(), container: "predictor".into(), port: 8080 };
    Service { load_balancers: vec![balancer], ..predictor() }
}

fn row() -> Request {
    Request::ServiceRows { cluster: "local".into(), names: vec!["predictor".into()] }
}

fn request(minutes: u32) -> Request {
    Request::Metrics { service: id(), target_group: Some(GROUP.into()), minutes }
}

/// One point a period up to noon; `None` is a gap.
fn series(unit: &str, minutes: i64, period: i64, value: impl Fn(f64) -> Option<f64>) -> Series {
    let count = minutes * MINUTE / period;
    let point = |n: i64| {
        let at = NOON.plus((n - count) * period);
        let share = f64::from(i32::try_from(n).unwrap()) / f64::from(i32::try_from(count).unwrap());
        Some(Point { at, value: value(share)? })
    };
    Series { label: String::new(), unit: unit.into(), period, points: (0..count).filter_map(point).collect() }
}

/// A service that gets into trouble three quarters of the way, and sent nothing for a while before.
fn trouble(minutes: i64, period: i64) -> ServiceMetrics {
    let gap = |share: f64| (0.45..0.52).contains(&share);
    let wave = |share: f64| (share * 60.0).sin();
    let percent = |base: f64, swing: f64, after: f64| {
        series("Percent", minutes, period, move |s| {
            let value = base + swing * wave(s) + if s > 0.75 { after * ((s - 0.75) * 4.0) } else { 0.0 };
            (!gap(s)).then_some(value.clamp(0.0, 100.0))
        })
    };
    let plain =
        |unit: &str, value: fn(f64, f64) -> f64| series(unit, minutes, period, move |s| Some(value(s, wave(s))));
    ServiceMetrics::from([
        (Measure::CpuAverage, percent(34.0, 4.0, 50.0)),
        (Measure::CpuMaximum, percent(48.0, 6.0, 49.0)),
        (Measure::CpuMinimum, percent(20.0, 3.0, 30.0)),
        (Measure::MemoryAverage, percent(41.0, 0.5, 4.0)),
        (Measure::MemoryMaximum, percent(43.0, 0.5, 4.0)),
        (Measure::MemoryMinimum, percent(40.0, 0.5, 4.0)),
        (Measure::Requests, plain("Count", |_, w| 1_180.0 + 120.0 * w)),
        (Measure::Errors5xx, plain("Count", |s, _| if s > 0.8 { (s - 0.8) * 300.0 } else { 0.0 })),
        (Measure::LatencyP50, plain("Seconds", |s, w| 0.014 + 0.002 * w + if s > 0.75 { 0.03 } else { 0.0 })),
        (Measure::LatencyP99, plain("Seconds", |s, w| 0.09 + 0.02 * w + if s > 0.75 { 0.4 } else { 0.0 })),
        (Measure::HealthyTargets, plain("Count", |s, _| if s > 0.9 { 1.0 } else { 2.0 })),
        (Measure::UnhealthyTargets, plain("Count", |s, _| if s > 0.9 { 1.0 } else { 0.0 })),
    ])
}

fn alarm(name: &str, metric: &str, statistic: &str, threshold: f64, state: AlarmState) -> Alarm {
    Alarm {
        name: name.into(),
        arn: format!("arn:aws:cloudwatch:us-east-1:000000000000:alarm:{name}"),
        state,
        since: Some(NOON.plus(-252 * SECOND)),
        namespace: Some("AWS/ECS".into()),
        metric: Some(metric.into()),
        dimensions: vec![("ClusterName".into(), "local".into()), ("ServiceName".into(), "predictor".into())],
        statistic: Some(statistic.into()),
        period: Some(60),
        threshold: Some(threshold),
        comparison: Some("GreaterThanThreshold".into()),
        datapoints_to_alarm: Some(2),
        evaluation_periods: Some(3),
        treat_missing: Some("notBreaching".into()),
        actions_enabled: true,
        ..Alarm::default()
    }
}

fn alarms() -> Vec<Alarm> {
    let crossed = "Threshold Crossed: 2 out of the last 3 datapoints [83.1 (20/11/26 11:58:00), 81.4 (20/11/26 11:57:00)] \
                   were greater than the threshold (80.0) (minimum 2 datapoints for OK -> ALARM transition).";
    let group = vec![("TargetGroup".to_owned(), "targetgroup/predictor/0123456789abcdef".to_owned())];
    vec![
        Alarm {
            reason: crossed.into(),
            description: Some("The tasks have no CPU to spare.".into()),
            ..alarm("predictor-cpu", "CPUUtilization", "Average", 80.0, AlarmState::Alarm)
        },
        alarm("predictor-memory", "MemoryUtilization", "Average", 90.0, AlarmState::Ok),
        Alarm {
            dimensions: group.clone(),
            ..alarm("predictor-http-5xx", "HTTPCode_Target_5XX_Count", "Sum", 5.0, AlarmState::Alarm)
        },
        Alarm { dimensions: group, ..alarm("predictor-latency", "TargetResponseTime", "p99", 0.5, AlarmState::Ok) },
        Alarm {
            actions_enabled: false,
            comparison: Some("LessThanThreshold".into()),
            ..alarm("predictor-running", "RunningTaskCount", "Minimum", 2.0, AlarmState::InsufficientData)
        },
        Alarm {
            name: "predictor-any".into(),
            state: AlarmState::Alarm,
            since: Some(NOON.plus(-250 * SECOND)),
            reason: "arn:aws:cloudwatch:us-east-1:000000000000:alarm:predictor-cpu transitioned to ALARM".into(),
            rule: Some(r#"ALARM("predictor-cpu") OR ALARM("predictor-http-5xx") OR ALARM("gone")"#.into()),
            actions_enabled: true,
            ..Alarm::default()
        },
        Alarm {
            name: "someone-elses".into(),
            state: AlarmState::Alarm,
            dimensions: vec![("ClusterName".into(), "other".into()), ("ServiceName".into(), "predictor".into())],
            ..Alarm::default()
        },
    ]
}

fn deploys() -> DeploymentHistory {
    let deployment = |n: u32, minutes: i64, status| ServiceDeployment {
        arn: format!("deployment/{n}"),
        status,
        started_at: Some(NOON.plus(-minutes * MINUTE)),
        target: Some(RevisionSummary { arn: format!("revision/{n}"), ..RevisionSummary::default() }),
        ..ServiceDeployment::default()
    };
    let revision = |n: u32| ServiceRevision {
        arn: format!("revision/{n}"),
        task_definition: format!("arn:aws:ecs:us-east-1:000000000000:task-definition/predictor:{n}"),
        ..ServiceRevision::default()
    };
    DeploymentHistory {
        deployments: vec![
            deployment(3, 14, DeploymentStatus::RollbackSuccessful),
            deployment(2, 40, DeploymentStatus::Successful),
            deployment(1, 4_000, DeploymentStatus::Successful),
        ],
        revisions: vec![revision(1), revision(2), revision(3)],
    }
}

fn stage() -> Stage {
    let mut stage = Stage::open(|_| Screen::Metrics(metrics::Metrics::of_service(id())));
    stage.answer(row(), Facts::Services(vec![balanced()]));
    stage
}

fn live() -> Stage {
    let mut stage = stage();
    stage.answer(request(60), Facts::Metrics(trouble(60, MINUTE)));
    stage.answer(Request::Alarms, Facts::Alarms(alarms()));
    stage.answer(Request::Deployments(id()), Facts::Deployments(deploys()));
    stage
}

/// A service in trouble, for the README.
pub fn picture() -> Stage {
    let mut stage = live().sized(120, 34);
    stage.press(&"<left>".repeat(12));
    stage
}

fn both(name: &str, stage: Stage) {
    insta::assert_snapshot!(format!("metrics_{name}"), stage.text());
    insta::assert_snapshot!(format!("metrics_{name}_wide"), stage.sized(160, 45).text());
}

#[test]
fn every_state_of_the_charts() {
    both("loading", stage());
    let mut empty = stage();
    let nothing = trouble(60, MINUTE).into_iter().map(|(m, s)| (m, Series { points: Vec::new(), ..s })).collect();
    empty.answer(request(60), Facts::Metrics(nothing));
    empty.answer(Request::Alarms, Facts::Alarms(Vec::new()));
    both("empty", empty);
    both("live", live());
    let mut stale = live();
    stale.tick(200 * SECOND);
    both("stale", stale);
    let mut denied = stage();
    let message = "User is not authorized to perform: cloudwatch:GetMetricData";
    denied.fail(request(60), ProblemKind::Denied, "AccessDenied", message);
    denied.fail(Request::Alarms, ProblemKind::Denied, "AccessDenied", "not authorized: cloudwatch:DescribeAlarms");
    both("denied", denied);
    let mut throttled = live();
    throttled.fail(request(60), ProblemKind::Throttled, "Throttling", "Rate exceeded");
    both("throttled", throttled);
    let mut failed = stage();
    failed.fail(request(60), ProblemKind::Unreachable, "", "dns error");
    both("failed", failed);
    let mut huge = live();
    huge.press("____");
    huge.answer(request(10_080), Facts::Metrics(trouble(10_080, 30 * MINUTE)));
    both("huge", huge);
}

#[test]
fn the_crosshair_the_other_charts_and_ascii() {
    let mut stage = live();
    stage.press("<left><left><left><left><left><left><left><left>");
    insta::assert_snapshot!("metrics_crosshair", stage.text());
    stage.press("<tab>");
    insta::assert_snapshot!("metrics_second_page", stage.text());
    stage.state.scope.theme = quarterdeck::theme::Theme::named("mono", true);
    insta::assert_snapshot!("metrics_ascii", stage.sized(100, 30).text());
}

#[test]
fn a_service_without_a_balancer_has_two_charts() {
    let mut stage = Stage::open(|_| Screen::Metrics(metrics::Metrics::of_service(id())));
    stage.answer(row(), Facts::Services(vec![predictor()]));
    let metrics = trouble(60, MINUTE).into_iter().filter(|(measure, _)| *measure < Measure::Requests).collect();
    let request = Request::Metrics { service: id(), target_group: None, minutes: 60 };
    stage.answer(request, Facts::Metrics(metrics));
    insta::assert_snapshot!("metrics_without_balancer", stage.sized(160, 30).text());
}

#[test]
fn one_alarm_with_its_history() {
    let mut stage = live();
    let effects = stage.press("<enter>");
    assert!(effects.contains(&Effect::Load(Request::AlarmHistory { name: "predictor-any".into() })), "{effects:?}");
    stage.press("q");
    stage.press("j<enter>");
    let item = |minutes: i64, kind: &str, summary: &str| AlarmHistoryItem {
        at: NOON.plus(-minutes * MINUTE),
        kind: kind.into(),
        summary: summary.into(),
    };
    let history = vec![
        item(4, "StateUpdate", "Alarm updated from OK to ALARM"),
        item(4, "Action", "Successfully executed action arn:aws:sns:us-east-1:000000000000:on-call"),
        item(90, "StateUpdate", "Alarm updated from INSUFFICIENT_DATA to OK"),
        item(4_000, "ConfigurationUpdate", "Alarm \"predictor-cpu\" created"),
    ];
    stage.answer(Request::AlarmHistory { name: "predictor-cpu".into() }, Facts::AlarmHistory(history));
    both("alarm", stage);
}

#[test]
fn a_composite_alarm_shows_its_children() {
    let mut stage = live();
    stage.press("<enter>");
    insta::assert_snapshot!("metrics_composite", stage.text());
}

fn all_alarms(alarms: Vec<Alarm>) -> Stage {
    let mut stage = Stage::open(|_| Screen::Metrics(metrics::Metrics::alarms(None)));
    stage.answer(Request::Alarms, Facts::Alarms(alarms));
    stage
}

#[test]
fn every_state_of_the_table_of_alarms() {
    let loading = Stage::open(|_| Screen::Metrics(metrics::Metrics::alarms(None)));
    insta::assert_snapshot!("alarms_loading", loading.text());
    insta::assert_snapshot!("alarms_empty", all_alarms(Vec::new()).text());
    insta::assert_snapshot!("alarms_live", all_alarms(alarms()).text());
    let many = (0..5_000).map(|n| {
        let state = [AlarmState::Ok, AlarmState::InsufficientData, AlarmState::Alarm][n % 3];
        alarm(&format!("service-{n:04}-cpu"), "CPUUtilization", "Average", 80.0, state)
    });
    let mut huge = all_alarms(many.collect()).sized(160, 45);
    insta::assert_snapshot!("alarms_huge", huge.text());
    huge.press("/4[0-9]{3}-cpu<enter>G");
    insta::assert_snapshot!("alarms_huge_filtered", huge.text());
}

#[test]
fn foreign_words_reach_no_terminal() {
    let evil = "\u{1b}]0;owned\u{7}\u{1b}[2Jx\u{202e}y";
    let mut stage = live();
    let alarm = Alarm { reason: evil.into(), description: Some(evil.into()), ..alarms().remove(0) };
    stage.answer(Request::Alarms, Facts::Alarms(vec![Alarm { name: evil.into(), ..alarm }]));
    for keys in ["", "<enter>"] {
        stage.press(keys);
        let text = stage.text();
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()) && !text.contains('\u{202e}'), "{text:?}");
    }
}

#[test]
fn one_call_a_minute_and_three_where_it_costs_nothing() {
    let mut stage = live();
    let asked =
        |effects: &[Effect]| effects.iter().filter(|e| matches!(e, Effect::Load(Request::Metrics { .. }))).count();
    assert_eq!(asked(&stage.tick(19 * SECOND)), 0);
    assert_eq!(asked(&stage.tick(20 * SECOND)), 1, "the local stack has metrics every 20 s");
    let mut real = live();
    real.state.scope.context.target = quarterdeck::model::Target::Aws { profile: None };
    let sums: usize = (1..60).map(|second| asked(&real.tick(second * SECOND))).sum();
    assert_eq!(sums, 0);
    assert_eq!(asked(&real.tick(60 * SECOND)), 1);
}

#[test]
fn a_frozen_picture_asks_for_nothing_and_stays_as_it_is() {
    let mut stage = live();
    stage.press("<space>");
    let effects = stage.tick(10 * MINUTE);
    assert!(!effects.iter().any(|e| matches!(e, Effect::Load(Request::Metrics { .. }))), "{effects:?}");
    let text = stage.text();
    assert!(text.contains("FROZEN") && text.contains("until 12:00:00 UTC") && text.contains("peak"), "{text}");
    let effects = stage.press("<space>");
    assert!(effects.iter().any(|e| matches!(e, Effect::Load(Request::Metrics { .. }))), "{effects:?}");
}

#[test]
fn zoom_goes_from_a_quarter_of_an_hour_to_a_week() {
    let mut stage = live();
    for (keys, window) in
        [("+", "15m"), ("+", "15m"), ("_", "1h"), ("_", "3h"), ("_", "12h"), ("_", "1d"), ("__", "7d")]
    {
        stage.press(keys);
        assert!(stage.text().contains(&format!("last {window} ")), "{keys} {window}");
    }
    assert!(stage.effects.contains(&Effect::Load(request(10_080))));
}

#[test]
fn the_crosshair_tells_values_and_gaps_and_leads_to_the_logs_of_that_time() {
    let mut stage = live();
    stage.press("<left>");
    let first = stage.text();
    assert!(first.contains("crosshair 11:59:00") && first.contains("max 98%"), "{first}");
    for _ in 0..29 {
        stage.press("<left>");
    }
    assert!(stage.text().contains("avg gap"), "{}", stage.text());
    stage.press("l");
    assert!(matches!(stage.state.screen(), Screen::Logs(_)));
    stage.press("q<esc>");
    assert!(!stage.text().contains("crosshair 1"), "esc takes the crosshair away first");
    assert!(matches!(stage.state.screen(), Screen::Metrics(_)));
}

#[test]
fn the_period_under_way_does_not_look_like_a_fall() {
    let mut stage = stage();
    stage.tick(30 * SECOND);
    let mut metrics = trouble(60, MINUTE);
    metrics.get_mut(&Measure::Requests).unwrap().points.push(Point { at: NOON, value: 3.0 });
    stage.answer(request(60), Facts::Metrics(metrics));
    stage.press("<tab>");
    assert!(!stage.text().contains("requests/min 3"), "{}", stage.text());
}

#[test]
fn alarms_of_others_are_left_out() {
    let text = live().sized(160, 45).text();
    for name in ["predictor-cpu", "predictor-http-5xx", "predictor-any", "predictor-running"] {
        assert!(text.contains(name), "{name}");
    }
    assert!(!text.contains("someone-elses"));
    assert!(text.contains(" deploys ") && text.contains(" muted "));
}

fn any_key() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[ -~]".prop_map(|c| if c == "<" { "x".to_owned() } else { c }),
        3 => prop::sample::select(vec![
            "<enter>", "<esc>", "<tab>", "<backtab>", "<left>", "<right>", "<up>", "<down>", "<pgup>", "<pgdn>",
            "<home>", "<end>", "<space>", "<backspace>", "<ctrl-d>", "<ctrl-z>", "<ctrl-w>", "<ctrl-r>",
        ]).prop_map(str::to_owned),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn no_keys_break_it_or_change_anything(
        keys in prop::collection::vec(any_key(), 1..60),
        size in (1_u16..180, 1_u16..60),
        seconds in 0_i64..10_000,
    ) {
        let mut stage = live().sized(size.0, size.1);
        for key in keys {
            stage.press(&key);
            stage.tick(seconds * SECOND);
            stage.text();
        }
        prop_assert!(!stage.effects.iter().any(|effect| matches!(effect, Effect::Write(_))));
    }
}

#[test]
fn any_window_of_time_can_be_drawn() {
    for at in [0, DAY, i64::MAX / 4] {
        let mut stage = live();
        stage.send(quarterdeck::event::Event::Ticked(Timestamp(at)));
        stage.press("<left>__<left><right>");
        stage.text();
    }
}
