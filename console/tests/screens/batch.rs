//! Predictions from a file, from the choice of it to its answers.

use quarterdeck::batch::{BatchLine, BatchNews, BatchRequest, Out, Tally};
use quarterdeck::effect::{Effect, Request, Slot};
use quarterdeck::event::{Facts, Outcome};
use quarterdeck::model::{ProblemKind, ServiceId};
use quarterdeck::screens::{Screen, predict};

use crate::catalog::{self, BASE};
use crate::stage::{Stage, predictor};

fn opened() -> Stage {
    let id = ServiceId::new("local", "predictor");
    let mut stage = Stage::open(|scope| Screen::Predict(predict::Predict::new(id, scope)));
    let row = Request::ServiceRows { cluster: "local".into(), names: vec!["predictor".into()] };
    stage.answer(row, Facts::Services(vec![predictor()]));
    catalog::tell(&mut stage, catalog::listed(&[catalog::housing("1")]));
    stage.press("b");
    let paths = vec!["data/".into(), "houses.csv".into(), "houses-old.csv".into()];
    stage.answer(Request::Paths { beginning: String::new() }, Facts::Paths(paths));
    stage
}

fn under_way(stage: &Stage) -> BatchRequest {
    let asked = stage.effects.iter().rev().find_map(|effect| match effect {
        Effect::Load(Request::Batch(request)) => Some(request.clone()),
        _ => None,
    });
    asked.expect("a batch")
}

fn line(line: u64, answer: Result<f64, &str>) -> BatchLine {
    let body = |value: f64| {
        format!(
            r#"{{"model":"housing","version":"1","prediction":{value},"unit":"USD","interval":{{"level":0.9,"low":{},"high":{}}}}}"#,
            value * 0.8,
            value * 1.2
        )
    };
    let answer = answer.map(|value| serde_json::from_str(&body(value)).unwrap()).map_err(str::to_owned);
    BatchLine { line, row: "-122.2, 37.9, 41, 880, 129, 322, 126, 8.3, NEAR BAY".into(), answer }
}

fn news(lines: Vec<BatchLine>, sent: bool) -> BatchNews {
    let mut tally = Tally::default();
    for line in &lines {
        match &line.answer {
            Ok(answer) => tally.count(answer),
            Err(_) => tally.refuse(),
        }
    }
    let lines = if sent { lines } else { lines.into_iter().filter(|line| line.answer.is_err()).collect() };
    let way = if sent { "as a list" } else { "" };
    let out = sent.then(|| "houses.predictions.ndjson".to_owned());
    let unit = Some("USD".to_owned());
    let tally = if sent { tally } else { passed(&tally) };
    BatchNews {
        model: "housing@1".into(),
        unit,
        counts: "line",
        rows: 42,
        bytes: (2_000, 4_000),
        unused: vec!["price".into()],
        lines,
        tally,
        elapsed_ms: 63.0,
        way,
        out,
        stopped: None,
    }
}

fn passed(tally: &Tally) -> Tally {
    let mut checked = Tally::default();
    (0..tally.answered).for_each(|_| checked.pass());
    (0..tally.refused).for_each(|_| checked.refuse());
    checked
}

fn lines() -> Vec<BatchLine> {
    let mut lines: Vec<BatchLine> = (2..42_u32).map(|n| line(u64::from(n), Ok(f64::from(n) * 10_000.0))).collect();
    lines.push(line(42, Err("latitude must be a number")));
    lines.push(line(43, Err("has 3 values, the header 9\u{1b}[2J")));
    lines
}

fn tell(stage: &mut Stage, news: BatchNews, last: bool) {
    let (request, facts) = (Request::Batch(under_way(stage)), Facts::Batch(Box::new(news)));
    let outcome = if last { Outcome::Done { facts, partial: None } } else { Outcome::Part(facts) };
    stage.reply(request, outcome);
}

fn checked() -> Stage {
    let mut stage = opened();
    stage.press("houses.csv<enter>");
    tell(&mut stage, news(lines(), false), true);
    stage
}

fn both(name: &str, stage: Stage) {
    let text = stage.text();
    assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
    insta::assert_snapshot!(format!("batch_{name}"), text);
    insta::assert_snapshot!(format!("batch_{name}_wide"), stage.sized(160, 45).text());
}

#[test]
fn every_stage() {
    both("choosing", opened());
    let mut checking = opened();
    checking.press("houses.csv<enter>");
    checking.tick(2_000);
    tell(&mut checking, news(Vec::new(), false), false);
    both("checking", checking);
    both("checked", checked());
    let mut sending = checked();
    sending.press("<enter>");
    tell(&mut sending, news(lines(), true), false);
    sending.tick(1_000);
    both("sending", sending);
    let mut sent = checked();
    sent.press("<enter>");
    tell(&mut sent, news(lines(), true), true);
    both("sent", sent);
    let mut failed = opened();
    failed.press("houses.txt<enter>");
    let request = Request::Batch(under_way(&failed));
    failed.fail(request, ProblemKind::Invalid, "", "houses.txt: the name must end with .json, .ndjson or .csv");
    both("failed", failed);
}

#[test]
fn nothing_is_sent_before_it_is_asked_for_and_esc_stops_it() {
    let mut stage = checked();
    let check = BatchRequest {
        base: BASE.into(),
        model: "housing".into(),
        version: None,
        file: "houses.csv".into(),
        send: false,
        out: Out::Nowhere,
    };
    assert_eq!(under_way(&stage), check);
    stage.press("<enter>");
    assert_eq!(under_way(&stage), BatchRequest { send: true, out: Out::Beside, ..check.clone() });
    let before = stage.effects.len();
    stage.press("<enter>r");
    assert!(!stage.effects[before..].iter().any(|effect| matches!(effect, Effect::Load(Request::Batch(_)))));
    assert_eq!(stage.press("<esc>"), [Effect::Abort(Slot::Batch)]);
    assert!(stage.text().contains("stopped"), "{}", stage.text());
    tell(&mut stage, news(lines(), true), true);
    assert!(stage.text().contains("stopped"), "what comes too late is dropped");
    stage.press("r");
    assert_eq!(under_way(&stage), check);
}

#[test]
fn an_answer_finds_the_screen_wherever_the_user_is() {
    let mut stage = checked();
    stage.press("<enter>:errors<enter>");
    tell(&mut stage, news(lines(), true), true);
    stage.press("q");
    assert!(stage.text().contains("done"), "{}", stage.text());
}

#[test]
fn tab_completes_as_far_as_all_offers_agree() {
    let mut stage = opened();
    stage.press("h<tab>");
    assert!(stage.text().contains("file: houses\n") || stage.text().contains("file: houses"), "{}", stage.text());
    stage.press("<tab>");
    assert!(stage.text().contains("file: houses.csv"), "{}", stage.text());
    stage.press("<tab>");
    assert!(stage.text().contains("file: houses-old.csv"), "{}", stage.text());
}

#[test]
fn memory_is_bounded_whatever_comes() {
    let mut stage = checked();
    stage.press("<enter>");
    for part in 0..20_u64 {
        let many = (0..500).map(|index| line(part * 500 + index, if index % 2 == 0 { Ok(1.0) } else { Err("bad") }));
        tell(&mut stage, news(many.collect(), true), false);
    }
    assert!(stage.text().contains("7,000 more not held"), "{}", stage.text());
}
