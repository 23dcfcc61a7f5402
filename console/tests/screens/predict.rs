//! Test predictions in each state, at both sizes; keys and what they cause.

use bytes::Bytes;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use proptest::prelude::*;
use quarterdeck::effect::{EditPurpose, Effect, Request, Slot};
use quarterdeck::event::{Event, Facts, Outcome as Came};
use quarterdeck::model::prediction::{Answer, Outcome};
use quarterdeck::model::time::{MINUTE, SECOND};
use quarterdeck::model::{Prediction, PredictionRequest, ProblemKind, Service, ServiceId};
use quarterdeck::screens::{Screen, predict};

use crate::stage::{NOON, Stage, predictor};

fn id() -> ServiceId {
    ServiceId::new("local", "predictor")
}

fn row() -> Request {
    Request::ServiceRows { cluster: "local".into(), names: vec!["predictor".into()] }
}

fn opened() -> Stage {
    Stage::open(|scope| Screen::Predict(predict::Predict::new(id(), scope)))
}

fn with(service: Service) -> Stage {
    let mut stage = opened();
    stage.answer(row(), Facts::Services(vec![service]));
    stage.answer(Request::PredictionHistory, Facts::PredictionHistory(history()));
    stage
}

fn stage() -> Stage {
    with(predictor())
}

fn answer(status: u16, kind: &str, body: impl Into<Bytes>) -> Answer {
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    Answer {
        status,
        headers: vec![
            header("content-type", kind),
            header("x-model-version", "sentiment@2"),
            header("x-request-id", "qd-1"),
            header("date", "Fri, 20 Nov 2026 12:00:00 GMT"),
        ],
        body: body.into(),
        truncated: false,
        first_byte_ms: 3.21,
        total_ms: 3.4,
    }
}

fn positive() -> Answer {
    answer(200, "application/json", r#"{"sentiment":"positive","score":0.9312,"model":"sentiment","version":"2"}"#)
}

fn history() -> Vec<Prediction> {
    let sent = |minutes: i64, body: &str, outcome| Prediction {
        request: PredictionRequest {
            method: "POST".into(),
            url: "http://127.0.0.1:9/predict".into(),
            headers: vec![("x-request-id".into(), format!("old-{minutes}"))],
            body: body.into(),
        },
        at: NOON.plus(-minutes * MINUTE),
        outcome,
    };
    vec![
        sent(90, r#"{"text":"an older one"}"#, Outcome::Answered(positive())),
        sent(9, r#"{"text":"a newer one"}"#, Outcome::Failed("connection refused: nothing listens there".into())),
    ]
}

/// Sends what is in the form and lets `outcome` be the answer.
fn answered(mut stage: Stage, outcome: Outcome) -> Stage {
    let request = sent(&stage.press("<enter>")).expect("a request");
    let facts = Facts::Prediction(Prediction { request: request.clone(), at: NOON, outcome });
    stage.answer(Request::Predict(request), facts);
    stage
}

/// A request, its answer and those before, for the README.
pub fn picture() -> Stage {
    answered(stage(), Outcome::Answered(positive()))
}

fn sent(effects: &[Effect]) -> Option<PredictionRequest> {
    effects.iter().find_map(|effect| match effect {
        Effect::Load(Request::Predict(request)) => Some(request.clone()),
        _ => None,
    })
}

fn both(name: &str, stage: Stage) {
    insta::assert_snapshot!(format!("predict_{name}"), stage.text());
    insta::assert_snapshot!(format!("predict_{name}_wide"), stage.sized(160, 45).text());
}

#[test]
fn every_state() {
    both("loading", opened());
    both("without_url", with(Service { tags: Default::default(), ..predictor() }));
    both("empty", stage());
    both("live", answered(stage(), Outcome::Answered(positive())));
    let mut sending = answered(stage(), Outcome::Answered(positive()));
    sending.press("<enter>");
    sending.tick(2 * SECOND);
    both("sending", sending);
    both(
        "failed",
        answered(stage(), Outcome::Failed("connection refused: nothing listens there (os error 111)".into())),
    );
    let problem = r#"{"type":"about:blank","title":"Invalid input","status":422,"detail":"/text must be a string.","errors":[{"pointer":"/text","detail":"must be a string"}]}"#;
    both("problem", answered(stage(), Outcome::Answered(answer(422, "application/problem+json", problem))));
    let html = "<html>\n\u{1b}[31m<h1>502 Bad Gateway</h1>\u{1b}[0m\n</html>";
    both("not_json", answered(stage(), Outcome::Answered(answer(502, "text/html", html))));
    let binary: Vec<u8> = (0..=255).collect();
    both("binary", answered(stage(), Outcome::Answered(answer(200, "application/octet-stream", binary))));
    let huge = format!("[{}null]", "{\"score\":0.5,\"label\":\"a\"},".repeat(400_000));
    assert!(huge.len() > 10_000_000);
    let mut huge = answered(stage(), Outcome::Answered(answer(200, "application/json", huge)));
    both_keep("huge", &mut huge);
    huge.press("G");
    insta::assert_snapshot!("predict_huge_end", huge.text());
    let mut denied = opened();
    denied.fail(row(), ProblemKind::Denied, "AccessDeniedException", "not authorized: ecs:DescribeServices");
    both("denied", denied);
    let mut throttled = stage();
    throttled.fail(Request::PredictionHistory, ProblemKind::Throttled, "", "busy");
    both("throttled", throttled);
}

fn both_keep(name: &str, stage: &mut Stage) {
    insta::assert_snapshot!(format!("predict_{name}"), stage.text());
    stage.send(Event::Resized(160, 45));
    insta::assert_snapshot!(format!("predict_{name}_wide"), stage.text());
    stage.send(Event::Resized(80, 24));
}

#[test]
fn the_raw_form_and_the_history() {
    let mut stage = stage();
    stage.press("y<up>e");
    stage.send(Event::Pasted("Authorization: Bearer abc\nX-Tenant: a".into()));
    insta::assert_snapshot!("predict_raw_editing", stage.text());
    stage.press("<tab>{<esc>");
    let text = stage.text();
    assert!(!text.contains("abc") && text.contains("(hidden)") && text.contains("not JSON"), "{text}");
    insta::assert_snapshot!("predict_raw", text);
    stage.press("<backtab>");
    insta::assert_snapshot!("predict_history", stage.text());
}

#[test]
fn keys_and_what_they_cause() {
    let mut stage = stage();
    let effects = stage.press("<enter>");
    let first = sent(&effects).unwrap();
    assert_eq!((first.method.as_str(), first.url.as_str()), ("POST", "http://127.0.0.1:8080/predict"));
    assert!(first.body.starts_with("{\"text\":\"The food"));
    assert_eq!(sent(&stage.press("<enter>")), None, "a second is not sent");
    let effects = stage.press("<esc>");
    assert_eq!(effects.first(), Some(&Effect::Abort(Slot::Predict)));
    assert!(matches!(effects.get(1), Some(Effect::RememberPrediction(_))), "{effects:?}");
    assert!(stage.text().contains("cancelled"), "{}", stage.text());
    let second = sent(&stage.press("<enter>")).unwrap();
    assert_ne!(first.headers, second.headers, "each request has an id of its own");
    let effects = stage.press("<ctrl-c>");
    assert_eq!(effects.first(), Some(&Effect::Abort(Slot::Predict)));
    assert!(!stage.state.quitting);
}

#[test]
fn an_answer_that_comes_too_late_is_dropped() {
    let mut stage = stage();
    let request = sent(&stage.press("<enter>")).unwrap();
    stage.press("<esc>");
    let facts =
        Facts::Prediction(Prediction { request: request.clone(), at: NOON, outcome: Outcome::Answered(positive()) });
    stage.reply(Request::Predict(request), Came::Done { facts, partial: None });
    assert!(stage.text().contains("cancelled"));
}

#[test]
fn an_answer_finds_its_screen_wherever_the_user_is() {
    let mut stage = stage();
    let request = sent(&stage.press("<enter>")).unwrap();
    stage.press(":errors<enter>");
    let facts =
        Facts::Prediction(Prediction { request: request.clone(), at: NOON, outcome: Outcome::Answered(positive()) });
    let effects = stage.answer(Request::Predict(request), facts);
    assert!(effects.iter().any(|effect| matches!(effect, Effect::RememberPrediction(_))));
    stage.press("q");
    assert!(stage.text().contains("positive, 0.93, sentiment@2"), "{}", stage.text());
}

#[test]
fn a_request_whose_answer_never_comes_is_given_up() {
    let mut stage = stage();
    stage.press("<enter>");
    stage.tick(14 * SECOND);
    assert!(stage.text().contains("sending, 14s"));
    stage.tick(16 * SECOND);
    assert!(stage.text().contains("no answer came"), "{}", stage.text());
}

#[test]
fn what_was_sent_is_taken_up_again() {
    let mut stage = answered(stage(), Outcome::Answered(positive()));
    stage.press("<tab><down><down>r");
    assert!(stage.text().contains("an older one"), "{}", stage.text());
    let request = sent(&stage.press("<enter>")).unwrap();
    assert_eq!(request.url, "http://127.0.0.1:8080/predict", "to where the service is now");
    assert_eq!(request.body, r#"{"text":"an older one"}"#);
}

#[test]
fn typing_is_typing_and_sends_by_control_s() {
    let mut stage = stage();
    stage.press("e<ctrl-u>bad: q?<enter>!<left>x<esc>");
    let request = sent(&stage.press("<enter>")).unwrap();
    assert_eq!(request.body, r#"{"text":"bad: q?\nx!"}"#);
    stage.press("<esc>e<ctrl-u>y<ctrl-s>");
    let bodies: Vec<_> = stage.effects.iter().filter_map(|e| sent(std::slice::from_ref(e))).map(|r| r.body).collect();
    assert_eq!(bodies.last().unwrap(), r#"{"text":"bad: q?\ny!"}"#);
}

#[test]
fn curl_editor_and_logs() {
    let mut stage = answered(stage(), Outcome::Answered(positive()));
    let effects = stage.press("K");
    assert!(
        matches!(&effects[..], [Effect::Copy(text)] if text.starts_with("curl ") && text.contains("/predict")),
        "{effects:?}"
    );
    let effects = stage.press("E");
    assert!(matches!(&effects[..], [Effect::Edit { purpose: EditPurpose::View, .. }]), "{effects:?}");
    stage.press("<backtab>");
    let effects = stage.press("E");
    assert!(matches!(&effects[..], [Effect::Edit { purpose: EditPurpose::PredictionBody, extension: "txt", .. }]));
    stage.send(Event::Edited(EditPurpose::PredictionBody, Some("from outside\n".into())));
    assert!(stage.text().contains("from outside"));
    stage.press("l");
    assert!(matches!(stage.state.screen(), Screen::Logs(_)));
}

#[test]
fn without_a_url_nothing_is_sent_and_the_way_to_one_is_told() {
    let mut stage = with(Service { tags: Default::default(), ..predictor() });
    assert_eq!(sent(&stage.press("<enter>")), None);
    let text = stage.sized(160, 45).text();
    for part in ["aws ecs tag-resource", "quarterdeck:predictor-url", "[predictors]", "--predictor-url"] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn foreign_words_reach_no_terminal() {
    let evil = "\u{1b}]0;owned\u{7}\u{1b}[2Jx\u{202e}y";
    let mut service = predictor();
    service.tags.insert("quarterdeck:predictor-url".into(), format!("http://h/{}", evil.replace('\u{1b}', "\u{9b}")));
    let mut bad = answer(200, "text/plain", evil);
    bad.headers.push(("x-evil".into(), evil.into()));
    let mut stage = answered(with(service), Outcome::Answered(bad));
    stage.send(Event::Pasted(evil.into()));
    for keys in ["", "<tab>", "<tab>e"] {
        stage.press(keys);
        let text = stage.text();
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()) && !text.contains('\u{202e}'), "{text:?}");
    }
}

#[derive(Debug, Clone)]
enum Step {
    Key(KeyEvent),
    Paste(String),
    Answer(u16, Vec<u8>),
    Tick(i64),
}

fn any_step() -> impl Strategy<Value = Step> {
    let plain = |code| Step::Key(KeyEvent::new(code, KeyModifiers::NONE));
    prop_oneof![
        6 => any::<char>().prop_map(move |c| plain(KeyCode::Char(c))),
        6 => prop::sample::select("eiyErKlvcjkgGhn/:?RDSsqf!".chars().collect::<Vec<_>>()).prop_map(move |c| plain(KeyCode::Char(c))),
        6 => prop::sample::select(vec![
            KeyCode::Enter, KeyCode::Esc, KeyCode::Tab, KeyCode::BackTab, KeyCode::Left, KeyCode::Right, KeyCode::Up,
            KeyCode::Down, KeyCode::PageUp, KeyCode::PageDown, KeyCode::Home, KeyCode::End, KeyCode::Backspace, KeyCode::Delete,
        ]).prop_map(plain),
        2 => "[a-z]".prop_map(|c| Step::Key(KeyEvent::new(KeyCode::Char(c.chars().next().unwrap()), KeyModifiers::CONTROL))),
        1 => any::<String>().prop_map(Step::Paste),
        2 => (any::<u16>(), prop::collection::vec(any::<u8>(), 0..80)).prop_map(|(status, body)| Step::Answer(status, body)),
        1 => (0_i64..60).prop_map(Step::Tick),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn no_keys_break_it_or_change_anything(
        steps in prop::collection::vec(any_step(), 1..60),
        size in (1_u16..180, 1_u16..60),
    ) {
        let mut stage = stage().sized(size.0, size.1);
        let mut under_way = None;
        for step in steps {
            let effects = match step {
                Step::Key(press) => stage.send(Event::Key(press)),
                Step::Paste(text) => stage.send(Event::Pasted(text)),
                Step::Tick(seconds) => stage.tick(seconds * SECOND),
                Step::Answer(status, body) => match under_way.take() {
                    Some(request) => {
                        let outcome = Outcome::Answered(answer(status, "application/json", body));
                        let facts = Facts::Prediction(Prediction { request: Clone::clone(&request), at: NOON, outcome });
                        stage.answer(Request::Predict(request), facts)
                    }
                    None => Vec::new(),
                },
            };
            under_way = sent(&effects).or(under_way);
            stage.text();
        }
        prop_assert!(!stage.effects.iter().any(|effect| matches!(effect, Effect::Write(_))));
    }
}
