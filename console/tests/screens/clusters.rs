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
