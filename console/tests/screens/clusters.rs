//! The list of clusters in each state of its facts.

use quarterdeck::effect::Request;
use quarterdeck::event::Facts;
use quarterdeck::model::{Cluster, ProblemKind};
use quarterdeck::screens::{Screen, clusters};

use crate::stage::Stage;

fn stage() -> Stage {
    Stage::open(|_| Screen::Clusters(clusters::Clusters::default()))
}

fn cluster(name: &str) -> Cluster {
    Cluster {
        name: name.into(),
        arn: format!("arn:aws:ecs:us-east-1:000000000000:cluster/{name}"),
        status: "ACTIVE".into(),
        services: 1,
        running: 2,
        ..Cluster::default()
    }
}

fn with(clusters: Vec<Cluster>) -> Stage {
    let mut stage = stage();
    stage.answer(Request::Clusters, Facts::Clusters(clusters));
    stage
}

#[test]
fn every_state_of_the_facts() {
    insta::assert_snapshot!("clusters_loading", stage().text());
    insta::assert_snapshot!("clusters_empty", with(Vec::new()).text());
    insta::assert_snapshot!("clusters_live", with(vec![cluster("local"), cluster("staging")]).text());
    let mut stale = with(vec![cluster("local")]);
    stale.tick(120_000);
    insta::assert_snapshot!("clusters_stale", stale.text());
    let mut denied = stage();
    let message = "User is not authorized to perform: ecs:ListClusters on resource: *";
    denied.fail(Request::Clusters, ProblemKind::Denied, "AccessDeniedException", message);
    insta::assert_snapshot!("clusters_denied", denied.text());
    let mut throttled = with(vec![cluster("local")]);
    throttled.fail(Request::Clusters, ProblemKind::Throttled, "ThrottlingException", "Rate exceeded");
    insta::assert_snapshot!("clusters_throttled", throttled.text());
    let mut failed = stage();
    failed.fail(Request::Clusters, ProblemKind::Unreachable, "", "dns error");
    insta::assert_snapshot!("clusters_failed", failed.text());
    let many = (0..2_000).map(|n| cluster(&format!("cluster-{n:04}"))).collect();
    let mut huge = with(many).sized(200, 60);
    huge.press("G");
    insta::assert_snapshot!("clusters_huge", huge.text());
}

#[test]
fn too_small_a_window_says_so_in_one_line() {
    let stage = stage().sized(50, 10);
    assert_eq!(stage.text().trim(), "50×10 is too small; 60×15 at least");
}

#[test]
fn the_only_cluster_is_entered_at_the_start_and_only_then() {
    let start = || Stage::open(|_| Screen::Clusters(clusters::Clusters::at_start()));
    let crumb = |stage: &Stage| stage.state.screen().room().crumb();
    let mut one = start();
    one.answer(Request::Clusters, Facts::Clusters(vec![cluster("local")]));
    assert!(matches!(one.state.screen(), Screen::Services(_)));
    one.press("q");
    assert_eq!(crumb(&one), "clusters");
    one.answer(Request::Clusters, Facts::Clusters(vec![cluster("local")]));
    assert_eq!(crumb(&one), "clusters");
    let mut two = start();
    two.answer(Request::Clusters, Facts::Clusters(vec![cluster("local"), cluster("other")]));
    assert_eq!(crumb(&two), "clusters");
    two.answer(Request::Clusters, Facts::Clusters(vec![cluster("local")]));
    assert_eq!(crumb(&two), "clusters");
}

#[test]
fn a_wanted_service_is_opened_in_the_only_cluster_or_in_the_chosen_one() {
    let start = |command| {
        let wanted = clusters::Wanted { service: "web".into(), command };
        Stage::open(|_| Screen::Clusters(clusters::Clusters::in_search_of(wanted)))
    };
    let crumb = |stage: &Stage| stage.state.screen().room().crumb();
    let mut one = start(None);
    one.fail(Request::Clusters, ProblemKind::Timeout, "", "no answer in time");
    assert_eq!(crumb(&one), "clusters");
    one.answer(Request::Clusters, Facts::Clusters(vec![cluster("prod")]));
    assert!(matches!(one.state.screen(), Screen::Service(_)), "{}", one.text());
    assert_eq!(crumb(&one), "web");
    let mut logs = start(quarterdeck::command::parse("logs").ok());
    logs.answer(Request::Clusters, Facts::Clusters(vec![cluster("prod")]));
    assert!(matches!(logs.state.screen(), Screen::Logs(_)), "{}", logs.text());
    logs.press("q");
    assert_eq!(crumb(&logs), "web");
    let mut two = start(None);
    two.answer(Request::Clusters, Facts::Clusters(vec![cluster("prod"), cluster("staging")]));
    assert!(two.text().contains("Open the one with web"), "{}", two.text());
    two.press("j<enter>");
    assert_eq!(crumb(&two), "web");
    two.press("q<enter>");
    assert_eq!(crumb(&two), "staging", "only once");
}

#[test]
fn keys_go_where_they_say() {
    for (keys, crumb) in [("<enter>", "local"), ("d", "describe local"), ("A", "alarms"), ("j<enter>", "staging")] {
        let mut stage = with(vec![cluster("local"), cluster("staging")]);
        stage.press(keys);
        assert!(stage.state.screen().room().crumb().starts_with(crumb), "{keys}");
    }
}

#[test]
fn what_must_be_seen_is_seen_without_the_header_too() {
    let mut stage = with(vec![cluster("prod")]);
    stage.state.scope.context.production = true;
    stage.press("f");
    assert!(stage.text().contains(" PROD "));
    stage.fail(Request::Alarms, ProblemKind::Credentials, "ExpiredTokenException", "The token has expired");
    assert!(stage.text().contains("signed out: The token has expired"));
}
