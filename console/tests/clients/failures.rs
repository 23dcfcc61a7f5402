//! What goes wrong is classified, repeated only where that makes sense, and never panics.

use quarterdeck::effect::Request;
use quarterdeck::model::ProblemKind;
use serde_json::json;

use crate::stub::{Answer, Call, Stub, ask, clients, error, ok};

#[tokio::test]
async fn failures_are_classified() {
    let expired = || error("ExpiredTokenException", "The security token included in the request is expired");
    let html = "<html>captive</html>";
    let cases: Vec<(Answer, ProblemKind, usize)> = vec![
        (
            error("AccessDeniedException", "x is not authorized to perform: ecs:ListClusters on resource: *"),
            ProblemKind::Denied,
            1,
        ),
        (expired(), ProblemKind::Credentials, 1),
        (error("ClusterNotFoundException", "no"), ProblemKind::NotFound, 1),
        (error("InvalidParameterException", "no"), ProblemKind::Invalid, 1),
        (error("ThrottlingException", "Rate exceeded"), ProblemKind::Throttled, 3),
        ((500, json!({"__type": "ServerException", "message": "oops"}).to_string()), ProblemKind::Service, 3),
        ((503, html.to_owned()), ProblemKind::Service, 3),
        ((200, html.to_owned()), ProblemKind::Unreachable, 1),
    ];
    for (answer, kind, calls) in cases {
        let shown = answer.clone();
        let stub = Stub::start(move |_, _| answer.clone()).await;
        let (clients, _folder) = clients(&stub, |_| {});
        let problem = ask(&clients, Request::Clusters).await.end.unwrap_err();
        assert_eq!((problem.kind, stub.count()), (kind, calls), "{shown:?}: {problem:?}");
        assert_eq!(problem.call, "ecs:ListClusters");
        assert_eq!(problem.request_id.as_deref(), Some("stub-request"), "{shown:?}");
    }
}

#[tokio::test]
async fn nobody_there_is_said_with_the_way_to_start_it() {
    let mut gone = Stub::start(|_, _| ok(&json!({}))).await;
    gone.endpoint = "http://127.0.0.1:1".to_owned();
    let (clients, _folder) = clients(&gone, |_| {});
    let problem = ask(&clients, Request::Clusters).await.end.unwrap_err();
    assert_eq!(problem.kind, ProblemKind::Unreachable);
    assert!(problem.hint.unwrap().contains("qd local"));
}

#[tokio::test]
async fn throttling_slows_down_and_then_succeeds() {
    let script = |call: &Call, before| match (call.operation.as_str(), before) {
        ("ListClusters", 0) => error("ThrottlingException", "Rate exceeded"),
        ("ListClusters", _) => ok(&json!({"clusterArns": []})),
        other => panic!("unexpected {other:?}"),
    };
    let stub = Stub::start(script).await;
    let (clients, _folder) = clients(&stub, |_| {});
    assert!(ask(&clients, Request::Clusters).await.end.is_ok());
    assert_eq!(stub.count(), 2);
    let budget = clients.budget();
    assert!(budget.throttled);
    assert_eq!(budget.calls, 2);
}

#[tokio::test]
async fn refused_credentials_are_not_tried_again_until_they_are_renewed() {
    let stub = Stub::start(|_, _| error("ExpiredTokenException", "expired")).await;
    let (clients, _folder) = clients(&stub, |_| {});
    for _ in 0..5 {
        let problem = ask(&clients, Request::Clusters).await.end.unwrap_err();
        assert_eq!(problem.kind, ProblemKind::Credentials);
    }
    assert_eq!(stub.count(), 1);
    clients.renew().await;
    assert!(ask(&clients, Request::Clusters).await.end.is_err());
    assert_eq!(stub.count(), 2);
}

#[tokio::test]
async fn the_share_of_the_allowance_is_kept() {
    let stub = Stub::start(|_, _| ok(&json!({"clusterArns": []}))).await;
    // A hundredth of 50 requests burst and 20 a second: less than one, so one, then one in five seconds.
    let (clients, _folder) = clients(&stub, |config| config.budget_share = 0.01);
    let asking = async {
        for _ in 0..100 {
            ask(&clients, Request::Clusters).await;
        }
    };
    let _ = tokio::time::timeout(std::time::Duration::from_millis(600), asking).await;
    assert_eq!(stub.count(), 1);
}
