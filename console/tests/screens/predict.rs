//! Test predictions in each state, at both sizes; keys and what they cause.

use bytes::Bytes;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use proptest::prelude::*;
use quarterdeck::effect::{EditPurpose, Effect, Request, Slot};
use quarterdeck::event::{Event, Facts, Outcome as Came};
use quarterdeck::model::prediction::{Answer, Outcome};
use quarterdeck::model::time::{MINUTE, SECOND};
use quarterdeck::model::{Catalog, Prediction, PredictionRequest, ProblemKind, Service, ServiceId};
use quarterdeck::screens::{Screen, predict};

use crate::catalog::{self, BASE};
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

/// A model's fields, its answer and what moved it, for the README.
pub fn picture() -> Stage {
    let mut stage = told(&[catalog::housing("1"), catalog::sentiment("2")]);
    stage.press("m<up><enter>");
    let stage = answered(stage, Outcome::Answered(answer(200, "application/json", catalog::HOUSE)));
    explained(stage)
}

fn explained(mut stage: Stage) -> Stage {
    let request = sent(&stage.press("x")).expect("a request");
    let outcome = Outcome::Answered(answer(200, "application/json", catalog::HOUSE));
    let facts = Facts::Prediction(Prediction { request: request.clone(), at: NOON, outcome });
    stage.answer(Request::Predict(request), facts);
    stage
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

/// With these models told of.
fn told(models: &[serde_json::Value]) -> Stage {
    let mut stage = stage();
    catalog::tell(&mut stage, catalog::listed(models));
    stage
}

fn all_models() -> Stage {
    told(&[catalog::housing("1"), catalog::sentiment("1"), catalog::sentiment("2")])
}

fn housing() -> Stage {
    told(&[catalog::housing("1")])
}

#[test]
fn models_and_their_fields() {
    let mut older = stage();
    catalog::tell(&mut older, Catalog::Untold("it answers 404 to GET /v1/models".into()));
    both("older", older);
    let mut unreadable = stage();
    unreadable.fail(Request::Models { base: BASE.into() }, ProblemKind::Service, "HTTP 503", "no task is healthy");
    both("models_failed", unreadable);
    both("one_model", told(&[catalog::sentiment("2")]));
    both("housing", housing());
    let mut choosing = all_models();
    choosing.press("m");
    both("choosing", choosing);
    let mut faulty = housing();
    faulty.press("e<ctrl-u>-200<down><ctrl-u>north<down><ctrl-u>");
    both("faults", faulty);
    let first = answered(housing(), Outcome::Answered(answer(200, "application/json", catalog::HOUSE)));
    let mut explained = explained(first);
    let asked = explained.effects.iter().rev().find_map(|effect| sent(std::slice::from_ref(effect))).unwrap();
    assert_eq!(asked.url, format!("{BASE}/v1/models/housing/predict?explain=10"));
    both_keep("explained", &mut explained);
    explained.press("x");
    assert!(!explained.text().contains("what moved it"));
    both("compared", compared());
}

/// The same request to two versions.
fn compared() -> Stage {
    let two = told(&[catalog::sentiment("1"), catalog::sentiment("2")]);
    let negative = r#"{"model":"sentiment","version":"1","prediction":"negative","confidence":0.62,"probabilities":{"negative":0.62,"positive":0.38}}"#;
    let positive = r#"{"model":"sentiment","version":"2","prediction":"positive","confidence":0.93,"probabilities":{"negative":0.07,"positive":0.93}}"#;
    let mut stage = answered(two, Outcome::Answered(answer(200, "application/json", negative)));
    stage.press("m<down><enter>");
    let mut stage = answered(stage, Outcome::Answered(answer(200, "application/json", positive)));
    stage.press("=");
    stage
}

#[test]
fn fields_become_a_request_to_their_model() {
    let mut stage = all_models();
    let request = sent(&stage.press("<enter>")).unwrap();
    assert_eq!(request.url, format!("{BASE}/v1/models/sentiment/versions/1/predict"), "the one that is the default");
    stage.press("<esc>m<up><enter>");
    let request = sent(&stage.press("<enter>")).unwrap();
    assert_eq!(request.url, format!("{BASE}/v1/models/housing/predict"), "its only version need not be named");
    let body: serde_json::Value = serde_json::from_str(&request.body).unwrap();
    assert_eq!((&body["longitude"], &body["total_rooms"]), (&serde_json::json!(-122.23), &serde_json::json!(880)));
    stage.press("<esc><tab><tab>G<right><right>");
    let request = sent(&stage.press("<enter>")).unwrap();
    let body: serde_json::Value = serde_json::from_str(&request.body).unwrap();
    assert_eq!(body.get("ocean_proximity"), None, "what need not be given can be left out");
    stage.press("<esc><backtab>ei<esc>a");
    assert!(stage.text().contains("fields 2 of 2, derived"), "{}", stage.text());
    let request = sent(&stage.press("<enter>")).unwrap();
    assert!(request.body.starts_with(r#"{"med_inc":1.5"#), "{}", request.body);
}

#[test]
fn what_is_wrong_is_not_sent_and_told_at_its_field() {
    let mut stage = housing();
    stage.press("e<ctrl-u>-200");
    assert!(stage.text().contains("must be at least -125 degrees"), "{}", stage.text());
    assert_eq!(sent(&stage.press("<ctrl-s>")), None);
    assert!(stage.text().contains("longitude must be at least -125 degrees"), "{}", stage.text());
    stage.press("<ctrl-u>-120");
    assert!(sent(&stage.press("<ctrl-s>")).is_some());
}

#[test]
fn fields_and_raw_form_hold_the_same_and_history_goes_back_to_its_model() {
    let mut stage = housing();
    let first = sent(&stage.press("<enter>")).unwrap();
    stage.press("<esc><backtab>y");
    let request = sent(&stage.press("<enter>")).unwrap();
    assert_eq!(request.url, first.url);
    let same = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    assert_eq!(same(&request.body), same(&first.body));
    stage.press("<esc>");
    catalog::tell(&mut stage, catalog::listed(&[catalog::housing("1"), catalog::sentiment("2")]));
    stage.press("<backtab>ym<down><enter>");
    assert!(stage.text().contains("sentiment@2"), "{}", stage.text());
    stage.press("<tab><tab>gr");
    assert!(stage.text().contains("housing@1"), "{}", stage.text());
    let effects = stage.press("E");
    let Some(Effect::Edit { extension: "json", text, .. }) = effects.first() else { panic!("{effects:?}") };
    let edited = text.replace("880", "990");
    stage.send(Event::Edited(EditPurpose::PredictionBody, Some(edited)));
    assert!(stage.text().contains("990"), "{}", stage.text());
    stage.send(Event::Edited(EditPurpose::PredictionBody, Some("{nonsense".into())));
    assert!(stage.text().contains("{nonsense") && stage.text().contains("not JSON"), "{}", stage.text());
}

#[test]
fn a_model_that_goes_is_told_and_no_one_is_disturbed_while_typing() {
    let mut stage = all_models();
    stage.press("e<ctrl-u>mine");
    catalog::tell(&mut stage, catalog::listed(&[catalog::sentiment("3")]));
    assert!(stage.text().contains("sentiment@1"), "{}", stage.text());
    stage.press("<esc>");
    let text = stage.text();
    assert!(text.contains("sentiment@3") && text.contains("mine") && text.contains("no longer served"), "{text}");
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
        6 => prop::sample::select("eiyErKlvcjkgGhn/:?RDSsqf!mmaax==".chars().collect::<Vec<_>>()).prop_map(move |c| plain(KeyCode::Char(c))),
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
        let mut stage = if size.0 % 2 == 0 { all_models() } else { housing() }.sized(size.0, size.1);
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
