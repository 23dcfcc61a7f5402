//! The log pane: every state it can be in, what moves it and what does not, and foreign text kept from the terminal.

use std::sync::Arc;

use quarterdeck::effect::{Effect, LogQuery, Request};
use quarterdeck::event::{Facts, LogPage, Outcome};
use quarterdeck::model::{LogLine, ProblemKind, Service, ServiceId, Task, TaskDefinition, Timestamp};
use quarterdeck::screens::logs::Logs;
use quarterdeck::screens::{Screen, text};
use serde_json::{Value, json};

use crate::stage::{NOON, Stage, predictor};

const DEFINITION: &str = "arn:aws:ecs:us-east-1:000000000000:task-definition/predictor:2";
const TASK_A: &str = "a1b2c3d4e5f60718293a4b5c6d7e8f90";
const TASK_B: &str = "0f9e8d7c6b5a49382716050403020100";

fn id() -> ServiceId {
    ServiceId::new("local", "predictor")
}

fn rows() -> Request {
    Request::ServiceRows { cluster: "local".into(), names: vec!["predictor".into()] }
}

fn awslogs() -> Value {
    json!({"logDriver": "awslogs", "options": {
        "awslogs-group": "/ecs/predictor", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "predictor"}})
}

/// A pane whose service and task definition have been read.
fn with_definition(logs: Logs, configuration: &Value) -> Stage {
    let mut stage = Stage::open(|_| Screen::Logs(logs));
    let service = Service { task_definition: DEFINITION.into(), ..predictor() };
    stage.answer(rows(), Facts::Services(vec![service]));
    let container = json!({"name": "app", "logConfiguration": configuration});
    let raw = Arc::new(json!({"containerDefinitions": [container]}));
    let definition = TaskDefinition { arn: DEFINITION.into(), raw, ..TaskDefinition::default() };
    stage.answer(Request::TaskDefinition { arn: DEFINITION.into() }, Facts::TaskDefinition(definition));
    stage
}

fn opened() -> Stage {
    with_definition(Logs::of_service(id(), None), &awslogs())
}

fn asked(stage: &Stage) -> LogQuery {
    let page = |effect: &Effect| match effect {
        Effect::Load(Request::Logs(query)) => Some(query.clone()),
        _ => None,
    };
    stage.effects.iter().rev().find_map(page).expect("a page was asked for")
}

fn followed(stage: &Stage) -> LogQuery {
    let follow = |effect: &Effect| match effect {
        Effect::Load(Request::FollowLogs(query)) => Some(query.clone()),
        _ => None,
    };
    stage.effects.iter().rev().find_map(follow).expect("the log is followed")
}

fn line(number: i64, task: &str, text: &str) -> LogLine {
    let at = NOON.plus(number * 100 - 60_000);
    LogLine {
        id: format!("{number:09}").as_str().into(),
        at,
        ingested_at: at.plus(50),
        stream: format!("predictor/app/{task}").as_str().into(),
        text: text.into(),
    }
}

fn numbered(numbers: impl Iterator<Item = i64>) -> Vec<LogLine> {
    numbers.map(|n| line(n, TASK_A, &format!("line {n}"))).collect()
}

fn page(stage: &mut Stage, lines: Vec<LogLine>, reached_start: bool) {
    let request = Request::Logs(asked(stage));
    stage.answer(request, Facts::Logs(LogPage { lines, reached_start, ..LogPage::default() }));
}

fn arrive(stage: &mut Stage, lines: Vec<LogLine>) {
    let request = Request::FollowLogs(followed(stage));
    stage.reply(request, Outcome::Part(Facts::Logs(LogPage { lines, ..LogPage::default() })));
}

fn live(lines: Vec<LogLine>) -> Stage {
    let mut stage = opened();
    page(&mut stage, lines, true);
    stage
}

fn request(number: i64, task: &str, status: u16) -> LogLine {
    let level = if status >= 500 { "error" } else { "info" };
    let text = json!({"ts": "2026-11-20T11:59:00.000Z", "level": level, "message": "request",
        "request_id": format!("r-{number:04}"), "method": "POST", "path": "/predict", "status": status,
        "latency_ms": 0.4 + number as f64 / 10.0, "model_version": "2"});
    line(number, task, &text.to_string())
}

/// For the README.
pub(crate) fn picture() -> Stage {
    live(traffic())
}

/// A living service: requests of two tasks, an error, a start-up line.
fn traffic() -> Vec<LogLine> {
    let mut lines: Vec<LogLine> = (0..30)
        .map(|n| request(n * 20, if n % 2 == 0 { TASK_A } else { TASK_B }, if n == 24 { 503 } else { 200 }))
        .collect();
    lines.push(line(595, TASK_B, "listening on 0.0.0.0:8080"));
    lines.push(line(596, TASK_B, "WARN model cache is cold"));
    lines
}

/// The body of the pane, without frame, header and footer.
fn body(stage: &Stage) -> String {
    let text = stage.text();
    let rows: Vec<&str> = text.lines().filter(|row| row.starts_with('│')).collect();
    rows.join("\n")
}

#[test]
fn every_reason_for_an_empty_pane() {
    insta::assert_snapshot!("logs_reading_service", Stage::open(|_| Screen::Logs(Logs::of_service(id(), None))).text());
    insta::assert_snapshot!("logs_loading", opened().text());
    let configured = |configuration: &Value| with_definition(Logs::of_service(id(), None), configuration).text();
    insta::assert_snapshot!("logs_empty_unconfigured", configured(&Value::Null));
    insta::assert_snapshot!(
        "logs_empty_other_driver",
        configured(&json!({"logDriver": "splunk", "options": {"splunk-url": "https://splunk.example:8088"}}))
    );
    insta::assert_snapshot!(
        "logs_empty_firelens",
        configured(&json!({"logDriver": "awsfirelens", "options": {"Name": "datadog", "dd_service": "predictor"}}))
    );
    insta::assert_snapshot!("logs_empty_no_lines", live(Vec::new()).text());
    let mut range = with_definition(Logs::of_service(id(), Some(5)), &awslogs());
    page(&mut range, Vec::new(), true);
    insta::assert_snapshot!("logs_empty_range", range.text());
    let mut absent = with_definition(Logs::of_task(id(), TASK_A.into()), &awslogs());
    let query = asked(&absent);
    assert_eq!(query.streams, [format!("predictor/app/{TASK_A}")]);
    let words = "The specified log stream does not exist.";
    absent.fail(Request::Logs(query), ProblemKind::NotFound, "ResourceNotFoundException", words);
    insta::assert_snapshot!("logs_empty_no_stream", absent.text());
    let mut nothing_passes = live(traffic());
    nothing_passes.press("&no such thing<enter>");
    insta::assert_snapshot!("logs_empty_filtered", nothing_passes.text());
    let mut gone = Stage::open(|_| Screen::Logs(Logs::of_service(id(), None)));
    gone.answer(rows(), Facts::Services(Vec::new()));
    insta::assert_snapshot!("logs_empty_no_service", gone.text());
}

#[test]
fn every_failure() {
    let mut denied = opened();
    let query = asked(&denied);
    let words = "User is not authorized to perform: logs:FilterLogEvents on resource: arn:aws:logs:us-east-1:…";
    denied.fail(Request::Logs(query), ProblemKind::Denied, "AccessDeniedException", words);
    insta::assert_snapshot!("logs_denied", denied.text());
    let mut throttled = live(traffic());
    let query = followed(&throttled);
    throttled.fail(Request::FollowLogs(query), ProblemKind::Throttled, "ThrottlingException", "Rate exceeded");
    insta::assert_snapshot!("logs_throttled", throttled.text());
    let mut failed = opened();
    let query = asked(&failed);
    failed.fail(Request::Logs(query), ProblemKind::Unreachable, "", "dns error");
    insta::assert_snapshot!("logs_failed", failed.text());
}

#[test]
fn live_paused_and_huge() {
    let mut stage = live(traffic());
    insta::assert_snapshot!("logs_live", stage.text());
    insta::assert_snapshot!("logs_live_wide", live(traffic()).sized(160, 45).text());
    stage.press("kkk");
    arrive(&mut stage, (0..1_234).map(|n| request(700 + n, TASK_B, 200)).collect());
    insta::assert_snapshot!("logs_paused", stage.text());
    let mut huge = live(numbered(0..100_000)).sized(200, 60);
    huge.press("/9999<enter>");
    insta::assert_snapshot!("logs_huge", huge.text());
    let mut raw = live(traffic());
    raw.press("Jw");
    insta::assert_snapshot!("logs_raw_wrapped", raw.text());
    let mut filtered = live(traffic());
    filtered.press("&level=error<enter>+~cold<enter>");
    insta::assert_snapshot!("logs_filtered", filtered.text());
}

#[test]
fn the_newest_page_comes_first_and_then_the_log_is_followed() {
    let mut stage = opened();
    let query = asked(&stage);
    assert!(query.newest_first && query.until.is_none());
    assert_eq!((query.group.as_str(), query.stream_prefix.as_deref()), ("/ecs/predictor", Some("predictor/app/")));
    assert!(!stage.effects.iter().any(|effect| matches!(effect, Effect::Load(Request::FollowLogs(_)))));
    page(&mut stage, numbered(0..600), false);
    let newest = line(599, TASK_A, "").at;
    assert_eq!(followed(&stage).from, Some(newest.plus(-120_000)));
    arrive(&mut stage, numbered(590..605));
    assert!(body(&stage).contains("line 604"));
    assert_eq!(body(&stage).matches("line 599").count(), 1);
}

#[test]
fn a_paused_view_does_not_move_while_a_hundred_thousand_lines_arrive() {
    let mut stage = live(numbered(0..1_000));
    stage.press("<ctrl-u><ctrl-u>");
    let seen = body(&stage);
    for batch in 0..100 {
        arrive(&mut stage, numbered(1_000 + batch * 1_000..2_000 + batch * 1_000));
        assert_eq!(body(&stage), seen, "batch {batch}");
    }
    assert!(stage.text().contains("+100,000 new"), "{}", stage.text());
    let late: Vec<LogLine> =
        (0..50).map(|n| LogLine { id: format!("late-{n}").as_str().into(), ..line(n * 3, TASK_B, "late") }).collect();
    stage.press("a");
    let seen = body(&stage);
    arrive(&mut stage, late);
    assert_eq!(body(&stage), seen);
    stage.press("G");
    assert!(body(&stage).contains("line 100999") && stage.text().contains("LIVE"));
}

#[test]
fn what_is_read_is_never_given_up_when_memory_is_full() {
    let mut stage = opened();
    let mut config = (*stage.state.scope.config).clone();
    config.log_buffer = 100_000;
    stage.state.scope.config = Arc::new(config);
    page(&mut stage, numbered(0..200), true);
    stage.press("g");
    let seen = body(&stage);
    arrive(&mut stage, numbered(200..2_000));
    assert_eq!(body(&stage), seen);
    assert!(stage.text().contains("memory full"), "{}", stage.text());
    assert!(stage.tick(1_000).contains(&Effect::Abort(quarterdeck::effect::Slot::FollowLogs)) || !is_following(&stage));
    stage.press("G");
    page(&mut stage, numbered(1_800..2_000), false);
    assert!(body(&stage).contains("line 1999"));
    arrive(&mut stage, numbered(2_000..3_000));
    assert!(body(&stage).contains("line 2999") && stage.text().contains("oldest dropped"), "{}", stage.text());
}

fn is_following(stage: &Stage) -> bool {
    let wants = stage.state.screen().room().wants(&stage.state.scope);
    wants.iter().any(|want| matches!(want.request, Request::FollowLogs(_)))
}

#[test]
fn older_lines_come_when_the_top_is_near_until_the_beginning() {
    let mut stage = opened();
    page(&mut stage, numbered(5_000..5_500), false);
    let before = asked(&stage);
    stage.press("g");
    let older = asked(&stage);
    assert_ne!(before, older);
    assert_eq!(older.until, Some(line(5_000, TASK_A, "").at.plus(1)));
    let seen = body(&stage);
    page(&mut stage, numbered(3_000..5_001), false);
    assert_eq!(body(&stage), seen);
    stage.press("gg");
    let head = asked(&stage);
    assert!(!head.newest_first, "the second g goes to the true beginning");
    page(&mut stage, numbered(0..500), true);
    assert!(body(&stage).contains("line 0\n") || body(&stage).contains("line 0 "), "{}", body(&stage));
    stage.press("G");
    assert!(asked(&stage).newest_first);
}

#[test]
fn toggles_change_neither_filter_nor_position_nor_following() {
    let mut stage = live(traffic());
    stage.press("&request<enter>/r-00<enter>kk");
    let at = |stage: &Stage| stage.text().lines().next_back().map(str::to_owned);
    let title = |stage: &Stage| stage.text().lines().find(|l| l.starts_with('╭')).map(str::to_owned);
    let (footer, first) = (at(&stage), title(&stage));
    for key in ["t", "u", "w", "a", "J", "t", "u", "w", "a", "J"] {
        stage.press(key);
        assert_eq!((at(&stage), title(&stage)), (footer.clone(), first.clone()), "{key}");
    }
    let mut following = live(traffic());
    for key in ["t", "u", "w", "a", "J"] {
        following.press(key);
        assert!(following.text().contains("LIVE"), "{key}");
    }
}

#[test]
fn search_goes_from_match_to_match_and_keeps_all_lines() {
    let mut stage = live(numbered(0..300));
    stage.press("/line 1.0$<enter>");
    assert!(stage.text().contains("10 of 10") && stage.text().contains("[300]"), "{}", stage.text());
    stage.press("NN");
    assert!(stage.text().contains("8 of 10"), "{}", stage.text());
    stage.press("n");
    assert!(stage.text().contains("9 of 10"));
    stage.press("<esc>");
    assert!(!stage.text().contains(" of 10") && stage.text().contains("[300]"));
}

#[test]
fn filters_hide_lines_show_context_and_can_be_switched() {
    let mut stage = live(numbered(0..300));
    stage.press("&line 1.0$<enter>~150<enter>");
    assert!(stage.text().contains("[9/300]") && stage.text().contains("291 hidden"), "{}", stage.text());
    stage.press("+");
    assert!(stage.text().contains("[45/300]"), "{}", stage.text());
    stage.press("F");
    assert!(stage.text().contains("[300]") && stage.text().contains("filters off"), "{}", stage.text());
    stage.press("F<esc>");
    assert!(stage.text().contains("[50/300]"), "{}", stage.text());
}

#[test]
fn errors_are_counted_and_gone_to() {
    let mut lines = numbered(0..200);
    for at in [50, 100] {
        lines[at] = line(at as i64, TASK_A, "ERROR broken");
    }
    let mut stage = live(lines);
    assert!(stage.text().contains("2 errors"));
    stage.press("E");
    assert!(body(&stage).contains("line 101"));
    stage.press("E");
    assert!(body(&stage).contains("line 51") && stage.text().contains("PAUSED"));
    stage.press("ee");
    assert!(stage.text().contains("no error below"), "{}", stage.text());
}

#[test]
fn a_time_within_reach_is_gone_to_and_another_is_asked_for() {
    let mut stage = live(numbered(0..600));
    let pages = stage.effects.len();
    stage.press("@11:59:30<enter>");
    assert!(body(&stage).contains("▌11:59:30.000"), "{}", body(&stage));
    assert_eq!(stage.effects.len(), pages, "no call");
    let mut partial = opened();
    page(&mut partial, numbered(0..600), false);
    partial.press("@-2h<enter>");
    assert_eq!(asked(&partial).until, Some(NOON.plus(-7_200_000 + 1)));
    page(&mut partial, Vec::new(), true);
    assert_eq!(asked(&partial).from, Some(NOON.plus(-7_200_000)));
    page(&mut partial, numbered(0..600), true);
    assert!(body(&partial).contains("line 0") && partial.text().contains("PAUSED"));
    partial.press("@nonsense<enter>");
    assert!(partial.text().contains("is no time"), "{}", partial.text());
}

#[test]
fn presets_narrow_the_range() {
    let mut stage = live(numbered(0..600));
    for (key, back, newest_first) in [("3", 5, true), ("6", 60, true), ("1", 60, false), ("2", 1, true)] {
        stage.press(key);
        let query = asked(&stage);
        assert_eq!((query.from, query.newest_first), (Some(NOON.plus(-back * 60_000)), newest_first), "{key}");
        page(&mut stage, numbered(0..10), true);
    }
    stage.press("0");
    assert_eq!(asked(&stage).from, None);
}

#[test]
fn late_delivery_is_told() {
    let mut stage = live(numbered(0..10));
    stage.tick(30_000);
    arrive(&mut stage, numbered(700..701));
    assert!(stage.text().contains("20s behind"), "{}", stage.text());
    arrive(&mut stage, vec![LogLine { at: NOON.plus(29_000), ..line(701, TASK_A, "x") }]);
    assert!(!stage.text().contains("behind"));
}

#[test]
fn foreign_escape_sequences_never_reach_the_screen() {
    let nasty = [
        "\u{1b}[2J\u{1b}[H\u{1b}[31mred\u{1b}[0m",
        "\u{1b}]0;owned\u{7}title",
        "a\tb\rc\u{8}d",
        "\u{202e}gnirts esrever",
        "日本語の行 👨‍👩‍👧 e\u{301}",
        "{\"level\":\"error\",\"message\":\"\\u001b[31mred\\u001b]52;c;x\\u0007\"}",
        "nul\0 c1\u{9b}31m",
        "[::1] [yellow]markup[-]",
    ];
    let mut lines: Vec<LogLine> = (0..).zip(nasty).map(|(n, text)| line(n, TASK_A, text)).collect();
    lines.push(line(90, TASK_A, &"x".repeat(1_000_000)));
    lines.push(line(91, "\u{1b}[31mtask", "odd stream"));
    let mut stage = live(lines);
    for keys in ["", "w", "J", "w", "/red<enter>", "a", "<right><right>", "<enter>"] {
        stage.press(keys);
        let buffer = stage.buffer();
        for cell in buffer.content() {
            assert!(!cell.symbol().chars().any(|c| c.is_control() || c == '\u{202e}'), "{keys}: {:?}", cell.symbol());
        }
        let text = stage.text();
        let frame = text.lines().filter(|row| row.starts_with('│'));
        assert!(frame.clone().all(|row| row.ends_with('│')), "{keys}: {text}");
    }
    let mut shown = live((0..).zip(nasty).map(|(n, text)| line(n, TASK_A, text)).collect());
    shown.press("t");
    insta::assert_snapshot!("logs_foreign_text", shown.text());
}

#[test]
fn a_line_is_opened_copied_marked_and_saved_without_control_characters() {
    let mut stage = live(vec![line(1, TASK_A, "\u{1b}[31mred\u{1b}[0m\n  at x"), request(2, TASK_B, 200)]);
    assert!(stage.press("c").iter().any(|e| matches!(e, Effect::Copy(text) if text.starts_with("{\"ts\""))));
    stage.press("gm");
    let copied = stage.press("c");
    assert!(copied.contains(&Effect::Copy("red\n  at x".into())), "{copied:?}");
    let saved = stage.press("<ctrl-s>");
    let Some(Effect::Save { name, text }) = saved.iter().find(|e| matches!(e, Effect::Save { .. })) else {
        panic!("{saved:?}")
    };
    assert_eq!(name, "logs-predictor-20261120-120000.log");
    assert_eq!(text, &format!("2026-11-20T11:59:00.100+00:00 predictor/app/{TASK_A} red\n  at x\n"));
    stage.press("<enter>");
    assert!(matches!(stage.state.screen(), Screen::Text(text::Text { .. })));
}

#[test]
fn the_logs_of_the_last_stopped_task_are_one_key_away() {
    let mut stage = live(traffic());
    let stopped = |id: &str, at| Task {
        id: id.into(),
        last_status: "STOPPED".into(),
        stopped_at: Some(Timestamp(at)),
        task_definition: DEFINITION.into(),
        ..Task::default()
    };
    stage.answer(Request::Tasks(id()), Facts::Tasks(vec![stopped(TASK_A, 1), stopped(TASK_B, 2)]));
    stage.press("P");
    assert_eq!(asked(&stage).streams, [format!("predictor/app/{TASK_B}")]);
    assert!(stage.text().contains("logs predictor 0f9e8d7c"), "{}", stage.text());
}

#[test]
fn lines_around_a_moment_are_filtered_by_exact_text() {
    let at = line(300, TASK_A, "").at;
    let mut stage = with_definition(Logs::around(id(), at, Some("r-[1]".into())), &awslogs());
    assert_eq!(asked(&stage).until, Some(at.plus(1)));
    let mut lines = numbered(0..301);
    lines[299] = line(299, TASK_A, "id r-[1] here");
    page(&mut stage, lines, true);
    page(&mut stage, numbered(300..310), true);
    assert!(body(&stage).contains("id r-[1] here") && stage.text().contains("[1/310]"), "{}", stage.text());
}

#[test]
fn an_answer_that_came_while_the_screen_was_away_is_asked_for_again() {
    let mut stage = opened();
    let request = Request::Logs(asked(&stage));
    stage.press("!");
    stage.answer(request.clone(), Facts::Logs(LogPage::default()));
    stage.effects.clear();
    stage.press("<esc>");
    assert!(stage.effects.contains(&Effect::Load(request)));
}

#[test]
fn leaving_ends_the_following_and_coming_back_takes_it_up_from_the_newest_line() {
    let mut stage = live(numbered(0..10));
    let left = stage.press("!");
    assert!(left.contains(&Effect::Abort(quarterdeck::effect::Slot::FollowLogs)), "{left:?}");
    stage.tick(60_000);
    stage.press("<esc>");
    stage.tick(61_000);
    assert_eq!(followed(&stage).from, Some(line(9, TASK_A, "").at.plus(-120_000)));
    assert!(is_following(&stage));
}

#[test]
fn containers_are_gone_through_with_one_key() {
    let mut stage = Stage::open(|_| Screen::Logs(Logs::of_service(id(), None)));
    let service = Service { task_definition: DEFINITION.into(), ..predictor() };
    stage.answer(rows(), Facts::Services(vec![service]));
    let containers =
        json!([{"name": "app", "logConfiguration": awslogs()}, {"name": "proxy", "logConfiguration": awslogs()}]);
    let raw = Arc::new(json!({"containerDefinitions": containers}));
    let definition = TaskDefinition { arn: DEFINITION.into(), raw, ..TaskDefinition::default() };
    stage.answer(Request::TaskDefinition { arn: DEFINITION.into() }, Facts::TaskDefinition(definition));
    let prefix = |stage: &Stage| asked(stage).stream_prefix.unwrap_or_default();
    assert_eq!(prefix(&stage), "predictor/");
    page(&mut stage, traffic(), true);
    insta::assert_snapshot!("logs_all_containers", stage.text());
    stage.press("<tab>");
    assert_eq!(prefix(&stage), "predictor/app/");
    stage.press("<tab>");
    assert_eq!(prefix(&stage), "predictor/proxy/");
}

/// A pane over two containers, so that the tab key asks for another log.
fn two_containers() -> Stage {
    let mut stage = Stage::open(|_| Screen::Logs(Logs::of_service(id(), None)));
    let service = Service { task_definition: DEFINITION.into(), ..predictor() };
    stage.answer(rows(), Facts::Services(vec![service]));
    let containers =
        json!([{"name": "app", "logConfiguration": awslogs()}, {"name": "proxy", "logConfiguration": awslogs()}]);
    let raw = Arc::new(json!({"containerDefinitions": containers}));
    let definition = TaskDefinition { arn: DEFINITION.into(), raw, ..TaskDefinition::default() };
    stage.answer(Request::TaskDefinition { arn: DEFINITION.into() }, Facts::TaskDefinition(definition));
    stage
}

#[test]
fn a_page_whose_job_was_ended_by_another_is_asked_for_again() {
    let mut stage = two_containers();
    let first = Request::Logs(asked(&stage));
    stage.press("<tab>");
    assert_ne!(Request::Logs(asked(&stage)), first);
    stage.effects.clear();
    stage.press("<tab><tab>");
    assert!(stage.effects.contains(&Effect::Load(first)), "{:?}", stage.effects);
    let mut stage = opened();
    let first = Request::Logs(asked(&stage));
    stage.press("4");
    stage.effects.clear();
    stage.press("0");
    assert!(stage.effects.contains(&Effect::Load(first)), "{:?}", stage.effects);
}

/// A page that was given up, and where.
fn give_up(stage: &mut Stage, lines: Vec<LogLine>, token: &str) {
    let request = Request::Logs(asked(stage));
    let next = Some(token.to_owned());
    stage.answer(request, Facts::Logs(LogPage { lines, next, ..LogPage::default() }));
}

#[test]
fn a_sparse_log_is_searched_on_by_key_and_never_called_empty() {
    let mut stage = opened();
    let first = asked(&stage);
    give_up(&mut stage, Vec::new(), "a");
    stage.effects.clear();
    insta::assert_snapshot!("logs_empty_sparse", stage.text());
    assert!(is_following(&stage), "new lines are awaited meanwhile");
    stage.tick(1_000);
    assert!(!stage.effects.iter().any(|effect| matches!(effect, Effect::Load(Request::Logs(_)))), "only by key");
    stage.press("g");
    assert_eq!(asked(&stage), LogQuery { token: Some("a".into()), ..first.clone() });
    give_up(&mut stage, Vec::new(), "b");
    stage.press("g");
    assert_eq!(asked(&stage).token.as_deref(), Some("b"));
    page(&mut stage, numbered(0..3), true);
    assert!(body(&stage).contains("line 0") && stage.text().contains("beginning of the log"), "{}", stage.text());
}

#[test]
fn the_search_for_older_lines_goes_on_where_it_was_given_up() {
    let mut stage = opened();
    page(&mut stage, numbered(100..103), false);
    assert_eq!(asked(&stage).until, Some(line(100, TASK_A, "").at.plus(1)));
    let older = asked(&stage);
    give_up(&mut stage, Vec::new(), "a");
    assert!(!stage.text().contains("loading older"), "{}", stage.text());
    assert!(stage.text().contains("sparse log: g looks further"), "{}", stage.text());
    stage.press("gg");
    assert_eq!(asked(&stage), LogQuery { token: Some("a".into()), ..older });
    page(&mut stage, numbered(0..2), true);
    assert!(body(&stage).contains("line 1"), "{}", stage.text());
}

#[test]
fn a_token_that_has_expired_is_not_asked_for_again() {
    let mut stage = opened();
    give_up(&mut stage, numbered(100..103), "old");
    stage.press("gg");
    let query = asked(&stage);
    assert_eq!(query.token.as_deref(), Some("old"));
    stage.fail(Request::Logs(query), ProblemKind::Invalid, "InvalidParameterException", "The token has expired.");
    assert_eq!((asked(&stage).token, asked(&stage).until), (None, Some(line(100, TASK_A, "").at.plus(1))));
}

#[test]
fn from_the_beginning_a_sparse_log_is_read_on_by_itself_until_it_has_lines() {
    let mut stage = opened();
    page(&mut stage, Vec::new(), true);
    stage.press("1");
    let head = asked(&stage);
    assert!(!head.newest_first);
    for token in ["a", "b"] {
        give_up(&mut stage, Vec::new(), token);
        assert!(stage.text().contains("Loading…"), "{}", stage.text());
        assert_eq!(asked(&stage), LogQuery { token: Some(token.into()), ..head.clone() });
    }
    page(&mut stage, numbered(0..3), true);
    assert!(body(&stage).contains("line 0") && is_following(&stage), "{}", stage.text());
}

#[test]
fn an_empty_pane_that_was_left_takes_up_from_when_it_was_last_whole() {
    let mut stage = live(Vec::new());
    stage.press("!");
    stage.tick(600_000);
    stage.press("<esc>");
    stage.tick(601_000);
    assert_eq!(followed(&stage).from, Some(NOON.plus(-120_000)));
}

#[test]
fn a_late_line_is_told_for_a_while_and_lines_that_were_known_are_not_late() {
    let mut stage = live(numbered(0..10));
    stage.tick(60_000);
    arrive(&mut stage, numbered(5..10));
    assert!(!stage.text().contains("behind"), "{}", stage.text());
    arrive(&mut stage, vec![line(1_000, TASK_A, "late")]);
    assert!(stage.text().contains("20s behind"), "{}", stage.text());
    for second in 61..70 {
        stage.tick(second * 1_000);
    }
    assert!(stage.text().contains("20s behind"), "{}", stage.text());
    stage.tick(70_000);
    assert!(!stage.text().contains("behind"), "{}", stage.text());
}
