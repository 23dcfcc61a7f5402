//! Test predictions against a scripted service.

use quarterdeck::effect::Request;
use quarterdeck::event::Facts;
use quarterdeck::model::prediction::Outcome;
use quarterdeck::model::{Prediction, PredictionRequest};

use crate::stub::{Stub, ask, clients};

async fn predict(url: &str, stub: &Stub, seconds: u32) -> Prediction {
    let (clients, _folder) = clients(stub, |config| config.predict_timeout = seconds);
    let request = PredictionRequest { method: "post".into(), url: url.into(), headers: vec![], body: "{}".into() };
    let came = ask(&clients, Request::Predict(request)).await;
    let Some(Facts::Prediction(prediction)) = came.parts.into_iter().next() else { panic!() };
    prediction
}

#[tokio::test]
async fn an_answer_of_any_status_is_an_answer() {
    for status in [200, 302, 422, 503] {
        let stub = Stub::start(move |_, _| (status, "{\"score\":1}".to_owned())).await;
        let prediction = predict(&format!("{}/predict", stub.endpoint), &stub, 5).await;
        let Outcome::Answered(answer) = prediction.outcome else { panic!("{prediction:?}") };
        assert_eq!((answer.status, &answer.body[..]), (status, &b"{\"score\":1}"[..]));
        assert!(answer.first_byte_ms > 0.0 && answer.total_ms >= answer.first_byte_ms);
        assert_eq!(stub.count(), 1, "no redirect is followed");
    }
}

#[tokio::test]
async fn a_body_that_is_too_long_is_cut() {
    let stub = Stub::start(|_, _| (200, "x".repeat(11 * 1024 * 1024))).await;
    let Outcome::Answered(answer) = predict(&stub.endpoint, &stub, 60).await.outcome else { panic!() };
    assert_eq!((answer.body.len(), answer.truncated), (10 * 1024 * 1024, true));
}

#[tokio::test]
async fn why_there_is_no_answer_is_said_in_words() {
    let stub = Stub::start(|_, _| (200, String::new())).await;
    for (url, words) in [
        ("http://127.0.0.1:1/predict", "connection refused"),
        ("nonsense", "is no URL"),
        ("ftp://127.0.0.1/", "use http or https"),
    ] {
        let Outcome::Failed(said) = predict(url, &stub, 5).await.outcome else { panic!("{url}") };
        assert!(said.contains(words), "{url}: {said}");
    }
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", silent.local_addr().unwrap());
    let Outcome::Failed(said) = predict(&url, &stub, 1).await.outcome else { panic!() };
    assert_eq!(said, "no answer within 1 s");
}
