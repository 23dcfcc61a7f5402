//! Requests find their model; splits and shadows are where they were put.

use super::*;
use crate::catalog;

fn shelf(references: &[&str], default: Option<&str>) -> Arc<Shelf> {
    let models = references.iter().map(|reference| catalog::load(reference).expect("an embedded model"));
    let opening = Opening { models: models.collect(), default_model: default.map(str::to_owned), ..Opening::default() };
    Arc::clone(&Models::open(opening, &Metrics::new()).now())
}

fn version(found: Result<&Arc<Served>, Problem>) -> String {
    found.map_or_else(|problem| problem.detail().to_owned(), |served| served.model.reference())
}

#[test]
fn requests_find_their_model() {
    let both = shelf(&["sentiment@2", "sentiment@1"], None);
    assert_eq!(version(both.find("sentiment", None)), "sentiment@1", "the last answers for the name");
    assert_eq!(version(both.find("sentiment", Some("2"))), "sentiment@2");
    assert_eq!(version(both.unnamed()), "sentiment@1");
    let words = version(both.find("weather", None));
    assert_eq!(words, "There is no such model here; there are sentiment@2, sentiment@1.");
    assert!(both.is_ready() && both.list().models.iter().filter(|model| model.default).count() == 1);
}

#[test]
fn a_change_replaces_a_version_and_ends_an_absence() {
    let metrics = Metrics::new();
    let loading = AbsentModel {
        reference: "sentiment@approved".to_owned(),
        state: ModelState::Loading,
        detail: "is being fetched".to_owned(),
    };
    let models = Models::open(Opening { absent: vec![loading], ..Opening::default() }, &metrics);
    assert!(!models.now().is_ready());
    assert_eq!(models.now().find("sentiment", None).expect_err("absent").status(), 503);
    let before = models.now();
    models.change(|shelf| shelf.with(catalog::load("sentiment@1").expect("embedded"), &metrics));
    assert!(!models.now().is_ready(), "another version is not the approved one");
    assert_eq!(version(models.now().find("sentiment", None)), "sentiment@1", "it is no candidate of anything");
    models.change(|shelf| shelf.with_approved(catalog::load("sentiment@1").expect("embedded"), &metrics));
    assert!(models.now().is_ready() && !before.is_ready());
    assert_eq!(models.now().list().models.len(), 1);
    models.change(|shelf| shelf.without("sentiment", "1"));
    assert!(models.now().entries().is_empty());
}

fn traffic(splits: &str, shadows: &str) -> Models {
    let models = ["sentiment@1", "sentiment@2"].map(|reference| catalog::load(reference).expect("embedded"));
    let traffic = Traffic::read(Some(splits), Some(shadows)).expect("traffic");
    Models::open(Opening { models: models.into(), traffic, ..Opening::default() }, &Metrics::new())
}

#[test]
fn a_candidate_answers_its_part_and_nothing_else() {
    let models = traffic("sentiment@2=25", "");
    let shelf = models.now();
    let primary = shelf.find("sentiment", None).expect("the primary");
    assert_eq!(primary.model.manifest().version, "1", "a candidate does not answer for the name");
    let answers = |key: &str| shelf.divided(primary, || key.as_bytes().to_vec()).model.manifest().version.clone();
    let keys: Vec<String> = (0..2000).map(|number| format!("session {number}")).collect();
    let part = keys.iter().filter(|key| answers(key) == "2").count();
    assert!((400..=600).contains(&part), "{part} of 2000");
    assert!(keys.iter().all(|key| answers(key) == answers(key)));
    assert_eq!(version(shelf.find("sentiment", Some("2"))), "sentiment@2", "who names it gets it");
    assert_eq!(version(shelf.unnamed()), "sentiment@1");
}

#[test]
fn a_candidate_that_is_alone_answers_and_one_that_is_gone_does_not() {
    let models = traffic("sentiment@2=100", "");
    models.change(|shelf| shelf.without("sentiment", "1"));
    assert_eq!(version(models.now().find("sentiment", None)), "sentiment@2");
    let models = traffic("sentiment@2=100", "");
    models.change(|shelf| shelf.without("sentiment", "2"));
    let shelf = models.now();
    let primary = shelf.find("sentiment", None).expect("the primary");
    assert_eq!(shelf.divided(primary, Vec::new).model.manifest().version, "1");
}

#[test]
fn a_candidate_does_not_answer_for_an_approved_version_that_is_waited_for() {
    let check = |splits: Option<&str>, shadows: Option<&str>| {
        let metrics = Metrics::new();
        let absent = |reference: &str, state| AbsentModel { reference: reference.into(), state, detail: "x".into() };
        let wanted = vec![absent("sentiment@7", ModelState::Failed), absent("sentiment@approved", ModelState::Loading)];
        let candidate = catalog::load("sentiment@1").expect("embedded");
        let traffic = Traffic::read(splits, shadows).expect("traffic");
        let opening = Opening { models: vec![candidate], absent: wanted, traffic, ..Opening::default() };
        let models = Models::open(opening, &metrics);
        assert!(!models.now().is_ready());
        assert_eq!(models.now().find("sentiment", None).expect_err("waits").status(), 503);
        assert_eq!(models.now().find("sentiment", None).expect_err("waits"), Problem::starting());
        assert_eq!(models.now().unnamed().expect_err("waits"), Problem::starting());
        assert_eq!(version(models.now().find("sentiment", Some("1"))), "sentiment@1", "who names it gets it");
        models.change(|shelf| shelf.with_approved(catalog::load("sentiment@2").expect("embedded"), &metrics));
        assert!(models.now().is_ready());
        assert_eq!(version(models.now().unnamed()), "sentiment@2");
    };
    check(None, Some("sentiment@1"));
    check(Some("sentiment@1=10"), None);
}

#[test]
fn a_shadow_judges_what_was_answered_and_survives_changes() {
    let metrics = Metrics::new();
    let models = ["sentiment@2", "sentiment@1"].map(|reference| catalog::load(reference).expect("embedded"));
    let traffic = Traffic::read(None, Some("sentiment@1")).expect("traffic");
    let models = Models::open(Opening { models: models.into(), traffic, ..Opening::default() }, &metrics);
    let primary = Arc::clone(models.now().find("sentiment", None).expect("the primary"));
    assert_eq!(primary.model.manifest().version, "2");
    assert_eq!(primary.shadowed_by().map(|model| model.manifest().version.as_str()), Some("1"));
    let absent = AbsentModel { reference: "weather".to_owned(), state: ModelState::Failed, detail: String::new() };
    models.change(|shelf| shelf.with_absent(absent).without("weather", "1"));
    assert!(Arc::ptr_eq(&primary, models.now().find("sentiment", None).expect("the primary")), "it was left alone");
    for text in ["not bad at all", "I loved this movie", "awful"] {
        let _ = primary.judge(&Input::of_text(text));
    }
    let line = r#"predictor_shadow_compared_total{model="sentiment",version="1",primary="2"} 3"#;
    let started = std::time::Instant::now();
    while !metrics.openmetrics().expect("encoded").lines().any(|found| found == line) {
        assert!(started.elapsed().as_secs() < 60, "the shadow never judged");
        std::thread::yield_now();
    }
    let text = metrics.openmetrics().expect("encoded");
    assert!(text.contains(r#"predictor_shadow_agreement_ratio{model="sentiment",version="1",primary="2"} "#), "{text}");
    models.change(|shelf| shelf.without("sentiment", "1"));
    let alone = models.now();
    assert!(alone.find("sentiment", None).expect("the primary").shadowed_by().is_none());
}

#[test]
fn judged_cases_are_counted_and_watched() {
    let shelf = shelf(&["sentiment@2"], None);
    let served = shelf.unnamed().expect("the only one");
    let window = served.window().expect("an embedded model has a reference");
    for _ in 0..7 {
        assert_eq!(served.judge(&Input::of_text("I loved this movie")).label(), 1);
    }
    assert!(window.compare().iter().all(|feature| feature.rows == 7));
}
