//! The list of services: each state of its facts, what it asks for, what its keys do.

use quarterdeck::effect::{Effect, Request};
use quarterdeck::event::{Facts, Outcome};
use quarterdeck::model::{ProblemKind, Service, ServiceId};
use quarterdeck::screens::{Screen, services};
use quarterdeck::state::Overlay;

use crate::night;
use crate::stage::{Stage, predictor};

fn stage() -> Stage {
    Stage::open(|_| Screen::Services(services::Services::new("local".into(), String::new())))
}

fn sweep() -> Request {
    Request::Services { cluster: "local".into() }
}

fn with(services: Vec<Service>) -> Stage {
    let mut stage = stage();
    stage.answer(sweep(), Facts::Services(services));
    stage
}

/// Three services, one of them ill, with everything that is known about them.
pub(crate) fn night() -> Stage {
    let mut stage = with(vec![night::steady("api"), night::at_three(), night::steady("worker-with-a-long-name-v2")]);
    for (revision, tag) in [(2, "1.1.0"), (3, "1.2.0")] {
        let arn = night::definition_arn(revision);
        stage.answer(Request::TaskDefinition { arn }, Facts::TaskDefinition(night::definition(revision, tag)));
    }
    stage.answer(Request::Alarms, Facts::Alarms(night::alarms(true)));
    let names = ["api", "predictor", "worker-with-a-long-name-v2"].map(str::to_owned);
    let all = vec![
        (names[0].clone(), night::sparks(35.0, 41.0)),
        (names[1].clone(), night::sparks(97.0, 80.0)),
        (names[2].clone(), night::sparks(3.0, 12.0)),
    ];
    stage.answer(Request::Sparks { cluster: "local".into(), names: names.to_vec() }, Facts::Sparks(all));
    stage
}

fn many(count: usize) -> Vec<Service> {
    (0..count).map(|n| night::steady(&format!("service-{n:04}"))).collect()
}

fn selected(stage: &Stage) -> Option<String> {
    stage.state.screen().room().subject(&stage.state.scope).map(|id| id.service)
}

#[test]
fn every_state_of_the_facts() {
    insta::assert_snapshot!("services_loading", stage().text());
    insta::assert_snapshot!("services_empty", with(Vec::new()).text());
    insta::assert_snapshot!("services_live", night().text());
    insta::assert_snapshot!("services_live_wide", night().sized(160, 45).text());
    let mut stale = night();
    stale.tick(42_000);
    insta::assert_snapshot!("services_stale", stale.text());
    let mut denied = stage();
    let message = "User: arn:aws:sts::0:assumed-role/x is not authorized to perform: ecs:ListServices on resource: *";
    denied.fail(sweep(), ProblemKind::Denied, "AccessDeniedException", message);
    insta::assert_snapshot!("services_denied", denied.text());
    let mut throttled = night();
    throttled.fail(sweep(), ProblemKind::Throttled, "ThrottlingException", "Rate exceeded");
    insta::assert_snapshot!("services_throttled", throttled.text());
    let mut failed = stage();
    failed.fail(sweep(), ProblemKind::Unreachable, "", "dns error: no such host");
    insta::assert_snapshot!("services_failed", failed.text());
    let mut partial = stage();
    let facts = Facts::Services(vec![predictor()]);
    partial.reply(sweep(), Outcome::Done { facts, partial: Some("page 2: throttled".into()) });
    insta::assert_snapshot!("services_partial", partial.text());
    let mut services = many(2_000);
    services.push(night::at_three());
    let mut huge = with(services).sized(200, 60);
    huge.press("jj");
    insta::assert_snapshot!("services_huge", huge.text());
}

#[test]
fn ascii_terminals_get_ascii() {
    let mut stage = night();
    stage.state.scope.theme.ascii = true;
    let text = stage.text();
    insta::assert_snapshot!("services_ascii", text);
    let strange: Vec<char> = text.chars().filter(|c| !c.is_ascii() && !matches!(c, '…' | '·')).collect();
    assert_eq!(strange, Vec::<char>::new());
}

#[test]
fn keys_go_where_they_say() {
    for (keys, crumb) in [
        ("<enter>", "predictor"),
        ("l", "logs"),
        ("m", "metrics"),
        ("A", "alarms"),
        ("o", "rollout"),
        ("i", "images"),
        ("D", "images"),
        ("v", "predict"),
        ("e", "predictor"),
        ("p", "predictor"),
        ("t", "predictor"),
        ("d", "describe predictor"),
        ("y", "json predictor"),
    ] {
        let mut stage = night();
        stage.press(keys);
        let crumbs: Vec<String> = stage.state.screens.iter().map(|screen| screen.room().crumb()).collect();
        assert_eq!(crumbs.len(), 2, "{keys}");
        assert!(crumbs[1].contains(crumb), "{keys}: {crumbs:?}");
    }
}

#[test]
fn changes_only_ask() {
    for keys in ["s", "r"] {
        let mut stage = night();
        let effects = stage.press(keys);
        assert!(matches!(stage.state.overlay, Some(Overlay::Dialog(_))), "{keys}");
        assert!(!effects.iter().any(|effect| matches!(effect, Effect::Write(_))));
    }
    let mut locked = night();
    locked.state.scope.context.read_only = true;
    locked.press("s");
    assert_eq!(locked.state.overlay, None);
    assert!(!locked.text().contains("<s> scale"));
}

#[test]
fn a_service_of_another_controller_is_not_deployed_from_here() {
    let mut service = predictor();
    service.controller = "CODE_DEPLOY".into();
    let mut stage = with(vec![service]);
    stage.press("D");
    assert_eq!(stage.state.screens.len(), 1);
    assert!(stage.text().contains("CodeDeploy deploys predictor"));
    stage.tick(10_000);
    let text = stage.sized(200, 40).text();
    assert!(!text.contains("> scale") && !text.contains("> restart") && text.contains("> logs"), "{text}");
}

#[test]
fn a_watched_deployment_does_not_keep_the_list_from_being_read() {
    let mut stage = with(vec![night::steady("api"), predictor()]);
    let names = vec!["api".to_owned(), "predictor".to_owned()];
    let rows = Effect::Load(Request::ServiceRows { cluster: "local".into(), names });
    for second in 1..=4 {
        stage.tick(second * 1_000);
        let one = Request::ServiceRows { cluster: "local".into(), names: vec!["predictor".into()] };
        stage.answer(one, Facts::Services(vec![predictor()]));
    }
    assert!(stage.tick(5_000).contains(&rows));
    assert!(stage.text().contains("5s ago"), "{}", stage.text());
}

#[test]
fn copies_the_selected_name_or_all_marked_ones() {
    let mut stage = night();
    assert!(stage.press("c").contains(&Effect::Copy("predictor".into())));
    let effects = stage.press("<space><space>c");
    assert!(effects.contains(&Effect::Copy("predictor\napi".into())), "{effects:?}");
}

#[test]
fn the_ill_one_comes_first_and_the_selection_stays_with_its_service() {
    let mut stage = with(vec![night::steady("api"), predictor(), night::steady("worker")]);
    assert_eq!(selected(&stage).as_deref(), Some("api"));
    stage.press("j");
    assert_eq!(selected(&stage).as_deref(), Some("predictor"));
    let mut ill = night::steady("worker");
    ill.running = 0;
    stage.answer(sweep(), Facts::Services(vec![night::steady("aaa"), night::steady("api"), predictor(), ill]));
    assert_eq!(selected(&stage).as_deref(), Some("predictor"));
    let text = stage.text();
    let line = |name: &str| text.lines().position(|line| line.contains(name)).unwrap();
    assert!(line("worker") < line("aaa"), "{text}");
    stage.press("/pred<enter>");
    assert_eq!(selected(&stage).as_deref(), Some("predictor"));
    stage.press("<esc>");
    assert_eq!(selected(&stage).as_deref(), Some("predictor"));
}

#[test]
fn faults_only_keeps_ringing_and_ill_services() {
    let mut stage = night();
    stage.press("<ctrl-z>");
    let text = stage.text();
    assert!(text.contains("services(local) [1/3] faults only"), "{text}");
    assert!(!text.contains("worker"));
    let mut well = with(vec![predictor()]);
    well.press("<ctrl-z>");
    assert!(well.text().contains("No service has a fault."));
}

#[test]
fn a_filter_narrows_five_thousand_rows_while_typing() {
    let mut stage = with(many(5_000));
    stage.press("/service-49.7$");
    assert!(stage.text().contains("[10/5000] </service-49.7$>"), "{}", stage.text());
    stage.press("<enter>");
    stage.press("/");
    stage.press("<backspace><backspace><backspace><esc>");
    assert!(stage.text().contains("[10/5000]"), "Esc in the prompt brings the filter of before back");
    stage.press("<esc>");
    assert!(stage.text().contains("[5000]"));
    stage.press("/a[<enter>");
    assert!(stage.text().contains("No service matches"));
}

#[test]
fn asks_for_what_is_in_view_and_no_more_often_than_told() {
    let mut stage = stage();
    assert!(stage.effects.contains(&Effect::Load(sweep())));
    let effects = stage.answer(sweep(), Facts::Services(vec![night::steady("api"), predictor()]));
    let names = vec!["api".to_owned(), "predictor".to_owned()];
    let rows = Effect::Load(Request::ServiceRows { cluster: "local".into(), names: names.clone() });
    let sparks = Effect::Load(Request::Sparks { cluster: "local".into(), names });
    assert!(effects.contains(&sparks), "{effects:?}");
    assert!(effects.contains(&Effect::Load(Request::TaskDefinition { arn: night::definition_arn(2) })));
    assert!(!effects.contains(&rows), "the sweep has just brought them");
    assert!(!stage.tick(4_000).contains(&rows));
    assert!(stage.tick(5_000).contains(&rows));
    assert!(!stage.tick(20_000).contains(&rows), "still under way");
}

#[test]
fn scrolling_two_thousand_services_asks_once_a_second_at_most_and_for_fifty_names() {
    let mut stage = with(many(2_000));
    let asked = |effects: &[Effect]| -> Vec<usize> {
        let names = |effect: &Effect| match effect {
            Effect::Load(Request::ServiceRows { names, .. }) => Some(names.len()),
            _ => None,
        };
        effects.iter().filter_map(names).collect()
    };
    stage.tick(6_000);
    stage.effects.clear();
    for _ in 0..200 {
        stage.press("<pgdn>");
    }
    assert_eq!(asked(&stage.effects), Vec::<usize>::new());
    let effects = stage.tick(7_000);
    assert_eq!(asked(&effects), [50]);
    stage.press("kkkk");
    assert_eq!(asked(&stage.tick(8_000)), Vec::<usize>::new(), "these rows are in the window already");
}

#[test]
fn hostile_names_and_events_do_not_reach_the_terminal() {
    let mut service = predictor();
    service.id = ServiceId::new("local", "a\u{1b}[2Jb");
    service.events[0].message = "bad\u{1b}]0;title\u{7}news\r\n\u{202e}x".into();
    let text = with(vec![service]).sized(160, 45).text();
    assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
}
